"""Runs the command line in this process, as ``main`` does."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from crosshold.cli import main


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> None:
    """A shell that starts a job in the background lets it ignore Ctrl-C, and so would every command that a test starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


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


CHAIN = """crosshold: case/1
at: 2026-11-24
entities: {X: {name: Xenia, kind: person}, A: {name: Alpha, kind: company}, B: {name: Beta, kind: company}}
issuers: {A: {issued: 1000}, B: {issued: 1000}}
lots: [{issuer: A, holder: X, shares: 600}, {issuer: B, holder: A, shares: 300}, {issuer: B, holder: X, shares: 250}]
"""


@pytest.fixture
def chain(tmp_path: Path) -> str:
    """X has 60 % of A and 25 % of B, A has 30 % of B."""
    path = tmp_path / "case.yaml"
    path.write_text(CHAIN, encoding="utf-8")
    return str(path)


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str], str]:
    def write(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write
