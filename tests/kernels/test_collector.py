"""The collector of dead objects rests while asked to, and is afterwards as it was."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from crosshold.kernels.collector import collector_rests


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    was = gc.isenabled()
    yield
    (gc.enable if was else gc.disable)()


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("when", [True, False])
def test_the_collector_rests_when_asked_and_is_afterwards_as_it_was_also_after_an_error(before: bool, when: bool) -> None:
    (gc.enable if before else gc.disable)()
    with pytest.raises(ZeroDivisionError), collector_rests(when):
        assert gc.isenabled() == (before and not when)
        raise ZeroDivisionError
    assert gc.isenabled() == before


def test_one_rest_inside_another_does_not_end_it() -> None:
    gc.enable()
    with collector_rests():
        with collector_rests():
            pass
        assert not gc.isenabled()
