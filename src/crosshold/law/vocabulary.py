"""The closed vocabulary of rules: anything else is a fault of the row, with the nearest known word as its cure."""

from __future__ import annotations

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "accounting": "when accounts speak of an associate or a subsidiary",
    "bid": "when a bid for all shares is due",
    "cap": "a limit on votes that the articles set",
    "control_def": "when X controls Y; other rows point at it",
    "deal": "a condition or waiver of a transaction",
    "disclosure": "lines whose crossing must be told",
    "fdi": "lines of foreign investment that need a filing",
    "free_float": "how much must be tradable",
    "holding_ban": "shares that may not be held or acquired",
    "holding_limit": "how much may or must be held",
    "link_test": "when two parties are closely linked",
    "majority": "how a resolution passes",
    "multiplier": "loyalty votes of a lot",
    "owner_test": "who is an owner for the register of owners",
    "policy_disclosure": "what must be told about policy holdings",
    "sanctions_test": "who is treated as under sanctions",
    "soft_law": "advice without force",
    "squeeze_out": "when the rest can be bought out",
    "vote_rule": "whose votes are taken or limited",
}

PREDICATES: Mapping[str, str] = {
    "all": "every one of the conditions",
    "any": "at least one of them",
    "not": "the contrary",
    "sure": "the condition is known to hold; what is not known counts as false",
    "some": "there is another party Z for which the condition holds",
    "held": "share of a company that a group holds, own shares never counted; `without` leaves what others have out of the whole",
    "held_for": "whole months a lot is registered in one name",
    "increase": "rise of a share within some months; unknown without the earlier state",
    "months_since": "whole months since a recorded fact",
    "before": "the first fact (or crossing) is recorded and earlier than the second, or the second is not recorded",
    "same_day": "both facts have the same day",
    "crossed": "day on which a share last passed a line: recorded, else between two states of the register; unknown without them",
    "capacity": "in what capacity the lot is held; own when nobody says",
    "company": "the party is a company",
    "ctrl": "x controls y under a definition",
    "fact": "somebody recorded it; false when nobody did",
    "notified": "short for fact(notified, x, y)",
    "form": "legal form of a party",
    "in_cycle": "H's stake in I lies on a circle of stakes inside the scheme (the recorded loop, where one is)",
    "jur": "jurisdiction of a party",
    "largest": "no other holder has strictly more",
    "listed": "its shares are listed",
    "meeting": "class of the resolution",
    "other_voter": "somebody else could vote on the item",
    "same_group": "both are members of one designated group",
    "self": "the same party",
    "sme": "a small or medium company; false when nobody says",
}
"""Every predicate, and what it says."""

ROLES: Mapping[str, str] = {
    "I": "the company whose meeting is counted", "H": "the holder of its shares", "X": "the party above, of a test of two parties",
    "Y": "the company below",
}  # fmt: skip

BASES: Mapping[str, str] = {
    "director_votes": "votes for the governing body; counted as gross votes, since no register has classes that vote on it alone",
    "exercisable_over_gross": "votes the group can exercise, of all votes but own shares",
    "exercisable_votes": "votes the law leaves, of their sum",
    "gross_votes": "votes of class and loyalty, own shares without",
    "issued": "shares, of all issued, own shares counted in the total",
    "open_votes": "the text does not say: gross_votes and exercisable_votes, both run",
    "outstanding": "shares, of those issued without own shares",
    "theoretical_votes": "gross votes, own shares at base votes in the total",
}
LIVE_BASES = ("exercisable_over_gross", "exercisable_votes")
"""Bases that look at what can be exercised, and so at what other rules take away."""
FIXED_BASES = ("gross_votes", "issued", "outstanding", "theoretical_votes")
"""Bases a partial cut may be measured on: its size does not move with other rules."""

VOTE_EFFECTS: Mapping[str, str] = {
    "cap": "the votes of H, or of the group that counts together, are limited to a share of a base",
    "excess_over": "what lies above a share has no votes",
    "multiply": "gross votes times a factor",
    "stay": "an authority may suspend the votes; nothing changes until it does (order_suspends_votes)",
    "zero": "no votes",
}
DUTIES: Mapping[str, str] = {
    "bid": "a bid for the shares",
    "cancel": "cancel own shares",
    "corrective_order": "an authority may order it put right",
    "disclose": "say it in a report",
    "file": "a notice or filing",
    "forbid_acquire": "no further shares may be acquired",
    "sell": "sell shares",
    "transfer_void": "the acquisition is void",
    "warn": "advice",
}
DEADLINE = ("from", "within")
"""Beside a duty: how long there is, and from the day of which fact (``fact(crossed, H, I)``); then the day is worked out."""
QUORUM: Mapping[str, str] = {
    "exclude": "the votes leave the quorum and the base of the majority",
    "exclude_everywhere": "they leave every test of a share in the same act too: its rows measure `without` them",
    "exclude_from_issued": "they leave the number of issued shares at the meeting",
    "keep": "the shares stay in the quorum and the base",
    "na": "there is nothing to say",
    "unstated": "the text does not say: a quorum is told both ways",
}
MAJORITY_OF: Mapping[str, str] = {
    "cast": "votes cast", "exercisable": "all votes that can be exercised", "present": "votes present",
    "present_capital": "shares present",
}  # fmt: skip
LIMITS: Mapping[str, str] = {
    "bought": "own shares that a company buys in a day",
    "cancelled": "shares that a company cancels",
    "owned": "own shares that a company has",
    "sold": "shares that one holder sells on the market",
}
"""What a limit of a deal counts."""
LIMIT_OF: Mapping[str, str] = {
    "daily_volume": "average daily volume", "issued": "shares issued", "outstanding": "shares outstanding",
    "weekly_volume": "average weekly volume",
}  # fmt: skip
VENUES: Mapping[str, str] = {
    "negotiated": "agreed with one holder", "off_auction": "a window of the exchange outside its auctions and its continuous trading",
    "on_market": "in the trading of the exchange", "tender": "an offer to all holders",
}  # fmt: skip
CONFIDENCE: Mapping[str, str] = {
    "A": "the text was read", "B": "a secondary source was read",
    "C": "from memory, to verify; changes no vote unless the case accepts it",
}  # fmt: skip
STATUS: Mapping[str, str] = {"in_force": "applied", "proposed": "never applied", "superseded": "applied to its dates"}
PRECISION = ("day", "month", "year", "unknown")

DAYS: Mapping[str, str] = {
    "continuous": "at any time",
    "crossing": "the day on which a line is crossed",
    "meeting": "the day of the meeting",
    "notice": "the day of a notice",
    "record_date_or_meeting": "the record date where the meeting has one, else its day",
    "reporting_date": "the day of the accounts",
}
"""The day that counts for a row."""
OPEN: Mapping[str, str] = {
    "attribution": "whose the shares of trustees are: read both ways",
    "basis": "of which votes a share is: read both ways",
    "scope": "whom it reaches: told, never read into the text",
}
"""What a text can leave open; a clause of its row can be open too, and is told."""

MEETINGS: Mapping[str, str] = {
    # class of a resolution: whose majority it takes where no row says otherwise
    "articles": "special", "buyback_authority": "ordinary", "capital_increase": "special", "director_election": "ordinary",
    "dividend": "ordinary", "major_disposal": "ordinary", "merger": "special", "move_of_seat": "special", "ordinary": "ordinary",
    "related_party": "ordinary", "shareholder_proposal": "ordinary", "special": "special", "squeeze_out": "special",
    "state_directors": "ordinary", "supervisory_board_election": "ordinary",
}  # fmt: skip

FACTS: Mapping[str, tuple[str, ...]] = {
    # name of a fact: the keys that say whom it is about, in the order in which a rule names them
    "agreed_to_regularise": ("x", "y"),
    "appoints_board": ("by", "target"),
    "articles_cap": ("issuer",),
    "articles_loyalty": ("issuer",),
    "contract_event": ("contract", "event"),
    "controls": ("by", "target"),
    "controls_in_substance": ("by", "target"),
    "counter_notified": ("by", "to"),
    "crossed": ("by", "target"),
    "decides_meetings": ("by", "target"),
    "depositary_receipts": ("holder", "issuer"),
    "designated_group": ("members",),
    "dominant_influence": ("by", "target"),
    "duty_unmet": ("rule", "party", "issuer"),
    "employer_controlled_foundation": ("holder", "issuer"),
    "exempt_first_notifier": ("by",),
    "financial": ("entity",),
    "free_acquisition": ("holder", "issuer"),
    "general_holding_company": ("entity",),
    "grandchild_of_holding_company": ("entity",),
    "insurance_assets": ("holder", "issuer"),
    "knows_mutual": ("by",),
    "limit_passed_by_bid": ("by", "target"),
    "loop_forming_edge": ("holder", "issuer"),
    "majority_at_last_two_meetings": ("by", "target"),
    "meetings_authorised": ("x", "y"),
    "mutual_known": ("by",),
    "nominee_for": ("holder", "issuer"),
    "not_fully_paid": ("lot",),
    "not_notified": ("by", "target"),
    "notified": ("by", "to"),
    "opted_out": ("issuer",),
    "order_suspends_votes": ("lot",),
    "pledged_above_half": ("holder", "issuer"),
    "policy_holding": ("holder", "issuer"),
    "public_interest_foundation": ("entity",),
    "sanctioned": ("entity",),
    "sensitive": ("issuer",),
    "sensitive_in": ("issuer", "sector"),
    "shares_cancelled": ("issuer",),
    "shares_sold": ("holder", "issuer"),
    "switched_to_pure_investment": ("holder", "issuer"),
    "tie": ("x", "y"),
    "usufruct_or_pledge_before": ("lot",),
    "venture_holding_company": ("entity",),
    "voting_agreement": ("parties",),
    "voting_agreement_majority": ("by", "target"),
}
CONTROL_FACTS = (
    "appoints_board", "controls", "controls_in_substance", "decides_meetings", "dominant_influence", "majority_at_last_two_meetings",
    "voting_agreement_majority",
)  # fmt: skip
"""Facts by which one party controls another."""
MUTUAL_FACTS = ("agreed_to_regularise", "meetings_authorised", "tie")
"""Facts that hold both ways round."""

CAPACITIES = ("dealer", "fiduciary", "legal_representative", "own", "personal_representative", "pledgee", "trustee")
