"""CSV tables beside a case file: the columns are the case file's keys."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from crosshold.errors import FileError, Finding
from crosshold.formats.yaml_text import Document, Path_

_FLAGS = {"true": True, "false": False}


def read_rows(path: Path, name: str) -> Document:
    """A table as a document whose ``data[name]`` is a list of rows; empty cells are absent keys. UTF-8, with or without a BOM."""
    lines: dict[Path_, int] = {}
    rows: list[dict[str, Any]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [cell.strip() for cell in next(reader, [])]
            if len(set(header)) != len(header) or not all(header):
                message = "the header has an empty or repeated column name."
                raise FileError(Finding("C_SYNTAX", message, "Name every column once.", f"{path.name}:1"))
            for cells in reader:
                if not any(cells):
                    continue
                if len(cells) != len(header):
                    message = f"this row has {len(cells)} cells, the header {len(header)}."
                    raise FileError(
                        Finding("C_SYNTAX", message, "Check separators and quotes.", f"{path.name}:{reader.line_num}")
                    )
                lines[name, len(rows)] = reader.line_num
                texts = {key: cell.strip() for key, cell in zip(header, cells, strict=True) if cell.strip()}
                rows.append({key: _FLAGS.get(cell, cell) for key, cell in texts.items()})
    except UnicodeDecodeError as error:
        message = f"this is not UTF-8 text (byte {error.start})."
        raise FileError(Finding("C_FILE", message, "Save it as UTF-8 CSV.", path.name)) from None
    except (csv.Error, OSError) as error:
        raise FileError(Finding("C_FILE", f"this table cannot be read: {error}.", "Save it again as CSV.", path.name)) from None
    return Document(path.name, {name: rows}, lines)
