"""Sentences of every pattern give exactly the statements that they say; sentences about other things give none."""

from __future__ import annotations

import json
from datetime import date

import pytest

from crosshold.formats.text import read

from ..samples import DATA
from .plain_news import TEXTS
from .sayings import DAY, NAMES, Case, cases, faults

SHARED = DATA / "text" / "sentences.json"


def _read(case: Case) -> list[str]:
    reading = read(case.text.encode(), names=case.names, published=case.published)
    return faults(case, reading.to_dict()["statements"])


@pytest.mark.parametrize("case", cases("news"), ids=lambda case: case.id)
def test_the_sentences_of_the_table(case: Case) -> None:
    assert _read(case) == []


@pytest.mark.parametrize("case", cases("news-more"), ids=lambda case: case.id)
def test_sentences_with_other_names_numbers_and_orders_of_words(case: Case) -> None:
    assert _read(case) == []


@pytest.mark.skipif(not SHARED.exists(), reason="sample data absent")
def test_the_table_of_the_sample_data() -> None:
    data = json.loads(SHARED.read_text(encoding="utf-8"))
    published = date.fromisoformat(data["published"])
    told = [
        {k: v for k, v in e.items() if v is not None or k in ("subject", "object", "as_of")}
        for i in data["items"]
        for e in i["expected"]
    ]
    assert len(told) == 55
    for item in data["items"]:
        expected = [
            {k: v for k, v in e.items() if k != "span_must_text" and (v is not None or k in ("subject", "object", "as_of"))}
            for e in item["expected"]
        ]
        case = Case(item["id"], item["text"], published, data["names"], expected)
        assert _read(case) == [], case.text


def test_two_hundred_sentences_without_holdings_propose_nothing() -> None:
    assert len(set(TEXTS)) == 200
    for text in TEXTS:
        reading = read(text.encode(), names=NAMES, published=DAY)
        assert [p for p in reading.proposals if p.content["verb"] not in ("trend", "comment")] == [], text


def test_nothing_is_lost_when_all_sentences_stand_in_one_text() -> None:
    table = cases("news")
    whole = "\n\n".join(case.text for case in table if case.id not in ("T41", "T45", "T46"))
    reading = read(whole.encode(), names=NAMES, published=DAY)
    verbs = [p.content["verb"] for p in reading.proposals]
    assert verbs.count("holds") >= 24
    for proposal in reading.proposals:
        for start, end in proposal.spans:
            assert 0 <= start < end <= len(whole)
