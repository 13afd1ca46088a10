"""Limits count without starting a thread for every message, and forget what is over."""

import threading

import pytest
from limits import parse
from limits.strategies import MovingWindowRateLimiter

from tests.engines import until
from webhook import limits
from webhook.limits import OwnCounts


def test_counting_starts_no_thread_for_every_hit(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []

    class Timer(threading.Timer):
        def start(self) -> None:
            started.append(self)

    monkeypatch.setattr(threading, "Timer", Timer)
    limiter = MovingWindowRateLimiter(OwnCounts())
    assert [limiter.hit(parse("3 per minute"), "a network") for _ in range(5)] == [True, True, True, False, False]
    assert len(started) == 1


def test_what_is_over_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CLEARED_EVERY", 0.0)
    counts = OwnCounts()
    limiter = MovingWindowRateLimiter(counts)
    limiter.hit(parse("5 per second"), "somebody who left")

    def gone() -> bool:
        limiter.hit(parse("1000 per minute"), "somebody who stays")
        return not any("left" in key for key, events in counts.events.items() if events)

    assert until(gone)
    assert any("stays" in key for key in counts.events)
