"""Records of a format that stand in a Register as they came, so that what nobody changed goes out as it came in.

The first statement that a record gave keeps it in ``extra[word]``; its other statements say there which record they are ``of``. On the way
out a record is read again: if it still gives what the Register holds, it is written as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from crosshold.errors import Finding
from crosshold.model.register import Register
from crosshold.model.statement import Statement

OWN = "crosshold:"


def inward(word: str, local: str) -> str:
    """The id here of what a file of the format calls ``local``; our own ids come back as they were."""
    return local.removeprefix(OWN) if local.startswith(OWN) else f"{word}:{local}"


def outward(word: str, ident: str) -> str:
    """What a file of the format calls the id; :func:`inward` undoes it."""
    own = ident.removeprefix(f"{word}:")
    return own if own != ident and not own.startswith(OWN) else OWN + ident


def record_of(statement: Statement, word: str, name: Callable[[Mapping[str, Any]], Any]) -> str | None:
    """The name of the record that a statement came from, ``None`` when it is of no file of this format."""
    kept = statement.extra.get(word)
    if not isinstance(kept, Mapping):
        return None
    found = kept.get("of") or name(kept)
    return found if isinstance(found, str) else None


def unchanged(
    register: Register,
    word: str,
    name: Callable[[Mapping[str, Any]], Any],
    again: Callable[[Mapping[str, Any], Statement], Iterable[Iterable[Statement]]],
) -> tuple[dict[str, Mapping[str, Any]], list[Statement]]:
    """Records that go out as they came in, by name, and the statements that none of them says.

    ``again`` reads a record anew, in each of the ways in which it may have been read; its statement in the Register is given too.
    """
    of: dict[str, list[Statement]] = {}
    rest: list[Statement] = []
    for statement in register.statements:
        found = record_of(statement, word, name)
        if found is None:
            rest.append(statement)
        else:
            of.setdefault(found, []).append(statement)
    kept: dict[str, Mapping[str, Any]] = {}
    for found, statements in of.items():
        first = next((s for s in statements if "of" not in s.extra[word]), None)
        here = {s.id for s in statements if "ended_by" not in s.extra[word]}
        if first is not None and any({s.id for s in made} == here for made in again(first.extra[word], first)):
            kept[found] = first.extra[word]
        else:
            rest += [s for s in statements if "ended_by" not in s.extra[word]]
    # an end that a later record brought is written with that record
    for statements in of.values():
        rest += [s for s in statements if "ended_by" in s.extra[word] and s.extra[word]["ended_by"] not in kept]
    return kept, rest


def lost(gone: Mapping[str, int], title: str) -> list[Finding]:
    """What a format could not hold, by field, with how many statements said it."""
    return [
        Finding("W_LOST_ON_EXPORT", f"{title} has no place for it; {count:,} statement{'s' * (count > 1)} said it.", "", field)
        for field, count in sorted(gone.items())
    ]


def replaced(register: Register, statements: list[Statement], gone: Counter[str]) -> list[Statement]:
    """The statements that no other one in the Register revises or retracts; how many those are is counted as lost."""
    old = {name for s in register.statements for name in (s.revises, s.retracts) if name}
    left = [s for s in statements if s.id not in old and not s.retracts]
    if len(left) < len(statements):
        gone["history: revised and retracted claims"] += len(statements) - len(left)
    return left
