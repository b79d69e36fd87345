"""From a case to what the measures compute on: votes under the law, the network, stakes between bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosshold.errors import Finding, Findings
from crosshold.network import Network, build

if TYPE_CHECKING:
    from crosshold.law.ballot import Ballot
    from crosshold.law.book import Stale
    from crosshold.law.outcome import StableOutcome
    from crosshold.law.powers import Meeting
    from crosshold.law.rule import Rule
    from crosshold.model.register import Register
    from crosshold.model.snapshot import Snapshot
    from crosshold.model.stakes import Stakes


def check(thing: Register | Snapshot) -> list[Finding]:
    """Everything worth telling about a Register or a Snapshot: faults, conflicts between claims, what the law leaves open."""
    from crosshold.errors import CrossholdError
    from crosshold.model.register import Register

    found = Findings()
    try:
        snapshot = thing.at() if isinstance(thing, Register) else thing
        found.extend(snapshot.findings)
        found.extend(ballot(snapshot).findings)
        found.extend(network(snapshot).findings)
        found.extend(declared_differs(snapshot))
    except CrossholdError as error:
        found.extend(error.findings)
    return list(found)


def declared_differs(snapshot: Snapshot, issuer: str | None = None) -> list[Finding]:
    """``W_DECLARED_DIFFERS`` where what is declared, of one company when given, is not what the lots add up to through all chains."""
    from crosshold.measures import bounds, declared

    told = [d for d in snapshot.declared if issuer in (None, d.issuer)]
    if not told:
        return []
    held = stakes(snapshot, capital_basis="issued")
    known = [d for d in told[: declared.MOST] if d.holder in held.position and d.issuer in held.position]
    holders, issuers = sorted({d.holder for d in known}), sorted({d.issuer for d in known})
    rows = bounds.ownership_bounds(held, holders=holders, issuers=issuers).rows if known else ()
    ours = {(row.holder, row.issuer): (Fraction(row.low), Fraction(row.high)) for row in rows}
    return list(declared.declared_differs(told, ours))


def rules(*jurisdictions: str, at: date | None = None, file: str | Path | None = None) -> list[Rule]:
    """The bundled rules, or those of a rule file, of some jurisdictions and in force at a date when given.

    Reading a rule file checks it, also against the bundled rules that it may name: every fault at once, as ``FileError``.
    """
    from crosshold.formats.yaml_text import read_file
    from crosshold.law.book import RuleBook, load, with_own

    book = load() if file is None else RuleBook(with_own(read_file(Path(file))).own)
    return book.list(jurisdictions=jurisdictions, at=at)


def rule(name: str, *, at: date | None = None, file: str | Path | None = None) -> tuple[list[Rule], list[Finding]]:
    """The versions of one rule in force at a date when given; where none is, all of them and ``W_RULE_NOT_IN_FORCE``.

    An id that does not exist is ``C_UNKNOWN_RULE``, with the nearest one.
    """
    from crosshold.law.book import RuleBook, not_in_force

    versions = RuleBook(tuple(rules(file=file))).versions(name)
    active = [row for row in versions if at is None or row.in_force(at)]
    if at is None or active:
        return active, []
    return list(versions), [not_in_force(versions, at, "It is shown all the same.")]


def stale(rules: Iterable[Rule], at: date) -> Stale:
    """Which of some rules were read more than 400 days before a day and want a fresh look, and which were never read."""
    from crosshold.law.book import stale as room

    return room(rules, at)


def ballot(
    snapshot: Snapshot,
    *,
    rules: Any = None,
    meeting: str = "ordinary",
    readings: str | Mapping[str, str] | None = None,
    past: Sequence[Snapshot] = (),
) -> Ballot:
    """The law and the contracts applied: for every lot its gross, exercisable and exercised votes, each with its reason.

    ``past`` are earlier Snapshots (``register.earlier(snapshot)``), for what depends on when a line was passed.
    """
    from crosshold.law.ballot import ballot as count

    return count(snapshot, rules=rules, meeting=meeting, readings=readings, past=past)


def meeting(
    snapshot: Snapshot,
    issuer: str,
    *,
    resolution: str = "ordinary",
    turnout: Fraction | str = Fraction(1),
    readings: str | Mapping[str, str] | None = None,
) -> Meeting:
    """Who can pass or block a resolution of one company, alone and in pairs, when ``turnout`` (0 to 1) of all votes are present.

    ``resolution`` is its class (ordinary, special, merger, ...), ``readings`` as in :func:`ballot`. Where the law leaves the votes open,
    each outcome is answered, and ``settled`` is false. Bad input is a ``RequestError``: ``E_UNKNOWN_ID``, ``C_UNKNOWN_MEETING``,
    ``E_ATTENDANCE``; no outcome at all is an ``UndeterminedError``.
    """
    from crosshold.law.powers import meeting as room

    return room(ballot(snapshot, meeting=resolution, readings=readings), issuer, turnout)


def network(
    snapshot: Snapshot,
    votes: Ballot | StableOutcome | None = None,
    *,
    capital_basis: str = "outstanding",
    votes_basis: str = "exercisable_votes",
) -> Network:
    """The computing object. With a Ballot its one settled outcome gives the votes (exercisable), without one gross votes do.

    An open Ballot raises ``UndeterminedError``; hand one of its outcomes instead. ``votes_basis="gross_votes"`` takes every vote
    that the law attaches to a share, whether it can be exercised or not; all outcomes agree on those.
    """
    from crosshold.law.ballot import Ballot

    gross = votes_basis == "gross_votes"
    outcome = (votes.outcomes[0] if gross else votes.outcome()) if isinstance(votes, Ballot) else votes
    if outcome is None:
        return build(snapshot, capital_basis=capital_basis)
    counts = {row.lot: row.gross for row in outcome.lots()} if gross else outcome.weights()
    return build(snapshot, counts, votes_basis=votes_basis, capital_basis=capital_basis)


def holdings(network: Network) -> list[tuple[str, str, Fraction]]:
    """Every holding as (holder, issuer, fraction of the capital)."""
    graph, ids = network.capital, network.ids
    return [(ids[i], ids[j], Fraction(weight, int(graph.total[j]))) for i, j, weight in graph.edges()]


def stakes(snapshot: Snapshot, votes: Ballot | None = None, *, capital_basis: str = "outstanding") -> Stakes:
    """The stakes of a case with their bounds, for the three verbs below. With a Ballot its settled outcome says which lots can vote."""
    from crosshold.model.stakes import Stakes

    if votes is None:
        return Stakes.from_snapshot(snapshot, capital_basis=capital_basis)
    return Stakes.from_snapshot(snapshot, votes.outcome().weights(), votes_basis="exercisable_votes", capital_basis=capital_basis)
