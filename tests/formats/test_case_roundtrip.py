"""Writing a Register and reading it again loses nothing."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from crosshold.formats.case import from_document, read_case
from crosshold.formats.case_writer import write_case
from crosshold.formats.yaml_text import read
from crosshold.model.register import Register

ALLIANCE = Path(__file__).parents[2] / "src" / "crosshold" / "cases" / "alliance"


def same(a: Register, b: Register) -> bool:
    statements = {s.id: s.canonical() for s in a.statements} == {s.id: s.canonical() for s in b.statements}
    return (
        statements and a.entities == b.entities and a.sources == b.sources and a.records == b.records and a.defaults == b.defaults
    )


def test_alliance_survives_writing_and_reading() -> None:
    register = read_case(ALLIANCE)
    again = from_document(read(write_case(register), "again.yaml"))
    assert same(register, again)
    assert list(register.at().lots) == list(again.at().lots)


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\x85\u2028\u2029\ufeff"),
    min_size=1,
    max_size=8,
)


@given(
    name=words,
    issued=st.integers(1, 10**12),
    share=st.sampled_from(["0.1", "0.123", "1/3", "1", "0"]),
    hedge=st.sampled_from([None, "about", "at least", "just under"]),
    since=st.sampled_from([None, "2016", "2016-02", "2016-02-29"]),
)
def test_any_words_and_numbers_survive(name: str, issued: int, share: str, hedge: str | None, since: str | None) -> None:
    import json

    lot = {"id": "l", "issuer": "I", "holder": "H", "share": share, "basis": "issued"} | ({"hedge": hedge} if hedge else {})
    lot |= {"since": since} if since else {}
    case = {
        "crosshold": "case/1", "at": "2020-01-28", "title": name, "issuers": {"I": {"issued": issued}}, "lots": [lot],
        "entities": {"H": {"name": name, "kind": "person"}},
    }  # fmt: skip
    register = from_document(read(json.dumps(case, ensure_ascii=False), "case.yaml"))
    assert register.entities["H"].name == name
    assert same(register, from_document(read(write_case(register), "again.yaml")))


def test_empty_lists_that_say_something_survive() -> None:
    text = "crosshold: case/1\nat: 2020-01-28\nissuers: {I: {issued: 10}}\nlots: []\nrules: {packs: [FR], only: []}\n"
    register = from_document(read(text, "case.yaml"))
    again = from_document(read(write_case(register), "again.yaml"))
    assert again.defaults["rules"].only == () and same(register, again)
