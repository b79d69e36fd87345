"""Failure cascades: a company that falls below its line loses a lump of value, and everyone who holds it loses with it.

Elliott, Golub, Jackson, "Financial networks and contagion", American Economic Review 104 (2014), section I: v = D (p - b(v)), where D
turns own assets into outside values and b_i(v) is the cost of i's failure when v_i is below its line, 0 otherwise. Up to 2,000 holdings
in fractions (:mod:`.measure`), beyond by events in float64 (:mod:`.large`).
"""

from crosshold.measures.failures.large import Contagion
from crosshold.measures.failures.measure import cascade
from crosshold.measures.failures.results import Cascade, Shock, Touched, Wave

__all__ = ["Cascade", "Contagion", "Shock", "Touched", "Wave", "cascade"]
