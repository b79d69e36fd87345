"""What the commands share: their options, and how a case is read, checked and shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from crosshold import api
from crosshold.cli.output import print_findings, print_json, print_lines
from crosshold.errors import Finding, Findings, RequestError, did_you_mean
from crosshold.model.dates import interval
from crosshold.model.exact import fraction
from crosshold.model.register import Register
from crosshold.model.snapshot import Snapshot

Case = Annotated[str, typer.Argument(help="A case file or folder, or a bundled name (alliance).", metavar="CASE")]
SOURCE = "A case file or folder, a bundled name (alliance), or a register: .csv, .csv.gz or .parquet."
Source = Annotated[str, typer.Argument(help=SOURCE, metavar="CASE")]
Holder = Annotated[str | None, typer.Option("--holder", help="Only this holder.", metavar="ID")]
Issuer = Annotated[str | None, typer.Option("--issuer", help="Only this company.", metavar="ID")]
At = Annotated[str | None, typer.Option("--at", help="The day asked about (default: the case's).", metavar="DATE")]
KnownBy = Annotated[str | None, typer.Option("--known-by", help="What a reader of that day could know.", metavar="DATE")]
Believe = Annotated[str | None, typer.Option("--believe", help="Whom to believe when claims conflict.", metavar="POLICY")]
Salvage = Annotated[bool, typer.Option("--salvage", help="Answer without damaged parts of a register folder.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
Out = Annotated[Path | None, typer.Option("--out", help="Also write the whole answer: .parquet, .csv or .json.", metavar="FILE")]
Threads = Annotated[int | None, typer.Option("--threads", help="Threads for a register (default: all).", metavar="N", min=1)]
Totals = Annotated[
    str | None, typer.Option("--totals", help="All shares of a company in a register: column or sum.", metavar="HOW")
]
Overheld = Annotated[
    str | None, typer.Option("--overheld", help="Over 100 % in a register: refuse, report or leave-out.", metavar="HOW")
]
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


def snapshot_of(
    case: str, at: str | None, known_by: str | None, believe: str | None, salvage: bool, **register_only: Any
) -> Snapshot:
    """The Snapshot that a command asks for. ``register_only`` are options that say nothing about a case: they must not be given."""
    return read_at(case, at, known_by, believe, salvage, **register_only)[1]


def read_at(
    case: str, at: str | None, known_by: str | None, believe: str | None, salvage: bool, **register_only: Any
) -> tuple[Register, Snapshot]:
    """The Register behind a question, and its Snapshot."""
    no_register(case)
    overheld = register_only.get("overheld")
    if overheld in ("refuse", "leave-out") and api.format_of(case) != "case":
        register_only.pop("overheld")
    no_options(case, **register_only)
    days = [day(at, "--at"), day(known_by, "--known-by")]
    register = api.read(case, salvage=salvage)
    if overheld == "leave-out":
        register = replace(register, overheld=overheld)
    return register, register.at(days[0], known_by=days[1], believe=believe)


def no_options(case: str, **register_only: Any) -> None:
    """Stop when options that only say something about a register come with a case."""
    given = [f"--{name}" for name, value in register_only.items() if value is not None]
    if given:
        message = f"{', '.join(given)}: said of a register (.csv, .parquet), and this is a case."
        raise RequestError(Finding("E_OPTION", message, "Leave it out.", case))


def no_register(case: str) -> None:
    """Stop a question that only a case can answer when it is given a table of holdings."""
    if api.is_register(case):
        message = "this is a register of holdings: it has no law, no claims, no prices and no plans to answer that from."
        raise RequestError(Finding("E_REGISTER", message, "Ask who owns, controls or decides; or write a case.", case))


def known(snapshot: Snapshot, *ids: str | None, **named: str | None) -> None:
    """Every id a question names must be in the case; issuers must be companies with a share count."""
    faults = Findings()
    for role, name in (*(("request", name) for name in ids), *named.items()):
        pool = snapshot.issuers if role == "issuer" else snapshot.entities
        if name is not None and name in snapshot.same:
            other = snapshot.same[name]
            faults.add(
                "E_UNKNOWN_ID",
                f"{name!r} is one party with {other!r} here.",
                f"Ask for {other}; 'crosshold same' tells why.",
                role,
            )
        elif name is not None and name not in pool:
            what = (
                "no company with a share count here" if role == "issuer" and name in snapshot.entities else "nowhere in this case"
            )
            faults.add("E_UNKNOWN_ID", f"{name!r} is {what}.", did_you_mean(name, pool), role)
    faults.raise_errors(RequestError)


def votes_network(snapshot: Snapshot) -> tuple[Any, list[Finding]]:
    """The Network on the Ballot of the case's rules (gross votes without rules); an open Ballot stops with status 3."""
    ballot = api.ballot(snapshot)
    return api.network(snapshot, ballot), [*snapshot.findings, *ballot.findings]


def ratio(text: str, option: str) -> str:
    """A ratio given on the command line, kept as exact text."""
    try:
        fraction(text)
    except ValueError:
        message = f"{text!r} is not a ratio."
        raise RequestError(Finding("C_BAD_NUMBER", message, 'Write "1/2" or "0.5".', option)) from None
    return text


def show(result: Any, snapshot: Any, as_json: bool, exact: bool, more: Any = (), out: Path | None = None, **beside: Any) -> None:
    """A result as JSON, or as a table with its findings on stderr; and in a file when ``out`` is given. Results ``beside`` it follow."""
    if out is not None:
        api.write(result, out)
    findings = list(dict.fromkeys([*more, *result.findings]))
    if as_json:
        told = result.to_dict(exact=exact) | {name: other.to_dict(exact=exact)["rows"] for name, other in beside.items()}
        print_json({**told, "findings": findings}, exact)
    else:
        print_lines(api.lines(result, snapshot))
        for other in beside.values():
            print_lines(api.lines(other, snapshot))
        print_findings(findings)
