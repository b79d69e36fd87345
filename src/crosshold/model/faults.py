"""What is wrong with a Register as a whole: circles of revisions, ids that lead nowhere, companies held over 100 %."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from crosshold.errors import Finding, unlisted
from crosshold.model.entity import FLOAT
from crosshold.model.picker import Picker
from crosshold.model.policy import policy

if TYPE_CHECKING:
    from crosshold.model.register import Register

LISTED = 1_000


def faults(register: Register, day: date) -> list[Finding]:
    """Findings about the whole; of one kind a thousand are listed and the others counted."""
    found = []
    for kind in (_revisions, _dangling, _overheld):
        told = list(kind(register, day))
        found += told[:LISTED]
        if len(told) > LISTED:
            found.append(unlisted(told[0].code, len(told) - LISTED))
    return found


def _revisions(register: Register, day: date) -> Iterator[Finding]:
    rows, names = register.statements, set(register.statements.ids)
    if register.revision_cycle:
        message = f"{', '.join(sorted(register.revision_cycle))} revise each other; all stay."
        yield Finding("E_REVISION_CYCLE", message, "Remove one of the links.", "statements")
    for word in ("revises", "retracts"):
        for n, old in rows.said(word):
            if old not in names:
                message = f"{rows.ids[n]} {word} {old}, which is not here; it stands alone."
                yield Finding("W_REVISES_UNKNOWN", message, "Import the file that has it.", rows.ids[n])


def _dangling(register: Register, day: date) -> Iterator[Finding]:
    if not register.entities:
        return
    columns = register.statements.columns
    seen = dict.fromkeys(name for word in ("subject", "object") for name in columns[word] if name)
    for name in seen:
        if name not in register.entities and not name.startswith(FLOAT):
            yield Finding(
                "W_DANGLING", f"{name} is named by statements, and no record describes it.", "Import the file that has it.", name
            )


def _overheld(register: Register, day: date) -> Iterator[Finding]:
    picker = Picker(register, day, None, policy(register.believe))
    for issuer, lowest, whole in picker.overheld():
        percent = f"{100 * lowest / whole:.4g} %" if whole else f"{lowest:,} shares of none"
        yield Finding("W_OVER_100", f"at least {percent} is held on {day}.", "Look for what is counted twice.", issuer)
