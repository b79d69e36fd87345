"""Values as JSON text with sorted keys, the same at every writing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

_ATOMS: frozenset[type] = frozenset((str, int, bool, type(None)))
_NESTED = frozenset((dict, list))
_JSON = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False).encode


def is_exact(value: Any) -> bool:
    """Whether every encoder writes it alike: it is a list or a mapping of words, whole numbers and truths."""
    if type(value) not in _NESTED:
        return False
    for item in value.values() if type(value) is dict else value:
        kind = type(item)
        if kind is not str and kind not in _ATOMS and not is_exact(item):
            return False
    return True


def json_text(value: Any) -> str:
    """Any value as JSON with sorted keys; what JSON has no type for becomes words."""
    return _JSON(_plain(value))


def sound(text: str) -> str:
    """Half characters, which a file may hold and no store takes, become the sign for a character that could not be read."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _plain(value: Any) -> Any:
    if type(value) in _ATOMS:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (date, Decimal, Fraction)):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value
