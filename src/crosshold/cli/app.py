"""The commands in the order of a reader's questions."""

from __future__ import annotations

import typer

from crosshold.cli.measures import check, control, loops, own, owners, power, value
from crosshold.cli.register import synthetic
from crosshold.cli.stories import compare, demo, explain, rules, simulate, votes

app = typer.Typer(
    name="crosshold", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Who holds whom, who really owns, votes and controls, and what happens when those holdings change.",
)  # fmt: skip

VERBS = (demo, check, votes, own, control, owners, power, value, loops, simulate, compare, rules, explain, synthetic)

for verb in VERBS:
    app.command()(verb)
