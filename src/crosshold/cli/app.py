"""The commands in the order of a reader's questions."""

from __future__ import annotations

import typer

from crosshold.cli.deciding import consolidate, group, network_power, parties, power, turnout, watch, wedge
from crosshold.cli.designing import design
from crosshold.cli.evidence import claims, compact, conflicts, diff, export, import_, pick
from crosshold.cli.flows import dividends, look_through, network_value, value
from crosshold.cli.identity import find, link, same
from crosshold.cli.keeping import history, migrate, query
from crosshold.cli.law import meeting, rules
from crosshold.cli.measures import check, control, loops, own, owners
from crosshold.cli.reading_text import read_text
from crosshold.cli.register import synthetic
from crosshold.cli.settling import cascade, clear, net, split, unwind
from crosshold.cli.stories import compare, demo, explain, simulate, votes

app = typer.Typer(
    name="crosshold", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Who holds whom, who really owns, votes and controls, and what happens when those holdings change.",
)  # fmt: skip

VERBS = (
    demo, import_, export, check, compact, history, migrate, query, claims, conflicts, pick, find, link, same, diff, votes, meeting,
    own, look_through, owners,
    control, parties, turnout, power, network_power, wedge, group,
    loops, value, network_value, dividends, consolidate, watch,
    net, unwind, cascade, clear, split,
    simulate, compare, design, rules, explain, read_text, synthetic,
)  # fmt: skip

for verb in VERBS:
    app.command("import" if verb is import_ else None)(verb)
