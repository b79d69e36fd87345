"""SEC schedules and 13F tables: every trap of spec/evidence 7.9, on invented filings."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold.errors import FileError
from crosshold.formats import sec
from crosshold.formats.catalogue import recognise
from crosshold.formats.intake import BATCH, Input
from crosshold.formats.sec.blocks import Powers, blocks

from .filings import Read, read_file
from .samples import DATA

Given = dict[str, str]
CUSIP = "037833100"  # its check digit is right (ISO 6166 example of the issuer 037833)


def person(name: str = "Halden Fund LP", cik: str | None = "0000000011", **said: str) -> str:
    values = {
        "soleVotingPower": "0",
        "sharedVotingPower": "0",
        "soleDispositivePower": "0",
        "sharedDispositivePower": "0",
        "aggregateAmountOwned": "0",
        "percentOfClass": "8.5",
        "typeOfReportingPerson": "PN",
        **said,
    }
    number = f"<reportingPersonCIK>{cik}</reportingPersonCIK>" if cik else "<reportingPersonNoCIK>Y</reportingPersonNoCIK>"
    return f"<reportingPersonInfo>{number}<reportingPersonName>{name}</reportingPersonName>{tags(values)}</reportingPersonInfo>"


def tags(values: Given) -> str:
    return "".join(f"<{k}>{v}</{k}>" for k, v in values.items())


def shared(count: int, **said: str) -> Given:
    return {"sharedVotingPower": str(count), "sharedDispositivePower": str(count), "aggregateAmountOwned": str(count), **said}


def sole(count: int, **said: str) -> Given:
    return {"soleVotingPower": str(count), "soleDispositivePower": str(count), "aggregateAmountOwned": str(count), **said}


FLAT = f"<issuerCUSIP>{CUSIP}</issuerCUSIP>"
NESTED = f"<issuerCusips><issuerCusipNumber>{CUSIP}</issuerCusipNumber></issuerCusips>"


def schedule_d(
    *persons: str,
    kind: str = "SCHEDULE 13D",
    number: str = "",
    event: str = "12/31/2024",
    cusip: str = FLAT,
    start: str = "",
    more: str = "",
) -> str:
    no = f"<amendmentNo>{number}</amendmentNo>" if number else ""
    return (
        f'{start}<?xml version="1.0" encoding="UTF-8"?>\n<edgarSubmission xmlns="http://www.sec.gov/edgar/schedule13D" '
        f'xmlns:com="http://www.sec.gov/edgar/common"><headerData><submissionType>{kind}</submissionType><filerInfo><filer>'
        f"<filerCredentials><cik>0000000011</cik></filerCredentials></filer></filerInfo></headerData><formData><coverPageHeader>{no}"
        f"<securitiesClassTitle>Common Stock</securitiesClassTitle><dateOfEvent>{event}</dateOfEvent><issuerInfo>"
        f"<issuerCIK>0000000099</issuerCIK>{cusip}<issuerName>Kestrel Inc.</issuerName>"
        "<address><com:city>X</com:city></address></issuerInfo>"
        f"</coverPageHeader><reportingPersons>{''.join(persons)}</reportingPersons>{more}</formData></edgarSubmission>"
    )


def schedule_g(
    *persons: Given, kind: str = "SCHEDULE 13G", number: str = "", item4: Given | None = None, small: str = "N"
) -> str:
    people = ""
    for values in persons:
        powers = tags({k: v for k, v in values.items() if k.endswith("Power")})
        people += (
            f"<coverPageHeaderReportingPersonDetails><reportingPersonName>{values['name']}</reportingPersonName>"
            f"<reportingPersonBeneficiallyOwnedNumberOfShares>{powers}</reportingPersonBeneficiallyOwnedNumberOfShares>"
            + tags({k: v for k, v in values.items() if k != "name" and not k.endswith("Power")})
            + "</coverPageHeaderReportingPersonDetails>"
        )
    no = f"<amendmentNo>{number}</amendmentNo>" if number else ""
    return (
        f'<edgarSubmission xmlns="http://www.sec.gov/edgar/schedule13g"><headerData><submissionType>{kind}</submissionType><filerInfo><filer>'
        f"<filerCredentials><cik>0000000012</cik></filerCredentials></filer></filerInfo></headerData><formData><coverPageHeader>{no}"
        f"<securitiesClassTitle>Class A</securitiesClassTitle>"
        "<eventDateRequiresFilingThisStatement>11/19/2025</eventDateRequiresFilingThisStatement>"
        f"<issuerInfo><issuerCik>0000000099</issuerCik><issuerName>Kestrel Inc.</issuerName><issuerCusip>{CUSIP}</issuerCusip></issuerInfo>"
        f"</coverPageHeader>{people}<items><item4>{tags(item4 or {})}</item4><item5><classOwnership5PercentOrLess>{small}"
        f"</classOwnership5PercentOrLess></item5></items></formData></edgarSubmission>"
    )


def g_person(name: str, **said: str) -> Given:
    aggregate = "reportingPersonBeneficiallyOwnedAggregateNumberOfShares"
    return {
        "name": name,
        "soleVotingPower": "0.00",
        "sharedVotingPower": "0.00",
        "soleDispositivePower": "0.00",
        "sharedDispositivePower": "0.00",
        aggregate: "0.00",
        "classPercent": "5.1",
        "typeOfReportingPerson": "CO",
        **said,
    }


def read(tmp_path: Path, text: str, **options: Any) -> Read:
    path = tmp_path / "primary_doc.xml"
    path.write_text(text, encoding="utf-8")
    assert recognise(Input(path)).name == "sec"
    return read_file(sec, path, **options)


def lots(found: Read) -> dict[str, Any]:
    return {found.entities[s.subject].name: s for s in found.statements if s.verb == "holds" and not s.extra.get("declared")}


# -- schedules


def test_13d_and_13g_name_the_same_things_differently(tmp_path: Path) -> None:
    d = read(tmp_path, schedule_d(person(**sole(1000)))).holding("Halden", declared=True)
    aggregate = {"reportingPersonBeneficiallyOwnedAggregateNumberOfShares": "1000.00"}
    g = read(
        tmp_path, schedule_g(g_person("Halden Fund LP", soleVotingPower="1000.00", soleDispositivePower="1000.00", **aggregate))
    )
    held = g.holding("Halden", declared=True)
    for one, percent, day, title in ((d, "0.085", "2024-12-31", "Common Stock"), (held, "0.051", "2025-11-19", "Class A")):
        assert (one.shares, one.votes, one.object, one.basis, one.as_of, one.share_class) == (
            1000,
            1000,
            "CIK:0000000099",
            "class",
            day,
            title,
        )
        assert one.share is not None and one.share.point == Fraction(percent)
        assert one.directness == "unknown" and one.speaker_kind == "filing"


def test_a_block_reported_by_a_chain_is_counted_once(tmp_path: Path) -> None:
    names = [person(f"Person {n}", f"{20 + n:010}", **shared(6_294_951)) for n in range(7)]
    found = read(tmp_path, schedule_d(*names))
    (lot,) = lots(found).values()
    assert lot.shares == 6_294_951 and len(lot.joint) == 7 and "as_lot" not in lot.extra
    assert f"{7 * 6_294_951:,}" in found.message("W_SAME_BLOCK")
    assert sum(bool(s.extra.get("declared")) for s in found.statements) == 7


def test_shared_amounts_that_differ_are_bounds_from_the_largest_to_the_sum(tmp_path: Path) -> None:
    found = read(tmp_path, schedule_d(person("A", "0000000021", **shared(100)), person("B", "0000000022", **shared(70))))
    (lot,) = lots(found).values()
    assert (lot.extra["as_lot"]["low"], lot.extra["as_lot"]["high"]) == (100, 170)


def test_sole_shares_are_a_lot_of_their_own(tmp_path: Path) -> None:
    both = {**shared(2_100_000), "soleVotingPower": "335000", "soleDispositivePower": "335000", "aggregateAmountOwned": "2435000"}
    found = read(
        tmp_path, schedule_d(person("Fund", "0000000021", **shared(2_100_000)), person("Individual", "0000000022", **both))
    )
    made = lots(found)
    assert made["Individual"].shares == 335_000 and sum(s.shares for s in made.values()) == 2_435_000


def test_the_same_sole_shares_of_two_persons_are_one_block(tmp_path: Path) -> None:
    found = read(tmp_path, schedule_d(person("Parent", "0000000021", **sole(500)), person("Child", "0000000022", **sole(500))))
    (lot,) = lots(found).values()
    assert lot.shares == 500 and "W_SAME_BLOCK" in found.codes


def test_a_parent_that_shares_what_its_subsidiaries_hold_alone_adds_nothing(tmp_path: Path) -> None:
    people = [
        person("Child 1", "0000000021", **sole(300)),
        person("Child 2", "0000000022", **sole(200)),
        person("Parent", "0000000023", **shared(500)),
    ]
    (lot,) = lots(read(tmp_path, schedule_d(*people))).values()
    assert lot.shares == 500


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=6))
def test_blocks_are_never_more_than_what_is_reported_nor_less_than_what_one_person_reports(rows: list[tuple[int, int]]) -> None:
    persons = [Powers(f"P{n}", *row) for n, row in enumerate(rows)]
    made = blocks(persons)
    low, high = sum(b.low for b in made), sum(b.high for b in made)
    assert max((max(p.sole, p.shared) for p in persons), default=0) <= low <= high <= sum(p.sole + p.shared for p in persons)


def test_a_filing_may_begin_with_a_blank_line(tmp_path: Path) -> None:
    assert read(tmp_path, schedule_d(person(**sole(5)), start="\n\n ")).holding("Halden", declared=True).shares == 5


@pytest.mark.parametrize("cusip", [FLAT, NESTED])
def test_a_cusip_is_flat_or_nested_and_address_fields_change_nothing(tmp_path: Path, cusip: str) -> None:
    found = read(tmp_path, schedule_d(person(**sole(5)), cusip=cusip)).entities["CIK:0000000099"]
    assert found.identifiers == (("CIK", "0000000099"), ("CUSIP", CUSIP)) and found.name == "Kestrel Inc."


def test_a_cusip_with_a_wrong_check_digit_is_told_and_never_used(tmp_path: Path) -> None:
    found = read(tmp_path, schedule_d(person(**sole(5)), cusip=FLAT.replace(CUSIP, "037833101")))
    assert "W_ID_CHECK" in found.codes and found.entities["CIK:0000000099"].identifiers == (("CIK", "0000000099"),)


def test_counts_may_be_written_with_decimals_and_a_part_of_a_share_is_told(tmp_path: Path) -> None:
    whole = read(tmp_path, schedule_d(person(**{**sole(5), "aggregateAmountOwned": "10,000,000.00"})))
    assert whole.holding("Halden", declared=True).shares == 10_000_000 and "W_FRACTION_SHARE" not in whole.codes
    part = read(tmp_path, schedule_d(person(**{**sole(5), "aggregateAmountOwned": "5.7"})))
    assert part.holding("Halden", declared=True).shares == 5 and "5.7" in part.message("W_FRACTION_SHARE")


def test_a_percent_sign_inside_the_number_is_no_part_of_it(tmp_path: Path) -> None:
    held = read(tmp_path, schedule_d(person(**sole(5, percentOfClass="8.5%")))).holding("Halden", declared=True)
    assert held.share is not None and (held.share.low, held.share.high) == (Fraction("0.0845"), Fraction("0.0855"))


def test_the_cover_and_item_4_agree_within_rounding_or_are_told(tmp_path: Path) -> None:
    who = g_person(
        "Halden", soleVotingPower="5", soleDispositivePower="5", reportingPersonBeneficiallyOwnedAggregateNumberOfShares="5"
    )
    fine = read(tmp_path, schedule_g(who, item4={"classPercent": "5.08"}))
    assert (
        "W_ARITHMETIC" not in fine.codes
        and fine.holding("Halden", declared=True).share == fine.holding("Halden", declared=True).share
    )
    assert "item 4 says" in read(tmp_path, schedule_g(who, item4={"classPercent": "6.2"})).message("W_ARITHMETIC")


def test_parts_and_whole_of_one_person_that_differ_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, schedule_d(person(**{**sole(100), "aggregateAmountOwned": "900"})))
    assert "900" in found.message("W_ARITHMETIC") and found.holding("Halden", declared=True).shares == 900


def test_two_types_for_one_person_are_both_kept(tmp_path: Path) -> None:
    text = schedule_d(person(**sole(5))).replace(
        "</typeOfReportingPerson>", "</typeOfReportingPerson><typeOfReportingPerson>IA</typeOfReportingPerson>"
    )
    found = read(tmp_path, text)
    assert found.holding("Halden", declared=True).extra["person_types"] == ["PN", "IA"] and found.account.rows == 1


def test_a_person_without_a_cik_is_known_by_name_inside_this_filer(tmp_path: Path) -> None:
    held = read(tmp_path, schedule_d(person("Ann Vogel", None, **sole(5)))).holding("Ann Vogel", declared=True)
    assert held.subject == "sec:0000000011/ann-vogel"


@pytest.mark.parametrize(("letter", "word"), [("a", "member"), ("b", "disclaims")])
def test_member_of_a_group_or_not(tmp_path: Path, letter: str, word: str) -> None:
    assert (
        read(tmp_path, schedule_d(person(**sole(5, memberGroup=letter)))).holding("Halden", declared=True).extra["group"] == word
    )


def test_an_amendment_revises_the_filing_before_it(tmp_path: Path) -> None:
    first = read(tmp_path, schedule_d(person(**sole(100))))
    second = read(tmp_path, schedule_d(person(**sole(150)), kind="SCHEDULE 13D/A", number="1", event="03/31/2025"))
    assert {s.revises for s in first.statements} == {None}
    assert {s.revises for s in second.statements} == {s.id for s in first.statements}


def test_a_filing_that_leaves_ends_what_was_held(tmp_path: Path) -> None:
    people = (person("A", "0000000021", **shared(100)), person("B", "0000000022", **shared(100)))
    before = lots(read(tmp_path, schedule_d(*people)))
    gone = tuple(p.replace(">100<", ">0<").replace(">8.5<", ">0<") for p in people)
    text = schedule_d(
        *gone, kind="SCHEDULE 13D/A", number="1", more="<classOwnership5PercentOrLess>Y</classOwnership5PercentOrLess>"
    )
    found = read(tmp_path, text)
    after = [s for s in found.statements if not s.extra.get("declared") and s.joint]
    assert [(s.shares, s.revises) for s in after] == [(0, next(iter(before.values())).id)]
    assert all(s.exit for s in found.statements if s.extra.get("declared"))


def test_an_amendment_without_numbers_on_its_cover_is_read_from_item_4(tmp_path: Path) -> None:
    who = {"name": "Halden", "typeOfReportingPerson": "IA"}
    item4 = {"amountBeneficiallyOwned": "9000000", "classPercent": "9.3", "solePowerOrDirectToDispose": "9000000"}
    found = read(tmp_path, schedule_g(who, kind="SCHEDULE 13G/A", number="1", item4=item4))
    assert (
        found.holding("Halden", declared=True).shares == 9_000_000 and found.holding("Halden", declared=False).shares == 9_000_000
    )


def test_less_than_five_percent_is_an_exit(tmp_path: Path) -> None:
    assert read(tmp_path, schedule_d(person(**sole(5, percentOfClass="4.2")))).holding("Halden", declared=True).exit
    assert not read(tmp_path, schedule_d(person(**sole(5, percentOfClass="5.2")))).holding("Halden", declared=True).exit


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"aggregateAmountOwned": "see item 5"}, "E_NUMBER"),
        ({"aggregateAmountOwned": "-5"}, "E_SHARES_NEGATIVE"),
        ({"aggregateAmountOwned": "NaN"}, "E_NUMBER"),
        ({"percentOfClass": "130"}, "E_SHARE_RANGE"),
        ({"aggregateAmountOwned": "1e30"}, "E_NUMBER"),
    ],
)
def test_a_person_with_a_bad_number_is_rejected_and_the_others_stay(tmp_path: Path, said: Given, code: str) -> None:
    found = read(
        tmp_path, schedule_d(person("Bad", "0000000031", **{**sole(5), **said}), person("Good", "0000000032", **sole(7)))
    )
    assert [(r.where, r.code) for r in found.rejects] == [("reporting person 1", code)]
    assert found.holding("Good", declared=True).shares == 7


def test_a_bad_day_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, schedule_d(person(**sole(5)), event="31/12/2024"))
    assert "E_DATE" in found.codes and found.holding("Halden", declared=True).as_of is None


@pytest.mark.parametrize(
    "text",
    ["<html><body>SCHEDULE 13D</body></html>", "<SEC-DOCUMENT>0001.txt\n<SEC-HEADER>\nCONFORMED SUBMISSION TYPE: SC 13G\n"],
)
def test_an_old_rendering_is_refused_with_its_cure(tmp_path: Path, text: str) -> None:
    path = tmp_path / "old.txt"
    path.write_text(text, encoding="utf-8")
    assert recognise(Input(path)).name == "sec"
    with pytest.raises(FileError, match=r"primary_doc\.xml"):
        list(sec.read(Input(path)))


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xml"
    path.write_text(
        schedule_d(person(**sole(5))).replace("?>\n", '?>\n<!DOCTYPE x SYSTEM "file:///etc/passwd">', 1), encoding="utf-8"
    )
    with pytest.raises(FileError, match="DOCTYPE"):
        list(sec.read(Input(path)))


def test_a_filing_cut_off_is_one_error(tmp_path: Path) -> None:
    path = tmp_path / "cut.xml"
    path.write_text(schedule_d(person(**sole(5)))[:-40], encoding="utf-8")
    with pytest.raises(FileError, match="well-formed"):
        list(sec.read(Input(path)))


# -- 13F


def row(prefix: str = "", **said: str) -> str:
    at = {
        "name": "KESTREL INC",
        "class": "COM",
        "cusip": CUSIP,
        "value": "7423",
        "count": "22507",
        "type": "SH",
        "manager": "",
        "put": "",
        "sole": "7",
        "shared": "3",
        "none": "22497",
        **said,
    }
    p = prefix
    put = f"<{p}putCall>{at['put']}</{p}putCall>" if at["put"] else ""
    manager = f"<{p}otherManager>{at['manager']}</{p}otherManager>" if at["manager"] else ""
    return (
        f"<{p}infoTable><{p}nameOfIssuer>{at['name']}</{p}nameOfIssuer><{p}titleOfClass>{at['class']}</{p}titleOfClass><{p}cusip>{at['cusip']}</{p}cusip>"
        f"<{p}value>{at['value']}</{p}value><{p}shrsOrPrnAmt><{p}sshPrnamt>{at['count']}</{p}sshPrnamt><{p}sshPrnamtType>{at['type']}</{p}sshPrnamtType>"
        f"</{p}shrsOrPrnAmt>{put}<{p}investmentDiscretion>SOLE</{p}investmentDiscretion>{manager}<{p}votingAuthority><{p}Sole>{at['sole']}</{p}Sole>"
        f"<{p}Shared>{at['shared']}</{p}Shared><{p}None>{at['none']}</{p}None></{p}votingAuthority></{p}infoTable>"
    )


def info(*rows: str, prefix: str = "") -> str:
    space = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    return f'<?xml version="1.0"?><{prefix}informationTable {space}="http://www.sec.gov/edgar/document/thirteenf/informationtable">{"".join(rows)}</{prefix}informationTable>'


KNOWN = {"manager": "123", "period": "2024-12-31"}


@pytest.mark.parametrize("prefix", ["", "ns1:"])
def test_a_13f_is_discretion_not_ownership(tmp_path: Path, prefix: str) -> None:
    (held,) = read(tmp_path, info(row(prefix), prefix=prefix), **KNOWN).statements
    assert (held.subject, held.object, held.shares, held.votes) == ("CIK:0000000123", "CUSIP-6:037833", 22_507, 10)
    assert held.directness == "unknown" and held.extra["declared"] and held.as_of == "2024-12-31"
    (direct,) = read(tmp_path, info(row(prefix), prefix=prefix), **KNOWN, as_direct=True).statements
    assert direct.directness == "direct" and "declared" not in direct.extra


def test_bonds_and_options_are_no_shares_even_as_direct(tmp_path: Path) -> None:
    found = read(tmp_path, info(row(type="PRN"), row(put="Put")), **KNOWN, as_direct=True)
    bond, option = found.statements
    assert (bond.topic, bond.shares, bond.extra["principal"], bond.extra["declared"]) == ("bond", None, 22_507, True)
    assert (option.topic, option.shares, option.extra["option"], option.extra["declared"]) == ("option", None, "put", True)


@pytest.mark.parametrize(("period", "worth"), [("2024-12-31", "7423"), ("2022-09-30", "7423000"), (None, None)])
def test_values_are_dollars_since_2023_and_thousands_before(tmp_path: Path, period: str | None, worth: str | None) -> None:
    found = read(tmp_path, info(row()), manager="123", **({"period": period} if period else {}))
    assert found.statements[0].amount == (Decimal(worth) if worth else None)
    assert ("W_UNIT" in found.codes) == (period is None)


def test_rows_of_one_security_for_several_managers_are_not_merged(tmp_path: Path) -> None:
    found = read(tmp_path, info(row(manager="1"), row(manager="2")), **KNOWN)
    assert [s.extra["other_manager"] for s in found.statements] == ["1", "2"] and len({s.id for s in found.statements}) == 2


def test_a_table_names_neither_manager_nor_quarter_and_says_so(tmp_path: Path) -> None:
    found = read(tmp_path, info(row()))
    assert {"W_DANGLING", "W_DATE_ORDER"} <= found.codes and found.statements[0].as_of is None


def test_two_classes_of_one_issuer_are_one_issuer(tmp_path: Path) -> None:
    # 02079K107 and 02079K305 are two classes of the issuer 02079K.
    found = read(tmp_path, info(row(cusip="02079K107"), row(cusip="02079K305")), **KNOWN)
    assert {s.object for s in found.statements} == {"CUSIP-6:02079K"}


def test_a_cusip_that_lost_its_zeros_is_repaired_and_a_wrong_one_kept_apart(tmp_path: Path) -> None:
    found = read(tmp_path, info(row(cusip="37833100"), row(cusip="037833109")), **KNOWN)
    assert [s.object for s in found.statements] == ["CUSIP-6:037833", "sec:cusip/037833109"]
    assert {"W_ID_PADDED", "W_ID_CHECK"} <= found.codes


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"count": "-5"}, "E_SHARES_NEGATIVE"),
        ({"count": "x"}, "E_NUMBER"),
        ({"count": ""}, "E_NUMBER"),
        ({"count": "9" * 30}, "E_NUMBER"),
        ({"name": "", "cusip": ""}, "E_PARTY"),
    ],
)
def test_a_bad_row_of_a_table_is_rejected_with_its_place(tmp_path: Path, said: Given, code: str) -> None:
    found = read(tmp_path, info(row(), row(**said)), **KNOWN)
    assert [(r.where, r.code) for r in found.rejects] == [("row 2", code)] and len(found.statements) == 1


def test_a_long_table_comes_in_batches_and_the_issuers_of_each_are_told_in_it(tmp_path: Path) -> None:
    path = tmp_path / "t.xml"
    path.write_text(info(*(row() for _ in range(BATCH + 5))), encoding="utf-8")
    batches = list(islice(sec.read(Input(path, options=KNOWN)), 9))
    assert sum(len(b.statements) for b in batches) == BATCH + 5 and max(len(b.statements) for b in batches) <= BATCH
    assert all("CUSIP-6:037833" in {e.id for e in b.entities} for b in batches if b.statements)


def test_a_header_names_the_manager_and_its_totals_are_only_kept(tmp_path: Path) -> None:
    text = (
        '<edgarSubmission xmlns="http://www.sec.gov/edgar/thirteenffiler"><headerData><submissionType>13F-HR</submissionType><filerInfo><filer>'
        "<credentials><cik>0000000123</cik></credentials></filer><periodOfReport>12-31-2024</periodOfReport></filerInfo></headerData><formData>"
        "<coverPage><filingManager><name>Ibis Capital</name></filingManager></coverPage>"
        "<summaryPage><tableEntryTotal>111</tableEntryTotal></summaryPage>"
        "</formData></edgarSubmission>"
    )
    found = read(tmp_path, text)
    (told,) = found.statements
    assert (told.verb, told.subject, told.as_of, told.extra["tableEntryTotal"]) == ("is", "CIK:0000000123", "2024-12-31", "111")
    assert "N_13F_HEADER" in found.codes


def test_a_bad_period_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="period"):
        read(tmp_path, info(row()), period="last year")


# -- sample data

needs_data = pytest.mark.skipif(not (DATA / "sec").exists(), reason="sample data absent")


@needs_data
@pytest.mark.parametrize("name", ["schedule13d.xml", "schedule13d_nested_cusip.xml", "schedule13g.xml"])
def test_sample_schedules(name: str) -> None:
    expected = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))["sec"][name]
    found = read_file(sec, DATA / "sec" / name)
    declared = [s for s in found.statements if s.extra.get("declared")]
    assert len(declared) == expected["reporting_persons"]
    each = expected["aggregate"] if "aggregate" in expected else [expected["each"]] * len(declared)
    assert [s.shares for s in declared] == each
    percents = expected.get("class_percent", expected.get("class_percent_cover"))
    texts = percents if isinstance(percents, list) else [percents] * len(declared)
    assert [s.share.point if s.share else None for s in declared] == [Fraction(Decimal(t)) / 100 for t in texts]
    assert (
        sum(s.shares or 0 for s in found.statements if not s.extra.get("declared"))
        == expected["group_total_if_not_double_counted"]
    )


@needs_data
def test_sample_table_and_header() -> None:
    expected = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))["sec"]["information_table.xml"]
    found = read_file(sec, DATA / "sec/information_table.xml", date(2024, 2, 14), **KNOWN)
    assert len(found.statements) == expected["rows"] and sum(s.shares or 0 for s in found.statements) == expected["shares_sum"]
    assert sum(s.amount or 0 for s in found.statements) == expected["value_sum"]
    assert len({s.extra["cusip"] for s in found.statements}) == expected["distinct_cusip"]
    powers = [sum(s.extra["voting_authority"][n] for s in found.statements) for n in range(3)]
    assert powers == [expected["sole"], expected["shared"], expected["none"]]
    assert read_file(sec, DATA / "sec/Sample_13F-HR.xml").statements[0].as_of == "2021-12-31"
