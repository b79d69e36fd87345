"""The page about plan files names every step and every key."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosshold.deal.keys import kinds
from crosshold.deal.step import Step
from crosshold.deal.steps import STEPS

PAGE = (Path(__file__).parents[2] / "docs" / "plan-file.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.type)
def test_step_and_keys_are_documented(step: type[Step]) -> None:
    assert f"`{step.type}`" in PAGE
    for key in kinds(step):
        assert f"`{key.rstrip('_')}" in PAGE, key
