"""Results as files: the suffix picks the form, and a file appears whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from crosshold.errors import Finding, RequestError
from crosshold.report.columns import cell

_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def write_file(thing: Any, target: Path, form: str | None = None) -> Path:
    """Write ``thing`` to ``target`` in the form that ``form`` or the suffix names: yaml, json, csv, parquet or html.

    A Register and a Plan can be YAML; results JSON, CSV or Parquet; an Outcome JSON, CSV or HTML. ``E_FORMAT`` when the form does not
    fit. What has columns of millions of rows goes through DuckDB and never becomes text here.
    """
    form = (form or target.suffix.lstrip(".")).lower().replace("yml", "yaml")
    if hasattr(thing, "columns") and form in (("csv", "parquet") if hasattr(thing, "whole") else ("parquet",)):
        from crosshold.report.columns import write_columns
        from crosshold.report.survey import columns_of

        return write_columns(columns_of(thing), target)
    writers: dict[str, Callable[[Any], str | None]] = {"yaml": _yaml, "json": _json, "csv": _csv, "html": _html}
    text = writers[form](thing) if form in writers else None
    if text is None:
        fitting = [name for name, writer in writers.items() if form != name and writer(thing) is not None]
        fitting += ["csv"] if hasattr(thing, "whole") else []
        fitting += ["parquet"] if hasattr(thing, "columns") else []
        message = f"a {type(thing).__name__} has no form {form or '(none)'!r}."
        raise RequestError(Finding("E_FORMAT", message, f"It can be written as: {', '.join(fitting)}.", str(target)))
    return write_text(text, target)


def write_text(text: str, target: Path) -> Path:
    """Write UTF-8 text beside ``target`` and move it there, so that a crash leaves the old file or the new one."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        message = f"nothing can be written there ({error.strerror})."
        raise RequestError(
            Finding("E_WRITE", message, "Name a folder that exists and that you may write to.", str(target))
        ) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(target)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        message = f"nothing can be written there ({error.strerror})."
        raise RequestError(Finding("E_WRITE", message, "Name a file that may be written.", str(target))) from None
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target


def _yaml(thing: Any) -> str | None:
    from crosshold.deal.plan import Plan
    from crosshold.formats.case_writer import write_case
    from crosshold.model.register import Register

    if isinstance(thing, Register):
        return write_case(thing)
    if isinstance(thing, Plan):
        return thing.to_yaml()
    return None


def _json(thing: Any) -> str | None:
    if not hasattr(thing, "to_dict"):
        return None
    return json.dumps(thing.to_dict(), ensure_ascii=False, indent=2, default=str) + "\n"


def _csv(thing: Any) -> str | None:
    if not hasattr(thing, "table"):
        return None
    columns: Mapping[str, list[Any]] = thing.table()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets a leading apostrophe."""
    value = cell(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _html(thing: Any) -> str | None:
    from crosshold.deal.simulate import Outcome
    from crosshold.report.outcome_page import outcome_page

    return outcome_page(thing) if isinstance(thing, Outcome) else None
