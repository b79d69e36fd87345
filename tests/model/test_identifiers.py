"""Every scheme: real numbers that are right, the same with one digit changed, and odd spellings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold.model.identifiers import OTHER_NAMES, SCHEMES, checked, scheme_name

RIGHT = {
    # numbers that their owners and registers publish
    "CUSIP": "037833100",  # Apple Inc. common stock
    "CZ-ICO": "45274649",  # CEZ
    "DK-CVR": "24256790",  # Novo Nordisk
    "FR-SIREN": "441639465",  # Renault SA
    "ISIN": "FR0000131906",
    "JP-JCN": "9020001031109",  # Nissan Motor
    "KR-BRN": "1248100998",  # Samsung Electronics
    "KR-CRN": "1301110006246",  # Samsung Electronics
    "LEI": "969500F7JLTX36OUI695",  # Renault SA
    "SK-ICO": "35757442",  # Volkswagen Slovakia
}


@pytest.mark.parametrize("scheme", RIGHT)
def test_a_published_number_is_right_and_one_wrong_digit_is_seen(scheme: str) -> None:
    value = RIGHT[scheme]
    assert checked(scheme, value) == (value, True)
    for place in range(2, len(value)):
        if value[place].isdigit():
            digit = int(value[place])  # 9 and 0 are one to a check modulo 9, so that a 9 becomes an 8
            wrong = value[:place] + str(digit + 1 if digit < 9 else 8) + value[place + 1 :]
            assert checked(scheme, wrong) == (wrong, False), wrong


@pytest.mark.parametrize(
    ("scheme", "written", "value"),
    [
        ("GB-COH", "1000002 ", "01000002"),
        ("GB-COH", "oc300001", "OC300001"),
        ("GB-COH", "R0000051", "R0000051"),
        ("GB-COH", "IP12345R", "IP12345R"),
        ("LEI", " 9695 00f7 jltx 36ou i695", "969500F7JLTX36OUI695"),
        ("JP-JCN", "９０２０００１０３１１０９", "9020001031109"),
        ("JP-SEC", "72010", "7201"),
        ("JP-SEC", "130A0", "130A"),
        ("JP-SEC", "25935", "25935"),
        ("KR-CRN", "130111-0006246", "1301110006246"),
        ("CIK", "320193", "0000320193"),
        ("SK-ICO", "166073", "00166073"),
        ("EDINET", "E02142", "E02142"),
        ("XI-LEI", "969500F7JLTX36OUI695", "969500F7JLTX36OUI695"),
    ],
)
def test_odd_spellings_become_one(scheme: str, written: str, value: str) -> None:
    assert checked(scheme, written) == (value, True)


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("GB-COH", "HRB 1234 B"),
        ("GB-COH", "0"),
        ("GB-COH", "SC12345"),
        ("GB-COH", "N/A"),
        ("EDINET", "02142"),
        ("LEI", ""),
        ("LEI", "²" * 20),
    ],
)
def test_what_is_no_such_number_is_not_right(scheme: str, value: str) -> None:
    assert not checked(scheme, value)[1]


def test_a_scheme_without_a_rule_is_only_trimmed() -> None:
    assert checked("XX-NEW", " a 1 ") == ("a 1", True)
    assert scheme_name("XX-NEW") == "XX-NEW"


def test_other_names_lead_to_schemes() -> None:
    assert set(OTHER_NAMES.values()) <= set(SCHEMES)


@given(st.sampled_from(sorted(SCHEMES)), st.text(max_size=80))
def test_any_text_gives_an_answer_that_is_stable(scheme: str, text: str) -> None:
    value, right = checked(scheme, text)
    if right:
        assert checked(scheme, value) == (value, True)
