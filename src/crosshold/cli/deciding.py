"""Who decides: voting power in one company and through networks, parties, families, turnout, purchases, accounts."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from crosshold import api
from crosshold.cli.options import ratio
from crosshold.cli.questions import Corners, answer, asks, at_corners, put
from crosshold.cli.register import Asked
from crosshold.network import Network

Company = Annotated[str, typer.Argument(help="The company.", metavar="ISSUER")]
Threshold = Annotated[str, typer.Option("--threshold", help="Strictly more than this share controls.", metavar="RATIO")]
Basis = Annotated[str, typer.Option("--basis", help="votes or capital.")]
Quota = Annotated[str, typer.Option("--quota", help="More than this share of the votes wins.", metavar="RATIO")]
Draws = Annotated[int | None, typer.Option("--draws", help="How many random draws, where the method draws.", metavar="N", min=1)]
Seed = Annotated[int, typer.Option("--seed", help="Another number, other draws.", metavar="N")]
FloatHolders = Annotated[int, typer.Option("--float-holders", help="Equal holders of a binomial float.", metavar="N", min=1)]
NetworkQuota = Annotated[str | None, typer.Option("--quota", help="More than this share decides (default 1/2).", metavar="RATIO")]
AMONG = "Who may join (default: direct holders); may be repeated."
Among = Annotated[list[str] | None, typer.Option("--among", help=AMONG, metavar="ID")]
CAST = "Parts of all votes that are cast, as 0.7, at several meetings."
Turnouts = Annotated[list[str] | None, typer.Argument(help=CAST, metavar="TURNOUT")]
LINKS = "Only chains whose every link has this share of the votes."
LinkLine = Annotated[str | None, typer.Option("--threshold", help=LINKS, metavar="RATIO")]
FIRMS = "A firm of the group (default: all below); may be repeated."
Firms = Annotated[list[str] | None, typer.Option("--firm", help=FIRMS, metavar="ID")]
RIGHTS = "The line of control for voting rights and wedge."
RightsLine = Annotated[str | None, typer.Option("--threshold", help=RIGHTS, metavar="RATIO")]
BUYERS = "A buyer (default: everybody free, and a newcomer); may be repeated."
Buyers = Annotated[list[str] | None, typer.Option("--buyer", help=BUYERS, metavar="ID")]


@asks
def power(
    asked: Asked, issuer: Company,
    index: Annotated[str, typer.Option("--index", help="The index of voting power.")] = "shapley-shubik",
    quota: Quota = "1/2",
    free_float: Annotated[str, typer.Option("--float", help="The dispersed rest: ocean, none or binomial.")] = "ocean",
    float_holders: FloatHolders = 1000,
    bloc: Annotated[str, typer.Option("--bloc", help="Holders under one controller: control (one player) or none.")] = "control",
    method: Annotated[str, typer.Option("--method", help="auto, exact, dynamic, quantised or sampled.")] = "auto",
    draws: Draws = None, seed: Seed = 0, bounds: Corners = False,
) -> None:  # fmt: skip
    """Voting power of each holder of one company. Under a named index."""
    chosen = {} if draws is None else {"samples": draws}
    rule = {"more_than": ratio(quota, "--quota")}
    with put(asked, issuer=issuer, votes=True) as question:

        def result(network: Network) -> Any:
            return api.power(
                network, issuer, index=index, quota=rule, free_float=free_float, float_holders=float_holders, bloc=bloc,
                method=method, seed=seed, threads=asked.threads, progress=question.progress, **chosen,
            )  # fmt: skip

        answer(question, at_corners(question, result) if bounds else result(question.network))


@asks
def network_power(
    asked: Asked,
    target: Annotated[str | None, typer.Argument(help="The company, for crama-leruth.", metavar="ISSUER")] = None,
    index: Annotated[str, typer.Option("--index", help="npi, npf, karos-peters or crama-leruth.")] = "npi",
    quota: NetworkQuota = None,
    free_float: Annotated[str | None, typer.Option("--float", help="npi, npf: none (default) or ocean.")] = None,
    method: Annotated[str, typer.Option("--method", help="auto, exact or sampled.")] = "auto",
    draws: Draws = None, seed: Seed = 0,
) -> None:  # fmt: skip
    """How much of a whole network each owner decides. Under a named index."""
    chosen = {} if draws is None else {"draws": draws}
    limit = None if quota is None else ratio(quota, "--quota")
    with put(asked, issuer=target, votes=True) as question:
        result = api.network_power(
            question.network, index=index, target=target, quota=limit, free_float=free_float, method=method, seed=seed,
            threads=asked.threads, progress=question.progress, **chosen,
        )  # fmt: skip
        answer(question, result)


@asks
def parties(
    asked: Asked, issuer: Company,
    among: Among = None,
    limit: Annotated[int, typer.Option("--limit", help="At most so many parties.", metavar="N", min=1)] = 20,
    threshold: Threshold = "1/2", basis: Basis = "votes",
) -> None:  # fmt: skip
    """The smallest parties that control a company together. And who controls it alone."""
    limit_line = ratio(threshold, "--threshold")
    with put(asked, *(among or ()), issuer=issuer, votes=basis == "votes") as question:
        result = api.parties(question.network, issuer, limit=limit, among=among or None, threshold=limit_line, basis=basis)
        answer(question, result)


@asks
def turnout(
    asked: Asked,
    holder: Annotated[str, typer.Argument(metavar="HOLDER")], issuer: Company,
    turnouts: Turnouts = None,
) -> None:  # fmt: skip
    """When a holder has the majority of the votes cast. With all it controls, below which turnout."""
    cast = [ratio(text, "TURNOUT") for text in turnouts or ()]
    with put(asked, holder, issuer=issuer, votes=True) as question:
        answer(question, api.turnout(question.network, holder, issuer, cast))


@asks
def wedge(
    asked: Asked,
    owner: Annotated[str, typer.Argument(metavar="OWNER")], issuer: Company,
    threshold: LinkLine = None,
) -> None:  # fmt: skip
    """Cash-flow against control rights, by the weakest link. Chain by chain, of one owner in one company."""
    limit = None if threshold is None else ratio(threshold, "--threshold")
    with put(asked, owner, issuer=issuer, votes=True) as question:
        answer(question, api.wedge(question.network, owner, issuer, threshold=limit))


@asks
def group(
    asked: Asked, family: Annotated[list[str], typer.Argument(help="The family: one or more holders.", metavar="FAMILY")],
    firm: Firms = None,
    threshold: RightsLine = None,
    fixpoint: Annotated[str, typer.Option("--fixpoint", help="least, or greatest as in the published algorithm.")] = "least",
) -> None:  # fmt: skip
    """A family's business group, firm by firm. Cash flow, position, critical threshold, centrality."""
    limit = None if threshold is None else ratio(threshold, "--threshold")
    with put(asked, *family, *(firm or ()), votes=True) as question:
        answer(question, api.group(question.network, family, firms=firm or None, threshold=limit, fixpoint=fixpoint))


@asks
def watch(
    asked: Asked, companies: Annotated[list[str], typer.Argument(help="The strategic companies.", metavar="ISSUER")],
    regime: Annotated[str, typer.Option("--regime", help="Whose lines: control, FR-R151-2, DE-AWV-56-1 ...")] = "control",
    buyer: Buyers = None,
) -> None:  # fmt: skip
    """Golden power: which purchases would pass a line. At strategic companies, under a named regime."""
    with put(asked, *companies, *(buyer or ()), votes=True) as question:
        answer(question, api.watch(question.network, companies, regime=regime, buyers=buyer or None))


@asks
def consolidate(
    asked: Asked, parents: Annotated[list[str] | None, typer.Argument(help="Parents (default: all).", metavar="PARENT")] = None,
    standard: Annotated[str, typer.Option("--standard", help="IFRS, US-GAAP, JGAAP, HGB or FR-ANC.")] = "IFRS",
) -> None:  # fmt: skip
    """Full consolidation, equity method, or neither. By the votes, under a named standard."""
    with put(asked, *(parents or ()), votes=True) as question:
        answer(question, api.consolidation(question.network, parents or None, standard=standard))
