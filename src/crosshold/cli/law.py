"""Questions about the law itself, and about one meeting under it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from crosshold import api
from crosshold.cli.options import At, Believe, Case, Exact, Json, KnownBy, Salvage, day, known, show, snapshot_of
from crosshold.cli.output import print_findings, print_json, print_lines
from crosshold.errors import Finding


def rules(
    rule: Annotated[str | None, typer.Argument(help="One rule by its id, or schema: the words of rule files.", metavar="ID")] = None,
    jurisdiction: Annotated[str | None, typer.Option("--jurisdiction", help="FR, JP, ...", metavar="CODE")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Check and show this rule file instead.", metavar="FILE")] = None,
    at: Annotated[str | None, typer.Option("--at", help="Those in force then; with --stale, counted from then.", metavar="DATE")] = None,
    stale: Annotated[bool, typer.Option("--stale", help="Rules whose source was read more than 400 days ago, or never.")] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """The rules of law as dated, cited data."""
    if rule == "schema":
        from crosshold.law.describe import schema, schema_lines

        if as_json:
            print_json({"schema": schema()})
        else:
            print_lines(schema_lines())
        return
    on = day(at, "--at")
    told: list[Finding] = []
    if rule is not None:
        found, told = api.rule(rule, at=None if stale else on, file=file)
    else:
        found = api.rules(*([jurisdiction.upper()] if jurisdiction else []), at=None if stale else on, file=file)
    if stale:
        show(api.stale(found, on or date.today()), None, as_json, False)
    elif as_json:
        print_json({"rules": [r.to_dict() for r in found], "findings": told})
    else:
        print_lines(api.rule_lines(found, whole=rule is not None))
        print_findings(told)


def meeting(
    case: Case,
    issuer: Annotated[str, typer.Argument(help="Whose meeting.", metavar="ISSUER")],
    resolution: Annotated[str, typer.Option("--resolution", help="Its class: ordinary, special, merger, ...")] = "ordinary",
    turnout: Annotated[str, typer.Option("--turnout", help="Share of all votes that is present.", metavar="SHARE")] = "1",
    reading: Annotated[str | None, typer.Option("--reading", help="Fix an open basis: gross or exercisable.")] = None,
    at: At = None, known_by: KnownBy = None, believe: Believe = None, salvage: Salvage = False, as_json: Json = False, exact: Exact = False,
) -> None:  # fmt: skip
    """Who can pass or block a resolution at a meeting, alone and in pairs."""
    snapshot = snapshot_of(case, at, known_by, believe, salvage)
    known(snapshot, issuer=issuer)
    result = api.meeting(snapshot, issuer, resolution=resolution, turnout=turnout, readings=reading)
    show(result, snapshot, as_json, exact)
    if not result.settled:
        raise typer.Exit(3)
