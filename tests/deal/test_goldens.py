"""The deal goldens: simulations looked up by path, pure functions called by name; what is not computed yet is listed by id."""

from __future__ import annotations

import importlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from crosshold.deal.design import Goals, design
from crosshold.deal.market import discount_seen
from crosshold.deal.plan import Plan
from crosshold.deal.simulate import Outcome, simulate
from crosshold.errors import CrossholdError
from crosshold.formats.case import from_document
from crosshold.formats.yaml_text import Document
from crosshold.measures.loops import loops
from crosshold.model.snapshot import Snapshot
from crosshold.network import Network

HERE = Path(__file__).parent.parent / "goldens"
GOLDENS: list[dict[str, Any]] = yaml.safe_load((HERE / "deal.yaml").read_text(encoding="utf-8"))["goldens"]
SIMULATED = [
    pytest.param(golden, variant, id=golden["id"] + ("" if variant is golden else f"-{variant['id']}"))
    for golden in GOLDENS
    if golden["kind"] == "simulate"
    for variant in golden.get("variants", [golden])
]
CALLED = [g for g in GOLDENS if g["kind"] == "call"]


def snapshot_of(case: dict[str, Any]) -> Snapshot:
    """The Snapshot of a golden's case; parties that only a watch line names are made known first."""
    entities = dict(case.get("entities", {}))
    held = {lot["holder"] for lot in case["lots"]} | set(case["issuers"])
    for line in case.get("watch", []):
        entities |= {name: {} for name in line["holders"] if name not in held and name not in entities}
    register = from_document(Document("case", {"crosshold": "case/1", "id": "golden", **case, "entities": entities}, {}))
    return register.at(register.day)


def number(value: Any) -> Fraction | None:
    try:
        return None if isinstance(value, bool) else Fraction(str(value))
    except ValueError:
        return None


def close(actual: Any, expected: Any, tol: float) -> bool:
    """Equal, numbers within ``tol``; lists and mappings item by item; an object where every expected key fits."""
    if isinstance(expected, dict):
        return all(close(actual.get(key), value, tol) for key, value in expected.items())
    if isinstance(expected, list):
        return len(actual) == len(expected) and all(close(a, e, tol) for a, e in zip(actual, expected, strict=True))
    a, e = number(actual), number(expected)
    return actual == expected if a is None or e is None else abs(a - e) <= Fraction(str(tol))


def find(data: Any, path: str) -> Any:
    """What a slash-separated path leads to; ``None`` where it ends early."""
    for part in path.split("/") if path else []:
        data = data[int(part)] if isinstance(data, list) else (data or {}).get(part)
    return data


def section(outcome: dict[str, Any], at: str) -> Any:
    if at == "outcome":
        return outcome
    if at == "start":
        return outcome["start"]
    return outcome["steps"][-1] if at == "end" else next(s for s in outcome["steps"] if s["id"] == at)


def check(expected: dict[str, Any], actual: Any, tolerance: float) -> None:
    if "contains" in expected:
        assert any(close(item, expected["contains"], tolerance) for item in actual), (expected, actual)
    elif "lacks" in expected:
        assert not any(close(item, expected["lacks"], tolerance) for item in actual), (expected, actual)
    else:
        value = expected.get("exact", expected["value"])
        if value == 0 and actual is None and "absent or zero" in expected.get("note", ""):
            return
        assert close(actual, value, expected.get("tol", tolerance)), (expected, actual)


def run(variant: dict[str, Any], golden: dict[str, Any]) -> Outcome:
    given = variant.get("input") or golden["input"]
    return simulate(snapshot_of(given["case"]), Plan.read(given["plan"]))


@pytest.mark.parametrize(("golden", "variant"), SIMULATED)
def test_simulated(golden: dict[str, Any], variant: dict[str, Any]) -> None:
    outcome = run(variant, golden)
    exact, plain = outcome.to_dict(exact=True), outcome.to_dict()
    for expected in variant["expected"]:
        if "call" in expected:
            call(expected)
            continue
        found = find(section(plain, expected["at"]), expected["path"])
        check({k: v for k, v in expected.items() if k != "exact"}, found, golden["tolerance"])
        if "exact" in expected:
            assert Fraction(find(section(exact, expected["at"]), expected["path"])) == Fraction(expected["exact"])
    again = simulate(outcome.start.snapshot, outcome.as_executed)
    assert again.end_hash == outcome.end_hash


@pytest.mark.parametrize("golden", [g for g in GOLDENS if "same_end_state" in g], ids=lambda g: str(g["id"]))
def test_same_end_state(golden: dict[str, Any]) -> None:
    hashes = {run(v, golden).end_hash for v in golden["variants"] if v["id"] in golden["same_end_state"]}
    assert len(hashes) == 1


def call(given: dict[str, Any]) -> Any:
    module, name = given["call"].split(".")
    function = getattr(importlib.import_module(f"crosshold.deal.{module}"), name)
    if "error" in given:
        with pytest.raises(CrossholdError) as caught:
            function(**given["args"])
        assert caught.value.findings[0].code == given["error"]
        return None
    result = function(**given["args"])
    if "value" in given:
        assert close(result.to_dict(), given["value"], given["tol"])
    return result


def compute(given: dict[str, Any]) -> Any:
    if given["compute"] == "discount":
        return discount_seen(given["price"], given["close"])
    edges = [edge for edge in given["edges"] if edge not in given.get("remove", [])]
    return len(loops(Network.from_holdings([[holder, issuer, "1/10"] for holder, issuer in edges])).loops)


@pytest.mark.parametrize("golden", CALLED, ids=lambda g: str(g["id"]))
def test_called(golden: dict[str, Any]) -> None:
    results = [call(given) if "call" in given else compute(given) for given in golden["input"]]
    for expected in golden["expected"]:
        result = results[expected["call"]]
        exact = isinstance(expected["value"], str) and "/" in expected["value"]
        data = (result.to_dict(exact=True) if exact else result.to_dict()) if hasattr(result, "to_dict") else result
        check(expected, find(data, expected.get("path", "")), golden["tolerance"])
        if "exact" in expected:
            assert Fraction(find(result.to_dict(exact=True), expected["path"])) == Fraction(expected["exact"])


DESIGNED = [
    pytest.param(golden, variant, id=f"{golden['id']}-{variant['id']}")
    for golden in GOLDENS
    if golden["kind"] == "design"
    for variant in golden["variants"]
]


@pytest.mark.parametrize(("golden", "variant"), DESIGNED)
def test_designed(golden: dict[str, Any], variant: dict[str, Any]) -> None:
    goals = yaml.safe_load(yaml.safe_dump(golden["input"]["goals"]).replace("TARGET", f"'{variant['TARGET']}'"))
    found = design(snapshot_of(golden["input"]["case"]), Goals.read(goals))
    best, expected = found.plans[0], variant["expected"]
    assert abs(best.objectives["cost"] - expected["cost"]) <= expected["cost_tol"]
    for lever, key in (("mkt", "market_shares"), ("bb", "buyback_shares")):
        assert key not in expected or abs(best.moved[lever] - expected[key]) <= expected["shares_tol"]
    assert best.replay_gap <= Fraction(1, 10**9)
    stake = best.outcome.end.stakes["N"]["R"].on("issued")
    assert stake is not None and stake <= Fraction(variant["TARGET"])


def test_every_golden_is_computed() -> None:
    assert {golden["kind"] for golden in GOLDENS} == {"simulate", "call", "design"}
