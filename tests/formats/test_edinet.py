"""EDINET filings: every trap of spec/evidence 7.8, on invented filings."""

from __future__ import annotations

import csv
import html
import io
import json
import zipfile
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold.api import import_files
from crosshold.api.reading import read as open_folder
from crosshold.errors import FileError
from crosshold.formats import edinet
from crosshold.formats.catalogue import recognise
from crosshold.formats.edinet.facts import BLOCKS
from crosshold.formats.edinet.names import dates, key, read_name
from crosshold.formats.intake import Input

from .filings import Read, read_file
from .samples import DATA

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<xbrli:xbrl xmlns:xbrli="http://www.xbrl.org/2003/instance" '
    'xmlns:xbrldi="http://xbrl.org/2006/xbrldi" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:jpdei_cor="http://disclosure.edinet-fsa.go.jp/taxonomy/jpdei/2013-08-31/jpdei_cor" '
    'xmlns:jpcrp_cor="http://disclosure.edinet-fsa.go.jp/taxonomy/jpcrp/2018-02-28/jpcrp_cor" '
    'xmlns:jplvh_cor="http://disclosure.edinet-fsa.go.jp/taxonomy/jplvh/2018-02-28/jplvh_cor">\n'
)
DEI = {
    "EDINETCodeDEI": "E99990",
    "SecurityCodeDEI": "130A0",
    "FilerNameInJapaneseDEI": "藤峰工業株式会社",
    "FilerNameInEnglishDEI": "Fujimine Co.",
    "DocumentTypeDEI": "第三号様式",
    "CurrentPeriodEndDateDEI": "2020-03-31",
    "AmendmentFlagDEI": "false",
}
DAYS = {"CurrentYearInstant": "2020-03-31", "Prior1YearInstant": "2019-03-31", "FilingDateInstant": "2020-06-25"}
Fact = tuple[str, str, str | None, dict[str, str]]


def context(name: str) -> str:
    base, _, member = name.partition("_")
    scenario = f'<xbrli:scenario><xbrldi:explicitMember dimension="jpcrp_cor:A">jpcrp_cor:{member}</xbrldi:explicitMember></xbrli:scenario>'
    return (
        f'<xbrli:context id="{name}"><xbrli:entity><xbrli:identifier scheme="s">E99990-000</xbrli:identifier></xbrli:entity>'
        f"<xbrli:period><xbrli:instant>{DAYS[base]}</xbrli:instant></xbrli:period>{scenario if member else ''}</xbrli:context>\n"
    )


def fact(name: str, where: str, value: str | None, **attributes: str) -> Fact:
    return name, where, value, attributes


def instance(facts: list[Fact], dei: dict[str, str] | None = None, contexts_last: bool = False) -> str:
    rows = [fact(n, "FilingDateInstant", v) for n, v in {**DEI, **(dei or {})}.items()] + facts
    body = ""
    for name, where, value, more in rows:
        prefix = "jpdei_cor" if name.endswith("DEI") else "jpcrp_cor"
        extra = "".join(f' {k}="{v}"' for k, v in more.items())
        if value is None:
            body += f'<{prefix}:{name} contextRef="{where}" xsi:nil="true"{extra}/>\n'
        else:
            body += f'<{prefix}:{name} contextRef="{where}"{extra}>{html.escape(value)}</{prefix}:{name}>\n'
    made = "".join(context(name) for name in dict.fromkeys([*DAYS, *(row[1] for row in rows)]))
    return HEAD + (body + made if contexts_last else made + body) + "</xbrli:xbrl>"


def table(rows: list[Fact], dei: dict[str, str] | None = None) -> bytes:
    """The same facts as EDINET's table: UTF-16, tabs, everything quoted, a dash for nil."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(["要素ID", "項目名", "コンテキストID", "相対年度", "連結・個別", "期間・時点", "ユニットID", "単位", "値"])
    for name, where, value, _ in [*(fact(n, "FilingDateInstant", v) for n, v in {**DEI, **(dei or {})}.items()), *rows]:
        writer.writerow([f"jpcrp_cor:{name}", "", where, "", "", "", "", "", "－" if value is None else value])
    return text.getvalue().encode("utf-16")


def major(number: int, name: str, shares: str | None, ratio: str | None, decimals: str = "-3") -> list[Fact]:
    where = f"CurrentYearInstant_No{number}MajorShareholdersMember"
    made = [fact("NameMajorShareholders", where, name), fact("AddressMajorShareholders", where, "架空県")]
    if shares is not None:
        made.append(fact("NumberOfSharesHeld", where, shares, decimals=decimals))
    if ratio is not None:
        made.append(fact("ShareholdingRatio", where, ratio, decimals="4"))
    return made


ISSUED = fact("TotalNumberOfIssuedSharesSummaryOfBusinessResults", "CurrentYearInstant", "100000000", decimals="0")
SPECIFIED = "SpecifiedInvestmentEquitySecuritiesHeldForPurposesOtherThanPureInvestment"
DEEMED = "DeemedHoldingsOfEquitySecuritiesHeldForPurposesOtherThanPureInvestment"
FLAG = (
    "WhetherIssuerOfAforementionedSharesHoldsReportingCompanysShares"
    "DetailsOfSpecifiedInvestmentSharesHeldForPurposesOtherThanPureInvestment"
)


def policy(
    row: int, name: str, now: str | None, before: str | None, flag: str | None = None, suffix: str = "ReportingCompany"
) -> list[Fact]:
    here, past = f"CurrentYearInstant_Row{row}Member", f"Prior1YearInstant_Row{row}Member"
    made = [fact(f"NameOfSecuritiesDetailsOf{SPECIFIED}{suffix}", here, name)]
    for where, shares in ((here, now), (past, before)):
        made.append(fact(f"NumberOfSharesHeldDetailsOf{SPECIFIED}{suffix}", where, shares, decimals="0"))
        made.append(fact(f"BookValueDetailsOf{SPECIFIED}{suffix}", where, "500000000" if shares else None, decimals="-6"))
    if flag:
        made.append(fact(FLAG + suffix, here, flag))
    return made


def block(name: str, text: str) -> Fact:
    return fact(name, "FilingDateInstant", text)


def cells(*rows: list[str]) -> str:
    return "<table>" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows) + "</table>"


HOLDERS = ["氏名又は名称", "住所", "所有株式数<br/>（千株）", "発行済株式総数に対する所有株式数の割合（％）"]
WITHOUT_OWN = [*HOLDERS[:3], "発行済株式（自己株式を除く。）の総数に対する所有株式数の割合（％）"]
NAMES = ["銘柄", "株式数(株)", "貸借対照表計上額(百万円)", "保有目的"]


def read(tmp_path: Path, facts: list[Fact], dei: dict[str, str] | None = None, **how: Any) -> Read:
    path = tmp_path / "jpcrp030000-asr-001_E99990-000_2020-03-31_01_2020-06-25.xbrl"
    path.write_text(instance(facts, dei, **how), encoding="utf-8")
    return read_file(edinet, path)


# -- who files, and when


def test_the_fiscal_year_is_that_of_the_document_information_not_of_the_file_name(tmp_path: Path) -> None:
    path = tmp_path / "2021_report.xbrl"
    path.write_text(instance([ISSUED]), encoding="utf-8")
    found = read_file(edinet, path).statements[0]
    assert found.as_of == "2020-03-31" and found.known_on == date(2020, 6, 25)


def test_a_securities_code_loses_its_last_zero_and_may_hold_letters(tmp_path: Path) -> None:
    filer = read(tmp_path, [ISSUED]).entities["EDINET:E99990"]
    assert ("JP-SEC", "130A") in filer.identifiers and filer.name == "藤峰工業株式会社"


def test_contexts_may_stand_behind_the_facts(tmp_path: Path) -> None:
    facts = [ISSUED, *major(1, "架空生命保険相互会社", "5000000", "0.0500")]
    first, last = read(tmp_path, facts), read(tmp_path, facts, contexts_last=True)
    assert [s.canonical() for s in first.statements] == [s.canonical() for s in last.statements]


# -- major shareholders


def test_a_count_in_thousands_is_cut_off_so_it_is_a_bound(tmp_path: Path) -> None:
    found = read(tmp_path, major(1, "架空生命保険相互会社", "12419000", "0.1415")).holding("架空生命")
    assert (found.shares, found.extra["as_lot"]["low"], found.extra["as_lot"]["high"]) == (12_419_000, 12_419_000, 12_419_999)
    exact = read(tmp_path, major(1, "架空生命保険相互会社", "12419123", "0.1415", decimals="0")).holding("架空生命")
    assert exact.shares == 12_419_123 and "as_lot" not in exact.extra


def test_the_fact_without_a_member_is_the_total_and_no_holder(tmp_path: Path) -> None:
    # 12,000 and 5,000 thousand, cut off, are 17,000,000 to 17,001,998 shares.
    rows = [*major(1, "甲", "12000000", "0.1200"), *major(2, "乙", "5000000", "0.0500")]
    for total, code in (("17001000", "N_TOTAL"), ("17002000", "W_TOTAL"), ("16999000", "W_TOTAL")):
        found = read(tmp_path, [*rows, fact("NumberOfSharesHeld", "CurrentYearInstant", total, decimals="-3")])
        assert sum(s.verb == "holds" for s in found.statements) == 2
        assert code in found.codes and found.account.left_out["total"] == 1


def test_a_total_that_has_a_name_is_no_holder_either(tmp_path: Path) -> None:
    total = [
        fact("NameMajorShareholders", "CurrentYearInstant", "計"),
        fact("NumberOfSharesHeld", "CurrentYearInstant", "12000000"),
    ]
    found = read(tmp_path, [*major(1, "甲", "12000000", "0.1200", decimals="0"), *total])
    assert [found.entities[s.subject].name for s in found.statements] == ["甲"]


@pytest.mark.parametrize(
    ("raw", "name", "proxy", "notes", "capacity"),
    [
        ("架空信託銀行株式会社（信託口）（注）２", "架空信託銀行株式会社(信託口)", None, ("(注)2",), "trust_account"),
        (
            "INVENTED BANK LONDON\nBRANCH\n\n（常任代理人　架空銀行東京支店）",
            "INVENTED BANK LONDON BRANCH",
            "架空銀行東京支店",
            (),
            None,
        ),
        ("INVENTED FUND (常任代理人 （株）架空銀行決済営業部)", "INVENTED FUND", "(株)架空銀行決済営業部", (), None),
        ("INVENTED FUND\n常任代理人　架空証券", "INVENTED FUND", "架空証券", (), None),
        ("株式会社架空\nＵＦ銀行　（注）２、３", "株式会社架空UF銀行", None, ("(注)2、3",), None),
        ("ＩＢＩＳ　Ｃａｐｉｔａｌ", "IBIS Capital", None, (), None),
        ("架空信託銀行株式会社（年金信託口）", "架空信託銀行株式会社(年金信託口)", None, (), "trust_account"),
        ("架空信託銀行株式会社", "架空信託銀行株式会社", None, (), None),
    ],
)
def test_names_lose_proxies_footnotes_and_line_breaks(
    raw: str, name: str, proxy: str | None, notes: tuple[str, ...], capacity: str | None
) -> None:
    assert read_name(raw) == (name, proxy, notes, capacity)


def test_a_trust_account_is_a_capacity_of_the_named_bank_and_a_proxy_no_part_of_the_name(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        [
            *major(1, "架空信託銀行株式会社（信託口）", "1000000", "0.01"),
            *major(2, "FUND（常任代理人　架空銀行）", "1000000", "0.01"),
        ],
    )
    trust, fund = found.holding("信託銀行"), found.holding("FUND")
    assert trust.extra["capacity"] == "trust_account" and found.entities[trust.subject].kind == "trustee"
    assert fund.extra["standing_proxy"] == "架空銀行" and found.entities[fund.subject].name == "FUND"


def test_one_company_under_four_spellings_has_one_key() -> None:
    spellings = ["株式会社ハルデン", "㈱ハルデン", "(株)ハルデン", "（株）　ハルデン"]
    assert len({key(s) for s in spellings}) == 1
    assert key("IBIS Capital") != key("IBISCapital")  # blanks inside foreign names matter


OWN = "<p>（注）１．上記のほか、当社所有の自己株式1,000千株があります。</p>"


def test_the_base_of_the_ratios_is_proved_by_the_counts(tmp_path: Path) -> None:
    # 12,000,000 / 99,000,000 = 12.12 %, 12,000,000 / 100,000,000 = 12.00 %.
    notes = block("MajorShareholdersTextBlock", OWN)
    of_rest = read(tmp_path, [ISSUED, notes, *major(1, "甲株式会社", "12000000", "0.1212")])
    of_all = read(tmp_path, [ISSUED, notes, *major(1, "甲株式会社", "12000000", "0.1200")])
    assert (of_rest.holding("甲").basis, of_rest.holding("甲").extra["basis_from"]) == ("outstanding", "proved")
    assert (of_all.holding("甲").basis, of_all.holding("甲").extra["basis_from"]) == ("issued", "proved")


def test_a_base_that_nothing_proves_is_unknown_and_told_when_it_contradicts(tmp_path: Path) -> None:
    found = read(tmp_path, [ISSUED, block("MajorShareholdersTextBlock", OWN), *major(1, "甲株式会社", "12000000", "0.1300")])
    assert found.holding("甲").basis == "unknown" and "99,000,000" not in found.message("W_TOTAL")
    assert "100,000,000" in found.message("W_PERCENT_BASE")
    silent = read(tmp_path, major(1, "甲株式会社", "12000000", "0.1212"))
    assert silent.holding("甲").basis == "unknown" and "W_PERCENT_BASE" not in silent.codes


def test_a_heading_tells_the_base_where_counts_cannot(tmp_path: Path) -> None:
    shown = block("MajorShareholdersTextBlock", cells(WITHOUT_OWN, ["甲", "県", "12,000", "12.12"]))
    found = read(tmp_path, [shown, *major(1, "甲株式会社", "12000000", "0.1212")]).holding("甲")
    assert (found.basis, found.extra["basis_from"]) == ("outstanding", "heading")


def test_a_heading_that_the_counts_contradict_is_told(tmp_path: Path) -> None:
    shown = block("MajorShareholdersTextBlock", cells(HOLDERS, ["甲", "県", "12,000", "12.12"]) + OWN)
    found = read(tmp_path, [ISSUED, shown, *major(1, "甲株式会社", "12000000", "0.1212")])
    assert found.holding("甲").basis == "outstanding" and "the heading says issued" in found.message("W_PERCENT_BASE")


def test_shares_issued_are_told_by_class_in_the_context_of_the_filing_day(tmp_path: Path) -> None:
    name = "NumberOfIssuedSharesAsOfFiscalYearEndIssuedSharesTotalNumberOfSharesEtc"
    classes = [
        fact(name, "FilingDateInstant_OrdinaryShareMember", "90000000"),
        fact(name, "FilingDateInstant_PreferredShareMember", "10000000"),
    ]
    found = read(tmp_path, [*classes, *major(1, "甲株式会社", "12000000", "0.1200")])
    (issued,) = [s for s in found.statements if s.verb == "issued"]
    assert (issued.shares, issued.as_of, found.holding("甲").basis) == (100_000_000, "2020-03-31", "issued")
    total = fact(name, "FilingDateInstant", "95000000")
    assert [s.shares for s in read(tmp_path, [*classes, total]).statements if s.verb == "issued"] == [95_000_000]


def test_a_count_in_thousands_makes_a_lot_with_bounds(tmp_path: Path) -> None:
    path = tmp_path / "report.xbrl"
    path.write_text(instance([ISSUED, *major(1, "甲株式会社", "12000000", "0.1200")]), encoding="utf-8")
    import_files([path], tmp_path / "register")
    (lot,) = [lot for lot in open_folder(tmp_path / "register").at(date(2020, 12, 31)).lots if not lot.holder.startswith("~")]
    assert (lot.shares, lot.low, lot.high) == (12_000_000, 12_000_000, 12_000_999)


def test_own_shares_of_a_footnote_are_the_filers_own_in_thousands(tmp_path: Path) -> None:
    found = read(tmp_path, [ISSUED, block("MajorShareholdersTextBlock", OWN)]).holding("藤峰工業")
    assert found.subject == found.object == "EDINET:E99990"
    assert (found.extra["as_lot"]["low"], found.extra["as_lot"]["high"], found.extra["kind"]) == (
        1_000_000,
        1_000_999,
        "treasury",
    )


def test_own_shares_that_are_tagged_are_exact_and_mutual_holdings_are_not_among_them(tmp_path: Path) -> None:
    rows = []
    for n, (name, shares) in enumerate((("藤峰工業株式会社", "1000100"), ("ケストレル株式会社", "50000")), 1):
        where = f"CurrentYearInstant_Row{n}Member"
        rows += [
            fact("NameOfShareholderTreasurySharesEtc", where, name),
            fact("NumberOfSharesHeldInOwnNameTreasurySharesEtc", where, shares),
        ]
    assert read(tmp_path, [ISSUED, *rows]).holding("藤峰工業").shares == 1_000_100


def test_a_filing_that_tags_names_alone_is_read_from_its_table(tmp_path: Path) -> None:
    shown = cells(
        HOLDERS,
        ["甲株式会社", "県", "12,000", "12.00"],
        ["ＦＵＮＤ<br/>（常任代理人　架空銀行）", "国", "5,000", "5.00"],
        ["計", "－", "17,001", "17.00"],
    )
    names = [*major(1, "甲株式会社", None, None), *major(2, "ＦＵＮＤ", None, None)]
    found = read(tmp_path, [ISSUED, block("MajorShareholdersTextBlock", shown), *names])
    first = found.holding("甲")
    assert (first.extra["as_lot"]["low"], first.extra["as_lot"]["high"], first.basis) == (12_000_000, 12_000_999, "issued")
    assert found.holding("FUND").extra["standing_proxy"] == "架空銀行" and "N_TOTAL" in found.codes
    assert found.account.left_out["total"] == 1 and sum(s.verb == "holds" for s in found.statements) == 2


def test_the_variant_of_voting_rights_is_a_claim_about_votes(tmp_path: Path) -> None:
    where = "CurrentYearInstant_No1MajorShareholdersMember"
    facts = [fact("NameMajorShareholdersVotingRights", where, "甲"), fact("NumberOfVotingRightsHeldVotingRights", where, "12000")]
    (found,) = read(tmp_path, facts).statements
    assert (found.verb, found.votes, found.shares) == ("votes", 12_000, None)


def test_shares_without_votes_in_mutual_holdings_are_the_companys_own_count(tmp_path: Path) -> None:
    where = "CurrentYearInstant_OrdinarySharesReciprocalHoldingSharesWithFullVotingRightsTreasurySharesEtcMember"
    found = read(tmp_path, [fact("NumberOfSharesIssuedSharesVotingRights", where, "50000")]).holding("quarter")
    assert (found.shares, found.votes, found.object, found.extra["declared"]) == (50_000, 0, "EDINET:E99990", True)


LARGE = (
    cells(WITHOUT_OWN, ["甲アセット株式会社", "県", "12,000", "12.12"])
    + "<p>（注）２．2020年４月７日付で公衆の縦覧に供されている大量保有報告書において、甲アセット株式会社及びその共同保有者が"
    "令和２年３月31日現在で以下の株式を所有している旨が記載されております。</p>"
    + cells(
        ["氏名又は名称", "住所", "保有株券等の数（株）", "株券等保有割合（％）"],
        ["甲アセット株式会社", "県", "15,000,000", "15.00"],
        ["計", "－", "15,000,000", "15.00"],
    )
)


def test_a_large_holding_report_in_a_footnote_is_a_claim_of_its_own_day_and_a_conflict(tmp_path: Path) -> None:
    found = read(tmp_path, [block("MajorShareholdersTextBlock", LARGE), *major(1, "甲アセット株式会社", "12000000", "0.1212")])
    quoted = found.holding("甲アセット", declared=True)
    assert (quoted.shares, quoted.as_of, quoted.speaker_kind) == (15_000_000, "2020-03-31", "filing")
    assert quoted.share is not None and quoted.share.point == Fraction(15, 100)
    assert "12,000,000" in found.message("W_CONFLICT") and found.holding("甲アセット", declared=False).shares == 12_000_000


def test_a_renamed_holder_of_a_footnote_is_one_entity_with_two_names(tmp_path: Path) -> None:
    note = "<p>（注）３．株式会社架空東京銀行は、平成30年４月１日付で株式会社架空銀行に商号変更しております。</p>"
    found = read(tmp_path, [block("MajorShareholdersTextBlock", note), *major(1, "株式会社架空東京銀行", "1000000", "0.01")])
    renamed = next(s for s in found.statements if s.verb == "is")
    assert renamed.subject == found.holding("架空東京銀行").subject
    assert (renamed.value, renamed.valid_from, renamed.extra["former_name"]) == (
        "株式会社架空銀行",
        "2018-04-01",
        "株式会社架空東京銀行",
    )


def test_days_of_japanese_eras() -> None:
    # 平成元年 is 1989, 令和元年 2019.
    text = "平成30年3月31日 令和元年5月1日 昭和64年1月7日 2020年2月30日 2020年2月29日"
    assert [d for d, _ in dates(text)] == [date(2018, 3, 31), date(2019, 5, 1), date(1989, 1, 7), date(2020, 2, 29)]


# -- policy shareholdings, tagged


def test_tagged_rows_give_this_year_and_the_year_before(tmp_path: Path) -> None:
    found = read(tmp_path, policy(1, "ケストレル㈱", "60000", "59000"))
    rows = {s.as_of: s for s in found.statements}
    assert {d: s.shares for d, s in rows.items()} == {"2020-03-31": 60_000, "2019-03-31": 59_000}
    assert rows["2020-03-31"].amount == 500_000_000 and rows["2020-03-31"].currency == "JPY"
    assert len({s.object for s in found.statements}) == 1


def test_a_jump_by_a_whole_factor_is_asked_about_and_is_no_trade(tmp_path: Path) -> None:
    asked = read(tmp_path, policy(1, "ケストレル㈱", "60000", "300000"))
    assert "1 for 5" in asked.message("N_SPLIT_OR_TRADE") and {s.verb for s in asked.statements} == {"holds"}
    assert "times 2" in read(tmp_path, policy(1, "ケストレル㈱", "244400", "122200")).message("N_SPLIT_OR_TRADE")
    assert "1 for 10" in read(tmp_path, policy(1, "ケストレル㈱", "28022", "280226")).message("N_SPLIT_OR_TRADE")
    assert "N_SPLIT_OR_TRADE" not in read(tmp_path, policy(1, "ケストレル㈱", "2364500", "1483800")).codes


def test_nil_and_a_dash_are_a_holding_of_unknown_size_or_none(tmp_path: Path) -> None:
    here = "CurrentYearInstant_Row1Member"
    named = fact(f"NameOfSecuritiesDetailsOf{SPECIFIED}ReportingCompany", here, "INVENTED PLC")
    worth = fact(f"BookValueDetailsOf{SPECIFIED}ReportingCompany", here, "20000000", decimals="-6")
    for nothing in (None, "－"):
        shares = fact(f"NumberOfSharesHeldDetailsOf{SPECIFIED}ReportingCompany", here, nothing)
        (held,) = read(tmp_path, [named, shares, worth]).statements
        assert (
            held.shares is None
            and held.share is not None
            and (float(held.share.low), float(held.share.high)) == (0, 1)
            and held.share.low_open
        )
        assert held.extra["declared"]
        assert not read(tmp_path, [named, shares]).statements


def test_the_reciprocity_flag_is_a_claim_of_the_filer_about_the_other_company(tmp_path: Path) -> None:
    facts = [*policy(1, "ケストレル㈱", "60000", None, "有"), *policy(2, "㈱ハルデン", "40000", None, "無(注)２")]
    found = read(tmp_path, facts)
    flags = {found.entities[s.subject].name: s for s in found.statements if s.extra.get("disclosed") == "reciprocity"}
    yes, no = flags["ケストレル(株)"], flags["(株)ハルデン"]
    assert yes.object == "EDINET:E99990" and yes.shares is None and yes.share is not None and yes.share.low_open
    assert no.shares == 0 and no.extra["footnotes"] == "(注)2"
    assert all(s.extra["declared"] and s.speaks_for == "EDINET:E99990" for s in flags.values())


def test_a_suffix_names_another_holder_of_the_group(tmp_path: Path) -> None:
    facts = [
        *policy(1, "ケストレル㈱", "1", None),
        *policy(1, "ケストレル㈱", "2", None, suffix="LargestHoldingCompany"),
        *policy(1, "ケストレル㈱", "3", None, suffix="SecondLargestHoldingCompany"),
    ]
    found = read(tmp_path, facts)
    assert {s.subject: s.shares for s in found.statements} == {
        "EDINET:E99990": 1,
        "EDINET:E99990/LargestHoldingCompany": 2,
        "EDINET:E99990/SecondLargestHoldingCompany": 3,
    }


def test_deemed_holdings_are_apart_and_never_a_lot(tmp_path: Path) -> None:
    here = "CurrentYearInstant_Row1Member"
    facts = [
        fact(f"NameOfSecuritiesDetailsOf{DEEMED}ReportingCompany", here, "架空銀行㈱"),
        fact(f"NumberOfSharesHeldDetailsOf{DEEMED}ReportingCompany", here, "50000"),
    ]
    (held,) = read(tmp_path, facts).statements
    assert (held.directness, held.extra["category"], held.extra["declared"]) == ("indirect", "deemed", True)


# -- policy shareholdings in tables


def chapter(*parts: str) -> Fact:
    return block(
        "ExplanationAboutCorporateGovernanceTextBlock", "".join(p if p.startswith("<") else f"<p>{p}</p>" for p in parts)
    )


def test_tables_of_two_years_with_a_continuation_that_has_no_heading(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        [
            chapter(
                "前事業年度",
                "2銘柄　300百万円",
                "特定投資株式",
                cells([], NAMES, ["（株）ハルデン", "200,000", "300", "架空"]),
                "当事業年度",
                "特定投資株式",
                cells([], NAMES, ["ケストレル(株)", "1,000,000", "550", "架空"]),
                cells([], ["㈱ハルデン", "190,000", "310", "架空"], ["ＩＢＩＳ　Ｃａｐｉｔａｌ", "3,000", "90", "架空"]),
            )
        ],
    )
    rows = {(found.entities[s.object or ""].name, s.as_of): s for s in found.statements}
    assert {k: s.shares for k, s in rows.items()} == {
        ("(株)ハルデン", "2019-03-31"): 200_000,
        ("ケストレル(株)", "2020-03-31"): 1_000_000,
        ("(株)ハルデン", "2020-03-31"): 190_000,
        ("IBIS Capital", "2020-03-31"): 3_000,
    }
    assert rows["IBIS Capital", "2020-03-31"].amount == 90_000_000
    assert "1 of 2 holdings are named" in found.message("W_PARTIAL_LIST")


def test_a_partial_list_says_what_is_missing(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        [chapter("当事業年度", "3銘柄　1,000百万円", "特定投資株式", cells(NAMES, ["ケストレル(株)", "1,000", "600", "架空"]))],
    )
    assert "1 of 3 holdings" in found.message("W_PARTIAL_LIST") and "400 of 1,000 million yen" in found.message("W_PARTIAL_LIST")


def test_deemed_holdings_of_a_chapter_are_apart(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        [
            chapter(
                "当事業年度",
                "特定投資株式",
                cells(NAMES, ["ケストレル(株)", "1,000", "600", "架空"]),
                "みなし保有株式",
                cells(NAMES, ["架空銀行(株)", "50,000", "300", "議決権行使の指図権"]),
            )
        ],
    )
    kinds = {found.entities[s.object or ""].name: s.extra["category"] for s in found.statements}
    assert kinds == {"ケストレル(株)": "specified", "架空銀行(株)": "deemed"}


def test_a_section_about_another_company_of_the_group_names_its_holder(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        [
            chapter(
                "当社及び連結子会社のうち、投資株式計上額が最も大きい会社（最大保有会社）である藤峰開発株式会社については以下のとおりであります。",
                "当事業年度",
                "特定投資株式",
                cells(NAMES, ["ケストレル(株)", "1,000", "600", "架空"]),
                "提出会社については以下のとおりであります。",
                "当事業年度",
                "特定投資株式",
                cells(NAMES, ["ケストレル(株)", "2,000", "1,200", "架空"]),
            )
        ],
    )
    assert {found.entities[s.subject].name: s.shares for s in found.statements} == {
        "藤峰開発株式会社": 1_000,
        "藤峰工業株式会社": 2_000,
    }


def test_pure_investments_and_other_tables_are_no_policy_shareholdings(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        [
            chapter(
                "当事業年度",
                "特定投資株式",
                cells(NAMES, ["ケストレル(株)", "1,000", "600", "架空"], ["計", "1,000", "600", ""]),
                "保有目的が純投資目的である投資株式",
                cells(NAMES, ["架空", "7", "7", ""]),
                "役員の報酬等は次のとおりであります。",
                cells(["取締役", "100", "5", "2"]),
            )
        ],
    )
    assert [found.entities[s.object or ""].name for s in found.statements] == ["ケストレル(株)"]
    assert found.account.left_out["total"] == 1


def test_a_table_after_another_sentence_is_no_continuation(tmp_path: Path) -> None:
    page = cells(NAMES, ["ケストレル(株)", "1,000", "600", "架空"])
    pay = cells(["取締役", "100", "5", "2"])
    found = read(tmp_path, [chapter("当事業年度", "特定投資株式", page, "役員の報酬等は次のとおりであります。", pay)])
    assert [found.entities[s.object or ""].name for s in found.statements] == ["ケストレル(株)"]
    turned = read(
        tmp_path, [chapter("当事業年度", "特定投資株式", page, "－ 37 －", cells(["(株)ハルデン", "100", "5", "架空"]))]
    )
    assert len(turned.statements) == 2  # the number of a page stands between the two


def test_a_table_without_a_heading_that_continues_nothing_is_rejected_not_lost(tmp_path: Path) -> None:
    found = read(tmp_path, [chapter("当事業年度", "特定投資株式", cells(["ケストレル(株)", "1,000", "600", "架空"]))])
    assert not found.statements and [r.code for r in found.rejects] == ["E_ROW"] and "ケストレル" in found.rejects[0].raw


def test_counts_in_thousands_of_a_table_are_bounds(tmp_path: Path) -> None:
    heads = ["銘柄", "株式数(千株)", "貸借対照表計上額(千円)", "保有目的"]
    (held,) = read(
        tmp_path, [chapter("当事業年度", "特定投資株式", cells(heads, ["ケストレル(株)", "１，０００", "600", "架空"]))]
    ).statements
    assert (held.extra["as_lot"]["low"], held.extra["as_lot"]["high"], held.amount) == (1_000_000, 1_000_999, Decimal(600_000))


# -- large-holding reports

HOLD1, HOLD2 = (
    "FilingDateInstant_jplvh010000-lvh_E99990-000FilerLargeVolumeHolder1Member",
    "FilingDateInstant_FilerLargeVolumeHolder2Member",
)


def large(*members: tuple[str, str, str, str], total: tuple[str, str] | None = None, **more: str) -> list[Fact]:
    facts = [
        fact("NameOfIssuer", "FilingDateInstant", "ケストレル株式会社"),
        fact("SecurityCodeOfIssuer", "FilingDateInstant", "７６５４"),
        fact("DateWhenFilingRequirementAroseCoverPage", "FilingDateInstant", "2020-05-20"),
        fact("TotalNumberOfOutstandingStocksEtc", "FilingDateInstant", "100000000"),
    ]
    for where, name, held, ratio in members:
        facts += [
            fact("Name", where, name),
            fact("TotalNumberOfStocksEtcHeld", where, held),
            fact("HoldingRatioOfShareCertificatesEtc", where, ratio, decimals="4"),
            fact("HoldingRatioOfShareCertificatesEtcPerLastReport", where, "0.0400", decimals="4"),
        ]
    if total:
        facts += [
            fact("TotalNumberOfStocksEtcHeld", "FilingDateInstant", total[0]),
            fact("HoldingRatioOfShareCertificatesEtc", "FilingDateInstant", total[1]),
        ]
    return facts


def test_a_group_counts_its_members_and_not_the_total_of_the_cover(tmp_path: Path) -> None:
    members = ((HOLD1, "甲アセット株式会社", "5000000", "0.0500"), (HOLD2, "乙キャピタル", "2000000", "0.0200"))
    found = read(tmp_path, large(*members, total=("7000000", "0.07")))
    assert {found.entities[s.subject].name: s.shares for s in found.statements} == {
        "甲アセット株式会社": 5_000_000,
        "乙キャピタル": 2_000_000,
    }
    assert found.account.left_out["total of the group"] == 1 and "W_TOTAL" not in found.codes
    assert "7,000,000" in read(tmp_path, large(*members, total=("7100000", "0.071"))).message("W_TOTAL").replace("7,100,000", "")


def test_the_ratio_of_the_report_before_is_told_apart_by_its_name(tmp_path: Path) -> None:
    (held,) = read(tmp_path, large((HOLD1, "甲アセット株式会社", "5000000", "0.0500"))).statements
    assert held.share is not None and held.share.point == Fraction(5, 100) and held.extra["last_report"] == "0.0400"
    assert held.basis == "issued" and held.as_of == "2020-05-20"


def test_the_issuer_has_its_own_code_and_the_documents_code_is_the_filers(tmp_path: Path) -> None:
    found = read(tmp_path, large((HOLD1, "甲アセット株式会社", "5000000", "0.0500")))
    assert {s.object for s in found.statements} == {"JP-SEC:7654"} and ("JP-SEC", "130A") in found.entities[
        "EDINET:E99990"
    ].identifiers


def test_a_large_holding_is_direct_only_when_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "large.xbrl"
    path.write_text(instance(large((HOLD1, "甲アセット株式会社", "5000000", "0.0500"))), encoding="utf-8")
    (held,) = read_file(edinet, path, as_direct=True).statements
    assert held.directness == "direct" and "declared" not in held.extra


def test_potential_shares_are_in_it_so_it_is_declared_and_its_base_may_be_none_that_is_known(tmp_path: Path) -> None:
    found = read(tmp_path, large((HOLD1, "甲アセット株式会社", "5000000", "0.0450")))
    assert found.statements[0].extra["declared"] and found.statements[0].basis == "unknown" and "W_PERCENT_BASE" in found.codes


# -- the same facts as a table, archives, amendments, bad files


def test_the_table_of_a_filing_says_what_its_instance_says(tmp_path: Path) -> None:
    facts = [
        ISSUED,
        *major(1, "架空信託銀行株式会社（信託口）", "12000100", "0.1200", decimals="0"),
        *policy(1, "ケストレル㈱", "60000", "59000", "有"),
    ]
    path = tmp_path / "jpcrp.csv"
    path.write_bytes(table(facts))
    shown = read_file(edinet, path, published=date(2020, 6, 25))
    said = [(s.subject, s.verb, s.object, s.shares, s.as_of, s.basis) for s in shown.statements]
    assert said == [(s.subject, s.verb, s.object, s.shares, s.as_of, s.basis) for s in read(tmp_path, facts).statements]


def test_text_blocks_of_the_table_have_lost_their_tables_and_that_is_told(tmp_path: Path) -> None:
    path = tmp_path / "jpcrp.csv"
    path.write_bytes(table([ISSUED, block("ExplanationAboutCorporateGovernanceTextBlock", "特定投資株式 銘柄 ケストレル 1,000")]))
    assert "N_NO_TABLES" in read_file(edinet, path).codes


def test_a_short_line_of_the_table_is_rejected_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "jpcrp.csv"
    path.write_bytes(table([ISSUED]) + "jpcrp_cor:NumberOfSharesHeld\tx\r\n".encode("utf-16-le"))
    (reject,) = read_file(edinet, path).rejects
    assert reject.where == f"line {len(DEI) + 3}" and reject.code == "E_ROW"


def test_an_archive_is_read_by_its_instance(tmp_path: Path) -> None:
    path = tmp_path / "S100TEST.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("XBRL/AuditDoc/jpaud-aar-cn-001_E99990-000.xbrl", "<x/>")
        archive.writestr("XBRL/PublicDoc/jpcrp030000-asr-001_E99990-000_2020-03-31_01.xbrl", instance([ISSUED]))
        archive.writestr("XBRL/PublicDoc/0000000_header.htm", "<html/>")
    assert recognise(Input(path)).name == "edinet"
    assert [s.verb for s in read_file(edinet, path).statements] == ["issued"]


def test_an_amended_report_revises_the_statements_of_the_one_before(tmp_path: Path) -> None:
    first = read(tmp_path, [ISSUED, *major(1, "甲株式会社", "12000000", "0.12")], {"NumberOfSubmissionDEI": "1"})
    amended = read(
        tmp_path,
        [ISSUED, *major(1, "甲株式会社", "13000000", "0.13")],
        {"NumberOfSubmissionDEI": "2", "AmendmentFlagDEI": "true"},
    )
    assert {s.revises for s in first.statements} == {None}
    assert {s.revises for s in amended.statements} == {s.id for s in first.statements}


def test_reading_twice_gives_the_same_ids(tmp_path: Path) -> None:
    facts = [ISSUED, *major(1, "甲株式会社", "12000000", "0.12"), *major(2, "甲株式会社", "1000000", "0.01")]
    once, twice = read(tmp_path, facts), read(tmp_path, facts)
    assert [s.id for s in once.statements] == [s.id for s in twice.statements] and len({s.id for s in once.statements}) == 3


@pytest.mark.parametrize(
    ("shares", "ratio", "code"),
    [("-5000", "0.01", "E_NUMBER"), ("NaN", "0.01", "E_NUMBER"), ("1.5", "0.01", "E_NUMBER"), ("1000", "1.01", "E_SHARE_RANGE")],
)
def test_a_row_with_a_bad_number_is_rejected_and_the_others_stay(tmp_path: Path, shares: str, ratio: str, code: str) -> None:
    found = read(tmp_path, [*major(1, "甲", shares, ratio, decimals="0"), *major(2, "乙", "1000", "0.01", decimals="0")])
    assert [r.code for r in found.rejects] == [code] and found.holding("乙").shares == 1000


@pytest.mark.parametrize("name", ["", "名" * 1001])
def test_a_holder_without_a_name_or_with_an_endless_one_is_rejected(tmp_path: Path, name: str) -> None:
    assert [r.code for r in read(tmp_path, major(1, name, "1000", "0.01")).rejects] == ["E_PARTY"]


def fault(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        list(edinet.read(Input(path)))
    return str(caught.value)


def test_a_document_type_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xbrl"
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    path.write_text(instance([ISSUED]).replace("?>\n", f"?>\n{bomb}\n", 1), encoding="utf-8")
    assert "DOCTYPE" in fault(path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<a>" * 70 + "</a>" * 70, "64 levels"),
        ("<xbrl><a></xbrl>", "well-formed"),
        ("<xbrl><a/>", "well-formed"),
        ("<xbrl></xbrl>", "names no filer"),
        ("要素ID\tx\n", "lacks"),
    ],
)
def test_a_bad_file_is_one_clear_error(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "bad.xbrl"
    path.write_text(text, encoding="utf-8")
    assert told in fault(path)


def test_html_in_a_text_block_is_only_read(tmp_path: Path) -> None:
    shown = "<script>alert(1)</script>" + cells(NAMES, ["<b>ケストレル</b>(株)&lt;script&gt;", "1,000", "600", "架空"])
    (held,) = read(tmp_path, [chapter("当事業年度", "特定投資株式", shown)]).statements
    assert held.extra["name_as_filed"] == "ケストレル(株)<script>" and "alert" not in held.canonical()


def test_a_table_that_grows_without_end_is_one_error(tmp_path: Path) -> None:
    path = tmp_path / "grows.xbrl"
    grows = "<table>" + "<tr><td rowspan=99 colspan=99>x</td></tr>" * 2_000 + "</table>"
    path.write_text(instance([ISSUED, block("MajorShareholdersTextBlock", grows)]), encoding="utf-8")
    assert "1,000,000 cells" in fault(path)


def test_comments_and_broken_markup_in_a_text_block_are_passed_over(tmp_path: Path) -> None:
    shown = "<!-- <table><tr><td>x</td></tr></table> --><![CDATA[ <? x ?> <!x" + cells(
        NAMES, ["ケストレル(株)", "1,000", "600", "架空"]
    )
    assert len(read(tmp_path, [chapter("当事業年度", "特定投資株式", shown)]).statements) == 1


@given(st.text(alphabet="<>/![?-tdrable特定投資株式銘柄数1234,()（）注 当前事業年度\n", max_size=300))
def test_any_text_block_is_read_without_an_exception(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    for name in BLOCKS[:2]:
        read(tmp_path_factory.mktemp("e"), [block(name, text)])


# -- sample data


@pytest.mark.skipif(not (DATA / "edinet").exists(), reason="sample data absent")
@pytest.mark.parametrize("name", ["invented-fy2018-htmltable.xbrl", "invented-fy2021-tagged.xbrl"])
def test_sample_instances(name: str) -> None:
    expected = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))["edinet"][name]
    found = read_file(edinet, DATA / "edinet" / name)
    tables = [s.id.split("/")[4] for s in found.statements]
    years = sorted({s.as_of or "" for s in found.statements if s.extra.get("category") == "specified"})
    if "major_holders" in expected:
        holders = [s for s in found.statements if s.id.split("/")[4] == "major" and s.subject != s.object]
        assert len(holders) == expected["major_holders"] and {s.basis for s in holders} == {"outstanding"}
        assert sum(s.shares or 0 for s in holders) == expected["named_total_shares"]
        by_year = [sum(s.as_of == y and s.extra.get("category") == "specified" for s in found.statements) for y in years]
        assert by_year == [expected["policy_prior"], expected["policy_current"]]
        assert tables.count("policy-deemed") == expected["deemed_current"]
    else:
        rows = [s for s in found.statements if s.extra.get("category") == "specified"]
        assert (len(rows), sum(s.shares is not None for s in rows)) == (expected["policy_rows"], expected["with_shares"])
        flags = {s.subject: s.note or "" for s in found.statements if s.extra.get("disclosed")}
        assert sorted("yes" if "有" in f else "no" for f in flags.values()) == sorted(
            v[:3].strip() for v in expected["reciprocal"].values()
        )


@pytest.mark.skipif(not (DATA / "edinet").exists(), reason="sample data absent")
def test_the_sample_report_of_2017_has_its_rows_when_it_is_filed_as_tables(tmp_path: Path) -> None:
    # Figures of a real report, put back into the form that it was filed in: tables broken over pages, headings on the first one only.
    expected = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))["edinet"]["tis fiscal year to 2017-03"]
    with (DATA / "edinet/tis_policy_holdings_fy2017-03.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (DATA / "edinet/tis_major_shareholders_fy2017-03.csv").open(encoding="utf-8", newline="") as file:
        holders = list(csv.DictReader(file))
    parts = []
    for year, heading in (("prior", "前事業年度"), ("current", "当事業年度")):
        names, worth = expected["stated_names_and_total"][year]
        parts += [heading, f"{names}銘柄　{worth:,}百万円", "特定投資株式"]
        for number in sorted({row["table_no"] for row in rows if row["fiscal_year"] == year}):
            page = [r for r in rows if (r["fiscal_year"], r["table_no"]) == (year, number)]
            made = [[r["issuer_name"], f"{int(r['shares']):,}", f"{int(r['book_value_mn_jpy']):,}", "架空"] for r in page]
            parts.append(cells(*([[], NAMES] if number == "1" else [[]]), *made))
    facts = [
        chapter(*parts),
        fact("TotalNumberOfIssuedSharesSummaryOfBusinessResults", "CurrentYearInstant", "87789000", decimals="-3"),
    ]
    for row in holders:
        if row["name"]:
            facts.append(fact("NameMajorShareholders", row["context"], row["name"]))
        facts.append(fact("NumberOfSharesHeld", row["context"], row["shares"], decimals=row["decimals_shares"]))
        facts.append(fact("ShareholdingRatio", row["context"], row["ratio"], decimals=row["decimals_ratio"]))
    found = read(tmp_path, facts)
    policies = [s for s in found.statements if s.extra.get("category") == "specified"]
    for word, day in (("prior", "2019-03-31"), ("current", "2020-03-31")):
        mine = [s for s in policies if s.as_of == day]
        assert len(mine) == expected["policy_rows"][word]
        assert sum(s.shares or 0 for s in mine) == expected["policy_shares_sum"][word]
        assert sum(s.amount or 0 for s in mine) == expected["policy_book_value_sum_mn_jpy"][word] * 10**6
    major_rows = [s for s in found.statements if s.verb == "holds" and s.object == "EDINET:E99990"]
    assert len(major_rows) == expected["major_holders"] and sum(s.shares or 0 for s in major_rows) == expected["major_shares_sum"]
    assert {s.basis for s in major_rows} == {"issued"} and "N_TOTAL" in found.codes
    assert "30 of 85" in found.message("W_PARTIAL_LIST") and "30 of 83" in found.message("W_PARTIAL_LIST")
    asked = found.message("N_SPLIT_OR_TRADE")
    assert "300,000 shares a year before, 60,000 now" in asked and "122,200 shares a year before, 244,400 now" in asked
