"""The Slovak register of partners of the public sector (RPVS) with their end beneficiaries (spec/evidence 7.7).

The register names end beneficiaries and says no percentages: each is a declared owner of some share, more than nothing. The partners of one
record are one party under the names it had over time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crosshold.errors import Finding
from crosshold.formats.intake import Batch, Input, Refused, short
from crosshold.formats.json_stream import objects
from crosshold.model.dates import day_of
from crosshold.model.entity import Entity
from crosshold.model.identifiers import checked
from crosshold.model.share import SOME
from crosshold.model.statement import Source, Statement

_PARTNERS, _OWNERS = "PartneriVerejnehoSektora", "KonecniUzivateliaVyhod"


def sniff(head: bytes, name: str) -> float:
    """The register's own words."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return 0.95 if start in (b"{", b"[") and (_PARTNERS.encode() in head or _OWNERS.encode() in head) else 0.0


def read(source: Input) -> Iterator[Batch]:
    """Batches of statements. A row is a partner or an end beneficiary."""
    day = source.published
    told = Source(
        f"sk-rpvs:{day.isoformat() if day else source.name}", "register", "Ministerstvo spravodlivosti SR", f"RPVS, {source.name}",
        published_on=day, language="sk",
    )  # fmt: skip
    batch = Batch(sources=[told])
    for row in objects(source, "value", alone=True):
        if row.fault:
            batch.reject(row.where, "E_ROW", row.fault, short(row.text), "Mend the record and read it again.")
        else:
            _record(batch, told.id, row.where.rstrip("/"), row.value)
        if batch.full:
            batch.done = source.done
            yield batch
            batch = Batch()
    batch.done = source.size
    yield batch


def _record(batch: Batch, source: str, where: str, row: dict[str, Any]) -> None:
    """One partner under all its names, and those who benefit in the end."""
    partners, owners = row.get(_PARTNERS) or [], row.get(_OWNERS) or []
    if not isinstance(partners, list) or not isinstance(owners, list):
        batch.reject(where or "/", "E_ROW", "it is no record of this register.", short(row))
        return
    company, made = None, 0
    if not partners:
        batch.reject(
            where or "/", "E_PARTY", "it names no partner of the public sector.", short(row), "Look it up in the register."
        )
        for _ in owners:
            batch.leave_out("an end beneficiary of nobody")
        return
    try:
        company = _party(batch, where, max(partners, key=_newest), f"partner/{row.get('Id')}")
        _same_number(batch, where, partners)
    except (Refused, AttributeError, TypeError) as error:
        batch.findings.append(Finding("E_PARTY", f"no partner can be told ({error}).", "Mend the record.", where or "/"))
    for name, rows in ((_PARTNERS, partners), (_OWNERS, owners)):
        for n, item in enumerate(rows):
            place = f"{where}/{name}/{n}"
            try:
                if company is None:
                    raise Refused("E_PARTY", "its partner cannot be told")
                batch.accept(_statement(batch, source, place, item, None if name == _PARTNERS else company, company))
                made += 1
            except Refused as error:
                batch.reject(place, error.code, f"{error}.", short(item), "Mend the record and read it again.")
            except (AttributeError, TypeError) as error:
                batch.reject(place, "E_ROW", f"it has not the form of a party ({error}).", short(item))


def _statement(batch: Batch, source: str, where: str, item: dict[str, Any], owned: str | None, company: str) -> Statement:
    """A name of the partner over a time, or an owner of it."""
    start, end = _time(item, "PlatnostOd"), _time(item, "PlatnostDo")
    rest = {k: v for k, v in item.items() if k not in ("PlatnostOd", "PlatnostDo")}
    if owned is None:
        return Statement(
            company,
            "is",
            value=_name(item),
            speaker_kind="authority",
            valid_from=start,
            valid_to=end,
            source=source,
            where=where,
            extra=rest,
        )
    owner = _party(batch, where, item, f"beneficiary/{item.get('Id')}")
    return Statement(
        owner, "holds", owned, share=SOME, directness="unknown", speaker_kind="filing", valid_from=start, valid_to=end, source=source,
        where=where, extra={"declared": True, **rest},
    )  # fmt: skip


def _party(batch: Batch, where: str, item: dict[str, Any], local: str) -> str:
    """A firm by its number, else by its place in the register; a person by its place alone."""
    name, written = _name(item), item.get("Ico")
    firm = bool(item.get("ObchodneMeno") or written)
    if not name and not written:
        raise Refused("E_PARTY", "it has neither name nor number")
    party = f"sk-rpvs:{local}"
    identifiers: tuple[tuple[str, str], ...] = ()
    if written:
        number, right = checked("SK-ICO", str(written))
        if number != written:
            batch.findings.append(Finding("W_ID_PADDED", f"the number {written!r} is read as {number}.", "", where))
        if right:
            party, identifiers = f"SK-ICO:{number}", (("SK-ICO", number),)
        else:
            message = f"the number {number} fails its check digit."
            batch.findings.append(Finding("W_ID_CHECK", message, "It is kept, and merges with nothing.", where))
    batch.entities.append(
        Entity(party, name, "company" if firm else "person", "SK" if identifiers else None, identifiers=identifiers)
    )
    return party


def _same_number(batch: Batch, where: str, partners: list[dict[str, Any]]) -> None:
    numbers = {checked("SK-ICO", str(p["Ico"]))[0] for p in partners if p.get("Ico")}
    if len(numbers) > 1:
        message = f"one partner has the numbers {', '.join(sorted(numbers))}; the newest is taken."
        batch.findings.append(Finding("W_TWO_IDS", message, "Look it up in the register.", where or "/"))


def _newest(item: dict[str, Any]) -> tuple[bool, str]:
    return item.get("PlatnostDo") is None, str(item.get("PlatnostOd") or "")


def _name(item: dict[str, Any]) -> str:
    parts = [item.get(word) for word in ("TitulPred", "Meno", "Priezvisko", "TitulZa")]
    return str(item.get("ObchodneMeno") or " ".join(str(p) for p in parts if p))


def _time(item: dict[str, Any], name: str) -> str | None:
    """The day of a time where it was written: midnight in Bratislava is the day before in London."""
    text = item.get(name)
    day = day_of(text)
    if text is not None and day is None:
        raise Refused("E_DATE", f"{name}: {text!r} is not a time")
    return None if day is None else day.isoformat()
