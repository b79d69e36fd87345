"""An analyst's choices between claims, kept in the case file."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosshold import api
from crosshold.errors import FileError
from crosshold.model.register import Register

CASE = """crosshold: case/1
at: 2020-03-01
sources: {f: {kind: filing}, n: {kind: article}}
entities: {A: {name: Aurel}, B: {name: Borealis}}
issuers: {B: {issued: 1000}}
lots: [{id: l1, issuer: B, holder: A, shares: 380, source: f, since: 2020-01-01}]
claims:
- {id: n1, subject: A, verb: holds, object: B, share: "0.45", basis: issued, speaker_kind: press, source: n}
"""
PICK = 'picks: [{statement: n1, by: R. Vogel, on: 2020-02-01, reason: "the filing is older than the sale"}]\n'


def read(tmp_path: Path, text: str) -> Register:
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return api.read(path)


def test_a_pick_goes_before_the_policy_and_back_into_the_file(tmp_path: Path) -> None:
    assert read(tmp_path, CASE).at().held("A", "B") == 380
    register = read(tmp_path, CASE + PICK)
    assert register.believe == "picks" and register.at().held("A", "B") == 450
    assert register.at(believe="latest-firm").held("A", "B") == 380
    api.write(register, tmp_path / "again.yaml")
    assert api.read(tmp_path / "again.yaml").picks == register.picks
    assert read(tmp_path, CASE + "believe: filed-only\n" + PICK).at().held("A", "B") == 380, (
        "what the file says to believe stands"
    )


def test_a_lot_can_be_picked(tmp_path: Path) -> None:
    newer = CASE.replace("speaker_kind: press", "speaker_kind: authority, as_of: 2020-02-20")
    assert read(tmp_path, newer).at().held("A", "B") == 450
    assert read(tmp_path, newer + "picks: [{statement: l1, by: R. Vogel}]\n").at().held("A", "B") == 380


@pytest.mark.parametrize(
    ("pick", "code"),
    [("{statement: n2, by: V}", "C_UNKNOWN_CLAIM.*n1"), ("{statement: n1}", "by"), ("{by: V}", "statement"),
     ("{statement: n1, by: V, x: 1}", "x"), ("{statement: n1, by: V, on: soon}", "C_BAD_DATE"), ("7", "mapping|C_")],
)  # fmt: skip
def test_what_is_no_pick_is_told(tmp_path: Path, pick: str, code: str) -> None:
    with pytest.raises(FileError, match=code):
        read(tmp_path, CASE + f"picks: [{pick}]\n")
