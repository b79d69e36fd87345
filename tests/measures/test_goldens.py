"""Every golden of the measures, compared by the rules of its file: rows keyed by their words, complete unless pairs select them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from crosshold.measures.clearing import clearing
from crosshold.measures.control import control, de_facto, ultimate
from crosshold.measures.cooperative import Split, bankruptcy, solve
from crosshold.measures.dividends import dividends
from crosshold.measures.failures import cascade
from crosshold.measures.groups import almeida
from crosshold.measures.lookthrough import lookthrough
from crosshold.measures.loops import loops, ownerless
from crosshold.measures.netting import net as netted
from crosshold.measures.netting import unwind
from crosshold.measures.network_power import crama_leruth, karos_peters, npi
from crosshold.measures.owners import blocked, close_links, owners
from crosshold.measures.ownership import ownership
from crosshold.measures.power import Listed, binomial, ocean, power_of
from crosshold.measures.value import value
from crosshold.measures.wedge import weakest_link
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, ShareClass, Snapshot
from crosshold.network import Network, build

NOTIONAL = 10**12  # shares that a bare fraction is taken of
HERE = Path(__file__).parent.parent / "goldens"
FAMILIES = (
    "control",
    "cooperative",
    "dividends",
    "loops",
    "netting",
    "network-power",
    "ownership",
    "tests",
    "value",
    "voting-power",
    "wedge",
)
Golden = dict[str, Any]


def net(given: Golden) -> Network:
    return Network.from_holdings(given["holdings"], overheld="report")


def run_ownership(given: Golden) -> Any:
    result = ownership(net(given), convention=given["convention"], pairs=given.get("pairs"))
    return [[row.holder, row.issuer, row.total] for row in result.rows]


def run_lookthrough(given: Golden) -> Any:
    return lookthrough(net(given)).rows


def run_control(given: Golden) -> Any:
    result = control(net(given), threshold=given.get("threshold", "1/2"), together=given.get("together"))
    return [[row.controller, row.controlled, row.votes] for row in result.rows]


def run_suspend(given: Golden) -> Any:
    """The same holdings as share counts, with the suspended votes set to 0 and everything else cast."""
    lots = [Lot(f"{h}>{i}", i, h, int(Fraction(share) * NOTIONAL)) for h, i, share in given["holdings"]]
    issuers = sorted({lot.issuer for lot in lots})
    for issuer in issuers:
        rest = NOTIONAL - sum(lot.shares for lot in lots if lot.issuer == issuer)
        lots.append(Lot(f"~>{issuer}", issuer, "~float", rest))
    names = {lot.holder for lot in lots} | set(issuers)
    snapshot = Snapshot(
        at=date(2020, 1, 28),
        entities={name: Entity(name) for name in names},
        issuers={name: Issuer(name, NOTIONAL) for name in issuers},
        lots=Lots(lots),
    )
    silent = {f"{h}>{i}" for h, i in given["suspended"]}
    network = build(snapshot, {lot.id: 0 if lot.id in silent else lot.shares for lot in lots})
    pairs = [(h, i) for h, i, _ in given["holdings"]]
    for h, i, share in given["holdings"]:
        assert network.capital.fraction(network.index(h), network.index(i)) == Fraction(share)
    return [[row.holder, row.issuer, row.direct] for row in ownership(network, pairs=pairs, basis="votes").rows]


def run_classes(given: Golden) -> Any:
    """One company with classes of shares: the owner's part of the votes and of the dividend rights."""
    columns = zip(given["issued"], given["votes_per_share"], given["dividend_per_share"], strict=True)
    classes = tuple(ShareClass(f"c{k}", issued, votes, dividends) for k, (issued, votes, dividends) in enumerate(columns))
    lots = [Lot(f"lot{k}", "C", "X", owned, f"c{k}") for k, owned in enumerate(given["owned"])]
    lots += [Lot(f"rest{k}", "C", "~float", c.issued - lots[k].shares, c.name) for k, c in enumerate(classes)]
    snapshot = Snapshot(
        at=date(2020, 1, 28),
        entities={name: Entity(name) for name in ("C", "X", "~float")},
        issuers={"C": Issuer("C", sum(given["issued"]), classes=classes)},
        lots=Lots(lots),
    )
    network = build(snapshot, capital_basis="dividend_rights")
    pair = network.index("X"), network.index("C")
    return {"votes": network.votes.fraction(*pair), "capital": network.capital.fraction(*pair)}


def run_power(given: Golden) -> Any:
    if "coalition_values" in given:
        values = power_of(Listed(given["players"], given["coalition_values"]), index=given["index"])
    else:
        values = power_of(given["weights"], given["quota"], given["index"])
    return [values[k] for k in given.get("players_shown", range(len(values)))]


def run_value(given: Golden) -> Any:
    result = value(net(given), given["own_assets"])
    order = given.get("order", list(result.values))
    matrix = [[result.dependency[i][j] for j in order] for i in order]
    return {
        "equity": result.values,
        "outside": result.outside_value,
        "double_counting": result.double_counting,
        "dependency": matrix,
    }


def run_close_links(given: Golden) -> Any:
    result = close_links(net(given), reading=given["reading"], threshold=given.get("threshold"))
    return [["holds", r.holder, r.issuer, r.share] for r in result.rows] + [["third", *pair] for pair in result.pairs()]


def run_owners(given: Golden) -> Any:
    chosen = {key: given[key] for key in ("reading", "threshold", "strict")}
    return [[row.holder, row.share] for row in owners(net(given), given["issuer"], **chosen).rows]


def run_weakest_link(given: Golden) -> Any:
    return weakest_link(net(given), given["owner"], given["company"]).to_dict(exact=True)


def run_almeida(given: Golden) -> Any:
    fixpoint = given.get("fixpoint", "least")
    return almeida(given["family"], given["stakes"], firms=given["firms"], fixpoint=fixpoint).to_dict(exact=True)


def run_cascade(given: Golden) -> Any:
    """Debts between countries become holdings: row owes column, each column of C scaled to a given part of the whole."""
    firms, rows = given["firms"], given.get("holdings")
    if rows is None:
        scale = Fraction(given["outside_scale"])
        rows = [
            [firms[i], firms[j], owed * scale / sum(line)]
            for j, line in enumerate(given["owes"])
            for i, owed in enumerate(line)
            if owed
        ]
    network, prices = Network.from_holdings(rows), dict(zip(firms, given["prices"], strict=True))
    if "thresholds" in given:
        lines, costs = (dict(zip(firms, given[key], strict=True)) for key in ("thresholds", "failure_costs"))
    else:
        before = cascade(network, dict(zip(firms, given["base_prices"], strict=True)), {}, {}).values
        lines = {name: Fraction(given["theta"]) * Fraction(x) for name, x in before.items()}
        costs = {name: Fraction(given["beta_of_threshold"]) * x for name, x in lines.items()}
    result = cascade(network, prices, lines, costs, every=given.get("all", False))
    assert result.best == tuple(sorted(name for wave in result.waves for name in wave.failed))
    dependency = [[round(result.dependency[i][j], 2) for j in firms] for i in firms]
    waves = [wave.failed for wave in result.waves]
    return {"waves": waves, "worst": list(result.worst), "equilibria": result.equilibria, "dependency": dependency}


def run_clearing(given: Golden) -> Any:
    return clearing(given["assets"], **{key: rows for key, rows in given.items() if key not in ("assets", "firms")}).to_dict(
        exact=True
    )


def run_coop(given: Golden) -> Any:
    result = solve(given["coalition_values"], given["solution"], weights=given.get("weights"))
    return list(result.split.values()) if isinstance(result, Split) else result.to_dict(exact=True)


def run_netting(given: Golden) -> Any:
    result = netted(given["values"], given["kind"])
    assert result.unique
    return result.to_dict(exact=True) | {"after": [[row.holder, row.issuer, row.after] for row in result.rows if row.after]}


def run_unwind(given: Golden) -> Any:
    result = unwind(given["issued"], given["shares"], given["own_assets"])
    stakes = [[row.holder, row.issuer, row.stake_after] for row in result.rows if row.stake_after]
    return result.to_dict(exact=True) | {"stakes_after": stakes}


CALLS: dict[str, Callable[[Golden], Any]] = {
    "ownership": run_ownership,
    "lookthrough": run_lookthrough,
    "ownerless": lambda given: ownerless(net(given)),
    "control": run_control,
    "ultimate": lambda given: ultimate(net(given)).to_dict(),
    "suspend": run_suspend,
    "classes": run_classes,
    "close_links": run_close_links,
    "ofac": lambda given: sorted(blocked(net(given), given["blocked"]).entities),
    "owners": run_owners,
    "weakest_link": run_weakest_link,
    "almeida": run_almeida,
    "cascade": run_cascade,
    "clearing": run_clearing,
    "coop": run_coop,
    "bankruptcy": lambda given: list(bankruptcy(given["estate"], given["claims"]).awards.values()),
    "netting": run_netting,
    "unwind": run_unwind,
    "npi": lambda given: npi(net(given), value=given.get("value")).values,
    "karos_peters": lambda given: karos_peters(net(given)).values,
    "crama_leruth": lambda given: crama_leruth(net(given), given["target"]).values,
    "de_facto": lambda given: de_facto(given["votes"], given.get("turnout")).to_dict(exact=True),
    "power": run_power,
    "ocean": lambda given: ocean(given["majors"], given.get("quota", "1/2"), given["index"]),
    "binomial_float": lambda given: binomial(given["majors"], given["float_holders"]),
    "value": run_value,
    "loops": lambda given: loops(net(given), given.get("own_assets")).to_dict(exact=True),
    "dividends": lambda given: dividends(net(given), given["profit"], given["payout"]).to_dict(exact=True),
}

GOLDENS: list[Golden] = [
    golden for family in FAMILIES for golden in yaml.safe_load((HERE / f"{family}.yaml").read_text(encoding="utf-8"))["goldens"]
]


def number(value: Any) -> Fraction | None:
    """A number in any of the ways a golden writes one."""
    if isinstance(value, bool):
        return None
    try:
        return Fraction(value)
    except (TypeError, ValueError):
        return None


def key(row: Any) -> tuple[str, ...]:
    """What a row is about: its words; for a mapping its words and lists of words."""
    if isinstance(row, dict):
        return tuple(str(row[name]) for name in ("members", "path", "holder", "issuer") if name in row)
    return tuple(str(item) for item in row if number(item) is None)


def check(expected: Any, actual: Any, tolerance: float, where: str, partial: bool = False) -> None:
    if isinstance(expected, dict):
        for name, item in expected.items():
            assert name in actual, f"{where}: no {name}"
            check(item, actual[name], tolerance, f"{where}/{name}")
    elif isinstance(expected, list) and expected and isinstance(expected[0], (list, dict)) and key(expected[0]):
        rows = {
            key(row): row
            for row in (tuple(r.values()) if isinstance(r, dict) and isinstance(expected[0], list) else r for r in actual)
        }
        wanted = {key(row): row for row in expected}
        assert partial or set(rows) == set(wanted), f"{where}: rows differ: {set(rows) ^ set(wanted)}"
        for name, row in wanted.items():
            check(row, rows[name], tolerance, f"{where}/{name}")
    elif isinstance(expected, (list, tuple)):
        assert len(expected) == len(actual), where
        for k, item in enumerate(expected):
            check(item, actual[k], tolerance, f"{where}/{k}")
    elif (wanted_number := number(expected)) is not None:
        got = number(actual)
        assert got is not None and abs(got - wanted_number) <= Fraction(tolerance), f"{where}: {actual} is not {expected}"
    else:
        assert expected == actual, where


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda g: g["id"])
def test_golden(golden: Golden) -> None:
    actual = CALLS[golden["measure"]](golden["input"])
    check(golden["expected"], actual, golden["tolerance"], golden["id"], partial="pairs" in golden["input"])


def test_over_held_samples_say_so() -> None:
    for name in ("own-vadalog-simple-paths", "ctl-vadalog-51"):
        golden = next(g for g in GOLDENS if g["id"] == name)
        assert "W_OVERHELD" in {f.code for f in control(net(golden["input"])).findings}
