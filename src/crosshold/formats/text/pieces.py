"""A sentence as a row of units: names, numbers, times and cues; then its verb groups, lists of names and stakes, each as one unit."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from crosshold.formats.text import names, time
from crosshold.formats.text.cues import Table, Token, tokens
from crosshold.formats.text.names import Gazetteer, Party
from crosshold.formats.text.numbers import Numbers
from crosshold.formats.text.units import Unit, Verb

VERBS = (
    "own", "have", "control", "belong", "build", "sell", "cut", "raise", "buy", "lose", "discuss", "complete", "join", "say", "confirm",
    "deny", "decline", "exceed", "float", "comment", "respond", "arrested", "invest", "down", "up",
)  # fmt: skip
AUXILIARIES = ("have", "be", "do", "will", "would", "may", "wont", "not", "no", "plan", "usedto", "to")
SIGNS = {
    '"': '"',
    "“": '"',
    "”": '"',
    "«": '"',
    "»": '"',
    "「": '"',
    "」": '"',
    "、": ",",
    "—": ",",
    "–": ",",
    "(": "(",
    ")": ")",
    ",": ",",
    ";": ";",
    ":": ":",
}


class Pieces:
    """Reads sentences of one language as units."""

    def __init__(self, cues: Table, known: Gazetteer, published: date | None) -> None:
        self.cues, self.known, self.published = cues, known, published
        self.numbers = _numbers(cues.language)
        self.new: dict[str, Party] = {}
        self._dated = time.firsts(cues)

    def units(self, text: str, start: int, end: int) -> list[Unit]:
        """Every unit of a sentence, in order, noise included."""
        row = tokens(text, start, end, self.cues.language)
        found: list[Unit] = []
        place = 0
        while place < len(row):
            unit, after = self._unit(row, place, not found or found[-1].kind in ('"', ":"))
            if unit is not None:
                unit.start, unit.end = row[place].start, row[after - 1].end
                unit.text = text[unit.start : unit.end]
                found.append(unit)
            place = after
        return found

    def _unit(self, row: list[Token], place: int, first: bool) -> tuple[Unit | None, int]:
        token = row[place]
        if known := self.known.phrases.at(row, place, exact=True):
            return self._known(row, place, *known)
        if token.text in SIGNS:
            return Unit(SIGNS[token.text], 0, 0, ""), place + 1
        if token.low in ("'s", "'"):
            return Unit("poss", 0, 0, ""), place + 1
        cue = self.cues.words.at(row, place)
        said = None
        if "0" <= token.text[0] <= "9" or token.low in self._dated:
            said = time.at(row, place, self.cues, self.published)
        if said and said[1] > (cue[1] if cue else 0):
            return Unit("T", 0, 0, "", said[0]), said[1]
        counted = self.numbers.at(row, place)
        if counted and counted[2] > (cue[1] if cue else 0):
            return Unit(counted[0], 0, 0, "", counted[1]), counted[2]
        if cue and not (token.text[0].isupper() and not first and cue[1] == place + 1 and self._starts_name(row, place)):
            kind = cue[0]
            return (Unit("role", 0, 0, "", kind[1]) if isinstance(kind, tuple) else Unit(kind, 0, 0, "", token.low)), cue[1]
        if token.text[0].isupper() and (new := names.unknown(row, place, self.cues, first)):
            party = self.new.setdefault(new[0].name, new[0])
            return Unit("E", 0, 0, "", party), new[1]
        if self.cues.language == "ja" and all(_katakana(t.text) for t in row[place : place + 3]) and len(row) > place + 2:
            return self._katakana_name(row, place)
        if token.text in (".", "-", "!", "?", "…", "'", "*", "。"):
            return None, place + 1
        return Unit("w", 0, 0, ""), place + 1

    def _known(self, row: list[Token], place: int, party: Party, after: int) -> tuple[Unit, int]:
        """A known name; with a legal form behind it the same party, with another word of a company's name a new one."""
        if self.cues.language == "ja" and after < len(row) and _katakana(row[after].text) and _katakana(row[after - 1].text):
            return self._katakana_name(row, place)  # a longer name that only begins like a known one
        if after < len(row) and row[after].text in self.cues.data["legal"]:
            return Unit("E", 0, 0, "", party), after + 1
        if after < len(row) and row[after].text in self.cues.data["forms"] and row[after].start == row[after - 1].end + 1:
            name = " ".join(t.text for t in row[place : after + 1])
            return Unit("E", 0, 0, "", self.new.setdefault(name, Party(None, name, "company"))), after + 1
        return Unit("E", 0, 0, "", party), after

    def _katakana_name(self, row: list[Token], place: int) -> tuple[Unit, int]:
        end = place
        while end < len(row) and _katakana(row[end].text):
            end += 1
        name = "".join(t.text for t in row[place:end])
        return Unit("E", 0, 0, "", self.new.setdefault(name, Party(None, name, "unknown"))), end

    def _starts_name(self, row: list[Token], place: int) -> bool:
        """A capitalised cue inside a sentence that begins a longer name: "Press Holdings"."""
        return (
            place + 1 < len(row)
            and row[place + 1].text[:1].isupper()
            and row[place].text not in ("CEO", "CFO")
            and (self.cues.words.at(row, place + 1) is None or row[place + 1].text in self.cues.data.get("forms", ()))
        )

    def core(self, units: list[Unit]) -> list[Unit]:
        """Without noise and times; verb groups, lists of names and refusals of votes made one unit each."""
        parts = self.cues.parts
        kept = [u for u in units if u.kind != "T" and parts.get(u.kind) != "noise"]
        return self._groups(self._no_votes(kept))

    def _no_votes(self, units: list[Unit]) -> list[Unit]:
        found: list[Unit] = []
        place = 0
        while place < len(units):
            unit, after = units[place], place + 1
            if unit.kind in ("no", "nonvoting"):
                while after < len(units) and units[after].kind in ("w", "adv") and after < place + 2:
                    after += 1
                if after < len(units) and units[after].kind == "votes":
                    found.append(Unit("NV", unit.start, units[after].end, ""))
                    place = after + 1
                    continue
            found.append(unit)
            place += 1
        return found

    def _groups(self, units: list[Unit]) -> list[Unit]:
        """Verbs with their auxiliaries: "does not plan to sell" is one denied plan."""
        found: list[Unit] = []
        place = 0
        while place < len(units):
            end = place
            while end < len(units) and units[end].kind in AUXILIARIES:
                end += 1
            if end < len(units) and units[end].kind in VERBS and (end == place or units[end].kind != "have"):
                last = end
            elif end > place and "have" in (kinds := [u.kind for u in units[place:end]]) and kinds[-1] == "have":
                last = end - 1
            elif end == place:
                found.append(units[place])
                place += 1
                continue
            else:
                found += units[place:end]
                place = end
                continue
            found.append(self._group(units[place : last + 1]))
            place = last + 1
        return found

    def _group(self, row: list[Unit]) -> Unit:
        verb, kinds = row[-1], [u.kind for u in row[:-1]]
        form = " ".join(verb.text.lower().split())
        past = (
            form in self.cues.past
            or form.split(" ")[0] in self.cues.past
            or any(u.kind == "do" and u.text.lower() == "did" for u in row)
        )
        denied = sum(kind in ("not", "no", "wont") for kind in kinds)
        mood = "past" if past or ("have" in kinds and kinds[-1:] == ["have"]) or (kinds[-2:] == ["have", "not"]) else "present"
        if kinds[-1:] == ["be"]:
            mood = "past" if any(u.text.lower() in ("was", "were", "been") for u in row[:-1]) else mood
            mood = (
                "present"
                if verb.kind in ("own", "belong", "control") and not any(u.text.lower() in ("was", "were") for u in row[:-1])
                else mood
            )
        for kind, name in (
            ("may", "may"),
            ("would", "would"),
            ("will", "future"),
            ("wont", "future"),
            ("to", "plan"),
            ("plan", "plan"),
        ):
            if kind in kinds:
                mood = name
        if "usedto" in kinds:
            mood = "past"
        if "would" in kinds and "plan" not in kinds:
            mood = "would"
        return Unit(verb.kind, row[0].start, verb.end, verb.text, Verb(mood, denied % 2 == 1, "be" in kinds))

    def relist(self, units: list[Unit]) -> list[Unit]:
        """Names in a row ("Aurel, Cinder and Ibis Capital") as one unit of several parties."""
        found: list[Unit] = []
        place = 0
        while place < len(units):
            end = place
            if units[place].kind == "E":
                while (
                    end + 2 < len(units)
                    and units[end + 1].kind in (",", "and")
                    and units[end + 2].kind == "E"
                    and units[end + 1].text not in ("while", "whereas")
                ):
                    end += 2
                    if units[end - 1].kind == "and":
                        break
            listed = end > place and units[end - 1].kind == "and" and not self._object(units, place, end)
            if listed:
                members = tuple(m for u in units[place : end + 1 : 2] for m in u.value.members())
                party = Party(None, " and ".join(m.name for m in members), "several", many=members)
                found.append(Unit("E", units[place].start, units[end].end, "", party))
                place = end + 1
            else:
                found.append(units[place])
                place += 1
        return found

    @staticmethod
    def _object(units: list[Unit], place: int, end: int) -> bool:
        """Whether the first of two names belongs to what stands before, and the second begins a clause of its own."""
        before = units[place - 1].kind if place else ""
        after = units[end + 1].kind if end + 1 < len(units) else ""
        return (before in ("of", "in") and after in VERBS) or after == "poss"


def _katakana(text: str) -> bool:
    return "\u30a1" <= text[0] <= "\u30fe"


@lru_cache(maxsize=8)
def _numbers(language: str) -> Numbers:
    from crosshold.formats.text.cues import table

    return Numbers(table(language))
