"""Undoing, dividing and failing: netting and unwinding, cascades, clearing, the division of a gain or of too little."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from crosshold import api
from crosshold.cli.options import At, Believe, KnownBy, Salvage, no_register, ratio, snapshot_of
from crosshold.cli.questions import MaybeFile, answer, answer_file, asks, asks_case, asks_file, needed, parts_of, put
from crosshold.cli.register import Asked
from crosshold.errors import Finding, RequestError

Kind = Annotated[str, typer.Option("--kind", help="conservative (the least that is left) or bilateral (pairs only).")]

LOSE = "A shock: this part of a company's own assets is lost; may be repeated."
LINE = "A company fails below this part of its outside value before the shock."
Lose = Annotated[list[str] | None, typer.Option("--lose", help=LOSE, metavar="ID=RATIO")]
Line = Annotated[str, typer.Option("--line", help=LINE, metavar="RATIO")]
Cost = Annotated[str, typer.Option("--cost", help="What a failure costs, as a part of that value.", metavar="RATIO")]


@asks_case
def net(asked: Asked, kind: Kind = "conservative") -> None:
    """How much of what companies hold in each other is circular. CASE may be a .csv with holder, issuer, value (money)."""
    if api.is_register(asked.path):
        answer_file(asked, api.net(api.read_numbers(asked.path, "net").lists.get("holdings", ()), kind=kind))
        return
    with put(asked) as question:
        answer(question, api.market_net(question.case("prices"), question.network, kind=kind))


@asks_case
def unwind(asked: Asked, kind: Kind = "conservative") -> None:
    """Cross-held shares swapped for own ones and cancelled. At market prices: nobody pays, nobody is richer or poorer."""
    no_register(asked.path)
    with put(asked) as question:
        answer(question, api.market_unwind(question.case("prices"), question.network, kind=kind))


@asks
def cascade(
    asked: Asked, file: MaybeFile = None,
    lose: Lose = None, line: Line = "4/5", cost: Cost = "1/10",
    every: Annotated[bool, typer.Option("--every", help="Also list every consistent set of failures.")] = False,
) -> None:  # fmt: skip
    """Who fails with whom after a shock. In the best and the worst case. FILE: own_assets, thresholds, failure_costs."""
    shock = parts_of(lose, "--lose")
    given = {} if file is None else dict(api.read_numbers(file, "cascade").amounts)
    terms: dict[str, Any] = {"line": ratio(line, "--line"), "cost": ratio(cost, "--cost")}
    with put(asked, *shock) as question:
        network = question.network
        if "own_assets" in given:
            before = api.value(network, given["own_assets"])
        else:
            before = api.market_value(question.case("prices and own assets"), network)
        terms |= {kind: given[kind] for kind in ("thresholds", "failure_costs") if kind in given}
        answer(question, api.cascade_after(network, before, shock, every=every, **terms))


@asks_file
def clear(
    asked: Asked,
    case: Annotated[str | None, typer.Option("--case", help="Equity is held as in this case.", metavar="CASE")] = None,
    at: At = None, known_by: KnownBy = None, believe: Believe = None, salvage: Salvage = False,
) -> None:  # fmt: skip
    """What firms that owe each other pay, and who defaults. FILE: assets, owes (or debts and debt_held), equity_held."""
    given = api.read_numbers(asked.path, "clear")
    needed(dict(given.amounts), asked.path, "assets")
    lists = dict(given.lists)
    if case is not None:
        if "equity_held" in lists:
            message = "equity_held is in the file, and a case is given too."
            raise RequestError(Finding("E_OPTION", message, "Keep one of them.", "--case"))
        network = api.network(snapshot_of(case, at, known_by, believe, salvage))
        lists["equity_held"] = api.holdings(network)
    answer_file(asked, api.clearing(given.amounts["assets"], debts=given.amounts.get("debts"), **lists))


@asks_file
def split(
    asked: Asked,
    solution: Annotated[str, typer.Option("--solution", help="shapley, nucleolus, core, nash ... (values).")] = "shapley",
    costs: Annotated[bool, typer.Option("--costs", help="The values are costs: divide what is saved.")] = False,
    rule: Annotated[str, typer.Option("--rule", help="talmud, proportional ... (an estate smaller than its claims).")] = "talmud",
) -> None:  # fmt: skip
    """Divide a gain among partners, or too little among claims. FILE: values by coalition; or estate and claims."""
    given = api.read_numbers(asked.path, "split")
    amounts = dict(given.amounts)
    if "estate" in given.single:
        needed(amounts, asked.path, "claims")
        answer_file(asked, api.ration(given.single["estate"], amounts["claims"], rule=rule))
        return
    needed(amounts, asked.path, "values")
    terms = {name: amounts[name] for name in ("weights", "disagreement") if name in amounts}
    players = given.words.get("players")
    answer_file(asked, api.split(amounts["values"], solution, players=players, costs=costs, **terms))
