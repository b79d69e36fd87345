"""Who can pass or block a resolution, as lines for a terminal."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from crosshold.law import DISCLAIMER
from crosshold.law.powers import Bound, Meeting, Power, Powers
from crosshold.law.readings import in_words
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import count, percent
from crosshold.report.listing import WIDTH, head, listing, name
from crosshold.report.tables import paragraph


def meeting(result: Meeting, snapshot: Snapshot) -> list[str]:
    """Every outcome of the law: the bar, holders alone, pairs, and who is bound by what."""
    first = result.outcomes[0]
    what = f"Who can pass or block a resolution of {name(snapshot, result.issuer)}"
    told = head(snapshot, what, {"class": first.meeting, "named holders": "all present"}, "class", "named holders")
    for number, outcome in enumerate(result.outcomes, 1):
        if len(result.outcomes) > 1:
            reading = "; or ".join(filter(None, map(in_words, outcome.settings["readings"])))
            told += [f"Outcome {number} of {len(result.outcomes)}{f' (reading: {reading})' if reading else ''}", ""]
        told += [*_outcome(outcome, snapshot), ""]
    return [*told, *paragraph(DISCLAIMER, WIDTH)]


def _outcome(result: Powers, snapshot: Snapshot) -> list[str]:
    rule = f"{result.majority.rule}" if result.majority.rule else "assumed, no rule in force says it"
    told = paragraph(
        f"Of {_votes(result.votes)} votes {_votes(result.present)} are present, a turnout of {percent(result.turnout)}. "
        f"To pass it takes {_needed(result)} ({result.majority}; {rule}){_fixed(result)}.",
        WIDTH,
    )
    share = f"% of {_base(result)}"
    headers = {"holder": "holder", "votes": "decides about", "share": share, "can": "alone"}
    if any(power.blocks_below for power in result.alone):
        headers["below"] = "blocks below a turnout of"
    told += ["", *listing(result.alone, lambda power: {
        "holder": name(snapshot, power.holders[0]), "votes": floor(power.votes), "share": power.share, "can": _can(power),
        "below": _below(power, result.votes),
    }, headers, shares=("share",), keep=("can",), nothing="No named holder has a vote.")]  # fmt: skip
    told += ["", f"Pairs that can together what neither can alone{_among(result)}"]
    told += listing(result.pairs, lambda power: {
        "holders": " and ".join(name(snapshot, holder) for holder in power.holders), "votes": _votes(power.votes), "share": power.share,
        "can": _can(power),
    }, {"holders": "pair", "votes": "decide about", "share": share, "can": "together"}, shares=("share",), keep=("can",),
        nothing="none")  # fmt: skip
    if result.bound:
        told += ["", "Holders that do not decide about all their votes"]
        told += listing(result.bound, lambda row: {
            "holder": name(snapshot, row.holder), "gross": row.gross, "decides": floor(row.decides), "by": _by(row),
        }, {"holder": "holder", "gross": "gross votes", "decides": "decides about", "by": "because of"}, keep=("by",))  # fmt: skip
    return told


def _can(power: Power) -> str:
    both = [word for word, true in (("pass", power.passes), ("block", power.blocks)) if true]
    return " and ".join(both) or "neither"


def _below(power: Power, votes: Fraction) -> str:
    """Below which turnout a holder blocks; at any, where even all votes present are too few to outvote it."""
    if not power.blocks_below:
        return "-"
    return "any" if power.blocks_below > votes else percent(Fraction(power.blocks_below) / votes)


def _by(row: Bound) -> str:
    return ", ".join(row.by) or "-"


def _votes(votes: Fraction) -> str:
    """Whole votes; a part of one, which a turnout or a cap can leave, is dropped."""
    return count(floor(votes))


def _needed(result: Powers) -> str:
    """The smallest whole number of votes that passes."""
    least = floor(result.needed) + 1 if result.majority.op == ">" else ceil(result.needed)
    return f"{count(least)} {'shares' if result.majority.of == 'present_capital' else 'votes'}"


def _fixed(result: Powers) -> str:
    said, fixed = [], result.fixed_for + result.fixed_against
    if result.abstaining:
        said.append(f"{_votes(result.abstaining)} abstain")
    if fixed:
        said.append(f"{_votes(result.fixed_for)} are cast for it and {_votes(result.fixed_against)} against it whatever happens")
        free = result.present - fixed - result.abstaining
        if free:
            bar = percent((result.needed - result.fixed_for) / free)
            said.append(f"what is left to win is {bar} of the {_votes(free)} votes that are free")
    return "".join(f"; {words}" for words in said)


def _base(result: Powers) -> str:
    return {"exercisable": "exercisable votes", "present_capital": "capital present"}.get(
        result.majority.of, f"votes {result.majority.of}"
    )


def _among(result: Powers) -> str:
    among, named = result.settings["pairs among"], len(result.alone)
    return f" (among the {among} largest)" if among < named else ""
