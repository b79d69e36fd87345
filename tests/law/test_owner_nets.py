"""Two programs, one law: the rule book's labels and the measures of owners agree on random nets, loops included.

The rows test pair by pair in the grammar of rules; the measures walk the network once. Nothing is shared but the register.
"""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

import crosshold as ch
from crosshold.law.ballot import ballot
from crosshold.law.standing import standing
from crosshold.measures import owners as room
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Snapshot

from .cases import company, net

PERSONS, COMPANIES = "PQ", "ABCD"
PARTS = (10, 13, 19, 20, 21, 24, 25, 26, 30, 49, 50, 51, 60)
DAYS = {
    "AMLR-52": "2027-07-10", "CRR-38": "2020-01-28", "DE-GWG-3": "2020-01-28", "ECB-138": "2020-01-28", "EU-50": "2024-07-03",
    "EU-50-OLD": "2024-07-02", "OFAC-50": "2024-07-03", "UK-50": "2024-07-03",
}  # fmt: skip
NETS = 40


def random_net(rule: str, seed: int) -> Snapshot:
    """Four companies with up to three holders each, at and around the lines of the tests; persons are all listed where that matters."""
    rng = Random(seed)
    held = []
    for issuer in COMPANIES:
        left = 100
        for holder in rng.sample([n for n in PERSONS + COMPANIES if n != issuer], 3):
            part = rng.choice(PARTS)
            if part <= left and not (holder in COMPANIES and rng.random() < 0.4):
                held.append((holder, issuer, part))
                left -= part
    people = [Entity(n, kind="person") for n in PERSONS] + [company(n, "DE", "GmbH") for n in COMPANIES]
    facts = tuple({"fact": "sanctioned", "entity": n} for n in PERSONS) if room.owner_test(rule).question == "blocked" else ()
    return net(held, at=DAYS[rule], rules=(rule,), entities=people, facts=facts)


def by_the_row(rule: str, snapshot: Snapshot) -> set[object]:
    pairs = set(standing(ballot(snapshot).outcome(), rule).flags)
    question = room.owner_test(rule).question
    if question == "links":
        return {frozenset(pair) for pair in pairs}
    if question == "blocked":
        return {issuer for _, issuer in pairs}
    held = {lot.issuer for lot in snapshot.lots}
    return {pair for pair in pairs if pair[0] not in held}  # the measure names those at the top only


def by_the_measure(rule: str, snapshot: Snapshot) -> set[object]:
    network = ch.network(snapshot)
    question = room.owner_test(rule).question
    if question == "links":
        links = room.close_links(network, test=rule)
        third = {frozenset(pair) for row in links.third for pair in combinations(row.members, 2)}
        return {frozenset((row.holder, row.issuer)) for row in links.rows} | third
    if question == "blocked":
        return {row.issuer for row in room.blocked(network, [n for n in PERSONS if n in network.ids], test=rule).rows}
    return {(row.holder, row.issuer) for row in room.owners(network, test=rule).rows}


@pytest.mark.parametrize("rule", sorted(DAYS))
def test_a_row_and_its_measure_say_the_same_of_random_nets(rule: str) -> None:
    found = 0
    for seed in range(NETS):
        snapshot = random_net(rule, seed)
        row, measure = by_the_row(rule, snapshot), by_the_measure(rule, snapshot)
        assert row == measure, [(lot.holder, lot.issuer, lot.shares) for lot in snapshot.lots]
        found += len(row)
    assert found > NETS // 2
