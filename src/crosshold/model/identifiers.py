"""Numbers that name parties and securities: one spelling for each, and whether the check digit is right (spec/evidence 8.1).

A right check digit proves the form, not that the party exists. A wrong one is kept and told (``W_ID_CHECK``), and never used to merge.
The arithmetic is that of python-stdnum where it has the number; the others are written here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module

_LONGEST = 64
_JOINTS = re.compile(r"[\s\-.\u2010-\u2015/]+")


@dataclass(frozen=True, slots=True)
class Scheme:
    """A kind of number: its name, whose it is, a check of the tidied value, and the digits it is filled up to with zeros in front.

    ``party``: it names a party; others name a security, of which a company has several.
    """

    name: str
    title: str
    check: Callable[[str], bool]
    digits: int = 0
    party: bool = True


def _stdnum(module: str) -> Callable[[str], bool]:
    """The check of a module of python-stdnum, loaded when it is first asked."""
    return lambda value: bool(import_module(f"stdnum.{module}").is_valid(value))


def _form(pattern: str) -> Callable[[str], bool]:
    """A number without a check digit: only its form can be wrong."""
    return lambda value: re.fullmatch(pattern, value, re.ASCII) is not None


def _lei(value: str) -> bool:
    """ISO 17442: letters count from 10, the number is 1 modulo 97. (Written here: registers ask it millions of times.)"""
    return len(value) == 20 and value.isascii() and value.isalnum() and int(value.translate(_LETTERS)) % 97 == 1


_LETTERS = {ord(c): str(n) for n, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 10)}


def _ico(value: str) -> bool:
    """Slovak and Czech IČO: weights 8 to 2, modulo 11."""
    if not re.fullmatch(r"\d{8}", value, re.ASCII) or value == "0" * 8:
        return False
    rest = sum(int(d) * w for d, w in zip(value, range(8, 1, -1), strict=False)) % 11
    return int(value[7]) == (11 - rest) % 10


def _kr_business(value: str) -> bool:
    """Korean business registration number: weights 1 3 7 1 3 7 1 3 5, the tens of the last product added, modulo 10."""
    if not re.fullmatch(r"\d{10}", value, re.ASCII) or value[:3] < "101":
        return False
    total = sum(int(d) * w for d, w in zip(value, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=False)) + int(value[8]) * 5 // 10
    return int(value[9]) == -total % 10


def _kr_corporate(value: str) -> bool:
    """Korean corporate registration number: weights 1 and 2 in turn, modulo 10."""
    if not re.fullmatch(r"\d{13}", value, re.ASCII):
        return False
    return int(value[12]) == -sum(int(d) * (1 + n % 2) for n, d in enumerate(value[:12])) % 10


_SCHEMES = (
    Scheme("CIK", "SEC central index key", _form(r"\d{10}"), 10),
    Scheme("CUSIP", "North American securities (CUSIP)", _stdnum("cusip"), party=False),
    Scheme("CZ-ICO", "Czech identification number", _ico, 8),
    Scheme("DK-CVR", "Danish business register", _stdnum("dk.cvr"), 8),
    Scheme("EDINET", "EDINET filer code", _form(r"[EG]\d{5}")),
    Scheme("FR-SIREN", "French SIREN", _stdnum("fr.siren")),
    Scheme("GB-COH", "UK Companies House", _form(r"(?!0{8})(\d{8}|[A-Z]{2}\d{5}[\dA-Z]|R\d{7})"), 8),
    Scheme("ISIN", "international securities identification number", _stdnum("isin"), party=False),
    Scheme("JP-JCN", "Japanese corporate number", _stdnum("jp.cn")),
    Scheme("JP-SEC", "Japanese securities code", _form(r"\d[\dA-Z]\d[\dA-Z][1-9]?"), party=False),
    Scheme("KR-BRN", "Korean business registration number", _kr_business),
    Scheme("KR-CRN", "Korean corporate registration number", _kr_corporate),
    Scheme("LEI", "legal entity identifier", _lei),
    Scheme("SK-ICO", "Slovak identification number", _ico, 8),
)
SCHEMES: Mapping[str, Scheme] = {scheme.name: scheme for scheme in _SCHEMES}
OTHER_NAMES: Mapping[str, str] = {
    "FR-INSEE": "FR-SIREN",
    "FR-RCS": "FR-SIREN",
    "SK-ORSR": "SK-ICO",
    "US-SEC": "CIK",
    "XI-LEI": "LEI",
    "isin": "ISIN",
    "lei": "LEI",
}
"""Codes of org-id.guide, and keys of a case file, for the same numbers."""


def scheme_name(scheme: str) -> str:
    """Our name of a scheme: ``XI-LEI`` is ``LEI``; one that we do not know stays as it is."""
    return OTHER_NAMES.get(scheme, scheme)


@lru_cache(maxsize=2**16)
def checked(scheme: str, value: str) -> tuple[str, bool]:
    """``value`` in its one spelling, and whether it is right; one of a scheme without a row here is only trimmed, and right.

    Blanks, points and hyphens go, letters become capitals, full-width becomes half-width; Danish, Slovak, Czech, UK and SEC numbers get the
    zeros back that spreadsheets take away. A caller that must tell ``W_ID_PADDED`` compares the answer with what it gave.

    >>> checked("GB-COH", "1000002 "), checked("XI-LEI", "969500f7jltx36oui695"), checked("LEI", "969500F7JLTX36OUI696")
    (('01000002', True), ('969500F7JLTX36OUI695', True), ('969500F7JLTX36OUI696', False))
    """
    rule = SCHEMES.get(scheme_name(scheme))
    if rule is None or len(value) > _LONGEST:
        return value.strip(), rule is None
    tidy = _JOINTS.sub("", unicodedata.normalize("NFKC", value)).upper()
    if rule.digits and tidy.isascii() and tidy.isdecimal():
        tidy = tidy.zfill(rule.digits)
    if rule.name == "JP-SEC" and len(tidy) == 5 and tidy.endswith("0"):
        tidy = tidy[:4]  # EDINET writes the code of four characters with a 0 behind
    return tidy, rule.check(tidy)


def names_party(scheme: str, value: str) -> tuple[str, str] | None:
    """Scheme and number, each in its one spelling, when the number names a party and its check is right; else ``None``.

    Securities (``ISIN``, ``CUSIP``, ``JP-SEC``) and schemes without a check here name nobody.

    >>> names_party("XI-LEI", "969500f7jltx36oui695"), names_party("ISIN", "FR0000131906"), names_party("tax", "1")
    (('LEI', '969500F7JLTX36OUI695'), None, None)
    """
    rule = SCHEMES.get(scheme_name(scheme))
    if rule is None or not rule.party:
        return None
    tidy, right = checked(rule.name, value)
    return (rule.name, tidy) if right else None
