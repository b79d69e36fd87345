"""The schema of rule files, written from the words that the reader of rule files accepts: it cannot say anything else."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

from crosshold.law import grammar
from crosshold.law import vocabulary as words
from crosshold.law.schema import ROW
from crosshold.law.schema_effects import EFFECT
from crosshold.law.situation import EXPECT

WIDTH = 110


def schema() -> dict[str, Mapping[str, str]]:
    """Every word that a rule file may use, by section, with what it says."""
    facts = {name: f"about {', '.join(keys)}" for name, keys in words.FACTS.items()}
    meetings = {name: f"{kind} majority where no row says otherwise" for name, kind in words.MEETINGS.items()}
    return {
        "a row": ROW, "kinds": words.KINDS, "status": words.STATUS, "confidence": words.CONFIDENCE, "an effect": EFFECT,
        "effects on votes": words.VOTE_EFFECTS, "quorum": words.QUORUM, "the day that counts": words.DAYS, "what is open": words.OPEN,
        "duties": words.DUTIES, "limits": words.LIMITS,
        "limits of": words.LIMIT_OF, "venues": words.VENUES, "roles": words.ROLES,
        "predicates": words.PREDICATES, "bases": words.BASES, "majority of": words.MAJORITY_OF, "classes of resolution": meetings,
        "capacities": dict.fromkeys(words.CAPACITIES, "of a lot"), "facts": facts, "what a situation expects": EXPECT,
    }  # fmt: skip


def schema_lines() -> list[str]:
    """The schema for a reader: the grammar, then every section with its words."""
    head = (grammar.__doc__ or "").split("\n\n", 1)[1].strip().splitlines()
    lines = ['A rule file is a YAML list of rows. Ratios are quoted, "1/4"; any other word than these is refused.', "", "GRAMMAR"]
    lines += [f"  {line}" for line in head]
    for section, known in schema().items():
        lines += ["", section.upper()]
        for word, said in known.items():
            lines += fill(f"{word}: {said}", WIDTH, initial_indent="  ", subsequent_indent="      ").splitlines()
    return lines
