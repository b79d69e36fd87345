"""Change what a holder may do with its votes, by contract."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import Day, Directed, Flag, Issuer, Matters, Newcomer, Ratio, choice
from crosshold.deal.step import Step
from crosshold.deal.values import plain
from crosshold.formats.case_contracts import OVERLAYS, overlay_terms
from crosshold.formats.fields import Fields


@dataclass(frozen=True, kw_only=True)
class Overlay(Step):
    """Lay an overlay of a kind of spec/deal 6 on all votes of ``holder`` in ``issuer``, or ``lift`` those that are there.

    A cap has its ``share`` and ``of`` (``after`` by default: of the total once all caps have bitten). No share moves.
    """

    type: ClassVar[str] = "overlay"

    issuer: Issuer
    holder: Newcomer
    kind: Annotated[str, choice(*OVERLAYS)] | None = None
    share: Ratio | None = None
    of: Annotated[str, choice("before", "after")] | None = None
    ordinary: Ratio | None = None
    special: Ratio | None = None
    directed: Directed | None = None
    matters: Matters | None = None
    until: Day | None = None
    lift: Flag | None = None

    def review(self, source: Fields) -> None:
        """A kind with its terms is needed unless the overlay is lifted."""
        if not self.lift:
            table = {} if self.directed is None else {"matters": source.data["directed"]}
            overlay_terms(Fields(source.document, source.path, {**source.data, **table}, source.faults))

    def apply(self, draft: Draft) -> None:
        """Add or remove the record that the Ballot reads."""
        if self.lift:
            there = [o for o in draft.overlays if self._same(draft, o)]
            draft.overlays = [o for o in draft.overlays if o not in there]
            draft.record |= {"lifted": len(there)}
            if not there:
                draft.warn("N_NOTHING_TO_DO", f"{self.holder} has no such overlay in {self.issuer}.")
            return
        draft.overlays.append(self._record())

    def _record(self) -> dict[str, Any]:
        keys = ("share", "of", "ordinary", "special", "until")
        record = {key: value for key in keys if (value := getattr(self, key)) is not None}
        table = self.directed if self.directed is not None else self.matters
        if table is not None:
            record["matters"] = table
        record = {key: str(value) if isinstance(value, Fraction) else plain(value) for key, value in record.items()}
        return {"issuer": self.issuer, "holder": self.holder, "kind": self.kind, **record}

    def _same(self, draft: Draft, overlay: Any) -> bool:
        if self.kind is not None and overlay.get("kind") != self.kind:
            return False
        lots = {lot.id for lot in draft.lots(self.issuer, self.holder)}
        named = overlay.get("issuer") == self.issuer and overlay.get("holder") == self.holder
        return named or overlay.get("lot") in lots
