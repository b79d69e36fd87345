"""Which lots move, and what becomes of their votes (spec/deal 1.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from crosshold.deal.ledger import split_votes
from crosshold.errors import Finding, RequestError
from crosshold.model.snapshot import Issuer, Lot

UNKNOWN_DAY = "9999"  # a lot without a date counts as the newest


@dataclass(frozen=True, slots=True)
class Part:
    """So many shares of one lot, with the gross votes they had."""

    lot: Lot
    shares: int
    votes: Fraction

    def owner(self) -> str:
        """Whom the shares belong to: the beneficiary of a trust, else their holder."""
        return self.lot.beneficiary or self.lot.holder


def expanded(lots: Iterable[Lot], issuer: Issuer) -> list[Lot]:
    """The lots, with every aggregate of loyal and plain shares split in two where the issuer's loyalty rule tells how."""
    rows: list[Lot] = []
    for lot in lots:
        base = issuer.votes_per_share(lot.share_class)
        whole = issuer.loyalty is None or lot.votes in (base * lot.shares, base * lot.shares * issuer.loyalty[0])
        if not lot.votes or issuer.loyalty is None or whole:
            rows.append(lot)
            continue
        split = split_votes(lot.shares, lot.votes, base=base, multiple=issuer.loyalty[0])
        plain = replace(lot, id=f"{lot.id}.plain", shares=split.plain, votes=split.plain * base, low=None, high=None)
        loyal_votes = split.loyal * base * issuer.loyalty[0]
        rows += [plain, replace(lot, id=f"{lot.id}.loyal", shares=split.loyal, votes=loyal_votes, low=None, high=None)]
    return rows


def choose(lots: Sequence[Lot], shares: int, order: str | Sequence[str], gross: Callable[[Lot], int], where: str) -> list[Part]:
    """Take ``shares`` from ``lots`` in an order of :data:`crosshold.deal.reading.LOT_ORDERS`, or from a list of lot ids.

    ``fewest_votes_first``: ties by oldest ``since``, then register order. The lots must hold enough.
    """
    if isinstance(order, str):
        ranked = sorted(lots, key=_rank(order, gross))
    else:
        known = {lot.id: lot for lot in lots}
        order = [piece for name in order for piece in _pieces(name, known)]
        twice = sorted({name for name in order if order.count(name) > 1})
        if twice:
            message = f"the lot {', '.join(map(repr, twice))} is named twice."
            raise RequestError(Finding("C_DUPLICATE_ID", message, "Name each lot once.", where))
        missing = [name for name in order if name not in known]
        if missing:
            message = f"no lot {', '.join(map(repr, missing))} of that holder."
            raise RequestError(Finding("C_UNKNOWN_ENTITY", message, f"Its lots: {', '.join(known) or 'none'}.", where))
        ranked = [known[name] for name in order]
    parts: list[Part] = []
    left = shares
    for lot in ranked:
        take = min(left, lot.shares)
        if take:
            parts.append(Part(lot, take, Fraction(gross(lot) * take, lot.shares)))
            left -= take
    if left:
        message = f"the lots named hold {shares - left} shares, {shares} are needed."
        raise RequestError(Finding("E_INSUFFICIENT", message, "Name more lots, or move fewer shares.", where))
    return parts


def _pieces(name: str, known: Mapping[str, Lot]) -> list[str]:
    """A lot by its name; an aggregate that was split by those of its plain and its loyal shares."""
    halves = [half for half in (f"{name}.plain", f"{name}.loyal") if half in known]
    return [name] if name in known or not halves else halves


def _rank(order: str, gross: Callable[[Lot], int]) -> Callable[[Lot], Any]:
    def since(lot: Lot) -> str:
        return lot.registered_since or lot.since or UNKNOWN_DAY

    def votes(lot: Lot) -> Fraction:
        return Fraction(gross(lot), lot.shares) if lot.shares else Fraction(0)

    if order == "lifo":
        return lambda lot: [-ord(c) for c in since(lot)]
    if order == "fifo":
        return since
    sign = -1 if order == "most_votes_first" else 1
    return lambda lot: (sign * votes(lot), since(lot))


def remainder(part: Part, where: str) -> Lot | None:
    """What is left of a lot after a part of it went; bounds move down with it. ``E_VOTES_AGGREGATE`` if its votes cannot be cut."""
    lot, left = part.lot, part.lot.shares - part.shares
    if left == 0:
        return None
    votes = lot.votes
    if votes is not None:
        each, rest = divmod(votes, lot.shares)
        if rest:
            message = f"lot {lot.id} has {votes} votes on {lot.shares} shares; which of them {part.shares} carry is not known."
            cure = "Give its lots one by one, or the issuer's loyalty rule."
            raise RequestError(Finding("E_VOTES_AGGREGATE", message, cure, where))
        votes = each * left
    low = None if lot.low is None else max(0, lot.low - part.shares)
    high = None if lot.high is None else max(0, lot.high - part.shares)
    return replace(lot, shares=left, votes=votes, low=low, high=high)
