"""The ``when`` of a rule: text to a small tree, nothing evaluated.

when := test | all(when, ...) | any(when, ...) | not(when) | not when | sure(when) | some(Z; when)
test := clause name | ctrl(x, y; DEF) | largest(x in y; base) | self(x, y) | company(x) | listed(x) | sme(x) | other_voter(item)
      | jur(x) in {..} | form(x) in {..} | capacity(lot) in {..} | meeting in {..} | fact(name, who, ...) | notified(x to y)
      | before(dated, dated) | same_day(dated, dated)
      | same_group(x, y; SCHEME) | same_group(x, y; SCHEME; designated_from day) | in_cycle(edge; SCHEME) | number op number
number := rational | held(group in x; base) | held(group in x; base; without group) | increase(group in x; base, months)
      | held_for(lot) | months_since(dated)
dated := fact(name, who, ...) | crossed(group in x; base, rational)
group := x | x + subs(x; DEF) | subs(x; DEF) | sub(x; DEF) | concert(x) | product(x) | blocked
base := word | max(word, word)          op := > >= < <= =
together := x + subs(x; DEF) | concert(x) | same_group(x; SCHEME)
"""

from __future__ import annotations

import re
from fractions import Fraction

from crosshold.errors import did_you_mean
from crosshold.law.trees import (
    Both,
    Clause,
    Compare,
    Crossed,
    Dated,
    Dates,
    Group,
    Held,
    HeldFor,
    Increase,
    MonthsSince,
    Not,
    Number,
    Predicate,
    Some,
    Sure,
    When,
)
from crosshold.law.vocabulary import BASES, CAPACITIES, FACTS, MEETINGS, PREDICATES, ROLES

_TOKEN = re.compile(
    r"\s*(?:(?P<day>\d{4}-\d\d-\d\d)|(?P<op>>=|<=|>|<|=)|(?P<number>\d+(?:/\d+|\.\d+)?)(?![\w.%])|(?P<name>[A-Za-z_][\w-]*)|(?P<mark>[(),;+{}])|(?P<bad>\S))"
)
_PLAIN = {"company": 1, "listed": 1, "self": 2, "sme": 1}
_SETS = ("capacity", "form", "jur")
_DATES = ("before", "same_day")
_NUMBERS = ("held", "held_for", "increase", "months_since")
_GROUPS = ("blocked", "concert", "product", "sub", "subs")
_DEEPEST = 40
_PREDICATES = tuple(PREDICATES)


class GrammarError(Exception):
    """A ``when`` that cannot be read; ``code`` is the finding's code, ``cure`` its cure."""

    def __init__(self, code: str, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.cure = code, message, cure


def parse(text: str) -> When:
    """Read a ``when``. ``GrammarError`` says what is wrong.

    >>> parse("ctrl(I, H; FR-233-3)")
    Predicate(name='ctrl', words=('I', 'H', 'FR-233-3'), base='')
    """
    reader = _Reader(text)
    tree = reader.when()
    reader.end()
    return tree


def parse_number(text: str) -> Number:
    """Read one number expression, as a ladder names what it measures."""
    reader = _Reader(text)
    number = reader.number()
    reader.end()
    return number


def parse_together(text: str) -> Group:
    """Read who keeps a share together: H with a group of its own."""
    reader = _Reader(text)
    group = reader.together()
    reader.end()
    return group


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.tokens = text, [(str(m.lastgroup), m.group(str(m.lastgroup))) for m in _TOKEN.finditer(text.rstrip())]
        self.at, self.depth = 0, 0
        self.roles: tuple[str, ...] = tuple(ROLES)
        if bad := next((value for kind, value in self.tokens if kind == "bad"), None):
            number = bad in ".%" or bad.isdigit()
            cure = "Write ratios as 1/4 or 0.25." if number else "Use only the words of the vocabulary."
            raise GrammarError("C_NOT_EXACT" if number else "C_SYNTAX", f"{bad!r} cannot stand in {text!r}.", cure)

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead][1] if self.at + ahead < len(self.tokens) else ""

    def take(self, kind: str = "", *values: str) -> str:
        found = self.tokens[self.at] if self.at < len(self.tokens) else ("end", "the end")
        if (kind and found[0] != kind) or (values and found[1] not in values):
            raise GrammarError(
                "C_SYNTAX", f"{found[1]!r} stands where {' or '.join(values) or 'a ' + kind} belongs in {self.text!r}."
            )
        self.at += 1
        return found[1]

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise GrammarError("C_SYNTAX", f"{self.peek()!r} is left over in {self.text!r}.")

    def when(self) -> When:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise GrammarError(
                "C_SYNTAX", f"conditions stand more than {_DEEPEST} deep inside one another.", "Name parts as clauses."
            )
        tree = self._when()
        self.depth -= 1
        return tree

    def _when(self) -> When:
        word = self.peek()
        if word == "some":
            return self.some()
        if word == "sure":
            self.take()
            self.take("mark", "(")
            item = self.when()
            self.take("mark", ")")
            return Sure(item)
        if word == "not":
            self.take()
            if self.peek() == "(":
                self.take()
                item = self.when()
                self.take("mark", ")")
                return Not(item)
            return Not(self.when())
        if word in ("all", "any"):
            self.take()
            self.take("mark", "(")
            items = [self.when()]
            while self.peek() == ",":
                self.take()
                items.append(self.when())
            self.take("mark", ")")
            return Both(word == "all", tuple(items))
        if word in _NUMBERS or (self.tokens[self.at : self.at + 1] and self.tokens[self.at][0] == "number"):
            left = self.number()
            return Compare(left, self.take("op"), self.number())
        return self.test()

    def test(self) -> When:
        word = self.take("name")
        if word == "meeting":
            return Predicate("meeting", self.braces("meeting", MEETINGS))
        if self.peek() != "(":
            return Clause(word)
        if word not in _PREDICATES:
            raise GrammarError("C_UNKNOWN_PREDICATE", f"{word!r} is no predicate.", did_you_mean(word, _PREDICATES))
        if word == "crossed":
            raise GrammarError(
                "C_SYNTAX",
                f"a crossing has a day and no truth in {self.text!r}.",
                "Put it into before, same_day or months_since.",
            )
        self.take("mark", "(")
        if word in _DATES:
            first = self.dated()
            self.take("mark", ",")
            second = self.dated()
            self.take("mark", ")")
            return Dates(word, first, second)
        if word == "fact":
            return self.fact()
        if word == "notified":
            x = self.role()
            self.take("name", "to")
            y = self.role()
            self.take("mark", ")")
            return Predicate("fact", ("notified", x, y))
        if word in ("in_cycle", "same_group"):
            return self.scheme(word)
        if word == "other_voter":
            self.take("name", "item")
            self.take("mark", ")")
            return Predicate(word, ())
        if word == "ctrl":
            x = self.role()
            self.take("mark", ",")
            y = self.role()
            self.take("mark", ";")
            found = Predicate("ctrl", (x, y, self.take("name")))
        elif word == "largest":
            x = self.role()
            self.take("name", "in")
            y = self.role()
            self.take("mark", ";")
            found = Predicate("largest", (x, y), self.word_of_base())
        elif word in _SETS:
            who = self.take("name", "lot") if word == "capacity" else self.role()
            self.take("mark", ")")
            return Predicate(word, (who, *self.braces(word, CAPACITIES if word == "capacity" else None)))
        else:
            roles = [self.role()]
            while self.peek() == ",":
                self.take()
                roles.append(self.role())
            if len(roles) != _PLAIN[word]:
                raise GrammarError("C_SYNTAX", f"{word} takes {_PLAIN[word]} of {', '.join(ROLES)}.")
            found = Predicate(word, tuple(roles))
        self.take("mark", ")")
        return found

    def some(self) -> Some:
        """A condition on a further party; only there Z is a role."""
        self.take()
        self.take("mark", "(")
        self.take("name", "Z")
        self.take("mark", ";")
        before, self.roles = self.roles, (*ROLES, "Z")
        item = self.when()
        self.roles = before
        self.take("mark", ")")
        return Some(item)

    def scheme(self, word: str) -> Predicate:
        """A test of a designated group: its words are roles (or ``edge``: H in I), the scheme and the first day of designation."""
        if word == "in_cycle":
            self.take("name", "edge")
            who = ["H", "I"]
        else:
            who = [self.role()]
            self.take("mark", ",")
            who.append(self.role())
        self.take("mark", ";")
        words = [*who, self.take("name")]
        if self.peek() == ";":
            self.take()
            self.take("name", "designated_from")
            words.append(self.take("day"))
        self.take("mark", ")")
        return Predicate(word, tuple(words))

    def dated(self) -> Dated:
        """Something that has a day: a recorded fact, or the crossing of a line."""
        word = self.take("name", "fact", "crossed")
        self.take("mark", "(")
        if word == "fact":
            return self.fact()
        group = self.group()
        self.take("name", "in")
        target = self.role()
        self.take("mark", ";")
        held = Held(group, target, self.base())
        self.take("mark", ",")
        at = self.rational()
        self.take("mark", ")")
        return Crossed(held, at)

    def fact(self) -> Predicate:
        name = self.take("name")
        if name not in FACTS:
            raise GrammarError("C_UNKNOWN_FACT", f"{name!r} is no fact.", did_you_mean(name, FACTS))
        who: list[str] = []
        while self.peek() == ",":
            self.take()
            word = self.take("name")
            if word == "Z" and word not in self.roles:
                raise GrammarError("C_SYNTAX", f"Z stands for nobody in {self.text!r}.", "Write some(Z; ...) around it.")
            who.append(word)
        self.take("mark", ")")
        if len(who) != len(FACTS[name]):
            raise GrammarError("C_SYNTAX", f"the fact {name} is about {', '.join(FACTS[name])}; {len(who)} are named.")
        return Predicate("fact", (name, *who))

    def braces(self, word: str, known: object) -> tuple[str, ...]:
        self.take("name", "in")
        self.take("mark", "{")
        words = [self.take("name")]
        while self.peek() == ",":
            self.take()
            words.append(self.take("name"))
        self.take("mark", "}")
        if known is not None and (bad := [w for w in words if w not in known]):  # type: ignore[operator]
            code = "C_UNKNOWN_MEETING" if word == "meeting" else "C_BAD_VALUE"
            raise GrammarError(code, f"{bad[0]!r} is no {word}.", did_you_mean(bad[0], list(known)))  # type: ignore[call-overload]
        return tuple(words)

    def number(self) -> Number:
        if self.tokens[self.at : self.at + 1] and self.tokens[self.at][0] == "number":
            return self.rational()
        word = self.take("name")
        if word not in _NUMBERS:
            cure = f"Write a ratio as 1/4, or what is measured. {did_you_mean(word, _NUMBERS)}"
            raise GrammarError("C_UNKNOWN_PREDICATE", f"{word!r} is no number.", cure)
        self.take("mark", "(")
        if word == "held_for":
            self.take("name", "lot")
            self.take("mark", ")")
            return HeldFor()
        if word == "months_since":
            fact = self.dated()
            self.take("mark", ")")
            return MonthsSince(fact)
        group = self.group()
        self.take("name", "in")
        target = self.role()
        if self.peek() != ";":
            cure = f"Name the base after a ';': one of {', '.join(BASES)}."
            raise GrammarError("C_SYNTAX", f"{word}(... in {target}): a share of what?", cure)
        self.take("mark", ";")
        base, without = self.base(), None
        if self.peek() == ";":
            self.take()
            self.take("name", "without")
            without = self.group()
        held = Held(group, target, base, without)
        if word == "increase":
            self.take("mark", ",")
            months = self.rational()
            if months.denominator != 1 or months < 1:
                raise GrammarError("C_NOT_EXACT", f"{months} is no whole number of months in {self.text!r}.")
            self.take("mark", ")")
            return Increase(held, int(months))
        self.take("mark", ")")
        return held

    def rational(self) -> Fraction:
        text = self.take("number")
        try:
            return Fraction(text)
        except ZeroDivisionError:
            raise GrammarError("C_NOT_EXACT", f"{text} is no number in {self.text!r}.", "Divide by something.") from None

    def group(self) -> Group:
        word = self.peek()
        if word in _GROUPS:
            self.take()
            if word == "blocked":
                return Group("", blocked=True)
            self.take("mark", "(")
            head = self.role()
            if word in ("sub", "subs"):
                self.take("mark", ";")
                definition = self.take("name")
            self.take("mark", ")")
            if word in ("sub", "subs"):
                return Group(head, definition, below=True, alone=word == "sub")
            return Group(head, concert=word == "concert", product=word == "product")
        head = self.role()
        if self.peek() != "+":
            return Group(head)
        self.take()
        self.take("name", "subs")
        self.take("mark", "(")
        if self.role() != head:
            raise GrammarError("C_SYNTAX", f"the subsidiaries must be those of {head} in {self.text!r}.")
        self.take("mark", ";")
        subs = self.take("name")
        self.take("mark", ")")
        return Group(head, subs)

    def together(self) -> Group:
        """A group that H heads and whose members are known beside one another."""
        if self.peek() == "same_group":
            self.take()
            self.take("mark", "(")
            self.take("name", "H")
            self.take("mark", ";")
            group = Group("H", scheme=self.take("name"))
            self.take("mark", ")")
            return group
        group = self.group()
        if group.head != "H" or group.below or group.product or not (group.concert or group.subs):
            cure = "Write H + subs(H; DEF), concert(H) or same_group(H; SCHEME)."
            raise GrammarError("C_SYNTAX", f"{self.text!r} is no group that keeps a share together.", cure)
        return group

    def role(self) -> str:
        return self.take("name", *self.roles)

    def base(self) -> tuple[str, ...]:
        if self.peek() != "max":
            return (self.word_of_base(),)
        self.take()
        self.take("mark", "(")
        one = self.word_of_base()
        self.take("mark", ",")
        two = self.word_of_base()
        self.take("mark", ")")
        return one, two

    def word_of_base(self) -> str:
        word = self.take("name")
        if word not in BASES:
            raise GrammarError("C_UNKNOWN_PREDICATE", f"{word!r} is no base of a ratio.", did_you_mean(word, BASES))
        return word
