"""Thresholds are exact fractions: a sum of binary floats decides a verdict wrongly."""

from __future__ import annotations

from fractions import Fraction

from crosshold.errors import Finding, RequestError


def threshold(value: Fraction | str | int) -> Fraction:
    """A threshold in (0, 1] as a fraction.

    Errors: E_THRESHOLD_TYPE for a float or something that is no fraction, E_THRESHOLD_RANGE outside (0, 1].

    >>> threshold("0.25")
    Fraction(1, 4)
    """
    if isinstance(value, float):
        message = f"the threshold {value!r} is a binary float, which is not exactly the fraction you mean."
        raise RequestError(Finding("E_THRESHOLD_TYPE", message, f'Write it as a string or a Fraction: "{value}".', "threshold"))
    try:
        limit = Fraction(value)
    except (TypeError, ValueError, ZeroDivisionError):
        message = f"{value!r} is no fraction."
        raise RequestError(Finding("E_THRESHOLD_TYPE", message, 'Write "1/2" or "0.5".', "threshold")) from None
    if not 0 < limit <= 1:
        message = f"a threshold of {limit} can decide nothing: it must be above 0 and at most 1."
        raise RequestError(Finding("E_THRESHOLD_RANGE", message, "Fractions, not percent: 1/2 for 50 %.", "threshold"))
    return limit
