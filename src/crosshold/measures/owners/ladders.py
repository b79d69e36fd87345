"""Lines at which buying into a strategic company must be notified or authorised, as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from crosshold.errors import Finding, RequestError, did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The ``lines`` of one regime, ascending: a fraction of the votes as text, and whether it takes more than that.

    ``link`` is from where on what a company holds counts in full with its holder: a majority, or a share that the regime
    names. ``confidence``: A the text was read, B a secondary source, C from memory; ``doubt`` says what is weaker or not modelled.
    """

    id: str
    title: str
    lines: tuple[tuple[str, bool], ...]
    link: tuple[str, bool] = ("1/2", True)
    citation: str
    source: str
    read_on: str
    start: date | None
    confidence: Literal["A", "B", "C"]
    doubt: str = ""

    def said(self) -> tuple[str, ...]:
        """The lines in words."""
        return tuple(f"{'more than' if strict else 'at least'} {line}" for line, strict in self.lines)


def _german(number: str, title: str, lines: tuple[str, ...]) -> Ladder:
    return Ladder(
        id=f"DE-AWV-56-{number}",
        title=f"Germany, {title}",
        lines=tuple((line, False) for line in lines),
        link=(lines[0], False),
        citation="Außenwirtschaftsverordnung, section 56(1), (2), (4) and (5)",
        source="buzer.de/56_AWV.htm, as amended on 17 July 2024",
        read_on="2026-11-25",
        start=date(2021, 5, 1),
        confidence="A",
        doubt="buyers from outside the Union; agreements to vote together are not added. First day: from memory.",
    )


LADDERS: tuple[Ladder, ...] = (
    _german("1", "sensitive companies of the first group", ("1/10", "1/5", "1/4", "2/5", "1/2", "3/4")),
    _german("2", "sensitive companies of the second group", ("1/5", "1/4", "2/5", "1/2", "3/4")),
    _german("3", "every other company", ("1/4", "2/5", "1/2", "3/4")),
    Ladder(
        id="FR-R151-2",
        title="France, sensitive activities",
        lines=(("1/4", True), ("1/2", True)),
        citation="Code monétaire et financier, art. R151-2, with Code de commerce, art. L233-3",
        source="blog.avocats.deloitte.fr on décret 2023-1293",
        read_on="2026-11-25",
        start=date(2020, 4, 1),
        confidence="B",
        doubt="to pass a line is read as more than it; for buyers from outside the Union; other ways to control are not computed.",
    ),
    Ladder(
        id="FR-R151-2-LISTED",
        title="France, sensitive activities of a listed company",
        lines=(("1/10", True), ("1/4", True), ("1/2", True)),
        citation="Code monétaire et financier, art. R151-2, 4°, by décret 2023-1293 of 28 December 2023",
        source="dalloz-actualite.fr; blog.avocats.deloitte.fr",
        read_on="2026-11-25",
        start=date(2024, 1, 1),
        confidence="B",
        doubt="as FR-R151-2.",
    ),
    Ladder(
        id="IT-21-2012",
        title="Italy, defence and national security",
        lines=(("3/100", True), ("1/20", True), ("1/10", True), ("3/20", True), ("1/5", True), ("1/4", True), ("1/2", True)),
        citation="Decreto-legge 21/2012, art. 1(5)",
        source="from memory, to verify",
        read_on="2026-11-25",
        start=date(2012, 3, 16),
        confidence="C",
    ),
    Ladder(
        id="JP-FEFA-27",
        title="Japan, listed companies in designated sectors",
        lines=(("1/100", False),),
        citation="Foreign Exchange and Foreign Trade Act, arts 26 and 27",
        source="from memory, to verify",
        read_on="2026-11-25",
        start=date(2020, 5, 8),
        confidence="C",
    ),
    Ladder(
        id="UK-NSIA-8",
        title="United Kingdom, qualifying entities",
        lines=(("1/4", True), ("1/2", True), ("3/4", False)),
        citation="National Security and Investment Act 2021, section 8",
        source="shoosmiths.com; marketscreener.com 39696895; start: legislation.gov.uk, ukpga/2021/25, section 5",
        read_on="2026-11-25",
        start=date(2022, 1, 4),
        confidence="B",
        doubt="three quarters is read as 75 % or more; rights over classes of resolutions and material influence are not computed.",
    ),
    Ladder(
        id="control",
        title="more than half of the votes, no regime",
        lines=(("1/2", True),),
        citation="definition of control",
        source="docs/measures/control.md",
        read_on="2026-11-25",
        start=None,
        confidence="C",
    ),
)
"""Every regime, alphabetically by id. Research data, not legal advice."""


def ladder(name: str) -> Ladder:
    """The regime of this id; E_LADDER with the nearest ids otherwise."""
    found = next((rule for rule in LADDERS if rule.id == name), None)
    if found is None:
        cure = did_you_mean(name, [rule.id for rule in LADDERS])
        raise RequestError(Finding("E_LADDER", f"{name!r} is no regime of notification here.", cure, "regime"))
    return found
