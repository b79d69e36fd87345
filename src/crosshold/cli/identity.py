"""The door of identity: which ids of a register are one party."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crosshold import api
from crosshold.cli.evidence import MOST_LINES, Register, Wait, few, in_columns
from crosshold.cli.options import Case, Json, KnownBy, Salvage, day
from crosshold.cli.output import print_findings, print_json, print_lines
from crosshold.cli.running import working
from crosshold.errors import Finding, RequestError


def same(
    register: Register,
    a: Annotated[str | None, typer.Argument(help="An id.", metavar="A")] = None,
    b: Annotated[str | None, typer.Argument(help="Another id.", metavar="B")] = None,
    by: Annotated[str, typer.Option("--by", help="Who judges.", metavar="NAME")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why.", metavar="TEXT")] = "",
    different: Annotated[bool, typer.Option("--different", help="They are two parties.")] = False,
    unsure: Annotated[bool, typer.Option("--unsure", help="Nobody can tell yet.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the judgement about them back.")] = False,
    from_: Annotated[
        Path | None, typer.Option("--from", help="A table of proposals with decisions filled in.", metavar="FILE")
    ] = None,
    known_by: KnownBy = None,
    wait: Wait = 10.0,
    salvage: Salvage = False,
    as_json: Json = False,
) -> None:
    """Judge that two ids are one party, or not; without ids: which are, and why. Nothing is deleted, everything can be taken back."""
    if (a is None) != (b is None) or (from_ is not None and a is not None) or different + unsure + undo > 1:
        message = "a judgement is about two ids, or about the rows of one file, and says one thing."
        raise RequestError(Finding("E_OPTION", message, "Give A and B, or --from FILE.", "same"))
    if a is None and from_ is None:
        told = api.read(register, salvage=salvage)
        found = api.identities(told, day(known_by, "--known-by"))
        _listed(found.with_findings(told.findings), as_json)
        return
    if from_ is not None:
        made = api.judge_file(register, from_, by=by, wait_s=wait)
    else:
        value = "different" if different else "unsure" if unsure else "same"
        made = api.judge(register, [(a or "", b or "", value, reason)], by=by, undo=undo, wait_s=wait)
    if as_json:
        print_json({"judgements": [s.to_dict() for s in made], "findings": []})
        return
    for s in made[:MOST_LINES]:
        print_lines([f"{s.subject} and {s.object}: {s.value or 'the judgement is taken back'}, says {s.reviewed_by} ({s.id})."])
    if len(made) > MOST_LINES:
        print_lines([f"... {len(made) - MOST_LINES:,} more."])


def find(
    case: Case,
    name: Annotated[str, typer.Argument(help="A name as people write it, an id, or a number.", metavar="NAME")],
    limit: Annotated[int, typer.Option("--limit", help="Rows to show.", metavar="N", min=1, max=1000)] = 10,
    salvage: Salvage = False,
    as_json: Json = False,
) -> None:
    """Find a party by a name, in any spelling, by an id, or by a number; the nearest names where none is the same."""
    register = api.read(case, salvage=salvage)
    rows = api.find_party(register, name, limit=limit)
    if as_json:
        print_json({"name": name, "found": rows, "findings": register.findings})
        return
    print_findings(few(register.findings))
    if not rows:
        print_lines([f"Nobody here has a name like {name}."])
        return
    told = [("score", "id", "name", "kind", "country", "numbers", "by")]
    told += [
        (
            f"{r.score:g}",
            r.id,
            r.name,
            r.kind,
            r.jurisdiction or "",
            ", ".join(r.identifiers[:3]),
            "" if r.matched == r.name else r.matched,
        )
        for r in rows
    ]
    print_lines(in_columns(told))


def link(
    case: Case,
    other: Annotated[
        str | None, typer.Option("--with", help="Another register, to be linked with this one.", metavar="CASE")
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="Write the proposals as a table to be decided.", metavar="FILE")] = None,
    accept_line: Annotated[
        float, typer.Option("--accept-line", help="From here on they are most probably one.", metavar="P")
    ] = 0.9,
    review_line: Annotated[float, typer.Option("--review-line", help="Below, nothing is proposed.", metavar="P")] = 0.05,
    model: Annotated[Path | None, typer.Option("--model", help="Weights to use; written when not there.", metavar="FILE")] = None,
    limit: Annotated[int, typer.Option("--limit", help="Rows to show.", metavar="N", min=1)] = 20,
    salvage: Salvage = False,
    as_json: Json = False,
) -> None:
    """Propose which parties may be one, each with its probability and what speaks for and against it. Nothing is merged by it."""
    with working(str(case)):
        register = api.read(case, salvage=salvage)
        found = api.link(
            register,
            api.read(other, salvage=salvage) if other else None,
            accept_line=accept_line,
            review_line=review_line,
            model=model,
        )
    if to is not None:
        api.write_proposals(found, to)
    if as_json:
        print_json(found.to_dict())
        return
    accepted = sum(row.line == "accept" for row in found.proposals)
    count, compared = f"{len(found.proposals):,}", f"{found.compared:,}"
    print_lines(
        [f"{count} proposals of {compared} pairs compared; {accepted:,} from {accept_line:g} on, the others to be looked at."]
    )
    for row in found.proposals[:limit]:
        print_lines(["", f"{row.score:.4f}  {row.a} ({row.a_name}) = {row.b} ({row.b_name})", f"        {row.because}"])
    if len(found.proposals) > limit:
        print_lines(["", f"... {len(found.proposals) - limit:,} more; --to writes all"])
    if found.vetoed:
        print_lines(["", f"{found.vetoed:,} pairs have numbers that contradict each other, and are not proposed."])
    if found.decided:
        print_lines([f"{found.decided:,} pairs are decided."])
    if to is not None:
        print_lines([f"{to}: written. Fill in 'decision', then: crosshold same {case} --from {to} --by NAME"])
    print_findings(few(register.findings))


def _listed(found: api.Identities, as_json: bool) -> None:
    if as_json:
        print_json(found.to_dict())
        return
    print_lines([f"parties with several ids: {len(found.parties):,}"])
    for party in found.parties[:MOST_LINES]:
        print_lines(["", f"{party.id} ({party.name}): {', '.join(party.ids)}", *(f"  {text}" for text in party.because)])
    if len(found.parties) > MOST_LINES:
        print_lines([f"... {len(found.parties) - MOST_LINES:,} more; --json tells all"])
    rows = [("judgement", "a", "b", "says", "by", "on", "reason")]
    rows += [
        (j["id"], j["a"], j["b"] or "", j["value"], j["by"], j["on"], j["reason"] or "") for j in found.judgements[:MOST_LINES]
    ]
    if len(rows) > 1:
        print_lines(["", *in_columns(rows)])
    print_findings(few(found.findings))
