"""``read-text`` on the command line: proposals, the review, and what is refused."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TEXT = """March 4, 2020

Alpha holds about 30 percent of Beta. Xenia has 60 percent of Alpha, a spokesman for Alpha said.
"""


def test_a_text_is_read_shown_reviewed_and_accepted(
    run: Callable[..., Any], chain: str, file: Callable[[str, str], str], tmp_path: Path
) -> None:
    article, review = file("article.txt", TEXT), tmp_path / "review.yaml"
    ran = run("read-text", article, "--names", chain, "--out", str(review))
    assert ran.status == 0 and "1. A holds 30 % of B" in ran.out and "2. X holds 60 % of A" in ran.out
    review.write_text(review.read_text(encoding="utf-8").replace("state: proposed", "state: accepted", 1), encoding="utf-8")
    ran = run("read-text", "--accept", str(review), "--into", chain, "--reviewer", "Ada Reader")
    assert ran.status == 0 and "1 accepted" in ran.out and "1 entered" in ran.out
    text = Path(chain).read_text(encoding="utf-8")
    assert "reviewed_by: Ada Reader" in text and "about 30 percent of Beta" not in text
    assert run("check", chain).status == 0


@pytest.mark.parametrize("name", ["register", "register.sqlite"])
def test_a_review_is_let_into_a_register_once(
    run: Callable[..., Any], chain: str, file: Callable[[str, str], str], tmp_path: Path, name: str
) -> None:
    article, review, register = file("article.txt", TEXT), tmp_path / "review.yaml", str(tmp_path / name)
    rows = "entities: {A: {name: Alpha}, C: {name: Gamma}}\nstatements: [{subject: A, verb: holds, object: C, shares: 1}]\n"
    assert run("import", file("known.yaml", f"crosshold: statements/1\n{rows}"), "--into", register).status == 0
    run("read-text", article, "--names", chain, "--out", str(review))
    text = review.read_text(encoding="utf-8").replace("state: proposed", "state: accepted")
    review.write_text(text.replace("state: accepted", "state: proposed", 1), encoding="utf-8")
    asked = ("read-text", "--accept", str(review), "--into", register, "--reviewer", "Ada Reader")
    ran = run(*asked)
    assert ran.status == 2 and "'X' is no party of the target" in ran.err
    ran = run(*asked, "--names", chain)
    assert ran.status == 0 and "1 accepted" in ran.out and "1 entered" in ran.out
    assert "1 known before" in run(*asked).out
    (claim,) = json.loads(run("claims", register, "--subject", "X", "--json").out)["claims"]
    assert (claim["object"], claim["reviewed_by"], claim["share"]["point"]) == ("A", "Ada Reader", "3/5")
    told = json.loads(run("history", register, "--json").out)["history"]
    assert [(row["what"], row["by"], row["statements"]) for row in told][1:] == [("review", "Ada Reader", 1)]
    assert json.loads(run("find", register, "Alpha", "--json").out)["found"][0]["id"] == "A"


def test_json_is_one_object_with_the_fields_of_the_design(
    run: Callable[..., Any], chain: str, file: Callable[[str, str], str]
) -> None:
    ran = run("read-text", file("a.txt", TEXT), "--names", chain, "--json")
    data = json.loads(ran.out)
    assert data["published"] == "2020-03-04" and data["language"] == "en"
    first = data["statements"][0]
    wanted = {"subject", "verb", "object", "share", "low", "high", "votes", "stance", "speaker", "speaker_kind", "as_of", "span"}
    assert wanted <= set(first)
    assert (first["subject"], first["share"], first["low"], first["high"]) == ("A", 0.3, 0.275, 0.325)
    assert TEXT[slice(*first["span"])] == "Alpha holds about 30 percent of Beta"
    assert data["statements"][1]["speaker_kind"] == "named"
    assert data["not_understood"] == [] and data["findings"] == []


def test_standard_input_and_a_file_of_names(
    run: Callable[..., Any], file: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = file("names.json", json.dumps({"names": {"A": ["Alpha", "Alpha SA"], "B": "Beta"}}))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Alpha SA owns 5 percent of Beta."), encoding="utf-8"))
    ran = run("read-text", "-", "--names", names, "--published", "2020-03-04", "--json")
    (row,) = json.loads(ran.out)["statements"]
    assert (row["subject"], row["object"], row["as_of"]) == ("A", "B", "2020-03-04")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "E_OPTION"),
        (("a.txt", "--reviewer", "Ada"), "E_OPTION"),
        (("a.txt", "--into", "case.yaml"), "E_OPTION"),
        (("a.txt", "--language", "xx"), "E_LANGUAGE"),
        (("a.txt", "--published", "yesterday"), "C_BAD_DATE"),
        (("a.txt", "--names", "nowhere.yaml"), "C_FILE"),
        (("a.txt", "--out", "review.txt"), "E_FORMAT"),
        (("nowhere.txt",), "C_FILE"),
        (("--accept", "a.txt"), "E_OPTION"),
        (("--accept", "a.txt", "--into", "case.yaml", "--reviewer", "Ada"), "C_"),
        (("a.txt", "--accept", "a.txt", "--into", "case.yaml", "--reviewer", "Ada"), "E_OPTION"),
    ],
)
def test_what_cannot_be_done_is_told_and_writes_nothing(
    words: tuple[str, ...], code: str, run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("Alpha owns 5 percent of Beta. It is: [so", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    ran = run("read-text", *words)
    assert ran.status == 2 and code in ran.err and "Traceback" not in ran.err
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_without_a_reviewer_nothing_enters(
    run: Callable[..., Any], chain: str, file: Callable[[str, str], str], tmp_path: Path
) -> None:
    review = tmp_path / "review.yaml"
    run("read-text", file("article.txt", TEXT), "--names", chain, "--out", str(review))
    review.write_text(review.read_text(encoding="utf-8").replace("state: proposed", "state: accepted"), encoding="utf-8")
    before = Path(chain).read_bytes()
    for more in ((), ("--reviewer", " ")):
        ran = run("read-text", "--accept", str(review), "--into", chain, *more)
        assert ran.status == 2 and "E_REVIEWER" in ran.err
    assert Path(chain).read_bytes() == before


def test_characters_that_steer_a_terminal_are_not_printed(run: Callable[..., Any], file: Callable[[str, str], str]) -> None:
    ran = run(
        "read-text", file("a.txt", "Al\x1b[31mpha AG owns 5 percent of Beta\u202e AG. The stake of 12 percent\x07 is large.")
    )
    assert ran.status == 0 and "\x1b" not in ran.out + ran.err and "\u202e" not in ran.out + ran.err and "\x07" not in ran.out
