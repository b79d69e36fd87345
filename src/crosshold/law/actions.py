"""What rules can do to the votes of a register: one action per rule, effect and pair, with what every lot keeps where it applies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from crosshold.errors import Finding, Findings, RequestError
from crosshold.law.bench import Bench
from crosshold.law.facts import Facts, said
from crosshold.law.judge import Judge
from crosshold.law.rule import Effect, Rule
from crosshold.law.together import Together
from crosshold.law.truth import FALSE, TRUE, UNKNOWN, both
from crosshold.law.vocabulary import FACTS, FIXED_BASES, MUTUAL_FACTS
from crosshold.law.world import World
from crosshold.model.exact import number
from crosshold.model.snapshot import Record


@dataclass(frozen=True, eq=False)
class Action:
    """One rule on the votes of one holder in one issuer: ``kept[k]`` is what lot ``lots[k]`` can exercise where it applies. ``together``:
    it applies only where exactly these owners count with the holder."""

    rule: Rule
    effect: Effect
    issuer: str
    holder: str
    lots: tuple[int, ...]
    kept: tuple[int, ...]
    scope: int = TRUE
    given: int | None = None
    together: frozenset[str] | None = None
    _static: dict[str, int] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def env(self) -> dict[str, str]:
        """Roles of the rule: X and Y stand for the same pair; the lot where the rule asks something of each."""
        roles = {"I": self.issuer, "H": self.holder, "X": self.issuer, "Y": self.holder}
        return {**roles, "lot": str(self.lots[0])} if self.rule.by_lot else roles

    def trigger(self, judge: Judge) -> int:
        """Truth of its condition, before exceptions."""
        if self.given is not None:
            return self.given
        if self.scope == FALSE:
            return FALSE
        if self.together is not None or not (judge.settled and judge.bench.is_static(self.rule)):
            return self._condition(judge)
        if judge.bench.meeting not in self._static:  # the same in every state and reading
            self._static[judge.bench.meeting] = self._condition(judge)
        return self._static[judge.bench.meeting]

    def _condition(self, judge: Judge) -> int:
        tree = self.rule.clauses[self.effect.clause] if self.effect.clause else self.rule.when
        assert tree is not None
        value = judge.value(tree, self.env, self.rule, self.effect.clause or "")
        if self.together is not None and value != FALSE:
            value = both(value, judge.exactly(self))
        return value if self.scope == TRUE else FALSE if value == FALSE else (value & FALSE) | UNKNOWN

    def excepted(self, value: int, judge: Judge) -> int:
        """The same after the row's exception."""
        if self.rule.unless is None or self.given is not None or not value & TRUE:
            return value
        except_ = judge.value(self.rule.unless, self.env, self.rule, "unless")
        kept = (TRUE if except_ & FALSE else 0) | (FALSE if except_ & TRUE else 0) | (except_ & UNKNOWN)
        result = (TRUE if kept & TRUE else 0) | (FALSE if value & FALSE or kept & FALSE else 0)
        return result | (UNKNOWN if value & UNKNOWN or kept & UNKNOWN else 0)


def actions(
    world: World,
    rules: Iterable[Rule],
    meeting: str,
    definitions: Mapping[str, Rule],
    *,
    every: bool = False,
    unrecorded: bool = False,
) -> list[Action]:
    """Every rule that takes votes, for every holder it could reach. Dispersed holders are no party; own shares have no votes.

    A rule that needs the issuer to have something of the holder is only looked at inside circles of holdings, and one that only asks for
    records where they are, unless ``every``; with ``unrecorded`` rows count for which the records are missing.
    """
    found: list[Action] = []
    records = Records(world.facts)
    by_rule: dict[str, list[tuple[Rule, Effect]]] = {}
    for rule, effect in _in_question(world, rules, meeting, every=every or unrecorded):
        by_rule.setdefault(rule.version, []).append((rule, effect))
    lone = not every and only_circles(world, rules, meeting)
    idle = all(pairs[0][0].needs_stake for pairs in by_rule.values())
    groups = Together(world, definitions, few=lone)
    circles = world.circles.among(_in_reach(world, by_rule.values())) if lone else {}
    for issuer in circles if lone else sorted(world.owners):
        if lone and idle and issuer not in world.strong and issuer not in world.named:
            continue
        open_rows = [pairs for pairs in by_rule.values() if world.admits(pairs[0][0].issuer, issuer) != FALSE]
        if lone and issuer not in world.strong and issuer not in world.named:
            open_rows = [pairs for pairs in open_rows if not pairs[0][0].needs_stake]
        if not (every or unrecorded):
            open_rows = [pairs for pairs in open_rows if records.could_hold(pairs[0][0], issuer)]
        owners = (circles if lone else world.owners)[issuer] if open_rows else {}
        for holder, lots in owners.items() if lone else sorted(owners.items()):
            voting = tuple(i for i in lots if world.gross[i])
            if holder in world.dispersed or holder == issuer or not voting:
                continue
            circle = every or lone or world.circles.joins(holder, issuer)
            for pairs in open_rows:
                rule = pairs[0][0]
                if rule.needs_return and not (circle and (not lone or could_hold(rule, world, issuer, holder))):
                    continue
                scope = reach(rule, world, issuer, holder)
                for _, effect in pairs if scope != FALSE else ():
                    if effect.together is None or effect.together.scheme:
                        found += _cut(world, rule, effect, issuer, holder, voting, scope)
        for rule, effect in (row for pairs in open_rows for row in pairs):
            if effect.together is not None and not effect.together.scheme:
                found += _group_cuts(world, rule, effect, issuer, groups, lone=lone)
    return found + orders(world)


def _in_reach(world: World, rows: Iterable[Sequence[tuple[Rule, Effect]]]) -> set[str] | None:
    """Who has a tenth of somebody or is named in a record, where no row could hold between others; ``None``: everybody."""
    for pairs in rows:
        alone = all(effect.together is None or effect.together.scheme for _, effect in pairs)
        if not alone or not pairs[0][0].needs_return or pairs[0][0].possible(lambda head, target, chain: False):
            return None
    return {*world.strong, *world.named}


def _in_question(world: World, rules: Iterable[Rule], meeting: str, *, every: bool = False) -> list[tuple[Rule, Effect]]:
    """The rows and effects that take votes in a meeting; those that only ask for records, where somebody made such records."""
    rows = [(rule, effect) for rule in rules for effect in rule.takes_votes if effect.acts_in(meeting)]
    records = Records(world.facts)
    return [row for row in rows if every or records.could_hold(row[0])]


class Records:
    """Which facts are recorded, and about which issuers."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._about: dict[tuple[str, str], set[str]] = {}
        self._could: dict[tuple[str, str | None], bool] = {}

    def could_hold(self, rule: Rule, issuer: str | None = None) -> bool:
        """Whether a row could hold with the records there are, whoever holds what; with an issuer, with those about it. Issuers that no
        record names are alike."""
        key = rule.version, issuer if issuer is None or issuer in self._named_anywhere else ""
        if key not in self._could:
            self._could[key] = rule.possible(lambda *_, **__: True, lambda words: self._recorded(words, issuer))
        return self._could[key]

    @cached_property
    def _named_anywhere(self) -> set[str]:
        return {name for fact, keys in FACTS.items() for key in keys for name in self._named(fact, key)}

    def _recorded(self, words: tuple[str, ...], issuer: str | None) -> bool:
        name, roles = words[0], words[1:]
        if not self.facts.of(name):
            return False
        keys = [key for key, role in zip(FACTS[name], roles, strict=True) if role == "I"]
        return issuer is None or name in MUTUAL_FACTS or all(issuer in self._named(name, key) for key in keys)

    def _named(self, name: str, key: str) -> set[str]:
        if (name, key) not in self._about:
            values = [record.get(key) for record in self.facts.of(name)]
            self._about[name, key] = {
                str(v) for value in values for v in (value if isinstance(value, (list, tuple)) else [value])
            }
        return self._about[name, key]


def only_circles(world: World, rules: Iterable[Rule], meeting: str) -> bool:
    """Whether nobody outside a circle of holdings can lose votes: no rule reaches further, and no order was recorded."""
    if world.facts.of("order_suspends_votes"):
        return False
    return all(
        rule.needs_return and not (effect.together is not None and effect.together.concert)
        for rule, effect in _in_question(world, rules, meeting)
    )


def could_hold(rule: Rule, world: World, issuer: str, holder: str) -> bool:
    """Whether a rule could hold for a pair, whoever else is silent: where no chain of control can start and the issuer's own stake in the
    holder cannot reach a tenth, nothing has to be worked out. Only where lots inside circles alone can be silent."""
    ends = (issuer, holder), (holder, issuer)
    has = tuple(whom in world.strong.get(who, ()) for who, whom in ends)
    may = tuple(world.may_control(who, whom) for who, whom in ends)
    key = rule.version, has, may
    if key not in world.possible:
        own = {"I": 0, "X": 0, "H": 1, "Y": 1}

        def strong(head: str, target: str, *, chain: bool) -> bool:
            return own[head] == own[target] or (may if chain else has)[own[head]]

        world.possible[key] = rule.possible(strong)
    return world.possible[key]


def _cut(world: World, rule: Rule, effect: Effect, issuer: str, holder: str, lots: tuple[int, ...], scope: int) -> list[Action]:
    """What a rule does to a holder's lots: one action, or one per lot where the rule asks something of each."""
    kept = kept_votes(world, effect, rule, issuer, holder, lots)
    if rule.by_lot:
        return [Action(rule, effect, issuer, holder, (i,), (k,), scope) for i, k in zip(lots, kept, strict=True)]
    return [Action(rule, effect, issuer, holder, lots, kept, scope)]


def _group_cuts(world: World, rule: Rule, effect: Effect, issuer: str, groups: Together, *, lone: bool) -> Iterator[Action]:
    """What a party and those who count with it keep together, also where it holds nothing itself: one action for every group it
    may have."""
    assert effect.together is not None
    owners = {owner for owner in world.owners[issuer] if owner not in world.dispersed and owner != issuer}
    for head in groups.heads(effect.together, owners, rule):
        scope = reach(rule, world, issuer, head) if head != issuer else FALSE
        if scope == FALSE or (lone and not could_hold(rule, world, issuer, head)):
            continue
        for members in groups.members(effect.together, head, issuer, owners):
            lots = tuple(i for member in sorted(members) for i in world.owners[issuer][member] if world.gross[i])
            if lots:
                kept = kept_votes(world, effect, rule, issuer, head, lots)
                yield Action(rule, effect, issuer, head, lots, kept, scope, None, members if effect.together.subs else None)


def reach(rule: Rule, world: World, issuer: str, holder: str) -> int:
    """Whether a row's scope covers a pair."""
    values = world.admits(rule.issuer, issuer), world.admits(rule.holder, holder)
    return FALSE if FALSE in values else UNKNOWN if UNKNOWN in values else TRUE


def orders(world: World) -> list[Action]:
    """Orders of a court or regulator: given, so that rules on exercisable votes see them."""
    found = []
    for i, lot in enumerate(world.lots) if world.facts.of("order_suspends_votes") else ():
        value = world.facts.value("order_suspends_votes", lot.id)
        if value is not None and world.gross[i]:
            record = world.facts.records("order_suspends_votes", lot.id)[0]
            name = str(record.get("rule") or "ORDER")
            row = Rule(
                name,
                "",
                "vote_rule",
                str(record.get("confidence") or "A"),
                "order",
                str(record.get("source") or ""),
                None,
                None,
                None,
            )
            given = value if value in (TRUE, FALSE) else UNKNOWN
            found.append(Action(row, Effect("zero"), lot.issuer, world.owner[i], (i,), (0,), TRUE, given))
    return found


def kept_votes(world: World, effect: Effect, rule: Rule, issuer: str, holder: str, lots: Sequence[int]) -> tuple[int, ...]:
    """What each lot keeps under an effect; everything when a share that a fact must tell is not told.

    A partial cut lets the holder keep floor(share * base). The newest lots lose first (unknown counts as newest, ties by id, last
    first); a lot cut from s to k shares keeps floor(votes * k / s).
    """
    if effect.votes == "zero":
        return (0,) * len(lots)
    share, base = told_share(world, effect, rule, issuer, holder)
    if share is None:
        return tuple(world.gross[i] for i in lots)
    in_shares = base in ("issued", "outstanding")
    own = world.own(issuer)
    whole = {
        "issued": world.issued(issuer),
        "outstanding": world.issued(issuer) - sum(world.lots[i].shares for i in own),
        "gross_votes": world.gross_total(issuer),
        "theoretical_votes": world.gross_total(issuer) + sum(world.base[i] for i in own),
    }[base]
    left = whole * share.numerator // share.denominator
    among = list(lots)
    if effect.together is not None and effect.together.scheme:
        bound, rest = _members(world, effect, rule, issuer, holder)
        left = max(left - sum(world.lots[i].shares if in_shares else world.gross[i] for i in rest), 0)
        among = [*lots, *bound]
    kept: dict[int, int] = {}
    for i in sorted(among, key=lambda i: (world.lots[i].since or "9999", world.lots[i].id)):
        size = world.lots[i].shares if in_shares else world.gross[i]
        part = min(size, left)
        left -= part
        kept[i] = world.gross[i] * part // size if size else 0
    return tuple(kept[i] for i in lots)


def told_share(world: World, effect: Effect, rule: Rule, issuer: str, holder: str) -> tuple[Fraction | None, str]:
    """The share of a partial cut and its base: of the row, or of the record the row points at; ``None`` without one."""
    if not effect.share_from:
        return effect.share, effect.base
    who = {"rule": rule.id, "party": holder, "by": holder, "holder": holder, "issuer": issuer, "target": issuer}
    records = world.facts.records(effect.share_from, *(who.get(key, "") for key in FACTS[effect.share_from]))
    told = next((r for r in records if r.get("share") is not None), None)
    base = str(told.get("of") or effect.base) if told else effect.base
    return (number(told["share"]) if told else None), base


def check_shares(world: World, rules: Iterable[Rule]) -> None:
    """A record that a row reads a share from must tell one (``C_MISSING_KEY``), exactly (``C_NOT_EXACT``), from 0 to 1
    (``C_BAD_VALUE``), of a base that can be counted (``C_CAP_NO_BASE``)."""
    faults = Findings()
    for rule, effect in [(r, e) for r in rules for e in r.effects if e.share_from]:
        for record in world.facts.of(effect.share_from or ""):
            if record.get("rule") in (None, rule.id) and said([record]) == TRUE:
                faults.extend(_share_faults(record, rule, effect))
    faults.raise_errors(RequestError)


def _share_faults(record: Record, rule: Rule, effect: Effect) -> Iterator[Finding]:
    share, base, name = record.get("share"), str(record.get("of") or effect.base), f"the fact {effect.share_from}"
    if share is None:
        yield Finding("C_MISSING_KEY", f"{rule.id} needs the share of {name}.", "Add 'share' to the fact.", "facts")
        return
    try:
        exact = number(str(share) if isinstance(share, bool) else share)
    except ValueError:
        yield Finding("C_NOT_EXACT", f"{name}: {share!r} is no ratio.", 'Write a quoted ratio, "1/5".', "facts")
    else:
        if not 0 <= exact <= 1:
            yield Finding(
                "C_BAD_VALUE",
                f"{name}: a share of {share} is not from nothing to everything.",
                "Write a ratio from 0 to 1.",
                "facts",
            )
    if base not in FIXED_BASES:
        cure = f"Write 'of': one of {', '.join(FIXED_BASES)}."
        yield Finding("C_CAP_NO_BASE", f"a share of {base!r} is not a number of votes.", cure, "facts")


def _members(world: World, effect: Effect, rule: Rule, issuer: str, holder: str) -> tuple[list[int], list[int]]:
    """Lots of the other members of a holder's designated group: of those the rule binds as well, and of those it leaves free."""
    assert effect.together is not None and effect.together.scheme is not None
    groups = [group for group, _ in world.facts.designated(effect.together.scheme) if holder in group]
    others = {name for group in groups for name in group} - {holder, issuer}
    judge = Judge(Bench(world, {}, meeting=next(iter(effect.meetings), "ordinary")))
    bound, rest = list[int](), list[int]()
    for name in sorted(others):
        lots = [i for i in world.owners[issuer].get(name, ()) if world.gross[i]]
        action = Action(rule, effect, issuer, name, tuple(lots), (0,) * len(lots), reach(rule, world, issuer, name))
        binds = lots and not rule.definitions and not rule.by_lot and action.excepted(action.trigger(judge), judge) == TRUE
        (bound if binds else rest).extend(lots)
    return bound, rest
