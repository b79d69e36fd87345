"""Power through networks: all orders and coalitions in fractions, a chain solved by hand for circles, samples against both."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from itertools import combinations, permutations, product
from math import factorial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import CrossholdError, RequestError
from crosshold.kernels import label_draws, label_plan
from crosshold.kernels.threads import in_order
from crosshold.measures.network_power import karos_peters, npf, npi
from crosshold.measures.network_power import karos_peters as kp_module
from crosshold.measures.network_power import labels as labels_module
from crosshold.measures.network_power.labels import Labels
from crosshold.measures.power import ocean
from crosshold.network import Network

Rows = list[tuple[str, str, Fraction]]
Chances = dict[str, Fraction]
MANY = settings(max_examples=150, deadline=None)
SOME = settings(max_examples=25, deadline=None)
HALF = Fraction(1, 2)
NAMES = "ABCDEFG"


@st.composite
def downwards(draw: st.DrawFn, most: int = 7, over: bool = False) -> Rows:
    """Holdings that only lead to later letters; equal parts, halves, majorities and floats occur often."""
    count = draw(st.integers(2, most))
    rows: Rows = []
    for j in range(1, count):
        holders = draw(st.lists(st.integers(0, j - 1), max_size=3, unique=True))
        weights = [draw(st.integers(1, 6)) for _ in holders]
        whole = max(1, sum(weights) + draw(st.sampled_from((-1 if over else 0, 0, 0, 1, 3))))
        rows += [(NAMES[h], NAMES[j], Fraction(w, whole)) for h, w in zip(holders, weights, strict=True)]
    return [*rows, *((name, f"{name}'", Fraction(1)) for name in NAMES[:count])]  # so that every letter is there


@st.composite
def anywhere(draw: st.DrawFn, names: str = "ABCDE") -> Rows:
    """Holdings in all directions, circles included."""
    rows: Rows = []
    for j in names:
        holders = draw(st.lists(st.sampled_from([h for h in names if h != j]), max_size=3, unique=True))
        weights = [draw(st.integers(1, 6)) for _ in holders]
        whole = sum(weights) + draw(st.sampled_from((0, 0, 1, 4)))
        rows += [(h, j, Fraction(w, whole)) for h, w in zip(holders, weights, strict=True)]
    return rows


def net(rows: Iterable[tuple[str, str, Fraction]]) -> Network:
    return Network.from_holdings(rows, overheld="report")


def pivots(sums: dict[str, Fraction], quota: Fraction, own: str) -> Chances:
    """Chance of each label to be at the pivot, by trying every order of the unions."""
    found: Counter[str] = Counter()
    for order in permutations(sums):
        running, winner = Fraction(0), own
        for name in order:
            running += sums[name]
            if running > quota:
                winner = name
                break
        found[winner] += 1
    return {name: Fraction(count, factorial(len(sums))) for name, count in found.items()}


def by_hand(rows: Rows, value: dict[str, Fraction], quota: Fraction = HALF) -> Chances:
    """NPI by every joint outcome of all labels, companies in the order of their letters."""
    names = sorted({name for h, i, _ in rows for name in (h, i)}, key=lambda name: (len(name), name))
    states: list[tuple[dict[str, str], Fraction]] = [({}, Fraction(1))]
    for name in names:
        after = []
        for labels, chance in states:
            sums: dict[str, Fraction] = {}
            for h, i, share in rows:
                if i == name:
                    sums[labels[h]] = sums.get(labels[h], Fraction(0)) + share
            after += [({**labels, name: label}, chance * part) for label, part in pivots(sums, quota, name).items()]
        states = after
    result = dict.fromkeys(names, Fraction(0))
    for labels, chance in states:
        for name, label in labels.items():
            result[label] += chance * value.get(name, Fraction(0))
    return result


@given(downwards(), st.sampled_from((HALF, Fraction(2, 3), Fraction(1, 3))))
@MANY
def test_exact_is_the_mean_over_all_orders(rows: Rows, quota: Fraction) -> None:
    one = dict.fromkeys({name for h, i, _ in rows for name in (h, i)}, Fraction(1))
    result = npi(net(rows), quota=quota, method="exact")
    assert dict(result.values) == by_hand(rows, one, quota)
    assert sum(result.values.values()) == len(one), "every entity ends with one label"
    assert result.error is None and result.settings["method"] == "exact"


@given(downwards(over=True), st.dictionaries(st.sampled_from("ABC"), st.integers(-3, 9)))
@SOME
def test_values_and_more_than_everything(rows: Rows, value: dict[str, int]) -> None:
    known = {name: Fraction(x) for name, x in value.items() if name in {h for h, _, _ in rows}}
    assert dict(npi(net(rows), value=known, method="exact").values) == by_hand(rows, known)


@given(downwards(), st.integers(0, 10**6), st.sampled_from(("none", "ocean")))
@SOME
def test_samples_agree_with_the_exact_answer(rows: Rows, seed: int, free_float: str) -> None:
    exact = npi(net(rows), method="exact", free_float=free_float)
    for most in (0, 8):  # every contested company drawn, and only what others wait for
        problem = Labels(net(rows), net(rows).votes, HALF, free_float == "ocean", None)
        mean, variance, _ = problem.sampled(400, seed, most_shared=most)
        truth = exact.values.array.astype(float)
        assert abs(mean.sum() - len(truth)) < 1e-9
        assert (abs(mean - truth) <= 6 * np.sqrt(variance) + 6 / 400 * (variance == 0) * (most == 0) + 0.05).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_published_sample_within_four_standard_errors(seed: int) -> None:
    rows = [
        ("A", "D", ".5"),
        ("B", "D", ".5"),
        ("A", "E", ".1"),
        ("C", "E", ".45"),
        ("D", "E", ".45"),
        ("C", "F", ".4"),
        ("E", "F", ".6"),
    ]
    network, truth = Network.from_holdings(rows), {"A": 17 / 6, "B": 11 / 6, "C": 4 / 3}
    few, many = (npi(network, method="sampled", draws=n, seed=seed) for n in (4_000, 16_000))
    assert few.error is not None and many.error is not None
    for name, value in truth.items():
        assert abs(few.values[name] - value) < 4 * few.error[name]
        assert abs(many.values[name] - value) < 4 * many.error[name]
        assert few.error[name] / many.error[name] == pytest.approx(2, rel=0.1)
    assert many.settings["drawn"] == 2, "D gives its value by exact chances, but E waits for its label; F follows E"
    assert "W_SAMPLED" in {f.code for f in many.findings}


def round_of_a_ring(state: tuple[str, str, str, str]) -> dict[tuple[str, str, str, str], Fraction]:
    """One round for C (thirds of P, Q, R), the ring of A (P 25, B 35, C 20) and B (A 40, Q 25), and D (A 40, B 40) behind it."""
    after: dict[tuple[str, str, str, str], Fraction] = {}

    def merged(*parts: tuple[str, int]) -> dict[str, Fraction]:
        sums: dict[str, Fraction] = {}
        for name, weight in parts:
            sums[name] = sums.get(name, Fraction(0)) + Fraction(weight, 100)
        return sums

    for c, a_first in product("PQR", (True, False)):
        mid = [({"A": state[1], "B": state[2]}, Fraction(1, 6))]
        for member in "AB" if a_first else "BA":
            following = []
            for labels, chance in mid:
                parts = [("P", 25), (labels["B"], 35), (c, 20)] if member == "A" else [(labels["A"], 40), ("Q", 25)]
                for label, part in pivots(merged(*parts), HALF, member).items():
                    following.append(({**labels, member: label}, chance * part))
            mid = following
        for labels, chance in mid:
            for d, part in pivots(merged((labels["A"], 40), (labels["B"], 40)), HALF, "D").items():
                key = (c, labels["A"], labels["B"], d)
                after[key] = after.get(key, Fraction(0)) + chance * part
    return after


@pytest.mark.parametrize(("sweeps", "restart"), [(15, 0.02), (2, 0.3), (1, 1.0)])
def test_circles_follow_the_published_chain(sweeps: int, restart: float) -> None:
    """Counted are rounds 15, 16, ... after a start from own labels, each further one with chance 0.98; and with other numbers."""
    mass: dict[tuple[str, str, str, str], float] = {("C", "A", "B", "D"): 1.0}
    known: dict[tuple[str, str, str, str], dict[tuple[str, str, str, str], float]] = {}
    expected: Counter[str] = Counter()
    for number in range(1, sweeps + 900):
        after: Counter[tuple[str, str, str, str]] = Counter()
        for state, chance in mass.items():
            if state not in known:
                known[state] = {key: float(x) for key, x in round_of_a_ring(state).items()}
            for key, part in known[state].items():
                after[key] += chance * part  # type: ignore[assignment]
        mass = dict(after)
        if number >= sweeps:
            for state, chance in mass.items():
                for label in state:
                    expected[label] += restart * (1 - restart) ** (number - sweeps) * chance  # type: ignore[assignment]
    rows = [("P", "C", "1/3"), ("Q", "C", "1/3"), ("R", "C", "1/3"), ("P", "A", ".25"), ("B", "A", ".35"), ("C", "A", ".2")]
    rows += [("A", "B", ".4"), ("Q", "B", ".25"), ("A", "D", ".4"), ("B", "D", ".4")]
    result = npi(Network.from_holdings(rows), draws=60_000, seed=3, sweeps=sweeps, restart=restart)
    assert result.settings["on_rings"] == 2 and {"N_RING", "W_SAMPLED"} <= {f.code for f in result.findings}
    assert result.error is not None
    for name in "PQRABCD":
        error, mean = float(result.error[name]), float(result.values[name])
        assert abs(mean - float(expected[name]) - (name in "PQR")) < 4 * error + 1e-5, name
        assert error < 0.03
    assert sum(result.values.values()) == pytest.approx(7)
    with pytest.raises(RequestError, match="E_RING"):
        npi(Network.from_holdings(rows), method="exact")


def test_a_circle_that_somebody_outside_decides_is_settled() -> None:
    rows = [("O", "A", ".6"), ("B", "A", ".4"), ("A", "B", ".3"), ("O", "B", ".3"), ("B", "C", ".5"), ("A", "C", ".5")]
    result = npi(Network.from_holdings(rows))
    assert result.settings["method"] == "exact"
    assert dict(result.values) == {"O": 4, "A": 0, "B": 0, "C": 0}


def wide(count: int, rng: int = 5) -> Network:
    """Thousands of small groups: two persons, a company of theirs, two more companies below it that nobody decides alone."""
    random = np.random.default_rng(rng)
    rows: list[tuple[str, str, str]] = []
    for k in range(count):
        p, q, r, a, b, c = (f"{name}{k:05d}" for name in "pqrabc")
        rows += [(p, a, "1/2"), (q, a, "1/2"), (a, b, "0.4"), (p, b, "0.3"), (r, b, "0.3"), (b, c, "0.45"), (a, c, "0.45")]
        if random.random() < 0.1:
            rows += [
                (c, f"d{k:05d}", "0.4"),
                (f"e{k:05d}", f"d{k:05d}", "0.4"),
                (f"d{k:05d}", f"e{k:05d}", "0.4"),
                (r, f"e{k:05d}", "0.4"),
            ]
    return Network.from_holdings(rows)


def test_the_same_seed_gives_the_same_numbers_on_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_draws, "NODES_AT_ONCE", 64)
    monkeypatch.setattr(label_draws, "VISITS_AT_ONCE", 64 * 100)
    network = wide(100)
    results = [npi(network, method="sampled", draws=200, seed=9, threads=n) for n in (1, 2, 5)]
    for other in results[1:]:
        assert (other.values.array == results[0].values.array).all()
        assert other.error is not None and results[0].error is not None
        assert (other.error.array == results[0].error.array).all()
    changed = npi(network, method="sampled", draws=200, seed=10)
    assert (changed.values.array != results[0].values.array).any()
    assert changed.error is not None and results[0].error is not None
    both = np.sqrt(changed.error.array**2 + results[0].error.array ** 2)
    off = (changed.values.array - results[0].values.array)[both > 0] / both[both > 0]
    assert 0.8 < (off**2).mean() < 1.25 and abs(off).max() < 6, "the error bars say how far two seeds differ"


def test_compiled_draws_are_the_plain_ones() -> None:
    for free_float in ("none", "ocean"):
        network = wide(20)
        problem = Labels(network, network.votes, HALF, free_float == "ocean", None)
        drawn = np.ones(len(problem.game.node), np.bool_)
        cut = label_plan.plan(problem.game, drawn, np.ones(len(drawn)))
        found = []
        for limit in (0, 10**9):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("crosshold.kernels.compiler.LOADED_FROM", limit)
                patch.setattr("crosshold.kernels.compiler.WAIT_FROM", limit)
                task = label_draws.Task(0, len(cut.before), 20)
                found.append(label_draws.draw(cut, task, 0.02, 15, np.random.Generator(np.random.SFC64(4))))
        for a, b in zip(*found, strict=True):
            assert (a == b).all()


def test_groups_that_are_alike_have_the_same_power() -> None:
    network = wide(700)
    exact = npi(Network.from_holdings([(h, i, str(f)) for h, i, f in GROUP]), method="exact")
    result = npi(network, draws=2_000)
    assert result.settings["method"] == "sampled"
    alone = [k for k in range(700) if f"d{k:05d}" not in set(network.ids)]
    for name in "pqr":
        mean = np.mean([float(result.values[f"{name}{k:05d}"]) for k in alone])
        assert mean == pytest.approx(float(exact.values[name]), abs=5 * 1.5 / (2_000 * len(alone)) ** 0.5)


GROUP = [
    ("p", "a", HALF),
    ("q", "a", HALF),
    ("a", "b", Fraction(2, 5)),
    ("p", "b", Fraction(3, 10)),
    ("r", "b", Fraction(3, 10)),
    ("b", "c", Fraction(9, 20)),
    ("a", "c", Fraction(9, 20)),
]


@given(downwards(), st.permutations("ABCDEFG"))
@SOME
def test_other_names_unlinked_entities_and_other_units_change_nothing(rows: Rows, order: list[str]) -> None:
    renamed = {name: f"x{order.index(name)}" for name in NAMES} | {f"{name}'": f"y{order.index(name)}" for name in NAMES}
    first = npi(net(rows), method="exact")
    second = npi(net([(renamed[h], renamed[i], f) for h, i, f in rows]), method="exact")
    assert {renamed[name]: x for name, x in first.values.items()} == dict(second.values)
    more = npi(net([*rows, ("left", "right", Fraction(1, 3))]), method="exact")
    assert {**first.values, "left": 1, "right": 1} == dict(more.values)


def test_shares_near_the_largest_whole_number() -> None:
    whole = 2**61
    columns = np.array([0, 1, 2], np.int32), np.array([3, 3, 3], np.int32)
    weight = np.array([whole // 2 - 1, whole // 2 - 1, 2], np.int64)
    network = Network.from_columns(["a", "b", "c", "d"], *columns, weight, np.full(4, whole, np.int64))
    for quota, expected in (("1/2", Fraction(4, 3)), ("999/1000", Fraction(3, 2))):
        assert npi(network, quota=quota).values["a"] == expected


def test_exactly_the_quota_does_not_pass_whatever_its_float_is() -> None:
    assert 100 * 0.29 < 29, "in floats 29 of 100 pass a quota of 29/100"
    weight = np.array([29, 15, 14, 13], np.int64)
    ids, company = ("a", "b", "c", "d", "x"), np.full(4, 4, np.int32)
    network = Network.from_columns(ids, np.arange(4, dtype=np.int32), company, weight, np.array([1, 1, 1, 1, 100], np.int64))
    for method in ("exact", "sampled"):  # a wins with anyone, the others only all three: it is pivotal as second or third of four
        found = npi(network, value={"x": 1}, quota="29/100", method=method)
        assert [float(found.values[name]) for name in ids] == pytest.approx([1 / 2, 1 / 6, 1 / 6, 1 / 6, 0])


def test_a_quota_too_fine_for_63_bits() -> None:
    network = Network.from_holdings([("a", "c", "1/2"), ("b", "c", "1/4")])
    quota = Fraction(1, 10**20)  # whoever comes first passes it
    for method in ("exact", "sampled"):
        assert [npi(network, value={"c": 1}, quota=quota, method=method).values[name] for name in "abc"] == pytest.approx(
            [0.5, 0.5, 0]
        )
    assert karos_peters(network, threshold=quota).values["a"] == Fraction(1, 2)


def test_one_company_beside_an_ocean_is_milnor_and_shapley() -> None:
    rows = [("a", "t", "0.35"), ("b", "t", "0.25"), ("c", "t", "0.1")]
    exact = npi(Network.from_holdings(rows), free_float="ocean")
    sampled = npi(Network.from_holdings(rows), free_float="ocean", method="sampled")
    for name, share in zip("abc", ocean(["0.35", "0.25", "0.1"]), strict=True):
        assert exact.values[name] == 1 + share
        assert sampled.values[name] == pytest.approx(float(1 + share), abs=1e-12)
    assert sampled.error is not None and not sampled.error.array.any()


def test_a_company_of_many_equal_holders_is_drawn() -> None:
    rows = [(f"h{k:02d}", "t", Fraction(1, 60)) for k in range(60)] + [("t", "u", Fraction(2, 5)), ("h00", "u", Fraction(2, 5))]
    result = npi(net(rows), method="sampled", draws=40_000)
    assert result.settings["drawn"] == 2 and result.error is not None
    values = [float(result.values[f"h{k:02d}"]) for k in range(1, 60)]
    truth = 1 + Fraction(1, 60) + Fraction(1, 120)
    assert max(abs(x - float(truth)) for x in values) < 5 * max(result.error.array[1:60])
    assert dict(npi(net(rows), method="exact").values)["h07"] == truth


def test_rows_explain_and_long_chains() -> None:
    network = Network.from_holdings(GROUP)
    result = npi(network, method="exact")
    assert next(iter(result.rows)).entity == "p" and len(result.rows) == 3
    assert result.rows[1:] == [result.rows[1], result.rows[2]] and "NetworkPower (graph votes" in str(result)
    columns = result.columns()
    assert list(columns["power"]) == [float(row.power) for row in result.rows] and list(columns) == list(result.row._fields)
    told = result.explain("p", "c")
    assert told["value"] == by_hand_one("p", "c") and sum(row["power"] for row in told["labels"]) == 1
    assert result.to_dict(exact=True)["values"]["p"] == str(result.values["p"])
    with pytest.raises(KeyError):
        result.values["nobody"]
    chain = Network.from_holdings([(f"c{k:05d}", f"c{k + 1:05d}", "0.51") for k in range(6000)])
    assert npi(chain).values["c00000"] == 6001


def by_hand_one(holder: str, issuer: str) -> Fraction:
    rows = [
        ({"p": "A", "q": "B", "r": "C", "a": "D", "b": "E", "c": "F"}[h], {"a": "D", "b": "E", "c": "F"}[i], f)
        for h, i, f in GROUP
    ]
    return by_hand(rows, {{"a": "D", "b": "E", "c": "F"}[issuer]: Fraction(1)})[{"p": "A", "q": "B", "r": "C"}[holder]]


def test_only_what_matters_to_the_value_is_drawn() -> None:
    network = wide(50)
    groups = npi(network, method="sampled", draws=500, seed=2)
    one = groups.explain("p00007", "c00007")
    assert npi(network, value={"c00007": 1}, method="sampled", draws=500).settings["drawn"] == 3
    truth = npi(Network.from_holdings(GROUP), value={"c": 1}).values["p"]
    assert abs(one["value"] - truth) < 5 * one["error"] and sum(row["power"] for row in one["labels"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ({"quota": 0.5}, "E_THRESHOLD_TYPE"),
        ({"quota": "1"}, "E_QUOTA"),
        ({"quota": "3/2"}, "E_THRESHOLD_RANGE"),
        ({"free_float": "sea"}, "E_FLOAT"),
        ({"method": "fast"}, "E_METHOD"),
        ({"draws": 1}, "E_DRAWS"),
        ({"seed": -1}, "E_DRAWS"),
        ({"sweeps": 0}, "E_SCHEME"),
        ({"restart": 0}, "E_SCHEME"),
        ({"basis": "shares"}, "E_BASIS_AMBIGUOUS"),
        ({"value": {"nobody": 1}}, "E_UNKNOWN_ID"),
        ({"value": np.ones(2)}, "E_VALUE"),
    ],
)
def test_questions_that_cannot_be_answered(named: dict[str, Any], code: str) -> None:
    with pytest.raises(CrossholdError, match=code):
        npi(Network.from_holdings(GROUP), **named)


def test_too_many_joint_outcomes_say_what_would_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels_module, "MOST_STATES", 2**10)
    rows = [(f"{side}{k:02d}", f"m{k:02d}", "1/2") for k in range(14) for side in "ab"]
    rows += [(f"m{k:02d}", "t", "1/14") for k in range(14)]
    with pytest.raises(RequestError, match=r"E_TOO_MANY_PLAYERS.*sampled"):
        npi(Network.from_holdings(rows), method="exact")
    assert npi(Network.from_holdings(rows), draws=100).settings["method"] == "sampled"


def test_progress_comes_in_order_and_an_interrupt_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_draws, "NODES_AT_ONCE", 16)
    told: list[float] = []
    npi(wide(40), method="sampled", draws=30, progress=told.append)
    assert told == sorted(told) and told[-1] == 1 and len(told) > 3

    def stop(part: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        npi(wide(40), method="sampled", draws=30, progress=stop)
    done: list[int] = []
    results = in_order(done.append, list(range(100)), threads=2)
    next(results)
    del results
    assert len(done) < 10, "what nobody takes is not begun"


def test_small_networks_do_not_wake_the_compiler() -> None:
    code = "import sys; from crosshold.network import Network; from crosshold.measures.network_power import *; "
    code += "n = Network.from_holdings([('a', 'c', '1/2'), ('b', 'c', '1/2')]); npi(n), karos_peters(n), crama_leruth(n, 'c'); "
    code += "assert not {'numba', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def closure(rows: Rows, seeds: frozenset[str]) -> set[str]:
    """C(S): companies of which the seeds and what they control hold more than half; own shares are not among the rows."""
    controlled: set[str] = set()
    while True:
        counted = seeds | controlled
        names = {i for _, i, _ in rows}
        more = {k for k in names if sum((f for h, i, f in rows if i == k and h in counted), Fraction(0)) > HALF}
        if more == controlled:
            return controlled
        controlled = more


@given(anywhere())
@MANY
def test_karos_peters_is_the_mean_over_all_orders(rows: Rows) -> None:
    if not rows:
        return
    names = sorted({name for h, i, _ in rows for name in (h, i)})
    sets = [frozenset(chosen) for k in range(len(names) + 1) for chosen in combinations(names, k)]
    size = {chosen: len(closure(rows, chosen)) for chosen in sets}
    gains: Counter[str] = Counter()
    for order in permutations(names):
        for k, name in enumerate(order):
            gains[name] += size[frozenset(order[: k + 1])] - size[frozenset(order[:k])]
    everyone = closure(rows, frozenset(names))
    result = karos_peters(net(rows))
    expected = {name: Fraction(gains[name], factorial(len(names))) - (name in everyone) for name in names}
    assert dict(result.values) == expected and sum(result.values.values()) == 0
    assert {row.entity for row in result.rows} == {name for name, x in expected.items() if x}


@given(anywhere(), st.integers(0, 10**6))
@SOME
def test_karos_peters_from_orders_drawn(rows: Rows, seed: int) -> None:
    if not rows:
        return
    exact, sampled = karos_peters(net(rows)), karos_peters(net(rows), method="sampled", draws=300, seed=seed)
    assert sampled.error is not None
    assert abs(sampled.values.array.sum()) < 1e-9, "each order hands out every company once"
    truth = exact.values.array.astype(float)
    assert (abs(sampled.values.array - truth) <= 6 * sampled.error.array + 0.06).all()


def test_karos_peters_on_many_parts_and_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[kp_module.__module__]
    monkeypatch.setattr(module, "NODES_AT_ONCE", 512)
    monkeypatch.setattr(module, "VISITS_AT_ONCE", 512 * 50)
    network = wide(300)
    results = [karos_peters(network, draws=120, seed=1, threads=n) for n in (1, 3)]
    assert (results[0].values.array == results[1].values.array).all() and results[0].settings["method"] == "sampled"
    exact = karos_peters(Network.from_holdings(GROUP))
    alone = [k for k in range(300) if f"d{k:05d}" not in set(network.ids)]
    for name in "pqrabc":
        mean = np.mean([float(results[0].values[f"{name}{k:05d}"]) for k in alone])
        assert mean == pytest.approx(float(exact.values[name]), abs=5 * 2 / (120 * len(alone)) ** 0.5)
    large = Network.from_holdings([(f"h{k:02d}", "t", "1/20") for k in range(20)])
    with pytest.raises(RequestError, match="E_TOO_MANY_PLAYERS"):
        karos_peters(large, method="exact")
    drawn = karos_peters(large, draws=20_000)
    assert drawn.error is not None and drawn.values["t"] == -1
    assert abs(drawn.values["h00"] - 1 / 20) < 5 * drawn.error["h00"]


def test_nothing_and_next_to_nothing() -> None:
    for method in ("exact", "sampled"):
        nobody = Network.from_holdings([])
        assert not npi(nobody, method=method).rows and not npf(nobody, method=method).rows
        assert not karos_peters(nobody, method=method).rows
    chain = Network.from_holdings([("a", "b", "0.6"), ("b", "c", "0.7")])
    sampled = npi(chain, method="sampled")
    assert dict(sampled.values) == {"a": 3, "b": 0, "c": 0} and not sampled.findings, "nothing was left to chance"
    assert "unknown" not in str(npi(chain)) and "unknown" not in str(karos_peters(chain))


def test_two_who_hold_most_of_each_other_are_alike() -> None:
    network = Network.from_holdings([("a", "b", "0.6"), ("b", "a", "0.6"), ("b", "t", "0.9")])
    result = npi(network, draws=20_000)
    assert result.error is not None
    assert abs(result.values["a"] - 1.5) < 4 * result.error["a"] and 0.02 < result.error["a"] < 0.12
