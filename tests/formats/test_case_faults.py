"""Every fault of a case file is told at once, with its place and its cure; nothing else happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosshold.errors import CrossholdError, FileError
from crosshold.formats.case import from_document, read_case
from crosshold.formats.yaml_text import read

GOOD = """\
crosshold: case/1
at: 2020-01-28
issuers: {N: {issued: 1000}, B: {classes: {A: {issued: 100, votes: 10}, B: {issued: 900}}}}
lots:
  - {id: a, issuer: N, holder: R, shares: 430}
  - {id: b, issuer: B, holder: R, shares: 100, class: A}
"""


def codes(text: str) -> dict[str, str]:
    with pytest.raises(CrossholdError) as caught:
        from_document(read(text, "case.yaml")).at()
    return {f.code: str(f) for f in caught.value.findings}


def test_the_good_case_is_good() -> None:
    snapshot = from_document(read(GOOD, "case.yaml")).at()
    assert snapshot.held("R", "N") == 430 and snapshot.held("~float", "B") == 900


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("at: 2020-01-28", "at: 2020-01-32", "C_BAD_DATE", "case.yaml:2"),
        ("case/1", "case/9", "C_VERSION", "case.yaml:1"),
        ("shares: 430", "shares: 43.5", "C_BAD_NUMBER", "case.yaml:5"),
        ("shares: 430", "shares: -430", "E_NEG_QTY", "case.yaml:5"),
        ("shares: 430", 'share: "0.43"', "E_BASIS_AMBIGUOUS", "case.yaml:5"),
        ("shares: 430", "shares: 4300", "E_OVERHELD", "N"),
        ("shares: 430", "shres: 430", "C_UNKNOWN_KEY", "case.yaml:5"),
        ("class: A", "class: Z", "C_UNKNOWN_CLASS", "case.yaml:6"),
        ("class: A", "votes: 3", "C_UNKNOWN_CLASS", "case.yaml:6"),
        ("shares: 100, class: A", "shares: 101, class: A", "E_OVERHELD", "B class A"),
        ("id: b", "id: a", "C_DUPLICATE_ID", "case.yaml"),
        ("holder: R, shares: 430", "shares: 430", "C_MISSING_KEY", "case.yaml:5"),
        ("at: 2020-01-28\n", "", "C_MISSING_KEY", "case.yaml"),
    ],
)
def test_one_fault(old: str, new: str, code: str, place: str) -> None:
    found = codes(GOOD.replace(old, new, 1))
    assert code in found, found
    assert place in found[code]
    assert len(found[code]) > 30  # what, where, why, cure


def test_all_faults_at_once() -> None:
    text = GOOD.replace("at: 2020-01-28", "at: yesterday").replace("shares: 430", "shares: many") + "wrong: 1\n"
    assert {"C_BAD_DATE", "C_BAD_NUMBER", "C_UNKNOWN_KEY"} <= set(codes(text))


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ("contracts: [{id: k, kind: voting_cap, issuer: N, holder: NOBODY, share: '0.2'}]\n", "C_UNKNOWN_ENTITY"),
        ("contracts: [{id: k, kind: pinky_promise, issuer: N, holder: R}]\n", "C_BAD_VALUE"),
        ("contracts: [{id: k, kind: standstill, issuer: N, holder: R, cap: '0.2'}]\n", "E_BASIS_AMBIGUOUS"),
        ("overlays: [{issuer: N, holder: R, kind: cap}]\n", "C_MISSING_KEY"),
        ("watch: [{name: w, issuer: N, holders: [R], op: '>', at: ['1/3']}]\n", "E_BASIS_AMBIGUOUS"),
        ("groups: {g: [R, GHOST]}\n", "C_UNKNOWN_ENTITY"),
        ("prices: {N: {value: '1', date: 2020-02-30}}\n", "C_BAD_DATE"),
        ("fx: {euryen: {value: '1', date: 2020-01-01}}\n", "C_BAD_VALUE"),
        ("claims: [{subject: GHOST, verb: holds, object: N, share: '0.1'}]\n", "C_UNKNOWN_ENTITY"),
        ("claims: [{subject: R, verb: hoards, object: N}]\n", "C_BAD_VALUE"),
        ("rest: none\n", "E_REST"),
    ],
)
def test_faults_of_the_other_parts(extra: str, code: str) -> None:
    assert code in codes(GOOD + extra)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "C_EMPTY"),
        (b"   \n", "C_EMPTY"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "C_FILE"),
        (b"just a sentence", "C_SYNTAX"),
        (b"a: [1", "C_SYNTAX"),
        (b"a: &x [1]\nb: [*x, *x]\n", "C_ALIAS"),
        (b"a: !!python/object/apply:os.system [ls]\n", "C_TAG"),
        (b"a: 1\na: 2\n", "C_DUPLICATE_KEY"),
        (b"a: .inf\n", "C_BAD_NUMBER"),
        (b"[" * 60 + b"]" * 60, "C_DEPTH"),
        (b"a: 1\n---\nb: 2\n", "C_SYNTAX"),
    ],
)
def test_files_that_are_no_case(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "case.yaml"
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        read_case(path)
    assert [f.code for f in caught.value.findings] == [code]


def test_fifty_megabytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "laughs.yaml"
    with path.open("wb") as file:
        file.truncate(50 * 2**20)
    with pytest.raises(FileError, match="C_TOO_LARGE"):
        read_case(path)


def test_folders_and_absent_files(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"no case\.yaml"):
        read_case(tmp_path)
    with pytest.raises(FileError, match="no such file"):
        read_case(tmp_path / "nowhere.yaml")


def test_a_folder_with_tables(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(
        "crosshold: case/1\nat: 2020-01-28\nissuers: {N: {issued: 1000}}\nlots: []\n", encoding="utf-8"
    )
    (tmp_path / "entities.csv").write_text("\ufeffid,name,kind,listed\nR,日産自動車,company,true\n", encoding="utf-8")
    (tmp_path / "lots.csv").write_text("id,issuer,holder,shares,since\na,N,R,430,2010-04\nb,N,S,12,\n", encoding="utf-8")
    (tmp_path / "prices.csv").write_text("issuer,value,currency,date\nN,599.2,JPY,2020-01-28\n", encoding="utf-8")
    snapshot = read_case(tmp_path).at()
    assert snapshot.entities["R"].name == "日産自動車" and snapshot.entities["R"].listed is True
    assert snapshot.held("R", "N") == 430 and snapshot.lots_of("N", "R")[0].since == "2010-04"
    assert str(snapshot.prices["N"].value) == "599.2"


def test_faults_in_a_table_name_its_row(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(
        "crosshold: case/1\nat: 2020-01-28\nissuers: {N: {issued: 1000}}\nlots: []\n", encoding="utf-8"
    )
    (tmp_path / "lots.csv").write_text("id,issuer,holder,shares\na,N,R,430\nb,N,S,lots\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"lots\.csv:3"):
        read_case(tmp_path)


def test_a_watch_line_may_name_a_newcomer_and_says_so() -> None:
    line = "watch: [{name: w, issuer: N, holders: [R, T], basis: issued, op: '>', at: ['1/3']}]\n"
    register = from_document(read(GOOD + line, "case.yaml"))
    assert [f.code for f in register.findings] == ["W_WATCH_NEWCOMER"] and "'T'" in register.findings[0].message


@pytest.mark.parametrize("number", ["1e99999999", "--5", "9" * 5000, "0x1F", "１２", "1_000", "nan", "1/0", "1.5e999999"])
def test_numbers_out_of_any_range_are_refused_at_once(number: str) -> None:
    for old, new in (("shares: 430", f"share: '{number}', basis: issued"), ("shares: 430", f"shares: '{number}'")):
        with pytest.raises(FileError, match="C_BAD_NUMBER"):
            from_document(read(GOOD.replace(old, new, 1), "case.yaml"))


@pytest.mark.parametrize(
    "extra",
    [
        "contracts: [{id: k, kind: voting_cap, issuer: N, holder: R, share: '0.2', lapses_if: foo}]\n",
        "contracts: [{id: k, kind: voting_cap, issuer: N, holder: R, share: '0.2', lapses_if: [{}]}]\n",
        "contracts: [{id: k, kind: voting_cap, issuer: N, holder: R, share: '0.2', lapses_if: [{crosses: 3}]}]\n",
        "contracts: [{id: k, kind: voting_cap, issuer: N, holder: R, share: '0.2', lapses_if: [{rains: N}]}]\n",
        "contracts: [{id: k, kind: right_to_buy, issuer: N, holder: R, opens_on: [x], window_months: abc}]\n",
        "overlays: [{issuer: N, holder: R, kind: neutral, ordinary: '1/2', special: '2/3', until: never}]\n",
        "overlays: [{issuer: N, holder: R, kind: neutral}]\n",
        "overlays: [{issuer: N, holder: R, kind: neutral, ordinary: '1/2'}]\n",
        "prices: {N: {value: '-1', date: 2020-01-28}}\n",
        "fx: {EURJPY: {value: '0', date: 2020-01-28}}\n",
    ],
)
def test_half_written_records_are_refused(extra: str) -> None:
    with pytest.raises(FileError):
        from_document(read(GOOD + extra, "case.yaml"))


def test_a_file_of_comments_is_empty() -> None:
    with pytest.raises(FileError, match="C_EMPTY"):
        read("# nothing\n", "case.yaml")


STANDSTILL = "{id: k, kind: standstill, issuer: N, holder: R, cap: '0.2', basis: issued"
CAP = "{id: k, kind: voting_cap, issuer: N, holder: R, share: '0.2'"


@pytest.mark.parametrize(
    ("row", "code", "place"),
    [
        (f"{STANDSTILL}, passive: maybe}}", "C_BAD_VALUE", "passive"),
        (f"{STANDSTILL}, from: 2020-05-01, until: 2020-04}}", "C_BAD_DATE", "until"),
        ("{id: k, kind: standstill, issuer: N, holder: R, basis: issued}", "C_MISSING_KEY", "cap"),
        ("{id: k, kind: lock_up, issuer: N, holder: R, floor: '0.2'}", "E_BASIS_AMBIGUOUS", "basis"),
        ("{id: k, kind: lock_up, issuer: N}", "C_MISSING_KEY", "holder"),
        ("{id: k, kind: no_sale_to, issuer: N, holder: R}", "C_MISSING_KEY", "parties"),
        ("{id: k, kind: no_sale_to, issuer: N, holder: R, parties: [GHOST]}", "C_UNKNOWN_ENTITY", "GHOST"),
        ("{id: k, kind: rofo, issuer: N, holder: R, beneficiary: R}", "C_MISSING_KEY", "window_days"),
        ("{id: k, kind: rofo, issuer: N, holder: R, beneficiary: R, window_days: -1}", "E_NEG_QTY", "window_days"),
        ("{id: k, kind: right_to_buy, issuer: N, holder: R}", "C_MISSING_KEY", "opens_on"),
        ("{id: k, kind: voting_agreement, issuer: N, parties: [R]}", "C_BAD_VALUE", "parties"),
        ("{id: k, kind: voting_agreement, issuer: N, parties: [R, N], follow: GHOST}", "C_UNKNOWN_ENTITY", "follow"),
        (f"{CAP}, except: dividend}}", "C_BAD_VALUE", "except"),
        (f"{CAP}, of: half}}", "C_BAD_VALUE", "of"),
        (f"{CAP}, lapses_if: [{{bid_for: GHOST}}]}}", "C_UNKNOWN_ENTITY", "bid_for"),
        (f"{CAP}, lapses_if: [{{crosses: {{issuer: GHOST, share: '0.1'}}}}]}}", "C_UNKNOWN_ENTITY", "issuer"),
        (f"{CAP}, lapses_if: [{{crosses: {{issuer: N, share: '1.5'}}}}]}}", "C_BAD_NUMBER", "share"),
        (f"{CAP}, lapses_if: [{{votes_released: {{issuer: N}}}}]}}", "C_MISSING_KEY", "holder"),
    ],
)
def test_a_contract_with_one_fault_is_refused_at_its_place(row: str, code: str, place: str) -> None:
    with pytest.raises(FileError) as caught:
        from_document(read(f"{GOOD}contracts: [{row}]\n", "case.yaml"))
    assert [f.code for f in caught.value.findings] == [code]
    assert place in str(caught.value.findings[0])


@pytest.mark.parametrize("kind", ["lock_up", "standstill", "blackout", "no_sale_to", "rofo", "right_to_buy", "voting_agreement"])
def test_a_contract_of_every_kind_may_lapse_by_every_trigger(kind: str) -> None:
    own = {
        "standstill": "holder: R, cap: '0.2', basis: issued, passive: counts", "lock_up": "holder: R", "blackout": "until: 2020",
        "no_sale_to": "holder: R, parties: [N]", "rofo": "holder: R, beneficiary: N, window_days: 30, tail_days: 60",
        "right_to_buy": "holder: R, opens_on: [trouble], window_months: 9", "voting_agreement": "parties: [R, N], follow: R",
    }[kind]  # fmt: skip
    triggers = "{bid_for: N}, {contract_changed: k}, {contract_event: storm}, {votes_released: {issuer: N, holder: R}}"
    triggers += ", {crosses: {issuer: N, share: '0.15', by: other}}"
    row = f"{{id: k, kind: {kind}, issuer: N, {own}, lapses_if: [{triggers}]}}"
    register = from_document(read(f"{GOOD}contracts: [{row}]\n", "case.yaml"))
    assert [len(c["lapses_if"]) for c in register.at().contracts] == [5]
