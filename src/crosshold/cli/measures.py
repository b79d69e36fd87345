"""The measures: one function each, on a case or on a register of holdings. A new measure's door goes here and into the list of app.py."""

from __future__ import annotations

from typing import Annotated

import typer

from crosshold import api
from crosshold.cli import register
from crosshold.cli.options import (
    At,
    Believe,
    Case,
    Exact,
    Holder,
    Issuer,
    Json,
    KnownBy,
    Out,
    Overheld,
    Source,
    Threads,
    Totals,
    known,
    no_options,
    ratio,
    show,
    snapshot_of,
    votes_network,
)
from crosshold.cli.output import print_findings, print_json, print_lines
from crosshold.cli.register import Asked
from crosshold.errors import Finding, RequestError


def check(case: Source, as_json: Json = False, threads: Threads = None, totals: Totals = None, overheld: Overheld = None) -> None:
    """Read a case or a register and tell every fault, conflict and gap at once."""
    if api.is_register(case):
        return register.check(Asked(case, threads=threads, totals=totals, overheld=overheld, as_json=as_json))
    no_options(case, threads=threads, totals=totals, overheld=overheld)
    findings = api.check(api.read(case))
    if as_json:
        print_json({"findings": findings})
    else:
        print_findings(findings)
        errors = sum(f.level == "error" for f in findings)
        print_lines([f"{case}: {errors} errors, {sum(f.level == 'warning' for f in findings)} warnings."])
    if any(f.level == "error" for f in findings):
        raise typer.Exit(2)
    return None


def own(
    case: Source, holder: Holder = None, issuer: Issuer = None,
    convention: Annotated[str, typer.Option("--convention", help="source-avoiding, all-walks or simple-paths.")] = "source-avoiding",
    at: At = None, known_by: KnownBy = None, believe: Believe = None, as_json: Json = False, exact: Exact = False,
    threads: Threads = None, totals: Totals = None, overheld: Overheld = None, out: Out = None,
) -> None:  # fmt: skip
    """Who owns what, directly and through others, in a named convention."""
    if api.is_register(case):
        asked = Asked(case, at, known_by, believe, threads, totals, overheld, out, as_json, exact)
        return register.own(asked, holder, issuer, convention)
    snapshot = snapshot_of(case, at, known_by, believe, threads=threads, totals=totals, overheld=overheld)
    known(snapshot, holder=holder, issuer=issuer)
    chosen = {"holders": [holder] if holder else None, "issuers": [issuer] if issuer else None}
    result = api.ownership(api.network(snapshot), convention=convention, **chosen)
    return show(result, snapshot, as_json, exact, snapshot.findings, out)


def control(
    case: Source,
    threshold: Annotated[str, typer.Option("--threshold", help="Strictly more than this share controls.", metavar="RATIO")] = "1/2",
    basis: Annotated[str, typer.Option("--basis", help="votes or capital.")] = "votes",
    holder: Holder = None, issuer: Issuer = None,
    at: At = None, known_by: KnownBy = None, believe: Believe = None, as_json: Json = False, exact: Exact = False,
    threads: Threads = None, totals: Totals = None, overheld: Overheld = None, out: Out = None,
) -> None:  # fmt: skip
    """Who controls whom, alone or through chains, and who stands at the top."""
    if api.is_register(case):
        asked = Asked(case, at, known_by, believe, threads, totals, overheld, out, as_json, exact)
        return register.control(asked, threshold, basis, holder, issuer)
    snapshot = snapshot_of(case, at, known_by, believe, threads=threads, totals=totals, overheld=overheld)
    known(snapshot, holder=holder, issuer=issuer)
    if basis == "capital":
        network, findings = api.network(snapshot), list(snapshot.findings)
    else:
        network, findings = votes_network(snapshot)
    sources = [holder] if holder else None
    result = api.control(network, threshold=ratio(threshold, "--threshold"), basis=basis, issuer=issuer, sources=sources)
    top = api.ultimate(network, threshold=threshold, basis=basis, issuer=issuer)
    if out is not None:
        api.write(result, out)
    if as_json:
        told = {**top.to_dict(), **result.to_dict(exact=exact), "findings": [*findings, *result.findings]}
        print_json(told, exact)
    else:
        print_lines([*api.lines(result, snapshot), "", *api.lines(top, snapshot)])
        print_findings([*findings, *result.findings])
    return None


def owners(
    case: Source, issuer: Annotated[str | None, typer.Argument(help="The company (default: every one).", metavar="ISSUER")] = None,
    test: Annotated[str, typer.Option("--test", help="The test, by id or short name.", metavar="TEST")] = "eu-ubo-25",
    listed: Annotated[list[str] | None, typer.Option("--listed", help="A blocked person (ofac-50); may be repeated.", metavar="ID")] = None,
    votes: Annotated[str, typer.Option("--votes", help="The votes that count: exercisable or gross.")] = "exercisable",
    at: At = None, known_by: KnownBy = None, believe: Believe = None, as_json: Json = False, exact: Exact = False,
    threads: Threads = None, totals: Totals = None, overheld: Overheld = None, out: Out = None,
) -> None:  # fmt: skip
    """Who counts as an owner, is blocked or closely linked, under a named test."""
    named = api.owner_test(test)
    if api.is_register(case):
        asked = Asked(case, at, known_by, believe, threads, totals, overheld, out, as_json, exact)
        return register.owners(asked, issuer, test, listed or ())
    snapshot = snapshot_of(case, at, known_by, believe, threads=threads, totals=totals, overheld=overheld)
    known(snapshot, issuer=issuer)
    for person in listed or ():
        known(snapshot, listed=person)
    if votes not in ("exercisable", "gross"):
        raise RequestError(Finding("E_BASIS_AMBIGUOUS", f"{votes!r} names no votes.", "Say exercisable or gross.", "--votes"))
    findings = list(snapshot.findings)
    ballot = api.ballot(snapshot) if named.counts_votes else None
    if ballot is not None:
        findings += ballot.findings
    network = api.network(snapshot, ballot, capital_basis="issued", votes_basis=f"{votes}_votes")
    result = api.owners(network, issuer, test=test, listed=listed or (), at=snapshot.at)
    return show(result, snapshot, as_json, exact, findings, out)


def power(
    case: Source, issuer: Annotated[str, typer.Argument(help="The company.", metavar="ISSUER")],
    index: Annotated[str, typer.Option("--index", help="The index of voting power.")] = "shapley-shubik",
    quota: Annotated[str, typer.Option("--quota", help="More than this share of the votes wins.", metavar="RATIO")] = "1/2",
    free_float: Annotated[str, typer.Option("--float", help="The dispersed rest: ocean, none or binomial.")] = "ocean",
    at: At = None, known_by: KnownBy = None, believe: Believe = None, as_json: Json = False, exact: Exact = False,
    threads: Threads = None, totals: Totals = None, overheld: Overheld = None, out: Out = None,
) -> None:  # fmt: skip
    """How much voting power each holder of one company has, under a named index."""
    if api.is_register(case):
        asked = Asked(case, at, known_by, believe, threads, totals, overheld, out, as_json, exact)
        return register.power(asked, issuer, index, quota, free_float)
    snapshot = snapshot_of(case, at, known_by, believe, threads=threads, totals=totals, overheld=overheld)
    known(snapshot, issuer=issuer)
    network, findings = votes_network(snapshot)
    result = api.power(network, issuer, index=index, quota={"more_than": ratio(quota, "--quota")}, free_float=free_float)
    return show(result, snapshot, as_json, exact, findings, out)


def value(
    case: Case, at: At = None, known_by: KnownBy = None, believe: Believe = None, as_json: Json = False, exact: Exact = False
) -> None:
    """What each company is worth to outsiders, and how much of the market's sum is counted twice."""
    snapshot = snapshot_of(case, at, known_by, believe)
    result = api.market_value(snapshot, api.network(snapshot))
    show(result, snapshot, as_json, exact, snapshot.findings)


def loops(
    case: Source,
    at: At = None,
    known_by: KnownBy = None,
    believe: Believe = None,
    as_json: Json = False,
    exact: Exact = False,
    threads: Threads = None,
    totals: Totals = None,
    overheld: Overheld = None,
    out: Out = None,
) -> None:
    """The circles of holdings, and what each is worth."""
    if api.is_register(case):
        asked = Asked(case, at, known_by, believe, threads, totals, overheld, out, as_json, exact)
        return register.loops(asked)
    snapshot = snapshot_of(case, at, known_by, believe, threads=threads, totals=totals, overheld=overheld)
    result = api.loops(api.network(snapshot))
    return show(result, snapshot, as_json, exact, snapshot.findings, out)
