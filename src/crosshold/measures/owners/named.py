"""The named tests of ownership, as data: what each one counts, from which line on, and where that is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from crosshold.errors import Finding, RequestError, did_you_mean

Question = Literal["blocked", "links", "owners"]
Reading = Literal["cascade", "chain", "product"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerTest:
    """One test. ``threshold`` is a fraction as text, ``strict`` means more than it, otherwise it is enough to reach it.

    ``question``: who owns (``owners``), who is ``blocked`` with somebody, or who is closely linked (``links``). ``reading``: how
    stakes held through others count (``product``, ``chain`` or ``cascade``; see the functions). ``basis`` is what a share is a
    share of in the text of the test. ``tracks`` are ways to count besides the line; ``aggregate`` says whether the holdings of
    unrelated persons on a list add up (``blocked``). ``start`` and ``end`` are the first and last day of application (``None``: no
    law, or still in force). ``confidence``: A the text was read, B a secondary source, C from memory; ``doubt`` says which part is
    weaker than the rest, or is not modelled.
    """

    id: str
    aliases: tuple[str, ...] = ()
    title: str
    question: Question
    reading: Reading
    basis: str
    threshold: str
    strict: bool
    tracks: tuple[str, ...] = ()
    aggregate: bool = True
    citation: str
    source: str
    read_on: str
    start: date | None
    end: date | None = None
    confidence: Literal["A", "B", "C"]
    doubt: str = ""

    @property
    def counts_votes(self) -> bool:
        """Whether votes count as well as capital; otherwise only capital does."""
        return "votes" in self.basis

    def out_of_force(self, at: date) -> list[Finding]:
        """``N_NOT_IN_FORCE`` when the test does not apply at a date: a result is then what it would say."""
        if self.start is not None and at < self.start:
            when = f"from {self.start}"
        elif self.end is not None and at > self.end:
            when = f"until {self.end}"
        else:
            return []
        message = f"{self.id} applies {when}, not on {at}: this is what it would say."
        return [Finding("N_NOT_IN_FORCE", message, "Ask for a test in force on that day, or for another day.", self.id)]


SHARES_OR_VOTES = "max(issued, gross_votes)"

TESTS: tuple[OwnerTest, ...] = (
    OwnerTest(
        id="AMLR-52",
        aliases=("eu-ubo-25",),
        title="beneficial owner in the European Union from 2027",
        question="owners",
        reading="product",
        basis=SHARES_OR_VOTES,
        threshold="1/4",
        strict=False,
        tracks=("control", "mixed"),
        citation="Regulation (EU) 2024/1624, arts 51-54",
        source="OJ L, 2024/1624, 19.6.2024, as printed at springlex.eu and anti-money-laundering.eu",
        read_on="2026-11-24",
        start=date(2027, 7, 10),
        confidence="A",
        doubt="date of application: B. The lower line that the Commission may set for some kinds of entity is not modelled.",
    ),
    OwnerTest(
        id="CRR-38",
        aliases=("close-links-crr",),
        title="close links of banks",
        question="links",
        reading="chain",
        basis=SHARES_OR_VOTES,
        threshold="1/5",
        strict=False,
        citation="Regulation (EU) No 575/2013, art. 4(1)(38) and (35)",
        source="secondary source for the line; the rest from memory",
        read_on="2026-11-22",
        start=date(2014, 1, 1),
        confidence="B",
        doubt="a fifth held directly or by way of control: B; the common controller: C.",
    ),
    OwnerTest(
        id="DE-GWG-3",
        aliases=("de-gwg-25",),
        title="beneficial owner in Germany until 2027",
        question="owners",
        reading="chain",
        basis=SHARES_OR_VOTES,
        threshold="1/4",
        strict=True,
        tracks=("control",),
        citation="Geldwäschegesetz (2017), section 3(2), with Handelsgesetzbuch, section 290",
        source="github.com/bundestag/gesetze, g/gwg_2017 at 77abca2c",
        read_on="2026-11-22",
        start=date(2017, 6, 26),
        end=date(2027, 7, 9),
        confidence="A",
        doubt="legal persons whose shares are listed on an organised market are outside the test; nothing here checks that.",
    ),
    OwnerTest(
        id="ECB-138",
        aliases=("close-links-ecb",),
        title="close links between a counterparty and an issuer of collateral",
        question="links",
        reading="chain",
        basis="issued",
        threshold="1/5",
        strict=False,
        citation="Guideline (EU) 2015/510 of the European Central Bank (ECB/2014/60), art. 138",
        source="T2S conceptual data model, ecb.europa.eu",
        read_on="2026-11-22",
        start=date(2015, 1, 1),
        confidence="A",
        doubt="the wording is that of the settlement data model; the first day is known to the year.",
    ),
    OwnerTest(
        id="EU-50",
        aliases=("eu-sanctions-50",),
        title="funds frozen with listed persons in the European Union since July 2024",
        question="blocked",
        reading="cascade",
        basis="issued",
        threshold="1/2",
        strict=False,
        tracks=("control",),
        citation="EU Best Practices for restrictive measures, update of 3 July 2024; Regulation (EU) No 269/2014, art. 2",
        source="skadden.com; sorainen.com; atbilst.lv, 25 July 2024 (half or more; holdings of listed persons added up)",
        read_on="2026-11-25",
        start=date(2024, 7, 3),
        confidence="B",
        doubt="a majority of the votes stands for all criteria of control; the presumption can be rebutted; full count along chains: C.",
    ),
    OwnerTest(
        id="EU-50-OLD",
        aliases=("eu-sanctions-50-old",),
        title="funds frozen with listed persons in the European Union until July 2024",
        question="blocked",
        reading="cascade",
        basis="issued",
        threshold="1/2",
        strict=True,
        tracks=("control",),
        citation="EU Best Practices for restrictive measures, before the update of 3 July 2024; Regulation (EU) No 269/2014, art. 2",
        source="atbilst.lv, 25 July 2024 (more than half before)",
        read_on="2026-11-25",
        start=date(2014, 3, 17),
        end=date(2024, 7, 2),
        confidence="B",
        doubt="that holdings of listed persons add up was guidance (FAQ of March 2022) before it was in the Best Practices; full count: C.",
    ),
    OwnerTest(
        id="OFAC-50",
        aliases=("ofac-50", "us-ofac-50"),
        title="blocked by the ownership of blocked persons",
        question="blocked",
        reading="cascade",
        basis="issued",
        threshold="1/2",
        strict=False,
        citation="OFAC, revised guidance on entities owned by persons whose property is blocked (13 August 2014); FAQs 398, 399, 401",
        source="ofac.treasury.gov/faqs/398, /399, /401",
        read_on="2026-11-22",
        start=date(2014, 8, 13),
        confidence="A",
    ),
    OwnerTest(
        id="UK-50",
        aliases=("uk-sanctions-50",),
        title="assets frozen with a designated person in the United Kingdom",
        question="blocked",
        reading="cascade",
        basis=SHARES_OR_VOTES,
        threshold="1/2",
        strict=True,
        aggregate=False,
        citation="Russia (Sanctions) (EU Exit) Regulations 2019, reg. 7 and Schedule 1; OFSI guidance of 22 March 2022 on aggregation",
        source="legislation.gov.uk, uksi/2019/136, reg. 7 (same wording); mondaq.com 1177022 (no aggregation)",
        read_on="2026-11-25",
        start=date(2018, 5, 23),
        confidence="B",
        doubt="first day: the Act's, known to the year; boards and expected influence are not computed; Schedule 1 on chains: C.",
    ),
    OwnerTest(
        id="close-links-product",
        title="close links by multiplied stakes",
        question="links",
        reading="product",
        basis="issued",
        threshold="1/5",
        strict=False,
        citation="Vadalog documentation, close links",
        source="Vadalog documentation, example of accumulated ownership",
        read_on="2026-11-22",
        start=None,
        confidence="C",
        doubt="a fifth either way: A; the common third party: C. A convention of analysts, not a law.",
    ),
)
"""Every test, alphabetically by id. Research data, not legal advice."""


def owner_test(name: str) -> OwnerTest:
    """The test with this id or alias; E_TEST with the nearest names otherwise."""
    found = next((test for test in TESTS if name == test.id or name in test.aliases), None)
    if found is None:
        known = [word for test in TESTS for word in (test.id, *test.aliases)]
        raise RequestError(Finding("E_TEST", f"{name!r} is no test of ownership.", did_you_mean(name, known), "test"))
    return found
