"""What is wrong in a rule file, in a case about the law or in a question: one clear error each, status 2, nothing printed beside it.

One test for each line of the table of bad input in the specification of the law, where a user meets it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
File = Callable[[str, str], str]
ROW = """\
- id: XA-1
  jurisdiction: XA
  kind: vote_rule
  title: A title
  scope: {issuer: {jurisdiction: XA}}
  when: "held(I in H; issued) >= 1/10"
  effect: {votes: zero, quorum: exclude}
  valid: {from: 2000-01-01}
  cite: {law: Act 1, source: a book, read_on: 2026-11-22}
  confidence: A
"""
CASE = """\
crosshold: case/1
at: 2026-11-24
entities: {A: {kind: company, jurisdiction: XA}, B: {kind: company, jurisdiction: XA}, C: {kind: company, jurisdiction: FR, form: SA}}
issuers: {A: {issued: 1000}, B: {issued: 1000}, C: {issued: 1000}}
lots: [{issuer: A, holder: B, shares: 300}, {issuer: B, holder: A, shares: 100}]
"""
OVERLAP = ROW + ROW.replace("from: 2000", "from: 2010")
UNREAD = ROW.replace("  cite: {law: Act 1, source: a book, read_on: 2026-11-22}\n", "")


def one_error(ran: Any, code: str, *words: str) -> None:
    """Exactly one line on stderr, which says what, where and the cure; status 2; nothing on stdout."""
    assert (ran.status, ran.out) == (2, ""), ran
    assert ran.err.count("\n") == 1 and ran.err.startswith(f"error: {code} "), ran.err
    assert all(word in ran.err for word in words), ran.err


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        # float threshold, 25%
        (ROW.replace('"held(I in H; issued) >= 1/10"', "0.25"), "C_NOT_EXACT", ["1/4"]),
        (ROW.replace("1/10", "25%"), "C_NOT_EXACT", ["1/4"]),
        (ROW.replace("votes: zero", "votes: excess_over, base: issued, share: 0.25"), "C_NOT_EXACT", ["1/4"]),
        # not a number at all
        (ROW.replace("1/10", "nan"), "C_UNKNOWN_PREDICATE", ["nan"]), (ROW.replace("1/10", "inf"), "C_UNKNOWN_PREDICATE", ["inf"]),
        (ROW.replace("votes: zero", "votes: excess_over, base: issued, share: .nan"), "C_BAD_NUMBER", [".nan"]),
        (ROW.replace("votes: zero", 'votes: excess_over, base: issued, share: "3/2"'), "C_BAD_NUMBER", ["between 0 and 1"]),
        # unknown predicate, effect, meeting class, fact, base
        (ROW.replace("held(I", "helt(I"), "C_UNKNOWN_PREDICATE", ["held"]),
        (ROW.replace("zero", "zerro"), "C_UNKNOWN_EFFECT", ["mean zero"]),
        (ROW.replace("quorum: exclude", "meetings: [ordinry]"), "C_UNKNOWN_MEETING", ["mean ordinary"]),
        (ROW.replace("held(I in H; issued) >= 1/10", "fact(notifid, I, H)"), "C_UNKNOWN_FACT", ["notified"]),
        (ROW.replace("; issued", "; isued"), "C_UNKNOWN_PREDICATE", ["mean issued"]),
        (ROW.replace("; issued", ""), "C_SYNTAX", ["of what", "issued"]),
        # row without citation or confidence
        (UNREAD, "C_NO_CITATION", ["cite"]), (ROW.replace("  confidence: A\n", ""), "C_CONFIDENCE", ["A (text read)"]),
        # two versions in force on one day; from after to; no such day
        (OVERLAP, "C_OVERLAP", ["2010-01-01"]), (ROW + ROW, "C_DUPLICATE_ID", ["XA-1"]),
        (ROW.replace("from: 2000-01-01", "from: 2000-01-01, to: 1999-01-01"), "C_BAD_DATE", ["1999-01-01"]),
        (ROW.replace("from: 2000-01-01", "from: 2023-02-30"), "C_BAD_DATE", ["2023-02-30"]),
        # DEF missing; composite row; cap without base
        (ROW.replace("held(I in H; issued) >= 1/10", "ctrl(I, H; JP-SUBB)"), "C_DANGLING_DEF", ["JP-SUB"]),
        (ROW.replace("jurisdiction: XA\n", "jurisdiction: XA XB\n", 1), "C_COMPOSITE_ROW", ["one row per"]),
        (ROW.replace("votes: zero", 'votes: cap, share: "1/4"'), "C_CAP_NO_BASE", ["issued"]),
        # rows that contradict one another
        (ROW + ROW.replace("XA-1", "XA-2").replace("exclude", "keep"), "C_OVERLAP", ["XA-1 and XA-2", "quorum"]),
        # what a text must not do
        (ROW.replace("A title", "!!python/object/apply:os.system [id]"), "C_TAG", ["plain data"]),
        ("a: &a [x, x]\nb: [*a, *a]\n", "C_ALIAS", ["aliases"]), (ROW + "  confidence: B\n", "C_DUPLICATE_KEY", ["twice"]),
        ("- " * 100 + "x\n", "C_DEPTH", ["40"]), ("[" * 100 + "]" * 100, "C_DEPTH", ["40"]), ("x" * (17 * 2**20), "C_TOO_LARGE", ["16 MB"]),
        ("", "C_EMPTY", ["empty"]),
        ("# only\n# comments\n", "C_EMPTY", ["comments"]),
        ("crosshold: rules/2\nrules: []\n", "C_VERSION", ["rules/2"]),
        (ROW.replace("id: XA-1", 'id: "XA\\e[2J"'), "C_BAD_VALUE", ["letters"]), ("- hello\n", "C_BAD_VALUE", ["mapping"]),
    ],
)  # fmt: skip
def test_a_rule_file(run: Run, file: File, text: str, code: str, words: list[str]) -> None:
    path = file("rules.yaml", text)
    one_error(run("rules", "--file", path), code, *words)
    data = run("rules", "--file", path, "--json")
    assert data.status == 2 and [f["code"] for f in json.loads(data.out)["findings"]] == [code]


def test_a_rule_file_that_is_no_text(run: Run, tmp_path: Path) -> None:
    for name, content in (("latin.yaml", ROW.replace("A title", "für").encode("latin-1")), ("wide.yaml", ROW.encode("utf-16"))):
        (tmp_path / name).write_bytes(content)
        one_error(run("rules", "--file", str(tmp_path / name)), "C_FILE", "UTF-8")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    for name in (".", "loop.yaml", "nowhere.yaml", "../nowhere/../rules.yaml", "x" * 5000):
        one_error(run("rules", "--file", str(tmp_path / name)), "C_FILE")


def test_a_rule_file_that_leads_elsewhere_is_told_and_not_passed_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(CASE, encoding="utf-8")
    (tmp_path / "rules.yaml").symlink_to("nowhere.yaml")
    one_error(run("votes", str(tmp_path)), "C_FILE", "rules.yaml")


def test_text_of_a_rule_cannot_steer_the_terminal(run: Run, file: File) -> None:
    path = file("rules.yaml", ROW.replace("A title", '"\\e[31mred\\a \\u202eback \\u009bhidden"'))
    for words in (("XA-1",), (), ("XA-1", "--json"), ("--stale", "--at", "2040-01-01")):
        ran = run("rules", *words, "--file", path)
        assert ran.status == 0 and not {"\x1b", "\a", "\u202e", "\x9b"} & {*ran.out, *ran.err}


@pytest.mark.parametrize(
    ("more", "words", "code", "said"),
    [
        # a rule or part asked for that does not exist; a word that is none
        ("rules: {only: [FR-233-13]}\n", ("votes",), "C_UNKNOWN_RULE", "FR-233-3"),
        ("rules: {packs: [FX]}\n", ("votes",), "C_UNKNOWN_RULE", "FR"),
        ("rules: {packs: [../../etc/passwd]}\n", ("votes",), "C_UNKNOWN_RULE", "Known"),
        ("rules: {packs: [FR], accept: [FR-DISC#sanctoin]}\n", ("votes",), "C_UNKNOWN_RULE", "sanction"),
        ("rules: {packs: [{a: b}]}\n", ("votes",), "C_BAD_VALUE", "packs"),
        ("rules: {rows: other.yaml}\n", ("votes",), "C_BAD_VALUE", "list"),
        ("rules: {packs: [FR], settings: {FR-233-3: {basis: net}}}\n", ("votes",), "E_READING", "gross"),
        ("facts: [{fact: notifid, by: A, to: B, date: 2020-01-01}]\n", ("votes",), "C_UNKNOWN_FACT", "notified"),
        ("facts: [{fact: notified, by: A, to: B, date: 2023-02-30}]\n", ("votes",), "C_BAD_DATE", "2023-02-30"),
        # a trust without terms
        ("overlays: [{issuer: A, holder: B, kind: neutral}]\n", ("votes",), "C_MISSING_KEY", "ordinary"),
        # questions
        ("", ("votes", "--meeting", "ordinry"), "C_UNKNOWN_MEETING", "mean ordinary"),
        ("", ("votes", "--reading", "net"), "E_READING", "gross"),
        ("", ("meeting", "A", "--resolution", "specal"), "C_UNKNOWN_MEETING", "special"),
        ("", ("meeting", "A", "--resolution", "other:"), "C_UNKNOWN_MEETING", "NAME"),
        ("", ("meeting", "A", "--reading", "net"), "E_READING", "gross"),
        ("", ("meeting", "A", "--turnout", "nan"), "E_ATTENDANCE", "0.8"),
        ("", ("meeting", "A", "--turnout", "1e-999999999"), "E_ATTENDANCE", "0.8"),
        ("", ("meeting", "A", "--turnout", "1/0"), "E_ATTENDANCE", "0.8"), ("", ("meeting", "Q"), "E_UNKNOWN_ID", "A"),
    ],
)  # fmt: skip
def test_a_case_and_a_question(run: Run, file: File, more: str, words: tuple[str, ...], code: str, said: str) -> None:
    one_error(run(words[0], file("case.yaml", CASE + more), *words[1:]), code, said)


CAPPED = CASE.replace(
    "{issuer: A, holder: B, shares: 300}", "{issuer: A, holder: B, shares: 500}, {issuer: A, holder: C, shares: REST}"
)
CAPS = """\
contracts:
  - {id: k1, kind: voting_cap, issuer: A, holder: B, share: "1/4", of: after}
  - {id: k2, kind: voting_cap, issuer: A, holder: C, share: "1/4", of: after}
"""


@pytest.mark.parametrize("words", [("votes",), ("meeting", "A"), ("control",), ("explain", "votes", "B", "A")])
def test_caps_that_leave_votes_nobody_may_cast(run: Run, file: File, words: tuple[str, ...]) -> None:
    """Two holders of half each, both capped at a quarter of what is cast: half of it would have to be cast by nobody."""
    path = file("case.yaml", CAPPED.replace("REST", "500") + CAPS)
    one_error(run(words[0], path, *words[1:]), "E_CAPS_INFEASIBLE", "k1, k2", "1/2")


def test_caps_that_leave_room_hold(run: Run, file: File) -> None:
    """With 200 votes outside, each of the two has a quarter of 400."""
    path = file("case.yaml", CAPPED.replace("REST", "300") + CAPS)
    rows = json.loads(run("votes", path, "--issuer", "A", "--json", "--exact").out)["issuers"]["A"]["holders"]
    assert {rows[h]["exercised"] for h in "BC"} == {"100"}


def test_a_rule_that_is_not_in_force_is_told_and_not_applied(run: Run, file: File) -> None:
    ran = run("votes", file("case.yaml", CASE.replace("2026-11-24", "1990-01-01") + "rules: {only: [FR-233-31]}\n"))
    assert ran.status == 0 and "W_RULE_NOT_IN_FORCE" in ran.err and "2000-09-21" in ran.err


def test_a_rule_whose_start_is_not_known_is_applied_and_told(run: Run, file: File) -> None:
    row = ROW.replace("from: 2000-01-01", "from: null, precision: unknown")
    case = f"{CASE}rules:\n  rows:\n{''.join(f'    {line}{chr(10)}' for line in row.splitlines())}".replace(
        "2026-11-24", "1900-01-01"
    )
    ran = run("votes", file("case.yaml", case), "--json")
    data = json.loads(ran.out)
    assert data["issuers"]["A"]["holders"]["B"]["suspended_by"] == ["XA-1"]
    assert "W_RULE_START_UNKNOWN" in {f["code"] for f in data["findings"]}


def test_where_nobody_can_vote_there_is_no_share(run: Run, file: File) -> None:
    """B has all of A and A all of B; each silences the other, so there is no vote left to have a share of."""
    rows = "".join(f"    {line}\n" for line in ROW.splitlines())
    whole = CASE.replace("shares: 300", "shares: 1000").replace("shares: 100}", "shares: 1000}")
    path = file("case.yaml", f"{whole}rules:\n  rows:\n{rows}")
    ran = run("votes", path, "--json")
    assert json.loads(ran.out)["issuers"]["A"]["exercisable_total"] == 0 and "W_NO_VOTES" in ran.out and ran.status == 0
    asked = run("meeting", path, "A")
    assert asked.status == 0 and "Of 0 votes 0 are present" in asked.out and "No named holder has a vote." in asked.out


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [("shares: 300", "shares: 1001", "E_OVERHELD"), ("shares: 300", "shares: -1", "E_NEG_QTY")],
)
def test_lots_that_cannot_be(run: Run, file: File, old: str, new: str, code: str) -> None:
    one_error(run("votes", file("case.yaml", CASE.replace(old, new))), code)


def test_facts_that_contradict_one_another_leave_it_open(run: Run, file: File) -> None:
    """On one day it is said and denied that C controls A by its board; A has 10 % of C and loses nothing, and that is not certain."""
    record = "  - {fact: appoints_board, by: C, target: A, date: 2020-01-01"
    facts = f"facts:\n{record}, id: f1}}\n{record}, id: f2, stance: denies}}\n"
    text = (
        CASE.replace("{issuer: B, holder: A, shares: 100}", "{issuer: C, holder: A, shares: 100}")
        + facts
        + "rules: {packs: [FR]}\n"
    )
    data = json.loads(run("votes", file("case.yaml", text), "--issuer", "C", "--json").out)
    row = data["issuers"]["C"]["holders"]["A"]
    assert (row["exercisable"], row["certainty"]) == (100, "POSSIBLE")
    assert any("f1" in f["message"] and "f2" in f["message"] for f in data["findings"]), data["findings"]
