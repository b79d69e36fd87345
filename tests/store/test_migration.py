"""A register in any store goes into any other with every id, order and moment, whole or not at all."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold import api
from crosshold.errors import CrossholdError
from crosshold.model.picks import Pick
from crosshold.model.statement import Statement
from crosshold.store.jobs import Job
from crosshold.store.opening import Store, create_store, open_store

from .claims import holding, statements
from .test_contract import ENTITIES, SOURCES, answers

Place = Callable[[str], str]


def fill(store: Store, rows: list[list[Statement]]) -> None:
    for n, some in enumerate(rows):
        with store.writing(job=Job("import", f"person {n}")) as writer:
            writer.add(some, ENTITIES, SOURCES)
            writer.reject("f.csv", [f"row {n}"])


def said(name: str) -> tuple[str, list[object], list[tuple[str, list[str]]], list[str]]:
    """Everything that a register answers and remembers, now and at each moment of its history."""
    store = open_store(name)
    try:
        history = store.history()
        moments = [answers(store.register(as_recorded=datetime.fromisoformat(row.recorded_at))) for row in history]
        rejects = [("f", list(lines)) for _, lines in store.rejects()]
        return answers(store.register()), [row[1:] for row in history], sorted(rejects), moments
    finally:
        store.close()


@settings(max_examples=5)
@given(st.lists(st.lists(statements(), min_size=1, max_size=5), min_size=1, max_size=3))
def test_folder_and_sqlite_and_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[Statement]]) -> None:
    place = tmp_path_factory.mktemp("m")
    first = create_store(place / "a")
    fill(first, rows)
    assert api.migrate(place / "a", place / "b.sqlite") == []
    assert api.migrate(place / "b.sqlite", place / "c") == []
    expected = said(str(place / "a"))
    assert said(str(place / "b.sqlite")) == expected and said(str(place / "c")) == expected


@pytest.mark.postgres
def test_folder_to_a_server_and_back(url: str, tmp_path: Path) -> None:
    first = create_store(tmp_path / "a")
    fill(first, [[holding(1), holding(2)], [holding(3)]])
    with first.writing(job=Job("pick", "V")) as writer:
        writer.add(picks=[Pick("H1", "C1", None, holding(1).id, "V", "sure", "2020-01-01")])
    url = f"{url}&schema=moved"
    assert api.migrate(tmp_path / "a", url) == []
    assert api.migrate(url, tmp_path / "b") == []
    assert said(url) == said(str(tmp_path / "a")) == said(str(tmp_path / "b"))
    with pytest.raises(CrossholdError, match="E_WRITE"):
        api.migrate(tmp_path / "a", url)


def test_a_place_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    fill(create_store(tmp_path / "a"), [[holding(1)]])
    (tmp_path / "there").write_text("mine")
    for target in ("there", "a", "no/such/folder"):
        with pytest.raises(CrossholdError, match="E_WRITE"):
            api.migrate(tmp_path / "a", tmp_path / target)
    assert (tmp_path / "there").read_text() == "mine" and len(list(tmp_path.iterdir())) == 2


def test_a_register_of_the_first_format_is_read_and_rewritten_but_not_written(tmp_path: Path) -> None:
    store = create_store(tmp_path / "a")
    fill(store, [[holding(1)], [holding(2)]])
    path = tmp_path / "a" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["format"], manifest["parts"] = 1, [part for part in manifest["parts"] if part["kind"] != "imports"]
    path.write_text(json.dumps(manifest))
    assert len(api.read(tmp_path / "a").statements) == 2
    with pytest.raises(CrossholdError, match=r"C_VERSION.*format 1"):
        fill(open_store(tmp_path / "a"), [[holding(3)]])
    api.migrate(tmp_path / "a", tmp_path / "b")
    assert answers(api.read(tmp_path / "b")) == answers(api.read(tmp_path / "a"))
    assert [row.statements for row in api.history(tmp_path / "b")] == [1, 1]
    fill(open_store(tmp_path / "b"), [[holding(3)]])


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals only")
@pytest.mark.parametrize("target", ["new", "new.sqlite"])
def test_killed_at_any_moment_there_is_no_half_of_it(tmp_path: Path, target: str) -> None:
    """kill -9 at random moments: the new place is not there, or it is whole; the old one is as it was."""
    fill(create_store(tmp_path / "a"), [[holding(n) for n in range(k, k + 500)] for k in (0, 500)])
    expected = said(str(tmp_path / "a"))
    draw = random.Random(5)
    for n in range(12):
        place = tmp_path / f"{n}" / target
        place.parent.mkdir()
        words = [sys.executable, "-c", "from crosshold.cli import main; main()", "migrate", str(tmp_path / "a"), str(place)]
        running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ})
        time.sleep(draw.uniform(0.2, 1.2))
        running.send_signal(signal.SIGKILL)
        running.wait()
        if place.exists():
            assert said(str(place)) == expected
        else:
            assert api.migrate(tmp_path / "a", place) == []
    assert said(str(tmp_path / "a")) == expected
