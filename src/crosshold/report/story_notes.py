"""What a reader must know beside the numbers: what is uncertain, how it was worked out, what was set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crosshold.deal.outcome import Outcome
from crosshold.deal.plan import Plan
from crosshold.law.ballot import ballot
from crosshold.model.register import Register
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import percent
from crosshold.report.holders import HolderRow, rows_of_ballot
from crosshold.report.story_claims import unknown_then


def caveats(
    register: Register,
    snapshot: Snapshot,
    rows: Mapping[str, Sequence[HolderRow]],
    names: Mapping[str, str],
    plans: Sequence[Plan],
) -> tuple[str, ...]:
    """What is uncertain or could not be known, a sentence each."""
    found: list[str] = []
    disputed = [plan for plan in plans if plan.status.get("stance") not in (None, "filed", "confirmed")]
    if disputed:
        said = f'The plan is {disputed[0].status["stance"]}: read every line about it as "if the report is right".'
        found.append(f"{said} {disputed[0].note.partition('. ')[0].strip().rstrip('.')}.".replace(" .", ""))
    found += [f.message for f in ballot(snapshot).findings if f.code == "W_VOTES_UNSETTLED"]
    loyal = [names[i.id] for i in snapshot.issuers.values() if i.loyalty and any(r.holder.startswith("~") for r in rows[i.id])]
    if loyal:
        found.append(
            f"Dispersed holders of {' and '.join(loyal)} are counted at one vote a share; how many of them have double votes is not known, "
            f"so the shares of votes of all named holders there are upper bounds."
        )
    for row in (row for holders in rows.values() for row in holders if row.low != row.high and not row.holder.startswith("~")):
        low, high = row.bounds
        known = f"about {percent(row.share, 0)}: {percent(low, 1)} to {percent(high, 1)}"
        found.append(f"{names[row.holder]}'s stake in {names[row.issuer]} is known only as {known}.")
    then = unknown_then(register, snapshot, names)
    if then and snapshot.known_by is None:
        found.append(f"{then} {_then(register, snapshot, rows, names)}".strip())
    memory = [names[i.id] for i in snapshot.issuers.values() if i.confidence == "C"]
    if memory:
        found.append(f"The share counts of {' and '.join(memory)} are from memory (confidence C).")
    if plans and snapshot.illustrative:
        kinds = " and ".join(dict.fromkeys(name.partition(".")[0] for name in sorted(snapshot.illustrative)))
        found.append(f"The inputs {kinds} are illustrative, so the block discounts are too; their model rests on two points.")
    return tuple(found)


def _then(register: Register, snapshot: Snapshot, rows: Mapping[str, Sequence[HolderRow]], names: Mapping[str, str]) -> str:
    """What would have been different for that reader: the votes of the largest named holders, and whether anybody's were lost."""
    earlier = _rows(register.at(snapshot.at, known_by=snapshot.at))
    changes = []
    same = True
    for issuer, holders in rows.items():
        then = {row.holder: row for row in earlier.get(issuer, ())}
        for row in holders:
            was = then.get(row.holder)
            if was is None or row.own or row.holder.startswith("~"):
                continue
            same = same and was.status == row.status
            if percent(was.votes_share) != percent(row.votes_share):
                changes.append(
                    f"{names[row.holder]} {percent(was.votes_share)} of {names[issuer]}'s votes instead of {percent(row.votes_share)}"
                )
    told = f"For that reader: {'; '.join(changes[:2])}" if changes else "The votes were the same"
    return f"{told}; {'nobody else was without votes' if same else 'and other holders were without votes'}."


def _rows(snapshot: Snapshot) -> Mapping[str, Sequence[HolderRow]]:
    """Holder rows of a Snapshot under its own rules."""
    return rows_of_ballot(snapshot, ballot(snapshot))


def method(snapshot: Snapshot) -> tuple[str, ...]:
    """How the numbers were worked out, with their bases and conventions."""
    packs = ", ".join(snapshot.rules.packs) or "none"
    return (
        "Holdings are whole shares over whole issued counts; percentages are worked out exactly and rounded only on the page.",
        "Votes are counted three times: gross (attached to the share), exercisable (after the law), free (after contracts); every "
        "column names its own base.",
        f"Rules of {packs} as of {snapshot.at}; where a text leaves the base open both readings are computed, and a difference is told.",
        "Control is more than half of the votes that can be exercised, alone or through controlled companies; a legal presumption of "
        "control is named with its rule.",
        "Balance is 1 - |a - b| / (a + b), a and b what each has over the other; independence is 1 less the largest outside holder's "
        "Shapley-Shubik power, dispersed holders as an ocean.",
        "Sales are blocks to dispersed holders at the day's price less max(0.5 %, 0.73 % x square root of shares over daily turnover); no "
        "tax is taken off, because its slots are empty.",
        "The balance map moves only the two groups' stakes; dispersed holders take or give the difference, and the votes are counted "
        "again at every point. New shares carry one vote.",
    )


def settings(snapshot: Snapshot, outcome: Outcome) -> dict[str, str]:
    """Every choice that was made, by name."""
    said = {
        "case": snapshot.case, "date": str(snapshot.at), "known by": str(snapshot.known_by or "everything known now"),
        "believe": snapshot.believe, "rule packs": ", ".join(snapshot.rules.packs) or "none",
        "accepted unverified rules": ", ".join(snapshot.rules.accept) or "none", "currency": snapshot.currency,
    }  # fmt: skip
    rates = "; ".join(f"{pair} {rate.value} ({rate.date})" for pair, rate in snapshot.fx.items())
    prices = "; ".join(f"{i} {price.currency} {price.value} ({price.date})" for i, price in snapshot.prices.items())
    said |= {"prices": prices or "none", "rates": rates or "none"}
    return said | {f"version of {key}": value for key, value in outcome.versions.items() if value}
