"""A question in common: the options that every question takes, the network that answers it, and where the answer goes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from crosshold import api
from crosshold.cli import options, register
from crosshold.cli.options import At, Believe, Case, Exact, Json, KnownBy, Out, Overheld, Salvage, Source, Threads, Totals
from crosshold.cli.register import Asked, Work
from crosshold.errors import Finding, RequestError
from crosshold.model.exact import fraction
from crosshold.model.register import Register
from crosshold.model.snapshot import Snapshot
from crosshold.network import Network

DAYS = {"at": At, "known_by": KnownBy, "believe": Believe, "salvage": Salvage}
ANSWER = {"as_json": Json, "exact": Exact, "out": Out}
READER = {"threads": Threads, "totals": Totals, "overheld": Overheld}

NO_BOUNDS = "Leave --bounds out, or write a case."
CERTAIN = "What is certain and what is possible, from stakes known between bounds."
Bounds = Annotated[bool, typer.Option("--bounds", help=CERTAIN)]
Corners = Annotated[bool, typer.Option("--bounds", help="What was seen at the corners of stakes known between bounds.")]
File = Annotated[Path, typer.Argument(help="The numbers: a small .yaml, .json or .csv.", metavar="FILE")]
MaybeFile = Annotated[Path | None, typer.Argument(help="The numbers: a small .yaml, .json or .csv.", metavar="FILE")]


def asks(verb: Callable[..., None]) -> Callable[..., None]:
    """A command about a case or a register, from a function of an :class:`Asked` and its own options; the shared ones are added."""
    return _command(verb, {"case": Source}, DAYS | ANSWER | READER)


def asks_case(verb: Callable[..., None]) -> Callable[..., None]:
    """The same for a question that only a case can answer."""
    return _command(verb, {"case": Case}, DAYS | ANSWER)


def asks_file(verb: Callable[..., None]) -> Callable[..., None]:
    """The same for a question about a file of numbers alone, which is then ``asked.path``."""
    return _command(verb, {"file": File}, ANSWER)


def _command(verb: Callable[..., None], first: dict[str, Any], shared: dict[str, Any]) -> Callable[..., None]:
    """Typer reads a command's options off its signature, so the command gets the signature of both together."""
    own = list(inspect.signature(verb, eval_str=True).parameters.values())[1:]
    (path,) = first

    def command(**given: Any) -> None:
        asked = Asked(str(given.pop(path)), **{name: given.pop(name) for name in shared})
        verb(asked, **given)

    def parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
        return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)

    defaults = {name: False if name in ("as_json", "exact", "salvage") else None for name in shared}
    parameters = [
        *(parameter(name, annotation, inspect.Parameter.empty) for name, annotation in first.items()),
        *(parameter(p.name, p.annotation, p.default) for p in own),
        *(parameter(name, annotation, defaults[name]) for name, annotation in shared.items()),
    ]
    command.__name__, command.__doc__ = verb.__name__, verb.__doc__
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return command


class Question(NamedTuple):
    """What was asked, its Network, and the Snapshot and claims of a case, or the Work on a register of holdings, behind it."""

    asked: Asked
    network: Network
    snapshot: Snapshot | None
    work: Work | None
    claims: Register | None
    findings: list[Finding]

    @property
    def progress(self) -> Callable[[float], None] | None:
        """Who hears how far long work has come."""
        return self.work.bar if self.work else None

    def case(self, needs: str, cure: str = "Give a file with the numbers, or write a case.") -> Snapshot:
        """The Snapshot; of a register ``E_REGISTER`` says what only a case has."""
        if self.snapshot is None:
            message = f"this is a register of holdings, without {needs}."
            raise RequestError(Finding("E_REGISTER", message, cure, self.asked.path))
        return self.snapshot


@contextmanager
def put(
    asked: Asked, *ids: str | None, issuer: str | None = None, votes: bool = False, declared: bool = False
) -> Iterator[Question]:
    """Read what was asked about. ``ids`` and ``issuer`` must be in it; ``votes``: the law's votes are needed, not capital alone.

    ``declared``: a company of which there are no lots, only declared interests, can be asked about as well.
    """
    if api.is_register(asked.path):
        with register.opened(asked) as work:
            register.known(work.network, issuer, *ids)
            yield Question(asked, work.network, None, work, None, [])
        return
    given = {"threads": asked.threads, "totals": asked.totals, "overheld": asked.overheld}
    claims, snapshot = options.read_at(asked.path, asked.at, asked.known_by, asked.believe, asked.salvage, **given)
    bare = declared and issuer in snapshot.entities and issuer not in snapshot.issuers
    if bare and claims.interests(snapshot.at, known_by=snapshot.known_by, issuer=issuer):
        options.known(snapshot, *ids, issuer)
    else:
        options.known(snapshot, *ids, issuer=issuer)
    if votes:
        network, findings = options.votes_network(snapshot)
    else:
        network, findings = api.network(snapshot), list(snapshot.findings)
    yield Question(asked, network, snapshot, None, claims, findings)


def at_corners(question: Question, measure: Callable[[Network], Any]) -> Any:
    """The measure at every corner of a case's stakes instead of at the counts that it states."""
    snapshot = question.case("bounds", NO_BOUNDS)
    return api.at_corners(api.stakes(snapshot, api.ballot(snapshot)), measure)


def answer(question: Question, result: Any, **beside: Any) -> None:
    """Print the answer, or one JSON object, and write it where ``--out`` says. Results ``beside`` it are told after it; in JSON the rows
    of each stand under its name."""
    asked, snapshot = question.asked, question.snapshot
    if question.work is not None:
        register.show(question.work, result)
    elif snapshot is not None:
        options.show(result, snapshot, asked.as_json, asked.exact, question.findings, asked.out, **beside)


def answer_file(asked: Asked, result: Any) -> None:
    """The same for an answer about a file of numbers."""
    options.show(result, api.file_titles(asked.path), asked.as_json, asked.exact, (), asked.out)


def parts_of(given: list[str] | None, option: str) -> dict[str, Any]:
    """``ID=RATIO`` options as exact parts (above 0, at most 1) by id, all faults at once."""
    found, faults = {}, []
    for text in given or ():
        name, _, ratio = text.rpartition("=")
        try:
            found[name] = fraction(ratio)
            if not name or not 0 < found[name] <= 1:
                raise ValueError
        except ValueError:
            cure = 'Write for example "N=1/2": above 0, at most 1.'
            faults.append(Finding("C_BAD_NUMBER", f"{text!r} is no ID=RATIO.", cure, option))
    if faults:
        raise RequestError(faults)
    return found


def needed(numbers: dict[str, Any], path: Path | str, *kinds: str) -> None:
    """A file of numbers must say something of each of these."""
    absent = [kind for kind in kinds if not numbers.get(kind)]
    if absent:
        message = f"the file says nothing of {', '.join(absent)}."
        raise RequestError(Finding("C_MISSING_KEY", message, f"Add {', '.join(f'{kind!r}' for kind in absent)}.", str(path)))
