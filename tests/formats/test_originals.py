"""A record is kept as the text that the standard library writes of it, to the last sign."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from crosshold.formats.originals import keep

REFERENCE = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@settings(max_examples=500)
@given(st.dictionaries(st.text(), JSON))
@example({"a": 1e16, "b": 1e-05, "c": [-0.0, 12.5, 1e22]})
@example({"a": [0.0, 1e16, 1e-07]})
@example({"a": ":1e5,2E+3", "b": "[0.10"})
@example({"a": float("inf")})
@example({"a": "\ud800"})
def test_a_record_is_kept_as_the_standard_library_writes_it(record: dict[str, Any]) -> None:
    try:
        expected = REFERENCE(record)
        expected.encode()
    except ValueError:
        expected = None
    try:
        assert keep(record) == expected
    except ValueError:
        assert expected is None
