"""Results as files: the suffix picks the form, spreadsheets run nothing, and a file appears whole or not at all."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import crosshold as ch
from crosshold.errors import RequestError
from crosshold.report.files import write_file, write_text

REGISTER = ch.read("alliance")
SNAPSHOT = REGISTER.at()


def test_a_register_comes_back_as_it_went(tmp_path: Path) -> None:
    path = ch.write(REGISTER, tmp_path / "again.yaml")
    assert list(ch.read(path).at().lots) == list(SNAPSHOT.lots)


def test_a_plan_comes_back_as_it_went(tmp_path: Path) -> None:
    plan = ch.read_plan("both_sell_down", "alliance")
    path = ch.write(plan, tmp_path / "again.yaml")
    assert ch.read_plan(path).to_dict() == plan.to_dict()


def test_results_as_json_and_csv(tmp_path: Path) -> None:
    result = ch.ownership(ch.network(SNAPSHOT))
    data = json.loads(ch.write(result, tmp_path / "own.json").read_text(encoding="utf-8"))
    with ch.write(result, tmp_path / "own.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(data["rows"]) and set(rows[0]) == {"holder", "issuer", "direct", "total"}


def test_an_outcome_as_a_page(tmp_path: Path) -> None:
    outcome = ch.simulate(SNAPSHOT, ch.read_plan("cut_30_10", "alliance"))
    page = ch.write(outcome, tmp_path / "outcome.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and "<script" not in page and "FR-233-31" in page
    assert json.loads(ch.write(outcome, tmp_path / "outcome.json").read_text(encoding="utf-8"))["end_hash"] == outcome.end_hash


def test_a_form_that_does_not_fit_says_which_do(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="csv, json"):
        ch.write(ch.ownership(ch.network(SNAPSHOT)), tmp_path / "own.yaml")
    assert not list(tmp_path.iterdir())


def test_spreadsheet_formulas_are_text(tmp_path: Path) -> None:
    class Answer:
        def table(self) -> dict[str, list[object]]:
            return {"holder": ["=cmd()", "+1", "-x", "@y", "plain"], "total": [-1, 0, 1, 2, 3]}

    text = write_file(Answer(), tmp_path / "a.csv").read_text(encoding="utf-8")
    assert text.splitlines()[1:] == ["'=cmd(),-1", "'+1,0", "'-x,1", "'@y,2", "plain,3"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.html"
    target.write_text("old", encoding="utf-8")

    def full(self: Path, other: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(RequestError, match="E_WRITE"):
        write_text("new", target)
    assert target.read_text(encoding="utf-8") == "old" and list(tmp_path.iterdir()) == [target]


def test_every_step_can_be_told() -> None:
    from crosshold.report.answers import lines

    for name in ("both_sell_down", "cut_30_10", "cut_20_12", "exit_0_0"):
        plan = ch.read_plan(name, "alliance")
        told = lines(ch.simulate(SNAPSHOT, plan), SNAPSHOT)
        assert all(any(step.id in line for line in told) for step in plan.steps)
