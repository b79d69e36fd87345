"""The bundled rule book as a whole: what no single row can show."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from crosshold.law.book import PACKS, load
from crosshold.law.rule import Effect, Rule
from crosshold.law.situation import situations_of
from crosshold.law.trees import Held, Predicate, walk
from crosshold.law.vocabulary import FACTS

BOOK = load()
ROWS = [row for pack in PACKS for row in situations_of(pack)]
UNREAD = [
    (rule, effect)
    for rule in BOOK.rules
    for effect in rule.effects
    if rule.letter(effect.part) == "C" and effect.votes != "stay" and rule.status != "proposed"
]


@pytest.mark.parametrize(("rule", "effect"), UNREAD, ids=[f"{rule.version}-{effect.clause}" for rule, effect in UNREAD])
def test_what_was_not_read_warns_and_takes_no_vote(rule: Rule, effect: Effect) -> None:
    told = [row for row in ROWS if row.rule == rule.id and "W_RULE_UNVERIFIED" in row.data["expect"].get("warns", ())]
    assert any(not row.data.get("accept") and not row.data["expect"].get("silent") for row in told)


@pytest.mark.parametrize("name", [name for name in BOOK.ids if len(BOOK.versions(name)) > 1])
def test_versions_follow_one_another_without_a_gap(name: str) -> None:
    for earlier, later in pairwise(sorted(BOOK.versions(name), key=lambda rule: str(rule.start or ""))):
        assert earlier.end is not None and earlier.end + timedelta(days=1) == later.start


def test_what_is_out_of_every_test_is_left_out_by_every_row_of_the_act() -> None:
    for act in [rule.law.split()[0] for rule in BOOK.rules if any(e.quorum == "exclude_everywhere" for e in rule.effects)]:
        rows = [rule for rule in BOOK.rules if rule.law.split()[0] == act]
        shares = [n for rule in rows for tree in rule.trees for n in walk(tree) if isinstance(n, Held)]
        assert len(shares) > 1 and all(share.without is not None for share in shares)


def test_every_fact_is_asked_for_by_a_row_or_read_elsewhere() -> None:
    nodes = [n for rule in BOOK.rules for tree in rule.trees for n in walk(tree)]
    asked = {n.words[0] for n in nodes if isinstance(n, Predicate) and n.name == "fact"}
    asked |= {effect.share_from for rule in BOOK.rules for effect in rule.effects if effect.share_from}
    contracts, control, deals = {"contract_event", "voting_agreement"}, {"controls"}, {"shares_cancelled", "shares_sold"}
    assert set(FACTS) - asked == contracts | control | deals | {"designated_group", "order_suspends_votes"}
