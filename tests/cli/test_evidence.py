"""From files to a register and back, as a user does it."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from crosshold.formats import catalogue
from crosshold.formats.catalogue import Format
from crosshold.formats.intake import Batch, Input
from crosshold.model.share import parse
from crosshold.model.statement import Statement

FILED = """crosshold: statements/1
sources: {filing: {kind: filing, published_on: 2020-02-01}}
entities: {A: {name: Aurel, kind: company}, B: {name: Borealis, kind: company}}
statements:
  - {id: f1, subject: B, verb: issued, shares: 1000, speaker_kind: filing, source: filing}
  - {id: f2, subject: A, verb: holds, object: B, shares: 600, directness: direct, speaker_kind: filing, as_of: 2020-01-31, source: filing}
"""
NEWS = """crosshold: statements/1
sources: {daily: {kind: article, published_on: 2020-03-01}}
statements:
  - {id: n1, subject: A, verb: holds, object: B, share: "0.45", speaker_kind: press, as_of: 2020-02-28, source: daily}
  - {id: n2, subject: A, verb: holds, object: B, share: "1.45", speaker_kind: press, source: daily}
"""


@pytest.fixture
def register(run: Callable[..., Any], file: Callable[[str, str], str], tmp_path: Path) -> str:
    folder = str(tmp_path / "register")
    ran = run("import", file("filed.yaml", FILED), file("news.yaml", NEWS), "--into", folder)
    assert ran.status == 0
    return folder


def told(run: Callable[..., Any], *words: str) -> dict[str, Any]:
    ran = run(*words, "--json")
    assert ran.status == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_every_row_is_accounted_for_and_a_second_import_adds_nothing(
    run: Callable[..., Any], register: str, tmp_path: Path
) -> None:
    again = told(run, "import", str(tmp_path / "filed.yaml"), str(tmp_path / "news.yaml"), "--into", register)
    for row in again["files"]:
        assert row["rows"] == row["accepted"] + row["left_out"] + row["rejected"]
    assert [(f["format"], f["rows"], f["rejected"]) for f in again["files"]] == [("statements", 2, 0), ("statements", 2, 1)]
    assert (again["new"], again["known_before"], again["generation"]) == (0, 3, 1)
    assert again["counts"] == {"C_BAD_NUMBER": 1}


def test_a_rejected_row_is_mended_and_read_again_as_a_row_of_its_file(run: Callable[..., Any], register: str) -> None:
    (path,) = (Path(register) / "rejects").glob("news.yaml.*.jsonl")
    row = json.loads(path.read_text())
    assert row["where"].startswith("news.yaml:5") and row["code"] == "C_BAD_NUMBER" and json.loads(row["raw"])["share"] == "1.45"
    path.write_text(path.read_text().replace("1.45", "0.145"))
    again = told(run, "import", str(path), "--into", register)
    assert [(f["file"], f["accepted"], f["rejected"]) for f in again["files"]] == [("news.yaml", 1, 0)] and again["new"] == 1
    assert {c["id"] for c in told(run, "claims", register)["claims"]} == {"f1", "f2", "n1", json.loads(row["raw"])["id"]}


def test_mended_rows_of_a_table_are_what_they_would_have_been(
    run: Callable[..., Any], file: Callable[[str, str], str], tmp_path: Path
) -> None:
    bad, good = "holder;issuer;percent\nA;B;13\nC;B;130\nD;;5\nE;B;7\n", "holder;issuer;percent\nA;B;13\nC;B;13\nD;B;5\nE;B;7\n"
    register = str(tmp_path / "table")
    told(run, "import", file("t.csv", bad), "--into", register, "--accept-guess")
    (rejects,) = (Path(register) / "rejects").glob("*.jsonl")
    assert [json.loads(line)["where"] for line in rejects.read_text().splitlines()] == ["t.csv: line 3", "t.csv: line 4"]
    half = tmp_path / "half.jsonl"
    half.write_text(rejects.read_text().replace(";130", ";13"))
    again = told(run, "import", str(half), "--into", register, "--accept-guess")
    assert (again["files"][0]["file"], again["new"]) == ("t.csv", 1)
    assert [f["where"] for f in again["findings"] if f["level"] == "error"] == ["t.csv: line 4"]
    whole = tmp_path / "whole.jsonl"
    whole.write_text(half.read_text().replace("D;;5", "D;B;5"))
    assert told(run, "import", str(whole), "--into", register, "--accept-guess")["new"] == 1
    assert told(run, "import", file("t.csv", good), "--into", register, "--accept-guess")["new"] == 0


def test_mended_lines_are_what_they_would_have_been(
    run: Callable[..., Any], file: Callable[[str, str], str], tmp_path: Path
) -> None:
    register, broken = str(tmp_path / "lines"), PSC.replace('"01000002","data"', '"01000002";"data"')
    told(run, "import", file("psc.jsonl", broken), "--into", register)
    (rejects,) = (Path(register) / "rejects").glob("*.jsonl")
    mended = tmp_path / "mended.jsonl"
    mended.write_text(rejects.read_text().replace(';\\"data', ',\\"data'))
    assert told(run, "import", str(mended), "--into", register)["new"] == 1
    assert told(run, "import", file("psc.jsonl", PSC), "--into", register)["new"] == 0


def test_every_question_takes_the_folder(run: Callable[..., Any], register: str) -> None:
    own = told(run, "own", register, "--at", "2020-03-02")
    assert [(r["holder"], r["issuer"], r["direct"]) for r in own["rows"] if r["holder"] == "A"] == [("A", "B", 0.6)]
    assert told(run, "control", register, "--at", "2020-03-02")["ultimate"] == {"B": ["A"]}
    assert told(run, "votes", register, "--at", "2020-03-02")["issuers"]["B"]["gross_total"] == 1000
    ran = run("own", register)
    assert ran.status == 2 and "E_NO_DATE" in ran.err and "--at" in ran.err
    assert told(run, "own", register, "--at", "2020-03-02", "--known-by", "2020-01-01")["rows"] == []


def test_conflicts_are_listed_with_the_choices_and_a_pick_is_followed_and_taken_back(
    run: Callable[..., Any], register: str
) -> None:
    (conflict,) = told(run, "conflicts", register, "--at", "2020-03-02")["conflicts"]
    assert {conflict["first"], conflict["second"]} == {"f2", "n1"}

    def held() -> float:
        rows = told(run, "own", register, "--at", "2020-03-02")["rows"]
        return next(float(r["direct"]) for r in rows if r["holder"] == "A")

    assert run("pick", register, "n1", "--by", "R. Vogel", "--reason", "newer").status == 0
    assert held() == 0.45
    assert told(run, "own", register, "--at", "2020-03-02", "--believe", "latest-firm")["rows"][0]["direct"] == 0.6
    assert run("pick", register, "n1", "--by", "R. Vogel", "--undo").status == 0
    assert held() == 0.6
    for words in (("f1", "--by", "x"), ("n1", "--by", " "), ("zz", "--by", "x")):
        assert run("pick", register, *words).status == 2


def test_a_pick_that_is_not_known_yet_is_told(run: Callable[..., Any], register: str) -> None:
    run("pick", register, "n1", "--by", "R. Vogel")
    own = told(run, "own", register, "--at", "2020-03-02", "--known-by", "2020-02-15")
    assert [r["direct"] for r in own["rows"] if r["holder"] == "A"] == [0.6]
    assert [f["code"] for f in own["findings"] if f["code"] == "W_PICK_LOST"]


def test_differences_of_days_of_knowledge_and_of_sources(run: Callable[..., Any], register: str) -> None:
    days = told(run, "diff", register, "2020-01-01", "2020-03-02")["changes"]
    assert [(c["change"], c["holder"], c["before"], c["after"]) for c in days] == [("added", "A", None, 600)]
    known = told(run, "diff", register, "2020-01-01", "2020-02-15", "--by", "known-by", "--at", "2020-03-02")["changes"]
    assert [(c["change"], c["evidence"]) for c in known] == [("added", ["f2"])]
    sources = told(run, "diff", register, "filing", "daily", "--by", "source", "--at", "2020-03-02")["changes"]
    assert [(c["change"], c["before"], c["issued_before"], c["after"], c["issued"]) for c in sources] == [
        ("changed", 600, 1000, 450_000_000_000, 10**12)
    ]
    assert run("diff", register, "a", "b", "--by", "colour").status == 2


def test_check_names_what_is_wrong_with_a_register(
    run: Callable[..., Any], register: str, file: Callable[[str, str], str]
) -> None:
    more = """crosshold: statements/1
statements:
  - {id: r1, subject: X, verb: holds, object: Y, share: "0.7", directness: direct, revises: r2}
  - {id: r2, subject: X, verb: holds, object: Y, share: "0.8", directness: direct, revises: r1}
  - {id: r3, subject: Z, verb: holds, object: Y, share: "0.6", directness: direct, revises: gone}
"""
    assert run("import", file("more.yaml", more), "--into", register).status == 0
    ran = run("check", register, "--json")
    found = {(f["code"], f["where"]) for f in json.loads(ran.out)["findings"]}
    assert ran.status == 2
    assert {("E_REVISION_CYCLE", "statements"), ("W_REVISES_UNKNOWN", "r3"), ("W_OVER_100", "Y"), ("W_DANGLING", "X")} <= found
    assert any(code == "C_BAD_NUMBER" and where.startswith("news.yaml") for code, where in found)


def test_a_damaged_register_answers_under_salvage_only(run: Callable[..., Any], register: str, tmp_path: Path) -> None:
    (part,) = (Path(register) / "statements").glob("*")
    part.write_bytes(part.read_bytes()[:-9])
    ran = run("claims", register)
    assert ran.status == 2 and part.name in ran.err and "--salvage" in ran.err
    assert [f["code"] for f in told(run, "claims", register, "--salvage")["findings"]][-1] == "W_PART_MISSING"
    assert run("check", register).status == 2


def test_export_and_back_gives_the_same_claims(run: Callable[..., Any], register: str, tmp_path: Path) -> None:
    target = tmp_path / "out.yaml"
    assert told(run, "export", register, str(target), "--format", "statements")["findings"] == []
    again = str(tmp_path / "again")
    assert run("import", str(target), "--into", again).status == 0
    assert told(run, "claims", again)["claims"] == sorted(told(run, "claims", register)["claims"], key=lambda c: c["id"])
    assert (
        run("export", register, str(target), "--format", "statements", "--at", "2020-02-01", "--known-by", "2020-02-15").status
        == 0
    )
    assert run("import", str(target), "--into", str(tmp_path / "part")).status == 0
    assert {c["id"] for c in told(run, "claims", str(tmp_path / "part"))["claims"]} == {"f1", "f2"}


def test_a_bundled_case_goes_through_a_register_and_says_the_same(run: Callable[..., Any], tmp_path: Path) -> None:
    target = tmp_path / "alliance.yaml"
    assert run("export", "alliance", str(target), "--format", "statements").status == 0
    assert run("import", str(target), "--into", str(tmp_path / "r")).status == 0
    here = told(run, "own", str(tmp_path / "r"), "--at", "2020-01-28", "--issuer", "N")
    case = told(run, "own", "alliance", "--issuer", "N")
    assert [r for r in here["rows"] if r["direct"]] == [r for r in case["rows"] if r["direct"]]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["import", "gone.yaml", "--into", "R"], "E_FILE"),
        (["import", "good.yaml", "bad.bin", "--into", "R"], "E_FILE"),
        (["import", "good.yaml", "--into", "R", "--format", "nothing"], "E_FORMAT"),
        (["import", "good.yaml", "--into", "R", "--option", "x"], "E_OPTION"),
        (["import", "good.yaml", "--into", "R", "--published", "soon"], "C_BAD_DATE"),
        (["import", "good.yaml", "--into", "full"], "E_WRITE"),
        (["import", "good.yaml", "--into", "good.yaml"], "E_WRITE"),
        (["export", "gone", "x.yaml", "--format", "statements"], "C_FILE"),
        (["export", "alliance", "no/such/x.yaml", "--format", "statements"], "E_WRITE"),
        (["compact", "full"], "E_FILE"),
        (["pick", "full", "s1", "--by", "x"], "E_FILE"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_made(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text(FILED)
    Path("bad.bin").write_bytes(b"\x00\x01\x02" * 50)
    Path("full").mkdir()
    Path("full/notes.txt").write_text("mine")
    before = sorted(p.as_posix() for p in Path().rglob("*"))
    ran = run(*words)
    assert ran.status == 2 and code in ran.err and "Traceback" not in ran.err
    assert sorted(p.as_posix() for p in Path().rglob("*")) == before


def slow(name: str, rows: int = 100) -> ModuleType:
    """A format of lines: ``ok N`` gives a holding, ``skip`` is left out, anything else is rejected."""
    made = ModuleType(name)

    def read(source: Input) -> Iterator[Batch]:
        with source.text() as stream:
            batch = Batch()
            for number, line in enumerate(stream, 1):
                where = f"line {number}"
                if line.startswith("ok"):
                    batch.accept(Statement(line.split()[1], "holds", "C", share=parse("0.001"), directness="direct", where=where))
                elif line.startswith("skip"):
                    batch.leave_out("told to")
                elif number > 1 or "name" not in line:
                    batch.reject(where, "E_ROW", "it is no row", line)
                if batch.rows % rows == 0:
                    batch.done = source.done
                    yield batch
                    batch = Batch()
            yield batch

    made.sniff = lambda head, name: 1.0  # type: ignore[attr-defined]
    made.read = read  # type: ignore[attr-defined]
    return made


@pytest.fixture
def of_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "crosshold.formats.lines_for_a_test"
    monkeypatch.setitem(sys.modules, name, slow(name))
    monkeypatch.setattr(catalogue, "FORMATS", (Format("lines", "lines", "lines_for_a_test", ("*",)),))


def test_rejected_rows_of_a_table_keep_its_header_and_can_be_read_again(
    run: Callable[..., Any], of_lines: None, file: Callable[[str, str], str], tmp_path: Path
) -> None:
    path = file("rows.csv", "name;much\n" + "ok H1\nskip\nbäd;1\n" * 70 + "=HYPERLINK(1)\n")
    done = told(run, "import", path, "--into", str(tmp_path / "r"))
    (row,) = done["files"]
    assert (row["rows"], row["accepted"], row["left_out"], row["rejected"]) == (211, 70, 70, 71)
    assert done["rules"] == {"told to": 70} and done["known_before"] == 0
    mended = next(p for p in done["rejects"] if p.endswith(".csv"))
    lines = Path(mended).read_text().splitlines()
    assert lines[0] == "name;much" and len(lines) == 72
    Path(mended).write_text("\n".join(line.replace("bäd;1", "ok H2") for line in lines))
    again = told(run, "import", mended, "--into", str(tmp_path / "r"))
    assert (again["files"][0]["accepted"], again["files"][0]["rejected"]) == (70, 1)
    assert csv


def test_of_one_code_a_thousand_findings_are_listed_and_the_others_counted(
    run: Callable[..., Any], of_lines: None, file: Callable[[str, str], str], tmp_path: Path
) -> None:
    done = told(run, "import", file("rows.txt", "bad\n" * 1500), "--into", str(tmp_path / "r"))
    assert done["counts"] == {"E_ROW": 1500}
    assert len(done["findings"]) == 1001 and done["findings"][-1]["message"].startswith("500 more")
    (path,) = (p for p in done["rejects"] if p.endswith(".jsonl"))
    assert len(Path(path).read_text().splitlines()) == 1500


def test_a_mended_file_that_is_no_longer_one_is_refused(
    run: Callable[..., Any], of_lines: None, file: Callable[[str, str], str], tmp_path: Path
) -> None:
    row = {"where": "1", "code": "E_ROW", "text": "t", "raw": "ok H1", "source": "../../x.txt", "format": "lines"}
    good = file("a.jsonl", json.dumps(row) + "\n")
    assert told(run, "import", good, "--into", str(tmp_path / "r"))["files"][0]["accepted"] == 1
    for text in (
        json.dumps(row) + "\n{",
        json.dumps(row) + "\n" + json.dumps({**row, "source": "other"}),
        json.dumps(row) + "\n7",
    ):
        ran = run("import", file("b.jsonl", text + "\n"), "--into", str(tmp_path / "r"))
        assert ran.status == 2 and "E_FILE" in ran.err


def test_the_bytes_of_a_file_are_kept_when_asked(
    run: Callable[..., Any], file: Callable[[str, str], str], tmp_path: Path
) -> None:
    path = file("filed.yaml", FILED)
    assert run("import", path, "--into", str(tmp_path / "r"), "--keep-originals").status == 0
    (blob,) = (tmp_path / "r" / "blobs").iterdir()
    assert blob.read_text() == FILED


def test_ctrl_c_while_importing_leaves_the_old_generation_and_status_130(tmp_path: Path) -> None:
    (tmp_path / "pipe.yaml").write_text(FILED)
    command = [sys.executable, "-c", "from crosshold.cli import main; main()", "import"]
    assert (
        subprocess.run([*command, str(tmp_path / "pipe.yaml"), "--into", str(tmp_path / "r")], capture_output=True).returncode
        == 0
    )
    os.mkfifo(tmp_path / "waits.yaml")
    words = [*command, str(tmp_path / "waits.yaml"), "--into", str(tmp_path / "r"), "--format", "statements"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        until = time.monotonic() + 60
        while not list((tmp_path / "r").glob("tmp-*")) and time.monotonic() < until:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        try:
            _, err = running.communicate(timeout=60)
        finally:
            running.kill()
    assert running.returncode == 130 and b"nothing was written" in err
    assert json.loads((tmp_path / "r" / "manifest.json").read_text())["generation"] == 1
    assert not list((tmp_path / "r").glob("tmp-*"))


def test_the_page_of_formats_names_each_with_its_page_and_whether_it_is_written() -> None:
    docs = Path(__file__).parents[2] / "docs" / "formats"
    rows = [line.split(" | ") for line in (docs / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")][
        1:
    ]
    named = {row[0].split("`")[1]: row for row in rows}
    assert list(named) == [form.name for form in catalogue.FORMATS]
    for form in catalogue.FORMATS:
        assert named[form.name][3].startswith("yes") == form.writes, form.name
        if "](" in named[form.name][0]:
            assert (docs / named[form.name][0].split("](")[1].rstrip(")")).is_file()


def test_a_file_of_any_format_is_checked_and_asked_without_an_import(
    run: Callable[..., Any], file: Callable[[str, str], str]
) -> None:
    filed, news = file("filed.yaml", FILED), file("news.yaml", NEWS)
    ran = run("check", news)
    assert ran.status == 2 and "C_BAD_NUMBER" in ran.err and "Nothing was kept." in ran.out
    assert ran.out.splitlines()[1].split() == ["news.yaml", "statements", "2", "1", "0", "1", "1", "0"]
    assert json.loads(run("check", news, "--json").out)["counts"] == {"C_BAD_NUMBER": 1}
    assert run("check", filed).status == 0
    assert [row["holder"] for row in told(run, "own", filed, "--at", "2020-02-01")["rows"]] == ["A"]
    assert [f["code"] for f in told(run, "claims", filed)["findings"]] == ["N_FORMAT"]


@pytest.mark.parametrize(
    ("name", "text", "code"), [("t.csv", "holder,issuer,share\nA,B,0.5\n", "E_FORMAT"), ("t.txt", "Dear reader,\n", "E_FILE")]
)
def test_what_cannot_be_read_as_it_is_says_what_to_do(
    run: Callable[..., Any], file: Callable[[str, str], str], name: str, text: str, code: str
) -> None:
    ran = run("claims", file(name, text))
    assert ran.status == 2 and code in ran.err and ("import t.csv" in ran.err or "take --format NAME" in ran.err)


def test_one_id_for_two_statements_is_told_before_and_at_the_import(
    run: Callable[..., Any], file: Callable[[str, str], str], tmp_path: Path
) -> None:
    twice = file("twice.yaml", FILED + FILED.splitlines()[-1].replace("600", "700") + "\n")
    for asked in (("check", twice), ("own", twice, "--at", "2020-02-01"), ("import", twice, "--into", str(tmp_path / "r"))):
        ran = run(*asked)
        assert ran.status == 2 and "C_DUPLICATE_ID" in ran.err and "f2" in ran.err
    same = file("same.yaml", FILED + FILED.splitlines()[-1] + "\n")
    assert run("check", same).status == 0 and run("import", same, "--into", str(tmp_path / "r")).status == 0


def test_a_format_that_is_named_is_not_guessed(run: Callable[..., Any], file: Callable[[str, str], str]) -> None:
    table = file("held.csv", "holder,issuer,percent\nA,B,60\nA,C,160\n")
    ran = run("check", table, "--format", "table", "--option", "accept_guess=true", "--json")
    assert ran.status == 2 and json.loads(ran.out)["counts"]["E_SHARE_RANGE"] == 1
    assert run("check", table, "--format", "tabel").status == 2


PSC = """{"company_number":"01000001","data":{"kind":"individual-person-with-significant-control","name":"Ms Example One",\
"notified_on":"2020-01-01","natures_of_control":["ownership-of-shares-25-to-50-percent","significant-influence-or-control"],"links":{"self":"/company/01000001/p/1"}}}
{"company_number":"01000002","data":{"kind":"persons-with-significant-control-statement","notified_on":"2020-01-01",\
"statement":"no-individual-or-entity-with-signficant-control","links":{"self":"/company/01000002/p/2"}}}
"""


def test_owners_are_told_as_they_are_declared(run: Callable[..., Any], file: Callable[[str, str], str]) -> None:
    snapshot = file("psc.jsonl", PSC)
    found = told(run, "owners", snapshot, "--at", "2021-01-01")
    rows = {(row["issuer"], row["verb"]): row for row in found["declared"]}
    assert found["rows"] == [] and set(rows) == {
        ("GB-COH:01000001", "holds"), ("GB-COH:01000001", "controls"), ("GB-COH:01000002", "no_owner"),
    }  # fmt: skip
    assert {found["test"], rows["GB-COH:01000001", "holds"]["verdict"]} == {"AMLR-52", "CERTAIN"}
    german = told(run, "owners", snapshot, "--at", "2021-01-01", "--test", "DE-GWG-3")["declared"]  # more than a quarter
    assert [row["verdict"] for row in german] == [None, "CERTAIN", None]  # over 25 % is more than a quarter
    ran = run("owners", snapshot, "GB-COH:01000001", "--at", "2021-01-01")
    assert (
        ran.status == 0
        and "over 25 % to 50 % of the shares, controls it (influence); since 2020-01-01; passes the line: certain"
        in (" ".join(ran.out.split()))
    )
    assert "01000002" not in ran.out
    assert "Ms Example One" not in run("owners", snapshot, "--at", "2019-01-01").out
    assert run("owners", snapshot, "GB-COH:09999999", "--at", "2021-01-01").status == 2


PICKED = """crosshold: case/1
id: two
at: 2020-02-01
issuers: {B: {issued: 1000}}
lots: [{id: l1, issuer: B, holder: A, shares: 434}]
claims: [{id: n1, subject: A, verb: holds, object: B, share: "0.45", basis: issued, speaker_kind: press, as_of: 2020-01-28}]
"""


def test_a_choice_stands_in_a_case_and_is_followed(run: Callable[..., Any], file: Callable[[str, str], str]) -> None:
    plain = file("plain.yaml", PICKED)
    picked = file("picked.yaml", PICKED + "picks: [{statement: n1, by: R. Vogel, on: 2020-02-01, reason: newer}]\n")

    def held(*words: str) -> list[float]:
        return [row["direct"] for row in told(run, "own", *words)["rows"]]

    assert held(plain) == held(picked, "--believe", "latest-firm") == [0.434]
    assert held(picked) == held(picked, "--believe", "picks") == [0.45]
    proof = told(run, "explain", plain, "own", "A", "B")
    assert proof["value"] == 0.434 and [(row["statement"], row["value"]) for row in proof["otherwise"]] == [("n1", 0.45)]
    proof = told(run, "explain", picked, "votes", "A", "B")
    assert [row["statement"] for row in proof["otherwise"]] == ["l1"] and "43.4000 %" in proof["otherwise"][0]["words"]
    assert "otherwise, and the answer if" in run("explain", picked, "own", "A", "B").out
    row = PICKED.splitlines()[-1].removeprefix("claims: [").removesuffix("]")
    many = ", ".join(row.replace("n1", f"n{n}").replace("0.45", f"0.{45 + 2 * n}") for n in range(7))
    ran = run("explain", file("many.yaml", PICKED.replace(row, many)), "own", "A", "B")
    assert ran.out.count("Then: A owns") == 5 and "2 more claims say otherwise" in ran.out
    ran = run("pick", plain, "n1", "--by", "R. Vogel")
    assert ran.status == 2 and "picks: [{statement: n1, by: R. Vogel" in ran.err


@pytest.mark.parametrize("name", ["register", "register.sqlite"])
def test_what_there_was_to_tell_is_counted_to_the_last(
    run: Callable[..., Any], file: Callable[[str, str], str], tmp_path: Path, name: str
) -> None:
    lines = "".join(f"{PSC.splitlines()[0].replace('01000001', f'{n:08d}')}\n" for n in range(1, 1_301))
    register = str(tmp_path / name)
    ran = run("import", file("many.jsonl", lines), "--into", register)
    assert "W_START_NOTIFIED: 1,300" in ran.out and "W_START_NOTIFIED 1,300 findings of this kind" in ran.err
    (note,) = [f for f in told(run, "claims", register)["findings"] if f["code"] == "N_IMPORTED"]
    assert "1,300 W_START_NOTIFIED" in note["message"]
