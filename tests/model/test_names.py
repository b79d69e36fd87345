"""Names as keys (spec/evidence 8.2). The pairs are the spec's, and registered spellings of forms as the acts and ISO 20275 write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold.model.legal_forms import KINDS, kind_of, legal_forms
from crosshold.model.names import keyed, unnoted, without_form


@pytest.mark.parametrize(
    "spellings",
    [
        [
            "日産自動車株式会社",
            "日産自動車㈱",
            "日産自動車（株）",
            "(株)日産自動車",
            "株式会社　日産自動車",
            "日産自動車 (株)",
            "日産自動車㍿",
        ],
        [
            "Nissan Motor Co., Ltd.",
            "NISSAN MOTOR CO LTD",
            "Nissan Motor Company Limited",
            "ＮＩＳＳＡＮ　ＭＯＴＯＲ　ＣＯ．，ＬＴＤ．",
        ],
        ["주식회사 가나", "(주)가나", "㈜가나", "가나(주)", "가나 주식회사"],
        ["架空商事有限会社", "㈲架空商事", "(有)架空商事"],
        ["Halden S.à r.l.", "HALDEN SARL", "Halden S.a.r.l.", "Halden Société à responsabilité limitée", "SARL Halden"],
        ["Halden sp. z o.o.", "HALDEN SP Z O O", "Halden Sp. z o. o.", "Halden spółka z ograniczoną odpowiedzialnością"],
        ["Kestrel Inc.", "Kestrel, Inc", "KESTREL INCORPORATED"],
        ["Kestrel L.L.C.", "Kestrel LLC", "Kestrel Limited Liability Company"],
        ["Delta & Sons Ltd", "Delta and Sons Limited", "DELTA & SONS, LTD."],
        ["J. P. Halden & Co.", "J.P. Halden & Company", "JP Halden and Co"],
        ["Halden Sdn. Bhd.", "HALDEN SDN BHD"],
        ["Halden Pte. Ltd.", "HALDEN PTE LTD", "Halden Private Limited"],
        ["Halden GmbH & Co. KG", "Halden GmbH u. Co. KG", "HALDEN GMBH & CO KG"],
        ["PT Halden Tbk", "PT. HALDEN TBK.", "Halden Tbk"],
        ["ООО «Халден»", 'ООО "ХАЛДЕН"', "Халден ООО"],
        ["Kurum A.Ş.", "KURUM ANONİM ŞİRKETİ", "Kurum Anonim Şirketi"],
    ],
)
def test_spellings_of_one_name_have_one_key_and_one_form(spellings: list[str]) -> None:
    assert len({(keyed(name).key, keyed(name).form) for name in spellings}) == 1
    assert keyed(spellings[0]).form


def test_a_bank_keeps_its_name_without_form_and_footnote() -> None:
    name = keyed("株式会社架空ＵＦ銀行　（注）２")
    assert name == ("架空uf銀行", "株式会社", ("（注）２",))


@pytest.mark.parametrize("name", ["架空信託銀行株式会社", "架空ホールディングス株式会社"])
def test_words_of_a_name_are_no_form(name: str) -> None:
    assert keyed(name).key == name.removesuffix("株式会社")


def test_a_trust_account_is_not_the_bank() -> None:
    bank, account = keyed("架空信託銀行株式会社"), keyed("架空信託銀行株式会社（信託口）")
    assert bank.form == account.form == "株式会社"
    assert account.key == keyed("架空信託銀行㈱（信託口）").key != bank.key


@pytest.mark.parametrize(
    "name", ["Co., Ltd.", "S.A.", "GmbH & Co. KG", "株式会社", "(株)", "!!!", "Company", "AG", "有限公司", "***"]
)
def test_a_name_that_is_all_form_or_signs_has_a_key_and_no_form(name: str) -> None:
    assert keyed(name).key and keyed(name).form is None
    assert without_form(name) == name


def test_what_is_kept_apart() -> None:
    assert keyed("Société Halden").key != keyed("Societe Halden").key  # nothing is transliterated
    assert keyed("架空㈱").full != keyed("架空㈲").full
    assert keyed("Foo (1)").key != keyed("Foo (2)").key  # may be part of the name
    assert keyed("Maria Sas", forms=False) == ("maria sas", None, ())


def test_initials_of_the_name_are_not_read_into_the_form() -> None:
    assert [keyed(n).key for n in ("Plan B a.s.", "Vitamin A S.A.", "Class A B.V.")] == ["plan b", "vitamin a", "class a"]


@pytest.mark.parametrize(
    ("text", "left", "notes"),
    [
        ("Halden (1)", "Halden", ("(1)",)),
        ("Halden¹", "Halden", ("¹",)),
        ("架空銀行※１", "架空銀行", ("※１",)),
        ("(1)", "(1)", ()),
        ("Halden", "Halden", ()),
    ],
)
def test_footnote_marks(text: str, left: str, notes: tuple[str, ...]) -> None:
    assert unnoted(text, doubtful=True) == (left, notes)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Halden, Inc.", "Halden"),
        ("AB Halden (publ)", "Halden"),
        ("Müller & Söhne GmbH & Co. KG", "Müller & Söhne"),
        ("架空（株）", "架空"),
        ("Halden Group", "Halden Group"),
        ("Coöperatie Halden U.A.", "Halden"),
    ],
)
def test_a_name_as_written_without_its_form(text: str, left: str) -> None:
    assert without_form(text) == left


def test_each_spelling_of_the_table_is_found_behind_or_before_a_name() -> None:
    first: dict[tuple[str, str], str] = {}
    for row in legal_forms():
        assert row.kind in KINDS and kind_of(row.form) and all(len(land) == 2 for land in row.jurisdictions)
        for spelling in row.spellings:
            name = {"joined": f"架空{spelling}", "before": f"{spelling} Halden"}.get(row.place, f"Halden {spelling}")
            if row.place == "around":
                name = f"{row.beside[0]} {name}"
            form = keyed(name).form
            assert form is not None and keyed(name).key in ("halden", "架空"), name
            assert form == first.setdefault(((row.place == "before" and "<") or ">", keyed(spelling, forms=False).key), form)
    assert len({row.form for row in legal_forms()}) == len(legal_forms())


@given(st.text(max_size=40))
def test_a_key_is_stable_and_never_empty(text: str) -> None:
    name = keyed(text)
    assert bool(name.key) == bool(text.strip())
    assert keyed(name.key, forms=False).key == name.key
    assert (keyed(text) == name and without_form(text).strip()) or not text.strip()


@given(st.text("abcdef .,&-'", min_size=1, max_size=30))
def test_case_and_blanks_do_not_matter(text: str) -> None:
    assert keyed(text.upper()).key == keyed(f"  {text.replace(' ', '   ')} ").key
