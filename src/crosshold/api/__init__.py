"""The verbs, in a reader's order. None of them changes what it is given.

    read -> check -> at -> ballot -> network -> who owns, who decides, what it is worth -> simulate -> compare -> design -> explain

Rooms are imported when a verb first needs them, so that a small question starts fast.
"""

from crosshold.api.building import (
    ballot,
    check,
    declared_differs,
    holdings,
    meeting,
    network,
    rule,
    rules,
    stakes,
    stale,
)
from crosshold.api.deciding import (
    control,
    control_bounds,
    group,
    network_power,
    parties,
    power,
    turnout,
    ultimate,
    watch,
    wedge,
)
from crosshold.api.evidence import (
    check_register,
    compact,
    conflicts,
    diff,
    export,
    history,
    migrate,
    pick,
    query,
    write_rejects,
)
from crosshold.api.identity import (
    Identities,
    find_party,
    identities,
    judge,
    judge_file,
)
from crosshold.api.importing import (
    check_files,
    import_files,
)
from crosshold.api.linking import (
    Linked,
    link,
    write_proposals,
)
from crosshold.api.news import (
    accept,
    news_lines,
    read_text,
    write_review,
)
from crosshold.api.owning import (
    at_corners,
    consolidation,
    declared_owners,
    look_through,
    owner_bounds,
    owner_test,
    owners,
    ownership,
    ownership_bounds,
)
from crosshold.api.planning import (
    compare,
    design,
    simulate,
    step_proof,
)
from crosshold.api.reading import (
    cases,
    find,
    format_of,
    is_register,
    read,
    read_goals,
    read_network,
    read_numbers,
    read_plan,
    shortened,
    synthetic,
    write,
)
from crosshold.api.settling import (
    cascade,
    cascade_after,
    clearing,
    market_net,
    market_unwind,
    net,
    ration,
    split,
    unwind,
)
from crosshold.api.telling import (
    demo,
    explain,
    file_titles,
    lines,
    register_lines,
    rule_lines,
    survey,
    votes_lines,
    votes_survey,
)
from crosshold.api.worth import (
    contributions,
    dividends,
    loops,
    market_caps,
    market_network_value,
    market_own_assets,
    market_value,
    network_value,
    value,
)

__all__ = [  # noqa: RUF022 - in a reader's order
    # Files in and out: cases, registers, plans, files of numbers, answers.
    "cases",
    "find",
    "read",
    "read_goals",
    "is_register",
    "read_network",
    "shortened",
    "read_plan",
    "read_numbers",
    "synthetic",
    "write",
    # The world's files as evidence: into a register folder and out of it, its conflicts and its care.
    "import_files",
    "export",
    "check_files",
    "check_register",
    "compact",
    "history",
    "query",
    "write_rejects",
    "migrate",
    "conflicts",
    "pick",
    "diff",
    # Which ids are one party.
    "Identities",
    "identities",
    "find_party",
    "format_of",
    "judge",
    "judge_file",
    "Linked",
    "link",
    "write_proposals",
    # Articles: proposals, their review, what a person lets in.
    "read_text",
    "news_lines",
    "write_review",
    "accept",
    # From a case to what the measures compute on: votes under the law, the network, stakes between bounds.
    "check",
    "declared_differs",
    "declared_owners",
    "rules",
    "rule",
    "stale",
    "ballot",
    "meeting",
    "network",
    "holdings",
    "stakes",
    # Who owns, on every reading of it.
    "ownership",
    "ownership_bounds",
    "look_through",
    "owners",
    "owner_bounds",
    "owner_test",
    "consolidation",
    "at_corners",
    # Who decides: control, voting power, power through networks, families, purchases.
    "control",
    "control_bounds",
    "ultimate",
    "parties",
    "turnout",
    "power",
    "network_power",
    "wedge",
    "group",
    "watch",
    # What companies are worth when they hold each other, and what reaches whom.
    "loops",
    "value",
    "contributions",
    "network_value",
    "dividends",
    "market_caps",
    "market_value",
    "market_network_value",
    "market_own_assets",
    # Undoing, dividing and failing: netting, cascades, clearing, the division of a gain.
    "net",
    "unwind",
    "market_net",
    "market_unwind",
    "cascade",
    "cascade_after",
    "clearing",
    "split",
    "ration",
    # Plans replayed and compared.
    "simulate",
    "step_proof",
    "compare",
    "design",
    # Answers in words: proofs, tables for a terminal, the story of the bundled case.
    "explain",
    "survey",
    "lines",
    "register_lines",
    "file_titles",
    "votes_lines",
    "votes_survey",
    "rule_lines",
    "demo",
]
