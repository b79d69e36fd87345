"""The code lists of the Beneficial Ownership Data Standard in our words (spec/evidence 7.3; schema/codelists of the standard, 0.4)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

VERSIONS = ("0.2", "0.3", "0.4")


class Interest(NamedTuple):
    """What a type of interest is called here. ``share_class``: an economic right without votes."""

    verb: str
    share_class: str | None = None
    unsaid: bool = False


INTERESTS: Mapping[str, Interest] = {
    "appointmentOfBoard": Interest("may_appoint"),
    "beneficiaryOfLegalArrangement": Interest("role"),
    "boardChair": Interest("role"),
    "boardMember": Interest("role"),
    "conditionalRightsGrantedByContract": Interest("controls"),
    "controlByLegalFramework": Interest("controls"),
    "controlViaCompanyRulesOrArticles": Interest("controls"),
    "enjoymentAndUseOfAssets": Interest("holds", "income"),
    "nominator": Interest("role"),
    "nominee": Interest("nominee_for"),
    "otherInfluenceOrControl": Interest("controls"),
    "protector": Interest("role"),
    "rightToProfitOrIncomeFromAssets": Interest("holds", "income"),
    "rightsGrantedByContract": Interest("controls"),
    "rightsToProfitOrIncome": Interest("holds", "income"),
    "rightsToSurplusAssetsOnDissolution": Interest("holds", "surplus"),
    "seniorManagingOfficial": Interest("role"),
    "settlor": Interest("role"),
    "shareholding": Interest("holds"),
    "trustee": Interest("role"),
    "unknownInterest": Interest("holds", unsaid=True),
    "unpublishedInterest": Interest("holds", unsaid=True),
    "votingRights": Interest("votes"),
}
OLDER: Mapping[str, str] = {
    # codes of 0.2 and 0.3 that 0.4 spells otherwise than by taking the hyphens out
    "settlorOfTrust": "settlor", "trusteeOfTrust": "trustee", "protectorOfTrust": "protector", "beneficiaryOfTrust":
    "beneficiaryOfLegalArrangement", "influenceOrControl": "otherInfluenceOrControl", "rightsToSurplusAssets":
    "rightsToSurplusAssetsOnDissolution", "chairOfBoard": "boardChair", "unpublished": "unpublishedInterest", "unknown": "unknownInterest",
}  # fmt: skip
KINDS: Mapping[str, str] = {
    "anonymousEntity": "unknown", "arrangement": "unknown", "legalEntity": "company", "registeredEntity": "company", "state": "state",
    "stateBody": "state", "unknownEntity": "unknown",
}  # fmt: skip
"""Kinds of parties. An arrangement is no person in law and has no kind here; its ``form`` says what it is."""
SPEAKERS: Mapping[str, str] = {
    "officialRegister": "authority", "primaryResearch": "expert", "selfDeclaration": "filing", "thirdParty": "press",
}  # fmt: skip
"""Types of a source; ``verified`` raises nothing."""
NO_OWNER = "noBeneficialOwners"
DIRECTNESS = ("direct", "indirect", "unknown")


@lru_cache(1024)
def code(text: str) -> str:
    """A code in the spelling of 0.4: ``voting-rights`` is ``votingRights``."""
    first, *rest = text.strip().split("-")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


@lru_cache(1024)
def interest_code(text: str) -> str:
    """A type of interest in the spelling of 0.4."""
    plain = code(text)
    return OLDER.get(plain, plain)
