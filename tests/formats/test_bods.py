"""BODS statements become claims in our words; each trap of the format is met (spec/evidence 7.3)."""

from __future__ import annotations

import gzip
from copy import deepcopy
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosshold.errors import FileError
from crosshold.formats import bods
from crosshold.formats.catalogue import recognise
from crosshold.formats.intake import Input
from crosshold.formats.originals import original
from crosshold.model.register import Register, Statements
from crosshold.model.statement import Statement

from .bods_records import PARTIES, entity, interest, person, relationship, save, statement
from .reading import Import


def read(tmp_path: Path, *records: Any, shape: str = "array", **options: Any) -> Import:
    return Import(bods, save(tmp_path / "x.json", records, shape), **options)


def holdings_at(found: Import, day: date, known_by: date | None = None) -> dict[str, Fraction]:
    """Shares of aurel by holder, in a Register that knows how many shares there are."""
    issued = Statement("bods:aurel", "issued", shares=1000)
    register = Register(Statements([issued, *found.register.statements]), found.register.sources, found.register.entities)
    lots = register.at(day, known_by=known_by).lots
    return {lot.holder: Fraction(lot.shares, 1000) for lot in lots if not lot.holder.startswith("~")}


def test_the_interested_party_holds_the_subject(tmp_path: Path) -> None:
    found = read(tmp_path, *PARTIES, relationship("r", "aurel", "vogel", interest(share={"exact": 38.4}, startDate="2016-10")))
    (s,) = found.of("holds")
    assert (s.subject, s.object, s.directness, s.valid_from, s.as_of) == (
        "bods:vogel",
        "bods:aurel",
        "direct",
        "2016-10",
        "2020-01-15",
    )
    assert s.share is not None and s.share.point == s.share.low == s.share.high == Fraction(48, 125)
    assert (s.known_on, s.source, s.speaker_kind) == (date(2020, 2, 1), "bods:Harbour Register", "unknown")
    assert found.register.entities["bods:vogel"].kind == "person"


@pytest.mark.parametrize("shape", ["array", "object", "lines"])
def test_an_array_an_object_and_lines_give_the_same(tmp_path: Path, shape: str) -> None:
    rows = [*PARTIES, relationship("r", "aurel", "vogel", interest(share={"exact": 10}))]
    assert read(tmp_path, *rows, shape=shape).ids == read(tmp_path, *rows).ids
    assert recognise(Input(tmp_path / "x.json")).name == "bods"


@pytest.mark.parametrize(
    ("kind", "verb", "field", "value"),
    [
        ("shareholding", "holds", "share_class", None),
        ("votingRights", "votes", "share_class", None),
        ("appointmentOfBoard", "may_appoint", "topic", "appointmentOfBoard"),
        ("boardChair", "role", "topic", "boardChair"),
        ("trustee", "role", "topic", "trustee"),
        ("nominator", "role", "topic", "nominator"),
        ("nominee", "nominee_for", "topic", "nominee"),
        ("controlByLegalFramework", "controls", "how", "controlByLegalFramework"),
        ("rightsToProfitOrIncome", "holds", "share_class", "income"),
        ("rightsToSurplusAssetsOnDissolution", "holds", "share_class", "surplus"),
        ("enjoymentAndUseOfAssets", "holds", "share_class", "income"),
    ],
)
def test_each_type_of_interest_has_its_verb(tmp_path: Path, kind: str, verb: str, field: str, value: str | None) -> None:
    (s,) = read(tmp_path, relationship("r", "aurel", "vogel", interest(kind))).statements
    assert (s.verb, getattr(s, field)) == (verb, value)


def test_shares_and_votes_of_one_relationship_are_two_claims(tmp_path: Path) -> None:
    rows = relationship("r", "aurel", "vogel", interest(share={"exact": 30}), interest("votingRights", share={"exact": 40}))
    holds, votes = read(tmp_path, rows).statements
    assert holds.share is not None and holds.share.point == Fraction(3, 10) and holds.vote_share is None
    assert votes.vote_share is not None and votes.vote_share.point == Fraction(2, 5) and votes.share is None


@pytest.mark.parametrize(
    ("share", "point", "low", "high", "ends"),
    [
        ({"minimum": 25, "maximum": 50}, None, "1/4", "1/2", (False, False)),
        ({"exclusiveMinimum": 25, "maximum": 50}, None, "1/4", "1/2", (True, False)),
        ({"minimum": 75, "exclusiveMaximum": 100}, None, "3/4", "1", (False, True)),
        ({"minimum": 25}, None, "1/4", "1", (False, False)),
        ({"exclusiveMaximum": 5}, None, "0", "1/20", (False, True)),
        ({"minimum": 50, "maximum": 75, "exclusiveMinimum": True, "exclusiveMaximum": False}, None, "1/2", "3/4", (True, False)),
        ({"exact": 30, "minimum": 25, "maximum": 50}, "3/10", "1/4", "1/2", (False, False)),
        ({"exact": 60, "minimum": 60, "maximum": 60}, "3/5", "3/5", "3/5", (False, False)),
    ],
)
def test_bounds_are_closed_or_open_as_said(
    tmp_path: Path, share: dict[str, Any], point: str, low: str, high: str, ends: Any
) -> None:
    (s,) = read(tmp_path, relationship("r", "aurel", "vogel", interest(share=share))).statements
    assert s.share is not None
    assert (s.share.point, s.share.low, s.share.high) == (Fraction(point) if point else None, Fraction(low), Fraction(high))
    assert (s.share.low_open, s.share.high_open) == ends


def test_an_exact_share_outside_its_bounds_is_told_and_both_are_kept(tmp_path: Path) -> None:
    found = read(tmp_path, relationship("r", "aurel", "vogel", interest(share={"exact": 60, "minimum": 25, "maximum": 50})))
    assert found.codes == ["W_ARITHMETIC"]
    share = found.statements[0].share
    assert share is not None and (share.point, share.low, share.high) == (None, Fraction(1, 4), Fraction(3, 5))


@pytest.mark.parametrize(
    "share", [{"exact": 130}, {"exact": -1}, {"minimum": 60, "maximum": 50}, {"exact": "many"}, {"exact": [1]}]
)
def test_a_share_that_is_no_percentage_is_rejected_with_its_place(tmp_path: Path, share: dict[str, Any]) -> None:
    found = read(tmp_path, relationship("r", "aurel", "vogel", interest(share=share)), PARTIES[0])
    assert [(r.code, r.where) for r in found.rejects] == [("E_SHARE_RANGE", "x.json, /0")]
    assert found.account.accepted == 1


def test_a_file_whose_every_share_is_at_most_one_is_told(tmp_path: Path) -> None:
    small = [relationship(f"r{n}", "aurel", "vogel", interest(share={"exact": x})) for n, x in enumerate((0.6, 1))]
    found = read(tmp_path, *small)
    assert found.codes == ["W_UNIT"] and found.statements[0].share is not None
    assert found.statements[0].share.point == Fraction(6, 1000)
    assert read(tmp_path, *small, relationship("r9", "aurel", "vogel", interest(share={"exact": 2}))).codes == []


def test_a_relationship_without_interests_is_a_declared_stake_of_unknown_size(tmp_path: Path) -> None:
    (s,) = read(tmp_path, relationship("r", "aurel", "vogel")).statements
    assert (s.verb, s.directness, s.extra["declared"]) == ("holds", "unknown", True)
    assert s.share is not None and (s.share.low, s.share.high, s.share.low_open) == (Fraction(0), Fraction(1), True)


@pytest.mark.parametrize("kind", [None, "unknownInterest", "unpublishedInterest"])
def test_an_interest_of_no_known_kind_never_becomes_a_lot(tmp_path: Path, kind: str | None) -> None:
    found = read(tmp_path, relationship("r", "aurel", "vogel", interest(kind, share={"exact": 30})), as_direct=True)
    assert found.statements[0].share is not None and found.statements[0].share.point is None
    assert holdings_at(found, date(2021, 1, 1)) == {}


def test_an_unknown_code_is_kept_and_counts_for_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, relationship("r", "aurel", "vogel", interest("goldenShare", share={"exact": 30})))
    assert found.codes == ["W_UNKNOWN_CODE"] and found.statements[0].verb == "role" and found.statements[0].topic == "goldenShare"
    assert holdings_at(found, date(2021, 1, 1)) == {}


def chain(primary_first: bool) -> list[Any]:
    """vogel 60 % of borealis, borealis 50 % of aurel, therefore vogel 30 % of aurel through both."""
    parts = [
        relationship("a", "aurel", "borealis", interest(share={"exact": 50}), isComponent=True),
        relationship("b", "borealis", "vogel", interest(share={"exact": 60}), isComponent=True),
    ]
    primary = relationship("p", "aurel", "vogel", interest(how="indirect", share={"exact": 30}), componentRecords=["a", "b"])
    return [*PARTIES, primary, *parts] if primary_first else [*PARTIES, *parts, primary]


@pytest.mark.parametrize("primary_first", [True, False])
@pytest.mark.parametrize("as_direct", [True, False])
def test_a_primary_is_declared_and_its_components_give_the_lots(tmp_path: Path, primary_first: bool, as_direct: bool) -> None:
    found = read(tmp_path, *chain(primary_first), as_direct=as_direct)
    assert holdings_at(found, date(2021, 1, 1)) == {"bods:borealis": Fraction(1, 2)}
    flags = {s.where: (s.extra.get("component"), s.extra.get("primary")) for s in found.of("holds")}
    assert sorted(flags.values(), key=str) == [(None, True), (True, None), (True, None)]


def test_a_primary_that_calls_itself_direct_is_declared_all_the_same(tmp_path: Path) -> None:
    rows = chain(False)
    rows[-1]["recordDetails"]["interests"][0]["directOrIndirect"] = "direct"
    assert holdings_at(read(tmp_path, *rows, as_direct=True), date(2021, 1, 1)) == {"bods:borealis": Fraction(1, 2)}


def test_bands_become_lots_only_when_asked(tmp_path: Path) -> None:
    row = relationship("r", "aurel", "vogel", interest(how="unknown", share={"minimum": 25, "maximum": 50}))
    assert holdings_at(read(tmp_path, row), date(2021, 1, 1)) == {}
    asked = read(tmp_path, row, as_direct=True)
    share = asked.statements[0].share
    assert share is not None and (share.low, share.high) == (Fraction(1, 4), Fraction(1, 2))
    assert list(holdings_at(asked, date(2021, 1, 1))) == ["bods:vogel"]


@pytest.mark.parametrize(
    ("how", "share", "lot"),
    [
        ("direct", {"exact": 30}, True),
        ("direct", {"minimum": 25, "maximum": 50}, False),
        ("unknown", {"exact": 30}, False),
        ("indirect", {"exact": 30}, False),
    ],
)
def test_only_a_direct_share_with_a_number_becomes_a_lot_unasked(
    tmp_path: Path, how: str, share: dict[str, Any], lot: bool
) -> None:
    found = read(tmp_path, relationship("r", "aurel", "vogel", interest(how=how, share=share)))
    assert bool(holdings_at(found, date(2021, 1, 1))) == lot


def test_several_interests_of_one_type_are_not_added(tmp_path: Path) -> None:
    row = relationship("r", "aurel", "vogel", interest(share={"exact": 30}), interest(share={"exact": 30}))
    assert holdings_at(read(tmp_path, row), date(2021, 1, 1)) == {"bods:vogel": Fraction(3, 10)}


@pytest.mark.parametrize(
    ("reason", "verb"),
    [("noBeneficialOwners", "no_owner"), ("subjectExemptFromDisclosure", "undisclosed"), ("unknown", "undisclosed")],
)
def test_an_owner_who_is_not_named_is_a_claim_about_the_company(tmp_path: Path, reason: str, verb: str) -> None:
    (s,) = read(tmp_path, relationship("r", "aurel", {"reason": reason, "description": "listed"})).statements
    assert (s.subject, s.verb, s.object, s.reason, s.note) == ("bods:aurel", verb, None, reason, "listed")


def test_anonymous_and_unknown_parties_stay_different(tmp_path: Path) -> None:
    rows = [person("a", personType="anonymousPerson", names=[]), person("b", personType="unknownPerson", names=[])]
    rows += [
        entity("c", entityType={"type": "anonymousEntity"}),
        entity("d", entityType={"type": "arrangement", "subtype": "trust"}),
    ]
    found = read(tmp_path, *rows)
    assert [s.value for s in found.of("is")] == ["anonymousPerson", "unknownPerson", "anonymousEntity", "arrangement"]
    assert [(e.kind, e.form) for e in found.register.entities.values()] == [
        ("person", None),
        ("person", None),
        ("unknown", "anonymousEntity"),
        ("unknown", "trust"),
    ]


@pytest.mark.parametrize(
    ("kinds", "speaker_kind"),
    [
        (["officialRegister"], "authority"),
        (["selfDeclaration", "verified"], "filing"),
        (["thirdParty", "officialRegister"], "press"),
        ([], "unknown"),
    ],
)
def test_who_says_so_is_as_firm_as_the_weakest_link(tmp_path: Path, kinds: list[str], speaker_kind: str) -> None:
    row = relationship("r", "aurel", "vogel", source={"type": kinds, "assertedBy": [{"name": "Aurel"}, {"name": "Vogel"}]})
    (s,) = read(tmp_path, row).statements
    assert (s.speaker, s.speaker_kind) == ("Aurel; Vogel", speaker_kind)


def series(*out_of_order: int) -> list[Any]:
    """A holding of 100 %, then 40 %, then 30 %, then none, one statement of one record each."""
    steps = [
        ("2019-01-20", "new", 100, "2002-03-09"),
        ("2021-09-25", "updated", 40, "2021-09-24"),
        ("2022-09-25", "updated", 30, "2022-09-21"),
        ("2023-03-03", "closed", 30, "2022-09-21"),
    ]
    rows = [
        relationship(
            "r",
            "aurel",
            "vogel",
            interest(share={"exact": share}, startDate=start),
            statementId=f"s{n}-{'0' * 32}",
            statementDate=day,
            recordStatus=status,
            publicationDetails={"publicationDate": day, "bodsVersion": "0.4", "publisher": {"name": "Harbour Register"}},
        )
        for n, (day, status, share, start) in enumerate(steps)
    ]
    return [rows[n] for n in out_of_order]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 0, 2)])
def test_at_each_day_the_newest_statement_of_a_record_counts_and_none_after_it_is_closed(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    found = read(tmp_path, *series(*order))
    expected = {date(2020, 1, 1): 1, date(2022, 1, 1): Fraction(2, 5), date(2023, 1, 1): Fraction(3, 10), date(2023, 3, 3): None}
    for day, share in expected.items():
        assert holdings_at(found, day).get("bods:vogel") == share, day


def test_an_end_is_not_known_before_it_was_published(tmp_path: Path) -> None:
    found = read(tmp_path, *series(0, 1, 2, 3))
    assert holdings_at(found, date(2023, 6, 1), known_by=date(2023, 1, 1)) == {"bods:vogel": Fraction(3, 10)}
    assert holdings_at(found, date(2023, 6, 1), known_by=date(2023, 3, 3)) == {}


def test_an_ended_claim_revises_the_claim_that_it_ends(tmp_path: Path) -> None:
    found = read(tmp_path, *series(0, 1, 2, 3))
    by_id = {s.id: s for s in found.statements}
    ends = [s for s in found.statements if s.revises]
    assert [(by_id[s.revises or ""].valid_to, s.valid_to) for s in ends] == [
        (None, "2021-09-25"),
        (None, "2022-09-25"),
        (None, "2023-03-03"),
    ]


def test_an_update_without_what_it_updates_is_told_and_stands_alone(tmp_path: Path) -> None:
    found = read(tmp_path, *series(1))
    assert found.codes == ["W_REVISES_UNKNOWN"] and len(found.statements) == 1


def test_a_record_id_used_for_two_types_of_record_makes_two_chains(tmp_path: Path) -> None:
    rows = [statement("r", "entity", {"entityType": {"type": "registeredEntity"}, "name": "R"}, statementId="e" * 32), *series(1)]
    found = read(tmp_path, *rows)
    assert [s.revises for s in found.statements] == [None, None] and found.codes == ["W_REVISES_UNKNOWN"]


def test_the_newest_words_about_a_party_win_whatever_their_order(tmp_path: Path) -> None:
    old = entity("aurel")
    new = {
        **entity("aurel", name="Aurel Renamed"),
        "statementId": "n" * 32,
        "recordStatus": "updated",
        "statementDate": "2021-01-01",
    }
    found = read(tmp_path, new, old)
    assert found.register.entities["bods:aurel"].name == "Aurel Renamed"


def test_an_unknown_version_is_read_as_the_newest_and_told(tmp_path: Path) -> None:
    row = entity("aurel")
    row["publicationDetails"] = {**row["publicationDetails"], "bodsVersion": "0.9"}
    found = read(tmp_path, row)
    assert found.codes == ["W_VERSION"] and found.account.accepted == 1


def test_a_wrong_identifier_is_kept_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, entity("aurel", identifiers=[{"scheme": "XI-LEI", "id": "INVALIDLEI0000000000"}]))
    assert found.codes == ["W_ID_CHECK"]
    assert found.register.entities["bods:aurel"].identifiers == (("XI-LEI", "INVALIDLEI0000000000"),)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"recordType": "entity"}, "E_ROW"),
        (5, "E_ROW"),
        (statement("r", "thing", {}), "E_ROW"),
        (relationship("r", None, "vogel"), "E_PARTY"),
        (relationship("r", "aurel", None), "E_PARTY"),
        (relationship("r", "aurel", "vogel", interest(startDate="soon")), "E_DATE"),
        (statement("r", "relationship", {"subject": "aurel", "interestedParty": "vogel", "interests": [3]}), "E_ROW"),
        (statement("r", "entity", {}, statementDate="2020-13-01"), "E_DATE"),
        (statement("r", "entity", {}, source=[]), "E_ROW"),
        (statement("r", "entity", {}, recordStatus="gone"), "E_ROW"),
        (statement("r", "entity", {"identifiers": {}}), "E_ROW"),
    ],
)
def test_a_row_that_says_nothing_usable_is_rejected_and_the_others_are_read(tmp_path: Path, row: Any, code: str) -> None:
    found = read(tmp_path, PARTIES[0], row, PARTIES[1])
    assert [(r.code, r.where) for r in found.rejects] == [(code, "x.json, /1")] and found.account.accepted == 2


def test_dates_that_cannot_be_are_told(tmp_path: Path) -> None:
    rows = [relationship("r", "aurel", "vogel", interest(startDate="2021-01-01", endDate="2020-01-01"))]
    found = read(tmp_path, *rows)
    assert found.codes == ["W_DATE_ORDER", "W_FUTURE"]
    assert [(s.valid_from, s.valid_to) for s in found.statements] == [("2021-01-01", "2020-01-01")]  # told, and kept as they are
    late = read(
        tmp_path, relationship("r", "aurel", "vogel", interest(startDate="2999-01-01"), publicationDetails={"bodsVersion": "0.4"})
    )
    assert late.codes == ["W_FUTURE"] and [(s.valid_from, s.valid_to) for s in late.statements] == [("2999-01-01", None)]


def older(version: str, **changes: Any) -> dict[str, Any]:
    return {
        "statementID": f"{changes.get('name', 'o')}-{'0' * 32}",
        "statementDate": "2020-01-15",
        "isComponent": False,
        "publicationDetails": {
            "publicationDate": "2020-02-01",
            "bodsVersion": version,
            "publisher": {"name": "Harbour Register"},
        },
        **changes,
    }


def link(version: str, name: str, share: Any, **changes: Any) -> dict[str, Any]:
    level = {"interestLevel" if version == "0.2" else "directOrIndirect": "direct"}
    holder = changes.pop("holder", {"describedByPersonStatement": "per"})
    row = older(
        version,
        statementType="ownershipOrControlStatement",
        subject={"describedByEntityStatement": "aurel"},
        interestedParty=holder,
        interests=[{"type": "voting-rights", "share": share, **level}],
        **changes,
    )
    return {**row, "statementID": name}


@pytest.mark.parametrize("version", ["0.2", "0.3"])
def test_older_versions_say_the_same_in_other_words(tmp_path: Path, version: str) -> None:
    share = {"minimum": 50, "maximum": 75, "exclusiveMinimum": True, "exclusiveMaximum": False}
    rows = [
        older(version, statementType="entityStatement", entityType="registeredEntity", name="Aurel"),
        link(version, "l", share),
    ]
    found = read(tmp_path, *rows)
    (s,) = found.of("votes")
    assert (s.subject, s.object, s.directness) == ("bods:per", "bods:aurel", "direct")
    assert s.vote_share is not None and (s.vote_share.low, s.vote_share.low_open, s.vote_share.high_open) == (
        Fraction(1, 2),
        True,
        False,
    )
    assert not found.codes


def test_an_older_unspecified_party_is_undisclosed(tmp_path: Path) -> None:
    holder = {"unspecified": {"reason": "interested-party-has-not-provided-information"}}
    (s,) = read(tmp_path, link("0.2", "l", {"exact": 5}, holder=holder)).statements
    assert (s.verb, s.reason) == ("undisclosed", "interestedPartyHasNotProvidedInformation")


def test_an_older_statement_ends_when_another_replaces_it(tmp_path: Path) -> None:
    rows = [
        link("0.3", "new", {"exact": 55}, replacesStatements=["old"], statementDate="2021-03-01"),
        link("0.3", "old", {"exact": 60}),
    ]
    found = read(tmp_path, *rows)
    (end,) = [s for s in found.statements if s.revises]
    assert end.valid_to == "2021-03-01" and end.vote_share is not None and end.vote_share.point == Fraction(3, 5)


def test_an_older_entity_that_is_told_anew_is_the_same(tmp_path: Path) -> None:
    new = older("0.2", statementType="entityStatement", entityType="registeredEntity", name="B", replacesStatements=["first"])
    (s,) = read(tmp_path, new).of("same_as")
    assert s.object == "bods:first"


def test_every_field_of_the_input_is_kept(tmp_path: Path) -> None:
    row = relationship("r", "aurel", "vogel", interest(details="pledged"), annotations=[{"motivation": "commenting"}])
    assert original(read(tmp_path, row).statements[0], "bods") == row


ODD: st.SearchStrategy[Any] = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.none()) | st.just({"a": []})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.data())
def test_a_file_that_is_cut_off_or_has_other_values_never_ends_in_anything_but_findings(
    tmp_path: Path, data: st.DataObject
) -> None:
    rows = [*deepcopy(PARTIES), *series(0, 1), relationship("x", "aurel", {"reason": "unknown"}, interest(share={"minimum": 1}))]
    row = data.draw(st.sampled_from(rows))
    part = row["recordDetails"] if data.draw(st.booleans()) else row
    part[data.draw(st.sampled_from(sorted(part)))] = data.draw(ODD)
    path = save(tmp_path / "x.json", rows)
    Import(bods, path)
    text = path.read_text()
    path.write_text(text[: data.draw(st.integers(1, len(text) - 3))])
    with pytest.raises(FileError, match="E_FILE"):
        Import(bods, path)


@pytest.mark.parametrize("kept", [1.0, 0.5])
def test_a_gzipped_file_is_read_and_one_that_is_cut_off_is_refused(tmp_path: Path, kept: float) -> None:
    packed = gzip.compress(save(tmp_path / "x.json", PARTIES).read_bytes())
    (tmp_path / "x.json.gz").write_bytes(packed[: int(len(packed) * kept)])
    if kept == 1:
        assert Import(bods, tmp_path / "x.json.gz").account.accepted == 3
    else:
        with pytest.raises(FileError, match="ends too early"):
            Import(bods, tmp_path / "x.json.gz")
