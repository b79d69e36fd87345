"""Recorded facts: what somebody said happened or is so, with a date and a stance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property

from crosshold.errors import Finding, Findings, RequestError, did_you_mean
from crosshold.law.truth import FALSE, TRUE, UNKNOWN
from crosshold.law.vocabulary import CONTROL_FACTS, FACTS, MUTUAL_FACTS
from crosshold.model.dates import interval
from crosshold.model.snapshot import Record

_MAY_LACK = ("contract",)


class Facts:
    """The facts that hold on a day, by name. An unknown name is ``C_UNKNOWN_FACT``, a bad date ``C_BAD_DATE``."""

    def __init__(self, records: Iterable[Record], at: date) -> None:
        faults = Findings()
        self._by_name: dict[str, list[Record]] = {}
        for record in records:
            name = str(record.get("fact"))
            if name not in FACTS:
                faults.add("C_UNKNOWN_FACT", f"{name!r} is no fact.", did_you_mean(name, FACTS), "facts")
            elif missing := [key for key in FACTS[name] if record.get(key) is None and key not in _MAY_LACK]:
                message = f"fact {name}: {', '.join(missing)} is not said, so it would be about nobody."
                faults.add("C_MISSING_KEY", message, f"It is about {', '.join(FACTS[name])}.", "facts")
            try:
                start, end = _day(record, "date", 0), _day(record, "until", 1)
            except ValueError as error:
                faults.add("C_BAD_DATE", f"fact {name}: {error}.", "Write YYYY-MM-DD.", "facts")
                continue
            if (start is None or start <= at) and (end is None or at <= end):
                self._by_name.setdefault(name, []).append(record)
        faults.raise_errors(RequestError)

    def of(self, name: str) -> Sequence[Record]:
        """The records of one name, in file order."""
        return self._by_name.get(name, ())

    def records(self, name: str, *who: str) -> list[Record]:
        """The records of one name about these parties."""
        keys = FACTS[name]
        orders = [who, who[::-1]] if name in MUTUAL_FACTS else [who]
        return [
            r for r in self.of(name) if any(all(_same(r, k, w) for k, w in zip(keys, order, strict=True)) for order in orders)
        ]

    def value(self, name: str, *who: str) -> int | None:
        """What the records say: TRUE, FALSE, both (they contradict each other), UNKNOWN, or ``None`` when nobody recorded it."""
        return said(self.records(name, *who)) if name in self._by_name else None

    def control(self, by: str, target: str, definition: str, clause: str) -> int | None:
        """What ``controls`` records say about one clause of a control definition."""
        rows = [r for r in self.records("controls", by, target) if r.get("definition") in (None, definition)]
        return said([r for r in rows if r.get("how") in (None, clause)])

    def targets(self, by: str) -> set[str]:
        """Whom any fact says ``by`` controls, or whose board or meetings it decides."""
        return {target for source, target in self.links if source == by}

    @cached_property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Every (by, target) of a fact about control."""
        return tuple((str(r.get("by")), str(r["target"])) for name in CONTROL_FACTS for r in self.of(name) if "target" in r)

    @cached_property
    def together(self) -> tuple[tuple[str, ...], ...]:
        """Parties that one record names together, record by record."""
        found = []
        for name, records in self._by_name.items():
            keys = [key for key in FACTS[name] if key not in ("contract", "event", "lot", "rule")]
            for record in records:
                values = [record.get(key) for key in keys]
                parties = [
                    str(v)
                    for value in values
                    if value is not None
                    for v in (value if isinstance(value, (list, tuple)) else [value])
                ]
                found.append(tuple(dict.fromkeys(parties)))
        return tuple(parties for parties in found if len(parties) > 1)

    def days(self, name: str, *who: str) -> tuple[date, date] | int | None:
        """First and last possible day of the latest record; UNKNOWN when one has no day or is contradicted; ``None`` when there is none."""
        records = self.records(name, *who)
        value = said(records)
        if value in (None, FALSE):
            return None
        days = [interval(str(r["date"])) if r.get("date") else None for r in records]
        if value != TRUE or None in days:
            return UNKNOWN
        return max(day for day in days if day is not None)

    @cached_property
    def conflicts(self) -> tuple[Finding, ...]:
        """``W_CONFLICT`` for facts that are recorded and denied, with the records; both are kept: what hangs on them is possible."""
        about: dict[tuple[str, str], list[Record]] = {}
        for name, records in self._by_name.items():
            for record in records:
                parties = ", ".join(
                    str(record.get(key)) for key in (*FACTS[name], "definition", "how") if record.get(key) is not None
                )
                about.setdefault((name, parties), []).append(record)
        found = []
        for (name, parties), records in about.items():
            if (value := said(records) or 0) & TRUE and value & FALSE:
                rows = ", ".join(
                    str(r.get("id") or r.get("source") or f"the record of {r.get('date', 'no day')}") for r in records
                )
                message = f"the fact {name} ({parties}) is recorded and denied: {rows}."
                cure = "Both are kept: what hangs on it is possible, not certain. Withdraw one, or date them apart."
                found.append(Finding("W_CONFLICT", message, cure, "facts"))
        return tuple(found)

    def designated(self, scheme: str) -> list[tuple[frozenset[str], date | None]]:
        """Groups designated under a scheme, each with the day of its designation; a record without a scheme counts for every one."""
        rows = [r for r in self.of("designated_group") if r.get("scheme") in (None, scheme) and said([r]) == TRUE]
        return [(frozenset(map(str, r.get("members") or ())), _day(r, "date", 0)) for r in rows]


def said(records: Iterable[Record]) -> int | None:
    """Truth value of records about one thing. ``denies`` or ``value: false`` is the contrary; ``declines`` says nothing."""
    value = 0
    for record in records:
        if record.get("stance") in ("declines", "projects"):
            continue
        if record.get("value") == "unknown":
            value |= UNKNOWN
        else:
            value |= FALSE if record.get("stance") == "denies" or record.get("value") is False else TRUE
    return value or None


def _same(record: Record, key: str, who: str) -> bool:
    value = record.get(key)
    if isinstance(value, (list, tuple)):
        return who in value
    return value == who


def _day(record: Record, key: str, end: int) -> date | None:
    value = record.get(key)
    return None if value is None else interval(str(value))[end]
