"""Network value: what everything an entity holds is worth, directly and through others, when each company has a value of its own.

(I - A)^-1 v counts every walk, also those that pass the entity again; D (I - A)^-1 v with D = diag((I - A)^-1)^-1 takes those back.
D repairs only entities that lie on a ring: the root of a pyramid above a ring has D = 1. (Studies of the network of global control
correct roots in a way of their own, which is not this.) Source: Brioschi, Buzzacchi, Colombo, J. Banking and Finance 13 (1989), for the
first; Baldone, Brioschi, Paleari (1998) for the correction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.flow import Amount, Divergent, method
from crosshold.model.columns import Columns
from crosshold.model.result import Result
from crosshold.network import Network

Money = Decimal | Fraction | int | str


class NetworkValueRow(NamedTuple):
    """``value`` counts every walk, ``corrected`` no walk that passes the entity again; both with the entity's own value."""

    entity: str
    value: Amount
    corrected: Amount


@dataclass(frozen=True, eq=False, kw_only=True)
class NetworkValue(Result):
    """Rows of every entity with a network value that is not 0; ``None`` on a ring that owns itself."""

    rows: Sequence[NetworkValueRow]

    row: ClassVar[Any] = NetworkValueRow

    def columns(self) -> Mapping[str, Any]:
        """The rows as columns, without making rows where they are columns already."""
        return self.rows.columns() if isinstance(self.rows, Columns) else self.table()


def network_value(
    network: Network, values: Mapping[str, Money] | NDArray[np.float64], *, basis: str = "capital", exact: bool | None = None
) -> NetworkValue:
    """Network value of every entity from own ``values`` (money by id, or an array by entity; missing ones are 0).

    Exact up to 2,000 holdings unless ``exact`` says otherwise, beyond in float64; there every entity inside a large ring costs a solve
    of that ring for its correction. Errors: E_UNKNOWN_ID, E_BASIS_AMBIGUOUS, E_SINGULAR; W_OWNERLESS_CYCLE, W_ILL_CONDITIONED.
    """
    graph = network.graph(basis)
    settings = {"graph": basis, "basis": graph.basis}
    if isinstance(values, np.ndarray) or not graph.is_exact(exact):
        rows, findings = _of_register(network, basis, values)
        return NetworkValue(rows=rows, settings={**settings, "method": "float64"}, findings=findings)
    flow = graph.flow(up=True, exact=exact)
    given: dict[int, Amount] = {network.index(name): Fraction(amount) for name, amount in values.items()}
    given |= {node: None for members in graph.ownerless for node in members}
    try:
        solved = flow.solve(given)
        again = {node: flow.diagonal(node) for node in solved}
    except Divergent as cause:
        raise network.singular(cause) from None
    made = tuple(
        NetworkValueRow(network.ids[node], x, None if x is None or (d := again[node]) is None else x / d)
        for node, x in sorted(solved.items())
        if x is None or x != 0
    )
    found = [*network.findings, *network.ownerless_findings(graph.ownerless), *network.condition_findings(flow.conditions)]
    settings["method"] = method(row.value for row in made)
    return NetworkValue(rows=made, settings=settings, findings=tuple(dict.fromkeys(found)))


def _of_register(
    network: Network, basis: str, values: Mapping[str, Money] | NDArray[np.float64]
) -> tuple[Columns[NetworkValueRow], tuple[Any, ...]]:  # fmt: skip
    graph = network.graph(basis)
    start = np.nan_to_num(network.amounts(values))
    try:
        settle = graph.settle
        closed = [settle.components.members(number) for number in settle.closed]
        for members in closed:
            start[members] = np.nan
        solved = settle.up(start)
        inside = np.flatnonzero((settle.components.sizes > 1)[settle.components.label] & (solved != 0))
        corrected = solved.copy()
        corrected[inside] /= settle.returns(inside)
    except Divergent as cause:
        raise network.singular(cause) from None
    some = np.flatnonzero(solved != 0).astype(np.int32)
    arrays: dict[str, NDArray[Any]] = {"entity": some, "value": solved[some], "corrected": corrected[some]}
    findings = [*network.findings, *network.ownerless_findings([members.tolist() for members in closed])]
    findings += network.condition_findings(settle.conditions)
    return Columns(NetworkValueRow, arrays, {"entity": network.ids}), tuple(dict.fromkeys(findings))
