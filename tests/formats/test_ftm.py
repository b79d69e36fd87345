"""FollowTheMoney entities become claims and go out again; each trap of the format is met (spec/evidence 7.4)."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosshold.errors import FileError
from crosshold.formats import ftm
from crosshold.formats.catalogue import recognise, write
from crosshold.formats.intake import Input
from crosshold.formats.originals import original
from crosshold.formats.row import exclusive, inclusive
from crosshold.model.entity import Entity
from crosshold.model.register import Register, Statements
from crosshold.model.share import HEDGES, exact, parse
from crosshold.model.statement import Statement

from .reading import Import, same_json, samples


def thing(ident: str, schema: str, **properties: Any) -> dict[str, Any]:
    return {"id": ident, "schema": schema, "properties": {k: v if isinstance(v, list) else [v] for k, v in properties.items()}}


def owned(ident: str = "o", **properties: Any) -> dict[str, Any]:
    return thing(ident, "Ownership", **{"owner": "aurel", "asset": "borealis", **properties})


def read(tmp_path: Path, *rows: Any, **options: Any) -> Import:
    path = tmp_path / "x.ftm.json"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Import(ftm, path, **options)


PARTIES = [
    thing("aurel", "Company", name="Aurel SA", jurisdiction="fr"),
    thing("borealis", "Company", name=["Borealis", "ボレアリス"]),
]


def test_the_owner_holds_the_asset(tmp_path: Path) -> None:
    row = owned(
        percentage="38.4%",
        sharesCount="1,536,000",
        sharesType="common",
        startDate="2010-04",
        date="2019-03-31",
        modifiedAt="2019-06-01T10:00",
        ownershipType="direct",
        publisher="Harbour Register",
    )
    found = read(tmp_path, *PARTIES, row)
    (s,) = found.of("holds")
    assert (s.subject, s.object, s.shares, s.share_class, s.directness) == (
        "ftm:aurel",
        "ftm:borealis",
        1_536_000,
        "common",
        "direct",
    )
    assert (s.valid_from, s.as_of, s.known_on, s.source, s.speaker) == (
        "2010-04",
        "2019-03-31",
        date(2019, 6, 1),
        "ftm:Harbour Register",
        "Harbour Register",
    )
    assert s.share is not None and (s.share.point, s.share.low) == (Fraction(48, 125), Fraction(767, 2000))
    aurel = found.register.entities["ftm:aurel"]
    assert (aurel.name, aurel.kind, aurel.jurisdiction) == ("Aurel SA", "company", "FR")
    assert recognise(Input(tmp_path / "x.ftm.json")).name == "ftm"


def test_two_percentages_are_two_claims(tmp_path: Path) -> None:
    first, second = read(tmp_path, owned(percentage=["25–50%", "more than 25%"])).of("holds")
    assert first.share is not None and second.share is not None
    assert (first.share.high, second.share.high, second.hedge) == (Fraction(1, 2), Fraction(1), "more than")
    assert first.extra["declared"] and second.extra["declared"]


def test_a_count_beside_two_percentages_is_a_claim_of_its_own(tmp_path: Path) -> None:
    found = read(tmp_path, owned(percentage=["10", "12"], sharesCount="5")).of("holds")
    assert [(s.share is None, s.shares) for s in found] == [(False, None), (False, None), (True, 5)]


def test_two_owners_are_one_holding_until_somebody_says_otherwise(tmp_path: Path) -> None:
    found = read(tmp_path, owned(owner=["aurel", "vogel"], percentage="30"))
    (s,) = found.of("holds")
    assert (s.subject, s.joint, s.extra["declared"]) == ("ftm:aurel+ftm:vogel", ("ftm:aurel", "ftm:vogel"), True)
    assert found.codes == ["W_JOINT_UNKNOWN"]


def test_a_decimal_comma_is_a_decimal_and_the_number_is_a_percentage(tmp_path: Path) -> None:
    (s,) = read(tmp_path, owned(percentage="0,5")).of("holds")
    assert s.share is not None and s.share.point == Fraction(5, 1000)


def test_words_instead_of_a_percentage_leave_a_stake_of_unknown_size(tmp_path: Path) -> None:
    found = read(tmp_path, owned(percentage="see note 4"))
    (s,) = found.of("holds")
    assert (
        found.codes == ["W_UNIT"]
        and s.share is not None
        and (s.share.low, s.share.high, s.share.low_open) == (Fraction(0), Fraction(1), True)
    )
    assert (original(s, "ftm") or {})["properties"]["percentage"] == ["see note 4"]


@pytest.mark.parametrize(
    ("kind", "directness", "declared"),
    [
        ("direct", "direct", None),
        ("Indirect holding", "indirect", True),
        ("ultimate", "unknown", True),
        ("beneficial", "unknown", True),
        ("", "unknown", None),
    ],
)
def test_the_type_of_ownership_says_whether_it_can_be_a_lot(
    tmp_path: Path, kind: str, directness: str, declared: bool | None
) -> None:
    (s,) = read(tmp_path, owned(percentage="30", ownershipType=kind)).of("holds")
    assert (s.directness, s.extra.get("declared")) == (directness, declared)


def test_ids_of_parties_that_come_later_or_never_are_kept(tmp_path: Path) -> None:
    found = read(tmp_path, owned(owner="nobody"), *PARTIES)
    assert [s.subject for s in found.of("holds")] == ["ftm:nobody"] and "ftm:nobody" not in found.register.entities


@pytest.mark.parametrize("end", ["2019-12-31", "2019-12", "2019"])
def test_the_last_day_of_an_interval_still_counts(tmp_path: Path, end: str) -> None:
    (s,) = read(tmp_path, owned(endDate=end, startDate="2018")).of("holds")
    assert s.covers(date(2019, 12, 31)) and not s.covers(date(2020, 1, 1))


@given(st.dates(date(1, 1, 2), date(9999, 12, 30)), st.sampled_from([4, 7, 10]))
def test_an_end_that_counts_and_one_that_does_not_say_the_same(day: date, precision: int) -> None:
    text = day.isoformat()[:precision]
    if text not in ("0001", "0001-01", "9999", "9999-12"):
        assert inclusive(exclusive(text)) == text


def test_other_links_have_their_verbs_or_are_kept_as_they_are(tmp_path: Path) -> None:
    rows = [
        thing("d", "Directorship", director="vogel", organization="aurel", role="chair"),
        thing("m", "Membership", member="vogel", organization="aurel"),
        thing("s", "Succession", predecessor="old", successor="new"),
        thing("u", "UnknownLink", subject="vogel", object="aurel"),
        thing("f", "Family", person="vogel", relative="perrin"),
        thing("i", "Interval", startDate="2019"),
        thing("x", "Security", isin="FR0000131906"),
    ]
    found = read(tmp_path, *rows)
    assert [(s.verb, s.topic or s.value) for s in found.statements] == [
        ("role", "chair"),
        ("role", "Membership"),
        ("same_as", None),
        ("is", "UnknownLink"),
        ("is", "Family"),
        ("is", "Interval"),
        ("is", "Security"),
    ]
    assert not found.register.entities


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (owned(owner=[]), "E_PARTY"),
        (owned(asset=[]), "E_PARTY"),
        (owned(percentage="130%"), "E_SHARE_RANGE"),
        (owned(sharesCount="-5"), "E_SHARES_NEGATIVE"),
        (owned(startDate="long ago"), "E_DATE"),
        ({"schema": "Company", "properties": {}}, "E_ROW"),
        ({"id": "a", "properties": {}}, "E_ROW"),
        ({"id": "a", "schema": "Company", "properties": []}, "E_ROW"),
        ([1], "E_ROW"),
    ],
)
def test_a_row_that_says_nothing_usable_is_rejected_and_the_others_are_read(tmp_path: Path, row: Any, code: str) -> None:
    found = read(tmp_path, PARTIES[0], row, PARTIES[1])
    assert [(r.code, r.where) for r in found.rejects] == [(code, "x.ftm.json, line 2")] and found.account.accepted == 2


@pytest.mark.parametrize(
    ("text", "count"),
    [("1,536,000", 1536000), ("1.536.000", 1536000), ("1 536 000", 1536000), ("100.00", 100), ("12", 12), ("many", None)],
)
def test_a_number_of_shares_has_marks_of_thousands(tmp_path: Path, text: str, count: int | None) -> None:
    (s,) = read(tmp_path, owned(sharesCount=text)).of("holds")
    assert s.shares == count


def test_a_wrong_identifier_is_kept_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, thing("a", "Company", leiCode="INVALIDLEI0000000000"))
    assert found.codes == ["W_ID_CHECK"] and found.register.entities["ftm:a"].identifiers == (("LEI", "INVALIDLEI0000000000"),)


HEADER = "canonical_id,entity_id,schema,prop,value,dataset"


def test_the_statement_form_is_put_together_by_entity_whatever_the_order_of_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = [
        "o,o,Ownership,owner,aurel,d",
        "aurel,a1,LegalEntity,name,Aurel SA,d",
        "o,o,Ownership,asset,borealis,d",
        "o,o,Ownership,id,o,d",
        "aurel,a2,Company,jurisdiction,fr,e",
        'o,o,Ownership,percentage,"0,5",d',
        "aurel,a2,LegalEntity,name,Aurel SA,e",
    ]
    path.write_text("\n".join([HEADER, *rows]))
    assert recognise(Input(path)).name == "ftm"
    found = Import(ftm, path)
    (s,) = found.of("holds")
    assert s.share is not None and s.share.point == Fraction(5, 1000)
    assert (found.register.entities["ftm:aurel"].kind, found.register.entities["ftm:aurel"].name) == ("company", "Aurel SA")
    assert (original(found.of("is")[0], "ftm") or {})["properties"] == {"name": ["Aurel SA"], "jurisdiction": ["fr"]}
    write(found.register, tmp_path / "out.json", "ftm")
    assert Import(ftm, tmp_path / "out.json").ids == found.ids


@pytest.mark.parametrize("text", ["canonical_id,entity_id,schema,prop\n", f"{HEADER}\na,b\n", f'{HEADER}\na,b,Company,name,"Au'])
def test_a_broken_table_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text)
    with pytest.raises(FileError, match="E_FILE"):
        Import(ftm, path)


def test_entities_that_nobody_changed_go_out_as_they_came(tmp_path: Path) -> None:
    rows = [
        *PARTIES,
        owned(percentage=["25–50%", "30"], owner=["aurel", "x"], status="pledged"),
        thing("u", "UnknownLink", subject="a", object="b"),
    ]
    found = read(tmp_path, *rows)
    assert write(found.register, tmp_path / "out.json", "ftm") == []
    assert same_json(map(json.loads, (tmp_path / "out.json").read_text().splitlines()), rows)
    again = Import(ftm, tmp_path / "out.json")
    assert again.ids == found.ids and again.register.entities == found.register.entities


def test_a_changed_claim_is_written_anew(tmp_path: Path) -> None:
    found = read(tmp_path, *PARTIES, owned(percentage="30%"))
    changed = [s.changed(share=parse("0.4")) if s.verb == "holds" else s for s in found.statements]
    write(Register(Statements(changed), found.register.sources, found.register.entities), tmp_path / "out.json", "ftm")
    *parties, link = map(json.loads, (tmp_path / "out.json").read_text().splitlines())
    assert parties == PARTIES and link["properties"]["percentage"] == ["40%"] and link["properties"]["owner"] == ["aurel"]


def test_votes_and_what_else_has_no_property_are_told_in_words_and_listed_as_lost(tmp_path: Path) -> None:
    rows = [
        Statement("a", "holds", "b", votes=0, hedge="about", share=parse("0.43", "about"), basis="issued"),
        Statement("a", "votes", "b"),
        Statement("a", "holds", "c", share=exact(Fraction(1, 3))),
        Statement("a", "holds", "d", stance="denies"),
    ]
    lost = write(Register(Statements(rows)), tmp_path / "out.json", "ftm")
    assert {f.where for f in lost} == {"votes", "basis", "verb votes", "share: exact bounds", "stance denies"}
    text = (tmp_path / "out.json").read_text()
    assert "votes: 0; basis: issued" in text and '"about 43%"' in text


percents = st.integers(0, 10_000).map(lambda n: f"{n / 10_000:.4f}")
shares = st.builds(lambda text, hedge: (parse(text, hedge), hedge), percents, st.none() | st.sampled_from(sorted(HEDGES)))
days = st.sampled_from(["2019", "2019-05", "2019-05-17", "2020-02-29"])
claims = st.builds(
    lambda ends, share, values: Statement(
        "+".join(ends[0]) if len(ends[0]) > 1 else ends[0][0],
        "holds",
        ends[1],
        share=share[0],
        hedge=share[1],
        joint=tuple(ends[0]) if len(ends[0]) > 1 else (),
        source="ftm",
        **values,
    ),
    st.tuples(
        st.lists(st.sampled_from(["aurel", "ルノー", "ftm:x", "a b"]), min_size=1, max_size=2, unique=True),
        st.sampled_from(["borealis", "日産"]),
    ),
    shares,
    st.fixed_dictionaries(
        {
            "valid_from": st.none() | days,
            "valid_to": st.none() | days,
            "as_of": st.none() | days,
            "share_class": st.none() | st.just("A"),
            "known_on": st.none() | st.dates(date(1990, 1, 1), date(2024, 1, 1)),
            "shares": st.none() | st.integers(0, 10**15),
            "directness": st.sampled_from(["direct", "indirect", "unknown"]),
        }
    ),
)


def vocabulary(s: Statement) -> Any:
    """What an Ownership can say of a statement."""
    share = s.share and (s.share.point, s.share.low, s.share.high, s.share.low_open, s.share.high_open)
    return (
        s.subject,
        s.object,
        share,
        s.joint,
        s.valid_from,
        s.valid_to,
        s.as_of,
        s.share_class,
        s.known_on,
        s.shares,
        s.directness,
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(st.lists(claims, max_size=6))
def test_what_is_written_reads_back_as_what_it_was(tmp_path: Path, statements: list[Statement]) -> None:
    rows = {s.id: s for s in statements}.values()
    register = Register(Statements(rows), entities={"aurel": Entity("aurel", "Aurel", "company", "FR")})
    lost = write(register, tmp_path / "out.json", "ftm")
    found = Import(ftm, tmp_path / "out.json")
    assert not lost
    assert sorted(map(repr, map(vocabulary, found.of("holds")))) == sorted(map(repr, map(vocabulary, rows)))
    write(found.register, tmp_path / "again.json", "ftm")
    assert Import(ftm, tmp_path / "again.json").ids == found.ids
    texts = [(tmp_path / name).read_text().splitlines() for name in ("out.json", "again.json")]
    assert same_json(*(map(json.loads, lines) for lines in texts))


def test_the_sample_gives_what_was_counted(tmp_path: Path) -> None:
    path = samples("ftm", "invented.ftm.json")
    expected = json.loads(samples("expected.json").read_text())["ftm"]
    found = Import(ftm, path)
    links = {s.where.split("/")[0]: s for s in found.of("holds", "role") if s.where}
    assert (len(found.register.entities), len(links), len(found.of("role"))) == (
        expected["entities"],
        expected["ownership_links"] + 1,
        expected["directorship"],
    )
    assert [s.value for s in found.of("is")].count("UnknownLink") == expected["unknown_link"]
    ends = {name for s in found.of("holds") for name in (*(s.joint or (s.subject,)), s.object)} - set(found.register.entities)
    assert {name for name, s in links.items() if s.subject in ends} == set(expected["dangling"])
    assert [name for name, s in links.items() if s.joint] == expected["joint_owners"]
    places = {f.code: f.where.split(" ")[-1] for f in found.findings}
    rows = path.read_text().splitlines()
    named = {code: [json.loads(rows[int(line) - 1])["id"]] for code, line in places.items()}
    assert named == {
        "W_ID_CHECK": expected["bad_lei"],
        "W_JOINT_UNKNOWN": expected["joint_owners"],
        "W_UNIT": expected["unreadable_percentage"],
    }
    assert write(found.register, tmp_path / "out.json", "ftm") == []
    assert same_json(map(json.loads, (tmp_path / "out.json").read_text().splitlines()), map(json.loads, rows))


ODD: st.SearchStrategy[Any] = (
    st.none() | st.integers() | st.text(max_size=5) | st.lists(st.none() | st.text(max_size=3)) | st.just({"a": []})
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.sampled_from(["id", "schema", "datasets", "properties", "owner", "percentage", "sharesCount", "endDate", "modifiedAt"]),
    ODD,
)
def test_odd_values_end_in_findings(tmp_path: Path, name: str, value: Any) -> None:
    row = owned(percentage="30", endDate="2019", modifiedAt="2020", sharesCount="5")
    part = row if name in row or name == "datasets" else row["properties"]
    part[name] = value
    found = read(tmp_path, row, *PARTIES)
    assert found.account.rows == 3 and found.account.accepted >= 2
