"""A share as it was said: a point, its bounds, what it is a share of, and why the bounds are what they are.

The reading rules are those of hedged and rounded percentages: a printed percentage stands for half a unit of its last digit
on either side; "about" widens that; "more than" and the like give one bound. Bounds from rounding or a hedge are half-open,
``[low, high)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from crosshold.model.exact import fraction

NOTIONAL = 10**12
"""The whole that a percentage without a share count is taken of."""

BASES = ("issued", "outstanding", "gross_votes", "exercisable_votes", "theoretical_votes")
"""What a percentage may be a percentage of; nothing else is accepted, and nothing is assumed."""

HEDGE_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # what a hedge does to the bounds, and its words by language (spec/evidence 2.1)
    "about": {
        "en": ("about", "around", "roughly", "some", "approximately", "circa", "~", "an estimated", "in the region of"),
        "fr": ("environ", "quelque", "autour de", "à peu près"),
        "de": ("rund", "etwa", "circa"),
        "ja": ("約", "およそ", "ほぼ"),
    },
    "just under": {
        "en": (
            "nearly",
            "almost",
            "just under",
            "close to",
            "shy of",
            "slightly less than",
            "a little under",
            "a shade under",
            "not quite",
        ),
        "fr": ("près de", "presque", "un peu moins de"),
        "de": ("knapp", "fast"),
        "ja": ("弱", "近く"),
    },
    "just over": {
        "en": ("just over", "slightly more than", "a shade over", "a little above", "a little over", "slightly over"),
        "fr": ("un peu plus de",),
        "de": ("gut",),
        "ja": ("強", "余り"),
    },
    "over": {
        "en": ("more than", "over", "above", "in excess of", "upwards of"),
        "fr": ("plus de",),
        "de": ("mehr als", "über"),
        "ja": ("超",),
    },
    "at least": {
        "en": ("at least", "no less than", "not less than", "a minimum of"),
        "fr": ("au moins",),
        "de": ("mindestens",),
        "ja": ("以上",),
    },
    "at most": {
        "en": ("up to", "no more than", "at most", "as much as", "as many as", "a maximum of"),
        "fr": ("au plus", "jusqu'à"),
        "de": ("höchstens",),
        "ja": ("以下",),
    },
    "under": {"en": ("less than", "under", "below"), "fr": ("moins de",), "de": ("weniger als", "unter"), "ja": ("未満",)},
}
_RULE = {word: rule for rule, columns in HEDGE_WORDS.items() for words in columns.values() for word in words}
HEDGES = frozenset(_RULE)


@dataclass(frozen=True, slots=True)
class Share:
    """A fraction 0-1 with bounds. ``point`` is ``None`` when only a bound was said; ``text`` is the number as written."""

    point: Fraction | None
    low: Fraction
    high: Fraction
    low_open: bool = False
    high_open: bool = False
    bounds_from: str = "stated"
    text: str = ""

    def meets(self, other: Share) -> bool:
        """Whether the two intervals have a value in common; ends meet at a point only when both are closed."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        if low < high:
            return True
        if low > high:
            return False
        shut_low = not any(s.low_open for s in (self, other) if s.low == low)
        shut_high = not any(s.high_open for s in (self, other) if s.high == high)
        return shut_low and shut_high


def exact(value: Fraction, bounds_from: str = "count") -> Share:
    """A share known exactly."""
    return Share(value, value, value, bounds_from=bounds_from)


SOME = Share(None, Fraction(0), Fraction(1), low_open=True, bounds_from="word")
"""There is a holding, and nothing is said of its size."""


def parse(text: str, hedge: str | None = None) -> Share:
    """Read a share written as an exact decimal or fraction of one (``"0.43"``, ``"3/10"``) with the hedge it was said with.

    A fraction and the numbers 0 and 1 are exact; a decimal carries the rounding of its last digit, which is at most a whole
    percentage point. ``ValueError`` when it is no number, is outside 0 to 1, or the hedge is unknown.

    >>> share = parse("0.43", "about"); (str(share.low), str(share.high))
    ('21/50', '11/25')
    """
    point = fraction(text)
    if not 0 <= point <= 1:
        raise ValueError(f"{text!r} is not between 0 and 1")
    word = (hedge or "").strip().lower()
    if word and word not in HEDGES:
        raise ValueError(f"{hedge!r} is no known hedge")
    return replace(_one_sided(point, word) or _rounded(text, point, word), text=text)


def _rounded(text: str, point: Fraction, word: str) -> Share:
    if not word and ("/" in text or point in (0, 1)):
        return exact(point, "stated")
    digits = max(-int(Decimal(text).as_tuple().exponent), 2) if "/" not in text else 2
    unit = Fraction(1, 10**digits)
    wide = _HEDGED_WORD if digits == 2 and point * 100 % 5 == 0 else unit
    return _near(point, word, unit, wide, "hedge" if word else "rounding")


def _near(point: Fraction, word: str, unit: Fraction, wide: Fraction, bounds_from: str) -> Share:
    """A number and what is near it: ``unit`` of its last digit for "just under" and "just over", ``wide`` on either side for "about"."""
    rule = _RULE.get(word)
    if rule == "just under":
        return Share(None, max(point - unit, Fraction(0)), point, high_open=True, bounds_from=bounds_from)
    if rule == "just over":
        return Share(None, point, min(point + unit, Fraction(1)), low_open=True, bounds_from=bounds_from)
    half = wide if rule else unit / 2
    high = point + half
    return Share(point, max(point - half, Fraction(0)), min(high, Fraction(1)), high_open=high <= 1, bounds_from=bounds_from)


def _one_sided(point: Fraction, word: str) -> Share | None:
    zero, one = Fraction(0), Fraction(1)
    rule = _RULE.get(word)
    if rule == "over":
        return Share(None, point, one, low_open=True, bounds_from="hedge")
    if rule == "at least":
        return Share(None, point, one, bounds_from="hedge")
    if rule == "at most":
        return Share(None, zero, point, bounds_from="hedge")
    if rule == "under":
        return Share(None, zero, point, high_open=True, bounds_from="hedge")
    return None


_HEDGED_WORD, _POINT = Fraction(5, 200), Fraction(1, 100)
SHARE_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # a fraction, or bounds, and the words for it by language
    "1/2": {"en": ("half", "a half", "one half"), "fr": ("la moitié", "moitié"), "ja": ("半数", "半分")},
    "1/3": {"en": ("a third", "one third"), "fr": ("un tiers", "le tiers"), "ja": ("3分の1",)},
    "2/3": {"en": ("two thirds",), "fr": ("deux tiers", "les deux tiers"), "ja": ("3分の2",)},
    "1/4": {"en": ("a quarter", "one quarter", "a fourth", "one fourth"), "fr": ("un quart", "le quart"), "ja": ("4分の1",)},
    "3/4": {"en": ("three quarters", "three fourths"), "fr": ("trois quarts", "les trois quarts"), "ja": ("4分の3",)},
    "1/5": {"en": ("a fifth", "one fifth"), "fr": ("un cinquième",), "ja": ("5分の1",)},
    "2/5": {"en": ("two fifths",), "fr": ("deux cinquièmes",), "ja": ("5分の2",)},
    "3/5": {"en": ("three fifths",), "fr": ("trois cinquièmes",), "ja": ("5分の3",)},
    "4/5": {"en": ("four fifths",), "fr": ("quatre cinquièmes",), "ja": ("5分の4",)},
    "1/6": {"en": ("a sixth", "one sixth"), "fr": ("un sixième",), "ja": ("6分の1",)},
    "1/8": {"en": ("an eighth", "one eighth"), "fr": ("un huitième",), "ja": ("8分の1",)},
    "1/10": {"en": ("a tenth", "one tenth"), "fr": ("un dixième",), "ja": ("10分の1",)},
    "1": {
        "en": ("all", "the whole", "the entirety", "wholly owned", "fully owned", "wholly-owned", "fully-owned"),
        "fr": ("la totalité", "l'intégralité"),
        "ja": ("全株式", "全株", "完全"),
    },
    "(1/2, 1]": {
        "en": ("a majority", "majority", "the majority", "control of the capital"),
        "fr": ("la majorité", "majorité", "majoritaire"),
        "ja": ("過半数", "過半"),
    },
    "(0, 1/2)": {"en": ("a minority", "minority"), "fr": ("minoritaire",), "ja": ("少数",)},
    "(0, 1/10)": {"en": ("a single-digit", "single-digit", "single digit"), "fr": (), "ja": ()},
    "(0, 1]": {"en": ("a stake",), "fr": ("une participation",), "ja": ()},
}
_WORD = {word: value for value, columns in SHARE_WORDS.items() for words in columns.values() for word in words}


def parse_word(word: str, hedge: str | None = None) -> Share:
    """A share said in a word, with the hedge it was said with: half a point on either side, two and a half with a hedge.

    Bounds such as "a majority" take no hedge. ``ValueError`` when the word or the hedge is unknown.

    >>> share = parse_word("a quarter", "at least"); (str(share.low), str(share.high))
    ('1/4', '1')
    """
    value, rule = _WORD.get(word.lower()), (hedge or "").strip().lower()
    if value is None or (rule and rule not in HEDGES):
        raise ValueError(f"{word if value is None else hedge!r} is no known word for a share")
    if value[0] == "(":
        low, high = (fraction(end) for end in value[1:-1].split(", "))
        return Share(None, low, high, low_open=True, high_open=value[-1] == ")", bounds_from="word", text=word)
    return _worded(fraction(value), rule, _HEDGED_WORD, word)


def parse_tenths(tenths: int, hedge: str | None = None) -> Share:
    """A share in Japanese tenths (``3割``); ``強`` and ``弱`` reach half a tenth above and below.

    >>> share = parse_tenths(3, "強"); (str(share.low), str(share.high), share.low_open)
    ('3/10', '7/20', True)
    """
    if not 0 <= tenths <= 10:
        raise ValueError(f"{tenths} tenths are more than a whole")
    return _worded(Fraction(tenths, 10), hedge or "", Fraction(1, 20), f"{tenths}割")


def _worded(point: Fraction, rule: str, unit: Fraction, text: str) -> Share:
    if point == 1 and not rule:
        return replace(exact(point, "word"), text=text)
    step = unit if rule else _POINT
    found = _one_sided(point, rule) or _near(point, rule, step, _HEDGED_WORD, "word")
    return replace(found, bounds_from="word", text=text)


def between(low: Fraction, high: Fraction, text: str = "") -> Share:
    """A share said to lie between two numbers, both included; the order does not matter. ``ValueError`` outside 0 to 1."""
    low, high = sorted((low, high))
    if not 0 <= low <= high <= 1:
        raise ValueError(f"{text or (low, high)!r} is not between 0 and 1")
    return Share(None, low, high, bounds_from="stated", text=text)


def whole_shares(share: Share, whole: int) -> tuple[int, int, int]:
    """``(shares, low, high)`` of a share of ``whole``: the point rounded half to even, the bounds outward (spec/evidence 2.2).

    A half-open upper bound excludes the count that lies exactly on it. Without a point the middle of the bounds is taken.
    """
    low, high, low_of, high_of = share.low.numerator, share.high.numerator, share.low.denominator, share.high.denominator
    lowest, above = divmod(low * whole, low_of)
    highest, below = divmod(-high * whole, high_of)
    highest = -highest
    if share.low_open and not above:
        lowest += 1
    if share.high_open and not below and highest > lowest:
        highest -= 1
    if share.point is not None:
        point, point_of = share.point.numerator, share.point.denominator
    else:
        point, point_of = low * high_of + high * low_of, 2 * low_of * high_of
    middle, rest = divmod(point * whole, point_of)  # whole numbers alone: a register asks this of every row
    if 2 * rest > point_of or (2 * rest == point_of and middle % 2):
        middle += 1
    return min(max(middle, lowest), highest), lowest, highest
