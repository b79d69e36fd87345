"""From a file of holdings to the control of every company: whole processes, beside DuckDB's plain load of the same file in the same run.

    python benchmarks/register.py [HOLDINGS] [RUNS] [csv|parquet]

The floor is what nobody who uses DuckDB can go below: reading the five columns as they are into a table in memory. Ours reads, checks
every row, turns ids into numbers, builds the Network, finds the controller of every company and writes it as Parquet. Both get the same
file and the same number of threads; the peak memory is that of the child process. Goal for CSV of 10 million rows on two cores: 20 s
and 3 GB.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

FLOOR = "import duckdb, sys; duckdb.sql(f\"CREATE TABLE t AS SELECT * FROM '{sys.argv[1]}'\")"
GOAL = 20.0, 3.0  # seconds and GB for 10 million rows of CSV


class Ran(NamedTuple):
    seconds: float
    work: float  # seconds of processors, which tell more than the wall on a busy machine
    memory: float  # peak, GB


def process(command: list[str]) -> Ran:
    """Wall time and peak memory of one child."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)  # the children's maximum of getrusage would be that of all of them so far
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return Ran(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6)


def main(holdings: str = "1000000", runs: str = "3", *forms: str) -> None:
    crosshold = [sys.executable, "-m", "crosshold"]
    print(
        f"{int(holdings):,} holdings, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; medians of {runs} runs after one to warm up"
    )
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "control.parquet"
        for form in forms or ("csv", "parquet"):
            table = Path(folder) / f"register.{form}"
            process([*crosshold, "synthetic", str(table), "--holdings", holdings, "--seed", "1"])
            commands = {
                "DuckDB, plain load": [sys.executable, "-c", FLOOR, str(table)],
                "crosshold check": [*crosshold, "check", str(table)],
                "crosshold control --out": [*crosshold, "control", str(table), "--out", str(answer)],
            }
            times: dict[str, list[Ran]] = {name: [] for name in commands}
            for _ in range(int(runs) + 1):
                for name, command in commands.items():
                    times[name].append(process(command))
            floor = statistics.median(ran.seconds for ran in times["DuckDB, plain load"][1:])
            print(f"\n{form}, {table.stat().st_size / 1e6:,.0f} MB")
            for name, measured in times.items():
                seconds = statistics.median(ran.seconds for ran in measured[1:])
                work = statistics.median(ran.work for ran in measured[1:])
                memory = max(ran.memory for ran in measured[1:])
                print(
                    f"{name:26} {seconds:7.2f} s  {seconds / floor:5.1f} x floor  {work:6.1f} s of processors  peak {memory:5.2f} GB"
                )
            if form == "csv" and int(holdings) == 10_000_000:
                print(f"goal for the last line: {GOAL[0]:.0f} s, {GOAL[1]:.0f} GB")


if __name__ == "__main__":
    main(*sys.argv[1:])
