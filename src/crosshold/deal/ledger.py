"""Double entry of cash, and the split of an aggregate of votes (spec/deal 1.1, 1.3, 4.5).

An entry has one amount, rounded half to even to the currency's minor unit, and it leaves one account as it enters another: per
currency the sum of all accounts, sinks included, never changes. Accounts of ``~`` holders are the sink ``@market``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction

from crosshold.errors import Finding, RequestError
from crosshold.model.snapshot import Rate

WHY = (
    "price", "fee", "stamp", "tax", "coupon", "dividend", "contribution", "debt", "investment", "return", "payment", "fx", "net",
)  # fmt: skip
_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "XAF": 0, "XOF": 0, "PYG": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3}
EXACT = Context(prec=400)  # sums of money never lose a digit

Cash = Mapping[str, Mapping[str, Decimal]]


def digits(currency: str) -> int:
    """Decimal places of a currency's minor unit (ISO 4217): JPY 0, most others 2."""
    return _DIGITS.get(currency, 2)


def rounded(amount: Fraction | Decimal | int, currency: str) -> Decimal:
    """An amount rounded half to even to the minor unit.

    >>> str(rounded(Fraction(5, 2), "JPY")), str(rounded(Fraction(1, 3), "EUR"))
    ('2', '0.33')
    """
    places = digits(currency)
    return Decimal(f"{round(Fraction(amount) * 10**places)}e-{places}")


def shown(amount: Decimal, currency: str) -> str:
    """An amount as text, with all places of its currency and no exponent."""
    return f"{rounded(amount, currency):f}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement of cash: ``payer`` to ``payee``; ``why`` is a word of :data:`WHY`."""

    payer: str
    payee: str
    amount: Decimal
    currency: str
    why: str

    def to_dict(self) -> dict[str, str]:
        """JSON form, with the keys ``from`` and ``to``."""
        amount = shown(self.amount, self.currency)
        return {"from": self.payer, "to": self.payee, "amount": amount, "currency": self.currency, "why": self.why}


def rate(fx: Mapping[str, Rate], source: str, target: str, on: date, where: str = "") -> Fraction:
    """Units of ``target`` for one of ``source``, from the quoted pair or its inverse; ``E_FX_MISSING``, ``E_FUTURE_DATA``."""
    if source == target:
        return Fraction(1)
    quoted = fx.get(source + target) or fx.get(target + source)
    if quoted is None or quoted.value <= 0:
        message = f"no rate between {source} and {target}."
        raise RequestError(Finding("E_FX_MISSING", message, f"Add fx: {{{source}{target}: ...}} to the case.", where))
    if quoted.date > on:
        message = f"the rate {source}{target} is of {quoted.date}, after {on}."
        raise RequestError(Finding("E_FUTURE_DATA", message, "Use a rate of that day or before.", where))
    value = Fraction(quoted.value)
    return value if source + target in fx else 1 / value


class Ledger:
    """The accounts during one step, and its entries. The mapping it starts from is not touched."""

    def __init__(self, cash: Cash, fx: Mapping[str, Rate], on: date, where: str = "") -> None:
        self._accounts = {who: dict(amounts) for who, amounts in cash.items()}
        self._fx, self._on, self._where = fx, on, where
        self.entries: list[Entry] = []

    def balance(self, who: str, currency: str) -> Decimal:
        """What an account holds in one currency; 0 where there is none."""
        return self._accounts.get(who, {}).get(currency, Decimal(0))

    def accounts(self) -> dict[str, dict[str, Decimal]]:
        """All accounts as they stand."""
        return {who: dict(amounts) for who, amounts in self._accounts.items()}

    def convert(self, amount: Fraction | Decimal, source: str, target: str) -> Fraction:
        """An amount in another currency at the case's rate, not rounded."""
        return Fraction(amount) * rate(self._fx, source, target, self._on, self._where)

    def worth(self, who: str, currency: str) -> Decimal:
        """All that an account holds, in one currency."""
        held = self._accounts.get(who, {})
        return rounded(sum((self.convert(a, c, currency) for c, a in held.items() if a), Fraction(0)), currency)

    def post(self, payer: str, payee: str, amount: Fraction | Decimal, currency: str, why: str) -> Decimal:
        """Book one entry and return its rounded amount; nothing is booked for 0 or from an account to itself."""
        sum_ = rounded(amount, currency)
        if sum_ == 0 or payer == payee:
            return sum_
        for who, part in ((payer, sum_.copy_negate()), (payee, sum_)):
            account = self._accounts.setdefault(who, {})
            account[currency] = EXACT.add(account.get(currency, Decimal(0)), part)
        self.entries.append(Entry(payer, payee, sum_, currency, why))
        return sum_

    def pay(self, payer: str, payee: str, amount: Fraction | Decimal, currency: str, why: str) -> Decimal:
        """As :meth:`post`; what the payer lacks in this currency is first changed from its others, two entries through ``@fx``."""
        sum_ = rounded(amount, currency)
        if not payer.startswith("@"):
            for other in sorted(self._accounts.get(payer, {})):
                short = sum_ - self.balance(payer, currency)
                if short > 0 and other != currency and self.balance(payer, other) > 0:
                    self.change(payer, other, currency, short)
        return self.post(payer, payee, sum_, currency, why)

    def change(self, who: str, source: str, target: str, wanted: Decimal) -> None:
        """Buy up to ``wanted`` of ``target`` with what ``who`` has in ``source``."""
        cost = rounded(self.convert(wanted, target, source), source)
        held = self.balance(who, source)
        if cost > held:
            cost, wanted = held, rounded(self.convert(held, source, target), target)
        self.post(who, "@fx", cost, source, "fx")
        self.post("@fx", who, wanted, target, "fx")


@dataclass(frozen=True, slots=True)
class Split:
    """Loyal and plain shares of an aggregate."""

    loyal: int
    plain: int

    def to_dict(self) -> dict[str, int]:
        """JSON form."""
        return {"loyal": self.loyal, "plain": self.plain}


def split_votes(shares: int, votes: int, *, base: int = 1, multiple: int = 2) -> Split:
    """Split ``shares`` with ``votes`` together into loyal shares (``base * multiple`` votes) and plain ones (``base``).

    loyal = (votes - base * shares) / ((multiple - 1) * base); ``E_VOTES_AGGREGATE`` unless that is whole and within the shares.

    >>> split_votes(14380361, 24377299)
    Split(loyal=9996938, plain=4383423)
    """
    unit = (multiple - 1) * base
    loyal, rest = divmod(votes - base * shares, unit) if unit > 0 else (-1, 0)
    if rest or not 0 <= loyal <= shares:
        message = f"{shares} shares with {votes} votes are no mix of shares with {base} and with {base * multiple} votes."
        raise RequestError(Finding("E_VOTES_AGGREGATE", message, "Give the lots one by one, or check the votes."))
    return Split(loyal, shares - loyal)


def largest_remainder(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Share out a whole number in proportion: whole parts first, then one each by largest remainder, ties by id.

    >>> largest_remainder(100000, {"partner": 90000, "others": 17500})
    {'partner': 83721, 'others': 16279}
    """
    whole = sum(weights.values())
    if whole == 0:
        return dict.fromkeys(weights, 0)
    parts = {who: total * weight // whole for who, weight in weights.items()}
    left = total - sum(parts.values())
    for who in sorted(weights, key=lambda w: (-(total * weights[w] % whole), w))[:left]:
        parts[who] += 1
    return parts
