"""The Slovak register of partners of the public sector; each trap of the format is met (spec/evidence 7.7). Records are invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crosshold.formats import catalogue, sk_rpvs
from crosshold.formats.intake import Input
from crosshold.model.share import SOME

from .reading import Import, samples

FIRM = {
    "Id": 1,
    "ObchodneMeno": "Vymyslená, a.s.",
    "Ico": "35757442",
    "Meno": None,
    "Priezvisko": None,
    "PlatnostOd": "2015-01-01T00:00:00+01:00",
    "PlatnostDo": None,
}
OWNER = {
    "Id": 5,
    "Meno": "Príklad",
    "Priezvisko": "Osoba",
    "DatumNarodenia": "1950-01-01T00:00:00+02:00",
    "PlatnostOd": "2015-06-01T00:00:00+02:00",
    "PlatnostDo": None,
}


def record(partners: Any = (FIRM,), owners: Any = (OWNER,)) -> dict[str, Any]:
    return {"Id": 7, "PartneriVerejnehoSektora": partners, "KonecniUzivateliaVyhod": owners}


def read(tmp_path: Path, content: Any) -> Import:
    path = tmp_path / "x.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return Import(sk_rpvs, path)


def test_an_end_beneficiary_owns_more_than_nothing_and_no_percentage_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, record())
    (s,) = found.of("holds")
    assert (s.subject, s.object, s.directness) == ("sk-rpvs:beneficiary/5", "SK-ICO:35757442", "unknown")
    assert s.share is not None and s.share == SOME
    assert s.extra["declared"] is True and s.extra["DatumNarodenia"] == OWNER["DatumNarodenia"]


def test_the_day_is_the_one_where_it_was_written(tmp_path: Path) -> None:
    owner = {**OWNER, "PlatnostDo": "2018-03-31T00:00:00+02:00"}  # in UTC it is the day before
    (s,) = read(tmp_path, record(owners=[owner])).of("holds")
    assert (s.valid_from, s.valid_to) == ("2015-06-01", "2018-03-31")


def test_several_partners_are_one_party_under_its_names(tmp_path: Path) -> None:
    old = {
        **FIRM,
        "Id": 2,
        "ObchodneMeno": "Stará, s.r.o.",
        "PlatnostOd": "2012-01-01T00:00:00+01:00",
        "PlatnostDo": "2015-01-01T00:00:00+01:00",
    }
    found = read(tmp_path, record([FIRM, old]))
    assert [(s.subject, s.value, s.valid_from, s.valid_to) for s in found.of("is")] == [
        ("SK-ICO:35757442", "Vymyslená, a.s.", "2015-01-01", None),
        ("SK-ICO:35757442", "Stará, s.r.o.", "2012-01-01", "2015-01-01"),
    ]
    assert len(found.of("holds")) == 1 and next(b.entities[0].name for b in found.batches) == "Vymyslená, a.s."


def test_two_numbers_of_one_partner_are_told(tmp_path: Path) -> None:
    other = {**FIRM, "Ico": "00166073", "PlatnostDo": "2015-01-01T00:00:00+01:00"}
    found = read(tmp_path, record([other, FIRM]))
    assert "W_TWO_IDS" in found.codes and found.of("holds")[0].object == "SK-ICO:35757442"


def test_firms_and_persons_stand_in_one_array(tmp_path: Path) -> None:
    person = {
        "Id": 3,
        "Meno": "Ján",
        "Priezvisko": "Vymyslený",
        "ObchodneMeno": None,
        "Ico": None,
        "PlatnostOd": "2015-01-01T00:00:00+01:00",
    }
    firm = {"Id": 6, "ObchodneMeno": "Fond", "Ico": "166073", "PlatnostOd": "2015-01-01T00:00:00+01:00"}
    numberless = {"Id": 8, "ObchodneMeno": "Foreign Fund", "Ico": None, "PlatnostOd": "2015-01-01T00:00:00+01:00"}
    found = read(tmp_path, record([person], [OWNER, firm, numberless]))
    kinds = {e.id: e.kind for b in found.batches for e in b.entities}
    assert kinds == {
        "sk-rpvs:partner/7": "person",
        "sk-rpvs:beneficiary/5": "person",
        "SK-ICO:00166073": "company",
        "sk-rpvs:beneficiary/8": "company",
    }
    assert "W_ID_PADDED" in found.codes and {s.object for s in found.of("holds")} == {"sk-rpvs:partner/7"}


def test_a_wrong_number_is_told_and_merges_with_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, record([{**FIRM, "Ico": "35757443"}]))
    assert found.of("holds")[0].object == "sk-rpvs:partner/7" and "W_ID_CHECK" in found.codes


@pytest.mark.parametrize("shape", ["indented", "lines", "array", "odata"])
def test_records_may_come_alone_in_lines_or_in_an_answer(tmp_path: Path, shape: str) -> None:
    told = {
        "indented": json.dumps(record(), indent=1),
        "lines": f"{json.dumps(record())}\n" * 2,
        "array": [record()] * 2,
        "odata": {"@odata.context": "x", "value": [record()] * 2},
    }[shape]
    found = read(tmp_path, told)
    assert len(found.of("holds")) == (1 if shape == "indented" else 2) and not found.rejects
    assert catalogue.recognise(Input(tmp_path / "x.json")).name == "sk-rpvs"


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (record(partners=[]), ["E_PARTY"]),
        (record(partners=7), ["E_ROW"]),
        (record(owners=[{**OWNER, "PlatnostOd": "1.6.2015"}]), ["E_DATE"]),
        (record(owners=[{"Id": 5}]), ["E_PARTY"]),
        (record(owners=[7]), ["E_ROW"]),
        (record(partners=[7]), ["E_PARTY", "E_PARTY"]),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(tmp_path: Path, content: Any, codes: list[str]) -> None:
    found = read(tmp_path, [content, record()])
    assert [r.code for r in found.rejects] == codes and all(r.where.startswith("/0") for r in found.rejects)
    assert len(found.of("holds")) == 1


def test_the_sample_is_read() -> None:
    found = Import(sk_rpvs, samples("sk-rpvs", "sk_company_datum.json"))
    assert (len(found.of("is")), len(found.of("holds")), len(found.rejects)) == (1, 3, 0)
    assert {s.valid_from for s in found.of("holds")} == {"2015-01-01"}
