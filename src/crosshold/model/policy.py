"""Whom to believe: pure, total, deterministic choices between statements about one thing (spec/evidence 3.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from crosshold.errors import Finding, RequestError, did_you_mean
from crosshold.model.dates import interval
from crosshold.model.share import Share
from crosshold.model.statement import Statement, firmness, tier

POLICIES = ("filed-only", "firmest", "latest-firm", "widest")


@dataclass(frozen=True)
class Policy:
    """``name`` is one of :data:`POLICIES`, ``only:SOURCE[,SOURCE]``, or ``picks[:POLICY]``: an analyst's choices before another policy."""

    name: str
    sources: tuple[str, ...] = ()

    @property
    def picks(self) -> bool:
        """Whether choices of an analyst go first."""
        return self.name == "picks" or self.name.startswith("picks:")

    @property
    def rest(self) -> Policy:
        """The policy where nobody has chosen."""
        return policy(self.name.removeprefix("picks").removeprefix(":") or "latest-firm") if self.picks else self

    def best(self, candidates: Sequence[Statement]) -> Statement | None:
        """The statement to follow; ``None`` when none passes."""
        passing = [s for s in candidates if self.passes(s.source, s.speaker_kind)]
        if len(passing) == 1:
            return passing[0]
        return min(passing, key=self._rank) if passing else None

    def passes(self, source: str | None, speaker_kind: str) -> bool:
        """Whether the policy listens to such a speaker in such a source at all."""
        if self.sources:
            return source in self.sources
        return self.name != "filed-only" or tier(speaker_kind) == 1

    def _rank(self, s: Statement) -> tuple[int, int, int, Fraction, int, str]:
        measured = s.as_of or s.valid_from
        newest = -(interval(measured)[1] if measured else date.min).toordinal()
        width = s.share.high - s.share.low if s.share else Fraction(0)
        known = -(s.known_on or date.min).toordinal()
        firm = firmness(s.speaker_kind)
        if self.name == "firmest":
            return firm, newest, 0, width, known, s.id
        return tier(s.speaker_kind), newest, firm, width, known, s.id

    def widen(self, candidates: Sequence[Statement], share: Callable[[Statement], Share | None]) -> Share | None:
        """Under ``widest`` the hull of all that was said, else ``None``; the point is that of the best statement."""
        said = [s for c in candidates if (s := share(c))]
        if self.name != "widest" or not said:
            return None
        best = self.best(candidates)
        point = share(best) if best else None
        return hull(said, point.point if point else None)

    def tied(self, candidates: Sequence[Statement]) -> list[Statement]:
        """The candidates as new and as firm as the best one: where they conflict, nothing chooses between them."""
        best = self.best(candidates)
        if len(candidates) == 1:
            return [best] if best else []
        return [
            s for s in candidates if best and self.passes(s.source, s.speaker_kind) and self._rank(s)[:3] == self._rank(best)[:3]
        ]


def hull(said: Sequence[Share], point: Fraction | None) -> Share:
    """The narrowest interval that holds all of them; an end is open only where every share that reaches it is open there."""
    low, high = min(s.low for s in said), max(s.high for s in said)
    low_open = all(s.low_open for s in said if s.low == low)
    high_open = all(s.high_open for s in said if s.high == high)
    return Share(point, low, high, low_open, high_open, bounds_from="widest")


def policy(name: str) -> Policy:
    """The policy of that name; an unknown one is ``E_POLICY``."""
    if name == "picks" or (name.startswith("picks:") and not name.startswith("picks:picks")):
        return Policy(name, policy(name.removeprefix("picks").removeprefix(":") or "latest-firm").sources)
    if name.startswith("only:") and name != "only:":
        return Policy(name, tuple(name.removeprefix("only:").split(",")))
    if name not in POLICIES:
        message = f"{name!r} is no way to choose between claims."
        cure = did_you_mean(name, [*POLICIES, "only:SOURCE", "picks"])
        raise RequestError(Finding("E_POLICY", message, cure, "believe"))
    return Policy(name)
