"""Situations of a rule: small dated registers, each with a sentence and with what the rule must make of it.

A row of ``situations/<jurisdiction>.yaml``:

- ``rule``: its id. ``is``: where it stands to the line: below, at, above; present, absent, unknown (rules on facts); before, after (the day
  before the row is in force, the day after its end); other.
- ``say``: one sentence. ``at``: the day. ``parties``: what each is (``A: FR SA listed``, a company unless the words say otherwise).
- ``held``: sentences, ``A holds 4001 of B`` with ``as trustee``, ``since 2018-05-01``, ``with 200 votes``, ``of class X`` after it; the
  rest of each company is dispersed. ``issued``: shares of every company (10,000) or by company. ``case``: more keys of a case file.
- ``facts``, ``accept``, ``settings``, ``meeting``, ``reading``, ``also`` (ids of further rules), ``earlier`` (``{at, held}``: the state
  before, for rules on a rise), ``deal`` (``{bought: 2500, daily_volume: 10000, venue: on_market}``, for limits of a deal), ``vote``
  (``{for: [...], against: [...]}``, for majorities, with ``present: {A: 1/2}``).
- ``expect``: see :data:`EXPECT`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from crosshold.errors import FileError, Finding, Findings
from crosshold.formats.case import from_document
from crosshold.formats.fields import Fields
from crosshold.formats.yaml_text import Document, read
from crosshold.law.ballot import Ballot, ballot
from crosshold.law.book import RuleBook, load
from crosshold.law.judge import Judge
from crosshold.law.rule import Rule
from crosshold.law.standing import standing
from crosshold.model.entity import FLOAT, KINDS
from crosshold.model.snapshot import RuleChoice, Snapshot

PLACES = ("above", "absent", "after", "at", "before", "below", "other", "present", "unknown")
KEYS = (
    "rule", "is", "say", "at", "parties", "held", "issued", "facts", "accept", "settings", "meeting", "reading", "also", "earlier",
    "vote", "case", "deal", "expect",
)  # fmt: skip
EXPECT: Mapping[str, str] = {
    "silent": "votes that H can exercise in I, for every pair that loses some: {B in A: 0}; {} when nobody does",
    "gross": "gross votes of some pairs, after loyalty: {B in A: 200}",
    "holds": "every pair for which the row's condition is true: [B in A]; [] for none",
    "unknown": "every pair for which it is unknown",
    "lines": "every rung reached, by pair: {B in A: [votes@1/20]}",
    "flags": "every label given, by pair: {X in B: [owner]}",
    "control": "whom each party controls under a definition: {A: [B, C]}",
    "duties": "what must be done, in some of the keys of Ballot.duties",
    "warns": "codes that must be among the findings",
    "limit": "what the row says of the deal: within, over, outside (not reached), unknown, none (not in force)",
    "majority": "the majority in words: '>= 2/3 of votes cast'",
    "passes": "whether the vote passes",
    "quorum": "what the quorum is counted of, by issuer: {A: 9500}",
}
"""What a situation can expect. ``silent``, ``holds``, ``unknown``, ``lines``, ``flags`` are complete, of the others there may be more."""

_HELD = re.compile(
    r"(?P<holder>.+?) holds (?P<shares>[\d,]+) of (?P<issuer>.+?)(?: of class (?P<class>\S+))?(?: as (?P<capacity>\w+))?"
    r"(?: for (?P<beneficiary>[^,]+?))?(?: with (?P<votes>[\d,]+) votes)?(?: since (?P<since>[\d-]+))?"
)
_PAIR = re.compile(r"(.+) in (.+)")
ISSUED = 10_000


@dataclass(frozen=True)
class Situation:
    """One row. ``data`` is the row as written."""

    rule: str
    place: str
    say: str
    at: date
    data: Mapping[str, Any]
    where: str

    def snapshot(self) -> Snapshot:
        """The register it describes."""
        return _snapshot(self, self.at, self.data.get("held") or ())

    def ballot(self, book: RuleBook | None = None) -> Ballot:
        """The rule, alone or with those of ``also``, applied to it."""
        only = (self.rule, *(self.data.get("also") or ()))
        choice = RuleChoice(only=only, accept=tuple(self.data.get("accept") or ()), settings=self.data.get("settings") or {})
        before = self.data.get("earlier")
        past = _snapshot(self, _day(before["at"]), before["held"]) if before else None
        return ballot(
            replace(self.snapshot(), rules=choice), rules=book, meeting=str(self.data.get("meeting", "ordinary")), past=past,
            readings=self.data.get("reading"),
        )  # fmt: skip

    def differences(self, book: RuleBook | None = None) -> list[str]:
        """What came out otherwise than expected, in words; empty when the rule passes."""
        result = self.ballot(book)
        found = []
        for key, wanted in self.data["expect"].items():
            came = _FOUND[key](self, result, wanted)
            if came != wanted:
                found.append(f"{key}: expected {wanted}, came out {came}")
        return found


@cache
def situations_of(pack: str) -> tuple[Situation, ...]:
    """The situations of a bundled pack of rules (``FR``, or a part of it, ``US-DE``); none where it has no file."""
    name = f"{pack.partition('-')[0].lower()}.yaml"
    path = files("crosshold.law") / "situations" / name
    return read_situations(read(path.read_text(encoding="utf-8"), name)) if path.is_file() else ()


def of_version(rule: Rule, rows: Iterable[Situation], *, only_version: bool = False) -> list[Situation]:
    """The situations of one version of a rule: in force that day, or the day before its start or after its end. All of the id's where
    there is only one version and none fits."""
    mine = [row for row in rows if row.rule == rule.id]
    found = [row for row in mine if (_at_its_edge(rule, row) if row.place in ("after", "before") else rule.in_force(row.at))]
    return found or (mine if only_version else [])


def _at_its_edge(rule: Rule, row: Situation) -> bool:
    starts = row.place == "before" and rule.start is not None and (rule.start - row.at).days == 1
    return starts or (row.place == "after" and rule.end is not None and (row.at - rule.end).days == 1)


def tried(rule: Rule) -> list[str]:
    """The situations of a bundled rule as lines, each run now: where it stands to the line, the day, the sentence, whether it passed."""
    bundled = next((r for r in load(packs=[rule.jurisdiction.partition("-")[0]]).rules if r.version == rule.version), None)
    rows = (
        of_version(rule, situations_of(rule.jurisdiction)) if bundled is not None and bundled.to_dict() == rule.to_dict() else []
    )
    return [f"{row.place}, {row.at}: {row.say}{'' if not row.differences() else ' (does not pass)'}" for row in rows]


def read_situations(document: Document) -> tuple[Situation, ...]:
    """Every row of a file. Raises ``FileError`` with all faults at once: unknown words, sentences that cannot be read, bad dates."""
    faults = Findings()
    rows = document.data if isinstance(document.data, list) else None
    if rows is None:
        raise FileError(
            Finding("C_SYNTAX", "a file of situations is a list of rows.", "Begin each with '- rule:'.", document.name)
        )
    found = [_situation(Fields(document, (n,), row, faults)) for n, row in enumerate(rows)]
    faults.raise_errors(FileError)
    return tuple(row for row in found if row)


def _situation(row: Fields) -> Situation | None:
    row.only(KEYS)
    if not row.require("rule", "is", "say", "at", "expect"):
        return None
    place, say, day = row.choice("is", PLACES, "other") or "other", row.text("say") or "", row.day("at")
    if not re.fullmatch(r"[A-Z0-9].{15,}[.]", say, re.DOTALL):
        row.fault("C_BAD_VALUE", f"{say!r} is no sentence.", "Say what is so, from capital letter to full stop.", "say")
    expect = row.child("expect")
    if expect is not None:
        expect.only(tuple(EXPECT))
        if not expect.data:
            row.fault("C_MISSING_KEY", "it expects nothing.", "Say what must come out.", "expect")
    earlier = (row.data.get("earlier") or {}).get("held") or ()
    for n, text in enumerate((*(row.data.get("held") or ()), *earlier)):
        if not _HELD.fullmatch(str(text)):
            row.fault("C_SYNTAX", f"{text!r} cannot be read.", "Write 'A holds 4001 of B'.", "held", n)
    if day is None:
        return None
    return Situation(row.text("rule") or "", place, say, day, row.data, row.where())


def _snapshot(row: Situation, at: date, held: Any) -> Snapshot:
    issued = row.data.get("issued") or ISSUED
    lots, count = [], dict[str, int]()
    for n, text in enumerate(held, 1):
        match = _HELD.fullmatch(str(text))
        assert match is not None
        lot: dict[str, Any] = {
            "id": f"{match['holder']}.{match['issuer']}.{n}",
            "issuer": match["issuer"],
            "holder": match["holder"],
        }
        lot["shares"] = int(match["shares"].replace(",", ""))
        if match["votes"]:
            lot["votes"] = int(match["votes"].replace(",", ""))
        lot |= {key: match[key] for key in ("class", "capacity", "beneficiary", "since") if match[key]}
        lots.append(lot)
        count[match["issuer"]] = count.get(match["issuer"], 0) + lot["shares"]
    for lot in row.data.get("case", {}).get("lots", ()):
        lots.append(lot)
        count[lot["issuer"]] = count.get(lot["issuer"], 0) + lot["shares"]
    issuers = {name: {"issued": issued[name] if isinstance(issued, dict) else issued} for name in count}
    issuers |= row.data.get("case", {}).get("issuers", {})
    lots += [
        {"id": f"{name}.float", "issuer": name, "holder": FLOAT, "shares": issuers[name]["issued"] - held_} for name, held_ in count.items()
        if issuers[name]["issued"] > held_ and not issuers[name].get("classes")
    ]  # fmt: skip
    names = dict.fromkeys(
        n for lot in lots for n in (lot["issuer"], lot["holder"], *([lot["beneficiary"]] if "beneficiary" in lot else ()))
    )
    parties = row.data.get("parties") or {}
    entities = {name: _party(str(parties.get(name, "company"))) for name in (*names, *parties) if name != FLOAT}
    body: dict[str, Any] = {
        "crosshold": "case/1",
        "id": "situation",
        "at": at.isoformat(),
        "entities": {**entities, FLOAT: {"kind": "dispersed"}},
    }
    body |= {"facts": list(row.data.get("facts") or ()), **(row.data.get("case") or {}), "issuers": issuers, "lots": lots}
    return from_document(Document(row.where, body, {})).at()


def _party(text: str) -> dict[str, Any]:
    """``FR SA listed`` as attributes: kinds, ``listed``, ``unlisted``, ``sme`` and jurisdictions are known; any other word is a form."""
    found: dict[str, Any] = {"kind": "company"}
    for word in text.split():
        if word in KINDS:
            found["kind"] = word
        elif word in ("listed", "unlisted"):
            found["listed"] = word == "listed"
        elif word in ("sme", "large"):
            found["sme"] = word == "sme"
        elif "jurisdiction" not in found and re.fullmatch(r"[A-Z]{2}(-[A-Z]{2})?", word):
            found["jurisdiction"] = word
        else:
            found["form"] = word
    return found


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _votes(name: str) -> Any:
    def found(row: Situation, result: Ballot, wanted: Mapping[str, int]) -> Any:
        outcome = result.outcome()
        counts = {f"{h} in {i}": c for i in outcome.world.snapshot.issuers for h, c in outcome.counts(i).items()}
        if name == "silent":
            return {pair: c.exercisable for pair, c in counts.items() if c.exercisable < c.gross}
        return {pair: counts[pair].gross if pair in counts else None for pair in wanted}

    return found


def _standing(name: str) -> Any:
    def found(row: Situation, result: Ballot, wanted: Any) -> Any:
        state = standing(result.outcome(), row.rule)
        if name in ("holds", "unknown"):
            pairs = [f"{h} in {i}" for h, i in (state.holds if name == "holds" else state.unknown)]
            return wanted if sorted(wanted) == sorted(pairs) else sorted(pairs)
        came = {f"{h} in {i}": list(rows) for (h, i), rows in (state.lines if name == "lines" else state.flags).items()}
        return wanted if {k: sorted(v) for k, v in wanted.items()} == {k: sorted(v) for k, v in came.items()} else came

    return found


def _control(row: Situation, result: Ballot, wanted: Mapping[str, list[str]]) -> Any:
    outcome = result.outcome()
    if row.rule not in outcome.bench.definitions:
        return {head: [] for head in wanted}
    judge = Judge(outcome.bench, outcome.kept)
    return {head: sorted(judge.control.group(head, row.rule)[0] - {head}) for head in wanted}


def _duties(row: Situation, result: Ballot, wanted: list[dict[str, Any]]) -> Any:
    rows = list(result.duties)
    fits = all(any(all(str(r.get(k)) == str(v) for k, v in duty.items()) for r in rows) for duty in wanted)
    return wanted if (fits if wanted else not rows) else rows


def _warns(row: Situation, result: Ballot, wanted: list[str]) -> Any:
    codes = [f.code for f in result.findings]
    return wanted if set(wanted) <= set(codes) else codes


def _tally(name: str) -> Any:
    def found(row: Situation, result: Ballot, wanted: Any) -> Any:
        vote = row.data.get("vote") or {}
        said = {holder: word for word in ("for", "against", "abstain") for holder in vote.get(word, ())}
        issuer = vote.get("in") or next(iter(result.snapshot.issuers))
        tally = result.outcome().meeting(attendance=vote.get("present"), intentions=said, issuer=issuer)
        return tally.passed if name == "passes" else str(tally.majority)

    return found


def _limit(row: Situation, result: Ballot, wanted: str) -> str:
    limit = next((rule.limit for rule in result.rules if rule.id == row.rule and rule.limit), None)
    return limit.said(row.data.get("deal") or {}) if limit else "none"


def _quorum(row: Situation, result: Ballot, wanted: Mapping[str, Any]) -> Any:
    base = result.outcome().quorum_base
    return {issuer: base(issuer) for issuer in wanted}


_FOUND: Mapping[str, Any] = {
    "silent": _votes("silent"), "gross": _votes("gross"), "holds": _standing("holds"), "unknown": _standing("unknown"),
    "lines": _standing("lines"), "flags": _standing("flags"), "control": _control, "duties": _duties, "warns": _warns,
    "limit": _limit, "majority": _tally("majority"), "passes": _tally("passes"), "quorum": _quorum,
}  # fmt: skip
