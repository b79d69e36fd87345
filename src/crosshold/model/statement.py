"""One dated, sourced claim: who said that whom holds what, and how firmly."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

from msgspec import UNSET, Raw, Struct, field
from msgspec.json import Encoder
from msgspec.json import format as spaced
from msgspec.structs import replace as replaced

from crosshold.model.dates import interval
from crosshold.model.json_text import is_exact, json_text, sound
from crosshold.model.share import Share

VERBS: Mapping[str, str] = {
    # a verb and its sentence for reports
    "acquired": "{subject} acquired shares of {object}",
    "arrested": "{subject} was arrested",
    "bound_by": "{subject} is bound by an agreement about {object}",
    "cancelled": "{subject} cancelled shares",
    "comment": "{subject} commented",
    "consolidates": "{subject} consolidates {object}",
    "controls": "{subject} controls {object}",
    "holds": "{subject} holds {amount} of {object}",
    "is": "{subject} is described",
    "issued": "{subject} has issued {amount}",
    "joined": "{subject} joined {object}",
    "left_post": "{subject} left a post at {object}",
    "manages": "{subject} manages {object}",
    "may_appoint": "{subject} may appoint to {object}",
    "no_owner": "{subject} is said to have no owner",
    "nominee_for": "{subject} is nominee for {object}",
    "part_of": "{subject} is part of {object}",
    "proposes_cut": "{subject} would cut its holding in {object}",
    "proposes_invest": "{subject} would invest",
    "proposes_raise": "{subject} would raise its holding in {object}",
    "proposes_talks": "{subject} plans talks",
    "role": "{subject} has a role at {object}",
    "same_as": "{subject} is the same as {object}",
    "sold": "{subject} sold shares of {object}",
    "split": "{subject} split its shares",
    "timing": "the timing of the plan is {value}",
    "trend": "{subject}: {topic}",
    "undisclosed": "{subject} has an owner who is not named",
    "votes": "{subject} votes {amount} of {object}",
}
STANCES = ("confirms", "declines", "denies", "projects", "reports")
SPEAKER_KINDS = ("authority", "filing", "company", "named", "press", "expert", "unnamed", "unknown")
"""From the firmest to the least firm. The first three are tier 1, the next three tier 2, the rest tier 3."""


def firmness(speaker_kind: str) -> int:
    """Rank of a kind of speaker, 0 the firmest."""
    return SPEAKER_KINDS.index(speaker_kind)


def tier(speaker_kind: str) -> int:
    """1 for authorities, filings and companies, 2 for named persons, press and experts, 3 for unnamed and unknown."""
    return 1 + firmness(speaker_kind) // 3


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement stands: a filing, register, article, dataset or note."""

    id: str
    kind: str = "note"
    publisher: str | None = None
    title: str | None = None
    url: str | None = None
    published_on: date | None = None
    language: str | None = None
    licence: str | None = None
    retrieved_at: str | None = None
    media_type: str | None = None
    sha256: str | None = None
    parent: str | None = None


def _written(word: str) -> Any:
    """A default that is written out in the content; those that are silent are not."""
    return field(default_factory=lambda: word)


class Statement(Struct, frozen=True, omit_defaults=True, repr_omit_defaults=True, dict=True):
    """One claim, by one speaker, in one source, about one thing. It never changes.

    ``subject`` holds ``object`` for the verb ``holds``. ``share`` carries the bounds of what was said, ``basis`` what it is
    a share of (``unknown`` until said). ``valid_from`` is inclusive, ``valid_to`` exclusive, both of any precision; ``known_on`` is when a
    reader of the source could first know it. A joint holding names its members in ``joint``; it is never split. What plans, talks, caps
    and exits say beyond a stake is in ``target`` .. ``exit``. ``reviewed_by`` let it in. ``extra`` keeps every field without a word here.
    """

    subject: str
    verb: str
    object: str | None = None
    stance: str = _written("reports")
    shares: int | None = None
    votes: int | None = None
    share: Share | None = None
    basis: str = _written("unknown")
    share_class: str | None = None
    hedge: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    directness: str = _written("unknown")
    speaker: str | None = None
    speaker_kind: str = _written("unknown")
    speaks_for: str | None = None
    via: str | None = None
    about: str | None = None
    proposer: str | None = None
    topic: str | None = None
    purpose: str | None = None
    value: str | None = None
    points_to: str | None = None
    how: str | None = None
    joint: tuple[str, ...] = ()
    vote_share: Share | None = None
    price: Decimal | None = None
    target: Fraction | None = None
    delta: Fraction | None = None
    cap: Fraction | None = None
    condition: str | None = None
    direction: str | None = None
    reason: str | None = None
    subject_text: str | None = None
    exit: bool | None = None
    said_on: date | None = None
    note: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    as_of: str | None = None
    known_on: date | None = None
    source: str | None = None
    where: str | None = None
    confidence: str | None = None
    revises: str | None = None
    retracts: str | None = None
    reviewed_by: str | None = None
    reviewed_at: str | None = None
    label: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def id(self) -> str:
        """The label given in the file, else ``s`` and 24 hex digits of the content's SHA-256, the same at every reading."""
        return self.label or content_id(self.content())

    def remember(self, name: str) -> None:
        """Keep an id that was computed of this very content: hashing is most of the work of a large register."""
        self.__dict__["id"] = name

    def content(self) -> bytes:
        """What is said, as JSON with sorted keys and exact numbers; what was not said is left out, and so is the label."""
        with suppress(UnicodeEncodeError, TypeError):
            if self.label is None and is_exact(self.extra):
                text = spaced(_ENCODE(self), indent=0)
                wordless = sum(share is not None and not share.text for share in (self.share, self.vote_share))
                if text.count(b': ""') == wordless:  # an empty word elsewhere may be one of a field, which is left out
                    return text
        return spaced(_ENCODE(self._plain()), indent=0)

    def canonical(self) -> str:
        """:meth:`content` as text."""
        return self.content().decode()

    def changed(self, **fields: Any) -> Statement:
        """A statement that says the same but for these fields."""
        return replaced(self, **fields)

    def _plain(self) -> Statement:
        """The same without what the encoder would write in another way: empty words, half characters, and in ``extra`` floats and types
        that JSON has not."""
        words: dict[str, Any] = {n: sound(value) or UNSET for n in CONTENT if type(value := getattr(self, n)) is str}
        for name in ("share", "vote_share"):
            if share := getattr(self, name):
                words[name] = replace(share, text=sound(share.text))
        extra = Raw(sound(json_text(self.extra)).encode()) if self.extra else {}
        return self.changed(**words, joint=tuple(map(sound, self.joint)), label=None, extra=extra)

    def to_dict(self) -> dict[str, Any]:
        """JSON form with the id."""
        return {"id": self.id, **json.loads(self.canonical())}

    def starts(self) -> date | None:
        """First day on which the claim may hold: ``valid_from``, else the day it was measured; ``None`` = always."""
        text = self.valid_from or self.as_of
        return interval(text)[0] if text else None

    def covers(self, day: date) -> bool:
        """Whether the claim is about that day."""
        start = self.starts()
        return (start is None or start <= day) and (self.valid_to is None or day < interval(self.valid_to)[0])

    def key(self) -> tuple[str, str, str | None, str | None, str | None]:
        """The proposition: statements with one key speak of one thing."""
        return self.subject, self.verb, self.object, self.share_class, self.topic


CONTENT = tuple(name for name in Statement.__struct_fields__ if name != "label")
"""The fields that make a statement what it is; a label is only a name for it."""


def _exact(value: Any) -> str:
    if isinstance(value, Fraction):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} is no value of a statement")


_ENCODE = Encoder(order="sorted", enc_hook=_exact).encode


def content_id(content: bytes) -> str:
    """The id of what a statement says."""
    return "s" + hashlib.sha256(content).hexdigest()[:24]


def share_of(said: Mapping[str, Any]) -> Share:
    """The share behind its canonical form."""
    point = None if said["point"] is None else ratio_of(said["point"])
    low, high = ratio_of(said["low"]), ratio_of(said["high"])
    return Share(point, low, high, said["low_open"], said["high_open"], said["bounds_from"], said["text"])


@lru_cache(100_000)
def ratio_of(text: str) -> Fraction:
    """An exact number written by :meth:`Statement.canonical`. Registers repeat theirs: each is made once."""
    return Fraction(text)


def from_plain(data: Mapping[str, Any], label: str | None = None) -> Statement:
    """The statement behind its canonical content: ``from_plain(json.loads(s.canonical()), s.label) == s``."""
    values: dict[str, Any] = dict(data)
    for name in ("share", "vote_share"):
        if name in values:
            values[name] = share_of(values[name])
    for names, kind in ((_MONEY, Decimal), (_RATIOS, Fraction), (_DAYS, date.fromisoformat), (("joint",), tuple)):
        values |= {n: kind(values[n]) for n in names if n in values}
    return Statement(**values, label=label)


_MONEY, _RATIOS, _DAYS = ("amount", "price"), ("target", "delta", "cap"), ("known_on", "said_on")
