"""Questions about the law itself, and about one meeting under it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crosshold import api
from crosshold.cli.options import At, Believe, Case, Exact, Json, KnownBy, day, known, snapshot_of
from crosshold.cli.output import print_findings, print_json, print_lines
from crosshold.errors import Finding, RequestError, did_you_mean


def rules(
    rule: Annotated[str | None, typer.Argument(help="One rule by its id, or schema: the words of rule files.", metavar="ID")] = None,
    jurisdiction: Annotated[str | None, typer.Option("--jurisdiction", help="FR, JP, ...", metavar="CODE")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Check and show this rule file instead.", metavar="FILE")] = None,
    at: At = None, as_json: Json = False,
) -> None:  # fmt: skip
    """The rules of law as dated, cited data."""
    if rule == "schema":
        from crosshold.law.describe import schema, schema_lines

        if as_json:
            print_json({"schema": schema()})
        else:
            print_lines(schema_lines())
        return
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


def meeting(
    case: Case,
    issuer: Annotated[str, typer.Argument(help="Whose meeting.", metavar="ISSUER")],
    resolution: Annotated[str, typer.Option("--resolution", help="Its class: ordinary, special, merger, ...")] = "ordinary",
    turnout: Annotated[str, typer.Option("--turnout", help="Share of all votes that is present.", metavar="SHARE")] = "1",
    reading: Annotated[str | None, typer.Option("--reading", help="Fix an open basis: gross or exercisable.")] = None,
    at: At = None, known_by: KnownBy = None, believe: Believe = None, as_json: Json = False, exact: Exact = False,
) -> None:  # fmt: skip
    """Who can pass or block a resolution at a meeting, alone and in pairs."""
    from crosshold.law import DISCLAIMER
    from crosshold.law.powers import powers

    snapshot = snapshot_of(case, at, known_by, believe)
    known(snapshot, issuer=issuer)
    ballot = api.ballot(snapshot, meeting=resolution, readings=reading)
    outcomes = ballot.outcomes if ballot.outcomes and not ballot.stops else [ballot.outcome()]
    found = [powers(outcome, issuer, resolution, turnout) for outcome in outcomes]
    findings = [*snapshot.findings, *ballot.findings, *(finding for one in found for finding in one.findings)]
    if as_json:
        print_json({"outcomes": [one.to_dict(exact=exact) for one in found], "findings": findings})
    else:
        for number, one in enumerate(found, 1):
            print_lines([*([f"Outcome {number} of {len(found)}:"] if len(found) > 1 else []), *one.in_words(), ""])
        print_lines([DISCLAIMER])
        print_findings(findings)
    if not ballot.settled_in(issuer):
        raise typer.Exit(3)
