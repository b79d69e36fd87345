"""Look-through: who finally receives what companies are worth, when they hold each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding
from crosshold.kernels.flow import Amount, Divergent, method
from crosshold.kernels.owner_rows import OwnerRows, owner_rows
from crosshold.kernels.settle import Settle
from crosshold.model.columns import Columns, WithFloats
from crosshold.model.result import Result
from crosshold.network import Network

ERROR = 1e-3  # part of a company that may be cut where the owners of every company are asked for


class LookthroughRow(NamedTuple):
    """``fraction`` of ``company`` that ends with ``owner``, or with the unidentified holders of X when the owner is ``float:X``."""

    owner: str
    company: str
    fraction: Amount


@dataclass(frozen=True, eq=False, kw_only=True)
class Lookthrough(Result):
    """Non-zero rows by company; those of one company add up to exactly 1. ``undetermined`` companies depend on an ownerless cycle.

    Of a register, ``rows`` are :class:`~crosshold.model.columns.Columns`: made when looked at, ``rows.arrays`` has owner, company and
    fraction as numpy arrays (an owner from n on is the float of entity owner - n). When every company was asked for,
    ``table_of_owners`` has them by company, with what each has lost: rows and lost of a company add up to 1.
    """

    rows: Sequence[LookthroughRow]
    undetermined: Sequence[str] = ()
    table_of_owners: OwnerRows | None = field(default=None, repr=False)

    row: ClassVar[Any] = LookthroughRow
    shares: ClassVar[tuple[str, ...]] = ("fraction",)

    def columns(self) -> Mapping[str, Any]:
        """The rows as columns, without making rows where they are columns already."""
        return self.rows.columns() if isinstance(self.rows, Columns) else self.table()

    def explain(self, owner: str, company: str) -> dict[str, Any]:
        """The column of ``company`` in which the owner's share stands: every owner and float, and their sum (1)."""
        rows = self.rows.where("company", company) if isinstance(self.rows, Columns) else self.rows
        column = {row.owner: row.fraction for row in rows if row.company == company}
        known = [x for x in column.values() if x is not None]
        value = column.get(owner, Fraction(0))
        return {"verb": "look-through", "holder": owner, "issuer": company, "value": value, "column": column, "sum": sum(known)}


def lookthrough(
    network: Network,
    *,
    companies: Iterable[str] | None = None,
    basis: str = "capital",
    exact: bool | None = None,
    error: float = ERROR,
    progress: Callable[[float], None] | None = None,
) -> Lookthrough:
    """Shares of outside owners in each company: L = A[U, H] (I - C)^-1, and of each company's float: diag(residual) (I - C)^-1.

    Companies H are the entities with an identified holder, owners U everybody else; C is A among companies. Nothing is lost: the rows
    of one company sum to 1. ``companies`` (ids) limits the answer. Holdings that form an ownerless cycle have no outside owner:
    rows that depend on one are ``None`` (W_OWNERLESS_CYCLE). A company on top whose holders are unknown counts as an owner
    (W_TOP_COMPANY). Beyond 2,000 holdings (or with ``exact=False``) the answer is in float64: given companies without any cut; all of
    them with the smallest shares cut, at most ``error`` of each company, which is reported (W_TRUNCATED). Errors: E_UNKNOWN_ID,
    E_BASIS_AMBIGUOUS, E_SINGULAR.

    Source: the input-output reading of shareholdings in Brioschi, Buzzacchi, Colombo, J. Banking and Finance 13 (1989).
    """
    graph = network.graph(basis)
    if not graph.is_exact(exact):
        asked = None if companies is None else network.indices(companies)
        return _of_register(network, basis, asked, error, progress)
    flow = graph.flow(up=True, exact=exact)
    held = {j for j in range(len(network)) if graph.holders(j)}
    wanted = sorted(held) if companies is None else network.indices(companies)
    rows: list[LookthroughRow] = []
    undetermined: list[str] = []
    owners: set[int] = set()
    for company in wanted:
        try:
            column = flow.solve({company: Fraction(1)})
        except Divergent as cause:
            raise network.singular(cause) from None
        lost = any(amount is None for amount in column.values())
        if lost:
            undetermined.append(network.ids[company])
        for entity in sorted(column):
            share = column[entity]
            if entity in held:
                rest = graph.residual(entity)
                share = None if share is None or rest is None else share * rest
            if share is not None and share != 0:
                name = f"float:{network.ids[entity]}" if entity in held else network.ids[entity]
                rows.append(LookthroughRow(name, network.ids[company], None if lost else share))
                owners.update([] if entity in held else [entity])
    findings = [*network.findings, *network.ownerless_findings(graph.ownerless), *network.condition_findings(flow.conditions)]
    findings += network.top_findings(owners)
    return Lookthrough(
        rows=tuple(rows),
        undetermined=tuple(undetermined),
        settings={"graph": basis, "basis": graph.basis, "method": method(row.fraction for row in rows)},
        findings=tuple(dict.fromkeys(findings)),
    )


def _of_register(
    network: Network, basis: str, asked: Sequence[int] | None, error: float, progress: Callable[[float], None] | None
) -> Lookthrough:
    """The answer in float64 columns: a pass up from each company asked for, or one sparse row for every company."""
    graph = network.graph(basis)
    try:
        settle = graph.settle
        table = owner_rows(settle, error, progress=progress) if asked is None else _some(settle, asked, progress)
    except Divergent as cause:
        raise network.singular(cause) from None
    held = np.diff(graph.in_ptr) > 0
    n = len(network)
    counts = np.diff(table.pointer)
    arrays: dict[str, NDArray[Any]] = {
        "owner": np.where(held[table.owner], n, 0).astype(np.int32) + table.owner,
        "company": np.repeat(table.company, counts),
        "fraction": table.part,
    }
    words = {"owner": WithFloats(network.ids), "company": network.ids}
    closed = [settle.components.members(number).tolist() for number in settle.closed]
    findings = [*network.findings, *network.ownerless_findings(closed)]
    findings += network.condition_findings(settle.conditions)
    findings += network.top_findings(np.unique(table.owner[~held[table.owner]]).tolist())
    lost = float(np.nanmax(table.lost, initial=0.0))
    if lost > 0:
        message = f"the smallest shares were cut: at most {lost:.1e} of a company."
        findings.append(Finding("W_TRUNCATED", message, "Ask for some companies, or give a smaller error.", "look-through"))
    rows: Columns[LookthroughRow] = Columns(LookthroughRow, arrays, words)
    cut = {"error": error if asked is None else None, "lost": lost}
    settings = {"graph": basis, "basis": graph.basis, "method": "float64", **cut}
    return Lookthrough(
        rows=rows,
        undetermined=tuple(network.ids[i] for i in table.company[np.isnan(table.lost)].tolist()),
        table_of_owners=table,
        settings=settings,
        findings=tuple(dict.fromkeys(findings)),
    )


def _some(settle: Settle, companies: Sequence[int], progress: Callable[[float], None] | None) -> OwnerRows:
    """Rows of some companies, complete: one unit of each handed up to whoever owns it. A row that is undetermined is NaN."""
    held, rest = np.diff(settle.pointer) > 0, settle.rest()
    x = np.zeros(len(held))
    owners, parts, lost = [], [], []
    for k, company in enumerate(companies):
        units = settle.reached_up(np.array([company]))
        nodes = settle.nodes(units)
        x[company] = 1.0
        settle.up(x, units)
        part = np.where(held[nodes], x[nodes] * rest[nodes], x[nodes])
        unknown = bool(np.isnan(x[nodes]).any())
        x[nodes] = 0.0
        keep = part != 0
        owners.append(nodes[keep])
        parts.append(np.where(unknown, np.nan, part[keep]))
        lost.append(np.nan if unknown else 0.0)
        if progress:
            progress((k + 1) / len(companies))
    pointer = np.zeros(len(companies) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=pointer[1:])
    none = np.empty(0, np.int32), np.empty(0)
    columns = np.concatenate([none[0], *owners]), np.concatenate([none[1], *parts])
    return OwnerRows(np.array(companies, np.int32), pointer, *columns, np.array(lost))
