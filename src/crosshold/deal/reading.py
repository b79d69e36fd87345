"""How the values of keys are read from a file; a fault is collected with its place, and ``None`` is returned."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.deal.values import After, Amount, Exit, Leg, Model, Net, Periods, Span, Tranches, plain
from crosshold.formats.case_contracts import overlay_terms
from crosshold.formats.fields import Fields
from crosshold.model.exact import is_number
from crosshold.model.share import BASES

MOST_DAYS = 36_500
LOT_ORDERS = ("fewest_votes_first", "fifo", "lifo", "most_votes_first")


def text(f: Fields, key: str) -> str | None:
    """A piece of text."""
    return f.text(key)


def count(f: Fields, key: str) -> int | None:
    """A whole number of shares; ``E_FRACTIONAL`` when it is not whole."""
    value = f.data.get(key)
    if isinstance(value, (Decimal, float)) and is_number(str(value)) and value != int(value):
        f.fault("E_FRACTIONAL", f"{key}: {value} is no whole number of shares.", "Shares move whole; round it.", key)
        return None
    return f.whole(key)


def days(f: Fields, key: str) -> int | None:
    """A number of days, at most a hundred years."""
    days = count(f, key)
    if days is not None and days > MOST_DAYS:
        f.fault("C_BAD_NUMBER", f"{key}: {days} days are more than a hundred years.", f"Write at most {MOST_DAYS}.", key)
        return None
    return days


def ratio(f: Fields, key: str) -> Fraction | None:
    """A ratio from 0 to 1."""
    return f.part(key)


def basis(f: Fields, key: str) -> str | None:
    """What a percentage is of."""
    word = f.text(key)
    if word is not None and word not in BASES:
        f.fault("E_BASIS_AMBIGUOUS", f"{key}: {word!r} is no basis.", f"Say one of {', '.join(BASES)}.", key)
        return None
    return word


def amount(f: Fields, key: str) -> Amount | None:
    """Money, 0 or more: a number, or {value, currency}."""
    value = f.data.get(key)
    if not isinstance(value, dict):
        number = f.money(key)
        return None if number is None else positive(f, key, Amount(number))
    inner = Fields(f.document, (*f.path, key), value, f.faults)
    inner.only(("value", "currency"))
    inner.require("value")
    number = inner.money("value")
    return None if number is None else positive(f, key, Amount(number, inner.text("currency")))


def positive(f: Fields, key: str, amount: Amount) -> Amount | None:
    """The amount, unless it is negative."""
    if amount.value < 0:
        f.fault("E_NEG_QTY", f"{key}: {amount.value} is negative.", "Amounts are 0 or more; swap payer and payee.", key)
        return None
    return amount


def fee(f: Fields, key: str) -> Amount | Fraction | None:
    """A fraction, or an amount of money."""
    return amount(f, key) if isinstance(f.data.get(key), dict) else ratio(f, key)


def impact(f: Fields, key: str) -> Model | Periods | Fraction | None:
    """A model, a schedule, or a fraction of the price."""
    value = f.data.get(key)
    if not isinstance(value, dict) or value.get("model") != "schedule":
        return model(f, key)
    inner = Fields(f.document, (*f.path, key), value, f.faults)
    numbers = ("epsilon", "gamma", "eta", "risk_aversion")
    inner.only(("model", "periods", *numbers, "horizon"))
    inner.require("periods", *numbers)
    periods, horizon = count(inner, "periods"), inner.ratio("horizon")
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


def model(f: Fields, key: str) -> Model | Fraction | None:
    """A model, or a fraction of the price."""
    value = f.data.get(key)
    if value in ("block", "sqrt", "none"):
        return Model(str(value))
    if not isinstance(value, dict):
        return ratio(f, key)
    inner = Fields(f.document, (*f.path, key), value, f.faults)
    inner.only(("model", "k", "floor", "y", "delta"))
    inner.require("model")
    name = inner.choice("model", ("block", "sqrt", "none"))
    return None if name is None else Model(name, *(inner.ratio(k) for k in ("k", "floor", "y", "delta")))


def fills(f: Fields, key: str) -> dict[str, int] | None:
    """Shares by party."""
    inner = f.child(key)
    if inner is None:
        return None
    counts = {name: count(inner, name) for name in inner.data}
    return {name: count for name, count in counts.items() if count is not None}


def exchange(f: Fields, key: str) -> dict[str, Fraction] | None:
    """New shares for each share, by company."""
    inner = f.child(key)
    if inner is None:
        return None
    ratios = {name: inner.ratio(name) for name in inner.data}
    for name, ratio in ratios.items():
        if ratio is not None and ratio <= 0:
            inner.fault("C_BAD_NUMBER", f"{name}: {ratio} is not above 0.", "Say how many new shares one share gives.", name)
    return {name: ratio for name, ratio in ratios.items() if ratio}


def span(f: Fields, key: str) -> int | Span | None:
    """A whole number, or {low, mid, high}."""
    if not isinstance(f.data.get(key), dict):
        return count(f, key)
    inner = Fields(f.document, (*f.path, key), f.data[key], f.faults)
    inner.only(("low", "mid", "high"))
    inner.require("low", "high")
    low, mid, high = (count(inner, name) for name in ("low", "mid", "high"))
    if low is None or high is None:
        return None
    if not low <= (low if mid is None else mid) <= high:
        inner.fault("C_BAD_NUMBER", f"{key}: low, mid and high are not in this order.", "Write {low: 80, high: 120}.")
        return None
    return Span(low, high, mid)


def spans(f: Fields, key: str) -> dict[str, int | Span] | None:
    """The same by party."""
    inner = f.child(key)
    if inner is None:
        return None
    counts = {name: span(inner, name) for name in inner.data}
    return {name: count for name, count in counts.items() if count is not None}


def offers(f: Fields, key: str) -> dict[str, int | str] | None:
    """Shares by party, or a word."""
    inner = f.child(key)
    if inner is None:
        return None
    counts = {n: v if v in ("pro_rata", "none") else count(inner, n) for n, v in inner.data.items()}
    return {name: count for name, count in counts.items() if count is not None}


def cancel(f: Fields, key: str) -> bool | date | None:
    """``true``, ``false``, or the day."""
    return f.flag(key) if isinstance(f.data.get(key), bool) else f.day(key)


def tendered(f: Fields, key: str) -> int | dict[str, int] | None:
    """A whole number, or shares by party."""
    return fills(f, key) if isinstance(f.data.get(key), dict) else count(f, key)


def some(f: Fields, key: str) -> bool | int | None:
    """``true``, ``false``, or how many."""
    return f.flag(key) if isinstance(f.data.get(key), bool) else count(f, key)


def lots(f: Fields, key: str) -> str | tuple[str, ...] | None:
    """An order of lots, or a list of their ids."""
    return f.names(key) if isinstance(f.data.get(key), list) else f.choice(key, LOT_ORDERS)


def after(f: Fields, key: str) -> After | None:
    """So long after another step."""
    inner = f.child(key)
    if inner is None:
        return None
    inner.only(("step", "days", "trading_days"))
    inner.require("step")
    if "days" in inner.data and "trading_days" in inner.data:
        inner.fault("C_BAD_VALUE", "both days and trading_days are given.", "Keep one of them.")
    step = inner.text("step")
    return None if step is None else After(step, days(inner, "days"), days(inner, "trading_days"))


def tranches(f: Fields, key: str) -> Tranches | None:
    """In how many parts, how far apart."""
    inner = f.child(key)
    if inner is None:
        return None
    inner.only(("count", "days"))
    inner.require("count", "days")
    number, apart = count(inner, "count"), days(inner, "days")
    if number == 0:
        inner.fault("C_BAD_NUMBER", "count: a sale has at least one part.", "Write 1 or more.", "count")
    return Tranches(number, apart) if number and apart is not None else None


def leg(f: Fields, key: str) -> Leg | None:
    """One side of an exchange of shares."""
    inner = f.child(key)
    if inner is None:
        return None
    inner.only(("issuer", "shares", "holder", "price"))
    if not inner.require("issuer", "shares"):
        return None
    issuer, shares = inner.text("issuer"), count(inner, "shares")
    if issuer is None or shares is None:
        return None
    return Leg(issuer, shares, inner.text("holder"), amount(inner, "price") if "price" in inner.data else None)


def bought_back(f: Fields, key: str) -> Exit | None:
    """Who sells back, how many, for how much."""
    inner = f.child(key)
    if inner is None:
        return None
    inner.only(("holder", "shares", "price"))
    if not inner.require("holder", "shares", "price"):
        return None
    holder, shares, price = inner.text("holder"), count(inner, "shares"), amount(inner, "price")
    return None if holder is None or shares is None or price is None else Exit(holder, shares, price)


def net(f: Fields, key: str) -> Net | None:
    """One payment."""
    inner = f.child(key)
    if inner is None:
        return None
    inner.only(("from", "to", "value", "currency"))
    inner.require("from", "to", "value")
    payer, payee, value = inner.text("from"), inner.text("to"), inner.money("value")
    if payer is None or payee is None or value is None:
        return None
    return None if positive(inner, "value", Amount(value)) is None else Net(payer, payee, value, inner.text("currency"))


def overlay(f: Fields, key: str) -> dict[str, Any] | None:
    """An overlay as the Ballot reads it."""
    inner = f.child(key)
    if inner is None:
        return None
    inner.only(("kind", "share", "of", "ordinary", "special", "directed", "matters", "until", "lapses_if"))
    if "directed" in inner.data:
        inner.data = {**inner.data, "matters": inner.data["directed"]}
        del inner.data["directed"]
    overlay_terms(inner)
    told = matters(inner, "matters")
    return {name: plain(value) for name, value in inner.data.items()} | ({} if told is None else {"matters": told})


def table(f: Fields, key: str) -> dict[str, str] | None:
    """Who decides, or ``abstain``, by class of meeting."""
    inner = f.child(key)
    if inner is None:
        return None
    words = {name: inner.text(name) for name in inner.data}
    return {name: word for name, word in words.items() if word is not None}


def matters(f: Fields, key: str) -> dict[str, str] | list[str] | None:
    """The same table, or a list of the classes of meeting that are concerned."""
    value = f.data.get(key)
    if value is None or isinstance(value, dict):
        return table(f, key)
    return list(f.names(key))
