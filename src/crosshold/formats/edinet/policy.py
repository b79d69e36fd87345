"""Policy shareholdings (保有目的が純投資目的以外): tagged row by row from about fiscal year 2018 on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from crosshold.formats.edinet.facts import Fact, count, money
from crosshold.formats.edinet.filing import Filing, counted
from crosshold.formats.edinet.names import Name, key, plain, read_name
from crosshold.formats.percent_base import Span
from crosshold.model.share import SOME
from crosshold.model.statement import Statement

_ROW = re.compile(
    r"(?P<what>\w+?)DetailsOf(?P<kind>SpecifiedInvestment|DeemedHoldings)\w*?OtherThanPureInvestment(?P<holder>\w*)"
)
_YEAR = re.compile(r"(CurrentYear|Prior1Year)")
_KINDS = {"SpecifiedInvestment": "specified", "DeemedHoldings": "deemed"}


class Holding(NamedTuple):
    """One policy shareholding at one day. ``deemed``: in a pension trust, of which the votes are still directed."""

    place: str
    holder: str
    kind: str
    name: Name
    raw: str
    shares: Span | None
    amount: Decimal | None
    day: date | None
    extra: Mapping[str, object] = {}


def read_policy(filing: Filing) -> None:
    """Tagged rows; where there are none, the tables of the text blocks (fiscal years to about 2018)."""
    found = _tagged(filing)
    if not found:
        from crosshold.formats.edinet.policy_tables import read_tables

        for name in ("ExplanationAboutCorporateGovernanceTextBlock", "ShareholdingsTextBlock"):
            if shown := filing.shown(name):
                found += read_tables(filing, shown, name)
            elif filing.report.blocks.get(name) and not filing.report.tagged_html and name.startswith("Explanation"):
                message = "its text blocks have lost their tables; policy shareholdings of older years stand only there."
                filing.find("N_NO_TABLES", message, "Read the XBRL instance of the same document.", name)
    for holding in found:
        state(filing, holding)
    _ask_about_jumps(filing, found)


def _tagged(filing: Filing) -> list[Holding]:
    """Rows by (kind, holder suffix, row); the name is told once, the counts for this year and the year before."""
    rows: dict[tuple[str, str, str], dict[str, dict[str, Fact]]] = {}
    days: dict[str, date | None] = {}
    for context, facts in filing.report.facts.items():
        for name, fact in facts.items():
            match = _ROW.fullmatch(name)
            where = filing.report.context(context) if match else None
            if match is None or where is None or not where.members:
                continue
            year = _YEAR.match(where.base)
            word = "prior" if year and year.group(1).startswith("Prior") else "current"
            days[word] = where.day if year else filing.end
            row = (match.group("kind"), match.group("holder"), where.members[-1])
            rows.setdefault(row, {}).setdefault(word, {})[match.group("what")] = fact
    found: list[Holding] = []
    for (kind, suffix, member), years in rows.items():
        found += _row(filing, _KINDS[kind], suffix, member, years, days)
    return found


def _row(
    filing: Filing, kind: str, suffix: str, member: str, years: Mapping[str, Mapping[str, Fact]], days: Mapping[str, date | None]
) -> list[Holding]:
    """One tagged row: the holding of this year, of the year before, and whether the company holds shares in turn."""
    text = {what: fact.value for facts in years.values() for what, fact in facts.items() if fact.value}
    raw, place = text.get("NameOfSecurities") or "", f"{kind} {member} {suffix}".strip()
    name, holder = read_name(raw), _holder(filing, suffix)
    given = {what: value for what, value in text.items() if what not in ("NameOfSecurities", "NumberOfSharesHeld", "BookValue")}
    flag = next((given.pop(what) for what in list(given) if what.startswith("WhetherIssuer")), None)
    extra = {"holder_suffix": suffix, "purpose_as_filed": next(iter(given.values()), None)}
    found = []
    for word in ("prior", "current"):
        facts = years.get(word, {})
        try:
            shares, amount = count(facts.get("NumberOfSharesHeld")), money(facts.get("BookValue"))
            filing.party(name)
        except ValueError as error:
            filing.reject(f"{place} {word}", error, "\t".join(f"{k}={v.value}" for k, v in facts.items()))
            continue
        if shares is None and not amount:
            if facts and word == "current":
                filing.batch.leave_out("not held, or not told below a threshold")
            continue
        found.append(Holding(f"{place} {word}", holder, kind, name, raw, shares, amount, days.get(word), extra))
    if flag and name.text:
        _reciprocal(filing, name, plain(flag), place, days.get("current"))
    return found


def _holder(filing: Filing, suffix: str) -> str:
    """The suffix says which company of the group holds: the filer, or its largest or second largest holding company."""
    if suffix in ("", "ReportingCompany", "ReportingCompanyOrLargestHoldingCompany"):
        return filing.id
    party = f"{filing.id}/{suffix}"
    filing.group(party, f"{suffix} of {filing.name}")
    return party


def _reciprocal(filing: Filing, name: Name, flag: str, place: str, day: date | None) -> None:
    """有: the company holds shares of the filer, how many is not told; 無: it holds none. The filer says so, of another; never a lot."""
    holds = {"有": True, "無": False}.get(flag[:1])
    if holds is None:
        filing.find("W_UNKNOWN_CODE", f"{flag[:60]!r} says neither 有 nor 無.", "", place)
        return
    extra = {"declared": True, "flag": flag[:1], "footnotes": flag[1:].strip(), "disclosed": "reciprocity"}
    said = {
        "share": SOME if holds else None, "shares": None if holds else 0, "as_of": day.isoformat() if day else None, "where": place,
        "note": f"flag {flag}", "extra": extra,
    }  # fmt: skip
    filing.batch.statements.append(filing.statement("reciprocal", key(name.text), filing.party(name), "holds", filing.id, **said))


def state(filing: Filing, held: Holding) -> Statement:
    """The statement of a policy shareholding."""
    day = held.day.isoformat() if held.day else None
    extra: dict[str, object] = {**held.extra, **counted(held.shares), "category": held.kind, "name_as_filed": held.raw}
    deemed = held.kind == "deemed"
    if deemed or held.shares is None:
        extra["declared"] = True
    if deemed:
        extra["capacity"] = "pension_trust"
    said = {
        "shares": held.shares[0] if held.shares else None, "share": SOME if held.shares is None else None, "amount": held.amount,
        "currency": "JPY" if held.amount is not None else None, "directness": "indirect" if deemed else "direct", "as_of": day,
        "where": held.place, "extra": extra,
    }  # fmt: skip
    row = f"{held.holder}/{day}/{key(held.name.text)}"
    made = filing.statement(f"policy-{held.kind}", row, held.holder, "holds", filing.party(held.name), **said)
    filing.batch.accept(made)
    return made


def _ask_about_jumps(filing: Filing, found: list[Holding]) -> None:
    """300,000 shares and a year later 60,000 may be a consolidation of 5 into 1: that is asked, never told as a trade."""
    before: dict[tuple[str, str, str], Holding] = {}
    days = sorted({held.day for held in found if held.day})
    for held in found:
        if len(days) > 1 and held.day == days[0]:
            before[held.holder, held.kind, key(held.name.text)] = held
    for held in found:
        old = before.get((held.holder, held.kind, key(held.name.text)))
        if old is None or old is held or held.day == days[0] or not old.shares or not held.shares:
            continue
        a, b = old.shares[0], held.shares[0]
        small, large = sorted((a, b))
        if small and large // small >= 2 and large - small * (large // small) < large // small:
            times = large // small
            message = f"{held.name.text}: {a:,} shares a year before, {b:,} now, {'1 for' if b < a else 'times'} {times}."
            filing.find("N_SPLIT_OR_TRADE", message, "Is that a split or consolidation? No trade is told.", held.place)
