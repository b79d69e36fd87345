"""What all parts of a filing have in common: who files, for which period, known since when, and how its rows become statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from crosshold.errors import Finding
from crosshold.formats.edinet.facts import Report
from crosshold.formats.edinet.html import Item, items
from crosshold.formats.edinet.names import Name, key, plain, read_name
from crosshold.formats.intake import Batch, Input, short
from crosshold.formats.percent_base import Span
from crosshold.model.entity import Entity
from crosshold.model.identifiers import checked
from crosshold.model.statement import Source, Statement

MOST_NAME = 1_000


class Filing:
    """One filing while it is read. Parties without a number are known by their name inside this filer's filings only."""

    def __init__(self, source: Input, report: Report, batch: Batch) -> None:
        self.source, self.report, self.batch = source, report, batch
        code = report.plain("EDINETCodeDEI")
        self.name = read_name(report.plain("FilerNameInJapaneseDEI") or report.plain("FilerNameInEnglishDEI") or "").text
        if code is None and not self.name:
            raise source.fault("it names no filer (EDINETCodeDEI, FilerNameInJapaneseDEI).", "It is no EDINET filing.")
        self.code, right = checked("EDINET", code) if code else (f"name/{key(self.name)}", True)
        if not right:
            self.find("W_ID_CHECK", f"{self.code!r} does not look like an EDINET code.", "", "EDINETCodeDEI")
        self.id = f"EDINET:{self.code}" if code and right else f"edinet:{self.code}"
        self.end = report.dei_day("CurrentPeriodEndDateDEI")
        self.published = source.published or report.day("FilingDateCoverPage") or self._filed()
        number = report.plain("NumberOfSubmissionDEI") or ""
        self.amends = (report.plain("AmendmentFlagDEI") or "").lower() == "true"
        self.submission = int(number) if number.isdecimal() and len(number) < 4 else 1 + self.amends
        self.kind = report.plain("DocumentTypeDEI") or ""
        self._labels: Counter[str] = Counter()
        self._parties = {self.id}
        self.key = f"edinet:{self.code}/{self.end or self.published or source.sha256[:12]}/{self.kind or 'report'}"
        self.told = Source(
            f"{self.key}/{self.submission}", "filing", self.name, self.kind or None, published_on=self.published, language="ja",
            sha256=source.sha256,
        )  # fmt: skip
        batch.sources.append(self.told)
        batch.entities.append(Entity(self.id, self.name, "company", identifiers=self._numbers(report), names=_english(report)))

    def _filed(self) -> date | None:
        days = {c.day for name, c in self.report.defined.items() if name.startswith("FilingDateInstant") and c.day}
        return days.pop() if len(days) == 1 else None

    def _numbers(self, report: Report) -> tuple[tuple[str, str], ...]:
        found = [("EDINET", self.code)] if self.id.startswith("EDINET:") else []
        if security := report.plain("SecurityCodeDEI"):
            value, right = checked("JP-SEC", security)
            found += [("JP-SEC", value)] if right else []
        return tuple(found)

    def shown(self, block: str) -> list[Item]:
        """Paragraphs and tables of a text block, where the form of the filing still has them. ``FileError`` when it is endless."""
        text = self.report.blocks.get(block)
        try:
            return items(text) if text and self.report.tagged_html else []
        except ValueError as error:
            raise self.source.fault(f"{error} ({block}).", "It is no filing of one company.") from None

    def find(self, code: str, message: str, cure: str = "", where: str = "") -> None:
        """Tell something about this filing."""
        self.batch.findings.append(Finding(code, message, cure, f"{self.source.name}: {where}" if where else self.source.name))

    def reject(self, place: str, error: ValueError, raw: str) -> None:
        """A row whose numbers or name cannot be read."""
        words = (("between 0 and 1", "E_SHARE_RANGE"), ("name", "E_PARTY"))
        code = next((code for word, code in words if word in str(error)), "E_NUMBER")
        self.batch.reject(place, code, f"{error}.", short(raw))

    def group(self, party: str, name: str) -> None:
        """A group that is one party only in what it sums up."""
        if party not in self._parties:
            self._parties.add(party)
            self.batch.entities.append(Entity(party, name, "group"))

    def party(self, name: Name, kind: str = "unknown") -> str:
        """The id of a party of this filing; the filer itself when it is its name. ``ValueError`` without a name, or with one of 10 MB."""
        if not name.text:
            raise ValueError("no name")
        if len(name.text) > MOST_NAME:
            raise ValueError(f"a name of {len(name.text):,} characters")
        spelled = key(name.text)
        if self.name and spelled == key(self.name):
            return self.id
        party = f"edinet:{self.code}/{spelled}"
        if party not in self._parties:
            self._parties.add(party)
            found = "trustee" if name.capacity else "company" if "株式会社" in spelled else kind
            self.batch.entities.append(Entity(party, name.text, found))
        return party

    def statement(self, table: str, row: str, subject: str, verb: str, target: str | None, **said: Any) -> Statement:
        """A claim of this filing. Its id names the place, so that the next submission of the same report revises it."""
        slot = f"{table}/{row}"
        self._labels[slot] += 1
        if self._labels[slot] > 1:
            slot += f"#{self._labels[slot]}"
        said["extra"] = {k: v for k, v in (said.get("extra") or {}).items() if v not in (None, "", ())}
        said.setdefault("where", slot)
        revises = f"{self.key}/{self.submission - 1}/{slot}" if self.amends and self.submission > 1 else None
        said.setdefault("speaker", self.name or self.code)
        return Statement(
            subject, verb, target, speaker_kind="filing", speaks_for=self.id, known_on=self.published,
            source=self.told.id, revises=revises, label=f"{self.told.id}/{slot}", **said,
        )  # fmt: skip


def counted(span: Span | None) -> Mapping[str, Any]:
    """Bounds of a count that is cut off, as a lot keeps them; nothing when it is exact or unknown."""
    return {"as_lot": {"low": span[0], "high": span[1]}} if span is not None and span[0] != span[1] else {}


def _english(report: Report) -> tuple[tuple[str, str], ...]:
    """The English name that the filer gives."""
    english = report.plain("FilerNameInEnglishDEI")
    return (("english", plain(english)),) if english else ()
