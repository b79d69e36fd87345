"""Who is named: the parties that are known, and capitalised words that may be new ones.

A new name becomes a proposed entity and never an entity. What kind of party a known name is, when nobody says, is told by its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crosshold.errors import FileError, Findings
from crosshold.formats.fields import Fields
from crosshold.formats.text.cues import Phrases, Table, Token
from crosshold.formats.yaml_text import Document
from crosshold.model.entity import Entity


@dataclass(frozen=True, slots=True)
class Party:
    """Who a word stands for. ``id`` is ``None`` for a name that nobody knows; ``others`` are equally good readings."""

    id: str | None
    name: str
    kind: str = "company"
    resolved: str | None = None
    others: tuple[str, ...] = ()
    many: tuple[Party, ...] = ()

    @property
    def key(self) -> str:
        """The id, or the name as written."""
        return self.id or self.name

    def members(self) -> tuple[Party, ...]:
        """The parties of a list of names, or the one."""
        return self.many or (self,)


@dataclass(frozen=True)
class Gazetteer:
    """Known parties by every name they go under."""

    phrases: Phrases
    parties: Mapping[str, Party]


def gazetteer(names: Mapping[str, Iterable[str]], kinds: Mapping[str, str], cues: Table) -> Gazetteer:
    """The names of a register. ``kinds`` may say what a party is; otherwise its words do."""
    found, parties = Phrases(cues.language), {}
    spelled_by: dict[str, list[str]] = {}
    for key in sorted(names):
        for form in names[key]:
            spelled_by.setdefault(form, []).append(key)
    for key in sorted(names):
        forms = [form for form in dict.fromkeys([*names[key]]) if form.strip()]
        kind = kinds.get(key, "unknown")
        party = Party(key, forms[0] if forms else key, _kind(forms, cues) if kind == "unknown" else kind)
        parties[key] = party
        for form in forms:
            if len(set(spelled_by[form])) > 1:  # two go under it: whoever reviews says which
                found.add(form, Party(None, form, party.kind, "open", tuple(sorted(set(spelled_by[form])))), exact=True)
                continue
            low = form[:1].upper() + form[1:] if form.split(" ")[0] in ("the", "The") else form
            for spelled in {form, low, form.removeprefix("the ").removeprefix("The ")}:
                found.add(spelled, party, exact=True)
                if cues.language != "ja" and spelled == form:
                    found.add(form.upper(), party, exact=True)
    return Gazetteer(found, parties)


def _kind(forms: list[str], cues: Table) -> str:
    words = {word for form in forms for word in form.replace(".", "").split()}
    if words & set(cues.data.get("press", ())):
        return "press"
    if {word.lower() for word in words} & set(cues.data.get("state", ())):
        return "state"
    if words & set(cues.data.get("forms", ())):
        return "company"
    longest = max(forms, key=lambda form: len(form.split()), default="").split()
    if len(longest) in (2, 3) and longest[-1] in forms and longest[0] not in forms:
        return "person"  # known by the last of its names: "Ernst Vogel", "Vogel"
    return "company"


def unknown(row: list[Token], place: int, cues: Table, first: bool) -> tuple[Party, int] | None:
    """A run of capitalised words that begins here and is no known name. ``first``: the sentence begins here."""
    end = place
    forms, demonyms = set(cues.data.get("forms", ())), set(cues.data.get("demonym", ()))
    while end < len(row) and (
        _capital(row[end]) or (end > place and row[end].low in ("&",) and end + 1 < len(row) and _capital(row[end + 1]))
    ):
        if end > place and not _capital(row[end]) and row[end].text != "&":
            break
        if end > place and cues.words.at(row, end) is not None and row[end].text not in forms:
            break
        if end + 1 < len(row) and row[end + 1].start != row[end].end + 1 and not _joined(row, end):
            end += 1
            break
        end += 1
    if end < len(row) and row[end].low in demonyms and end > place:
        name = " ".join(t.text for t in row[place : end + 1])
        return Party(None, name, "state"), end + 1
    words = row[place:end]
    if not words or (len(words) == 1 and (len(words[0].text) < 2 or words[0].text in forms)):
        return None
    if first and len(words) == 1 and not _named(row, end, cues):
        return None
    name = " ".join(t.text for t in words)
    titled = place > 0 and row[place - 1].text in cues.data.get("titles", ())
    return Party(
        None, name, "person" if titled else _kind([name], cues) if set(name.split()) & forms else _new_kind(name, cues)
    ), end


def _new_kind(name: str, cues: Table) -> str:
    kind = _kind([name], cues)
    return kind if kind in ("press", "state") else "unknown"


def _capital(token: Token) -> bool:
    return token.text[:1].isupper()


def _joined(row: list[Token], place: int) -> bool:
    return row[place + 1].text == "-"


def _named(row: list[Token], place: int, cues: Table) -> bool:
    """Whether what follows a first word speaks of a party: a possessive, a comma, an auxiliary, a verb of holding or saying."""
    if place >= len(row):
        return False
    if row[place].text == ",":
        return place + 1 < len(row) and row[place + 1].low in ("which", "who", "whose", "a", "an", "the")
    follows = cues.words.at(row, place)
    return row[place].low in ("'s", "'") or (follows is not None and follows[0] in _AFTER)


_AFTER = frozenset(
    [
        "own",
        "have",
        "be",
        "control",
        "will",
        "would",
        "may",
        "wont",
        "do",
        "plan",
        "say",
        "sell",
        "buy",
        "cut",
        "raise",
        "build",
        "deny",
        "confirm",
        "decline",
        "join",
        "lose",
        "belong",
        "float",
        "complete",
        "and",
    ]
)


def spellings(entities: Iterable[Entity]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The names under which news knows the parties of a register, by id, and what each party is.

    Beside the full name: the name without its legal form, its first word, the last name of a person, "the X government" for a state. Of
    companies that begin alike the first word means the listed ones; several of them make it a word that only a person can resolve.
    """
    rows = [e for e in entities if not e.id.startswith("~")]
    bare = {e.id: _without_form(e.name or e.id) for e in rows}
    firsts: dict[str, list[Entity]] = {}
    for entity in rows:
        if entity.kind not in ("person", "state") and bare[entity.id]:
            firsts.setdefault(bare[entity.id][0], []).append(entity)
    names: dict[str, list[str]] = {}
    for entity in rows:
        words = bare[entity.id]
        found = [entity.name or entity.id, " ".join(words)]
        for text in entity.spellings[1:]:
            found += [text, " ".join(_without_form(text))]
        if entity.kind == "person" and len(words) > 1:
            found.append(words[-1])
        elif entity.kind == "state":
            land = " ".join(w for w in words if w.lower() not in ("state", "government", "republic", "the", "of"))
            found += [f"{land} {word}" for word in ("state", "State", "government", "Government")]
        elif words and len(words[0]) > 3 and words[0][0].isupper() and entity in _chief(firsts.get(words[0], [])):
            found.append(words[0])
        if re.search(r"[a-z]", entity.id) and re.fullmatch(r"[A-Z][\w&.'’ -]{2,}", entity.id):
            found.append(entity.id)  # an id that is itself a name
        names[entity.id] = list(dict.fromkeys(form for form in found if form))
    return names, {e.id: e.kind for e in rows}


def listed(document: Document) -> dict[str, list[str]]:
    """The names of a small file: a mapping of ids to a name or a list of names, or such a mapping under ``names``."""
    faults = Findings()
    data = document.data.get("names", document.data)
    top = Fields(document, ("names",) if "names" in document.data else (), data, faults)
    found = {key: [str(name) for name in (value if isinstance(value, list) else [value])] for key, value in top.data.items()}
    for key, names in found.items():
        if not all(name.strip() for name in names) or not isinstance(top.data[key], (list, str)):
            top.fault("C_BAD_VALUE", f"{key[:40]}: a name or a list of names is needed.", "As: Aurel: [Aurel, Aurel SA].", key)
    faults.raise_errors(FileError)
    return found


def _without_form(name: str) -> list[str]:
    words = name.replace(",", " ").split()
    while len(words) > 1 and words[-1].replace(".", "") in LEGAL:
        words.pop()
    return words


def _chief(same: list[Entity]) -> list[Entity]:
    """Of several parties whose names begin alike, those that a first word alone can mean: the listed ones, where there are any."""
    return [e for e in same if e.listed] or same


LEGAL = frozenset(
    [
        "Ltd",
        "Limited",
        "PLC",
        "Plc",
        "plc",
        "Inc",
        "Corp",
        "Corporation",
        "Co",
        "Company",
        "LLC",
        "LLP",
        "LP",
        "SA",
        "SAS",
        "SE",
        "GmbH",
        "AG",
        "KG",
        "NV",
        "BV",
        "SpA",
        "AB",
        "ASA",
        "Oy",
        "Oyj",
        "KK",
    ]
)
