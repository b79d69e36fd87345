"""Runs the command line in this process, as ``main`` does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from crosshold.cli import main


class Ran(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    def command(*words: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["crosshold", *words])
        status: int | str | None = 0
        try:
            main()
        except SystemExit as stop:
            status = stop.code
        out, err = capfd.readouterr()
        return Ran(int(status or 0), out, err)

    return command
