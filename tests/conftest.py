"""Shared by all tests: a profile for hypothesis, and no silent skips where everything is installed."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("crosshold", deadline=None, print_blob=True)
settings.load_profile("crosshold")

SAMPLE_DATA = "sample data"
"""Tests on sample files that are not part of the repository skip with a reason that begins with these words."""


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The connection string of a PostgreSQL server that the tests started."""
    from tests.store.database import cluster, programs

    bin = programs()
    if bin is None:
        pytest.skip("PostgreSQL is not installed")
    with cluster(bin) as where:
        yield where


@pytest.fixture(scope="session")
def url(address: str) -> str:
    """The same as an address, to which ``&schema=`` is added."""
    parts = dict(part.split("=", 1) for part in address.split())
    return f"postgresql://{parts['user']}@/{parts['dbname']}?host={parts['host'].replace('/', '%2F')}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    report = yield
    reason = report.longrepr[2] if report.skipped and isinstance(report.longrepr, tuple) else ""
    if report.skipped and os.environ.get("CROSSHOLD_NO_SKIPS") and SAMPLE_DATA not in reason:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped where nothing may be missing: {reason}"
    return report
