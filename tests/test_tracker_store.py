"""The tracker store forgets: by time, by size, at once on leaving, and even when a turn is still under way."""

import asyncio

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import tracker_store
from bot.tracker_store import ForgettingTrackerStore, SharedTrackerStore
from tests.engines import Redis


class Seconds:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def tracker(sender: str, channel: str = "web", turn: int = 1) -> DialogueStateTracker:
    made = DialogueStateTracker(sender, slots=[])
    parsed = {"text": "words", "intent": {"name": "greet"}, "entities": [], "intent_ranking": [{"name": "greet"}]}
    made.update(UserUttered("words", parsed["intent"], parse_data=parsed, input_channel=channel, metadata={"turn": str(turn)}))
    made.update(BotUttered("Hello.", {"custom": {"kind": "text"}}))
    return made


def make() -> tuple[ForgettingTrackerStore, Seconds]:
    clock = Seconds()
    return ForgettingTrackerStore(Domain.empty(), clock=clock), clock


def run(work):
    return asyncio.run(work)


def test_what_was_meant_comes_back_and_no_word_of_it_is_kept() -> None:
    store, _ = make()
    run(store.save(tracker("a")))
    assert run(store.retrieve("a")).latest_message.intent["name"] == "greet"
    assert "words" not in str(store.held)
    assert "Hello." not in str(store.held)


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


def shared(redis: Redis) -> SharedTrackerStore:
    return SharedTrackerStore(Domain.empty(), url=redis.url)


def test_two_rasas_share_a_conversation_without_its_words(redis: Redis) -> None:
    async def turns() -> tuple[str, str]:
        await shared(redis).save(tracker("a"))
        found = await shared(redis).retrieve("a")
        return found.latest_message.intent["name"], str([redis.client.hgetall(key) for key in redis.client.scan_iter()])

    intent, kept = run(turns())
    assert intent == "greet"
    assert "words" not in kept


def test_every_shared_key_ends_by_itself(redis: Redis) -> None:
    async def turns() -> None:
        store = shared(redis)
        await store.save(tracker("web"))
        await store.save(tracker("sms", "sms"))
        await store.delete("left")

    run(turns())
    lives = {key.rsplit(":", 1)[1]: redis.client.ttl(key) for key in redis.client.scan_iter()}
    assert set(lives) == {"web", "sms", "left"}
    assert 0 < lives["web"] <= 20 * 60 < lives["sms"] <= 24 * 60 * 60
    assert 0 < lives["left"] <= 60


def test_a_shared_conversation_that_was_left_is_gone_from_the_other_rasa_and_does_not_come_back(redis: Redis) -> None:
    async def turns() -> list[object]:
        one, other = shared(redis), shared(redis)
        await one.save(tracker("a"))
        await other.delete("a")
        await one.save(tracker("a"))
        return [await one.retrieve("a"), await other.retrieve("a")]

    assert run(turns()) == [None, None]


def test_a_turn_that_was_given_up_does_not_undo_the_one_after_it(redis: Redis) -> None:
    async def turns() -> str:
        one, other = shared(redis), shared(redis)
        late, following = tracker("a", turn=1), tracker("a", turn=2)
        await other.save(following)
        await one.save(late)
        return (await one.retrieve("a")).latest_message.metadata["turn"]

    assert run(turns()) == "2"


def test_with_redis_gone_a_turn_is_answered_without_what_came_before_and_leaving_is_made_up_for(redis: Redis) -> None:
    async def turns() -> tuple[object, object]:
        store = shared(redis)
        await store.save(tracker("a"))
        redis.hang()
        without = await store.retrieve("a")
        await store.delete("a")
        redis.resume()
        store.paused_until = 0.0
        await store.retrieve("anything")
        return without, redis.client.get("linden:tracker:a")

    assert run(turns()) == (None, None)
