"""Findings and the exceptions that carry them.

Everything crosshold tells a person about its input is a :class:`Finding`; findings that stop the work travel in one
exception, all of them at once:

    CrossholdError                  something stopped the work; carries every finding, errors and warnings alike
    ├── InputError                  the input is at fault (exit status 2)
    │   ├── FileError               a file cannot be read or has faults (codes C_...)
    │   ├── RequestError            a question cannot be answered as asked (codes E_...)
    │   └── PlanError               a step of a plan cannot be executed; carries what was done before it
    └── UndeterminedError           the input is fine but has no single answer (exit status 3)
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Anything to tell a person: ``message`` says what and why in one sentence, ``cure`` what to do, ``where`` the place.

    ``code`` begins with C_ (fault of a file), E_ (fault of a request or a plan), W_ (warning) or N_ (note). ``lowered``: a warning that
    is only a note where it stands.
    """

    code: str
    message: str
    cure: str = ""
    where: str = ""
    lowered: bool = False

    @property
    def level(self) -> Level:
        """``error`` stops a verb; ``warning`` and ``note`` never do."""
        if self.lowered and self.code[0] == "W":
            return "note"
        return {"W": "warning", "N": "note"}.get(self.code[0], "error")  # type: ignore[return-value]

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        cure = f" {self.cure}" if self.cure else ""
        return f"{self.code} {place}{self.message}{cure}"

    def to_dict(self) -> dict[str, str]:
        """JSON form: code, level, message, cure, where."""
        return {"code": self.code, "level": self.level, "message": self.message, "cure": self.cure, "where": self.where}


_UNLISTED = re.compile(r"([\d,]+) more of this kind are not listed\.")


def unlisted(code: str, count: int, where: str = "") -> Finding:
    """One finding for many of a kind that are only counted."""
    return Finding(code, f"{count:,} more of this kind are not listed.", "", where)


def stands_for(message: str) -> int:
    """How many findings one with this message stands for.

    >>> stands_for(unlisted("W_UNIT", 12_345).message), stands_for("no unit is said.")
    (12345, 1)
    """
    found = _UNLISTED.fullmatch(message)
    return int(found[1].replace(",", "")) if found else 1


class CrossholdError(Exception):
    """Root of the tree above. ``findings`` holds everything that was found, ``exit_status`` what a command returns."""

    exit_status = 2

    def __init__(self, findings: Iterable[Finding] | Finding) -> None:
        self.findings: tuple[Finding, ...] = (findings,) if isinstance(findings, Finding) else tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))

    def __reduce__(self) -> tuple[type[CrossholdError], tuple[tuple[Finding, ...]], dict[str, object]]:
        return type(self), (self.findings,), self.__dict__  # what is raised in one process is told in another


class InputError(CrossholdError):
    """The input is at fault."""


class FileError(InputError):
    """A file cannot be read, or what it says is faulty."""


class RequestError(InputError):
    """A question that cannot be answered as asked."""


class PlanError(InputError):
    """A step cannot be executed. ``outcome`` is what the plan reached before it, as a plain value (or ``None``)."""

    def __init__(self, findings: Iterable[Finding] | Finding, outcome: object = None) -> None:
        super().__init__(findings)
        self.outcome = outcome


class UndeterminedError(CrossholdError):
    """The input is fine, but the question has no single answer; the findings say what would settle it."""

    exit_status = 3


class Findings:
    """Collects findings so that all faults are told at once, each one once.

    >>> faults = Findings()
    >>> faults.add("C_BAD_DATE", "'2020-13-01' is not a date.", "Write YYYY-MM-DD.", "case.yaml:3")
    >>> faults.errors[0].code
    'C_BAD_DATE'
    """

    def __init__(self, items: Iterable[Finding] = ()) -> None:
        self._items: dict[Finding, None] = dict.fromkeys(items)

    def add(self, code: str, message: str, cure: str = "", where: str = "") -> None:
        """Record one finding; an identical one is kept once."""
        self._items[Finding(code, message, cure, where)] = None

    def extend(self, findings: Iterable[Finding]) -> None:
        """Record several findings in their order."""
        self._items.update(dict.fromkeys(findings))

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop a verb."""
        return tuple(item for item in self._items if item.level == "error")

    def raise_errors(self, kind: type[CrossholdError] = RequestError) -> None:
        """Raise ``kind`` with everything found so far when any of it is an error."""
        if self.errors:
            raise kind(self)


def did_you_mean(word: str, known: Iterable[str], most: int = 3) -> str:
    """A cure for an unknown word: the nearest known ones, or the list when it is short."""
    words = [str(item) for item in known]
    near = difflib.get_close_matches(word, words, n=most, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    if not words:
        return ""
    shown = ", ".join(sorted(words)[:12])
    return f"Known: {shown}{', ...' if len(words) > 12 else ''}."
