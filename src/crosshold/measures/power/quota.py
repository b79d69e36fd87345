"""The winning rule of a meeting: always said, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crosshold.errors import Finding, RequestError

MAJORITY: Mapping[str, str] = {"more_than": "1/2"}


@dataclass(frozen=True, slots=True)
class Quota:
    """Wins with more than ``level`` votes (``strict``) or at least so many."""

    level: Fraction
    strict: bool

    def whole(self) -> int:
        """The smallest whole number of votes that wins."""
        return self.level.__floor__() + 1 if self.strict else self.level.__ceil__()


def quota_of(quota: Mapping[str, Any] | str | Fraction, total: int | Fraction) -> Quota:
    """Read ``{"more_than": x}`` or ``{"at_least": x}``; a bare x means more than x.

    A whole number (``int``) counts votes; a string or ``Fraction`` is a fraction of ``total``. Errors: E_QUOTA; E_THRESHOLD_TYPE for
    a float.
    """
    rule = quota if isinstance(quota, Mapping) else {"more_than": quota}
    if len(rule) != 1 or next(iter(rule)) not in ("more_than", "at_least"):
        message = f"{quota!r} is no winning rule."
        raise RequestError(Finding("E_QUOTA", message, 'Say {"more_than": "1/2"} or {"at_least": 51}.', "quota"))
    word, value = next(iter(rule.items()))
    if isinstance(value, float):
        message = f"the quota {value!r} is a binary float, which is not exactly the fraction you mean."
        raise RequestError(Finding("E_THRESHOLD_TYPE", message, f'Write it as a string: "{value}".', "quota"))
    try:
        level = Fraction(value) if isinstance(value, int) else Fraction(value) * total
    except (TypeError, ValueError, ZeroDivisionError):
        raise RequestError(Finding("E_QUOTA", f"{value!r} is no number.", 'Write "1/2", "0.5" or 51.', "quota")) from None
    strict = word == "more_than"
    if level > total or (level == total and strict) or level < 0 or (level == 0 and not strict):
        message = f"a quota of {word.replace('_', ' ')} {value} decides nothing among {total} votes."
        raise RequestError(Finding("E_QUOTA", message, "Fractions, not percent: 1/2 for 50 %.", "quota"))
    return Quota(level, strict)
