"""What companies are worth when they hold each other, and how much of that is counted more than once.

Up to 2,000 holdings the answers are fractions (:mod:`.measure`); beyond they are float64 arrays by entity (:mod:`.large`).
"""

from crosshold.measures.value.measure import own_assets, value
from crosshold.measures.value.results import Contribution, Contributions, OwnAssets, OwnAssetsRow, Value, ValueRow, contributions

__all__ = [
    "Contribution",
    "Contributions",
    "OwnAssets",
    "OwnAssetsRow",
    "Value",
    "ValueRow",
    "contributions",
    "own_assets",
    "value",
]
