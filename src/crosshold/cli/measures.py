"""Who owns and who controls, and the circles: one function each, on a case or on a register of holdings.

A new measure's door goes into the file of its subject (this one, flows, deciding, settling) and into the list of app.py; its verb into the
api, its telling into the list of report/answers.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from crosshold import api
from crosshold.cli import register
from crosshold.cli.evidence import Form, FormatOption, check_file, format_options
from crosshold.cli.options import SOURCE, At, Holder, Issuer, Json, Overheld, Threads, Totals, day, no_options, ratio
from crosshold.cli.output import print_findings, print_json, print_lines
from crosshold.cli.questions import NO_BOUNDS, Bounds, answer, asks, put
from crosshold.cli.register import Asked
from crosshold.errors import Finding, RequestError
from crosshold.model.entity import FLOAT
from crosshold.network import Network


def check(
    case: Annotated[str, typer.Argument(help=f"{SOURCE[:-1]}; or a file of any format that import reads.", metavar="CASE")],
    at: At = None, form: Form = None, option: FormatOption = None, as_json: Json = False, threads: Threads = None,
    totals: Totals = None, overheld: Overheld = None,
) -> None:  # fmt: skip
    """Tell every fault, conflict and gap of a case or a register, or of a file before it is imported."""
    table = form is None and api.is_register(case)
    kind = form or api.format_of(case)
    if table and kind == "table":
        return register.check(Asked(case, threads=threads, totals=totals, overheld=overheld, as_json=as_json))
    no_options(case, threads=threads, totals=totals, overheld=overheld)
    if kind not in ("case", "register"):
        no_options(case, at=at)
        return check_file(Path(case), kind, format_options(option or []), as_json)
    no_options(case, option=option)
    if kind == "register":
        findings = api.check_register(case, at=day(at, "--at"))
    else:
        claims = api.read(case)
        findings = api.check(claims if at is None else claims.at(day(at, "--at")))
    if as_json:
        print_json({"findings": findings})
    else:
        print_findings(findings)
        errors = sum(f.level == "error" for f in findings)
        print_lines([f"{case}: {errors} errors, {sum(f.level == 'warning' for f in findings)} warnings."])
    if any(f.level == "error" for f in findings):
        raise typer.Exit(2)
    return None


@asks
def own(
    asked: Asked, holder: Holder = None, issuer: Issuer = None,
    convention: Annotated[str, typer.Option("--convention", help="source-avoiding, all-walks or simple-paths.")] = "source-avoiding",
    floor: Annotated[str | None, typer.Option("--floor", help="Leave out what is smaller.", metavar="RATIO")] = None,
    bounds: Bounds = False,
) -> None:  # fmt: skip
    """Who owns what, directly and through others. In a named convention."""
    least = None if floor is None else ratio(floor, "--floor")
    whole = holder is None and issuer is None
    if whole and not bounds and api.is_register(asked.path):
        return register.own(asked)
    chosen: dict[str, Any] = {"holders": [holder] if holder else None, "issuers": [issuer] if issuer else None}
    with put(asked, holder, issuer=issuer) as question:
        if bounds:
            only(bounds, convention == "source-avoiding" and floor is None, "--convention, --floor")
            result: Any = api.ownership_bounds(api.stakes(question.case("bounds", NO_BOUNDS)), **chosen)
        else:
            result = api.ownership(question.network, convention=convention, floor=least, progress=question.progress, **chosen)
        answer(question, result)
    return None


@asks
def control(
    asked: Asked,
    threshold: Annotated[str, typer.Option("--threshold", help="Strictly more than this share controls.", metavar="RATIO")] = "1/2",
    basis: Annotated[str, typer.Option("--basis", help="votes or capital.")] = "votes",
    holder: Holder = None, issuer: Issuer = None, bounds: Bounds = False,
) -> None:  # fmt: skip
    """Who controls whom, and who stands at the top. Alone or through chains of majorities."""
    limit = ratio(threshold, "--threshold")
    if api.is_register(asked.path) and not bounds:
        return register.control(asked, threshold, basis, holder, issuer)
    sources = [holder] if holder else None
    with put(asked, holder, issuer=issuer, votes=basis != "capital") as question:
        snapshot, network = question.case("bounds", NO_BOUNDS), question.network
        if bounds:
            stakes = api.stakes(snapshot, None if basis == "capital" else api.ballot(snapshot))
            answer(question, api.control_bounds(stakes, issuer=issuer, threshold=limit, basis=basis, sources=sources))
            return None
        result = api.control(network, threshold=limit, basis=basis, issuer=issuer, sources=sources)
        top = api.ultimate(network, threshold=limit, basis=basis, issuer=issuer)
        if asked.out is not None:
            api.write(result, asked.out)
        findings = [*question.findings, *result.findings]
        if asked.as_json:
            print_json({**top.to_dict(), **result.to_dict(exact=asked.exact), "findings": findings}, asked.exact)
        else:
            print_lines([*api.lines(result, snapshot), "", *api.lines(top, snapshot)])
            print_findings(findings)
    return None


LISTED_COMPANY = "A listed company (default: those the case calls listed); may be repeated."


@asks
def owners(
    asked: Asked, issuer: Annotated[str | None, typer.Argument(help="The company (default: every one).", metavar="ISSUER")] = None,
    test: Annotated[str, typer.Option("--test", help="The test, by id or short name.", metavar="TEST")] = "eu-ubo-25",
    listed: Annotated[list[str] | None, typer.Option("--listed", help="A blocked person; may be repeated.", metavar="ID")] = None,
    votes: Annotated[str, typer.Option("--votes", help="The votes that count: exercisable or gross.")] = "exercisable",
    listed_company: Annotated[list[str] | None, typer.Option("--listed-company", help=LISTED_COMPANY, metavar="ID")] = None,
    stop_at_listed: Annotated[bool, typer.Option("--stop-at-listed", help="A listed company counts as an owner itself.")] = False,
    bounds: Bounds = False,
) -> None:  # fmt: skip
    """Who counts as an owner under a named test. Or who is blocked, or closely linked."""
    named = api.owner_test(test)
    if issuer is None and not listed and not bounds and api.is_register(asked.path):
        return register.owners(asked)
    if votes not in ("exercisable", "gross"):
        raise RequestError(Finding("E_BASIS_AMBIGUOUS", f"{votes!r} names no votes.", "Say exercisable or gross.", "--votes"))
    if named.question != "owners" or bounds:
        only(True, not listed_company and not stop_at_listed, "--listed-company, --stop-at-listed")
    with put(
        asked, *(listed or ()), *(listed_company or ()), issuer=issuer, declared=named.question == "owners" and not bounds
    ) as question:
        snapshot, network, at = question.snapshot, question.network, None
        ballot = api.ballot(snapshot) if snapshot is not None and named.counts_votes else None
        if snapshot is not None:
            at = snapshot.at
            network = api.network(snapshot, ballot, capital_basis="issued", votes_basis=f"{votes}_votes")
            if issuer is not None and issuer not in snapshot.issuers:  # there are no lots of it, only declared interests
                network = Network.from_holdings([(FLOAT, issuer, 1)])
        question.findings.extend(ballot.findings if ballot is not None else ())
        question.findings.extend(api.declared_differs(snapshot, issuer) if snapshot is not None else ())
        if bounds:
            only(bounds, votes == "exercisable", "--votes")
            stakes = api.stakes(question.case("bounds", NO_BOUNDS), ballot, capital_basis="issued")
            result: Any = api.owner_bounds(stakes, issuer, test=test, listed=listed or (), at=at)
        elif named.question == "owners":
            companies = listed_company or [e.id for e in (snapshot.entities.values() if snapshot else ()) if e.listed]
            chosen: dict[str, Any] = {
                "listed_companies": [c for c in companies if c in set(network.ids)],
                "stop_at_listed": stop_at_listed,
            }
            result = api.owners(network, issuer, test=test, at=at, **chosen)
            if question.claims is not None:
                known = day(asked.known_by, "--known-by")
                told = api.declared_owners(question.claims, issuer, test=test, at=at, known_by=known, believe=asked.believe)
                return answer(question, result, declared=told)
        else:
            result = api.owners(network, issuer, test=test, listed=listed or (), at=at)
        answer(question, result)
    return None


@asks
def loops(
    asked: Asked,
    limit: Annotated[int | None, typer.Option("--limit", help="The N circles with the largest gain only.", metavar="N", min=1)] = None,
) -> None:  # fmt: skip
    """The circles of holdings, and what hangs on them. Their gain, their members, the control."""
    if limit is None and api.is_register(asked.path):
        return register.loops(asked)
    with put(asked) as question:
        network = question.network
        if question.snapshot is not None and len((ballot := api.ballot(question.snapshot)).outcomes) == 1:
            network = api.network(question.snapshot, ballot)  # what control hangs on a circle; circles are there without it
        answer(question, api.loops(network, limit=limit))
    return None


def only(asked: bool, fits: bool, others: str) -> None:
    """Stop when options come together that do not fit each other."""
    if asked and not fits:
        message = f"{others}: not with this question."
        raise RequestError(
            Finding("E_OPTION", message, "Leave one of them out; the page on the command line says which.", others)
        )
