"""The manifest of a register folder: which parts count. Files are written beside their place and renamed over it (spec/evidence 5)."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crosshold.errors import FileError, Finding
from crosshold.store.columns import COLUMNS

FORMAT = 2
"""Since 2 the history of imports is kept. A register of an older format is read, and written again only by ``migrate``."""
MOST_BYTES = 64 * 2**20
_NAME = re.compile(rf"({'|'.join(COLUMNS)})/[0-9a-f]{{16}}\.parquet")


@dataclass(frozen=True)
class Part:
    """One file that counts."""

    path: str
    kind: str
    rows: int
    bytes: int
    sha256: str
    known_on: tuple[str | None, str | None] = (None, None)

    def fault(self, folder: Path) -> str | None:
        """What is wrong with it at a glance: missing, a link, another size."""
        path = folder / self.path
        if path.is_symlink() or path.parent.is_symlink():
            return "this part is a link; a register keeps its parts inside its own folder."
        if not path.is_file():
            return "this part is missing."
        size = path.stat().st_size
        return None if size == self.bytes else f"this part has {size:,} bytes instead of {self.bytes:,}."

    def damage(self, folder: Path) -> str | None:
        """What is wrong with it when every byte is looked at."""
        return self.fault(folder) or (
            None if sha256(folder / self.path) == self.sha256 else "its content is not what was written."
        )


@dataclass(frozen=True)
class Manifest:
    """A generation: its parts, and the hash of the manifest before it."""

    generation: int = 0
    parts: tuple[Part, ...] = ()
    previous: str | None = None
    format: int = FORMAT

    def text(self) -> str:
        """The file."""
        parts = [{**asdict(part), "known_on": list(part.known_on)} for part in self.parts]
        return json.dumps(
            {"format": self.format, "generation": self.generation, "parts": parts, "previous": self.previous}, indent=1
        )


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder. ``E_FILE`` when there is none or it names what is no part; ``C_VERSION`` when it is of a newer program."""
    try:
        with (folder / "manifest.json").open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
        data = json.loads(content)
        version = data["format"]
        if isinstance(version, int) and version > FORMAT:
            message = f"this register has format {version}; this crosshold reads up to {FORMAT}."
            raise FileError(Finding("C_VERSION", message, "Use a newer crosshold.", str(folder)))
        return Manifest(int(data["generation"]), tuple(_part(row) for row in data["parts"]), data.get("previous"), int(version))
    except (FileNotFoundError, NotADirectoryError):
        message = "this folder is no register: it has no manifest.json."
        raise FileError(Finding("E_FILE", message, "Name a register folder, or make one with 'import'.", str(folder))) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"manifest.json cannot be read ({error})."
        raise FileError(Finding("E_FILE", message, "Restore it from a copy.", str(folder))) from None


def _part(row: Any) -> Part:
    name = str(row["path"])
    match = _NAME.fullmatch(name)
    if match is None or match[1] != row["kind"]:
        raise ValueError(f"{name[:200]!r} is no part of a register")
    low, high = row.get("known_on") or (None, None)
    return Part(name, match[1], int(row["rows"]), int(row["bytes"]), str(row["sha256"]), (low, high))


def put(target: Path, content: bytes) -> None:
    """Write beside the target, flush to the disk, rename over it."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix="tmp-manifest-", delete=False) as out:
        try:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
            Path(out.name).replace(target)
        except BaseException:
            Path(out.name).unlink(missing_ok=True)
            raise
    fsync(target.parent)


def fsync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    """Hash of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
