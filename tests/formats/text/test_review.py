"""Nothing enters without a person: every way around the review ends in one clear error and leaves the target as it was."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from crosshold import api
from crosshold.errors import CrossholdError, FileError, RequestError
from crosshold.formats import catalogue
from crosshold.formats.case_writer import write_case
from crosshold.formats.intake import Input
from crosshold.formats.text.proposal import Proposal
from crosshold.model.register import Register
from crosshold.model.statement import Statement

TEXT = """March 4, 2020

Aurel owns about 38 percent of Borealis. Borealis has a 12 percent stake in Aurel but no voting rights, an official briefed on it said.
Aurel and Vantor Holdings AG together own at least a quarter of Halden.
"""
CASE = """# a case with remarks
crosshold: case/1
at: 2020-03-04   # the day
sources:
  filed: {kind: filing, title: "A report"}  # kept
entities:
  A: {name: Aurel SA, kind: company}
  B: {name: Borealis Motor Co., kind: company}
  H: {name: Halden AG, kind: company}
issuers: {A: {issued: 1000}, B: {issued: 1000}, H: {issued: 1000}}
lots:
  - {id: l1, issuer: B, holder: A, shares: 384, source: filed}

# claims of others
claims:
  - {id: c1, subject: A, verb: holds, object: B, share: "0.38", source: filed}
"""
AT = datetime(2020, 3, 5, 9, 30, tzinfo=UTC)
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.yaml"
    path.write_text(CASE, encoding="utf-8")
    return path


@pytest.fixture
def review(tmp_path: Path, case: Path) -> Callable[..., Path]:
    """A review of the text, all accepted, with a change."""

    def made(change: Change | None = None, state: str = "accepted") -> Path:
        path = tmp_path / "review.yaml"
        api.write_review(api.read_text(TEXT.encode(), names=case), path)
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for row in data["proposals"]:
            row["state"] = state
        data["parties"][0]["as"] = "V"
        if change:
            change(data)
        path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return path

    return made


def entered(path: Path) -> list[Statement]:
    return [s for s in api.read(path).statements if s.reviewed_by]


def test_accepted_claims_enter_signed_with_their_place_and_not_the_text(review: Callable[..., Path], case: Path) -> None:
    counts = api.accept(review(), case, reviewer=" Ada  Reader ", at=AT)
    assert counts["entered"] == 3 and counts["accepted"] == 3
    rows = {(s.subject, s.object): s for s in entered(case)}
    stake = rows["A", "B"]
    assert stake.share is not None and (str(stake.share.low), str(stake.share.high), stake.hedge) == ("37/100", "39/100", "about")
    assert (stake.reviewed_by, stake.reviewed_at) == ("Ada Reader", "2020-03-05T09:30:00Z")
    assert stake.where == f"characters {TEXT.index('Aurel owns')}-{TEXT.index('. Borealis has')}"
    assert stake.note == "A holds 38 % of B"
    source = api.read(case).sources[stake.source or ""]
    assert source.kind == "article" and source.sha256 and str(source.published_on) == "2020-03-04"
    assert rows["B", "A"].votes == 0 and rows["B", "A"].speaker_kind == "unnamed"
    joint = rows["A+V", "H"]
    assert joint.joint == ("A", "V") and joint.share is not None and joint.share.bounds_from == "word"
    text = case.read_text(encoding="utf-8")
    assert "voting rights" not in text and "together own" not in text
    assert text.startswith("# a case with remarks") and "# the day" in text and "# kept" in text and "# claims of others" in text
    assert api.read(case).entities["V"].name == "Vantor Holdings AG"


def test_what_entered_survives_the_writing_of_the_case(review: Callable[..., Path], case: Path, tmp_path: Path) -> None:
    api.accept(review(), case, reviewer="Ada", at=AT)
    again = tmp_path / "again.yaml"
    again.write_text(write_case(api.read(case)), encoding="utf-8")
    assert {s.id: s.canonical() for s in entered(again)} == {s.id: s.canonical() for s in entered(case)}


def test_entering_twice_enters_once(review: Callable[..., Path], case: Path) -> None:
    path = review()
    api.accept(path, case, reviewer="Ada", at=AT)
    before = case.read_bytes()
    assert api.accept(path, case, reviewer="Bob", at=AT)["known before"] == 3
    assert case.read_bytes() == before


def test_a_new_file_of_statements_takes_the_parties_over(review: Callable[..., Path], case: Path, tmp_path: Path) -> None:
    target = tmp_path / "news.yaml"
    api.accept(review(), target, reviewer="Ada", names=case, at=AT)
    (batch,) = catalogue.read(Input(target))[1]
    assert batch.rejects == [] and batch.accepted == 3
    assert {e.id for e in batch.entities} == {"A", "B", "H", "V"}
    assert all(s.reviewed_by == "Ada" for s in batch.statements)
    assert api.accept(review(), target, reviewer="Ada", at=AT)["known before"] == 3


def test_an_edit_keeps_the_proposal_beside_the_change(review: Callable[..., Path], case: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        data["proposals"][0] |= {"state": "edited", "changed": {"share": "0.384", "hedge": None}}
        data["proposals"][1] |= {"state": "rejected", "reason": "not relevant"}
        data["proposals"][2]["state"] = "proposed"

    assert api.accept(review(change), case, reviewer="Ada", at=AT)["edited"] == 1
    (stake,) = entered(case)
    assert stake.share is not None and str(stake.share.point) == "48/125"
    assert stake.extra["proposed"]["share"]["point"] == "19/50" and stake.extra["proposed"]["hedge"] == "about"


def _first(**fields: Any) -> Change:
    return lambda data: data["proposals"][0].update(fields)


def _inside(**fields: Any) -> Change:
    return lambda data: data["proposals"][0]["statement"].update(fields)


def _nobody(data: dict[str, Any]) -> None:
    data["parties"][0]["as"] = None


def _unsubjected(data: dict[str, Any]) -> None:
    data["proposals"][0] |= {"state": "edited", "changed": {"subject": ""}}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_inside(share={"point": "1/2", "low": "1/2", "high": "1/2", "low_open": False, "high_open": False}), "E_CHANGED"),
        (_inside(object="H"), "E_CHANGED"),
        (_inside(stance="confirms"), "E_CHANGED"),
        (_first(spans=[[0, 5]]), "E_CHANGED"),
        (_first(id="p0"), "E_CHANGED"),
        (_first(changed={"object": "H"}), "E_CHANGED"),
        (_inside(reviewed_by="Somebody else"), "E_REVIEW_FIELD"),
        (_inside(source="filed"), "E_REVIEW_FIELD"),
        (_first(state="edited"), "C_MISSING_KEY"),
        (_first(state="edited", changed={"reviewed_by": "X"}), "E_REVIEW_FIELD"),
        (_first(state="edited", changed={"share": "1.5"}), "C_BAD_NUMBER"),
        (_first(state="edited", changed={"object": "Nowhere"}), "E_PARTY"),
        (_unsubjected, "E_PARTY"),
        (_first(state="rejected"), "C_MISSING_KEY"),
        (_first(state="rejected", reason="I like it not"), "C_BAD_VALUE"),
        (_first(state="yes"), "C_BAD_VALUE"),
        (_first(state=None), "C_MISSING_KEY"),
        (_first(extra=1), "C_UNKNOWN_KEY"),
        (_nobody, "E_PARTY"),
        (lambda data: data.update(crosshold="statements/1"), "E_FILE"),
        (lambda data: data.update(crosshold="case/1"), "E_FILE"),
        (lambda data: data.pop("source"), "C_MISSING_KEY"),
        (lambda data: data["source"].pop("sha256"), "C_MISSING_KEY"),
        (lambda data: data["proposals"].append(deepcopy(data["proposals"][0])), "C_DUPLICATE_ID"),
    ],
)
def test_ways_around_the_review_lead_nowhere(change: Change, code: str, review: Callable[..., Path], case: Path) -> None:
    path = review(change)
    with pytest.raises(FileError) as error:
        api.accept(path, case, reviewer="Ada", at=AT)
    assert code in [f.code for f in error.value.findings], error.value.findings
    assert case.read_text(encoding="utf-8") == CASE


@pytest.mark.parametrize("reviewer", ["", "   ", "\t", "-", "123", "\u200b"])
def test_a_review_needs_a_name(reviewer: str, review: Callable[..., Path], case: Path) -> None:
    with pytest.raises(RequestError) as error:
        api.accept(review(), case, reviewer=reviewer, at=AT)
    assert error.value.findings[0].code == "E_REVIEWER"
    assert case.read_text(encoding="utf-8") == CASE


def test_what_is_only_proposed_or_rejected_stays_outside(review: Callable[..., Path], case: Path) -> None:
    assert api.accept(review(), case, reviewer="Ada", at=AT)["entered"] == 3
    case.write_text(CASE, encoding="utf-8")
    for state in ("proposed", "superseded"):
        assert api.accept(review(state=state), case, reviewer="Ada", at=AT)["entered"] == 0
    assert case.read_text(encoding="utf-8") == CASE


def test_a_proposal_is_no_statement_and_a_reading_no_register(case: Path, tmp_path: Path) -> None:
    reading = api.read_text(TEXT.encode(), names=case)
    assert not isinstance(reading, Register)
    assert all(isinstance(p, Proposal) and not isinstance(p, Statement) for p in reading.proposals)
    with pytest.raises(RequestError):
        api.write(reading, tmp_path / "case2.yaml")  # as a register: there is no such form
    assert not (tmp_path / "case2.yaml").exists()


def test_a_review_file_is_read_by_nothing_but_the_review(review: Callable[..., Path]) -> None:
    path = review()
    with pytest.raises(CrossholdError):
        api.read(path)
    with pytest.raises(FileError):
        list(catalogue.read(Input(path))[1])
    with pytest.raises(FileError):
        list(catalogue.read(Input(path), "statements")[1])


def test_a_target_that_cannot_be_added_to_is_left_alone(review: Callable[..., Path], case: Path, tmp_path: Path) -> None:
    one_line = CASE.replace(
        'claims:\n  - {id: c1, subject: A, verb: holds, object: B, share: "0.38", source: filed}',
        "claims: [{id: c1, subject: A, verb: holds}]",
    )
    case.write_text(one_line, encoding="utf-8")
    with pytest.raises(FileError) as error:
        api.accept(review(), case, reviewer="Ada", at=AT)
    assert error.value.findings[0].code == "E_FORM"
    assert case.read_text(encoding="utf-8") == one_line
    other = tmp_path / "notes.yaml"
    other.write_text("a: b\n", encoding="utf-8")
    with pytest.raises(CrossholdError):
        api.accept(review(), other, reviewer="Ada", at=AT)
    assert other.read_text(encoding="utf-8") == "a: b\n"


@pytest.mark.parametrize("empty", ["claims: []\n", "claims:\n", ""])
def test_a_case_without_claims_gets_its_first_ones(empty: str, review: Callable[..., Path], case: Path) -> None:
    path = review()
    start = CASE.index("claims:\n")
    case.write_text(CASE[:start] + empty, encoding="utf-8")
    assert api.accept(path, case, reviewer="Ada", at=AT)["entered"] == 3
    assert len(entered(case)) == 3


def test_hostile_words_stay_text(review: Callable[..., Path], case: Path) -> None:
    evil = "x: !!python/object\n- {id: c9}\n<script>alert(1)</script> =1+1 \u202e"

    def change(data: dict[str, Any]) -> None:
        data["source"]["title"] = evil
        data["parties"][0]["name"] = "Vantor Holdings AG"
        data["proposals"][0] |= {"state": "edited", "changed": {"topic": evil, "speaker": evil}}

    api.accept(review(change), case, reviewer="Ada <b>", at=AT)
    (stake,) = [s for s in entered(case) if s.topic]
    assert stake.topic == evil and stake.reviewed_by == "Ada <b>"
    assert api.read(case).sources[stake.source or ""].title == evil
    assert len(list(api.read(case).statements)) == 3 + 1 + 1 + 3  # issued, lot, claim, and what entered
