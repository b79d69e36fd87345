"""The UK snapshot of persons with significant control; each trap of the format is met (spec/evidence 7.6). All records are invented."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from crosshold.formats import catalogue, stretches, uk_psc
from crosshold.formats.intake import Input
from crosshold.formats.uk_natures import nature
from crosshold.model.share import SOME

from .reading import Import, samples

SHARES, VOTES = "ownership-of-shares-25-to-50-percent", "voting-rights-25-to-50-percent"
KIND = "-person-with-significant-control"


def line(company: Any = "01000001", kind: str = "individual" + KIND, natures: Any = (SHARES,), **data: Any) -> dict[str, Any]:
    told = {
        "etag": "e",
        "kind": kind,
        "natures_of_control": None if natures is None else list(natures),
        "notified_on": "2016-04-06",
        **data,
    }
    if not any(word in kind for word in ("statement", "super", "exempt", "totals")):
        told = {"name": "Example Person", "links": {"self": f"/company/{company}/persons-with-significant-control/x/p1"}, **told}
    else:
        del told["natures_of_control"]
    return {"company_number": company, "data": told} if company is not None else {"data": told}


def firm(
    number: Any, company: str = "01000001", country: Any = "England", natures: Any = (SHARES,), **more: Any
) -> dict[str, Any]:
    told = {"country_registered": country, "registration_number": number, **more}
    return line(company, "corporate-entity" + KIND, natures, name="EXAMPLE LIMITED", identification=told)


def read(tmp_path: Path, *rows: dict[str, Any] | str | bytes, name: str = "psc.txt", **options: Any) -> Import:
    path = tmp_path / name
    made = [r if isinstance(r, bytes) else r.encode() if isinstance(r, str) else json.dumps(r).encode() for r in rows]
    path.write_bytes(b"\n".join(made))
    return Import(uk_psc, path, **options)


# What each code says

EDGES = {
    "25-to-50-percent": ("1/4", True, "1/2", False),
    "50-to-75-percent": ("1/2", True, "3/4", True),
    "75-to-100-percent": ("3/4", False, "1", False),
    "more-than-25-percent": ("1/4", True, "1", False),
}


@pytest.mark.parametrize("band", EDGES)
@pytest.mark.parametrize(
    ("thing", "verb", "share_class"),
    [
        ("ownership-of-shares", "holds", None),
        ("voting-rights", "votes", None),
        ("right-to-share-surplus-assets", "holds", "surplus"),
        ("part-right-to-share-surplus-assets", "holds", "surplus"),
    ],
)
@pytest.mark.parametrize(
    ("suffix", "capacity"),
    [
        ("", None),
        ("-as-trust", "trust"),
        ("-as-firm-limited-liability-partnership", "firm"),
        ("-registered-overseas-entity", "registered-overseas-entity"),
        ("-as-control-over-trust-registered-overseas-entity", "control-over-trust"),
    ],
)
def test_a_band_is_bounds_with_the_ends_of_the_regulations(
    band: str, thing: str, verb: str, share_class: str | None, suffix: str, capacity: str | None
) -> None:
    said = nature(f"{thing}-{band}{suffix}")
    assert said.share is not None and said.share.point is None and said.share.bounds_from == "band"
    ends = (said.share.low, said.share.low_open, said.share.high, said.share.high_open)
    low, low_open, high, high_open = EDGES[band]
    assert ends == (Fraction(low), low_open, Fraction(high), high_open)
    assert (said.verb, said.share_class, said.capacity, said.known) == (verb, share_class, capacity, True)


@pytest.mark.parametrize(
    ("code", "verb", "how"),
    [
        ("right-to-appoint-and-remove-directors", "may_appoint", "directors"),
        ("right-to-appoint-and-remove-members-limited-liability-partnership", "may_appoint", "members"),
        ("right-to-appoint-and-remove-person-as-trust", "may_appoint", "person"),
        ("significant-influence-or-control-as-firm", "controls", "influence"),
    ],
)
def test_rights_without_a_number(code: str, verb: str, how: str) -> None:
    said = nature(code)
    assert (said.verb, said.how, said.share, said.known) == (verb, how, None, True)


def test_an_overseas_owner_of_land_is_the_nominee_of_the_person(tmp_path: Path) -> None:
    code = "registered-owner-as-nominee-person-scotland-registered-overseas-entity"
    (s,) = read(tmp_path, line("OE000001", "individual-beneficial-owner", [code])).statements
    assert (s.subject, s.verb, s.object) == ("GB-COH:OE000001", "nominee_for", "uk-psc:OE000001/p1")


# What a record becomes


def test_each_nature_is_a_declared_claim_about_the_company(tmp_path: Path) -> None:
    found = read(tmp_path, line(natures=[SHARES, VOTES], nationality="British", date_of_birth={"month": 1, "year": 1970}))
    shares, votes = found.statements
    assert (shares.subject, shares.verb, shares.object) == ("uk-psc:01000001/p1", "holds", "GB-COH:01000001")
    assert (votes.subject, votes.verb, votes.object) == ("uk-psc:01000001/p1", "votes", "GB-COH:01000001")
    assert shares.share is not None and shares.vote_share is None
    assert votes.share is None and votes.vote_share == shares.share  # what is said of votes is no claim about capital
    assert (shares.directness, shares.basis, shares.speaker_kind, shares.where) == ("unknown", "unknown", "filing", "line 1")
    assert shares.extra["declared"] is True and votes.extra["declared"] is True
    told = json.loads(shares.extra["psc"])["data"]  # the first claim keeps the line
    assert told["date_of_birth"] == {"month": 1, "year": 1970} and told["nationality"] == "British"
    assert "psc" not in votes.extra and votes.where == shares.where


def test_declared_bands_are_direct_only_when_told_so_and_stay_bounds(tmp_path: Path) -> None:
    found = read(tmp_path, line(), as_direct=True)
    (s,) = found.statements
    assert s.directness == "direct" and "declared" not in s.extra and s.share is not None and s.share.point is None
    assert "N_AS_DIRECT" in found.codes and "N_AS_DIRECT" not in read(tmp_path, line()).codes


def test_a_declared_band_makes_no_lot(tmp_path: Path) -> None:
    from crosshold.model.register import Register, Statements
    from crosshold.model.statement import Statement

    issued = Statement("GB-COH:01000001", "issued", shares=1000)

    def holders(found: Import) -> set[str]:
        register = Register(Statements([issued, *found.statements]), found.register.sources)
        return {lot.holder for lot in register.at(date(2020, 1, 1)).lots}

    assert holders(read(tmp_path, line())) == {"~float"}
    assert holders(read(tmp_path, line(), as_direct=True)) == {"~float", "uk-psc:01000001/p1"}


def test_days_of_notice_and_of_ceasing(tmp_path: Path) -> None:
    found = read(tmp_path, line(ceased_on="2019-03-31"))
    (s,) = found.statements
    assert (s.valid_from, s.valid_to, s.known_on) == ("2016-04-06", "2019-03-31", date(2016, 4, 6))
    assert s.covers(date(2019, 3, 30)) and not s.covers(date(2019, 3, 31))
    assert "W_START_NOTIFIED" in found.codes


def test_a_file_says_its_day_in_its_name_and_a_later_day_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, line(notified_on="2026-02-02"), name="persons-2026-01-31.txt")
    (source,) = found.register.sources.values()
    assert source.published_on == date(2026, 1, 31) and "W_FUTURE" in found.codes
    assert "W_FUTURE" not in read(tmp_path, line(notified_on="2026-01-31"), name="persons-2026-01-31.txt").codes
    (told,) = [f for f in read(tmp_path, line(notified_on="2999-01-01"), name="lines.txt").findings if f.code == "W_FUTURE"]
    assert "later than today" in told.message  # of a file that does not say when it is from


def test_days_in_the_wrong_order_are_told_and_no_day_is_refused(tmp_path: Path) -> None:
    found = read(tmp_path, line(ceased_on="2016-04-05"), line(notified_on="2016-04-31"))
    assert "W_DATE_ORDER" in found.codes and [r.code for r in found.rejects] == ["E_DATE"]


# Traps of the file


def test_a_mark_at_the_start_line_ends_of_windows_and_empty_lines(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + json.dumps(line()).encode() + b"\r\n\r\n" + json.dumps(line("01000003")).encode() + b"\r\n"
    found = read(tmp_path, text)
    assert [s.where for s in found.statements] == ["line 1", "line 3"] and not found.rejects


def test_a_last_line_that_breaks_off_is_kept_to_be_mended(tmp_path: Path) -> None:
    broken = json.dumps(line("01000024"))[:80]
    found = read(tmp_path, line(), broken)
    (reject,) = found.rejects
    assert (reject.where, reject.code, reject.raw) == ("line 2", "E_ROW", broken) and len(found.statements) == 1


def test_a_totals_line_is_left_out_by_name_first_or_last(tmp_path: Path) -> None:
    totals = line(None, "totals#persons-of-significant-control-snapshot", persons_of_significant_control_count=1)
    found = read(tmp_path, totals, line(), totals)
    assert dict(found.account.left_out) == {"totals line": 2} and found.account.accepted == 1


def test_a_record_without_a_company_number_is_refused(tmp_path: Path) -> None:
    assert [r.code for r in read(tmp_path, line(None)).rejects] == ["E_PARTY"]


@pytest.mark.parametrize("written", ["01000002", "1000002", "1000002 ", 1000002])
def test_one_parent_under_many_spellings_of_its_number(tmp_path: Path, written: Any) -> None:
    found = read(tmp_path, firm(written, country="England And Wales"))
    assert found.statements[0].subject == "GB-COH:01000002"
    assert ("W_ID_PADDED" in found.codes) == (written != "01000002")


@pytest.mark.parametrize("number", ["OC300001", "SC000012", "NI012345", "SL000001", "OE000001"])
def test_numbers_with_letters_are_not_padded(tmp_path: Path, number: str) -> None:
    found = read(tmp_path, firm(number, company=number))
    assert (found.statements[0].subject, found.statements[0].object) == (f"GB-COH:{number}",) * 2
    assert "W_ID_PADDED" not in found.codes


def test_a_company_number_that_lost_its_zero_is_padded(tmp_path: Path) -> None:
    found = read(tmp_path, line("1234567"))
    assert found.statements[0].object == "GB-COH:01234567" and "W_ID_PADDED" in found.codes


@pytest.mark.parametrize(
    ("country", "more", "british"),
    [
        ("England And Wales", {}, True),
        ("UNITED KINGDOM", {}, True),
        ("Scotland", {}, True),
        ("West Yorkshire", {"place_registered": "Companies House"}, True),
        (None, {"legal_authority": "Companies Act 2006"}, True),
        ("West Yorkshire", {}, False),
        (None, {}, False),
        ("Germany", {"place_registered": "Companies House"}, False),
        ("Cyprus", {}, False),
        ("Ukraine", {}, False),
    ],
)
def test_the_country_is_free_text(tmp_path: Path, country: Any, more: dict[str, str], british: bool) -> None:
    found = read(tmp_path, firm("1000002", country=country, **more))
    assert found.statements[0].subject == ("GB-COH:01000002" if british else "uk-psc:01000001/p1")


def test_a_foreign_number_is_kept_and_never_padded(tmp_path: Path) -> None:
    found = read(tmp_path, firm("HRB 1234 B", country="Germany"))
    holder = next(e for b in found.batches for e in b.entities if e.id == "uk-psc:01000001/p1")
    assert holder.identifiers == (("register of Germany", "HRB 1234 B"),) and "W_ID_CHECK" not in found.codes
    assert json.loads(found.statements[0].extra["psc"])["data"]["identification"]["registration_number"] == "HRB 1234 B"


def test_a_british_number_of_no_form_names_nobody(tmp_path: Path) -> None:
    found = read(tmp_path, firm("not known"))
    assert found.statements[0].subject == "uk-psc:01000001/p1" and "W_ID_CHECK" in found.codes


def test_a_nature_listed_twice_counts_once(tmp_path: Path) -> None:
    found = read(tmp_path, line(natures=[SHARES, SHARES]))
    assert len(found.statements) == 1 and "W_DUPLICATE" in found.codes


def test_two_bands_for_one_thing_are_a_conflict_and_both_are_kept(tmp_path: Path) -> None:
    found = read(tmp_path, line(natures=[SHARES, "ownership-of-shares-75-to-100-percent"]))
    assert len(found.statements) == 2 and "W_CONFLICT" in found.codes and "W_OVER_100" not in found.codes


def test_shares_and_votes_in_different_bands_are_no_conflict(tmp_path: Path) -> None:
    found = read(tmp_path, line(natures=[SHARES, "voting-rights-75-to-100-percent"]))
    assert "W_CONFLICT" not in found.codes and len(found.statements) == 2


@pytest.mark.parametrize("natures", [None, []])
def test_a_person_without_natures_is_declared_to_control(tmp_path: Path, natures: Any) -> None:
    (s,) = read(tmp_path, line(natures=natures)).statements
    assert (s.verb, s.how, s.share) == ("controls", "declared", None)


@pytest.mark.parametrize(
    ("code", "verb"), [("ownership-of-shares-95-to-100-percent-by-decree", "holds"), ("a-new-way-to-control", "controls")]
)
def test_a_new_code_is_kept_without_a_number(tmp_path: Path, code: str, verb: str) -> None:
    found = read(tmp_path, line(natures=[code]))
    (s,) = found.statements
    assert s.verb == verb and s.extra["nature"] == code and "W_UNKNOWN_CODE" in found.codes
    assert s.share is None or s.share == SOME


def test_a_new_kind_of_record_is_left_out_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, line(kind="something-new", natures=None))
    assert dict(found.account.left_out) == {"unknown kind of record": 1} and "W_UNKNOWN_CODE" in found.codes


def test_the_code_of_nobody_is_misspelt_in_the_register(tmp_path: Path) -> None:
    for word in ("signficant", "significant"):
        (s,) = read(
            tmp_path,
            line(kind="persons-with-significant-control-statement", statement=f"no-individual-or-entity-with-{word}-control"),
        ).statements
        assert (s.subject, s.verb) == ("GB-COH:01000001", "no_owner")


@pytest.mark.parametrize(
    ("code", "verb"),
    [
        ("restrictions-notice-issued-to-psc", "undisclosed"),
        ("psc-exists-but-not-identified-partnership", "undisclosed"),
        ("all-beneficial-owners-identified", "comment"),
        ("brand-new-statement", "comment"),
    ],
)
def test_other_statements_say_that_somebody_is_not_named_or_speak_of_the_filing(tmp_path: Path, code: str, verb: str) -> None:
    found = read(tmp_path, line(kind="persons-with-significant-control-statement", statement=code))
    assert found.statements[0].verb == verb and ("W_UNKNOWN_CODE" in found.codes) == (code == "brand-new-statement")


@pytest.mark.parametrize("kind", ["super-secure" + KIND, "super-secure-beneficial-owner"])
def test_a_protected_person_is_an_owner_that_is_not_named(tmp_path: Path, kind: str) -> None:
    (s,) = read(tmp_path, line(kind=kind, description="super-secure-persons-with-significant-control")).statements
    assert (s.subject, s.verb, s.object, s.reason) == ("GB-COH:01000001", "undisclosed", None, "super-secure")


def test_an_exemption_means_listed_not_ownerless(tmp_path: Path) -> None:
    code = "psc-exempt-as-shares-admitted-on-market"
    told = {
        "a": {
            "exemption_type": code,
            "items": [{"exempt_from": "2016-10-29"}, {"exempt_from": "2015-01-01", "exempt_to": "2015-06-01"}],
        }
    }
    found = read(tmp_path, line(kind="exemptions", exemptions=told))
    assert [(s.verb, s.value, s.valid_from, s.valid_to) for s in found.statements] == [
        ("is", code, "2016-10-29", None),
        ("is", code, "2015-01-01", "2015-06-01"),
    ]
    assert any(e.listed for b in found.batches for e in b.entities)


def test_minimums_over_the_whole_are_told_once_a_company(tmp_path: Path) -> None:
    three, most = "ownership-of-shares-75-to-100-percent", "ownership-of-shares-50-to-75-percent"
    found = read(tmp_path, firm("01000018", natures=[three]), firm("01000019", natures=[most]), firm("01000020", natures=[most]))
    (finding,) = [f for f in found.findings if f.code == "W_OVER_100"]
    assert finding.where == "line 2" and "more than 125 %" in finding.message


@pytest.mark.parametrize(
    ("natures", "over"),
    [
        (["ownership-of-shares-50-to-75-percent"] * 2, True),  # more than half and more than half
        ([SHARES, "ownership-of-shares-75-to-100-percent"], True),  # more than a quarter and three quarters
        ([SHARES] * 3, False),
        (["ownership-of-shares-75-to-100-percent-as-trust"] * 2, False),  # two trustees of one block
    ],
)
def test_the_open_ends_of_minimums_count_and_a_block_is_not_added(tmp_path: Path, natures: list[str], over: bool) -> None:
    found = read(tmp_path, *(firm(f"0100002{n}", natures=[code]) for n, code in enumerate(natures)))
    assert ("W_OVER_100" in found.codes) == over


def test_who_has_ceased_is_not_added(tmp_path: Path) -> None:
    row = firm("01000018", natures=["ownership-of-shares-75-to-100-percent"])
    row["data"]["ceased_on"] = "2018-01-01"
    assert "W_OVER_100" not in read(tmp_path, row, row).codes


def test_holding_oneself_is_told_and_kept(tmp_path: Path) -> None:
    found = read(tmp_path, firm("01000001"))
    assert found.statements[0].subject == found.statements[0].object and "W_SELF_HOLDING" in found.codes


def test_a_ring_of_two_is_two_claims_that_meet(tmp_path: Path) -> None:
    found = read(tmp_path, firm("01000009", company="01000008"), firm("1000008", company="01000009"))
    assert {(s.subject, s.object) for s in found.statements} == {
        ("GB-COH:01000009", "GB-COH:01000008"),
        ("GB-COH:01000008", "GB-COH:01000009"),
    }


def test_one_person_with_two_records_is_two_until_somebody_says_otherwise(tmp_path: Path) -> None:
    second = line(links={"self": "/company/01000001/x/p2"}, ceased_on="2018-01-01")
    assert {s.subject for s in read(tmp_path, line(), second).statements} == {"uk-psc:01000001/p1", "uk-psc:01000001/p2"}


@pytest.mark.parametrize(
    "row",
    [
        b'{"company_number": "01000001", "data": {"kind": "\xff"}}',
        "[1]",
        '"x"',
        "7",
        "null",
        '{"company_number": "1"}',
        '{"data": 1}',
        "{}",
        '{"company_number": "1", "data": {"kind": NaN}}',
        '{"company_number": "1", "data": {"kind": []}}',
        "{} {}",
        "[" * 100_000,
        '{"a":' * 70 + "1" + "}" * 70,
        '{"company_number":"1","data":{"kind":"exemptions","exemptions":[]}}',
        '{"company_number":"1","data":{"kind":"individual-person-with-significant-control","natures_of_control":"x"}}',
        '{"company_number":"1","data":{"kind":"individual-person-with-significant-control","identification":[1]}}',
    ],
    ids=range(16),
)
def test_a_line_that_is_no_record_costs_that_line(tmp_path: Path, row: str | bytes) -> None:
    found = read(tmp_path, row, line())
    assert [r.where for r in found.rejects] == ["line 1"] and found.account.accepted == 1


def test_a_line_without_an_end_is_refused_without_being_held(tmp_path: Path) -> None:
    found = read(tmp_path, b"x" * (stretches.MOST_LINE * 3), line())
    (reject,) = found.rejects
    assert reject.where == "line 1" and len(reject.raw) <= 1000 and found.account.accepted == 1


def test_reading_twice_gives_the_same_ids(tmp_path: Path) -> None:
    rows = [line(natures=[SHARES, VOTES]), firm("01000002")]
    assert read(tmp_path, *rows).ids == read(tmp_path, *rows).ids


def test_findings_of_one_code_are_counted_beyond_those_that_are_listed(tmp_path: Path) -> None:
    found = read(tmp_path, *[line()] * 1_100)
    assert found.account.counts["W_START_NOTIFIED"] == 1_100
    assert sum(f.code == "W_START_NOTIFIED" for f in found.account.findings) == 1_000


def test_batches_are_small_and_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "PIECE", 4 * len(json.dumps(line())))
    found = read(tmp_path, *[line()] * 25)
    assert len(found.batches) > 5 and sum(b.rows for b in found.batches) == 25


def test_the_file_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(json.dumps(line()))
    assert catalogue.recognise(Input(path)).name == "uk-psc"
    assert uk_psc.sniff(b'{"company_number": 1, "data": {}}', "x") == 0 and uk_psc.sniff(b"a,b\n", "x") == 0


# The sample file


def test_the_sample_gives_what_was_computed_without_us() -> None:
    told = json.loads(samples("expected.json").read_text())["uk_psc"]["psc-lines-synthetic.jsonl"]
    found = Import(uk_psc, samples("uk-psc", "psc-lines-synthetic.jsonl"))
    where = {f.code: [g.where for g in found.findings if g.code == f.code] for f in found.findings}
    kinds: dict[str, set[str | None]] = {}
    for s in found.statements:
        kinds.setdefault(s.verb, set()).add(s.where)
    assert found.account.rows == told["lines"]
    assert len(kinds["holds"] | kinds["votes"] | kinds["may_appoint"] | kinds["controls"]) == told["persons"]
    assert (len(kinds["no_owner"]), len(kinds["undisclosed"]), len(kinds["is"])) == (1, told["super_secure"], told["exemptions"])
    assert found.account.left_out["totals line"] == told["totals"]
    assert [{"line": int(r.where.split()[1])} for r in found.rejects] == told["rejected"]
    assert sum(s.valid_to is not None for s in found.statements) == told["ceased"]
    assert where["W_UNKNOWN_CODE"] == [f"line {row['line']}" for row in told["unknown_natures"]]
    assert [f.message.split(":")[1] for f in found.findings if f.code == "W_OVER_100"] == [told["over_100"][0]["company"]]
    own = {s.object for s in found.statements if s.subject == s.object}
    assert own == {f"GB-COH:{c}" for c in told["self_holding"]} and len(where["W_SELF_HOLDING"]) == 1
    assert where["W_CONFLICT"] == ["line 14"] and told["conflict"] == ["01000013"]
    pairs = {(s.subject, s.object) for s in found.statements if s.subject != s.object}
    assert {tuple(sorted((a, str(b)))) for a, b in pairs if (b, a) in pairs} == {
        tuple(f"GB-COH:{c}" for c in loop) for loop in told["loops"]
    }
    assert {s.subject for s in found.statements if s.where in ("line 1", "line 2", "line 3")} == {"GB-COH:01000002"}


@pytest.mark.parametrize("name", ["corporate", "individual", "legal", "no_country", "no_match", "not_found", "ceased_on"])
def test_placeholder_records_are_read(tmp_path: Path, name: str) -> None:
    row = json.loads(samples("uk-psc", "placeholders", f"psc_{name}.json").read_text())
    found = read(tmp_path, json.dumps(row))
    assert found.account.accepted == 1 and found.statements[0].object == "GB-COH:01234567"
