"""Further names of parties: what the formats say of them is kept, and goes out again where the format can hold it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crosshold import api
from crosshold.model.entity import Entity
from crosshold.model.register import Register
from crosshold.model.statement import Statement
from crosshold.model.statements import Statements

NAMES = (("former", "Dorel SA"), ("english", "Aurel Motors"), ("kana", "オーレル"), ("former", "Morel"))


def register(*names: tuple[str, str], kind: str = "company") -> Register:
    entity = Entity("A", "Aurel SA", kind, "FR", names=names)
    held = Statement("A", "holds", "B", shares=1, source=None, speaker_kind="filing")
    return Register(Statements([held]), entities={"A": entity, "B": Entity("B", "Borealis", "company")})


@pytest.mark.parametrize("form", ["statements"])
def test_yaml_keeps_all_of_it(tmp_path: Path, form: str) -> None:
    path = tmp_path / "f.yaml"
    api.export(register(*NAMES), path, format=form)
    again = api.read(path, format=form)
    assert sorted(again.entities["A"].names) == sorted(NAMES)


@pytest.mark.parametrize(("form", "kinds"), [("ftm", {"former": "former"}), ("bods", {})])
@pytest.mark.parametrize("party", ["company", "person"])
def test_other_formats_keep_the_names(tmp_path: Path, form: str, kinds: dict[str, str], party: str) -> None:
    path = tmp_path / "f.jsonl"
    api.export(register(*NAMES, kind=party), path, format=form)
    again = api.read(path, format=form)
    (found,) = [e for e in again.entities.values() if e.name == "Aurel SA"]
    kinds = {"former": "former"} if party == "person" else kinds
    assert set(found.names) == {(kinds.get(kind, "other"), text) for kind, text in NAMES}


def test_a_case_names_them_by_kind(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(
        """crosshold: case/1
at: 2020-01-01
entities: {A: {name: Aurel SA, kind: company, names: {former: [Dorel SA], english: Aurel Motors}}}
issuers: {A: {issued: 100}}
lots: []
""",
        encoding="utf-8",
    )
    read = api.read(case)
    assert read.entities["A"].names == (("former", "Dorel SA"), ("english", "Aurel Motors"))
    api.write(read, tmp_path / "again.yaml")
    assert api.read(tmp_path / "again.yaml").entities["A"].names == read.entities["A"].names
    case.write_text(case.read_text(encoding="utf-8").replace("former:", "nickname:"), encoding="utf-8")
    with pytest.raises(Exception, match="nickname"):
        api.read(case)


def test_gleif_tells_what_each_name_is(tmp_path: Path) -> None:
    said = {
        "LEI": {"$": "969500F7JLTX36OUI695"},
        "Entity": {
            "LegalName": {"$": "Aurel SA"},
            "OtherEntityNames": {
                "OtherEntityName": [
                    {"@type": "PREVIOUS_LEGAL_NAME", "$": "Dorel SA"},
                    {"@type": "TRADING_OR_OPERATING_NAME", "$": "Aurel"},
                    {"@type": "ALTERNATIVE_LANGUAGE_LEGAL_NAME", "@xml:lang": "ja", "$": "オーレル株式会社"},
                ]
            },
            "TransliteratedOtherEntityNames": {
                "TransliteratedOtherEntityName": {"@type": "PREFERRED_ASCII_TRANSLITERATED_LEGAL_NAME", "$": "Orel"}
            },
        },
    }
    path = tmp_path / "lei.json"
    path.write_text(json.dumps({"records": [said]}), encoding="utf-8")
    (entity,) = api.read(path, format="gleif").entities.values()
    assert entity.names == (("former", "Dorel SA"), ("trade", "Aurel"), ("legal", "オーレル株式会社"), ("other", "Orel"))


def test_the_danish_register_tells_former_names(tmp_path: Path) -> None:
    from crosshold.formats.dk_cvr import _former

    periods = [
        {"navn": "Dorel A/S", "periode": {"gyldigFra": "1990-01-01", "gyldigTil": "1999-12-31"}},
        {"navn": "Aurel A/S", "periode": {"gyldigFra": "2000-01-01", "gyldigTil": None}},
    ]
    assert _former({"navne": periods}) == (("former", "Dorel A/S"),)
