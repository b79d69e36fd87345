"""A register folder to work on."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosshold.store.parquet import ParquetStore


@pytest.fixture
def store(tmp_path: Path) -> ParquetStore:
    return ParquetStore.create(tmp_path / "register")
