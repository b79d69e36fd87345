"""What every step of a plan has in common: its keys, how it is read and written, and its life of three calls.

A step is *parsed* from a file, *compiled* against the state it meets (targets become whole shares, models become prices), and the
compiled steps are *applied* to a :class:`~crosshold.deal.draft.Draft`. A subclass declares its keys as typed fields.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self

from crosshold.deal.draft import Draft
from crosshold.deal.keys import AfterKey, Day, Days, Fee, LotChoice, Word, Words, kinds, names_in, record
from crosshold.deal.values import plain
from crosshold.formats.fields import Fields


@dataclass(frozen=True, kw_only=True)
class Step(ABC):
    """The keys common to all steps (spec/deal 4.1). ``where`` is the place in the file and no key.

    With ``settlement_days`` the step is agreed, and its events happen, on its day; shares and money move so many trading days
    later.
    """

    type: ClassVar[str]

    id: Word
    date: Day | None = None
    after: AfterKey | None = None
    depends_on: Words = ()
    lots: LotChoice = "fewest_votes_first"
    currency: Word | None = None
    fee: Fee | None = None
    tax: Word | None = None
    settlement_days: Days = 0
    note: Word | None = None
    source: Word | None = None
    where: str = field(default="", compare=False, repr=False)

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Steps with fixed numbers that do the same; what was decided goes into ``draft.record``. Default: itself."""
        return (self.on(draft),)

    @abstractmethod
    def apply(self, draft: Draft) -> None:
        """Move the shares and the money of a compiled step."""

    def on(self, draft: Draft, **changes: Any) -> Self:
        """This step on the draft's day, with some keys fixed."""
        return replace(self, date=draft.on, after=None, settlement_days=0, **changes)

    @classmethod
    def parse(cls, source: Fields, number: int) -> Self | None:
        """Read one step; faults are collected in ``source`` and ``None`` is returned when a needed key is missing or faulty."""
        step = record(cls, source, ("type",), id=f"s{number}", where=source.where())
        if step is not None:
            step.review(source)
        return step

    def review(self, source: Fields) -> None:  # noqa: B027
        """Collect what is wrong between keys; nothing by default."""

    def names(self) -> list[tuple[str, str]]:
        """``(role, name)`` of everything the step names: issuer, party, newcomer, fund."""
        return [pair for name, kind in kinds(type(self)).items() for pair in names_in(kind.role, getattr(self, name))]

    def waits_for(self) -> set[str]:
        """Ids of the steps that must come before."""
        return {*self.depends_on, *([self.after.step] if self.after else [])}

    def to_dict(self) -> dict[str, Any]:
        """The step as it stands in a plan file, without keys that have their default."""
        data: dict[str, Any] = {"id": self.id, "type": self.type}
        defaults = {f.name: f.default for f in fields(self)}
        for name in kinds(type(self)):
            value = getattr(self, name)
            if name != "id" and value is not None and value != defaults[name]:
                data[name.rstrip("_")] = plain(value)
        return data

    def fund_money(self) -> bool:
        """Whether the step is undone when the joint fund is not executed."""
        return False
