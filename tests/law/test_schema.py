"""The schema documents itself, and every word of it is used by a bundled row or tried in a test."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from crosshold.law import vocabulary as words
from crosshold.law.describe import schema, schema_lines

HERE = Path(__file__).parent
BUNDLED = "\n".join(
    f.read_text(encoding="utf-8") for f in (files("crosshold.law") / "rules").iterdir() if f.name.endswith(".yaml")
)
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in HERE.glob("*.py") if path.name != "test_schema.py")
SITUATIONS = "\n".join(
    f.read_text(encoding="utf-8") for f in (files("crosshold.law") / "situations").iterdir() if f.name.endswith(".yaml")
)
TRIED_ONE_BY_ONE = ("capacities", "classes of resolution", "facts")
"""Sections of which test_words.py tries every word."""
USED = set(
    re.findall(r"[A-Za-z_][\w-]*", BUNDLED + TESTS + SITUATIONS + (HERE.parent / "goldens" / "scenarios.yaml").read_text())
)


@pytest.mark.parametrize("section", list(schema()))
def test_every_word_is_told_and_used(section: str) -> None:
    known = schema()[section]
    assert known and all(said for said in known.values())
    assert section in TRIED_ONE_BY_ONE or [word for word in known if word not in USED] == []


def test_the_schema_in_words_has_every_word() -> None:
    text = "\n".join(schema_lines())
    for known in schema().values():
        assert all(f"\n  {word}: " in text for word in known)
    assert "when := test" in text and all(len(line) <= 140 for line in schema_lines())


def test_closed_lists_do_not_contradict_one_another() -> None:
    assert set(words.LIVE_BASES) | set(words.FIXED_BASES) <= set(words.BASES)
    assert set(words.MUTUAL_FACTS) | set(words.CONTROL_FACTS) <= set(words.FACTS)
