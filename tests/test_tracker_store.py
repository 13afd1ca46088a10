"""The tracker store forgets: by time, by size, at once on leaving, and even when a turn is still under way."""

import asyncio

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import tracker_store
from bot.tracker_store import ForgettingTrackerStore


class Seconds:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def tracker(sender: str, channel: str = "web") -> DialogueStateTracker:
    made = DialogueStateTracker(sender, slots=[])
    made.update(UserUttered("words", input_channel=channel))
    return made


def make() -> tuple[ForgettingTrackerStore, Seconds]:
    clock = Seconds()
    return ForgettingTrackerStore(Domain.empty(), clock=clock), clock


def run(work):
    return asyncio.run(work)


def test_what_is_saved_comes_back() -> None:
    store, _ = make()
    run(store.save(tracker("a")))
    assert run(store.retrieve("a")).latest_message.text == "words"


def test_web_is_forgotten_after_twenty_idle_minutes_and_text_after_a_day() -> None:
    store, clock = make()
    run(store.save(tracker("web")))
    run(store.save(tracker("sms", "sms")))
    clock.now += 20 * 60 + 1
    assert run(store.retrieve("web")) is None
    assert run(store.retrieve("sms")) is not None
    clock.now += 24 * 60 * 60
    assert run(store.retrieve("sms")) is None
    assert store.held == {}


def test_a_left_conversation_is_gone_and_a_late_turn_does_not_bring_it_back() -> None:
    store, clock = make()
    run(store.save(tracker("a")))
    run(store.delete("a"))
    run(store.save(tracker("a")))
    assert run(store.retrieve("a")) is None
    clock.now += 61 + tracker_store.SWEEP_SECONDS
    run(store.save(tracker("a")))
    assert run(store.retrieve("a")) is not None


def test_memory_is_bounded_and_the_longest_idle_go_first(monkeypatch) -> None:
    monkeypatch.setattr(tracker_store, "MOST", 3)
    store, _ = make()
    for sender in "abcd":
        run(store.save(tracker(sender)))
    assert list(run(store.keys())) == ["b", "c", "d"]


def test_nothing_is_written_to_a_file(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    store, _ = make()
    run(store.save(tracker("a")))
    assert list(tmp_path.iterdir()) == []
