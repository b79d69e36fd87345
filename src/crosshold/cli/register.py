"""The questions that a register of holdings can answer: one function each, called by the command of the same name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from crosshold import api
from crosshold.cli.options import ratio
from crosshold.cli.output import print_findings, print_json, print_lines
from crosshold.cli.running import Bar, working
from crosshold.errors import Finding, RequestError
from crosshold.network import Network

MOST_LINES = 60  # of one answer on a terminal


class Asked(NamedTuple):
    """What every question about a register has in common: the file, how to read it, where the answer goes."""

    path: str
    at: str | None = None
    known_by: str | None = None
    believe: str | None = None
    threads: int | None = None
    totals: str | None = None
    overheld: str | None = None
    out: Path | None = None
    as_json: bool = False
    exact: bool = False
    salvage: bool = False


class Work(NamedTuple):
    """A question and the Network that is to answer it."""

    asked: Asked
    network: Network
    bar: Bar


@contextmanager
def opened(asked: Asked) -> Iterator[Work]:
    """The register as a Network, with a bar until something is printed and the time when all is done."""
    days = {"--at": asked.at, "--known-by": asked.known_by, "--believe": asked.believe}
    given = [option for option, value in days.items() if value is not None]
    if given:
        message = f"{', '.join(given)}: a register is one table without days or claims."
        raise RequestError(Finding("E_REGISTER", message, "Leave it out, or write a case with dated claims.", asked.path))
    if asked.overheld not in (None, "refuse", "report"):
        message = f"{asked.overheld!r} says nothing about companies over 100 %."
        raise RequestError(Finding("E_OVERHELD_CHOICE", message, "Say refuse or report.", "--overheld"))
    _spare_the_register(asked)
    with working(Path(asked.path).name) as bar:
        network = api.read_network(
            asked.path, threads=asked.threads, totals=asked.totals, overheld=asked.overheld or "refuse", progress=bar
        )
        yield Work(asked, network, bar)


def _spare_the_register(asked: Asked) -> None:
    """An answer must not be written over the register that it is about; told before the work, not after."""
    try:
        same = asked.out is not None and asked.out.samefile(asked.path)
    except (OSError, ValueError):  # one of them is not there, which others tell
        return
    if same:
        message = "this is the register itself, which the answer would replace."
        raise RequestError(Finding("E_WRITE", message, "Name another file.", str(asked.out)))


def check(asked: Asked) -> None:
    """Every fault of the table has been raised by reading it; what is left are warnings and a few numbers."""
    with opened(asked) as work:
        survey(work, api.survey(work.network))


def own(asked: Asked) -> None:
    """The direct holdings of a whole register."""
    with opened(asked) as work:
        survey(work, api.survey(work.network))


def control(asked: Asked, threshold: str, basis: str, holder: str | None, issuer: str | None) -> None:
    """Who controls one company, or what one holder controls; of the whole register, who stands at the top of each company."""
    limit = ratio(threshold, "--threshold")
    with opened(asked) as work:
        network = work.network
        known(network, holder, issuer)
        if holder is None and issuer is None:
            survey(work, api.survey(api.ultimate(network, threshold=limit, basis=basis)))
            return
        sources = [holder] if holder else None
        result = api.control(network, threshold=limit, basis=basis, issuer=issuer, sources=sources)
        if issuer is None:
            show(work, result)
            return
        top = api.ultimate(network, threshold=limit, basis=basis, issuer=issuer)
        more = {"ultimate": top.ultimate, "parent": top.parent}
        show(work, result, more, api.register_lines(top, network, asked.path))


def owners(asked: Asked) -> None:
    """Owners under a named test are told of one company of a register at a time."""
    message = "owners of every company of a register are more than a table can show."
    raise RequestError(Finding("E_REGISTER", message, "Name the company after the file.", asked.path))


def loops(asked: Asked) -> None:
    """The circles of a whole register, each with its members."""
    with opened(asked) as work:
        survey(work, api.survey(work.network, "circles"))


def synthetic(
    file: Annotated[Path, typer.Argument(help="The file to write: .csv or .parquet.", metavar="FILE")],
    holdings: Annotated[int, typer.Option("--holdings", help="How many rows.", metavar="N")] = 1_000_000,
    seed: Annotated[int, typer.Option("--seed", help="Another number, another register.", metavar="N")] = 1,
    profile: Annotated[str, typer.Option("--profile", help="register, or hard (a large circle of companies).")] = "register",
) -> None:
    """Write a made-up register of any size, to try things out."""
    with working(file.name) as bar:
        api.synthetic(file, holdings=holdings, seed=seed, profile=profile)
        bar.clear()
        print_lines([f"{file}: {holdings:,} holdings (seed {seed}, profile {profile})."])


def known(network: Network, *names: str | None) -> None:
    """Every id a question names must be in the register."""
    network.indices(dict.fromkeys(name for name in names if name is not None))


def survey(work: Work, result: Any) -> None:
    """A short summary of the whole; ``--out`` takes everything."""
    asked = work.asked
    if asked.out is not None:
        api.write(result, asked.out)
    work.bar.clear()
    if asked.as_json:
        print_json(result.to_dict(exact=asked.exact), asked.exact)
    else:
        print_lines(result.lines())
        print_findings(result.findings)


def show(work: Work, result: Any, more: Any = None, lines: Sequence[str] = ()) -> None:
    """The answer to a restricted question, with what else belongs to it."""
    asked, network = work.asked, work.network
    if asked.out is not None:
        api.write(result, asked.out)
    findings = api.shortened(result.findings)
    work.bar.clear()
    if asked.as_json:
        print_json({**result.to_dict(exact=asked.exact), **(more or {}), "findings": findings}, asked.exact)
    else:
        told = api.register_lines(result, network, asked.path)
        if len(told) > MOST_LINES:
            left = len(told) - MOST_LINES
            told = [*told[: MOST_LINES - 2], f"... {left:,} more lines; --out FILE takes the whole answer", *told[-2:]]
        print_lines([*told, *(["", *lines] if lines else [])])
        print_findings(findings)
