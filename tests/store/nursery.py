"""Starts writers that are killed: each is a fork of this process, which has loaded everything and started no thread.

Lines on stdin: FOLDER LIMIT SEED. LIMIT 0: write on without an end; else the most bytes a file may have in one import. The child and then
its exit status go to stdout.
"""

from __future__ import annotations

import os
import random
import resource
import sys
from pathlib import Path

from crosshold.errors import CrossholdError
from crosshold.model.statement import Statement
from crosshold.store.parquet import ParquetStore

STEP = 40


def holding(n: int, note: str = "") -> Statement:
    """The n-th of many different holdings."""
    return Statement(f"H{n}", "holds", f"C{n % 97}", shares=n, note=note or None)


def count(store: ParquetStore) -> int:
    return store.count("statements")


def write_on(folder: Path, seed: int) -> None:
    """Imports of 40 statements each in parts of 15, and now and then a compaction, for ever."""
    dice = random.Random(seed)
    store = ParquetStore(folder)
    while True:
        with store.writing(wait_s=30) as writer:
            writer.chunk_rows = 15
            first = count(ParquetStore(folder))
            writer.add([holding(n) for n in range(first, first + STEP)])
        if dice.random() < 0.4:
            store.compact(grace_s=0, wait_s=30)


def one_import(folder: Path, most: int) -> int:
    """0 done, 2 told in words, 1 anything else."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    try:
        store = ParquetStore(folder)
        with store.writing(wait_s=30) as writer:
            first = count(store)
            writer.add([holding(n, "x" * 200) for n in range(first, first + STEP)])
        return 0
    except CrossholdError as error:
        return 2 if error.findings[0].code == "E_WRITE" else 1


def main() -> None:
    import duckdb

    assert duckdb
    for line in sys.stdin:
        folder, limit, seed = line.rsplit(" ", 2)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                if int(limit):
                    status = one_import(Path(folder), int(limit))
                else:
                    write_on(Path(folder), int(seed))
            finally:
                os._exit(status)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
