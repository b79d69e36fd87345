"""Answers in words: proofs, tables for a terminal, the story of the bundled case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosshold.api.reading import read, read_plan
from crosshold.network import Network

if TYPE_CHECKING:
    from crosshold.law.ballot import Ballot
    from crosshold.law.rule import Rule
    from crosshold.measures.control import Ultimate
    from crosshold.model.register import Register
    from crosshold.model.snapshot import Snapshot
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
