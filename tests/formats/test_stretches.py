"""A file that is cut into stretches gives what it gives in one piece, wherever it is cut and however many processes read it."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold import api
from crosshold.api import processes
from crosshold.errors import FileError
from crosshold.formats import catalogue, stretches, xml_stream
from crosshold.formats.intake import Input
from crosshold.store.parquet import ParquetStore

BANDS = ("25-to-50-percent", "50-to-75-percent", "75-to-100-percent")
OPEN = '<?xml version="1.0"?>\n<r:RelationshipData xmlns:r="http://www.gleif.org/data/schema/rr/2016"><r:Header><r:RecordCount>%d</r:RecordCount></r:Header>\n<r:RelationshipRecords>'
CLOSE = "</r:RelationshipRecords></r:RelationshipData>"


def psc(count: int, random: Random) -> str:
    """Lines of the UK register with what goes wrong there: broken lines, companies over 100 %, blank lines, no record at all."""
    made = []
    for n in range(count):
        data = {
            "kind": "individual-person-with-significant-control", "name": f"Ms {n}", "notified_on": "2020-01-01", "etag": f"{n}",
            "natures_of_control": [f"ownership-of-shares-{random.choice(BANDS)}"],
        }  # fmt: skip
        line = json.dumps({"company_number": f"{1 + random.randrange(count // 3 + 1):08d}", "data": data})
        made.append(random.choice([line] * 8 + [line[:-3], "", "[]", line.replace("2020-01-01", "2020-13-01")]))
    return "\n".join(made) + "\n" * random.randrange(2)


def relations(count: int, random: Random) -> str:
    """Relationship records with comments and CDATA between and in them that look like the end of a record."""
    end = "</r:RelationshipRecord>"
    made = [OPEN % random.choice((count, count + 5))]
    for n in range(count):
        hidden = random.choice(("", "", f"<!-- {end} -->", f"<r:Note><![CDATA[{end}]]></r:Note>", f"<?x {end}?>"))
        made.append(
            f"<r:RelationshipRecord><r:Relationship><r:StartNode><r:NodeID>{'' if n % 7 == 3 else 'A' * 18 + '00'}</r:NodeID></r:StartNode>"
            f"<r:EndNode><r:NodeID>{n:020d}</r:NodeID></r:EndNode><r:RelationshipType>IS_SUBFUND_OF</r:RelationshipType>{hidden}"
            f"</r:Relationship>{end}\n"
        )
    return "".join([*made, CLOSE])


def bods(count: int, random: Random) -> str:
    """Records that are updated and closed again and again, wherever the file is cut between them; all shares below one."""
    made = []
    for n in range(count):
        key, status = random.randrange(count // 4 + 1), random.choice(("new", "updated", "closed"))
        record = {
            "statementId": f"s{n}", "recordId": f"r{key}", "recordType": "relationship", "recordStatus": status,
            "statementDate": f"20{10 + n % 10}-01-01", "declarationSubject": "e1",
            "publicationDetails": {
                "publicationDate": f"2020-01-{1 + n % 28:02d}", "bodsVersion": "0.4", "publisher": {"name": f"P{n % 3}"},
            },
            "recordDetails": {
                "isComponent": False, "subject": "e1", "interestedParty": f"p{key}",
                "interests": [{"type": "shareholding", "directOrIndirect": "direct", "share": {"exact": random.choice((0.25, 1, 0.1))}}],
            },
        }  # fmt: skip
        made.append(random.choice([json.dumps(record)] * 9 + [json.dumps(record)[:-4], "", '{"statementId": 7}']))
    return "\n".join([json.dumps({"statementId": "s", "recordType": "entity"}), *made])


def ftm(count: int, random: Random) -> str:
    """Companies, and who owns them; now and then a line that is none."""
    made = []
    for n in range(count):
        company = {"id": f"c{n}", "schema": "Company", "properties": {"name": [f"Company {n}"]}, "datasets": [f"d{n % 4}"]}
        link = {"owner": [f"c{random.randrange(n + 1)}"], "asset": [f"c{n}"], "percentage": [f"{random.randrange(101)}"]}
        made += [
            json.dumps(company),
            json.dumps({"id": f"o{n}", "schema": "Ownership", "properties": link}) + random.choice(("", "", "}")),
        ]
    return "\n".join(made)


MAKERS = {"psc.txt": psc, "psc.txt.gz": psc, "rr.xml": relations, "bods.jsonl": bods, "ftm.jsonl": ftm}
FORMS = {"psc.txt": "uk-psc", "psc.txt.gz": "uk-psc", "rr.xml": "gleif", "bods.jsonl": "bods", "ftm.jsonl": "ftm"}


def read(path: Path) -> tuple[object, ...]:
    """Everything that a file gives, one list a kind; places and texts included."""
    _, batches = catalogue.read(Input(path), FORMS[path.name])
    found = list(batches)
    return (
        [s.canonical() for b in found for s in b.statements],
        sorted({(e.id, e.name) for b in found for e in b.entities}),
        sorted({s.id for b in found for s in b.sources}),
        sorted((f.code, f.where, f.message) for b in found for f in b.findings),
        [(r.where, r.code, r.raw) for b in found for r in b.rejects],
        [sum(b.rows for b in found), sum(b.accepted for b in found), sum(b.left_out.total() for b in found)],
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(0, 10**6), st.integers(1, 3_000), st.sampled_from(sorted(MAKERS)))
def test_where_a_file_is_cut_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, count: int, seed: int, piece: int, name: str
) -> None:
    path = tmp_path_factory.mktemp("cut") / name
    text = MAKERS[name](count, Random(seed)).encode()
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    whole = read(path)
    with pytest.MonkeyPatch.context() as patch:
        for module in (stretches, xml_stream):
            patch.setattr(module, "PIECE", piece)
        assert read(path) == whole


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_several_processes_keep_what_one_keeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    path = tmp_path / name
    text = MAKERS[name](400, Random(3)).encode()
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    for module in (stretches, xml_stream):
        monkeypatch.setattr(module, "PIECE", 5_000)
    one = api.import_files([path], tmp_path / "one", format=FORMS[name], processes=1)
    many = api.import_files([path], tmp_path / "many", format=FORMS[name], processes=3)
    for told in ("files", "new", "known_before", "rules", "counts", "findings"):
        assert getattr(one, told) == getattr(many, told)
    a, b = (ParquetStore(tmp_path / where) for where in ("one", "many"))
    assert [s.canonical() for s in a.register().statements] == [s.canonical() for s in b.register().statements]
    assert dict(a.register().entities) == dict(b.register().entities) and a.told() == b.told()
    assert [list(lines) for _, lines in a.rejects()] == [list(lines) for _, lines in b.rejects()]
    assert api.import_files([path], tmp_path / "many", format=FORMS[name], processes=2).new == 0


def test_a_fault_in_a_later_stretch_is_told_and_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rr.xml"
    text = relations(300, Random(1))
    path.write_text(text[: len(text) // 2] + "</wrong>" + text[len(text) // 2 :])
    monkeypatch.setattr(xml_stream, "PIECE", 5_000)
    for processes_ in (1, 2):
        with pytest.raises(FileError, match="no well-formed XML"):
            api.import_files([path], tmp_path / "register", processes=processes_)
        assert not (tmp_path / "register").exists()


def test_a_file_that_breaks_off_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rr.xml"
    path.write_text(relations(300, Random(1))[:-60])
    monkeypatch.setattr(xml_stream, "PIECE", 5_000)
    with pytest.raises(FileError, match="no well-formed XML"):
        api.import_files([path], tmp_path / "register", processes=2)


def test_a_process_that_is_killed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "psc.txt"
    path.write_text(psc(50, Random(2)))
    monkeypatch.setattr(processes, "_START", "import os, sys; sys.stdin.buffer.read(10); os.kill(os.getpid(), 9)")
    with pytest.raises(FileError, match="sudden end"):
        api.import_files([path], tmp_path / "register", format="uk-psc", processes=2)
    assert not (tmp_path / "register").exists()


def test_ctrl_c_ends_them_all(tmp_path: Path) -> None:
    path = tmp_path / "psc.txt"
    line = psc(1, Random(5)).strip()
    path.write_text((line + "\n") * 200_000)
    command = [sys.executable, "-m", "crosshold", "import", str(path), "--into", str(tmp_path / "register"), "--format", "uk-psc"]
    ran = subprocess.Popen([*command, "--processes", "2"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and len(children(ran.pid)) < 2:
        time.sleep(0.05)
    started = children(ran.pid)
    assert len(started) == 2
    ran.send_signal(signal.SIGINT)
    _, err = ran.communicate(timeout=60)
    assert ran.returncode == 130 and "Traceback" not in err
    assert not any(
        Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" for pid in started
    )
    assert not (tmp_path / "register").exists()


def children(pid: int) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == pid:
            found.append(int(place.parent.name))
    return found


pytestmark = pytest.mark.skipif(os.name != "posix", reason="reads /proc and sends signals")
