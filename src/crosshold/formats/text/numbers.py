"""Numbers and what they count: shares of a company, percentage points, counts, money; each with its hedge (spec/evidence 2.1)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from crosshold.formats.text.cues import Phrases, Table, Token
from crosshold.model.share import HEDGE_WORDS, SHARE_WORDS, Share, between, parse, parse_tenths, parse_word

Found = tuple[str, Any, int]
"""A kind of unit, its value, and the token after it."""
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₩": "KRW", "￥": "JPY"}
MOST_DIGITS = 24
_AFTER_FRACTION = frozenset(
    ["of", "stake", "interest", "share", "holding", "owned", "the", "its", "-", ".", ",", ";", "du", "de", "des", "d'", ")", '"']
)
_BARE = ("(0, 1]",)


class Numbers:
    """Reads the numbers of one language."""

    def __init__(self, cues: Table) -> None:
        self.cues = cues
        self.hedges, self.worded = Phrases(cues.language), Phrases(cues.language)
        for columns in HEDGE_WORDS.values():
            for word in columns.get(cues.language, ()):
                self.hedges.add(word, word)
        for value, columns in SHARE_WORDS.items():
            for word in columns.get(cues.language, ()):
                if value not in _BARE and "owned" not in word:
                    self.worded.add(word, word)
                    self.worded.add(word.replace(" ", "-"), word)
        for word in ("between", "entre"):
            self.hedges.add(word, "between")

        self.firsts = self.hedges.firsts | self.worded.firsts | cues.lists["counts"].firsts | set(_SIGNS) | {"us", "a"}

    def at(self, row: list[Token], place: int) -> Found | None:
        """What is counted from here on, hedge included."""
        if not ("0" <= row[place].text[0] <= "9" or row[place].low in self.firsts):
            return None
        hedge = self.hedges.at(row, place)
        if hedge and hedge[0] == "between":
            return self._between(row, hedge[1])
        start = hedge[1] if hedge else place
        article = start < len(row) and hedge and row[start].low in ("a", "an", "the") and not self.worded.at(row, start)
        start += bool(article)
        if start >= len(row):
            return None
        found = self._share(row, start, hedge[0] if hedge else None) or self._tenths(row, start, hedge[0] if hedge else None)
        if found:
            return found
        if article:
            return None
        plain = self._counted(row, start)
        if plain and hedge:
            return plain[0], (plain[1], hedge[0]) if plain[0] == "N" else plain[1], plain[2]
        return (plain[0], (plain[1], None), plain[2]) if plain and plain[0] == "N" else plain

    def _between(self, row: list[Token], place: int) -> Found | None:
        low = self.number(row, place)
        if low is None:
            return None
        end = self._percent(row, low[1]) or low[1]
        if end < len(row) and row[end].low in ("and", "et", "to", "à"):
            high = self.number(row, end + 1)
            after = self._percent(row, high[1]) if high else None
            if high and after:
                return self._range(low[0], high[0], after)
        return None

    @staticmethod
    def _range(low: Decimal, high: Decimal, after: int) -> Found | None:
        try:
            return "P", (between(Fraction(low) / 100, Fraction(high) / 100, f"{low}-{high} %"), None), after
        except ValueError:
            return None

    def _share(self, row: list[Token], place: int, hedge: str | None) -> Found | None:
        word = self.worded.at(row, place)
        if word and self._is_share_word(row, word[0], word[1], hedge):
            behind = self._behind(row, word[1])
            hedge, end = behind if behind else (hedge, word[1])
            try:
                return "P", (parse_word(word[0], hedge), hedge), end
            except ValueError:
                return None
        first = self.number(row, place)
        if first is None:
            return None
        points = self.cues.lists["points"].at(row, first[1]) if first[1] < len(row) else None
        percent = self._percent(row, first[1])
        if points and (percent is None or points[1] > percent):
            return "PP", Fraction(first[0]) / 100, points[1]
        if not hedge and not (place and row[place - 1].low in ("from", "de")):
            ranged = self._to(row, percent or first[1], first[0])
            if ranged:
                return ranged
        if percent is None and place and row[place - 1].low in ("from", "de") and self._to(row, first[1], first[0]):
            percent = first[1]  # "from 9 to 4 percent"
        if percent is not None and (behind := self._behind(row, percent)):
            hedge, percent = behind
        return None if percent is None else self._parsed(first[0], hedge, percent)

    def _tenths(self, row: list[Token], place: int, hedge: str | None) -> Found | None:
        """``3割``, ``3割強``."""
        first = self.number(row, place) if self.cues.language == "ja" else None
        if first is None or first[1] >= len(row) or row[first[1]].text != "割" or first[0] != int(first[0]) or first[0] > 10:
            return None
        after, behind = first[1] + 1, self._behind(row, first[1] + 1)
        hedge, after = behind if behind else (hedge, after)
        return "P", (parse_tenths(int(first[0]), hedge), hedge), after

    def _behind(self, row: list[Token], place: int) -> tuple[str, int] | None:
        """A hedge that Japanese puts behind its number: ``超``, ``以上``, ``未満``."""
        found = self.hedges.at(row, place) if self.cues.language == "ja" and place < len(row) else None
        return found if found and found[0] not in ("約", "およそ", "ほぼ") else None

    def _is_share_word(self, row: list[Token], word: str, end: int, hedge: str | None) -> bool:
        """A fraction is a share only where it is one of something: "a third of", and not "a third partner"."""
        if word in ("all", "the whole", "the entirety"):
            return end < len(row) and row[end].low == "of"
        if word in ("majority", "minority", "the majority", "a majority", "a minority"):
            return end < len(row) and row[end].low in (
                "of",
                "stake",
                "owned",
                "-",
                "interest",
                "holding",
                "shareholding",
                "share",
                "in",
                "owner",
                "shareholder",
            )
        if self.cues.language != "en":
            return True
        return hedge is not None or end >= len(row) or row[end].low in _AFTER_FRACTION

    def _to(self, row: list[Token], place: int, low: Decimal) -> Found | None:
        if place < len(row) and row[place].low in ("-", "–", "to", "à", "~", "〜", "～"):
            high = self.number(row, place + 1)
            after = self._percent(row, high[1]) if high else None
            if high and after and high[0] != low:
                return self._range(low, high[0], after)
        return None

    def _parsed(self, number: Decimal, hedge: str | None, after: int) -> Found | None:
        try:
            return "P", (share_of(number, hedge), hedge), after
        except (ValueError, InvalidOperation):
            return None

    def _percent(self, row: list[Token], place: int) -> int | None:
        if place < len(row) and row[place].text == "-":
            place += 1
        found = self.cues.lists["percent"].at(row, place) if place < len(row) else None
        return found[1] if found else None

    def number(self, row: list[Token], place: int) -> tuple[Decimal, int] | None:
        """A number in digits or words, its scale not yet taken."""
        if place >= len(row):
            return None
        token = row[place]
        if "0" <= token.text[0] <= "9":
            return _decimal(token.text, self.cues.language), place + 1
        word = self.cues.lists["counts"].at(row, place)
        return (Decimal(word[0]), word[1]) if word else None

    def _counted(self, row: list[Token], place: int) -> Found | None:
        """Money, or a count with its scale."""
        sign = None
        if row[place].text in _SIGNS or (row[place].text in ("US", "A") and place + 1 < len(row) and row[place + 1].text == "$"):
            place += row[place].text in ("US", "A")
            sign, place = _SIGNS[row[place].text], place + 1
        first = self.number(row, place)
        if first is None:
            return None
        value, end = first
        total = Decimal(0)
        while end < len(row) and (scale := self.cues.lists["scales"].at(row, end)):
            value, end = value * scale[0], scale[1]
            if self.cues.language == "ja" and (more := self.number(row, end)):  # 1億2000万
                total, (value, end) = total + value, more
        value += total
        currency = self.cues.lists["currencies"].at(row, end) if end < len(row) else None
        if sign or currency:
            return "M", (value, sign or (currency[0] if currency else "")), end if sign else currency[1] if currency else end
        if len(str(value)) > MOST_DIGITS:
            return None
        return "N", value, end


def share_of(percent: Decimal, hedge: str | None = None) -> Share:
    """A printed percentage as a share, its digits kept: 38.40 is 0.3840."""
    if not 0 <= percent <= 100:
        raise ValueError(f"{percent} % is more than a whole")
    return parse(f"{percent.scaleb(-2):f}", hedge)


def _decimal(text: str, language: str) -> Decimal:
    text = text.replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    if language == "fr":
        text = text.replace(".", "").replace(",", ".") if "," in text or text.count(".") > 1 else text
    elif "," in text:
        whole, _, last = text.rpartition(",")
        text = text.replace(",", "") if len(last.split(".")[0]) == 3 else f"{whole.replace(',', '')}.{last}"
    return Decimal(text[:60])
