"""How long a newcomer waits: whole processes of the command line, beside the floor of starting Python with numpy and PyYAML.

    python benchmarks/startup.py [RUNS]

Prints medians and the ratio to the floor. Goals on two cores: ``votes alliance --json`` under 0.7 s, ``demo`` with its report under
6 s, and no compiler imported by either (a test checks the import).
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOALS = {"votes alliance --json": 0.7, "demo": 6.0}


def seconds(command: list[str], folder: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(runs: int = 5) -> None:
    crosshold = [sys.executable, "-m", "crosshold"]
    commands = {
        "floor": [sys.executable, "-c", "import numpy, yaml"],
        "votes alliance --json": [*crosshold, "votes", "alliance", "--json"],
        "demo": [*crosshold, "demo"],
    }
    with tempfile.TemporaryDirectory() as folder:
        times = {name: [seconds(command, folder) for _ in range(runs + 1)][1:] for name, command in commands.items()}
        report = Path(folder) / "alliance.html"
        print(f"report written: {report.stat().st_size / 1e3:.0f} kB")
    floor = statistics.median(times["floor"])
    for name, values in times.items():
        goal = f"  goal {GOALS[name]} s" if name in GOALS else ""
        median = statistics.median(values)
        print(
            f"{name:24} median {median:6.3f} s  min {min(values):6.3f}  max {max(values):6.3f}  {median / floor:5.1f} x floor{goal}"
        )


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:2]))
