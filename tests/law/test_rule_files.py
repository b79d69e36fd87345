"""Every fault of a rule file has its code, its place and its cure; all are told at once."""

from __future__ import annotations

from datetime import date

import pytest

from crosshold.errors import CrossholdError, RequestError
from crosshold.law.ballot import ballot
from crosshold.law.book import load
from crosshold.law.grammar import GrammarError, parse
from crosshold.model.snapshot import RuleChoice

from .cases import book, company, net

GOOD = """\
- id: XA-9
  jurisdiction: XA
  kind: vote_rule
  scope: {issuer: {jurisdiction: XA}}
  clauses: {line: "held(I in H; gross_votes) >= 3/10"}
  when: "line"
  effect: {votes: zero, quorum: exclude, meetings: [ordinary, special]}
  valid: {from: 2000-01-01, to: 2030-12-31}
  cite: {law: invented, source: invented, read_on: 2026-11-22}
  confidence: A
  parts: {reach: B}
"""


def test_the_good_row_is_good() -> None:
    assert book(GOOD).ids == ("XA-9",)
    decimal = book(GOOD.replace(">= 3/10", ">= 0.3"))  # inside quotes a decimal is exact
    assert decimal.rules[0].clauses == book(GOOD).rules[0].clauses


LADDER = """  confidence: A
  ladder: {of: {v: "held(H in I; issued)"}, op: ">", at: ["1/20"], """

FAULTS = [
    ("when: \"line\"", "when: 0.3", "C_NOT_EXACT"),
    (">= 3/10", ">= 30%", "C_NOT_EXACT"),
    ("votes: zero", "votes: zero, share: 0.25", "C_NOT_EXACT"),
    ("held(I in H; gross_votes)", "helt(I in H; gross_votes)", "C_UNKNOWN_PREDICATE"),
    ("gross_votes", "gros_votes", "C_UNKNOWN_PREDICATE"),
    ("when: \"line\"", "when: \"lime\"", "C_UNKNOWN_PREDICATE"),
    ("when: \"line\"", "when: \"controls(I, H)\"", "C_UNKNOWN_PREDICATE"),
    ("when: \"line\"", "when: \"fact(decides_meeting, I, H)\"", "C_UNKNOWN_FACT"),
    ("when: \"line\"", "when: \"meeting in {party}\"", "C_UNKNOWN_MEETING"),
    ("when: \"line\"", "when: \"all(line, line\"", "C_SYNTAX"),
    ("when: \"line\"", "when: \"line line\"", "C_SYNTAX"),
    ("when: \"line\"", "when: \"self(I)\"", "C_SYNTAX"),
    ("when: \"line\"", "when: \"fact(tie, I)\"", "C_SYNTAX"),
    ("when: \"line\"", "when: \"held(I + subs(H; XA-9) in H; issued) > 1/2\"", "C_SYNTAX"),
    ("votes: zero", "votes: nil", "C_UNKNOWN_EFFECT"),
    ("quorum: exclude", "clause: lime", "C_UNKNOWN_PREDICATE"),
    ("quorum: exclude", "duty: {sel: all}", "C_UNKNOWN_EFFECT"),
    ("[ordinary, special]", "[ordinary, party]", "C_UNKNOWN_MEETING"),
    ("  cite: {law: invented, source: invented, read_on: 2026-11-22}\n", "", "C_NO_CITATION"),
    (", read_on: 2026-11-22", "", "C_NO_CITATION"),
    ("law: invented, ", "", "C_NO_CITATION"),
    ("confidence: A\n", "confidence: D\n", "C_CONFIDENCE"),
    ("  confidence: A\n", "", "C_CONFIDENCE"),
    ("{reach: B}", "{reach: sure}", "C_CONFIDENCE"),
    ("quorum: exclude", "part: sanction", "C_CONFIDENCE"),
    ("to: 2030-12-31", "to: 1999-12-31", "C_BAD_DATE"),
    ("from: 2000-01-01", "from: 2000-13-01", "C_BAD_DATE"),
    ("from: 2000-01-01, ", "", "C_BAD_DATE"),
    ("  valid: {from: 2000-01-01, to: 2030-12-31}\n", "", "C_BAD_DATE"),
    ("votes: zero", "votes: excess_over, share: \"1/10\"", "C_CAP_NO_BASE"),
    ("votes: zero", "votes: excess_over, share: \"1/10\", base: exercisable_votes", "C_CAP_NO_BASE"),
    ("votes: zero", "votes: excess_over, base: issued", "C_MISSING_KEY"),
    ("  when: \"line\"\n", "  when: \"ctrl(I, H; XA-SUB)\"\n", "C_DANGLING_DEF"),
    ("jurisdiction: XA\n", "jurisdiction: XA XB\n", "C_COMPOSITE_ROW"),
    ("  kind: vote_rule\n", "  kind: vote_rule\n  status: composite\n", "C_COMPOSITE_ROW"),
    ("  kind: vote_rule\n", "  kind: vote_rules\n", "C_BAD_VALUE"),
    ("  kind: vote_rule\n", "  kind: vote_rule\n  wenn: x\n", "C_UNKNOWN_KEY"),
    ("id: XA-9\n", "identity: XA-9\n", "C_MISSING_KEY"),
    (GOOD, GOOD + GOOD, "C_DUPLICATE_ID"),
    (GOOD, GOOD + GOOD.replace("from: 2000-01-01", "from: 2020-01-01"), "C_OVERLAP"),
    (GOOD, "rules: {}\n", "C_SYNTAX"),
    ("parts: {reach: B}", "parts: 3", "C_BAD_VALUE"),
    (">= 3/10", ">= 1/0", "C_NOT_EXACT"),
    (">= 3/10", ">= 13/10", "C_BAD_VALUE"),
    ("when: \"line\"", "when: !!python/object:os.system \"line\"", "C_TAG"),
    ("when: \"line\"", "when: \"" + "not(" * 2000 + "line" + ")" * 2000 + "\"", "C_SYNTAX"),
    ("when: \"line\"", "when: \"not " + "not " * 2000 + "line\"", "C_SYNTAX"),
    ("{line: \"held(I in H; gross_votes) >= 3/10\"}", "{line: other, other: \"not line\"}", "C_SYNTAX"),
    ("{line: \"held(I in H; gross_votes) >= 3/10\"}", "{line: line}", "C_SYNTAX"),
    ("  when: \"line\"\n", "", "C_MISSING_KEY"),
    ("  effect: {votes: zero, quorum: exclude, meetings: [ordinary, special]}\n", "", "C_MISSING_KEY"),
    ("votes: zero", "votes: multiply, factor: 2", "C_UNKNOWN_EFFECT"),
    ("  confidence: A\n", "  confidence: A\n  flags: {lime: associate}\n", "C_UNKNOWN_PREDICATE"),
    ("  confidence: A\n", LADDER + "step: \"1/100000000\"}\n", "C_BAD_VALUE"),
    ("  confidence: A\n", LADDER + "step: 0}\n", "C_BAD_VALUE"),
    ("when: \"line\"", "when: \"fact(tie, Z, I)\"", "C_SYNTAX"),
    ("when: \"line\"", "when: \"some(Z; held(Z in I; votes) > 1/2)\"", "C_UNKNOWN_PREDICATE"),
    ("when: \"line\"", "when: \"before(fact(crossed, H, I), line)\"", "C_SYNTAX"),
    ("when: \"line\"", "when: \"increase(H in I; issued, 1/2) > 1/100\"", "C_NOT_EXACT"),
    ("quorum: exclude", "quorum: exclude, duty: {sell: all, from: \"line\"}", "C_SYNTAX"),
    ("confidence: A", "confidence: A\n  confidence: B", "C_DUPLICATE_KEY"),
    ("held(I in H; gross_votes) >= 3/10", "13/10 <= held(I in H; gross_votes)", "C_BAD_VALUE"),
    ("votes: zero", "votes: zero, share: \"1/2\"", "C_UNKNOWN_KEY"),
    ("votes: zero", "votes: zero, base: issued", "C_UNKNOWN_KEY"),
    ("votes: zero", "votes: zero, factor: 2", "C_UNKNOWN_KEY"),
    ("votes: zero", "votes: stay, together: concert(H)", "C_UNKNOWN_KEY"),
    ("votes: zero", "votes: cap, share: \"1/2\", share_from: articles_cap, base: issued", "C_UNKNOWN_KEY"),
    ("votes: zero", "votes: excess_over, base: issued, share: \"3/2\"", "C_BAD_NUMBER"),
    ("votes: zero", "votes: excess_over, base: issued, share: \"-1/2\"", "C_BAD_NUMBER"),
    ("votes: zero", "votes: excess_over, base: issued, share: nan", "C_BAD_NUMBER"),
    ("votes: zero", "votes: excess_over, base: issued, share: .inf", "C_BAD_NUMBER"),
    (">= 3/10", ">= nan", "C_UNKNOWN_PREDICATE"),
    ("; gross_votes", "", "C_SYNTAX"),
    ("id: XA-9\n", "id: \"\"\n", "C_BAD_VALUE"),
    ("id: XA-9\n", "id: 9\n", "C_BAD_VALUE"),
    ("id: XA-9\n", "id: \"XA\\e[2J\"\n", "C_BAD_VALUE"),
    ("id: XA-9\n", "id: \"XA-9#reach\"\n", "C_BAD_VALUE"),
    ("{issuer: {jurisdiction: XA}}", "{issuer: {kind: compny}}", "C_BAD_VALUE"),
    ("  confidence: A\n", "  confidence: A\n  open: [basiss]\n", "C_BAD_VALUE"),
    ("  confidence: A\n", "  confidence: A\n  at: noon\n", "C_BAD_VALUE"),
    ("when: \"line\"", "when: [line]", "C_SYNTAX"),
    ("{line: \"held(I in H; gross_votes) >= 3/10\"}", "{line: null}", "C_SYNTAX"),
    ("effect: {votes: zero, quorum: exclude, meetings: [ordinary, special]}", "effect: zero", "C_BAD_VALUE"),
    ("  confidence: A\n", LADDER.replace("1/20", "21/20") + "}\n", "C_BAD_NUMBER"),
    ("  confidence: A\n", LADDER.replace("{v: \"held(H in I; issued)\"}", "[v]") + "}\n", "C_BAD_VALUE"),
    ("  confidence: A\n", LADDER.replace("{v: \"held(H in I; issued)\"}", "{}") + "}\n", "C_MISSING_KEY"),
    ("  confidence: A\n", "  confidence: A\n  majority: {classes: [special], op: \">\", share: \"3/2\", of: cast}\n", "C_BAD_NUMBER"),
    ("  confidence: A\n", "  confidence: A\n  majority: {classes: [], op: \">\", share: \"1/2\", of: cast, quorum: 4}\n", "C_BAD_NUMBER"),
    ("  confidence: A\n", "  confidence: A\n  majority: {classes: [], op: \">\", share: \"1/2\", of: cast}\n", "C_MISSING_KEY"),
    ("from: 2000-01-01", "from: 2023-02-30", "C_BAD_DATE"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code"), FAULTS, ids=[f"{n}-{code}" for n, (_, _, code) in enumerate(FAULTS)])
def test_a_fault_is_told_with_its_place(old: str, new: str, code: str) -> None:
    assert old in GOOD
    with pytest.raises(CrossholdError) as caught:
        book(GOOD.replace(old, new, 1))
    assert code in {f.code for f in caught.value.findings}, [str(f) for f in caught.value.findings]
    assert all(f.where for f in caught.value.findings)


CONTROL = """\
- id: XA-SUB
  jurisdiction: XA
  kind: control_def
  clauses: {majority: "held(X + subs(X; XA-SUB) in Y; gross_votes) > 1/2"}
  when: "majority"
  effect: {set_ctrl: true}
  valid: {from: 2000-01-01}
  cite: {law: invented, source: invented, read_on: 2026-11-22}
  confidence: A
"""


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('  when: "majority"\n', "", "C_MISSING_KEY"),
        ('when: "majority"', 'when: "majority"\n  unless: "fact(tie, X, Y)"', "C_UNKNOWN_KEY"),
        ('when: "majority"', 'when: "all(majority, not(ctrl(Y, X; XA-SUB)))"', "C_SYNTAX"),
        ('when: "majority"', 'when: "not(majority)"', "C_SYNTAX"),
        ('when: "majority"', 'when: "held(I in H; issued) > 1/2"', "C_UNKNOWN_PREDICATE"),
        ('when: "majority"', 'when: "any(majority, self(H, I))"', "C_UNKNOWN_PREDICATE"),
        ('when: "majority"', 'when: "any(majority, held_for(lot) >= 24)"', "C_UNKNOWN_PREDICATE"),
    ],
)
def test_a_definition_of_control_speaks_of_x_and_y(old: str, new: str, code: str) -> None:
    assert book(CONTROL).ids == ("XA-SUB",)
    with pytest.raises(CrossholdError) as caught:
        book(CONTROL.replace(old, new, 1))
    assert code in {f.code for f in caught.value.findings}


def test_definitions_that_deny_one_another_are_refused() -> None:
    """Control that rests on the absence of another control, which rests on the first, has no least answer."""
    other = CONTROL.replace("XA-SUB", "XA-TOP")
    denies = 'when: "all(majority, not(held(Y + subs(Y; XA-TOP) in X; issued) > 1/4))"'
    book(CONTROL.replace('when: "majority"', denies) + other)
    with pytest.raises(CrossholdError) as caught:
        book(CONTROL.replace('when: "majority"', denies) + other.replace('when: "majority"', 'when: "ctrl(X, Y; XA-SUB)"'))
    assert [f.code for f in caught.value.findings] == ["C_SYNTAX"] and "XA-SUB -> XA-TOP -> XA-SUB" in str(caught.value)


def test_a_reading_that_the_case_fixes_is_used_or_refused() -> None:
    """R has 40.2 % of N gross and 40.01 % at most once N is silent; the case may fix the reading either way."""
    rows = [("R", "N", 402), ("N", "R", 150), ("Q", "R", 10)]
    snapshot = net(rows, issued=1000, entities=[company(n, "FR") for n in "RNQ"])
    for setting in ("gross", {"basis": "gross"}, "exercisable", {"basis": "exercisable"}):
        choice = RuleChoice(only=("FR-233-31",), settings={"FR-233-3": setting})
        wanted = setting if isinstance(setting, str) else setting["basis"]
        found = ballot(snapshot.evolve(rules=choice))
        assert {tuple(r.items()) for o in found.outcomes for r in o.readings} == {(("FR-233-3", wanted),)}
    wrong: list[object] = ["net", {"basis": "net"}, {"base": "gross"}, 3]
    for bad in wrong:
        with pytest.raises(RequestError) as caught:
            ballot(snapshot.evolve(rules=RuleChoice(only=("FR-233-31",), settings={"FR-233-3": bad})))
        assert [f.code for f in caught.value.findings] == ["E_READING"]
    with pytest.raises(RequestError) as caught:  # a rule that leaves nothing open
        ballot(snapshot.evolve(rules=RuleChoice(only=("FR-233-31",), settings={"FR-233-31": "gross"})))
    assert [f.code for f in caught.value.findings] == ["E_READING"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("from: 2000-01-01", "from: 2023-02-30"), ("read_on: 2026-11-22", "read_on: 2026-02-30"),
        ("votes: zero", "votes: excess_over, base: issued, share: nan"), ("when: \"line\"", "when: \"lin\""),
        ("effect: {votes: zero, quorum: exclude, meetings: [ordinary, special]}", "effect: zero"),
        ("{line: \"held(I in H; gross_votes) >= 3/10\"}", "{line: \"held(I in H) >= 3/10\"}"), (GOOD, "- hello\n"),
    ],
)  # fmt: skip
def test_one_slip_is_one_fault(old: str, new: str) -> None:
    """What follows from a fault alone is not told: it would go away with the fault."""
    with pytest.raises(CrossholdError) as caught:
        book(GOOD.replace(old, new, 1))
    assert len(caught.value.findings) == 1, [str(f) for f in caught.value.findings]


def test_all_faults_are_told_at_once() -> None:
    text = GOOD.replace("confidence: A\n", "confidence: D\n").replace("votes: zero", "votes: nil").replace(">= 3/10", ">= 30%")
    with pytest.raises(CrossholdError) as caught:
        book(text)
    assert {f.code for f in caught.value.findings} >= {"C_CONFIDENCE", "C_UNKNOWN_EFFECT", "C_NOT_EXACT"}


def test_two_versions_that_do_not_overlap_are_one_rule_over_time() -> None:
    later = GOOD.replace("from: 2000-01-01, to: 2030-12-31", "from: 2031-01-01").replace("3/10", "2/5")
    both = load([GOOD, later])
    assert [rule.version for rule in both.versions("XA-9")] == ["XA-9@2000-01-01", "XA-9@2031-01-01"]
    assert [rule.version for rule in both.at(date(2031, 1, 1)).rules] == ["XA-9@2031-01-01"]


@pytest.mark.parametrize(
    "choice", [RuleChoice(only=("FR-233-13",)), RuleChoice(packs=("XX",)), RuleChoice(packs=("FR",), settings={"FR-1": {}})]
)
def test_a_rule_that_does_not_exist_stops_with_the_nearest_name(choice: RuleChoice) -> None:
    with pytest.raises(RequestError) as caught:
        ballot(net([("A", "B", 30)]).evolve(rules=choice))
    assert {f.code for f in caught.value.findings} == {"C_UNKNOWN_RULE"} and all(f.cure for f in caught.value.findings)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (({"fact": "control", "by": "A", "target": "B"},), "C_UNKNOWN_FACT"),
        (({"fact": "controls", "by": "A", "target": "B", "date": "2020-02-30"},), "C_BAD_DATE"),
    ],
)
def test_a_fact_of_the_case_must_be_known(facts: tuple[dict[str, str], ...], code: str) -> None:
    with pytest.raises(RequestError) as caught:
        ballot(net([("A", "B", 30)], facts=facts))
    assert [f.code for f in caught.value.findings] == [code]


def test_words_of_the_grammar() -> None:
    for text in (
        "not other_voter(item)", "not(other_voter(item))", "all(company(H), jur(H) in {FR, DE}, form(I) in {SA})",
        "any(largest(X in Y; open_votes), capacity(lot) in {trustee})", "held(concert(H) in I; max(issued, gross_votes)) <= 1/2",
        "increase(H in I; issued, 12) > 1/100", "held(I in H; issued) = held(H in I; issued)", "held_for(lot) >= 24",
    ):  # fmt: skip
        parse(text)
    for text in ("", "all()", "held(I in H; issued)", "3/10", "held(Q in H; issued) > 1/2", "capacity(lot) in {king}", "I > 1/2"):
        with pytest.raises(GrammarError):
            parse(text)
