"""BODS 0.4 is written so that it reads back as what was written, and so that an outside judge has nothing to object to."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosshold.formats import bods
from crosshold.formats.catalogue import write
from crosshold.model.entity import Entity
from crosshold.model.register import Register, Statements
from crosshold.model.share import Share, exact, parse
from crosshold.model.statement import Source, Statement

from .bods_records import PARTIES, entity, interest, relationship, save
from .reading import Import, same_json

SOURCE = Source("bods:Harbour Register", "dataset", "Harbour Register")
JUDGE = Path(__file__).with_name("bods_judge.py")


def written(register: Register, tmp_path: Path) -> tuple[list[dict[str, Any]], dict[str, str]]:
    findings = write(register, tmp_path / "out.json", "bods")
    rows: list[dict[str, Any]] = json.loads((tmp_path / "out.json").read_text())
    return rows, {f.where: f.code for f in findings}


def register_of(*statements: Statement, **entities: Entity) -> Register:
    return Register(Statements(statements), {SOURCE.id: SOURCE}, entities)


def claim(verb: str = "holds", **values: Any) -> Statement:
    usual: dict[str, Any] = {
        "subject": "vogel",
        "object": "aurel",
        "as_of": "2020-01-15",
        "known_on": date(2020, 2, 1),
        "source": SOURCE.id,
    }
    return Statement(verb=verb, **{**usual, **values})


def judged(path: Path) -> list[Any]:
    """What libcovebods objects to. It runs in an environment of its own; its Python is named by CROSSHOLD_BODS_JUDGE."""
    python = os.environ.get("CROSSHOLD_BODS_JUDGE")
    if not python:
        pytest.skip("no judge: CROSSHOLD_BODS_JUDGE names the Python of an environment with libcovebods")
    done = subprocess.run([python, str(JUDGE), str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    found: list[Any] = json.loads(done.stdout)
    return found


def test_records_that_nobody_changed_go_out_as_they_came(tmp_path: Path) -> None:
    parts = [
        relationship(
            "a", "aurel", "borealis", interest(share={"exact": 50}, details="x"), interest("boardChair"), isComponent=True
        )
    ]
    rows = [relationship("p", "aurel", "vogel", interest(how="indirect"), componentRecords=["a"]), *parts, *PARTIES]
    found = Import(bods, save(tmp_path / "in.json", rows))
    out, lost = written(found.register, tmp_path)
    assert same_json(out, rows) and not lost
    again = Import(bods, tmp_path / "out.json")
    assert again.ids == found.ids and again.register.entities == found.register.entities


def test_parties_come_first_and_components_before_their_primary(tmp_path: Path) -> None:
    rows = [
        relationship("p", "aurel", "vogel", interest(how="indirect"), componentRecords=["z"], statementDate="2019-01-01"),
        relationship("z", "aurel", "borealis", interest(), isComponent=True),
        *PARTIES,
    ]
    out, _ = written(Import(bods, save(tmp_path / "in.json", rows)).register, tmp_path)
    assert [row["recordId"] for row in out] == ["aurel", "borealis", "vogel", "z", "p"]


def test_a_changed_claim_is_written_anew_and_the_rest_as_it_came(tmp_path: Path) -> None:
    rows = [
        *PARTIES,
        relationship("r", "aurel", "vogel", interest(share={"exact": 30}), interest("votingRights", share={"exact": 30})),
    ]
    found = Import(bods, save(tmp_path / "in.json", rows))
    changed = [s.changed(share=exact(Fraction(2, 5))) if s.verb == "holds" else s for s in found.statements]
    register = Register(Statements(changed), found.register.sources, found.register.entities)
    out, _ = written(register, tmp_path)
    assert same_json(out[:3], PARTIES)
    shares = {i["type"]: i["share"] for row in out[3:] for i in row["recordDetails"]["interests"]}
    assert shares == {"shareholding": {"exact": 40}, "votingRights": {"exact": 30}}


def test_the_same_register_gives_the_same_file(tmp_path: Path) -> None:
    rows = [claim(share=parse("0.1")), claim("votes", vote_share=parse("0.2"))]
    (tmp_path / "b").mkdir()
    a, _ = written(register_of(*rows), tmp_path)
    b, _ = written(register_of(*reversed(rows)), tmp_path / "b")
    assert a == b and (tmp_path / "out.json").read_bytes() == (tmp_path / "b" / "out.json").read_bytes()


def test_what_has_no_place_is_told_in_words_and_listed_as_lost(tmp_path: Path) -> None:
    out, lost = written(
        register_of(claim(shares=1_536_000, share_class="A", hedge="about", votes=0, share=parse("0.384"))), tmp_path
    )
    said = out[-1]["recordDetails"]["interests"][0]
    assert said["details"] == "shares: 1536000; votes: 0; share class: A; hedge: about"
    assert said["share"] == {"minimum": 38.35, "exclusiveMaximum": 38.45}
    assert set(lost) == {"shares", "votes", "share_class", "hedge", "share: point beside bounds"}
    assert set(lost.values()) == {"W_LOST_ON_EXPORT"}


@pytest.mark.parametrize(
    "statement",
    [
        claim(stance="denies"),
        claim(stance="projects"),
        claim("proposes_cut"),
        claim("issued", object=None, shares=5),
        claim(subject="~float"),
        claim("nominee_for"),
        claim("role", topic="trustee"),
    ],
)
def test_denials_plans_and_what_the_standard_has_no_word_for_are_not_written(tmp_path: Path, statement: Statement) -> None:
    out, lost = written(register_of(statement), tmp_path)
    assert [row for row in out if row["recordType"] == "relationship"] == [] and len(lost) == 1


@pytest.mark.parametrize("field", ["share", "vote_share"])
def test_a_band_of_votes_goes_out_from_either_field(tmp_path: Path, field: str) -> None:
    band = Share(None, Fraction(1, 4), Fraction(1, 2), True, False, "band")
    out, lost = written(register_of(claim("votes", **{field: band})), tmp_path)
    (said,) = out[-1]["recordDetails"]["interests"]
    assert (said["type"], said["share"]) == ("votingRights", {"exclusiveMinimum": 25, "maximum": 50}) and not lost


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out.json").write_text("old")
    monkeypatch.setattr("crosshold.formats.bods.writer._order", lambda row: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(register_of(claim()), tmp_path / "out.json", "bods")
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"] and (tmp_path / "out.json").read_text() == "old"


days = st.dates(date(1990, 1, 1), date(2024, 1, 1)).map(date.isoformat)
percents = st.integers(0, 10_000).map(lambda n: Fraction(n, 10_000))
bounds = st.tuples(percents, percents, st.booleans(), st.booleans()).map(
    lambda b: Share(None, min(b[:2]), max(b[:2]), b[2] and b[0] != b[1], b[3] and b[0] != b[1], "band")
)
shares = percents.map(lambda p: Share(p, p, p)) | bounds.filter(lambda s: s.low < s.high)
names = st.sampled_from(["aurel", "borealis", "日産自動車株式会社", "bods:x", "crosshold:y", "a;b", "=1+1"])
people = st.sampled_from(["vogel", "perrin", "ルノー"])
common = st.fixed_dictionaries(
    {
        "subject": names | people,
        "object": names,
        "directness": st.sampled_from(["direct", "indirect", "unknown"]),
        "as_of": days,
        "known_on": st.dates(date(1990, 1, 1), date(2024, 1, 1)),
        "valid_from": st.none() | days,
        "speaker": st.none() | st.just("Aurel"),
        "speaker_kind": st.sampled_from(["authority", "filing", "press", "unknown"]),
    }
)
claims = st.one_of(
    st.builds(lambda c, s: claim("holds", **c, share=s), common, shares),
    st.builds(lambda c, s: claim("votes", **c, vote_share=s), common, shares),
    st.builds(
        lambda c, how: claim("controls", **c, how=how),
        common,
        st.sampled_from(["controlByLegalFramework", "otherInfluenceOrControl"]),
    ),
    st.builds(lambda c: claim("role", **c, topic="boardChair"), common),
    st.builds(lambda c, cls: claim("holds", **c, share_class="income", topic=cls), common, st.just("rightsToProfitOrIncome")),
    st.builds(
        lambda c, r: claim("undisclosed", **{**c, "object": None, "subject": "aurel"}, reason=r),
        common,
        st.sampled_from(["unknown"]),
    ),
)


def vocabulary(s: Statement) -> Any:
    """What BODS can say of a statement."""
    said = s.share or s.vote_share
    share = (
        (said.point, said.low, said.high, said.low_open, said.high_open)
        if said and said.low_open + said.high - said.low < 2
        else None
    )
    some = said is not None and said.low == 0 and said.high == 1 and said.low_open and not said.high_open
    return (
        s.subject,
        s.verb,
        s.object,
        None if some else share,
        s.share_class,
        s.topic,
        s.how,
        s.reason,
        s.directness,
        s.as_of,
        s.known_on,
        s.valid_from,
        s.valid_to,
        s.speaker,
        s.speaker_kind,
        s.source,
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(claims, max_size=8))
def test_what_is_written_reads_back_as_what_it_was(tmp_path: Path, statements: list[Statement]) -> None:
    parties = {n: Entity(n, n, "person") for n in ("vogel", "perrin", "ルノー")} | {
        "aurel": Entity("aurel", "Aurel", "company", "FR")
    }
    register = register_of(*{s.id: s for s in statements}.values(), **parties)
    write(register, tmp_path / "out.json", "bods")
    found = Import(bods, tmp_path / "out.json")
    mine = [s for s in found.statements if s.verb not in ("is",)]
    assert sorted(map(repr, map(vocabulary, mine))) == sorted(map(repr, map(vocabulary, register.statements)))
    assert {n: e.name for n, e in found.register.entities.items() if n in parties} == {n: e.name for n, e in parties.items()}
    write(found.register, tmp_path / "again.json", "bods")
    again = Import(bods, tmp_path / "again.json")
    assert again.ids == found.ids
    assert same_json(json.loads((tmp_path / "again.json").read_text()), json.loads((tmp_path / "out.json").read_text()))


def test_an_outside_judge_has_nothing_to_object_to(tmp_path: Path) -> None:
    trust = Entity("trust", "Levant Trust", "unknown", "FR", "trust")
    rows = [
        claim(share=parse("0.384"), shares=12, valid_from="2016-10-20", valid_to="2019-01-01"),
        claim("votes", vote_share=exact(Fraction(1, 3))),
        claim(share=Share(None, Fraction(1, 4), Fraction(1, 2), True, False, "band"), subject="borealis", valid_from="2016"),
        claim(subject="borealis", speaker="Aurel", speaker_kind="filing", share=exact(Fraction(0))),
        claim("may_appoint"),
        claim("controls", how="contract"),
        claim("role", topic="boardMember"),
        claim("role", topic="trustee", object="trust"),
        claim("undisclosed", object=None, subject="aurel", reason="lost"),
        claim("no_owner", object=None, subject="borealis"),
        claim(subject="aurel", object="vogel", share=parse("1")),
        claim("comment"),
    ]
    people = {
        "vogel": Entity("vogel", "Ernst Vogel", "person", "DE", identifiers=(("tax", "1"),)),
        "trust": trust,
        "aurel": Entity("aurel", "Aurel", "company", "FR", "SA", True, None, (("LEI", "969500F7JLTX36OUI695"), ("own", "7"))),
        "state": Entity("state", "Gallian state", "state"),
    }
    write(register_of(*rows, **people), tmp_path / "out.json", "bods")
    assert judged(tmp_path / "out.json") == []
    found = Import(bods, tmp_path / "out.json")
    edited = [s.changed(share=exact(Fraction(1, 2))) if s.verb == "holds" and s.share else s for s in found.statements]
    write(Register(Statements(edited), found.register.sources, found.register.entities), tmp_path / "edited.json", "bods")
    assert judged(tmp_path / "edited.json") == []


def test_the_judge_does_object_to_what_is_wrong(tmp_path: Path) -> None:
    assert judged(save(tmp_path / "x.json", [{**entity("aurel"), "statementId": "short"}]))
