"""The story of the alliance: true to the Ballot and to the plans, short on a terminal, whole and harmless as a page."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction as F
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.cells import cell_len

from crosshold.deal.plan import Plan
from crosshold.deal.simulate import simulate
from crosshold.formats.case import read_case
from crosshold.law.ballot import ballot
from crosshold.model.register import Register
from crosshold.report.balance_map import at_point
from crosshold.report.figures import count, money, percent
from crosshold.report.html import page
from crosshold.report.outcome_page import outcome_page
from crosshold.report.story import DISCLAIMER, Story
from crosshold.report.story_map import judge_of
from crosshold.report.story_tell import tell
from crosshold.report.terminal import WIDTH, render


class Reader(HTMLParser):
    """Collects tags, attributes and the cells of tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.rows: list[list[str]] = []
        self.text: list[str] = []
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        data = data.replace("\u00a0", " ")
        self.text.append(data)
        if self.inside:
            self.rows[-1][-1] += data


def harmless(text: str) -> Reader:
    """Nothing runs, nothing is fetched, and the only addresses are links a reader may follow."""
    seen = Reader(text)
    assert not {"script", "iframe", "object", "embed", "img", "form", "foreignobject"} & set(seen.tags)
    assert not any(
        name.startswith("on") or name in ("src", "srcset", "data", "action", "xlink:href") for _, name, _ in seen.attributes
    )
    for tag, name, value in seen.attributes:
        if name == "href":
            assert value.startswith(("https://", "http://", "#")) if tag == "a" else (tag, value) == ("link", "data:,")
        if name == "style":
            assert "url(" not in value
    assert "@import" not in text and "url(http" not in text
    return seen


def test_the_terminal_has_under_80_lines_of_at_most_its_width(story: Story) -> None:
    lines = render(story).splitlines()
    assert len(lines) < 80
    assert max(map(cell_len, lines)) <= WIDTH
    assert render(story) == render(story)
    assert DISCLAIMER in lines


def test_five_lines_answer_the_question(story: Story) -> None:
    assert [head for head, _ in story.answer] == ["Today.", "Why.", "If the report is right.", "Money.", "What comes next."]
    text = " ".join(line for _, line in story.answer)
    assert "Renault holds 43.40 % of Nissan Motor and votes all of it" in text
    assert "Nissan Motor, through Nissan Finance, holds 15.00 % of Renault and votes none of it" in text
    assert "nil by FR-233-31" in text and "JP-308-1" in text


def test_what_is_told_of_votes_is_what_the_ballot_says(story: Story, register: Register) -> None:
    found = ballot(register.at()).outcomes[0]
    for issuer, rows in story.holders.items():
        counts = found.counts(issuer)
        assert {row.holder for row in rows} == set(counts)
        for row in rows:
            told = counts[row.holder]
            assert (row.shares, row.gross, row.exercisable, row.exercised) == (
                told.shares,
                told.gross,
                told.exercisable,
                told.exercised,
            )
            assert row.suspended_by == told.suspended_by
        assert sum((row.votes_share or F(0)) for row in rows) == 1


def test_the_variants_are_what_the_plans_give(story: Story, register: Register, plans: list[Plan]) -> None:
    assert [variant.name for variant in story.variants] == ["30/10", "20/12", "0/0"]
    for variant, plan in zip(story.variants, plans, strict=True):
        outcome = simulate(register.at(), plan)
        stakes = outcome.end.stakes
        for (holder, issuer), row in variant.stakes.items():
            assert (row.shares if row else 0) == stakes[issuer][holder].shares
            assert (row.votes_share if row else F(0)) == stakes[issuer][holder].on("exercisable_votes")
        contributions = [e for s in outcome.steps for e in s.entries if e.why == "contribution"]
        assert variant.fund == sum((e.amount for e in contributions), start=Decimal(0))
        assert variant.fund is not None and variant.fund <= variant.net
        assert variant.balance == outcome.balance["end"]
        assert any("FR-233-31: Nissan Finance's votes in Renault come back" in event for event in variant.events)
    thirty = story.variants[0]
    assert [sale.shares for sale in thirty.sales] == [565_622_494, 14_786_115]
    assert thirty.losses[0].printed == "2020-03-19" and thirty.losses[0].loss > 0
    assert story.today.voters == "only Renault votes" and thirty.voters == "both vote"


def test_what_is_uncertain_is_said(story: Story) -> None:
    text = " ".join(story.caveats)
    for words in (
        "if the report is right",
        "one vote a share",
        "17.5 % to 22.5 %",
        "could not know yet",
        "from memory",
        "illustrative",
    ):
        assert words in text


def test_the_map_shows_today_and_the_ways(story: Story, register: Register) -> None:
    chart = story.chart
    assert chart is not None and story.pair == ("R", "N")
    assert chart.region(*chart.today).voters == "first"
    assert chart.region(F(1, 10), F(3, 10)).voters == "both"
    assert chart.region(F(1, 4), F(3, 10)).voters == "second"
    assert chart.region(F(1, 4), F(45, 100)).voters == "open"
    assert {way.name: len(way.points) for way in chart.ways} == {"30/10": 3, "20/12": 3, "0/0": 3}
    lines = {(line.axis, line.at): line.label for line in chart.lines}
    assert lines["y", F(2, 5)] == "2/5 of votes: FR-233-3, FR-233-31"
    assert lines["y", F(1, 3)] == "1/3 of votes: blocking, JP-309-2"
    assert any(axis == "x" and label == "1/4 of votes: JP-308-1" for (axis, _), label in lines.items())


def test_twenty_points_of_the_map_agree_with_the_ballot_alone(story: Story, register: Register) -> None:
    chart, draw = story.chart, random.Random(20)
    assert chart is not None
    snapshot, judge = register.at(), judge_of(("R", "N"), story.parties)
    for _ in range(20):
        x, y = F(draw.randint(1, 4999), 10_000), F(draw.randint(1, 5999), 10_000)
        if all(abs(line.at - (x if line.axis == "x" else y)) > F(2, 10_000) for line in chart.lines):
            assert chart.region(x, y) == judge(at_point(snapshot, "R", "N", x, y))


def test_the_page_is_one_harmless_file(story: Story) -> None:
    text = page(story)
    seen = harmless(text)
    assert text.startswith("<!DOCTYPE html>") and "default-src 'none'" in text
    assert text.count(DISCLAIMER) == 1
    assert seen.tags.count("h1") == 1 and seen.tags.count("svg") == 3
    assert text == page(story)


def test_every_number_of_the_tables_is_that_of_the_data(story: Story) -> None:
    rows = {tuple(row[:2]): row for row in Reader(page(story)).rows if row}
    for holders in story.holders.values():
        for row in holders:
            name = "own shares" if row.own else story.name(row.holder)
            shown = rows[name, "not known" if row.notional else count(row.shares)]
            assert shown[2:6] == [percent(share) for share in (row.share, row.gross_share, row.votes_share, row.free_share)]
    by_head = {row[0]: row[1:] for row in rows.values()}
    assert by_head["The joint fund gets"] == ["", *(money(v.fund or 0) for v in story.variants)]
    assert by_head["Together, after costs; tax unknown"] == ["", *(money(v.net) for v in story.variants)]
    for n, purchase in enumerate(story.today.purchases):
        costs = [v.purchases[n].to_majority for v in (story.today, *story.variants)]
        assert by_head[f"{story.name(purchase.issuer)}: a majority"] == [money(cost or 0) for cost in costs]


HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "=HYPERLINK(1)", "日産\u202e自動車", "x" * 10_000]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_text(name: str, register: Register, plans: list[Plan]) -> None:
    entities = {key: replace(entity, name=name if key in "RNM" else entity.name) for key, entity in register.entities.items()}
    hostile = replace(register, entities=entities, defaults={**register.defaults, "title": name})
    story = tell(hostile, plans[:1])
    text = page(story)
    harmless(text)
    harmless(outcome_page(simulate(hostile.at(), plans[0])))
    assert "\u202e" not in text
    assert "\x1b" not in render(story)


def test_a_case_without_plans_or_pair_is_told_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(
        "crosshold: case/1\nid: small\nat: 2020-01-28\nissuers: {B: {issued: 100}}\nlots: [{id: a, issuer: B, holder: 日立, shares: 60}]\n",
        encoding="utf-8",
    )
    story = tell(read_case(file), [])
    assert story.chart is None and story.after is None and story.variants == ()
    assert "日立" in render(story) and "日立" in page(story)
    harmless(page(story))


def test_a_reader_of_the_day_is_told_less(register: Register, plans: list[Plan]) -> None:
    snapshot = register.at(known_by=register.at().at)
    story = tell(register, plans[:1], snapshot=snapshot)
    assert not any(variant.losses for variant in story.variants)
    assert not any("could not know" in caveat for caveat in story.caveats)
    assert "as known by 2020-01-28" in page(story)


def test_no_path_of_this_machine_is_in_the_page(story: Story) -> None:
    assert not re.search(r"/(home|root|work|tmp)/", page(story))
