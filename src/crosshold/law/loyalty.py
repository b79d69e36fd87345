"""Loyalty votes: what a lot gains by being registered long in one name (spec 9). Step 3 of the order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from crosshold.errors import Findings
from crosshold.law.actions import reach
from crosshold.law.bench import Bench
from crosshold.law.judge import Judge
from crosshold.law.rule import Effect, Rule, may_apply
from crosshold.law.truth import FALSE, TRUE, UNKNOWN
from crosshold.law.world import World
from crosshold.model.snapshot import Snapshot


def past_world(
    snapshot: Snapshot,
    attribution: str,
    rules: Sequence[Rule],
    definitions: Mapping[str, Rule],
    meeting: str,
    accept: Sequence[str],
) -> World:
    """An earlier register with the votes that it had: loyalty rows in force on its day, of those given."""
    world = World(snapshot, attribution)
    multiply(world, [r for r in rules if r.in_force(snapshot.at)], definitions, meeting, accept, Findings())
    return world


def multiply(
    world: World, rules: Sequence[Rule], definitions: Mapping[str, Rule], meeting: str, accept: Sequence[str], found: Findings
) -> None:
    """Loyalty rows, on every lot without stated votes; who is stated has his multiplier in the number already. Rows that may not change
    votes (confidence C) are told where they would."""
    rows, unread = [], dict[str, list[str]]()
    bench = Bench(world, definitions, {}, meeting)
    judge = Judge(bench)
    for rule in (r for r in rules if r.kind == "multiplier"):
        for i in _lots(rule, world):
            lot = world.lots[i]
            if lot.votes is not None or lot.holder == lot.issuer or lot.holder in world.dispersed or not lot.shares:
                continue
            scope = reach(rule, world, lot.issuer, lot.holder)
            if scope == FALSE:
                continue
            env = {"I": lot.issuer, "H": world.owner[i], "X": lot.issuer, "Y": world.owner[i], "lot": str(i)}
            for effect in rule.effects:
                tree = rule.clauses[effect.clause] if effect.clause else rule.when
                assert tree is not None
                value = judge.value(tree, env, rule, effect.clause or "", effect)
                value = value if scope == TRUE or value == FALSE else UNKNOWN
                if may_apply(rule, effect.part, accept):
                    rows.append((rule, effect, i, value))
                elif value == TRUE:
                    unread.setdefault(rule.id, []).append(lot.id)
    _settle(world, rows, found)
    for name, lots in unread.items():
        message = f"{name} would give {', '.join(dict.fromkeys(lots))} more votes, but its text was not read (confidence C)."
        found.add("W_RULE_UNVERIFIED", message, f"Accept {name} to apply it.", name)


def _lots(rule: Rule, world: World) -> Iterator[int]:
    """The lots of every issuer that a row reaches."""
    for issuer in world.reached(rule.issuer):
        yield from world.by_issuer[issuer]


def _settle(world: World, rows: Iterable[tuple[Rule, Effect, int, int]], found: Findings) -> None:
    """Apply loyalty rows whose test came out as ``value`` per lot; tell what was assumed and what is not known.

    One lot is multiplied once, by the largest factor; all rows that hold are named.
    """
    factor: dict[int, int] = {}
    unknown: dict[str, list[str]] = {}
    for rule, effect, i, value in rows:
        lot = world.lots[i]
        if value == TRUE:
            factor[i] = max(factor.get(i, 1), effect.factor)
            world.multiplied[i] = tuple(dict.fromkeys((*world.multiplied.get(i, ()), rule.id)))
        elif value & UNKNOWN and lot.holder not in world.dispersed:
            unknown.setdefault(lot.issuer, []).append(lot.id)
    assumed: dict[str, list[str]] = {}
    for i, times in factor.items():
        lot = world.lots[i]
        world.set_votes(i, world.base[i] * times)
        assumed.setdefault(lot.issuer, []).append(lot.id)
    for issuer, lots in sorted(assumed.items()):
        message = f"{', '.join(sorted(set(lots)))} count as fully paid and registered in one name since their date."
        found.add(
            "N_LOYALTY_ASSUMED", message, "Record the fact not_fully_paid, or registered_since, where that is wrong.", issuer
        )
    for issuer, lots in sorted(unknown.items()):
        message = f"nobody says since when {', '.join(sorted(set(lots)))} are held; they count at base votes."
        found.add("N_LOYALTY_UNKNOWN", message, "Give 'since' or 'votes'.", issuer)
