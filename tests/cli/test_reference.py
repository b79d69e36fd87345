"""The page about the command line names every command and every option, and nothing that is not there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer.main

from crosshold.cli.app import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def test_every_command_and_option_is_documented() -> None:
    for name, command in COMMANDS.items():
        assert f"`{name}" in PAGE, name
        for parameter in command.params:
            for word in parameter.opts:
                assert not word.startswith("--") or word in PAGE, (name, word)


def test_the_page_invents_nothing() -> None:
    known = {word for command in COMMANDS.values() for parameter in command.params for word in parameter.opts}
    assert set(re.findall(r"--[a-z][a-z-]*", PAGE)) <= known


def test_the_readme_shows_commands_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```\n(crosshold .*?)```", text, re.DOTALL)
    shown = re.findall(r"^crosshold ([a-z-]+)", block, re.MULTILINE)
    assert shown and set(shown) <= set(COMMANDS)


EXAMPLES = re.findall(r"```\n\$ crosshold (.*?)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("command", "printed"), EXAMPLES)
def test_the_examples_are_what_is_printed(run: Callable[..., Any], command: str, printed: str) -> None:
    ran = run(*command.split())
    assert ran.status == 0
    lines = ran.out.splitlines()
    for line in printed.splitlines():
        assert line == "..." or line in lines, line
