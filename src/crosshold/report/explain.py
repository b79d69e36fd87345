"""A proof in words: every path, sum, rule and source, so that a lawyer can follow it line by line.

A result's ``explain`` gives the proof as plain data; here it becomes text. Nothing is computed again: numbers are those of the proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

from crosshold.model.register import Register
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import count, fixed, percent
from crosshold.report.lettering import clean

Proof = Mapping[str, Any]
DIGITS = 4


@dataclass(frozen=True)
class Evidence:
    """Where holdings come from: the Snapshot's lots, and the Register's statements and documents when there is one."""

    snapshot: Snapshot
    register: Register | None = None
    used: dict[str, None] = field(default_factory=dict)

    def name(self, party: str) -> str:
        """The name with the id behind it."""
        entity = self.snapshot.entities.get(party)
        return f"{clean(entity.name)} ({party})" if entity and clean(entity.name) != party else clean(party)

    def holding(self, holder: str, issuer: str) -> list[str]:
        """One sentence per lot of a link, with its statement, source and confidence."""
        lines = []
        for lot in self.snapshot.lots_of(issuer, holder):
            issued = self.snapshot.issuers[issuer].issued
            said = f"{self.name(holder)} holds {count(lot.shares)} of {count(issued)} shares issued by {self.name(issuer)}"
            if self.snapshot.issuers[issuer].basis == "fraction":
                said = f"{self.name(holder)} holds {percent(Fraction(lot.shares, issued))} of {self.name(issuer)} (share count not known)"
            if lot.bounds[0] != lot.bounds[1]:
                said += f", at least {count(lot.bounds[0])} and at most {count(lot.bounds[1])}"
            lines.append(f"{said}: {self.origin(lot.evidence or lot.id, lot.source, lot.confidence)}.")
        return lines

    def origin(self, statement: str, source: str | None, confidence: str | None) -> str:
        """Statement id, document and letter of confidence."""
        parts = [f"statement {statement}"]
        if source:
            self.used[source] = None
            parts.append(f"source {source}")
        if confidence:
            parts.append(f"confidence {confidence}")
        return ", ".join(parts)

    def documents(self) -> list[str]:
        """The documents named so far, in full."""
        rows = []
        for name in self.used:
            found = self.register.sources.get(name) if self.register else None
            if found is None:
                rows.append(name)
                continue
            day = f", {found.published_on}" if found.published_on else ""
            where = f", {found.url}" if found.url else ""
            rows.append(clean(f"{name}: {found.publisher or found.kind}, {found.title or 'no title'}{day}{where}"))
        return rows


def lines(proof: Proof, snapshot: Snapshot, register: Register | None = None) -> list[str]:
    """The proof of any verb as lines of text; an unknown verb is told field by field."""
    evidence = Evidence(snapshot, register)
    tellers = {"own": _own, "control": _control, "votes": _votes}
    teller = tellers.get("votes" if "outcomes" in proof else str(proof.get("verb")))
    told = teller(proof, evidence) if teller else [f"{key}: {value}" for key, value in proof.items()]
    documents = evidence.documents()
    return [*told, *(["Sources:"] if documents else []), *(f"  {row}" for row in documents)]


def _own(proof: Proof, evidence: Evidence) -> list[str]:
    holder, issuer = evidence.name(proof["holder"]), evidence.name(proof["issuer"])
    value = "a share that cannot be told (an ownerless cycle)" if proof["value"] is None else percent(proof["value"], DIGITS)
    told = [f"{holder} owns {value} of {issuer}: basis {proof['basis']}, convention {proof['convention']}."]
    told.append(f"Directly: {percent(proof['direct'], DIGITS)}.")
    paths = proof["paths"]
    if paths:
        told.append("Chains, largest first:")
    for n, path in enumerate(paths, 1):
        chain = " > ".join(evidence.name(party) for party in path["path"])
        product = " x ".join(percent(stake, DIGITS) for stake in path["stakes"])
        equals = f" = {percent(path['product'], DIGITS)}" if len(path["stakes"]) > 1 else ""
        told.append(f"  {n}. {chain}: {product}{equals}")
    if paths:
        whole = "all chains" if proof["complete"] else "the chains listed"
        rest = "" if not proof["rest"] else f"; the rest, {percent(proof['rest'], 6)}, is {proof['rest_is']}"
        told.append(f"Sum of {whole}: {percent(proof['listed'], DIGITS)}{rest}.")
    else:
        told.append("No chain of holdings leads from the one to the other.")
    return [*told, *_links(evidence, (link for path in paths for link in _pairs(path["path"])))]


def _pairs(path: Sequence[str]) -> list[tuple[str, str]]:
    return list(pairwise(path))


def _links(evidence: Evidence, links: Iterable[tuple[str, str]]) -> list[str]:
    found = [line for link in dict.fromkeys(links) for line in evidence.holding(*link)]
    return ["Holdings:", *(f"  {line}" for line in found)] if found else []


def _control(proof: Proof, evidence: Evidence) -> list[str]:
    holder, issuer = evidence.name(proof["holder"]), evidence.name(proof["issuer"])
    word = "more than" if proof["strict"] else "at least"
    rule = f"control is {word} {proof['threshold']} of votes, basis {proof['basis']}"
    told = [f"{holder} {'controls' if proof['value'] else 'does not control'} {issuer}: {rule}."]
    used: list[tuple[str, str]] = []
    for step in proof["steps"]:
        company = evidence.name(step["company"])
        parts = [f"{evidence.name(party)} {percent(share, DIGITS)}" for party, share in step["by"].items()]
        total = percent(step["sum"], DIGITS)
        passes = step["round"] is not None
        sign = (">" if proof["strict"] else ">=") if passes else ("<=" if proof["strict"] else "<")
        head = f"  round {step['round']}: {company}" if passes else f"  falls short at {company}"
        told.append(
            f"{head}: {' + '.join(parts) or 'no votes'}{f' = {total}' if len(parts) != 1 else ''} {sign} {proof['threshold']}"
        )
        used += [(party, step["company"]) for party in step["by"]]
    return [*told, *_links(evidence, used)]


def _votes(proof: Proof, evidence: Evidence) -> list[str]:
    holder, issuer = evidence.name(proof["holder"]), evidence.name(proof["issuer"])
    outcomes = proof["outcomes"]
    if not outcomes:
        return [f"The votes of {holder} in {issuer} cannot be told: no state of the votes agrees with all the rules."]
    told = []
    for n, block in enumerate(outcomes, 1):
        if len(outcomes) > 1:
            told.append(f"Outcome {n} of {len(outcomes)} that agree with the law ({_readings(block)}):")
        told += _block(block, holder, issuer, evidence)
    laws = [row for row in proof["sources"] if "rule" in row]
    if laws:
        told.append("Law:")
        told += ["  " + clean(f"{row['rule']}: {row['law']}; {row['source']}; confidence {row['confidence']}") for row in laws]
    return told


def _readings(block: Proof) -> str:
    said = [", ".join(f"{rule} on {choice} votes" for rule, choice in reading.items()) for reading in block["reading"]]
    return " or ".join(text for text in said if text) or "no open point"


def _block(block: Proof, holder: str, issuer: str, evidence: Evidence) -> list[str]:
    whole, share = block["totals"], block["share"]
    value = (
        "no share, because nobody can vote there"
        if share is None
        else f"{percent(share, DIGITS)} of the votes that can be exercised"
    )
    told = [f"{holder} has {value} in {issuer} ({block['certainty'].lower()} by the data)."]
    for lot in block["lots"]:
        origin = evidence.origin(lot["lot"], lot["source"], lot["confidence"])
        told.append(f"  {count(lot['shares'])} shares carry {count(lot['gross'])} gross votes: {clean(lot['why'])} ({origin}).")
    told.append(f"  Gross: {_of(block['gross'], whole['gross'])}.")
    for rule in block["rules"]:
        told += _rule(rule, evidence)
    for rule in block["spared"]:
        told += _rule(rule, evidence, "takes none here")
    told.append(f"  Exercisable after the law: {_of(block['exercisable'], whole['exercisable'])}.")
    for contract in block["contracts"]:
        kind = str(contract.get("kind", "contract")).replace("_", " ")
        source = evidence.origin(str(contract.get("id")), contract.get("source"), contract.get("confidence"))
        parts = {"free": "free", "neutral": "neutral", "not_cast": "not cast"}
        split = ", ".join(f"{_votes_word(contract[key])} {word}" for key, word in parts.items())
        told.append(f"  Contract {contract.get('id')} ({kind}): {split} ({source}).")
    told.append(f"  Exercised, free and neutral: {_of(block['exercised'], whole['exercised'])}.")
    return told


def _of(part: Fraction | int, whole: Fraction | int) -> str:
    share = f" = {percent(Fraction(part) / Fraction(whole), DIGITS)}" if whole else ""
    return f"{_votes_word(part)} of {_votes_word(whole)}{share}"


def _votes_word(votes: Fraction | int) -> str:
    exact = Fraction(votes)
    return count(int(exact)) if exact.denominator == 1 else fixed(exact, 1)


def _rule(rule: Proof, evidence: Evidence, does: str = "") -> list[str]:
    what = does or {"zero": "takes all of them", "excess_over": "takes those above its line"}.get(
        str(rule["effect"]), str(rule["effect"])
    )
    told = [f"  Rule {rule['version']} {what}: {clean(rule['title'])} ({rule['citation']}; confidence {rule['confidence']})."]
    told += [f"    Test: {_test(test, evidence)}." for test in rule["tests"]]
    for step in rule["control"]:
        helped = f" with {', '.join(evidence.name(party) for party in step['with'])}" if step["with"] else ""
        tests = "; ".join(_test(test, evidence) for test in step["tests"])
        facts = "; ".join(str(fact.get("id") or fact.get("fact")) for fact in step["facts"])
        why = "; ".join(part for part in (tests, f"recorded facts {facts}" if facts else "") if part)
        verb = "controls" if step["holds"] else "does not control"
        told.append(f"    {evidence.name(step['controller'])}{helped} {verb} {evidence.name(step['company'])}: {why}.")
    return told


def _test(test: Proof, evidence: Evidence) -> str:
    group = " + ".join(evidence.name(party) for party in test["group"])
    ground = f", {test['clause']}" if test["clause"] else ""
    basis = str(test["basis"]).replace("_", " ")
    return f"{group} in {evidence.name(test['issuer'])}, {basis}: {test['text']} ({percent(test['now'], DIGITS)}; {test['rule']}{ground})"
