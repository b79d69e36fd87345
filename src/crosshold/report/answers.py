"""The answers of the verbs as lines for a terminal: names, aligned tables, the basis and the settings beside every number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crosshold.model.snapshot import Snapshot
    from crosshold.report.listing import FileTitles
    from crosshold.report.survey import Titles

TELLERS: Mapping[str, str] = {
    "Bands": "deciding.bands",
    "Bankruptcy": "settling.bankruptcy",
    "Blocked": "owning.blocked",
    "BlockedBounds": "bounding.blocked",
    "Cascade": "settling.cascade",
    "Clearing": "settling.clearing",
    "CloseLinks": "owning.links",
    "Comparison": "planning.comparison",
    "Contributions": "flowing.contributions",
    "Control": "holding.control",
    "ControlBounds": "bounding.control",
    "Corners": "bounding.corners",
    "CramaLeruth": "deciding.crama_leruth",
    "DeclaredOwners": "owning.declared",
    "DeFacto": "deciding.turnout",
    "Designs": "designing.designs",
    "Dividends": "flowing.dividends",
    "Group": "deciding.group",
    "KarosPeters": "deciding.network_power",
    "LinksBounds": "bounding.links",
    "Lookthrough": "flowing.look_through",
    "Loops": "holding.loops",
    "Meeting": "meeting.meeting",
    "Netting": "settling.netting",
    "NetworkFlow": "deciding.network_power",
    "NetworkPower": "deciding.network_power",
    "NetworkValue": "flowing.network_value",
    "Outcome": "planning.outcome",
    "Owners": "owning.owning",
    "OwnersBounds": "bounding.owners",
    "Ownership": "holding.ownership",
    "OwnershipBounds": "bounding.ownership",
    "Parties": "deciding.parties",
    "Power": "deciding.power",
    "Split": "settling.split",
    "Stable": "settling.stable",
    "Stale": "rules.stale",
    "Ultimate": "holding.tops",
    "Unwind": "settling.unwind",
    "Value": "flowing.value",
    "Watch": "deciding.watch",
    "WeakestLink": "deciding.wedge",
}
"""Who tells which result: a function of the result and of a Snapshot, in a file of this room, read when it is first needed."""


def lines(result: Any, titles: Snapshot | Titles | FileTitles) -> list[str]:
    """A result as text. What has no telling of its own is told by its ``str``. Only names and titles are taken from a Snapshot."""
    place = TELLERS.get(type(result).__name__)
    if place is None:
        return str(result).splitlines()
    file, function = place.split(".")
    tell: Callable[[Any, Any], list[str]] = getattr(import_module(f"crosshold.report.{file}"), function)
    return tell(result, titles)
