"""The steps a plan may have, one file each, in alphabetical order."""

from __future__ import annotations

from crosshold.deal.step import Step
from crosshold.deal.steps.block import Block
from crosshold.deal.steps.buyback import Buyback
from crosshold.deal.steps.cancel import Cancel
from crosshold.deal.steps.contribute import Contribute
from crosshold.deal.steps.distribute_in_kind import DistributeInKind
from crosshold.deal.steps.dividend import Dividend
from crosshold.deal.steps.exchangeable_issue import ExchangeableIssue
from crosshold.deal.steps.exchangeable_settle import ExchangeableSettle
from crosshold.deal.steps.fx import Fx
from crosshold.deal.steps.invest import Invest
from crosshold.deal.steps.issue import Issue
from crosshold.deal.steps.mutual_cancel import MutualCancel
from crosshold.deal.steps.overlay import Overlay
from crosshold.deal.steps.pay import Pay
from crosshold.deal.steps.return_capital import ReturnCapital
from crosshold.deal.steps.rofo import Rofo
from crosshold.deal.steps.sell import Sell
from crosshold.deal.steps.share_transfer import ShareTransfer
from crosshold.deal.steps.squeeze_out import SqueezeOut
from crosshold.deal.steps.swap import Swap
from crosshold.deal.steps.target_stake import TargetStake
from crosshold.deal.steps.target_votes import TargetVotes
from crosshold.deal.steps.tender import Tender
from crosshold.deal.steps.trust_in import TrustIn
from crosshold.deal.steps.trust_out import TrustOut

STEPS: tuple[type[Step], ...] = (
    Block,
    Buyback,
    Cancel,
    Contribute,
    DistributeInKind,
    Dividend,
    ExchangeableIssue,
    ExchangeableSettle,
    Fx,
    Invest,
    Issue,
    MutualCancel,
    Overlay,
    Pay,
    ReturnCapital,
    Rofo,
    Sell,
    ShareTransfer,
    SqueezeOut,
    Swap,
    TargetStake,
    TargetVotes,
    Tender,
    TrustIn,
    TrustOut,
)
"""Every step type; a new one adds its file and its line here."""
