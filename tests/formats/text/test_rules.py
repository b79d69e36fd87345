"""Every rule of the cue tables reads its own example, and every cue of them is reached."""

from __future__ import annotations

import pytest

from crosshold.formats.text import LANGUAGES, NARROW, read
from crosshold.formats.text.cues import Rule, table
from crosshold.formats.text.names import gazetteer
from crosshold.formats.text.pieces import Pieces
from crosshold.model.statement import STANCES, VERBS

from .sayings import DAY, NAMES

KNOWN = {**NAMES, "Kestrel": [*NAMES["Kestrel"], "ケストレル"], "Halden": [*NAMES["Halden"], "ハルデン"]}
RULES = [(language, rule) for language in LANGUAGES for rule in table(language).rules]
PHRASES = [(language, rule) for language in LANGUAGES for rule in table(language).phrases]


@pytest.mark.parametrize(("language", "rule"), RULES, ids=lambda value: getattr(value, "id", value))
def test_a_rule_reads_its_example(language: str, rule: Rule) -> None:
    reading = read(rule.example.encode(), names=KNOWN, published=DAY, language=language)
    assert rule.id in [p.rule for p in reading.proposals], [p.rule for p in reading.proposals]


@pytest.mark.parametrize(("language", "rule"), PHRASES, ids=lambda value: getattr(value, "id", value))
def test_a_phrase_is_found_in_its_example(language: str, rule: Rule) -> None:
    cues = table(language)
    pieces = Pieces(cues, gazetteer(KNOWN, {}, cues), DAY)
    text = rule.example.translate(NARROW)
    core = pieces.core(pieces.units(text, 0, len(text)))
    assert rule.needs <= {unit.kind for unit in core}
    assert rule.pattern.search(cues.codes.line(core)), [(u.kind, u.text) for u in core]


@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_are_unique_and_what_rules_give_is_known(language: str) -> None:
    cues = table(language)
    assert len({rule.id for rule in cues.rules}) == len(cues.rules)
    for rule in cues.rules:
        for give in rule.gives:
            assert give["verb"] in (*VERBS, "change"), rule.id
            assert give.get("stance", "reports") in STANCES, rule.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_a_rule_is_a_cue_or_made_by_code(language: str) -> None:
    from crosshold.formats.text.units import KINDS

    cues = table(language)
    made = {*KINDS, "role", "poss", ",", ";", "(", ")", '"', ":"}
    for rule in (*cues.rules, *cues.phrases):
        assert rule.needs <= made | set(cues.parts), (rule.id, rule.needs - made - set(cues.parts))
