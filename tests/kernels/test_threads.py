"""Pieces of work on threads: the order, the progress, and an end that leaves nothing running."""

from __future__ import annotations

import threading
import time

import pytest

from crosshold.kernels.threads import in_order, workers


@pytest.mark.parametrize("threads", [1, 2, 7, None])
def test_results_and_progress_come_in_the_order_of_the_pieces(threads: int | None) -> None:
    def slow_at_first(piece: int) -> int:
        time.sleep(0.01 if piece < 3 else 0)
        return piece * piece

    told: list[float] = []
    assert list(in_order(slow_at_first, range(20), threads, told.append)) == [k * k for k in range(20)]
    assert told == [k / 20 for k in range(1, 21)]


def test_no_piece_is_no_work() -> None:
    told: list[float] = []
    assert list(in_order(len, [], 2, told.append)) == [] and told == []


@pytest.mark.parametrize("threads", [1, 2])
def test_whoever_stops_taking_ends_the_work_at_once(threads: int) -> None:
    done: list[int] = []
    before = threading.active_count()

    def stop(part: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        list(in_order(done.append, range(100), threads, stop))
    assert caught.tb is not None and threading.active_count() == before, "also while the traceback keeps the frames"
    assert len(done) <= 2 * threads


def test_a_fault_of_a_piece_is_that_of_the_whole() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda k: 1 // k, [2, 1, 0, 1], 2))


def test_one_thread_for_each_processor_but_never_more_than_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    assert [workers(None, 9), workers(None, 3), workers(2, 9), workers(5, 0)] == [4, 3, 2, 1]
