"""Linking of made-up parties with a known truth: precision, recall, time and memory, beside rapidfuzz on the same candidates.

    python benchmarks/link.py [PAIRS]        # 100,000 pairs unless told otherwise

The peer scores every candidate pair of the same blocks with rapidfuzz's token ratio on the keys, and takes the line at which its precision
is nearest to ours. Both run in one process, one after the other, on the same records.
"""

from __future__ import annotations

import resource
import sys
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from rapidfuzz import fuzz

from crosshold import api
from crosshold.api.linking import ACCEPT, REVIEW
from crosshold.cases.parties import two_registers
from crosshold.model.register import Register
from crosshold.model.statements import Statements
from crosshold.store.link import scoring
from crosshold.store.link.blocking import block, judged
from crosshold.store.link.records import records
from crosshold.store.writer import connect


def main(pairs: int) -> None:
    first, second, truth = two_registers(pairs)
    registers = [Register(Statements([]), entities={e.id: e for e in parties}) for parties in (first, second)]
    print(f"{len(first):,} parties and {len(second):,}, {pairs:,} pairs are one")
    start = time.process_time()
    linked = api.link(*registers)
    ours = time.process_time() - start
    for line in (ACCEPT, 0.5, REVIEW):
        rows = [row for row in linked.proposals if row.score >= line]
        right = sum(truth.get(row.a) == row.b for row in rows)
        print(f"line {line:<5g} precision {right / max(len(rows), 1):.4f}  recall {right / len(truth):.4f}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"crosshold: {ours:.1f} s of processor time, {linked.compared:,} pairs compared, peak {memory:.2f} GB")
    if pairs > 200_000:
        return
    start = time.process_time()
    found = records(registers)
    keys: dict[int, list[str]] = {}
    for row in found.rows:
        keys.setdefault(row.party, []).append(row.key)
    with TemporaryDirectory() as folder, closing(connect(Path(folder) / "spill")) as db:
        scoring.spellings(db, found.rows, Path(folder))
        judged([], db)
        block(db, across=True)
        candidates = db.execute("SELECT a, b FROM pairs").fetchall()
    scores = [(max(fuzz.token_sort_ratio(x, y) for x in keys[a] for y in keys[b]), a, b) for a, b in candidates]
    peer = time.process_time() - start
    for line in (100, 95, 90, 85):
        rows = [(a, b) for score, a, b in scores if score >= line]
        right = sum(truth.get(found.ids[a]) == found.ids[b] for a, b in rows)
        print(f"rapidfuzz, ratio {line}: precision {right / max(len(rows), 1):.4f}  recall {right / len(truth):.4f}")
    print(f"rapidfuzz on the same candidates: {peer:.1f} s of processor time; ratio crosshold / peer {ours / peer:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
