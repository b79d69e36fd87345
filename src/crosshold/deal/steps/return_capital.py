"""The fund gives money back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crosshold.deal.steps.invest import Invest


@dataclass(frozen=True, kw_only=True)
class ReturnCapital(Invest):
    """The fund pays ``amount`` back to ``entity``: an investment's keys and moves under another reason."""

    type: ClassVar[str] = "return_capital"
    why: ClassVar[str] = "return"
