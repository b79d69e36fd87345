"""Who is left without votes before exceptions: what "another holder could vote" asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from crosshold.law.truth import TRUE

if TYPE_CHECKING:
    from crosshold.law.actions import Action


class Silence:
    """Lots of an issuer that a rule surely, and possibly, leaves without votes. ``raw`` is the truth of every action before exceptions."""

    def __init__(self, todo: Sequence[Action], raw: Sequence[int], by_issuer: Mapping[str, Sequence[int]] | None = None) -> None:
        self._todo, self._raw, self._by_issuer = todo, raw, by_issuer
        self._found: dict[str, tuple[set[int], set[int]]] = {}

    def of(self, issuer: str) -> tuple[set[int], set[int]]:
        """Surely and possibly silent lots."""
        if issuer not in self._found:
            every = range(len(self._todo)) if self._by_issuer is None else self._by_issuer.get(issuer, ())
            sure, possible = set[int](), set[int]()
            for k in every:
                action, value = self._todo[k], self._raw[k]
                if action.issuer == issuer and value & TRUE:
                    lots = [i for i, kept in zip(action.lots, action.kept, strict=True) if kept == 0]
                    possible.update(lots)
                    sure.update(lots if value == TRUE else ())
            self._found[issuer] = sure, possible
        return self._found[issuer]
