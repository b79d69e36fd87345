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
from crosshold.report.sheet import FORMULA_SIGNS


def write_file(thing: Any, target: Path, form: str | None = None) -> Path:
    """Write ``thing`` to ``target`` in the form that ``form`` or the suffix names.

    A Register and a Plan can be YAML; results JSON, CSV or Parquet; an Outcome JSON, CSV, HTML, XLSX, YAML (the plan as it was executed)
    or, with the suffix ``.ledger.csv``, its payments. ``E_FORMAT`` when the form does not fit. What has columns of millions of rows goes
    through DuckDB and never becomes text here.
    """
    form = (form or _suffix(target)).lower().replace("yml", "yaml")
    if hasattr(thing, "columns") and form in (("csv", "parquet") if hasattr(thing, "whole") else ("parquet",)):
        from crosshold.report.columns import write_columns
        from crosshold.report.survey import columns_of

        return write_columns(columns_of(thing), target)
    if form not in FORMS or not FORMS[form][0](thing):
        fitting = [name for name, (fits, _) in FORMS.items() if fits(thing)]
        fitting += ["csv"] if hasattr(thing, "whole") and "csv" not in fitting else []
        fitting += ["parquet"] if hasattr(thing, "columns") else []
        kind = type(thing).__name__
        message = f"{'an' if kind[0] in 'AEIOU' else 'a'} {kind} has no form {form or '(none)'!r}."
        raise RequestError(Finding("E_FORMAT", message, f"It can be written as: {', '.join(fitting)}.", str(target)))
    return write_text(FORMS[form][1](thing), target)


def _suffix(target: Path) -> str:
    return "ledger.csv" if target.name.lower().endswith(".ledger.csv") else target.suffix.lstrip(".")


def write_text(text: str | bytes, target: Path) -> Path:
    """Write UTF-8 text, or bytes, beside ``target`` and move it there, so that a crash leaves the old file or the new one."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:80]}.", dir=target.parent)
    except OSError as error:
        message = f"nothing can be written there ({error.strerror})."
        raise RequestError(
            Finding("E_WRITE", message, "Name a folder that exists and that you may write to.", str(target))
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
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


def _yaml(thing: Any) -> str:
    from crosshold.deal.outcome import Outcome
    from crosshold.deal.plan import Plan
    from crosshold.formats.case_writer import write_case

    if isinstance(thing, (Plan, Outcome)):
        return (thing.as_executed if isinstance(thing, Outcome) else thing).to_yaml()
    return write_case(thing)


def _json(thing: Any) -> str:
    return json.dumps(thing.to_dict(), ensure_ascii=False, indent=2, default=str) + "\n"


def _csv(thing: Any) -> str:
    return _rows(thing.table())


def _rows(columns: Mapping[str, list[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets a leading apostrophe."""
    value = cell(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value


def _html(thing: Any) -> str:
    from crosshold.report.outcome_page import outcome_page

    return outcome_page(thing)


def _xlsx(thing: Any) -> bytes:
    from crosshold.report.workbook import workbook

    return workbook(thing)


def _is(*names: str) -> Callable[[Any], bool]:
    """Whether a thing is of one of the named classes; by name, so that asking loads none of their rooms."""
    return lambda thing: type(thing).__name__ in names


FORMS: Mapping[str, tuple[Callable[[Any], bool], Callable[[Any], str | bytes]]] = {
    "csv": (lambda thing: hasattr(thing, "table"), _csv),
    "html": (_is("Outcome"), _html),
    "json": (lambda thing: hasattr(thing, "to_dict"), _json),
    "ledger.csv": (_is("Outcome"), lambda thing: _rows(thing.ledger())),
    "xlsx": (_is("Outcome"), _xlsx),
    "yaml": (_is("Register", "Plan", "Outcome"), _yaml),
}
"""Form -> whether a thing has it, and how it is made."""
