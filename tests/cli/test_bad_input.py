"""Bad input: exit status 2, all faults at once, each with what, where, why and the cure, and never a traceback."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
VERBS = ("check", "votes", "own", "control", "value", "loops")
CASE = "crosshold: case/1\nat: 2020-01-28\nissuers: {N: {issued: 1000}}\nlots: [{issuer: N, holder: R, shares: 430}]\n"
PLAN = "crosshold: plan/1\nid: p\nsteps:\n"


def refused(ran: Any, *codes: str) -> None:
    assert ran.status == 2, (ran.status, ran.out, ran.err)
    assert "Traceback" not in ran.err + ran.out
    for code in codes:
        assert code in ran.err, ran.err


@pytest.mark.parametrize("verb", VERBS)
def test_files_that_are_no_case(run: Run, tmp_path: Path, verb: str) -> None:
    (tmp_path / "empty.yaml").write_bytes(b"")
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    (tmp_path / "laughs.yaml").write_text("a: &a [1]\nb: [*a, *a]\n", encoding="utf-8")
    for name in ("empty.yaml", "binary.yaml", "laughs.yaml", "", "nowhere.yaml"):
        ran = run(verb, str(tmp_path / name))
        refused(ran, "C_")
        assert json.loads(run(verb, str(tmp_path / name), "--json").out)["findings"]


def test_all_faults_of_a_case_at_once(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(
        CASE.replace("2020-01-28", "soon").replace("shares: 430", 'share: "0.43"') + "nonsense: 1\n", encoding="utf-8"
    )
    refused(run("votes", str(path)), "C_BAD_DATE", "E_BASIS_AMBIGUOUS", "C_UNKNOWN_KEY")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("votes", "alliance", "--issuer", "GHOST"), "E_UNKNOWN_ID"),
        (("votes", "alliance", "--issuer", "FS"), "E_UNKNOWN_ID"),
        (("own", "alliance", "--holder", "Nisan"), "E_UNKNOWN_ID"),
        (("own", "alliance", "--convention", "magic"), "E_CONVENTION"),
        (("control", "alliance", "--threshold", "half"), "C_BAD_NUMBER"),
        (("control", "alliance", "--threshold", "3/2"), "E_THRESHOLD_RANGE"),
        (("control", "alliance", "--basis", "hearts"), "E_BASIS_AMBIGUOUS"),
        (("power", "alliance", "GHOST"), "E_UNKNOWN_ID"),
        (("power", "alliance", "R", "--index", "horoscope"), "E_INDEX"),
        (("power", "alliance", "R", "--quota", "many"), "C_BAD_NUMBER"),
        (("power", "alliance", "R", "--float", "lake"), "E_FLOAT"),
        (("explain", "alliance", "own", "GHOST", "R"), "E_UNKNOWN_ID"),
        (("explain", "alliance", "sing", "R", "N"), "E_VERB"),
        (("rules", "FR-999"), "C_UNKNOWN_RULE"),
        (("votes", "alliance", "--at", "2020-02-30"), "C_BAD_DATE"),
        (("votes", "alliance", "--at", "2020"), "C_BAD_DATE"),
        (("votes", "alliance", "--believe", "me"), "E_POLICY"),
        (("votes", "alliance", "--reading", "upside-down"), "E_READING"),
        (("simulate", "alliance", "no_such_plan"), "C_FILE"),
        (("compare", "alliance", "cut_30_10", "no_such_plan"), "C_FILE"),
    ],
)
def test_questions_that_cannot_be_answered(run: Run, words: tuple[str, ...], code: str) -> None:
    refused(run(*words), code)
    assert any(f["code"].startswith(code) for f in json.loads(run(*words, "--json").out)["findings"])


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ("{type: sell, issuer: N, holder: R, shares: 431, price: {value: '5', currency: EUR}}", "E_INSUFFICIENT"),
        ("{type: sell, issuer: N, holder: GHOST, shares: 1, price: {value: '5', currency: EUR}}", "C_UNKNOWN_ENTITY"),
        ("{type: sell, issuer: N, holder: R, shares: -1, price: {value: '5', currency: EUR}}", "E_NEG_QTY"),
        ("{type: sell, issuer: N, holder: R, shares: 1, date: tomorrow}", "C_BAD_DATE"),
        ("{type: sell, issuer: N, holder: R, shares: 1}", "E_UNPRICED"),
        ("{type: target_stake, issuer: N, holders: [R], to: '0.1', channel: sell}", "E_BASIS_AMBIGUOUS"),
        ("{type: buyback, issuer: N, fills: {R: 10}, price: {value: '5', currency: EUR}, cancel: true}", "E_ISSUER_CASH"),
        ("{type: cancel, issuer: N, shares: 1}", "E_TREASURY_SHORT"),
        ("{type: levitate, issuer: N}", "C_UNKNOWN_STEP"),
        ("{type: sell, issuer: N, holder: R, shres: 1}", "C_UNKNOWN_KEY"),
    ],
)
def test_plans_that_cannot_be_executed(run: Run, tmp_path: Path, step: str, code: str) -> None:
    case, plan = tmp_path / "case.yaml", tmp_path / "plan.yaml"
    case.write_text(CASE, encoding="utf-8")
    plan.write_text(PLAN + f"  - {step}\n", encoding="utf-8")
    refused(run("simulate", str(case), str(plan)), code)


def test_the_last_share_cannot_be_cancelled(run: Run, tmp_path: Path) -> None:
    case, plan = tmp_path / "case.yaml", tmp_path / "plan.yaml"
    case.write_text(
        CASE.replace("[{issuer: N, holder: R, shares: 430}]", "[{issuer: N, holder: N, shares: 1000}]"), encoding="utf-8"
    )
    plan.write_text(PLAN + "  - {type: cancel, issuer: N, shares: 1000}\n", encoding="utf-8")
    refused(run("simulate", str(case), str(plan)), "E_LAST_SHARE")


def test_all_faults_of_a_plan_at_once(run: Run, tmp_path: Path) -> None:
    case, plan = tmp_path / "case.yaml", tmp_path / "plan.yaml"
    case.write_text(CASE, encoding="utf-8")
    plan.write_text(
        PLAN + "  - {type: levitate}\n  - {type: sell, issuer: N, holder: R, shares: 1, date: x}\n  - {type: cancel}\n",
        encoding="utf-8",
    )
    refused(run("simulate", str(case), str(plan)), "C_UNKNOWN_STEP", "C_BAD_DATE", "C_MISSING_KEY")


def test_two_rules_with_one_id(run: Run, tmp_path: Path) -> None:
    bundled = Path(__file__).parents[2] / "src" / "crosshold" / "law" / "rules" / "int.yaml"
    path = tmp_path / "rules.yaml"
    path.write_text(bundled.read_text(encoding="utf-8") * 2, encoding="utf-8")
    refused(run("rules", "--file", str(path)), "C_DUPLICATE_ID")
    path.write_text("- {id: X, when: 'maybe(I, H)'}\n", encoding="utf-8")
    refused(run("rules", "--file", str(path)), "C_")


def test_the_report_cannot_be_written_there(run: Run, tmp_path: Path) -> None:
    ran = run("demo", "--out", str(tmp_path / "no" / "folder" / "a.html"))
    refused(ran, "E_WRITE")


def test_japanese_names_read_print_aligned_and_sort(run: Run, tmp_path: Path) -> None:
    from rich.cells import cell_len

    path = tmp_path / "case.yaml"
    text = CASE + "entities: {N: {name: 日産自動車株式会社, kind: company}, R: {name: ルノー, kind: company}}\n"
    path.write_text(
        text.replace("holder: R, shares: 430", "holder: R, shares: 430}, {issuer: N, holder: 三菱, shares: 20"), encoding="utf-8"
    )
    ran = run("own", str(path))
    assert ran.status == 0 and "日産自動車" in ran.out
    body = [line for line in ran.out.splitlines() if "%" in line]
    ends = {cell_len(line[: line.rindex("%") + 1]) for line in body}
    assert len(body) >= 2 and len(ends) == 1, ran.out


def test_names_cannot_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(CASE + 'entities: {R: {name: "\\e[31mred\\u202Eder\\a"}}\n', encoding="utf-8")
    for verb in VERBS:
        ran = run(verb, str(path))
        assert not set(ran.out + ran.err) & {"\x1b", "\x07", "\u202e"}, verb


def test_a_fault_of_ours_is_told_as_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(source: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr("crosshold.api.read", broken)
    ran = run("votes", "alliance")
    assert ran.status == 1 and "a fault of crosshold itself" in ran.err and "Traceback" not in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX terminals only")
def test_a_terminal_without_unicode_is_no_fault(tmp_path: Path) -> None:
    import subprocess

    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    command = [sys.executable, "-m", "crosshold", "demo"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    import subprocess

    command = f"'{sys.executable}' -m crosshold rules | head -n 1"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert b"Traceback" not in ran.stderr and b"Broken" not in ran.stderr


def test_json_holds_no_character_that_steers_a_terminal(run: Run) -> None:
    told = run("control", "a\x9b31m\u202e\udcff.csv", "--json")
    assert told.status == 2
    assert not any(c in told.out for c in "\x9b\u202e\udcff")
    assert json.loads(told.out)["findings"][0]["where"].startswith("a\x9b31m\u202e\udcff")
