"""The formats that are read and written, and which of them a file is (spec/evidence 6).

A format is a module of this room with ``sniff(head, name)``, the likeness of a file from 0 to 1, ``read(source)``, a generator of batches,
and, where it can be written, ``write(register, target)``, which returns what the format could not hold.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import cast

from crosshold.errors import FileError, Finding, RequestError, did_you_mean
from crosshold.formats.intake import Batch, Input
from crosshold.formats.stretches import Cut
from crosshold.model.register import Register

SURE = 0.5


@dataclass(frozen=True)
class Format:
    """One row of :data:`FORMATS`. ``verbs`` are those it can hold; ``inclusive_end`` says that its last day still counts,
    ``folder`` that it is a folder or a zip archive of several files, ``general`` that it is a form in which anything may come: it is taken
    when no particular format is sure. ``cut`` is the module that reads its files in stretches (:class:`crosshold.formats.stretches.Cut`).
    """

    name: str
    title: str
    module: str
    verbs: tuple[str, ...]
    writes: bool = False
    inclusive_end: bool = False
    folder: bool | None = False
    general: bool = False
    cut: str = ""

    @property
    def code(self) -> ModuleType:
        """Its module, loaded when it is first needed."""
        return import_module(f"crosshold.formats.{self.module}")

    @property
    def cutter(self) -> Cut:
        """The module that cuts its files."""
        return cast(Cut, import_module(f"crosshold.formats.{self.cut}"))


FORMATS: tuple[Format, ...] = (
    Format(
        "bods",
        "Beneficial Ownership Data Standard, JSON (reads 0.2 to 0.4, writes 0.4)",
        "bods",
        ("controls", "holds", "is", "may_appoint", "no_owner", "nominee_for", "role", "same_as", "undisclosed", "votes"),
        writes=True,
        cut="bods.reader",
    ),
    Format(
        "dk-cvr",
        "Danish business register (CVR), owners by person",
        "dk_cvr",
        ("controls", "holds", "is", "votes"),
        inclusive_end=True,
    ),
    Format("edinet", "EDINET reports of Japan: XBRL, or its table", "edinet", ("holds", "is", "issued", "votes"), folder=None),
    Format(
        "ftm",
        "FollowTheMoney entities, JSON and statement CSV (writes JSON lines)",
        "ftm",
        ("holds", "is", "role", "same_as"),
        writes=True,
        inclusive_end=True,
        cut="ftm.reader",
    ),
    Format(
        "gleif",
        "GLEIF: LEI records, relationships, exceptions (XML, JSON)",
        "gleif",
        ("consolidates", "is", "manages", "no_owner", "part_of", "undisclosed"),
        cut="gleif",
    ),
    Format("kftc", "Korea Fair Trade Commission workbooks on groups", "kftc", ("holds", "is")),
    Format(
        "ocf",
        "Open Cap Format (folder or zip)",
        "ocf",
        ("acquired", "cancelled", "holds", "is", "issued", "sold", "split"),
        writes=True,
        folder=True,
    ),
    Format("sec", "SEC Schedules 13D and 13G, Form 13F", "sec", ("holds", "is")),
    Format("sk-rpvs", "Slovak register of partners of the public sector (RPVS)", "sk_rpvs", ("holds", "is")),
    Format("statements", "crosshold's own statements in YAML", "statements", ("*",), writes=True),
    Format("table", "tables with a mapping: CSV, XLSX, Parquet", "mapped", ("*",), writes=True, general=True),
    Format(
        "uk-psc",
        "UK persons with significant control, snapshot lines",
        "uk_psc",
        ("controls", "holds", "is", "may_appoint", "no_owner", "undisclosed", "votes"),
        cut="uk_psc",
    ),
)
"""Alphabetical. A new format is its module, its row, its tests and its page."""


def named(name: str) -> Format:
    """The format of that name; ``E_FORMAT``."""
    found = next((f for f in FORMATS if f.name == name), None)
    if found is None:
        known = [f.name for f in FORMATS]
        raise RequestError(
            Finding("E_FORMAT", f"{name!r} is no format that is read here.", did_you_mean(name, known), "--format")
        )
    return found


def sniff(source: Input) -> list[tuple[float, Format]]:
    """How much a file is like each format, the likeliest first; formats that it is not like at all are left out."""
    head = source.head
    found = [(float(f.code.sniff(head, source.path.name)), f) for f in FORMATS if f.folder in (None, source.bundle)]
    return sorted(((like, f) for like, f in found if like > 0), key=lambda row: (-row[0], row[1].name))


def recognise(source: Input) -> Format:
    """The one format that a file is; ``E_FILE`` when it is none, or two could be."""
    likely = sniff(source)
    sure = [f for like, f in likely if like > SURE]
    sure = [f for f in sure if not f.general] or sure
    if len(sure) == 1:
        return sure[0]
    if sure:
        message = f"it could be {' or '.join(f.name for f in sure)}."
        raise FileError(Finding("E_FILE", message, f"Say which: --format {sure[0].name}.", source.name))
    known = ", ".join(f.name for f in FORMATS)
    raise FileError(
        Finding("E_FILE", "it is like none of the formats that are read here.", f"Name one with --format: {known}.", source.name)
    )


def read(source: Input, name: str | None = None) -> tuple[Format, Iterator[Batch]]:
    """The format of a file and its batches."""
    chosen = named(name) if name else recognise(source)
    return chosen, chosen.code.read(source)


def write(register: Register, target: Path, name: str) -> list[Finding]:
    """Write a Register in a format; what it cannot hold comes back as ``W_LOST_ON_EXPORT``. The file appears whole or not at all."""
    chosen = named(name)
    if not chosen.writes:
        can = [f.name for f in FORMATS if f.writes]
        raise RequestError(
            Finding("E_FORMAT", f"{name} is read here and not written.", f"Written are {', '.join(can)}.", "--format")
        )
    try:
        with tempfile.TemporaryDirectory(prefix=".crosshold-", dir=target.parent) as folder:
            made = Path(folder) / target.name
            found: list[Finding] = chosen.code.write(register, made)
            if chosen.folder and target.is_dir() and not any(target.iterdir()):
                target.rmdir()
            made.replace(target)
    except (OSError, ValueError) as error:
        message = f"it cannot be written ({getattr(error, 'strerror', None) or error})."
        raise RequestError(Finding("E_WRITE", message, "Name a file that may be written.", str(target))) from None
    return found
