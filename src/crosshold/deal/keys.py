"""The kinds of value that the keys of a step may have: how each is read, how it is written, which names it brings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, get_args, get_type_hints

from crosshold.formats.case_contracts import overlay_terms
from crosshold.formats.fields import Fields
from crosshold.model.exact import is_number
from crosshold.model.share import BASES

MOST_DAYS = 36_500
LOT_ORDERS = ("fewest_votes_first", "fifo", "lifo", "most_votes_first")


@dataclass(frozen=True)
class Kind:
    """How a key is read; ``role`` says what the names in it must be; ``code`` is the fault when a needed key is missing."""

    read: Callable[[Fields, str], Any]
    role: str = ""
    code: str = "C_MISSING_KEY"


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


def _text(f: Fields, key: str) -> str | None:
    return f.text(key)


def _count(f: Fields, key: str) -> int | None:
    value = f.data.get(key)
    if isinstance(value, (Decimal, float)) and is_number(str(value)) and value != int(value):
        f.fault("E_FRACTIONAL", f"{key}: {value} is no whole number of shares.", "Shares move whole; round it.", key)
        return None
    return f.whole(key)


def _days(f: Fields, key: str) -> int | None:
    days = _count(f, key)
    if days is not None and days > MOST_DAYS:
        f.fault("C_BAD_NUMBER", f"{key}: {days} days are more than a hundred years.", f"Write at most {MOST_DAYS}.", key)
        return None
    return days


def _ratio(f: Fields, key: str) -> Fraction | None:
    return f.part(key)


def _basis(f: Fields, key: str) -> str | None:
    word = f.text(key)
    if word is not None and word not in BASES:
        f.fault("E_BASIS_AMBIGUOUS", f"{key}: {word!r} is no basis.", f"Say one of {', '.join(BASES)}.", key)
        return None
    return word


def _amount(f: Fields, key: str) -> Amount | None:
    value = f.data.get(key)
    if not isinstance(value, dict):
        number = f.money(key)
        return None if number is None else _positive(f, key, Amount(number))
    inner = Fields(f.document, (*f.path, key), value, f.faults)
    inner.only(("value", "currency"))
    inner.require("value")
    number = inner.money("value")
    return None if number is None else _positive(f, key, Amount(number, inner.text("currency")))


def _positive(f: Fields, key: str, amount: Amount) -> Amount | None:
    if amount.value < 0:
        f.fault("E_NEG_QTY", f"{key}: {amount.value} is negative.", "Amounts are 0 or more; swap payer and payee.", key)
        return None
    return amount


def _fee(f: Fields, key: str) -> Amount | Fraction | None:
    return _amount(f, key) if isinstance(f.data.get(key), dict) else _ratio(f, key)


def _impact(f: Fields, key: str) -> Model | Periods | Fraction | None:
    value = f.data.get(key)
    if not isinstance(value, dict) or value.get("model") != "schedule":
        return _model(f, key)
    inner = Fields(f.document, (*f.path, key), value, f.faults)
    numbers = ("epsilon", "gamma", "eta", "risk_aversion")
    inner.only(("model", "periods", *numbers, "horizon"))
    inner.require("periods", *numbers)
    periods, horizon = _count(inner, "periods"), inner.ratio("horizon")
    found = [inner.ratio(name) for name in numbers]
    given = [number for number in (*found, horizon) if number is not None]
    if any(number < 0 for number in given) or horizon == 0 or periods == 0:
        inner.fault(
            "E_NEG_QTY", f"{key}: a number of the schedule is negative or without size.", "Write 0 or more, periods above 0."
        )
        return None
    epsilon, gamma, eta, aversion = found
    if periods is None or epsilon is None or gamma is None or eta is None or aversion is None:
        return None
    return Periods("schedule", periods, epsilon, gamma, eta, aversion, horizon)


def _model(f: Fields, key: str) -> Model | Fraction | None:
    value = f.data.get(key)
    if value in ("block", "sqrt", "none"):
        return Model(str(value))
    if not isinstance(value, dict):
        return _ratio(f, key)
    inner = Fields(f.document, (*f.path, key), value, f.faults)
    inner.only(("model", "k", "floor", "y", "delta"))
    inner.require("model")
    name = inner.choice("model", ("block", "sqrt", "none"))
    return None if name is None else Model(name, *(inner.ratio(k) for k in ("k", "floor", "y", "delta")))


def _fills(f: Fields, key: str) -> dict[str, int] | None:
    inner = f.child(key)
    if inner is None:
        return None
    counts = {name: _count(inner, name) for name in inner.data}
    return {name: count for name, count in counts.items() if count is not None}


def _exchange(f: Fields, key: str) -> dict[str, Fraction] | None:
    inner = f.child(key)
    if inner is None:
        return None
    ratios = {name: inner.ratio(name) for name in inner.data}
    for name, ratio in ratios.items():
        if ratio is not None and ratio <= 0:
            inner.fault("C_BAD_NUMBER", f"{name}: {ratio} is not above 0.", "Say how many new shares one share gives.", name)
    return {name: ratio for name, ratio in ratios.items() if ratio}


def _span(f: Fields, key: str) -> int | Span | None:
    if not isinstance(f.data.get(key), dict):
        return _count(f, key)
    inner = Fields(f.document, (*f.path, key), f.data[key], f.faults)
    inner.only(("low", "mid", "high"))
    inner.require("low", "high")
    low, mid, high = (_count(inner, name) for name in ("low", "mid", "high"))
    if low is None or high is None:
        return None
    if not low <= (low if mid is None else mid) <= high:
        inner.fault("C_BAD_NUMBER", f"{key}: low, mid and high are not in this order.", "Write {low: 80, high: 120}.")
        return None
    return Span(low, high, mid)


def _spans(f: Fields, key: str) -> dict[str, int | Span] | None:
    inner = f.child(key)
    if inner is None:
        return None
    counts = {name: _span(inner, name) for name in inner.data}
    return {name: count for name, count in counts.items() if count is not None}


def _offers(f: Fields, key: str) -> dict[str, int | str] | None:
    inner = f.child(key)
    if inner is None:
        return None
    counts = {n: v if v in ("pro_rata", "none") else _count(inner, n) for n, v in inner.data.items()}
    return {name: count for name, count in counts.items() if count is not None}


def _cancel(f: Fields, key: str) -> bool | date | None:
    return f.flag(key) if isinstance(f.data.get(key), bool) else f.day(key)


def _tendered(f: Fields, key: str) -> int | dict[str, int] | None:
    return _fills(f, key) if isinstance(f.data.get(key), dict) else _count(f, key)


def _some(f: Fields, key: str) -> bool | int | None:
    return f.flag(key) if isinstance(f.data.get(key), bool) else _count(f, key)


def _lots(f: Fields, key: str) -> str | tuple[str, ...] | None:
    return f.names(key) if isinstance(f.data.get(key), list) else f.choice(key, LOT_ORDERS)


def _after(f: Fields, key: str) -> After | None:
    inner = f.child(key)
    if inner is None:
        return None
    inner.only(("step", "days", "trading_days"))
    inner.require("step")
    if "days" in inner.data and "trading_days" in inner.data:
        inner.fault("C_BAD_VALUE", "both days and trading_days are given.", "Keep one of them.")
    step = inner.text("step")
    return None if step is None else After(step, _days(inner, "days"), _days(inner, "trading_days"))


def _tranches(f: Fields, key: str) -> Tranches | None:
    inner = f.child(key)
    if inner is None:
        return None
    inner.only(("count", "days"))
    inner.require("count", "days")
    count, days = _count(inner, "count"), _days(inner, "days")
    if count == 0:
        inner.fault("C_BAD_NUMBER", "count: a sale has at least one part.", "Write 1 or more.", "count")
    return Tranches(count, days) if count and days is not None else None


def _leg(f: Fields, key: str) -> Leg | None:
    inner = f.child(key)
    if inner is None:
        return None
    inner.only(("issuer", "shares", "holder", "price"))
    if not inner.require("issuer", "shares"):
        return None
    issuer, shares = inner.text("issuer"), _count(inner, "shares")
    if issuer is None or shares is None:
        return None
    return Leg(issuer, shares, inner.text("holder"), _amount(inner, "price") if "price" in inner.data else None)


def _exit(f: Fields, key: str) -> Exit | None:
    inner = f.child(key)
    if inner is None:
        return None
    inner.only(("holder", "shares", "price"))
    if not inner.require("holder", "shares", "price"):
        return None
    holder, shares, price = inner.text("holder"), _count(inner, "shares"), _amount(inner, "price")
    return None if holder is None or shares is None or price is None else Exit(holder, shares, price)


def _net(f: Fields, key: str) -> Net | None:
    inner = f.child(key)
    if inner is None:
        return None
    inner.only(("from", "to", "value", "currency"))
    inner.require("from", "to", "value")
    payer, payee, value = inner.text("from"), inner.text("to"), inner.money("value")
    if payer is None or payee is None or value is None:
        return None
    return None if _positive(inner, "value", Amount(value)) is None else Net(payer, payee, value, inner.text("currency"))


def _overlay(f: Fields, key: str) -> dict[str, Any] | None:
    inner = f.child(key)
    if inner is None:
        return None
    inner.only(("kind", "share", "of", "ordinary", "special", "directed", "matters", "until", "lapses_if"))
    if "directed" in inner.data:
        inner.data = {**inner.data, "matters": inner.data["directed"]}
        del inner.data["directed"]
    overlay_terms(inner)
    matters = _matters(inner, "matters")
    return {name: plain(value) for name, value in inner.data.items()} | ({} if matters is None else {"matters": matters})


def _table(f: Fields, key: str) -> dict[str, str] | None:
    """Who decides, or ``abstain``, by class of meeting."""
    inner = f.child(key)
    if inner is None:
        return None
    words = {name: inner.text(name) for name in inner.data}
    return {name: word for name, word in words.items() if word is not None}


def _matters(f: Fields, key: str) -> dict[str, str] | list[str] | None:
    """The same table, or a list of the classes of meeting that are concerned."""
    value = f.data.get(key)
    if value is None or isinstance(value, dict):
        return _table(f, key)
    return list(f.names(key))


Word = Annotated[str, Kind(_text)]
Issuer = Annotated[str, Kind(_text, "issuer")]
Party = Annotated[str, Kind(_text, "party")]
Newcomer = Annotated[str, Kind(_text, "newcomer")]
NewIssuer = Annotated[str, Kind(_text, "new issuer")]
FundId = Annotated[str, Kind(_text, "fund")]
BondId = Annotated[str, Kind(_text, "bond")]
Count = Annotated[int, Kind(_count)]
Days = Annotated[int, Kind(_days)]
Flag = Annotated[bool, Kind(lambda f, key: f.flag(key))]
Day = Annotated[date, Kind(lambda f, key: f.day(key))]
Ratio = Annotated[Fraction, Kind(_ratio)]
Basis = Annotated[str, Kind(_basis, code="E_BASIS_AMBIGUOUS")]
Money = Annotated[Amount, Kind(_amount)]
Fee = Annotated[Amount | Fraction, Kind(_fee)]
Discount = Annotated[Model | Fraction, Kind(_model)]
Impact = Annotated[Model | Periods | Fraction, Kind(_impact)]
Fills = Annotated[Mapping[str, int], Kind(_fills, "parties")]
Uncertain = Annotated[int | Span, Kind(_span)]
UncertainFills = Annotated[Mapping[str, int | Span], Kind(_spans, "parties")]
Offers = Annotated[Mapping[str, int | str], Kind(_offers, "parties")]
Tendered = Annotated[int | Mapping[str, int], Kind(_tendered, "parties")]
Exchange = Annotated[Mapping[str, Fraction], Kind(_exchange, "issuers")]
CancelKey = Annotated[bool | date, Kind(_cancel)]
Some = Annotated[bool | int, Kind(_some)]
LotChoice = Annotated[str | tuple[str, ...], Kind(_lots)]
AfterKey = Annotated[After, Kind(_after)]
Words = Annotated[tuple[str, ...], Kind(lambda f, key: f.names(key))]
Parties = Annotated[tuple[str, ...], Kind(lambda f, key: f.names(key), "parties")]
TranchesKey = Annotated[Tranches, Kind(_tranches)]
LegKey = Annotated[Leg, Kind(_leg, "leg")]
ExitKey = Annotated[Exit, Kind(_exit, "exit")]
NetKey = Annotated[Net, Kind(_net, "net")]
OverlayKey = Annotated[Mapping[str, Any], Kind(_overlay)]
Directed = Annotated[Mapping[str, str], Kind(_table)]
Matters = Annotated[Mapping[str, str] | list[str], Kind(_matters)]


def choice(*words: str) -> Kind:
    """One of a closed list of words."""
    return Kind(lambda f, key: f.choice(key, words))


@cache
def kinds(cls: type) -> dict[str, Kind]:
    """Field name -> kind, for the fields of a dataclass that are keys of a file, in their order."""
    found: dict[str, Kind] = {}
    hints = get_type_hints(cls, include_extras=True)
    for item in fields(cls):
        kind = next(_kinds_in(hints[item.name]), None)
        if kind:
            found[item.name] = kind
    return found


def _kinds_in(hint: Any) -> Iterator[Kind]:
    yield from (m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Kind))
    if not hasattr(hint, "__metadata__"):
        for part in get_args(hint):
            yield from _kinds_in(part)


def names_in(role: str, value: Any) -> list[tuple[str, str]]:
    """``(role, name)`` of every party, issuer or fund that a value names; roles are issuer, new issuer, party, newcomer, fund, bond."""
    if value is None or not role:
        return []
    if role in ("parties", "issuers"):
        return [("party" if role == "parties" else "issuer", str(name)) for name in (() if isinstance(value, int) else value)]
    if role == "leg":
        return [("issuer", value.issuer), *([("party", value.holder)] if value.holder else [])]
    if role == "exit":
        return [("party", value.holder)]
    if role == "net":
        return [("party", value.payer), ("party", value.payee)]
    return [(role, value)]


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
