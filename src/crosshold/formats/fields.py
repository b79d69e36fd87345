"""Reads one mapping of a file field by field, collecting every fault with its place."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.errors import Findings, did_you_mean
from crosshold.formats.yaml_text import Document
from crosshold.model.dates import interval
from crosshold.model.exact import decimal, fraction

MOST_COUNT = 2**62


class Fields:
    """A mapping at ``path`` of a document. Each getter returns ``None`` (or the default) when the key is absent or faulty."""

    def __init__(self, document: Document, path: tuple[str | int, ...], data: Any, faults: Findings) -> None:
        self.document, self.path, self.faults = document, path, faults
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            self.fault("C_BAD_VALUE", f"a mapping of keys is needed, {_kind(data)} was found.", "Write 'key: value' pairs.")

    def where(self, *more: str | int) -> str:
        """The place of this mapping or of something in it."""
        return self.document.where(*self.path, *more)

    def fault(self, code: str, message: str, cure: str, *more: str | int) -> None:
        """Record a fault at this mapping or at something in it."""
        self.faults.add(code, message, cure, self.where(*more))

    def only(self, known: Iterable[str]) -> None:
        """Every key must be one of ``known``."""
        words = list(known)
        for key in self.data:
            if key not in words:
                self.fault("C_UNKNOWN_KEY", f"the key {key!r} is not known here.", did_you_mean(key, words), key)

    def require(self, *keys: str) -> bool:
        """Every one of ``keys`` must be there."""
        missing = [key for key in keys if self.data.get(key) is None]
        for key in missing:
            self.fault("C_MISSING_KEY", f"the key {key!r} is missing.", f"Add '{key}:'.")
        return not missing

    def text(self, key: str, default: str | None = None) -> str | None:
        """A piece of text; numbers are taken as their digits."""
        value = self.data.get(key)
        if value is None:
            return default
        if isinstance(value, (dict, list, bool)):
            self.fault(
                "C_BAD_VALUE", f"{key}: text is needed, {_kind(value)} was found.", "Write one word or a quoted text.", key
            )
            return default
        return str(value)

    def flag(self, key: str, default: bool | None = None) -> bool | None:
        """``true`` or ``false``."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, bool):
            self.fault("C_BAD_VALUE", f"{key}: {value!r} is neither true nor false.", "Write true or false.", key)
            return default
        return default if value is None else value

    def whole(self, key: str, default: int | None = None) -> int | None:
        """A count: a whole number, 0 or more."""
        value = self.data.get(key)
        if value is None:
            return default
        if isinstance(value, str) and len(value) <= 40 and value.isascii() and value.removeprefix("-").isdecimal():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault("C_BAD_NUMBER", f"{key}: {value!r} is not a whole number.", "Write digits only, without separators.", key)
            return default
        if value < 0:
            self.fault("E_NEG_QTY", f"{key}: {value} is negative.", "Counts are 0 or more.", key)
            return default
        if value > MOST_COUNT:
            self.fault("C_BAD_NUMBER", f"{key}: {value} is more than 2**62.", "Check the digits.", key)
            return default
        return value

    def ratio(self, key: str) -> Fraction | None:
        """An exact ratio, written ``"1/4"`` or ``"0.25"``."""
        value = self.data.get(key)
        return None if value is None else self.ratio_of(value, key)

    def ratio_of(self, value: Any, *more: str | int) -> Fraction | None:
        """The same for a value inside a list."""
        try:
            if isinstance(value, bool):
                raise ValueError
            return fraction(str(value))
        except ValueError:
            cure = 'Write "1/4" or "0.25"; percent signs are not read.'
            self.fault("C_BAD_NUMBER", f"{'.'.join(map(str, more))}: {value!r} is not a ratio.", cure, *more)
            return None

    def part(self, key: str) -> Fraction | None:
        """The same for a part of a whole: from 0 to 1."""
        value = self.data.get(key)
        return None if value is None else self.part_of(value, key)

    def part_of(self, value: Any, *more: str | int) -> Fraction | None:
        """The same for a value inside a list."""
        found = self.ratio_of(value, *more)
        if found is not None and not 0 <= found <= 1:
            message = f"{'.'.join(map(str, more))}: {value} is not between 0 and 1."
            self.fault("C_BAD_NUMBER", message, 'Write a fraction of one, as "1/4".', *more)
            return None
        return found

    def money(self, key: str) -> Decimal | None:
        """An exact amount."""
        value = self.data.get(key)
        if value is None:
            return None
        try:
            if isinstance(value, bool):
                raise ValueError
            return decimal(str(value))
        except ValueError:
            self.fault("C_BAD_NUMBER", f"{key}: {value!r} is not an amount.", 'Write digits with a point, as "599.2".', key)
            return None

    def day(self, key: str) -> date | None:
        """A full date."""
        text = self.partial_day(key)
        if text is None:
            return None
        first, last = interval(text)
        if first != last:
            self.fault("C_BAD_DATE", f"{key}: {text!r} names no single day.", "Write YYYY-MM-DD.", key)
            return None
        return first

    def partial_day(self, key: str) -> str | None:
        """A date of any precision, as written."""
        value = self.data.get(key)
        if value is None:
            return None
        text = str(value)
        try:
            interval(text)
        except ValueError:
            self.fault("C_BAD_DATE", f"{key}: {text!r} is not a date.", "Write YYYY-MM-DD (or YYYY-MM, YYYY).", key)
            return None
        return text

    def choice(self, key: str, known: Collection[str], default: str | None = None) -> str | None:
        """One of a closed list of words."""
        value = self.text(key)
        if value is None:
            return default
        if value not in known:
            self.fault("C_BAD_VALUE", f"{key}: {value!r} is not known.", did_you_mean(value, known), key)
            return default
        return value

    def items(self, key: str) -> list[Any]:
        """A list."""
        value = self.data.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault("C_BAD_VALUE", f"{key}: a list is needed, {_kind(value)} was found.", "Begin each item with '- '.", key)
            return []
        return value

    def names(self, key: str) -> tuple[str, ...]:
        """A list of words."""
        for n, item in enumerate(items := self.items(key)):
            if item is None or isinstance(item, (dict, list, bool)):
                self.fault("C_BAD_VALUE", f"{key}: a word is needed, {_kind(item)} was found.", "Write one word.", key, n)
        return tuple(str(item) for item in items if not (item is None or isinstance(item, (dict, list, bool))))

    def child(self, key: str) -> Fields | None:
        """A mapping inside this one."""
        value = self.data.get(key)
        return None if value is None else Fields(self.document, (*self.path, key), value, self.faults)

    def children(self, key: str) -> list[Fields]:
        """The mappings of a list."""
        return [Fields(self.document, (*self.path, key, n), item, self.faults) for n, item in enumerate(self.items(key))]

    def named(self, key: str) -> dict[str, Fields]:
        """The mappings under the keys of a mapping."""
        inner = self.child(key)
        if inner is None:
            return {}
        return {name: Fields(self.document, (*inner.path, name), item, self.faults) for name, item in inner.data.items()}


def _kind(value: Any) -> str:
    kinds = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return kinds.get(type(value), "a number")
