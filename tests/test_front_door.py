"""The public names, and the README's Python as a newcomer would run it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import crosshold
from crosshold import api

ROOT = Path(__file__).parents[1]


def test_exported_names() -> None:
    assert sorted(crosshold.__all__) == list(crosshold.__all__)
    assert {name for name in vars(crosshold) if not name.startswith("_")} - {"annotations"} >= set(crosshold.__all__)
    assert all(getattr(crosshold, name).__doc__ for name in crosshold.__all__)


def test_every_verb_is_named_once_and_says_what_it_does() -> None:
    verbs = {name for name, thing in vars(api).items() if callable(thing) and not name.startswith("_")}
    assert len(api.__all__) == len(set(api.__all__)) and set(api.__all__) == verbs
    assert all(getattr(api, name).__doc__ for name in api.__all__)


def test_the_readmes_python_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    lines = [line for line in block.splitlines() if line and not line.startswith("import")]
    assert len(lines) == 9
    exec(compile(block, "README.md", "exec"), {})
    out = capsys.readouterr().out
    for word in ("source-avoiding", "exercisable_votes", "shapley-shubik", "cut_30_10", "FR-233-31"):
        assert word in out


def test_the_readmes_case_reads(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "case.yaml"
    path.write_text(block, encoding="utf-8")
    snapshot = crosshold.read(path).at()
    ballot = crosshold.ballot(snapshot)
    # A holds exactly a quarter of B, so B is silent in A (Companies Act 308(1))
    assert ballot.outcome().counts("A")["B"].suspended_by == ("JP-308-1",)
