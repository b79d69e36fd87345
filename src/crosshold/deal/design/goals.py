"""A goals file: which levers a plan may pull, what it must and should reach, what is to be least (spec/deal 17.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

from crosshold.deal.design.money_targets import BookLoss, CashFloor, FundPaid, GroupCash, NetProceeds
from crosshold.deal.design.stake_targets import Balance, Deadline, NoEvent, Peak, Stake
from crosshold.deal.design.target import Sum, Target
from crosshold.deal.keys import Count, Day, Flag, Issuer, Kind, OverlayKey, Party, Ratio, Word, choice, record
from crosshold.deal.plan import Fund, read_fund
from crosshold.errors import FileError, Findings, RequestError, did_you_mean
from crosshold.formats.fields import Fields
from crosshold.formats.yaml_text import Document, read, read_file
from crosshold.model.snapshot import Snapshot

VERSION = "goals/1"
TARGETS: Mapping[str, type[Any]] = {
    "balance": Balance, "book_loss": BookLoss, "cash_floor": CashFloor, "deadline": Deadline, "fund": FundPaid,
    "group_cash": GroupCash, "net_proceeds": NetProceeds, "no_event": NoEvent, "peak": Peak, "share": Stake, "stake": Stake,
}  # fmt: skip
"""The words of a goals file."""
CHANNELS = ("block", "buyback", "buyback_cancel", "sell", "trust")
AXES = ("book_loss", "cost", "days", "events", "group_cash", "imbalance", "peak")
"""What a plan is judged by; less is better, except that of ``group_cash`` more is."""
LINEAR_AXES = ("book_loss", "cost", "group_cash")
"""Axes that one linear programme makes best; the others come through grids of goals, deadlines and the replay."""
_KEYS = ("crosshold", "id", "title", "case", "group", "fund", "levers", "periods", "hard", "soft", "objective", "options", "note")


def _cost(f: Fields, key: str) -> Cost | None:
    inner = f.child(key)
    return None if inner is None else record(Cost, inner)


def _window(f: Fields, key: str) -> tuple[date, date] | None:
    ends = f.items(key)
    inner = Fields(f.document, (*f.path, key), dict(zip(("first", "last"), ends, strict=False)), f.faults)
    first, last = inner.day("first"), inner.day("last")
    if len(ends) != 2 or first is None or last is None or first > last:
        f.fault("C_BAD_DATE", f"{key}: a window is a first and a last day.", "Write [2020-03-01, 2021-12-31].", key)
        return None
    return first, last


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What moving shares costs: a ``model`` of the discount or impact with its parameters, and a fee on the gross amount."""

    model: Annotated[str, choice("block", "sqrt", "none")] = "none"
    k: Ratio | None = None
    floor: Ratio | None = None
    y: Ratio | None = None
    delta: Ratio | None = None
    fee: Ratio = Fraction(0)
    paid_by: Annotated[str, choice("seller", "issuer")] = "seller"


CostKey = Annotated[Cost, Kind(_cost)]
Window = Annotated[tuple[date, date], Kind(_window)]


@dataclass(frozen=True, kw_only=True)
class Lever:
    """One way to change one holding. ``budget`` bounds what is paid over all periods, ``most`` the shares moved."""

    id: Word
    issuer: Issuer
    holder: Party
    channel: Annotated[str, choice(*CHANNELS)]
    cost: CostKey = Cost()
    budget: Sum | None = None
    most: Count | None = None
    window: Window | None = None
    allowed: Flag = True
    trustee: Word | None = None
    overlay: OverlayKey | None = None


@dataclass(frozen=True, kw_only=True)
class Periods:
    """Days on which steps are taken: ``first`` and every ``months`` after it, ``count`` in all."""

    first: Day
    count: Count = 1
    months: Count = 3


@dataclass(frozen=True, kw_only=True)
class Options:
    """``plans`` shown at most, ``limit_s`` seconds, ``segments`` of a cost curve.

    ``denominators: frozen`` takes ratios over the starting counts; it exists only to prove that the replay finds it out.
    """

    plans: Count = 5
    limit_s: Count = 30
    seed: Count = 1
    segments: Count = 200
    mip_gap: Ratio | None = None
    denominators: Annotated[str, choice("exact", "frozen")] = "exact"


@dataclass(frozen=True)
class Goal:
    """A target with its id; a soft one has a ``weight``: what missing it by one unit of its own costs."""

    id: str
    target: Target
    weight: Fraction | None = None


@dataclass(frozen=True)
class Goals:
    """What :func:`crosshold.deal.design.design` is asked. ``axes``: one to minimise, or those of a Pareto front."""

    levers: tuple[Lever, ...]
    hard: tuple[Goal, ...] = ()
    soft: tuple[Goal, ...] = ()
    axes: tuple[str, ...] = ("cost",)
    id: str = ""
    title: str = ""
    case: str = ""
    group: str = ""
    fund: Fund | None = None
    periods: Periods | None = None
    options: Options = field(default_factory=Options)

    @classmethod
    def read(cls, source: str | Path | Mapping[str, Any]) -> Goals:
        """Read a goals file, or a mapping as it would stand in one. ``FileError`` carries every fault."""
        if isinstance(source, Mapping):
            return _read(Document("goals", dict(source), {}), embedded=True)
        return _read(read_file(Path(source)), embedded=False)

    @classmethod
    def parse(cls, text: str, name: str = "goals.yaml") -> Goals:
        """Read the text of a goals file."""
        return _read(read(text, name), embedded=False)

    def check(self, snapshot: Snapshot) -> None:
        """``RequestError`` with every name that the case does not have, and with goals that contradict each other by themselves."""
        faults = Findings()
        parties = {*snapshot.entities, *snapshot.issuers, *(lot.holder for lot in snapshot.lots)}
        pools: dict[str, Any] = {"issuer": snapshot.issuers, "party": parties, "watch": {str(w["name"]) for w in snapshot.watch}}
        named = [("group", self.group, "group")] if self.group else []
        pools["group"] = snapshot.groups
        for lever in self.levers:
            named += [("issuer", lever.issuer, f"lever {lever.id}"), ("party", lever.holder, f"lever {lever.id}")]
        for goal in (*self.hard, *self.soft):
            named += [(role, name, f"goal {goal.id}") for role, name in goal.target.names()]
        for role, name, where in named:
            if name not in pools[role]:
                faults.add("C_UNKNOWN_ENTITY", f"{name!r} is no {role} in this case.", did_you_mean(name, pools[role]), where)
        _conflicts(self.hard, faults)
        faults.raise_errors(RequestError)

    def day_of(self, period: int, start: date) -> date:
        """The day of a period; without periods everything happens on the day of the case."""
        if self.periods is None:
            return start
        months = self.periods.first.year * 12 + self.periods.first.month - 1 + period * self.periods.months
        year, month = divmod(months, 12)
        for day in range(self.periods.first.day, 27, -1):  # the end of a shorter month
            try:
                return date(year, month + 1, day)
            except ValueError:
                continue
        return date(year, month + 1, min(self.periods.first.day, 28))


def _conflicts(goals: Sequence[Goal], faults: Findings) -> None:
    """``P_TARGET_CONFLICT``: a least and a most of one stake that no number satisfies."""
    bounds: dict[tuple[Any, ...], list[Goal]] = {}
    for goal in goals:
        if isinstance(goal.target, Stake):
            bounds.setdefault((goal.target.issuer, tuple(sorted(goal.target.group)), goal.target.basis), []).append(goal)
    for (issuer, _, basis), row in bounds.items():
        lows = [(g.target.at_least, g.id) for g in row if isinstance(g.target, Stake) and g.target.at_least is not None]
        highs = [(g.target.at_most, g.id) for g in row if isinstance(g.target, Stake) and g.target.at_most is not None]
        if lows and highs and max(lows)[0] > min(highs)[0]:
            (low, one), (high, other) = max(lows), min(highs)
            message = f"goal {one} asks for at least {low} of {issuer} and goal {other} for at most {high} ({basis})."
            faults.add("P_TARGET_CONFLICT", message, "Change one of the two.", f"goal {one}")


# -- reading ------------------------------------------------------------------------------------------------------------------------
def _read(document: Document, *, embedded: bool) -> Goals:
    faults = Findings()
    top = Fields(document, (), document.data, faults)
    top.only(_KEYS)
    said = top.text("crosshold")
    if said != VERSION and not (said is None and embedded):
        what = f"this file says {said!r}" if said else "this file does not say what it is"
        top.fault("C_VERSION", f"{what}; {VERSION!r} is read here.", f"Write 'crosshold: {VERSION}'.", "crosshold")
    levers = [lever for row in top.children("levers") if (lever := record(Lever, row)) is not None]
    if not top.items("levers"):
        top.fault("P_NO_INSTRUMENT", "no lever is given: nothing may be changed.", "Add 'levers:'.", "levers")
    _lever_faults(top, levers)
    hard = [goal for n, row in enumerate(top.children("hard"), 1) if (goal := _goal(row, f"g{n}", soft=False))]
    soft_rows = [row for row in top.children("soft") if row.data.get("minimise") is None]
    soft = [goal for n, row in enumerate(soft_rows, 1) if (goal := _goal(row, f"q{n}", soft=True))]
    _unique(top, ("levers", "hard", "soft"))
    inner, options = top.child("periods"), top.child("options")
    periods = record(Periods, inner) if inner else None
    if periods and not (1 <= periods.count <= 120 and periods.months >= 1):
        top.fault("C_BAD_NUMBER", "periods: 1 to 120 of them, a month or more apart.", "Check count and months.", "periods")
        periods = replace(periods, count=1, months=1)
    said_here = {key: top.text(key, "") or "" for key in ("id", "title", "case", "group")}
    goals = Goals(
        levers=tuple(levers), hard=tuple(hard), soft=tuple(soft), axes=_axes(top), fund=read_fund(top.child("fund")), periods=periods,
        options=(record(Options, options) if options else None) or Options(), **said_here,
    )  # fmt: skip
    faults.raise_errors(FileError)
    return goals


def _lever_faults(top: Fields, levers: Sequence[Lever]) -> None:
    for lever in levers:
        place = f"lever {lever.id}"
        fits = {"block": ("block", "none"), "sell": ("sqrt", "none")}.get(lever.channel, ("none",))
        if lever.cost.model not in fits:
            message = f"{place}: the channel {lever.channel} has no cost model {lever.cost.model!r}."
            top.faults.add("C_BAD_VALUE", message, f"Say {' or '.join(fits)}.", place)
        if lever.channel == "trust" and lever.allowed and (lever.trustee is None or lever.overlay is None):
            message = f"{place}: a trust needs a trustee, and an overlay that says what he does with the votes."
            top.faults.add("C_MISSING_KEY", message, "Add 'trustee:' and 'overlay: {kind: removed}'.", place)
        if lever.cost.paid_by == "issuer" and not lever.channel.startswith("buyback"):
            top.faults.add("C_BAD_VALUE", f"{place}: the issuer pays no fee of a sale.", "Say paid_by: seller.", place)


def _unique(top: Fields, keys: Sequence[str]) -> None:
    for key in keys:
        seen: set[str] = set()
        for row in top.children(key):
            name = row.data.get("id")
            if name is not None and str(name) in seen:
                row.fault("C_DUPLICATE_ID", f"two rows of {key} have the id {str(name)!r}.", "Give each its own.", "id")
            seen.add(str(name))


def _goal(row: Fields, default: str, *, soft: bool) -> Goal | None:
    plainly = {"id", "weight"} if soft else {"id"}
    kinds_here = [key for key in row.data if key not in plainly]
    if len(kinds_here) != 1 or kinds_here[0] not in TARGETS:
        said = ", ".join(map(repr, kinds_here)) or "nothing"
        row.fault("C_UNKNOWN_KEY", f"a goal is one of {', '.join(TARGETS)}; {said} is here.", did_you_mean(said, TARGETS))
        return None
    kind = kinds_here[0]
    weight = row.ratio("weight") if soft and row.data.get("weight") is not None else Fraction(1) if soft else None
    target: Target | None
    if kind == "no_event":
        target = NoEvent(rules=row.names(kind))
    elif kind == "deadline":
        day = row.day(kind)
        target = Deadline(last=day) if day else None
    else:
        inner = row.child(kind)
        target = record(TARGETS[kind], inner) if inner else None
        if target is not None and inner is not None:
            target.review(inner)
    return None if target is None else Goal(row.text("id", default) or default, target, weight)


def _axes(top: Fields) -> tuple[str, ...]:
    inner = top.child("objective")
    axes: tuple[str, ...] = ("cost",)
    if inner is not None:
        inner.only(("minimise", "maximise", "pareto"))
        chosen = [key for key in ("minimise", "maximise", "pareto") if key in inner.data]
        if len(chosen) != 1:
            inner.fault("C_BAD_VALUE", "an objective is one of minimise, maximise, pareto.", "Write 'minimise: cost'.")
        elif chosen == ["pareto"]:
            axes = inner.names("pareto")
        else:
            axes = (inner.text(chosen[0]) or "",)
            if (chosen == ["maximise"]) != (axes == ("group_cash",)):
                inner.fault("C_BAD_VALUE", "group_cash is maximised, the other axes are minimised.", "Swap the word.")
    for extra in (row for row in top.children("soft") if row.data.get("minimise") is not None):
        extra.only(("id", "minimise", "weight"))
        if (axis := extra.text("minimise")) and axis not in axes:
            axes = (*axes, axis)
    for axis in axes:
        if axis not in AXES:
            top.fault("C_BAD_VALUE", f"objective: {axis!r} is no axis.", did_you_mean(axis, AXES), "objective")
    return axes or ("cost",)


__all__ = ["AXES", "CHANNELS", "LINEAR_AXES", "Cost", "Goal", "Goals", "Lever", "Options", "Periods"]
