"""The values that keys of a step may have, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Amount:
    """Money; without ``currency`` it is in the step's, else the case's."""

    value: Decimal
    currency: str | None = None


@dataclass(frozen=True)
class After:
    """So many days, or weekdays, after another step."""

    step: str
    days: int | None = None
    trading_days: int | None = None


@dataclass(frozen=True)
class Span:
    """An uncertain number of shares, both ends possible; without ``mid`` its middle stands for it."""

    low: int
    high: int
    mid: int | None = None


@dataclass(frozen=True)
class Tranches:
    """A sale in ``count`` parts, ``days`` apart; ``number`` is that of the part at hand and no key."""

    count: int
    days: int
    number: int | None = None


@dataclass(frozen=True)
class Model:
    """A named price model with its parameters (spec/deal 9)."""

    model: str
    k: Fraction | None = None
    floor: Fraction | None = None
    y: Fraction | None = None
    delta: Fraction | None = None


@dataclass(frozen=True)
class Periods:
    """A schedule of trades in equal ``periods``, each a trading day unless ``horizon`` (in trading days) says otherwise.

    ``epsilon`` half spread, ``gamma`` permanent and ``eta`` temporary impact, in money; ``risk_aversion`` per money (spec/deal 9).
    """

    model: str
    periods: int
    epsilon: Fraction
    gamma: Fraction
    eta: Fraction
    risk_aversion: Fraction
    horizon: Fraction | None = None


@dataclass(frozen=True)
class Leg:
    """One side of an exchange of shares."""

    issuer: str
    shares: int
    holder: str | None = None
    price: Amount | None = None


@dataclass(frozen=True)
class Exit:
    """What one holder sells back at the end, and for how much a share."""

    holder: str
    shares: int
    price: Amount


@dataclass(frozen=True)
class Net:
    """One net payment."""

    payer: str
    payee: str
    value: Decimal
    currency: str | None = None


def plain(value: Any) -> Any:
    """A value as plain YAML data: exact numbers as text, dates as ISO text, records as mappings without their empty keys."""
    if isinstance(value, (Fraction, date)):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if is_dataclass(value) and not isinstance(value, type):
        items = {f.name: getattr(value, f.name) for f in fields(value)}
        if isinstance(value, Net):
            items = {"from": value.payer, "to": value.payee, "value": value.value, "currency": value.currency}
        return {key: plain(item) for key, item in items.items() if item is not None}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
