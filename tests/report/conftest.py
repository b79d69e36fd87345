"""The alliance told once for all tests of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

import crosshold.cases.alliance as alliance
from crosshold.deal.plan import Plan
from crosshold.formats.case import read_case
from crosshold.model.register import Register
from crosshold.report.story import Story
from crosshold.report.story_tell import tell

CASE = Path(next(iter(alliance.__path__)))
PLANS = ("cut_30_10", "cut_20_12", "exit_0_0")


@pytest.fixture(scope="session")
def register() -> Register:
    return read_case(CASE)


@pytest.fixture(scope="session")
def plans() -> list[Plan]:
    return [Plan.read(CASE / "plans" / f"{name}.yaml") for name in PLANS]


@pytest.fixture(scope="session")
def story(register: Register, plans: list[Plan]) -> Story:
    return tell(register, plans)
