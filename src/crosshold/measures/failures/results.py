"""What cascades return."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding, RequestError
from crosshold.kernels.flow import Number
from crosshold.model.columns import Columns
from crosshold.model.result import Result

Money = Decimal | Fraction | int | str
OUTSIDE, EQUITY = "outside value", "equity"


class Wave(NamedTuple):
    """The companies that fail in one wave of the best case, and the values once it has settled (of a register: those that moved)."""

    number: int
    failed: tuple[str, ...]
    values: Mapping[str, Number]


@dataclass(frozen=True, eq=False, kw_only=True)
class Cascade(Result):
    """Values in the unit of the input: outside values, or equity where the thresholds were given in it.

    ``waves``: the best case from "nobody has failed", wave by wave. ``best`` and ``worst``: ids that fail in the best and in the worst
    case (sorted); every equilibrium lies between. ``values`` are those of the best case, ``worst_values`` of the worst.
    ``equilibria``: every consistent set of failures, the smallest first, when asked for.
    """

    waves: tuple[Wave, ...]
    best: tuple[str, ...]
    worst: tuple[str, ...]
    values: Mapping[str, Number]
    worst_values: Mapping[str, Number]
    equilibria: tuple[tuple[str, ...], ...] | None
    spread: Callable[[], dict[str, dict[str, Number]]] | None = field(repr=False)

    row: ClassVar[Any] = Wave

    def _rows(self) -> tuple[Wave, ...]:
        return self.waves

    @cached_property
    def dependency(self) -> dict[str, dict[str, Number]]:
        """D: ``dependency[i][j]`` is the part of j's own assets that ends with the outside holders of i. Columns sum to 1."""
        if self.spread is None:
            cure = "Ask value for some companies, or look-through for their owners."
            raise RequestError(Finding("E_TOO_LARGE", "a register has too many pairs to list.", cure, "cascade"))
        return self.spread()


class Touched(NamedTuple):
    """A company or holder whose value a shock changed; ``wave``: in which it failed, 0 when it did not."""

    company: str
    wave: int
    before: float
    after: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Shock(Result):
    """Everybody that a shock touched, as :class:`~crosshold.model.columns.Columns`, and ``failed``: ids by wave."""

    rows: Sequence[Touched]
    failed: tuple[tuple[str, ...], ...]

    row: ClassVar[Any] = Touched

    def columns(self) -> Mapping[str, Any]:
        """The rows as columns, without making rows."""
        return self.rows.columns() if isinstance(self.rows, Columns) else self.table()
