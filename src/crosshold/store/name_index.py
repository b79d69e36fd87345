"""Finds a party by a name as people write it: exact words first, then the nearest by rapidfuzz (spec/evidence 8.3).

Names are compared by their keys (:func:`~crosshold.model.names.keyed`). Candidates are the names that share most runs of three characters
with the question, found in an index of all of them; their score is a mean of two token ratios, 0 to 100.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, RequestError
from crosshold.model.entity import Entity
from crosshold.model.identifiers import SCHEMES, checked
from crosshold.model.names import keyed

MOST = 1_000
"""Candidates that are looked at closely."""
_BUCKETS = 1 << 20


class Found(NamedTuple):
    """A party, ``score`` 100 for what is exactly the same, and what was the same or near: ``id``, a scheme, or the name as given."""

    id: str
    score: float
    matched: str


class NameIndex:
    """The names, ids and numbers of parties. Needs the extra ``link`` (rapidfuzz); ``E_EXTRA`` without it."""

    def __init__(self, parties: Iterable[Entity]) -> None:
        try:
            import rapidfuzz
        except ImportError:
            message = "finding parties by name needs the library rapidfuzz."
            raise RequestError(Finding("E_EXTRA", message, "Install it: pip install 'crosshold[link]'.", "find")) from None
        self._fuzz = rapidfuzz.fuzz
        self._ids: list[str] = []
        self._texts: list[str] = []
        self._keys: list[str] = []
        self._full: list[str] = []
        self._numbers: dict[str, list[tuple[str, str]]] = {}
        self._known: set[str] = set()
        for party in parties:
            self._known.add(party.id)
            for scheme, value in party.identifiers:
                self._numbers.setdefault(checked(scheme, value)[0], []).append((party.id, scheme))
            for text in party.spellings:
                name = keyed(text, forms=party.kind != "person")
                self._ids.append(party.id)
                self._texts.append(text)
                self._keys.append(name.key)
                self._full.append(name.full)
        self._runs = _Runs(self._keys)

    def find(self, text: str, limit: int = 10) -> list[Found]:
        """The nearest parties, each once, the best first."""
        found: dict[str, Found] = {}
        if text in self._known:
            found[text] = Found(text, 100.0, "id")
        for tidy in dict.fromkeys(checked(scheme, text)[0] for scheme in ("", *SCHEMES)):
            for party, scheme in self._numbers.get(tidy, ()):
                found.setdefault(party, Found(party, 100.0, scheme))
        for score, place in self._near(text):
            party = self._ids[place]
            if party not in found:
                found[party] = Found(party, score, self._texts[place])
                if len(found) >= limit:
                    break
        return list(found.values())[:limit]

    def _near(self, text: str) -> list[tuple[float, int]]:
        name = keyed(text)
        if not name.key or not self._keys:
            return []
        places = self._runs.nearest(name.key, MOST)
        told = [(self._score(name.key, name.full, place), place) for place in places]
        return sorted(told, key=lambda row: (-row[0], len(self._keys[row[1]]), self._ids[row[1]], row[1]))

    def _score(self, key: str, full: str, place: int) -> float:
        """The mean of the ratio of all words in order and that of the words in common; two names of one form are nearer than of two."""
        other = self._keys[place]
        ratio = (self._fuzz.token_sort_ratio(key, other) + self._fuzz.token_set_ratio(key, other)) / 2
        forms: float = self._fuzz.ratio(full, self._full[place])
        return round(0.95 * ratio + 0.05 * forms, 1)


class _Runs:
    """Which keys have a run of three characters, by its hash; a blank stands before and behind every key."""

    def __init__(self, keys: Sequence[str]) -> None:
        lengths = np.fromiter(map(len, keys), np.int64, len(keys))
        hashes = _hashes(" " + "  ".join(keys) + " ")
        # the runs of key k begin at its blank and end before the last two characters of what stands between blanks
        first = np.cumsum(lengths + 2) - (lengths + 2)
        owner = np.repeat(np.arange(len(keys), dtype=np.int32), lengths)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        found = hashes[np.repeat(first, lengths) + within] if len(owner) else np.empty(0, np.uint32)
        order = np.argsort(found, kind="stable")
        found, owner = found[order], owner[order]
        new = np.ones(len(found), np.bool_)  # a run that a key has twice counts once
        new[1:] = (found[1:] != found[:-1]) | (owner[1:] != owner[:-1])
        self._owner: NDArray[np.int32] = owner[new]
        self._start = np.searchsorted(found[new], np.arange(_BUCKETS + 1))
        self._keys = len(keys)

    def nearest(self, key: str, most: int) -> list[int]:
        """The places of the keys that share the most runs with ``key``."""
        runs = np.unique(_hashes(f" {key} "))
        rows = [self._owner[self._start[run] : self._start[run + 1]] for run in runs.tolist()]
        shared = np.bincount(np.concatenate(rows), minlength=self._keys)
        least = max(1, len(runs) // 4)
        places = np.flatnonzero(shared >= least)
        if len(places) > most:
            places = places[np.argpartition(shared[places], -most)[-most:]]
        found: list[int] = places.tolist()
        return found


def _hashes(text: str) -> NDArray[np.uint32]:
    """A number for every run of three characters of a text."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    if len(codes) < 3:
        return np.empty(0, np.uint32)
    mixed = codes[:-2] * np.uint32(2654435761) ^ codes[1:-1] * np.uint32(40503) ^ codes[2:] * np.uint32(2246822519)
    found: NDArray[np.uint32] = (mixed >> np.uint32(7)) % np.uint32(_BUCKETS)
    return found
