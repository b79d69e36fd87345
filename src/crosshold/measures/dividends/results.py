"""What ``dividends`` returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from crosshold.kernels.flow import Amount
from crosshold.model.columns import Columns
from crosshold.model.result import Result

Money = Decimal | Fraction | int | str


class Dividend(NamedTuple):
    """Money per period that ``holder`` (or ``float:X``, the unidentified holders of X) gets from ``issuer``, after withholding tax."""

    holder: str
    issuer: str
    amount: Amount


@dataclass(frozen=True, eq=False, kw_only=True)
class Dividends(Result):
    """Money per period by id. Profits = retained + what owners and floats receive + tax, exactly.

    ``income`` is own profit with dividends received (companies and owners), ``paid`` and ``retained`` are of companies, ``flows`` the
    non-zero payments, ``tax`` the withholding tax by issuer. ``None``: depends on a ring that pays itself everything.
    """

    income: Mapping[str, Amount]
    paid: Mapping[str, Amount]
    retained: Mapping[str, Amount]
    flows: Sequence[Dividend]
    tax: Mapping[str, Amount]

    row: ClassVar[Any] = Dividend

    def _rows(self) -> Sequence[Dividend]:
        return self.flows

    def columns(self) -> Mapping[str, Any]:
        """The flows as columns, without making rows where they are columns already."""
        return self.flows.columns() if isinstance(self.flows, Columns) else self.table()

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """Where the issuer's dividend to the holder comes from: its income, what it received from whom, what it paid."""
        into, out_of = (
            (self.flows.where("holder", issuer), self.flows.where("issuer", issuer))
            if isinstance(self.flows, Columns)
            else (self.flows, self.flows)
        )
        received = {row.issuer: row.amount for row in into if row.holder == issuer}
        amount = next((row.amount for row in out_of if (row.holder, row.issuer) == (holder, issuer)), Fraction(0))
        own = {"income": self.income.get(issuer), "received": received, "paid": self.paid.get(issuer)}
        return {"verb": "dividends", "holder": holder, "issuer": issuer, "value": amount, **own}
