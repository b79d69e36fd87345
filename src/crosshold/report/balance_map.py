"""The balance map of two companies that hold each other: who can vote, and who controls, at every pair of stakes.

x is the stake of ``second``'s group in ``first``, y the stake of ``first``'s group in ``second``, both of shares issued. At (x, y) the
two groups' lots are changed, dispersed holders take or give the difference, everything else stays; then the Ballot is asked again.
A test of the law counts the votes of one company at a time, so borders run along an axis: they are found by bisection, and each
rectangle between them is asked once more in its middle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import pairwise

from crosshold.errors import Finding, RequestError
from crosshold.model.entity import FLOAT
from crosshold.model.snapshot import Lot, Snapshot
from crosshold.report.lettering import short

VOTERS = ("both", "first", "second", "neither", "open", "unknown")
SIMPLE = tuple(Fraction(a, b) for a, b in ((1, 10), (1, 5), (1, 4), (3, 10), (1, 3), (2, 5), (1, 2), (2, 3), (3, 20)))
FINEST = Fraction(1, 10_000)  # a border is known to 0.01 point
MAJORITY = "majority of votes"
INWARD = Fraction(1, 2_000)  # samples keep off the rim, where a holder has nothing

Point = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Region:
    """What holds at a point. ``voters`` is one of :data:`VOTERS`; ``controls`` are sentences; ``rules`` the reasons of lost votes."""

    voters: str
    controls: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A rectangle of stakes in which one region holds throughout."""

    x: tuple[Fraction, Fraction]
    y: tuple[Fraction, Fraction]
    region: Region


@dataclass(frozen=True, slots=True)
class Line:
    """A legal line. ``axis`` says which stake it limits; ``span`` the part of the other axis on which it is felt."""

    axis: str
    at: Fraction
    label: str
    effect: str
    span: tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Way:
    """The way of one plan: its name and a point per step, the start first."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class BalanceMap:
    """The map as data: cells that tile the window, lines, today's point, the ways of plans, and how often the law was asked."""

    first: str
    second: str
    names: tuple[str, str]
    window: Point
    cells: tuple[Cell, ...]
    lines: tuple[Line, ...]
    today: Point
    ways: tuple[Way, ...]
    asked: int

    def region(self, x: Fraction, y: Fraction) -> Region:
        """The region at a point of the window."""
        found = region_at(self.cells, x, y)
        if found is None:
            raise RequestError(
                Finding("E_OUTSIDE", f"({float(x):.4f}, {float(y):.4f}) lies outside the map.", "Stay in its window.")
            )
        return found


def region_at(cells: Iterable[Cell], x: Fraction, y: Fraction) -> Region | None:
    """The region of the first cell that has the point, rims included."""
    return next((c.region for c in cells if c.x[0] <= x <= c.x[1] and c.y[0] <= y <= c.y[1]), None)


def group(snapshot: Snapshot, party: str) -> tuple[str, ...]:
    """A company and every company of which it holds more than half of the shares, directly or through these."""
    members, grew = [party], True
    while grew:
        more = [
            issuer.id for issuer in snapshot.issuers.values()
            if issuer.id not in members and 2 * sum(snapshot.held(m, issuer.id) for m in members) > issuer.issued
        ]  # fmt: skip
        members += more
        grew = bool(more)
    return tuple(members)


def stake(snapshot: Snapshot, party: str, issuer: str) -> Fraction:
    """Share of the shares issued that a company's group holds of an issuer."""
    held = sum(snapshot.held(member, issuer) for member in group(snapshot, party) if member != issuer)
    return Fraction(held, snapshot.issuers[issuer].issued)


def at_point(snapshot: Snapshot, first: str, second: str, x: Fraction, y: Fraction) -> Snapshot:
    """The Snapshot with ``second``'s group holding x of ``first`` and ``first``'s group y of ``second``; only these are kept."""
    kept = dict.fromkeys((*group(snapshot, first), *group(snapshot, second)))
    lots = [lot for lot in snapshot.lots if lot.issuer in kept]
    for holder, issuer, share in ((second, first, x), (first, second, y)):
        lots = _with_stake(snapshot, lots, holder, issuer, share)
    issuers = {name: issuer for name, issuer in snapshot.issuers.items() if name in kept}
    return snapshot.evolve(lots=lots, issuers=issuers)


def _with_stake(snapshot: Snapshot, lots: list[Lot], party: str, issuer: str, share: Fraction) -> list[Lot]:
    """More shares are a new lot of the day; fewer leave the lots with the fewest votes a share first, then the oldest.

    Dispersed holders give or take the difference, class by class; new shares are of the class of the first lot.
    """
    members = [member for member in group(snapshot, party) if member != issuer]
    own = [lot for lot in lots if lot.issuer == issuer and lot.holder in members]
    dispersed = [lot for lot in lots if lot.issuer == issuer and lot.holder == FLOAT]
    others = [lot for lot in lots if lot not in own and lot not in dispersed]
    free: dict[str | None, int] = {}
    for lot in dispersed:
        free[lot.share_class] = free.get(lot.share_class, 0) + lot.shares
    held = sum(lot.shares for lot in own)
    change = round(share * snapshot.issuers[issuer].issued) - held
    kind = own[0].share_class if own else next(iter(free), None)
    if change > free.get(kind, 0):
        limit = Fraction(held + free.get(kind, 0), snapshot.issuers[issuer].issued)
        message = f"{party} cannot hold more than {float(limit):.2%} of {issuer}: other holders are named for the rest."
        raise RequestError(Finding("E_OUTSIDE", message, "Make the window smaller."))
    if change > 0:
        own.append(Lot(f"{issuer}.more", issuer, own[0].holder if own else party, change, kind, since=snapshot.at.isoformat()))
        free[kind] -= change
    kept: list[Lot] = []
    for lot in sorted(own, key=lambda lot: (Fraction(snapshot.gross_votes(lot), lot.shares or 1), lot.since or "", lot.id)):
        moved = min(lot.shares, max(-change, 0))
        change += moved
        free[lot.share_class] = free.get(lot.share_class, 0) + moved
        left = lot.shares - moved
        votes = None if lot.votes is None or not lot.shares else lot.votes * left // lot.shares
        kept += [replace(lot, shares=left, votes=votes, low=None, high=None)] if left else []
    each = snapshot.issuers[issuer].votes_per_share
    rest = [Lot(f"{issuer}.{k or ''}.rest", issuer, FLOAT, n, k, votes=n * each(k)) for k, n in free.items() if n]
    return [*others, *kept, *rest]


Judge = Callable[[Snapshot], Region]


def balance_map(
    snapshot: Snapshot,
    first: str,
    second: str,
    judge: Judge,
    *,
    window: Point | None = None,
    ways: Sequence[Way] = (),
    lines: Sequence[Line] = (),
    shares: Callable[[Snapshot], Point] | None = None,
    samples: int = 9,
) -> BalanceMap:
    """Ask ``judge`` at ``samples`` x ``samples`` points, bisect between neighbours that differ, and tile the window with cells.

    ``lines`` are added to those that the search finds. ``shares`` gives both groups' parts of the gross votes, with which a line is
    named when they are a simple fraction there. The window is 50 % or ten points beyond today, in steps of ten.
    """
    today = (stake(snapshot, second, first), stake(snapshot, first, second))
    reach = window or (_reach(today[0]), _reach(today[1]))

    @cache
    def ask(x: Fraction, y: Fraction) -> Region:
        return judge(at_point(snapshot, first, second, x, y))

    grid = [[INWARD + (reach[k] - 2 * INWARD) * n / (samples - 1) for n in range(samples)] for k in (0, 1)]
    cuts, cells = _tile(grid, reach, ask, trust=True)
    if any(region_at(cells, x, y) != ask(x, y) for x in grid[0] for y in grid[1]):
        cuts, cells = _tile(grid, reach, ask, trust=False)
    names = (short(snapshot.name(first)), short(snapshot.name(second)))
    found = [*_lines("x", cells, cuts[0], names), *_lines("y", cells, cuts[1], names)]
    if shares is not None:
        found = [replace(line, label=_in_votes(line, shares(at_point(snapshot, first, second, *_place(line))))) for line in found]
    return BalanceMap(
        first=first, second=second, names=names, window=reach, cells=tuple(cells),
        lines=(*found, *(line for line in lines if not any(_same(line, f) for f in found))),
        today=today, ways=tuple(ways), asked=ask.cache_info().misses,
    )  # fmt: skip


def _reach(now: Fraction) -> Fraction:
    tens = -(-(now + Fraction(1, 10)) * 10 // 1)
    return max(Fraction(1, 2), Fraction(tens, 10))


def _same(a: Line, b: Line) -> bool:
    return a.axis == b.axis and abs(a.at - b.at) <= FINEST


Ask = Callable[[Fraction, Fraction], Region]


def _tile(grid: list[list[Fraction]], reach: Point, ask: Ask, *, trust: bool) -> tuple[list[set[Fraction]], list[Cell]]:
    """Borders on both axes and the rectangles between them. ``trust`` takes a border found elsewhere for the one between two samples."""
    cuts = [_cuts(grid[0], grid[1], ask, trust), _cuts(grid[1], grid[0], lambda y, x: ask(x, y), trust)]
    rims = [[Fraction(0), *sorted(cuts[k]), reach[k]] for k in (0, 1)]
    cells = [
        Cell((x0, x1), (y0, y1), ask((x0 + x1) / 2, (y0 + y1) / 2))
        for y0, y1 in pairwise(rims[1])
        for x0, x1 in pairwise(rims[0])
    ]
    return cuts, cells


def _cuts(along: list[Fraction], across: list[Fraction], ask: Ask, trust: bool) -> set[Fraction]:
    """Places on one axis at which the region changes for some place on the other."""
    cuts: set[Fraction] = set()
    for other in across:
        for a, b in pairwise(along):
            if ask(a, other) != ask(b, other) and not (trust and any(a < cut < b for cut in cuts)):
                cuts |= _between(a, b, other, ask, cuts)
    return cuts


def _between(a: Fraction, b: Fraction, other: Fraction, ask: Ask, known: Iterable[Fraction]) -> set[Fraction]:
    """Borders between two places. One that is known already is tried before the search."""
    if ask(a, other) == ask(b, other):
        return set()
    for cut in sorted(known):
        if a < cut - FINEST and cut + FINEST < b:
            low, high = ask(cut - FINEST, other), ask(cut + FINEST, other)
            if low != high:
                left = _between(a, cut - FINEST, other, ask, ()) if ask(a, other) != low else set()
                right = _between(cut + FINEST, b, other, ask, ()) if ask(b, other) != high else set()
                return left | right
    if b - a <= FINEST:
        inside = [simple for simple in SIMPLE if a <= simple <= b]
        return {inside[0] if inside else (a + b) / 2}
    middle = (a + b) / 2
    return _between(a, middle, other, ask, ()) | _between(middle, b, other, ask, ())


def _lines(axis: str, cells: Sequence[Cell], cuts: Iterable[Fraction], names: tuple[str, str]) -> list[Line]:
    """The borders that the search found, with the rules and the control that differ on their two sides."""
    found = []
    for cut in sorted(cuts):
        below = [cell for cell in cells if (cell.x if axis == "x" else cell.y)[1] == cut]
        above = [cell for cell in cells if (cell.x if axis == "x" else cell.y)[0] == cut]
        rules: dict[str, None] = {}
        effects: dict[str, None] = {}
        spans: list[tuple[Fraction, Fraction]] = []
        for low, high in zip(below, above, strict=True):
            if low.region == high.region:
                continue
            spans.append(low.y if axis == "x" else low.x)
            rules |= dict.fromkeys(
                r for r in (*low.region.rules, *high.region.rules) if (r in low.region.rules) != (r in high.region.rules)
            )
            if low.region.voters != high.region.voters:
                effects[f"{words(low.region.voters, names)} below, {words(high.region.voters, names)} above"] = None
            for control in sorted(set(low.region.controls) ^ set(high.region.controls)):
                effects[f"only {'above' if control in high.region.controls else 'below'} it {control}"] = None
        if spans:
            span = (min(a for a, _ in spans), max(b for _, b in spans))
            found.append(Line(axis, cut, ", ".join(rules) or MAJORITY, "; ".join(effects), span))
    return found


def _place(line: Line) -> Point:
    other = (line.span[0] + line.span[1]) / 2
    return (line.at, other) if line.axis == "x" else (other, line.at)


def _in_votes(line: Line, shares: Point) -> str:
    """The label with the fraction of the gross votes that the stake stands for there, when it is a simple one."""
    here = shares[0 if line.axis == "x" else 1]
    near = next((simple for simple in SIMPLE if abs(here - simple) <= 2 * FINEST), None)
    if near is None:
        return line.label
    return f"{near} of votes" if line.label == MAJORITY else f"{near} of votes: {line.label}"


def words(voters: str, names: tuple[str, str]) -> str:
    """Who can vote, in words."""
    return {
        "both": "both vote", "first": f"only {names[0]} votes", "second": f"only {names[1]} votes", "neither": "neither votes",
        "open": "the law leaves two outcomes", "unknown": "cannot be told",
    }[voters]  # fmt: skip
