"""What flows to whom: look-through, dividends, value with and without what is counted twice."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from crosshold import api
from crosshold.cli.options import Issuer
from crosshold.cli.questions import Corners, File, MaybeFile, answer, asks, at_corners, needed, put
from crosshold.cli.register import Asked
from crosshold.network import Network


@asks
def look_through(asked: Asked, issuer: Issuer = None, bounds: Corners = False) -> None:
    """Who finally receives what each company is worth. Outside owners, and the unidentified holders of each company."""
    with put(asked, issuer=issuer) as question:
        companies = None if issuer is None else [issuer]

        def result(network: Network) -> Any:
            return api.look_through(network, companies=companies, progress=question.progress)

        answer(question, at_corners(question, result) if bounds else result(question.network))


@asks
def dividends(
    asked: Asked, file: File,
    rounds: Annotated[int | None, typer.Option("--rounds", help="So many years, one after another (default: settled).", min=1)] = None,
) -> None:  # fmt: skip
    """What companies earn when they pay each other dividends. FILE: profit, payout, withholding."""
    given = api.read_numbers(file, "dividends")
    needed(dict(given.amounts), file, "profit")
    taxes = {(holder, issuer): rate for holder, issuer, rate in given.lists.get("withholding", ())}
    with put(asked) as question:
        payout = given.amounts.get("payout")
        answer(question, api.dividends(question.network, given.amounts["profit"], payout, withholding=taxes, rounds=rounds))


@asks
def value(
    asked: Asked, file: MaybeFile = None,
    contributions: Annotated[bool, typer.Option("--contributions", help="Whose own assets end with whose outside holders.")] = False,
    bounds: Corners = False,
) -> None:  # fmt: skip
    """What each company is worth, and what is counted twice. FILE: own_assets (default: market)."""
    with put(asked) as question:
        given = {} if file is None else dict(api.read_numbers(file, "value").amounts)
        if file is not None:
            needed(given, file, "own_assets")

        def result(network: Network) -> Any:
            found = api.value(network, given["own_assets"]) if given else api.market_value(question.case("prices"), network)
            return api.contributions(found) if contributions else found

        answer(question, at_corners(question, result) if bounds else result(question.network))


@asks
def network_value(asked: Asked, file: MaybeFile = None) -> None:
    """What everything that an entity holds is worth. Directly and through others. FILE: own_assets (default: market)."""
    with put(asked) as question:
        if file is None:
            answer(question, api.market_network_value(question.case("prices"), question.network))
            return
        given = dict(api.read_numbers(file, "value").amounts)
        needed(given, file, "own_assets")
        answer(question, api.network_value(question.network, given["own_assets"]))
