"""What an outcome leaves to tell: issuers without votes, digits that do not fit, how a partial cut was made."""

from __future__ import annotations

from collections.abc import Iterator
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from crosshold.errors import Finding
from crosshold.law.actions import Action, told_share
from crosshold.law.truth import TRUE

if TYPE_CHECKING:
    from crosshold.law.outcome import StableOutcome

MOST_TOTAL = 2**62


def votes_left(outcome: StableOutcome) -> Iterator[Finding]:
    """``W_NO_VOTES`` where nobody can vote; ``W_VOTES_ROUNDED`` where the fractions that caps leave pass 62 bits."""
    world, casting = outcome.world, outcome.casting
    for issuer in _odd(outcome):
        lots = world.by_issuer[issuer]
        votes = [casting.kept[i] for i in lots]
        total = sum(votes)
        if total == 0 and any(world.lots[i].shares and world.lots[i].holder != issuer for i in lots):
            yield Finding("W_NO_VOTES", f"nobody can exercise a vote in {issuer}.", "Shares of its votes do not exist.", issuer)
        elif total * lcm(*(v.denominator for v in votes)) >= MOST_TOTAL:
            message = f"{issuer}: the votes that caps leave have too many digits; the network counts whole votes."
            yield Finding("W_VOTES_ROUNDED", message, "Rounded down.", issuer)


def _odd(outcome: StableOutcome) -> list[str]:
    """Issuers in which a contract binds, or whose exercisable votes are none or very many: the others have nothing to tell."""
    issuers = outcome.world.table.issuers
    total = np.bincount(issuers.code, np.array(outcome.exercisable, dtype=np.float64), len(issuers.words))
    bound = np.zeros(len(total), dtype=bool)
    bound[issuers.code[list(outcome.casting.kept.changed)]] = True
    return [issuers.words[k] for k in np.flatnonzero(bound | (total == 0) | (total > MOST_TOTAL / 2)).tolist()]


def partial_cuts(outcome: StableOutcome) -> Iterator[Finding]:
    """How cuts to a share were made, and cuts whose share nobody told (``W_SHARE_UNKNOWN``)."""
    for action, value in zip(outcome.actions, outcome.judged[1], strict=True):
        if value == TRUE and action.effect.votes in ("cap", "excess_over"):
            yield from _partial_cut(action, outcome)


def _partial_cut(action: Action, outcome: StableOutcome) -> Iterator[Finding]:
    world, effect = outcome.world, action.effect
    if told_share(world, effect, action.rule, action.issuer, action.holder)[0] is None:
        message = f"{action.rule.id} leaves {action.holder} votes up to a share that the fact {effect.share_from} does not tell."
        yield Finding("W_SHARE_UNKNOWN", message, "Add 'share' to the fact; until then no vote is taken.", action.issuer)
        return
    if all(kept == world.gross[i] for i, kept in zip(action.lots, action.kept, strict=True)):
        return
    uneven = [world.lots[i].id for i in action.lots if world.lots[i].shares and world.gross[i] % world.lots[i].shares]
    if uneven:
        message = f"{', '.join(uneven)}: votes are no multiple of shares; the votes of the shares kept are rounded down."
        yield Finding("W_VOTES_ROUNDED", message, "Split the lot.", action.issuer)
    message = f"of {action.holder}'s lots the newest lose first under {action.rule.id} (house convention; the text is silent)."
    yield Finding("N_PARTIAL_CUT", message, "", action.issuer)
