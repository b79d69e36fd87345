"""What a result says besides its numbers: proofs, warnings, errors, tables, JSON; and the sizes at which the method changes."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest

from crosshold.errors import CrossholdError, RequestError, UndeterminedError
from crosshold.measures.control import control, de_facto, ultimate
from crosshold.measures.dividends import dividends
from crosshold.measures.lookthrough import lookthrough
from crosshold.measures.loops import loops, ownerless
from crosshold.measures.ownership import ownership
from crosshold.measures.power import power
from crosshold.measures.value import own_assets, value
from crosshold.model.result import Result
from crosshold.network import Network

THREE_WAYS = Network.from_holdings(
    [("S", "A", "0.5"), ("A", "B", "0.4"), ("B", "A", "0.5"), ("B", "S", "0.2"), ("S", "C", "0.1"), ("B", "C", "0.3")]
)
RING = [("A", "B", "1"), ("B", "A", "1"), ("A", "D", "0.5"), ("X", "D", "0.5"), ("X", "E", "0.7")]
JOINT = Network.from_holdings(
    [("X", "A", "0.6"), ("A", "B", "0.3"), ("X", "B", "0.25"), ("B", "C", "0.4"), ("A", "C", "0.2"), ("W", "C", "0.4")]
)


def codes(result: Result) -> set[str]:
    return {finding.code for finding in result.findings}


def raised(call: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(CrossholdError) as caught:
        call(*args, **options)
    return caught.value.findings[0].code


def every_result() -> list[Result]:
    net = THREE_WAYS
    return [
        ownership(net),
        lookthrough(net),
        control(net, threshold="1/4"),
        ultimate(net, threshold="1/4"),
        de_facto("0.43", ["0.8", "0.9"]),
        power(net, "C"),
        value(net, {"A": Decimal("10.50")}),
        own_assets(net, {"A": 10, "B": 20}),
        loops(net, {"A": 1}),
        dividends(net, {"A": 10}, {"A": "1/2"}),
    ]


@pytest.mark.parametrize("result", every_result(), ids=lambda r: type(r).__name__)
def test_every_result_has_columns_json_and_a_few_lines(result: Result) -> None:
    table = result.table()
    assert table and len({len(column) for column in table.values()}) == 1
    for exact in (False, True):
        told = json.loads(json.dumps(result.to_dict(exact=exact)))
        assert told["findings"] == [f.to_dict() for f in result.findings]
        assert set(result.settings) <= set(told) and "network" not in told
    lines = str(result).splitlines()
    assert lines[0].startswith(type(result).__name__) and len(lines) > 2
    assert len(result.with_findings(result.findings).findings) == len(set(result.findings))


def test_fractions_are_numbers_or_exact_strings() -> None:
    row = ownership(THREE_WAYS, pairs=[("S", "C")])
    assert row.to_dict()["rows"] == [{"holder": "S", "issuer": "C", "direct": 0.1, "total": 0.175}]
    assert row.to_dict(exact=True)["rows"] == [{"holder": "S", "issuer": "C", "direct": "1/10", "total": "7/40"}]
    assert "17.500 %" in str(row)


def test_explanation_of_ownership_lists_paths_and_what_loops_add() -> None:
    proof = ownership(THREE_WAYS).explain("S", "C")
    assert [(p["path"], p["product"]) for p in proof["paths"]] == [
        (["S", "C"], Fraction(1, 10)),
        (["S", "A", "B", "C"], Fraction(3, 50)),
    ]
    assert proof["paths"][1]["stakes"] == [Fraction(1, 2), Fraction(2, 5), Fraction(3, 10)]
    assert (proof["direct"], proof["value"], proof["listed"]) == (Fraction(1, 10), Fraction(7, 40), Fraction(4, 25))
    assert proof["complete"] and proof["rest"] == Fraction(3, 200)  # (1/2 * 2/5 * 3/10) * (1/5) / (1 - 1/5)
    simple = ownership(THREE_WAYS, convention="simple-paths").explain("S", "C")
    assert simple["rest"] == 0 and simple["rest_is"] == "nothing"
    itself = ownership(THREE_WAYS).explain("A", "A")
    assert [p["path"] for p in itself["paths"]] == [["A", "B", "A"], ["A", "B", "S", "A"]]
    assert ownership(THREE_WAYS).explain("C", "S")["value"] == 0


def test_the_largest_paths_come_first_and_a_cut_is_said() -> None:
    rows = [("S", f"M{k}", Fraction(k, 100)) for k in range(1, 40)] + [(f"M{k}", "T", Fraction(1, 50)) for k in range(1, 40)]
    proof = ownership(Network.from_holdings(rows)).explain("S", "T", most=3)
    assert [p["path"][1] for p in proof["paths"]] == ["M39", "M38", "M37"] and not proof["complete"]
    assert proof["rest"] == Fraction(sum(range(1, 37)), 5000) and "not listed" in proof["rest_is"]


def test_explanation_of_control_is_a_derivation() -> None:
    steps = control(JOINT).explain("X", "C")["steps"]
    assert [(s["company"], s["round"], s["sum"]) for s in steps] == [
        ("A", 1, Fraction(3, 5)),
        ("B", 2, Fraction(11, 20)),
        ("C", 3, Fraction(3, 5)),
    ]
    assert steps[1]["by"] == {"X": Fraction(1, 4), "A": Fraction(3, 10)}
    fails = control(JOINT).explain("W", "C")
    assert not fails["value"] and fails["steps"] == [
        {"company": "C", "round": None, "by": {"W": Fraction(2, 5)}, "sum": Fraction(2, 5)}
    ]
    family = control(JOINT, together=["W", "B"])
    assert family.explain("B+W", "C")["steps"][0]["by"] == {"W": Fraction(2, 5), "B": Fraction(2, 5)}


def test_other_explanations_are_plain_data() -> None:
    assert lookthrough(THREE_WAYS).explain("float:A", "C")["sum"] == 1
    worth = value(THREE_WAYS, {"C": 100, "A": 50}).explain("S", "C")
    assert worth["stakes"]["C"] == 10 and sum(worth["stakes"].values()) == worth["value"]
    ring = loops(THREE_WAYS).explain("A", "B")
    assert [r["path"] for r in ring["loops"]] == [["A", "B"], ["A", "B", "S"]] and ring["shortest"] == ["A", "B"]
    assert loops(THREE_WAYS).explain("S", "A")["shortest"] == ["S", "A", "B"]
    assert loops(THREE_WAYS).explain("C", "A")["shortest"] == []
    paid = dividends(THREE_WAYS, {"C": 100}).explain("B", "C")
    assert paid["value"] == 30 and paid["income"] == 100


def test_an_ownerless_ring_leaves_what_depends_on_it_unknown() -> None:
    network = Network.from_holdings(RING)
    own = {(r.holder, r.issuer): r.total for r in ownership(network).rows}
    assert own["A", "B"] is None and own["B", "D"] is None and own["X", "D"] == Fraction(1, 2)
    assert ownership(network, convention="simple-paths", pairs=[("B", "D")]).rows[0].total == Fraction(1, 2)
    look = lookthrough(network)
    assert look.undetermined == ("A", "B", "D") and ("X", "E", Fraction(7, 10)) in look.rows
    worth = value(network, {"D": 10, "E": 10})
    assert worth.values["A"] is None and worth.values["E"] == 10 and worth.double_counting is None
    assert "unknown" in str(worth)
    paid = dividends(network, {"A": 10, "E": 10})
    assert paid.income["A"] is None and paid.income["X"] == 7 and paid.paid["E"] == 10
    assert dividends(network, {"A": 10}, {"A": "1/2"}).income["B"] == 10  # A keeps half: 10 / (1 - 1/2) / 2
    circle = loops(network, {"D": 10})
    assert circle.components[0].ownerless and circle.loops[0].cancellable is None
    for result in (ownership(network), look, worth, paid, circle, ultimate(network)):
        assert "W_OWNERLESS_CYCLE" in codes(result)
    assert ownerless(network) == (("A", "B"),) and ultimate(network).rings == (("A", "B"),)
    assert own_assets(network, {"A": 10, "B": 10}).own_assets["A"] == 0
    assert own_assets(network, {"E": 10}).own_assets["A"] == 0 and own_assets(network, {"E": 10}).equity["A"] is None


@pytest.mark.parametrize("bad", [0.5, "x", None, "1/0"])
def test_thresholds_are_exact(bad: Any) -> None:
    assert raised(control, JOINT, threshold=bad) == "E_THRESHOLD_TYPE"


@pytest.mark.parametrize("bad", ["0", "-1/2", "3/2", Fraction(50)])
def test_thresholds_are_between_zero_and_one(bad: Any) -> None:
    assert raised(control, JOINT, threshold=bad) == "E_THRESHOLD_RANGE"
    assert raised(ultimate, JOINT, threshold=bad) == "E_THRESHOLD_RANGE"


def test_faulty_questions() -> None:
    assert raised(ownership, JOINT, holders=["Q"]) == "E_UNKNOWN_ID"
    assert raised(ownership, JOINT, convention="all-paths") == "E_CONVENTION"
    assert raised(ownership, JOINT, basis="shares") == "E_BASIS_AMBIGUOUS"
    assert raised(control, JOINT, fixpoint="middle") == "E_FIXPOINT"
    assert raised(control, JOINT, parties={"one": ["X", "W"], "two": ["W"]}) == "E_OVERLAPPING_PARTIES"
    assert raised(value, JOINT, {"Q": 1}) == "E_UNKNOWN_ID"
    assert raised(dividends, JOINT, {"A": 1}, {"A": "3/2"}) == "E_PAYOUT"
    assert raised(dividends, JOINT, {"A": 1}, withholding={("X", "A"): "1"}) == "E_PAYOUT"
    assert raised(de_facto, "0.43", "0.3") == "E_TURNOUT"


def test_boundaries_follow_strictness_and_the_party_rows() -> None:
    half = Network.from_holdings([("X", "A", "1/2"), ("W", "A", "1/2")])
    assert not control(half).rows and not control(half, threshold="1/2").findings
    at_least = control(half, strict=False)
    assert {r.controller for r in at_least.rows} == {"X", "W"} and codes(at_least) == {"W_NO_FOREST"}
    assert codes(control(JOINT, threshold="1/4")) == {"W_NO_FOREST"} and not codes(control(JOINT, threshold="2/3", strict=False))
    both = control(JOINT, sources=["X"], parties={"bank": ["W", "B"]})
    assert {(r.controller, r.controlled) for r in both.rows} == {("X", "A"), ("X", "B"), ("X", "C"), ("bank", "C")}


def test_the_greatest_fixpoint_lets_a_ring_hold_itself() -> None:
    ring = Network.from_holdings([("A", "B", "0.6"), ("B", "A", "0.6"), ("X", "C", "0.9")])
    assert [(r.controlled, r.votes) for r in control(ring, sources=["X"]).rows] == [("C", Fraction(9, 10))]
    greatest = control(ring, sources=["X"], fixpoint="greatest")
    assert {(r.controlled, r.votes, r.steps) for r in greatest.rows} == {
        ("A", Fraction(3, 5), 0),
        ("B", Fraction(3, 5), 0),
        ("C", Fraction(9, 10), 1),
    }
    assert codes(greatest) == {"W_PHANTOM_RING"}


def test_a_company_on_top_is_named() -> None:
    network = Network.from_holdings([("P", "A", "0.6"), ("Q", "A", "0.4")], kinds={"P": "company", "Q": "person", "A": "company"})
    result = lookthrough(network, companies=["A"])
    assert [f.where for f in result.findings] == ["P"] and codes(result) == {"W_TOP_COMPANY"}
    assert value(network, {"A": 10}).values == {"A": 10}  # P is only a holder: an outside owner here
    assert value(network, {"A": 10, "P": 0}).values == {"A": 10, "P": 6}


def test_values_below_nothing_and_companies_without_a_price() -> None:
    network = Network.from_holdings([("P", "A", "0.5"), ("A", "B", "0.5"), ("B", "C", "1/2")])
    assert codes(value(network, {"A": -10, "B": 4})) == {"W_NEGATIVE_VALUE"}
    stubs = own_assets(network, {"A": 10, "C": 100})
    assert stubs.own_assets == {"A": -15, "B": 0, "C": 100} and stubs.equity["B"] == 50
    assert codes(stubs) == {"W_NEGATIVE_STUB", "N_NO_VALUE"}
    again = value(network, stubs)
    assert again.values["A"] == 10 and codes(again) == {"W_NEGATIVE_STUB", "N_NO_VALUE"}


def test_losses_pay_no_dividend_and_years_tend_to_the_rest() -> None:
    network = Network.from_holdings(
        [("X", "A", "0.3"), ("A", "B", "0.4"), ("B", "A", "0.2"), ("X", "L", "0.5"), ("A", "L", "0.5")]
    )
    profit = {"A": 100, "B": 50, "L": -30}
    settled = dividends(network, profit)
    assert settled.paid["L"] == 0 and settled.income["L"] == -30 and codes(settled) == {"W_LOSS_NO_DIVIDEND"}
    years = dividends(network, profit, rounds=60)
    for name, amount in settled.income.items():
        assert abs(float(amount or 0) - float(years.income[name] or 0)) < 1e-9
    assert dividends(network, profit, rounds=1).income["A"] == 100 + Fraction(2, 5) * 50


def test_over_held_rings_without_an_end_are_refused() -> None:
    rows = [("A", "B", "1"), ("B", "A", "1"), ("C", "A", "0.5"), ("A", "C", "1")]
    network = Network.from_holdings(rows, overheld="report")
    for call in (ownership, lookthrough, loops):
        assert raised(call, network) == "E_SINGULAR"
    assert raised(value, network, {"A": 1}) == "E_SINGULAR"


def test_a_part_of_nothing_is_refused_even_when_over_held_data_is_reported() -> None:
    rows = [("A", "A", "1"), ("B", "A", "0.5")]
    assert raised(Network.from_holdings, rows, overheld="report") == "E_OVERHELD"


def test_too_many_paths_or_loops_are_undetermined_not_cut() -> None:
    rows = [(a, b, Fraction(1, 10)) for a, b in permutations("ABCDEFGH", 2)]
    network = Network.from_holdings(rows)
    with pytest.raises(UndeterminedError, match=r"E_PATH_BUDGET.*1,000 paths.*at most 0\.\d+"):
        ownership(network, convention="simple-paths", path_budget=1000)
    with pytest.raises(UndeterminedError, match="E_PATH_BUDGET"):
        loops(network)
    largest = loops(network, limit=40)
    assert largest.partial and [loop.gain for loop in largest.loops] == [Fraction(1, 100)] * 28 + [Fraction(1, 1000)] * 12


def test_a_component_of_more_than_sixty_is_solved_in_floats() -> None:
    n = 80
    rows = [(f"N{k:02}", f"N{(k + 1) % n:02}", Fraction(9, 10)) for k in range(n)]
    result = ownership(Network.from_holdings(rows), pairs=[("N00", "N01"), ("N00", "N02"), ("N00", "N00")])
    for row, exact in zip(result.rows, (0.9, 0.81, 0.9**n), strict=True):
        assert isinstance(row.total, float) and abs(row.total - exact) < 1e-12
    assert (
        abs(float(value(Network.from_holdings(rows), {"N00": 1}).double_counting or 0) - (1 - 0.9**n) / 0.1 / (1 - 0.9**n)) < 1e-9
    )
    small = ownership(Network.from_holdings([*rows[:59], ("N59", "N00", Fraction(9, 10))]), pairs=[("N00", "N00")])
    assert small.rows[0].total == Fraction(9, 10) ** 60


def test_a_nearly_ownerless_ring_is_exact_and_warned_about() -> None:
    sliver = Fraction(1, 10**12)
    network = Network.from_holdings([("A", "B", "1"), ("B", "A", 1 - sliver), ("X", "A", sliver)])
    result = lookthrough(network)
    assert {(r.owner, r.company, r.fraction) for r in result.rows} == {("X", "A", 1), ("X", "B", 1)}
    assert "W_ILL_CONDITIONED" in codes(result)


def test_chains_of_any_length_need_no_recursion() -> None:
    rows = [(f"C{k:05}", f"C{k + 1:05}", Fraction(1)) for k in range(3000)]
    network = Network.from_holdings(rows)
    assert ownership(network, pairs=[("C00000", "C03000")]).rows[0].total == 1.0
    assert len(control(network, sources=["C00000"]).rows) == 3000
    assert loops(network).loops == ()
    assert ownership(network, holders=["C02990"], exact=True, floor=Fraction(1, 2)).rows[-1].total == Fraction(1)


def test_half_of_each_other_is_no_mutual_majority() -> None:
    for share, mutual in (("1/2", False), ("0.500000000001", True)):
        ring = Network.from_holdings([("A", "B", share), ("B", "A", share)])
        assert loops(ring).components[0].mutual_majority is mutual and bool(ultimate(ring).rings) is mutual


def test_requests_collect_their_faults() -> None:
    with pytest.raises(RequestError) as caught:
        dividends(JOINT, {"A": 1}, {"A": "2", "B": "-1"})
    assert [f.where for f in caught.value.findings] == ["A", "B"]
