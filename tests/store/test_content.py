"""The content of a statement in words: every byte as the standard library would write it, so that ids stay what they are."""

from __future__ import annotations

import json
import math
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crosshold.model.share import Share
from crosshold.model.statement import CONTENT, Statement

from .claims import statements

HALF = st.text(st.characters(codec=None, categories=["Cs", "Lu", "Cc"]), max_size=6)
ODD: st.SearchStrategy[Any] = st.recursive(
    st.floats() | HALF | st.dates() | st.decimals() | st.fractions() | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HALF | st.integers(0, 20), inner, max_size=3) | st.tuples(inner),
    max_leaves=6,
)


def words(value: Any) -> Any:
    if isinstance(value, Share):
        names = ("point", "low", "high", "low_open", "high_open", "bounds_from", "text")
        return {name: words(getattr(value, name)) for name in names}
    if isinstance(value, (date, Decimal, Fraction)):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, (dict, MappingProxyType)):
        return {str(key): words(item) for key, item in value.items()}
    return [words(item) for item in value] if isinstance(value, (list, tuple)) else value


def by_the_standard_library(s: Statement) -> bytes:
    said = {name: words(getattr(s, name)) for name in CONTENT}
    told = {name: value for name, value in said.items() if value is not None and value not in ("", [], {})}
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


@given(statements())
@example(Statement("", "holds", share_class="", note='": ""', joint=("", "x")))
def test_it_is_what_the_standard_library_writes(s: Statement) -> None:
    assert s.content() == by_the_standard_library(s)
    assert s.id == "s" + sha256(s.content()).hexdigest()[:24]


@given(st.dictionaries(HALF, ODD, max_size=3), HALF, st.lists(HALF, max_size=2))
@example({"a": 1e16, "b": 1e-5, "c": -0.0, "d": math.nan}, "", [])
@example({"a": {10: 1, 9: 2}}, "\ud800", ["\udfff"])
def test_and_so_is_what_no_encoder_of_json_takes_as_it_is(extra: dict[str, Any], note: str, joint: list[str]) -> None:
    s = Statement("A", "holds", "B", note=note, joint=tuple(joint), extra=MappingProxyType(extra), label="mine")
    assert s.content() == by_the_standard_library(s)
    assert s.id == "mine" and s.changed(label=None).content() == s.content()


def test_what_is_no_value_of_a_statement_is_refused() -> None:
    with pytest.raises((NotImplementedError, TypeError)):
        Statement("A", "holds", price=object()).content()  # type: ignore[arg-type]
