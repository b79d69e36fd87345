"""Finds the best plan under one objective: solve, make whole, replay, take the ratios anew where they moved, until both agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from time import monotonic
from typing import Any

from crosshold.deal.design.answer import Design, GoalResult
from crosshold.deal.design.goals import Goal
from crosshold.deal.design.program import OutOfTimeError, solve
from crosshold.deal.design.replay import Claim, gap_of, replayed
from crosshold.deal.design.setting import Setting
from crosshold.deal.design.stake_targets import Balance, NoEvent, Stake
from crosshold.deal.design.target import Row
from crosshold.deal.design.whole import slack, whole
from crosshold.errors import CrossholdError, Finding
from crosshold.model.share import BASES

MOST_ROUNDS = 10
MOST_CELLS = 64
RULE = "rule:"
ZERO, ONE = Fraction(0), Fraction(1)
FEWER = Fraction(1, 10**9)  # money per share: less than any price


@dataclass(frozen=True)
class Cell:
    """One side of every line at which the law would give or take votes: ``(issuer, group, basis, op, threshold)`` each."""

    sides: tuple[tuple[str, tuple[str, ...], str, str, Fraction], ...] = ()

    def rows(self, setting: Setting) -> Iterator[Row]:
        """The sides as rows at the end."""
        for issuer, group, basis, op, threshold in self.sides:
            yield setting.form(issuer, group, basis).row(f"{RULE}law", op, threshold, f"of {basis}")

    def __str__(self) -> str:
        return "; ".join(f"{'+'.join(group)} in {issuer} {op} {t} of {basis}" for issuer, group, basis, op, t in self.sides)


def cells(setting: Setting) -> tuple[list[Cell], bool]:
    """Every combination of sides, the present one first; and whether some were left out because there are more than 64.

    Only lines that move votes and that a lever can reach count, and only when a goal is about votes.
    """
    if not _on_votes(setting):
        return [Cell()], False
    options: dict[tuple[Any, ...], list[tuple[str, Fraction]]] = {}
    for line in setting.start.votes.ballot.near(window=ONE):
        reached = line.basis in BASES and setting.form(line.issuer, line.holder, line.basis).moves
        if line.would_change and reached and line.op in (">", ">="):
            here = options.setdefault((line.issuer, line.holder, line.basis), [])
            other = {">": "<=", ">=": "<"}[line.op]
            sides = [(line.op, line.threshold), (other, line.threshold)]
            here += [side for side in (sides if line.met else sides[::-1]) if side not in here]
    choices = []
    for key, sides in options.items():
        by_line: dict[Fraction, list[tuple[str, Fraction]]] = {}
        for op, threshold in sides:
            by_line.setdefault(threshold, []).append((op, threshold))
        choices += [[(*key, *side) for side in both] for both in by_line.values()]
    found: list[Cell] = []
    for combination in product(*choices):
        if len(found) == MOST_CELLS:
            return found, True
        found.append(Cell(tuple(combination)))
    return found, False


def hard_rows(setting: Setting) -> list[Row]:
    """All that must hold: the hard goals, no more sold than is held, budgets, and companies that pay for their own shares in cash."""
    rows = [row for goal in setting.goals.hard for row in goal.target.rows(setting, goal.id)]
    edges: dict[tuple[str, str], dict[int, Fraction]] = {}
    for v, move in enumerate(setting.moves):
        edges.setdefault((move.lever.issuer, move.lever.holder), {})[v] = -ONE
    for (issuer, holder), terms in edges.items():
        if len(terms) > 1:
            rows.append(
                Row(
                    f"{RULE}held:{holder} in {issuer}", terms, -Fraction(setting.snapshot.held(holder, issuer)), {}, "shares", ONE
                )
            )
    for lever in setting.goals.levers:
        own = [v for v, move in enumerate(setting.moves) if move.lever is lever]
        if lever.budget is not None and own:
            terms = {v: -setting.moves[v].gross for v in own}
            rows.append(Row(f"{RULE}budget:{lever.id}", terms, -setting.money(lever.budget), {}, setting.currency, ONE))
        if lever.most is not None and len(own) > 1:
            rows.append(Row(f"{RULE}most:{lever.id}", dict.fromkeys(own, -ONE), -Fraction(lever.most), {}, "shares", ONE))
    for issuer in sorted({m.lever.issuer for m in setting.moves if m.lever.channel.startswith("buyback")}):
        rows += setting.cash_rows(issuer, f"{RULE}cash:{issuer}", ZERO, fund=False)
    return rows


def soft_rows(setting: Setting) -> list[Row]:
    """The goals that may be missed at the price of their weight."""
    return [row for goal in setting.goals.soft for row in goal.target.rows(setting, goal.id)]


def _on_votes(setting: Setting) -> set[str]:
    """Goals that hang on votes, which the law may give or take on the way."""
    return {
        goal.id
        for goal in setting.goals.hard
        if (isinstance(goal.target, (Stake, Balance)) and goal.target.basis.endswith("votes")) or isinstance(goal.target, NoEvent)
    }


def objective(setting: Setting, axis: str) -> Row:
    """The left side that is made largest for an axis."""
    every = range(len(setting.moves))
    if axis == "group_cash":
        return setting.group_cash_row("objective", ZERO)
    if axis == "book_loss":
        terms, costs = dict[int, Fraction](), dict[int, Fraction]()
        for v in every:
            move = setting.moves[v]
            if move.gross:
                terms[v], costs[v] = move.gross - setting.carrying(move), -ONE
        return Row("objective", terms, ZERO, costs, setting.currency, ONE)
    # of plans that cost the same, the one that moves fewer shares
    return Row(
        "objective", dict.fromkeys(every, -FEWER), ZERO, {v: -ONE for v in every if setting.moves[v].gross}, setting.currency, ONE
    )


class Search:
    """The searches of one question: they share the time that is left and the states that were counted already."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.until = monotonic() + setting.goals.options.limit_s
        self.cells, self.more_cells = cells(setting)
        self.reached: dict[Cell, Setting] = {}
        self.barred: set[Cell] = set()
        self.timed_out = False
        self.bars: dict[Finding, None] = {}
        self.prices: dict[str, float] = {}

    def left(self) -> float:
        """Seconds left, never below a hundredth."""
        return max(self.until - monotonic(), 0.01)

    def best(self, axis: str, more: Sequence[Goal] = (), name: str = "") -> list[Design]:
        """The best plan of each state of the law, best first; plans that no replay confirms come last.

        A state without a plan has none either when more is asked (``more``): it is not looked at again.
        """
        found = []
        for cell in [cell for cell in self.cells if cell not in self.barred]:
            if monotonic() > self.until:
                self.timed_out = True
                break
            design = self._in_cell(cell, axis, more, name)
            if design is not None:
                found.append(design)
            if not more and (design is None or not design.feasible):
                self.barred.add(cell)
        return sorted(found, key=lambda d: (not d.feasible, rank(d.objectives, axis)))

    def _in_cell(self, cell: Cell, axis: str, more: Sequence[Goal], name: str) -> Design | None:
        """Solve and replay until both agree. Votes are first taken as they are at the start, where the law may still silence them: a
        first solution does without the goals on votes when they have none there."""
        last = None
        setting = self.reached.get(cell, self.setting)
        for number in range(1, MOST_ROUNDS + 1):
            rows, soft = self.rows(setting, cell, more), soft_rows(setting)
            x = self._whole(setting, rows, soft, axis)
            if x is None and number == 1:
                x = self._whole(setting, [row for row in rows if row.goal not in _on_votes(setting)], [], axis)
            if x is None:
                return last
            try:
                plan, outcome = replayed(self.setting, x, name or setting.goals.id or "design")
            except CrossholdError as error:  # the law, a contract or an empty purse bars a step: no plan of this state of the law
                self.bars.update(dict.fromkeys(f for f in error.findings if f.level == "error"))
                return last
            found = self._design(plan, outcome, x, number, str(cell), [*rows, *soft], setting)
            last = found if last is None or not last.feasible else last
            if last.feasible or setting.goals.options.denominators == "frozen":
                return last
            setting = self.reached[cell] = setting.moved_to(x, outcome)
        return last

    def rows(self, setting: Setting, cell: Cell, more: Sequence[Goal] = ()) -> list[Row]:
        """Everything that a plan of this state of the law must meet."""
        return [
            *hard_rows(setting), *cell.rows(setting), *(row for goal in more for row in goal.target.rows(setting, goal.id)),
        ]  # fmt: skip

    def _whole(self, setting: Setting, rows: Sequence[Row], soft: Sequence[Row], axis: str) -> dict[int, int] | None:
        """Whole shares of the least objective over the rows, or nothing."""
        weights = {goal.id: float(goal.weight or 1) for goal in setting.goals.soft}
        best, options = objective(setting, axis), setting.goals.options
        try:
            solution = solve(setting.moves, [*rows, *soft], best, segments=options.segments, elastic=weights, limit_s=self.left())
        except OutOfTimeError:
            self.timed_out = True
            return None
        if solution is None:
            return None
        kept = [row for row in soft if solution.slack.get(row.goal, 0) < 1e-9]
        x = whole(setting.moves, [*rows, *kept], best, solution.x)
        self.prices = {}
        for k, row in enumerate(rows):
            price = solution.prices.get(k, 0.0)
            if row.form and row.unit.startswith("of "):  # of a ratio: for a hundredth of the whole as it is at the end
                price *= float(row.form.whole(x) / row.per) / 100
            if price > 1e-12:
                self.prices[row.goal] = price
        return x

    def _claims(self, setting: Setting, x: Mapping[int, int]) -> Iterator[Claim]:
        for goal in (*setting.goals.hard, *setting.goals.soft):
            target = goal.target
            if isinstance(target, Stake):
                form = setting.form(target.issuer, target.group, target.basis)
                yield Claim(target.issuer, target.group, target.basis, form.at(x))

    def _design(
        self, plan: Any, outcome: Any, x: Mapping[int, int], number: int, law: str, rows: Sequence[Row], setting: Setting
    ) -> Design:
        goals, prices = [], self.prices
        gap = gap_of(outcome.end, [*self._claims(setting, x)]).gap
        for goal in (*setting.goals.hard, *setting.goals.soft):
            met, value, unit = goal.target.test(self.setting, outcome)
            tight = any(row.goal == goal.id and _tight(row, setting, x) for row in rows)
            goals.append(GoalResult(goal.id, met, value, unit, goal.weight is None, tight, prices.get(goal.id)))
        for row in rows:
            if row.goal.startswith(RULE) and row.goal in prices and _tight(row, setting, x):
                goals.append(GoalResult(row.goal.removeprefix(RULE), True, None, row.unit, False, True, prices[row.goal]))
        moved = dict[str, int]()
        for v, shares in x.items():
            lever = setting.moves[v].lever.id
            moved[lever] = moved.get(lever, 0) + shares
        return Design(plan, outcome, moved, objectives(self.setting, x, outcome), tuple(goals), gap, number, law)


def _tight(row: Row, setting: Setting, x: Mapping[int, int]) -> bool:
    """Whether a row is met by no more than a millionth of its unit or of its bound."""
    return abs(slack(row, setting.moves, x)) <= max(row.per, abs(row.least)) / 10**6


def objectives(setting: Setting, x: Mapping[int, int], outcome: Any) -> dict[str, Any]:
    """A plan on every axis: ``cost`` is the true function of the shares moved, the others are read from the replay."""
    pair = (outcome.balance.get("end") or {}).get("exercisable_votes")
    money = {"currency": setting.currency, "cost": sum(setting.moves[v].cost(n) for v, n in x.items() if n)}
    loss = -sum((setting.worth(b.gain, b.currency) for step in outcome.steps for b in step.bookings), ZERO)
    group = outcome.group_cash
    peak = max((best["value"] for best in outcome.peak.values()), default=None)
    last = outcome.steps[-1].day if outcome.steps else setting.snapshot.at
    return {
        **money, "book_loss": loss if any(step.bookings for step in outcome.steps) else None,
        "group_cash": None if group is None else setting.worth(group.change, group.currency),
        "days": (last - setting.snapshot.at).days, "events": len(outcome.events), "peak": peak,
        "imbalance": None if pair is None else 1 - pair,
    }  # fmt: skip


def rank(values: Mapping[str, Any], axis: str) -> Fraction:
    """For sorting: less is better; unknown is worst."""
    value = values.get(axis)
    if value is None:
        return Fraction(10**30)
    return -Fraction(value) if axis == "group_cash" else Fraction(value)
