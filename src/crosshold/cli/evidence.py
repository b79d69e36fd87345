"""The doors of the evidence: files into a register folder, out of it, its conflicts, choices and care."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from crosshold import api
from crosshold.cli.options import At, Case, Json, KnownBy, Salvage, day
from crosshold.cli.output import print_findings, print_json, print_lines
from crosshold.cli.running import account, working
from crosshold.errors import Finding, RequestError
from crosshold.model.share import NOTIONAL

MOST_LINES = 60  # of one answer on a terminal
Register = Annotated[
    str, typer.Argument(help="A register: a folder, a file.sqlite, or postgresql://USER@HOST/DB?schema=S.", metavar="REGISTER")
]
Form = Annotated[str | None, typer.Option("--format", help="The format, when it is not to be recognised.", metavar="NAME")]
FormatOption = Annotated[
    list[str] | None, typer.Option("--option", help="An option of the format; repeat it.", metavar="KEY=VALUE")
]
Wait = Annotated[float, typer.Option("--wait", help="Seconds to wait for another writer.", metavar="S", min=0)]


def import_(
    files: Annotated[list[Path], typer.Argument(help="The files, or folders of formats that are one.", metavar="FILE...")],
    into: Annotated[
        str, typer.Option("--into", help="A folder, a .sqlite file or postgresql://...; made if new.", metavar="REGISTER")
    ],
    format: Form = None,
    published: Annotated[str | None, typer.Option("--published", help="When the files became public.", metavar="DATE")] = None,
    option: FormatOption = None,
    mapping: Annotated[Path | None, typer.Option("--mapping", help="Of tables: a file that says what the columns are.")] = None,
    accept_guess: Annotated[
        bool, typer.Option("--accept-guess", help="Of tables: read the columns as they are guessed.")
    ] = False,
    matrix: Annotated[
        str | None, typer.Option("--matrix", help="Of tables: rows=holders or rows=issuers.", metavar="rows=SIDE")
    ] = None,
    as_direct: Annotated[bool, typer.Option("--as-direct", help="Declared interests count as direct holdings.")] = False,
    trust_size: Annotated[bool, typer.Option("--trust-size", help="Unpack archives however large they become.")] = False,
    keep_originals: Annotated[bool, typer.Option("--keep-originals", help="Keep the files' bytes in the register.")] = False,
    by: Annotated[
        str | None, typer.Option("--by", help="Who imports (default: the name of the account).", metavar="NAME")
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option("--processes", help="Processes that read a large file (default: all).", metavar="N", min=1, max=64),
    ] = None,
    wait: Wait = 10.0,
    as_json: Json = False,
) -> None:
    """Read the world's files into a register: every claim with its source, every bad row named and kept."""
    options = format_options(option or [], as_direct=as_direct, mapping=mapping, accept_guess=accept_guess, matrix=matrix)
    with working(", ".join(path.name for path in files[:3]) + (" ..." if len(files) > 3 else "")) as bar:
        done = api.import_files(
            files, into, format=format, published=day(published, "--published"), options=options, trust_size=trust_size,
            keep_originals=keep_originals, by=account() if by is None else by, wait_s=wait, processes=processes,
            progress=bar,
        )  # fmt: skip
    if as_json:
        print_json({**done.to_dict(), "as_direct": as_direct})
        return
    new = f"{done.new:,} new statements in {into}, {done.known_before:,} were known; generation {done.generation}."
    _print_files(done, new)
    print_lines(f"rejected rows, to be mended and imported again: {path}" for path in done.rejects)
    if not done.rejects and any(f.rejected for f in done.files):
        print_lines([f"rejected rows, to be mended and imported again: crosshold history {into} --rejects FOLDER"])
    if as_direct:
        print_lines(["Declared interests were read as direct holdings, as asked."])
    print_findings(few(done.findings, warnings=5))


def check_file(file: Path, form: str, options: dict[str, Any], as_json: bool) -> None:
    """What a file of a format holds and what is wrong with it; status 2 when something is."""
    with working(file.name) as bar:
        done = api.check_files([file], format=form, options=options, progress=bar)
    if as_json:
        print_json(done.to_dict())
    else:
        _print_files(done, "Nothing was kept.")
        print_findings(few(done.findings, warnings=5))
    if any(f.level == "error" for f in done.findings):
        raise typer.Exit(2)


def _print_files(done: Any, said: str) -> None:
    """What files gave, and what there was to tell of them, by code."""
    rows: list[tuple[str, ...]] = [("file", "format", "rows", "accepted", "left out", "rejected", "statements", "entities")]
    rows += [(f.file, f.format, *(f"{n:,}" for n in f[2:])) for f in done.files]
    print_lines([*in_columns(rows), "", said])
    print_lines(f"left out: {count:,} rows, {rule}" for rule, count in done.rules.items())
    print_lines(f"{code}: {count:,}" for code, count in done.counts.items())


def format_options(given: list[str], **named: Any) -> dict[str, Any]:
    """Options of a format: those that the command knows by ``named``, and those that are ``given`` as KEY=VALUE."""
    found = {key: value for key, value in named.items() if value}
    for text in given:
        key, sign, value = text.partition("=")
        if not sign or not key:
            raise RequestError(Finding("E_OPTION", f"{text!r} is no option.", "Write KEY=VALUE.", "--option"))
        found[key] = {"true": True, "yes": True, "false": False, "no": False}.get(value.lower(), value)
    return found


def few(findings: Iterable[Finding], warnings: int = 20) -> list[Finding]:
    """Twenty errors of each code, and so many of all else; a register has thousands."""
    told = list(findings)
    errors = api.shortened(f for f in told if f.level == "error")
    return [*errors, *api.shortened((f for f in told if f.level != "error"), warnings)]


def in_columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Columns side by side, words left and numbers right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    right = [all(row[k][:1].isdigit() or row[k] in ("", "-") for row in rows[1:]) for k in range(len(rows[0]))]
    return [
        "  ".join(cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(row, widths, right, strict=True)).rstrip()
        for row in rows
    ]


def export(
    case: Case,
    target: Annotated[Path, typer.Argument(help="The file to write.", metavar="TARGET")],
    format: Annotated[str, typer.Option("--format", help="The format to write.", metavar="NAME")],
    at: At = None,
    known_by: KnownBy = None,
    salvage: Salvage = False,
    as_json: Json = False,
) -> None:
    """Write the claims of a case or register in a format that others read; what it cannot hold is listed."""
    register = api.read(case, salvage=salvage)
    findings = api.export(register, target, format=format, at=day(at, "--at"), known_by=day(known_by, "--known-by"))
    findings += [f for f in register.findings if f.code == "W_PART_MISSING"]
    if as_json:
        print_json({"target": str(target), "format": format, "findings": findings})
        return
    print_lines([f"{target}: written as {format}."])
    print_findings(few(findings))


def compact(register: Register, wait: Wait = 10.0, as_json: Json = False) -> None:
    """Put the small parts of a register together, and remove files that nothing has used for a day."""
    removed = api.compact(register, wait_s=wait)
    if as_json:
        print_json({"register": str(register), "removed": removed, "findings": []})
    else:
        print_lines([f"{register}: compact; {removed:,} unused files removed."])


def claims(
    case: Case,
    subject: Annotated[str | None, typer.Option("--subject", help="Only what is said of this party.", metavar="ID")] = None,
    object: Annotated[str | None, typer.Option("--object", help="Only what is said about this company.", metavar="ID")] = None,
    status: Annotated[
        str | None, typer.Option("--status", help="filed, confirmed, reported, disputed ...", metavar="WORD")
    ] = None,
    salvage: Salvage = False,
    as_json: Json = False,
) -> None:
    """Who said what: the claims of a case or register side by side, contradictory ones too."""
    register = api.read(case, salvage=salvage)
    found = register.claims(subject=subject, object=object, status=status)
    if as_json:
        print_json({"claims": [{**s.to_dict(), "status": register.status(s)} for s in found], "findings": register.findings})
        return
    rows = [("id", "subject", "verb", "object", "says", "stance", "speaker", "about", "source")]
    rows += [
        (
            s.id,
            s.subject,
            s.verb,
            s.object or "",
            _said(s),
            s.stance,
            s.speaker_kind,
            s.valid_from or s.as_of or "",
            s.source or "",
        )
        for s in found[:MOST_LINES]
    ]
    print_lines(in_columns(rows))
    if len(found) > MOST_LINES:
        print_lines([f"... {len(found) - MOST_LINES:,} more; --json tells all"])
    print_findings(few(register.findings))


def _said(s: Any) -> str:
    counts = [f"{s.shares:,} shares"] if s.shares is not None else []
    for share, of in ((s.share, ""), (s.vote_share, " of votes")):
        if share is not None:
            counts.append(" to ".join(dict.fromkeys(f"{float(end):.2%}" for end in (share.low, share.high))) + of)
    counts += [f"{s.votes:,} votes"] if s.votes is not None else []
    counts += [s.value] if s.value and s.verb in ("same_as", "timing") else []
    return ", ".join(counts)


def conflicts(case: Case, at: At = None, known_by: KnownBy = None, salvage: Salvage = False, as_json: Json = False) -> None:
    """Claims about one holding that contradict each other; pick says which to follow."""
    register = api.read(case, salvage=salvage)
    found = api.conflicts(register, day(at, "--at"), day(known_by, "--known-by"))
    if as_json:
        print_json({"conflicts": found, "findings": []})
        return
    print_lines([f"{len(found):,} conflicts."])
    print_lines(f"{c.message} Choices: {c.first} or {c.second}." for c in found[:MOST_LINES])


def pick(
    register: Register,
    statement: Annotated[str, typer.Argument(help="The statement to follow.", metavar="STATEMENT")],
    by: Annotated[str, typer.Option("--by", help="Who chooses.", metavar="NAME")],
    reason: Annotated[str, typer.Option("--reason", help="Why.", metavar="TEXT")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the choice back.")] = False,
) -> None:
    """Follow this statement about its holding from now on (--believe picks); kept with the name, the day and the reason."""
    if Path(register).suffix in (".yaml", ".yml") or (Path(register) / "case.yaml").is_file():
        message = "a case keeps its choices in its own file."
        cure = f"Write there: picks: [{{statement: {statement}, by: {by}, on: DATE, reason: ...}}]."
        raise RequestError(Finding("E_OPTION", message, cure, register))
    api.pick(register, statement, by=by, reason=reason, undo=undo)
    print_lines([f"{statement}: {'no longer picked' if undo else 'picked'} by {by}."])


def diff(
    case: Case,
    before: Annotated[str, typer.Argument(help="A day, or a source.", metavar="BEFORE")],
    after: Annotated[str, typer.Argument(help="A later day, or another source.", metavar="AFTER")],
    by: Annotated[
        str, typer.Option("--by", help="at (two days), known-by (as known on two days) or source.", metavar="WHAT")
    ] = "at",
    at: At = None,
    salvage: Salvage = False,
    as_json: Json = False,
) -> None:
    """What changed about holdings between two days, two days of knowledge, or two sources."""
    word = by.replace("-", "_")
    ends: list[Any] = [before, after] if word == "source" else [day(before, "BEFORE"), day(after, "AFTER")]
    rows = api.diff(api.read(case, salvage=salvage), ends[0], ends[1], by=word, day=day(at, "--at"))
    if as_json:
        print_json({"before": before, "after": after, "by": by, "changes": rows, "findings": []})
        return
    table = [("change", "holder", "issuer", "before", "after")]
    table += [
        (r.change, r.holder, r.issuer, _part(r.before, r.issued_before), _part(r.after, r.issued)) for r in rows[:MOST_LINES]
    ]
    print_lines(in_columns(table))
    if len(rows) > MOST_LINES:
        print_lines([f"... {len(rows) - MOST_LINES:,} more; --json tells all"])


def _part(shares: int | None, whole: int | None) -> str:
    """Shares and their part of the whole; of a notional whole the part alone, for nobody has counted the shares."""
    if shares is None:
        return "-"
    part = f"{shares / whole:.2%}" if whole else ""
    return part if whole == NOTIONAL else f"{shares:,}" + (f" ({part})" if part else "")
