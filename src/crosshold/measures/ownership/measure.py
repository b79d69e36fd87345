"""The verb ``ownership`` and its result; the definitions are in the text of the package."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import CrossholdError, Finding, RequestError, UndeterminedError, did_you_mean
from crosshold.kernels.flow import Amount, Divergent, Flow, Number, method
from crosshold.kernels.paths import BudgetSpent, largest_paths
from crosshold.measures.ownership import large
from crosshold.model.columns import Columns
from crosshold.model.result import Result
from crosshold.network import Graph, Network

CONVENTIONS = ("all-walks", "simple-paths", "source-avoiding")
PATH_BUDGET = 10**6
ERROR = 1e-3  # how much of a total may be cut where every pair of a register is asked for


class OwnershipRow(NamedTuple):
    """``direct`` and ``total`` are fractions 0-1 of the issuer; ``None`` where an ownerless cycle leaves no answer."""

    holder: str
    issuer: str
    direct: Amount
    total: Amount


@dataclass(frozen=True, eq=False, kw_only=True)
class Ownership(Result):
    """Rows of every non-zero total. ``settings``: basis, convention, method, floor, error.

    Small answers are a tuple ordered by holder and issuer. Those of a register are :class:`~crosshold.model.columns.Columns`: rows are made
    when looked at, ``rows.arrays`` has holder, issuer, direct and total as numpy arrays (entity numbers; NaN: no answer).
    """

    rows: Sequence[OwnershipRow]
    network: Network = field(repr=False)

    row: ClassVar[Any] = OwnershipRow
    shares: ClassVar[tuple[str, ...]] = ("direct", "total")

    def columns(self) -> Mapping[str, Any]:
        """The rows as columns, without making rows where they are columns already."""
        return self.rows.columns() if isinstance(self.rows, Columns) else self.table()

    def explain(self, holder: str, issuer: str, *, most: int = 20) -> dict[str, Any]:
        """Why the total is what it is, as plain data.

        ``paths`` are the ``most`` largest chains that repeat no company (for a holder's share in itself: loops), each with its
        ids, the stake on every link and their product; ``rest`` is what remains of the total: chains not listed (``complete`` is
        false then) and walks that run through a loop.
        """
        graph, convention = self.network.graph(self.settings["graph"]), self.settings["convention"]
        start, end = self.network.index(holder), self.network.index(issuer)
        rows = () if isinstance(self.rows, Columns) else self.rows  # one pair is sooner asked for than found among millions
        row = next((r for r in rows if (r.holder, r.issuer) == (holder, issuer)), None)
        if row is None:
            pairs = [(holder, issuer)]
            row = ownership(self.network, convention=convention, pairs=pairs, basis=self.settings["graph"]).rows[0]
        found, complete = largest_paths(_Shares(graph, up=False), _Shares(graph, up=True), start, end, most)
        paths: list[dict[str, Any]] = []
        for path in [] if start == end and convention == "simple-paths" else found:
            stakes = [graph.fraction(i, j) or Fraction(0) for i, j in pairwise(path)]
            paths.append({"path": [self.network.ids[i] for i in path], "stakes": stakes, "product": prod(stakes)})
        paths.sort(key=lambda p: (-p["product"], p["path"]))
        listed = sum((p["product"] for p in paths), start=Fraction(0))
        rest = None if row.total is None else row.total - listed
        return {
            "verb": "own",
            "holder": holder,
            "issuer": issuer,
            "value": row.total,
            "convention": convention,
            "basis": graph.basis,
            "direct": row.direct,
            "paths": paths,
            "listed": listed,
            "complete": complete,
            "rest": rest,
            "rest_is": _rest_words(convention, complete),
        }


def ownership(
    network: Network,
    *,
    convention: str = "source-avoiding",
    holders: Iterable[str] | None = None,
    issuers: Iterable[str] | None = None,
    pairs: Iterable[tuple[str, str]] | None = None,
    floor: Fraction | str | None = None,
    basis: str = "capital",
    exact: bool | None = None,
    path_budget: int = PATH_BUDGET,
    error: float = ERROR,
    progress: Callable[[float], None] | None = None,
) -> Ownership:
    """Direct and total ownership of issuers by holders, by one named convention (see the module's text).

    Give ``holders``, ``issuers`` or ``pairs`` (lists of ids) to ask for less than everything; with ``pairs`` a row comes back
    for each, also when it is 0. ``floor`` drops smaller totals after they were computed. ``basis`` is ``capital`` or ``votes``. Results
    are exact fractions up to 2,000 holdings unless ``exact`` says otherwise. Beyond, one holder costs a pass over what it reaches and
    nothing is cut. One issuer costs a pass over its owners; where hundreds of them lie in one large ring, their returns to themselves are
    summed together and a source-avoiding total may be too high by the part ``error`` of itself (``error=0``: a solve for each). Every
    pair is answered with at most ``error`` cut from the totals of an issuer. W_TRUNCATED and ``settings`` say how much it was;
    ``progress`` is told the part done.

    Errors: E_UNKNOWN_ID, E_CONVENTION, E_BASIS_AMBIGUOUS, E_SINGULAR, E_PATH_BUDGET (more than ``path_budget`` paths from one
    entrance of a component; exit status 3). Findings: W_OWNERLESS_CYCLE (totals that depend on such a ring are ``None``, but for
    simple-paths, which are finite in any ring), W_ILL_CONDITIONED, W_OVER_ONE and those of the network.
    """
    if convention not in CONVENTIONS:
        cure = did_you_mean(convention, CONVENTIONS)
        raise RequestError(Finding("E_CONVENTION", f"{convention!r} is no convention of ownership.", cure, "request"))
    graph = network.graph(basis)
    wanted = None if pairs is None else [(network.index(h), network.index(i)) for h, i in pairs]
    sources = _positions(network, holders) if wanted is None else sorted({h for h, _ in wanted})
    targets = _positions(network, issuers) if wanted is None else sorted({i for _, i in wanted})
    if convention != "simple-paths" and not graph.is_exact(exact):
        lowest = float(Fraction(0 if floor is None else floor))
        return _of_register(network, basis, convention, (sources, targets, wanted), lowest, error, progress)
    if sources is None:
        sources = [i for i in range(len(network)) if graph.holdings(i)]
    budget = path_budget if convention == "simple-paths" else None
    one_target = targets is not None and len(targets) < len(sources) and budget is None
    flow = graph.flow(up=one_target, exact=exact, path_budget=budget)
    try:
        totals = (
            _by_issuer(flow, sources, targets or (), convention) if one_target else _by_holder(flow, sources, targets, convention)
        )
    except Divergent as cause:
        raise network.singular(cause) from None
    except BudgetSpent as spent:
        raise _budget_error(network, graph, spent) from None
    cells = wanted if wanted is not None else sorted(cell for cell, x in totals.items() if x is None or x != 0)
    zero, least = Fraction(0), Fraction(0 if floor is None else floor)
    cells = [cell for cell in cells if (x := totals.get(cell, zero)) is None or x >= least]
    rows = tuple(
        OwnershipRow(network.ids[h], network.ids[i], graph.fraction(h, i) or zero, totals.get((h, i), zero)) for h, i in cells
    )
    findings = [*network.findings, *network.condition_findings(flow.conditions), *_over_one(rows, convention)]
    findings += network.ownerless_findings(graph.ownerless) if budget is None else []
    settings = {"graph": basis, "basis": graph.basis, "convention": convention, "floor": floor}
    settings["method"] = method(row.total for row in rows)
    return Ownership(rows=rows, network=network, settings=settings, findings=tuple(dict.fromkeys(findings)))


def _of_register(
    network: Network,
    basis: str,
    convention: str,
    asked: tuple[Sequence[int] | None, Sequence[int] | None, Sequence[tuple[int, int]] | None],
    floor: float,
    error: float,
    progress: Callable[[float], None] | None,
) -> Ownership:
    """The answer in float64 columns, by the cheapest of the three ways; see :mod:`crosshold.measures.ownership.large`."""
    graph = network.graph(basis)
    sources, targets, wanted = asked
    everything = sources is None and targets is None
    try:
        settle = graph.settle
        if targets is not None and (sources is None or len(targets) < len(sources)):
            cells = large.by_issuer(graph, settle, targets, convention, floor if wanted is None else 0.0, error, progress)
        elif sources is not None:
            cells = large.by_holder(graph, settle, sources, convention, progress)
        else:
            cells = large.all_pairs(settle, convention, error, progress)
    except Divergent as cause:
        raise network.singular(cause) from None
    if wanted is not None:
        cells = large.pairs_of(cells, wanted, len(network))
    else:
        cells = large.chosen(cells, len(network), sources, targets, floor)
    direct = large.direct_shares(cells, graph, settle)
    arrays: dict[str, NDArray[Any]] = {"holder": cells.holder, "issuer": cells.issuer, "direct": direct, "total": cells.total}
    rows: Columns[OwnershipRow] = Columns(OwnershipRow, arrays, {"holder": network.ids, "issuer": network.ids})
    findings = [*network.findings, *network.condition_findings(settle.conditions)]
    above = np.flatnonzero(cells.total > 1 + 1e-9)
    if convention == "all-walks" and len(above):
        findings += _over_one([rows[int(above[np.argmax(cells.total[above])])]], convention, len(above))
    findings += network.ownerless_findings([settle.components.members(number).tolist() for number in settle.closed])
    if not everything and cells.error > 0:
        message = (
            f"the returns of holders in a large ring were summed up to {cells.error:.1e}: a total is at most that part too high."
        )
        findings.append(Finding("W_TRUNCATED", message, "Ask with error=0 for a solve each.", "ownership"))
    if everything and cells.error > 0:
        message = f"small totals were cut; each total is at most {cells.error:.1e} too low, and one that is absent no larger."
        findings.append(Finding("W_TRUNCATED", message, "Ask for a holder or an issuer, or give a smaller error.", "ownership"))
    settings = {"graph": basis, "basis": graph.basis, "convention": convention, "floor": floor or None, "method": "float64"}
    settings["error"] = cells.error if everything or cells.error > 0 else None
    return Ownership(rows=rows, network=network, settings=settings, findings=tuple(dict.fromkeys(findings)))


class _Shares(Sequence[list[tuple[int, Number]]]):
    """For each entity ``(other, share)``: what it holds, or up who holds it, read when it is asked for."""

    def __init__(self, graph: Graph, *, up: bool) -> None:
        self._graph, self._up = graph, up
        self._number = Fraction if graph.is_exact(None) else lambda w, t: w / t

    def __len__(self) -> int:
        return len(self._graph.total)

    def __getitem__(self, node: Any) -> Any:
        total = self._graph.total
        if self._up:
            return [(i, self._number(w, int(total[node]))) for i, w in self._graph.holders(node)]
        return [(j, self._number(w, int(total[j]))) for j, w in self._graph.holdings(node)]


def _positions(network: Network, ids: Iterable[str] | None) -> list[int] | None:
    return None if ids is None else network.indices(ids)


Cells = dict[tuple[int, int], Amount]


def _by_holder(flow: Flow, sources: Collection[int], targets: Collection[int] | None, convention: str) -> Cells:
    """One solve per holder s: row s of N = (I - A)^-1, then Y = N - I, then W = Y / N_ss."""
    keep = None if targets is None else set(targets)
    cells: Cells = {}
    for source in sources:
        row = flow.solve({source: Fraction(1)})
        for issuer, amount in row.items():
            if keep is None or issuer in keep:
                cells[source, issuer] = _convert(amount, source == issuer, row[source], convention)
    return cells


def _by_issuer(flow: Flow, sources: Collection[int], targets: Collection[int], convention: str) -> Cells:
    """One solve per issuer on the reversed graph: column i of N; N_ss comes from the component of s."""
    cells: Cells = {}
    for target in targets:
        column = flow.solve({target: Fraction(1)})
        for source in sources:
            if source in column:
                cells[source, target] = _convert(column[source], source == target, flow.diagonal(source), convention)
    return cells


def _convert(amount: Amount, same: bool, again: Amount, convention: str) -> Amount:
    """A cell of N as a share: the stay at the start is no share, and source-avoiding counts each first return once."""
    if amount is None or again is None:
        return None
    total = amount - 1 if same else amount
    return total / again if convention == "source-avoiding" else total


def _over_one(rows: Iterable[OwnershipRow], convention: str, count: int | None = None) -> list[Finding]:
    over = [row for row in rows if row.total is not None and row.total > 1]
    if convention != "all-walks" or not over:
        return []
    top = max(over, key=lambda row: float(row.total or 0))
    message = (
        f"{count or len(over)} totals pass 100 % (largest: {top.holder} in {top.issuer}, {float(top.total or 0) * 100:.4g} %)."
    )
    return [
        Finding("W_OVER_ONE", message, "Right for all-walks, which counts returns; source-avoiding stays below 1.", top.issuer)
    ]


def _budget_error(network: Network, graph: Graph, spent: BudgetSpent) -> CrossholdError:
    """How many paths were found, and how much more there could be: source-avoiding totals are an upper bound, if they end."""
    start = network.ids[spent.start]
    try:
        row = graph.flow(exact=False).solve({spent.start: Fraction(1)})
    except Divergent as cause:
        return network.singular(cause)
    again = row[spent.start]
    gaps = [1.0 if again is None else float(row[j] or 0) / float(again) - float(found) for j, found in spent.sums.items()]
    message = f"stopped after {spent.count:,} paths from {start}; those left add at most {max(gaps):.3g} to a total."
    return UndeterminedError(Finding("E_PATH_BUDGET", message, "Use source-avoiding, or a larger path budget.", start))


def _rest_words(convention: str, complete: bool) -> str:
    loops = {
        "all-walks": "walks that pass some company, or the holder, more than once",
        "source-avoiding": "walks that pass a company other than the holder more than once",
        "simple-paths": "nothing",
    }[convention]
    return loops if complete else f"chains not listed and {loops}" if loops != "nothing" else "chains not listed"
