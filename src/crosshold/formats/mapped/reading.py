"""Rows of a table into Statements: every row is a holding, left out by a named rule, or rejected with its place."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from crosshold.errors import Finding
from crosshold.formats.fields import MOST_COUNT
from crosshold.formats.intake import Batch, Input
from crosshold.formats.mapped.cells import Ambiguous, Style, day, either, name, number, share, share_parts
from crosshold.formats.mapped.columns import Profile
from crosshold.formats.mapped.header import Header
from crosshold.formats.mapped.mapping import COUNTS, DAYS, MONEY, PARTIES, SHARES, Column
from crosshold.formats.mapped.mapping import Mapping as TableMapping
from crosshold.formats.mapped.rows import Row, SheetTable, Table
from crosshold.formats.mapped.sums import Facts, Sums
from crosshold.formats.mapped.words import is_empty, is_total, loose, words
from crosshold.formats.xlsx import Broken
from crosshold.model.entity import KINDS, Entity
from crosshold.model.identifiers import checked
from crosshold.model.share import BASES, Share
from crosshold.model.statement import SPEAKER_KINDS, STANCES, Source, Statement

SECURITIES = ("ISIN", "CUSIP")
"""Numbers of securities: they name a class of shares, not the company."""
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "basis": (*BASES, "capital_par", "class", "unknown"), "stance": STANCES, "speaker_kind": SPEAKER_KINDS, "confidence": ("A", "B", "C"),
    "holder_kind": KINDS, "issuer_kind": KINDS,
}  # fmt: skip


class Fault(Exception):
    """Why a row is rejected."""

    def __init__(self, code: str, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.cure = code, message, cure


class Reader:
    """Turns the rows of one table into statements. What it keeps has a fixed size."""

    def __init__(
        self, source: Input, table: Table, header: Header, mapping: TableMapping, found: Mapping[str, Profile], origin: Source
    ) -> None:
        self.source, self.table, self.header, self.origin = source, table, header, origin
        self.constant = mapping.constant
        self.places = {column.field: n for n, name in enumerate(header.names) if (column := mapping.columns.get(name))}
        self.columns = {column.field: column for column in mapping.columns.values()}
        self.styles = {f: found[f].style(c, table.epoch) for f, c in self.columns.items() if f in found}
        self.profiles = found
        self.loose = [(n, name) for n, name in enumerate(header.names) if name not in mapping.columns]
        self.ids = [f for f in (*self.columns, *self.constant) if ":" in f]
        self.sums, self.facts = Sums(), Facts()
        self.entities: OrderedDict[Entity, None] = OrderedDict()
        self.batch = Batch()
        self.where = ""
        self.as_direct = bool(source.options.get("as_direct"))

    def batches(self) -> Iterator[Batch]:
        """The batches of the table."""
        self.batch.sources.append(self.origin)
        for n, row in enumerate(self.table.rows()):
            if n < self.header.rows:
                self.batch.leave_out("header")
                continue
            self._row(row)
            if self.batch.full:
                self.batch.done = self.source.done
                yield self.batch
                self.batch = Batch()
        self.batch.findings += self.sums.end()
        self.batch.done = self.source.size
        yield self.batch

    def _row(self, row: Row) -> None:
        self.where = f"{self.source.name}: {row.where}"
        try:
            if row.fault is not None:
                raise Fault(*row.fault, "Mend the row and read it again.")
            rule = self._left_out(row)
            if rule is not None:
                self.batch.leave_out(rule)
                return
            if len(row.cells) != self.header.width:
                row = row._replace(cells=self._fitted(row.cells))
            if self._is_total(row.cells):
                self._total(row.cells)
                return
            self._take(row)
        except Fault as fault:
            self.batch.reject(self.where, fault.code, fault.message, row.told(self.header.names), fault.cure)

    def _left_out(self, row: Row) -> str | None:
        """The rule by which a row that is no holding is left out."""
        if not any(cell.strip() for cell in row.cells):
            return "blank"
        if row.hidden:
            self._tell("N_HIDDEN", "the row is hidden and left out.", "Show it in the workbook if it counts.")
            return "hidden"
        if tuple(" ".join(c.split()) for c in row.cells[: self.header.width]) == self.header.names:
            return "header again"
        return None

    def _fitted(self, cells: list[str]) -> list[str]:
        """A row with as many cells as the header; empty ones behind it are formatting."""
        width = self.header.width
        if any(cell.strip() for cell in cells[width:]):
            raise Fault("E_ROW", f"the row has {len(cells)} cells, the header {width}.", "Check separators and quotes.")
        if len(cells) < width and not isinstance(self.table, SheetTable):
            raise Fault("E_ROW", f"the row has {len(cells)} cells, the header {width}.", "Check separators and quotes.")
        return cells[:width] + [""] * (width - len(cells))

    def _tell(self, code: str, message: str, cure: str = "") -> None:
        self.batch.findings.append(Finding(code, message, cure, self.where))

    # -- totals ------------------------------------------------------------------------------------------------------------------
    def _is_total(self, cells: list[str]) -> bool:
        first = next((cell for cell in cells if cell.strip()), "")
        return is_total(first) or any(is_total(cells[self.places[p]]) for p in PARTIES if p in self.places)

    def _total(self, cells: list[str]) -> None:
        issuer = name(cells[self.places["issuer"]])[0] if "issuer" in self.places else self.constant.get("issuer", "")
        holder_says = "holder" in self.places and is_total(cells[self.places["holder"]])
        if is_total(issuer) or not holder_says:
            issuer = ""
        try:
            made = {f: self._value(f, cells[n]) for f, n in self.places.items() if f in ("share", "shares", "as_of")}
        except Fault:
            made = {}
        day = made.get("as_of") or ""
        said, shares = made.get("share"), made.get("shares")
        self.batch.findings += self.sums.total(self.where, issuer or None, day, said[0] if said else None, shares)
        self.batch.leave_out("total")

    # -- a holding -----------------------------------------------------------------------------------------------------------------
    def _take(self, row: Row) -> None:
        cells = row.cells
        values: dict[str, Any] = {}
        extra: dict[str, Any] = {name: str(cells[n]) for n, name in self.loose if cells[n].strip()}
        for field, text in self.constant.items():
            if ":" not in field:
                values[field] = self._value(field, text)
        for field, n in self.places.items():
            if ":" in field or field == "ignore":
                continue
            try:
                value = self._value(field, cells[n])
            except Ambiguous as error:
                self._tell("W_UNIT", f"{error}; it is left out.", "Write 'decimal:' in the mapping.")
                extra[field], value = str(cells[n]), None
            if value is not None:
                values[field] = value
        given = self._parties(values, cells, extra)
        self._scaled(values, extra)
        statement = self._statement(values, extra, given, row)
        if statement is None:
            return
        if before := self.facts.again(statement):
            self._tell("W_DUPLICATE", f"the row says again what {before} says; it is counted once.", "Keep one of the two.")
            self.batch.accept()
            return
        self.batch.findings += [replace(f, where=self.where) for f in self.sums.add(statement)]
        more = self._issued(values, statement)
        self.batch.accept(statement, *more)

    def _statement(self, values: dict[str, Any], extra: dict[str, Any], given: dict[str, str], row: Row) -> Statement | None:
        sizes = {f: values.pop(f, None) for f in SHARES}
        hedges = [said[1] for said in sizes.values() if said and said[1]]
        shares = {f: said[0] if said else None for f, said in sizes.items()}
        if (votes := shares["vote_share"]) and votes.low == votes.high == 0:
            values["votes"], shares["vote_share"] = 0, None
        verb = "holds"
        if values.get("shares") is None and shares["share"] is None:
            if values.get("votes") is None and shares["vote_share"] is None:
                if any(field in extra for field in COUNTS):
                    raise Fault(
                        "W_UNIT", "the only number of the row can be read in two ways.", "Write 'decimal:' in the mapping."
                    )
                self.batch.leave_out("no size")
                return None
            verb = "votes"
        values |= {f: s for f, s in shares.items() if s is not None}
        if values.get("amount") is not None and (
            currency := self.columns["amount"].currency if "amount" in self.columns else None
        ):
            values.setdefault("currency", currency)
        if hedges and "hedge" not in values:
            values["hedge"] = hedges[0]
        if values.get("directness") == "indirect":
            if self.as_direct:
                values["directness"] = "direct"
            else:
                extra["declared"] = True
        self._arithmetic(values)
        wanted = {
            f: v
            for f, v in values.items()
            if f not in ("issued", "holder", "issuer") and not f.startswith(("holder_", "issuer_"))
        }
        wanted.setdefault("basis", "unknown")
        return Statement(
            given["holder"], verb, given["issuer"], source=self.origin.id, where=row.where, extra=extra, **wanted,
        )  # fmt: skip

    def _arithmetic(self, values: dict[str, Any]) -> None:
        """The count, the whole and the percentage of one row against each other; a percentage that fits is one of the issued shares."""
        shares, issued, said = values.get("shares"), values.get("issued"), values.get("share")
        if shares is None or not issued:
            return
        if shares > issued:
            raise Fault("E_SHARE_RANGE", f"{shares:,} shares of {issued:,} issued.", "Check the digits.")
        if isinstance(said, Share):
            part = Fraction(shares, issued)
            if said.low <= part <= said.high:
                values["basis"] = "issued" if values.get("basis", "unknown") == "unknown" else values["basis"]
            elif values.get("basis", "unknown") in ("unknown", "issued"):
                said_so = f"{float(said.low):.4%} to {float(said.high):.4%}"
                text = f"{shares:,} of {issued:,} shares are {float(part):.4%}, and the row says {said_so}."
                self._tell("W_ARITHMETIC", text, "Say what the percentage is one of: 'basis'.")

    def _issued(self, values: dict[str, Any], of: Statement) -> list[Statement]:
        if not values.get("issued") or of.share_class is not None:
            return []
        days = {f: v for f in DAYS if (v := getattr(of, f)) is not None}
        made = Statement(of.object or "", "issued", shares=values["issued"], source=of.source, where=of.where, **days)
        return [] if self.facts.again(made) else [made]

    def _scaled(self, values: dict[str, Any], extra: dict[str, Any]) -> None:
        """A count that is printed in thousands is the middle of what it may be: the bounds hold rounded and cut-off ones."""
        for field in COUNTS:
            factor = self.columns[field].scale if field in self.columns else 1
            if factor > 1 and values.get(field):
                value = values[field]
                extra[f"{field}_bounds"] = [max(value - factor // 2, 0), value + factor - 1]

    # -- parties -------------------------------------------------------------------------------------------------------------------
    def _parties(self, values: dict[str, Any], cells: list[str], extra: dict[str, Any]) -> dict[str, str]:
        given = {}
        for party in PARTIES:
            text, mark = name(values.get(party) or "")
            if mark:
                extra[f"{party}_mark"] = mark
                self._tell("N_FOOTNOTE", f"the {party} is {text!r}; {mark!r} behind it is taken for a footnote.")
            numbers = self._identifiers(party, cells, extra)
            named = values.get(f"{party}_name") or text
            best = f"{numbers[0][0]}:{numbers[0][1]}" if numbers else text
            if not best:
                raise Fault("E_PARTY", f"the row names no {party}.", "Every row needs a holder and an issuer.")
            given[party] = best
            kind, country = values.get(f"{party}_kind"), values.get(f"{party}_jurisdiction")
            if numbers or kind or country or named != best:
                self._entity(Entity(best, named or best, kind or "unknown", country, identifiers=tuple(numbers)))
        return given

    def _identifiers(self, party: str, cells: list[str], extra: dict[str, Any]) -> list[tuple[str, str]]:
        found = []
        for field in self.ids:
            of, _, scheme = field.partition(":")
            raw = cells[self.places[field]] if field in self.places else self.constant[field]
            if of != party or is_empty(raw):
                continue
            value, right = checked(scheme, str(raw))
            if not right:
                self._tell(
                    "W_ID_CHECK", f"{raw[:40]!r} is no {scheme}: its check digit or form is wrong; it is kept and not used."
                )
                extra[field] = str(raw)
            elif scheme in SECURITIES:
                extra[scheme.lower()] = value
            else:
                if len(value) > len(str(raw).strip()):
                    self._tell(
                        "W_ID_PADDED", f"{raw[:40]!r} was filled up to {value}.", "Keep such numbers as text in the table."
                    )
                found.append((scheme, value))
        return found

    def _entity(self, entity: Entity) -> None:
        if entity not in self.entities:
            if len(self.entities) >= 2**16:
                self.entities.popitem(last=False)
            self.entities[entity] = None
            self.batch.entities.append(entity)

    # -- one cell --------------------------------------------------------------------------------------------------------------------
    def _value(self, field: str, cell: str) -> Any:
        """What a cell of that field says; ``None`` when it is empty. ``Fault``; ``Ambiguous`` for a count that can be read in two ways."""
        column = self.columns.get(field) or Column(field, said=True)
        style = self.styles.get(field) or Style(column.decimal, column.unit or "fraction", column.date_order, self.table.epoch)
        if isinstance(cell, Broken):
            raise Fault(
                "E_NUMBER", f"{field}: there is no value, but {cell}.", "Open the file, let it compute, and save it again."
            )
        if field in (*COUNTS, *MONEY, *SHARES, *DAYS):
            if is_empty(cell):
                return None
            try:
                return self._told(field, cell, column, style)
            except Ambiguous:
                raise
            except ValueError as error:
                raise Fault("E_DATE" if field in DAYS else "E_NUMBER", f"{field}: {error}.", "Mend the cell.") from None
        return self._word(field, cell)

    def _told(self, field: str, cell: str, column: Column, style: Style) -> Any:
        if field in SHARES:
            return self._share(field, cell, column, style)
        if field in DAYS:
            return self._day(field, cell, style)
        value = number(cell, style) * column.scale
        if field in MONEY:
            return value
        if value < 0:
            raise Fault("E_SHARES_NEGATIVE", f"{field}: {cell[:40]} is negative.", "Counts are 0 or more.")
        if value > MOST_COUNT:
            raise Fault("E_NUMBER", f"{field}: {cell[:40]} is more than any company has.", "Check the digits.")
        if value != int(value):
            self._tell("W_FRACTION_SHARE", f"{field}: {cell[:40]} is no whole number; {int(value):,} is taken.")
        return int(value)

    def _share(self, field: str, cell: str, column: Column, style: Style) -> tuple[Share, str | None]:
        said = share_parts(cell, style)
        if said.low < 0:
            raise Fault("E_SHARE_RANGE", f"{field}: {cell[:40]} is negative.", "A share is between 0 and 100 %.")
        try:
            profile = self.profiles.get(field)
            if profile is not None and profile.doubtful(said, column):
                text = f"{field}: {cell[:40]} may be a fraction or a percentage; its bounds hold both."
                self._tell("W_UNIT", text, "Write 'unit:' in the mapping, or mend the cell.")
                return either(said, cell), said.hedge
            return share(said, style.unit or "fraction", cell), said.hedge
        except ValueError as error:
            raise Fault("E_SHARE_RANGE", f"{field}: {error}.", "A share is between 0 and 100 %.") from None

    def _day(self, field: str, cell: str, style: Style) -> Any:
        made, unsure = day(cell, style)
        if unsure:
            text = f"{field}: in {cell[:40]} day and month cannot be told apart; the year is kept."
            self._tell("W_DATE_ORDER", text, "Write 'date_order: day' or 'month' in the mapping.")
        if field == "as_of" and made[:10] > self.source.horizon.isoformat():
            end = "the source" if self.source.published else "today"
            self._tell("W_FUTURE", f"{field}: {made} is later than {end}, {self.source.horizon}.", "Check the date.")
        if field in ("known_on", "said_on"):
            if len(made) != 10:
                raise ValueError(f"{cell[:40]!r} names no single day")
            return date.fromisoformat(made)
        return made

    def _word(self, field: str, cell: str) -> str | None:
        text = str(cell).strip()
        if field in PARTIES:
            return "" if is_empty(text) else text
        if not text or is_empty(text):
            return None
        if field == "directness":
            return next((kind for kind, listed in words()["directness"].items() if loose(text) in listed), "unknown")
        if field in _CHOICES and text not in _CHOICES[field]:
            raise Fault("E_ROW", f"{field}: {text[:40]!r} is not one of {', '.join(_CHOICES[field])}.", "Mend the cell.")
        return text
