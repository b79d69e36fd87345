"""The parts of a rule row that say what it does: effects, duties, ladders, majorities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from crosshold.errors import did_you_mean
from crosshold.formats.fields import Fields
from crosshold.law import vocabulary as words
from crosshold.law.grammar import GrammarError, parse, parse_number, parse_together
from crosshold.law.limits import Limit
from crosshold.law.rule import Effect, Ladder, Majority
from crosshold.law.trees import Group, Predicate, When

EFFECT: Mapping[str, str] = {
    "votes": "what happens to them",
    "clause": "the clause it hangs on, else the whole condition",
    "share": "of cap and excess_over: a ratio",
    "share_from": "the fact whose 'share' it is",
    "base": "of what the share is",
    "together": "whose votes are taken as those of one: H + subs(H; DEF), concert(H), or same_group(H; SCHEME)",
    "factor": "of multiply: a whole number",
    "clock_from": "the day on which the time of registration begins to count",
    "quorum": "whether the votes stay in the quorum",
    "meetings": "classes of resolution it is about",
    "except_meetings": "classes it is not about",
    "duty": "what H must do, as in a row",
    "part": "the part whose letter counts",
}
ONLY_OF: Mapping[str, tuple[str, ...]] = {
    "share": ("cap", "excess_over"), "share_from": ("cap", "excess_over"), "base": ("cap", "excess_over"), "factor": ("multiply",),
    "clock_from": ("multiply",), "together": ("cap", "excess_over", "zero"),
}  # fmt: skip
"""Words of an effect that only some effects have."""
MOST_RUNGS = 1000
MOST_TIMES = 1000


def effects(row: Fields) -> list[Fields]:
    """The effects of a row: one mapping, or a list of them."""
    value = row.data.get("effect")
    if isinstance(value, list):
        return row.children("effect")
    return [child] if (child := row.child("effect")) else []


def effect(fields: Fields, trees: dict[str, When], parts: dict[str, str], kind: str) -> Effect | None:
    """One effect on votes; ``None`` for a control definition, whose only effect is that it defines."""
    if kind == "control_def":
        fields.only(("set_ctrl",))
        return None
    fields.only(EFFECT)
    votes = fields.text("votes") or ""
    if fields.require("votes") and votes not in words.VOTE_EFFECTS:
        fields.fault("C_UNKNOWN_EFFECT", f"{votes!r} is no effect on votes.", did_you_mean(votes, words.VOTE_EFFECTS), "votes")
    clause, part = fields.text("clause"), fields.text("part")
    if clause is not None and clause not in trees:
        fields.fault("C_UNKNOWN_PREDICATE", f"the row has no clause {clause!r}.", did_you_mean(clause, trees), "clause")
    if part is not None and part not in parts:
        fields.fault("C_CONFIDENCE", f"the part {part!r} has no letter under 'parts'.", "Add it.", "part")
    for key in [key for key, used in ONLY_OF.items() if votes in words.VOTE_EFFECTS and votes not in used and key in fields.data]:
        fields.fault("C_UNKNOWN_KEY", f"{votes} has no {key!r}.", f"It is of {' and '.join(ONLY_OF[key])}.", key)
    if "share" in fields.data and "share_from" in fields.data:
        fields.fault("C_UNKNOWN_KEY", "the share is told twice.", "Write 'share' or 'share_from'.", "share_from")
    share, base = fields.part("share"), fields.text("base")
    if votes in ("cap", "excess_over"):
        if fields.data.get("share") is None and fields.text("share_from") is None:
            fields.fault("C_MISSING_KEY", f"{votes}: over what?", "Add 'share' and 'base'.")
        if base not in words.FIXED_BASES:
            cure = f"Add 'base': one of {', '.join(words.FIXED_BASES)}."
            fields.fault("C_CAP_NO_BASE", f"a share of {base!r} is not a number of votes.", cure, "base")
    meetings = _meetings(fields, "meetings") if fields.data.get("meetings") != "all" else ()
    return Effect(
        votes=votes, clause=clause, share=share, share_from=fields.choice("share_from", words.FACTS), base=base or "issued",
        together=_together(fields), factor=fields.whole("factor", 1) or 1, clock_from=fields.day("clock_from"),
        quorum=fields.choice("quorum", words.QUORUM, "unstated") or "unstated", meetings=meetings,
        except_meetings=_meetings(fields, "except_meetings"),
        duty=duties(fields, "duty", words.DUTIES), part=part,
    )  # fmt: skip


def _together(fields: Fields) -> Group | None:
    text = fields.text("together")
    try:
        return None if text is None else parse_together(text)
    except GrammarError as error:
        fields.fault(error.code, error.message, error.cure, "together")
        return None


def _factor(fields: Fields) -> int:
    factor = fields.whole("factor", 1)
    if factor is not None and not 1 <= factor <= MOST_TIMES:
        fields.fault("C_BAD_NUMBER", f"votes times {factor} is no loyalty.", f"Write 2 to {MOST_TIMES}.", "factor")
    return factor or 1


def _meetings(fields: Fields, key: str) -> tuple[str, ...]:
    names = fields.names(key)
    for name in names:
        if name not in words.MEETINGS:
            fields.fault("C_UNKNOWN_MEETING", f"{name!r} is no class of resolution.", did_you_mean(name, words.MEETINGS), key)
    return names


def duties(row: Fields, key: str, known: Iterable[str] | None) -> dict[str, str]:
    """A mapping of words to texts. Beside a duty stands its deadline: ``within``, and ``from`` a fact whose day it runs from."""
    inner = row.child(key)
    found = {str(name): str(value) for name, value in inner.data.items()} if inner else {}
    for name in found:
        if known is not None and name not in (*known, *words.DEADLINE):
            row.fault("C_UNKNOWN_EFFECT", f"{name!r} is no duty.", did_you_mean(name, known), key, name)
    if known is not None and "from" in found:
        try:
            fact = parse(found["from"])
        except GrammarError as error:
            row.fault(error.code, error.message, error.cure, key, "from")
        else:
            if not isinstance(fact, Predicate) or fact.name != "fact":
                row.fault("C_SYNTAX", f"{found['from']!r} is no fact.", "Write fact(crossed, H, I).", key, "from")
    return found


def ladder(row: Fields) -> Ladder | None:
    """Lines one above the other; ``step`` goes on from the last one."""
    ladder = row.child("ladder")
    if ladder is None:
        return None
    ladder.only(("of", "op", "at", "step"))
    ladder.require("of", "op", "at")
    at = [rung for n, value in enumerate(ladder.items("at")) if (rung := ladder.part_of(value, "at", n)) is not None]
    step = ladder.ratio("step")
    if step is not None and at and (step <= 0 or (1 - at[-1]) / step > MOST_RUNGS):
        ladder.fault(
            "C_BAD_VALUE", f"a step of {step} makes no ladder of up to {MOST_RUNGS} rungs.", "Write a larger step.", "step"
        )
        step = None
    while step and at and at[-1] + step < 1:
        at.append(at[-1] + step)
    if not ladder.items("at"):
        ladder.fault("C_MISSING_KEY", "the ladder has no rung.", "Give 'at' a list of quoted ratios.", "at")
    of, measured = [], ladder.child("of")
    if measured is not None and not measured.data:
        measured.fault(
            "C_MISSING_KEY", "the ladder measures nothing.", 'Name what it measures: {votes: "held(H in I; gross_votes)"}.'
        )
    for name, text in measured.data.items() if measured else ():
        try:
            of.append((name, parse_number(str(text))))
        except GrammarError as error:
            ladder.fault(error.code, error.message, error.cure, "of", name)
    return Ladder(tuple(of), ladder.choice("op", (">", ">="), ">=") or ">=", tuple(sorted(at)))


def limit(row: Fields, parts: Mapping[str, str]) -> Limit | None:
    """How large a deal may be; the greatest of its shares counts."""
    inner = row.child("limit")
    if inner is None:
        return None
    inner.only(("what", "most", "months", "averaged", "outside", "holders_from", "part"))
    inner.require("what", "most")
    most = []
    for item in inner.children("most"):
        item.only(("share", "of"))
        share, base = item.ratio("share"), item.choice("of", words.LIMIT_OF)
        if item.require("share", "of") and share is not None and base is not None:
            most.append((share, base))
    part, outside = inner.text("part"), inner.names("outside")
    if part is not None and part not in parts:
        inner.fault("C_CONFIDENCE", f"the part {part!r} has no letter under 'parts'.", "Add it.", "part")
    for venue in outside:
        if venue not in words.VENUES:
            inner.fault("C_BAD_VALUE", f"{venue!r} is no venue.", did_you_mean(venue, words.VENUES), "outside")
    what = inner.choice("what", words.LIMITS)
    if what is None or not most:
        return None
    return Limit(
        what, tuple(most), inner.whole("months", 0) or 0, inner.text("averaged", "") or "", outside,
        inner.ratio("holders_from") or Fraction(0), part,
    )  # fmt: skip


def majority(row: Fields) -> Majority | None:
    """How a resolution passes. ``low``: up to which share of votes present another ``op`` and ``share`` hold."""
    inner = row.child("majority")
    if inner is None:
        return None
    inner.only(("classes", "op", "share", "of", "quorum", "low"))
    inner.require("classes", "op", "share", "of")
    if inner.data.get("classes") == []:
        inner.fault("C_MISSING_KEY", "the majority is of no resolution.", "Name classes of resolution.", "classes")
    low = inner.child("low")
    other = None
    if low is not None:
        low.only(("attendance", "op", "share"))
        attendance, share = low.part("attendance"), low.part("share")
        if low.require("attendance", "op", "share") and attendance is not None and share is not None:
            other = attendance, low.choice("op", (">", ">="), ">") or ">", share
    return Majority(
        inner.choice("op", (">", ">="), ">") or ">", inner.part("share") or Fraction(1, 2),
        inner.choice("of", words.MAJORITY_OF, "cast") or "cast", _meetings(inner, "classes"), inner.part("quorum"), row.text("id"), other,
    )  # fmt: skip
