"""Every result of a measure has a telling of its own for a terminal, or a reason to have none."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import pytest

import crosshold.measures
from crosshold.model.result import Result
from crosshold.report.answers import TELLERS

PYTHON_ONLY = {"Difference", "OwnAssets", "Shock"}  # no command answers with these


def results() -> Iterator[type[Result]]:
    for module in pkgutil.walk_packages(crosshold.measures.__path__, "crosshold.measures."):
        import_module(module.name)
    agenda = list(Result.__subclasses__())
    while agenda:
        kind = agenda.pop()
        agenda += kind.__subclasses__()
        if kind.__module__.startswith("crosshold.measures.") and not kind.__subclasses__():
            yield kind


def test_every_result_is_told() -> None:
    names = {kind.__name__ for kind in results()}
    assert names - PYTHON_ONLY <= set(TELLERS), names - PYTHON_ONLY - set(TELLERS)
    assert not PYTHON_ONLY & set(TELLERS)


@pytest.mark.parametrize("place", sorted(set(TELLERS.values())))
def test_every_teller_is_there(place: str) -> None:
    file, function = place.split(".")
    assert getattr(import_module(f"crosshold.report.{file}"), function).__doc__
