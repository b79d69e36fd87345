"""Questions about a case: its story, its law, its plans, its proofs. One function each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from crosshold import api
from crosshold.cli.options import (
    At,
    Believe,
    Case,
    Exact,
    Issuer,
    Json,
    KnownBy,
    Salvage,
    day,
    known,
    no_register,
    read_at,
    show,
    snapshot_of,
)
from crosshold.cli.output import print_findings, print_json, print_lines
from crosshold.errors import Finding, PlanError


def demo(
    out: Annotated[Path, typer.Option("--out", help="Where the report goes.", metavar="FILE")] = Path("alliance.html"),
) -> None:
    """Tell the story of the bundled case and write its report."""
    print_lines(api.demo(out))


def votes(
    case: Case, at: At = None, known_by: KnownBy = None, believe: Believe = None, salvage: Salvage = False, issuer: Issuer = None,
    meeting: Annotated[str, typer.Option("--meeting", help="The class of the resolution.")] = "ordinary",
    reading: Annotated[str | None, typer.Option("--reading", help="Fix an open basis: gross or exercisable.")] = None,
    as_json: Json = False, exact: Exact = False,
) -> None:  # fmt: skip
    """Who can vote what at each company, and why not where not."""
    register, snapshot = read_at(case, at, known_by, believe, salvage)
    known(snapshot, issuer=issuer)
    ballot = api.ballot(snapshot, meeting=meeting, readings=reading, past=register.earlier(snapshot))
    issuers = [issuer] if issuer else list(ballot.told)
    ballot = ballot.about(issuer) if issuer else ballot
    if as_json:
        data = ballot.to_dict(exact=exact, issuers=issuers)
        print_json({**data, "findings": [*snapshot.findings, *ballot.findings]})
    else:
        print_lines(api.votes_lines(ballot, issuers) if issuer else api.votes_survey(ballot))
        print_findings(api.shortened([*snapshot.findings, *ballot.findings]))
    if not (ballot.settled_in(issuer) if issuer else ballot.settled_everywhere):
        raise typer.Exit(3)


Plan = Annotated[str, typer.Argument(help="A plan file, or the name of a plan of the case.", metavar="PLAN")]


OUTCOME_FORMS = "Also write it: .json, .csv, .ledger.csv, .html, .xlsx, or .yaml (as executed)."
OutcomeFile = Annotated[Path | None, typer.Option("--out", help=OUTCOME_FORMS, metavar="FILE")]


def simulate(
    case: Case, plan: Plan, at: At = None, known_by: KnownBy = None, believe: Believe = None, salvage: Salvage = False,
    as_json: Json = False, exact: Exact = False,
    out: OutcomeFile = None,
    step: Annotated[str | None, typer.Option("--explain", help="The proof of one step instead of the whole path.", metavar="STEP")] = None,
    orders: Annotated[bool, typer.Option("--order-check", help="Try every order of the steps that the plan allows.")] = False,
    diff: Annotated[str | None, typer.Option("--diff", help="Also say what differs at the end from another plan.", metavar="PLAN2")] = None,
) -> None:  # fmt: skip
    """Replay a plan step by step: shares, votes, cash, events."""
    snapshot = snapshot_of(case, at, known_by, believe, salvage)
    try:
        outcome = api.simulate(snapshot, api.read_plan(plan, case), order_check=orders)
    except PlanError as error:
        _until(error.outcome, snapshot, error.findings, as_json, exact)
        raise
    other = api.compare(outcome, api.simulate(snapshot, api.read_plan(diff, case))) if diff else None
    proof = api.step_proof(outcome, step) if step else None
    if out is not None:
        api.write(outcome, out)
    findings = list(dict.fromkeys([*snapshot.findings, *outcome.findings]))
    if as_json:
        more = {"diff": other.to_dict(exact=exact)} if other else {}
        more |= {"explain": proof.to_dict()} if proof else {}
        print_json({**outcome.to_dict(exact=exact), **more, "findings": findings}, exact)
        return
    print_lines(proof.lines if proof else api.lines(outcome, snapshot))
    if other:
        print_lines(["", *api.lines(other, snapshot)])
    if not proof:
        print_findings(findings)


def _until(outcome: Any, snapshot: Any, findings: Sequence[Finding], as_json: bool, exact: bool) -> None:
    """Show what a plan did before the step that could not be executed."""
    if outcome is not None and as_json:
        print_json({**outcome.to_dict(exact=exact), "findings": findings}, exact)
        raise typer.Exit(2)
    if outcome is not None and outcome.steps:
        print_lines(api.lines(outcome, snapshot))


def compare(
    case: Case, plan: Plan,
    other: Annotated[str | None, typer.Argument(help="A second plan; without it, doing nothing.", metavar="PLAN2")] = None,
    at: At = None, known_by: KnownBy = None, believe: Believe = None, salvage: Salvage = False, as_json: Json = False, exact: Exact = False,
) -> None:  # fmt: skip
    """What differs between two plans, or from doing nothing."""
    register, snapshot = read_at(case, at, known_by, believe, salvage)
    past = register.earlier(snapshot)
    first = api.simulate(snapshot, api.read_plan(plan, case), past=past)
    second = api.simulate(snapshot, api.read_plan(other, case), past=past) if other else None
    result = api.compare(first, second) if second else api.compare(snapshot, first)
    show(result, snapshot, as_json, exact, snapshot.findings)


def explain(
    case: Case,
    verb: Annotated[str, typer.Argument(help="own, votes or control.", metavar="VERB")],
    holder: Annotated[str, typer.Argument(metavar="HOLDER")], issuer: Annotated[str, typer.Argument(metavar="ISSUER")],
    at: At = None, known_by: KnownBy = None, believe: Believe = None, salvage: Salvage = False, as_json: Json = False, exact: Exact = False,
) -> None:  # fmt: skip
    """Prove one number by its paths, sums, rules and sources."""
    no_register(case)
    register = api.read(case, salvage=salvage)
    snapshot = register.at(day(at, "--at"), known_by=day(known_by, "--known-by"), believe=believe)
    known(snapshot, holder=holder, issuer=issuer)
    proof = api.prove(register, snapshot, verb, holder, issuer)
    if as_json:
        print_json(proof.to_dict(exact=exact), exact)
    else:
        print_lines(proof.lines)
