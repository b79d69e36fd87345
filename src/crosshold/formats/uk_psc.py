"""The snapshot of persons with significant control (UK Companies House), one JSON object a line (spec/evidence 7.6).

Everything in it is declared: a band that somebody holds "directly or indirectly" is a claim about a chain and makes no lot, unless the
option ``as_direct`` says to take it as one. Sums of minimums are kept for the last companies only.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from crosshold.errors import Finding
from crosshold.formats.intake import LISTED, Batch, Input, Refused
from crosshold.formats.json_stream import Row, rows_of
from crosshold.formats.stretches import Nothing, Stretch, batches, lines
from crosshold.formats.uk_holders import KINDS, PLAIN, holder_of
from crosshold.formats.uk_natures import NO_OWNER, REMARKS, UNDISCLOSED, Nature, nature
from crosshold.model.dates import day_of
from crosshold.model.entity import Entity
from crosshold.model.identifiers import checked
from crosshold.model.statement import Source, Statement

WINDOW = 2**16
"""Companies whose minimums are summed at a time."""
_TAILS = ("-person-with-significant-control", "-beneficial-owner")
_STATEMENT = "persons-with-significant-control-statement"
_LISTED = (
    "psc-exempt-as-trading-on-",
    "psc-exempt-as-shares-admitted-on-market",
    "disclosure-transparency-rules-chapter-five-applies",
)


def sniff(head: bytes, name: str) -> float:
    """Lines with a company number and data of one of the kinds."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:4096]
    if not start.startswith(b"{") or b'"data"' not in start:
        return 0.0
    kinds = (b"with-significant-control", b"-beneficial-owner", b"totals#persons-of-significant-control", b'"exemptions"')
    return 0.95 if any(kind in head for kind in kinds) else 0.0


def read(source: Input) -> Iterator[Batch]:
    """Batches of statements. Options: ``as_direct`` (bands are taken as direct holdings)."""
    return batches(source, sys.modules[__name__])


def stretches(source: Input) -> Iterator[Stretch]:
    """Lines."""
    return lines(source)


def gather(source: Input) -> Sums:
    """Sums over all lines."""
    return Sums()


def read_stretch(source: Input, stretch: Stretch) -> Batch:
    """The batch of some lines. ``notes`` of it are what its holders have at least, for :class:`Sums`."""
    reader = _Reader(source, first=not stretch.number)
    for row in rows_of(stretch):
        reader.row(row)
    reader.batch.done = stretch.done
    return reader.batch


class Sums(Nothing):
    """Adds up what the holders of a company have at least. Trustees and members of a firm stand for one block, and are not added."""

    def __init__(self) -> None:
        self.sums: dict[tuple[str, str, str | None], tuple[int, bool]] = {}

    def add(self, batch: Batch) -> None:
        """Tell of companies in which more than all is held."""
        sums = self.sums
        for where, issuer, verb, share_class, least, low_open in batch.notes:
            key = (issuer, verb, share_class)
            before, was_open = sums.get(key, (0, False))
            total, is_open = sums[key] = before + least, was_open or low_open
            if _over(total, is_open) and not _over(before, was_open):
                more = "more than " if is_open else ""
                message = f"{issuer}: the least that its holders are said to have ({verb}) is {more}{total} %."
                cure = "Holders may be counted twice; every claim is kept."
                batch.findings.append(Finding("W_OVER_100", message, cure, where))
            if len(sums) > WINDOW:
                for old in list(sums)[: WINDOW // 2]:
                    del sums[old]


class _Reader:
    """One stretch of a file: the batch that is being filled, and what must be remembered from line to line."""

    def __init__(self, source: Input, first: bool) -> None:
        self.source = source
        day = re.search(r"\d{4}-\d{2}-\d{2}", source.name)
        published = source.published or (day_of(day[0]) if day else None)
        self.published = published.isoformat() if published else ""
        self.horizon = self.published or source.horizon.isoformat()
        self.id = f"uk-psc:{self.published or source.name}"
        self.batch = Batch()
        self.direct = bool(source.options.get("as_direct"))
        self.told: Counter[str] = Counter()
        self.company = ""  # of the line before
        if first:
            title = f"Persons with significant control, {source.name}"
            self.batch.sources.append(
                Source(
                    self.id, "register", "Companies House", title, published_on=published, language="en",
                    media_type="application/x-ndjson",
                )
            )  # fmt: skip
            if self.direct:
                self.tell("N_AS_DIRECT", "", "declared bands are taken as direct holdings, because as_direct was given.")

    def tell(self, code: str, where: str, message: str, cure: str = "") -> None:
        """A finding. Beyond those that are listed they are only counted, so that one stands for all."""
        self.told[code] += 1
        self.batch.findings.append(Finding(code, message, cure, where) if self.told[code] <= LISTED else _more(code))

    def row(self, row: Row) -> None:
        """One line: statements, a named rule that leaves it out, or a reject."""
        code, why = "E_ROW", row.fault
        if not why:
            try:
                data = row.value["data"]
                self._read(row.where, row.value.get("company_number"), data["kind"], data, {"psc": row.text.strip()})
                return
            except Refused as error:
                code, why = error.code, str(error)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                why = f"it is no record of this register ({type(error).__name__}: {error})"
        self.batch.reject(row.where, code, f"{why.rstrip('.')}.", row.text.rstrip("\r\n"), "Mend the line and read it again.")

    def _read(self, where: str, company: Any, kind: str, data: dict[str, Any], kept: dict[str, Any]) -> None:
        if company is None:
            if kind.startswith("totals#"):
                self.batch.leave_out("totals line")
                return
            raise Refused("E_PARTY", "there is no company number.")
        issuer = self._issuer(where, str(company))
        natures = data.get("natures_of_control")
        if natures is not None and type(natures) is not list:
            raise Refused("E_ROW", "natures_of_control is no list.")
        first, last = self._period(where, data)
        if kind == _STATEMENT:
            made = [self._statement(where, issuer, data, first, last, kept)]
        elif kind == "exemptions":
            made = self._exemptions(where, issuer, data, kept)
        else:
            who = kind
            for tail in _TAILS:
                who = who.removesuffix(tail)
            if who == "super-secure":
                made = [self._say(where, issuer, "undisclosed", first, last, {"declared": True, **kept}, reason="super-secure")]
            elif who in KINDS or natures:
                made = self._person(where, issuer, who, data, natures or [], first, last, kept)
            else:
                self.tell("W_UNKNOWN_CODE", where, f"{kind!r} is no kind of record that is known.", "The line gives nothing.")
                self.batch.leave_out("unknown kind of record")
                return
        self.batch.accept(*made)

    def _issuer(self, where: str, number: str) -> str:
        issuer = f"GB-COH:{number}"
        if not PLAIN(number):
            value, right = checked("GB-COH", number)
            if value != number:
                self.tell("W_ID_PADDED", where, f"the company number {number!r} is read as {value}.")
            if not right:
                self.tell("W_ID_CHECK", where, f"{number!r} has not the form of a UK company number.", "Check it; it is kept.")
            number, issuer = value, f"GB-COH:{value}" if right else f"uk-psc:{value}"
        if issuer != self.company:
            self.company = issuer
            place = None if number.startswith("OE") else "GB"
            self.batch.entities.append(
                Entity(issuer, "", "company", place, identifiers=(("GB-COH", number),) if issuer[0] == "G" else ())
            )
        return issuer

    def _period(self, where: str, data: dict[str, Any]) -> tuple[str | None, str | None]:
        first, last = data.get("notified_on"), data.get("ceased_on")
        for text in (first, last):
            if text is not None and day_of(text) is None:
                raise Refused("E_DATE", f"{text!r} is not a date.")
        if first and last and last < first:
            self.tell("W_DATE_ORDER", where, f"it ceased on {last}, before {first}, when it was notified.", "Check the dates.")
        if (latest := max(first or "", last or "")) > self.horizon:
            end = f"the snapshot of {self.published}" if self.published else f"today, {self.horizon}"
            self.tell("W_FUTURE", where, f"{latest} is later than {end}.", "Check the date.")
        if first:
            self.tell("W_START_NOTIFIED", where, "the day of the notice is taken as the day it began; nothing else is said.")
        return first, last

    def _say(
        self, where: str, subject: str, verb: str, first: str | None, last: str | None, extra: dict[str, Any], **more: Any
    ) -> Statement:
        return Statement(
            subject, verb, speaker_kind="filing", valid_from=first, valid_to=last, known_on=day_of(first), source=self.id, where=where,
            extra=extra, **more,
        )  # fmt: skip

    def _statement(
        self, where: str, issuer: str, data: dict[str, Any], first: str | None, last: str | None, kept: dict[str, Any]
    ) -> Statement:
        code = str(data.get("statement", ""))
        if code in NO_OWNER:
            return self._say(where, issuer, "no_owner", first, last, kept, reason=code)
        if code in UNDISCLOSED:
            return self._say(where, issuer, "undisclosed", first, last, kept, reason=code)
        if code not in REMARKS:
            self.tell("W_UNKNOWN_CODE", where, f"{code!r} is no statement that is known.", "It is kept as a comment.")
        return self._say(where, issuer, "comment", first, last, kept, value=code)

    def _exemptions(self, where: str, issuer: str, data: dict[str, Any], kept: dict[str, Any]) -> list[Statement]:
        """Listed or traded, and so not bound to say who controls it: that is not "no owner"."""
        made: list[Statement] = []
        for group in data["exemptions"].values():
            kind = str(group.get("exemption_type"))
            for item in group.get("items") or [{}]:
                first, last = item.get("exempt_from"), item.get("exempt_to")
                if (first and day_of(first) is None) or (last and day_of(last) is None):
                    raise Refused("E_DATE", f"{first!r} or {last!r} is not a date.")
                made.append(self._say(where, issuer, "is", first, last, {} if made else kept, topic="exempt", value=kind))
                if kind.startswith(_LISTED) and not last:
                    self.batch.entities.append(Entity(issuer, "", "company", listed=True))
        if not made:
            raise Refused("E_ROW", "it names no exemption.")
        return made

    def _person(
        self, where: str, issuer: str, who: str, data: dict[str, Any], codes: list[Any], first: str | None, last: str | None,
        kept: dict[str, Any],
    ) -> list[Statement]:  # fmt: skip
        person, told = holder_of(issuer, who, data)
        self.batch.entities.append(person)
        for code, message, cure in told:
            self.tell(code, where, message, cure)
        holder = person.id
        if holder == issuer:
            self.tell("W_SELF_HOLDING", where, f"{issuer} is named as in control of itself.", "It is kept; check the line.")
        known, directness = day_of(first), "direct" if self.direct else "unknown"
        made: list[Statement] = []
        slots: dict[Any, Nature] = {}
        for n, code in enumerate(codes or [None]):
            what = nature(str(code)) if code is not None else _NOTHING
            if n and code in codes[:n]:
                self.tell("W_DUPLICATE", where, f"{code} is listed twice; it counts once.")
                continue
            extra = {} if made else kept
            if code is not None:
                extra["nature"] = code
            if what.capacity:
                extra["capacity"] = what.capacity
            if not self.direct:
                extra["declared"] = True
            subject, thing = (issuer, holder) if what.verb == "nominee_for" else (holder, issuer)
            share, votes = (None, what.share) if what.verb == "votes" else (what.share, None)
            made.append(
                Statement(
                    subject, what.verb, thing, share=share, vote_share=votes, share_class=what.share_class, how=what.how,
                    directness=directness, speaker_kind="filing", valid_from=first, valid_to=last, known_on=known, source=self.id,
                    where=where, extra=extra,
                )
            )  # fmt: skip
            if not what.known:
                self.tell(
                    "W_UNKNOWN_CODE", where, f"{code!r} is no nature of control that is known.", "It is kept without a number."
                )
            elif what.share:
                other = slots.setdefault(what.slot, what)
                if other is not what:
                    self.tell("W_CONFLICT", where, f"{other.code} and {code} cannot both be.", "Both are kept; check the line.")
                    if what.least < other.least:
                        slots[what.slot] = what
        if not last:
            self.batch.notes += [
                (where, issuer, verb, share_class, what.least, what.share.low_open)
                for (verb, share_class, _), what in slots.items()
                if not what.block and what.share is not None
            ]
        return made


_NOTHING = Nature("", "controls", how="declared")


def _over(percent: int, is_open: bool) -> bool:
    return percent > 100 or (percent == 100 and is_open)


@lru_cache(maxsize=64)
def _more(code: str) -> Finding:
    return Finding(code, f"as those before; the first {LISTED:,} are listed.")
