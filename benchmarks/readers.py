"""Files of registers into a register folder: whole processes, beside the floor of each format in the same run.

    python benchmarks/readers.py [ROWS] [RUNS] [FORMAT ...]

Each file is made up in the shape of the real one. Ours recognises it, reads, checks and keeps every record as statements, and commits them
as Parquet. The floor does what no reader can leave out, and nothing of ours: for lines of JSON the standard library's parser and one hash
a line, for XML its parser with every record let go, for a table DuckDB's load as text. Goals are rows a second on two
cores. Last, each format is read ten times as long: how fast, and how the peak memory compares, which may grow by a fifth.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from register import process

DAY = "2024-06-30"
JSON_FLOOR = (
    "import hashlib, json, sys\nfor line in open(sys.argv[1], 'rb'):\n    json.loads(line); hashlib.sha256(line).digest()\n"
)
XML_FLOOR = (
    "import sys, xml.etree.ElementTree as ET\nfor _, element in ET.iterparse(sys.argv[1]):\n"
    "    if element.tag.endswith(('LEIRecord', 'RelationshipRecord', 'infoTable')): element.clear()\n"
)
TABLE_FLOOR = "import duckdb, sys; duckdb.sql(f\"CREATE TABLE t AS SELECT * FROM read_csv('{sys.argv[1]}', all_varchar = true)\")"


class Kind(NamedTuple):
    """A format: the file's name, its made-up content, what the floor runs, the goal in rows a second, options of the import."""

    name: str
    lines: Callable[[int, Random], Iterator[str]]
    floor: str
    goal: int | None
    options: tuple[str, ...] = ()


def uk_psc(rows: int, random: Random) -> Iterator[str]:
    bands = ("25-to-50", "50-to-75", "75-to-100")
    for n in range(rows):
        company, band = 1_000_000 + n * 2 // 3, random.choice(bands)
        natures = [f"ownership-of-shares-{band}-percent"]
        natures += [f"voting-rights-{band}-percent"] * (random.random() < 0.8) + ["right-to-appoint-and-remove-directors"] * (
            n % 5 == 0
        )
        mark = f"{random.getrandbits(160):040x}"
        firm = n % 8 == 0
        kind = "corporate-entity" if firm else "individual"
        address = {"address_line_1": f"{n % 300} Main Street", "locality": "Example Town", "postal_code": "EX4 2MP"}
        who = {
            "name": f"Example {n} Holdings Limited",
            "identification": {
                "legal_form": "Limited Company", "legal_authority": "Companies Act 2006", "country_registered": "England",
                "place_registered": "Companies House", "registration_number": f"{2_000_000 + random.randrange(rows + 1):08d}",
            },
        } if firm else {
            "name": f"Mx Example {n}", "nationality": "British", "country_of_residence": "England",
            "name_elements": {"title": "Mx", "forename": "Example", "surname": f"{n}"}, "date_of_birth": {"month": 7, "year": 1983},
        }  # fmt: skip
        data = {
            "etag": mark, "natures_of_control": natures, "notified_on": f"20{random.randrange(16, 24)}-0{random.randrange(1, 9)}-13",
            "address": {**address, "country": "United Kingdom"}, "kind": f"{kind}-person-with-significant-control",
            "links": {"self": f"/company/{company:08d}/persons-with-significant-control/{kind}/{mark[:30]}"}, **who,
        }  # fmt: skip
        yield json.dumps({"company_number": f"{company:08d}", "data": data})


def lei(number: int) -> str:
    """A made-up LEI with right check digits (ISO 17442)."""
    stem = f"52990000{number:010d}"
    return f"{stem}{98 - int(stem + '00') % 97:02d}"


def gleif_lei(rows: int, random: Random) -> Iterator[str]:
    yield '<lei:LEIData xmlns:lei="http://www.gleif.org/data/schema/leidata/2016"><lei:LEIRecords>'
    for n in range(rows):
        address = (
            f"<lei:FirstAddressLine>{n % 300} MAIN STREET</lei:FirstAddressLine><lei:AdditionalAddressLine>C/O EXAMPLE SERVICE"
            "</lei:AdditionalAddressLine><lei:City>EXAMPLE</lei:City><lei:Region>US-DE</lei:Region><lei:Country>US</lei:Country>"
            "<lei:PostalCode>19808</lei:PostalCode>"
        )
        moment = f"20{random.randrange(12, 24)}-0{random.randrange(1, 9)}-15T15:41:20.212Z"
        yield (
            f'<lei:LEIRecord><lei:LEI>{lei(n)}</lei:LEI><lei:Entity><lei:LegalName xml:lang="en">EXAMPLE {n} HOLDINGS LIMITED'
            f'</lei:LegalName><lei:LegalAddress xml:lang="en">{address}</lei:LegalAddress><lei:HeadquartersAddress xml:lang="en">'
            f"{address}</lei:HeadquartersAddress><lei:RegistrationAuthority><lei:RegistrationAuthorityID>RA000602"
            f"</lei:RegistrationAuthorityID><lei:RegistrationAuthorityEntityID>{n}</lei:RegistrationAuthorityEntityID>"
            "</lei:RegistrationAuthority><lei:LegalJurisdiction>US-DE</lei:LegalJurisdiction><lei:EntityCategory>GENERAL"
            "</lei:EntityCategory><lei:LegalForm><lei:EntityLegalFormCode>T91T</lei:EntityLegalFormCode></lei:LegalForm>"
            f"<lei:EntityStatus>ACTIVE</lei:EntityStatus><lei:EntityCreationDate>{moment}</lei:EntityCreationDate></lei:Entity>"
            f"<lei:Registration><lei:InitialRegistrationDate>{moment}</lei:InitialRegistrationDate><lei:LastUpdateDate>{moment}"
            "</lei:LastUpdateDate><lei:RegistrationStatus>ISSUED</lei:RegistrationStatus><lei:NextRenewalDate>"
            "2025-05-18T15:48:53.604Z</lei:NextRenewalDate><lei:ManagingLOU>EVK05KS7XY1DEII3R011</lei:ManagingLOU>"
            "<lei:ValidationSources>FULLY_CORROBORATED</lei:ValidationSources></lei:Registration></lei:LEIRecord>"
        )
    yield "</lei:LEIRecords></lei:LEIData>"


def gleif_rr(rows: int, random: Random) -> Iterator[str]:
    yield '<rr:RelationshipData xmlns:rr="http://www.gleif.org/data/schema/rr/2016"><rr:RelationshipRecords>'
    for n in range(rows):
        kind = random.choice(("DIRECTLY", "ULTIMATELY"))
        yield (
            f"<rr:RelationshipRecord><rr:Relationship><rr:StartNode><rr:NodeID>{lei(n)}</rr:NodeID><rr:NodeIDType>LEI</rr:NodeIDType>"
            f"</rr:StartNode><rr:EndNode><rr:NodeID>{lei(random.randrange(rows))}</rr:NodeID><rr:NodeIDType>LEI</rr:NodeIDType>"
            f"</rr:EndNode><rr:RelationshipType>IS_{kind}_CONSOLIDATED_BY</rr:RelationshipType><rr:RelationshipPeriods>"
            "<rr:RelationshipPeriod><rr:StartDate>2017-05-04T00:00:00.000Z</rr:StartDate><rr:PeriodType>RELATIONSHIP_PERIOD"
            "</rr:PeriodType></rr:RelationshipPeriod></rr:RelationshipPeriods><rr:RelationshipStatus>ACTIVE</rr:RelationshipStatus>"
            "</rr:Relationship><rr:Registration><rr:LastUpdateDate>2023-11-13T08:00:00.000Z</rr:LastUpdateDate>"
            "<rr:RegistrationStatus>PUBLISHED</rr:RegistrationStatus><rr:ManagingLOU>EVK05KS7XY1DEII3R011</rr:ManagingLOU>"
            "<rr:ValidationSources>FULLY_CORROBORATED</rr:ValidationSources></rr:Registration></rr:RelationshipRecord>"
        )
    yield "</rr:RelationshipRecords></rr:RelationshipData>"


def thirteen_f(rows: int, random: Random) -> Iterator[str]:
    yield '<informationTable xmlns="http://www.sec.gov/edgar/document/thirteenf/informationtable">'
    for n in range(rows):
        stem, count = f"{random.randrange(10_000):06d}00", random.randrange(1, 10**6)
        digits = [int(c) * (1 + k % 2) for k, c in enumerate(stem)]
        check = -sum(d // 10 + d % 10 for d in digits) % 10
        yield (
            f"<infoTable><nameOfIssuer>ISSUER {stem}</nameOfIssuer><titleOfClass>COM</titleOfClass><cusip>{stem}{check}</cusip>"
            f"<value>{count * (n % 90 + 10)}</value><shrsOrPrnAmt><sshPrnamt>{count}</sshPrnamt><sshPrnamtType>SH</sshPrnamtType>"
            f"</shrsOrPrnAmt><investmentDiscretion>SOLE</investmentDiscretion><votingAuthority><Sole>{count}</Sole><Shared>0</Shared>"
            "<None>0</None></votingAuthority></infoTable>"
        )
    yield "</informationTable>"


def bods(rows: int, random: Random) -> Iterator[str]:
    told = {
        "publicationDetails": {"publicationDate": DAY, "bodsVersion": "0.4", "publisher": {"name": "EXAMPLE REGISTER"}},
        "source": {"type": ["officialRegister"]}, "recordStatus": "new", "statementDate": "2018-10-28",
    }  # fmt: skip
    for n in range(rows):
        head = {"statementId": f"{random.getrandbits(128):032x}", "declarationSubject": f"e{n // 3}", **told}
        if n % 3 == 0:
            details = {
                "isComponent": False, "entityType": {"type": "registeredEntity"}, "name": f"EXAMPLE {n} HOLDINGS LIMITED",
                "jurisdiction": {"name": "United Kingdom", "code": "GB"}, "identifiers": [{"scheme": "GB-COH", "id": f"{n:08d}"}],
            }  # fmt: skip
            record = {"recordId": f"e{n // 3}", "recordType": "entity", "recordDetails": details}
        elif n % 3 == 1:
            name = {"type": "legal", "fullName": f"Example {n}"}
            details = {"isComponent": False, "personType": "knownPerson", "names": [name], "nationalities": [{"code": "GB"}]}
            record = {"recordId": f"p{n // 3}", "recordType": "person", "recordDetails": details}
        else:
            share = {"minimum": 25, "maximum": 50} if n % 2 else {"exact": random.randrange(1, 10_000) / 100}
            interest = {"type": "shareholding", "directOrIndirect": "direct", "share": share, "startDate": "2017-03-01"}
            details = {
                "isComponent": False, "subject": f"e{n // 3}", "interestedParty": f"p{n // 3}", "interests": [interest],
            }  # fmt: skip
            record = {"recordId": f"r{n // 3}", "recordType": "relationship", "recordDetails": details}
        yield json.dumps({**head, **record})


def table(rows: int, random: Random) -> Iterator[str]:
    yield "holder,issuer,shares,percent,date"
    for n in range(rows):
        day = f"20{random.randrange(10, 24)}-0{random.randrange(1, 9)}-{random.randrange(10, 28)}"
        yield f"Holder {random.randrange(rows)},Company {n // 4},{random.randrange(1, 10**7)},{random.randrange(1, 2_500) / 100:.2f}%,{day}"


KINDS = {
    "uk-psc": Kind(f"uk-psc-{DAY}.txt", uk_psc, JSON_FLOOR, 50_000),
    "gleif-lei": Kind(f"lei-{DAY}.xml", gleif_lei, XML_FLOOR, 20_000),
    "gleif-rr": Kind(f"rr-{DAY}.xml", gleif_rr, XML_FLOOR, 20_000),
    "13f": Kind(f"13f-{DAY}.xml", thirteen_f, XML_FLOOR, 50_000, ("--option", "manager=1067983", "--option", f"period={DAY}")),
    "bods": Kind(f"bods-{DAY}.jsonl", bods, JSON_FLOOR, 16_667),
    "table": Kind(f"table-{DAY}.csv", table, TABLE_FLOOR, None),
}


def made(kind: Kind, rows: int, folder: Path) -> Path:
    path = folder / kind.name
    with path.open("w", encoding="utf-8") as out:
        out.writelines(line + "\n" for line in kind.lines(rows, Random(1)))
    return path


def main(rows: str = "300000", runs: str = "3", *names: str) -> None:
    print(
        f"{int(rows):,} rows, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; medians of {runs} runs after one to warm up"
    )
    print("| format | rows/s | goal | seconds | processor s | those of the floor | x | peak MB | rows/s on 10 x | peak x |")
    print("|---|" + "---:|" * 9)
    for name in names or KINDS:
        kind = KINDS[name]
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            path, count = made(kind, int(rows), folder), iter(range(10**6))

            def ours(path: Path, kind: Kind = kind, folder: Path = folder, count: Iterator[int] = count) -> list[str]:
                target = str(folder / f"register-{next(count)}")
                return [sys.executable, "-m", "crosshold", "import", str(path), "--into", target, *kind.options]

            floor = [sys.executable, "-c", kind.floor, str(path)]
            times = [(process(ours(path)), process(floor)) for _ in range(int(runs) + 1)][1:]
            seconds, work, least = (
                statistics.median(column) for column in zip(*((a.seconds, a.work, b.work) for a, b in times), strict=True)
            )
            peak = max(a.memory for a, _ in times) * 1000
            path = made(kind, int(rows) * 10, folder)
            long = process(ours(path))
        goal = f"{kind.goal:,}" if kind.goal else "-"
        told = (
            f"{int(rows) / seconds:,.0f}",
            goal,
            f"{seconds:.2f}",
            f"{work:.2f}",
            f"{least:.2f}",
            f"{work / least:.1f}",
            f"{peak:.0f}",
            f"{int(rows) * 10 / long.seconds:,.0f}",
            f"{long.memory * 1000 / peak:.2f}",
        )
        print(f"| {name} | {' | '.join(told)} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
