"""Where the sample data lie: beside the project and no part of it. Tests that need them are skipped where they are absent."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).parents[3] / "shared" / "data"
