"""Proposals that parties of one register, or of two, are one; a person decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from crosshold.errors import Finding, RequestError
from crosshold.model.result import Result

if TYPE_CHECKING:
    from crosshold.model.register import Register

ACCEPT, REVIEW = 0.9, 0.05
"""On made-up registers with a known truth (benchmarks/link.py) more than 99 of 100 proposals above the first line are right, and
more than 90 of 100 pairs stand above the second."""


class Proposed(NamedTuple):
    """``score`` is the probability that ``a`` and ``b`` are one party. ``because``: features with what was seen and its weight in bits."""

    score: float
    a: str
    a_name: str
    b: str
    b_name: str
    line: str
    because: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Linked(Result):
    """Proposals from the most probable down; ``line`` is accept or review. ``compared`` pairs; ``vetoed`` for contradicting numbers.

    ``decided`` pairs were judged before and are not proposed again. ``blocks_left_out`` are too large to tell anything.
    """

    proposals: tuple[Proposed, ...]
    compared: int
    vetoed: int
    decided: int
    blocks_left_out: Mapping[str, int] = field(default_factory=dict)

    row: ClassVar[Any] = Proposed

    def _rows(self) -> tuple[Proposed, ...]:
        return self.proposals


def link(
    register: Register,
    other: Register | None = None,
    *,
    accept_line: float = ACCEPT,
    review_line: float = REVIEW,
    model: str | Path | None = None,
) -> Linked:
    """Pairs of parties that may be one, inside a register or between two, each with its probability and what speaks for it.

    Nothing is merged: :func:`~crosshold.api.judge` does that. ``model`` is a file of weights; when it is not there it is written, with what
    the register tells about chance agreement. Needs the extra ``link`` (splink, DuckDB). Errors: ``E_LINE`` (a line outside 0 to 1, or the
    review line above the other), ``E_EXTRA``, ``C_MODEL``.
    """
    from crosshold.report.files import write_text
    from crosshold.store.link.model import Model, read_model, trained
    from crosshold.store.link.records import records
    from crosshold.store.link.scoring import score

    if not 0 < review_line <= accept_line <= 1:
        message = f"the review line {review_line:g} and the accept line {accept_line:g} are no two lines between 0 and 1."
        raise RequestError(Finding("E_LINE", message, "Give 0 < review line <= accept line <= 1.", "--review-line"))
    known = read_model(Path(model)) if model is not None and Path(model).exists() else None
    found = records([register] if other is None else [register, other])
    if known is None:
        countries = Counter({row.party: row.country for row in found.rows if row.country}.values())
        forms = Counter(row.form for row in found.rows if row.form)
        known = trained(Model(), countries, forms)
        if model is not None:
            write_text(known.text(), Path(model))
    decided = _decided(register, found.ids) if other is None else _twins(found.ids, found.sides)
    scored = score(found, decided, known, review_line, other is not None)
    rows = tuple(
        Proposed(
            m.probability, found.ids[m.a], found.names[m.a], found.ids[m.b], found.names[m.b],
            "accept" if m.probability >= accept_line else "review",
            "; ".join(f"{feature}: {level} {weight:+.1f}" for feature, level, weight in m.because),
        )
        for m in scored.matches
    )  # fmt: skip
    settings = {"accept_line": accept_line, "review_line": review_line, "prior": scored.prior, "trained": dict(known.trained)}
    return Linked(
        settings=settings, proposals=rows, compared=scored.compared, vetoed=scored.vetoed, decided=len(decided),
        blocks_left_out=scored.too_large,
    )  # fmt: skip


def _decided(register: Register, ids: list[str]) -> list[tuple[int, int]]:
    """Pairs that a person has judged, or that are one party already."""
    from itertools import combinations

    from crosshold.model.identity import judgements

    place = {name: n for n, name in enumerate(ids)}
    pairs = [(s.subject, s.object or "") for s in judgements(register)]
    pairs += [pair for names in register.identity().classes.values() for pair in combinations(names, 2)]
    return sorted({(min(place[a], place[b]), max(place[a], place[b])) for a, b in pairs if a in place and b in place})


def _twins(ids: list[str], sides: list[int]) -> list[tuple[int, int]]:
    """Ids that both registers have: the same party without a proposal."""
    first = {name: n for n, (name, side) in enumerate(zip(ids, sides, strict=True)) if side == 0}
    return [(first[name], n) for n, (name, side) in enumerate(zip(ids, sides, strict=True)) if side and name in first]


def write_proposals(linked: Linked, path: str | Path) -> Path:
    """The proposals as the table that ``same --from`` reads back once a person has filled in the column ``decision``."""
    from crosshold.formats.proposals import Proposal, table
    from crosshold.report.files import write_text

    rows = (Proposal(p.a, p.a_name, p.b, p.b_name, f"{p.score:.4f}", p.because) for p in linked.proposals)
    return write_text(table(rows), Path(path))
