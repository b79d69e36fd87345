"""Large-holding reports (大量保有報告書, jplvh): each member of the group by itself; the total of the group is checked, never added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crosshold.formats.edinet.facts import Context, Fact, count, ratio
from crosshold.formats.edinet.filing import Filing, counted
from crosshold.formats.edinet.names import key, plain, read_name
from crosshold.formats.percent_base import Span, fitting
from crosshold.model.entity import Entity
from crosshold.model.identifiers import checked

HELD, RATIO, OUT = "TotalNumberOfStocksEtcHeld", "HoldingRatioOfShareCertificatesEtc", "TotalNumberOfOutstandingStocksEtc"


def is_large(filing: Filing) -> bool:
    """Whether the filing is one: it names an issuer that is not the filer."""
    return filing.report.plain("NameOfIssuer") is not None


def read_large(filing: Filing) -> None:
    """One declared holding for each member: potential shares and managed shares are in it, so it never makes a lot."""
    issuer = _issuer(filing)
    day = filing.report.day("DateWhenFilingRequirementAroseCoverPage") or filing.report.day("BaseDate")
    members = list(_members(filing))
    cover = next((f for c, f in _by_context(filing) if not c.members and {HELD, RATIO, OUT} & f.keys()), {})
    single = not members
    if single:
        members = [("cover", cover)] if {HELD, RATIO} & cover.keys() else []
    total = 0, 0
    for place, facts in members:
        span = _state(filing, issuer, day.isoformat() if day else None, place, facts, cover)
        total = (total[0] + span[0], total[1] + span[1]) if span else total
    if not members:
        filing.find("W_PARTIAL_LIST", "it tells no number of shares and no ratio.", "", RATIO)
    elif not single and HELD in cover:
        _check(filing, cover, total, len(members))


def _by_context(filing: Filing) -> Iterator[tuple[Context, Mapping[str, Fact]]]:
    for name, facts in filing.report.facts.items():
        yield filing.report.context(name), facts


def _members(filing: Filing) -> Iterator[tuple[str, Mapping[str, Fact]]]:
    """Contexts of a holder of the group, in whatever way its member is called."""
    for context, facts in _by_context(filing):
        if any("Holder" in member and "Total" not in member for member in context.members) and (HELD in facts or RATIO in facts):
            yield next(m for m in context.members if "Holder" in m), facts


def _issuer(filing: Filing) -> str:
    """The issuer by its securities code; the code of the document information is the filer's own."""
    name = read_name(filing.report.plain("NameOfIssuer") or "")
    code, right = checked("JP-SEC", plain(filing.report.plain("SecurityCodeOfIssuer") or ""))
    if not (code and right):
        return filing.party(name, "company")
    party = f"JP-SEC:{code}"
    filing.batch.entities.append(Entity(party, name.text, "company", listed=True, identifiers=(("JP-SEC", code),)))
    return party


def _state(
    filing: Filing, issuer: str, day: str | None, place: str, facts: Mapping[str, Fact], cover: Mapping[str, Fact]
) -> Span | None:
    try:
        held, share, before = count(facts.get(HELD)), ratio(facts.get(RATIO)), _last(facts)
        out = count(facts.get(OUT) or cover.get(OUT))
        raw = next(
            (facts[n].value for n in ("Name", "FilerNameInJapaneseDEI", "NameCoverPage") if n in facts and facts[n].value), None
        )
        code = facts["EDINETCodeDEI"].value if "EDINETCodeDEI" in facts else None
        name = read_name(raw or filing.name)
        holder = _holder(filing, name.text, code) or filing.party(name)
    except ValueError as error:
        filing.reject(place, error, "\t".join(f"{n}={f.value}" for n, f in facts.items()))
        return None
    fits = fitting([(held, share)], {"issued": out}) if held and share and out else ()
    if held and share and out and not fits:
        message = (
            f"{share.text} is not {held[0]:,} of {out[0]:,}: potential shares are in it, or it is a ratio of another number."
        )
        filing.find("W_PERCENT_BASE", message, "", place)
    purpose, direct = facts.get("PurposeOfHolding"), bool(filing.source.options.get("as_direct"))
    extra = {
        **counted(held), "declared": None if direct else True, "report": "large holding",
        "outstanding": out[0] if out else None, "last_report": before,
        "reason": filing.report.plain("ReasonForFilingChangeReportCoverPage"), "potential_shares": "included",
    }  # fmt: skip
    said = {
        "shares": held[0] if held else None, "share": share, "basis": fits[0] if fits else "unknown", "as_of": day, "where": place,
        "purpose": purpose.value if purpose else None, "directness": "direct" if direct else "unknown", "extra": extra,
    }  # fmt: skip
    filing.batch.accept(filing.statement("large", f"{issuer}/{day}/{key(name.text)}", holder, "holds", issuer, **said))
    return held


def _holder(filing: Filing, name: str, code: str | None) -> str | None:
    """A member that gives its own EDINET code."""
    value, right = checked("EDINET", code) if code else ("", False)
    if not right:
        return None
    party = f"EDINET:{value}"
    if party != filing.id:
        filing.batch.entities.append(Entity(party, name, identifiers=(("EDINET", value),)))
    return party


def _last(facts: Mapping[str, Fact]) -> str | None:
    """The ratio of the report before stands in the same context; its name alone tells it apart."""
    return next(
        (f.value for n, f in facts.items() if n != RATIO and "HoldingRatio" in n and ("Last" in n or "Previous" in n)), None
    )


def _check(filing: Filing, cover: Mapping[str, Fact], total: Span, members: int) -> None:
    filing.batch.leave_out("total of the group")
    try:
        said = count(cover.get(HELD))
    except ValueError as error:
        filing.find("W_TOTAL", f"the total cannot be read: {error}.", "", HELD)
        return
    if said and not (total[0] <= said[1] and said[0] <= total[1]):
        message = f"{members} members hold {total[0]:,}, the total of the group is {said[0]:,}."
        filing.find("W_TOTAL", message, "Members may count the same shares.", HELD)
