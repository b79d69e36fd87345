"""Legal entity identifiers, relationships and reporting exceptions of GLEIF, in XML and JSON (spec/evidence 7.5).

There are no percentages of ownership in these files: a ``QuantifierAmount`` is 100.00 in one record and 1.00 in the next under one unit.
A parent here is one that consolidates. The child is the start of a relationship, the parent its end.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from crosshold.errors import Finding
from crosshold.formats import xml_stream
from crosshold.formats.gleif_shapes import KINDS, branch, from_json, from_xml, several, text
from crosshold.formats.intake import Batch, Input, Refused, short
from crosshold.formats.json_stream import objects
from crosshold.formats.originals import keep
from crosshold.formats.stretches import Stretch, batches
from crosshold.formats.xml_stream import elements, local
from crosshold.kernels.collector import collector_rests
from crosshold.model.dates import day_of
from crosshold.model.entity import Entity
from crosshold.model.identifiers import checked
from crosshold.model.statement import Source, Statement

_HEADS = ("LEIHeader", "Header")
_LINKS = {
    # type of relationship: verb, how, and whether the parent is the subject
    "IS_DIRECTLY_CONSOLIDATED_BY": ("consolidates", "direct", True),
    "IS_ULTIMATELY_CONSOLIDATED_BY": ("consolidates", "ultimate", True),
    "IS_FUND-MANAGED_BY": ("manages", None, True),
    "IS_SUBFUND_OF": ("part_of", "subfund", False),
    "IS_FEEDER_TO": ("part_of", "feeder", False),
    "IS_INTERNATIONAL_BRANCH_OF": ("part_of", "branch", False),
}
_NO_PARENT = frozenset({"NO_KNOWN_PERSON", "NATURAL_PERSONS", "NON_CONSOLIDATING"})
_NOT_TOLD = frozenset(
    {
        "NO_LEI", "NON_PUBLIC", "BINDING_LEGAL_COMMITMENTS", "LEGAL_OBSTACLES", "DISCLOSURE_DETRIMENTAL", "DETRIMENT_NOT_EXCLUDED",
        "CONSENT_NOT_OBTAINED",
    }
)  # fmt: skip
_KINDS = {
    "FUND": "fund",
    "SOLE_PROPRIETOR": "person",
    "RESIDENT_GOVERNMENT_ENTITY": "state",
    "GENERAL": "company",
    "BRANCH": "company",
}
PER_BATCH = 8_192
"""Records of a batch: they are large, and most of one is kept."""


def sniff(head: bytes, name: str) -> float:
    """The names of GLEIF's elements, or of its API's resources."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] == b"<":
        marks = (
            b"gleif.org/data/schema/leidata",
            b"gleif.org/data/schema/rr/",
            b"gleif.org/data/schema/repex",
            b"LEIRecord",
            b"RelationshipRecord",
        )
        return 0.95 if any(mark in head for mark in marks) else 0.0
    if start[:1] not in (b"{", b"["):
        return 0.0
    api = b'"lei-records"' in head or b'"relationship-records"' in head or b'"reporting-exceptions"' in head
    lei = b'"LEI"' in head and (b'"LegalName"' in head or b'"ExceptionCategory"' in head or b'"Entity.LegalName"' in head)
    return 0.95 if api or lei or (b'"StartNode"' in head and b'"RelationshipType"' in head) else 0.0


def read(source: Input) -> Iterator[Batch]:
    """Batches of statements and entities; nothing is kept from record to record."""
    return batches(source, sys.modules[__name__])


def whole(source: Input) -> Iterator[Batch]:
    """A file in JSON, or in XML that cannot be cut, as one."""
    start = source.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    rows = _of_xml(elements(source, (*KINDS, *_HEADS))) if start == b"<" else _of_json(source)
    reader = _Reader(source)
    more = True
    while more:
        with collector_rests():
            more = reader.fill(rows, PER_BATCH)
        yield reader.hand_over(last=not more)


def stretches(source: Input) -> Iterator[Stretch] | None:
    """A file in XML, cut between its records."""
    return xml_stream.stretches(source, tuple(KINDS)) if source.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" else None


def read_stretch(source: Input, stretch: Stretch) -> Batch:
    """The batch of some records."""
    reader = _Reader(source, stretch.number)
    reader.fill(_of_xml(xml_stream.elements_of(source, stretch, (*KINDS, *_HEADS)), stretch.number))
    batch = reader.hand_over(stretch.last)
    batch.done = stretch.done
    return batch


def gather(source: Input) -> Count:
    """A count of all records."""
    return Count(source.name)


class Count:
    """Holds the number of records against that of the header."""

    def __init__(self, name: str) -> None:
        self.name, self.count, self.told = name, 0, ""

    def add(self, batch: Batch) -> None:
        """The records of a batch; its note is what the header says, if it is there."""
        self.count += batch.rows
        self.told = next((told for told in batch.notes if told), self.told)

    def end(self) -> Iterator[Batch]:
        """Whether they are all."""
        if not self.told.isdecimal() or not self.told.isascii() or len(self.told) > 12:
            return
        stated, batch = int(self.told), Batch()
        if self.count < stated:
            message = f"the header counts {stated:,} records; this is an extract of {self.count:,}."
            batch.findings.append(Finding("N_EXTRACT", message, "", self.name))
        elif self.count > stated:
            message = f"the header counts {stated:,} records, and {self.count:,} are there."
            batch.findings.append(Finding("W_TOTAL", message, "Check where the file was put together.", self.name))
        yield batch


def _of_xml(found: Iterable[ET.Element], number: int = 0) -> Iterator[tuple[str, str | None, dict[str, Any], str]]:
    for element in found:
        name = local(element.tag)
        number += name in KINDS
        where = f"{name}[{number}]"
        try:
            yield where, name, from_xml(element), ""
        except Refused as error:
            yield where, name, {}, str(error)


def _of_json(source: Input) -> Iterator[tuple[str, str | None, dict[str, Any], str]]:
    key = "data" if b'"attributes"' in source.head else "records"
    for row in objects(source, key, alone=True):
        if row.fault:
            yield row.where, None, {"raw": row.text}, row.fault
            continue
        for kind, record in from_json(row.value):
            yield row.where, kind, record, ""


class _Reader:
    """One pass over records: the batch that is being filled, and what the header said. Before them are ``number`` others of the file."""

    def __init__(self, source: Input, number: int = 0) -> None:
        self.source, self.number, self.batch = source, number, Batch()
        self.told = ""  # how many records there are, as the header says
        self.id = ""

    def fill(self, rows: Iterator[tuple[str, str | None, dict[str, Any], str]], most: int | None = None) -> bool:
        """Take records until there are so many; whether there may be more."""
        for where, kind, record, fault in rows:
            if kind in _HEADS:
                self._header(record)
                continue
            if not self.id:
                self._header({})
            try:
                if fault or kind is None:
                    raise Refused("E_ROW", fault or "it is no record of GLEIF")
                self._record(where, kind, record)
            except Refused as error:
                self.batch.reject(where, error.code, f"{error}.", short(record), "Mend the record and read it again.")
            except (AttributeError, TypeError, ValueError) as error:
                self.batch.reject(where, "E_ROW", f"it has not the form of a {kind} ({error}).", short(record))
            if self.batch.rows == most:
                return True
        return False

    def hand_over(self, last: bool) -> Batch:
        """The filled batch; a new one takes its place."""
        batch, self.batch = self.batch, Batch()
        batch.done = self.source.size if last else self.source.done
        batch.notes.append(self.told)
        return batch

    def tell(self, code: str, where: str, message: str, cure: str = "") -> None:
        """A finding."""
        self.batch.findings.append(Finding(code, message, cure, where))

    def _header(self, head: dict[str, Any]) -> None:
        """What the file says of itself: its day, and how many records the file has that it was taken from."""
        content, self.told = text(head.get("ContentDate")), text(head.get("RecordCount")) or ""
        named = re.search(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)", self.source.name)
        day = day_of(content) or (day_of("-".join(named.groups())) if named else None)
        self.id = f"gleif:{content or (day and day.isoformat()) or self.source.name}"
        if self.number:
            return  # told with the first records
        note = text(head.get("FileContent"))
        self.batch.sources.append(
            Source(
                self.id, "register", "GLEIF", f"{self.source.name}{f' ({note})' if note else ''}", "https://www.gleif.org",
                self.source.published or day, licence="CC0-1.0",
            )
        )  # fmt: skip

    def _record(self, where: str, kind: str, record: dict[str, Any]) -> None:
        extension = branch(record, "Extension")
        gone = text(branch(extension, "Deletion").get("DeletedAt"))
        if kind == "LEIRecord":
            made = [self._entity(where, record)]
        elif kind == "RelationshipRecord":
            made = self._relationship(where, record)
        else:
            made = self._exception(where, record)
        if gone:
            made = [self._deleted(s, gone) for s in made]
        self.batch.accept(*made)

    def _deleted(self, made: Statement, gone: str) -> Statement:
        """The record was taken back: what it said is denied from that day on; what was known before stays known as such."""
        day = day_of(gone)
        if day is None:
            raise Refused("E_DATE", f"{gone!r} is not a time")
        return made.changed(
            stance="denies",
            reason="deleted",
            valid_from=day.isoformat(),
            valid_to=None,
            as_of=day.isoformat(),
            known_on=day,
        )

    def _lei(self, where: str, node: Any, scheme: str | None = "LEI") -> str:
        """The id of a party."""
        raw = node if type(node) is str else text(node)
        if not raw or not raw.strip():
            raise Refused("E_PARTY", "a party has no identifier")
        if scheme not in (None, "LEI"):
            return f"gleif:{raw}"
        value, right = checked("LEI", raw)
        if value != raw:
            self.tell("W_ID_PADDED", where, f"the LEI {raw!r} is read as {value}.")
        if not right:
            self.tell("W_ID_CHECK", where, f"the LEI {value} fails its check digits.", "It is kept, and merges with nothing.")
            return f"gleif:{value}"
        return f"LEI:{value}"

    def _entity(self, where: str, record: dict[str, Any]) -> Statement:
        party = self._lei(where, record.get("LEI"))
        told, registration = branch(record, "Entity"), branch(record, "Registration")
        name, place = text(told.get("LegalName")), text(told.get("LegalJurisdiction"))
        form, authority = branch(told, "LegalForm"), branch(told, "RegistrationAuthority")
        code = text(form.get("EntityLegalFormCode"))
        if code in (None, "8888", "9999"):  # "other" and "none" of the list of legal forms
            code = text(form.get("OtherLegalForm")) or code
        identifiers: tuple[tuple[str, str], ...] = (("LEI", party[4:]),) if party.startswith("LEI:") else ()
        register, number = text(authority.get("RegistrationAuthorityID")), text(authority.get("RegistrationAuthorityEntityID"))
        if register and number:
            identifiers += ((register, number),)
        category = text(told.get("EntityCategory")) or ""
        kind = _KINDS.get(category, "unknown")
        names = tuple(_names(told, name))
        self.batch.entities.append(Entity(party, name or "", kind, place, code, identifiers=identifiers, names=names))
        changed, created = (self._day(text(t)) for t in (registration.get("LastUpdateDate"), told.get("EntityCreationDate")))
        return Statement(
            party, "is", value=text(told.get("EntityStatus")), speaker_kind="authority", valid_from=_iso(created), as_of=_iso(changed),
            source=self.id, where=where, extra={"gleif": keep(record, words=True)},
        )  # fmt: skip

    def _relationship(self, where: str, record: dict[str, Any]) -> list[Statement]:
        told = branch(record, "Relationship")
        ends = []
        for name in ("StartNode", "EndNode"):
            node = branch(told, name)
            ends.append(self._lei(where, node.get("NodeID"), text(node.get("NodeIDType"))))
        child, parent = ends
        kind = text(told.get("RelationshipType")) or ""
        if kind in _LINKS:
            verb, how, downward = _LINKS[kind]
            subject, thing = (parent, child) if downward else (child, parent)
        else:
            self.tell("W_UNKNOWN_CODE", where, f"{kind!r} is no type of relationship that is known.", "It is kept as a comment.")
            verb, how, subject, thing = "comment", None, child, parent
        changed = self._day(text(branch(record, "Registration").get("LastUpdateDate")))
        made: list[Statement] = []
        for first, last in self._periods(told):
            if text(told.get("RelationshipStatus")) == "INACTIVE" and last is None and changed:
                self.tell("W_END_ASSUMED", where, f"it is inactive and has no end; {changed}, its last update, is taken.")
                last = changed
            made.append(
                Statement(
                    subject, verb, thing, how=how, value=None if kind in _LINKS else kind, speaker_kind="authority",
                    valid_from=_iso(first), valid_to=_iso(last), as_of=_iso(changed), source=self.id, where=where,
                    extra={} if made else {"gleif": keep(record, words=True)},
                )
            )  # fmt: skip
        return made

    def _periods(self, told: dict[str, Any]) -> list[tuple[date | None, date | None]]:
        """The times of the relationship; those of accounting and of documents are no validity."""
        found = []
        for period in several(told.get("RelationshipPeriods"), "RelationshipPeriod"):
            if text(branch({"p": period}, "p").get("PeriodType")) == "RELATIONSHIP_PERIOD":
                found.append((self._day(text(period.get("StartDate"))), self._day(text(period.get("EndDate")))))
        return found or [(None, None)]

    def _exception(self, where: str, record: dict[str, Any]) -> list[Statement]:
        party = self._lei(where, record.get("LEI") or record.get("lei"))
        category = text(record.get("ExceptionCategory")) or ""
        made: list[Statement] = []
        for reason in [text(r) or "" for r in several(record.get("ExceptionReason"))] or [""]:
            if reason not in _NO_PARENT and reason not in _NOT_TOLD:
                self.tell("W_UNKNOWN_CODE", where, f"{reason!r} is no reason that is known.", "It is read as not disclosed.")
            verb = "no_owner" if reason in _NO_PARENT else "undisclosed"
            made.append(
                Statement(
                    party,
                    verb,
                    topic=category,
                    reason=reason,
                    speaker_kind="authority",
                    source=self.id,
                    where=where,
                    extra={} if made else {"gleif": keep(record, words=True)},
                )
            )
        return made

    def _day(self, told: str | None) -> date | None:
        if told is None:
            return None
        day = day_of(told)
        if day is None:
            raise Refused("E_DATE", f"{told!r} is not a time")
        return day


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


_NAME_KINDS = {
    "PREVIOUS_LEGAL_NAME": "former", "TRADING_OR_OPERATING_NAME": "trade", "ALTERNATIVE_LANGUAGE_LEGAL_NAME": "legal",
}  # fmt: skip


def _names(told: dict[str, Any], own: str | None) -> Iterator[tuple[str, str]]:
    """Further names with their types; those in another script are as the filer or the issuer of the LEI wrote them."""
    seen = {own}
    for plural, inner in (
        ("OtherEntityNames", "OtherEntityName"),
        ("TransliteratedOtherEntityNames", "TransliteratedOtherEntityName"),
        ("TransliteratedOtherNames", None),
    ):
        for node in several(told.get(plural), inner):
            name = text(node)
            if name and name not in seen:
                seen.add(name)
                yield _NAME_KINDS.get(str(node.get("@type")) if type(node) is dict else "", "other"), name
