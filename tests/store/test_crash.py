"""A register survives whatever ends its writers: kill -9 at any moment, a full disk, a second writer."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crosshold.errors import RequestError
from crosshold.store.lock import locked
from crosshold.store.parquet import ParquetStore

from .nursery import STEP, holding

KILLS = 50


class Nursery:
    def __init__(self) -> None:
        words = [sys.executable, str(Path(__file__).with_name("nursery.py"))]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, folder: Path, limit: int = 0, seed: int = 0) -> int:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{folder} {limit} {seed}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def ended(self) -> int:
        assert self.process.stdout
        return int(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


def whole(folder: Path) -> int:
    """How many statements a register has, all of them there, in order, and no byte of them wrong."""
    store = ParquetStore(folder)
    assert not [f for f in store.check() if f.level == "error"]
    rows = [s.subject for s in store.register().statements]
    assert rows == [f"H{n}" for n in range(len(rows))] and len(rows) % STEP == 0
    return len(rows)


def test_killed_fifty_times_a_register_is_the_old_one_or_the_new_one(nursery: Nursery, store: ParquetStore) -> None:
    dice, before, left = random.Random(), 0, 0
    for seed in range(KILLS):
        writer = nursery.start(store.folder, seed=seed)
        time.sleep(dice.uniform(0.01, 0.35))
        os.kill(writer, signal.SIGKILL)
        assert nursery.ended() == -signal.SIGKILL
        left += any(store.folder.glob("tmp-*"))
        now = whole(store.folder)
        assert now >= before
        before = now
    assert before and left  # they wrote, and some were killed at work
    with ParquetStore(store.folder).writing() as next_writer:
        next_writer.add([holding(n) for n in range(before, before + STEP)])
    assert whole(store.folder) == before + STEP and not list(store.folder.glob("tmp-*"))


def test_a_full_disk_is_told_and_changes_nothing(nursery: Nursery, store: ParquetStore) -> None:
    told = set()
    for most in (1, 60, 300, 800, 1500, 3000, 6000, 12_000, 24_000, 10**9):
        before = whole(store.folder)
        nursery.start(store.folder, limit=most)
        status = nursery.ended()
        assert status in (0, 2), most
        assert whole(store.folder) == before + (STEP if status == 0 else 0)
        told.add(status)
    assert told == {0, 2}


def test_a_second_writer_waits_or_is_told_who_is_at_work(store: ParquetStore) -> None:
    with store.writing() as first:
        first.add([holding(1)])
        with pytest.raises(RequestError, match=rf"E_LOCKED.*process {os.getpid()} on "), store.writing(wait_s=0.1):
            pass
        seen: list[int] = []

        def second() -> None:
            with ParquetStore(store.folder).writing(wait_s=30) as writer:
                seen.append(writer.old.generation)
                writer.add([holding(2)])

        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.2)
        assert not seen
    waiting.join()
    assert seen == [1]
    assert [s.subject for s in ParquetStore(store.folder).register().statements] == ["H1", "H2"]


def test_a_lock_that_is_a_link_is_not_followed(store: ParquetStore, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("keep me")
    (store.folder / "lock").symlink_to(tmp_path / "precious")
    with pytest.raises(RequestError, match="E_WRITE"), locked(store.folder):
        pass
    assert (tmp_path / "precious").read_text() == "keep me"


def test_ctrl_c_leaves_the_old_generation(store: ParquetStore) -> None:
    with store.writing() as writer:
        writer.add([holding(1)])
    with pytest.raises(KeyboardInterrupt), store.writing() as writer:
        writer.add([holding(2)])
        raise KeyboardInterrupt
    assert store.manifest.generation == 1 and not list(store.folder.glob("tmp-*"))
    assert [s.subject for s in ParquetStore(store.folder).register().statements] == ["H1"]
