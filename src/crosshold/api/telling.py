"""Answers in words: proofs, tables for a terminal, the story of the bundled case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosshold.api.reading import read, read_plan
from crosshold.errors import CrossholdError, Finding, RequestError
from crosshold.network import Network

if TYPE_CHECKING:
    from crosshold.law.ballot import Ballot
    from crosshold.law.rule import Rule
    from crosshold.measures.control import Ultimate
    from crosshold.model.register import Register
    from crosshold.model.snapshot import Snapshot
    from crosshold.model.statement import Statement
    from crosshold.report.explanation import Explanation
    from crosshold.report.listing import FileTitles
    from crosshold.report.survey import Survey


def explain(
    result: Any, holder: str, issuer: str, *, register: Register | None = None, snapshot: Snapshot | None = None
) -> Explanation:
    """The proof behind one number of a Ballot, Ownership or Control: paths, sums, rules, sources, in words and as data.

    A Ballot brings its Snapshot; for the others ``snapshot`` (and ``register``) add names and sources.
    """
    from crosshold.report.explanation import explanation

    here = snapshot or getattr(result, "snapshot", None) or _nameless(result)
    return explanation(result, holder, issuer, here, register)


RIVALS = 5
"""Claims that are followed in turn; each costs an answer of its own, and the others are counted."""


def prove(register: Register, snapshot: Snapshot, verb: str, holder: str, issuer: str) -> Explanation:
    """The proof of one number of a Snapshot of a Register (``verb``: own, votes or control), and what the claims that contradict the ones
    it follows would change.

    Errors: ``E_VERB``, and those of the question.
    """
    from crosshold.report.explanation import with_rivals

    proof = _proof(register, snapshot, verb, holder, issuer)
    if not any(finding.code == "W_CONFLICT" for finding in snapshot.findings):
        return proof
    followed = {lot.evidence or lot.id for lot in snapshot.lots}
    told = [c for c in register.conflicts(snapshot.at, snapshot.known_by) if (c.holder, c.issuer) in proof.links]
    rivals = [name for name in dict.fromkeys(name for c in told for name in (c.first, c.second)) if name not in followed]
    told_of = [_followed(register, snapshot, name, verb, holder, issuer) for name in rivals[:RIVALS]]
    return with_rivals(proof, told_of, len(rivals) - len(told_of))


def _proof(register: Register, snapshot: Snapshot, verb: str, holder: str, issuer: str) -> Explanation:
    from crosshold.api import building, deciding, owning

    if verb not in ("own", "votes", "control"):
        raise RequestError(Finding("E_VERB", f"{verb!r} cannot be explained.", "Say own, votes or control.", "explain"))
    result: Any
    if verb == "own":
        result = owning.ownership(building.network(snapshot))
    else:
        result = building.ballot(snapshot)
        result = deciding.control(building.network(snapshot, result)) if verb == "control" else result
    return explain(result, holder, issuer, register=register, snapshot=snapshot)


def _followed(
    register: Register, snapshot: Snapshot, name: str, verb: str, holder: str, issuer: str
) -> tuple[Statement, Explanation | str]:
    """The proof if a claim were followed; in words why there is none."""
    from crosshold.model.picks import Pick
    from crosshold.model.policy import policy

    claim, same = register.statement(name), register.identity(snapshot.known_by)
    pick = Pick(same.of(claim.subject), same.of(claim.object or ""), claim.share_class, name, "")
    others = tuple(p for p in register.picks if p.slot != pick.slot) if policy(snapshot.believe).picks else ()
    told = replace(register, picks=(*others, pick))
    try:
        other = told.at(snapshot.at, known_by=snapshot.known_by, believe=f"picks:{policy(snapshot.believe).rest.name}")
        return claim, _proof(told, other, verb, holder, issuer)
    except CrossholdError as error:
        return claim, error.findings[0].message


def survey(thing: Network | Ultimate, question: str = "holdings") -> Survey:
    """A whole register in a few numbers: its ``holdings`` or ``circles``, or who stands at the top in an Ultimate; and all in columns."""
    from crosshold.report import survey as room

    if not isinstance(thing, Network):
        return room.survey_control(thing)
    return room.survey_rings(thing) if question == "circles" else room.survey_holdings(thing)


def lines(result: Any, snapshot: Snapshot | FileTitles) -> list[str]:
    """A result as text for a terminal."""
    from crosshold.report.answers import lines as tell

    return tell(result, snapshot)


def register_lines(result: Any, network: Network, title: str) -> list[str]:
    """A result on a register as text for a terminal."""
    from crosshold.report.answers import lines as tell
    from crosshold.report.survey import Titles

    return tell(result, Titles(network, title))


def file_titles(source: str | Path) -> FileTitles:
    """What the printed answer about a file of numbers is headed with."""
    from crosshold.report.listing import FileTitles

    return FileTitles(str(source))


def votes_lines(ballot: Ballot, issuers: Sequence[str]) -> list[str]:
    """A Ballot as text: who can vote what at some companies, why not, and the nearest lines of law."""
    from crosshold.report.legal import votes

    return votes(ballot, issuers)


def votes_survey(ballot: Ballot) -> list[str]:
    """A Ballot of every company as text; of a register of many lots the companies in which votes are taken, the most first."""
    if len(ballot.told) == len(ballot.snapshot.issuers):
        return votes_lines(ballot, ballot.told)
    from crosshold.report.votes_survey import survey

    return survey(ballot)


def rule_lines(rules: Sequence[Rule], *, whole: bool) -> list[str]:
    """Rules as text: one line each, or ``whole`` pages."""
    from crosshold.report.rules import rule_page, rule_table

    return [line for rule in rules for line in [*rule_page(rule), ""]] if whole else rule_table(rules)


def demo(target: Path) -> list[str]:
    """Tell the bundled alliance case on the terminal and write its report to ``target``."""
    from crosshold.report.files import write_text
    from crosshold.report.html import page
    from crosshold.report.story_tell import tell
    from crosshold.report.terminal import render

    story = tell(read("alliance"), [read_plan(name, "alliance") for name in ("cut_30_10", "cut_20_12", "exit_0_0")])
    write_text(page(story), target)
    return [*render(story).splitlines(), f"The report is in {target}. It is one file; open it in any browser."]


def _nameless(result: Any) -> Snapshot:
    """A Snapshot that only knows the ids of a result's network."""
    from crosshold.model.entity import Entity
    from crosshold.model.snapshot import Lots, Snapshot

    entities = {name: Entity(name, result.network.names.get(name, "")) for name in result.network.ids}
    return Snapshot(at=date.min, entities=entities, issuers={}, lots=Lots([]))
