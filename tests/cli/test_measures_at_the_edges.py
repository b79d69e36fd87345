"""The measures from the command line on registers, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
File = Callable[[str, str], str]


@pytest.fixture
def register(file: File) -> str:
    """X controls 2,001 companies of a register, each of which holds a little of the next."""
    rows = ["holder,issuer,shares,total"]
    for k in range(2001):
        rows += [f"X,C{k:04},{6000 - k},10000", f"C{k:04},C{(k + 1) % 2001:04},1000,10000"]
    return file("register.csv", "\n".join(rows) + "\n")


def test_registers_answer_too_largest_first_and_cut(run: Run, register: str, file: File) -> None:
    numbers = file("n.csv", "company,own_assets,thresholds,failure_costs\nC0000,100,80,10\n")
    profit, assets = file("p.csv", "company,profit\nC0000,100\n"), file("v.csv", "company,own_assets\nC0000,100\n")
    long = {
        "own": ("--holder", "X"), "look-through": (), "consolidate": ("X",), "value": (assets,),
        "network-value": (assets,), "dividends": (profit,), "cascade": (numbers, "--lose", "C0000=1/2"),
    }  # fmt: skip
    for verb, words in long.items():
        ran = run(verb, register, *words)
        assert ran.status == 0, (verb, ran.err)
        assert "--out FILE takes the whole answer" in ran.out and len(ran.out.splitlines()) < 65, verb
    total = [0.0] * 2001
    for k in range(4002):  # each company's total is X's own stake and a tenth of the total of the one before
        total[k % 2001] = (6000 - k % 2001) / 10000 + total[(k - 1) % 2001] / 10
    best = max(range(2001), key=total.__getitem__)
    first = run("own", register, "--holder", "X").out.splitlines()[5]
    assert first.split() == [f"C{best:04}", "X", f"{(6000 - best) / 100:.2f}", "%", f"{total[best] * 100:.2f}", "%"]
    for words in (
        ("network-power",),
        ("parties", "C0001"),
        ("turnout", "X", "C0001", "0.9"),
        ("watch", "C0001"),
        ("power", "C0001"),
        ("wedge", "C0000", "C0002"),
    ):
        ran = run(words[0], register, *words[1:])
        assert ran.status == 0 and "register.csv" in ran.out, (words, ran.err)


def test_a_group_that_is_too_large_says_so(run: Run, register: str) -> None:
    ran = run("group", register, "X")
    assert ran.status == 2 and "E_TOO_LARGE" in ran.err and "2,001 firms" in ran.err
    assert run("group", register, "X", "--firm", "C0001", "--firm", "C0002").status == 0


def test_large_answers_as_json_and_in_files(run: Run, register: str, tmp_path: Path) -> None:
    ran = run("own", register, "--holder", "X", "--json")
    assert ran.status == 0 and len(json.loads(ran.out)["rows"]) == 2001
    out = tmp_path / "all.csv"
    assert run("look-through", register, "--issuer", "C0001", "--out", str(out)).status == 0
    assert out.read_text(encoding="utf-8").startswith("owner,company,fraction\n")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("look-through", "alliance", "--issuer", "GHOST"), "E_UNKNOWN_ID"),
        (("dividends", "alliance", "nowhere.csv"), "C_FILE"),
        (("parties", "alliance", "R", "--threshold", "half"), "C_BAD_NUMBER"),
        (("parties", "alliance", "R", "--among", "GHOST"), "E_UNKNOWN_ID"),
        (("turnout", "alliance", "MC", "R"), "E_NO_VOTES"),
        (("turnout", "alliance", "R", "N", "0.1"), "E_TURNOUT"),
        (("network-power", "alliance", "--index", "pi"), "E_INDEX"),
        (("network-power", "alliance", "--index", "crama-leruth"), "E_TARGET"),
        (("network-power", "alliance", "R"), "E_TARGET"),
        (("network-power", "alliance", "--index", "karos-peters", "--float", "ocean"), "E_OPTION"),
        (("wedge", "alliance", "R", "R"), "E_SAME"),
        (("group", "alliance", "GHOST"), "E_UNKNOWN_ID"),
        (("watch", "alliance", "R", "--regime", "moon"), "E_LADDER"),
        (("consolidate", "alliance", "--standard", "moon"), "E_STANDARD"),
        (("turnout", "alliance", "R", "N", "70"), "E_TURNOUT"),
        (("cascade", "alliance", "--lose", "N"), "C_BAD_NUMBER"),
        (("cascade", "alliance", "--lose", "N=50"), "C_BAD_NUMBER"),
        (("cascade", "alliance", "--lose", "FS=1/2"), "E_NO_ASSETS"),
        (("net", "alliance", "--kind", "all"), "E_KIND"),
        (("split", "nowhere.yaml"), "C_FILE"),
        (("own", "alliance", "--bounds", "--floor", "1/2"), "E_OPTION"),
        (("owners", "alliance", "--test", "EU-50", "--listed", "FS", "--stop-at-listed"), "E_OPTION"),
    ],
)
def test_refused(run: Run, words: tuple[str, ...], code: str) -> None:
    ran = run(*words)
    assert ran.status == 2 and code in ran.err and "Traceback" not in ran.err, ran.err
    assert any(f["code"] == code for f in json.loads(run(*words, "--json").out)["findings"])


def test_what_only_a_case_has(run: Run, register: str) -> None:
    for words in (("value",), ("network-value",), ("cascade",), ("own", "--bounds"), ("unwind",)):
        ran = run(words[0], register, *words[1:])
        assert ran.status == 2 and "E_REGISTER" in ran.err, words


def test_all_faults_of_a_file_of_numbers_at_once(run: Run, file: File) -> None:
    bad = file("b.yaml", "values: {A: ten, A+B: true}\nnonsense: 1\n")
    ran = run("split", bad)
    assert ran.status == 2 and ran.err.count("C_BAD_NUMBER") == 2 and "C_UNKNOWN_KEY" in ran.err
    table = file("b.csv", "company,profit,payday\nA,1,2\n")
    assert "C_COLUMNS" in run("dividends", "alliance", table).err
    twice = file("t.csv", "company,profit\nA,1\nA,x\n")
    ran = run("dividends", "alliance", twice)
    assert "C_DUPLICATE_KEY" in ran.err and "C_BAD_NUMBER" in ran.err
    empty = run("split", file("e.yaml", "players: [A]\n"))
    assert empty.status == 2 and "C_MISSING_KEY" in empty.err


def test_an_undetermined_case_ends_with_3(run: Run, chain: str, file: File) -> None:
    text = Path(chain).read_text(encoding="utf-8").replace("holder: X, shares: 600", "holder: B, shares: 1000")
    ring = file("ring.yaml", text.replace("shares: 300}, {issuer: B, holder: X, shares: 250}", "shares: 1000}"))
    numbers = file("k.csv", "company,own_assets,thresholds,failure_costs\nA,100,80,10\n")
    ran = run("cascade", ring, numbers)
    assert ran.status == 3 and "W_OWNERLESS_CYCLE" in ran.err


ABOUT_A_CASE = {
    "cascade": (), "consolidate": (), "group": ("X",), "look-through": (), "net": (), "network-power": (), "network-value": (),
    "parties": ("B",), "turnout": ("X", "B"), "unwind": (), "wedge": ("X", "B"), "watch": ("B",),
}  # fmt: skip


@pytest.mark.parametrize("verb", ABOUT_A_CASE)
def test_files_that_are_no_case_and_names_that_steer(run: Run, chain: str, file: File, verb: str) -> None:
    ran = run(verb, file("laughs.yaml", "a: &a [1]\nb: [*a, *a]\n"), *ABOUT_A_CASE[verb])
    assert ran.status == 2 and "C_ALIAS" in ran.err and "Traceback" not in ran.err
    text = Path(chain).read_text(encoding="utf-8").replace("name: Xenia", 'name: "\\e[31mred\\u202Eder\\a"')
    prices = "prices: {A: {value: '2', currency: EUR, date: 2026-11-24}, B: {value: '3', currency: EUR, date: 2026-11-24}}\n"
    ran = run(verb, file("case.yaml", text + prices), *ABOUT_A_CASE[verb])
    assert ran.status == 0, ran.err
    assert not set(ran.out + ran.err) & {"\x1b", "\x07", "\u202e"}


def test_the_rest_of_a_long_answer_is_in_the_file(run: Run, register: str, tmp_path: Path) -> None:
    for suffix in ("json", "parquet"):
        target = tmp_path / f"answer.{suffix}"
        ran = run("consolidate", register, "X", "--out", str(target))
        assert ran.status == 0 and "1,961 more rows" in ran.out and target.stat().st_size > 1000
