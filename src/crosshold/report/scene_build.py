"""Builds the scene of a Snapshot and its votes, alone or as a before-and-after pair with the same places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import cast

from crosshold.model.entity import FLOAT, Entity
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import percent
from crosshold.report.holders import HolderRow
from crosshold.report.lettering import clean, cut, wrap
from crosshold.report.ranks import ranks
from crosshold.report.scene import Edge, Node, Scene, Shape, Status, share_places

LIMITED = frozenset({"BV", "GMBH", "GK", "LLC", "LTD", "SARL", "SAS", "SRL", "SPRL", "PTE", "KFT", "SPZOO"})
MOST_NODES = 80
BASIS = "percent of shares issued"
NAME_WIDTH, NAME_LINES = 15.0, 3
LABEL_WIDTH = 26.0

Holdings = Mapping[str, Sequence[HolderRow]]


@dataclass(frozen=True)
class State:
    """One moment: the Snapshot, its holder rows, and who controls whom directly with the reason in words."""

    snapshot: Snapshot
    rows: Holdings
    controls: Mapping[tuple[str, str], str] = field(default_factory=dict)


def build(state: State, *, title: str, notes: Sequence[str] = (), issuers: Sequence[str] | None = None) -> Scene:
    """The scene of one moment; ``issuers`` narrows it to some companies and their holders."""
    return _scene(state, title, notes, tuple(issuers or state.rows), _ranks_of([state]), None)


def build_pair(
    before: State, after: State, *, titles: tuple[str, str], notes: tuple[Sequence[str], Sequence[str]] = ((), ())
) -> tuple[Scene, Scene]:
    """The scenes before and after a plan. Every party and holding of either is in both, at the same place; what changed is marked."""
    issuers = tuple(dict.fromkeys([*before.rows, *after.rows]))
    shared = _ranks_of([before, after])
    first = _scene(before, titles[0], notes[0], issuers, shared, after)
    second = _scene(after, titles[1], notes[1], issuers, shared, before)
    marked = tuple(_changed(e, before, after) if _differs(e, before, after) else e for e in second.edges)
    one, two = share_places(first, replace(second, edges=marked))
    return one, two


def _ranks_of(states: Sequence[State]) -> dict[str, int]:
    """Ranks by the first state; parties that only a later one has follow its votes."""
    voters: dict[tuple[str, str], Fraction] = {}
    for state in states:
        for row in (row for rows in state.rows.values() for row in rows):
            if not row.own and not row.holder.startswith("~"):
                voters.setdefault((row.holder, row.issuer), row.votes_share or Fraction(0))
    parties = list(dict.fromkeys(name for state in states for name in state.snapshot.entities if not name.startswith("~")))
    parties = [name for name in parties if any(name in pair for pair in voters)]
    return ranks(parties, states[0].controls, voters)


def _scene(
    state: State, title: str, notes: Sequence[str], issuers: Sequence[str], rank: dict[str, int], other: State | None
) -> Scene:
    snapshot = state.snapshot
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    order = {name: n for n, name in enumerate(snapshot.entities)}
    for issuer in issuers:
        rows = _with_absent(state, other, issuer)
        own = next((row.share for row in rows if row.own and row.shares), None)
        nodes[issuer] = _node(state, issuer, rank.get(issuer, 0), order.get(issuer, 0), own)
        for row in rows:
            if row.own:
                continue
            dispersed = row.holder.startswith("~")
            name = f"{row.holder}>{issuer}" if dispersed else row.holder
            if name not in nodes:
                level = rank.get(issuer, 0) - 1 if dispersed else rank.get(row.holder, 0)
                # a party that only the other picture knows stands last
                spot = len(order) + order.get(issuer, 0) if dispersed else order.get(row.holder, len(order))
                nodes[name] = _node(state, row.holder, level, spot, None, name)
            edges.append(_edge(state, row, name))
    for node in [n for n in nodes.values() if n.id in issuers and n.id in rank]:
        nodes[node.id] = replace(node, rank=rank[node.id])
    if len(nodes) > MOST_NODES:
        many = f"{len(nodes)} parties are too many to read in one picture: narrow it to one company, one ring or two steps."
        return Scene(clean(title), many, BASIS, (), (), (many, *map(clean, notes)))
    least = min((node.rank for node in nodes.values()), default=0)
    placed = tuple(
        sorted((replace(node, rank=node.rank - least) for node in nodes.values()), key=lambda n: (n.rank, n.order, n.id))
    )
    level_of = {node.id: node.rank for node in placed}
    edges = [replace(edge, rank_back=level_of[edge.holder] >= level_of[edge.issuer]) for edge in edges]
    place = {node.id: n for n, node in enumerate(placed)}
    edges.sort(key=lambda edge: (place[edge.issuer], place[edge.holder]))
    description = " ".join(f"{edge.accessible_name}." for edge in edges)
    return Scene(clean(title), description, BASIS, placed, tuple(edges), tuple(map(clean, notes)))


def _with_absent(state: State, other: State | None, issuer: str) -> list[HolderRow]:
    """The rows of an issuer and, with nothing in them, those that only the other state has."""
    rows = list(state.rows.get(issuer, ()))
    if other is None:
        return rows
    here = {row.holder for row in rows}
    for row in other.rows.get(issuer, ()):
        if row.holder not in here:
            nil = replace(row, shares=0, low=0, high=0, gross=0, exercisable=0, exercised=Fraction(0), free=Fraction(0))
            rows.append(replace(nil, suspended_by=(), capped_by=()))
    return rows


def _node(state: State, party: str, rank: int, order: int, own: Fraction | None, name: str | None = None) -> Node:
    entity = state.snapshot.entities.get(party) or Entity(party)
    label = "other holders" if party == FLOAT else entity.name
    own_words = f"own shares {percent(own, 1)}" if own else ""
    where = entity.jurisdiction or ""
    spoken = f"{clean(label)}{f', {own_words}' if own_words else ''}"
    return Node(
        id=name or party, lines=wrap(label, NAME_WIDTH, NAME_LINES) or (clean(party),), shape=_shape(entity), rank=rank, order=order,
        jurisdiction=cut(clean(where), 8.0), own=own_words, accessible_name=cut(spoken, 120.0),
    )  # fmt: skip


def _shape(entity: Entity) -> Shape:
    if entity.kind == "state":
        return "state"
    if entity.kind in ("person", "family", "dispersed"):
        return "oval"
    if entity.kind in ("trustee", "fund"):
        return "trust"
    form = (entity.form or "").upper().replace(".", "").replace(" ", "")
    return "limited" if form in LIMITED else "company"


def _edge(state: State, row: HolderRow, holder: str) -> Edge:
    why = state.controls.get((row.holder, row.issuer), "")
    words = label(row, why)
    name = "other holders" if row.holder == FLOAT else clean(state.snapshot.name(row.holder))
    spoken = f"{cut(name, 60.0)} holds {words[0]} of {cut(clean(state.snapshot.name(row.issuer)), 60.0)}"
    return Edge(
        id=f"{row.holder}>{row.issuer}", holder=holder, issuer=row.issuer, lines=words, status=cast(Status, row.status),
        control=bool(why), width=round(1.0 + 4.0 * float(row.share) ** 0.5, 2),
        accessible_name=", ".join([spoken, *words[1:]]), evidence=row.evidence,
    )  # fmt: skip


def label(row: HolderRow, control: str = "") -> tuple[str, ...]:
    """What stands beside a line: the share, what became of the votes, control. One fact a line."""
    if not row.shares:
        return ("0 %",)
    first = percent(row.share, 1)
    if row.low != row.high:
        low, high = row.bounds
        first = f"≈ {percent(row.share, 0)} ({percent(low, 1).removesuffix(' %')} to {percent(high, 1)})"
    lines = [first]
    rules = ", ".join(row.suspended_by)
    if row.status == "no_votes":
        lines = [f"{first} of shares", f"no votes ({rules})" if rules else "no votes"]
    elif row.status == "some_votes":
        lines.append(f"{percent(row.votes_share, 1)} of votes, cut by {rules}")
    elif row.status == "capped":
        contract = ", ".join(row.capped_by)
        lines += [f"{percent(row.votes_share, 1)} of votes, capped:", f"{percent(row.free_share, 1)} free (contract {contract})"]
    elif row.votes_share is not None and percent(row.votes_share, 1) != percent(row.share, 1):
        lines.append(f"{percent(row.votes_share, 1)} of votes")
    if control:
        lines.append(control)
    return tuple(cut(clean(line), LABEL_WIDTH) for line in lines)


def _row(state: State, edge: Edge) -> HolderRow | None:
    holder = edge.id.rsplit(">", 1)[0]
    return next((row for row in state.rows.get(edge.issuer, ()) if row.holder == holder), None)


def _differs(edge: Edge, before: State, after: State) -> bool:
    was, now = _row(before, edge), _row(after, edge)
    pair = (edge.id.rsplit(">", 1)[0], edge.issuer)
    return (was is None) != (now is None) or (
        was is not None
        and now is not None
        and (label(was, before.controls.get(pair, "")) != label(now, after.controls.get(pair, "")))
    )


def _changed(edge: Edge, before: State, after: State) -> Edge:
    """The edge with the label of a changed holding: "43.4 → 30.0 %", then what became of its votes and of control."""
    was, now = _row(before, edge), _row(after, edge)
    old, new = (percent(row.share if row else 0, 1) for row in (was, now))
    lines = [(edge.lines[0], False) if old == new else (_arrow(old, new), True)]
    if now is not None and now.shares and was is not None and was.shares:
        votes = [percent(row.votes_share, 1) for row in (was, now)]
        if now.status == "no_votes":
            lines += [(line, was.status != "no_votes") for line in edge.lines[1:2]]
        elif was.status == "no_votes":
            lines.append((f"votes again: {votes[1]} of votes", True))
        elif votes[0] != votes[1] and votes != [old, new]:
            lines.append((f"{_arrow(*votes)} of votes", True))
        if was.status == "capped" and now.status != "capped":
            lines.append((f"no longer capped ({', '.join(was.capped_by)})", True))
        elif now.status == "capped":
            lines.append((edge.lines[2], was.status != "capped"))
    pair = (edge.id.rsplit(">", 1)[0], edge.issuer)
    if why := after.controls.get(pair):
        lines.append((why, pair not in before.controls))
    elif pair in before.controls:
        lines.append(("control ends", True))
    cut_lines = tuple(cut(clean(line), LABEL_WIDTH) for line, _ in lines)
    return replace(edge, lines=cut_lines, changed=True, fresh=tuple(n for n, (_, fresh) in enumerate(lines) if fresh))


def _arrow(old: str, new: str) -> str:
    return f"{old.removesuffix(' %')} → {new}"
