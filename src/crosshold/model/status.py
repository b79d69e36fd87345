"""What became of a proposition: one word, from everything that is said about it (spec/evidence 3.5)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from crosshold.errors import Finding, RequestError
from crosshold.model.statement import tier

if TYPE_CHECKING:
    from crosshold.model.register import Register
    from crosshold.model.statement import Statement

STATUSES = ("filed", "confirmed", "reported", "rumoured", "disputed", "denied", "unanswered", "projected", "revised", "retracted")


class Standing:
    """The statuses of all statements of a register as known by a day; everything is looked at once, in columns."""

    def __init__(self, register: Register, known_by: date | None) -> None:
        self.register, self.known_by = register, known_by
        rows = register.statements
        places = register.standing(known_by)
        self._standing = {rows.ids[n] for n in places}
        self._retracted = {old for _, old in rows.said("retracts")}
        self._said: dict[Any, set[tuple[str, int]]] = {}
        told = [
            rows.columns[name]
            for name in ("subject", "verb", "object", "share_class", "topic", "about", "stance", "speaker_kind")
        ]
        for n in places:
            *key, about, stance, speaker = (column[n] for column in told)
            for matter in (tuple(key), about):
                if matter is not None:
                    self._said.setdefault(matter, set()).add((stance, tier(speaker)))

    def status(self, statement: Statement) -> str:
        """One word of :data:`STATUSES`. Asking about a statement that was not known yet is ``E_UNKNOWN_ID``."""
        known, day = self.register.known_on(statement), self.known_by
        if day is not None and known is not None and known > day:
            message = f"{statement.id} was not known on {day}."
            raise RequestError(Finding("E_UNKNOWN_ID", message, f"It was known from {known}.", statement.id))
        if statement.id not in self._standing:
            return "retracted" if statement.id in self._retracted else "revised"
        of = self.register.identity(day).of
        subject, verb, object, *rest = statement.key()
        said = set(self._said.get((of(subject), verb, object and of(object), *rest), ()))
        said |= self._said.get(statement.about, set()) if statement.about is not None else set()
        stances = {stance for stance, _ in said}
        reported = stances & {"reports", "confirms"}
        if "denies" in stances:
            return "disputed" if reported else "denied"
        if not reported:
            return "projected" if "projects" in stances else "unanswered"
        if "confirms" in stances:
            return "confirmed"
        return {1: "filed", 2: "reported", 3: "rumoured"}[min(rank for stance, rank in said if stance == "reports")]
