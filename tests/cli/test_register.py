"""A register of holdings on the command line, from the file to the answer in a file."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

Run = Callable[..., Any]


def query(text: str) -> Any:
    """What DuckDB, as a second reader, finds in a file."""
    return duckdb.sql(text)


# X controls A (60 %), A and X together B (30 + 25 %), C and D hold 51 % of each other, and B has 49 % of C.
ROWS = [
    ("X", "A", 60, 100), ("Y", "A", 40, 100), ("A", "B", 30, 100), ("X", "B", 25, 100), ("=Z", "B", 20, 100),
    ("D", "C", 51, 100), ("C", "D", 51, 100), ("B", "C", 49, 100),
]  # fmt: skip
VERBS = (("check",), ("own",), ("control",), ("loops",), ("power", "B"), ("owners", "B"), ("control", "--issuer", "B"))


@pytest.fixture
def register(tmp_path: Path) -> str:
    path = tmp_path / "register.csv"
    path.write_text("holder,issuer,shares,total\n" + "".join(f"{h},{i},{n},{t}\n" for h, i, n, t in ROWS), encoding="utf-8")
    return str(path)


def command(verb: tuple[str, ...], path: str) -> list[str]:
    return [verb[0], path, *verb[1:]]


def answer(run: Run, *words: str) -> dict[str, Any]:
    ran = run(*words, "--json")
    assert ran.status == 0, ran.err
    data: dict[str, Any] = json.loads(ran.out)
    return data


def test_control_of_the_whole_register(run: Run, register: str, tmp_path: Path) -> None:
    data = answer(run, "control", register)
    assert (data["entities"], data["holdings"], data["companies_controlled"]) == (7, 8, 4)
    assert (data["controllers_at_the_top"], data["rings"], data["entities_in_rings"], data["levels"]) == (2, 1, 2, 1)
    assert data["largest"] == [{"at the top": "C", "companies": 2}, {"at the top": "X", "companies": 2}]
    for name in ("out.parquet", "out.csv"):
        out = tmp_path / name
        ran = run("control", register, "--out", str(out))
        assert ran.status == 0 and "companies controlled" in ran.out and "peak memory" in ran.err
        found = query(f"SELECT company, parent, ultimate, ring, depth FROM '{out}'").fetchall()
        assert found == [("A", "X", "X", None, 1), ("B", "X", "X", None, 1), ("C", None, "C", "C", 0), ("D", None, "C", "C", 0)]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "out.parquet", "register.csv"]


def test_control_of_one(run: Run, register: str) -> None:
    data = answer(run, "control", register, "--issuer", "B", "--exact")
    assert {(r["controller"], r["votes"], r["steps"]) for r in data["rows"]} == {("X", "11/20", 2)}
    assert data["ultimate"] == {"B": ["X"]}
    below = answer(run, "control", register, "--holder", "X")
    assert [(r["controlled"], r["votes"]) for r in below["rows"]] == [("A", 0.6), ("B", 0.55)]
    told = run("control", register, "--issuer", "B")
    assert "register.csv, 8 holdings" in told.out and "At the top of B: X." in told.out
    low = answer(run, "control", register, "--threshold", "1/5", "--issuer", "B")
    assert {r["controller"] for r in low["rows"]} == {"X", "A", "Y"} and low["findings"][0]["code"] == "W_NO_FOREST"


def test_the_other_questions(run: Run, register: str, tmp_path: Path) -> None:
    own = answer(run, "own", register, "--holder", "X", "--issuer", "B", "--exact")
    assert [(r["direct"], r["total"]) for r in own["rows"]] == [("1/4", "43/100")]  # 25 % + 60 % of 30 %
    whole = answer(run, "own", register, "--out", str(tmp_path / "own.csv"))
    assert whole["companies_whose_holders_are_all_named"] == 2 and whole["largest"][0]["holder"] in ("B", "C", "X")
    text = (tmp_path / "own.csv").read_text(encoding="utf-8")
    assert text.startswith("holder,issuer,weight,total,fraction\nX,A,60,100,0.6\n") and "\n'=Z,B,20,100,0.2\n" in text
    power = answer(run, "power", register, "B", "--float", "none", "--exact")
    assert power["values"] == {"X": "1", "=Z": "0"}  # X votes with A, which it controls: 55 of 75
    owners = answer(run, "owners", register, "B", "--test", "eu-ubo-25")
    assert {r["holder"] for r in owners["rows"]} >= {"X"}
    loops = answer(run, "loops", register, "--out", str(tmp_path / "loops.parquet"))
    assert (loops["circles"], loops["entities_in_circles"], loops["circles_nobody_outside_owns"]) == (1, 2, 0)
    assert query(f"SELECT * FROM '{tmp_path / 'loops.parquet'}' ORDER BY entity").fetchall() == [(1, "C"), (1, "D")]
    check = answer(run, "check", register)
    assert check["holdings"] == 8 and check["findings"] == []


def test_parquet_and_packed_csv_say_the_same(run: Run, register: str, tmp_path: Path) -> None:
    parquet, packed = tmp_path / "r.parquet", tmp_path / "r.csv.gz"
    query(f"SELECT * FROM '{register}'").write_parquet(str(parquet))
    query(f"SELECT * FROM '{register}'").write_csv(str(packed))
    data = [answer(run, "control", str(path), "--threads", "1") for path in (register, parquet, packed)]
    assert data[0] == data[1] == data[2]


def test_names_are_printed(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("holder;issuer;percent;holder_name;issuer_name\nX;A;60;Xenia\x1b[31m;アルファ\n", encoding="utf-8")
    ran = run("control", str(path), "--issuer", "A")
    assert "アルファ (A)" in ran.out and "Xenia" in ran.out and "\x1b" not in ran.out + ran.err


def test_bad_tables_are_told_for_every_verb(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("holder,issuer,shares,total\nA,B,-1,10\nA,B,1e3,10\n", encoding="utf-8")
    for verb in VERBS:
        ran = run(*command(verb, str(path)))
        assert ran.status == 2 and "bad.csv:2" in ran.err and "bad.csv:3" in ran.err and "Traceback" not in ran.err
        told = json.loads(run(*command(verb, str(path)), "--json").out)
        assert [f["code"] for f in told["findings"]] == ["E_NEG_QTY", "C_BAD_NUMBER"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("votes", "R"), "E_REGISTER"), (("value", "R"), "E_REGISTER"), (("simulate", "R", "plan"), "E_REGISTER"),
        (("compare", "R", "plan"), "E_REGISTER"), (("explain", "R", "own", "X", "A"), "E_REGISTER"),
        (("owners", "R"), "E_REGISTER"), (("control", "R", "--at", "2020-01-01"), "E_REGISTER"),
        (("own", "R", "--known-by", "2020-01-01"), "E_REGISTER"), (("loops", "R", "--believe", "firmest"), "E_REGISTER"),
        (("control", "R", "--issuer", "GHOST"), "E_UNKNOWN_ID"), (("own", "R", "--holder", "GHOST"), "E_UNKNOWN_ID"),
        (("power", "R", "GHOST"), "E_UNKNOWN_ID"), (("control", "R", "--threshold", "half"), "C_BAD_NUMBER"),
        (("control", "R", "--totals", "guess"), "E_TOTALS"), (("control", "R", "--overheld", "maybe"), "E_OVERHELD"),
        (("control", "R", "--out", "x.xlsx"), "E_FORMAT"), (("control", "R", "--out", "no/folder/x.csv"), "E_WRITE"),
        (("control", "alliance", "--totals", "sum"), "E_OPTION"), (("check", "alliance", "--threads", "2"), "E_OPTION"),
        (("control", "nowhere.parquet"), "C_FILE"), (("synthetic", "x.csv", "--holdings", "3"), "E_ARGUMENT"),
        (("synthetic", "x.txt"), "C_FORMAT"), (("synthetic", "x.csv", "--profile", "soft"), "E_ARGUMENT"),
    ],
)  # fmt: skip
def test_questions_that_a_register_cannot_answer(
    run: Run, register: str, words: tuple[str, ...], code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(*(register if word == "R" else word for word in words))
    assert ran.status == 2 and code in ran.err and "Traceback" not in ran.err, ran.err
    assert [p.name for p in tmp_path.iterdir()] == ["register.csv"]


def test_companies_over_all_of_them(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "over.csv"
    path.write_text("holder,issuer,shares,total\nA,B,60,100\nC,B,70,100\n", encoding="utf-8")
    ran = run("control", str(path))
    assert ran.status == 2 and "E_OVERHELD" in ran.err and "lines 2, 3" in ran.err
    data = answer(run, "control", str(path), "--overheld", "report")
    assert {f["code"] for f in data["findings"]} == {"W_OVERHELD", "W_NO_FOREST"}
    assert data["controllers_at_the_top"] == 2  # A and C both control B


def test_a_made_up_register(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "trial.parquet"
    ran = run("synthetic", str(path), "--holdings", "3000", "--seed", "5", "--profile", "hard")
    assert ran.status == 0 and "3,000 holdings" in ran.out
    data = answer(run, "control", str(path))
    assert data["holdings"] <= 3000 and data["companies_controlled"] > 100
    assert answer(run, "check", str(path))["holdings"] == data["holdings"]


def test_writing_leaves_the_old_file_when_it_cannot_end(run: Run, register: str, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    out.mkdir()
    ran = run("control", register, "--out", str(out))
    assert ran.status == 2 and "E_WRITE" in ran.err and out.is_dir()


@pytest.mark.parametrize("verb", ["check", "own", "control", "loops"])
def test_an_answer_is_not_written_over_its_register(run: Run, register: str, tmp_path: Path, verb: str) -> None:
    before = Path(register).read_bytes()
    (tmp_path / "link.csv").symlink_to(register)
    for out in (register, str(tmp_path / "link.csv"), str(tmp_path / "." / "register.csv")):
        ran = run(verb, register, "--out", out)
        assert ran.status == 2 and "Traceback" not in ran.err
        assert verb == "check" or "E_WRITE" in ran.err  # check has no --out
        assert Path(register).read_bytes() == before


def test_outputs_that_cannot_be(run: Run, register: str, tmp_path: Path) -> None:
    ran = run("control", register, "--out", str(tmp_path / ("x" * 300 + ".csv")))
    assert ran.status == 2 and "E_WRITE" in ran.err and "too long" in ran.err
    ran = run("control", register, "--out", str(tmp_path / "x.txt"))
    assert ran.status == 2 and "csv" in ran.err and "parquet" in ran.err
    assert [p.name for p in tmp_path.iterdir()] == ["register.csv"]
    ran = run("control", "x" * 300 + ".csv")
    assert ran.status == 2 and "C_FILE" in ran.err and "too long" in ran.err


def test_a_disk_without_space(run: Run, register: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB and the system tell it each in their way; nothing is left, and the old file stays."""
    packed = 'IO Error: Async write failed: {"exception_message":"Could not write file \\"x\\": No space left","errno":"28"}'
    out = tmp_path / "out.csv"
    out.write_text("old", encoding="utf-8")
    for error in (
        duckdb.IOException(packed),
        OSError(errno.ENOSPC, "No space left"),
        duckdb.OutOfMemoryException("No space left"),
    ):

        def full(*_: Any, error: Exception = error, **__: Any) -> None:
            raise error

        with monkeypatch.context() as patch:
            patch.setattr("crosshold.report.columns._fill", full)
            patch.setattr("crosshold.cases.synthetic.synthetic_register", full)
            for words in (("control", register, "--out", str(out)), ("synthetic", str(out))):
                ran = run(*words)
                assert ran.status == 2 and "E_WRITE" in ran.err and "(No space left)" in ran.err, ran.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "register.csv"] and out.read_text(encoding="utf-8") == "old"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX shells only")
@pytest.mark.parametrize(
    ("tail", "status", "said"),
    [(">&-", 0, "peak memory"), ("2>&-", 0, ""), (">&- 2>&-", 0, ""), ("| true", 0, ""), (">/dev/full", 2, "E_WRITE")],
)
def test_streams_that_lead_nowhere(register: str, tmp_path: Path, tail: str, status: int, said: str) -> None:
    if "full" in tail and not Path("/dev/full").exists():
        tail, status, said = "", 0, ""  # not on every system
    words = f'"{sys.executable}" -m crosshold control "{register}" --json {tail}'
    first = "set -o pipefail; " if tail.startswith("|") else ""
    ran = subprocess.run(["bash", "-c", first + words], capture_output=True, text=True, check=False)
    assert ran.returncode == status and said in ran.stderr, ran.stderr
    assert "Traceback" not in ran.stderr and "a fault of" not in ran.stderr and "ignored" not in ran.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text exist on Linux only")
def test_a_file_name_that_is_no_text(run: Run, register: str, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.csv")
    Path(register).rename(path)
    ran = run("control", path, "--out", os.fsdecode(os.fsencode(tmp_path) + b"/\xfe.parquet"))
    assert ran.status == 0 and len(list(tmp_path.iterdir())) == 2


def test_all_unknown_ids_are_told_at_once(run: Run, register: str) -> None:
    for words in (("own", register, "--holder", "Q", "--issuer", "W"), ("owners", register, "--listed", "Q", "--listed", "W")):
        ran = run(*words)
        assert ran.status == 2 and "'Q'" in ran.err and "'W'" in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals only")
def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    """Interrupted while the table is read, as it would be by a person: one line, status 130, no file."""
    path, temporary = tmp_path / "large.csv", tmp_path / "tmp"
    temporary.mkdir()
    with path.open("w", encoding="utf-8") as file:
        file.write("holder,issuer,shares,total\n")
        for k in range(20):
            file.write("".join(f"H{k}-{n},I{n},1,1000\n" for n in range(100_000)))
    words = [sys.executable, "-m", "crosshold", "control", str(path), "--out", str(tmp_path / "out.parquet")]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    deadline = time.monotonic() + 60
    while not list(temporary.iterdir()) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and err.splitlines() == ["interrupted; nothing was written"] and out == ""
    assert sorted(p.name for p in tmp_path.iterdir()) == ["large.csv", "tmp"] and list(temporary.iterdir()) == []


def test_ctrl_c_while_the_commands_are_loaded(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stop:
        def find_spec(self, name: str, *_: Any) -> None:
            if name == "crosshold.cli.app":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "crosshold.cli.app", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Stop(), *sys.meta_path])
    ran = run("check", "alliance")
    assert ran.status == 130 and ran.err.splitlines() == ["interrupted; nothing was written"]


def test_ctrl_c_wherever_duckdb_meets_it(run: Run, register: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the main thread DuckDB turns Ctrl-C into an error of its own: opening the file, writing an answer, making a register."""
    places = {
        "crosshold.formats.holdings_query.Session._plain_name": ("control", register),
        "crosshold.report.columns._fill": ("control", register, "--out", str(tmp_path / "x.csv")),
        "crosshold.cases.synthetic.SyntheticRegister.write": ("synthetic", str(tmp_path / "x.csv"), "--holdings", "1000"),
    }

    def stop(*_: Any, **__: Any) -> None:
        raise RuntimeError("Query interrupted")

    for place, words in places.items():
        with monkeypatch.context() as patch:
            patch.setattr(place, stop)
            ran = run(*words)
        assert ran.status == 130 and ran.err.splitlines() == ["interrupted; nothing was written"], ran.err
    assert [p.name for p in tmp_path.iterdir()] == ["register.csv"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX terminals only")
def test_the_bar_stays_out_of_what_is_piped(register: str, tmp_path: Path) -> None:
    """With stderr a terminal and stdout a file there is a bar on the one and exactly the answer in the other."""
    import pty

    words = [sys.executable, "-m", "crosshold", "control", register, "--json"]
    terminal, other = pty.openpty()
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=other)
    os.close(other)
    out, _ = process.communicate(timeout=60)
    seen = b""
    try:
        while part := os.read(terminal, 4096):
            seen += part
    except OSError:  # the other end is closed
        pass
    os.close(terminal)
    assert process.returncode == 0 and json.loads(out)["entities"] == 7
    assert b"peak memory" in seen and b"\x1b[" in seen and b"entities" not in seen


def test_the_written_forest_against_a_plain_work_list(run: Run, tmp_path: Path) -> None:
    """Ultimate and nearest controllers of a made-up register, from the pairs that a work list in plain Python finds."""
    path, out = tmp_path / "r.csv", tmp_path / "out.parquet"
    assert run("synthetic", str(path), "--holdings", "2500", "--seed", "11", "--profile", "hard").status == 0
    assert run("control", str(path), "--out", str(out)).status == 0
    held: dict[str, list[tuple[str, int]]] = {}
    total: dict[str, int] = {}
    for holder, issuer, shares, whole in query(f"SELECT holder, issuer, shares, total FROM '{path}'").fetchall():
        total[issuer] = whole
        if holder == issuer:
            raise AssertionError("a made-up register has no own shares")
        held.setdefault(holder, []).append((issuer, shares))
    controls: dict[str, set[str]] = {}
    for source in held:
        mine, agenda, votes = {source}, [source], dict.fromkeys(total, 0)
        while agenda:
            for issuer, shares in held.get(agenda.pop(), ()):
                votes[issuer] += shares
                if issuer not in mine and 2 * votes[issuer] > total[issuer]:
                    mine.add(issuer)
                    agenda.append(issuer)
        controls[source] = mine - {source}
    above: dict[str, set[str]] = {}
    for source, companies in controls.items():
        for company in companies:
            above.setdefault(company, set()).add(source)
    found = query(f"SELECT company, parent, ultimate, ring, depth FROM '{out}'").fetchall()
    assert {row[0] for row in found} == set(above) and len(found) == len(above)
    for company, parent, ultimate, ring, _ in found:
        mates = {c for c in above[company] if company in above.get(c, ())}
        outside = above[company] - mates
        tops = {c for c in above[company] | {company} if not above.get(c, set()) - {x for x in above if c in above.get(x, ())}}
        assert ultimate in tops and (ring is not None) == bool(mates)
        assert (parent is None) == (not outside) and (parent is None or parent in outside)
        assert parent is None or all(other == parent or parent in controls[other] for other in outside)
