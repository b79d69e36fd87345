"""A bundle into Statements: lots with the days they were held, what was sold, acquired, cancelled and split, and the shares issued."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

from crosshold.errors import Finding
from crosshold.formats.intake import Batch, Input
from crosshold.formats.ocf.bundle import Bundle, Item
from crosshold.formats.ocf.ledger import (
    CLOSING,
    ISSUANCE,
    POTENTIAL,
    SPLIT,
    Fault,
    Ledger,
    Security,
    day_of,
    number_of,
    quantity_of,
    ratio_of,
)  # fmt: skip
from crosshold.model.entity import Entity
from crosshold.model.snapshot import ShareClass
from crosshold.model.statement import Source, Statement

KINDS = {"INDIVIDUAL": "person"}


@dataclass(frozen=True)
class Class:
    """A class of stock: its name and votes for a share; ``None``: not known."""

    name: str
    votes: int | None


class Reader:
    """Statements of one bundle; every object of it stands in the ``extra`` of one of them, so that it goes out as it came in."""

    def __init__(self, source: Input) -> None:
        self.source, self.bundle = source, Bundle(source)
        self.issuer = f"ocf:{self.bundle.issuer['id']}"
        self.batch = Batch()
        self.origin = self._origin()
        self.batch.sources.append(self.origin)
        self.classes: dict[str, Class] = {}
        self.holders: dict[str, str] = {}
        self.ids: dict[str, str] = {}

    def _origin(self) -> Source:
        """The bundle as a source, published when its manifest was made if nobody says otherwise."""
        published = self.source.published
        try:
            published = published or date.fromisoformat(str(self.bundle.manifest.get("generated_at"))[:10])
        except ValueError:
            published = None
        title = str(self.bundle.issuer.get("legal_name") or "")[:500] or None
        return Source(f"ocf:{self.bundle.issuer['id']}", "dataset", title=title, published_on=published)

    def batches(self) -> Iterator[Batch]:
        """The batches."""
        self._manifest()
        items: list[Item] = []
        for item in self.bundle.items():
            if isinstance(item, Item) and item.data["id"] not in self.ids:
                self.ids[item.data["id"]] = item.where
                items.append(item)
            else:
                where, raw = (item.where, json.dumps(item.data, ensure_ascii=False)) if isinstance(item, Item) else item
                what = (
                    f"the id stands already at {self.ids[item.data['id']]}."
                    if isinstance(item, Item)
                    else "it is no object with an id."
                )
                self.batch.reject(f"{self.source.name}: {where}", "E_ROW", what, raw)
        self.batch.findings += self.bundle.findings
        self._classes([i for i in items if i.type == "STOCK_CLASS"])
        for item in items:
            if item.type == "STAKEHOLDER":
                self._stakeholder(item)
        ledger = Ledger(self._tell)
        events = [i for i in items if i.type.startswith("TX_")]
        faults = ledger.run(events)
        for item in items:
            if item.type not in ("STOCK_CLASS", "STAKEHOLDER"):
                self._item(item, ledger, faults.get(item.where))
                if self.batch.full:
                    yield self.batch
                    self.batch = Batch()
        self.batch.statements += self._issued(ledger)
        self.batch.done = 0 if self.source.path.is_dir() else self.source.size
        yield self.batch

    def _tell(self, code: str, message: str, item: Item) -> None:
        self.batch.findings.append(Finding(code, message, "", f"{self.source.name}: {item.where}"))

    def _said(self, subject: str, verb: str, where: str, **more: Any) -> Statement:
        return Statement(subject, verb, speaker_kind="company", source=self.origin.id, where=where, **more)

    def _manifest(self) -> None:
        issuer, kept = self.bundle.issuer, {k: v for k, v in self.bundle.manifest.items() if not k.endswith("_files")}
        country = issuer.get("country_of_formation")
        self.batch.entities.append(
            Entity(self.issuer, str(issuer.get("legal_name") or ""), "company", country if isinstance(country, str) else None)
        )
        self.batch.accept(self._said(self.issuer, "is", self.bundle.name, topic="manifest", extra={"ocf": kept}))

    def _classes(self, items: list[Item]) -> None:
        """The classes; where one has votes in parts, all are counted in parts."""
        found: dict[str, tuple[Item, Decimal | None]] = {}
        for item in items:
            try:
                found[item.data["id"]] = item, number_of(item.data, "votes_per_share")
            except Fault:
                self._tell("W_VOTES", "how many votes a share of this class has is not said.", item)
                found[item.data["id"]] = item, None
        unit = lcm(*(Fraction(votes).denominator for _, votes in found.values() if votes is not None))
        if unit > 1:
            text = f"a class has parts of a vote: all votes are counted in 1/{unit}."
            self.batch.findings.append(Finding("N_VOTES_SCALED", text, "", self.source.name))
        for identity, (item, votes) in found.items():
            name = str(item.data.get("name") or identity)
            self.classes[identity] = Class(name, None if votes is None else int(votes * unit))
            self.batch.accept(
                self._said(self.issuer, "is", item.where, share_class=name, topic="stock class", extra={"ocf": item.data})
            )

    def _stakeholder(self, item: Item) -> None:
        name = item.data.get("name")
        legal = name.get("legal_name") if isinstance(name, dict) else None
        entity = Entity(f"ocf:{item.data['id']}", str(legal or ""), KINDS.get(str(item.data.get("stakeholder_type")), "unknown"))
        self.holders[item.data["id"]] = entity.id
        self.batch.entities.append(entity)
        self.batch.accept(self._said(entity.id, "is", item.where, topic="stakeholder", extra={"ocf": item.data}))

    def _holder(self, name: str, item: Item) -> str:
        if name not in self.holders:
            self._tell("W_DANGLING", f"no stakeholder has the id {name!r}.", item)
            self.holders[name] = f"ocf:{name}"
            self.batch.entities.append(Entity(f"ocf:{name}"))
        return self.holders[name]

    def _class(self, name: str, item: Item) -> Class:
        if name not in self.classes:
            self._tell("W_DANGLING", f"no stock class has the id {name!r}: its votes are not known.", item)
            self.classes[name] = Class(name, None)
        return self.classes[name]

    def _item(self, item: Item, ledger: Ledger, fault: Fault | None) -> None:
        if fault is not None:
            where = f"{self.source.name}: {item.where}"
            self.batch.reject(where, fault.code, fault.message, json.dumps(item.data, ensure_ascii=False), "Mend the event.")
        elif item.type == ISSUANCE:
            self.batch.accept(*self._issuance(ledger.securities[item.data["security_id"]]))
        elif item.type in CLOSING:
            self.batch.accept(self._closing(item, ledger.securities[item.data["security_id"]]))
        elif item.type == SPLIT:
            ratio = ratio_of(item)
            made = self._event(item, "split", share_class=self._class(item.data["stock_class_id"], item).name)
            self.batch.accept(made.changed(value=f"{ratio.numerator}/{ratio.denominator}"))
        elif item.type in POTENTIAL:
            self.batch.accept(self._potential(item))
        else:
            day = {"as_of": day_of(item).isoformat()} if item.type.startswith("TX_") else {}
            self.batch.accept(self._said(self.issuer, "is", item.where, topic=item.type, extra={"ocf": item.data}, **day))

    def _event(self, item: Item, verb: str, subject: str | None = None, **more: Any) -> Statement:
        extra = {"ocf": item.data}
        return self._said(subject or self.issuer, verb, item.where, as_of=day_of(item).isoformat(), extra=extra, **more)

    def _issuance(self, security: Security) -> list[Statement]:
        """What was acquired, with the event itself, and a lot for each span of days."""
        item, kind = security.issued, self._class(security.share_class, security.issued)
        holder = self._holder(security.holder, item)
        if security.retracted:
            return [self._event(item, "is", topic="retracted issuance", share_class=kind.name)]
        ends = [day for day, _ in security.spans[1:]] + [security.closed]
        spans = [(start, end, q) for (start, q), end in zip(security.spans, ends, strict=True) if end is None or start < end]
        if security.quantity.denominator != 1:
            self._tell("W_FRACTION_SHARE", f"{float(security.quantity):,.4f} shares: the part of one is left out.", item)
        made = []
        for start, end, quantity in spans:
            extra: dict[str, Any] = {"lot": security.id}
            if start != security.day:
                extra["registered_since"] = security.day.isoformat()
            made.append(
                self._said(
                    holder,
                    "holds",
                    item.where,
                    object=self.issuer,
                    shares=int(quantity),
                    share_class=kind.name,
                    directness="direct",
                    votes=None if kind.votes is None else int(quantity) * kind.votes,
                    valid_from=start.isoformat(),
                    valid_to=end.isoformat() if end else None,
                    extra=extra,
                )
            )
        verb = "is" if security.balance else "acquired"
        about = (
            {"topic": "balance of another security"}
            if security.balance
            else self._price(item.data.get("share_price"), security.quantity)
        )
        first = self._event(item, verb, holder, object=self.issuer, shares=int(security.quantity), share_class=kind.name, **about)
        return [first, *made]

    def _closing(self, item: Item, security: Security) -> Statement:
        kind, holder = self._class(security.share_class, item), self._holder(security.holder, item)
        word = "quantity_converted" if "quantity_converted" in item.data else "quantity"
        quantity = quantity_of(item, word) if item.data.get(word) is not None else security.spans[-1][1]
        shares, topic = int(quantity), item.type.removeprefix("TX_STOCK_").lower()
        if item.type == "TX_STOCK_REISSUANCE":
            return self._event(item, "is", topic=topic, share_class=kind.name)
        if item.type in ("TX_STOCK_CANCELLATION", "TX_STOCK_CONVERSION"):
            return self._event(item, "cancelled", shares=shares, share_class=kind.name, topic=topic)
        price = self._price(item.data.get("price"), quantity)
        return self._event(item, "sold", holder, object=self.issuer, shares=shares, share_class=kind.name, topic=topic, **price)

    def _potential(self, item: Item) -> Statement:
        """Options, warrants and convertibles are no shares: a claim without a count, which makes no lot."""
        holder = self._holder(str(item.data.get("stakeholder_id") or "unknown"), item)
        made = self._event(item, "holds", holder, object=self.issuer, share_class="potential", topic=item.type)
        return made.changed(extra={**made.extra, "declared": True})

    def _price(self, said: Any, quantity: Fraction) -> dict[str, Any]:
        if not isinstance(said, Mapping):
            return {}
        try:
            price = number_of(said, "amount")
        except Fault:
            return {}
        currency = said.get("currency")
        money = {"price": price, "amount": price * int(quantity)}
        return {**money, "currency": currency if isinstance(currency, str) else None}

    def _issued(self, ledger: Ledger) -> list[Statement]:
        """The shares issued between any two days on which their number changes, with the classes and their votes."""
        changes: dict[date, dict[str, int]] = {}
        for security in ledger.securities.values():
            if security.retracted:
                continue
            before = 0
            for day, quantity in security.spans:
                change = changes.setdefault(day, {})
                change[security.share_class] = change.get(security.share_class, 0) + int(quantity) - before
                before = int(quantity)
            if security.closed:
                change = changes.setdefault(security.closed, {})
                change[security.share_class] = change.get(security.share_class, 0) - before
        made, now, days = [], dict.fromkeys(self.classes, 0), sorted(changes)
        for day, until in zip(days, [*days[1:], None], strict=True):
            for name, more in changes[day].items():
                now[name] = now.get(name, 0) + more
            classes = tuple(
                ShareClass(self.classes[name].name, count, votes) for name, count in now.items()
                if (votes := self.classes[name].votes) is not None
            )  # fmt: skip
            extra: dict[str, Any] = {"classes": classes} if len(classes) == len(now) else {}
            made.append(
                self._said(self.issuer, "issued", self.bundle.name, shares=sum(now.values()), valid_from=day.isoformat(),
                           valid_to=until.isoformat() if until else None, extra=extra)
            )  # fmt: skip
        return made
