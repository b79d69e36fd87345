"""Who sells how many into an offer to buy: in full up to the cap, else pro rata (spec/deal 4.4); uncertain offers give uncertain fills."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor

from crosshold.deal.draft import Draft
from crosshold.deal.ledger import largest_remainder
from crosshold.deal.values import Amount, Span

Shares = int | Span


def middle(shares: Shares) -> int:
    """The number that moves: itself, or what stands for an uncertain one.

    >>> middle(Span(80, 121)), middle(Span(80, 120, 90))
    (100, 90)
    """
    if isinstance(shares, int):
        return shares
    return (shares.low + shares.high) // 2 if shares.mid is None else shares.mid


def ends(shares: Shares) -> tuple[int, int]:
    """Least and most."""
    return (shares, shares) if isinstance(shares, int) else (shares.low, shares.high)


def together(one: Shares, other: Shares) -> Shares:
    """The sum of two numbers of which each may be uncertain."""
    if isinstance(one, int) and isinstance(other, int):
        return one + other
    low, high = (a + b for a, b in zip(ends(one), ends(other), strict=True))
    return Span(low, high, middle(one) + middle(other))


def cut_back(offers: Mapping[str, int], cap: int) -> dict[str, int]:
    """Fills of offers: in full up to the cap, else pro rata by largest remainder.

    >>> cut_back({"partner": 90000, "others": 17500}, 100000)
    {'partner': 83721, 'others': 16279}
    """
    return dict(offers) if sum(offers.values()) <= cap else largest_remainder(cap, offers)


def filled(draft: Draft, offers: Mapping[str, Shares], cap: int) -> dict[str, Shares]:
    """Fills of offers that may be uncertain: a fill rises with its own offer and falls with those of others, so its ends are corners.

    When not even the sum is certain, the register goes on with the middle and says so (``W_FILLS_UNCERTAIN``).
    """
    fills: dict[str, Shares] = dict(cut_back({who: middle(offer) for who, offer in offers.items()}, cap))
    if all(isinstance(offer, int) for offer in offers.values()):
        return fills
    least, most = (sum(ends(offer)[end] for offer in offers.values()) for end in (0, 1))
    for who, offer in offers.items():
        low, high = ends(offer)
        bottom, top = floor(_part(low, most - high, cap)), ceil(_part(high, least - low, cap))
        if bottom < top:
            fills[who] = Span(bottom, top, middle(fills[who]))
    if min(least, cap) < min(most, cap):
        message = f"between {min(least, cap):,} and {min(most, cap):,} shares are bought; the register goes on with the middle."
        draft.warn(
            "W_FILLS_UNCERTAIN", message, "State the offers, or read what depends on the number of own shares as approximate."
        )
    return fills


def _part(offer: int, others: int, cap: int) -> Fraction:
    return Fraction(offer) if offer + others <= cap else Fraction(offer * cap, offer + others)


def check_offers(draft: Draft, issuer: str, offers: Mapping[str, Shares]) -> None:
    """Nobody offers more than it has."""
    for holder, offer in offers.items():
        held, most = draft.held(holder, issuer), ends(offer)[1]
        if most > held:
            message = f"{holder} offers {most:,} shares of {issuer} and has {held:,}."
            raise draft.refuse("E_INSUFFICIENT", message, "Lower the offer.")


def record_fills(draft: Draft, fills: Mapping[str, Shares], price: Amount, *, partner: bool = True) -> int:
    """Note what was decided and return the shares bought; with a ``partner`` meant to sell, what dispersed holders sell is the leak."""
    counts = {who: middle(fill) for who, fill in fills.items()}
    leak = sum(count for who, count in counts.items() if draft.dispersed(who))
    if not partner or leak == sum(counts.values()):
        leak = 0
    draft.record |= {"shares": sum(counts.values()), "fills": counts, "leak": leak, "price": f"{price.value:f}"}
    bounds = {who: {"low": fill.low, "high": fill.high} for who, fill in fills.items() if isinstance(fill, Span)}
    if bounds:
        draft.record |= {"fills_between": bounds}
    if leak:
        draft.warn("W_LEAK", f"{leak:,} shares are bought from others, not from the partner.", "The cap is shared pro rata.")
    return sum(counts.values())
