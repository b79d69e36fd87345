"""The commands, one function each, in the order of a reader's questions."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from crosshold import api
from crosshold.cli.output import print_findings, print_json, print_lines
from crosshold.errors import Finding, Findings, RequestError, did_you_mean
from crosshold.model.dates import interval
from crosshold.model.exact import fraction
from crosshold.model.snapshot import Snapshot

app = typer.Typer(
    name="crosshold", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Who holds whom, who really owns, votes and controls, and what happens when those holdings change.",
)  # fmt: skip

Case = Annotated[str, typer.Argument(help="A case file or folder, or a bundled name (alliance).", metavar="CASE")]
Holder = Annotated[str | None, typer.Option("--holder", help="Only this holder.", metavar="ID")]
Issuer = Annotated[str | None, typer.Option("--issuer", help="Only this company.", metavar="ID")]
At = Annotated[str | None, typer.Option("--at", help="The day asked about (default: the case's).", metavar="DATE")]
KnownBy = Annotated[str | None, typer.Option("--known-by", help="What a reader of that day could know.", metavar="DATE")]
Believe = Annotated[str | None, typer.Option("--believe", help="Whom to believe when claims conflict.", metavar="POLICY")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
Exact = Annotated[bool, typer.Option("--exact", help='Ratios as exact fractions "a/b".')]


def day(text: str | None, option: str) -> date | None:
    """A full date given on the command line."""
    if text is None:
        return None
    try:
        first, last = interval(text)
        if first != last:
            raise ValueError
    except ValueError:
        message = f"{text!r} is not a date."
        raise RequestError(Finding("C_BAD_DATE", message, "Write YYYY-MM-DD.", option)) from None
    return first


def snapshot_of(case: str, at: str | None, known_by: str | None, believe: str | None) -> Snapshot:
    """The Snapshot that a command asks for."""
    days = [day(at, "--at"), day(known_by, "--known-by")]
    return api.read(case).at(days[0], known_by=days[1], believe=believe)


def known(snapshot: Snapshot, **named: str | None) -> None:
    """Every id a question names must be in the case; issuers must be companies with a share count."""
    faults = Findings()
    for role, name in named.items():
        pool = snapshot.issuers if role == "issuer" else snapshot.entities
        if name is not None and name not in pool:
            what = (
                "no company with a share count here" if role == "issuer" and name in snapshot.entities else "nowhere in this case"
            )
            faults.add("E_UNKNOWN_ID", f"{name!r} is {what}.", did_you_mean(name, pool), role)
    faults.raise_errors(RequestError)


def votes_network(snapshot: Snapshot) -> tuple[Any, list[Finding]]:
    """The Network on the Ballot of the case's rules (gross votes without rules); an open Ballot stops with status 3."""
    ballot = api.ballot(snapshot)
    return api.network(snapshot, ballot), [*snapshot.findings, *ballot.findings]


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Where the report goes.", metavar="FILE")] = Path("alliance.html"),
) -> None:
    """Tell the story of the bundled alliance case and write its report."""
    print_lines(api.demo(out))


@app.command()
def check(case: Case, as_json: Json = False) -> None:
    """Read a case and tell every fault, conflict and gap at once."""
    findings = api.check(api.read(case))
    if as_json:
        print_json({"findings": findings})
    else:
        print_findings(findings)
        errors = sum(f.level == "error" for f in findings)
        print_lines([f"{case}: {errors} errors, {sum(f.level == 'warning' for f in findings)} warnings."])
    if any(f.level == "error" for f in findings):
        raise typer.Exit(2)


@app.command()
def votes(
    case: Case, at: At = None, known_by: KnownBy = None, believe: Believe = None, issuer: Issuer = None,
    meeting: Annotated[str, typer.Option("--meeting", help="The class of the resolution.")] = "ordinary",
    reading: Annotated[str | None, typer.Option("--reading", help="Fix an open basis: gross or exercisable.")] = None,
    as_json: Json = False, exact: Exact = False,
) -> None:  # fmt: skip
    """Who can vote what at each company, and why not where not."""
    snapshot = snapshot_of(case, at, known_by, believe)
    known(snapshot, issuer=issuer)
    ballot = api.ballot(snapshot, meeting=meeting, readings=reading)
    issuers = [issuer] if issuer else list(snapshot.issuers)
    if as_json:
        data = ballot.to_dict(exact=exact, issuers=issuers)
        print_json({**data, "findings": [*snapshot.findings, *ballot.findings]})
    else:
        print_lines(api.votes_lines(ballot, issuers))
        print_findings([*snapshot.findings, *ballot.findings])
    if not all(ballot.settled_in(name) for name in issuers):
        raise typer.Exit(3)


@app.command()
def own(
    case: Case, holder: Holder = None, issuer: Issuer = None,
    convention: Annotated[str, typer.Option("--convention", help="source-avoiding, all-walks or simple-paths.")] = "source-avoiding",
    at: At = None, known_by: KnownBy = None, believe: Believe = None, as_json: Json = False, exact: Exact = False,
) -> None:  # fmt: skip
    """Who owns what, directly and through others, in a named convention."""
    snapshot = snapshot_of(case, at, known_by, believe)
    known(snapshot, holder=holder, issuer=issuer)
    chosen = {"holders": [holder] if holder else None, "issuers": [issuer] if issuer else None}
    result = api.ownership(api.network(snapshot), convention=convention, **chosen)
    show(result, snapshot, as_json, exact, snapshot.findings)


@app.command()
def control(
    case: Case,
    threshold: Annotated[str, typer.Option("--threshold", help="Strictly more than this share controls.", metavar="RATIO")] = "1/2",
    basis: Annotated[str, typer.Option("--basis", help="votes or capital.")] = "votes",
    issuer: Issuer = None, at: At = None, known_by: KnownBy = None, believe: Believe = None, as_json: Json = False, exact: Exact = False,
) -> None:  # fmt: skip
    """Who controls whom, alone or through chains, and who stands at the top."""
    snapshot = snapshot_of(case, at, known_by, believe)
    known(snapshot, issuer=issuer)
    if basis == "capital":
        network, findings = api.network(snapshot), list(snapshot.findings)
    else:
        network, findings = votes_network(snapshot)
    result = api.control(network, threshold=ratio(threshold, "--threshold"), basis=basis, issuer=issuer)
    top = api.ultimate(network, threshold=threshold, basis=basis, issuer=issuer)
    if as_json:
        told = {**top.to_dict(), **result.to_dict(exact=exact), "findings": [*findings, *result.findings]}
        print_json(told, exact)
    else:
        print_lines([*api.lines(result, snapshot), "", *api.lines(top, snapshot)])
        print_findings([*findings, *result.findings])


@app.command()
def owners(
    case: Case, issuer: Annotated[str | None, typer.Argument(help="The company (default: every one).", metavar="ISSUER")] = None,
    test: Annotated[str, typer.Option("--test", help="The test, by id or short name.", metavar="TEST")] = "eu-ubo-25",
    listed: Annotated[list[str] | None, typer.Option("--listed", help="A blocked person (ofac-50); may be repeated.", metavar="ID")] = None,
    votes: Annotated[str, typer.Option("--votes", help="The votes that count: exercisable or gross.")] = "exercisable",
    at: At = None, known_by: KnownBy = None, believe: Believe = None, as_json: Json = False, exact: Exact = False,
) -> None:  # fmt: skip
    """Who counts as an owner, is blocked or closely linked, under a named test."""
    named = api.owner_test(test)
    snapshot = snapshot_of(case, at, known_by, believe)
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
    show(result, snapshot, as_json, exact, findings)


@app.command()
def power(
    case: Case, issuer: Annotated[str, typer.Argument(help="The company.", metavar="ISSUER")],
    index: Annotated[str, typer.Option("--index", help="The index of voting power.")] = "shapley-shubik",
    quota: Annotated[str, typer.Option("--quota", help="More than this share of the votes wins.", metavar="RATIO")] = "1/2",
    free_float: Annotated[str, typer.Option("--float", help="The dispersed rest: ocean, none or binomial.")] = "ocean",
    at: At = None, known_by: KnownBy = None, believe: Believe = None, as_json: Json = False, exact: Exact = False,
) -> None:  # fmt: skip
    """How much voting power each holder of one company has, under a named index."""
    snapshot = snapshot_of(case, at, known_by, believe)
    known(snapshot, issuer=issuer)
    network, findings = votes_network(snapshot)
    result = api.power(network, issuer, index=index, quota={"more_than": ratio(quota, "--quota")}, free_float=free_float)
    show(result, snapshot, as_json, exact, findings)


def ratio(text: str, option: str) -> str:
    """A ratio given on the command line, kept as exact text."""
    try:
        fraction(text)
    except ValueError:
        message = f"{text!r} is not a ratio."
        raise RequestError(Finding("C_BAD_NUMBER", message, 'Write "1/2" or "0.5".', option)) from None
    return text


@app.command()
def value(
    case: Case, at: At = None, known_by: KnownBy = None, believe: Believe = None, as_json: Json = False, exact: Exact = False
) -> None:
    """What each company is worth to outsiders, and how much of the market's sum is counted twice."""
    snapshot = snapshot_of(case, at, known_by, believe)
    result = api.market_value(snapshot, api.network(snapshot))
    show(result, snapshot, as_json, exact, snapshot.findings)


@app.command()
def loops(
    case: Case, at: At = None, known_by: KnownBy = None, believe: Believe = None, as_json: Json = False, exact: Exact = False
) -> None:
    """The circles of holdings, and what each is worth."""
    snapshot = snapshot_of(case, at, known_by, believe)
    result = api.loops(api.network(snapshot))
    show(result, snapshot, as_json, exact, snapshot.findings)


Plan = Annotated[str, typer.Argument(help="A plan file, or the name of a plan of the case.", metavar="PLAN")]


@app.command()
def simulate(
    case: Case, plan: Plan, at: At = None, known_by: KnownBy = None, believe: Believe = None, as_json: Json = False, exact: Exact = False,
    out: Annotated[Path | None, typer.Option("--out", help="Also write it: .json, .csv or .html.", metavar="FILE")] = None,
) -> None:  # fmt: skip
    """Replay a plan step by step: shares, votes, cash, events."""
    snapshot = snapshot_of(case, at, known_by, believe)
    outcome = api.simulate(snapshot, api.read_plan(plan, case))
    if out is not None:
        api.write(outcome, out)
    show(outcome, snapshot, as_json, exact, snapshot.findings)


@app.command()
def compare(
    case: Case, plan: Plan,
    other: Annotated[str | None, typer.Argument(help="A second plan; without it, doing nothing.", metavar="PLAN2")] = None,
    at: At = None, known_by: KnownBy = None, believe: Believe = None, as_json: Json = False, exact: Exact = False,
) -> None:  # fmt: skip
    """What differs: one plan against doing nothing, or two plans against each other."""
    snapshot = snapshot_of(case, at, known_by, believe)
    first = api.simulate(snapshot, api.read_plan(plan, case))
    second = api.simulate(snapshot, api.read_plan(other, case)) if other else None
    result = api.compare(first, second) if second else api.compare(snapshot, first)
    show(result, snapshot, as_json, exact, snapshot.findings)


@app.command()
def rules(
    rule: Annotated[str | None, typer.Argument(help="One rule by its id.", metavar="ID")] = None,
    jurisdiction: Annotated[str | None, typer.Option("--jurisdiction", help="FR, JP, ...", metavar="CODE")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Check and show this rule file instead.", metavar="FILE")] = None,
    at: At = None, as_json: Json = False,
) -> None:  # fmt: skip
    """The rules of law as dated, cited data."""
    found = api.rules(*([jurisdiction] if jurisdiction else []), at=day(at, "--at"), file=file)
    if rule is not None:
        ids = [r.id for r in found]
        found = [r for r in found if r.id == rule]
        if not found:
            raise RequestError(Finding("C_UNKNOWN_RULE", f"{rule!r} is no rule here.", did_you_mean(rule, ids), "rules"))
    if as_json:
        print_json({"rules": [r.to_dict() for r in found]})
    else:
        print_lines(api.rule_lines(found, whole=rule is not None))


@app.command()
def explain(
    case: Case,
    verb: Annotated[str, typer.Argument(help="own, votes or control.", metavar="VERB")],
    holder: Annotated[str, typer.Argument(metavar="HOLDER")], issuer: Annotated[str, typer.Argument(metavar="ISSUER")],
    at: At = None, known_by: KnownBy = None, believe: Believe = None, as_json: Json = False, exact: Exact = False,
) -> None:  # fmt: skip
    """Prove one number: every path, sum, rule and source behind it."""
    if verb not in ("own", "votes", "control"):
        raise RequestError(Finding("E_VERB", f"{verb!r} cannot be explained.", "Say own, votes or control.", "explain"))
    days = day(at, "--at"), day(known_by, "--known-by")
    register = api.read(case)
    snapshot = register.at(days[0], known_by=days[1], believe=believe)
    known(snapshot, holder=holder, issuer=issuer)
    if verb == "votes":
        result: Any = api.ballot(snapshot)
    elif verb == "control":
        result = api.control(votes_network(snapshot)[0])
    else:
        result = api.ownership(api.network(snapshot))
    proof = api.explain(result, holder, issuer, register=register, snapshot=snapshot)
    if as_json:
        print_json(proof.to_dict(exact=exact), exact)
    else:
        print_lines(proof.lines)


def show(result: Any, snapshot: Snapshot, as_json: bool, exact: bool, more: Any = ()) -> None:
    """A result as JSON, or as a table with its findings on stderr."""
    findings = list(dict.fromkeys([*more, *result.findings]))
    if as_json:
        print_json({**result.to_dict(exact=exact), "findings": findings}, exact)
    else:
        print_lines(api.lines(result, snapshot))
        print_findings(findings)
