"""``simulate`` and ``compare`` as a person types them: files of every form, proofs, orders, differences."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from .conftest import Ran

Run = Callable[..., Ran]


def test_every_form_of_a_plan_tells_the_same_end(run: Run, tmp_path: Path) -> None:
    names = {form: tmp_path / f"plan.{form}" for form in ("json", "csv", "ledger.csv", "html", "xlsx", "yaml")}
    for path in names.values():
        assert run("simulate", "alliance", "cut_30_10", "--out", str(path)).status == 0
    data = json.loads(names["json"].read_text(encoding="utf-8"))
    assert data["end_hash"] in names["html"].read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(names["csv"].read_text(encoding="utf-8"))))
    last = data["steps"][-1]
    cell = {(r["step"], r["issuer"], r["holder"], r["base"]): r["value"] for r in rows}
    assert float(cell[last["id"], "N", "R", "issued"]) == last["stakes"]["N"]["R"]["issued"]
    ledger = list(csv.DictReader(io.StringIO(names["ledger.csv"].read_text(encoding="utf-8"))))
    entries = [(s["id"], e["amount"], e["currency"], e["why"]) for s in data["steps"] for e in s["entries"]]
    assert [(r["step"], r["amount"], r["currency"], r["why"]) for r in ledger] == entries
    assert "Cap table" in CalamineWorkbook.from_path(str(names["xlsx"])).sheet_names
    again = run("simulate", "alliance", str(names["yaml"]), "--json")
    assert json.loads(again.out)["end_hash"] == data["end_hash"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in names.values())


@pytest.mark.parametrize("name", ["plan.pdf", "plan.parquet", "plan", "ledger.csvx"])
def test_a_form_that_is_not_there_is_refused_and_nothing_is_written(run: Run, tmp_path: Path, name: str) -> None:
    done = run("simulate", "alliance", "cut_30_10", "--out", str(tmp_path / name))
    assert done.status == 2 and "E_FORMAT" in done.err and "an Outcome" in done.err and "xlsx" in done.err
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_replaced_whole(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_text("old", encoding="utf-8")
    assert run("simulate", "alliance", "cut_30_10", "--out", str(path)).status == 0
    assert path.read_bytes().startswith(b"PK") and list(tmp_path.iterdir()) == [path]


def test_a_plan_that_stops_shows_what_was_done_before_it(run: Run, tmp_path: Path) -> None:
    plan = tmp_path / "stops.yaml"
    steps = [("good", 1_000_000), ("bad", 3_000_000_000), ("never", 1)]
    rows = "".join(f"  - {{id: {name}, type: sell, issuer: N, holder: R, shares: {shares}}}\n" for name, shares in steps)
    plan.write_text(f"crosshold: plan/1\nsteps:\n{rows}", encoding="utf-8")
    done = run("simulate", "alliance", str(plan), "--json")
    data = json.loads(done.out)
    assert done.status == 2 and [s["id"] for s in data["steps"]] == ["good"]
    assert data["steps"][0]["stakes"]["N"]["R"]["shares"] == 1_831_837_027 - 1_000_000
    assert [f["code"] for f in data["findings"]] == ["E_INSUFFICIENT", "N_STOPPED"]
    told = run("simulate", "alliance", str(plan))
    assert told.status == 2 and "1,830,837,027 shares" in told.out and "stops at step bad; executed before it: good" in told.err


def test_an_uncertain_stake_is_shown_with_its_ends(run: Run, tmp_path: Path) -> None:
    plan = tmp_path / "open.yaml"
    step = "{id: buy, type: buyback, issuer: N, offers: {R: 100}, others_offer: {low: 0, high: 100}, cap: 100}"
    plan.write_text(f"crosshold: plan/1\nsteps:\n  - {step}\n", encoding="utf-8")
    out = run("simulate", "alliance", str(plan)).out
    assert "Fraction" not in out and " to 43.4011 % of issued" in " ".join(out.split())


def test_a_plan_with_a_new_company_and_uncertain_offers_is_told_in_every_form(run: Run, tmp_path: Path) -> None:
    plan = tmp_path / "joint.yaml"
    steps = [
        "{id: buy, type: buyback, issuer: N, offers: {R: 100}, others_offer: {low: 20, high: 100}, cap: 100, settlement_days: 2}",
        "{id: own, type: cancel, issuer: R, shares: 4548736, date: 2020-02-03}",
        "{id: joint, type: share_transfer, new: H, ratio: {R: 1}}",
    ]
    plan.write_text("crosshold: plan/1\nsteps:\n" + "".join(f"  - {step}\n" for step in steps), encoding="utf-8")
    for form in ("html", "xlsx", "json", "csv", "ledger.csv", "yaml"):
        done = run("simulate", "alliance", str(plan), "--out", str(tmp_path / f"told.{form}"))
        assert done.status == 0, done.err
    told = run("simulate", "alliance", str(plan), "--explain", "buy").out
    # 100 of R beside 20 to 100 of others, cap 100: 10,000 / 200 = 50 at the least, 10,000 / 120 = 83.3 at the most
    assert "R: {low: 50, high: 84}" in told and "move on 2020-01-30" in told


def test_explain_shows_the_arithmetic_of_a_target(run: Run) -> None:
    """Spec deal 17.2: s2 sells 500,384,399; 1,736,598,932 - 3/10 x 4,120,715,112 = 500,384,398.4, and one share fewer misses."""
    told = run("simulate", "alliance", "both_sell_down", "--explain", "s2").out
    assert Fraction(1_736_598_932) - Fraction(3, 10) * 4_120_715_112 == Fraction("500384398.4")
    for words in (
        "held h = 1,736,598,932; issued n = 4,120,715,112",
        "500,384,398.4000",
        "500,384,399 shares: 1,236,214,533 / 4,120,715,112",
    ):
        assert words in told
    assert "one share fewer: 1,236,214,534 / 4,120,715,112 = 30.0000000097 %: above t" in told
    assert "max(0.005, 0.0073 x sqrt(500,384,399 / 20,000,000 shares a day)) = 3.6514 %" in told
    assert re.search(r"NF: 0 of 88,716,686 \(FR-233-31\) -> 88,716,686 of 88,716,686", told)
    assert "412071511/1373571704 (30.0000 %) ≤ 1/3" in told  # 1,236,214,533/4,120,715,112 in lowest terms


def test_explain_shows_fills_pro_rata_and_the_leak(run: Run) -> None:
    """Spec deal 17.2: offers of 105,000,000 against a cap of 100,000,000 fill 95,238,095 and 4,761,905."""
    told = run("simulate", "alliance", "both_sell_down", "--explain", "s1").out
    assert "R: 100,000,000 x 100,000,000 / 105,000,000 = 95,238,095.2381 -> 95,238,095" in told
    assert "leak: 4,761,905" in told and "JPY 57,066,666,524" in told


def test_explain_as_json_and_of_a_step_that_is_not_there(run: Run) -> None:
    data = json.loads(run("simulate", "alliance", "both_sell_down", "--explain", "s3", "--json").out)
    assert data["explain"]["compiled"]["shares"] == 14_786_115 and len(data["explain"]["proof"]) == 7 and data["steps"]
    missing = run("simulate", "alliance", "both_sell_down", "--explain", "s33")
    assert missing.status == 2 and "E_UNKNOWN_ID" in missing.err and "s3" in missing.err


def test_every_step_of_the_bundled_plans_can_be_explained(run: Run) -> None:
    for plan, steps in (("both_sell_down", ("s1", "s2", "s3", "s4", "s5", "s6")), ("exit_0_0", ("s1",))):
        for step in steps:
            done = run("simulate", "alliance", plan, "--explain", step)
            assert done.status == 0 and done.out.startswith(f"Step {step}:")


def test_order_check_counts_the_orders_that_are_allowed(run: Run, file: Callable[[str, str], str]) -> None:
    """Two sales and a purchase without dependencies have 3! = 6 orders; the plan does not ask for them itself."""
    steps = [f"{{id: s{k}, type: sell, issuer: B, holder: X, shares: {k}, price: 1}}" for k in (1, 2, 3)]
    plan = file("plan.yaml", f"crosshold: plan/1\nsteps: [{', '.join(steps)}]\n")
    case = file(
        "case.yaml",
        "{crosshold: case/1, at: 2026-11-24, issuers: {B: {issued: 100}}, lots: [{issuer: B, holder: X, shares: 50}]}",
    )
    assert json.loads(run("simulate", case, plan, "--json").out)["order_check"] is None
    found = json.loads(run("simulate", case, plan, "--order-check", "--json").out)["order_check"]
    assert (found["orders"], found["end_states"], found["drawn"], found["errors"]) == (6, 1, False, {})
    told = run("simulate", case, plan, "--order-check").out
    assert "Orders of the steps: 6 tried; 1 different end." in told and "and 5 more" in told


def test_diff_adds_what_differs_from_another_plan(run: Run) -> None:
    data = json.loads(run("simulate", "alliance", "both_sell_down", "--diff", "cut_30_10", "--json").out)
    alone = json.loads(run("compare", "alliance", "both_sell_down", "cut_30_10", "--json").out)
    assert {**data["diff"], "findings": 0} == {**alone, "findings": 0} and data["steps"]
    assert "both_sell_down against cut_30_10" in run("simulate", "alliance", "both_sell_down", "--diff", "cut_30_10").out


def test_compare_with_doing_nothing_tells_who_decides(run: Run) -> None:
    """R's 43.4 % can stop a resolution that needs two thirds of all votes, 30 % cannot; NF's votes come back."""
    told = run("compare", "alliance", "both_sell_down").out
    assert "all votes present: R -> nobody" in told and "doing nothing against both_sell_down" in told
    row = next(
        line for line in told.splitlines() if line.startswith("Nissan Finance Co., Ltd. (NF) in R") and "exercisable" in line
    )
    assert re.search(r"0\.0000 % +15\.9115 % +\+15\.91 points", row)
    assert re.search(r"Renault S\.A\. \(R\) in N +all four +43\.4011 % +30\.0000 % +-13\.40 points", told)


def test_compare_puts_events_of_one_plan_apart(run: Run) -> None:
    told = run("compare", "alliance", "cut_30_10", "exit_0_0").out
    both, only = told.index("Law, in both"), told.index("Law, only in exit_0_0")
    assert both < told.index("FR-233-31 released") < only < told.index("JP-5", only)


def test_no_line_of_a_plan_is_wider_than_promised(run: Run) -> None:
    for words in (("simulate", "alliance", "both_sell_down"), ("compare", "alliance", "both_sell_down", "exit_0_0")):
        assert max(map(len, run(*words).out.splitlines())) <= 108


def test_a_table_of_a_plan_has_one_row_for_each_step_issuer_holder_and_base(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    run("simulate", "alliance", "cut_30_10", "--out", str(path))
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))[1:]
    assert len(rows) == len({tuple(row[:4]) for row in rows}) and {row[3] for row in rows} == {
        "issued", "outstanding", "gross_votes", "exercisable_votes",
    }  # fmt: skip
