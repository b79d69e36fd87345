"""Facts of an EDINET filing: one pass over an XBRL instance, or over the same facts as a table (XBRL_TO_CSV). No XBRL engine is needed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crosshold.formats.edinet.names import BLANK, plain
from crosshold.formats.intake import MOST_FIELD, Batch, Input, short
from crosshold.formats.percent_base import MOST_COUNT, Span, truncated
from crosshold.formats.xml_stream import elements, local
from crosshold.model.exact import decimal
from crosshold.model.share import Share, parse

MOST_BLOCK = 16 * 2**20
MOST_FACTS = 200_000
MOST_TABLE = 256 * 2**20
BLOCKS = ("MajorShareholdersTextBlock", "ExplanationAboutCorporateGovernanceTextBlock", "ShareholdingsTextBlock")
_WANTED = re.compile(
    r".+DEI|NameMajorShareholders\w*|AddressMajorShareholders\w*|NumberOfSharesHeld|ShareholdingRatio|"
    r"NumberOfVotingRightsHeld\w*|\w*RatioOfVotingRights\w*|"
    r"\w+DetailsOf(?:SpecifiedInvestment|DeemedHoldings)\w+OtherThanPureInvestment\w*|"
    r"TotalNumberOfIssuedSharesSummaryOfBusinessResults|NumberOfIssuedSharesAsOf\w+|TotalNumberOfIssuedShares\w*|"
    r"\w+TreasurySharesEtc|NumberOfSharesTotalNumberOfSharesVotingRights\w*|NumberOfSharesIssuedSharesVotingRights\w*|"
    r"Name|NameOfIssuer|NameCoverPage|SecurityCodeOfIssuer|HoldingRatioOfShareCertificatesEtc\w*|\w*HoldingRatio\w*|"
    r"TotalNumberOfStocksEtcHeld|TotalNumberOfOutstandingStocksEtc|BaseDate|"
    r"DateWhenFilingRequirement\w+|FilingDateCoverPage|PurposeOfHolding|ReasonForFilingChangeReportCoverPage|"
    r"IndividualOrCorporation|TotalNumberOfFilersAndJointHoldersCoverPage"
)
_CONTEXT = re.compile(r"(CurrentYear|CurrentQuarter|Interim|Prior\d?Year|Prior\d?Quarter|FilingDate)\w*?(?:Instant|Duration)")


class Fact(NamedTuple):
    """One value: ``value`` is ``None`` when it is nil or a dash. ``decimals`` -3: in thousands."""

    name: str
    context: str
    value: str | None
    decimals: int | None


class Context(NamedTuple):
    """When a fact is true and of what part: the last day, the members of dimensions, and ``prior`` for the year before."""

    day: date | None
    members: tuple[str, ...]
    base: str


@dataclass
class Report:
    """What one filing says: facts by context and name (the first of equals), text blocks, contexts as far as they are defined."""

    facts: dict[str, dict[str, Fact]] = field(default_factory=dict)
    blocks: dict[str, str] = field(default_factory=dict)
    defined: dict[str, Context] = field(default_factory=dict)
    tagged_html: bool = True
    """Whether text blocks still have their tables; those of the tabular form are bare text."""

    def add(self, fact: Fact) -> None:
        """Keep a fact; of the same one twice the first."""
        self.facts.setdefault(fact.context, {}).setdefault(fact.name, fact)

    def plain(self, name: str) -> str | None:
        """A fact that stands once and has no dimension."""
        for context, facts in self.facts.items():
            if name in facts and not self.context(context).members and facts[name].value is not None:
                return facts[name].value
        return None

    def day(self, name: str) -> date | None:
        """A fact that is a day."""
        text = self.plain(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            return None

    def context(self, name: str) -> Context:
        """A context as it is defined, else as EDINET names it; its day is then that of the period it names."""
        if name in self.defined:
            found = self.defined[name]
            return found if found.day else found._replace(day=self._day(found.base))
        base, _, rest = name.partition("_")
        members = tuple(part for part in rest.split("_") if part.endswith("Member") and part != "NonConsolidatedMember")
        return Context(self._day(base), members, base)

    def _day(self, base: str) -> date | None:
        end = self.dei_day("CurrentPeriodEndDateDEI")
        if base.startswith("FilingDate"):
            return self.dei_day("FilingDateCoverPage")
        years = re.match(r"Prior(\d?)", base)
        if years is None:
            return end
        before = self.dei_day("PreviousFiscalYearEndDateDEI") if years.group(1) in ("", "1") else None
        if before or end is None:
            return before
        back = end.year - int(years.group(1) or 1)
        return date(back, end.month, 28 if (end.month, end.day) == (2, 29) else end.day)

    def dei_day(self, name: str) -> date | None:
        """A day of the document information, looked up without asking contexts for theirs."""
        for facts in self.facts.values():
            if name in facts and facts[name].value:
                try:
                    return date.fromisoformat(facts[name].value or "")
                except ValueError:
                    return None
        return None

    def groups(self, name: str) -> Iterator[tuple[str, Context, Mapping[str, Fact]]]:
        """Contexts that have a fact of this name."""
        for context, facts in self.facts.items():
            if name in facts:
                yield context, self.context(context), facts

    def groups_with(self, name: str, member: str) -> Iterator[tuple[str, Context, Mapping[str, Fact]]]:
        """Contexts of a dimension whose member has a word in its name, with a fact whose name begins so."""
        for context, facts in self.facts.items():
            where = self.context(context)
            if any(member in m for m in where.members) and any(n.startswith(name) for n in facts):
                yield context, where, facts


def from_xml(source: Input, batch: Batch, part: str | None = None) -> Report:
    """One pass over an instance; contexts may stand before, between or behind the facts."""
    report, kept = Report(), 0
    for element in elements(source, part=part):
        name = local(element.tag)
        if name == "context":
            report.defined[element.get("id", "")] = _context(element)
        elif name.endswith("TextBlock"):
            if name in BLOCKS and element.text:
                _block(report, name, element.text, source, batch)
        elif _WANTED.fullmatch(name):
            kept += 1
            if kept > MOST_FACTS:
                raise source.fault(f"it has more than {MOST_FACTS:,} facts on holdings.", "It is no filing of one company.")
            _take(
                report, name, element.get("contextRef", ""), element.text, element.get("decimals"), batch
            )  # a nil fact has no text
    return report


def _context(element: object) -> Context:
    day: date | None = None
    members: list[str] = []
    for part in element.iter():  # type: ignore[attr-defined]
        name, text = local(part.tag), (part.text or "").strip()
        if name in ("instant", "endDate"):
            try:
                day = date.fromisoformat(text[:10])
            except ValueError:
                day = None
        elif name == "explicitMember":
            member = text.rpartition(":")[2]
            if member != "NonConsolidatedMember":
                members.append(member)
    base = str(element.get("id", "")).partition("_")[0]  # type: ignore[attr-defined]
    return Context(day, tuple(members), base)


def from_table(source: Input, batch: Batch, part: str | None = None) -> Report:
    """XBRL_TO_CSV: UTF-16, tabs; 要素ID, コンテキストID, 値 are found by their headings. Text blocks have lost their tables there."""
    report = Report(tagged_html=False)
    with source.open() if part is None else source.part(part) as stream:
        raw = stream.read(MOST_TABLE + 1)
    if len(raw) > MOST_TABLE:
        raise source.fault("it is larger than any filing.", "Name the file of one document.")
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"it is neither UTF-16 nor UTF-8 ({error.reason}, byte {error.start})."
        raise source.fault(message, "Fetch it again, unchanged.") from None
    rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t")
    usual = csv.field_size_limit(MOST_BLOCK)
    try:
        header = next(rows, [])
        if not {"要素ID", "コンテキストID", "値"} <= set(header):
            raise source.fault("its first line lacks 要素ID, コンテキストID or 値.", "It is no table made of an EDINET filing.")
        _table_rows(report, rows, header, batch)
    except csv.Error as error:
        raise source.fault(f"line {rows.line_num} is no tab-separated row ({error}).", "Fetch it again.") from None
    finally:
        csv.field_size_limit(usual)
    return report


def _table_rows(report: Report, rows: Any, header: list[str], batch: Batch) -> None:
    element, context, value = header.index("要素ID"), header.index("コンテキストID"), header.index("値")
    for row in rows:
        if len(row) <= max(element, context, value):
            if row:
                batch.reject(f"line {rows.line_num}", "E_ROW", f"it has {len(row)} columns of {len(header)}.", "\t".join(row))
            continue
        name = row[element].rpartition(":")[2]
        if name in BLOCKS:
            report.blocks.setdefault(name, row[value])
        elif not name.endswith("TextBlock") and _WANTED.fullmatch(name):
            _take(report, name, row[context], row[value], None, batch)


def _take(report: Report, name: str, context: str, text: str | None, decimals: str | None, batch: Batch) -> None:
    if text is not None and len(text) > MOST_FIELD:
        batch.reject(f"{name} {context}", "E_ROW", f"a field of {len(text):,} characters.", short(text))
        return
    value = None if text is None or plain(text) in BLANK else text.strip()
    places = int(decimals) if decimals and re.fullmatch(r"-?\d{1,2}", decimals) else None
    report.add(Fact(name, context, value, places))


def _block(report: Report, name: str, text: str, source: Input, batch: Batch) -> None:
    if len(text) > MOST_BLOCK:
        raise source.fault(f"{name} has {len(text):,} characters.", "It is no filing of one company.")
    report.blocks.setdefault(name, text)


def count(fact: Fact | None) -> Span | None:
    """A count as bounds: with ``decimals="-3"`` it is cut off after the thousands. ``ValueError`` when it is no whole number >= 0."""
    if fact is None or fact.value is None:
        return None
    value = decimal(plain(fact.value).replace(",", ""))
    if value != value.to_integral_value() or not 0 <= value < MOST_COUNT:
        raise ValueError(f"{fact.value!r} is no whole number of shares")
    number, unit = int(value), 10 ** max(-(fact.decimals or 0), 0)
    return truncated(number, unit) if number % unit == 0 else (number, number)


def money(fact: Fact | None) -> Decimal | None:
    """An amount in yen; ``ValueError`` when it is none."""
    return None if fact is None or fact.value is None else decimal(plain(fact.value).replace(",", ""))


def ratio(fact: Fact | None) -> Share | None:
    """A fraction of one with the rounding of its last digit (``decimals`` tells of zeros that are not written). ``ValueError``."""
    if fact is None or fact.value is None:
        return None
    text = plain(fact.value)
    value = decimal(text)
    digits = -int(value.as_tuple().exponent)
    if fact.decimals is not None and digits < fact.decimals <= 12:
        text = f"{value:.{fact.decimals}f}"
    return parse(text)
