"""Which ids are one party: judgements and checked numbers against a closure by brute force."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.model.entity import Entity
from crosshold.model.register import Register
from crosshold.model.share import parse
from crosshold.model.statement import Statement
from crosshold.model.statements import Statements

LEI, OTHER = "969500F7JLTX36OUI695", "529900T8BM49AURSDO55"
"""Two codes whose check digits are right."""
DAY = date(2020, 3, 1)


def judged(a: str, b: str, value: str = "same", **more: object) -> Statement:
    return Statement(a, "same_as", b, value=value, reviewed_by="R. Vogel", known_on=date(2020, 1, 1), **more)  # type: ignore[arg-type]


def register(*rows: Statement, **numbers: list[tuple[str, str]]) -> Register:
    entities = {name: Entity(name, identifiers=tuple(pairs)) for name, pairs in numbers.items()}
    return Register(Statements(rows), entities=entities, day=DAY, notional=True)


def codes(found: Register) -> list[str]:
    return [f.code for f in found.identity().findings]


names = st.sampled_from("abcdef")
pairs = st.lists(st.tuples(names, names).filter(lambda p: p[0] != p[1]), max_size=8)


def closure(links: list[tuple[str, str]]) -> set[frozenset[str]]:
    """Classes by joining until nothing changes."""
    classes = [{a, b} for a, b in links]
    again = True
    while again:
        again = False
        for one in classes:
            for two in classes:
                if one is not two and one & two:
                    one |= two
                    classes = [c for c in classes if c is not two]
                    again = True
                    break
            if again:
                break
    return {frozenset(c) for c in classes}


@given(pairs, pairs, st.randoms())
def test_classes_are_the_closure_of_what_was_judged_unless_a_judgement_contradicts_it(
    same: list[tuple[str, str]], apart: list[tuple[str, str]], random: object
) -> None:
    rows = [judged(a, b) for a, b in same] + [judged(a, b, "different") for a, b in apart]
    expected = {c for c in closure(same) if not any({a, b} <= c for a, b in apart)}
    found = register(*rows).identity()
    assert {frozenset(ids) for ids in found.classes.values()} == expected
    assert len(found.findings) == len(closure(same)) - len(expected)
    random.shuffle(rows)  # type: ignore[attr-defined]
    again = register(*rows).identity()
    assert again.classes == found.classes and again.same == found.same


def test_the_shortest_id_stands_for_a_party() -> None:
    found = register(judged("LEI:1", "zeta"), judged("beta", "zeta")).identity()
    assert found.of("LEI:1") == found.of("zeta") == "beta" and found.classes["beta"] == ("LEI:1", "beta", "zeta")
    assert found.of("unknown") == "unknown"


def test_a_checked_number_makes_two_ids_one_and_says_so() -> None:
    found = register(A=[("LEI", LEI)], B=[("XI-LEI", LEI.lower())])
    assert found.identity().same == {"B": "A"} and codes(found) == ["W_SAME_ID"]
    assert f"the LEI {LEI}" in found.identity().why("B")[0]


def test_a_number_that_fails_its_check_or_names_a_security_makes_nothing_one() -> None:
    assert not register(A=[("LEI", LEI[:-1] + "6")], B=[("LEI", LEI[:-1] + "6")]).identity().same
    assert not register(A=[("ISIN", "FR0000131906")], B=[("ISIN", "FR0000131906")]).identity().same


def test_numbers_that_contradict_each_other_keep_parties_apart_until_a_person_judges() -> None:
    numbers = {
        "A": [("LEI", LEI), ("GB-COH", "01000002")],
        "B": [("LEI", LEI), ("GB-COH", "01000003")],
        "C": [("LEI", LEI)],
    }
    found = register(**numbers)
    assert not found.identity().same and codes(found) == ["W_TWO_IDS"]
    assert register(judged("A", "B"), **numbers).identity().classes == {"A": ("A", "B")}
    both = register(A=[("LEI", LEI), ("LEI", OTHER)], B=[("LEI", OTHER)])
    assert both.identity().same == {"B": "A"} and codes(both) == ["W_TWO_IDS", "W_SAME_ID"]


def test_a_judgement_goes_before_a_number() -> None:
    numbers = {"A": [("LEI", LEI)], "B": [("LEI", LEI)]}
    found = register(judged("A", "B", "different"), **numbers)
    assert not found.identity().same and codes(found) == ["W_SAME_CONTRADICTED"]
    found = register(judged("B", "C"), judged("A", "C", "different"), **numbers)
    assert found.identity().classes == {"B": ("B", "C")}


def test_what_a_source_says_or_nobody_has_reviewed_is_no_judgement() -> None:
    assert not register(Statement("A", "same_as", "B"), judged("A", "B").changed(reviewed_by=None)).identity().same
    assert not register(judged("A", "B", "unsure")).identity().same


holdings = st.lists(
    st.builds(
        Statement,
        subject=st.sampled_from("ABC"),
        verb=st.just("holds"),
        object=st.sampled_from("XYZ"),
        share=st.sampled_from(["0.1", "0.2"]).map(parse),
        basis=st.just("issued"),
        speaker_kind=st.sampled_from(["filing", "press"]),
        as_of=st.sampled_from([None, "2019"]),
    ),
    max_size=6,
    unique_by=lambda s: s.id,
)


@settings(max_examples=60)
@given(holdings)
def test_taking_a_judgement_back_restores_every_answer_and_what_is_judged_later_was_not_known(rows: list[Statement]) -> None:
    before = register(*rows)
    one = judged("A", "B", label="j")
    merged, undone = before.add([one]), before.add([one, one.changed(value=None, retracts="j", label="u")])
    for day in (None, date(2019, 12, 31)):
        snapshot, again = before.at(known_by=day), undone.at(known_by=day)
        assert list(again.lots) == list(snapshot.lots) and again.entities == snapshot.entities
    assert list(merged.at(known_by=date(2019, 12, 31)).lots) == list(before.at(known_by=date(2019, 12, 31)).lots)
    assert not [lot for lot in merged.at().lots if lot.holder == "B"]
    assert {lot.evidence for lot in merged.at().lots if lot.evidence} <= {s.id for s in rows}


def test_claims_about_one_party_under_two_ids_are_about_one_holding() -> None:
    a = Statement("A", "holds", "X", share=parse("0.3"), speaker_kind="filing", as_of="2020-01")
    b = Statement("B", "holds", "X", share=parse("0.2"), speaker_kind="press", as_of="2020-01")
    apart = register(a, b)
    one = apart.add([judged("B", "A")])
    assert len(apart.at().lots_of("X")) == 3 and not apart.conflicts()
    assert [lot.holder for lot in one.at().lots_of("X")] == ["A", "~float"] and len(one.conflicts()) == 1
    assert [s.id for s in one.history("B", "X")] == [s.id for s in one.history("A", "X")]
    assert {s.id for s in one.claims(subject="B")} >= {a.id, b.id}
    assert one.statements[1].subject == "B", "the statements stay as they were said"
    assert one.at().same == {"B": "A"}
