"""The case file ``case/1`` (YAML, or a folder with ``case.yaml`` and tables beside it) as a Register.

Every issuer and lot row is itself a Statement (a filing, unless the row says otherwise), so that a recorded lot stands beside a
newspaper's claim about it. Prices, cash, contracts and the like are kept as records with the day from which they were known.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from crosshold.errors import FileError, Finding, Findings, did_you_mean
from crosshold.formats.case_records import record_lists, record_maps, rule_choice
from crosshold.formats.fields import Fields
from crosshold.formats.holdings_header import SUFFIXES
from crosshold.formats.statements import further_names, plain_field
from crosshold.formats.tables import read_rows
from crosshold.formats.yaml_text import Document, read_file
from crosshold.model.entity import FLOAT, KINDS, Entity
from crosshold.model.picks import Pick
from crosshold.model.register import Register, Statements
from crosshold.model.share import BASES, NOTIONAL, Share, parse
from crosshold.model.snapshot import ShareClass
from crosshold.model.statement import CONTENT, SPEAKER_KINDS, STANCES, VERBS, Source, Statement, from_plain

VERSION = "case/1"
KEYS = (
    "crosshold", "id", "title", "at", "known_by", "believe", "currency", "sources", "entities", "groups", "issuers", "lots",
    "rest",
    "prices", "fx", "market", "cash", "financials", "books", "contracts", "overlays", "watch", "facts", "rules", "claims", "picks", "note",
)  # fmt: skip
_EVIDENCE = ("source", "confidence", "known_on", "note", "stance", "speaker", "speaker_kind", "via")
_ENTITY = ("id", "name", "kind", "jurisdiction", "form", "listed", "sme", "lei", "isin", "number", "ticker", "names", "note")
_ISSUER = ("issued", "basis", "classes", "loyalty", "since", *_EVIDENCE)
_LOT = (
    "id", "issuer", "holder", "class", "shares", "share", "basis", "hedge", "votes", "since", "until", "registered_since",
    "low", "high",
    "beneficiary", "capacity", "aggregate", "locked_until", *_EVIDENCE,
)  # fmt: skip
_CLAIM_TEXT = (
    "object", "hedge", "currency", "speaker", "speaks_for", "via", "about", "proposer", "topic", "purpose", "value",
    "points_to", "note", "source", "where", "confidence", "revises", "retracts")  # fmt: skip
_CLAIM = ("id", "subject", "verb", "stance", "shares", "votes", "share", "bounds", "basis", "class", "amount", "directness",
          "speaker_kind", "valid_from", "valid_to", "as_of", "known_on", *_CLAIM_TEXT)  # fmt: skip
_MORE = tuple(name for name in CONTENT if name not in (*_CLAIM, "share_class"))
"""What a claim may say beside that, as statements/1 writes it: targets, caps, joint holders, who reviewed it."""
TABLES = ("entities", "lots", "prices", "claims")
"""Parts of a folder case that may be CSV tables with the case file's keys as column names. Its own rules may stand in ``rules.yaml``."""


def read_case(path: Path) -> Register:
    """Read a case file, or a folder with ``case.yaml`` in it. Raises ``FileError`` with every fault at once."""
    tables: dict[str, Document] = {}
    if path.is_dir():
        folder, path = path, path / "case.yaml"
        if not path.is_file():
            message = "this folder has no case.yaml, so it is no case."
            raise FileError(Finding("C_FILE", message, "Name a case file, or a folder that holds case.yaml.", str(folder)))
        table = table_beside(folder, "holdings")
        small = [name for name in TABLES if not (table and name == "entities")]  # beside a large table it may be large as well
        tables = {name: read_rows(folder / f"{name}.csv", name) for name in small if (folder / f"{name}.csv").is_file()}
        if os.path.lexists(folder / "rules.yaml"):  # a link that leads nowhere is told, not passed over
            tables["rules"] = read_file(folder / "rules.yaml")
        if table:
            from crosshold.formats.case_holdings import with_holdings

            return with_holdings(table, read_file(path), tables, from_document)
    return from_document(read_file(path), tables)


def table_beside(folder: Path, name: str) -> Path | None:
    """The table of a name in a case folder, in any of the forms of a large one."""
    return next((path for suffix in SUFFIXES if (path := folder / f"{name}{suffix}").is_file()), None)


def from_document(document: Document, tables: Mapping[str, Document] | None = None, known: Iterable[str] = ()) -> Register:
    """The Register of a parsed case file. ``known`` are parties that it may name and that stand elsewhere."""
    faults = Findings()
    if not isinstance(document.data, dict):
        message = "a case file is a mapping of keys; this is something else."
        raise FileError(Finding("C_SYNTAX", message, "Begin with 'crosshold: case/1'.", document.name))
    reader = _CaseReader(Fields(document, (), document.data, faults), tables or {}, faults)
    reader.known.update(known)
    register = reader.register()
    faults.raise_errors(FileError)
    return register


class _CaseReader:
    def __init__(self, top: Fields, tables: Mapping[str, Document], faults: Findings) -> None:
        self.top, self.tables, self.faults = top, tables, faults
        self.known: set[str] = {FLOAT}

    def rows(self, name: str) -> list[Fields]:
        """The rows of a list, from the case file and from the table beside it."""
        rows = self.top.children(name)
        if name in self.tables:
            rows += Fields(self.tables[name], (), self.tables[name].data, self.faults).children(name)
        return rows

    def named(self, name: str) -> dict[str, Fields]:
        """The rows of a mapping; in a table the key is the column ``id`` (or ``issuer``)."""
        rows = self.top.named(name)
        if name in self.tables:
            for row in Fields(self.tables[name], (), self.tables[name].data, self.faults).children(name):
                key = str(row.data.pop("id", None) or row.data.pop("issuer", ""))
                if key in rows:
                    row.fault("C_DUPLICATE_ID", f"{key!r} stands twice.", "Keep one of the rows.")
                rows[key] = row
        return rows

    def register(self) -> Register:
        top = self.top
        top.only(KEYS)
        if top.require("crosshold") and top.text("crosshold") != VERSION:
            message = f"this file says {top.text('crosshold')!r}; {VERSION!r} is read here."
            top.fault("C_VERSION", message, f"Write 'crosshold: {VERSION}'.", "crosshold")
        top.require("at", "issuers", "lots")
        day, known_by = top.day("at"), top.day("known_by")
        rest = top.choice("rest", (FLOAT, "none"), FLOAT)
        sources = {name: self._source(name, row) for name, row in self.named("sources").items()}
        entities = {name: self._entity(name, row) for name, row in self.named("entities").items()}
        statements = [s for name, row in self.named("issuers").items() if (s := self._issued(name, row))]
        classes = {s.subject: {c.name for c in s.extra.get("classes", ())} for s in statements}
        lots = [s for n, row in enumerate(self.rows("lots"), 1) if (s := self._lot(n, row, classes))]
        issued = {s.subject for s in statements}
        for issuer in dict.fromkeys(s.object for s in lots if s.object and s.object not in issued):
            extra = {"basis": "fraction"}
            statements.append(Statement(issuer, "issued", shares=NOTIONAL, speaker_kind="filing", extra=extra))
        self.known |= {*entities, *issued, *(s.subject for s in lots), *(s.object or "" for s in lots)}
        statements += lots
        groups = self._groups()
        self.known |= set(groups)
        statements += [s for n, row in enumerate(self.rows("claims"), 1) if (s := self._claim(n, row, sources))]
        self._unique(statements)
        picks = tuple(p for row in top.children("picks") if (p := _pick(row, statements)))
        illustrative: set[str] = set()
        records: dict[str, Any] = record_maps(self.named, top.text("currency", "EUR") or "EUR", self.known, illustrative)
        records |= record_lists(self.top, self.known)
        defaults = {
            "case": top.text("id", "") or Path(top.document.name).stem, "title": top.text("title", "") or "",
            "currency": top.text("currency", "EUR"), "groups": groups, "rest": rest,
            "rules": rule_choice(top.child("rules"), self.tables.get("rules")),
            "illustrative": frozenset(illustrative),
        }  # fmt: skip
        for statement in statements:
            if statement.source and sources and statement.source not in sources:
                top.fault(
                    "C_UNKNOWN_SOURCE", f"{statement.id}: the source {statement.source!r} is not listed.", "Add it under sources."
                )
        return Register(
            statements=Statements(statements), sources=sources, entities=entities, records=records, defaults=defaults, day=day,
            known_by=known_by, picks=picks,
            believe=top.text("believe") or ("picks" if picks else "latest-firm"), findings=tuple(self.faults),
        )  # fmt: skip

    def _unique(self, statements: list[Statement]) -> None:
        seen: set[str] = set()
        for statement in statements:
            if statement.id in seen and statement.verb != "issued":
                message = f"the id {statement.id!r} stands twice among lots and claims."
                self.top.fault("C_DUPLICATE_ID", message, "Give each its own id, or remove the repeated row.")
            seen.add(statement.id)

    def _source(self, name: str, row: Fields) -> Source:
        row.only(("kind", "publisher", "title", "url", "published_on", "language", "licence", "sha256"))
        return Source(
            id=name, kind=row.choice("kind", ("filing", "register", "article", "dataset", "note"), "note") or "note",
            publisher=row.text("publisher"), title=row.text("title"), url=row.text("url"), published_on=row.day("published_on"),
            language=row.text("language"), licence=row.text("licence"), sha256=row.text("sha256"),
        )  # fmt: skip

    def _entity(self, name: str, row: Fields) -> Entity:
        row.only(_ENTITY)
        return Entity(
            id=name, name=row.text("name", "") or "", kind=row.choice("kind", KINDS, "unknown") or "unknown",
            jurisdiction=row.text("jurisdiction"), form=row.text("form"), listed=row.flag("listed"), sme=row.flag("sme"),
            identifiers=tuple((key, str(row.data[key])) for key in ("lei", "isin", "number", "ticker") if row.data.get(key)),
            names=further_names(row),
        )  # fmt: skip

    def _groups(self) -> dict[str, tuple[str, ...]]:
        inner = self.top.child("groups")
        groups = {name: inner.names(name) for name in inner.data} if inner else {}
        for name, members in groups.items():
            for member in members:
                if member not in self.known:
                    message = f"the group {name} names {member!r}, who is nowhere in this case."
                    self.top.fault("C_UNKNOWN_ENTITY", message, "Check the id.", "groups", name)
        return groups

    def _issued(self, name: str, row: Fields) -> Statement | None:
        row.only(_ISSUER)
        classes = []
        for label, item in row.named("classes").items():
            item.only(("issued", "votes"))
            item.require("issued")
            classes.append(ShareClass(label, item.whole("issued") or 0, 1 if (v := item.whole("votes")) is None else v))
        issued = row.whole("issued")
        if issued is None and classes:
            issued = sum(c.issued for c in classes)
        if issued is None:
            row.require("issued")
            return None
        if classes and issued != sum(c.issued for c in classes):
            message = f"{name}: issued is {issued:,} but its classes add up to {sum(c.issued for c in classes):,}."
            row.fault("C_BAD_VALUE", message, "Correct one of them, or leave 'issued' out.", "issued")
        extra: dict[str, Any] = {"basis": row.choice("basis", ("shares", "fraction"), "shares"), "classes": tuple(classes)}
        if loyalty := row.child("loyalty"):
            loyalty.only(("multiple", "years"))
            if loyalty.require("multiple", "years"):
                extra["loyalty"] = (loyalty.whole("multiple") or 1, loyalty.whole("years") or 0)
        return Statement(name, "issued", shares=issued, valid_from=row.partial_day("since"), extra=extra, **self._evidence(row))

    def _evidence(self, row: Fields) -> dict[str, Any]:
        return {
            "stance": row.choice("stance", STANCES, "reports"), "speaker": row.text("speaker"), "via": row.text("via"),
            "speaker_kind": row.choice("speaker_kind", SPEAKER_KINDS, "filing"), "source": row.text("source"),
            "confidence": row.choice("confidence", ("A", "B", "C")), "known_on": row.day("known_on"), "note": row.text("note"),
        }  # fmt: skip

    def _lot(self, number: int, row: Fields, classes: Mapping[str, set[str]]) -> Statement | None:
        row.only(_LOT)
        if not row.require("issuer", "holder"):
            return None
        issuer, holder = row.text("issuer") or "", row.text("holder") or ""
        shares, share = row.whole("shares"), row.data.get("share")
        said: Share | None = None
        if shares is None and share is None:
            if row.data.get("shares") is None:
                row.fault("C_MISSING_KEY", "a lot needs 'shares', or 'share' with 'basis'.", "Add one of them.")
            return None
        if shares is not None and share is not None:
            row.fault("C_BAD_VALUE", "a lot has both 'shares' and 'share'.", "Keep one of them.", "share")
        if share is not None:
            if row.text("basis") is None:
                message = f"{holder} in {issuer}: {share} of what? A percentage needs a base."
                row.fault("E_BASIS_AMBIGUOUS", message, "Add 'basis: issued'.", "share")
            elif row.text("basis") != "issued":
                row.fault("C_BAD_VALUE", "the share of a lot is read on 'issued'.", "Convert it, or give 'shares'.", "basis")
            said = self._share(row, share)
        share_class = row.text("class")
        known = classes.get(issuer, set())
        if known and share_class not in known:
            message = (
                f"{issuer} has no class {share_class!r}."
                if share_class
                else f"{issuer} has several classes; this lot names none."
            )
            row.fault("C_UNKNOWN_CLASS", message, f"Known: {', '.join(sorted(known))}.", "class")
        elif share_class and not known:
            row.fault(
                "C_UNKNOWN_CLASS",
                f"{issuer} has no class {share_class!r}: it has one class.",
                "Remove 'class', or add the classes.",
            )
        extra: dict[str, Any] = {"lot": row.text("id") or f"{issuer}.{number}"}
        extra |= {k: v for k in ("low", "high") if (v := row.whole(k)) is not None}
        extra |= {k: d for k in ("registered_since", "locked_until") if (d := row.partial_day(k))}
        extra |= {k: t for k in ("beneficiary", "capacity") if (t := row.text(k))}
        extra |= {"aggregate": True} if row.flag("aggregate") else {}
        low, high = extra.get("low", shares), extra.get("high", shares)
        if shares is not None and low is not None and high is not None and not low <= shares <= high:
            row.fault("C_BAD_VALUE", f"{shares} is not between low {low} and high {high}.", "Correct the bounds.", "low")
        return Statement(
            holder, "holds", issuer, shares=shares, share=said, votes=row.whole("votes"), share_class=share_class,
            basis="issued", hedge=row.text("hedge"), directness="direct", valid_from=row.partial_day("since"),
            valid_to=row.partial_day("until"), label=extra["lot"], extra=extra, **self._evidence(row),
        )  # fmt: skip

    def _share(self, row: Fields, value: Any) -> Share | None:
        if isinstance(value, dict):
            plain = plain_field(row, "share", value)
            return from_plain({"subject": "", "verb": "holds", "share": plain}).share if plain else None
        try:
            return parse(str(value), row.text("hedge"))
        except ValueError as error:
            row.fault("C_BAD_NUMBER", f"share: {error}.", 'Write a fraction of one, as "0.43" or "3/10".', "share")
            return None

    def _claim(self, number: int, row: Fields, sources: Mapping[str, Source]) -> Statement | None:
        row.only((*_CLAIM, *_MORE))
        if not row.require("subject", "verb"):
            return None
        more = {name: plain_field(row, name, row.data[name]) for name in _MORE if row.data.get(name) is not None}
        verb = row.choice("verb", tuple(VERBS))
        text: dict[str, Any] = {key: row.text(key) for key in _CLAIM_TEXT}
        share = None
        if row.data.get("share") is not None:
            share = self._share(row, row.data["share"])
        bounds = row.items("bounds")
        if bounds:
            ends = [row.ratio_of(value, "bounds", n) for n, value in enumerate(bounds)]
            if len(ends) == 2 and ends[0] is not None and ends[1] is not None and 0 <= ends[0] <= ends[1] <= 1:
                share = Share(share.point if share else None, ends[0], ends[1])
            else:
                row.fault(
                    "C_BAD_NUMBER", "bounds are two ratios between 0 and 1, the lower first.", 'As ["0.42", "0.44"].', "bounds"
                )
        for who in (*more.get("joint", [row.text("subject")]), text["object"]):
            if verb in ("holds", "votes", "issued") and who is not None and who not in self.known:
                row.fault("C_UNKNOWN_ENTITY", f"{who!r} is nowhere in this case.", "Check the id, or add it under entities.")
        if verb is None:
            return None
        said = from_plain(
            {"subject": row.text("subject") or "", "verb": verb, **{k: v for k, v in more.items() if v is not None}}
        )
        return said.changed(
            shares=row.whole("shares"), votes=row.whole("votes"), share=share,
            share_class=row.text("class"), basis=row.choice("basis", (*BASES, "unknown"), "unknown") or "unknown",
            amount=row.money("amount"), directness=row.choice("directness", ("direct", "indirect", "unknown"), "unknown") or "unknown",
            stance=row.choice("stance", STANCES, "reports") or "reports", valid_from=row.partial_day("valid_from"),
            valid_to=row.partial_day("valid_to"), as_of=row.partial_day("as_of"), known_on=row.day("known_on"),
            speaker_kind=row.choice("speaker_kind", SPEAKER_KINDS, "unknown") or "unknown", label=row.text("id"), **text,
        )  # fmt: skip


def _pick(row: Fields, statements: Iterable[Statement]) -> Pick | None:
    """An analyst's choice: ``statement`` is the id of a claim or of a lot."""
    row.only(("statement", "by", "reason", "on"))
    if not row.require("statement", "by"):
        return None
    name, on = row.text("statement") or "", row.day("on")
    chosen = next((s for s in statements if name in (s.id, s.extra.get("lot"))), None)
    if chosen is None or chosen.verb != "holds" or chosen.object is None:
        known = [s.extra.get("lot") or s.id for s in statements if s.verb == "holds"]
        row.fault(
            "C_UNKNOWN_CLAIM",
            f"{name!r} is no claim or lot of this case about a holding.",
            did_you_mean(name, known),
            "statement",
        )
        return None
    by, reason = row.text("by") or "", row.text("reason") or ""
    return Pick(chosen.subject, chosen.object, chosen.share_class, chosen.id, by, reason, on.isoformat() if on else None)
