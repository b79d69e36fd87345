"""Control: who decides a company, alone or through companies already decided.

X controls Y when X, with everything X controls, holds more than the threshold of Y's votes. The set is the least one closed under
that rule: start from X, add, never remove (company control in the Vadalog documentation; USACO problem "concom").
"""

from crosshold.measures.control.de_facto import DeFacto, Meeting, de_facto
from crosshold.measures.control.live import Change, Difference, LiveControl
from crosshold.measures.control.pairs import Control, ControlRow, control
from crosshold.measures.control.tops import Ultimate, UltimateRow, ultimate

__all__ = [
    "Change",
    "Control",
    "ControlRow",
    "DeFacto",
    "Difference",
    "LiveControl",
    "Meeting",
    "Ultimate",
    "UltimateRow",
    "control",
    "de_facto",
    "ultimate",
]
