"""Open Cap Format: the sample bundle, and a small invented one for every trap."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.reading import Import, samples

from crosshold.errors import FileError, RequestError
from crosshold.formats import catalogue, ocf
from crosshold.formats.intake import Account, Batch, Input
from crosshold.formats.ocf import write
from crosshold.model.entity import FLOAT
from crosshold.model.register import Register, Statements
from crosshold.model.statement import Statement

CLASSES = [
    {"object_type": "STOCK_CLASS", "id": "a", "name": "A", "votes_per_share": "1", "initial_shares_authorized": "UNLIMITED"},
    {
        "object_type": "STOCK_CLASS",
        "id": "b",
        "name": "B",
        "votes_per_share": "10",
        "initial_shares_authorized": "NOT APPLICABLE",
    },
]
HOLDERS = [
    {"object_type": "STAKEHOLDER", "id": "h", "name": {"legal_name": "Halden"}, "stakeholder_type": "INSTITUTION"},
    {"object_type": "STAKEHOLDER", "id": "p", "name": {"legal_name": "Perrin"}, "stakeholder_type": "INDIVIDUAL"},
]


def event(kind: str, name: str, day: str, **more: Any) -> dict[str, Any]:
    return {"object_type": f"TX_STOCK_{kind}", "id": name, "date": day, **more}


def issue(name: str, security: str, day: str, quantity: str, holder: str = "h", kind: str = "a", **more: Any) -> dict[str, Any]:
    return event(
        "ISSUANCE", name, day, security_id=security, quantity=quantity, stakeholder_id=holder, stock_class_id=kind, **more
    )


def bundle(
    folder: Path, events: list[Any], *, classes: list[Any] | None = None, holders: list[Any] | None = None, **manifest: Any
) -> Path:
    folder.mkdir(exist_ok=True)
    files = {"Classes": CLASSES if classes is None else classes, "Holders": HOLDERS if holders is None else holders, "Tx": events}
    keys = {"Classes": "stock_classes_files", "Holders": "stakeholders_files", "Tx": "transactions_files"}
    data: dict[str, Any] = {
        "ocf_version": "1.2.0",
        "file_type": "OCF_MANIFEST_FILE",
        "generated_at": "2020-01-01T00:00:00Z",
        "issuer": {"object_type": "ISSUER", "id": "i", "legal_name": "Kestrel"},
    }
    for name, items in files.items():
        content = json.dumps({"file_type": name, "items": items}).encode()
        (folder / f"{name}.ocf.json").write_bytes(content)
        data[keys[name]] = [{"filepath": f"./{name}.ocf.json", "md5": hashlib.md5(content).hexdigest()}]
    (folder / "Manifest.ocf.json").write_text(json.dumps({**data, **manifest}), encoding="utf-8")
    return folder


def taken(path: Path) -> tuple[Register, Account, list[Batch]]:
    found = Import(ocf, path)
    return found.register, found.account, found.batches


def cap_table(register: Register, day: date) -> dict[str, dict[str, int]]:
    snapshot = register.at(day)
    table: dict[str, Counter[str]] = {}
    for lot in snapshot.lots:
        if lot.holder != FLOAT:
            table.setdefault(lot.share_class or "", Counter())[snapshot.entities[lot.holder].name] += lot.shares
    return {kind: dict(rows) for kind, rows in table.items()}


def test_the_sample_bundle_gives_the_expected_cap_tables() -> None:
    expected = json.loads(samples("expected.json").read_text(encoding="utf-8"))["ocf"]
    register, account, _ = taken(samples("ocf"))
    assert cap_table(register, date(2020, 1, 1)) == expected["cap_table_2020-01-01"]
    assert cap_table(register, date(2018, 12, 31)) == expected["cap_table_2018-12-31"]
    snapshot = register.at(date(2020, 1, 1))
    issuer = snapshot.issuers["ocf:i-1"]
    assert {c.name: c.issued for c in issuer.classes} == expected["issued"]
    assert sum(lot.votes or 0 for lot in snapshot.lots) == expected["votes_total"]
    assert account.counts["W_HASH"] == 3  # the MD5 values of the sample are dummies
    assert account.rejected == 0


def test_a_zip_archive_and_a_folder_give_the_same_and_are_recognised(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "cap", [issue("1", "s", "2015-01-01", "100")])
    packed = tmp_path / "cap.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"inside/{path.name}")
    one, other = taken(folder)[0], taken(packed)[0]
    assert catalogue.recognise(Input(folder)).name == catalogue.recognise(Input(packed)).name == "ocf"
    assert cap_table(one, date(2020, 1, 1)) == cap_table(other, date(2020, 1, 1)) == {"A": {"Halden": 100}}


def test_lots_run_from_their_issuance_to_their_close_and_splits_multiply_what_is_open(tmp_path: Path) -> None:
    events = [
        issue("1", "s1", "2015-01-01", "100.00"),
        issue("2", "s2", "2016-01-01", "7", kind="b"),
        event("CLASS_SPLIT", "3", "2017-01-01", stock_class_id="a", split_ratio={"numerator": "3", "denominator": "1"}),
        event(
            "TRANSFER",
            "4",
            "2018-01-01",
            security_id="s1",
            quantity="120",
            balance_security_id="s3",
            resulting_security_ids=["s4"],
        ),
        issue("5", "s3", "2018-01-01", "180"),
        issue("6", "s4", "2018-01-01", "120", holder="p"),
        event("REPURCHASE", "7", "2019-01-01", security_id="s4", quantity="120", price={"amount": "2", "currency": "EUR"}),
    ]
    register, account, _ = taken(bundle(tmp_path / "cap", events))
    assert not account.counts
    assert cap_table(register, date(2016, 6, 1)) == {"A": {"Halden": 100}, "B": {"Halden": 7}}
    assert cap_table(register, date(2017, 1, 1)) == {"A": {"Halden": 300}, "B": {"Halden": 7}}
    assert cap_table(register, date(2018, 6, 1)) == {"A": {"Halden": 180, "Perrin": 120}, "B": {"Halden": 7}}
    assert cap_table(register, date(2019, 1, 1)) == {"A": {"Halden": 180}, "B": {"Halden": 7}}
    lots = {lot.id: lot for lot in register.at(date(2017, 6, 1)).lots}
    assert lots["s1"].registered_since == "2015-01-01" and lots["s2"].votes == 70
    told = Counter((s.verb, s.subject) for s in register.statements if s.verb in ("acquired", "sold", "split"))
    # what is left of a security is not acquired: s3 is missing
    assert told == {
        ("acquired", "ocf:h"): 2,
        ("acquired", "ocf:p"): 1,
        ("sold", "ocf:h"): 1,
        ("sold", "ocf:p"): 1,
        ("split", "ocf:i"): 1,
    }
    sold = next(s for s in register.statements if s.topic == "repurchase")
    assert (sold.amount, sold.currency, sold.shares) == (Decimal(240), "EUR", 120)


def test_a_retraction_undoes_an_issuance_and_a_cancellation_leaves_the_balance(tmp_path: Path) -> None:
    events = [
        issue("1", "s1", "2015-01-01", "100"),
        issue("2", "s2", "2015-01-01", "50", holder="p"),
        event("RETRACTION", "3", "2015-02-01", security_id="s2", reason_text="mistake"),
        event("CANCELLATION", "4", "2016-01-01", security_id="s1", quantity="40", balance_security_id="s3"),
        issue("5", "s3", "2016-01-01", "60"),
    ]
    register, account, _ = taken(bundle(tmp_path / "cap", events))
    assert not account.counts
    assert cap_table(register, date(2015, 1, 15)) == {"A": {"Halden": 100}}
    assert cap_table(register, date(2016, 1, 1)) == {"A": {"Halden": 60}}
    assert register.at(date(2016, 1, 1)).issuers["ocf:i"].issued == 60


@pytest.mark.parametrize(
    ("events", "code", "word"),
    [
        ([event("CANCELLATION", "2", "2016-01-01", security_id="s", quantity="100"),
          event("REPURCHASE", "3", "2017-01-01", security_id="s", quantity="100")], "E_ROW", "closed already by 2"),
        ([event("CANCELLATION", "2", "2014-01-01", security_id="s", quantity="100")], "E_ROW", "before the issuance"),
        ([event("CANCELLATION", "2", "2016-01-01", security_id="x", quantity="100")], "E_ROW", "no issuance"),
        ([issue("2", "s", "2016-01-01", "1")], "E_ROW", "second time"),
        ([issue("2", "s2", "2016-13-01", "1")], "E_DATE", "which is none"),
        ([issue("2", "s2", "2016-01-01", "-1")], "E_SHARES_NEGATIVE", "less than none"),
        ([issue("2", "s2", "2016-01-01", "NaN")], "E_NUMBER", "no number"),
        ([issue("2", "s2", "2016-01-01", "1", holder="")], "E_PARTY", "stakeholder_id"),
        ([issue("1", "s2", "2016-01-01", "1")], "E_ROW", "the id stands already"),
        ([event("CLASS_SPLIT", "2", "2016-01-01", stock_class_id="a", split_ratio={"numerator": "0", "denominator": "1"})],
         "E_NUMBER", "split ratio"),
        (["text"], "E_ROW", "no object"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_is_rejected_with_its_place_and_the_rest_stays(
    tmp_path: Path, events: list[Any], code: str, word: str
) -> None:
    register, _, batches = taken(bundle(tmp_path / "cap", [issue("1", "s", "2015-01-01", "100"), *events]))
    rejects = [r for b in batches for r in b.rejects]
    assert [r.code for r in rejects] == [code]
    assert word in rejects[0].text
    assert rejects[0].where == f"cap: Tx.ocf.json /items/{len(events)}"
    assert json.loads(rejects[0].raw) == events[-1]
    assert cap_table(register, date(2015, 6, 1)) == {"A": {"Halden": 100}}


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([event("TRANSFER", "2", "2016-01-01", security_id="s", quantity="100", resulting_security_ids=["x"])], "W_DANGLING"),
        ([event("CANCELLATION", "2", "2016-01-01", security_id="s", quantity="40", balance_security_id="x")], "W_DANGLING"),
        ([event("CANCELLATION", "2", "2016-01-01", security_id="s", quantity="40")], "W_ARITHMETIC"),
        ([event("TRANSFER", "2", "2016-01-01", security_id="s", quantity="100", resulting_security_ids=["t"]),
          issue("3", "t", "2016-01-01", "90", holder="p")], "W_ARITHMETIC"),
        ([event("CLASS_SPLIT", "2", "2016-01-01", stock_class_id="a", split_ratio={"numerator": "1", "denominator": "3"})],
         "W_FRACTION_SHARE"),
        ([issue("2", "t", "2016-01-01", "10.5")], "W_FRACTION_SHARE"),
        ([issue("2", "t", "2016-01-01", "10", holder="nobody")], "W_DANGLING"),
        ([issue("2", "t", "2016-01-01", "10", kind="none")], "W_DANGLING"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_kept_and_told(tmp_path: Path, events: list[Any], code: str) -> None:
    _, account, _ = taken(bundle(tmp_path / "cap", [issue("1", "s", "2015-01-01", "100"), *events]))
    assert dict(account.counts) == {code: 1}
    assert account.rejected == 0


def test_a_third_of_a_hundred_shares_is_thirty_three(tmp_path: Path) -> None:
    split = event("CLASS_SPLIT", "2", "2016-01-01", stock_class_id="a", split_ratio={"numerator": "1", "denominator": "3"})
    register, _, _ = taken(bundle(tmp_path / "cap", [issue("1", "s", "2015-01-01", "100"), split]))
    assert cap_table(register, date(2016, 1, 1)) == {"A": {"Halden": 33}}


def test_options_and_warrants_are_kept_and_are_no_shares(tmp_path: Path) -> None:
    option = {"object_type": "TX_WARRANT_ISSUANCE", "id": "w", "date": "2016-01-01", "security_id": "o", "stakeholder_id": "p"}
    register, account, _ = taken(bundle(tmp_path / "cap", [issue("1", "s", "2015-01-01", "100"), option]))
    assert account.rejected == 0
    (kept,) = [s for s in register.statements if s.share_class == "potential"]
    assert kept.shares is None and kept.extra["declared"] is True and kept.extra["ocf"] == option
    assert register.at(date(2017, 1, 1)).issuers["ocf:i"].issued == 100


def test_votes_in_parts_are_counted_in_parts_for_every_class(tmp_path: Path) -> None:
    classes = [{**CLASSES[0], "votes_per_share": "0.5"}, {**CLASSES[1], "votes_per_share": "1"}]
    folder = bundle(
        tmp_path / "cap", [issue("1", "s", "2015-01-01", "10"), issue("2", "t", "2015-01-01", "10", kind="b")], classes=classes
    )
    register, account, _ = taken(folder)
    assert account.counts["N_VOTES_SCALED"] == 1
    assert {lot.id: lot.votes for lot in register.at(date(2016, 1, 1)).lots} == {"s": 10, "t": 20}


@pytest.mark.parametrize("path", ["../secret.json", "/etc/passwd", "a/../../secret.json", "C:\\x.json", "\\\\host\\x"])
def test_a_path_that_leaves_the_bundle_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.json").write_text('{"items": []}', encoding="utf-8")
    folder = bundle(tmp_path / "cap", [], transactions_files=[{"filepath": path, "md5": ""}])
    with pytest.raises(FileError, match="outside the bundle"):
        taken(folder)


@pytest.mark.parametrize(
    ("manifest", "word"),
    [
        ({"transactions_files": [{"filepath": "./gone.json", "md5": ""}]}, "not there"),
        ({"issuer": None}, "no issuer"),
        ({"transactions_files": 3}, "no list"),
        ({"transactions_files": [3]}, "without a path"),
    ],
)
def test_a_manifest_that_does_not_hold_is_one_clear_error(tmp_path: Path, manifest: dict[str, Any], word: str) -> None:
    with pytest.raises(FileError, match=word):
        taken(bundle(tmp_path / "cap", [], **manifest))


@pytest.mark.parametrize(
    "content", ["{", '{"items": 3}', "[]", '{"items": [' + "[" * 100 + "]" * 100 + "]}", '{"items": [NaN]}', "[" * 100_000]
)
def test_a_file_that_is_no_json_of_a_bundle_is_one_clear_error(tmp_path: Path, content: str) -> None:
    folder = bundle(tmp_path / "cap", [])
    (folder / "Tx.ocf.json").write_text(content, encoding="utf-8")
    with pytest.raises(FileError):
        taken(folder)


def test_an_unknown_version_is_read_and_told(tmp_path: Path) -> None:
    _, account, _ = taken(bundle(tmp_path / "cap", [issue("1", "s", "2015-01-01", "1")], ocf_version="2.0.0"))
    assert dict(account.counts) == {"W_VERSION": 1}


def test_what_was_read_goes_out_as_it_came_in(tmp_path: Path) -> None:
    events = [
        issue("1", "s1", "2015-01-01", "100", comments=["kept"]),
        {"object_type": "TX_STOCK_ACCEPTANCE", "id": "x", "date": "2015-01-02", "security_id": "s1"},
        event("CLASS_SPLIT", "3", "2017-01-01", stock_class_id="a", split_ratio={"numerator": "2", "denominator": "1"}),
        event("TRANSFER", "4", "2018-01-01", security_id="s1", quantity="200", resulting_security_ids=["s4"]),
        issue("6", "s4", "2018-01-01", "200", holder="p"),
    ]
    first, account, _ = taken(bundle(tmp_path / "cap", events))
    assert account.rejected == 0
    assert write(first, tmp_path / "out") == []
    written = json.loads((tmp_path / "out" / "Transactions.ocf.json").read_text(encoding="utf-8"))
    assert written["items"] == events
    second, again, _ = taken(tmp_path / "out")
    assert "W_HASH" not in again.counts
    write(second, tmp_path / "out.zip")
    third, _, _ = taken(tmp_path / "out.zip")
    assert {s.id for s in second.statements} == {s.id for s in third.statements}
    days = [date(y, 6, 1) for y in range(2015, 2020)]
    assert [cap_table(first, d) for d in days] == [cap_table(second, d) for d in days]


DAYS = st.dates(date(2000, 1, 1), date(2019, 1, 1))
lots = st.lists(
    st.tuples(st.sampled_from("hpq"), st.sampled_from(["A", "B", None]), st.integers(1, 10**12), DAYS), min_size=1, max_size=12
)


@given(lots)
def test_lots_from_elsewhere_are_written_as_issuances_and_read_back(rows: list[tuple[str, str | None, int, date]]) -> None:
    import tempfile

    said = [
        Statement(h, "holds", "K", shares=n, share_class=c, valid_from=d.isoformat(), where=f"row {k}")
        for k, (h, c, n, d) in enumerate(rows)
    ]
    with tempfile.TemporaryDirectory() as folder:
        write(Register(Statements(said)), Path(folder) / "out")
        register, account, _ = taken(Path(folder) / "out")
    assert account.rejected == 0
    back = Counter((s.subject[4:], s.share_class, s.shares, s.valid_from) for s in register.statements if s.verb == "holds")
    assert back == Counter((h, c or "Shares", n, d.isoformat()) for h, c, n, d in rows)


def test_what_a_bundle_cannot_hold_is_told(tmp_path: Path) -> None:
    said = [
        Statement("h", "holds", "K", shares=5, valid_from="2015-01-01"),
        Statement("h", "proposes_cut", "K"),
        Statement("h", "holds", "K", shares=5, valid_from="2015"),
    ]
    lost = write(Register(Statements(said)), tmp_path / "out")
    assert {f.code for f in lost} == {"W_LOST_ON_EXPORT"}
    assert {f.message.split(":")[0] for f in lost} == {"holds, reports", "proposes_cut, reports", "votes per share"}
    two = [
        Statement("h", "holds", "K", shares=5, valid_from="2015-01-01"),
        Statement("h", "holds", "L", shares=5, valid_from="2015-01-01"),
    ]
    with pytest.raises(RequestError, match="one company"):
        write(Register(Statements(two)), tmp_path / "two")
