"""Files in and out: cases, registers, plans, files of numbers, answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from crosshold.errors import FileError, Finding, RequestError, did_you_mean
from crosshold.network import Network

if TYPE_CHECKING:
    from crosshold.deal.design import Goals
    from crosshold.deal.plan import Plan
    from crosshold.formats.amounts import Numbers
    from crosshold.model.register import Register


def cases() -> tuple[str, ...]:
    """Names of the bundled cases."""
    return tuple(sorted(item.name for item in files("crosshold.cases").iterdir() if (item / "case.yaml").is_file()))


def find(source: str | Path) -> Path:
    """The path of a case: a file or folder, or the name of a bundled case."""
    path = Path(source)
    if _exists(path):
        return path
    if str(source) in cases():
        with as_file(files("crosshold.cases") / str(source)) as folder:
            return folder
    message = "there is no such file or folder, and no bundled case of that name."
    raise FileError(Finding("C_FILE", message, did_you_mean(str(source), cases()), str(source)))


def format_of(source: str | Path) -> str:
    """What a file or folder is: ``register``, ``case``, or the name of the format of :func:`import_files` that it says it is.

    YAML that is not crosshold's statements is a case, and so is a folder that no format knows: reading it tells why it is none.
    ``FileError`` for a file that is like nothing that is known, or like two things.
    """
    from crosshold.formats import catalogue
    from crosshold.formats.intake import Input
    from crosshold.store.opening import is_address, is_store

    path = source if is_address(source) else find(source)
    if is_store(path):
        return "register"
    path = Path(path)
    if (path / "case.yaml").is_file():
        return "case"
    file = Input(path)
    if path.suffix.lower() in (".yaml", ".yml"):
        return "statements" if b"crosshold: statements/" in file.head[:4096] else "case"
    if any(like > catalogue.SURE for like, _ in catalogue.sniff(file)):
        return catalogue.recognise(file).name
    if path.is_dir() or b"crosshold:" in file.head[:4096]:
        return "case"
    message = "it is no case and no register, and like none of the formats that are read here."
    cure = "A case begins with 'crosshold: case/1'. 'check' and 'import' take --format NAME for a format that is not recognised."
    raise FileError(Finding("E_FILE", message, cure, path.name))


def read(
    source: str | Path, *, format: str | None = None, salvage: bool = False, as_recorded: datetime | None = None
) -> Register:
    """Read a case file, a case folder, a bundled case by its name, a register, or a file of a format that ``import`` reads.

    ``format``: what it is, when it is not to be recognised (:func:`format_of`). The statements of a file of another format are read into
    memory. ``salvage`` answers from a damaged register folder without its damaged parts; ``as_recorded`` as it was at a moment.
    """
    from crosshold.formats.case import read_case
    from crosshold.store.opening import is_address, open_store

    form = format or format_of(source)
    path = source if is_address(source) else find(source)
    if form == "register":
        store = open_store(path, salvage=salvage)
        try:
            return store.register(as_recorded=as_recorded)
        finally:
            store.close()
    path = Path(path)
    if salvage or as_recorded:
        message = "only a register folder can be salvaged or asked what it said at a moment."
        raise RequestError(Finding("E_OPTION", message, "Leave it out.", str(source)))
    if form == "table" and format is None:
        message = "it is a table: what its columns mean has to be said."
        cure = (
            f"Import it, with --accept-guess or a --mapping: crosshold import {path.name} --into REGISTER. Then ask the register."
        )
        raise FileError(Finding("E_FORMAT", message, cure, str(source)))
    return read_case(path) if form == "case" else _gathered(path, form)


def _gathered(path: Path, format: str) -> Register:
    """The statements of a file of another format, in memory; rows that are faulty are told."""
    from crosshold.formats import catalogue
    from crosshold.formats.intake import Account, Input, Labels
    from crosshold.model.entity import merged
    from crosshold.model.register import Register, Statements

    account, statements, labels = Account(), [], Labels(path.name)
    entities: dict[str, Any] = {}
    sources: dict[str, Any] = {}
    chosen, batches = catalogue.read(Input(path), format)
    for batch in batches:
        account.add(batch)
        labels.add(batch.statements)
        statements += batch.statements
        for entity in batch.entities:
            old = entities.get(entity.id)
            entities[entity.id] = entity if old is None else merged(old, entity)
        sources |= {source.id: source for source in batch.sources}
    account.check(path.name)
    told = [replace(f, code=f"W{f.code[1:]}") if f.level == "error" else f for f in account.findings]
    told.append(Finding("N_FORMAT", f"it is read as {chosen.name}: {chosen.title}.", "", path.name))
    unique = {s.id: s for s in statements}
    defaults = {"case": path.stem}
    return Register(
        Statements(unique.values()), sources=sources, entities=entities, defaults=defaults, findings=tuple(told), notional=True
    )


def is_register(source: str | Path) -> bool:
    """True when a name says that it is a table of holdings (.csv, .csv.gz, .parquet) and not a case."""
    from crosshold.formats.holdings_header import is_table
    from crosshold.store.opening import is_address

    return (
        not is_address(source)
        and is_table(Path(source))
        and not any(_exists(Path(source) / name) for name in ("case.yaml", "manifest.json"))
    )


def read_network(
    source: str | Path,
    *,
    threads: int | None = None,
    totals: str | None = None,
    overheld: str = "refuse",
    progress: Callable[[float], None] | None = None,
) -> Network:
    """The Network of a register of holdings, ``.csv``, ``.csv.gz`` or ``.parquet``, of ten million rows and more.

    ``totals``: all shares of a company are in the ``column`` total (the default), or the ``sum`` of its rows. ``overheld="report"`` lets
    holdings pass 100 % and says so. ``threads`` of the reader (default: all); ``progress`` hears its finished share, 0 to 1.
    docs/registers.md names the columns. ``FileError`` tells every bad row with its line, of which it shows the first twenty.
    """
    from crosshold.formats.holdings import read_holdings

    table = read_holdings(source, threads=threads, totals=totals, progress=progress)
    try:
        made = Network.from_columns(
            table.ids, table.holder, table.issuer, table.weight, table.total, basis=table.basis, overheld=overheld
        )
        votes = made.votes
        if table.votes is not None and table.votes_total is not None:
            basis = "gross_votes"
            cast = Network.from_columns(
                table.ids, table.holder, table.issuer, table.votes, table.votes_total, basis=basis, overheld=overheld
            )
            made, votes = replace(made, findings=(*made.findings, *cast.findings)), cast.votes
    except RequestError as error:
        few = shortened(error.findings)
        lines = table.lines_of([finding.where for finding in few if finding.code == "E_OVERHELD"])
        told = [replace(f, message=f"{f.message.rstrip('.')} ({lines[f.where]}).") if f.where in lines else f for f in few]
        raise FileError(told) from None
    counted = np.count_nonzero((table.weight > 0) & (table.holder != table.issuer)) - len(made.capital.in_holder)
    message = f"{counted:,} rows name a holder and a company that another row names too: their shares were added up."
    merged = [Finding("N_MERGED", message, "", table.layout.path.name)] if counted else []
    findings = shortened([*table.findings, *merged, *made.findings])
    return replace(made, votes=votes, kinds=table.kinds, names=table.names, findings=tuple(findings))


def shortened(findings: Iterable[Finding], most: int = 20) -> list[Finding]:
    """The first findings of each code, and how many more there are: a register can have a hundred thousand."""
    from crosshold.report.survey import shortened as few

    return few(findings, most)


def read_plan(source: str | Path, case: str | Path | None = None) -> Plan:
    """Read a plan file; a bare name is looked up in the ``plans`` folder of the case."""
    from crosshold.deal.plan import Plan

    return Plan.read(_beside(source, case, "plans"))


def read_goals(source: str | Path, case: str | Path | None = None) -> Goals:
    """Read a goals file; a bare name is looked up in the ``goals`` folder of the case."""
    from crosshold.deal.design import Goals

    return Goals.read(_beside(source, case, "goals"))


def _beside(source: str | Path, case: str | Path | None, folder: str) -> Path:
    """A file, or the one of that name in a folder of the case."""
    path = Path(source)
    if not _exists(path) and case is not None:
        place = find(case)
        place = (place if place.is_dir() else place.parent) / folder
        if (place / f"{source}.yaml").is_file():
            return place / f"{source}.yaml"
        known = sorted(item.stem for item in place.glob("*.yaml")) if place.is_dir() else []
        message = f"there is no such file, and the case has none of that name in its {folder}."
        raise FileError(Finding("C_FILE", message, did_you_mean(str(source), known), str(source)))
    return path


def read_numbers(source: str | Path, question: str) -> Numbers:
    """The small YAML, JSON or CSV file of numbers that a question brings along: cascade, clear, dividends, net, split, value."""
    from crosshold.formats.amounts import QUESTIONS
    from crosshold.formats.amounts import read_numbers as read_file

    return read_file(Path(source), QUESTIONS[question])


def synthetic(target: str | Path, *, holdings: int = 1_000_000, seed: int = 1, profile: Any = "register") -> Path:
    """Write a made-up register to ``.csv`` or ``.parquet``; see :func:`crosshold.cases.synthetic_register`."""
    from crosshold.cases.synthetic import synthetic_register
    from crosshold.report.columns import appearing

    with appearing(Path(target)) as part:
        synthetic_register(holdings, seed, profile=profile).write(part)
    return Path(target)


def write(thing: Any, target: str | Path, *, format: str | None = None) -> Path:
    """Write a Register or a Plan as YAML, a result as JSON, CSV or Parquet; the suffix picks the form.

    An Outcome can be JSON, CSV, HTML, XLSX with live formulas, YAML (the plan as it was executed) or ``.ledger.csv`` (its payments).

    The file appears whole or not at all.
    """
    from crosshold.report.files import write_file

    return write_file(thing, Path(target), format)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long for the system, or one with a null character
        return False
