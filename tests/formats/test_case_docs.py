"""The page about the case file names every key that is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosshold.formats.case import KEYS
from crosshold.formats.case_contracts import CONTRACTS, OVERLAYS
from crosshold.model.entity import KINDS
from crosshold.model.policy import POLICIES
from crosshold.model.statement import SPEAKER_KINDS, STANCES

PAGE = (Path(__file__).parents[2] / "docs" / "case-file.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", [*KEYS, *CONTRACTS, *OVERLAYS, *KINDS, *POLICIES, *SPEAKER_KINDS, *STANCES])
def test_word_is_documented(word: str) -> None:
    assert word in PAGE
