"""EDINET, Japan's filings: annual reports (major shareholders, policy shareholdings) and large-holding reports (spec/evidence 7.8).

Read are an XBRL instance and the same facts as a table (XBRL_TO_CSV). Amended submissions of a report revise the ones before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crosshold.formats.edinet.facts import Report, from_table, from_xml
from crosshold.formats.edinet.filing import Filing
from crosshold.formats.edinet.large import is_large, read_large
from crosshold.formats.edinet.major import read_major
from crosshold.formats.edinet.policy import read_policy
from crosshold.formats.intake import Batch, Input
from crosshold.kernels.collector import collector_rests

_HEADING = "要素ID"
_INSTANCE = re.compile(r"(?:.*/)?(?:PublicDoc/)?jp(?:crp|lvh)[^/]*\.xbrl")
_TABLE = re.compile(r"(?:.*/)?jp(?:crp|lvh)[^/]*\.csv")


def sniff(head: bytes, name: str) -> float:
    """Sure of an instance that names EDINET's taxonomies, of the table with its headings, and of an archive as EDINET gives it."""
    if b"disclosure.edinet-fsa.go.jp" in head and b"xbrl" in head[:4096].lower():
        return 0.95
    if _HEADING in _start(head):
        return 0.95
    return (
        0.9
        if any(_INSTANCE.fullmatch(n) or _TABLE.fullmatch(n) for n in head.decode("utf-8", "ignore").split("\n")[:2_000])
        else 0.0
    )


def read(source: Input) -> Iterator[Batch]:
    """One batch: a filing is one document. ``FileError`` when it is none of EDINET's."""
    batch, part = Batch(), _part(source)
    table = part.endswith(".csv") if part else _HEADING in _start(source.head)
    with collector_rests():
        _read(source, (from_table if table else from_xml)(source, batch, part), batch)
    batch.done = source.size if not source.path.is_dir() else 0
    yield batch


def _part(source: Input) -> str | None:
    """The instance of an archive (not that of its audit report), or its table; ``None`` for a file that is no archive."""
    if not source.bundle:
        return None
    for form in (_INSTANCE, _TABLE):
        found = [name for name in source.parts if form.fullmatch(name) and "AuditDoc" not in name]
        if len(found) == 1:
            return found[0]
        if found:
            raise source.fault(f"it holds {len(found)} filings ({', '.join(sorted(found)[:3])}).", "Unpack it and name one.")
    raise source.fault("it holds no XBRL instance of a report (PublicDoc/jp*.xbrl).", "Fetch the document of type 1 or 5.")


def _read(source: Input, report: Report, batch: Batch) -> None:
    filing = Filing(source, report, batch)
    if is_large(filing):
        read_large(filing)
    else:
        read_major(filing)
        read_policy(filing)
    if not batch.rows:
        filing.find("W_PARTIAL_LIST", "nothing in it tells who holds what.", "Is it an annual or a large-holding report?")


def _start(head: bytes) -> str:
    return head[:200].decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "ignore")
