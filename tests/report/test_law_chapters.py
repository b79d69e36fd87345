"""The chapters on law say what the rule files say today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crosshold.formats.yaml_text import read
from crosshold.law import DISCLAIMER
from crosshold.law.book import PACKS, load
from crosshold.law.situation import read_situations
from crosshold.law.vocabulary import BASES, DUTIES, PREDICATES, VOTE_EFFECTS
from crosshold.report.law_chapters import NAMES, chapter, chapters, main

ROOT = Path(__file__).parents[2]
FOLDER, SITUATIONS = ROOT / "docs" / "law", ROOT / "src" / "crosshold" / "law" / "situations"
PAGES = chapters(SITUATIONS)
HOW = "write the pages again: python -m crosshold.report.law_chapters docs/law src/crosshold/law/situations"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_up_to_date(name: str) -> None:
    path = FOLDER / name
    assert path.exists() and path.read_text(encoding="utf-8") == PAGES[name], HOW


def test_no_page_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES) == {"README.md", *(f"{pack.lower()}.md" for pack in PACKS)}


def test_writing_gives_every_page(tmp_path: Path) -> None:
    main(str(tmp_path), str(SITUATIONS))
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == PAGES


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_says_once_what_rules_are(name: str) -> None:
    assert PAGES[name].count(DISCLAIMER) == 1


def test_every_rule_and_version_has_its_part() -> None:
    for pack in PACKS:
        heads = [line for line in PAGES[f"{pack.lower()}.md"].splitlines() if line.startswith("## ")]
        rules = load(packs=[pack]).rules
        assert sorted(line[3:].partition(",")[0] for line in heads) == sorted(rule.id for rule in rules)
        assert len(set(heads)) == len(heads)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    text = PAGES[name]
    heads = {re.sub(r"[^\w-]", "", line[3:].lower().replace(" ", "-")) for line in text.splitlines() if line.startswith("## ")}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert target[1:] in heads if target.startswith("#") else target in PAGES, target


def test_the_contents_name_every_country_and_every_word() -> None:
    assert set(PACKS) <= set(NAMES)
    for word in (*BASES, *PREDICATES, *VOTE_EFFECTS, *DUTIES):
        assert f"`{word}`" in PAGES["README.md"], word


ROW = """\
- id: XA-1
  jurisdiction: XA
  kind: vote_rule
  title: A title
  text: What it says.
  scope: {issuer: {jurisdiction: XA, listed: true}, holder: {kind: company, except_form: [LLC]}}
  clauses: {line: "held(I in H; issued) > 1/10"}
  when: "line"
  effect:
    {clause: line, votes: excess_over, share: "1/10", base: issued, quorum: exclude, duty: {sell: excess, within: one year}, part: cut}
  valid: {from: 2000-01-01, to: 2001-12-31}
  cite: {law: Act 1, source: a book, read_on: 2026-11-22}
  confidence: A
  parts: {cut: B}
"""
TRIED = """\
- {rule: XA-1, is: above, at: 2000-06-01, say: It is in force and cuts what lies above., expect: {silent: {B in A: 1000}}}
- {rule: XA-1, is: after, at: 2002-01-01, say: It is no longer in force on that day., expect: {silent: {}}}
- {rule: XA-1, is: before, at: 1990-01-01, say: It is long before its first day., expect: {silent: {}}}
"""


def test_a_rule_in_words() -> None:
    page = chapter("XA", load([ROW]).rules, read_situations(read(TRIED, "tried.yaml")))
    assert page.startswith("# XA\n")
    for line in (
        "| [XA-1](#xa-1-2000-01-01-to-2001-12-31) | 2000-01-01 to 2001-12-31 | A | A title |",
        "**A title.** What it says.",
        "- Reaches: I listed of XA; H company but not as LLC",
        "- Parts: *line* `held(I in H; issued) > 1/10`",
        "- Effect: no votes above 1/10 of issued, where *line*, out of the quorum, sell: excess (one year), sure only as *cut*",
        "- Law: Act 1 (XA, vote rule)",
        "- In force: 2000-01-01 to 2001-12-31",
        "- Day that counts: the day of the meeting",
        "- Sure: A, the text was read; *cut* B",
        "- Source: a book, read 2026-11-22",
        "| above | 2000-06-01 | It is in force and cuts what lies above. | B in A: 1000 votes |",
        "| after | 2002-01-01 | It is no longer in force on that day. | no vote is lost |",
    ):
        assert line in page.splitlines(), line
    assert "long before" not in page
