"""Reviewed statements into a case or a file of statements: as text that is added, so that what a person wrote there stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from crosshold.errors import FileError, Finding
from crosshold.formats.statements import VERSION, names_by_kind
from crosshold.formats.text.review import Reviewed
from crosshold.formats.yaml_text import read, write
from crosshold.model.entity import Entity
from crosshold.model.statement import CONTENT, Source, Statement

_BLOCK = re.compile(r"^(?P<key>[a-z_]+):[ ]*(?P<rest>[^#\n]*?)[ ]*(#.*)?$")


def entered(text: str | None, name: str, reviewed: Reviewed, parties: Mapping[str, Entity]) -> tuple[str, int]:
    """The text of a case (``case/1``) or of statements (``statements/1``, also where there is no file yet) with what a review lets in.

    Gives also how many statements were there already, from the same proposals of the same source. ``parties`` are those of the register
    that the review was made with: a new file takes over the ones that are used. ``FileError`` where text cannot be added.
    """
    fresh = text is None
    text = text if text is not None else f"crosshold: {VERSION}\n"
    data = read(text, name).data
    kind = str(data.get("crosshold")) if isinstance(data, dict) else ""
    if kind not in (VERSION, "case/1"):
        message = f"it is neither a case nor a file of statements (it says {kind[:40]!r})."
        raise FileError(Finding("E_FILE", message, "Name a case/1 or statements/1 file, or a new one.", name))
    part = "statements" if kind == VERSION else "claims"
    there = {_mark(row) for row in data.get(part) or () if isinstance(row, dict)}
    new = [s for s in reviewed.statements if (s.source, s.extra["proposal"]) not in there]
    entities = list(reviewed.entities)
    if fresh:
        used = {name for s in new for name in (s.subject, s.object, *s.joint) if name}
        entities += [parties[key] for key in sorted(used & set(parties)) if key not in {e.id for e in entities}]
    known = set(data.get("entities") or ())
    text = _added(text, "entities", {e.id: _plain(e) for e in entities if e.id not in known}, name)
    if new and reviewed.source.id not in (data.get("sources") or {}):
        text = _added(text, "sources", {reviewed.source.id: _plain(reviewed.source)}, name)
    text = _added(text, part, [_row(s, part) for s in new], name)
    return text, len(reviewed.statements) - len(new)


def _mark(row: Mapping[str, Any]) -> tuple[Any, Any]:
    extra = row.get("extra")
    return row.get("source"), extra.get("proposal") if isinstance(extra, dict) else None


def _plain(thing: Entity | Source) -> dict[str, Any]:
    found = {f.name: getattr(thing, f.name) for f in fields(thing) if f.name != "id"}
    identifiers = dict(found.pop("identifiers", ()))
    row = {k: (v.isoformat() if isinstance(v, date) else v) for k, v in found.items() if v not in (None, "", ())}
    if isinstance(thing, Entity) and thing.names:
        row["names"] = names_by_kind(thing)
    return row | ({"identifiers": identifiers} if identifiers else {})


def _row(said: Statement, part: str) -> dict[str, Any]:
    plain = json.loads(said.canonical())
    row = {name: plain[name] for name in CONTENT if name in plain}
    row.setdefault("subject", "")
    if part == "claims" and "share_class" in row:
        row["class"] = row.pop("share_class")
    return row


def _added(text: str, key: str, rows: Mapping[str, Any] | Iterable[Any], name: str) -> str:
    """The text with rows added to a list or mapping of the top level."""
    rows = list(rows) if not isinstance(rows, Mapping) else dict(rows)
    if not rows:
        return text
    lines = text.rstrip("\n").split("\n")
    at = next((n for n, line in enumerate(lines) if (m := _BLOCK.match(line)) and m["key"] == key), None)
    if at is None:
        return "\n".join([*lines, f"{key}:", *_written(rows, 2)]) + "\n"
    found = _BLOCK.match(lines[at])
    assert found is not None
    if found["rest"] in ("[]", "{}", "null", "~"):
        lines[at] = f"{key}:"
    elif found["rest"]:
        cure = f"Write '{key}:' with one row a line below it, or name another file."
        raise FileError(
            Finding("E_FORM", f"'{key}' is written on one line: nothing can be added to it.", cure, f"{name}:{at + 1}")
        )
    end = next((n for n in range(at + 1, len(lines)) if lines[n][:1] not in ("", " ", "#", "-")), len(lines))
    while end > at + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    first = next((line for line in lines[at + 1 : end] if line.strip() and not line.lstrip().startswith("#")), "  ")
    indent = len(first) - len(first.lstrip()) if first.strip() else 2
    return "\n".join([*lines[:end], *_written(rows, indent), *lines[end:]]) + "\n"


def _written(rows: Any, indent: int) -> list[str]:
    """Rows as YAML, moved to the right; a text of several lines cannot come up, our own writer quotes it."""
    return [" " * indent + line if line.strip() else line for line in write(rows).rstrip("\n").split("\n")]
