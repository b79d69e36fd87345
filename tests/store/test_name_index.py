"""Parties found by a name as people write it, against a look at every name."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crosshold.cases.parties import two_registers
from crosshold.model.entity import Entity, merged
from crosshold.model.names import keyed
from crosshold.store.name_index import NameIndex, _hashes, _Runs

pytest.importorskip("rapidfuzz")
PARTIES = [
    Entity("N", "Nissan Motor Co., Ltd.", "company", "JP", names=(("legal", "日産自動車株式会社"), ("former", "Jidosha-Seizo"))),
    Entity("R", "Renault SA", "company", "FR", identifiers=(("LEI", "969500F7JLTX36OUI695"),)),
    Entity("F", "Nissan Motor Finance Ltd", "company"),
    Entity("P", "N. Perrin", "person"),
    Entity("~float"),
]


@pytest.mark.parametrize(
    ("asked", "first", "matched"),
    [
        ("NISSAN MOTOR CO LTD", "N", "Nissan Motor Co., Ltd."),
        ("日産自動車㈱", "N", "日産自動車株式会社"),
        ("jidosha seizo", "N", "Jidosha-Seizo"),
        ("Renalt", "R", "Renault SA"),
        ("969500f7jltx36oui695", "R", "LEI"),
        ("R", "R", "id"),
        ("nissan finance", "F", "Nissan Motor Finance Ltd"),
        ("perrin n", "P", "N. Perrin"),
    ],
)
def test_names_ids_and_numbers(asked: str, first: str, matched: str) -> None:
    found = NameIndex(PARTIES).find(asked)[0]
    assert (found.id, found.matched) == (first, matched)


def test_what_is_exactly_the_same_has_a_hundred_and_each_party_is_there_once() -> None:
    found = NameIndex([*PARTIES, Entity("N2", "NISSAN MOTOR CO., LTD.")]).find("Nissan Motor Co Ltd")
    assert [(f.id, f.score) for f in found[:2]] == [("N", 100.0), ("N2", 100.0)]
    assert len({f.id for f in found}) == len(found)
    assert not NameIndex(PARTIES).find("%%%") and not NameIndex([]).find("Renault")


def test_of_a_thousand_made_up_names_with_slips_most_are_first() -> None:
    first, second, truth = two_registers(1_000, seed=11)
    index = NameIndex(first)
    names = {party.id: party.name for party in second}
    hits = sum(truth_id in [f.id for f in index.find(names[other], 3)] for truth_id, other in truth.items())
    assert hits >= 0.93 * len(truth), "one in thirty has changed its name altogether"


@settings(max_examples=60)
@given(st.lists(st.text("abc 日産", min_size=1, max_size=8).map(lambda t: " ".join(t.split()) or "a"), min_size=1, max_size=12))
@example(["b b", "aaabaa b"])
def test_the_index_of_runs_is_what_each_key_says(keys: list[str]) -> None:
    runs = _Runs(keys)
    for asked in keys:
        mine = set(_hashes(f" {asked} ").tolist())
        shared = [len(mine & set(_hashes(f" {key} ").tolist())) for key in keys]
        least = max(1, len(mine) // 4)
        assert runs.nearest(asked, len(keys)) == [n for n, count in enumerate(shared) if count >= least]


@given(st.text(max_size=30))
def test_no_question_breaks_it(text: str) -> None:
    assert all(0 <= f.score <= 100 for f in NameIndex(PARTIES).find(text))


def test_two_records_of_one_party_keep_all_names() -> None:
    old = Entity("B", "Borealis Works", names=(("short", "BW"),))
    new = Entity("B", "Borealis", names=(("former", "Borealis Works"), ("short", "BW")))
    assert merged(old, new).names == (("short", "BW"), ("former", "Borealis Works"))
    assert merged(Entity("B", "Boreal"), Entity("B", "Borealis")).names == (("other", "Boreal"),)
    assert merged(Entity("B"), Entity("B", "Borealis")).names == () and merged(new, Entity("B")).spellings == new.spellings
    assert keyed("Borealis Works").key == "borealis works"
