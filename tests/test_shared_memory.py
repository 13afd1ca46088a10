"""Conversations and limits that several front doors share, over a real Redis: locks that hold, and what is left without it."""

import json
import threading
import time
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import Clock, Scripted, make_app
from tests.engines import Redis
from webhook.conversations import PLAIN
from webhook.keys import Keys
from webhook.limits import RULES, Limits, SharedCounts
from webhook.parts import NAME, Parts
from webhook.replies import Answer, Button, Reply
from webhook.shared import SharedMemory
from webhook.shared_conversations import SharedConversations, key_of, lock_of

ANSWER = Answer("high", (Reply("utter_greet", "Hello.", (Button("Walsall", "/x"),), "contacts", {"name": "Line"}),), 200)


def door(redis: Redis) -> SharedConversations:
    """The conversations as one front door sees them."""
    return SharedConversations(SharedMemory(redis.url))


def test_what_one_front_door_keeps_another_reads(redis: Redis) -> None:
    first, second = door(redis), door(redis)
    mine = first.open("a", "web")
    assert mine.lock.acquire(timeout=1)
    mine.turns, mine.area = 4, "Dudley"
    issued = mine.issue(ANSWER)
    mine.remember(4, issued)
    mine.lock.release()
    theirs = second.find("a")
    assert (theirs.turns, theirs.area, theirs.answers[4]) == (4, "Dudley", issued)
    assert [button.payload for button in theirs.offered.values()] == ["/x"]


def test_what_is_kept_ends_by_itself_and_holds_no_words(redis: Redis) -> None:
    door(redis).open("web", "web")
    door(redis).open("sms", "sms")
    assert 0 < redis.client.ttl(key_of("web")) <= 20 * 60 < redis.client.ttl(key_of("sms")) <= 24 * 60 * 60
    assert set(json.loads(redis.client.get(key_of("web")))) == {"channel", "answers", "offered", "said", "notes", "counted", *PLAIN}


def test_only_one_of_many_takers_holds_the_lock_and_no_turn_is_lost(redis: Redis) -> None:
    door(redis).open("a", "web")
    inside, worst = [0], [0]

    def take() -> None:
        for _ in range(20):
            held = door(redis).find("a")
            assert held.lock.acquire(timeout=30)
            inside[0] += 1
            worst[0] = max(worst[0], inside[0])
            held.turns += 1
            inside[0] -= 1
            held.lock.release()

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert worst[0] == 1
    assert door(redis).find("a").turns == 120


def test_a_lock_that_is_held_is_waited_for_only_so_long(redis: Redis) -> None:
    holder, other = door(redis).open("a", "web"), door(redis).find("a")
    assert holder.lock.acquire(timeout=1)
    assert not other.lock.acquire(timeout=0)
    assert not other.lock.acquire(timeout=0.1)
    holder.lock.release()
    assert other.lock.acquire(timeout=1)


def test_a_lock_is_not_given_back_by_who_lost_it_and_its_changes_are_not_kept(redis: Redis) -> None:
    stopped, other = door(redis).open("a", "web"), door(redis).find("a")
    assert stopped.lock.acquire(timeout=1)
    redis.client.delete(lock_of("a"))  # its time ran out while the process was stopped
    assert other.lock.acquire(timeout=1)
    stopped.turns = 99
    stopped.lock.release()
    assert redis.client.exists(lock_of("a"))
    other.turns += 1
    other.lock.release()
    assert door(redis).find("a").turns == 1


def test_the_lock_of_a_process_that_was_killed_ends_by_itself(redis: Redis) -> None:
    assert door(redis).open("a", "web").lock.acquire(timeout=1)
    assert 0 < redis.client.pttl(lock_of("a")) <= 10_000


def test_what_was_left_during_a_turn_does_not_come_back(redis: Redis) -> None:
    held = door(redis).open("a", "web")
    assert held.lock.acquire(timeout=1)
    door(redis).forget("a")
    held.lock.release()
    assert door(redis).find("a") is None


@pytest.mark.parametrize("how", ["down", "hung"])
def test_without_redis_a_front_door_goes_on_alone_and_nobody_waits(redis: Redis, how: str) -> None:
    chats = door(redis)
    chats.open("before", "web")
    redis.stop() if how == "down" else redis.hang()
    alone = chats.open("a", "web")
    assert alone.lock.acquire(timeout=1)
    alone.turns += 1
    alone.lock.release()
    assert chats.find("a").turns == 1
    chats.forget("before")
    redis.start() if how == "down" else redis.resume()
    chats.memory.paused_until = 0.0
    chats.sweep()
    assert chats.find("before") is None
    assert chats.find("a").turns == 1, "a chat opened meanwhile goes on"
    assert door(redis).find("a").turns == 1, "and is shared from then on"


def test_a_lock_taken_before_redis_went_is_no_error(redis: Redis) -> None:
    chats = door(redis)
    held = chats.open("a", "web")
    assert held.lock.acquire(timeout=1)
    redis.stop()
    held.turns = 7
    held.lock.release()
    assert chats.open("a", "web").turns == 7


def test_a_memory_that_failed_is_left_alone_for_a_moment(redis: Redis) -> None:
    memory = SharedMemory(redis.url)
    redis.hang()
    assert not memory.ready()
    started = time.monotonic()
    for _ in range(50):
        assert not memory.ready()
    assert time.monotonic() - started < 5, "50 waits of 0.2 s would be 10"
    redis.resume()
    memory.paused_until = 0.0
    assert memory.ready()


def test_limits_are_counted_together_and_each_for_itself_without_redis(redis: Redis, tmp_path: Path) -> None:
    keys = Keys.load(tmp_path / "master.key")
    doors = [Limits(keys, lambda: date(2026, 11, 22), shared=SharedCounts.over(SharedMemory(redis.url))) for _ in range(2)]
    most = int(RULES["callback"].split()[0])
    allowed = [doors[i % 2].allow("callback", "192.0.2.0/24") for i in range(most + 2)]
    assert allowed == [True] * most + [False] * 2
    assert not any("192.0.2" in key for key in redis.client.scan_iter())
    redis.stop()
    assert all(limits.allow("callback", "192.0.2.0/24") for limits in doors)


def test_a_chat_hops_between_two_front_doors_and_leaving_one_leaves_both(redis: Redis, tmp_path: Path, scripted: Scripted, clock: Clock) -> None:
    doors = [make_app(tmp_path, scripted, clock, REDIS_URL=redis.url).test_client() for _ in range(2)]
    session = doors[0].post("/chat/open").get_json()["session"]
    scripted.replies = (Reply("utter_ask_area", "Where?", (Button("Walsall", "/inform_area"),)),)
    headers = {"X-Chat-Session": session}
    first = doors[0].post("/chat/message", json={"text": "hello", "turn": 1}, headers=headers).get_json()
    again = doors[1].post("/chat/message", json={"text": "hello", "turn": 1}, headers=headers).get_json()
    assert first == again
    assert len(scripted.sent) == 1
    pressed = {"text": "", "turn": 2, "payload": first["replies"][0]["buttons"][0]["payload"]}
    doors[1].post("/chat/message", json=pressed, headers=headers)
    assert scripted.sent[-1][2:] == ("/inform_area", {"turn": "2", "area": "Walsall"})
    doors[0].post("/chat/leave", data=session)
    assert doors[1].post("/chat/message", json={"text": "hello", "turn": 3}, headers=headers).status_code == 410


def test_the_area_of_a_councils_page_is_known_at_every_front_door(redis: Redis, tmp_path: Path, scripted: Scripted, clock: Clock) -> None:
    doors = [make_app(tmp_path, scripted, clock, REDIS_URL=redis.url).test_client() for _ in range(2)]
    session = doors[0].post("/chat/open", json={"area": "Walsall"}).get_json()["session"]
    doors[1].post("/chat/message", json={"text": "hello", "turn": 1}, headers={"X-Chat-Session": session})
    assert scripted.sent[-1][3]["area"] == "Walsall"


def test_who_holds_the_lock_may_take_it_again_and_only_the_last_giving_back_frees_it(redis: Redis) -> None:
    held, other = door(redis).open("a", "sms"), door(redis).find("a")
    with held.taken() as mine:
        held.asked = "leave"
        with held.taken() as again:
            assert mine
            assert again
            held.notes.add("plain")
        assert not other.lock.acquire(timeout=0)
    with other.taken() as theirs:
        assert theirs
        assert (other.asked, other.notes) == ("leave", {"plain"})


def test_what_begins_anew_is_new_at_every_front_door(redis: Redis) -> None:
    held = door(redis).open("a", "sms")
    with held.taken():
        held.area, held.relative, held.notes = "Dudley", True, {"plain"}
    with held.taken():
        held.begin_anew()
    theirs = door(redis).find("a")
    assert (theirs.area, theirs.relative, theirs.notes) == (None, False, set())


def test_a_front_door_says_when_its_redis_is_gone_and_still_answers(redis: Redis, tmp_path: Path, scripted: Scripted, clock: Clock) -> None:
    app = make_app(tmp_path, scripted, clock, REDIS_URL=redis.url)
    linden: Parts = app.extensions[NAME]
    client = app.test_client()
    assert client.get("/readyz").get_json()["parts"]["redis"] is True
    redis.stop()
    assert client.get("/readyz").get_json()["parts"]["redis"] is False
    session = client.post("/chat/open").get_json()["session"]
    answer = client.post("/chat/message", json={"text": "hello", "turn": 1}, headers={"X-Chat-Session": session})
    assert answer.status_code == 200
    redis.start()
    linden.memory.paused_until = 0.0
    answer = client.post("/chat/message", json={"text": "hello", "turn": 2}, headers={"X-Chat-Session": session})
    assert answer.status_code == 200
