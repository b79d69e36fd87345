"""The natures of control of the UK registers of significant control and of overseas entities, and what each says in our words.

Codes and wording: Companies House, api-enumerations ``psc_descriptions.yml`` (read 2026-11-26). The ends of the bands are those of the
particulars that companies must state (The Register of People with Significant Control Regulations 2016, SI 2016/339, schedule 2), as the
register prints them: more than 25 % but not more than 50 %; more than 50 % but less than 75 %; 75 % or more (``decisions/``, 0006).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from crosshold.model.share import SOME, Share

_QUARTER, _HALF, _MOST, _ALL = Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1)
BANDS = {
    "25-to-50-percent": Share(None, _QUARTER, _HALF, True, False, "band", "25-to-50-percent"),
    "50-to-75-percent": Share(None, _HALF, _MOST, True, True, "band", "50-to-75-percent"),
    "75-to-100-percent": Share(None, _MOST, _ALL, False, False, "band", "75-to-100-percent"),
    "more-than-25-percent": Share(None, _QUARTER, _ALL, True, False, "band", "more-than-25-percent"),
}
_THINGS = {
    "ownership-of-shares": ("holds", None),
    "voting-rights": ("votes", None),
    "right-to-share-surplus-assets": ("holds", "surplus"),
    "part-right-to-share-surplus-assets": ("holds", "surplus"),
}
_BLOCK = r"(?:-as-(?P<block>trust|firm|control-over-trust|control-over-firm))?"
_SUFFIX = rf"{_BLOCK}(?:-(?P<of>limited-liability-partnership|registered-overseas-entity))?"
_BAND = re.compile(rf"(?P<thing>{'|'.join(_THINGS)})-(?P<band>{'|'.join(BANDS)}){_SUFFIX}")
_APPOINT = re.compile(rf"right-to-appoint-and-remove-(?P<whom>directors|members|person){_SUFFIX}")
_INFLUENCE = re.compile(rf"significant-influence-or-control{_SUFFIX}")
_NOMINEE = re.compile(r"registered-owner-as-nominee-(?:person|another-entity)-[a-z-]+-registered-overseas-entity")


@dataclass(frozen=True, slots=True)
class Nature:
    """What one code says. A ``block`` is held by trustees or members of a firm together, and each of them is named with all of it."""

    code: str
    verb: str
    share: Share | None = None
    share_class: str | None = None
    how: str | None = None
    capacity: str | None = None
    block: bool = False
    least: int = 0  # whole percents that it says somebody has at least
    known: bool = True

    @property
    def slot(self) -> tuple[str, str | None, str | None]:
        """What it is about: two bands for one slot cannot both be."""
        return self.verb, self.share_class, self.capacity


@lru_cache(maxsize=4096)
def nature(code: str) -> Nature:
    """The meaning of a code. One that is not known keeps its kind of right when it begins with one, and never gets a number."""
    if found := _BAND.fullmatch(code):
        verb, share_class = _THINGS[found["thing"]]
        share = BANDS[found["band"]]
        return Nature(code, verb, share, share_class, least=int(share.low * 100), **_capacity(found))
    if found := _APPOINT.fullmatch(code):
        return Nature(code, "may_appoint", how=found["whom"], **_capacity(found))
    if found := _INFLUENCE.fullmatch(code):
        return Nature(code, "controls", how="influence", **_capacity(found))
    if _NOMINEE.fullmatch(code):
        return Nature(code, "nominee_for")
    for thing, (verb, share_class) in _THINGS.items():
        if code.startswith(thing):
            return Nature(code, verb, SOME, share_class, known=False)
    return Nature(code, "controls", how="declared", known=False)


def _capacity(found: re.Match[str]) -> dict[str, Any]:
    return {"capacity": found["block"] or found["of"], "block": found["block"] is not None}


NO_OWNER = frozenset(
    f"no-individual-or-entity-with-{word}-control{who}" for word in ("signficant", "significant") for who in ("", "-partnership")
)
"""The statement that there is nobody. The register's own code is misspelt; the right spelling is taken too."""
_OPEN = (
    "psc-exists-but-not-identified", "psc-details-not-confirmed", "steps-to-find-psc-not-yet-completed", "psc-contacted-but-no-response",
    "psc-has-failed-to-confirm-changed-details", "restrictions-notice-issued-to-psc",
)  # fmt: skip
UNDISCLOSED = frozenset(
    {
        *_OPEN, *(f"{code}-partnership" for code in _OPEN), "no-beneficial-owner-identified", "at-least-one-beneficial-owner-unidentified",
        "information-not-provided-for-at-least-one-beneficial-owner",
        "at-least-one-beneficial-owner-unidentified-and-information-not-provided-for-at-least-one-beneficial-owner",
    }
)  # fmt: skip
"""Statements that there is, or may be, somebody who is not named."""
REMARKS = frozenset(
    {
        "all-beneficial-owners-identified", "nobody-has-become-or-ceased-to-be-a-beneficial-owner",
        "somebody-has-become-or-ceased-to-be-a-beneficial-owner", "no-change-beneficial-owner-relevant-period",
        "change-beneficial-owner-relevant-period", "no-trust-involved-relevant-period", "trust-involved-relevant-period",
        "no-change-beneficiary-relevant-period", "change-beneficiary-relevant-period",
    }
)  # fmt: skip
"""Statements about the filing itself."""
