"""The verbs, in a reader's order. None of them changes what it is given.

    read -> check -> at -> ballot -> network -> ownership, control, owners, power, value, loops -> simulate -> compare -> explain

Rooms are imported when a verb first needs them, so that a small question starts fast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from crosshold.errors import FileError, Finding, Findings, RequestError, did_you_mean
from crosshold.network import Network, build

if TYPE_CHECKING:
    from crosshold.deal.compare import Comparison
    from crosshold.deal.outcome import Outcome
    from crosshold.deal.plan import Plan
    from crosshold.formats.amounts import Numbers
    from crosshold.law.ballot import Ballot
    from crosshold.law.outcome import StableOutcome
    from crosshold.law.rule import Rule
    from crosshold.measures.bounds import ControlBounds, OwnershipBounds
    from crosshold.measures.clearing import Clearing
    from crosshold.measures.control import Control, DeFacto, Ultimate
    from crosshold.measures.cooperative import Bankruptcy, Split, Stable
    from crosshold.measures.corners import Corners
    from crosshold.measures.dividends import Dividends
    from crosshold.measures.failures import Cascade
    from crosshold.measures.groups import Group
    from crosshold.measures.lookthrough import Lookthrough
    from crosshold.measures.loops import Loops
    from crosshold.measures.netting import Netting, Unwind
    from crosshold.measures.network_power import CramaLeruth, KarosPeters, NetworkFlow, NetworkPower
    from crosshold.measures.network_value import NetworkValue
    from crosshold.measures.owners import (
        Bands,
        Blocked,
        BlockedBounds,
        CloseLinks,
        LinksBounds,
        Owners,
        OwnersBounds,
        OwnerTest,
        Watch,
    )
    from crosshold.measures.ownership import Ownership
    from crosshold.measures.parties import Parties
    from crosshold.measures.power import Power
    from crosshold.measures.value import Contributions, OwnAssets, Value
    from crosshold.measures.wedge import WeakestLink
    from crosshold.model.register import Register
    from crosshold.model.result import Result
    from crosshold.model.snapshot import Snapshot
    from crosshold.model.stakes import Stakes
    from crosshold.report.explanation import Explanation
    from crosshold.report.listing import FileTitles
    from crosshold.report.survey import Survey


def cases() -> tuple[str, ...]:
    """Names of the bundled cases."""
    return tuple(sorted(item.name for item in files("crosshold.cases").iterdir() if (item / "case.yaml").is_file()))


def find(source: str | Path) -> Path:
    """The path of a case: a file or folder, or the name of a bundled case."""
    path = Path(source)
    if _exists(path):
        return path
    if str(source) in cases():
        with as_file(files("crosshold.cases") / str(source)) as folder:
            return folder
    message = "there is no such file or folder, and no bundled case of that name."
    raise FileError(Finding("C_FILE", message, did_you_mean(str(source), cases()), str(source)))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long for the system, or one with a null character
        return False


def read(source: str | Path, *, format: str | None = None) -> Register:
    """Read a case file, a case folder or a bundled case by its name. ``FileError`` tells every fault at once."""
    from crosshold.formats.case import read_case

    if format not in (None, "case"):
        raise RequestError(Finding("E_FORMAT", f"{format!r} is no format that is read here.", "Known: case.", "format"))
    return read_case(find(source))


def is_register(source: str | Path) -> bool:
    """True when a name says that it is a table of holdings (.csv, .csv.gz, .parquet) and not a case."""
    from crosshold.formats.holdings_header import is_table

    return is_table(Path(source)) and not (Path(source) / "case.yaml").is_file()


def read_network(
    source: str | Path,
    *,
    threads: int | None = None,
    totals: str | None = None,
    overheld: str = "refuse",
    progress: Callable[[float], None] | None = None,
) -> Network:
    """The Network of a register of holdings, ``.csv``, ``.csv.gz`` or ``.parquet``, of ten million rows and more.

    ``totals``: all shares of a company are in the ``column`` total (the default), or the ``sum`` of its rows. ``overheld="report"`` lets
    holdings pass 100 % and says so. ``threads`` of the reader (default: all); ``progress`` hears its finished share, 0 to 1.
    docs/registers.md names the columns. ``FileError`` tells every bad row with its line, of which it shows the first twenty.
    """
    from crosshold.formats.holdings import read_holdings

    table = read_holdings(source, threads=threads, totals=totals, progress=progress)
    try:
        made = Network.from_columns(
            table.ids, table.holder, table.issuer, table.weight, table.total, basis=table.basis, overheld=overheld
        )
        votes = made.votes
        if table.votes is not None and table.votes_total is not None:
            basis = "gross_votes"
            cast = Network.from_columns(
                table.ids, table.holder, table.issuer, table.votes, table.votes_total, basis=basis, overheld=overheld
            )
            made, votes = replace(made, findings=(*made.findings, *cast.findings)), cast.votes
    except RequestError as error:
        few = shortened(error.findings)
        lines = table.lines_of([finding.where for finding in few if finding.code == "E_OVERHELD"])
        told = [replace(f, message=f"{f.message.rstrip('.')} ({lines[f.where]}).") if f.where in lines else f for f in few]
        raise FileError(told) from None
    counted = np.count_nonzero((table.weight > 0) & (table.holder != table.issuer)) - len(made.capital.in_holder)
    message = f"{counted:,} rows name a holder and a company that another row names too: their shares were added up."
    merged = [Finding("N_MERGED", message, "", table.layout.path.name)] if counted else []
    findings = shortened([*table.findings, *merged, *made.findings])
    return replace(made, votes=votes, kinds=table.kinds, names=table.names, findings=tuple(findings))


def survey(thing: Network | Ultimate, question: str = "holdings") -> Survey:
    """A whole register in a few numbers: its ``holdings`` or ``circles``, or who stands at the top in an Ultimate; and all in columns."""
    from crosshold.report import survey as room

    if not isinstance(thing, Network):
        return room.survey_control(thing)
    return room.survey_rings(thing) if question == "circles" else room.survey_holdings(thing)


def shortened(findings: Iterable[Finding]) -> list[Finding]:
    """The first twenty findings of each code, and how many more there are: a register can have a hundred thousand."""
    from crosshold.report.survey import shortened as few

    return few(findings)


def synthetic(target: str | Path, *, holdings: int = 1_000_000, seed: int = 1, profile: Any = "register") -> Path:
    """Write a made-up register to ``.csv`` or ``.parquet``; see :func:`crosshold.cases.synthetic_register`."""
    from crosshold.cases.synthetic import synthetic_register
    from crosshold.report.columns import appearing

    with appearing(Path(target)) as part:
        synthetic_register(holdings, seed, profile=profile).write(part)
    return Path(target)


def write(thing: Any, target: str | Path, *, format: str | None = None) -> Path:
    """Write a Register or a Plan as YAML, a result as JSON, CSV or Parquet, an Outcome as JSON; the suffix picks the form.

    The file appears whole or not at all.
    """
    from crosshold.report.files import write_file

    return write_file(thing, Path(target), format)


def read_plan(source: str | Path, case: str | Path | None = None) -> Plan:
    """Read a plan file; a bare name is looked up in the ``plans`` folder of the case."""
    from crosshold.deal.plan import Plan

    path = Path(source)
    if not _exists(path) and case is not None:
        folder = find(case)
        folder = (folder if folder.is_dir() else folder.parent) / "plans"
        if (folder / f"{source}.yaml").is_file():
            return Plan.read(folder / f"{source}.yaml")
        known = sorted(item.stem for item in folder.glob("*.yaml")) if folder.is_dir() else []
        message = "there is no such plan file, and the case has no plan of that name."
        raise FileError(Finding("C_FILE", message, did_you_mean(str(source), known), str(source)))
    return Plan.read(path)


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
    except CrossholdError as error:
        found.extend(error.findings)
    return list(found)


def ballot(
    snapshot: Snapshot, *, rules: Any = None, meeting: str = "ordinary", readings: str | Mapping[str, str] | None = None
) -> Ballot:
    """The law and the contracts applied: for every lot its gross, exercisable and exercised votes, each with its reason."""
    from crosshold.law.ballot import ballot as count

    return count(snapshot, rules=rules, meeting=meeting, readings=readings)


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


def ownership(network: Network, *, convention: str = "source-avoiding", **options: Any) -> Ownership:
    """Direct and integrated ownership in one of three named conventions: source-avoiding, all-walks, simple-paths."""
    from crosshold.measures import ownership as room

    return room.ownership(network, convention=convention, **options)


def control(
    network: Network, *, threshold: Fraction | str = Fraction(1, 2), issuer: str | None = None, **options: Any
) -> Control:
    """Who controls whom: the least fixpoint of "strictly more than the threshold of the votes, alone or through the controlled".

    ``issuer`` keeps only the controllers of that company.
    """
    from crosshold.measures import control as room

    return room.control(network, threshold=threshold, companies=None if issuer is None else [issuer], **options)


def ultimate(
    network: Network, *, threshold: Fraction | str = Fraction(1, 2), issuer: str | None = None, **options: Any
) -> Ultimate:
    """Who stands at the top of each controlled company, its nearest controller, and rings of mutual control."""
    from crosshold.measures import control as room

    return room.ultimate(network, threshold=threshold, companies=None if issuer is None else [issuer], **options)


def owners(
    network: Network,
    issuer: str | None = None,
    *,
    test: str = "eu-ubo-25",
    listed: Iterable[str] = (),
    at: date | None = None,
    **options: Any,
) -> Owners | Blocked | CloseLinks:
    """Who counts as an owner of one company (or of every one) under a named test, who is blocked, or who is closely linked.

    ``listed`` are the blocked persons that the 50 percent rule starts from; ``at`` a date, to be told when the test does not apply.
    """
    from crosshold.measures import owners as room

    named = room.owner_test(test)
    result: Owners | Blocked | CloseLinks
    if named.question == "blocked":
        result = room.blocked(network, listed, issuer=issuer, test=test, **options)
    elif named.question == "links":
        result = room.close_links(network, issuer, test=test, **options)
    else:
        result = room.owners(network, issuer, test=test, **options)
    return result if at is None else result.with_findings(named.out_of_force(at))


def owner_test(name: str) -> OwnerTest:
    """A test of ownership by its id or short name: its line, reading, citation, dates."""
    from crosshold.measures.owners import owner_test as named

    return named(name)


def power(network: Network, issuer: str, *, index: str = "shapley-shubik", **options: Any) -> Power:
    """Voting power in one company under a named index, with a named treatment of the dispersed rest."""
    from crosshold.measures import power as room

    return room.power(network, issuer, index=index, **options)


def value(network: Network, own_assets: Mapping[str, Any]) -> Value:
    """Equity and outside value of every company from its own assets, and how much is counted twice."""
    from crosshold.measures import value as room

    return room.value(network, own_assets)


def contributions(value: Value) -> Contributions:
    """Whose own assets end with the outside holders of which company; those of each company add up."""
    from crosshold.measures import value as room

    return room.contributions(value)


def market_value(snapshot: Snapshot, network: Network) -> Value:
    """The same from the market: price times issued shares, turned into own assets first; amounts in the case's currency."""
    from crosshold.measures import value as room

    result = room.value(network, room.own_assets(network, market_caps(snapshot)))
    return replace(result, settings={**result.settings, "money": snapshot.currency})


def market_caps(snapshot: Snapshot) -> dict[str, Fraction]:
    """Price times issued shares, in the case's currency, of every company that has a price.

    A price or rate of a later day than the Snapshot's is ``E_FUTURE_DATA``; a missing rate ``E_FX_MISSING``.
    """
    from crosshold.deal.ledger import rate

    caps = {}
    for name, price in snapshot.prices.items():
        if name in snapshot.issuers:
            if price.date > snapshot.at:
                message = f"the price of {name} is of {price.date}, after {snapshot.at}."
                raise RequestError(Finding("E_FUTURE_DATA", message, "Ask about that day or later, or add an older price.", name))
            worth = rate(snapshot.fx, price.currency, snapshot.currency, snapshot.at, name)
            caps[name] = Fraction(price.value) * snapshot.issuers[name].issued * worth
    return caps


def loops(network: Network, own_assets: Mapping[str, Any] | None = None, **options: Any) -> Loops:
    """Circles of holdings: components, each simple loop, and what it is worth."""
    from crosshold.measures import loops as room

    return room.loops(network, own_assets=own_assets, **options)


def look_through(network: Network, **options: Any) -> Lookthrough:
    """Who finally receives what each company is worth: shares of outside owners and of each company's float, which add up to 1."""
    from crosshold.measures import lookthrough as room

    return room.lookthrough(network, **options)


def dividends(network: Network, profit: Mapping[str, Any], payout: Mapping[str, Any] | None = None, **options: Any) -> Dividends:
    """What companies earn when they pay part of their income to each other, and who receives what leaves the circle."""
    from crosshold.measures import dividends as room

    return room.dividends(network, profit, payout, **options)


def network_value(network: Network, values: Mapping[str, Any], **options: Any) -> NetworkValue:
    """What everything an entity holds is worth, directly and through others, with its own value."""
    from crosshold.measures import network_value as room

    return room.network_value(network, values, **options)


def market_network_value(snapshot: Snapshot, network: Network) -> NetworkValue:
    """The same with the own assets that the market's prices leave, in the case's currency."""
    found = market_value(snapshot, network)
    result = network_value(network, {name: x for name, x in found.own_assets.items() if x is not None})
    return replace(result.with_findings(found.findings), settings={**result.settings, "money": snapshot.currency})


def wedge(network: Network, owner: str, company: str, **options: Any) -> WeakestLink:
    """Cash-flow and control rights of an owner by the weakest link of each chain, and the wedge between them."""
    from crosshold.measures import wedge as room

    return room.weakest_link(network, owner, company, **options)


def group(network: Network, family: Iterable[str], **options: Any) -> Group:
    """Position, centrality and critical threshold of every firm in a family's business group."""
    from crosshold.measures import groups as room

    return room.business_group(network, family, **options)


def parties(network: Network, issuer: str, **options: Any) -> Parties:
    """The smallest parties that control a company together."""
    from crosshold.measures import parties as room

    return room.smallest_parties(network, issuer, **options)


def turnout(network: Network, holder: str, issuer: str, turnouts: Sequence[Any] = ()) -> DeFacto:
    """Whether a holder, with all it controls, has a majority of the votes cast at a company when only a part of all votes is cast."""
    from crosshold.measures import control as room

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


def watch(network: Network, strategic: Iterable[str], **options: Any) -> Watch:
    """Which purchases would take a buyer over a line of notification or control at strategic companies."""
    from crosshold.measures import owners as room

    return room.watch(network, strategic, **options)


def consolidation(network: Network, parents: Iterable[str] | None = None, *, standard: str = "IFRS") -> Bands:
    """Which companies a parent consolidates in full, which by the equity method and which not, under a standard of accounting."""
    from crosshold.measures import owners as room

    return room.bands(network, parents, standard=standard)


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


def stakes(snapshot: Snapshot, votes: Ballot | None = None, *, capital_basis: str = "outstanding") -> Stakes:
    """The stakes of a case with their bounds, for the three verbs below. With a Ballot its settled outcome says which lots can vote."""
    from crosshold.model.stakes import Stakes

    if votes is None:
        return Stakes.from_snapshot(snapshot, capital_basis=capital_basis)
    return Stakes.from_snapshot(snapshot, votes.outcome().weights(), votes_basis="exercisable_votes", capital_basis=capital_basis)


def ownership_bounds(stakes: Stakes, **options: Any) -> OwnershipBounds:
    """The least and the most that each holder can own, given stakes known only between bounds."""
    from crosshold.measures import bounds as room

    return room.ownership_bounds(stakes, **options)


def control_bounds(stakes: Stakes, *, issuer: str | None = None, **options: Any) -> ControlBounds:
    """Who certainly controls whom, and who possibly does, given stakes known only between bounds."""
    from crosshold.measures import bounds as room

    result = room.control_bounds(stakes, **options)
    return result if issuer is None else replace(result, rows=tuple(row for row in result.rows if row.controlled == issuer))


def owner_bounds(
    stakes: Stakes,
    issuer: str | None = None,
    *,
    test: str = "eu-ubo-25",
    listed: Iterable[str] = (),
    at: date | None = None,
    **options: Any,
) -> OwnersBounds | LinksBounds | BlockedBounds:
    """Who certainly or possibly counts under a named test, given stakes known only between bounds."""
    from crosshold.measures import owners as room

    named = room.owner_test(test)
    result: OwnersBounds | LinksBounds | BlockedBounds
    if named.question == "blocked":
        found = room.blocked_bounds(stakes, listed, test=test, **options)
        result = found if issuer is None else replace(found, rows=tuple(row for row in found.rows if row.issuer == issuer))
    elif named.question == "links":
        result = room.links_bounds(stakes, issuer, test=test, **options)
    else:
        result = room.owners_bounds(stakes, issuer, test=test, **options)
    return result if at is None else result.with_findings(named.out_of_force(at))


def at_corners(stakes: Stakes, measure: Callable[[Network], Result], **options: Any) -> Corners:
    """What any measure was seen to be, at least and at most, over the corners of stakes known only between bounds."""
    from crosshold.measures import corners as room

    return room.at_corners(stakes, measure, **options)


def cascade(
    network: Network,
    own_assets: Mapping[str, Any],
    thresholds: Mapping[str, Any],
    failure_costs: Mapping[str, Any],
    **options: Any,
) -> Cascade:
    """Who fails with whom when a company worth less than its threshold loses its failure cost, in the best and the worst case."""
    from crosshold.measures import failures as room

    return room.cascade(network, own_assets, thresholds, failure_costs, **options)


def cascade_after(
    network: Network,
    before: Value,
    lose: Mapping[str, Fraction],
    *,
    line: Fraction | str = "4/5",
    cost: Fraction | str = "1/10",
    thresholds: Mapping[str, Any] | None = None,
    failure_costs: Mapping[str, Any] | None = None,
    every: bool = False,
) -> Cascade:
    """:func:`cascade` after a shock: companies ``lose`` parts (0-1, by id) of the own assets that they have in ``before``.

    Without ``thresholds`` a company fails below the part ``line`` of its outside value before the shock; without ``failure_costs`` its
    failure costs the part ``cost`` of that value.
    """
    values = {name: Fraction(x) for name, x in before.outside_value.items() if x is not None and x > 0}
    assets = {name: Fraction(x) * (1 - lose.get(name, 0)) for name, x in before.own_assets.items() if x is not None}
    lines = {name: Fraction(line) * x for name, x in values.items()} if thresholds is None else thresholds
    costs = {name: Fraction(cost) * x for name, x in values.items()} if failure_costs is None else failure_costs
    found = cascade(network, assets, lines, costs, every=every)
    said = {"lost": ", ".join(f"{name} {part} of its own assets" for name, part in lose.items()) or "nothing"}
    said |= {"line": f"{line} of the value before" if thresholds is None else "given"}
    said |= {"cost": f"{cost} of the value before" if failure_costs is None else "given"}
    said |= {"money": before.settings["money"]} if "money" in before.settings else {}
    return replace(found, settings={**found.settings, **said}).with_findings(before.findings)


def clearing(assets: Mapping[str, Any], **options: Any) -> Clearing:
    """What firms that owe each other pay, and what is left to their owners."""
    from crosshold.measures import clearing as room

    return room.clearing(assets, **options)


def net(holdings: Iterable[Sequence[Any]], *, kind: str = "conservative") -> Netting:
    """How much of what companies hold in each other (rows of holder, issuer, money) could vanish, nobody being richer or poorer."""
    from crosshold.measures import netting as room

    return room.net(holdings, kind)


def unwind(
    issued: Mapping[str, Any], shares: Iterable[Sequence[Any]], own_assets: Mapping[str, Any], *, kind: str = "conservative"
) -> Unwind:
    """The same in shares: cross-held ones swapped for own ones at fair value and cancelled."""
    from crosshold.measures import netting as room

    return room.unwind(issued, shares, own_assets, kind=kind)


def split(values: Any, solution: str = "shapley", **options: Any) -> Split | Stable:
    """Divide what all partners have together, given what every coalition would have alone."""
    from crosshold.measures import cooperative as room

    return room.solve(values, solution, **options)


def ration(estate: Any, claims: Any, *, rule: str = "talmud") -> Bankruptcy:
    """Divide an estate that is too small for the claims on it."""
    from crosshold.measures import cooperative as room

    return room.bankruptcy(estate, claims, rule=rule)


def read_numbers(source: str | Path, question: str) -> Numbers:
    """The small YAML, JSON or CSV file of numbers that a question brings along: cascade, clear, dividends, net, split, value."""
    from crosshold.formats.amounts import QUESTIONS
    from crosshold.formats.amounts import read_numbers as read_file

    return read_file(Path(source), QUESTIONS[question])


def market_own_assets(snapshot: Snapshot, network: Network) -> OwnAssets:
    """What each company has beside its stakes, from the market: price times outstanding shares, less what its stakes are worth there."""
    from crosshold.measures import value as room

    caps = market_caps(snapshot)
    for name, cap in caps.items():
        issuer = snapshot.issuers[name]
        own = sum(lot.shares for lot in snapshot.lots_of(name) if lot.holder == name)
        caps[name] = cap * (issuer.issued - own) / issuer.issued
    return room.own_assets(network, caps)


def market_net(snapshot: Snapshot, network: Network, *, kind: str = "conservative") -> Netting:
    """:func:`net` of the holdings of a case at market prices, in the case's currency."""
    found = market_own_assets(snapshot, network)
    rows = [
        (holder, issuer, part * (found.equity[issuer] or 0))
        for holder, issuer, part in holdings(network)
        if holder in found.equity
    ]
    result = net(rows, kind=kind)
    return replace(
        result.with_findings([*network.findings, *found.findings]), settings={**result.settings, "money": snapshot.currency}
    )


def market_unwind(snapshot: Snapshot, network: Network, *, kind: str = "conservative") -> Unwind:
    """:func:`unwind` of the holdings of a case, at prices that give back today's market prices."""
    found = market_own_assets(snapshot, network)
    lots = [(lot.holder, lot.issuer, lot.shares) for name in snapshot.issuers for lot in snapshot.lots_of(name)]
    issued = {name: issuer.issued for name, issuer in snapshot.issuers.items()}
    assets = {name: money for name, money in found.own_assets.items() if money is not None and name in issued}
    result = unwind(issued, lots, assets, kind=kind).with_findings([*network.findings, *found.findings])
    return replace(result, settings={**result.settings, "money": snapshot.currency})


def simulate(snapshot: Snapshot, plan: Plan, **options: Any) -> Outcome:
    """Replay a plan exactly, step by step, with votes, events, cash and findings after each."""
    from crosshold.deal.simulate import simulate as run

    return run(snapshot, plan, **options)


def compare(before: Any, after: Any) -> Comparison:
    """What differs between two Outcomes, or between doing nothing (a Snapshot) and an Outcome."""
    from crosshold.deal.compare import compare as difference

    return difference(before, after)


def rules(*jurisdictions: str, at: date | None = None, file: str | Path | None = None) -> list[Rule]:
    """The bundled rules, or those of a rule file, of some jurisdictions and in force at a date when given.

    Reading a rule file checks it: every fault at once, as ``FileError``.
    """
    from crosshold.law.book import load

    book = load() if file is None else load([Path(file)])
    return book.list(jurisdictions=jurisdictions, at=at)


def explain(
    result: Any, holder: str, issuer: str, *, register: Register | None = None, snapshot: Snapshot | None = None
) -> Explanation:
    """The proof behind one number of a Ballot, Ownership or Control: paths, sums, rules, sources, in words and as data.

    A Ballot brings its Snapshot; for the others ``snapshot`` (and ``register``) add names and sources.
    """
    from crosshold.report.explanation import explanation

    here = snapshot or getattr(result, "snapshot", None) or _nameless(result)
    return explanation(result, holder, issuer, here, register)


def _nameless(result: Any) -> Snapshot:
    """A Snapshot that only knows the ids of a result's network."""
    from crosshold.model.entity import Entity
    from crosshold.model.snapshot import Lots, Snapshot

    entities = {name: Entity(name, result.network.names.get(name, "")) for name in result.network.ids}
    return Snapshot(at=date.min, entities=entities, issuers={}, lots=Lots([]))


def lines(result: Any, snapshot: Snapshot | FileTitles) -> list[str]:
    """A result as text for a terminal."""
    from crosshold.report.answers import lines as tell

    return tell(result, snapshot)


def register_lines(result: Any, network: Network, title: str) -> list[str]:
    """A result on a register as text for a terminal."""
    from crosshold.report.answers import lines as tell
    from crosshold.report.survey import Titles

    return tell(result, Titles(network, title))


def file_titles(source: str | Path) -> FileTitles:
    """What the printed answer about a file of numbers is headed with."""
    from crosshold.report.listing import FileTitles

    return FileTitles(str(source))


def votes_lines(ballot: Ballot, issuers: Sequence[str]) -> list[str]:
    """A Ballot as text: who can vote what at some companies, why not, and the nearest lines of law."""
    from crosshold.report.legal import votes

    return votes(ballot, issuers)


def rule_lines(rules: Sequence[Rule], *, whole: bool) -> list[str]:
    """Rules as text: one line each, or ``whole`` pages."""
    from crosshold.report.legal import rule_page, rule_table

    return [line for rule in rules for line in [*rule_page(rule), ""]] if whole else rule_table(rules)


def demo(target: Path) -> list[str]:
    """Tell the bundled alliance case on the terminal and write its report to ``target``."""
    from crosshold.report.files import write_text
    from crosshold.report.html import page
    from crosshold.report.story_tell import tell
    from crosshold.report.terminal import render

    story = tell(read("alliance"), [read_plan(name, "alliance") for name in ("cut_30_10", "cut_20_12", "exit_0_0")])
    write_text(page(story), target)
    return [*render(story).splitlines(), f"The report is in {target}. It is one file; open it in any browser."]
