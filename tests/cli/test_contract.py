"""The JSON contract of the command line: fields that must be there, and the alliance's numbers from first principles."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

# Whole numbers of the case (DESIGN 8.1 and spec/deal 17.1), from which every expectation below is computed here.
R_ISSUED, OWN, NF, STATE, DAIMLER = 295_722_284, 4_548_736, 44_358_343, 44_387_915, 9_167_391
N_ISSUED, R_IN_N = 4_220_715_112, 1_831_837_027
M_ISSUED, N_IN_M = 1_490_282_496, 506_620_577
FLOAT = R_ISSUED - OWN - NF - STATE - DAIMLER
STATE_VOTES, DAIMLER_VOTES = 88_775_830, 15_741_908
EXERCISABLE = STATE_VOTES + DAIMLER_VOTES + FLOAT
GROSS = EXERCISABLE + 2 * NF  # registered since 2002: double votes, none of which can be exercised

Run = Callable[..., Any]


def answer(run: Run, *words: str, status: int = 0) -> dict[str, Any]:
    ran = run(*words, "--json")
    assert ran.status == status, ran.err
    data: dict[str, Any] = json.loads(ran.out)
    return data


def test_votes(run: Run) -> None:
    data = answer(run, "votes", "alliance")
    assert data["at"] == "2020-01-28"
    renault = data["issuers"]["R"]
    assert (renault["gross_total"], renault["exercisable_total"]) == (GROSS, EXERCISABLE)
    assert renault["settled"] is True and renault["outcomes"] == 1
    silent = renault["holders"]["NF"]
    assert (silent["shares"], silent["gross"], silent["exercisable"], silent["exercised"]) == (NF, 2 * NF, 0, 0)
    assert silent["suspended_by"] == ["FR-233-31"] and silent["certainty"] == "CERTAIN"
    assert renault["holders"]["FS"]["exercisable"] == STATE_VOTES
    assert set(data["issuers"]) == {"R", "N", "NF", "M"}
    line = next(n for n in data["near"] if n["rule"] == "JP-308-1" and n["issuer"] == "R")
    assert line["holder"] == ["N", "NF"] and line["measure"] == "gross_votes"
    assert line["now"] == pytest.approx(2 * NF / GROSS) and line["threshold"] == 0.25
    assert line["distance"] == pytest.approx(0.25 - 2 * NF / GROSS)


def test_votes_of_one_company_exactly(run: Run) -> None:
    data = answer(run, "votes", "alliance", "--issuer", "N", "--exact")
    assert list(data["issuers"]) == ["N"]
    assert data["issuers"]["N"]["holders"]["R"]["exercised"] == str(R_IN_N)


def test_own(run: Run) -> None:
    data = answer(run, "own", "alliance", "--holder", "R", "--issuer", "M")
    assert data["convention"] == "source-avoiding"
    (row,) = data["rows"]
    assert (row["holder"], row["issuer"], row["direct"]) == ("R", "M", 0)
    assert row["total"] == pytest.approx(R_IN_N / N_ISSUED * N_IN_M / M_ISSUED)
    exact = answer(run, "own", "alliance", "--holder", "R", "--issuer", "N", "--exact")["rows"][0]["total"]
    assert Fraction(exact) == Fraction(R_IN_N, N_ISSUED)
    loop = R_IN_N / N_ISSUED * NF / (R_ISSUED - OWN)
    walks = answer(run, "own", "alliance", "--holder", "R", "--issuer", "N", "--convention", "all-walks")["rows"][0]["total"]
    assert walks == pytest.approx(R_IN_N / N_ISSUED / (1 - loop))


def test_control(run: Run) -> None:
    data = answer(run, "control", "alliance")
    assert data["threshold"] == "1/2"
    assert data["rows"] == [{"controller": "N", "controlled": "NF"} | {k: v for k, v in data["rows"][0].items() if k[0] != "c"}]
    assert data["ultimate"] == {"NF": ["N"]}
    lower = answer(run, "control", "alliance", "--threshold", "2/5", "--issuer", "N")
    assert [(r["controller"], r["controlled"]) for r in lower["rows"]] == [("R", "N")]
    assert answer(run, "control", "alliance", "--basis", "capital")["basis"] == "outstanding"


def test_power(run: Run) -> None:
    # One major holder of w against an ocean has w / (1 - w) (Milnor and Shapley; golden oc-43).
    data = answer(run, "power", "alliance", "N")
    share = R_IN_N / N_ISSUED
    assert data["index"] == "shapley-shubik" and data["float"] == "ocean"
    assert data["values"]["R"] == pytest.approx(share / (1 - share))
    assert data["quota"] == {"more_than": "1/2"}
    none = answer(run, "power", "alliance", "M", "--index", "banzhaf", "--float", "none")
    assert none["float"] == "none" and set(none["values"]) == {"N", "MC"}


def test_value(run: Run) -> None:
    data = answer(run, "value", "alliance")
    rate = Fraction("120.02")
    caps = {
        "R": Fraction("35.555") * R_ISSUED,
        "N": Fraction("599.2") / rate * N_ISSUED,
        "M": Fraction("417") / rate * M_ISSUED,
    }
    for name, cap in caps.items():
        assert data["values"][name] == pytest.approx(float(cap), rel=1e-12)
    stakes = (
        Fraction(R_IN_N, N_ISSUED) * caps["N"] + Fraction(NF, R_ISSUED - OWN) * caps["R"] + Fraction(N_IN_M, M_ISSUED) * caps["M"]
    )
    nissan_finance = data["values"]["NF"]
    assert nissan_finance == pytest.approx(float(Fraction(NF, R_ISSUED - OWN) * caps["R"]), rel=1e-12)
    whole = sum(caps.values()) + Fraction(nissan_finance)
    own = whole - stakes - Fraction(nissan_finance)
    assert data["double_counting"] == pytest.approx(float(whole / own), rel=1e-9)
    assert sum(data["outside_value"].values()) == pytest.approx(float(own), rel=1e-9)


def test_loops(run: Run) -> None:
    data = answer(run, "loops", "alliance")
    (component,) = data["components"]
    assert component["members"] == ["N", "NF", "R"] and component["edges"] == 3 and component["cycle_rank"] == 1
    (loop,) = data["loops"]
    assert loop["gain"] == pytest.approx(R_IN_N / N_ISSUED * NF / (R_ISSUED - OWN))


def test_check(run: Run) -> None:
    data = answer(run, "check", "alliance")
    assert all(f["level"] != "error" for f in data["findings"])


def test_simulate(run: Run) -> None:
    data = answer(run, "simulate", "alliance", "both_sell_down")
    steps = {step["id"]: step for step in data["steps"]}
    # the numbers that spec/deal 17.2 derives for this plan
    assert steps["s1"]["compiled"]["fills"] == {"R": 95_238_095, "~float": 4_761_905}
    assert steps["s1"]["issued"]["N"] == 4_120_715_112
    assert steps["s1"]["stakes"]["N"]["R"]["issued"] == pytest.approx(0.42143145, abs=1e-8)
    assert steps["s2"]["compiled"]["shares"] == 500_384_399
    assert steps["s2"]["stakes"]["N"]["R"]["shares"] == 1_236_214_533
    assert steps["s3"]["compiled"]["shares"] == 14_786_115
    released = [e for e in steps["s2"]["events"] if e["rule"] == "FR-233-31" and e["direction"] == "released"]
    assert released and released[0]["subject"]["holder"] == "NF"
    assert {"W_LEAK", "W_GROUP_CASH"} <= {f["code"] for f in steps["s1"]["findings"]}
    assert set(steps["s3"]["stakes"]["R"]["NF"]) >= {"shares", "issued", "outstanding", "gross_votes", "exercisable_votes"}
    assert "peak" in data and "sources_and_uses" in data


def test_compare(run: Run) -> None:
    data = answer(run, "compare", "alliance", "both_sell_down")
    assert {"rows", "cash", "events", "control"} <= set(data)
    row = next(r for r in data["rows"] if (r["issuer"], r["holder"], r["base"]) == ("N", "R", "issued"))
    assert row["before"] == pytest.approx(R_IN_N / N_ISSUED) and row["after"] == pytest.approx(1_236_214_533 / 4_120_715_112)
    two = answer(run, "compare", "alliance", "cut_30_10", "exit_0_0")
    assert two["rows"]


@pytest.mark.parametrize("verb", ["own", "votes", "control"])
def test_explain(run: Run, verb: str) -> None:
    pair = {"own": ("R", "M"), "votes": ("NF", "R"), "control": ("N", "NF")}[verb]
    data = answer(run, "explain", "alliance", verb, *pair)
    assert (data["verb"], data["holder"], data["issuer"]) == (verb, *pair)
    assert data["proof"] and data["sources"]


def test_rules(run: Run) -> None:
    data = answer(run, "rules", "--jurisdiction", "FR", "--at", "2020-01-28")
    assert {"FR-233-3", "FR-233-31"} <= {rule["id"] for rule in data["rules"]}
    assert all(rule["jurisdiction"] == "FR" for rule in data["rules"])
    (one,) = answer(run, "rules", "JP-308-1")["rules"]
    assert {"id", "jurisdiction", "kind", "valid", "cite", "confidence"} <= set(one)


def test_the_day_and_the_reader_matter(run: Run) -> None:
    then = answer(run, "votes", "alliance", "--known-by", "2020-01-28")
    assert "D" not in then["issuers"]["R"]["holders"]
    before = answer(run, "votes", "alliance", "--at", "2015-12-31")
    assert before["issuers"]["R"]["holders"]["NF"]["gross"] == NF  # double votes came in April 2016


def test_no_compiler_and_no_network_library_at_start() -> None:
    code = (
        "import sys\nfrom crosshold.cli import main\nsys.argv = ['crosshold', 'votes', 'alliance', '--json']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'numba', 'scipy', 'pandas', 'networkx', 'matplotlib', 'crosshold.deal', 'crosshold.report'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_demo_needs_no_compiler(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom crosshold.cli import main\nsys.argv = ['crosshold', 'demo']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'numba', 'scipy', 'pandas', 'networkx', 'matplotlib'} & set(sys.modules)\nassert not heavy, heavy"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    lines = ran.stdout.splitlines()
    assert len(lines) < 80
    assert (tmp_path / "alliance.html").stat().st_size > 20_000
    text = ran.stdout
    for word in ("denies", "no comment", "undecided", "FR-233-31", "30/10", "20/12", "0/0", "alliance.html"):
        assert word in text, word
