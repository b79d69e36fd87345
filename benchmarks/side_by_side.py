"""Runs engines beside one another on one input: each in a process of its own, all in turn within each round, answers compared first.

An engine is a pair of functions, ``prepare(input) -> own`` (the input in the engine's own form: an index, a table, a matrix) and
``answer(own) -> number`` (a fact that all engines must agree on). Both are timed. An engine first answers a small input (``small/`` in
the folder), which loads and compiles what it needs; its memory is counted from there. Its first real answer is not timed either.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Engine:
    """``module`` holds ``prepare`` and ``answer`` under these names; ``packages`` are printed with their versions."""

    name: str
    module: str
    prepare: str
    answer: str
    packages: tuple[str, ...] = ()


@dataclass
class Timings:
    """Seconds of every counted round, and bytes above the input at the peak."""

    engine: Engine
    result: Any = None
    prepare: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: int = 0
    once: bool = False  # too slow for more than the first round
    fault: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.answer)

    @property
    def processor(self) -> float:
        """Median of the processor time of an answer, all cores: steadier than ``median`` where others use the machine too."""
        return statistics.median(self.cpu)

    @property
    def both(self) -> float:
        """Median of preparing and answering together."""
        return statistics.median(a + b for a, b in zip(self.prepare, self.answer, strict=True))


def _peak() -> int:
    """Most memory this process has held, in bytes, since the last :func:`_reset_peak` where the system can tell (Linux)."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _reset_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _arrays(folder: Path) -> dict[str, np.ndarray]:
    return {path.stem: np.load(path) for path in folder.glob("*.npy")}


def _work(pipe: Connection, engine: Engine, folder: str) -> None:
    """What the process of one engine does: one round for each message, until ``None``."""
    module = importlib.import_module(engine.module)
    prepare, answer = getattr(module, engine.prepare), getattr(module, engine.answer)
    with contextlib.suppress(Exception):  # told below, where the real input meets it
        answer(prepare(_arrays(Path(folder) / "small")))
    given = _arrays(Path(folder))
    _reset_peak()
    floor = _peak()
    while pipe.recv() is not None:
        try:
            start = time.perf_counter()
            own = prepare(given)
            prepared, cpu = time.perf_counter(), time.process_time()
            result = answer(own)
            done = time.perf_counter()
            del own
            pipe.send((result, prepared - start, done - prepared, time.process_time() - cpu, _peak() - floor))
        except Exception as fault:  # a peer that cannot is told, and does not stop the others
            pipe.send(f"{type(fault).__name__}: {fault}"[:200])


def run(
    engines: Iterable[Engine], folder: str, rounds: int, slow: float, say: Callable[[str], None] = print
) -> list[Timings]:  # fmt: skip
    """Warm every engine up once, compare their answers, then time ``rounds`` rounds. One that needs more than ``slow`` seconds is
    timed once only: its warm-up round counts."""
    context = multiprocessing.get_context("spawn")
    workers: list[tuple[Timings, Connection, Any]] = []
    for engine in engines:
        here, there = context.Pipe()
        process = context.Process(target=_work, args=(there, engine, folder), daemon=True)
        process.start()
        workers.append((Timings(engine), here, process))
    for number in range(rounds + 1):
        for timings, pipe, _ in workers:
            if timings.fault or timings.once:
                continue
            pipe.send(number)
            reply = pipe.recv()
            if isinstance(reply, str):
                timings.fault = reply
                continue
            timings.result, prepare, answer, cpu, timings.memory = reply
            timings.once = number == 0 and prepare + answer > slow
            if number or timings.once:
                timings.prepare.append(prepare)
                timings.answer.append(answer)
                timings.cpu.append(cpu)
        if number == 0:
            _agree([timings for timings, _, _ in workers], say)
    for _, pipe, process in workers:
        pipe.send(None)
        process.join()
    return [timings for timings, _, _ in workers]


def _agree(all_timings: list[Timings], say: Callable[[str], None]) -> None:
    found = {timings.engine.name: timings.result for timings in all_timings if not timings.fault}
    if len(set(found.values())) > 1:
        raise SystemExit(f"The engines disagree, so their times say nothing: {found}")
    say(f"every engine answers {next(iter(found.values()), None)}")


def table(all_timings: list[Timings], base: int = 0) -> str:
    """Medians, spread, processor time, memory, and ratios to the engine at ``base``, as Markdown."""
    unit = all_timings[base]
    head = [
        "engine",
        "answer s",
        "x",
        "least - most",
        "processor s",
        "x",
        "with preparing s",
        "x",
        "peak MB above input",
        "rounds",
    ]
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"]
    for t in all_timings:
        if t.fault:
            lines.append(f"| {t.engine.name} | {t.fault} |" + " |" * (len(head) - 2))
            continue
        cells = [
            t.engine.name, f"{t.median:.4g}", f"{t.median / unit.median:.3g}", f"{min(t.answer):.3g} - {max(t.answer):.3g}",
            f"{t.processor:.4g}", f"{t.processor / unit.processor:.3g}", f"{t.both:.4g}", f"{t.both / unit.both:.3g}",
            f"{t.memory / 1e6:.0f}", f"{len(t.answer)} (slow)" if t.once else str(len(t.answer)),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def machine(packages: Iterable[str]) -> str:
    """Processor, cores, load, and the versions of Python and ``packages``."""
    try:
        processor = Path("/proc/cpuinfo").read_text().split("model name")[1].split(":")[1].split("\n")[0].strip()
    except (OSError, IndexError):
        processor = platform.processor()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{processor}, {os.cpu_count()} cores{load}; Python {platform.python_version()}, {versions(packages)}"


def versions(packages: Iterable[str]) -> str:
    found: Mapping[str, str] = {name: _version(name) for name in dict.fromkeys(packages)}
    return ", ".join(f"{name} {number}" for name, number in found.items())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
