"""Netting: how much of what companies hold in each other could vanish at fair value, nobody being richer or poorer for it.

D'Errico and Roukny, "Compressing over-the-counter markets", arXiv 1705.07155 (2017), for the two kinds; their contracts are stakes here.
No cash moves and none is raised: shares go back to the company that issued them, against its own, and are cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any, ClassVar, NamedTuple

import numpy as np

from crosshold.errors import Finding, Findings, UndeterminedError, did_you_mean
from crosshold.kernels.flow import Divergent, Flow, method
from crosshold.kernels.least_flow import LeastFlow, circles
from crosshold.model.exact import number
from crosshold.model.result import Result

KINDS = ("bilateral", "conservative")
MOST_RANGES = 500
Money = Decimal | Fraction | int | str | float
Rows = Iterable[Sequence[Any]]
Holdings = dict[tuple[str, str], Fraction]  # by holder and issuer
Span = tuple[Fraction | None, Fraction | None]


class NetRow(NamedTuple):
    """Money that ``holder`` has in ``issuer``, before and after; ``least`` and ``most`` over all answers that are as good.

    ``None``: it differs between them, and how far was not computed.
    """

    holder: str
    issuer: str
    before: Fraction
    after: Fraction
    least: Fraction | None
    most: Fraction | None


class Circle(NamedTuple):
    """One swap: each member gives up this much money in the next one (and the last in the first), and gets its own shares back."""

    path: tuple[str, ...]
    money: Fraction


@dataclass(frozen=True, eq=False, kw_only=True)
class Netting(Result):
    """Money in the unit of the input, exact.

    ``net`` by firm: what it has in others less what others have in it; it does not change. ``minimum`` is the sum of the positive
    ones, the least total that any set of holdings with these nets has, ``excess`` all above it at the start. ``unique``: no other
    answer has the same total; when it is false, ``least`` and ``most`` of each row say what is open. ``circles``: swaps that lead there.
    """

    net: Mapping[str, Fraction]
    minimum: Fraction
    excess: Fraction
    total_before: Fraction
    total_after: Fraction
    unique: bool
    rows: tuple[NetRow, ...]
    circles: tuple[Circle, ...]

    row: ClassVar[Any] = NetRow

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """What was swapped away from one holding: the circles that pass through it."""
        found = next((row for row in self.rows if row[:2] == (holder, issuer)), None)
        pair = (holder, issuer)
        through = [c._asdict() for c in self.circles if pair in zip(c.path, c.path[1:] + c.path[:1], strict=True)]
        amounts = (found.before, found.after) if found else (Fraction(0), Fraction(0))
        return {
            "verb": "net", "holder": holder, "issuer": issuer, "before": amounts[0], "after": amounts[1], "circles": through,
        }  # fmt: skip


def net(values: Rows, kind: str = "conservative", *, ranges: int = MOST_RANGES) -> Netting:
    """Compress what firms hold in each other, keeping every firm's net.

    ``values``: rows (holder, issuer, money), money of the stake (a float counts as its shortest decimal); several rows of one pair
    add up. ``bilateral``: of two that hold each other the smaller stake vanishes from both. ``conservative``: the least total with
    every stake between 0 and what it was; exact, without circles at the end. Stakes of a firm in itself vanish. When other answers
    have the same total, the range of each holding over all of them is computed for up to ``ranges`` holdings that differ.

    Errors: E_KIND, E_VALUE, E_NEGATIVE. Finding W_SEVERAL_OPTIMA when other answers have the same total.
    """
    faults = Findings()
    if kind not in KINDS:
        faults.add("E_KIND", f"{kind!r} is no way of netting.", did_you_mean(kind, KINDS), "kind")
    before = _holdings(values, faults)
    faults.raise_errors()
    return _netting(before, kind, ranges)


def _netting(before: Holdings, kind: str, ranges: int) -> Netting:
    names = sorted({name for pair in before for name in pair})
    nets = dict.fromkeys(names, Fraction(0))
    for (holder, issuer), money in before.items():
        nets[holder] += money
        nets[issuer] -= money
    if kind == "bilateral":
        after = {(h, i): max(x - before.get((i, h), Fraction(0)), Fraction(0)) for (h, i), x in before.items()}
        open_: dict[tuple[str, str], Span] = {}
    else:
        after, open_ = _conservative(before, names, nets, ranges)
    total, minimum = sum(before.values(), Fraction(0)), sum((x for x in nets.values() if x > 0), Fraction(0))
    findings = []
    if open_:
        message = f"{len(open_)} holdings can end at different values with the same total; one of the answers is shown."
        cure = "Read least and most of each row, or agree on one answer."
        if None in next(iter(open_.values())):
            cure = f"Give ranges={len(open_)} to see how far each can differ, or agree on one answer."
        findings = [Finding("W_SEVERAL_OPTIMA", message, cure, "netting")]
    return Netting(
        net=nets,
        minimum=minimum,
        excess=total - minimum,
        total_before=total,
        total_after=sum(after.values(), Fraction(0)),
        unique=not open_,
        rows=tuple(NetRow(*pair, x, after[pair], *open_.get(pair, (after[pair],) * 2)) for pair, x in before.items()),
        circles=_swaps(names, {pair: x - after[pair] for pair, x in before.items()}),
        settings={"kind": kind, "method": "exact", "cash": "none"},
        findings=tuple(findings),
    )


def _conservative(
    before: Holdings, names: list[str], nets: Mapping[str, Fraction], ranges: int
) -> tuple[Holdings, dict[tuple[str, str], Span]]:
    """The least holdings with these nets, and those that are not the same in all answers."""
    unit, at = lcm(*(x.denominator for x in before.values())), {name: k for k, name in enumerate(names)}
    pairs = [pair for pair, x in before.items() if x and pair[0] != pair[1]]
    edges = [(at[h], at[i], int(before[h, i] * unit)) for h, i in pairs]
    least = LeastFlow(len(names), edges, [int(nets[name] * unit) for name in names])
    after = dict.fromkeys(before, Fraction(0)) | {pair: Fraction(x, unit) for pair, x in zip(pairs, least.flow, strict=True)}
    varying = least.varying()
    if len(varying) > ranges:
        return after, {pairs[k]: (None, None) for k in varying}
    return after, {pairs[k]: (Fraction(low, unit), Fraction(high, unit)) for k in varying for low, high in [least.bounds(k)]}


def _swaps(names: list[str], gone: Holdings) -> tuple[Circle, ...]:
    """What vanished, as circles, the largest first."""
    unit, at = lcm(*(x.denominator for x in gone.values())), {name: k for k, name in enumerate(names)}
    found = circles(len(names), [(at[h], at[i], int(x * unit)) for (h, i), x in gone.items()])
    swaps = [Circle(tuple(names[k] for k in path), Fraction(money, unit)) for path, money in found]
    return tuple(sorted(swaps, key=lambda c: (-c.money, len(c.path), c.path)))


def _holdings(values: Rows, faults: Findings) -> Holdings:
    """The rows by pair, sorted."""
    found: Holdings = {}
    for holder, issuer, given in values:
        pair, where = (str(holder), str(issuer)), f"{holder} in {issuer}"
        amount = _amount(given, where, faults)
        if amount < 0:
            faults.add("E_NEGATIVE", f"{holder} has {given} in {issuer}.", "Holdings are 0 or more.", where)
        found[pair] = found.get(pair, Fraction(0)) + amount
    return dict(sorted(found.items()))


def _amount(given: Any, where: str, faults: Findings) -> Fraction:
    try:
        return number(given)
    except ValueError:
        faults.add("E_VALUE", f"{str(given)[:60]!r} is no number.", 'Write "0.15" or "3/20".', where)
        return Fraction(0)


class UnwindRow(NamedTuple):
    """Shares that ``holder`` has in ``issuer`` (exact, parts of a share allowed) and the fraction of all outstanding ones."""

    holder: str
    issuer: str
    shares: Fraction
    shares_after: Fraction
    stake: Fraction
    stake_after: Fraction


@dataclass(frozen=True, eq=False, kw_only=True)
class Unwind(Result):
    """Swapping and cancelling at fair value. Prices, outside holders' shares and wealth, and every firm's net stay as they were.

    ``price`` is money per share, ``issued_after`` shares outstanding, ``outside_shares`` those not held by the firms (both by firm),
    ``netting`` the same in money.
    """

    price: Mapping[str, Fraction]
    issued_after: Mapping[str, Fraction]
    outside_shares: Mapping[str, Fraction]
    rows: tuple[UnwindRow, ...]
    netting: Netting

    row: ClassVar[Any] = UnwindRow
    shares: ClassVar[tuple[str, ...]] = ("stake", "stake_after")

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """The price of a share, what was swapped away in which circles, and the shares that are left."""
        row = next((row for row in self.rows if row[:2] == (holder, issuer)), None)
        left = {} if row is None else row._asdict()
        return {**self.netting.explain(holder, issuer), **left, "verb": "unwind", "price": self.price.get(issuer)}


def unwind(
    issued: Mapping[str, Money], shares: Rows, own_assets: Mapping[str, Money], *,
    kind: str = "conservative", ranges: int = MOST_RANGES,
) -> Unwind:  # fmt: skip
    """Swap cross-held shares for own ones at fair value, circle by circle, and cancel them.

    ``issued``: shares of each firm. ``shares``: rows (holder, issuer, shares); a holder that is no firm here is outside. ``own_assets``:
    money of each firm without its stakes; missing ones are 0. A share is worth V / issued with V = (I - C)^-1 p, exact in rings of up
    to 60 firms. Own shares are cancelled first, as they are no part of anything. ``kind`` and ``ranges`` as in :func:`net`.

    Errors: E_KIND, E_VALUE, E_NEGATIVE (also a price below 0: nobody would swap), E_OVERHELD, E_UNKNOWN_ID. Firms that own each
    other completely have no price: W_OWNERLESS_CYCLE as ``UndeterminedError``. Finding W_SEVERAL_OPTIMA as in :func:`net`.
    """
    faults = Findings()
    if kind not in KINDS:
        faults.add("E_KIND", f"{kind!r} is no way of netting.", did_you_mean(kind, KINDS), "kind")
    held = _holdings(shares, faults)
    counts = {str(name): _amount(count, str(name), faults) for name, count in issued.items()}
    assets = {str(name): _amount(money, str(name), faults) for name, money in own_assets.items()}
    for name in [*dict.fromkeys(issuer for _, issuer in held if issuer not in counts), *(n for n in assets if n not in counts)]:
        faults.add("E_UNKNOWN_ID", f"{name} has no number of shares.", did_you_mean(name, counts), name)
    firms = {name: count - held.pop((name, name), Fraction(0)) for name, count in counts.items()}
    inside = {pair: x for pair, x in held.items() if pair[0] in firms}
    outside = dict(firms)
    for (_, issuer), x in inside.items():
        outside[issuer] = outside.get(issuer, Fraction(0)) - x
    for name, count in firms.items():
        if count <= 0 or outside[name] < sum((x for (h, i), x in held.items() if i == name and h not in firms), Fraction(0)):
            faults.add("E_OVERHELD", f"{name}: more shares are held than there are.", "Check the shares and their number.", name)
    faults.raise_errors()
    worth, how = _worth(firms, inside, assets)
    price = {name: worth[name] / count for name, count in firms.items()}
    for name, x in price.items():
        if x < 0:
            message = f"a share of {name} is worth {float(x):,.6g}: nobody would take it back."
            faults.add("E_NEGATIVE", message, "Leave the firm out, or give it the assets that cover its debt.", name)
    faults.raise_errors()
    netting = _netting({(h, i): x * price[i] for (h, i), x in inside.items()}, kind, ranges)
    return _unwound(firms, outside, inside, price, netting, how)


def _worth(firms: Mapping[str, Fraction], inside: Holdings, assets: Mapping[str, Fraction]) -> tuple[dict[str, Fraction], str]:
    """V = p + C V: own assets and what the stakes are worth, and how it was solved."""
    names = list(firms)
    at = {name: k for k, name in enumerate(names)}
    edges = sorted((at[i], at[h], x / firms[i]) for (h, i), x in inside.items())
    pointer = np.searchsorted(np.array([edge[0] for edge in edges]), np.arange(len(names) + 1)).astype(np.int64)
    flow = Flow(pointer, np.array([edge[1] for edge in edges], dtype=np.int64), [edge[2] for edge in edges])
    try:
        flow.solve(
            dict.fromkeys(range(len(names)), Fraction(1))
        )  # a ring without outside holders is found also when it has no assets
        solved = flow.solve({at[name]: money for name, money in assets.items()})
    except Divergent as cause:
        members = ", ".join(names[j] for j in cause.members)
        message = f"{members}: they own each other completely, so their shares have no price."
        raise UndeterminedError(Finding("W_OWNERLESS_CYCLE", message, "Add the missing outside holders.", members)) from None
    return {name: Fraction(solved.get(k) or 0) for k, name in enumerate(names)}, method(solved.values())


def _unwound(
    firms: Mapping[str, Fraction], outside: Mapping[str, Fraction], inside: Holdings, price: Mapping[str, Fraction],
    netting: Netting, how: str,
) -> Unwind:  # fmt: skip
    """Back from money to shares; those of a firm that is worth nothing stay where they are."""
    left = {(r.holder, r.issuer): r.after / price[r.issuer] for r in netting.rows if price[r.issuer]}
    after = {pair: left.get(pair, x) for pair, x in inside.items()}
    issued = dict(outside)
    for (_, issuer), x in after.items():
        issued[issuer] += x
    rows = [
        UnwindRow(h, i, x, after[h, i], x / firms[i], after[h, i] / issued[i] if issued[i] else Fraction(0))
        for (h, i), x in inside.items()
    ]
    return Unwind(
        price=price,
        issued_after=issued,
        outside_shares=outside,
        rows=tuple(rows),
        netting=netting,
        settings={**netting.settings, "method": how},
        findings=netting.findings,
    )
