"""Proposals of parties that may be one, against made-up registers with a known truth and against the arithmetic of Fellegi and Sunter."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import pytest

from crosshold import api
from crosshold.cases.parties import two_registers
from crosshold.errors import CrossholdError
from crosshold.model.entity import Entity
from crosshold.model.identifiers import checked
from crosshold.model.register import Register
from crosshold.model.statement import Statement
from crosshold.model.statements import Statements
from crosshold.store.link.model import FEATURES, Model, trained

pytest.importorskip("splink")


def register(*entities: Entity, rows: tuple[Statement, ...] = ()) -> Register:
    return Register(Statements(rows), entities={entity.id: entity for entity in entities})


def firm(name: str, text: str, country: str | None = None, *numbers: tuple[str, str]) -> Entity:
    return Entity(name, text, "company", country, identifiers=numbers)


def pairs(found: api.Linked) -> set[tuple[str, str]]:
    return {(row.a, row.b) for row in found.proposals}


def test_most_pairs_are_found_and_what_is_above_the_accept_line_is_right() -> None:
    """The goals of spec/evidence 8.3 on 2,000 pairs, with a margin for the draw; benchmarks/link.py has 100,000."""
    first, second, truth = two_registers(2_000, seed=7)
    found = api.link(register(*first), register(*second))
    sure = [row for row in found.proposals if row.line == "accept"]
    right = sum(truth.get(row.a) == row.b for row in sure)
    assert right >= 0.985 * len(sure) and len(sure) > 1_500
    assert sum(truth.get(a) == b for a, b in pairs(found)) >= 0.90 * len(truth)


def test_the_score_is_the_sum_of_what_is_told() -> None:
    found = api.link(register(firm("a", "Borealis Trucks Ltd", "GB"), firm("b", "Borealis Trcks Limited", "GB")))
    (row,) = found.proposals
    weights = [float(text.rsplit(" ", 1)[1]) for text in row.because.split("; ")]
    prior = found.settings["prior"]
    odds = prior / (1 - prior) * 2 ** sum(weights)
    assert row.score == pytest.approx(odds / (1 + odds), abs=0.01)
    assert row.because.startswith("name: very near") and "country: the same" in row.because


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("日産自動車㈱", "株式会社日産自動車"),
        ("Nissan Motor Co., Ltd.", "NISSAN MOTOR CO LTD"),
        ("Crédit Borealis & Fils S.A.", "CRÉDIT BOREALIS AND FILS SA"),
        ("쌍용건설(주)", "주식회사 쌍용건설"),
    ],
)
def test_spellings_of_one_name_are_proposed(a: str, b: str) -> None:
    assert api.link(register(firm("a", a, "JP"), firm("b", b, "JP"))).proposals[0].line == "accept"


@pytest.mark.parametrize(
    ("a", "b"),
    [("Kestrel Fund II", "Kestrel Fund III"), ("Kestrel Finance Ltd", "Kestrel Holdings Ltd"), ("Aurel SA", "Halden AG")],
)
def test_other_parties_of_like_names_are_not(a: str, b: str) -> None:
    assert not pairs(api.link(register(firm("a", a, "GB"), firm("b", b, "GB"))))


def test_numbers_that_contradict_each_other_forbid_a_proposal() -> None:
    leis = ("969500F7JLTX36OUI695", "529900T8BM49AURSDO55")
    assert all(checked("LEI", lei)[1] for lei in leis)
    found = api.link(
        register(firm("a", "Aurel Motors", "FR", ("LEI", leis[0])), firm("b", "Aurel Motors", "FR", ("LEI", leis[1])))
    )
    assert not found.proposals and found.vetoed == 1
    one = api.link(register(firm("a", "Aurel Motors", "FR", ("LEI", leis[0])), firm("b", "Aurel Motors", "FR", ("lei", leis[0]))))
    assert one.decided == 1 and not one.proposals, "a checked number makes them one already"


def test_the_same_holdings_are_evidence() -> None:
    """Two names with nothing in common hold the same unround stakes in the same companies."""
    rows = tuple(
        Statement(who, "holds", issuer, shares=shares)
        for who in ("a", "b")
        for issuer, shares in (("X", 123_457), ("Y", 88_891), ("Z", 7_654_321))
    )
    parties = (firm("a", "Aurel Participations"), firm("b", "Zephyr Holding"), firm("c", "Ibis Capital"))
    assert pairs(api.link(register(*parties))) == set()
    found = api.link(register(*parties, rows=rows), review_line=0.0001)
    assert pairs(found) == {("a", "b")} and "holdings: several stakes" in found.proposals[0].because


def test_what_a_person_decided_is_not_proposed_again() -> None:
    known = register(firm("a", "Aurel Motors", "FR"), firm("b", "Aurel Motors", "FR"))
    judged = Statement("b", "same_as", "a", value="unsure", reviewed_by="R. Vogel")
    assert len(api.link(known).proposals) == 1
    found = api.link(known.add([judged]))
    assert not found.proposals and found.decided == 1


def test_persons_and_firms_are_not_one_and_dispersed_holders_are_nobody() -> None:
    parties = (Entity("a", "Nadia Aurel", "person"), firm("b", "Nadia Aurel"), Entity("~x", "Nadia Aurel"))
    assert not pairs(api.link(register(*parties)))


def test_weights_are_saved_and_read_again(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    first, second, _ = two_registers(600, seed=3)
    path = tmp_path / "model.json"
    learnt = api.link(register(*first), register(*second), model=path)
    said = json.loads(path.read_text(encoding="utf-8"))
    assert said["trained"] and set(said["features"]) == set(FEATURES)
    again = api.link(register(*first), register(*second), model=path)
    assert again.proposals == learnt.proposals and capfd.readouterr() == ("", "")
    path.write_text(path.read_text(encoding="utf-8").replace('"m": ', '"m": 7'), encoding="utf-8")
    with pytest.raises(CrossholdError, match="C_MODEL"):
        api.link(register(*first), model=path)


def test_chance_agreement_is_counted() -> None:
    """Closed form: two of n parties drawn with replacement are from one country with probability sum p**2."""
    from collections import Counter

    countries = Counter({"FR": 900, "JP": 600})
    made = trained(Model(), countries, Counter())
    same = Fraction(9, 15) ** 2 + Fraction(6, 15) ** 2
    assert [u for _, u in made.levels["country"]] == pytest.approx([float(same), float(1 - same)])
    assert trained(Model(), Counter({"FR": 900}), Counter()).levels == Model().levels


def test_every_feature_of_the_model_adds_up() -> None:
    for name, pairs_of in Model().levels.items():
        assert math.isclose(sum(m for m, _ in pairs_of), 1, abs_tol=0.011), name
        assert sum(u for _, u in pairs_of) <= 1.01, name


@pytest.mark.parametrize("lines", [(0.5, 0.9), (1.5, 0.5), (0.9, 0)])
def test_lines_are_probabilities(lines: tuple[float, float]) -> None:
    with pytest.raises(CrossholdError, match="E_LINE"):
        api.link(register(), accept_line=lines[0], review_line=lines[1])


def test_nothing_to_compare_gives_nothing() -> None:
    assert not api.link(register()).proposals and not api.link(register(firm("a", "Aurel"))).proposals
