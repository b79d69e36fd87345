"""The kinds of value that the keys of a step may have: how each is read, which names it brings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

from crosshold.deal import reading
from crosshold.deal.values import After, Amount, Exit, Leg, Model, Net, Periods, Span, Tranches
from crosshold.formats.fields import Fields


@dataclass(frozen=True)
class Kind:
    """How a key is read; ``role`` says what the names in it must be; ``code`` is the fault when a needed key is missing."""

    read: Callable[[Fields, str], Any]
    role: str = ""
    code: str = "C_MISSING_KEY"


Word = Annotated[str, Kind(reading.text)]
Issuer = Annotated[str, Kind(reading.text, "issuer")]
Party = Annotated[str, Kind(reading.text, "party")]
Newcomer = Annotated[str, Kind(reading.text, "newcomer")]
NewIssuer = Annotated[str, Kind(reading.text, "new issuer")]
FundId = Annotated[str, Kind(reading.text, "fund")]
BondId = Annotated[str, Kind(reading.text, "bond")]
Count = Annotated[int, Kind(reading.count)]
Days = Annotated[int, Kind(reading.days)]
Flag = Annotated[bool, Kind(lambda f, key: f.flag(key))]
Day = Annotated[date, Kind(lambda f, key: f.day(key))]
Ratio = Annotated[Fraction, Kind(reading.ratio)]
Basis = Annotated[str, Kind(reading.basis, code="E_BASIS_AMBIGUOUS")]
Money = Annotated[Amount, Kind(reading.amount)]
Fee = Annotated[Amount | Fraction, Kind(reading.fee)]
Discount = Annotated[Model | Fraction, Kind(reading.model)]
Impact = Annotated[Model | Periods | Fraction, Kind(reading.impact)]
Fills = Annotated[Mapping[str, int], Kind(reading.fills, "parties")]
Uncertain = Annotated[int | Span, Kind(reading.span)]
UncertainFills = Annotated[Mapping[str, int | Span], Kind(reading.spans, "parties")]
Offers = Annotated[Mapping[str, int | str], Kind(reading.offers, "parties")]
Tendered = Annotated[int | Mapping[str, int], Kind(reading.tendered, "parties")]
Exchange = Annotated[Mapping[str, Fraction], Kind(reading.exchange, "issuers")]
CancelKey = Annotated[bool | date, Kind(reading.cancel)]
Some = Annotated[bool | int, Kind(reading.some)]
LotChoice = Annotated[str | tuple[str, ...], Kind(reading.lots)]
AfterKey = Annotated[After, Kind(reading.after)]
Words = Annotated[tuple[str, ...], Kind(lambda f, key: f.names(key))]
Parties = Annotated[tuple[str, ...], Kind(lambda f, key: f.names(key), "parties")]
TranchesKey = Annotated[Tranches, Kind(reading.tranches)]
LegKey = Annotated[Leg, Kind(reading.leg, "leg")]
ExitKey = Annotated[Exit, Kind(reading.bought_back, "exit")]
NetKey = Annotated[Net, Kind(reading.net, "net")]
OverlayKey = Annotated[Mapping[str, Any], Kind(reading.overlay)]
Directed = Annotated[Mapping[str, str], Kind(reading.table)]
Matters = Annotated[Mapping[str, str] | list[str], Kind(reading.matters)]


def choice(*words: str) -> Kind:
    """One of a closed list of words."""
    return Kind(lambda f, key: f.choice(key, words))


Made = TypeVar("Made")


def record(cls: type[Made], source: Fields, more: Iterable[str] = (), **given: Any) -> Made | None:
    """A record whose keys are the typed fields of ``cls``; ``None`` when a needed one is missing or faulty, which ``source`` collects.

    ``more`` are keys of the mapping that others read, ``given`` the values of keys that are absent and of fields that are no keys.
    """
    known: Mapping[str, Kind] = kinds(cls)  # type: ignore[arg-type]
    source.only((*more, *(name.rstrip("_") for name in known)))
    needed = {f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING}  # type: ignore[arg-type]
    values = dict(given)
    for name, kind in known.items():
        key = name.rstrip("_")
        if source.data.get(key) is None:
            if name in needed - set(given):
                _missing(source, key, kind.code)
        elif (value := kind.read(source, key)) is not None:
            values[name] = value
    return None if needed - set(values) else cls(**values)


def _missing(source: Fields, key: str, code: str) -> None:
    if code == "E_BASIS_AMBIGUOUS":
        source.fault(code, "a percentage of what? The key 'basis' is missing.", "Add 'basis: issued' or another basis.")
    else:
        source.require(key)


@cache
def kinds(cls: type) -> dict[str, Kind]:
    """Field name -> kind, for the fields of a dataclass that are keys of a file, in their order."""
    found: dict[str, Kind] = {}
    hints = get_type_hints(cls, include_extras=True)
    for item in fields(cls):
        kind = next(_kinds_in(hints[item.name]), None)
        if kind:
            found[item.name] = kind
    return found


def _kinds_in(hint: Any) -> Iterator[Kind]:
    yield from (m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Kind))
    if not hasattr(hint, "__metadata__"):
        for part in get_args(hint):
            yield from _kinds_in(part)


def names_in(role: str, value: Any) -> list[tuple[str, str]]:
    """``(role, name)`` of every party, issuer or fund that a value names; roles are issuer, new issuer, party, newcomer, fund, bond."""
    if value is None or not role:
        return []
    if role in ("parties", "issuers"):
        return [("party" if role == "parties" else "issuer", str(name)) for name in (() if isinstance(value, int) else value)]
    if role == "leg":
        return [("issuer", value.issuer), *([("party", value.holder)] if value.holder else [])]
    if role == "exit":
        return [("party", value.holder)]
    if role == "net":
        return [("party", value.payer), ("party", value.payee)]
    return [(role, value)]
