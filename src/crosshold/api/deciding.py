"""Who decides: control, voting power, power through networks, families, purchases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from crosshold.errors import Finding, Findings, RequestError, did_you_mean
from crosshold.network import Network

if TYPE_CHECKING:
    from crosshold.measures.bounds import ControlBounds
    from crosshold.measures.control import Control, DeFacto, Ultimate
    from crosshold.measures.groups import Group
    from crosshold.measures.network_power import CramaLeruth, KarosPeters, NetworkFlow, NetworkPower
    from crosshold.measures.owners import (
        Watch,
    )
    from crosshold.measures.parties import Parties
    from crosshold.measures.power import Power
    from crosshold.measures.wedge import WeakestLink
    from crosshold.model.stakes import Stakes


def control(
    network: Network, *, threshold: Fraction | str = Fraction(1, 2), issuer: str | None = None, **options: Any
) -> Control:
    """Who controls whom: the least fixpoint of "strictly more than the threshold of the votes, alone or through the controlled".

    ``issuer`` keeps only the controllers of that company.
    """
    from crosshold.measures import control as room

    return room.control(network, threshold=threshold, companies=None if issuer is None else [issuer], **options)


def control_bounds(stakes: Stakes, *, issuer: str | None = None, **options: Any) -> ControlBounds:
    """Who certainly controls whom, and who possibly does, given stakes known only between bounds."""
    from crosshold.measures import bounds as room

    result = room.control_bounds(stakes, **options)
    return result if issuer is None else replace(result, rows=tuple(row for row in result.rows if row.controlled == issuer))


def ultimate(
    network: Network, *, threshold: Fraction | str = Fraction(1, 2), issuer: str | None = None, **options: Any
) -> Ultimate:
    """Who stands at the top of each controlled company, its nearest controller, and rings of mutual control."""
    from crosshold.measures import control as room

    return room.ultimate(network, threshold=threshold, companies=None if issuer is None else [issuer], **options)


def parties(network: Network, issuer: str, **options: Any) -> Parties:
    """The smallest parties that control a company together."""
    from crosshold.measures import parties as room

    return room.smallest_parties(network, issuer, **options)


def turnout(network: Network, holder: str, issuer: str, turnouts: Sequence[Any] = ()) -> DeFacto:
    """Whether a holder, with all it controls, has a majority of the votes cast at a company when only a part of all votes is cast."""
    from crosshold.measures import control as room

    faults = Findings()
    for part in turnouts:
        if Fraction(part) > 1:
            faults.add(
                "E_TURNOUT", f"a turnout of {part} is more than all votes.", "Fractions, not percent: 0.7 for 70 %.", "turnout"
            )
    faults.raise_errors(RequestError)
    below = room.control(network, sources=[holder])
    members = {network.index(name) for name in (holder, *(row.controlled for row in below.rows))}
    place = network.index(issuer)
    total = int(network.votes.total[place])
    held = Fraction(network.votes.held_by(members - {place}).get(place, 0), total) if total else Fraction(0)
    if not held:
        message = f"{holder} and what it controls have no votes in {issuer}."
        raise RequestError(Finding("E_NO_VOTES", message, "Name a holder that can vote there.", holder))
    found = room.de_facto(held, list(turnouts) or None)
    said = {"holder": holder, "issuer": issuer, "votes": str(held), "basis": network.votes.basis}
    return replace(found, settings={**found.settings, **said}, findings=network.findings)


def power(network: Network, issuer: str, *, index: str = "shapley-shubik", **options: Any) -> Power:
    """Voting power in one company under a named index, with a named treatment of the dispersed rest."""
    from crosshold.measures import power as room

    return room.power(network, issuer, index=index, **options)


NETWORK_INDICES = {"crama-leruth": (), "karos-peters": ("quota",), "npf": ("quota", "free_float"), "npi": ("quota", "free_float")}


def network_power(
    network: Network,
    *,
    index: str = "npi",
    target: str | None = None,
    quota: Fraction | str | None = None,
    free_float: str | None = None,
    **options: Any,
) -> NetworkPower | NetworkFlow | KarosPeters | CramaLeruth:
    """Power through a whole network: ``npi``, ``npf``, ``karos-peters``; ``crama-leruth`` is about one ``target`` company.

    ``quota``: more than this part of the votes decides (default 1/2); ``free_float`` (npi, npf): ``none`` or ``ocean``.
    """
    from crosshold.measures import network_power as room

    faults = Findings()
    if index not in NETWORK_INDICES:
        faults.add("E_INDEX", f"{index!r} is no index of power through networks.", did_you_mean(index, NETWORK_INDICES), "index")
    elif (index == "crama-leruth") != (target is not None):
        message = f"{index} is about {'one company' if target is None else 'all companies at once'}."
        cure = "Name the company." if target is None else "Leave the company out, or use crama-leruth."
        faults.add("E_TARGET", message, cure, "target")
    given: dict[str, Any] = {name: said for name, said in (("quota", quota), ("free_float", free_float)) if said is not None}
    for name in given if index in NETWORK_INDICES else ():
        if name not in NETWORK_INDICES[index]:
            faults.add("E_OPTION", f"{index} knows no {name}.", "Leave it out.", name)
    faults.raise_errors(RequestError)
    if target is not None:
        return room.crama_leruth(network, target, **options)
    if index == "karos-peters":
        return room.karos_peters(network, threshold=quota or "1/2", **options)
    return room.npf(network, **given, **options) if index == "npf" else room.npi(network, **given, **options)


def wedge(network: Network, owner: str, company: str, **options: Any) -> WeakestLink:
    """Cash-flow and control rights of an owner by the weakest link of each chain, and the wedge between them."""
    from crosshold.measures import wedge as room

    return room.weakest_link(network, owner, company, **options)


def group(network: Network, family: Iterable[str], **options: Any) -> Group:
    """Position, centrality and critical threshold of every firm in a family's business group."""
    from crosshold.measures import groups as room

    return room.business_group(network, family, **options)


def watch(network: Network, strategic: Iterable[str], **options: Any) -> Watch:
    """Which purchases would take a buyer over a line of notification or control at strategic companies."""
    from crosshold.measures import owners as room

    return room.watch(network, strategic, **options)
