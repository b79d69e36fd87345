"""The examples of the standard and files of older shapes: counts that were made independently, a full round trip, and the judge."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from crosshold.formats import bods
from crosshold.formats.catalogue import recognise
from crosshold.formats.intake import Input
from crosshold.formats.originals import original

from .reading import Import, same_json, samples

NAMES = (
    "bods-package-entity-owning-entity", "bods-package-fi-soe", "indirect-ownership", "joint-ownership", "levent",
    "listed-company-exempt-from-disclosure", "nomination", "plc-entity-statement", "tecido",
)  # fmt: skip


def counted(found: Import) -> dict[str, int]:
    """What ``expected.json`` counts, out of the statements that were read."""
    counts: Counter[str] = Counter(statements=found.account.rows)
    records = {}
    for s in found.statements:
        record = original(s, "bods")
        if record is None:
            continue
        records[record["recordId"]] = record
        counts[record["recordType"]] += 1
        counts["status:" + record["recordStatus"]] += 1
        details = record["recordDetails"]
        if record["recordType"] == "relationship":
            counts["component_relationships"] += bool(s.extra.get("component"))
            counts["primary_with_components"] += bool(s.extra.get("primary"))
            counts["unspecified_interestedParty"] += s.verb in ("undisclosed", "no_owner")
            for interest in details.get("interests", ()):
                counts["interests"] += 1
                counts[f"interest:{interest.get('type')}"] += 1
                counts[f"level:{interest.get('directOrIndirect')}"] += 1
                counts["with_share"] += "share" in interest
    counts["records"] = len(records)
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_of_the_standard_give_what_was_counted(name: str) -> None:
    path = samples("bods-0.4", f"{name}.json")
    expected = json.loads(samples("expected.json").read_text())["bods"][path.name]
    assert recognise(Input(path)).name == "bods"
    found = Import(bods, path)
    assert counted(found) == expected and not found.rejects
    made = [s for s in found.statements if not s.revises and s.verb != "is"]
    assert len(made) == expected.get("interests", 0) + expected.get("unspecified_interestedParty", 0)


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_go_out_as_they_came(name: str, tmp_path: Path) -> None:
    path = samples("bods-0.4", f"{name}.json")
    found = Import(bods, path)
    assert bods.write(found.register, tmp_path / "out.json") == []
    again = Import(bods, tmp_path / "out.json")
    assert again.ids == found.ids and again.register.entities == found.register.entities
    assert same_json(json.loads((tmp_path / "out.json").read_text()), json.loads(path.read_text()))


@pytest.mark.parametrize("version", ["0.2", "0.3"])
def test_older_files_say_the_same_and_only_the_version_differs(version: str) -> None:
    found = Import(bods, samples("bods-older", f"invented-{version}.json"))
    assert found.account.rows == found.account.accepted == 8
    verbs = Counter(s.verb for s in found.statements if not s.revises)
    assert verbs == {"is": 3, "holds": 4, "undisclosed": 1}
    lots = [s for s in found.of("holds") if not s.extra.get("declared") and not s.revises]
    assert sorted(float(s.share.point or 0) for s in lots if s.share) == [0.55, 0.6]
    (end,) = [s for s in found.statements if s.revises]
    assert (
        end.valid_to == "2020-01-15" and end.share is not None and end.share.point is not None and float(end.share.point) == 0.6
    )


def test_the_examples_hold_no_statement_twice() -> None:
    found: list[Any] = [Import(bods, samples("bods-0.4", f"{name}.json")) for name in NAMES]
    assert all(len(one.ids) == len(one.statements) for one in found)
