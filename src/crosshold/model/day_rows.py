"""The rows of a register that speak of holdings and share counts of one day, looked at in their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from crosshold.model.share import Share, whole_shares
from crosshold.model.statements import Made

if TYPE_CHECKING:
    from crosshold.model.register import Register

Slot = tuple[str, str, str | None]
"""Issuer, holder and class: what a Snapshot says one thing about."""


class DayRows:
    """Places of rows: ``issuing`` share counts and ``holding`` shares. The columns are those of all statements.

    ``word`` has the holdings whose ``extra`` says that they are a recorded ``lot``, ``declared`` only, or a lot apart (``as_lot``).
    """

    def __init__(self, register: Register, day: date, known_by: date | None) -> None:
        self.statements = register.statements
        columns = self.statements.columns
        self.verb, self.subject, self.object = columns["verb"], columns["subject"], columns["object"]
        self.share_class, self.stance, self.directness = columns["share_class"], columns["stance"], columns["directness"]
        self.shares, self.votes, self.share, self.basis = (columns[name] for name in ("shares", "votes", "share", "basis"))
        self.source, self.speaker_kind = columns["source"], columns["speaker_kind"]
        self.said: Sequence[Any] = (
            self.share.cells if isinstance(self.share, Made) else self.share
        )  # as stored: None where silent
        self.issuing: list[int] = []
        self.holding: list[int] = []
        for n in register.places(day, known_by, "issued", "holds"):
            (self.issuing if self.verb[n] == "issued" else self.holding).append(n)
        self.word: dict[int, str] = {}
        for n, words in self.statements.worded(("lot", "declared", "as_lot"), self.holding):
            if isinstance(words.get("lot"), str):
                self.word[n] = "lot"
            elif words.get("declared"):
                self.word[n] = "declared"
            elif isinstance(words.get("as_lot"), Mapping):
                self.word[n] = "as_lot"
        self._counts: dict[tuple[Any, int], tuple[int, int, int]] = {}

    def id(self, n: int) -> str:
        """The id of a row."""
        return self.statements.ids[n]

    def slot(self, n: int) -> Slot:
        """What a holding is about."""
        return self.object[n], self.subject[n], self.share_class[n]

    def count(self, n: int, whole: int) -> tuple[int, int, int]:
        """``(shares, low, high)`` of a row that says a share; a large register says the same shares again and again."""
        key = self.said[n], whole
        found = self._counts.get(key)
        if found is None:
            share: Share = self.share[n]
            found = self._counts[key] = whole_shares(share, whole)
        return found
