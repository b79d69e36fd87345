"""Plans that reach goals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crosshold import api
from crosshold.cli.options import At, Believe, Case, Exact, Json, KnownBy, Salvage, show, snapshot_of
from crosshold.errors import Finding, RequestError

Goals = Annotated[str, typer.Argument(help="A goals file, or the name of goals of the case.", metavar="GOALS")]


def design(
    case: Case, goals: Goals,
    lever: Annotated[list[str] | None, typer.Option("--lever", help="Use only this lever; again for more.", metavar="ID")] = None,
    number: Annotated[int, typer.Option("--plan", help="Which plan --out writes.", min=1, metavar="N")] = 1,
    out: Annotated[Path | None, typer.Option("--out", help="Write that plan (.yaml) or the whole answer (.json).", metavar="FILE")] = None,
    at: At = None, known_by: KnownBy = None, believe: Believe = None, salvage: Salvage = False, as_json: Json = False, exact: Exact = False,
) -> None:  # fmt: skip
    """Find plans that meet goals at least cost, each proved by a replay."""
    snapshot = snapshot_of(case, at, known_by, believe, salvage)
    found = api.design(snapshot, api.read_goals(goals, case), levers=lever)
    if out is not None:
        if out.suffix == ".json":
            api.write(found, out)
        elif number > len(found.plans):
            message = f"there is no plan {number}: {len(found.plans)} were found."
            raise RequestError(Finding("E_UNKNOWN_ID", message, "Ask for another one.", "--plan"))
        else:
            api.write(found.plans[number - 1].plan, out)
    show(found, snapshot, as_json, exact, snapshot.findings)
    if not any(plan.feasible for plan in found.plans):
        raise typer.Exit(3)
