"""What a register knows of each party that another record of the same party would know too."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crosshold.model.entity import Entity
from crosshold.model.identifiers import SCHEMES, checked, scheme_name
from crosshold.model.legal_forms import kind_of
from crosshold.model.names import keyed
from crosshold.model.register import Register
from crosshold.store.link.words import vocabulary

SECURITIES = frozenset(("CUSIP", "ISIN", "JP-SEC"))
"""Numbers of securities: a company has many."""
_POSTCODES = frozenset(("postalcode", "postcode", "postnummer", "zip", "zipcode"))
_FOUNDED = frozenset(("entitycreationdate", "foundingdate", "incorporationdate", "birthdate", "dateofbirth", "datefounded"))
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_SCRIPTS = (
    ("han", re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")), ("kana", re.compile("[\u3040-\u30ff]")),
    ("hangul", re.compile("[\uac00-\ud7af]")), ("latin", re.compile("[a-z\u00c0-\u024f]")), ("cyrillic", re.compile("[\u0400-\u04ff]")),
    ("greek", re.compile("[\u0370-\u03ff]")),
)  # fmt: skip


class Spelling(NamedTuple):
    """One name of one party, with what is known of the party beside it: the row that is compared."""

    row: int
    party: int
    side: int
    key: str
    joined: str
    words: list[str]
    marks: list[str]
    numbers: str
    script: str
    common: bool
    form: str | None
    form_kind: str | None
    country: str | None
    postcode: str | None
    founded: str | None
    person: bool | None
    ids: list[str]
    schemes: list[str]
    loose: list[str]
    stakes: list[str]


@dataclass
class Records:
    """The parties of one register or two: ``ids[party]``, ``names[party]``, and the rows that are compared."""

    ids: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    rows: list[Spelling] = field(default_factory=list)
    sides: list[int] = field(default_factory=list)


def records(registers: Sequence[Register]) -> Records:
    """The rows of one register, or of two whose parties are compared across. Dispersed holders and parties without a name are left out."""
    made = Records()
    said = [list(_parties(register)) for register in registers]
    keys = Counter(key for parties in said for party in parties for key in {key for key, _ in party.keys})
    told = vocabulary(keys)
    for side, parties in enumerate(said):
        for party in parties:
            number = len(made.ids)
            made.ids.append(party.entity.id)
            made.names.append(party.entity.name)
            made.sides.append(side)
            for key, form in party.keys:
                words, marks, numbers = told.tell(key)
                # a name that more than a few records bear tells little, and that of a person never much
                common = party.person is True or keys[key] > 3 * len(registers)
                made.rows.append(
                    Spelling(
                        len(made.rows), number, side, key, "".join(sorted(words)), words, marks, numbers, script(key), common,
                        form, kind_of(form) if form else None, party.country, party.postcode, party.founded, party.person,
                        party.ids, sorted({text.partition(":")[0] for text in party.ids}), party.loose, party.stakes,
                    )
                )  # fmt: skip
    return made


@dataclass
class _Party:
    entity: Entity
    keys: list[tuple[str, str | None]]
    person: bool | None
    country: str | None
    ids: list[str]
    loose: list[str]
    stakes: list[str]
    postcode: str | None = None
    founded: str | None = None


def _parties(register: Register) -> Iterator[_Party]:
    stakes = _stakes(register)
    more = _described(register)
    for name, entity in register.entities.items():
        if entity.kind == "dispersed":
            continue
        person = None if entity.kind == "unknown" else entity.kind == "person"
        keys = dict.fromkeys(_key(text, person is not True) for text in entity.spellings)
        ids, loose = identifiers(entity)
        postcode, founded = more.get(name, (None, None))
        country = entity.jurisdiction[:2].upper() if entity.jurisdiction else None
        found = [pair for pair in keys if pair[0]] or [("", None)]
        yield _Party(entity, found, person, country, ids, loose, stakes.get(name, []), postcode, founded)


def _key(text: str, forms: bool) -> tuple[str, str | None]:
    name = keyed(text, forms=forms)
    return name.key, name.form


def identifiers(entity: Entity) -> tuple[list[str], list[str]]:
    """The checked numbers that a party has one of, and all its numbers without their scheme, checked or not, for what they are worth."""
    sure, loose = set(), set()
    for scheme, value in entity.identifiers:
        tidy, right = checked(scheme, value)
        known = scheme_name(scheme)
        if right and known in SCHEMES and known not in SECURITIES:
            sure.add(f"{known}:{tidy}")
        if len(tidy) >= 5:
            loose.add(tidy)
    return sorted(sure), sorted(loose)


def script(key: str) -> str:
    """The script of a name: names of two scripts are never compared."""
    return next((name for name, pattern in _SCRIPTS if pattern.search(key)), "other")


def _stakes(register: Register) -> dict[str, list[str]]:
    """What each party holds and who holds it, where the amount is one that two parties do not have by chance.

    The other end goes by a checked number when it has one, so that it is the same in two registers.
    """
    found: dict[str, set[str]] = {}
    anchors = {name: (identifiers(entity)[0] or [name])[0] for name, entity in register.entities.items() if entity.identifiers}
    columns = register.statements.columns
    verbs = columns["verb"]
    for n, verb in enumerate(verbs):
        if verb != "holds":
            continue
        holder, issuer, shares = columns["subject"][n], columns["object"][n], columns["shares"][n]
        amount = telling(shares, None if shares else columns["share"][n])
        if amount is None or issuer is None:
            continue
        found.setdefault(holder, set()).add(f"holds {anchors.get(issuer, issuer)}: {amount}")
        found.setdefault(issuer, set()).add(f"held by {anchors.get(holder, holder)}: {amount}")
    return {name: sorted(said) for name, said in found.items()}


def telling(shares: int | None, share: Any) -> str | None:
    """An amount that is not round: a count with four figures that matter, a percentage with three. 50 % tells two partners nothing."""
    if shares:
        return str(shares) if len(str(shares).rstrip("0")) >= 4 else None
    if share is None or share.point is None:
        return None
    digits = f"{float(share.point * 100):.6g}".replace(".", "").strip("0")
    return f"{float(share.point * 100):.6g}%" if len(digits) >= 3 else None


def _described(register: Register) -> dict[str, tuple[str | None, str | None]]:
    """Postcode and day of founding or birth by party, from the records that its formats keep."""
    found: dict[str, tuple[str | None, str | None]] = {}
    columns = register.statements.columns
    for n, verb in enumerate(columns["verb"]):
        if verb != "is" or not (extra := columns["extra"][n]):
            continue
        postcode, founded = found.get(columns["subject"][n], (None, None))
        for name, value in _words(extra.values()):
            if name in _POSTCODES and postcode is None:
                postcode = "".join(value.split()).replace("-", "").upper()[:12] or None
            elif name in _FOUNDED and founded is None and (day := _DATE.match(value)):
                founded = day[0]
        found[columns["subject"][n]] = postcode, founded
    return found


def _words(values: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Every word of a record with the name it stands under, in the order of the record; texts that are records are read."""
    waiting: list[tuple[str, Any]] = [("", value) for value in values]
    waiting.reverse()
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, str):
            if value[:1] == "{" and not name:
                try:
                    waiting.append((name, json.loads(value)))
                except ValueError:
                    continue
            else:
                yield name, value
        elif isinstance(value, Mapping):
            inner = [(name if key == "$" else "".join(filter(str.isalpha, key)).lower(), part) for key, part in value.items()]
            waiting += reversed(inner)
        elif isinstance(value, (list, tuple)):
            waiting += [(name, part) for part in reversed(value)]
        elif isinstance(value, int):
            yield name, str(value)
