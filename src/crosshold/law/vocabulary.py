"""The closed vocabulary of rules: anything else is a fault of the row, with the nearest known word as its cure."""

from __future__ import annotations

from collections.abc import Mapping

KINDS = (
    "accounting", "bid", "cap", "control_def", "deal", "disclosure", "fdi", "free_float", "holding_ban", "holding_limit",
    "link_test", "majority", "multiplier", "owner_test", "policy_disclosure", "sanctions_test", "soft_law", "squeeze_out",
    "vote_rule",
)  # fmt: skip

ROLES = ("I", "H", "X", "Y")
"""I: issuer whose meeting is counted. H: registered holder. X, Y: any two parties of a control or accounting test."""

BASES = (
    "exercisable_over_gross", "exercisable_votes", "gross_votes", "issued", "open_votes", "outstanding", "theoretical_votes",
)  # fmt: skip
LIVE_BASES = ("exercisable_over_gross", "exercisable_votes")
"""Bases that look at what can be exercised, and so at what other rules take away."""
FIXED_BASES = ("gross_votes", "issued", "outstanding", "theoretical_votes")
"""Bases a partial cut may be measured on: its size does not move with other rules."""

VOTE_EFFECTS = ("excess_over", "multiply", "zero")
DUTIES = ("bid", "cancel", "disclose", "file", "forbid_acquire", "sell", "warn")
QUORUM = ("exclude", "exclude_everywhere", "exclude_from_issued", "keep", "na", "unstated")
OPEN_POINTS = ("attribution", "basis", "scope")
CONFIDENCE = ("A", "B", "C")
STATUS = ("in_force", "proposed", "superseded")
PRECISION = ("day", "month", "year", "unknown")

MEETINGS: Mapping[str, str] = {
    # class of a resolution: whose majority it takes where no row says otherwise
    "articles": "special", "buyback_authority": "ordinary", "capital_increase": "special", "director_election": "ordinary",
    "dividend": "ordinary", "major_disposal": "ordinary", "merger": "special", "move_of_seat": "special", "ordinary": "ordinary",
    "related_party": "ordinary", "shareholder_proposal": "ordinary", "special": "special", "squeeze_out": "special",
    "state_directors": "ordinary", "supervisory_board_election": "ordinary",
}  # fmt: skip

FACTS: Mapping[str, tuple[str, ...]] = {
    # name of a fact: the keys that say whom it is about, in the order in which a rule names them
    "agreed_to_regularise": ("x", "y"), "appoints_board": ("by", "target"), "articles_loyalty": ("issuer",),
    "contract_event": ("contract", "event"), "controls": ("by", "target"), "controls_in_substance": ("by", "target"),
    "crossed": ("by", "target"), "decides_meetings": ("by", "target"), "duty_unmet": ("rule", "party", "issuer"),
    "not_fully_paid": ("lot",), "opted_out": ("issuer",), "order_suspends_votes": ("lot",), "policy_holding": ("holder", "issuer"),
    "sensitive": ("issuer",), "switched_to_pure_investment": ("holder", "issuer"), "tie": ("x", "y"),
    "voting_agreement": ("parties",), "voting_agreement_majority": ("by", "target"),
}  # fmt: skip
MUTUAL_FACTS = ("agreed_to_regularise", "tie")
"""Facts that hold both ways round."""

CAPACITIES = ("dealer", "fiduciary", "legal_representative", "own", "personal_representative", "pledgee", "trustee")
CONTRACT_TRIGGERS = ("bid_for", "contract_changed", "contract_event", "crosses", "votes_released")
"""What may end a contract (``lapses_if``); each is also the name under which a ``contract_event`` fact can report it."""
