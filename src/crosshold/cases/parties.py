"""Made-up parties in two registers with a known truth: what the linking of parties is measured against.

Names in Latin letters and in Japanese, legal forms before and behind, slips of the pen, short forms, other spellings of the form, changes
of name, families of firms with one word in common, numbered funds, and companies that only one of the registers has.
"""

from __future__ import annotations

from random import Random

from crosshold.model.entity import Entity

_SYLLABLES = (
    "ba", "be", "bo", "bra", "cal", "cor", "da", "del", "dor", "el", "fa", "fen", "gal", "gor", "ha", "hal", "hel", "in",
    "ka", "kel", "kor", "la", "lan", "len", "lor", "ma", "mar", "mel", "mon", "na", "nor", "or", "pa", "per", "pol", "ra",
    "ren", "ros", "sa", "sel", "ser", "sol", "ta", "tar", "tel", "tor", "va", "val", "ver", "vor", "wal", "wen", "yar",
    "zan",
)  # fmt: skip
_TRADES = (
    "Motors", "Trucks", "Steel", "Foods", "Chemicals", "Energy", "Logistics", "Pharma", "Retail",
    "Software", "Mining", "Textiles", "Glass", "Paper", "Shipping", "Telecom",
)  # fmt: skip
_FAMILY = (
    "Finance", "Holdings", "International", "Europe", "Services", "Property", "Capital", "Insurance",
)  # fmt: skip
_FORMS = {
    "GB": (("Ltd", "Limited", "LTD."), ("PLC", "plc", "Public Limited Company")),
    "FR": (("SA", "S.A.", "Société Anonyme"), ("SAS", "S.A.S.")),
    "DE": (("GmbH", "Gesellschaft mit beschränkter Haftung"), ("AG", "Aktiengesellschaft")),
    "NL": (("B.V.", "BV"), ("N.V.", "NV")),
    "US": (("Inc.", "Inc", "Incorporated"), ("LLC", "L.L.C."), ("Corp.", "Corporation")),
    "IT": (("S.p.A.", "SpA", "Società per Azioni"), ("S.r.l.", "SRL")),
    "JP": (("Co., Ltd.", "CO LTD", "Company Limited"),),
}
_KANJI = "東西南北山川田中大小高松竹梅石金光明和平安永福富士海島原野村木林森水上下新古長広清春秋星月日立花"
_KATAKANA = "アイウエオカキクケコサシスセソタチツテトナニネノハヒフヘホマミムメモラリルレロ"
_JAPANESE_TRADES = (
    "自動車", "電機", "製鋼", "食品", "化学", "電力", "物流", "製薬", "商事", "建設", "鉄道", "製紙", "海運", "通信",
)  # fmt: skip
_JAPANESE_FORMS = ("株式会社", "㈱", "（株）", "(株)")


def two_registers(pairs: int, seed: int = 1) -> tuple[list[Entity], list[Entity], dict[str, str]]:
    """Two lists of parties and the truth: for ``pairs`` ids of the first, the id of the same party in the second.

    Each list has half as many more that the other one does not. One pair in thirty has changed its name; half of those, and a tenth of
    the others, have one checked number (an LEI) in both.
    """
    random = Random(seed)
    first, second, truth = list[Entity](), list[Entity](), dict[str, str]()
    names: list[tuple[str, str, int]] = []
    taken: set[str] = set()  # registers let no two companies of a country have one name
    for n in range(2 * pairs):
        stem, country, form = _new(random, names, taken)
        lei = _lei(random)
        mine, theirs = Entity(f"a{n}", "x"), Entity(f"b{n}", "x")
        renamed = n < pairs and random.random() < 1 / 30
        numbered = random.random() < (0.5 if renamed else 0.1)
        numbers = (("LEI", lei),) if numbered else ()
        if n < pairs or n % 2:
            mine = Entity(mine.id, _written(random, stem, country, form, 0), "company", country, identifiers=numbers)
            first.append(mine)
        if n < pairs or not n % 2:
            other = _new(random, names, taken)[0] if renamed else _slipped(random, stem)
            told = country if random.random() < 0.8 else None
            theirs = Entity(theirs.id, _written(random, other, country, form, None), "company", told, identifiers=numbers)
            second.append(theirs)
        if n < pairs:
            truth[mine.id] = theirs.id
    random.shuffle(first)
    random.shuffle(second)
    return first, second, truth


def _new(random: Random, before: list[tuple[str, str, int]], taken: set[str]) -> tuple[str, str, int]:
    while (made := _name(random, before))[0] in taken:
        pass
    taken.add(made[0])
    before.append(made)
    return made


def _name(random: Random, before: list[tuple[str, str, int]]) -> tuple[str, str, int]:
    """A name without its form, a country, and which form: one in ten of the family of an earlier one."""
    if before and random.random() < 0.1:
        stem, country, form = before[random.randrange(len(before))]
        if stem.isascii():
            head = stem.split()[0]
            tail = f"Fund {'I' * random.randint(1, 3)}" if random.random() < 0.3 else random.choice(_FAMILY)
            return f"{head} {tail}", country, form
    if random.random() < 0.3:
        if random.random() < 0.3:
            return "".join(random.choices(_KATAKANA, k=random.randint(4, 7))), "JP-ja", 0
        return "".join(random.choices(_KANJI, k=random.randint(2, 5))) + random.choice(_JAPANESE_TRADES), "JP-ja", 0
    country = random.choice(list(_FORMS))
    word = "".join(random.choices(_SYLLABLES, k=random.randint(2, 4))).capitalize()
    more = "".join(random.choices(_SYLLABLES, k=2)).capitalize() if random.random() < 0.4 else random.choice(_TRADES)
    return f"{word}{random.choice((' ', ' ', ' ', ' & '))}{more}", country, random.randrange(len(_FORMS[country]))


def _written(random: Random, stem: str, country: str, form: int, spelling: int | None) -> str:
    if country == "JP-ja":
        word = random.choice(_JAPANESE_FORMS)
        return f"{word}{stem}" if random.random() < 0.4 else f"{stem}{word}"
    spellings = _FORMS[country][form]
    text = f"{stem} {spellings[0] if spelling is not None else random.choice(spellings)}"
    return text.upper() if spelling is None and random.random() < 0.3 else text


def _slipped(random: Random, stem: str) -> str:
    """One in six with one letter wrong, missing or swapped; "and" for "&"."""
    text = stem.replace("&", "and") if random.random() < 0.5 else stem
    if random.random() < 1 / 6:
        place = random.randrange(1, len(text) - 1)
        kind = random.randrange(3)
        if kind == 0:
            text = text[:place] + text[place + 1 :]
        elif kind == 1:
            text = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        else:
            letters = "aeiourstln" if text.isascii() else _KANJI
            text = text[:place] + random.choice(letters) + text[place + 1 :]
    return text


def _lei(random: Random) -> str:
    """A made-up code of twenty characters whose check digits are right (ISO 17442)."""
    body = "".join(random.choices("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", k=18))
    number = int("".join(str(int(c, 36)) for c in body) + "00")
    return f"{body}{98 - number % 97:02d}"
