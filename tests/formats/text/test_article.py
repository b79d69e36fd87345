"""The text of an article: plain or HTML; what is left out, where the characters stand in the file, and what no text can make it do."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold.errors import FileError, RequestError
from crosshold.formats.text import read
from crosshold.formats.text.article import MOST_BYTES, article
from crosshold.formats.text.sentences import MOST_SENTENCES

from .sayings import DAY, NAMES, cases

PAGE = """<!DOCTYPE html>
<html><head><title>Aurel &amp; Borealis — a pact</title>
<meta property="article:published_time" content="2020-03-04T08:00:00Z">
<script>var a = "Aurel owns 99 percent of Halden.";</script><style>p {}</style></head>
<body><nav>Aurel owns 98 percent of Halden.</nav>
<article><h1>Aurel &amp; Borealis</h1><p>Énorme: Aurel owns <b>38 percent</b> of&nbsp;Borealis, a person familiar with the matter said.</p>
<figure><figcaption>Aurel owns 97 percent of Halden.</figcaption></figure>
<p onclick="alert(1)">Borealis has a 12&#32;percent stake in Aurel but no voting rights.</p><script>alert(2)</script>
</article><footer>Aurel owns 96 percent of Halden.</footer></body></html>
"""


def test_html_is_reduced_to_its_main_text() -> None:
    reading = read(PAGE.encode(), names=NAMES)
    assert reading.title == "Aurel & Borealis — a pact"
    assert reading.published == DAY
    assert [(p.content["subject"], p.content["object"]) for p in reading.proposals] == [
        ("Aurel", "Borealis"),
        ("Borealis", "Aurel"),
    ]
    assert "Halden" not in reading.text and "alert" not in reading.text


def test_characters_lead_back_to_the_bytes_of_the_page() -> None:
    page = article(PAGE.encode(), "page.html")
    for words in ("Énorme: Aurel owns", "38 percent", "percent stake in Aurel"):
        at = page.bytes_at(page.text.index(words))
        assert PAGE.encode()[at:].startswith(words.encode())


def test_characters_of_plain_text_too() -> None:
    text = "Énorme: Aurel owns 38 percent of Borealis."
    page = article(text.encode(), "a.txt")
    assert text.encode()[page.bytes_at(text.index("38")) :].startswith(b"38 percent")


@pytest.mark.parametrize(
    "text",
    [
        "PARIS, March 4, 2020 (Harbour Daily) - Aurel owns 5 percent of Halden.",
        "TOKYO, 4 March 2020 -- Aurel owns 5 percent of Halden.",
        "Aurel buys\nPublished: 2020-03-04\nAurel owns 5 percent of Halden.",
        "Aurel buys\n4 March 2020\nAurel owns 5 percent of Halden.",
    ],
)
def test_a_dateline_tells_the_day(text: str) -> None:
    assert read(text.encode(), names=NAMES).published == DAY
    assert read(text.encode(), names=NAMES, published=date(2021, 1, 1)).published == date(2021, 1, 1)


@pytest.mark.parametrize("data", [b"\xff\x00\x80 Aurel", b"Aurel \x00 owns", b"x" * (MOST_BYTES + 1), "Ä".encode("latin-1")])
def test_what_is_no_text_is_one_clear_error(data: bytes) -> None:
    with pytest.raises(FileError) as error:
        read(data)
    assert [f.code for f in error.value.findings] == ["E_FILE"]


def test_more_sentences_than_an_article_has_are_refused() -> None:
    with pytest.raises(FileError, match="10,000 sentences"):
        read(b"It rained. " * (MOST_SENTENCES + 1))
    assert read(b"It rained. " * 100).proposals == ()


def test_a_language_that_is_not_read_is_told() -> None:
    with pytest.raises(RequestError) as error:
        read(b"Aurel", language="de")
    assert error.value.findings[0].code == "E_LANGUAGE"


def test_the_same_text_gives_the_same_output() -> None:
    text = "\n".join(case.text for case in cases("news"))
    first, second = (read(text.encode(), names=dict(reversed(NAMES.items())) if n else NAMES, published=DAY) for n in (0, 1))
    assert first.to_dict() == second.to_dict()


@pytest.mark.parametrize("case", [*cases("news"), *cases("news-more")], ids=lambda case: case.id)
def test_a_sentence_that_breaks_off_never_fails(case: object) -> None:
    text = case.text  # type: ignore[attr-defined]
    draw = random.Random(text)
    for _ in range(10):
        start, end = sorted(draw.sample(range(len(text) + 1), 2))
        for piece in (text[:end], text[start:end], text[start:]):
            read(piece.encode(), names=NAMES, published=DAY).to_dict()


PIECES = st.sampled_from(
    [
        "Aurel",
        "Borealis",
        "Halden",
        "it",
        "its",
        "the",
        "company",
        "owns",
        "sold",
        "would",
        "will",
        "not",
        "no",
        "plans",
        "to",
        "sell",
        "38",
        "percent",
        "of",
        "in",
        "a",
        "stake",
        ",",
        ".",
        ";",
        '"',
        "'",
        "(",
        ")",
        "'s",
        "said",
        "that",
        "denied",
        "confirmed",
        "declined",
        "to",
        "comment",
        "if",
        "and",
        "between",
        "10",
        "and",
        "15",
        "two-thirds",
        "rest",
        "each",
        "other",
        "votes",
        "million",
        "yen",
        "on",
        "Tuesday",
        "since",
        "1999",
        "until",
        "March",
        "2017",
        "a",
        "person",
        "familiar",
        "with",
        "according",
        "to",
        "citing",
        "which",
        "by",
        "from",
        "leaving",
        "with",
        "shares",
        "capital",
        "%",
        "-",
        "0",
        "999999999999999999999999999",
        "<",
        ">",
        "&",
    ]
)


@given(st.lists(PIECES, max_size=40).map(" ".join), st.sampled_from(["en", "fr", "ja", "auto"]))
def test_no_order_of_words_makes_it_fail(text: str, language: str) -> None:
    reading = read(text.encode(), names=NAMES, published=DAY, language=language)
    reading.to_dict()
    for proposal in reading.proposals:
        share = proposal.content.get("share")
        assert share is None or 0 <= share.low <= share.high <= 1


@given(st.text(max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    data = text.encode(errors="replace")
    if b"\x00" not in data and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        read(data, names=NAMES, published=DAY).to_dict()


def test_what_is_too_long_for_a_sentence_is_listed_and_not_read() -> None:
    for text in (
        "Aurel" * 200_000 + " owns 5 percent of Halden.",
        "Aurel, which said it declined to comment and pointed to, " * 20_000,
    ):
        reading = read(text.encode(), names=NAMES, published=DAY)
        assert reading.proposals == ()
        assert [(n.span, n.why) for n in reading.not_understood] == [((0, len(text.strip())), "too long for a sentence")]
