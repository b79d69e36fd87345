"""Schedules 13D and 13G: who reports which shares of a class, with which powers; the two forms name the same things differently."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element

from crosshold.errors import Finding
from crosshold.formats.intake import MOST_FIELD, Batch, Input, short
from crosshold.formats.percent_base import MOST_COUNT
from crosshold.formats.sec.blocks import Block, Powers, blocks
from crosshold.formats.sec.numbers import day, number, percent
from crosshold.formats.xml_stream import elements, local
from crosshold.model.entity import Entity
from crosshold.model.identifiers import checked
from crosshold.model.share import Share
from crosshold.model.statement import Source, Statement

Leaves = dict[str, list[str]]
_PEOPLE = ("reportingpersoninfo", "coverpageheaderreportingpersondetails")
_SHARES = {
    "sole_votes": ("solevotingpower",), "shared_votes": ("sharedvotingpower",), "sole": ("soledispositivepower",),
    "shared": ("shareddispositivepower",),
    "aggregate": ("aggregateamountowned", "reportingpersonbeneficiallyownedaggregatenumberofshares"),
}  # fmt: skip
_ITEM_4 = {
    "sole_votes": "solepowerordirecttovote", "shared_votes": "sharedpowerordirecttovote", "sole": "solepowerordirecttodispose",
    "shared": "sharedpowerordirecttodispose", "aggregate": "amountbeneficiallyowned",
}  # fmt: skip
_PERCENT = ("percentofclass", "classpercent")
_KIND = {"IN": "person", "CO": "company", "IV": "fund", "PN": "fund", "BK": "company", "IC": "company"}
_USED = {
    *(n for names in _SHARES.values() for n in names),
    *_PERCENT,
    "reportingpersonname",
    "reportingpersoncik",
    "typeofreportingperson",
}
_GROUP = {"a": "member", "b": "disclaims"}
FIVE = 5


@dataclass(frozen=True)
class Person:
    """One reporting person. Counts are whole shares; what was missing is 0 in ``sole`` and ``shared`` and ``None`` elsewhere."""

    party: str
    name: str
    sole: int
    shared: int
    votes: int | None
    aggregate: int | None
    percent: Share | None
    extra: Mapping[str, Any]


@dataclass
class _Form:
    """The filing as a whole."""

    source: Input
    batch: Batch
    form: str
    amendment: int
    filer: str
    issuer: str
    share_class: str
    event: date | None
    known: date | None
    exit: bool

    @property
    def series(self) -> str:
        """All filings of one filer on one class: an amendment revises the one before it."""
        return f"sec:{self.form}/{self.filer}/{self.issuer}/{_key(self.share_class)}"

    def find(self, code: str, message: str, cure: str = "", where: str = "") -> None:
        """Tell something about this filing."""
        self.batch.findings.append(Finding(code, message, cure, f"{self.source.name}: {where}" if where else self.source.name))


def _key(text: str) -> str:
    return re.sub(r"[^\w]+", "-", unicodedata.normalize("NFKC", text).casefold()).strip("-")[:80] or "-"


def leaves(element: Element) -> Leaves:
    """Texts below an element by local name in small letters: the forms differ in capitals and in what they wrap."""
    found: Leaves = {}
    for part in element.iter():
        if len(part) == 0 and part.text and part.text.strip():
            found.setdefault(local(part.tag).lower(), []).append(part.text.strip())
    return found


def read_schedule(source: Input) -> Iterator[Batch]:
    """One batch: what each person declares, and the lots behind it."""
    batch = Batch()
    header: Leaves = {}
    form: Element | None = None
    for part in elements(source, ("headerData", "formData")):
        if local(part.tag) == "headerData":
            header = leaves(part)
        else:
            form = part
            _read_form(source, batch, header, part)
    if form is None:
        raise source.fault("it has no formData.", "Fetch primary_doc.xml of the filing.")
    batch.done = source.size
    yield batch


def _read_form(source: Input, batch: Batch, header: Leaves, form: Element) -> None:
    told = _form(source, batch, header, form)
    name = f"{told.series}/{told.amendment}"
    batch.sources.append(Source(name, "filing", title=told.form, published_on=told.known, language="en", sha256=source.sha256))
    people = [part for part in form.iter() if local(part.tag).lower() in _PEOPLE]
    item4 = next((leaves(part) for part in form.iter() if local(part.tag).lower() == "item4"), {})
    persons = []
    for place, part in enumerate(people, 1):
        person = _person(told, leaves(part), item4 if len(people) == 1 else {}, place)
        if person is None:
            continue
        persons.append(person)
        _compare(told, person, item4, place)
        batch.accept(_declared(told, person, place))
    if not people:
        told.find("W_PARTIAL_LIST", "it names no reporting person.")
    made = blocks([Powers(p.party, p.sole, p.shared) for p in persons])
    if told.amendment:
        left = (p.party for p in persons if not p.sole and (told.exit or not p.aggregate))
        made += [Block((party,), 0, 0, 0, "sole") for party in left]
        if told.exit and not any(block.power != "sole" for block in made):
            made.append(Block(tuple(p.party for p in persons), 0, 0, 0, "shared"))
    by_party = {person.party: person for person in persons}
    batch.statements += [_lot(told, block, by_party) for block in made if block.members]


def _form(source: Input, batch: Batch, header: Leaves, form: Element) -> _Form:
    cover = next((part for part in form if local(part.tag).lower() == "coverpageheader"), form)
    said = leaves(cover)
    kind = next(iter(header.get("submissiontype", ())), "SCHEDULE 13")
    issuer = next((part for part in cover.iter() if local(part.tag).lower() == "issuerinfo"), cover)
    names = leaves(issuer)
    party = _issuer(source, batch, names)
    numbers = header.get("amendmentno", []) + said.get("amendmentno", [])
    number_ = int(numbers[0]) if numbers and numbers[0].isdecimal() and len(numbers[0]) < 5 else int(kind.endswith("/A"))
    event = _day(
        source, batch, "date of event", said.get("dateofevent", []) + said.get("eventdaterequiresfilingthisstatement", [])
    )
    signed = []
    for part in form.iter():
        if local(part.tag).lower() == "signaturedetails":
            try:
                signed += [d for text in leaves(part).get("date", ()) if (d := day(text))]
            except ValueError:
                continue
    flags = leaves(form)
    left = "Y" in flags.get("classownership5percentorless", ())
    filer = next(iter(header.get("cik", ())), "") or f"file-{source.sha256[:12]}"
    return _Form(
        source, batch, kind.removesuffix("/A"), number_, checked("CIK", filer)[0] if filer.isdecimal() else filer, party,
        next(iter(said.get("securitiesclasstitle", ())), ""), event, source.published or max(signed, default=None), left,
    )  # fmt: skip


def _day(source: Input, batch: Batch, word: str, texts: list[str]) -> date | None:
    try:
        return day(next(iter(texts), None))
    except ValueError:
        batch.findings.append(Finding("E_DATE", f"the {word} {texts[0][:40]!r} is no day.", "Write MM/DD/YYYY.", source.name))
        return None


def _issuer(source: Input, batch: Batch, names: Leaves) -> str:
    """The issuer by its CIK; the CUSIP stands flat or nested and names the class, not the company."""
    name = next(iter(names.get("issuername", ())), "")
    cik = next(iter(names.get("issuercik", ())), "")
    cusips = names.get("issuercusipnumber", []) + names.get("issuercusip", [])
    if not (cik or name):
        raise source.fault("it names no issuer.", "Fetch primary_doc.xml of the filing.")
    value, right = checked("CIK", cik) if cik else ("", False)
    party = f"CIK:{value}" if right else f"sec:issuer/{_key(name)}"
    identifiers = [("CIK", value)] if right else []
    for cusip in cusips:
        tidy, good = checked("CUSIP", cusip)
        if good:
            identifiers.append(("CUSIP", tidy))
        else:
            batch.findings.append(Finding("W_ID_CHECK", f"the CUSIP {tidy} fails its check digit.", "", source.name))
    batch.entities.append(Entity(party, name or party, "company", identifiers=tuple(identifiers)))
    return party


def _person(told: _Form, said: Leaves, item4: Leaves, place: int) -> Person | None:
    where = f"reporting person {place}"
    raw = " | ".join(f"{name}={'; '.join(texts)}" for name, texts in said.items())
    name = unicodedata.normalize("NFKC", " ".join(next(iter(said.get("reportingpersonname", ())), "").split()))
    if not name or len(name) > MOST_FIELD // 1000:
        told.batch.reject(
            where, "E_PARTY", "a reporting person without a name." if not name else "a name that is too long.", short(raw)
        )
        return None
    counts: dict[str, int | None] = {}
    try:
        for word, names in _SHARES.items():
            texts = [t for n in names for t in said.get(n, ())] or item4.get(_ITEM_4[word], [])
            counts[word] = _whole(told, number(next(iter(texts), None)), word, where)
        part = percent(next((t for n in _PERCENT for t in said.get(n, ())), next(iter(item4.get("classpercent", ())), None)))
    except ValueError as error:
        code = (
            "E_SHARE_RANGE"
            if "between 0 and 1" in str(error)
            else "E_SHARES_NEGATIVE"
            if "negative" in str(error)
            else "E_NUMBER"
        )
        told.batch.reject(where, code, f"{error}.", short(raw))
        return None
    kinds = said.get("typeofreportingperson", [])
    cik, right = checked("CIK", said["reportingpersoncik"][0]) if "reportingpersoncik" in said else ("", False)
    party = f"CIK:{cik}" if right else f"sec:{told.filer}/{_key(name)}"
    told.batch.entities.append(
        Entity(
            party,
            name,
            next((_KIND[k] for k in kinds if k in _KIND), "unknown"),
            identifiers=(("CIK", cik),) if right else (),
        )
    )
    votes = [counts[w] for w in ("sole_votes", "shared_votes")]
    extra: dict[str, Any] = {word: count for word, count in counts.items() if word != "aggregate" and count is not None}
    extra |= {"person_types": kinds, **{n: t[0] if len(t) == 1 else t for n, t in said.items() if n not in _USED}}
    if group := _GROUP.get(next(iter(said.get("membergroup", ())), "").lower()):
        extra["group"] = group
    voting = None if None in votes else sum(v or 0 for v in votes)
    return Person(party, name, counts["sole"] or 0, counts["shared"] or 0, voting, counts["aggregate"], part, extra)


def _whole(told: _Form, value: Any, word: str, where: str) -> int | None:
    """Whole shares: ``.00`` is a way of writing; a part of a share is cut off and told."""
    if value is None:
        return None
    if value != value.to_integral_value():
        told.find("W_FRACTION_SHARE", f"{word} is {value}; the part of a share is cut off.", "", where)
    if value >= MOST_COUNT:
        raise ValueError(f"{value:.3e} is no number of shares")
    return int(value)


def _compare(told: _Form, person: Person, item4: Leaves, place: int) -> None:
    """The parts and the whole of one person, and the cover beside item 4."""
    where = f"reporting person {place}"
    votes, disposal = person.votes or 0, person.sole + person.shared
    if person.aggregate is not None and person.aggregate not in (votes, disposal) and (votes or disposal):
        message = (
            f"{person.name} reports {person.aggregate:,} in all, with votes of {votes:,} and power to dispose of {disposal:,}."
        )
        told.find("W_ARITHMETIC", message, "Options or excluded shares may be the difference.", where)
    try:
        said = percent(next(iter(item4.get("classpercent", ())), None))
    except ValueError:
        return
    if said and person.percent and not said.meets(person.percent):
        message = f"the cover says {person.percent.text} of the class, item 4 says {said.text}."
        told.find("W_ARITHMETIC", message, "The cover is kept; see both.", where)


def _declared(told: _Form, person: Person, place: int) -> Statement:
    """What one person declares to own beneficially: shares it may get within 60 days are in it, and others report the same ones."""
    small = person.percent is not None and person.percent.high * 100 <= FIVE
    extra = {**person.extra, "declared": True, "form": told.form}
    return Statement(
        person.party, "holds", told.issuer, shares=person.aggregate, votes=person.votes, share=person.percent,
        basis="class" if person.percent else "unknown", share_class=told.share_class or None, directness="unknown",
        exit=True if told.exit or person.aggregate == 0 or small else None, where=f"reporting person {place}", extra=extra,
        **_common(told, person.name, f"declared/{person.party}", place),
    )  # fmt: skip


def _lot(told: _Form, block: Block, persons: Mapping[str, Person]) -> Statement:
    """The shares themselves, once; 0 when a filer leaves, so that what it held before is over."""
    several = len(block.members) > 1
    holder = block.members[0]
    if several:
        holder = f"sec:{told.filer}/{told.issuer}/group"
        names = ", ".join(persons[m].name for m in block.members)
        told.batch.entities.append(Entity(holder, f"reporting group: {names}"[:1_000], "group"))
        counted = f"{block.low:,}" if block.low == block.high else f"{block.low:,} to {block.high:,}"
        message = f"{len(block.members)} persons report {block.reported:,} shares in all; they are {counted}, counted once."
        if block.reported:
            told.find("W_SAME_BLOCK", message, "", told.issuer)
    extra: dict[str, Any] = {"block": block.power}
    if block.low != block.high:
        extra["as_lot"] = {"low": block.low, "high": block.high}
    return Statement(
        holder, "holds", told.issuer, shares=block.low, share_class=told.share_class or None, directness="unknown",
        joint=block.members if several else (), extra=extra,
        **_common(told, persons[block.members[0]].name, f"lot/sole/{block.members[0]}" if block.power == "sole" else "lot/shared", 0),
    )  # fmt: skip


def _common(told: _Form, speaker: str, slot: str, place: int) -> dict[str, Any]:
    event = told.event.isoformat() if told.event else None
    seen = sum(s.label is not None and s.label.endswith(f"/{told.amendment}/{slot}") for s in told.batch.statements)
    slot += f"#{place}" if seen else ""
    return {
        "speaker": speaker, "speaker_kind": "filing", "as_of": event, "known_on": told.known, "source": f"{told.series}/{told.amendment}",
        "label": f"{told.series}/{told.amendment}/{slot}",
        "revises": f"{told.series}/{told.amendment - 1}/{slot}" if told.amendment else None,
    }  # fmt: skip
