"""Records of a format that stand in a Register as they came, so that what nobody changed goes out as it came in.

The first statement that a record gave keeps it in ``extra[word]``, as JSON text with sorted keys: text is small, and is compared and hashed
at once. Its other statements say there which record they are ``of``. On the way out a record is read again: if it still gives what the
Register holds, it is written as it is.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.json import Encoder

from crosshold.errors import Finding
from crosshold.model.register import Register
from crosshold.model.statement import Statement

OWN = "crosshold:"
_BROKEN = re.compile(rb"[:,\[](-?\d[\d.eE+-]*[.eE][\d.eE+-]*)(?=[,}\]])")
"""Numbers that are not whole, which the fast encoder may write in another way; and words in strings that look like them."""
_FAST = Encoder(order="sorted").encode
_ENCODE = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def inward(word: str, local: str) -> str:
    """The id here of what a file of the format calls ``local``; our own ids come back as they were."""
    return local.removeprefix(OWN) if local.startswith(OWN) else f"{word}:{local}"


def outward(word: str, ident: str) -> str:
    """What a file of the format calls the id; :func:`inward` undoes it."""
    own = ident.removeprefix(f"{word}:")
    return own if own != ident and not own.startswith(OWN) else OWN + ident


def keep(record: Mapping[str, Any], words: bool = False) -> str:
    """The record as text. ``ValueError`` when it holds what no file may: an infinite number, or half a character.

    ``words``: there is nothing but words in it, so that every encoder writes it alike.
    """
    text = _FAST(record)
    if words:
        return text.decode()
    if b"null" not in text and all(repr(float(number)).encode() == number for number in _BROKEN.findall(text)):
        return text.decode()
    slow = _ENCODE(record)
    slow.encode()
    return slow


def original(statement: Statement, word: str) -> dict[str, Any] | None:
    """The record that a statement keeps; ``None`` when another one keeps it, or it came from elsewhere."""
    kept = statement.extra.get(word)
    if not isinstance(kept, str):
        return None
    found = json.loads(kept)
    return found if isinstance(found, dict) else None


def unchanged(
    register: Register,
    word: str,
    name: Callable[[Mapping[str, Any]], Any],
    again: Callable[[Mapping[str, Any], Statement], Iterable[Iterable[Statement]]],
) -> tuple[dict[str, Mapping[str, Any]], list[Statement]]:
    """Records that go out as they came in, by name, and the statements that none of them says.

    ``again`` reads a record anew, in each of the ways in which it may have been read; its statement in the Register is given too.
    """
    first: dict[str, tuple[Mapping[str, Any], Statement]] = {}
    said: dict[str, list[Statement]] = {}
    ends: dict[str, list[Statement]] = {}  # those that a later record brought: they are written with that record
    rest: list[Statement] = []
    for statement in register.statements:
        record, kept = original(statement, word), statement.extra.get(word)
        of = name(record) if record is not None else kept.get("of") if isinstance(kept, Mapping) else None
        if not isinstance(of, str):
            rest.append(statement)
        elif isinstance(kept, Mapping) and "ended_by" in kept:
            ends.setdefault(kept["ended_by"], []).append(statement)
        else:
            said.setdefault(of, []).append(statement)
            if record is not None:
                first[of] = record, statement
    kept_records: dict[str, Mapping[str, Any]] = {}
    for of, statements in said.items():
        here = {s.id for s in statements}
        if of in first and any({s.id for s in made} == here for made in again(*first[of])):
            kept_records[of] = first[of][0]
        else:
            rest += statements
    rest += [s for by, statements in ends.items() if by not in kept_records for s in statements]
    return kept_records, rest


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
