"""Words and numbers that tell parties of one family apart: "Finance", "France", "II". A name that has one more is another name, not a slip.

The table is short; words that many records of the register use count as well (:func:`vocabulary`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

_TABLE = """
america american americas asia asian africa african europe european pacific atlantic nordic baltic iberia balkan
benelux gulf mena emea apac global international intl worldwide overseas national regional north south east west
northern southern eastern western central uk usa us eu britain british england scotland wales ireland irish france
french deutschland germany german italia italy italian espana spain spanish iberica portugal portuguese nederland
netherlands dutch belgium belgique belgie swiss switzerland schweiz suisse austria osterreich poland polska czech
slovakia hungary romania bulgaria greece turkey turkiye russia ukraine sweden sverige norway norge denmark danmark
finland suomi iceland estonia latvia lithuania japan japanese china chinese korea korean india indian taiwan singapore
malaysia indonesia thailand vietnam philippines australia australian zealand canada canadian mexico brasil brazil
argentina chile colombia peru luxembourg jersey guernsey cayman bermuda cyprus malta israel egypt morocco maroc
nigeria kenya finance financial financiere finanz finanziaria finanzas funding capital treasury credit leasing lease
holding holdings beteiligung beteiligungen beteiligungs participations participacoes group groupe gruppe gruppo grupo
investment investments investissement invest investor insurance assurance assurances versicherung reinsurance life
property properties immobilien immobiliere immobiliare realty estate estates sales vertrieb distribution trading trade
handel commerce services service logistics logistik transport shipping engineering manufacturing produktion production
motors securities bank banking trust trustee trustees nominee nominees pension management verwaltung verwaltungs asset
assets partners partner venture ventures fund funds fonds feeder master series class income growth bond equity energy
power renewables solar wind gas oil chemicals pharma healthcare medical foods technology technologies software systems
media telecom consulting research development construction mining steel retail hotels airlines issuer acquisition
bidco midco topco newco parent junior senior
"""
_EASTERN = """
販売 製造 金融 ファイナンス フィナンシャル キャピタル ホールディングス リース 保険 生命 損害 証券 銀行 信託 不動産
サービス 物流 運輸 商事 建設 開発 電力 化学 製薬 自動車 投資 システム 北海道 東北 関東 関西 中部 東海 北陸 近畿 中国
四国 九州 沖縄 東京 大阪 名古屋 横浜 京都 神戸 福岡 西日本 東日本 日本 米国 欧州 アメリカ ヨーロッパ アジア
インターナショナル グループ 홀딩스 지주 캐피탈 금융 증권 생명 화재 보험 카드 판매 건설 물류 자산운용 투자 은행
저축은행 글로벌 인터내셔널 코리아 유럽 아메리카 서비스 에너지 화학 전자 산업 개발
"""
_SHORT = {
    "intl": "international", "mfg": "manufacturing", "grp": "group", "gr": "group", "hldgs": "holding", "hldg": "holding",
    "svcs": "service", "svc": "service", "fin": "finance", "mgmt": "management", "mgt": "management", "inv": "investment",
    "invs": "investment", "tech": "technology", "natl": "national", "bros": "brothers", "ind": "industries",
    "inds": "industries", "dev": "development", "eng": "engineering", "assoc": "associates", "bk": "bank",
    "ins": "insurance", "pharm": "pharma", "sys": "systems", "st": "saint", "technologies": "technology", "amer": "america",
    "fd": "fund", "tr": "trust", "ptnrs": "partners", "prop": "property", "props": "property", "properties": "property",
}  # fmt: skip
_NUMBERS = {
    word: str(n)
    for words in (
        "one two three four five six seven eight nine ten eleven twelve",
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth",
        "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx",
        "erste zweite dritte vierte fünfte sechste siebte achte neunte zehnte",
        "un deux trois quatre cinq six sept huit neuf dix",
    )
    for n, word in enumerate(words.split(), 1)
}
_KANJI = {c: str(n) for n, c in enumerate("一二三四五六七八九十", 1)}
_DIGITS = re.compile(r"\d+")
_EASTERN_NUMBER = re.compile(r"第([一二三四五六七八九十\d]+)|([一二三四五六七八九十])号|제(\d+)")
_MANY = 12  # records that use a word make it a word of the register


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word


@lru_cache(maxsize=1)
def _known() -> tuple[frozenset[str], re.Pattern[str]]:
    eastern = sorted(_EASTERN.split(), key=lambda word: (-len(word), word))
    return frozenset(map(_singular, _TABLE.split())), re.compile("|".join(eastern))


class Vocabulary:
    """The words that tell apart, those of the table and those that many records use, and the usual slips in writing the longer ones."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        table, self._eastern = _known()
        self.words = table | {word for word, count in counts.items() if count >= _MANY and not word.isdecimal()}
        near: dict[str, list[str]] = {}
        for word in self.words:
            for cut in _cuts(word):
                near.setdefault(cut, []).append(word)
        self._near, self._seen = near, dict[str, str]()

    def plain(self, word: str) -> str:
        """A word as the others write it: short forms in full, the plural off, one letter wrong in a long known word set right."""
        known = self._seen.get(word)
        if known is None:
            known = self._seen[word] = self._plain(word)
        return known

    def _plain(self, word: str) -> str:
        made = _singular(_SHORT.get(word, word))
        if made in self.words or len(made) < 6 or not made.isalpha():
            return made
        close = {w for cut in _cuts(made) for w in self._near.get(cut, ()) if abs(len(w) - len(made)) <= 1}
        return min(close) if len(close) == 1 else made

    def tell(self, key: str) -> tuple[list[str], list[str], str]:
        """The plain words of a key, those that tell apart, and its numbers: ``["kestrel", "fund", "ii"], ["fund"], "2"``."""
        words = [self.plain(word) for word in key.split()]
        numbers = [n for word in words for n in _numbers(word, len(words) > 1)]
        marks = {word for word in words if word in self.words}
        if not key.isascii():
            marks.update(self._eastern.findall(key))
        return words, sorted(marks), " ".join(sorted(numbers))


def vocabulary(keys: Iterable[str]) -> Vocabulary:
    """The words of a register's names. A word counts once a name."""
    counts: Counter[str] = Counter()
    for key in keys:
        counts.update({_singular(word) for word in key.split()})
    return Vocabulary(counts)


def _numbers(word: str, several: bool) -> list[str]:
    if not word.isascii() and (found := _EASTERN_NUMBER.findall(word)):
        return [_KANJI.get(n, n) for parts in found for n in parts if n]
    if several and (word in _NUMBERS or (len(word) == 1 and word.isalpha())):
        return [_NUMBERS.get(word, word)]
    return [n.lstrip("0") or "0" for n in _DIGITS.findall(word)]


def _cuts(word: str) -> set[str]:
    """The word, and the word with one letter left out: two words share one when a letter is wrong, missing, too many or swapped."""
    return {word, *(word[:n] + word[n + 1 :] for n in range(len(word)))} if len(word) >= 6 else {word}
