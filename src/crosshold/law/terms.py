"""What every contract of a case says, whether it runs, what it does to votes today, and what would end it (spec/law 10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crosshold.law.covenants import crossers, label, named, runs, start_of
from crosshold.law.measure import NOTHING, Votes
from crosshold.law.outcome import StableOutcome
from crosshold.model.result import plain
from crosshold.model.snapshot import Record


@dataclass(frozen=True)
class Terms:
    """One contract or overlay on a day. ``status``: runs, lapsed, ended, not yet. ``does`` is its promise in words, ``today`` what it
    does to votes or how far it is from biting, ``ends`` what would end it and how far that is."""

    id: str
    kind: str
    issuer: str
    holder: str
    status: str
    does: str
    today: str
    ends: tuple[str, ...]
    start: str | None
    until: str | None
    confidence: str | None
    source: str | None

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form."""
        return plain(self, exact=exact)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Bite:
    """A number of a contract against its line: ``part`` of ``whole`` held by ``holder``; past it the contract binds, breaks or ends."""

    contract: str
    clause: str
    holder: str
    issuer: str
    basis: str
    part: int
    whole: int | Fraction
    op: str
    threshold: Fraction
    confidence: str

    @property
    def now(self) -> Fraction:
        """The share today."""
        return Fraction(self.part) / self.whole


def bites(outcome: StableOutcome) -> Iterator[Bite]:
    """Every number that a running contract tests."""
    for record in _records(outcome):
        if _status(record, outcome) == "runs":
            yield from _bites(record, outcome)


def terms(outcome: StableOutcome) -> Iterator[Terms]:
    """Every contract and overlay of the case, in its order."""
    for record in _records(outcome):
        status = _status(record, outcome)
        parties = record.get("parties") if record["kind"] == "voting_agreement" else None
        running = status == "runs"
        yield Terms(
            label(record), str(record["kind"]), str(record.get("issuer") or _of_lot(record, outcome, "issuer")),
            " + ".join(map(str, parties)) if parties else str(record.get("holder") or _of_lot(record, outcome, "holder")),
            status, _SAYS[str(record["kind"])](record),
            _today(record, outcome) if running else outcome.casting.lapsed.get(label(record), ""),
            tuple(_ends(record, outcome)) if running else (), _text(record, "from"), _text(record, "until"), _text(record, "confidence"),
            _text(record, "source"),
        )  # fmt: skip


def _records(outcome: StableOutcome) -> tuple[Record, ...]:
    snapshot = outcome.world.snapshot
    return (*snapshot.contracts, *snapshot.overlays)


def _status(record: Record, outcome: StableOutcome) -> str:
    at, start = outcome.world.at, start_of(record)
    if label(record) in outcome.casting.lapsed:
        return "lapsed"
    return "runs" if runs(record, at) else "not yet" if start is not None and start > at else "ended"


def _text(record: Record, key: str) -> str | None:
    return str(record[key]) if record.get(key) is not None else None


def _of_lot(record: Record, outcome: StableOutcome, name: str) -> str:
    return next((str(getattr(lot, name)) for lot in outcome.world.lots if lot.id == record.get("lot")), "anybody")


def _cap(record: Record) -> str:
    high = f" ({record['share_high_quorum']} at a high quorum)" if record.get("share_high_quorum") else ""
    neutral = record.get("surplus") == "neutral"
    whole = "what is cast" if neutral else f"the votes {record.get('of') or 'after'} caps"
    rest = f"the surplus is cast {_split(record)}" if neutral else "the surplus is not cast"
    return f"decides about at most {record['share']}{high} of {whole}; {rest}{_matters(record)}"


def _split(record: Record) -> str:
    return f"{record.get('ordinary') or '1/2'} for ({record.get('special') or '2/3'} on special resolutions)"


def _matters(record: Record) -> str:
    only, but = record.get("meetings") or record.get("matters"), record.get("except")
    return (f", only on {', '.join(only)}" if only else "") + (f", not on {', '.join(but)}" if but else "")


def _standstill(record: Record) -> str:
    passive = "a rise without acting counts too" if record.get("passive") == "counts" else "a rise without acting is no breach"
    return f"holds at most {record.get('cap', 0)} of {record.get('basis')}; {passive}"


def _lock_up(record: Record) -> str:
    return "does not sell" if record.get("floor") is None else f"sells nothing below {record['floor']} of {record.get('basis')}"


def _rofo(record: Record) -> str:
    tail = f", then others may buy for {record['tail_days']} days" if record.get("tail_days") is not None else ""
    return f"offers first to {record.get('beneficiary')}, who has {record.get('window_days', 0)} days{tail}"


def _right(record: Record) -> str:
    opens = record.get("opens_on") or ()
    window = f" within {record['window_months']} months" if record.get("window_months") is not None else ""
    return f"may buy{window} once {', '.join([opens] if isinstance(opens, str) else opens)} is recorded"


_SAYS: Mapping[str, Callable[[Record], str]] = {
    "abstain": lambda r: f"does not cast its votes{_matters(r)}",
    "blackout": lambda r: "nobody deals" if not r.get("holder") else "does not deal",
    "cap": _cap,
    "directed": lambda r: "votes as told: " + ", ".join(f"{m} {p}" for m, p in r["matters"].items()),
    "lock_up": _lock_up,
    "neutral": lambda r: f"its votes are cast {_split(r)}{_matters(r)}",
    "no_sale_to": lambda r: f"does not sell to {', '.join(map(str, r.get('parties') or ()))}",
    "removed": lambda r: f"its votes do not count{_matters(r)}",
    "right_to_buy": _right,
    "rofo": _rofo,
    "standstill": _standstill,
    "voting_agreement": lambda r: f"vote as {r['follow']}" if r.get("follow") else "act in concert",
    "voting_cap": _cap,
}


def _lots(record: Record, outcome: StableOutcome) -> list[int]:
    world, issuer = outcome.world, str(record.get("issuer"))
    if record.get("lot"):
        return [i for i, lot in enumerate(world.lots) if lot.id == record["lot"]]
    holders = {str(record.get("holder")), *map(str, record.get("parties") or ())}
    return [i for i in world.by_issuer.get(issuer, ()) if world.lots[i].holder in holders and world.lots[i].holder != issuer]


def _today(record: Record, outcome: StableOutcome) -> str:
    """What it does to votes in the meeting asked for; of promises about shares, where the holder stands."""
    bite = next((b for b in _bites(record, outcome) if b.clause != "crosses"), None)
    near = (
        f"{bite.holder} has {float(bite.now) * 100:.2f} % of {bite.basis}, the line is {bite.op} {bite.threshold}" if bite else ""
    )
    lots, casting = _lots(record, outcome), outcome.casting
    if label(record) not in {name for i in lots for name in casting.reasons[i]}:
        acts_on_votes = record["kind"] in ("abstain", "cap", "directed", "neutral", "removed", "voting_agreement", "voting_cap")
        return f"{'changes no vote' if acts_on_votes else ''}{': ' if acts_on_votes and near else ''}{near}"
    held = sum(outcome.exercisable[i] for i in lots)
    free, neutral = (sum((count(i) for i in lots), start=Fraction(0)) for count in (casting.free, casting.neutral.__getitem__))
    silent = held - free - neutral
    parts = [f"{int(n):,} {what}" for n, what in ((neutral, "cast by the fixed split"), (silent, "not cast")) if n]
    voter = {casting.voter[i] for i in lots if casting.free(i) and casting.voter[i] != outcome.world.owner[i]}
    told = f" cast as {', '.join(sorted(voter))} decides" if voter else " free"
    return f"of {held:,} votes {int(free):,} are{told}{''.join(f', {part}' for part in parts)}{f'; {near}' if near else ''}"


def _bites(record: Record, outcome: StableOutcome) -> Iterator[Bite]:
    world, kind = outcome.world, record["kind"]
    holder, issuer = str(record.get("holder")), str(record.get("issuer"))
    letter = str(record.get("confidence") or "C")
    line = {"standstill": ("cap", ">"), "lock_up": ("floor", "<")}.get(str(kind))
    if line and record.get(line[0]) is not None:
        measured = _share(outcome, holder, issuer, str(record.get("basis", "issued")))
        if measured is not None:
            yield Bite(label(record), line[0], holder, issuer, *measured, line[1], Fraction(str(record[line[0]])), letter)
    lots = _lots(record, outcome)
    if kind in ("cap", "voting_cap") and lots:
        casting, own = outcome.casting, sum(outcome.exercisable[i] for i in lots)
        before = record.get("of") == "before" or record.get("surplus") == "neutral"
        others = [i for i in world.by_issuer[world.lots[lots[0]].issuer] if i not in lots]
        whole = own + sum((Fraction(outcome.exercisable[i]) if before else casting.kept[i] for i in others), start=Fraction(0))
        if whole:
            who, share = world.lots[lots[0]], Fraction(str(record["share"]))
            yield Bite(label(record), "share", who.holder, who.issuer, "exercisable_votes", own, whole, ">", share, letter)
    for trigger in record.get("lapses_if") or ():
        about = trigger.get("crosses") if isinstance(trigger, Mapping) else None
        if about and about["issuer"] in world.snapshot.issuers:
            target, share = str(about["issuer"]), Fraction(str(about["share"]))
            below = {o: stake for o, stake in crossers(about, record, world).items() if stake <= share}
            if below:
                nearest = max(below, key=lambda o: (below[o], o))
                held = sum(world.lots[i].shares for i in world.owners[target][nearest])
                yield Bite(label(record), "crosses", nearest, target, "issued", held, world.issued(target), ">", share, letter)


def share_of(outcome: StableOutcome, holder: str, issuer: str, basis: str) -> Fraction | None:
    """A holder's share on a base, as contracts measure it; ``None`` when there is nothing to have a share of."""
    measured = _share(outcome, holder, issuer, basis)
    return None if measured is None else Fraction(measured[1], measured[2])


def _share(outcome: StableOutcome, holder: str, issuer: str, basis: str) -> tuple[str, int, int] | None:
    """The base with the part and the whole of a holder's share on it."""
    if issuer not in outcome.world.owners:
        return None
    members = frozenset({holder})
    span = Votes(outcome.world, outcome.kept).share((members, members), issuer, basis)
    return None if span is NOTHING or not span.whole else (basis, span.part, span.whole)


def _ends(record: Record, outcome: StableOutcome) -> Iterator[str]:
    if record.get("until"):
        yield f"on {record['until']}"
    near = {bite.issuer: bite for bite in _bites(record, outcome) if bite.clause == "crosses"}
    for trigger in record.get("lapses_if") or ():
        word, about = named(trigger)
        if word == "votes_released":
            yield f"if {about['holder']} can exercise votes in {about['issuer']} (0 today)"
        elif word == "crosses":
            who = "another party" if about.get("by", "other") == "other" else about["by"]
            bite = near.get(str(about["issuer"]))
            far = f"{(float(bite.threshold - bite.now)) * 100:.2f} points away" if bite else ""
            today = f" (nearest: {bite.holder} with {float(bite.now) * 100:.2f} %, {far})" if bite else ""
            yield f"if {who} passes {about['share']} of {about['issuer']} issued{today}"
        elif word == "bid_for":
            yield f"if a bid for {about} is recorded"
        else:
            yield f"if {str(about if word == 'contract_event' else word).replace('_', ' ')} is recorded"
