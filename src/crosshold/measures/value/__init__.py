"""What companies are worth when they hold each other, and how much of that is counted more than once.

Up to 2,000 holdings the answers are fractions (:mod:`.measure`); beyond they are float64 arrays by entity (:mod:`.large`).
"""

from crosshold.measures.value.measure import own_assets, value
from crosshold.measures.value.results import Contribution, OwnAssets, OwnAssetsRow, Value, ValueRow

__all__ = ["Contribution", "OwnAssets", "OwnAssetsRow", "Value", "ValueRow", "own_assets", "value"]
