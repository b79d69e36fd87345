"""GLEIF files in XML and JSON; each trap of the format is met (spec/evidence 7.5). Records are invented, with right check digits."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crosshold.errors import FileError
from crosshold.formats import catalogue, gleif, xml_stream
from crosshold.formats.gleif_shapes import from_json, from_xml, plain
from crosshold.formats.intake import Input
from crosshold.formats.xml_stream import elements
from crosshold.model.identifiers import checked
from crosshold.model.statement import Statement

from .reading import Import, samples


def lei(stem: str) -> str:
    """An LEI with right check digits, by ISO 17442 (found by trying)."""
    stem = stem.ljust(18, "0")
    return next(f"{stem}{n:02}" for n in range(100) if checked("LEI", f"{stem}{n:02}")[1])


CHILD, PARENT, FUND = lei("CH1LD"), lei("PAR3NT"), lei("FUND")


def xml(*records: str, kind: str = "rr", header: str = "") -> str:
    roots = {"rr": "RelationshipData", "lei": "LEIData", "repex": "ReportingExceptionData"}
    plural = {"rr": "RelationshipRecords", "lei": "LEIRecords", "repex": "ReportingExceptions"}[kind]
    head = "LEIHeader" if kind == "lei" else "Header"
    schema = {"lei": "leidata", "rr": "rr", "repex": "repex"}[kind]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{kind}:{roots[kind]} xmlns:{kind}="http://www.gleif.org/data/schema/{schema}/2016"'
        f' xmlns:gleif="urn:g"><{kind}:{head}>{header}</{kind}:{head}>'
        f"<{kind}:{plural}>{''.join(records)}</{kind}:{plural}></{kind}:{roots[kind]}>"
    )


def relation(
    kind: str = "IS_DIRECTLY_CONSOLIDATED_BY",
    child: str = CHILD,
    parent: str = PARENT,
    periods: str | None = None,
    inside: str = "",
    status: str = "ACTIVE",
    registration: str = "PUBLISHED",
    after: str = "",
) -> str:
    if periods is None:
        periods = period("RELATIONSHIP_PERIOD", "2012-11-29T00:00:00.000Z")
    return (
        f"<rr:RelationshipRecord><rr:Relationship><rr:StartNode><rr:NodeID>{child}</rr:NodeID><rr:NodeIDType>LEI</rr:NodeIDType></rr:StartNode>"
        f"<rr:EndNode><rr:NodeID>{parent}</rr:NodeID><rr:NodeIDType>LEI</rr:NodeIDType></rr:EndNode><rr:RelationshipType>{kind}"
        f"</rr:RelationshipType><rr:RelationshipPeriods>{periods}</rr:RelationshipPeriods><rr:RelationshipStatus>{status}</rr:RelationshipStatus>"
        f"{inside}</rr:Relationship><rr:Registration><rr:LastUpdateDate>2023-05-18T15:41:20.212Z</rr:LastUpdateDate><rr:RegistrationStatus>"
        f"{registration}</rr:RegistrationStatus></rr:Registration>{after}</rr:RelationshipRecord>"
    )


def period(kind: str, start: str, end: str = "") -> str:
    last = f"<rr:EndDate>{end}</rr:EndDate>" if end else ""
    return f"<rr:RelationshipPeriod><rr:StartDate>{start}</rr:StartDate>{last}<rr:PeriodType>{kind}</rr:PeriodType></rr:RelationshipPeriod>"


def entity(
    number: str = CHILD,
    name: str = "Example Öl AG",
    status: str = "ACTIVE",
    category: str = "GENERAL",
    registration: str = "ISSUED",
) -> str:
    return (
        f'<lei:LEIRecord><lei:LEI>{number}</lei:LEI><lei:Entity><lei:LegalName xml:lang="de">{name}</lei:LegalName><lei:OtherEntityNames>'
        '<lei:OtherEntityName xml:lang="ja" type="ALTERNATIVE_LANGUAGE_LEGAL_NAME">架空石油</lei:OtherEntityName><lei:OtherEntityName '
        'xml:lang="de" type="PREVIOUS_LEGAL_NAME">Beispiel AG</lei:OtherEntityName></lei:OtherEntityNames><lei:RegistrationAuthority>'
        "<lei:RegistrationAuthorityID>RA000242</lei:RegistrationAuthorityID>"
        "<lei:RegistrationAuthorityEntityID>HRB 1</lei:RegistrationAuthorityEntityID>"
        f"</lei:RegistrationAuthority><lei:LegalJurisdiction>DE</lei:LegalJurisdiction><lei:EntityCategory>{category}</lei:EntityCategory><lei:LegalForm>"
        f"<lei:EntityLegalFormCode>6QQB</lei:EntityLegalFormCode></lei:LegalForm><lei:EntityStatus>{status}</lei:EntityStatus><lei:EntityCreationDate>"
        "1997-06-03T00:00:00Z</lei:EntityCreationDate></lei:Entity><lei:Registration><lei:LastUpdateDate>2023-05-18T15:41:20Z</lei:LastUpdateDate>"
        f"<lei:RegistrationStatus>{registration}</lei:RegistrationStatus></lei:Registration></lei:LEIRecord>"
    )


def exception(reason: str, number: str = CHILD, category: str = "DIRECT_ACCOUNTING_CONSOLIDATION_PARENT") -> str:
    return (
        f"<repex:Exception><repex:LEI>{number}</repex:LEI><repex:ExceptionCategory>{category}</repex:ExceptionCategory>"
        f"<repex:ExceptionReason>{reason}</repex:ExceptionReason></repex:Exception>"
    )


def read(tmp_path: Path, content: str | Any, name: str = "x.xml", **options: Any) -> Import:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return Import(gleif, path, **options)


# Relationships


@pytest.mark.parametrize(
    ("kind", "subject", "verb", "object", "how"),
    [
        ("IS_DIRECTLY_CONSOLIDATED_BY", PARENT, "consolidates", CHILD, "direct"),
        ("IS_ULTIMATELY_CONSOLIDATED_BY", PARENT, "consolidates", CHILD, "ultimate"),
        ("IS_FUND-MANAGED_BY", PARENT, "manages", CHILD, None),
        ("IS_SUBFUND_OF", CHILD, "part_of", PARENT, "subfund"),
        ("IS_FEEDER_TO", CHILD, "part_of", PARENT, "feeder"),
        ("IS_INTERNATIONAL_BRANCH_OF", CHILD, "part_of", PARENT, "branch"),
    ],
)
def test_the_start_is_the_child_and_the_end_the_parent(
    tmp_path: Path, kind: str, subject: str, verb: str, object: str, how: str | None
) -> None:
    (s,) = read(tmp_path, xml(relation(kind))).statements
    assert (s.subject, s.verb, s.object, s.how) == (f"LEI:{subject}", verb, f"LEI:{object}", how)
    assert (s.valid_from, s.valid_to, s.as_of, s.speaker_kind) == ("2012-11-29", None, "2023-05-18", "authority")


def test_a_new_type_is_kept_as_a_comment(tmp_path: Path) -> None:
    found = read(tmp_path, xml(relation("IS_FUND_MANAGED_BY")))  # without the hyphen it is no known code
    (s,) = found.statements
    assert (s.verb, s.value) == ("comment", "IS_FUND_MANAGED_BY") and "W_UNKNOWN_CODE" in found.codes


@pytest.mark.parametrize("amount", ["100.00", "1.00"])
def test_a_quantifier_is_never_a_share(tmp_path: Path, amount: str) -> None:
    told = (
        "<rr:RelationshipQuantifiers><rr:RelationshipQuantifier><rr:MeasurementMethod>ACCOUNTING_CONSOLIDATION</rr:MeasurementMethod>"
        f"<rr:QuantifierAmount>{amount}</rr:QuantifierAmount><rr:QuantifierUnits>PERCENTAGE</rr:QuantifierUnits></rr:RelationshipQuantifier>"
        "</rr:RelationshipQuantifiers>"
    )
    (s,) = read(tmp_path, xml(relation(inside=told))).statements
    assert s.share is None and s.vote_share is None and s.shares is None and s.verb == "consolidates"
    assert told_in(s)["Relationship"]["RelationshipQuantifiers"]["RelationshipQuantifier"]["QuantifierAmount"] == amount


def test_only_the_period_of_the_relationship_is_its_time(tmp_path: Path) -> None:
    told = period("ACCOUNTING_PERIOD", "2022-01-01T00:00:00Z", "2022-12-31T00:00:00Z") + period(
        "DOCUMENT_FILING_PERIOD", "2023-01-01T00:00:00Z"
    )
    (s,) = read(
        tmp_path,
        xml(relation(periods=told + period("RELATIONSHIP_PERIOD", "2005-03-22T10:00:00+02:00", "2020-01-01T00:00:00.5Z"))),
    ).statements
    assert (s.valid_from, s.valid_to) == ("2005-03-22", "2020-01-01")
    (s,) = read(tmp_path, xml(relation(periods=told))).statements
    assert (s.valid_from, s.valid_to) == (None, None)


def test_lapsed_is_not_ended(tmp_path: Path) -> None:
    (s,) = read(tmp_path, xml(relation(registration="LAPSED"))).statements
    assert s.valid_to is None and s.stance == "reports" and told_in(s)["Registration"]["RegistrationStatus"] == "LAPSED"


def test_an_inactive_relationship_without_an_end_ends_at_its_last_update_and_says_so(tmp_path: Path) -> None:
    found = read(tmp_path, xml(relation(status="INACTIVE")))
    assert found.statements[0].valid_to == "2023-05-18" and "W_END_ASSUMED" in found.codes


def test_a_deleted_record_is_taken_back_from_that_day_on(tmp_path: Path) -> None:
    from crosshold.model.register import Register, Statements

    gone = "<rr:Extension><gleif:Deletion><gleif:DeletedAt>2023-11-06T07:01:02Z</gleif:DeletedAt></gleif:Deletion></rr:Extension>"
    (old,) = read(tmp_path, xml(relation())).statements
    (taken,) = read(tmp_path, xml(relation(after=gone)), name="delta.xml").statements
    assert (taken.stance, taken.reason, taken.known_on, taken.valid_from) == (
        "denies",
        "deleted",
        date(2023, 11, 6),
        "2023-11-06",
    )
    assert taken.key() == old.key()
    register = Register(Statements([old, taken]))
    assert register.status(old, date(2023, 11, 5)) == "filed" and register.status(old) == "disputed"


def test_parties_that_are_no_leis_keep_their_own_number(tmp_path: Path) -> None:
    text = xml(relation()).replace(
        "<rr:NodeIDType>LEI</rr:NodeIDType></rr:EndNode>", "<rr:NodeIDType>OTHER</rr:NodeIDType></rr:EndNode>"
    )
    assert read(tmp_path, text).statements[0].subject == f"gleif:{PARENT}"


@pytest.mark.parametrize("written", [CHILD.lower(), f" {CHILD} ", f"{CHILD[:4]} {CHILD[4:]}"])
def test_small_letters_and_blanks_in_an_lei_are_repaired(tmp_path: Path, written: str) -> None:
    found = read(tmp_path, xml(relation(child=written)))
    assert found.statements[0].object == f"LEI:{CHILD}" and "W_ID_PADDED" in found.codes


def test_a_wrong_check_digit_is_told_and_merges_with_nothing(tmp_path: Path) -> None:
    wrong = CHILD[:-1] + str((int(CHILD[-1]) + 1) % 10)
    found = read(tmp_path, xml(relation(child=wrong)))
    assert found.statements[0].object == f"gleif:{wrong}" and "W_ID_CHECK" in found.codes


def test_a_relationship_without_a_party_is_refused(tmp_path: Path) -> None:
    found = read(tmp_path, xml(relation(child=""), relation()))
    assert [(r.where, r.code) for r in found.rejects] == [("RelationshipRecord[1]", "E_PARTY")] and len(found.statements) == 1


def test_a_time_that_is_none_is_refused(tmp_path: Path) -> None:
    found = read(tmp_path, xml(relation(periods=period("RELATIONSHIP_PERIOD", "29.11.2012"))))
    assert [r.code for r in found.rejects] == ["E_DATE"]


# Entities and exceptions


def test_an_entity_has_its_names_in_their_languages(tmp_path: Path) -> None:
    found = read(tmp_path, xml(entity(), kind="lei"))
    (e,) = [e for b in found.batches for e in b.entities]
    assert (e.id, e.name, e.kind, e.jurisdiction, e.form) == (f"LEI:{CHILD}", "Example Öl AG", "company", "DE", "6QQB")
    assert e.identifiers == (("LEI", CHILD), ("RA000242", "HRB 1"))
    (s,) = found.statements
    assert (s.verb, s.value, s.valid_from, s.as_of) == ("is", "ACTIVE", "1997-06-03", "2023-05-18")
    told = told_in(s)["Entity"]
    assert told["LegalName"] == {"@xml:lang": "de", "$": "Example Öl AG"}
    assert [n["$"] for n in told["OtherEntityNames"]["OtherEntityName"]] == ["架空石油", "Beispiel AG"]
    assert told["OtherEntityNames"]["OtherEntityName"][1]["@type"] == "PREVIOUS_LEGAL_NAME"


@pytest.mark.parametrize(("status", "registration"), [("INACTIVE", "RETIRED"), ("INACTIVE", "MERGED"), ("ACTIVE", "LAPSED")])
def test_a_retired_lei_keeps_its_history(tmp_path: Path, status: str, registration: str) -> None:
    (s,) = read(tmp_path, xml(entity(status=status, registration=registration), kind="lei")).statements
    assert (s.value, s.valid_to, s.stance) == (status, None, "reports")
    assert told_in(s)["Registration"]["RegistrationStatus"] == registration


@pytest.mark.parametrize(
    ("category", "kind"),
    [("FUND", "fund"), ("SOLE_PROPRIETOR", "person"), ("RESIDENT_GOVERNMENT_ENTITY", "state"), ("NEW", "unknown")],
)
def test_categories_are_kinds(tmp_path: Path, category: str, kind: str) -> None:
    found = read(tmp_path, xml(entity(category=category), kind="lei"))
    assert [e.kind for b in found.batches for e in b.entities] == [kind]


@pytest.mark.parametrize(
    ("reason", "verb"),
    [
        ("NO_KNOWN_PERSON", "no_owner"),
        ("NATURAL_PERSONS", "no_owner"),
        ("NON_CONSOLIDATING", "no_owner"),
        ("NO_LEI", "undisclosed"),
        ("NON_PUBLIC", "undisclosed"),
        ("LEGAL_OBSTACLES", "undisclosed"),
        ("A_NEW_REASON", "undisclosed"),
    ],
)
def test_reasons_of_exceptions(tmp_path: Path, reason: str, verb: str) -> None:
    found = read(tmp_path, xml(exception(reason), kind="repex"))
    (s,) = found.statements
    assert (s.subject, s.verb, s.reason, s.topic) == (f"LEI:{CHILD}", verb, reason, "DIRECT_ACCOUNTING_CONSOLIDATION_PARENT")
    assert ("W_UNKNOWN_CODE" in found.codes) == (reason == "A_NEW_REASON")


def test_a_parent_and_an_exception_stand_side_by_side(tmp_path: Path) -> None:
    both = [*read(tmp_path, xml(relation())).statements, *read(tmp_path, xml(exception("NON_PUBLIC"), kind="repex")).statements]
    assert {s.verb for s in both} == {"consolidates", "undisclosed"}


# The file


def test_a_count_of_the_full_file_over_an_extract_is_a_note(tmp_path: Path) -> None:
    head = (
        "<rr:ContentDate>2023-06-05T09:24:22Z</rr:ContentDate><rr:FileContent>GLEIF_FULL_PUBLISHED</rr:FileContent>"
        "<rr:RecordCount>{}</rr:RecordCount>"
    )
    assert read(tmp_path, xml(relation(), header=head.format(394970))).codes == ["N_EXTRACT"]
    assert read(tmp_path, xml(relation(), relation(), header=head.format(1))).codes == ["W_TOTAL"]
    found = read(tmp_path, xml(relation(), header=head.format(1)))
    (source,) = found.register.sources.values()
    assert found.codes == [] and source.published_on == date(2023, 6, 5) and source.licence == "CC0-1.0"
    assert found.statements[0].source == source.id


def test_the_day_of_a_json_file_is_in_its_name(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {"records": [{"LEI": {"$": CHILD}, "ExceptionCategory": {"$": "X"}, "ExceptionReason": {"$": "NO_LEI"}}]},
        name="20230609-0800-gleif-goldencopy-repex.json",
    )
    assert next(iter(found.register.sources.values())).published_on == date(2023, 6, 9)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "prolog",
    [
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd">',
        "<!DOCTYPE a>",
    ],
)
def test_a_document_type_is_refused_whatever_it_is_for(tmp_path: Path, prolog: str) -> None:
    with pytest.raises(FileError) as caught:
        read(tmp_path, xml(relation(parent="&l9;")).replace("?>", f"?>{prolog}", 1))
    (finding,) = caught.value.findings
    assert finding.code == "E_FILE" and "document type" in finding.message


@pytest.mark.parametrize(
    "text", [xml(relation())[:-20], xml(relation(inside="<x>" * 80 + "</x>" * 80)), xml(relation(parent="&nothing;")), "<"]
)
def test_a_file_that_is_no_whole_xml_is_one_clear_fault(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileError) as caught:
        read(tmp_path, text)
    assert [f.code for f in caught.value.findings] == ["E_FILE"]


def test_a_field_that_is_too_long_costs_its_record(tmp_path: Path) -> None:
    found = read(tmp_path, xml(relation(inside=f"<rr:Note>{'x' * 2**21}</rr:Note>"), relation()))
    (reject,) = found.rejects
    assert (
        (reject.where, reject.code) == ("RelationshipRecord[1]", "E_ROW")
        and len(reject.raw) < 2_000
        and len(found.statements) == 1
    )


@pytest.mark.parametrize("shape", ["xml", "json"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str) -> None:
    monkeypatch.setattr(gleif, "PER_BATCH", 100)
    monkeypatch.setattr(xml_stream, "PIECE", 2**17)
    one = {"LEI": {"$": CHILD}, "ExceptionCategory": {"$": "X"}, "ExceptionReason": {"$": "NO_LEI"}}

    def peak(count: int) -> int:
        path = tmp_path / f"x.{shape}"
        path.write_text(
            xml(*[exception("NO_LEI")] * count, kind="repex")
            if shape == "xml"
            else json.dumps({"records": [one] * count}, indent=1)
        )
        tracemalloc.start()
        assert sum(batch.accepted for batch in gleif.read(Input(path))) == count
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(100)
    assert peak(40_000) < 1.2 * peak(8_000)


def test_batches_are_small_and_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_stream, "PIECE", 2_000)
    found = read(tmp_path, xml(*[exception("NO_LEI")] * 103, kind="repex"))
    assert len(found.batches) > 5 and sum(b.rows for b in found.batches) == 103
    assert [s.where for s in found.statements] == [f"Exception[{n}]" for n in range(1, 104)]
    assert sum(len(b.sources) for b in found.batches) == 1


# JSON


def wrapped(node: Any) -> Any:
    """The ``{"$": value}`` form of a record."""
    if isinstance(node, dict):
        return {k: wrapped(v) if not k.startswith("@") and k != "$" else v for k, v in node.items()}
    return [wrapped(v) for v in node] if isinstance(node, list) else {"$": node}


def told_in(s: Statement) -> dict[str, Any]:
    """The record that a claim keeps."""
    kept: dict[str, Any] = json.loads(s.extra["gleif"])
    return kept


def content(found: Import) -> list[Any]:
    return [s.changed(where=None, source=None) for s in found.statements]


@pytest.mark.parametrize("shape", ["wrapped", "plain", "flat list", "lines", "one", "indented"])
@pytest.mark.parametrize(("kind", "record"), [("rr", relation()), ("lei", entity()), ("repex", exception("NO_LEI"))])
def test_json_says_what_xml_says(tmp_path: Path, shape: str, kind: str, record: str) -> None:
    expected = read(tmp_path, xml(record, kind=kind))
    (row,) = [from_xml(e) for e in elements(Input(tmp_path / "x.xml"), ("RelationshipRecord", "LEIRecord", "Exception"))]
    told = {
        "wrapped": {"records": [wrapped(row)]},
        "plain": {"records": [row]},
        "flat list": [row],
        "lines": json.dumps(row) + "\n",
        "one": json.dumps(wrapped(row)),
        "indented": json.dumps({"records": [wrapped(row)]}, indent=1),
    }[shape]
    found = read(tmp_path, told, name="x.json")
    assert content(found) == content(expected) and not found.rejects
    assert [e for b in found.batches for e in b.entities] == [e for b in expected.batches for e in b.entities]
    assert catalogue.recognise(Input(tmp_path / "x.json")).name == "gleif"


def test_dotted_keys_are_nested_ones() -> None:
    flat = {"LEI": CHILD, "Entity.LegalName": "X AG", "Entity.LegalForm.EntityLegalFormCode": "6QQB"}
    assert list(from_json(flat)) == [
        ("LEIRecord", {"LEI": CHILD, "Entity": {"LegalName": "X AG", "LegalForm": {"EntityLegalFormCode": "6QQB"}}})
    ]


def test_numbers_and_flags_are_the_text_that_xml_has() -> None:
    assert plain({"a": {"$": 1}, "b": True, "c": None, "d": [{"$": "x"}, None]}) == {"a": "1", "b": "true", "d": ["x", None]}


API_ENTITY = {
    "type": "lei-records",
    "id": CHILD,
    "attributes": {
        "lei": CHILD,
        "entity": {
            "legalName": {"name": "Example Öl AG", "language": "de"},
            "otherNames": [
                {"name": "架空石油", "language": "ja", "type": "ALTERNATIVE_LANGUAGE_LEGAL_NAME"},
                {"name": "Beispiel AG", "language": "de", "type": "PREVIOUS_LEGAL_NAME"},
            ],
            "jurisdiction": "DE",
            "category": "GENERAL",
            "legalForm": {"id": "6QQB", "other": None},
            "status": "ACTIVE",
            "registeredAt": {"id": "RA000242", "other": None},
            "registeredAs": "HRB 1",
            "creationDate": "1997-06-03T00:00:00Z",
        },
        "registration": {"status": "ISSUED", "lastUpdateDate": "2023-05-18T15:41:20Z", "managingLou": "X"},
        "bic": ["XXXXDEFF"],
    },
}
API_RELATION = {
    "type": "relationship-records",
    "attributes": {
        "relationship": {
            "startNode": {"id": CHILD, "type": "LEI"},
            "endNode": {"id": PARENT, "type": "LEI"},
            "type": "IS_DIRECTLY_CONSOLIDATED_BY",
            "status": "ACTIVE",
            "periods": [{"startDate": "2012-11-29T00:00:00Z", "endDate": None, "type": "RELATIONSHIP_PERIOD"}],
        },
        "registration": {"status": "PUBLISHED", "lastUpdateDate": "2023-05-18T15:41:20Z"},
    },
}
API_EXCEPTION = {
    "type": "reporting-exceptions",
    "attributes": {"lei": CHILD, "category": "DIRECT_ACCOUNTING_CONSOLIDATION_PARENT", "reason": "NO_LEI"},
}


@pytest.mark.parametrize("shape", ["list", "one", "one indented"])
@pytest.mark.parametrize(
    ("item", "kind", "record"),
    [(API_ENTITY, "lei", entity()), (API_RELATION, "rr", relation()), (API_EXCEPTION, "repex", exception("NO_LEI"))],
    ids=["entity", "relation", "exception"],
)
def test_the_api_says_what_the_files_say(tmp_path: Path, shape: str, item: Any, kind: str, record: str) -> None:
    told = {"meta": {"x": [1]}, "data": [item] if shape == "list" else item, "links": {}}
    found = read(tmp_path, json.dumps(told, indent=1 if shape == "one indented" else None), name="x.json")
    expected = read(tmp_path, xml(record, kind=kind))
    assert [s.changed(extra={}) for s in content(found)] == [s.changed(extra={}) for s in content(expected)]
    assert [e for b in found.batches for e in b.entities] == [e for b in expected.batches for e in b.entities]
    assert catalogue.recognise(Input(tmp_path / "x.json")).name == "gleif"


def test_an_api_entity_keeps_what_has_no_word(tmp_path: Path) -> None:
    (s,) = read(tmp_path, {"data": [API_ENTITY]}, name="x.json").statements
    assert told_in(s)["bic"] == ["XXXXDEFF"] and told_in(s)["Registration"]["RegistrationStatus"] == "ISSUED"
    assert told_in(s)["Entity"]["OtherEntityNames"]["OtherEntityName"] == [
        {"@xml:lang": "ja", "@type": "ALTERNATIVE_LANGUAGE_LEGAL_NAME", "$": "架空石油"},
        {"@xml:lang": "de", "@type": "PREVIOUS_LEGAL_NAME", "$": "Beispiel AG"},
    ]


@pytest.mark.parametrize(
    "row",
    [
        {"x": 1},
        {"Relationship": 1},
        {"Relationship": {"StartNode": 1}},
        {"LEI": None, "Entity": {}},
        {"LEI": [], "Entity": []},
        7,
        {"Relationship": {"StartNode": {"NodeID": CHILD}, "EndNode": {"NodeID": PARENT}, "RelationshipPeriods": 7}},
    ],
    ids=range(7),
)
def test_a_json_record_of_another_form_costs_that_record(tmp_path: Path, row: Any) -> None:
    found = read(
        tmp_path, {"records": [row, {"LEI": CHILD, "ExceptionCategory": "X", "ExceptionReason": "NO_LEI"}]}, name="x.json"
    )
    assert len(found.statements) + len(found.rejects) == 2 and found.account.accepted >= 1


# The sample files

FILES = ["lei-data.xml", "repex-data.xml", "rr-data.xml", "rr-deleted-invented.xml", "rr-updates-data2.xml"]


@pytest.mark.parametrize("name", FILES)
def test_the_samples_give_what_was_computed_without_us(name: str) -> None:
    told = json.loads(samples("expected.json").read_text())["gleif"][name]
    found = Import(gleif, samples("gleif", name))
    extra = [told_in(s) for s in found.statements]
    assert found.account.accepted == told["records"] and not found.rejects
    assert next(iter(found.register.sources.values())).id == f"gleif:{told['content_date']}"
    assert ("N_EXTRACT" in found.codes) == (told["header_record_count"] > told["records"])
    counts: dict[str, Counter[str]] = {
        "EntityStatus": Counter(s.value or "" for s in found.statements),
        "EntityCategory": Counter(e.get("Entity", {}).get("EntityCategory") for e in extra),
        "RegistrationStatus": Counter(e.get("Registration", {}).get("RegistrationStatus") for e in extra),
        "RelationshipType": Counter(e.get("Relationship", {}).get("RelationshipType") for e in extra),
        "ExceptionCategory": Counter(s.topic or "" for s in found.statements),
        "ExceptionReason": Counter(s.reason or "" for s in found.statements),
    }
    for field, counter in counts.items():
        if field in told:
            assert counter == told[field], field
    deleted = [([str(s.object)[4:], s.subject[4:]], str(s.known_on)) for s in found.statements if s.stance == "denies"]
    assert deleted == [(row["ids"], row["at"][:10]) for row in told["deleted"]]
    assert all(s.share is None for s in found.statements)


@pytest.mark.parametrize("name", ["lei-data", "rr-data", "repex-data"])
def test_the_sample_in_json_says_what_it_says_in_xml(name: str) -> None:
    assert content(Import(gleif, samples("gleif", f"{name}.json"))) == content(Import(gleif, samples("gleif", f"{name}.xml")))
