"""SEC filings in XML: Schedules 13D and 13G (since December 2024) and the tables and headers of Form 13F (spec/evidence 7.9).

A 13F table names neither its manager nor its quarter: the options ``manager`` (CIK or name) and ``period`` (ISO date) do, and
``as_direct`` makes its rows direct holdings.
"""

from __future__ import annotations

from collections.abc import Iterator

from crosshold.formats.intake import Batch, Input
from crosshold.formats.sec.schedules import read_schedule
from crosshold.formats.sec.thirteenf import read_header, read_table

_KINDS = ((b"edgar/schedule13d", read_schedule), (b"edgar/schedule13g", read_schedule), (b"edgar/thirteenffiler", read_header),
          (b"thirteenf/informationtable", read_table))  # fmt: skip
_RENDERED = (b"<sec-document>", b"<sec-header>", b"<html")
_FORMS = (b"schedule 13d", b"schedule 13g", b"sc 13d", b"sc 13g", b"13f-hr")


def sniff(head: bytes, name: str) -> float:
    """Sure of the namespaces; a rendering for people is known too, so that it can be refused with its cure."""
    low = head[:8192].lower()
    if any(mark in low for mark, _ in _KINDS):
        return 0.95
    return 0.6 if any(mark in low for mark in _RENDERED) and any(form in head.lower() for form in _FORMS) else 0.0


def read(source: Input) -> Iterator[Batch]:
    """Batches of one file. ``FileError`` when it is a rendering (HTML, SGML) or another form."""
    low = source.head[:8192].lower()
    for mark, reader in _KINDS:
        if mark in low:
            yield from reader(source)
            return
    if any(mark in low for mark in _RENDERED):
        raise source.fault("it is a rendering for people (HTML or SGML).", "Fetch primary_doc.xml or the XML information table.")
    raise source.fault(
        "it is no Schedule 13D or 13G and no Form 13F in XML.", "Fetch primary_doc.xml or the XML information table."
    )
