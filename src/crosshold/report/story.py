"""The story of a case as data: built once, told on a terminal and as a page. Sentences here, computing elsewhere.

A :class:`Story` holds everything a reader is shown, in the order in which it is shown. ``story_tell`` builds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from crosshold.errors import Finding
from crosshold.law import DISCLAIMER
from crosshold.report.balance_map import BalanceMap
from crosshold.report.holders import HolderRow
from crosshold.report.scene import Scene

__all__ = ["DISCLAIMER", "BookLoss", "Claim", "NearLine", "Purchase", "RuleRow", "Sale", "SourceRow", "Story", "Variant"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of the news: what is said, by whom, how firmly, and what became of it (``status``)."""

    id: str
    status: str
    stance: str
    said: str
    speaker: str
    source: str
    day: str


@dataclass(frozen=True, slots=True)
class NearLine:
    """A legal line and how far it is. ``met`` says on which side the holder stands; ``distance`` is threshold less ``now``."""

    rule: str
    who: str
    issuer: str
    basis: str
    now: Fraction
    op: str
    threshold: Fraction
    distance: Fraction
    met: bool
    meaning: str
    would_change: bool = False


@dataclass(frozen=True, slots=True)
class Sale:
    """A block that a plan sells: gross at the day's price, what the discount takes, what arrives; money in the case's currency."""

    seller: str
    issuer: str
    shares: int
    gross: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class BookLoss:
    """Proceeds against the carrying value of what was sold; ``as_of`` and ``printed`` date the accounts."""

    holder: str
    issuer: str
    proceeds: Decimal
    carrying: Decimal
    as_of: str
    printed: str

    @property
    def loss(self) -> Decimal:
        """Carrying value less proceeds; positive is a loss."""
        return self.carrying - self.proceeds


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a buyer who starts from nothing would pay for an issuer at the day's price, and what dispersed holders have to sell."""

    issuer: str
    to_line: Decimal | None
    to_majority: Decimal | None
    dispersed: Fraction
    strongest: str
    independence: Fraction | None


@dataclass(frozen=True)
class Variant:
    """A plan, or today (no steps): stakes, votes, money, balance, what the law says on the way."""

    id: str
    name: str
    title: str
    stakes: Mapping[tuple[str, str], HolderRow | None]
    voters: str
    balance: Mapping[str, Fraction | None]
    purchases: tuple[Purchase, ...]
    sales: tuple[Sale, ...] = ()
    fund: Decimal | None = None
    losses: tuple[BookLoss, ...] = ()
    events: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def net(self) -> Decimal:
        """What all sales bring after the discount."""
        return sum((sale.net for sale in self.sales), start=Decimal(0))


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A document the case rests on, with the firmest and weakest confidence of the rows that use it."""

    id: str
    kind: str
    publisher: str
    title: str
    day: str
    confidence: str
    url: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule that the story names: what it says, the law, how sure, when the text was read."""

    id: str
    title: str
    law: str
    confidence: str
    read_on: str


@dataclass(frozen=True)
class Story:
    """Everything a reader is shown about a case and its plans.

    ``answer`` are five lines, each with its head. The first ``about_plan`` claims speak of the plan. ``pair`` are the two companies that
    hold each other, ``partners`` the holdings (holder, issuer) between their groups.
    """

    case: str
    title: str
    at: date
    known_by: date | None
    currency: str
    question: str
    answer: tuple[tuple[str, str], ...]
    claims: tuple[Claim, ...]
    about_plan: int
    parties: Mapping[str, str]
    holders: Mapping[str, tuple[HolderRow, ...]]
    reasons: tuple[str, ...]
    controls: tuple[str, ...]
    near: tuple[NearLine, ...]
    today: Variant
    variants: tuple[Variant, ...]
    pair: tuple[str, str] | None
    partners: tuple[tuple[str, str], ...]
    before: Scene
    after: Scene | None
    chart: BalanceMap | None
    caveats: tuple[str, ...]
    method: tuple[str, ...]
    sources: tuple[SourceRow, ...]
    rules: tuple[RuleRow, ...]
    findings: tuple[Finding, ...]
    settings: Mapping[str, str] = field(default_factory=dict)

    def name(self, party: str) -> str:
        """The short name of a party."""
        return self.parties.get(party, party)
