"""Who decides, as lines for a terminal: voting power, power through networks, parties, families, turnout, purchases, accounts."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from crosshold.measures.control import DeFacto
from crosshold.measures.groups import Group
from crosshold.measures.network_power import CramaLeruth, KarosPeters, NetworkFlow, NetworkPower
from crosshold.measures.owners import Bands, Watch
from crosshold.measures.parties import Parties
from crosshold.measures.power import Power
from crosshold.measures.wedge import WeakestLink
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import count, percent, points
from crosshold.report.listing import MOST, WIDTH, head, listing, name, names
from crosshold.report.tables import paragraph

BANDS = {"full": "full consolidation", "equity": "equity method", "none": "neither"}


def power(result: Power, snapshot: Snapshot) -> list[str]:
    """Votes and power of every player, with how exact it is."""
    settings = result.settings
    quota = " ".join(f"{word.replace('_', ' ')} {part}" for word, part in settings["quota"].items())
    what = f"Voting power in {name(snapshot, settings['issuer'])}"
    told = head(snapshot, what, {**settings, "quota": quota}, "index", "quota", "float", "bloc", "basis", "method")
    headers = {"holder": "holder", "votes": f"% of {settings['basis']}", "power": "power, %"}
    counts = settings["index"] == "swings"
    headers |= {"power": "swings"} if counts else {}
    low, high = result.low or {}, result.high or {}
    headers |= {"low": "from", "high": "to"} if low and high else {}
    told += listing(list(result.values), lambda who: {
        "holder": name(snapshot, who), "votes": result.votes.get(who), "power": result.values[who],
        "low": low.get(who), "high": high.get(who),
    }, headers, shares=("votes", *(() if counts else ("power", "low", "high"))))  # fmt: skip
    if result.float_value is not None:
        told += ["", f"The dispersed holders together: {percent(result.float_value, 2)} of the power."]
    if low and high:
        told += ["", "From and to: the bracket of a rounding, or the 95 % interval of the draws."]
    return told


def network_power(result: NetworkPower | NetworkFlow | KarosPeters, snapshot: Snapshot) -> list[str]:
    """Entities by what they decide, the largest first."""
    kinds = {
        NetworkPower: ("Network power: how much of the network follows each one", "entities decided", "follow it"),
        NetworkFlow: ("Network power flow: how much is decided through each one", "decided through it", ""),
        KarosPeters: ("Indirect control (Karos and Peters): what each one decides, less what is decided of it", "companies", ""),
    }
    what, column, part = kinds[type(result)]
    told = head(snapshot, what, result.settings, "basis", "quota", "threshold", "float", "method", "draws", "seed")
    whole = len(result.network)
    headers = {"entity": "entity", "power": column}
    headers |= {"part": "% of all entities"} if part and result.settings.get("value") == "one each" else {}
    headers |= {"error": "standard error"} if result.error is not None else {}
    told += listing(result.rows, lambda row: {
        "entity": name(snapshot, row.entity), "power": row.power, "part": row.power / whole, "error": row.error,
    }, headers, shares=("part",), nothing="Nobody decides anything.")  # fmt: skip
    notes = {
        NetworkPower: f"Every entity counts 1, itself included: the column adds up to {count(whole)}.",
        NetworkFlow: "Every entity counts 1, itself included. What is decided through one is also decided through those above it.",
        KarosPeters: "Above 0: decides more than is decided of it. The column adds up to 0.",
    }
    return [*told, "", notes[type(result)]]


def crama_leruth(result: CramaLeruth, snapshot: Snapshot) -> list[str]:
    """The ultimate owners of one company by the chance that their vote decides it."""
    settings = result.settings
    what = f"Who decides {name(snapshot, settings['target'])} from above (Crama and Leruth)"
    told = head(snapshot, what, settings, "basis", "players", "method", "draws", "seed")
    headers = {"player": "ultimate owner", "power": "decides, % of cases"}
    headers |= {"low": "from", "high": "to"} if settings["method"] == "sampled" else {}
    headers |= {"yes": "votes start from yes"} if result.from_yes else {}
    yes: Mapping[str, Any] = result.from_yes or {}
    return told + listing(result.rows, lambda row: {
        "player": name(snapshot, row.player), "power": row.power, "low": row.low, "high": row.high, "yes": yes.get(row.player),
    }, headers, shares=("power", "low", "high", "yes"), nothing="Nobody is above it.")  # fmt: skip


def parties(result: Parties, snapshot: Snapshot) -> list[str]:
    """One line a party, and who needs nobody."""
    settings = result.settings
    how = "more than" if settings["strict"] else "at least"
    what = f"Smallest parties that control {name(snapshot, settings['issuer'])}: {how} {settings['threshold']} of {settings['basis']}"
    told = head(snapshot, what, settings, "among")
    headers = {"size": "members", "members": "who, together", "votes": f"% of {settings['basis']}"}
    told += listing(result.rows, lambda row: {
        "size": len(row.members), "members": names(snapshot, row.members), "votes": row.votes,
    }, headers, shares=("votes",), keep=("members",), nothing="No party of these holders controls it.")  # fmt: skip
    told += ["", f"Alone it is controlled by {names(snapshot, result.alone)}."]
    if result.partial:
        told.append(f"Not all are listed; those with up to {result.complete_to} members are. --limit N lists more.")
    return told


def turnout(result: DeFacto, snapshot: Snapshot) -> list[str]:
    """The share of the votes cast at each turnout, and the turnout below which there is a majority."""
    settings = result.settings
    who, where = name(snapshot, settings["holder"]), name(snapshot, settings["issuer"])
    told = head(snapshot, f"{who} at meetings of {where}", settings, "basis")
    if result.meetings:
        headers = {"turnout": "turnout", "share": "% of votes cast", "majority": "majority"}
        told += listing(result.meetings, lambda row: {
            "turnout": row.turnout, "share": row.share_of_votes_cast, "majority": row.majority,
        }, headers, shares=("turnout", "share"))  # fmt: skip
        told.append("")
    held_part = Fraction(settings["votes"])
    held = f"With all it controls it has {percent(held_part, 2)} of {settings['basis']}"
    needed = percent(result.turnout_needed, 2)
    if result.turnout_needed < 1:
        tail = f"a majority of the votes cast at any turnout below {needed}, if it votes itself."
    else:
        tail = "the majority at every turnout." if held_part * 2 > 1 else "a majority whenever not everybody votes."
    return [*told, *paragraph(f"{held}: {tail}", WIDTH)]


def wedge(result: WeakestLink, snapshot: Snapshot) -> list[str]:
    """The chains with their product and weakest link, and both rights."""
    settings = result.settings
    what = f"{name(snapshot, settings['owner'])} in {name(snapshot, settings['company'])}, chain by chain"
    told = head(snapshot, what, settings, "capital", "votes", "threshold")
    headers = {
        "chain": "chain",
        "product": f"cash flow, % of {settings['capital']}",
        "weakest": f"weakest link, % of {settings['votes']}",
    }
    told += listing(result.rows, lambda row: row._asdict() | {"chain": " -> ".join(row.chain)}, headers,
                    shares=("product", "weakest"), keep=("chain",), nothing="No chain leads there.")  # fmt: skip
    said = f"cash-flow right {percent(result.cash_flow)}, control right {percent(result.control)}, wedge {points(result.wedge)}"
    return [*told, "", f"Added up: {said}."]


def group(result: Group, snapshot: Snapshot) -> list[str]:
    """One line a firm."""
    settings = result.settings
    told = head(
        snapshot, "The group of a family, firm by firm", settings, "basis", "capital", "votes", "fixpoint", "at_threshold"
    )
    headers = {
        "firm": "firm",
        "ultimate": "cash flow",
        "position": "position",
        "critical": "critical",
        "centrality": "centrality",
        "loop": "loop",
    }
    if settings["at_threshold"] is not None:
        headers |= {"rights": f"votes at {settings['at_threshold']}", "wedge": "wedge"}
    rows: list[Any] = sorted(result._rows(), key=lambda row: (-(row.ultimate or 0), row.firm))
    told += listing(rows, lambda row: {
        "firm": name(snapshot, row.firm), "ultimate": row.ultimate, "position": row.position, "critical": row.critical_threshold,
        "centrality": row.centrality, "loop": "-" if row.loop is None else str(row.loop), "rights": row.voting_rights, "wedge": row.wedge,
    }, headers, shares=("ultimate", "critical", "centrality", "rights", "wedge"))  # fmt: skip
    notes = (
        "Cash flow: what falls to the family of the firm's profit. Position: mean length of the chains by which it comes; 1 is direct.",
        "Critical: the family controls the firm as long as control takes no more of its votes than that. Centrality: by how much the"
        " critical threshold of the other firms falls, on average, when the votes of this firm do not count. Loop: firms on the shortest"
        " circle through it.",
    )
    told += ["", *(line for note in notes for line in paragraph(note, WIDTH))]
    if settings["at_threshold"] is not None:
        told += paragraph(f"Controlled at {settings['at_threshold']}: {names(snapshot, result.controlled)}.", WIDTH)
    return told


def watch(result: Watch, snapshot: Snapshot) -> list[str]:
    """One line a purchase, the smallest first, and the lines that are passed already."""
    settings = result.settings
    what = f"Purchases that would pass a line ({settings['regime']}: {'; '.join(settings['lines'])} of {settings['basis']})"
    told = [*head(snapshot, what, settings)[:-1], *paragraph(settings["citation"], WIDTH), ""]
    headers = {
        "company": "company",
        "line": "line",
        "buyer": "buyer",
        "bought": "buys of",
        "votes": "votes",
        "part": "% of it",
        "after": "then has",
        "from": "one seller",
    }
    rows = (
        sorted(result.rows, key=lambda row: (row.company, row.line, row.part, row.buyer))
        if len(result.rows) <= MOST
        else result.rows
    )

    told += listing(rows, lambda row: {
        "company": row.company, "line": row.line, "buyer": row.buyer, "bought": row.bought, "votes": row.votes, "part": row.part,
        "after": row.after, "from": ", ".join("dispersed" if who[0] == "~" else who for who in row.sellers) or "needs several",
    }, headers, shares=("part", "after"), nothing="No purchase passes a line.")  # fmt: skip
    if result.passed:
        told += ["", "Passed today"]
        told += [f"  {line} of {company}: {name(snapshot, buyer)}" for company, line, buyer in result.passed[:MOST]]
    return [
        *told,
        "",
        "% of it: of the votes of the company whose shares are bought. Then has: % of the votes of the company watched.",
    ]


def bands(result: Bands, snapshot: Snapshot) -> list[str]:
    """One line a parent and company."""
    settings = result.settings
    told = head(snapshot, "How holdings are accounted for", settings, "standard", "basis", "full", "equity")
    headers = {"parent": "parent", "company": "company", "band": "method", "share": "% of votes", "interest": "% of its result"}
    if any(row.possible for row in result.rows[:MOST]):
        headers |= {"possible": "or, if", "condition": "this holds"}
    rows = sorted(result.rows, key=lambda row: (row.parent, -row.share, row.company))
    told += listing(rows, lambda row: {
        "parent": name(snapshot, row.parent), "company": name(snapshot, row.company), "band": BANDS[row.band], "share": row.share,
        "interest": row.interest, "possible": BANDS.get(row.possible, ""), "condition": row.condition,
    }, headers, shares=("share", "interest"), keep=("band",), nothing="Nobody holds votes.")  # fmt: skip
    return [
        *told,
        "",
        "Votes: of the parent and its subsidiaries. Result: what falls to the parent by multiplied stakes in the capital.",
    ]
