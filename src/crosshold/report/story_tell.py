"""Tells the story of a case: asks law, measures and deals once, and lays the answers out for a reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from crosshold.deal.outcome import Outcome
from crosshold.deal.plan import Plan
from crosshold.deal.simulate import simulate
from crosshold.deal.view import View
from crosshold.errors import Findings
from crosshold.model.register import Register
from crosshold.model.snapshot import Snapshot
from crosshold.report.balance_map import BalanceMap, Way, balance_map, group, stake
from crosshold.report.figures import money, percent, points, sign
from crosshold.report.scene import Scene
from crosshold.report.scene_build import State, build, build_pair
from crosshold.report.story import NearLine, Story, Variant
from crosshold.report.story_claims import claims, names_of, news, sources
from crosshold.report.story_law import controls_in_words, near_lines, reasons_in_words, rules_named, state_of, why_nil
from crosshold.report.story_map import blocking_lines, judge_of, vote_shares, with_definitions
from crosshold.report.story_notes import caveats, method, settings
from crosshold.report.story_variants import Edge, edges_of, name_of, variant_of_view
from crosshold.report.wording import ratio


def tell(register: Register, plans: Sequence[Plan], *, snapshot: Snapshot | None = None) -> Story:
    """The story of a case and of plans for it; the first plan is drawn before and after.

    ``snapshot`` is the moment told, by default the register's own. A case without two companies that hold each other has no
    comparison and no map; a case without plans is told as it stands.
    """
    here = snapshot or register.at()
    past = register.earlier(here)
    outcomes = [simulate(here, plan, past=past) for plan in plans] or [simulate(here, Plan(steps=()), past=past)]
    start = outcomes[0].start
    names = names_of(here)
    state = state_of(start)
    pair = _pair(outcomes[0], here)
    edges = edges_of(here, state.rows, pair) if pair else []
    today = _today(start, outcomes[0], pair, edges, names)
    variants = _variants(register, outcomes if plans else [], pair, edges, names)
    near = near_lines(start.votes.ballot, here, names, pair)
    claimed = claims(register, names, here.known_by)
    about = sum(s.about is not None for s in news(register, here.known_by))
    before, after = _scenes(state, outcomes if plans else [], variants, here)
    findings = Findings([*here.findings, *start.votes.ballot.findings])
    partners = tuple(edge for edge in edges if pair and _between(here, edge, pair))
    why = why_nil(start.votes.ballot, here, names)
    reasons = reasons_in_words(start.votes.ballot, here, names)
    chart = _chart(here, outcomes if plans else [], variants, pair, names)
    lines = chart.lines if chart else ()
    told = " ".join(
        [*reasons, *(n.rule for n in near), *(e for v in variants for e in v.events), *(line.label for line in lines)]
    )
    return Story(
        case=here.case, title=here.title or here.case, at=here.at, known_by=here.known_by, currency=here.currency,
        question=_question(here, plans, pair, names), answer=_answer(here, pair, today, variants, near, names, partners, why),
        claims=claimed, about_plan=about, parties=names, holders={i: tuple(rows) for i, rows in state.rows.items()},
        reasons=reasons, controls=controls_in_words(state, names), near=near, today=today,
        variants=variants, pair=pair, partners=partners, before=before, after=after, chart=chart,
        caveats=caveats(register, here, state.rows, names, plans), method=method(here),
        sources=sources(register, here.known_by), rules=rules_named(told, here), findings=tuple(findings),
        settings=settings(here, outcomes[0]),
    )  # fmt: skip


def _pair(outcome: Outcome, snapshot: Snapshot) -> tuple[str, str] | None:
    """The two companies, the one with the larger stake in the other first."""
    two = outcome.balance["start"].get("between")
    if not two:
        return None
    a, b = two
    return (a, b) if stake(snapshot, a, b) >= stake(snapshot, b, a) else (b, a)


def _between(snapshot: Snapshot, edge: Edge, pair: tuple[str, str]) -> bool:
    first, second = (group(snapshot, party) for party in pair)
    return (edge[0] in first and edge[1] == pair[1]) or (edge[0] in second and edge[1] == pair[0])


def _today(
    start: View, outcome: Outcome, pair: tuple[str, str] | None, edges: Sequence[Edge], names: Mapping[str, str]
) -> Variant:
    if pair is None:
        return Variant("today", "today", "Today", {}, "", {}, ())
    return variant_of_view(start, pair, edges, names, id="today", name="today", title="Today", balance=outcome.balance["start"])


def _variants(
    register: Register, outcomes: Sequence[Outcome], pair: tuple[str, str] | None, edges: Sequence[Edge], names: Mapping[str, str]
) -> tuple[Variant, ...]:
    if pair is None:
        return ()
    found = []
    for n, outcome in enumerate(outcomes):
        end = outcome.end
        found.append(
            variant_of_view(
                end, pair, edges, names, id=outcome.plan.id or f"plan{n}", name=name_of(end.snapshot, pair),
                title=outcome.plan.title or outcome.plan.id, balance=outcome.balance["end"], outcome=outcome, register=register,
            )
        )  # fmt: skip
    return tuple(found)


def _scenes(
    state: State, outcomes: Sequence[Outcome], variants: Sequence[Variant], snapshot: Snapshot
) -> tuple[Scene, Scene | None]:
    title = f"Today: {snapshot.at}"
    if not outcomes:
        return build(state, title=title), None
    end = outcomes[0].end
    name = f" ({variants[0].name})" if variants else ""
    then = f"If the plan were carried out{name}: {outcomes[0].plan.title or outcomes[0].plan.id}"
    return build_pair(state, state_of(end), titles=(title, then))


def _question(snapshot: Snapshot, plans: Sequence[Plan], pair: tuple[str, str] | None, names: Mapping[str, str]) -> str:
    if not pair:
        return "Who holds, votes and controls whom?"
    first, second = (names[party] for party in pair)
    if not plans:
        return f"Who votes and who controls, where {first} and {second} hold each other?"
    return f"What happens to votes, control and money if {first} and {second} cut their holdings in each other?"


def _answer(
    snapshot: Snapshot, pair: tuple[str, str] | None, today: Variant, variants: Sequence[Variant],
    near: Sequence[NearLine], names: Mapping[str, str], partners: Sequence[Edge], why: str,
) -> tuple[tuple[str, str], ...]:  # fmt: skip
    """Five lines: today, why, votes after, money, what comes next."""
    if pair is None:
        return ()
    lines = [("Today.", _holdings(snapshot, today, names, partners, pair)), *([("Why.", why)] if why else [])]
    if variants:
        ends = "; ".join(
            f"at {v.name} {v.voters}, balance {ratio(v.balance.get('exercisable_votes'))}"
            if v.balance.get("exercisable_votes") is not None else f"at {v.name} {v.voters}, no mutual power is left" for v in variants
        )  # fmt: skip
        was = ratio(today.balance.get("exercisable_votes"))
        ends = ends[0].upper() + ends[1:]
        lines.append(
            ("If the report is right.", f"{ends} (today {today.voters}, balance on votes {was}; 1 is equal, 0 one-sided).")
        )
        lines.append(("Money.", _money(variants, snapshot.currency, names)))
    moving = [line for line in near if line.would_change][:2] or list(near[:1])
    if moving:
        lines.append(("What comes next.", f"The lines that would move votes: {' and '.join(map(_line, moving))}."))
    return tuple(lines)


def _line(line: NearLine) -> str:
    have = "have" if " with " in line.who else "has"
    far = f"{points(abs(line.distance)).lstrip('+')} {'above' if line.met else 'below'}"
    return f"{line.rule} at {sign(line.op)} {line.threshold} ({line.who} {have} {percent(line.now)} of {line.issuer}'s {line.basis}, {far})"


def _holdings(
    snapshot: Snapshot, today: Variant, names: Mapping[str, str], partners: Sequence[Edge], pair: tuple[str, str]
) -> str:
    said = []
    for holder, issuer in partners:
        row = today.stakes.get((holder, issuer))
        if row is None:
            continue
        votes = {"no_votes": "none of it", "votes": "all of it"}.get(row.status, "part of it")
        parent = next(party for party in pair if holder in group(snapshot, party))
        who = names[holder] if parent == holder else f"{names[parent]}, through {names[holder]},"
        said.append(f"{who} holds {percent(row.share)} of {names[issuer]} and votes {votes}")
    return f"{'; '.join(said)}."


def _money(variants: Sequence[Variant], currency: str, names: Mapping[str, str]) -> str:
    nets = ", ".join(f"{money(v.net, currency)} at {v.name}" for v in variants)
    said = f"The sales bring {nets} after the block discount"
    if all(v.fund is not None for v in variants):
        said += f"; the joint fund gets {', '.join(money(v.fund or 0, currency) for v in variants)}"
    if any(v.losses for v in variants):
        lost = ", ".join(money(sum((b.loss for b in v.losses), start=v.net * 0), currency) for v in variants)
        first = next(b for v in variants for b in v.losses)
        printed = f", printed {first.printed}" if first.printed else ""
        said += f"; {names[first.holder]} books a loss of {lost} (accounts of {first.as_of}{printed})"
    return f"{said}."


def _chart(
    snapshot: Snapshot,
    outcomes: Sequence[Outcome],
    variants: Sequence[Variant],
    pair: tuple[str, str] | None,
    names: Mapping[str, str],
) -> BalanceMap | None:
    if pair is None:
        return None
    first, second = pair
    ways = []
    for outcome, variant in zip(outcomes, variants, strict=True):
        states = [outcome.start.snapshot, *(executed.view.snapshot for executed in outcome.steps)]
        points = [(stake(s, second, first), stake(s, first, second)) for s in states]
        ways.append(Way(variant.name, tuple(point for n, point in enumerate(points) if n == 0 or point != points[n - 1])))
    judge = judge_of(pair, names)
    lines = blocking_lines(snapshot, pair, names)
    drawn = balance_map(snapshot, first, second, judge, ways=ways, lines=lines, shares=lambda s: vote_shares(s, pair), samples=8)
    return replace(drawn, lines=tuple(replace(line, label=with_definitions(line.label, snapshot)) for line in drawn.lines))
