"""LibreOffice as an independent judge of workbooks: it works every formula out anew, and calamine reads what it found."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
needs_office = [pytest.mark.office, pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")]
Sheets = dict[str, list[list[Any]]]


def recomputed(folder: Path, files: Mapping[str, bytes]) -> dict[str, Sheets]:
    """Every workbook as LibreOffice computes it, all in one run."""
    for name, data in files.items():
        (folder / f"{name}.xlsx").write_bytes(data)
    sources = [str(folder / f"{name}.xlsx") for name in files]
    command = [str(OFFICE), "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(folder / "out"), *sources], check=True, capture_output=True, timeout=170)
    return {name: sheets_of((folder / "out" / f"{name}.xlsx").read_bytes()) for name in files}


def sheets_of(data: bytes) -> Sheets:
    """All cells of a workbook, by sheet; empty rows at the top are kept, so that row k is k + 1 on the sheet."""
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def parts(data: bytes) -> dict[str, str]:
    """The XML of a workbook."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def changed(data: bytes, sheet: str, cell: str, value: float) -> bytes:
    """The workbook with another number typed into a cell."""
    inner = f"xl/worksheets/sheet{list(sheets_of(data)).index(sheet) + 1}.xml"
    source, target = zipfile.ZipFile(BytesIO(data)), BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for item in source.infolist():
            text = source.read(item)
            if item.filename == inner:
                new, count = re.subn(
                    rf'(<c r="{cell}"[^>/]*)(?:/>|><v>[^<]*</v></c>)', rf"\g<1>><v>{value!r}</v></c>", text.decode()
                )
                assert count == 1, cell
                text = new.encode()
            archive.writestr(item, text)
    return target.getvalue()


def find(sheets: Sheets, sheet: str, block: str, *label: str) -> tuple[int, list[Any]]:
    """The row, counted from 1, of a block that begins with these words."""
    rows = sheets[sheet]
    start = next(k for k, row in enumerate(rows) if str(row[0]).startswith(block))
    for k in range(start + 2, len(rows)):
        if tuple(map(str, rows[k][: len(label)])) == label:
            return k + 1, rows[k]
    raise AssertionError(f"{sheet}, {block}: no row {label}")
