"""Dividends: what companies earn when they pay part of their income to each other, and who receives what leaves the circle.

Up to 2,000 holdings the answers are fractions (:mod:`.measure`); beyond they are float64 arrays by entity (:mod:`.large`).
"""

from crosshold.measures.dividends.measure import dividends
from crosshold.measures.dividends.results import Dividend, Dividends

__all__ = ["Dividend", "Dividends", "dividends"]
