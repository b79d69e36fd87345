"""Every measure from the command line: the alliance's numbers by hand, small cases, files of numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

# Whole numbers of the case (DESIGN 8.1 and spec/deal 17.1): shares, own shares, prices, the votes that can be exercised.
R_ISSUED, OWN, NF, STATE, DAIMLER = 295_722_284, 4_548_736, 44_358_343, 44_387_915, 9_167_391
N_ISSUED, R_IN_N, M_ISSUED, N_IN_M = 4_220_715_112, 1_831_837_027, 1_490_282_496, 506_620_577
STATE_VOTES, DAIMLER_VOTES = 88_775_830, 15_741_908
EXERCISABLE = STATE_VOTES + DAIMLER_VOTES + (R_ISSUED - OWN - NF - STATE - DAIMLER)
IN_N, IN_R, IN_M = Fraction(R_IN_N, N_ISSUED), Fraction(NF, R_ISSUED - OWN), Fraction(N_IN_M, M_ISSUED)
PRICE_R, PRICE_N, PRICE_M = Fraction("35.555"), Fraction("599.2") / Fraction("120.02"), Fraction("417") / Fraction("120.02")
ROUND = 1 / (1 - IN_N * IN_R)  # what one unit handed to Renault or Nissan adds up to around the circle


def answer(run: Run, *words: str) -> dict[str, Any]:
    ran = run(*words, "--json", "--exact")
    assert ran.status == 0, ran.err
    data: dict[str, Any] = json.loads(ran.out)
    return data


def exact(text: str) -> Fraction:
    return Fraction(text)


def test_look_through(run: Run) -> None:
    rows = {(r["company"], r["owner"]): exact(r["fraction"]) for r in answer(run, "look-through", "alliance")["rows"]}
    # one unit of Nissan goes up to Renault by IN_N, from there by IN_R back to Nissan, and so on
    assert rows["N", "float:N"] == ROUND * (1 - IN_N)
    assert rows["N", "FS"] == ROUND * IN_N * Fraction(STATE, R_ISSUED - OWN)
    for company in ("N", "R", "M", "NF"):
        assert sum(x for (c, _), x in rows.items() if c == company) == 1
    only = answer(run, "look-through", "alliance", "--issuer", "N")["rows"]
    assert {r["company"] for r in only} == {"N"}


def test_dividends(run: Run, chain: str, file: Callable[[str, str], str]) -> None:
    numbers = file(
        "d.yaml", "profit: {A: 100, B: 40}\npayout: {A: 0.5, B: 1/4}\nwithholding: [{holder: A, issuer: B, rate: 1/10}]\n"
    )
    data = answer(run, "dividends", chain, numbers)
    # B pays 10 of 40: 3 to A less 10 % tax; A earns 102.7 and pays half of it
    assert exact(data["income"]["A"]) == Fraction("102.7") and exact(data["paid"]["A"]) == Fraction("51.35")
    assert exact(data["tax"]["B"]) == Fraction("0.3")
    flows = {(f["holder"], f["issuer"]): exact(f["amount"]) for f in data["flows"]}
    assert flows["X", "A"] == Fraction("0.6") * Fraction("51.35") and flows["float:B", "B"] == Fraction("4.5")
    table = file("d.csv", "company,profit,payout\nA,100,0.5\nB,40,1/4\n")
    assert exact(answer(run, "dividends", chain, table)["income"]["A"]) == 103
    assert "102.70" in run("dividends", chain, numbers).out
    years = answer(run, "dividends", chain, table, "--rounds", "1")
    assert exact(years["income"]["A"]) == 103


def test_value_from_a_file_and_where_it_ends(run: Run, chain: str, file: Callable[[str, str], str]) -> None:
    numbers = file("v.json", '{"own_assets": {"A": 100, "B": 50}}')
    data = answer(run, "value", chain, numbers)
    assert exact(data["values"]["A"]) == 115 and exact(data["outside_value"]["B"]) == 35
    rows = answer(run, "value", chain, numbers, "--contributions")["rows"]
    assert [(r["company"], r["via"], r["money"]) for r in rows] == [("A", "A", "100"), ("B", "A", "15"), ("B", "B", "35")]
    market = answer(run, "value", "alliance", "--contributions")["rows"]
    from_m = {r["via"]: exact(r["money"]) for r in market if r["company"] == "M"}
    assert from_m["M"] == (1 - IN_M) * PRICE_M * M_ISSUED and sum(from_m.values()) == PRICE_M * M_ISSUED


def test_network_value(run: Run, chain: str, file: Callable[[str, str], str]) -> None:
    rows = {
        r["entity"]: r for r in answer(run, "network-value", chain, file("v.csv", "company,own_assets\nA,100\nB,50\n"))["rows"]
    }
    assert exact(rows["X"]["value"]) == Fraction("0.6") * 115 + Fraction("0.25") * 50
    whole = {r["entity"]: r for r in answer(run, "network-value", "alliance")["rows"]}
    assert exact(whole["N"]["value"]) == PRICE_N * N_ISSUED
    assert exact(whole["N"]["corrected"]) == PRICE_N * N_ISSUED / ROUND  # no walk around the circle again


def test_parties(run: Run, chain: str) -> None:
    data = answer(run, "parties", chain, "B")
    # X controls A and has 25 % itself: with A's 30 % it needs nobody
    assert [(row["members"], exact(row["votes"])) for row in data["rows"]] == [(["X"], Fraction("0.55"))]
    assert data["alone"] == ["X"]
    assert answer(run, "parties", chain, "B", "--among", "A", "--threshold", "1/4")["alone"] == ["A", "X"]
    assert "N_NO_PARTY" in run("parties", "alliance", "N").err


def test_turnout(run: Run) -> None:
    data = answer(run, "turnout", "alliance", "R", "N", "0.7", "0.9")
    assert exact(data["turnout_needed"]) == 2 * IN_N
    assert [(exact(m["share_of_votes_cast"]), m["majority"]) for m in data["meetings"]] == [
        (IN_N / Fraction("0.7"), True), (IN_N / Fraction("0.9"), False),
    ]  # fmt: skip
    assert "any turnout below" in run("turnout", "alliance", "R", "N").out


def test_power_methods(run: Run) -> None:
    data = answer(run, "power", "alliance", "M", "--float", "none", "--index", "banzhaf", "--quota", "2/5", "--method", "exact")
    assert data["method"] == "exact" and set(data["values"].values()) == {"1/2"}  # 34 % and 20 %: both are needed
    drawn = answer(run, "power", "alliance", "R", "--float", "none", "--quota", "1/3", "--method", "sampled", "--draws", "1500")
    assert drawn["samples"] == 1500 and drawn["seed"] == 0
    assert "more than 1/2" in run("power", "alliance", "R").out


@pytest.mark.parametrize(("index", "whole"), [("npi", 13), ("karos-peters", 0)])
def test_network_power(run: Run, index: str, whole: int) -> None:
    data = answer(run, "network-power", "alliance", "--index", index)
    assert sum(map(exact, data["values"].values())) == whole
    # Nissan decides Nissan Finance, and Mitsubishi Motors in half of the orders; npi counts Nissan itself too
    assert exact(data["values"]["N"]) == (Fraction(5, 2) if index == "npi" else Fraction(3, 2))


def test_network_power_of_one_company_and_through_each(run: Run, chain: str) -> None:
    data = answer(run, "network-power", chain, "B", "--index", "crama-leruth")
    assert {name: exact(x) for name, x in data["values"].items()} == {"X": 1}
    flow = answer(run, "network-power", chain, "--index", "npf")["values"]
    assert exact(flow["X"]) == 3  # itself, A and, with A's votes, B


def test_wedge(run: Run, chain: str) -> None:
    data = answer(run, "wedge", chain, "X", "B")
    assert (exact(data["cash_flow"]), exact(data["control"])) == (Fraction("0.43"), Fraction("0.55"))
    strict = answer(run, "wedge", chain, "X", "B", "--threshold", "3/10")
    assert (exact(strict["cash_flow"]), exact(strict["control"])) == (Fraction("0.18"), Fraction("0.3"))
    told = run("wedge", "alliance", "R", "M").out
    assert "R -> N -> M" in told and "+19.24 points" in told  # 33.99 % less 14.75 %


def test_group(run: Run, chain: str) -> None:
    data = answer(run, "group", chain, "X", "--threshold", "1/2")
    assert {name: exact(x) for name, x in data["ultimate"].items()} == {"A": Fraction("0.6"), "B": Fraction("0.43")}
    # of B: 25 % come directly, 18 % by two steps
    assert exact(data["position"]["B"]) == (Fraction("0.25") + 2 * Fraction("0.18")) / Fraction("0.43")
    assert exact(data["critical_threshold"]["B"]) == Fraction("0.55") and data["controlled"] == ["A", "B"]
    assert exact(data["centrality"]["A"]) == Fraction("0.3")  # without the votes of A the family has 25 % of B


def test_watch(run: Run) -> None:
    data = answer(run, "watch", "alliance", "N", "--buyer", "R")
    (row,) = data["rows"]
    assert row["votes"] == N_ISSUED // 2 + 1 - R_IN_N and list(row["sellers"]) == ["~float"]
    french = answer(run, "watch", "alliance", "R", "--regime", "FR-R151-2-LISTED", "--buyer", "D")["rows"]
    assert [row["votes"] for row in french] == [EXERCISABLE * p // 100 + 1 - DAIMLER_VOTES for p in (10, 25, 50)]


def test_consolidate(run: Run) -> None:
    rows = answer(run, "consolidate", "alliance", "N")["rows"]
    assert {(r["company"], r["band"]) for r in rows} == {("NF", "full"), ("M", "equity")}
    assert exact(next(r["interest"] for r in rows if r["company"] == "M")) == IN_M
    assert "full consolidation" in run("consolidate", "alliance", "N", "--standard", "JGAAP").out


def test_bounds(run: Run, chain: str) -> None:
    path = Path(chain)
    text = path.read_text(encoding="utf-8").replace(
        "{issuer: B, holder: X, shares: 250}", "{issuer: B, holder: X, shares: 250, low: 150, high: 260}"
    )
    path.write_text(text, encoding="utf-8")
    own = {(r["holder"], r["issuer"]): r for r in answer(run, "own", str(path), "--bounds")["rows"]}
    x = own["X", "B"]
    assert (exact(x["low"]), exact(x["high"])) == (Fraction("0.33"), Fraction("0.44"))
    control = {(r["controller"], r["controlled"]): r["verdict"] for r in answer(run, "control", str(path), "--bounds")["rows"]}
    assert control == {("X", "A"): "CERTAIN", ("X", "B"): "POSSIBLE"}  # A's 300 with 150 to 260
    owners = answer(run, "owners", str(path), "B", "--bounds")["rows"]
    assert [(r["holder"], r["verdict"]) for r in owners] == [("X", "CERTAIN")]  # a third at least, of a quarter
    told = run("control", str(path), "--bounds").out
    assert "possible" in told and "Uncertain: Beta (B)" in told


def test_corners_of_bounds(run: Run, chain: str, file: Callable[[str, str], str]) -> None:
    path = Path(chain)
    path.write_text(
        path.read_text(encoding="utf-8").replace("shares: 250}", "shares: 250, low: 150, high: 260}"), encoding="utf-8"
    )
    rows = answer(run, "look-through", chain, "--issuer", "B", "--bounds")["rows"]
    free = next(row for row in rows if row["of"] == ["float:B", "B"])  # what A's 300 and X's 150 to 260 leave
    assert (exact(free["low"]), exact(free["high"])) == (Fraction("0.44"), Fraction("0.55"))
    worth = answer(run, "value", chain, file("v.csv", "company,own_assets\nA,100\nB,50\n"), "--bounds")["rows"]
    assert {exact(r["low"]) for r in worth if r["of"] == ["A"] and r["number"] == "value"} == {115}
    votes = next(r for r in answer(run, "power", chain, "B", "--bounds")["rows"] if r["number"] == "votes")
    assert (exact(votes["low"]), exact(votes["high"])) == (Fraction("0.45"), Fraction("0.56"))  # X with its company A
    assert "seen at corners" in run("power", chain, "B", "--bounds").out


def test_own_floor_and_loops_limit(run: Run) -> None:
    totals = [exact(r["total"]) for r in answer(run, "own", "alliance", "--floor", "1/5")["rows"]]
    assert totals and min(totals) >= Fraction(1, 5)
    assert len(answer(run, "loops", "alliance", "--limit", "1")["loops"]) == 1


def test_owners_stop_at_listed(run: Run) -> None:
    through = answer(run, "owners", "alliance", "R", "--stop-at-listed")
    assert "N" in {row["holder"] for row in through["others"]}  # a listed company, behind Nissan Finance
    assert "N" not in {row["holder"] for row in answer(run, "owners", "alliance", "R")["others"]}


def test_net(run: Run, file: Callable[[str, str], str]) -> None:
    data = answer(run, "net", "alliance")
    gone = NF * PRICE_R  # the smallest stake of the circle, in money
    assert exact(data["total_before"]) - exact(data["total_after"]) == 3 * gone
    assert [(c["path"], exact(c["money"])) for c in data["circles"]] == [(["N", "NF", "R"], gone)]
    pairs = answer(run, "net", file("n.csv", "holder,issuer,value\nA,B,10\nB,A,7\nB,C,5\nC,A,4\n"), "--kind", "bilateral")
    assert exact(pairs["total_after"]) == 12
    assert "could vanish" in run("net", "alliance").out


def test_unwind(run: Run) -> None:
    data = answer(run, "unwind", "alliance")
    assert {name: exact(x) for name, x in data["price"].items() if name != "NF"} == {"R": PRICE_R, "N": PRICE_N, "M": PRICE_M}
    assert exact(data["issued_after"]["R"]) == R_ISSUED - OWN - NF
    assert exact(data["issued_after"]["N"]) == N_ISSUED - NF * PRICE_R / PRICE_N
    assert "35.5550" in run("unwind", "alliance").out


def test_cascade(run: Run, chain: str, file: Callable[[str, str], str]) -> None:
    # outside values A 115, B 35 (it keeps 70 %); B loses 80 % of 50: A has 103, B 7
    numbers = file("c.yaml", "own_assets: {A: 100, B: 50}\nthresholds: {A: 102, B: 30}\nfailure_costs: {A: 9, B: 5}\n")
    data = answer(run, "cascade", chain, numbers, "--lose", "B=4/5")
    assert [wave["failed"] for wave in data["waves"]] == [["B"], ["A"]]  # B's cost takes A to 101.5
    assert exact(data["values"]["A"]) == Fraction("92.5")
    relative = answer(
        run, "cascade", chain, file("o.csv", "company,own_assets\nA,100\nB,50\n"), "--lose", "B=4/5", "--line", "9/10"
    )
    assert relative["best"] == ["A", "B"]  # 103 is below nine tenths of 115
    assert exact(relative["values"]["B"]) == Fraction("0.7") * (10 - Fraction("3.5"))  # a tenth of 35 is lost
    told = run("cascade", "alliance", "--lose", "N=1/2")
    assert "in wave 1" in told.out and "N 1/2 of its own assets" in told.out
    assert answer(run, "cascade", "alliance", "--lose", "R=0.9", "--every")["equilibria"] == [[], ["R"]]


def test_clear(run: Run, chain: str, file: Callable[[str, str], str]) -> None:
    numbers = file(
        "k.yaml", "assets: {A: 10, B: 40}\nowes: [{debtor: A, creditor: bank, amount: 20}, {debtor: B, creditor: A, amount: 5}]\n"
    )
    alone = answer(run, "clear", numbers)
    assert exact(alone["paid"]["A"]) == 15 and alone["defaulted"] == ["A"]
    held = answer(run, "clear", numbers, "--case", chain)  # A has 30 % of the 35 that B keeps
    assert exact(held["equity"]["A"]) == Fraction("5.5") and held["defaulted"] == []
    assert "75.00 %" in run("clear", numbers).out


def test_split(run: Run, file: Callable[[str, str], str]) -> None:
    glove = file("g.yaml", "values: {L: 0, R1: 0, R2: 0, L+R1: 6, L+R2: 6, R1+R2: 0, L+R1+R2: 6}\n")
    assert {k: exact(x) for k, x in answer(run, "split", glove)["split"].items()} == {"L": 4, "R1": 1, "R2": 1}
    nucleolus = answer(run, "split", glove, "--solution", "nucleolus")["split"]
    assert {k: exact(x) for k, x in nucleolus.items()} == {"L": 6, "R1": 0, "R2": 0}
    core = answer(run, "split", glove, "--solution", "core")
    assert exact(core["least"]["L"]) == 6 and core["core_non_empty"] is True
    table = file("g.csv", "coalition,value\nA,0\nB,0\nA+B,10\n")
    assert answer(run, "split", table)["split"] == {"A": "5", "B": "5"}
    estate = file("e.yaml", "estate: 200\nclaims: {a: 100, b: 200, c: 300}\n")  # Aumann and Maschler, table 1
    assert answer(run, "split", estate)["awards"] == {"a": "50", "b": "75", "c": "75"}
    assert exact(answer(run, "split", estate, "--rule", "proportional")["awards"]["c"]) == 100
    assert "in the core" in run("split", glove, "--solution", "nucleolus").out
