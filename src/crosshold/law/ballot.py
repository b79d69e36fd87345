"""The Ballot: the law and the contracts applied to one Snapshot (spec 2).

Order of operations, version 1: lots at the date; class votes; loyalty per lot; own shares 0 (gross). Statutory suspensions and orders, all
stable outcomes of them (exercisable). Contracts (exercised). Quorum, majority, tally.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from crosshold.errors import Finding, Findings, RequestError, UndeterminedError
from crosshold.kernels.collector import collector_rests
from crosshold.law.actions import Action, actions, check_shares, only_circles
from crosshold.law.bench import Bench
from crosshold.law.book import ORDER, RuleBook, book_for
from crosshold.law.covenants import check as check_contracts
from crosshold.law.covenants import rights
from crosshold.law.flags import Flag, flags_of
from crosshold.law.loyalty import multiply, past_world
from crosshold.law.meeting import check_class
from crosshold.law.near import Near, near_lines
from crosshold.law.obligations import obligations, sales
from crosshold.law.outcome import MANY, LotRow, StableOutcome
from crosshold.law.proof import explain
from crosshold.law.readings import ATTRIBUTIONS, attributions, in_words, matches, readings_of
from crosshold.law.rule import Rule, may_apply
from crosshold.law.stable import Search, TooManyUndecidedError
from crosshold.law.terms import Terms, terms
from crosshold.law.verdict import Verdict, advice, untested_clauses, verdicts
from crosshold.law.world import Bounds, World
from crosshold.model.result import plain
from crosshold.model.snapshot import Snapshot


@dataclass(frozen=True, eq=False, repr=False)
class Ballot:
    """Every stable outcome of the votes on one day.

    ``settled``: one distinct outcome over all readings. ``bounds`` are, per reading, the bounds no outcome leaves (by lot id).
    ``rules`` are the rows in force that were applied, ``advice`` those that may not change a vote (confidence C). ``stops`` are the
    readings without an outcome, each with why.
    """

    snapshot: Snapshot
    rules: tuple[Rule, ...]
    outcomes: tuple[StableOutcome, ...]
    bounds: tuple[tuple[Mapping[str, str], Mapping[str, Bounds]], ...]
    benches: tuple[Bench, ...] = field(repr=False)
    meeting_class: str
    accept: tuple[str, ...]
    book_hash: str
    stops: tuple[tuple[Mapping[str, str], Finding], ...] = ()
    early: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        return f"Ballot({self.snapshot.at}, {len(self.outcomes)} outcomes)"

    def __str__(self) -> str:
        heads = [f"Ballot at {self.snapshot.at}: {'settled' if self.settled else f'{len(self.outcomes)} outcomes'}."]
        for number, outcome in enumerate(self.outcomes, 1):
            heads += [f"  outcome {number}:"] if len(self.outcomes) > 1 else []
            heads += [f"  {line}" for line in outcome.in_words()]
        return "\n".join([*heads, *(f"  {finding}" for finding in self.findings)])

    @property
    def settled(self) -> bool:
        """Whether all readings lead to one and the same outcome."""
        return len(self.outcomes) == 1 and not self.stops

    @cached_property
    def unsettled_lots(self) -> tuple[str, ...]:
        """Lots whose exercisable votes differ between outcomes, or that a reading without an outcome may leave otherwise."""
        return tuple(sorted(lot for lots in self._unsettled.values() for lot in lots))

    @cached_property
    def _unsettled(self) -> dict[str, list[str]]:
        """The unsettled lots by issuer. A lot that no rule could cut is settled."""
        found: dict[str, list[str]] = {}
        lots = self.snapshot.lots
        places = {i for outcome in self.outcomes for i in outcome.kept}
        places |= {p for _, bounds in self._left_open for lot in bounds if (p := lots.position(lot)) is not None}
        for i in sorted(places):
            lot, counts = lots[i], {outcome.exercisable[i] for outcome in self.outcomes}
            if len(counts.union(*(bounds[lot.id] for _, bounds in self._left_open if lot.id in bounds))) > 1:
                found.setdefault(lot.issuer, []).append(lot.id)
        return found

    @cached_property
    def _left_open(self) -> tuple[tuple[Mapping[str, str], Mapping[str, Bounds]], ...]:
        """``bounds`` of the readings without an outcome."""
        stopped = [reading for reading, _ in self.stops]
        return tuple(row for row in self.bounds if row[0] in stopped)

    def settled_in(self, issuer: str) -> bool:
        """Whether the votes in one issuer are the same in every outcome, and no reading without one leaves them open."""
        return bool(self.outcomes) and issuer not in self._unsettled

    @property
    def unsettled_issuers(self) -> tuple[str, ...]:
        """Companies with an unsettled lot."""
        return tuple(self._unsettled)

    @cached_property
    def moved(self) -> tuple[str, ...]:
        """Companies in which a rule takes votes or a contract binds in some outcome, or that are not settled; sorted."""
        return tuple(sorted({*self._unsettled, *(name for outcome in self.outcomes for name in outcome.moved)}))

    @property
    def told(self) -> tuple[str, ...]:
        """The companies told about when nobody names one: all, or in a register of many lots those in which votes are taken."""
        return tuple(self.snapshot.issuers) if len(self.snapshot.lots) <= MANY else self.moved

    @property
    def settled_everywhere(self) -> bool:
        """Whether the votes of no company differ between outcomes."""
        return bool(self.outcomes) and not self._unsettled

    def about(self, *issuers: str) -> Ballot:
        """The same Ballot, with lines, labels and duties told of these companies alone."""
        return replace(self, outcomes=tuple(replace(outcome, asked=issuers) for outcome in self.outcomes))

    def outcome(self, reading: str | Mapping[str, str] | None = None, index: int | None = None) -> StableOutcome:
        """The one outcome; of a reading (``gross``, ``exercisable``, or a choice per rule), or by its place in ``outcomes``.

        ``UndeterminedError`` with ``E_MULTI_FIXPOINT`` when several remain and none is named by ``index``, with ``E_NO_FIXPOINT`` or
        ``E_TOO_MANY_UNDECIDED`` when there is none.
        """
        found = [o for o in self.outcomes if reading is None or any(matches(r, reading) for r in o.readings)]
        if stopped := [why for r, why in self.stops if reading is None or matches(r, reading)]:
            raise UndeterminedError(stopped)
        if not found:
            message = (
                "no outcome belongs to that reading." if self.outcomes else "no state of the votes agrees with all the rules."
            )
            kind = RequestError if self.outcomes else UndeterminedError
            raise kind(Finding("E_NO_FIXPOINT", message, self._what_settles(), "ballot"))
        if index is not None and not 0 <= index < len(found):
            raise RequestError(
                Finding("E_UNKNOWN_ID", f"there are {len(found)} outcomes, none numbered {index}.", "Count from 0.")
            )
        if index is None and len(found) > 1:
            message = f"{len(found)} outcomes agree with the law; they differ in {', '.join(self.unsettled_lots)}."
            raise UndeterminedError(Finding("E_MULTI_FIXPOINT", message, self._what_settles(), "ballot"))
        return found[index or 0]

    def _what_settles(self) -> str:
        open_rows = sorted({name for reading, _ in self.bounds for name in reading if name != "attribution"})
        start = f"Choose a reading of {', '.join(open_rows)} (gross or exercisable), name" if open_rows else "Name"
        if any("attribution" in reading for reading, _ in self.bounds):
            start = f"Choose an attribution (registered or beneficiary). {start}"
        return f"{start} an outcome, or record a fact that decides it."

    def lots(self) -> list[list[LotRow]]:
        """One block of rows per outcome."""
        return [outcome.lots() for outcome in self.outcomes]

    def near(self, window: Fraction | str = Fraction(1, 20)) -> list[Near]:
        """Distance to every line: all between companies that hold each other, any other within ``window`` of its threshold."""
        found: dict[Near, None] = {}
        for outcome in self.outcomes:
            found.update(dict.fromkeys(near_lines(outcome, Fraction(str(window)))))
        return list(found)

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Every rule on every pair it could reach, with the inequality, also where it does not apply."""
        return tuple(verdicts(self.outcomes, self.rules, self.accept))

    @cached_property
    def flags(self) -> tuple[Flag, ...]:
        """Labels of accounts on every pair with a holding, from the first outcome."""
        return tuple(flags_of(self.outcomes[0])) if self.outcomes else ()

    @cached_property
    def not_tested(self) -> tuple[str, ...]:
        """Grounds of control that would change a vote and about which nobody recorded anything, as ``RULE#clause``."""
        return tuple(dict.fromkeys(name for outcome in self.outcomes for name in untested_clauses(outcome)))

    @cached_property
    def contract_events(self) -> tuple[dict[str, Any], ...]:
        """Contract rights that are open, and contracts that have lapsed; ``certain`` when every outcome says so."""
        lapsed: dict[str, list[str]] = {}
        for outcome in self.outcomes:
            for name, why in outcome.casting.lapsed.items():
                lapsed.setdefault(name, []).append(why)
        everywhere = {name: rows[0] for name, rows in lapsed.items() if len(rows) == len(self.outcomes)}
        return (
            *rights(self.benches[0].world, everywhere),
            *(
                {"kind": "contract_lapsed", "contract": name, "cause": rows[0], "certain": name in everywhere}
                for name, rows in lapsed.items()
            ),
        )

    @cached_property
    def terms(self) -> tuple[Terms, ...]:
        """Every contract of the case: its promise, whether it runs, what it does to votes in the first outcome, what would end it."""
        return tuple(terms(self.outcomes[0])) if self.outcomes else ()

    @cached_property
    def duties(self) -> tuple[dict[str, Any], ...]:
        """What a rule that holds obliges a party to sell, in whole shares; ``certain`` when every outcome says so, ``by`` the last day
        where the row says from when it runs."""
        found: dict[tuple[Any, ...], int] = {}
        for outcome in self.outcomes:
            found_here = dict.fromkeys(sales(outcome))
            for key in found_here:
                found[key] = found.get(key, 0) + 1
        names = ("rule", "party", "issuer", "sell_shares", "within", "by")
        return tuple({**dict(zip(names, key, strict=True)), "certain": n == len(self.outcomes)} for key, n in found.items())

    @cached_property
    def standing(self) -> tuple[dict[str, Any], ...]:
        """Every rule of duties, bans, links and the like that holds for a pair in the first outcome, with what it asks."""
        return tuple(obligations(self.outcomes[0])) if self.outcomes else ()

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Everything worth telling; a stop (``E_NO_FIXPOINT``, ``E_TOO_MANY_UNDECIDED``) is told here and raised by :meth:`outcome`."""
        found = Findings(self.early)
        found.extend(why for _, why in self.stops)
        if len(self.snapshot.lots) > MANY and self.outcomes and self.outcomes[0].asked is None:
            told, every = len(self.outcomes[0].looked_at), len(self.snapshot.lots.codes("issuer").words)
            message = (
                f"lines of law, labels and duties are told of the {told:,} companies, of {every:,}, in which votes are taken."
            )
            found.add("N_LINES_OF_SOME", message, "Name a company for its own.", "ballot")
        if len(self.outcomes) > 1:
            found.add("W_VOTES_UNSETTLED", self._two_outcomes(), self._what_settles(), "ballot")
        if self.not_tested:
            message = f"nobody recorded anything about {', '.join(self.not_tested)}; if one of them held, votes would change."
            found.add("W_CLAUSE_NOT_TESTED", message, "Record the fact, for or against.", "facts")
        for outcome in self.outcomes:
            found.extend(advice(outcome, self.accept))
            found.extend(outcome.findings)
        for right in self.contract_events:
            if right.get("confidence", "A") != "A":
                said = f"its text was not read (confidence {right['confidence']})"
                message = f"{right['contract']} opens a right for {right['holder']}; {said}."
                found.add("W_RULE_UNVERIFIED", message, "Read the contract before relying on it.", right["contract"])
        return tuple(found)

    def _two_outcomes(self) -> str:
        said = []
        for number, outcome in enumerate(self.outcomes[:4], 1):
            reading = "; ".join(in_words(r) for r in outcome.readings if r)
            silent = ", ".join(outcome.cut) or "no lot"
            said.append(f"{number}) {silent} loses votes{f' ({reading})' if reading else ''}")
        return f"{len(self.outcomes)} outcomes are consistent with the law, which does not say which: {'; '.join(said)}."

    def attributed(self, issuer: str, attribution: str = "registered") -> dict[str, Fraction]:
        """Share of the shares issued per holder, registered or beneficial."""
        world = World(self.snapshot, attribution)
        return {owner: world.stake({owner}, issuer) for owner in world.owners.get(issuer, {}) if owner != issuer}

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """Why a holder has the votes it has, as plain data: lots, rules with their inequalities, control chains, contracts, sources."""
        return explain(self, holder, issuer)

    def to_dict(self, *, exact: bool = False, issuers: Sequence[str] | None = None) -> dict[str, Any]:
        """JSON form of the verb ``votes``; the first outcome fills ``issuers``, the others ``alternatives``."""
        names = tuple(issuers or self.told)
        blocks = [outcome.to_dict(exact=exact, issuers=names) for outcome in self.outcomes]
        for block in blocks:
            for name, row in block["issuers"].items():
                row["settled"] = self.settled_in(name)
                row["outcomes"] = len({tuple(o.exercisable[i] for i in o.world.by_issuer.get(name, ())) for o in self.outcomes})
        first = blocks[0] if blocks else {"issuers": {}, "readings": [], "cut": []}
        return {
            "at": self.snapshot.at.isoformat(), "order": ORDER, "rules": [rule.version for rule in self.rules],
            "rules_hash": self.book_hash,
            "accept": list(self.accept), "meeting": self.meeting_class, "settled": self.settled, **first, "alternatives": blocks[1:],
            "bounds": [{"reading": dict(r), "lots": {k: list(v) for k, v in lots.items()}} for r, lots in self._left_open],
            "near": [line.to_dict(exact=exact) for line in self.near()], "duties": list(self.duties),
            "flags": [flag.to_dict() for flag in self.flags if flag.met],
            "contracts": list(self.contract_events), "terms": plain(self.terms), "not_tested": list(self.not_tested),
            "findings": plain(self.findings),
        }  # fmt: skip


def ballot(
    snapshot: Snapshot,
    *,
    rules: RuleBook | None = None,
    meeting: str = "ordinary",
    readings: str | Mapping[str, str] | None = None,
    attribution: str | None = None,
    accept: Iterable[str] = (),
    past: Snapshot | Sequence[Snapshot] | None = None,
    high_quorum: bool = False,
) -> Ballot:
    """Apply the rules the Snapshot chose (from ``rules``, default the bundled book) and its contracts.

    ``readings`` fixes open points: ``gross`` or ``exercisable`` for all, or a choice per rule; ``None`` runs both. ``attribution``
    counts shares of trustees as theirs (``registered``) or the beneficiary's; ``None`` runs both where a row leaves it open and somebody
    holds for another, else ``registered``. ``accept`` lists rows, or ``ROW#part``, of confidence C
    that may change votes. ``past`` are earlier Snapshots, for rules on a rise within some months. ``high_quorum`` uses the share that a
    cap names for an unusually high quorum. A rule id that does not exist, or a fault of a fact or contract, is a ``RequestError``; more
    or fewer than one outcome is no error here.
    """
    check_class(meeting)
    check_contracts(snapshot)
    if attribution not in (None, *ATTRIBUTIONS):
        raise RequestError(Finding("E_ATTRIBUTION", f"{attribution!r} is no attribution.", "Say registered or beneficiary."))
    choice = replace(snapshot.rules, accept=tuple(dict.fromkeys((*snapshot.rules.accept, *accept))))
    book = rules if rules is not None else book_for(choice)
    active, definitions, said = book.select(choice, snapshot.at)
    early = Findings(said)
    early.raise_errors(RequestError)
    voting = [rule for rule in active if any(may_apply(rule, effect.part, choice.accept) for effect in rule.effects)]
    earlier = [past] if isinstance(past, Snapshot) else list(past or ())
    runs, benches, outcomes = list[tuple[Mapping[str, str], Mapping[str, Bounds]]](), list[Bench](), list[StableOutcome]()
    stops: list[tuple[Mapping[str, str], Finding]] = []
    open_bases = readings_of(voting, definitions, choice.settings, readings, early)
    with collector_rests(len(snapshot.lots) > MANY):
        for whose in attributions(attribution, readings, snapshot, voting):
            world, voters = World(snapshot, whose or "registered"), whose or "registered"
            before = tuple(past_world(each, voters, active, definitions, meeting, choice.accept) for each in earlier)
            check_shares(world, active)
            multiply(world, active, definitions, meeting, choice.accept, early)
            world.only_circles = only_circles(world, voting, meeting)
            possible = actions(world, voting, meeting, definitions)
            todo = [a for a in possible if a.given is not None or may_apply(a.rule, a.effect.part, choice.accept)]
            for basis in open_bases:
                reading = {**basis, **({"attribution": whose} if whose else {})}
                bench = Bench(world, definitions, reading, meeting, before)
                benches.append(bench)
                bounds, found, stop = _run(bench, active, todo, high_quorum=high_quorum)
                runs.append((reading, bounds))
                outcomes += found
                stops += [(reading, stop)] if stop else []
    early = Findings(dict.fromkeys(early))
    return Ballot(
        snapshot,
        active,
        _merged(outcomes),
        tuple(runs),
        tuple(benches),
        meeting,
        choice.accept,
        book.hash,
        tuple(stops),
        tuple(early),
    )


def _run(
    bench: Bench, active: tuple[Rule, ...], todo: Sequence[Action], *, high_quorum: bool
) -> tuple[Mapping[str, Bounds], list[StableOutcome], Finding | None]:
    """One reading: its bounds by lot, its outcomes, and why there is none."""
    world, reading = bench.world, bench.reading
    search = Search(bench, todo)
    ids = {world.lots[i].id: search.bounds[i] for i in search.levels}
    try:
        states = search.run()
    except TooManyUndecidedError as error:
        lots = ", ".join(error.lots[:8])
        message = f"{len(error.lots)} lots depend on one another ({lots}, ...); up to 20 are searched."
        if error.outcomes:
            message = f"too many outcomes, at least {error.outcomes:,}: {len(error.lots)} lots are open ({lots}, ...)."
        return ids, [], Finding("E_TOO_MANY_UNDECIDED", message, "Fix a reading, or record facts that decide some.", "ballot")
    if not states:
        lots = ", ".join(sorted(name for name, (low, high) in ids.items() if low < high))
        message = f"no state of the votes agrees with all the rules{_on(reading)}: {lots} turn each other on and off."
        return ids, [], Finding("E_NO_FIXPOINT", message, "Fix a reading, or record facts that decide it.", "ballot")
    found = []
    for state in states:
        votes = list(world.gross)
        for i, (count, _) in state.items():
            votes[i] = count
        found.append(StableOutcome(bench, active, tuple(todo), tuple(votes), bench.meeting, (reading,), high_quorum))
    return ids, sorted(found, key=lambda outcome: outcome.cut), None


def _on(reading: Mapping[str, str]) -> str:
    return f" ({in_words(reading)})" if reading else ""


def _merged(outcomes: Sequence[StableOutcome]) -> tuple[StableOutcome, ...]:
    """Identical outcomes once, with every reading they belong to."""
    found: dict[tuple[int, ...], StableOutcome] = {}
    for outcome in outcomes:
        same = found.get(outcome.exercisable)
        found[outcome.exercisable] = replace(same, readings=(*same.readings, *outcome.readings)) if same else outcome
    return tuple(found.values())
