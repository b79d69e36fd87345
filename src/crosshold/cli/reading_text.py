"""``read-text``: an article into proposals, and reviewed proposals into a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from crosshold import api
from crosshold.cli.options import Json, day
from crosshold.cli.output import print_findings, print_json, print_lines
from crosshold.errors import Finding, RequestError

File = Annotated[str | None, typer.Argument(help="The article, text or HTML; - reads standard input.", metavar="FILE")]


def read_text(
    file: File = None,
    names: Annotated[str | None, typer.Option("--names", help="A case or a file of known names.", metavar="CASE")] = None,
    published: Annotated[str | None, typer.Option("--published", help="Its day of publication.", metavar="DATE")] = None,
    language: Annotated[str, typer.Option("--language", help="en, fr, ja, or auto.", metavar="CODE")] = "auto",
    out: Annotated[Path | None, typer.Option("--out", help="Write the proposals as a file to review: .yaml.", metavar="FILE")] = None,
    review: Annotated[Path | None, typer.Option("--accept", help="Let in what is accepted in a reviewed file.", metavar="REVIEW")] = None,
    into: Annotated[str | None, typer.Option("--into", help="The case, file or register that --accept writes to.", metavar="CASE")] = None,
    reviewer: Annotated[str | None, typer.Option("--reviewer", help="Who reviewed it.", metavar="NAME")] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Read a news text: who holds what in whom, said by whom and how firmly, as proposals for a person to accept."""
    if review is not None:
        _accept(review, into, reviewer, names, file, as_json)
        return
    given = [option for option, value in (("--into", into), ("--reviewer", reviewer)) if value is not None]
    if given or file is None:
        message = f"{', '.join(given)}: said of a review." if given else "there is no text to read."
        cure = "Add --accept REVIEW." if given else "Name a file, or - for standard input."
        raise RequestError(Finding("E_OPTION", message, cure, "read-text"))
    reading = api.read_text(file, names=names, published=day(published, "--published"), language=language)
    if out is not None:
        if out.suffix not in (".yaml", ".yml"):
            raise RequestError(Finding("E_FORMAT", "a review is a YAML file.", "Name it something.yaml.", str(out)))
        api.write_review(reading, out, called=Path(file).name if file != "-" else "standard input")
    if as_json:
        print_json(reading.to_dict())
        return
    print_lines(api.news_lines(reading))
    if out is not None:
        print_lines(["", f"{out}: set each state to accepted, edited or rejected; then --accept it."])
    print_findings(reading.findings)


def _accept(review: Path, into: str | None, reviewer: str | None, names: str | None, file: str | None, as_json: bool) -> None:
    if into is None:
        raise RequestError(Finding("E_OPTION", "it is not said where the statements go.", "Add --into CASE.", "--into"))
    if file is not None:
        raise RequestError(Finding("E_OPTION", f"{file}: --accept reads the review alone.", "Leave it out.", "read-text"))
    counts: dict[str, Any] = api.accept(review, into, reviewer=reviewer or "", names=names)
    if as_json:
        print_json({"into": str(into), "counts": counts, "findings": []})
        return
    told = ", ".join(f"{number} {state}" for state, number in counts.items() if number)
    print_lines([f"{into}: {told or 'nothing was accepted'}."])
