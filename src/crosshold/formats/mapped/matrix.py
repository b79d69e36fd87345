"""Matrices: a row for each company, a column for each company, how much in each cell. Which side is owned, only the reader can say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crosshold.errors import Finding, RequestError
from crosshold.formats.intake import Batch, Input
from crosshold.formats.mapped.cells import Style, number, share, share_parts
from crosshold.formats.mapped.columns import Profile
from crosshold.formats.mapped.header import Header
from crosshold.formats.mapped.mapping import Column
from crosshold.formats.mapped.rows import Row, Table
from crosshold.formats.mapped.words import is_empty, is_total, units
from crosshold.formats.xlsx import Broken
from crosshold.model.statement import Source, Statement

SIDES = ("holders", "issuers")
_OVER = 1.000001


def looks_like_one(start: Sequence[Row], header: Header) -> bool:
    """Whether the names of the columns are those of the rows, or nearly all cells behind the first column are numbers."""
    body = [row.cells for row in start[header.rows :] if row.fault is None and any(row.cells)]
    labels = {cells[0].strip() for cells in body if cells and cells[0].strip()}
    columns = set(header.names[1:])
    cells = [cell for row in body for cell in row[1:] if not is_empty(cell)]
    if not labels or len(columns) < 2 or not cells or sum(map(_numeric, cells)) < 0.8 * len(cells):
        return False
    return len(labels & columns) * 2 >= min(len(labels), len(columns))


def _numeric(cell: str) -> bool:
    try:
        share_parts(cell, Style())
    except ValueError:
        return False
    return True


def side(told: str) -> str:
    """``rows=holders`` or ``rows=issuers`` as one word; ``RequestError``."""
    word = told.removeprefix("rows=").strip()
    if word not in SIDES:
        raise RequestError(
            Finding("E_MATRIX", f"{told!r} is neither rows=holders nor rows=issuers.", "Say which side owns.", "--matrix")
        )
    return word


def read_matrix(source: Input, table: Table, header: Header, rows_are: str, origin: Source) -> Iterator[Batch]:
    """A statement for each cell that is neither empty nor 0."""
    profile, column = _profile(table, header)
    style = profile.style(column, table.epoch)
    counts = profile.large and _largest(table, header, style) > 100
    batch = Batch(sources=[origin])
    if style.unit is None:
        text = "no cell is over 1.5 and none has a percent sign: they are read as fractions."
        batch.findings.append(Finding("W_UNIT", text, "Write '%' above the header if they are percentages.", source.name))
    sums = [0.0] * header.width
    widest = 0.0
    for n, row in enumerate(table.rows()):
        where = f"{source.name}: {row.where}"
        label = row.cells[0].strip() if row.cells else ""
        if n < header.rows:
            batch.leave_out("header")
        elif row.fault or len(row.cells) > header.width:
            code, text = row.fault or ("E_ROW", f"the row has {len(row.cells)} cells, the header {header.width}.")
            batch.reject(where, code, text, row.told(header.names), "Mend the row and read it again.")
        elif not any(cell.strip() for cell in row.cells):
            batch.leave_out("blank")
        elif is_total(label):
            batch.leave_out("total")
        elif not label:
            batch.reject(where, "E_PARTY", "the row has no name.", row.told(header.names), "Write it in the first column.")
        else:
            try:
                made = list(_cells(row, header, label, rows_are, style, counts, origin))
            except ValueError as error:
                batch.reject(where, "E_NUMBER", f"{error}.", row.told(header.names), "Mend the cell.")
                continue
            total = 0.0
            for k, statement in made:
                size = float(statement.share.low) if statement.share else 0.0
                sums[k], total = sums[k] + size, total + size
            widest = max(widest, total)
            if made:
                batch.accept(*(statement for _, statement in made))
            else:
                batch.leave_out("no size")
        if batch.full:
            batch.done = source.done
            yield batch
            batch = Batch()
    owned, owning = (max(sums, default=0.0), widest) if rows_are == "holders" else (widest, max(sums, default=0.0))
    if owned > _OVER:
        other = SIDES[1 - SIDES.index(rows_are)]
        text = f"read with rows={rows_are}, a company is held to {owned:.2%}; the other way, to {owning:.2%} at most."
        batch.findings.append(Finding("W_MATRIX", text, f"If that is wrong, say --matrix rows={other}.", source.name))
    batch.done = source.size
    yield batch


def _cells(
    row: Row, header: Header, label: str, rows_are: str, style: Style, counts: bool, origin: Source
) -> Iterator[tuple[int, Statement]]:
    for k, cell in enumerate(row.cells[1:], 1):
        if is_empty(cell) or is_total(header.names[k]):
            continue
        if isinstance(cell, Broken):
            raise ValueError(f"{header.names[k]}: there is no value, but {cell}")
        holder, issuer = (label, header.names[k]) if rows_are == "holders" else (header.names[k], label)
        where = f"{row.where}, column {k + 1}"
        if counts:
            count = number(cell, style)
            if count < 0 or count != int(count):
                raise ValueError(f"{header.names[k]}: {cell[:40]!r} is no count of shares")
            made = Statement(holder, "holds", issuer, shares=int(count), source=origin.id, where=where)
            size = count
        else:
            said = share_parts(cell, style)
            made = Statement(
                holder, "holds", issuer, share=share(said, style.unit or "fraction", cell), hedge=said.hedge, source=origin.id, where=where,
            )  # fmt: skip
            size = said.low if said.high is None else said.high
        if size:
            yield k, made


def _profile(table: Table, header: Header) -> tuple[Profile, Column]:
    percent = units(" ".join((*header.above, header.names[0])))[0]
    profile, column = Profile(), Column("share", "percent" if percent else None)
    for n, row in enumerate(table.rows()):
        if n >= header.rows and row.fault is None and row.cells and not is_total(row.cells[0]):
            for cell in row.cells[1:]:
                if not is_empty(cell) and not isinstance(cell, Broken):
                    profile.see(cell, column)
    return profile, column


def _largest(table: Table, header: Header, style: Style) -> float:
    largest = 0.0
    for n, row in enumerate(table.rows()):
        if n >= header.rows and row.fault is None and row.cells and not is_total(row.cells[0]):
            for k, cell in enumerate(row.cells[1:], 1):
                if k < header.width and not is_empty(cell) and not is_total(header.names[k]) and _numeric(cell):
                    largest = max(largest, float(share_parts(cell, style).low))
    return largest
