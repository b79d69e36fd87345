"""Sentences, numbers, times, names and speakers, each by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from crosshold.formats.text import read
from crosshold.formats.text.cues import table
from crosshold.formats.text.names import spellings
from crosshold.formats.text.sentences import sentences
from crosshold.model.entity import Entity

from .sayings import DAY, said


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Borealis Motor Co. said on Jan. 28 that Aurel S.A. owns it. Sales rose.", 2),
        ("Kestrel Trucks Ltd. The company owns 3 percent.", 2),
        ("Aurel Inc.'s No. 2 shareholder is Delta Bank. It holds 4.5 percent.", 2),
        ("Aurel Corp. said so. The stake is 4.5 percent.", 2),
        ('"Never," he said. "Not at all." That is it.', 3),
        ("Mr. E. Vogel of the U.S. met Ms. Perrin at 5 p.m. on Tuesday. They left.", 2),
        ("He works at Aurel Co. It owns 3 percent of Halden. The U.S. government said no.", 3),
        ("First paragraph without a stop\n\nSecond one. Third one!", 3),
        ("オーレルは12.5%を持つ。ボレアリスは持たない。", 2),
    ],
)
def test_sentences_end_where_the_field_ends_them(text: str, parts: int) -> None:
    language = "ja" if "。" in text else "en"
    found = [text[a:b] for a, b in sentences(text, table(language).abbreviations)]
    assert len(found) == parts, found
    assert "".join("".join(found).split()) == "".join(text.split())


def test_a_dateline_is_no_part_of_the_first_sentence() -> None:
    text = "PARIS, March 4, 2020 (Harbour Daily) - Aurel owns 5 percent of Halden."
    reading = read(text.encode(), names={"Aurel": ["Aurel"], "Halden": ["Halden"], "Harbour Daily": ["Harbour Daily"]})
    assert reading.published == DAY
    assert [text[a:b] for p in reading.proposals for a, b in p.spans] == ["Aurel owns 5 percent of Halden"]


@pytest.mark.parametrize(
    ("words", "as_of"),
    [
        ("on 3 March 2017", "2017-03-03"),
        ("on March 3, 2017", "2017-03-03"),
        ("on 2017-03-03", "2017-03-03"),
        ("in March 2017", "2017-03"),
        ("in 2017", "2017"),
        ("last year", "2019"),
        ("last month", "2020-02"),
        ("in November", "2019-11"),  # the last November that came
        ("in February", "2020-02"),
        ("on Tuesday", "2020-03-03"),  # published on a Wednesday
        ("on Thursday", "2020-02-27"),
        ("yesterday", "2020-03-03"),
        ("at the end of 2018", "2018-12-31"),
    ],
)
def test_times_are_counted_from_the_day_of_publication(words: str, as_of: str) -> None:
    (row,) = said(f"Delta Bank sold its entire 4 percent stake in Halden {words}.")
    assert row["as_of"] == as_of


def test_what_lies_ahead_is_the_next_that_comes() -> None:
    (row,) = said("Fujimine Holdings expects to close the sale of Kestrel by the end of March.")
    assert row["value"] == "by 2020-03-31"
    (row,) = said("Fujimine Holdings expects to close the sale of Kestrel by the end of January.")
    assert row["value"] == "by 2021-01-31"


def test_without_a_day_of_publication_relative_days_stay_open() -> None:
    reading = read(
        b"Delta Bank sold its entire 4 percent stake in Halden last year.", names={"D": ["Delta Bank"], "H": ["Halden"]}
    )
    assert "as_of" not in reading.proposals[0].content
    assert [f.code for f in reading.findings] == ["W_NO_DATE"]


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        ("almost 40 percent", 0.39, 0.40),
        ("just over 40 percent", 0.40, 0.41),
        ("over 40 percent", 0.40, 1),
        ("no less than 40 percent", 0.40, 1),
        ("as much as 40 percent", 0, 0.40),
        ("below 40 percent", 0, 0.40),
        ("some 40 percent", 0.375, 0.425),
        ("about 41.5 percent", 0.414, 0.416),
        ("between 40 percent and 45 percent", 0.40, 0.45),
        ("two-fifths", 0.395, 0.405),
        ("roughly two-fifths", 0.375, 0.425),
        ("more than two-fifths", 0.40, 1),
        ("a minority", 0, 0.5),
        ("40 per cent", 0.395, 0.405),
        ("40 pct", 0.395, 0.405),
    ],
)
def test_bounds_follow_the_words(words: str, low: float, high: float) -> None:
    (row,) = said(f"Aurel owns {words} of Borealis.")
    assert (row["low"], row["high"]) == (low, high)


def test_a_share_above_a_whole_is_no_share() -> None:
    assert said("Aurel owns 138 percent of Borealis.") == []


@pytest.mark.parametrize(
    ("text", "shares", "amount", "currency"),
    [
        ("Aurel sold 5 million Borealis shares for 3.2 billion yen.", 5_000_000, "3200000000.0", "JPY"),
        ("Aurel sold 8,120,000 shares of Borealis for $45.5 million.", 8_120_000, "45500000.0", "USD"),
        ("Aurel sold 20 lakh shares of Borealis for 1.2bn euros.", 2_000_000, "1200000000.0", "EUR"),
        ("Aurel sold 3,000 Borealis shares for €90,000.", 3_000, "90000", "EUR"),
    ],
)
def test_counts_and_money(text: str, shares: int, amount: str, currency: str) -> None:
    (row,) = said(text)
    assert (row["shares"], row["amount"], row["currency"]) == (shares, amount, currency)


@pytest.mark.parametrize(
    ("tail", "kind", "speaker"),
    [
        ("a person familiar with the matter said", "unnamed", "a person familiar with the matter"),
        ("according to two people briefed on the talks", "unnamed", "two people briefed on the talks"),
        ("sources said", "unnamed", "sources"),
        ("a Borealis spokesman said on Monday", "named", "a Borealis spokesman"),
        ("a spokeswoman for Aurel said in an emailed statement", "named", "a spokeswoman for Aurel"),
        ("chief executive Nadia Perrin said", "named", "Nadia Perrin"),
        ("said Nadia Perrin", "named", "Nadia Perrin"),
        ("Borealis said", "company", "Borealis"),
        ("analysts said", "expert", "analysts"),
        ("Harbour Daily reported", "press", "Harbour Daily"),
        ("according to a regulatory filing", "filing", "a regulatory filing"),
        ("the market regulator said", "authority", "the market regulator"),
    ],
)
def test_who_says_it(tail: str, kind: str, speaker: str) -> None:
    (row,) = said(f"Aurel owns 38 percent of Borealis, {tail}.")
    assert (row["speaker_kind"], row["speaker"]) == (kind, speaker)


def test_the_person_said_goes_on_with_the_last_unnamed_speaker() -> None:
    rows = said(
        "Aurel owns 5 percent of Halden, a banker close to the talks said. Aurel owns 9 percent of Kestrel, the person said."
    )
    assert [row["speaker"] for row in rows] == ["a banker close to the talks"] * 2


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Borealis reported a loss. It owns 9 percent of Kestrel.", "Borealis"),
        ("Borealis reported a loss. The weather was fine. The company owns 9 percent of Kestrel.", "Borealis"),
        ("Nadia Perrin leads Borealis. She owns 9 percent of Kestrel.", "Nadia Perrin"),
        ("Delta Bank met Aurel. The bank owns 9 percent of Kestrel.", "Delta Bank"),
        ("Aurel said it owns 9 percent of Kestrel.", "Aurel"),
    ],
)
def test_pronouns_and_role_nouns_stand_for_the_nearest_subject(text: str, subject: str) -> None:
    (row,) = [row for row in said(text) if row["verb"] == "holds"]
    assert (row["subject"], row["resolved"]) == (subject, "pronoun")


def test_two_equally_good_readings_stay_open_and_are_both_listed() -> None:
    reading = read(
        b"Aurel and Borealis fell out. It owns 9 percent of Kestrel.", names={n: [n] for n in ("Aurel", "Borealis", "Kestrel")}
    )
    (row,) = reading.to_dict()["statements"]
    assert row["subject"] is None
    assert row["needs"][0] == "subject: Aurel or Borealis?"
    assert [f.code for f in reading.findings] == ["W_WHO"]
    assert "Aurel or Borealis" in reading.findings[0].message


def test_a_pronoun_that_nobody_was_is_nobody() -> None:
    (row,) = said("It owns 9 percent of Kestrel.")
    assert row["subject"] is None and row["needs"]


def test_unknown_names_are_proposed_and_never_known() -> None:
    reading = read(b"Vantor Holdings AG owns 9 percent of Kestrel.", names={"K": ["Kestrel"]}, published=DAY)
    assert [(e["name"], e["kind"]) for e in reading.entities] == [("Vantor Holdings AG", "company")]
    assert reading.proposals[0].needs == ("subject: Vantor Holdings AG is no known party",)


def test_a_longer_name_is_not_the_shorter_one() -> None:
    (row,) = said("Borealis Finance owns 9 percent of Kestrel.")
    assert row["subject"] == "Borealis Finance"
    (row,) = said("Borealis AG owns 9 percent of Kestrel.")  # a legal form is no other party
    assert row["subject"] == "Borealis"
    assert said("ボレアリスファイナンスはオーレルの株式の12%を保有する。")[0]["subject"] == "ボレアリスファイナンス"


@pytest.mark.parametrize(
    "text",
    [
        "A unit of Aurel owns 5 percent of Kestrel.",
        "A group led by Aurel owns 5 percent of Kestrel.",
        "Investors in Aurel own 5 percent of Kestrel.",
        "Aurel's founder owns 5 percent of Kestrel.",
        "It is not known whether Aurel owns 5 percent of Kestrel.",
        "Aurel owned 5 percent of the market.",
    ],
)
def test_what_belongs_to_somebody_else_is_not_put_on_the_name_beside_it(text: str) -> None:
    assert [row for row in said(text) if row["subject"] == "Aurel"] == []


def test_news_names_of_a_register() -> None:
    entities = [
        Entity("N", "Nordic Motor Co., Ltd.", "company", listed=True),
        Entity("NF", "Nordic Finance Ltd", "company"),
        Entity("S1", "Sunda Motors Corporation", "company", listed=True),
        Entity("S2", "Sunda Corporation", "company", listed=True),
        Entity("P", "Carla Ruiz", "person"),
        Entity("G", "Gallian State", "state"),
        Entity("~float"),
    ]
    names, kinds = spellings(entities)
    assert names["N"] == ["Nordic Motor Co., Ltd.", "Nordic Motor", "Nordic"]
    assert "Nordic" not in names["NF"]
    assert "Ruiz" in names["P"] and "Gallian government" in names["G"]
    assert kinds["G"] == "state" and "~float" not in names

    def who(text: str) -> Any:
        (row,) = read(text.encode(), names=names, kinds=kinds).to_dict()["statements"]
        return row["subject"], row["needs"]

    assert who("Nordic owns 5 percent of Sunda Motors.") == ("N", [])
    assert who("Sunda owns 5 percent of Nordic.") == (None, ["subject: S1 or S2?"])  # two listed companies begin so


def test_denied_stakes_and_none_at_all() -> None:
    assert said("Aurel does not own any shares in Kestrel.")[0]["high"] == 0
    (row,) = said("Aurel denied that it owns 5 percent of Kestrel.")
    assert (row["stance"], row["speaker_kind"], row["share"]) == ("denies", "company", 0.05)


def test_a_condition_makes_a_projection_and_is_kept() -> None:
    (row,) = said("Aurel will sell 5 percent of Borealis if the court agrees.")
    assert row["stance"] == "projects" and row["as_of"] is None
    reading = read(
        b"Aurel would own 5 percent of Kestrel if the court agrees.", names={"A": ["Aurel"], "K": ["Kestrel"]}, published=DAY
    )
    assert reading.proposals[0].content["condition"] == "if the court agrees"


def test_a_repetition_adds_its_place_and_a_contradiction_is_told() -> None:
    names = {n: [n] for n in ("Aurel", "Borealis")}
    text = "Aurel owns 38 percent of Borealis. Sales rose. Aurel owns 38 percent of Borealis."
    reading = read(text.encode(), names=names, published=DAY)
    assert [len(p.spans) for p in reading.proposals] == [2]
    reading = read(b"Aurel owns 38 percent of Borealis. Aurel owns 12 percent of Borealis.", names=names, published=DAY)
    assert len(reading.proposals) == 2 and [f.code for f in reading.findings] == ["W_CONFLICT"]
    reading = read(b"Aurel owns about 38 percent of Borealis. Aurel owns 38.4 percent of Borealis.", names=names, published=DAY)
    assert len(reading.proposals) == 2 and reading.findings == ()


def test_what_gave_nothing_is_listed_with_its_place() -> None:
    text = "Aurel owns 38 percent of Borealis. The stake of 12 percent is hard to sell. The weather was fine."
    reading = read(text.encode(), names={"Aurel": ["Aurel"], "Borealis": ["Borealis"]}, published=date(2020, 3, 4))
    assert [text[n.span[0] : n.span[1]] for n in reading.not_understood] == ["The stake of 12 percent is hard to sell."]
