"""Words of the vocabulary, each in an invented rule: what it does, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from crosshold.errors import CrossholdError, FileError, RequestError
from crosshold.law.ballot import Ballot, ballot
from crosshold.law.book import RuleBook
from crosshold.law.vocabulary import CAPACITIES, FACTS, MEETINGS, MUTUAL_FACTS
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Snapshot

from .cases import book, net

ROW = """
- id: XA-1
  jurisdiction: XA
  kind: {kind}
  {more}
  when: "{when}"
  effect: {effect}
  valid: {{from: 2000-01-01}}
  cite: {{law: invented, source: invented, read_on: 2026-11-22}}
  confidence: A
"""
HELD = [("A", "B", 60), ("B", "A", 20)]


def under(
    when: str,
    effect: str = "{votes: zero, quorum: exclude}",
    more: str = "",
    held: Any = HELD,
    meeting: str = "ordinary",
    **parts: Any,
) -> Ballot:
    rules = book(ROW.format(kind="vote_rule", when=when, effect=effect, more=more))
    return ballot(net(held, rules=("XA-1",), **parts), rules=rules, meeting=meeting)


def cut(result: Ballot) -> dict[str, int]:
    """Votes of the lots that lose some."""
    return {row.lot: row.exercisable for row in result.outcome().lots() if row.exercisable < row.gross}


@pytest.mark.parametrize("name", sorted(set(FACTS) - {"order_suspends_votes", "voting_agreement"}))
def test_a_fact_holds_when_it_is_recorded_and_says_about_whom(name: str) -> None:
    keys = FACTS[name]
    roles = {"by": "I", "x": "I", "holder": "H", "party": "H", "y": "H", "to": "H", "target": "H", "entity": "H", "lot": "lot"}
    words = [
        {"issuer": "I", "rule": "XA-1", "contract": "K", "event": "E", "sector": "S", "members": "H"}.get(k, roles.get(k, "I"))
        for k in keys
    ]
    who = {"I": "A", "H": "B", "lot": "B.A"}
    record: dict[str, Any] = {"fact": name, **{k: who.get(w, w) for k, w in zip(keys, words, strict=True)}}
    when = f"fact({', '.join([name, *words])})"
    assert cut(under(when)) == {}
    both = name in MUTUAL_FACTS or name == "contract_event"  # it holds both ways round, or is about no party
    assert cut(under(when, facts=(record,))) == {"B.A": 0, **({"A.B": 0} if both else {})}
    assert cut(under(when, facts=({**record, "stance": "denies"},))) == {}
    assert under(when, facts=({**record, "value": "unknown"},)).verdicts[0].value == "unknown"
    later = {**record, "date": "2030-01-01"}
    assert cut(under(when, facts=(later,))) == {}


def test_a_fact_without_one_of_its_keys_is_refused() -> None:
    with pytest.raises(RequestError) as caught:
        under("fact(notified, I, H)", facts=({"fact": "notified", "by": "A"},))
    assert [f.code for f in caught.value.findings] == ["C_MISSING_KEY"]


@pytest.mark.parametrize("meeting", sorted(MEETINGS))
def test_a_rule_for_one_class_of_resolution_is_silent_on_others(meeting: str) -> None:
    other = "special" if meeting == "ordinary" else "ordinary"
    when = f"all(held(I in H; issued) > 1/2, meeting in {{{meeting}}})"
    assert cut(under(when, meeting=meeting)) == {"B.A": 0} and cut(under(when, meeting=other)) == {}
    only, but = (f"{{votes: zero, quorum: exclude, {key}: [{meeting}]}}" for key in ("meetings", "except_meetings"))
    assert cut(under("held(I in H; issued) > 1/2", only, meeting=meeting)) == {"B.A": 0}
    assert cut(under("held(I in H; issued) > 1/2", but, meeting=meeting)) == {}
    assert cut(under("held(I in H; issued) > 1/2", but, meeting=other)) == {"B.A": 0}


@pytest.mark.parametrize("capacity", CAPACITIES)
def test_an_exception_for_a_capacity_is_of_each_lot(capacity: str) -> None:
    snapshot = net([("A", "B", 60), ("B", "A", 20)], rules=("XA-1",))
    lots = [replace(lot, shares=12) if lot.id == "B.A" else lot for lot in snapshot.lots]
    lots.append(replace(lots[[lot.id for lot in lots].index("B.A")], id="B.A2", shares=8, capacity=capacity))
    row = ROW.format(
        kind="vote_rule",
        when="held(I in H; issued) > 1/2",
        effect="{votes: zero}",
        more=f'unless: "capacity(lot) in {{{capacity}}}"',
    )
    result = ballot(snapshot.evolve(lots=lots), rules=book(row))
    # a lot of which nobody says in what capacity it is held is the holder's own
    assert cut(result) == ({} if capacity == "own" else {"B.A": 0})


def test_a_stay_is_possible_and_changes_nothing() -> None:
    rules = book(
        ROW.format(kind="bid", when="held(H in I; issued) > 1/10", effect="{votes: stay}", more="duty: {bid: all shares}")
    )
    snapshot = net([("B", "A", 20)], rules=("XA-1",))
    result = ballot(snapshot, rules=rules)
    assert cut(result) == {} and [row["duty"] for row in result.standing] == [
        {"bid": "all shares", "stay": "an authority may suspend the votes"}
    ]
    ordered = snapshot.evolve(facts=({"fact": "order_suspends_votes", "lot": "B.A", "rule": "ORDER-1"},))
    assert cut(ballot(ordered, rules=rules)) == {"B.A": 0}


def test_a_cap_of_the_articles_is_what_the_fact_says() -> None:
    effect = "{votes: cap, share_from: articles_cap, base: gross_votes, together: concert(H)}"
    held = [("B", "A", 30), ("C", "A", 10), ("B", "C", 60)]
    capped = ({"fact": "articles_cap", "issuer": "A", "share": "1/5"},)
    assert cut(under("fact(articles_cap, I)", effect, held=held, facts=capped)) == {"B.A": 20, "C.A": 0}
    unrecorded = under("held(H in I; issued) > 1/10", effect, held=held)
    assert cut(unrecorded) == {} and "W_SHARE_UNKNOWN" in {f.code for f in unrecorded.findings}
    with pytest.raises(RequestError) as caught:
        under("fact(articles_cap, I)", effect, held=held, facts=({"fact": "articles_cap", "issuer": "A"},))
    assert [f.code for f in caught.value.findings] == ["C_MISSING_KEY"]
    with pytest.raises(RequestError) as caught:
        under("fact(articles_cap, I)", effect, held=held, facts=({**capped[0], "of": "exercisable_votes"},))
    assert [f.code for f in caught.value.findings] == ["C_CAP_NO_BASE"]


@pytest.mark.parametrize(
    ("share", "code"),
    [("20 percent", "C_NOT_EXACT"), ("20%", "C_NOT_EXACT"), (True, "C_NOT_EXACT"), ("1/0", "C_NOT_EXACT"), ([1], "C_NOT_EXACT"),
     ("6/5", "C_BAD_VALUE"), ("-1/5", "C_BAD_VALUE"), (20, "C_BAD_VALUE")],
)  # fmt: skip
def test_a_share_that_a_fact_tells_is_a_ratio(share: Any, code: str) -> None:
    effect = "{votes: cap, share_from: articles_cap, base: gross_votes}"
    with pytest.raises(RequestError) as caught:
        under("fact(articles_cap, I)", effect, facts=({"fact": "articles_cap", "issuer": "A", "share": share},))
    assert [f.code for f in caught.value.findings] == [code]


def test_groups_below_a_party_count_without_it() -> None:
    sub = ROW.format(kind="control_def", when="held(X + subs(X; XA-1) in Y; issued) > 1/2", effect="{set_ctrl: true}", more="")
    held = [("A", "S", 60), ("A", "T", 60), ("S", "B", 6), ("T", "B", 6), ("A", "B", 9), ("B", "A", 5)]
    for group, silent in (("subs(I; XA-1)", True), ("sub(I; XA-1)", False), ("I", False), ("I + subs(I; XA-1)", True)):
        row = ROW.format(kind="vote_rule", when=f"held({group} in H; issued) > 1/10", effect="{votes: zero}", more="").replace(
            "XA-1\n", "XA-2\n", 1
        )
        found = ballot(net(held, rules=("XA-2",)), rules=book(sub + row))
        assert cut(found) == ({"B.A": 0} if silent else {}), group


def test_stakes_along_chains_that_return() -> None:
    """Q has 24 % of B; A and B have 24 % of each other: Q's part of B is 24/100 of B, and again 24/100 * 24/100 of it round the ring."""
    rules = book(
        ROW.format(
            kind="owner_test",
            when="owner",
            effect="[]",
            more='clauses: {owner: "held(product(X) in Y; issued) >= 1/4"}\n  flags: {owner: owner}',
        )
    )
    entities = [Entity("Q", kind="person")]
    for part, met in ((24, True), (23, False)):
        held = [("Q", "B", part), ("A", "B", 24), ("B", "A", 24)]
        flags = {
            (f.holder, f.issuer): (f.met, f.now) for f in ballot(net(held, rules=("XA-1",), entities=entities), rules=rules).flags
        }
        exact = Fraction(part, 100) / (1 - Fraction(24 * 24, 100 * 100))
        assert flags["Q", "B"] == (met, exact)


def test_some_third_party_controls_both() -> None:
    sub = ROW.format(kind="control_def", when="held(X + subs(X; XA-1) in Y; issued) > 1/2", effect="{set_ctrl: true}", more="")
    row = ROW.format(kind="vote_rule", when="some(Z; all(ctrl(Z, I; XA-1), ctrl(Z, H; XA-1)))", effect="{votes: zero}", more="")
    rules = book(sub + row.replace("XA-1\n", "XA-2\n", 1))
    for of_b, silent in ((51, True), (50, False)):
        found = ballot(net([("P", "A", 51), ("P", "B", of_b), ("B", "A", 10)], rules=("XA-2",)), rules=rules)
        assert cut(found) == ({"B.A": 0} if silent else {})


@pytest.mark.parametrize(
    ("first", "second", "before", "same"),
    [
        ("2020-01-01", "2020-01-02", True, False), ("2020-01-01", "2020-01-01", False, True), ("2020-01-02", "2020-01-01", False, False),
        ("2020-01-01", None, True, False), (None, "2020-01-01", False, False), ("2019", "2020-01-01", True, False),
        ("2020-01", "2020-01-15", None, None), ("", "2020-01-01", None, None),
    ],
)  # fmt: skip
def test_days_of_two_facts(first: str | None, second: str | None, before: bool | None, same: bool | None) -> None:
    told = [({"fact": "notified", "by": by, "to": to}, day) for by, to, day in (("A", "B", first), ("B", "A", second))]
    facts = tuple({**record, **({"date": day} if day else {})} for record, day in told if day is not None)
    for word, wanted in (("before", before), ("same_day", same)):
        found = under(f"{word}(fact(notified, I, H), fact(notified, H, I))", facts=facts, at="2020-06-30")
        value = next(v for v in found.verdicts if v.issuer == "A").value
        assert value == {True: "true", False: "false", None: "unknown"}[wanted], word


def test_what_is_not_known_is_not_sure() -> None:
    dated = {"fact": "crossed", "by": "A", "target": "B", "date": "2019-01-01"}
    later = {"fact": "crossed", "by": "B", "target": "A", "date": "2019-02-01"}
    when = "before(fact(crossed, I, H), fact(crossed, H, I))"
    undated = {k: v for k, v in later.items() if k != "date"}
    for facts, plain, sure in (
        ((dated, later), "true", "true"),
        ((dated, undated), "unknown", "false"),
        ((later,), "false", "false"),
    ):
        for text, wanted in ((when, plain), (f"sure({when})", sure)):
            found = under(text, facts=facts, at="2020-06-30")
            assert next(v for v in found.verdicts if v.issuer == "A").value == wanted, (facts, text)
    found = under(f"not(sure({when}))", facts=(dated, undated), at="2020-06-30")
    assert cut(found) == {"B.A": 0, "A.B": 0}


def test_what_a_condition_would_have_to_know_is_named() -> None:
    undated = ({"fact": "crossed", "by": "A", "target": "B"}, {"fact": "crossed", "by": "B", "target": "A", "date": "2019-02-01"})
    for when, facts, missing in (
        ("before(fact(crossed, I, H), fact(crossed, H, I))", undated, "day of the fact crossed (A, B)"),
        ("months_since(fact(crossed, I, H)) > 1", undated, "day of the fact crossed (A, B)"),
        ("fact(tie, I, H)", ({"fact": "tie", "x": "A", "y": "B", "value": "unknown"},), "fact tie (A, B)"),
    ):
        found = under(when, facts=facts, at="2020-06-30")
        assert missing in next(v for v in found.verdicts if v.issuer == "A").not_tested
        assert any(missing in f.message for f in found.findings if f.code == "W_CLAUSE_NOT_TESTED")
    silent = under("all(listed(H), held(I in H; issued) > 1/2)")
    assert next(v for v in silent.verdicts if v.issuer == "A").not_tested == ("listed of B",)


def test_a_share_without_what_others_have() -> None:
    """A has 48 of B; S, which B controls, has 6 of B: 48 of 94 without it. What S has is left out on every base, and of A's part too."""
    sub = ROW.format(kind="control_def", when="held(X + subs(X; XA-1) in Y; issued) > 1/2", effect="{set_ctrl: true}", more="")
    for base, group, n, silent in (
        ("issued", "I", 48, True), ("outstanding", "I", 48, True), ("gross_votes", "I", 48, True), ("exercisable_votes", "I", 48, True),
        ("gross_votes", "I", 47, False), ("gross_votes", "I + subs(I; XA-1)", 47, False), ("theoretical_votes", "I", 48, True),
    ):  # fmt: skip
        when = f"held({group} in H; {base}; without subs(H; XA-1)) > 1/2"
        row = ROW.format(kind="vote_rule", when=when, effect="{votes: zero}", more="").replace("XA-1\n", "XA-2\n", 1)
        held = [("A", "B", n), ("S", "B", 6), ("B", "S", 60), ("B", "A", 10)]
        found = ballot(net(held, rules=("XA-2",)), rules=book(sub + row))
        assert cut(found) == {"S.B": 0, **({"B.A": 0} if silent else {})}, (base, group, n)


@pytest.mark.parametrize(
    "text", ["H", "subs(H; XA-1)", "I + subs(I; XA-1)", "concert", "product(H)", "same_group(I; S)", "blocked"]
)
def test_who_keeps_a_share_together_is_a_group_of_h(text: str) -> None:
    with pytest.raises(CrossholdError) as caught:
        under("held(I in H; issued) > 1/2", f'{{votes: zero, together: "{text}"}}')
    assert "C_SYNTAX" in {f.code for f in caught.value.findings}


def test_a_group_under_a_definition_that_does_not_exist_is_refused() -> None:
    with pytest.raises(CrossholdError) as caught:
        under("held(I in H; issued) > 1/2", "{votes: zero, together: H + subs(H; XA-9)}")
    assert [f.code for f in caught.value.findings] == ["C_DANGLING_DEF"]


def test_months_since_a_fact() -> None:
    fact = ({"fact": "crossed", "by": "B", "target": "A", "date": "2019-05-10"},)
    for at, full, over in (("2020-05-09", False, False), ("2020-05-10", True, False), ("2020-05-11", True, True)):
        for op, wanted in ((">=", full), (">", over)):
            found = under(f"months_since(fact(crossed, H, I)) {op} 12", facts=fact, at=at)
            assert cut(found) == ({"B.A": 0} if wanted else {}), (at, op)
    assert under("months_since(fact(crossed, H, I)) > 12").verdicts[0].value == "unknown"


def test_a_circle_inside_a_designated_group() -> None:
    held = [("A", "B", 20), ("B", "C", 20), ("C", "A", 20), ("D", "A", 5)]
    group = {"fact": "designated_group", "members": ["A", "B", "C", "D"], "date": "2015-05-01", "scheme": "S"}
    when = "all(same_group(H, I; S; designated_from 2015-01-01), in_cycle(edge; S))"
    assert set(cut(under(when, held=held, facts=(group,)))) == {"A.B", "B.C", "C.A"}
    assert cut(under(when, held=held)) == {}
    assert cut(under(when, held=held, facts=({**group, "date": "2014-05-01"},))) == {}
    assert cut(under(when, held=held, facts=(group, {**group, "date": "2014-05-01"}))) == {}  # designated before
    assert cut(under(when, held=held, facts=({**group, "members": ["A", "B"]},))) == {}
    assert cut(under(when, held=held[:2] + held[3:], facts=(group,))) == {}


def test_loyalty_votes_from_memory_are_told_and_not_given() -> None:
    row = ROW.format(kind="multiplier", when="held_for(lot) >= 24", effect="{votes: multiply, factor: 2}", more="")
    rules = book(row.replace("confidence: A", "confidence: C"))
    snapshot = net([("B", "A", 20)], rules=("XA-1",), at="2020-06-30")
    dated = snapshot.evolve(lots=[replace(lot, since="2010-01-01") if lot.holder == "B" else lot for lot in snapshot.lots])
    plain = ballot(dated, rules=rules)
    assert plain.outcome().gross_total("A") == 100 and "W_RULE_UNVERIFIED" in {f.code for f in plain.findings}
    assert ballot(dated, rules=rules, accept=("XA-1",)).outcome().gross_total("A") == 120


LATER = "all(held(I in H; issued) > 1/10, not(before(crossed(H in I; issued, 1/10), crossed(I in H; issued, 1/10))))"


def crossing(when: str) -> RuleBook:
    return book(ROW.format(kind="vote_rule", when=when, effect="{votes: zero, quorum: exclude}", more=""))


def states(*parts: tuple[str, int, int]) -> list[Snapshot]:
    """Registers by day: so many of a hundred shares of B in A's hands, and of A in B's."""
    return [net([("A", "B", a), ("B", "A", b)], at=at, rules=("XA-1",)) for at, a, b in parts]


@pytest.mark.parametrize(
    ("earlier", "silent"),
    [
        ((("2018-01-01", 5, 5), ("2019-01-01", 20, 5)), ["B"]),  # A in B first, B in A after 2019-01-01: the later one is silent
        ((("2018-01-01", 5, 5), ("2019-01-01", 5, 20)), ["A"]),
        ((("2018-01-01", 20, 20), ("2018-06-01", 5, 20), ("2019-01-01", 20, 20)), None),  # when B passed it was never seen
        ((("2018-01-01", 5, 5),), None),  # both between the same two days
        ((), None),
    ],
)
def test_the_day_of_a_crossing_is_read_from_earlier_registers(
    earlier: tuple[tuple[str, int, int], ...], silent: list[str] | None
) -> None:
    """Unknown where no earlier state is below the line, or both lie between the same two states: then no vote is taken."""
    (now,) = states(("2020-01-28", 20, 20))
    result = ballot(now, rules=crossing(LATER), past=states(*earlier))
    assert sorted(lot.split(".")[0] for lot in result.outcome().cut) == (silent or [])
    assert {v.value for v in result.verdicts} == ({"unknown"} if silent is None else {"true", "false"})


def test_a_recorded_day_comes_before_what_registers_show() -> None:
    (now,) = states(("2020-01-28", 20, 20))
    facts = tuple(
        {"fact": "crossed", "by": by, "target": to, "date": day} for by, to, day in (("A", "B", "2017"), ("B", "A", "2019"))
    )
    result = ballot(now.evolve(facts=facts), rules=crossing(LATER), past=states(("2018-01-01", 20, 5), ("2019-06-01", 5, 20)))
    assert result.outcome().cut == ("B.A",)


@pytest.mark.parametrize(
    ("days", "value"),
    [
        ((("2018-01-01", 9), ("2018-12-01", 11)), "true"),  # passed in 2018, at the latest on 1 December: more than 12 months ago
        ((("2019-02-01", 10), ("2019-12-01", 11)), "false"),  # exactly a tenth is not passed; at the earliest on 2 February
        ((("2018-12-01", 9), ("2019-12-01", 11)), "unknown"),  # some day of that year: it may come out either way
        ((("2019-12-01", 11),), "unknown"),
    ],
)
def test_months_since_a_crossing(days: tuple[tuple[str, int], ...], value: str) -> None:
    rules = crossing("all(held(I in H; issued) > 0, months_since(crossed(H in I; issued, 1/10)) >= 12)")
    past = states(*((at, 5, b) for at, b in days))
    result = ballot(states(("2020-01-28", 5, 20))[0], rules=rules, past=past)
    found = next(v for v in result.verdicts if (v.holder, v.issuer) == ("B", "A"))
    assert found.value == value
    assert ("B.A" in result.outcome().cut) is (value == "true")


@pytest.mark.parametrize(
    "text", ["crossed(H in I; issued)", "crossed(H in I; issued, many)", "fact(crossed)", "held(H in I; issued)"]
)
def test_only_facts_and_crossings_have_a_day(text: str) -> None:
    with pytest.raises(FileError, match="C_SYNTAX"):
        crossing("crossed(H in I; issued, 1/10)")
    with pytest.raises(FileError):
        crossing(f"before({text}, fact(crossed, I, H))")
