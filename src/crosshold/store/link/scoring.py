"""Scores the candidates with splink: the weight of every feature, their sum, and the probability that two parties are one."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from crosshold.errors import Finding, RequestError
from crosshold.store.link.blocking import block, judged
from crosshold.store.link.model import FEATURES, Model
from crosshold.store.link.records import Records, Spelling
from crosshold.store.writer import connect

if TYPE_CHECKING:
    import duckdb

_LISTS = frozenset(("words", "marks", "ids", "schemes", "loose", "stakes"))
_KINDS = {"row": "INTEGER", "party": "INTEGER", "side": "INTEGER", "common": "BOOLEAN", "person": "BOOLEAN"}


class Match(NamedTuple):
    """Two parties by their numbers in the records, the probability that they are one, and ``(feature, level, weight)`` of what was
    compared: weights are log2 of how many times more often records of one party are like this than those of two."""

    a: int
    b: int
    probability: float
    weight: float
    because: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True)
class Scored:
    """``matches`` from the most probable down; ``compared`` pairs, of which ``vetoed`` more were left out for contradicting numbers."""

    matches: list[Match]
    compared: int
    vetoed: int
    too_large: dict[str, int]
    prior: float


def score(records: Records, decided: Sequence[tuple[int, int]], model: Model, least: float, across: bool) -> Scored:
    """The pairs of parties whose probability is at least ``least``. Needs the extra ``link``; ``E_EXTRA`` without it."""
    with TemporaryDirectory() as folder, closing(connect(Path(folder) / "spill")) as db:
        spellings(db, records.rows, Path(folder))
        judged(decided, db)
        blocked = block(db, across)
        sizes = [records.sides.count(side) for side in dict.fromkeys(records.sides)]
        prior = model.prior_of(sizes[0] if sizes else 0, sizes[1] if across and len(sizes) > 1 else None)
        matches = list(_matches(db, model, prior, least)) if blocked.pairs > blocked.vetoed else []
    return Scored(matches, blocked.pairs - blocked.vetoed, blocked.vetoed, blocked.too_large, prior)


def spellings(db: duckdb.DuckDBPyConnection, rows: Sequence[Spelling], folder: Path) -> None:
    """The table ``spellings``, over a file of JSON lines: the fastest way into DuckDB without another library."""
    path = folder / "spellings.jsonl"
    kinds = {name: "VARCHAR[]" if name in _LISTS else _KINDS.get(name, "VARCHAR") for name in Spelling._fields}
    kinds |= {"ids": "VARCHAR[]", "eastern": "BOOLEAN"}
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(
                json.dumps({**row._asdict(), "eastern": not row.key.isascii() and row.script in ("han", "kana", "hangul")})
            )
            file.write("\n")
    columns = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in kinds.items()) + "}"
    db.execute(
        f"CREATE TABLE spellings AS SELECT * FROM read_json(?, format = 'newline_delimited', columns = {columns})", [str(path)]
    )
    path.unlink()


def _matches(db: duckdb.DuckDBPyConnection, model: Model, prior: float, least: float) -> Iterator[Match]:
    db.execute(
        "CREATE TABLE compared AS SELECT l.row AS join_key_l, r.row AS join_key_r, '0' AS match_key FROM pairs "
        "JOIN spellings l ON l.party = a JOIN spellings r ON r.party = b "
        "QUALIFY l.script = r.script OR (max(l.script = r.script) OVER (PARTITION BY a, b) = false "
        "AND row_number() OVER (PARTITION BY a, b ORDER BY l.row, r.row) = 1)"
    )
    with _quiet() as splink:
        api = splink.DuckDBAPI(connection=db)
        linker = splink.Linker(api.register("spellings"), model.settings(prior), log_level="ERROR")
        linker.table_management.register_blocked_pairs_for_predict(api.register("compared"))
        found = linker.inference.predict(threshold_match_probability=least or None, warning_mode="never").physical_name
        weights = ", ".join(f'"mw_{name}"' for name in FEATURES)
        cursor = db.execute(
            f'SELECT party_l, party_r, match_weight, {weights} FROM "{found}" '
            "QUALIFY row_number() OVER (PARTITION BY party_l, party_r ORDER BY match_weight DESC, row_l, row_r) = 1 "
            "ORDER BY match_weight DESC, party_l, party_r"
        )
        while rows := cursor.fetchmany(10_000):
            for a, b, weight, *parts in rows:
                yield Match(a, b, _probability(weight), weight, tuple(_because(model, parts)))


def _probability(weight: float) -> float:
    odds: float = 2.0 ** min(weight, 1000.0)
    return odds / (1 + odds)


def _because(model: Model, weights: Sequence[float]) -> Iterator[tuple[str, str, float]]:
    """What was compared: the level of a feature is told by its weight, which is 0 where nothing is known."""
    for (name, feature), weight in zip(FEATURES.items(), weights, strict=True):
        if weight:
            apart = [abs(math.log2(m / u) - weight) for m, u in model.levels[name]]
            yield feature.title, feature.levels[apart.index(min(apart))].name, weight


@contextmanager
def _quiet() -> Iterator[Any]:
    """Splink without a word on the screen; what it has to say of a trained model, ours is none, is of no use to a reader."""
    try:
        import splink
    except ImportError:
        message = "proposals of parties that may be one need the library splink."
        raise RequestError(Finding("E_EXTRA", message, "Install it: pip install 'crosshold[link]'.", "link")) from None
    log = logging.getLogger("splink")
    level, log.disabled = log.level, True
    try:
        yield splink
    finally:
        log.disabled = False
        log.setLevel(level)
