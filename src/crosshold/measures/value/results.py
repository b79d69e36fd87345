"""What ``value`` and ``own_assets`` return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, cast

from crosshold.errors import Finding, RequestError
from crosshold.kernels.flow import Amount
from crosshold.model.columns import ById, Columns
from crosshold.model.result import Result
from crosshold.network import Network

Money = Decimal | Fraction | int | str
MOST_CELLS = 10**6  # pairs of companies that a dependency matrix may have


class ValueRow(NamedTuple):
    """Money of one company: own assets, equity with stakes, and the part of it that outside holders have."""

    company: str
    own_assets: Amount
    value: Amount
    outside_value: Amount


class Contribution(NamedTuple):
    """``money``: the part of ``company``'s own assets that ends with the outside holders of ``via``."""

    company: str
    via: str
    money: Amount


@dataclass(frozen=True, eq=False, kw_only=True)
class Value(Result):
    """Money in the unit of the input, exact. Outside values add up to the own assets.

    ``values`` is equity including stakes, ``outside_value`` the part of it held by outsiders, ``double_counting`` the ratio sum of
    values / sum of own assets (1: nothing is counted twice), ``None`` when it has no answer. Companies behind an ownerless cycle
    are ``None``.
    """

    values: Mapping[str, Amount]
    outside_value: Mapping[str, Amount]
    double_counting: Amount
    own_assets: Mapping[str, Amount]
    network: Network = field(repr=False)

    row: ClassVar[Any] = ValueRow

    def _rows(self) -> Sequence[ValueRow]:
        if isinstance(self.values, ById):
            arrays = {"company": self.values.entities, "value": self.values.array}
            arrays |= {name: cast(ById, getattr(self, name)).array for name in ("own_assets", "outside_value")}
            rows: Columns[ValueRow] = Columns(ValueRow, arrays, {"company": self.network.ids})
            return rows
        return [ValueRow(name, self.own_assets[name], value, self.outside_value[name]) for name, value in self.values.items()]

    def columns(self) -> Mapping[str, Any]:
        """The rows as columns, without making rows where they are columns already."""
        rows = self._rows()
        return rows.columns() if isinstance(rows, Columns) else self.table()

    @cached_property
    def dependency(self) -> dict[str, dict[str, Amount]]:
        """``dependency[i][j]``: part of j's own assets that ends with the outside holders of i. Every column j sums to 1."""
        graph = self.network.graph(self.settings["graph"])
        if len(self.values) > MOST_CELLS**0.5:
            message = f"{len(self.values):,} companies have too many pairs to list."
            cure = "Ask look-through for the owners of some companies, or own for what one holder has of all."
            raise RequestError(Finding("E_TOO_LARGE", message, cure, "value"))
        flow = graph.flow(up=True, exact=self.settings["method"] == "exact")
        companies = [self.network.index(name) for name in self.values]
        keeps = graph.kept_from(companies)
        columns = {j: flow.solve({j: Fraction(1)}) for j in companies}
        matrix: dict[str, dict[str, Amount]] = {}
        for i in companies:
            cells = {j: columns[j].get(i, Fraction(0)) for j in companies}
            matrix[self.network.ids[i]] = {self.network.ids[j]: None if x is None else x * keeps[i] for j, x in cells.items()}
        return matrix

    @cached_property
    def contributions(self) -> tuple[Contribution, ...]:
        """Non-zero flows of own assets to outside holders, by company; each company's add up to its own assets."""
        cells = [(j, i, share) for i, row in self.dependency.items() for j, share in row.items()]
        amounts = [(j, i, None if x is None or (p := self.own_assets[j]) is None else x * p) for j, i, x in cells]
        return tuple(Contribution(*row) for row in sorted(amounts, key=lambda r: r[:2]) if row[2] is None or row[2] != 0)

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """How ``holder``'s value contains ``issuer``'s: the stake, its money, and everything else the holder's equity is made of."""
        graph = self.network.graph(self.settings["graph"])
        parts: dict[str, Amount] = {}
        for j, _ in graph.holdings(self.network.index(holder)):
            value = self.values.get(self.network.ids[j])
            share = graph.fraction(self.network.index(holder), j)
            parts[self.network.ids[j]] = None if value is None or share is None else share * value
        own = self.own_assets.get(holder, Fraction(0))
        value = self.values.get(holder)
        return {"verb": "value", "holder": holder, "issuer": issuer, "value": value, "own_assets": own, "stakes": parts}


@dataclass(frozen=True, eq=False, kw_only=True)
class Contributions(Result):
    """``rows``: non-zero flows of own assets to outside holders, by company; each company's add up to its own assets."""

    rows: tuple[Contribution, ...]

    row: ClassVar[Any] = Contribution


def contributions(value: Value) -> Contributions:
    """The :attr:`Value.contributions` as an answer of its own. Error: E_TOO_LARGE."""
    return Contributions(rows=value.contributions, settings=value.settings, findings=value.findings)


class OwnAssetsRow(NamedTuple):
    """Money: market value of the equity, and what is left without the stakes."""

    company: str
    equity: Amount
    own_assets: Amount


@dataclass(frozen=True, eq=False, kw_only=True)
class OwnAssets(Result):
    """``own_assets`` ("stubs") behind given ``equity``; feed them to :func:`value` to get the equity back."""

    own_assets: Mapping[str, Amount]
    equity: Mapping[str, Amount]

    row: ClassVar[Any] = OwnAssetsRow

    def _rows(self) -> list[OwnAssetsRow]:
        return [OwnAssetsRow(name, self.equity[name], amount) for name, amount in self.own_assets.items()]
