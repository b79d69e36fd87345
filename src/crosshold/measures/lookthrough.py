"""Look-through: who finally receives what companies are worth, when they hold each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding
from crosshold.kernels.flow import Amount, Divergent, method
from crosshold.model.result import Result
from crosshold.network import Network


class LookthroughRow(NamedTuple):
    """``fraction`` of ``company`` that ends with ``owner``, or with the unidentified holders of X when the owner is ``float:X``."""

    owner: str
    company: str
    fraction: Amount


@dataclass(frozen=True, eq=False, kw_only=True)
class Lookthrough(Result):
    """Non-zero rows by company; those of one company add up to exactly 1. ``undetermined`` companies depend on an ownerless cycle."""

    rows: tuple[LookthroughRow, ...]
    undetermined: tuple[str, ...] = ()

    row: ClassVar[Any] = LookthroughRow
    shares: ClassVar[tuple[str, ...]] = ("fraction",)

    def explain(self, owner: str, company: str) -> dict[str, Any]:
        """The column of ``company`` in which the owner's share stands: every owner and float, and their sum (1)."""
        column = {row.owner: row.fraction for row in self.rows if row.company == company}
        known = [x for x in column.values() if x is not None]
        value = column.get(owner, Fraction(0))
        return {"verb": "look-through", "holder": owner, "issuer": company, "value": value, "column": column, "sum": sum(known)}


def lookthrough(
    network: Network, *, companies: Iterable[str] | None = None, basis: str = "capital", exact: bool | None = None
) -> Lookthrough:
    """Shares of outside owners in each company: L = A[U, H] (I - C)^-1, and of each company's float: diag(residual) (I - C)^-1.

    Companies H are the entities with an identified holder, owners U everybody else; C is A among companies. Nothing is lost: the rows
    of one company sum to 1. ``companies`` (ids) limits the answer. Holdings that form an ownerless cycle have no outside owner:
    rows that depend on one are ``None`` (W_OWNERLESS_CYCLE). A company on top whose holders are unknown counts as an owner
    (W_TOP_COMPANY). Errors: E_UNKNOWN_ID, E_BASIS_AMBIGUOUS, E_SINGULAR.

    Source: the input-output reading of shareholdings in Brioschi, Buzzacchi, Colombo, J. Banking and Finance 13 (1989).
    """
    graph = network.graph(basis)
    flow = graph.flow(up=True, exact=exact)
    held = {j for j in range(len(network)) if graph.holders(j)}
    wanted = sorted(held) if companies is None else [network.index(name) for name in companies]
    number = Fraction if graph.is_exact(exact) else float
    rows: list[LookthroughRow] = []
    undetermined: list[str] = []
    owners: set[int] = set()
    for company in wanted:
        try:
            column = flow.solve({company: number(1)})
        except Divergent as cause:
            raise network.singular(cause) from None
        lost = any(amount is None for amount in column.values())
        if lost:
            undetermined.append(network.ids[company])
        for entity in sorted(column):
            share = column[entity]
            if entity in held:
                rest = graph.residual(entity)
                share = None if share is None or rest is None else share * number(rest)
            if share is not None and share != 0:
                name = f"float:{network.ids[entity]}" if entity in held else network.ids[entity]
                rows.append(LookthroughRow(name, network.ids[company], None if lost else share))
                owners.update([] if entity in held else [entity])
    top = [network.ids[i] for i in sorted(owners) if network.kinds.get(network.ids[i]) == "company"]
    findings = [*network.findings, *network.ownerless_findings(graph.ownerless), *network.condition_findings(flow)]
    if top:
        message = f"{', '.join(top[:8])}: nobody is known to hold {'it' if len(top) == 1 else 'these companies'}."
        findings.append(Finding("W_TOP_COMPANY", message, "Counted as owners; add their holders to look further.", top[0]))
    return Lookthrough(
        rows=tuple(rows),
        undetermined=tuple(undetermined),
        settings={"basis": graph.basis, "method": method(row.fraction for row in rows)},
        findings=tuple(dict.fromkeys(findings)),
    )
