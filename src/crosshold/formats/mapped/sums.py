"""Sums beside the rows of a table: whether totals add up, companies held over 100 %, and facts that stand twice. Their size is fixed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from crosshold.errors import Finding
from crosshold.model.share import Share
from crosshold.model.statement import Statement

MOST_KEYS = 2**16
MOST_FACTS = 2**17
"""A fact that is said again farther away than so many rows is not seen here; both stay, and agree."""
_NEAR = 1e-9


@dataclass(slots=True)
class Tally:
    """Rows, the sum of their shares between bounds, and of their counts; ``counted`` of the rows had a count."""

    rows: int = 0
    low: float = 0.0
    high: float = 0.0
    parts: int = 0
    shares: int = 0
    counted: int = 0

    def add(self, statement: Statement, ends: tuple[float, float] | None) -> None:
        """Take a row in; ``ends`` are the bounds of its share."""
        self.rows += 1
        if ends is not None:
            self.low, self.high, self.parts = self.low + ends[0], self.high + ends[1], self.parts + 1
        if statement.shares is not None:
            self.shares, self.counted = self.shares + statement.shares, self.counted + 1

    def fits(self, share: Share | None, shares: int | None) -> bool:
        """Whether a total says the same, as far as both say something."""
        if (
            share is not None
            and self.parts == self.rows
            and not (self.low <= share.high + _NEAR and share.low <= self.high + _NEAR)
        ):
            return False
        return shares is None or self.counted != self.rows or shares == self.shares

    def told(self) -> str:
        """The sum in words."""
        share = f"{self.low:.4%} to {self.high:.4%}" if self.parts else ""
        count = f"{self.shares:,} shares" if self.counted else ""
        return " and ".join(part for part in (share, count) if part) or "nothing"


@dataclass(frozen=True)
class Total:
    """A total row that stands before its rows."""

    where: str
    key: tuple[str, str] | None
    share: Share | None
    shares: int | None


class Sums:
    """Tallies per company and day, since the last total, and of everything."""

    def __init__(self) -> None:
        self.per: OrderedDict[Hashable, Tally] = OrderedDict()
        self.over: set[Hashable] = set()
        self.section, self.whole = Tally(), Tally()
        self.ahead: list[Total] = []

    def add(self, statement: Statement) -> Iterator[Finding]:
        """Take a row in; a company that its holders hold over 100 % at least is told once."""
        issuer, day = statement.object or "", statement.as_of or ""
        ends = None if statement.share is None else (float(statement.share.low), float(statement.share.high))
        of_class = self._tally((issuer, day, statement.share_class))
        for tally in (self.section, self.whole, self._tally((issuer, day)), of_class):
            tally.add(statement, ends)
        key = (issuer, day, statement.share_class)
        if of_class.low > 1 + _NEAR and key not in self.over and len(self.over) < MOST_KEYS:
            self.over.add(key)
            message = f"the holders of {issuer} have {of_class.low:.2%} of it at least{f' on {day}' if day else ''}."
            yield Finding(
                "W_OVER_100", message, "Look for a holding that stands twice, or an indirect one.", statement.where or ""
            )

    def _tally(self, key: Hashable) -> Tally:
        found = self.per.get(key)
        if found is None:
            if len(self.per) >= MOST_KEYS:
                self.per.popitem(last=False)
            found = self.per[key] = Tally()
        return found

    def total(self, where: str, issuer: str | None, day: str, share: Share | None, shares: int | None) -> list[Finding]:
        """A total row: what it says against the rows that it may be the total of."""
        key = (issuer, day) if issuer else None
        tallies = [self.per.get(key, Tally())] if key else [self.section, self.whole]
        self.section = Tally()
        said = Total(where, key, share, shares)
        if not any(tally.rows for tally in tallies):
            if len(self.ahead) < 1_000:
                self.ahead.append(said)
            return []
        return _verdict(said, tallies)

    def end(self) -> list[Finding]:
        """Totals that stood before their rows."""
        return [f for t in self.ahead for f in _verdict(t, [self.per.get(t.key, Tally())] if t.key else [self.whole])]


def _verdict(total: Total, tallies: list[Tally]) -> list[Finding]:
    if any(tally.fits(total.share, total.shares) for tally in tallies):
        return [Finding("N_TOTAL", "a total: it adds up, and is left out.", "", total.where)]
    message = (
        f"a total that does not add up: its rows give {' or '.join(dict.fromkeys(t.told() for t in tallies))}. It is left out."
    )
    return [Finding("W_TOTAL", message, "Look for rows that are missing.", total.where)]


class Facts:
    """The facts said lately, to tell what is said again."""

    def __init__(self) -> None:
        self._seen: OrderedDict[Hashable, tuple[str | None, str]] = OrderedDict()

    def again(self, s: Statement) -> str | None:
        """Where the same fact stands already; a class that only one of the two names makes no difference."""
        sizes = (s.shares, s.votes, *_ends(s.share), s.vote_share and _pair(s.vote_share.point))
        key = (s.subject, s.verb, s.object, sizes, s.amount, s.as_of, s.valid_from, s.valid_to, s.stance, s.directness)
        before = self._seen.get(key)
        if before is not None and (None in (before[0], s.share_class) or before[0] == s.share_class):
            return before[1]
        if len(self._seen) >= MOST_FACTS:
            self._seen.popitem(last=False)
        self._seen[key] = (s.share_class, s.where or "")
        return None


def _ends(share: Share | None) -> tuple[Hashable, ...]:
    return () if share is None else (_pair(share.point), _pair(share.low), _pair(share.high))


def _pair(number: Fraction | None) -> tuple[int, int] | None:
    """A fraction by its two numbers, which are hashed far faster."""
    return None if number is None else number.as_integer_ratio()
