"""Words at some places equal the same words joined by Python."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crosshold.kernels.text import words_at
from crosshold.model.ids import Ids

WORDS = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5), unique=True, max_size=9)


@given(WORDS, st.lists(st.integers(-1, 8), max_size=20))
def test_words_at_places(words: list[str], places: list[int]) -> None:
    ids = sorted(words)
    chosen = np.array([k for k in places if k < len(ids)], dtype=np.int32)
    wanted = "\0".join(ids[k] if k >= 0 else "" for k in chosen.tolist())
    assert words_at(*Ids.pack(ids).packed, chosen).tobytes().decode() == wanted


def test_many_words() -> None:
    ids = [f"日{k:05d}" for k in range(4000)]
    places = np.random.default_rng(5).integers(-1, 4000, 6000)
    wanted = "\0".join(ids[k] if k >= 0 else "" for k in places.tolist())
    assert words_at(*Ids.pack(ids).packed, places).tobytes().decode() == wanted
