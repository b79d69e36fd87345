"""Form 13F: what a manager may decide on, not what it owns. Its rows are never lots unless ``as_direct`` says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from crosshold.errors import Finding
from crosshold.formats.intake import MOST_FIELD, Batch, Input, short
from crosshold.formats.percent_base import MOST_COUNT
from crosshold.formats.sec.numbers import day, number
from crosshold.formats.xml_stream import elements, local
from crosshold.kernels.collector import collector_rests
from crosshold.model.entity import Entity
from crosshold.model.identifiers import checked
from crosshold.model.statement import Source, Statement

DOLLARS = date(2023, 1, 3)
"""Tables filed from this day on tell values in dollars, older ones in thousands (SEC release 34-95148; confidence C)."""
_WORDS = {
    "nameOfIssuer": "name", "titleOfClass": "class", "cusip": "cusip", "figi": "figi", "value": "value", "sshPrnamt": "count",
    "sshPrnamtType": "type", "investmentDiscretion": "investment_discretion", "otherManager": "other_manager", "Sole": "sole",
    "Shared": "shared", "None": "none", "putCall": "put_call",
}  # fmt: skip
_EXTRA = ("investment_discretion", "other_manager", "figi")


def read_header(source: Input) -> Iterator[Batch]:
    """The header of a 13F: its manager and its quarter. The totals in it are kept; the table is another file."""
    batch = Batch()
    said: dict[str, str] = {}
    for part in elements(source):
        for leaf in part.iter():
            if len(leaf) == 0 and leaf.text and leaf.text.strip():
                said.setdefault(local(leaf.tag), leaf.text.strip())
    cik, right = checked("CIK", said.get("cik", ""))
    name = next((said[k] for k in ("filingManager", "name") if k in said), "")
    if not (right or name):
        raise source.fault("it names no manager.", "Fetch primary_doc.xml of the filing.")
    party = f"CIK:{cik}" if right else f"sec:manager/{name[:200]}"
    batch.entities.append(Entity(party, name or party, "company", identifiers=(("CIK", cik),) if right else ()))
    text = said.get("reportCalendarOrQuarter") or said.get("periodOfReport")
    try:
        period = day(text)
    except ValueError:
        period = None
        batch.findings.append(Finding("E_DATE", f"the period {text!r} is no day.", "Write MM-DD-YYYY.", source.name))
    origin = Source(f"sec:13F/{party}/{period}", "filing", name, said.get("submissionType"), published_on=source.published)
    batch.sources.append(origin)
    extra: dict[str, Any] = {
        k: said[k] for k in ("tableEntryTotal", "tableValueTotal", "reportType", "amendmentType", "amendmentNo") if k in said
    }
    as_of = period.isoformat() if period else None
    batch.accept(
        Statement(
            party, "is", topic="13F header", value=name, as_of=as_of, speaker=name, speaker_kind="filing", source=origin.id, extra=extra,
        )
    )  # fmt: skip
    message = (
        f"this is the header of a 13F of {name}; its {said.get('tableEntryTotal', 'unknown number of')} rows are in another file."
    )
    batch.findings.append(
        Finding("N_13F_HEADER", message, f"Read the table with manager={cik or name}, period={period}.", source.name)
    )
    batch.done = source.size
    yield batch


def read_table(source: Input) -> Iterator[Batch]:
    """Rows of an information table, in batches."""
    table = _Table(source)
    batch, rows = table.start(), enumerate(elements(source, ("infoTable",)), 1)
    while True:
        with collector_rests():
            for place, element in rows:
                table.row(batch, element, place)
                if batch.full:
                    break
            else:
                break
        batch.done = source.done
        yield batch
        batch = table.next()
    batch.done = source.size
    yield batch


class _Table:
    """What all rows have in common: manager, quarter, unit of values."""

    def __init__(self, source: Input) -> None:
        self.source, self.known = source, source.published
        self.direct = bool(source.options.get("as_direct"))
        manager = str(source.options.get("manager") or "").strip()
        period = source.options.get("period")
        try:
            self.period = period if isinstance(period, date) else day(str(period)) if period else None
        except ValueError:
            raise source.fault(f"the option period={period!r} is no day.", "Write period=YYYY-MM-DD.") from None
        cik, right = checked("CIK", manager) if manager else ("", False)
        self.named = bool(manager)
        self.party = f"CIK:{cik}" if right else f"sec:manager/{manager or source.sha256[:16]}"
        self.manager = Entity(
            self.party, manager or "manager that is not named", "company", identifiers=(("CIK", cik),) if right else ()
        )
        self.as_of = self.period.isoformat() if self.period else None
        self.origin = Source(
            f"sec:13F/{self.party}/{self.as_of or source.sha256[:16]}", "filing", published_on=self.known, sha256=source.sha256
        )
        filed = self.known or self.period
        self.unit = (
            None if filed is None else 1 if filed >= DOLLARS or (self.known is None and filed >= date(2022, 12, 31)) else 1000
        )
        self.issuers: dict[str, str] = {}
        self.told: set[str] = set()
        self.words: dict[str, str] = {}

    def start(self) -> Batch:
        """The first batch tells who and what is missing."""
        batch = Batch(entities=[self.manager], sources=[self.origin])
        where = self.source.name
        if not self.named:
            batch.findings.append(Finding("W_DANGLING", "a 13F table does not name its manager.", "Say manager=CIK.", where))
        if self.period is None:
            batch.findings.append(
                Finding("W_DATE_ORDER", "a 13F table does not say its quarter.", "Say period=YYYY-MM-DD.", where)
            )
        if self.unit is None:
            message = "values are in dollars since 2023 and in thousands before; without a day they are kept as they stand."
            batch.findings.append(Finding("W_UNIT", message, "Say period=YYYY-MM-DD.", where))
        return batch

    def next(self) -> Batch:
        """A new batch; issuers told in older ones are told again, so that nothing grows with the file."""
        self.issuers.clear()
        self.told.clear()
        return Batch()

    def row(self, batch: Batch, element: Element, place: int) -> None:
        """One row: shares, or a bond (PRN), or an option (putCall)."""
        said: dict[str, str] = {}
        words, long = self.words, False
        for part in element.iter():
            tag = part.tag
            word = words.get(tag)
            if word is None:
                word = words[tag] = _WORDS.get(local(tag), "")
            if word and part.text:
                said[word] = text = part.text.strip()
                long = long or len(text) > MOST_FIELD
        where = f"row {place}"
        if long:
            batch.reject(where, "E_ROW", "a field that is longer than 1 MB.", short(str(said)))
            return
        try:
            count, worth = _whole(said["count"]), said.get("value", "")
            value = Decimal(worth) if worth.isdecimal() and len(worth) < 19 else number(worth)
            powers = [_whole(said[word]) if word in said else 0 for word in ("sole", "shared", "none")]
        except (ValueError, KeyError) as error:
            told = "a row without a number of shares" if isinstance(error, KeyError) else str(error)
            code = "E_SHARES_NEGATIVE" if "negative" in told else "E_NUMBER"
            batch.reject(where, code, f"{told}.", short(str(said)))
            return
        issuer = self.issuers.get(said.get("cusip", "")) or self._issuer(batch, said, where)
        if issuer is None:
            batch.reject(where, "E_PARTY", "a row without an issuer.", short(str(said)))
            return
        batch.accept(self._statement(said, issuer, count, value, powers, where))

    def _statement(
        self, said: dict[str, str], issuer: str, count: int, value: Decimal | None, powers: list[int], where: str
    ) -> Statement:
        extra: dict[str, Any] = {word: said[word] for word in _EXTRA if word in said}
        extra |= {"cusip": said.get("cusip", ""), "voting_authority": powers, "form": "13F"}
        bond, option = said.get("type", "SH").upper() == "PRN", said.get("put_call")
        plain = not bond and not option
        if not plain:
            extra["principal" if bond else "underlying_shares"] = count
        if option:
            extra["option"] = option.lower()
        if not (self.direct and plain):
            extra["declared"] = True
        if self.unit is None and value is not None:
            extra["value"] = str(value)
        known = value is not None and self.unit is not None
        return Statement(
            self.party, "holds", issuer, shares=count if plain else None, votes=powers[0] + powers[1] if plain else None,
            share_class=said.get("class"), amount=value * (self.unit or 1) if known and value is not None else None,
            currency="USD" if known else None, directness="direct" if self.direct and plain else "unknown",
            topic="bond" if bond else "option" if option else None, speaker=self.manager.name, speaker_kind="filing", as_of=self.as_of,
            known_on=self.known, source=self.origin.id, where=where, extra=extra,
        )  # fmt: skip

    def _issuer(self, batch: Batch, said: dict[str, str], where: str) -> str | None:
        """The first six characters of a CUSIP name the issuer, all nine the security."""
        raw, name = said.get("cusip", ""), said.get("name", "")
        cusip, right = checked("CUSIP", raw)
        if not right and 5 < len(cusip) < 9 and checked("CUSIP", cusip.zfill(9))[1]:
            batch.findings.append(Finding("W_ID_PADDED", f"{raw} has lost its zeros in front.", "", where))
            cusip, right = cusip.zfill(9), True
            said["cusip"] = cusip
        if not raw and not name:
            return None
        if raw and not right:
            batch.findings.append(Finding("W_ID_CHECK", f"the CUSIP {raw[:20]} fails its check digit.", "", where))
        party = f"CUSIP-6:{cusip[:6]}" if right else f"sec:cusip/{cusip[:20]}" if raw else f"sec:issuer/{name[:200]}"
        if party not in self.told:
            self.told.add(party)
            batch.entities.append(Entity(party, name[:1_000] or party, "company"))
        if right:
            self.issuers[raw] = self.issuers[cusip] = party
        return party


def _whole(text: str) -> int:
    if text.isdecimal() and len(text) < 19:
        return int(text)
    value = number(text)
    if value is None or value >= MOST_COUNT:
        raise ValueError(f"{text!r} is no number of shares")
    return int(value)
