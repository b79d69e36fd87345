"""The Danish business register by person; each trap of the format is met (spec/evidence 7.7). Records are invented."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from crosshold.formats import catalogue, dk_cvr
from crosshold.formats.intake import Input

from .reading import Import, samples

OPEN = {"gyldigFra": "2015-01-01", "gyldigTil": None}
NUMBER = 24256790  # a number with a right check digit


def value(said: Any, first: str | None = None, last: str | None = None, **more: Any) -> dict[str, Any]:
    return {"vaerdi": said, **({"periode": {"gyldigFra": first, "gyldigTil": last}} if first or last else {}), **more}


def relation(
    shares: Sequence[Any] = (),
    votes: Sequence[Any] = (),
    function: Any = "Reel ejer",
    number: Any = NUMBER,
    special: str | None = None,
    register: str | None = None,
    **company: Any,
) -> dict[str, Any]:
    told = [
        {"type": "EJERANDEL_PROCENT", "vaerdier": [v if isinstance(v, dict) else value(v) for v in shares]},
        {"type": "EJERANDEL_STEMMERET_PROCENT", "vaerdier": [v if isinstance(v, dict) else value(v) for v in votes]},
    ]
    if function:
        told.append({"type": "FUNKTION", "vaerdier": [{"vaerdi": function, "periode": OPEN}]})
    if special:
        told.append({"type": "SÆRLIGE_EJERFORHOLD", "vaerdier": [{"vaerdi": special}]})
    org: dict[str, Any] = {"medlemsData": [{"attributter": told}]}
    if register:
        org["organisationsNavn"] = [{"navn": register}]
    return {
        "virksomhed": {"cvrNummer": number, "navne": [{"navn": "Opfundet ApS", "periode": OPEN}], **company},
        "organisationer": [org],
    }


def person(*relations: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "enhedsNummer": 900,
        "enhedstype": "PERSON",
        "fejlRegistreret": False,
        "navne": [{"navn": "Eksempel Ejer", "periode": OPEN}],
        "virksomhedSummariskRelation": list(relations),
        **more,
    }


def read(tmp_path: Path, content: Any, **options: Any) -> Import:
    path = tmp_path / "x.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return Import(dk_cvr, path, **options)


THIRD, THIRDS = Fraction(1, 3), Fraction(2, 3)


@pytest.mark.parametrize(
    ("written", "low", "high", "open_above"),
    # the thresholds of selskabsloven § 55, "reached or no longer reached": closed below, open above
    [
        ("0.05", "0.05", "0.10", True),
        ("0.10", "0.10", "0.15", True),
        ("0.1", "0.10", "0.15", True),
        ("0.15", "0.15", "0.20", True),
        ("0.20", "0.20", "0.25", True),
        ("0.25", "0.25", THIRD, True),
        ("0.3333", THIRD, "0.5", True),
        ("0.5", "0.5", THIRDS, True),
        ("0.6667", THIRDS, "0.9", True),
        ("0.9", "0.9", "1", True),
        ("1.0", "1", "1", False),
        ("1", "1", "1", False),
    ],
)
def test_a_value_is_the_lower_end_of_a_band(tmp_path: Path, written: str, low: Any, high: Any, open_above: bool) -> None:
    holds, votes, _ = [s for s in read(tmp_path, person(relation([written], [written]))).statements if s.verb != "is"]
    for s, verb in ((holds, "holds"), (votes, "votes")):
        share = s.vote_share if verb == "votes" else s.share
        assert s.verb == verb and share is not None and share.bounds_from == "band"
        assert (share.low, share.low_open, share.high, share.high_open) == (
            Fraction(low),
            False,
            Fraction(high),
            open_above,
        )
        assert s.extra["vaerdi"] == written


def test_another_value_is_at_least_that(tmp_path: Path) -> None:
    found = read(tmp_path, person(relation(["0.123"])))
    (s,) = found.of("holds")
    assert (
        s.share is not None
        and (s.share.low, s.share.high) == (Fraction("0.123"), Fraction(1))
        and "W_UNKNOWN_CODE" in found.codes
    )


@pytest.mark.parametrize(
    ("written", "code"),
    [("1.5", "E_SHARE_RANGE"), ("-0.1", "E_SHARE_RANGE"), ("NaN", "E_NUMBER"), ("x", "E_NUMBER"), (None, "E_NUMBER")],
)
def test_what_is_no_share_costs_its_relation(tmp_path: Path, written: Any, code: str) -> None:
    found = read(tmp_path, person(relation([written]), relation(["0.5"])))
    assert [(r.where, r.code) for r in found.rejects] == [("line 1/virksomhedSummariskRelation/0", code)] and len(
        found.of("holds")
    ) == 1


def test_a_share_has_its_own_time_else_that_of_the_function(tmp_path: Path) -> None:
    found = read(tmp_path, person(relation([value("0.3333", "2015-01-01", "2017-06-30"), value("0.5", "2017-07-01")], ["0.5"])))
    first, second = found.of("holds")
    (votes,) = found.of("votes")
    assert (first.valid_from, first.valid_to) == (
        "2015-01-01",
        "2017-07-01",
    )  # the last day still counts, the next is the first that does not
    assert (second.valid_from, second.valid_to) == ("2017-07-01", None) and (votes.valid_from, votes.valid_to) == (
        "2015-01-01",
        None,
    )
    assert first.covers(date(2017, 6, 30)) and not first.covers(date(2017, 7, 1)) and second.covers(date(2017, 7, 1))


def test_a_beneficial_owner_is_declared_and_makes_no_lot_unless_told(tmp_path: Path) -> None:
    found = read(tmp_path, person(relation(["0.5"])))
    (s,), (declared,) = found.of("holds"), found.of("controls")
    assert (
        s.extra["declared"] is True
        and s.directness == "unknown"
        and (declared.how, declared.extra["declared"]) == ("declared", True)
    )
    found = read(tmp_path, person(relation(["0.5"])), as_direct=True)
    (s,) = found.of("holds")
    assert "declared" not in s.extra and s.directness == "direct" and "N_AS_DIRECT" in found.codes
    assert s.share is not None and s.share.point is None


def test_the_register_of_owners_names_direct_holders(tmp_path: Path) -> None:
    (s,) = read(tmp_path, person(relation(["0.5"], function=None, register="EJERREGISTER"))).of("holds")
    assert s.directness == "direct" and "declared" not in s.extra


def test_indirect_holdings_are_noted(tmp_path: Path) -> None:
    (s,) = read(tmp_path, person(relation(["0.25"], special="Har indirekte besiddelser"))).of("holds")
    assert s.directness == "indirect" and s.extra["SÆRLIGE_EJERFORHOLD"][0]["vaerdi"] == "Har indirekte besiddelser"


def test_numbers_are_checked_and_filled_up(tmp_path: Path) -> None:
    found = read(tmp_path, person(relation(["0.5"])))
    assert found.of("holds")[0].object == f"DK-CVR:{NUMBER}" and not {"W_ID_PADDED", "W_ID_CHECK"} & set(found.codes)
    found = read(tmp_path, person(relation(["0.5"], number=1234567)))
    assert found.of("holds")[0].object == "dk-cvr:cvr/01234567" and {"W_ID_PADDED", "W_ID_CHECK"} <= set(found.codes)
    assert [r.code for r in read(tmp_path, person(relation(["0.5"], number=None))).rejects] == ["E_PARTY"]


def test_names_by_time_give_the_one_of_now_and_keep_the_others(tmp_path: Path) -> None:
    names = [
        {"navn": "Nyt ApS", "periode": {"gyldigFra": "2015-01-02", "gyldigTil": None}},
        {"navn": "Gammelt ApS", "periode": {"gyldigFra": "2015-01-01", "gyldigTil": "2015-01-02"}},
    ]
    found = read(tmp_path, person(relation(["0.5"], navne=names)))
    assert [e.name for b in found.batches for e in b.entities] == ["Eksempel Ejer", "Nyt ApS"]
    assert found.of("holds")[0].extra["virksomhed"]["navne"] == names


@pytest.mark.parametrize("whose", ["person", "company"])
def test_what_was_registered_in_error_is_denied(tmp_path: Path, whose: str) -> None:
    record = person(relation(["0.5"], fejlRegistreret=whose == "company"), fejlRegistreret=whose == "person")
    assert {s.stance for s in read(tmp_path, record).statements if s.verb != "is"} == {"denies"}


def test_what_is_known_when_it_was_last_changed(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        person(
            relation(
                [value("0.5", sidstOpdateret="2016-02-01T00:30:00.000+01:00")], sidstOpdateret="2020-01-02T00:00:00.000+01:00"
            )
        ),
    )
    assert found.of("holds")[0].known_on == date(2016, 2, 1) and found.of("controls")[0].known_on == date(2020, 1, 2)


@pytest.mark.parametrize("shape", ["bare", "wrapped", "lines", "array", "search", "search on one line"])
def test_a_record_may_come_bare_wrapped_or_as_the_answer_to_a_search(tmp_path: Path, shape: str) -> None:
    record = person(relation(["0.5"], ["0.9"]))
    hit = {"_source": {"Vrdeltagerperson": record}}
    search = {"_scroll_id": "x", "took": 1, "hits": {"total": 1, "hits": [hit, hit]}}
    told = {
        "bare": json.dumps(record, indent=1),
        "wrapped": {"Vrdeltagerperson": record},
        "lines": f"{json.dumps(record)}\n{json.dumps(hit)}\n",
        "array": [record, hit],
        "search": json.dumps(search, indent=2),
        "search on one line": search,
    }[shape]
    found = read(tmp_path, told)
    assert len(found.of("holds")) == (1 if shape in ("bare", "wrapped") else 2) and not found.rejects
    assert catalogue.recognise(Input(tmp_path / "x.json")).name == "dk-cvr"


def test_relations_that_are_no_ownership_and_persons_without_any_are_left_out_by_name(tmp_path: Path) -> None:
    found = read(tmp_path, [person(relation(function="Direktør")), person()])
    assert dict(found.account.left_out) == {"a relation that is no ownership": 1, "a person without companies": 1}


@pytest.mark.parametrize(
    "record",
    [
        {"x": 1},
        {"enhedsNummer": 1, "virksomhedSummariskRelation": [7]},
        {"enhedsNummer": 1, "virksomhedSummariskRelation": [{}]},
        {"navne": 7},
        {"enhedsNummer": 1, "virksomhedSummariskRelation": 7},
    ],
    ids=range(5),
)
def test_a_record_of_another_form_is_refused_alone(tmp_path: Path, record: Any) -> None:
    found = read(tmp_path, [record, person(relation(["0.5"]))])
    assert len(found.rejects) == 1 and len(found.of("holds")) == 1


def test_a_day_that_is_none_is_refused(tmp_path: Path) -> None:
    assert [r.code for r in read(tmp_path, person(relation([value("0.5", "2015-02-30")]))).rejects] == ["E_DATE"]


def test_the_sample_gives_what_was_computed_without_us() -> None:
    told = json.loads(samples("expected.json").read_text())["dk"]["synthetic_ranges.json"]
    found = Import(dk_cvr, samples("dk-cvr", "synthetic_ranges.json"))
    shares, votes = found.of("holds"), found.of("votes")
    assert len({s.object for s in shares}) == told["companies"]
    assert (len(shares), len(votes)) == (told["ownership_claims"], told["vote_claims"])
    assert sum(s.valid_to is not None for s in shares) == told["ended"]
    unknown = [f.message.split()[0] for f in found.findings if f.code == "W_UNKNOWN_CODE"]
    assert unknown == told["unknown_code"]


@pytest.mark.parametrize(
    ("name", "claims"),
    [("dk_bo_api_response", 3), ("dk_bo_datum_with_real_owners_simple", 1), ("dk_bo_datum_with_real_owners_complex", 2)],
)
def test_placeholder_records_are_read(name: str, claims: int) -> None:
    found = Import(dk_cvr, samples("dk-cvr", f"{name}.json"))
    assert len(found.of("holds")) == len(found.of("votes")) == claims and not found.rejects
