"""Who controls whom, every controller at once: crosshold beside its peers, on the same graph, in the same node order, in one run.

    python benchmarks/control.py [HOLDINGS ...] [--rounds 5] [--profile hard] [--only duckdb] [--seed 0]

Sizes may be written 1e6. No time is shown unless all engines found the same number of pairs. See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from control_crosshold import questions
from side_by_side import Engine, machine, run, table

from crosshold.cases import SyntheticRegister, synthetic_register

OURS, PEERS = "control_crosshold", "control_peers"
ENGINES = [
    Engine("crosshold, forest", OURS, "forest_prepare", "forest_count", ("crosshold", "numpy", "numba")),
    Engine("crosshold, forest, nodes ordered first", OURS, "forest_prepare_ordered", "forest_count"),
    Engine("crosshold, forest and every pair listed", OURS, "forest_prepare", "forest_list"),
    Engine("DuckDB, recursive USING KEY, every stake", PEERS, "duckdb_prepare", "duckdb_all_stakes", ("duckdb",)),
    Engine("DuckDB, recursive USING KEY, from majorities", PEERS, "duckdb_prepare", "duckdb_majorities"),
    Engine("DuckDB, SQL in a loop", PEERS, "duckdb_prepare", "duckdb_loop"),
    Engine("plain Python work list", PEERS, "python_prepare", "python_worklist"),
    Engine("scipy.sparse fixpoint", PEERS, "scipy_prepare", "scipy_fixpoint", ("scipy",)),
    Engine("python-graphblas fixpoint", PEERS, "graphblas_prepare", "graphblas_fixpoint", ("python-graphblas",)),
    Engine("networkx textbook", PEERS, "networkx_prepare", "networkx_fixpoint", ("networkx",)),
]
MOST = {"networkx textbook": 2_000_000}  # holdings beyond which a peer is left out: it would not fit into 16 GB


def save(register: SyntheticRegister, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name in ("holder", "issuer", "weight", "total"):
        np.save(folder / f"{name}.npy", getattr(register, name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("holdings", nargs="*", default=["1e5", "1e6"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow", type=float, default=60.0, help="a peer that needs more seconds is timed once")
    parser.add_argument("--profile", choices=["register", "hard"], default="register")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", action="append", default=[], help="peers whose name contains this (crosshold always runs)")
    chosen = parser.parse_args()
    packages = [name for engine in ENGINES for name in engine.packages]
    print(machine(packages))
    print("Every engine gets the same arrays in the same (random) node order; one process for each, all in turn in every round.")
    for holdings in (int(float(text)) for text in chosen.holdings):
        register = synthetic_register(holdings, chosen.seed, profile=chosen.profile)
        print(f"\n## {holdings:,} holdings, {register.entities:,} entities, profile {chosen.profile}, seed {chosen.seed}")
        names = ["crosshold", *chosen.only] if chosen.only else [""]
        engines = [engine for engine in ENGINES if any(name in engine.name for name in names)]
        for engine in list(engines):
            if holdings > MOST.get(engine.name, holdings):
                print(f"left out at this size, for its memory: {engine.name}")
                engines.remove(engine)
        with tempfile.TemporaryDirectory() as folder:
            print(questions(register))
            save(register, Path(folder))
            save(synthetic_register(5_000), Path(folder) / "small")
            del register
            print(table(run(engines, folder, chosen.rounds, chosen.slow)))


if __name__ == "__main__":
    main()
