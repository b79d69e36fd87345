"""One thing that a change did in law, as it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crosshold.model.result import plain


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened to ``holder`` (or ``group``) in ``issuer``.

    ``direction``: up, down (a line), suspended, released (votes), lapsed, opened, bound, freed, breached (contracts), prohibited
    (``shares`` acquired against a ban). ``passive``: the subject's own lots did not change; ``cause`` says what did. ``before`` and
    ``after`` are shares of ``base``, ``inequality`` is the test after the change in whole numbers, ``distance`` what is left to the line
    then (negative: beyond it). ``certainty`` is POSSIBLE where data or the law leave it open, ``missing`` what would settle it.
    ``waiver`` names a rule under which a bid may be waived.
    """

    rule: str
    issuer: str
    holder: str
    direction: str
    group: tuple[str, ...] = ()
    passive: bool = False
    cause: str = ""
    base: str | None = None
    op: str | None = None
    threshold: Fraction | None = None
    before: Fraction | None = None
    after: Fraction | None = None
    clause: str | None = None
    certainty: str = "CERTAIN"
    duty: Mapping[str, str] | None = None
    waiver: str | None = None
    citation: str | None = None
    confidence: str | None = None
    shares: int | None = None
    inequality: str | None = None
    rise: Fraction | None = None
    missing: str | None = None

    @property
    def distance(self) -> Fraction | None:
        """What is left to the line after the change, in the words of the inequality; a rise is what such a line measures."""
        measured = self.after if self.rise is None else self.rise
        return None if self.threshold is None or measured is None else self.threshold - measured

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form; the threshold is always exact."""
        who: dict[str, Any] = {"group": list(self.group)} if len(self.group) > 1 else {"holder": self.holder}
        duty = dict(self.duty or {})
        more = {"kind": "prohibited_acquisition", "shares": self.shares} if self.direction == "prohibited" else {}
        return {
            **more, "rule": self.rule, "clause": self.clause, "subject": {"issuer": self.issuer, **who}, "direction": self.direction,
            "passive": self.passive, "cause": self.cause, "from": plain(self.before, exact=exact), "to": plain(self.after, exact=exact),
            "base": self.base, "op": self.op, "threshold": None if self.threshold is None else str(self.threshold),
            "inequality": self.inequality, "distance": plain(self.distance, exact=exact),
            "certainty": self.certainty, "missing": self.missing, "duty": {k: v for k, v in duty.items() if k != "within"} or None,
            "within": duty.get("within"), "waiver": self.waiver, "citation": self.citation, "confidence": self.confidence,
        }  # fmt: skip
