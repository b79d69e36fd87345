"""An Open Cap Format bundle: its manifest and the files that it names, as JSON objects with their places."""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, NoReturn

from crosshold.errors import Finding
from crosshold.formats.intake import MOST_DEPTH, Input

MANIFEST = "manifest.ocf.json"
MOST_BYTES = 2**28
"""Bytes of one file; a cap table is kept in memory whole, because an event may speak of any earlier security."""
KNOWN_VERSIONS = ("1.",)
_FILES = (
    "stakeholders_files", "stock_classes_files", "stock_plans_files", "stock_legend_templates_files", "vesting_terms_files",
    "valuations_files", "transactions_files",
)  # fmt: skip


class Item(NamedTuple):
    """One object: the file and the place in it, the object's type, and the object."""

    file: str
    number: int
    type: str
    data: Mapping[str, Any]

    @property
    def where(self) -> str:
        """The place, as a statement tells it."""
        return f"{self.file} /items/{self.number}"


class Bundle:
    """The manifest of a bundle and its issuer. ``FileError`` when a file is missing, leaves the folder, or is no JSON."""

    def __init__(self, source: Input) -> None:
        self.source = source
        self.findings: list[Finding] = []
        found = [name for name in source.parts if name.rpartition("/")[2].lower() == MANIFEST]
        if len(found) != 1:
            raise source.fault(
                f"it has {len(found)} manifests (Manifest.ocf.json); one is needed.", "Name the folder of one company."
            )
        self.name = found[0]
        self.manifest = self._object(self.name)
        issuer = self.manifest.get("issuer")
        if not isinstance(issuer, dict) or not isinstance(issuer.get("id"), str) or not issuer["id"]:
            raise source.fault("the manifest names no issuer.", "A bundle is the cap table of one company.")
        self.issuer: Mapping[str, Any] = issuer
        version = str(self.manifest.get("ocf_version", ""))
        if not version.startswith(KNOWN_VERSIONS):
            self._tell("W_VERSION", f"the version is {version[:20]!r}; it is read as 1.2.", self.name)

    def _tell(self, code: str, message: str, where: str, cure: str = "") -> None:
        self.findings.append(Finding(code, message, cure, f"{self.source.name}: {where}"))

    def items(self) -> Iterator[Item | tuple[str, str]]:
        """Every object of every file; ``(where, raw)`` for what is no object."""
        for key in (*_FILES, *sorted(k for k in self.manifest if k.endswith("_files") and k not in _FILES)):
            listed = self.manifest.get(key) or []
            if not isinstance(listed, list):
                raise self.source.fault(f"{key} of the manifest is no list.", "Write the bundle again.")
            for entry in listed:
                name = self._place(entry)
                yield from self._items_of(name)

    def _items_of(self, name: str) -> Iterator[Item | tuple[str, str]]:
        items = self._object(name).get("items")
        if not isinstance(items, list):
            raise self.source.fault(f"{name} has no list of items.", "Write the bundle again.")
        for number, data in enumerate(items):
            if isinstance(data, dict) and isinstance(data.get("object_type"), str) and isinstance(data.get("id"), str):
                yield Item(name, number, data["object_type"], data)
            else:
                yield f"{name} /items/{number}", json.dumps(data, ensure_ascii=False)

    def _place(self, entry: Any) -> str:
        """The part that an entry of the manifest names; its hash is compared."""
        path = entry.get("filepath") if isinstance(entry, dict) else None
        if not isinstance(path, str):
            raise self.source.fault("the manifest lists a file without a path.", "Write the bundle again.")
        name = posixpath.normpath(posixpath.join(posixpath.dirname(self.name), path.replace("\\", "/")))
        if path.startswith(("/", "\\")) or ":" in path or name.startswith("../") or name == "..":
            raise self.source.fault(f"the manifest names {path!r}, which is outside the bundle.", "Paths stay inside the folder.")
        if name not in self.source.parts:
            raise self.source.fault(f"the manifest names {path!r}, which is not there.", "Add the file, or take it out.")
        said = str(entry.get("md5", "")).lower()
        with self.source.part(name) as stream:
            digest = hashlib.md5(usedforsecurity=False)
            while piece := stream.read(2**20):
                digest.update(piece)
        made = digest.hexdigest()
        if said != made:
            self._tell(
                "W_HASH", f"its MD5 is {made}, and the manifest says {said[:40] or 'nothing'}.", name, "Fetch the bundle again."
            )
        return name

    def _object(self, name: str) -> dict[str, Any]:
        with self.source.part(name) as stream:
            content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise self.source.fault(
                f"{name} has more than {MOST_BYTES // 2**20} MB.", "Split the transactions over several files."
            )
        try:
            data = json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise self.source.fault(f"{name} is no JSON ({str(error)[:200]}).", "Write it again as UTF-8 JSON.") from None
        if not isinstance(data, dict):
            raise self.source.fault(f"{name} is no JSON object.", "A file of a bundle has 'file_type' and 'items'.")
        if _depth(data) > MOST_DEPTH:
            raise self.source.fault(f"{name} is nested more than {MOST_DEPTH} levels deep.", "Write the bundle again.")
        return data


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _depth(data: Any) -> int:
    deepest, waiting = 0, [(data, 1)]
    while waiting:
        value, depth = waiting.pop()
        deepest = max(deepest, depth)
        if depth > MOST_DEPTH:
            break
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting += [(v, depth + 1) for v in inner if isinstance(v, (dict, list))]
    return deepest
