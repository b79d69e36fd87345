"""Proofs in words: every path, sum and source is said, and the numbers are those of the proof."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import crosshold.cases.alliance as alliance
from crosshold.formats.case import read_case
from crosshold.law.ballot import ballot
from crosshold.measures.control import control
from crosshold.measures.ownership import ownership
from crosshold.network import build
from crosshold.report.explain import lines

CASE = Path(next(iter(alliance.__path__)))


def test_ownership_is_explained_path_by_path() -> None:
    register = read_case(CASE)
    snapshot = register.at()
    told = lines(ownership(build(snapshot)).explain("R", "M"), snapshot, register)
    text = "\n".join(told)
    assert told[0].startswith("Renault S.A. (R) owns 14.")
    assert (
        "Renault S.A. (R) > Nissan Motor Co., Ltd. (N) > Mitsubishi Motors Corporation (M): 43.4011 % x 33.9949 % = 14.7542 %"
        in text
    )
    assert "statement l1, source renault-docs, confidence C" in text
    assert "Sources:" in text and "Renault Group, Registration documents" in text


def test_control_is_explained_round_by_round_and_also_its_absence() -> None:
    snapshot = read_case(CASE).at()
    result = control(build(snapshot))
    assert lines(result.explain("N", "NF"), snapshot)[:2] == [
        "Nissan Motor Co., Ltd. (N) controls Nissan Finance Co., Ltd. (NF): control is more than 1/2 of votes, basis gross_votes.",
        "  round 1: Nissan Finance Co., Ltd. (NF): Nissan Motor Co., Ltd. (N) 100.0000 % > 1/2",
    ]
    text = "\n".join(lines(result.explain("R", "N"), snapshot))
    assert "does not control" in text
    assert "falls short at Nissan Motor Co., Ltd. (N): Renault S.A. (R) 43.4011 % <= 1/2" in text


def test_no_chain_is_said() -> None:
    snapshot = read_case(CASE).at()
    assert "No chain of holdings leads from the one to the other." in lines(
        ownership(build(snapshot)).explain("M", "R"), snapshot
    )


def test_votes_that_are_nil_are_explained_to_the_statute() -> None:
    register = read_case(CASE)
    snapshot = register.at()
    told = lines(ballot(snapshot).explain("NF", "R"), snapshot, register)
    text = "\n".join(told)
    assert told[0] == (
        "Nissan Finance Co., Ltd. (NF) has 0.0000 % of the votes that can be exercised in Renault S.A. (R) (certain by the data)."
    )
    for part in (
        "44,358,343 shares carry 88,716,686 gross votes", "statement l2, source renault-docs, confidence B", "Rule FR-233-31@2000-09-21",
        "Renault S.A. (R) controls Nissan Motor Co., Ltd. (N)", "1831837027/4220715112 > 2/5: true", "FR-233-3, presumption",
        "C. com. L233-31", "Exercisable after the law: 0 of 297,777,637", "Renault Group, Registration documents",
    ):  # fmt: skip
        assert part in text


def test_a_capped_holder_is_explained_by_its_contract() -> None:
    register = read_case(CASE)
    snapshot = register.at()
    text = "\n".join(lines(ballot(snapshot).explain("FS", "R"), snapshot, register))
    assert "Contract k1 (voting cap): 53,302,197.0 free" in text
    assert "Board approves the stability covenant" in text


def test_two_outcomes_are_both_explained() -> None:
    snapshot = read_case(CASE).at()
    more = [replace(lot, shares=lot.shares + 60_000_000) if lot.id == "l2" else lot for lot in snapshot.lots]
    less = [
        replace(lot, shares=lot.shares - 60_000_000, votes=lot.shares - 60_000_000) if lot.id == "R.rest" else lot for lot in more
    ]
    text = "\n".join(lines(ballot(snapshot.evolve(lots=less)).explain("NF", "R"), snapshot))
    assert "Outcome 1 of 2 that agree with the law" in text and "Outcome 2 of 2" in text
    assert "FR-233-3 on gross votes" in text and "FR-233-3 on exercisable votes" in text
