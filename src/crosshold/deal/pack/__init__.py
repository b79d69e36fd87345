"""What a plan means for money and power after each of its steps (spec/deal 10-12). Computed when asked for, from the states alone.

Every row names its currency and the day of its figures. What lacks an input is not there, and ``absent`` says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crosshold.deal.accounts import sources_and_uses
from crosshold.deal.free_float import free_float
from crosshold.deal.influence import switches
from crosshold.deal.pack.cap_table import cap_table
from crosshold.deal.pack.circular import circular
from crosshold.deal.pack.deciders import SETTINGS, Deciders, decides
from crosshold.deal.pack.dividends import dividends
from crosshold.deal.pack.earnings import buyers, sellers
from crosshold.deal.pack.leverage import leverage
from crosshold.deal.pack.moment import Moment
from crosshold.deal.pack.policy import policy
from crosshold.deal.pack.proceeds import cash_and_book, net_proceeds
from crosshold.deal.pack.vulnerability import vulnerability
from crosshold.deal.view import View

if TYPE_CHECKING:
    from crosshold.deal.outcome import Executed

__all__ = ["after_steps", "exposure"]

ALL_COMPANIES = 50  # beyond so many, who decides is told of the companies that a step touches alone


def after_steps(start: View, steps: Sequence[Executed], members: Sequence[str] = (), group: str = "") -> list[dict[str, Any]]:
    """One block for each step with ``accounting``, ``finance``, ``power`` and ``decides``; ratios stay fractions."""
    blocks, before, last = [], start, Deciders(start)
    for n, step in enumerate(steps):
        moment, now = Moment(start, before, step, steps[: n + 1], members), Deciders(step.view)
        told = moment.touched if len(step.view.stakes) > ALL_COMPANIES else list(step.view.stakes)
        accounting, finance = cash_and_book(moment), _finance(moment, group)
        blocks.append({
            "accounting": accounting,
            "finance": finance,
            "power": {issuer: now.index(issuer) for issuer in told},
            "decides": {"settings": SETTINGS, **{issuer: decides(last, now, issuer) for issuer in step.view.stakes}},
        })  # fmt: skip
        before, last = step.view, now
    return blocks


def exposure(start: View, end: View) -> dict[str, Any]:
    """How open to others every company is, before and after the plan."""
    return {"start": vulnerability(Deciders(start)), "end": vulnerability(Deciders(end))}


def _finance(moment: Moment, group: str) -> dict[str, Any]:
    step = moment.step
    flows = [(step.step.id, step.entries, step.sales)]
    told = {
        "cap_table": cap_table(moment),
        "net_proceeds": net_proceeds(moment),
        "sources_and_uses": sources_and_uses(flows),
        "group_sources_and_uses": sources_and_uses(flows, moment.members, group).get(group) if group else None,
        "earnings_per_share": {"buyers": buyers(moment), "sellers": sellers(moment)},
        "method_switch": [switch.to_dict() for switch in switches(moment.before, moment.after, step.bookings)],
        "circular_value": circular(moment) if moment.touched else None,
        "leverage": leverage(moment),
        "dividends": dividends(moment),
        "free_float": [row for issuer in moment.touched for row in free_float(moment.after, issuer)],
        "policy_shareholdings": policy(moment),
    }
    vague = [issuer for issuer in moment.touched if any(len(set(x.bounds)) > 1 for x in moment.after.snapshot.lots_of(issuer))]
    rough = sorted(moment.used & moment.after.snapshot.illustrative)
    return {**told, "middle_of_uncertain_lots": vague, "illustrative": rough, "absent": moment.absent}
