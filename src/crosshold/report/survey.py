"""A whole register in a few numbers, and the whole answer in columns that a file can take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from crosshold.errors import Finding, stands_for
from crosshold.kernels.tree import DEPTH, RING
from crosshold.measures.control import Control, Ultimate
from crosshold.model.result import Coded, Column, plain
from crosshold.network import Network
from crosshold.report.figures import count
from crosshold.report.tables import table

WIDTH = 108
LARGEST = 10  # lines of a table that show the largest


@dataclass(frozen=True, eq=False)
class Survey:
    """What a question gives for every entity of a register: ``numbers`` in a reader's order, the ``largest`` as rows, and the rest
    as :meth:`columns`, which are only made when they are asked for.
    """

    question: str
    settings: Mapping[str, Any]
    numbers: Mapping[str, int]
    largest: Sequence[Mapping[str, Any]]
    whole: Callable[[], Mapping[str, Column]] = field(repr=False)
    findings: tuple[Finding, ...] = ()

    def columns(self) -> Mapping[str, Column]:
        """The whole answer, one row for each company, holding or ring."""
        return self.whole()

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form: settings, numbers, the largest, findings."""
        numbers = {name.replace(" ", "_"): value for name, value in self.numbers.items()}
        return {**plain(self.settings), **numbers, "largest": plain(list(self.largest)), "findings": plain(self.findings)}

    def lines(self) -> list[str]:
        """The same for a terminal."""
        said = ", ".join(f"{key} {value}" for key, value in self.settings.items() if value is not None)
        rows = [{"what": name, "number": value} for name, value in self.numbers.items()]
        told = [f"{self.question} ({said})", "", *table(rows, {"what": "in this register", "number": "number"}).splitlines()]
        if self.largest:
            told += ["", "The largest", *table(self.largest, width=WIDTH).splitlines()]
        return told


def survey_control(result: Ultimate) -> Survey:
    """Control over every company: how many have a controller, who stands at the top, how deep it goes."""
    network, ring = result.network, result.ring
    size = np.bincount(ring, minlength=len(ring))
    controlled = np.diff(result.tops.start) > 0
    below = np.bincount(result.tops.item, minlength=len(ring))
    numbers = {
        "entities": len(network),
        "holdings": len(network.graph(result.settings["graph"]).in_holder),
        "companies controlled": int(np.count_nonzero(controlled)),
        "controllers at the top": int(np.count_nonzero(below)),
        "rings": int(np.count_nonzero(size > 1)),
        "entities in rings": int(size[size > 1].sum()),
    }
    if result.tree is not None:
        numbers["levels"] = int(result.tree[ring, DEPTH].max(initial=0))
    largest = [{"at the top": _title(network, k), "companies": n} for k, n in _top(below)]
    return Survey("Who controls whom", result.settings, numbers, largest, lambda: tops_columns(result), _few(result.findings))


def survey_holdings(network: Network, basis: str = "capital") -> Survey:
    """The holdings themselves: how many, how much of the companies they explain, who holds the most companies."""
    graph = network.graph(basis)
    held = np.diff(graph.in_ptr) > 0
    together = np.add.reduceat(graph.in_weight, graph.in_ptr[:-1][held]) if held.any() else np.zeros(0, np.int64)
    holding = np.bincount(graph.in_holder, minlength=len(network))
    numbers = {
        "entities": len(network),
        "holdings": len(graph.in_holder),
        "companies with a holder": int(np.count_nonzero(held)),
        "companies whose holders are all named": int(np.count_nonzero(together == graph.total[held])),
        "companies held over 100 %": len(graph.overheld),
        "holders nobody holds": int(np.count_nonzero((holding > 0) & ~held)),
    }
    largest = [{"holder": _title(network, k), "companies": n} for k, n in _top(holding)]
    settings = {"graph": basis, "basis": graph.basis}
    return Survey(
        "Who holds what directly", settings, numbers, largest, lambda: holding_columns(network, basis), network.findings
    )


def survey_rings(network: Network, basis: str = "capital") -> Survey:
    """The circles of holdings: every set of entities that hold each other through chains."""
    graph = network.graph(basis)
    rings = graph.rings
    numbers = {
        "entities": len(network),
        "holdings": len(graph.in_holder),
        "circles": len(rings),
        "entities in circles": sum(map(len, rings)),
        "circles nobody outside owns": len(graph.ownerless),
    }
    chosen = sorted(rings, key=len, reverse=True)[:LARGEST]
    largest = [{"entities in the circle": len(members), "among them": network.words(members, 4)} for members in chosen]
    found = _few([*network.findings, *network.ownerless_findings(graph.ownerless)])
    settings = {"graph": basis, "basis": graph.basis}

    def whole() -> dict[str, Column]:
        members = np.array([k for ring in rings for k in ring], dtype=np.int32)
        number = np.repeat(np.arange(1, len(rings) + 1), [len(ring) for ring in rings])
        return {"circle": number.astype(np.int64), "entity": Coded(members, network.ids)}

    return Survey("Circles of holdings", settings, numbers, largest, whole, found)


class Titles:
    """What the printed answers ask of a Snapshot, of a register: its title, its size where a case has its day, and names."""

    currency = "EUR"

    def __init__(self, network: Network, title: str) -> None:
        self._names = network.names
        self.title = self.case = Path(title).name
        self.at = f"{count(len(network.capital.in_holder))} holdings"

    def name(self, entity: str) -> str:
        """How a party is called on screen."""
        return self._names.get(entity, entity)


def shortened(findings: Iterable[Finding], most: int = 20) -> list[Finding]:
    """The first findings of each code, and how many more there are: a register can have a hundred thousand."""
    by_code: dict[str, list[Finding]] = {}
    for finding in dict.fromkeys(findings):
        by_code.setdefault(finding.code, []).append(finding)
    told: list[Finding] = []
    for code, found in by_code.items():
        told += found[:most]
        if len(found) > most:
            whole = sum(stands_for(finding.message) for finding in found)
            told.append(Finding(code, f"{count(whole)} findings of this kind; the first {most} are shown."))
    return told


def _few(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(shortened(findings))


def columns_of(result: Any) -> Mapping[str, Column]:
    """The columns of a result for writing; control comes as arrays, so that millions of pairs never become rows."""
    if isinstance(result, Ultimate):
        return tops_columns(result)
    if isinstance(result, Control):
        pairs, graph = result.pairs, result.network.graph(result.settings["graph"])
        return {
            "controller": Coded(pairs.source, result.controllers),
            "controlled": Coded(pairs.node, result.network.ids),
            "votes": pairs.held / graph.total[pairs.node],
            "steps": pairs.round,
        }
    columns: Mapping[str, Column] = result.columns()
    return columns


def tops_columns(result: Ultimate) -> dict[str, Column]:
    """One row for each company and ultimate controller, by company; almost every company has one.

    ``parent`` is the nearest controller outside the company's own ring, ``ultimate`` the one at the top, ``depth`` how many are above
    (not there without a forest), ``ring`` the ring the company is in. A ring stands under its first member. What is not there is null.
    """
    many = np.diff(result.tops.start)
    company = np.repeat(np.arange(len(many), dtype=np.int32), many)
    size = np.bincount(result.ring, minlength=len(result.ring))
    ring = result.ring[company]
    ids = result.network.ids
    columns: dict[str, Column] = {
        "company": Coded(company, ids),
        "parent": Coded(result.nearest[company], ids),
        "ultimate": Coded(result.tops.item, ids),
        "ring": Coded(np.where(size[ring] > 1, ring, -1).astype(np.int32), ids),
    }
    if result.tree is not None:
        columns["depth"] = result.tree[result.tree[company, RING], DEPTH]
    return columns


def holding_columns(network: Network, basis: str = "capital") -> dict[str, Column]:
    """One row for each holding, by company, the largest first: weights are whole numbers of ``total``, ``fraction`` their ratio."""
    graph = network.graph(basis)
    issuer = np.repeat(np.arange(len(network), dtype=np.int32), np.diff(graph.in_ptr))
    total = graph.total[issuer]
    return {
        "holder": Coded(graph.in_holder, network.ids),
        "issuer": Coded(issuer, network.ids),
        "weight": graph.in_weight,
        "total": total,
        "fraction": graph.in_weight / np.maximum(total, 1),
    }


def _top(size: np.ndarray[Any, Any]) -> list[tuple[int, int]]:
    """The largest, ties by their number."""
    order = np.argsort(-size, kind="stable")[:LARGEST]
    return [(int(k), int(size[k])) for k in order if size[k] > 0]


def _title(network: Network, entity: int) -> str:
    name = network.ids[entity]
    called = network.names.get(name, name)
    return name if called == name else f"{called} ({name})"
