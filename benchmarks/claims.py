"""From a register of claims to answers: the register into memory, the state of a day, its network, a search for a name.

    python benchmarks/claims.py [CLAIMS] [RUNS]

A register of made-up statements is imported once. The peer for reading is DuckDB's own way of the same columns into Python, which makes
nothing of them; for the search it is rapidfuzz over all names, which knows no legal forms and has no index. Goal: a search within 100 ms
on a million names.
"""

from __future__ import annotations

import gc
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import duckdb
from rapidfuzz import fuzz, process
from readers import KINDS, made

from crosshold import api
from crosshold.cases.parties import two_registers
from crosshold.store.name_index import NameIndex
from crosshold.store.parquet import ParquetStore

DAY = date(2024, 6, 30)
ASKED = 20
COLUMNS = ("id", "subject", "verb", "object", "share", "valid_from", "as_of", "known_on", "source", "extra")


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and the processor seconds that it takes."""
    gc.collect()
    start = time.process_time()
    found = work()
    return found, time.process_time() - start


def searches(names: list[str]) -> list[str]:
    """Names as people write them: a letter left out, other case, the legal form short."""
    random, asked = Random(2), []
    for name in random.sample(names, ASKED):
        place = random.randrange(1, len(name) - 1)
        asked.append((name[:place] + name[place + 1 :]).title().replace("Limited", "Ltd"))
    return asked


def main(claims: str = "300000", runs: str = "3") -> None:
    count = int(claims)
    print(f"{count:,} BODS statements, {count:,} names, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"processor seconds, medians of {runs} runs after one to warm up")
    times: dict[str, list[float]] = {}

    def run(what: str, work: Callable[..., Any], *given: Any) -> Any:
        found, seconds = timed(partial(work, *given))
        times.setdefault(what, []).append(seconds)
        return found

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        api.import_files([made(KINDS["bods"], count, folder)], folder / "register")
        parts = [
            str(folder / "register" / part.path) for part in ParquetStore(folder / "register").parts if part.kind == "statements"
        ]
        columns = ", ".join(f'"{name}"' for name in COLUMNS)
        for k in range(int(runs) + 1):
            if k == 1:
                times.clear()
            run("peer: DuckDB fetches the columns", fetched, f"SELECT {columns} FROM read_parquet({parts})")
            register = run("register into memory", api.read, folder / "register")
            snapshot = run("the state of a day", register.at, DAY)
            run("its network", api.network, snapshot)
        lots = len(snapshot.lots)
        del register, snapshot
    first, second, _ = two_registers(count // 2)
    parties = [*first, *second]
    names = [party.name for party in parties]
    index = run("index of names", NameIndex, parties)
    for text in searches(names):
        run("one search", index.find, text, 10)
        run("peer: rapidfuzz, one search", partial(process.extract, scorer=fuzz.ratio, limit=10), text, names)
    for what, found in times.items():
        print(f"{what:34} {statistics.median(found):9.4f} s   {min(found):.4f} to {max(found):.4f}")
    print(f"{lots:,} lots; peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def fetched(query: str) -> list[Any]:
    return duckdb.sql(query).fetchall()


if __name__ == "__main__":
    main(*sys.argv[1:])
