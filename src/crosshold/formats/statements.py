"""crosshold's own statements in YAML, ``crosshold: statements/1``: sources, entities and every field of a claim, without any loss.

Short forms are read too: ``share: "0.43"`` with ``hedge: about`` computes the bounds (spec/evidence 2.1).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from crosshold.errors import FileError, Finding, Findings
from crosshold.formats.fields import Fields
from crosshold.formats.intake import Batch, Input
from crosshold.formats.yaml_text import read as read_yaml
from crosshold.formats.yaml_text import write as write_yaml
from crosshold.model.entity import KINDS, NAME_KINDS, Entity
from crosshold.model.exact import fraction
from crosshold.model.register import Register
from crosshold.model.share import BASES, Share, parse
from crosshold.model.statement import CONTENT, SPEAKER_KINDS, STANCES, VERBS, Source, Statement, from_plain

VERSION = "statements/1"
_SHARE = tuple(f.name for f in fields(Share))
_WHOLE, _PARTIAL = ("shares", "votes"), ("valid_from", "valid_to", "as_of")
_MONEY, _RATIOS, _DAYS = ("amount", "price"), ("target", "delta", "cap"), ("known_on", "said_on")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "verb": tuple(VERBS), "stance": STANCES, "speaker_kind": SPEAKER_KINDS, "basis": (*BASES, "capital_par", "class", "unknown"),
    "directness": ("direct", "indirect", "unknown"),
}  # fmt: skip


def sniff(head: bytes, name: str) -> float:
    """Sure where the file says so itself."""
    return 1.0 if b"crosshold: statements/" in head[:4096] else 0.0


def read(source: Input) -> Iterator[Batch]:
    """One batch: the file is small (16 MB at most); larger registers are tables."""
    with source.text() as stream:
        text = stream.read()
    document = read_yaml(text, source.name)
    faults, batch = Findings(), Batch(done=source.size)
    top = Fields(document, (), document.data, faults)
    top.only(("crosshold", "sources", "entities", "statements"))
    if top.text("crosshold") != VERSION:
        top.fault(
            "C_VERSION", f"this file says {top.text('crosshold')!r}; {VERSION!r} is read here.", "Write it so.", "crosshold"
        )
        faults.raise_errors(FileError)
    batch.sources += [plain_source(name, row) for name, row in top.named("sources").items()]
    batch.entities += [_entity(name, row) for name, row in top.named("entities").items()]
    for row in top.children("statements"):
        before = len(faults)
        made = read_statement(row)
        if made is None or len(faults) > before:
            told = list(faults)[before:]
            batch.rows += 1
            batch.rejects.append(_reject(row, told))
        else:
            batch.accept(made)
    batch.findings += list(faults)
    yield batch


def from_rows(raws: Iterable[str]) -> str:
    """A file of rows that were rejected from others and mended; each is JSON, which YAML reads."""
    return "\n".join([f"crosshold: {VERSION}", "statements:", *(f"- {raw}" for raw in raws), ""])


def _reject(row: Fields, told: list[Finding]) -> Any:
    from crosshold.formats.intake import Reject

    raw = json.dumps(row.data, ensure_ascii=False, default=str)
    return Reject(row.where(), told[0].code if told else "E_ROW", "; ".join(f.message for f in told), raw)


def plain_source(name: str, row: Fields) -> Source:
    """A source from its fields."""
    words = [f.name for f in fields(Source) if f.name != "id"]
    row.only(words)
    values: dict[str, Any] = {word: row.text(word) for word in words if word != "published_on"}
    values["kind"] = values["kind"] or "note"
    return Source(name, published_on=row.day("published_on"), **values)


def _entity(name: str, row: Fields) -> Entity:
    row.only(("name", "kind", "jurisdiction", "form", "listed", "sme", "identifiers", "names"))
    inner = row.child("identifiers")
    pairs = tuple((scheme, str(value)) for scheme, value in inner.data.items()) if inner else ()
    return Entity(
        name, row.text("name", "") or "", row.choice("kind", KINDS, "unknown") or "unknown", row.text("jurisdiction"), row.text("form"),
        row.flag("listed"), row.flag("sme"), pairs, further_names(row),
    )  # fmt: skip


def further_names(row: Fields) -> tuple[tuple[str, str], ...]:
    """``names``: a name, or a list of names, by its kind."""
    inner = row.child("names")
    if inner is None:
        return ()
    inner.only(NAME_KINDS)
    found = []
    for kind, said in inner.data.items():
        texts = inner.names(kind) if isinstance(said, list) else (inner.text(kind),)
        found += [(kind, text) for text in texts if text]
    return tuple(found)


def names_by_kind(entity: Entity) -> dict[str, list[str]]:
    """The way back."""
    found: dict[str, list[str]] = {}
    for kind, text in entity.names:
        found.setdefault(kind, []).append(text)
    return found


def read_statement(row: Fields) -> Statement | None:
    """One claim in the words of :data:`CONTENT`; ``None`` when it has a fault, which is told."""
    row.only(("id", *CONTENT))
    if not row.require("subject", "verb"):
        return None
    plain: dict[str, Any] = {}
    for name, value in row.data.items():
        if name == "id" or value is None:
            continue
        made = plain_field(row, name, value)
        if made is not None:
            plain[name] = made
    if "verb" not in plain:
        return None
    return from_plain(plain, row.text("id"))


def plain_field(row: Fields, name: str, value: Any) -> Any:
    """One field in the form of :meth:`Statement.canonical`."""
    if name in _CHOICES:
        return row.choice(name, _CHOICES[name])
    if name in _WHOLE:
        return row.whole(name)
    if name in _PARTIAL:
        return row.partial_day(name)
    if name in _DAYS:
        day = row.day(name)
        return None if day is None else day.isoformat()
    if name in _MONEY:
        money = row.money(name)
        return None if money is None else str(money)
    if name in _RATIOS:
        ratio = row.ratio(name)
        return None if ratio is None else str(ratio)
    if name in ("share", "vote_share"):
        return _share(row, name, value)
    if name == "exit":
        return row.flag(name)
    if name == "joint":
        return list(row.names(name))
    if name == "extra":
        inner = row.child(name)
        return dict(inner.data) if inner else None
    return row.text(name)


def _share(row: Fields, name: str, value: Any) -> dict[str, Any] | None:
    try:
        if not isinstance(value, dict):
            said = parse(str(value), row.text("hedge"))
        else:
            inner = Fields(row.document, (*row.path, name), value, row.faults)
            inner.only(_SHARE)
            point = None if value.get("point") is None else fraction(str(value["point"]))
            low, high = fraction(str(value.get("low", value.get("point")))), fraction(str(value.get("high", value.get("point"))))
            if not 0 <= low <= (low if point is None else point) <= (high if point is None else point) <= high <= 1:
                raise ValueError("bounds run from low over point to high, between 0 and 1")
            low_open, high_open = bool(inner.flag("low_open", False)), bool(inner.flag("high_open", False))
            said = Share(
                point,
                low,
                high,
                low_open,
                high_open,
                inner.text("bounds_from", "stated") or "stated",
                inner.text("text", "") or "",
            )
    except ValueError as error:
        row.fault("C_BAD_NUMBER", f"{name}: {error}.", 'Write a fraction of one, as "0.43", or {low, high}.', name)
        return None
    return json.loads(Statement("", "holds", share=said).canonical())["share"]  # type: ignore[no-any-return]


def write(register: Register, target: Path) -> list[Finding]:
    """Everything that the Register says; nothing is lost."""
    data: dict[str, Any] = {"crosshold": VERSION}
    if register.sources:
        data["sources"] = {name: _told(source, ("id",)) for name, source in sorted(register.sources.items())}
    if register.entities:
        data["entities"] = {name: _told(entity, ("id",)) for name, entity in sorted(register.entities.items())}
    rows = sorted(register.statements, key=lambda s: s.id)
    data["statements"] = [{"id": s.id, **_ordered(json.loads(s.canonical()))} for s in rows]
    target.write_text(write_yaml(data), encoding="utf-8")
    return []


def _ordered(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: content[name] for name in CONTENT if name in content}


def _told(thing: Any, without: tuple[str, ...]) -> dict[str, Any]:
    """A source or an entity, its empty fields left out."""
    found = {f.name: getattr(thing, f.name) for f in fields(thing) if f.name not in without}
    plain: dict[str, Any] = {
        k: (v.isoformat() if isinstance(v, date) else v) for k, v in found.items() if v not in (None, "", ())
    }
    if "identifiers" in plain:
        plain["identifiers"] = dict(plain["identifiers"])
    if "names" in plain:
        plain["names"] = names_by_kind(thing)
    return plain
