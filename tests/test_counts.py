"""What the service owner is told: numbers that are right, and from which nobody can work out that there was somebody."""

import csv
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import requests
import yaml
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from tests.conftest import ROOT, Clock, Scripted, loaded_directory
from tests.desk_hand import Hand
from tests.engines import free_port, until
from tests.test_desk import wanted
from tests.test_faults import send_text
from tests.test_page import Page
from webhook.counts.facts import HANDOFFS, every_fact, facts_of_intents
from webhook.counts.hidden import LEAST, Shown, show, week_bounds
from webhook.counts.month import NOT_SHOWN, NotOver, bounds, latest
from webhook.counts.tally import Tally
from webhook.helpline.roles import Role
from webhook.parts import Parts
from webhook.store.counts import add_counts, list_counts
from webhook.store.engine import make_engine, make_tables, transaction
from webhook.store.models import Tombstone

OCTOBER = date(2026, 10, 1)
NOW = "he has got a knife and hes outside"


def say(client: FlaskClient, *texts: str, area: str = "") -> None:
    session = client.post("/chat/open", json={"area": area}).get_json()["session"]
    for turn, text in enumerate(texts, 1):
        client.post("/chat/message", json={"text": text, "turn": turn}, headers={"X-Chat-Session": session})


def counted(linden: Parts) -> Counter[str]:
    linden.front_door.tally.write(linden.queue)
    with transaction(linden.queue) as session:
        kept = list_counts(session, date(2020, 1, 1), date(2030, 1, 1))
    return Counter({fact: count for (_, fact), count in kept.items()})


def fill(linden: Parts, **facts: int) -> None:
    """Put a fact on every day of October 2026, so many times each."""
    with transaction(linden.queue) as session:
        add_counts(session, {(OCTOBER + timedelta(days=day), fact.replace("__", "/")): n for day in range(31) for fact, n in facts.items()})


@pytest.fixture
def supervisor(app: Flask, tmp_path: Path) -> Hand:
    return Hand(app, "Sam", tmp_path).enrol(Role.SUPERVISOR, approved=False)


def test_a_conversation_counts_once_for_each_fact(client: FlaskClient, linden: Parts, scripted: Scripted) -> None:
    scripted.topic = "dvpo_what"
    say(client, "what is a dvpo", "and again", "im in walsall", NOW)
    say(client, "what is a dvpo", area="Dudley")
    assert counted(linden) == {"conversation/all": 2, "topic/orders": 2, "area/Walsall": 1, "area/Dudley": 1, "danger/now": 1}


@pytest.mark.parametrize(
    ("topic", "fails", "fact"),
    [("out_of_scope", False, "out_of_scope"), ("nlu_fallback", False, "unclear"), ("greet", True, "alone")],
    ids=["out of scope", "not understood", "without Rasa"],
)
def test_what_was_not_answered_is_counted(client: FlaskClient, linden: Parts, scripted: Scripted, topic: str, fails: bool, fact: str) -> None:
    scripted.topic, scripted.error = topic, fails
    say(client, "hello", "hello")
    assert counted(linden) == {"conversation/all": 1, f"unanswered/{fact}": 1}


def test_a_text_in_danger_is_counted_although_it_never_reaches_rasa(client: FlaskClient, linden: Parts, scripted: Scripted) -> None:
    send_text(client, linden, NOW)
    send_text(client, linden, NOW)
    assert scripted.sent == []
    assert counted(linden) == {"conversation/all": 1, "danger/now": 1}


def test_nothing_of_a_conversation_is_in_the_table_but_names_of_ours(client: FlaskClient, linden: Parts, root: Path) -> None:
    say(client, "i am the heron of WV6 8TZ, ring 07700 900765")
    assert set(counted(linden)) <= set(every_fact(root))


def test_a_database_that_is_locked_costs_no_turn_and_no_count(client: FlaskClient, linden: Parts) -> None:
    holder = linden.queue.raw_connection()
    holder.isolation_level = None
    holder.execute("BEGIN IMMEDIATE")
    say(client, "hello")
    with pytest.raises(OperationalError):
        linden.front_door.tally.write(linden.queue)
    say(client, "hello")
    holder.execute("ROLLBACK")
    holder.close()
    assert counted(linden)["conversation/all"] == 2
    assert counted(linden)["conversation/all"] == 2, "writing again adds nothing"


def test_several_front_doors_add_up(database_url: str) -> None:
    engine = make_engine(database_url)
    make_tables(engine)
    tallies = [Tally(today=lambda: OCTOBER) for _ in range(4)]

    def work(tally: Tally) -> None:
        for _ in range(10):
            tally.sums.update({(OCTOBER, "conversation/all"): 1, (OCTOBER, "danger/now"): 2})
            tally.write(engine)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, tallies))
    with transaction(engine) as session:
        assert list_counts(session, OCTOBER, OCTOBER) == {(OCTOBER, "conversation/all"): 40, (OCTOBER, "danger/now"): 80}
    engine.dispose()


def test_every_intent_counts_towards_one_subject_or_none_on_purpose(root: Path) -> None:
    families = yaml.safe_load((root / "data/counts/families.yml").read_text())
    placed = [intent for intents in families["subjects"].values() for intent in intents] + families["not_counted"]
    intents = [name if isinstance(name, str) else next(iter(name)) for name in yaml.safe_load((root / "domain.yml").read_text())["intents"]]
    assert Counter(placed) == Counter(intents)
    assert set(facts_of_intents(root).values()) <= set(every_fact(root))


def moved(days: list[int], place: int, shown: Shown) -> list[int]:
    """The same month with nothing on one hidden day: its conversations on the fullest hidden day that shares its shown sum."""
    week = next(number for number, (start, end) in enumerate(week_bounds(len(days))) if start <= place < end)
    start, end = week_bounds(len(days))[week] if shown.weeks[week] is not None else (0, len(days))
    others = [day for day in range(start, end) if day != place and shown.days[day] is None]
    if shown.weeks[week] is None:
        hidden = [bounds for bounds, count in zip(week_bounds(len(days)), shown.weeks, strict=True) if count is None]
        others = [day for first, last in hidden for day in range(first, last) if day != place]
        fullest = max(hidden, key=lambda part: sum(days[part[0] : part[1]]))
        others = [day for day in others if fullest[0] <= day < fullest[1]] or others
    target = max(others, key=lambda day: days[day])
    changed = list(days)
    changed[target], changed[place] = days[target] + days[place], 0
    return changed


@given(st.lists(st.integers(0, 12) | st.just(0), min_size=28, max_size=31))
def test_for_every_small_count_there_is_a_month_without_it_that_shows_the_same(days: list[int]) -> None:
    shown = show(days)
    assert all(count is None or count >= LEAST for count in (shown.month, *shown.weeks, *shown.days))
    if shown.month is None:
        assert set(shown.weeks) | set(shown.days) == {None}
        return
    for place, count in enumerate(days):
        if count < LEAST:
            assert shown.days[place] is None
            assert show(moved(days, place, shown)) == shown, f"it can be told that day {place + 1} had somebody"


def test_what_is_shown_is_what_was_counted() -> None:
    days = [9] * 7 + [5, 6, 7, 8, 9, 10, 11] + [0] * 7 + [7] * 10
    shown = show(days)
    assert shown.month == sum(days)
    assert shown.weeks == (63, 56, None, None)
    assert shown.days == (*days[:14], *[None] * 17)


@pytest.mark.parametrize(("today", "name"), [(date(2026, 11, 1), "2026-09"), (date(2026, 11, 2), "2026-10"), (date(2027, 1, 1), "2026-11")], ids=str)
def test_only_a_month_that_is_over_can_be_seen(today: date, name: str) -> None:
    assert f"{latest(today):%Y-%m}" == name
    assert bounds(name, today)[0] == latest(today)
    with pytest.raises(NotOver):
        bounds(f"{today:%Y-%m}", today)


def test_a_request_counts_in_its_month_before_and_after_it_is_deleted(linden: Parts, keys: dict[str, Path], clock: Clock, app: Flask) -> None:
    clock.moment = datetime(2026, 10, 5, 12, tzinfo=UTC)
    for number in range(6):
        linden.desk.submit(wanted(clock), f"key-{number}")
    with transaction(linden.queue) as session:
        for number in range(7):
            ended = datetime(2026, 10, 6, 13)  # noqa: DTZ001  # the database's own times are naive UTC
            session.add(Tombstone(id=str(number), received=ended, ended=ended, outcome="reached and safe" if number else "test"))
    clock.moment = datetime(2026, 11, 3, 12, tzinfo=UTC)
    told = {row["fact"]: row["count"] for row in exported(app) if row["period"] == "month"}
    assert [told[fact] for fact in HANDOFFS] == ["13", "6", "6", NOT_SHOWN]


def exported(app: Flask) -> list[dict[str, str]]:
    done = app.test_cli_runner().invoke(args=["counts", "export", "--month", "2026-10"])
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(done.output.splitlines()))


def test_the_file_names_every_fact_and_no_count_under_five(linden: Parts, app: Flask, root: Path) -> None:
    fill(linden, conversation__all=6, area__Walsall=1)
    with transaction(linden.queue) as session:
        add_counts(session, {(OCTOBER, "area/Dudley"): 4})
    rows = exported(app)
    assert {row["fact"] for row in rows} == set(every_fact(root))
    assert {row["count"] for row in rows if row["fact"] == "area/Dudley"} == {NOT_SHOWN}
    walsall = {row["from"]: row["count"] for row in rows if row["fact"] == "area/Walsall" and row["period"] == "day"}
    assert set(walsall.values()) == {NOT_SHOWN}
    assert all(row["count"] == NOT_SHOWN or int(row["count"]) >= LEAST for row in rows)


def test_a_month_that_still_grows_is_refused_in_one_sentence(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["counts", "export", "--month", "2026-11"])
    assert done.exit_code == 1
    assert "can be shown from 2026-12-02 on" in done.output


def test_the_supervisor_sees_the_month_with_pictures_and_words(supervisor: Hand, linden: Parts) -> None:
    fill(linden, conversation__all=10, danger__now=1, topic__housing=3, area__Dudley=2)
    answer = supervisor.get("counts", Accept="text/html")
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "What Linden was asked in October 2026" in shown
    assert "310" in shown
    assert "10 % of conversations" in shown
    pictures = [attributes for tag, attributes in Page(answer.data).tags if tag == "svg"]
    assert len(pictures) == 3
    assert all(picture["role"] == "img" and picture["aria-label"] for picture in pictures)
    assert "style=" not in shown, "the desk's policy allows no style in a page"
    file = supervisor.get("counts/2026-10.csv", Accept="text/html")
    assert file.mimetype == "text/csv"
    assert "month,2026-10-01,2026-10-31,conversation/all,310" in file.get_data(as_text=True)


@pytest.mark.parametrize("path", ["counts", "counts/2026-10", "counts/2026-10.csv"])
def test_nobody_else_sees_it(app: Flask, tmp_path: Path, path: str) -> None:
    assert Hand(app, "Nobody", tmp_path).get(path).status_code == 401
    assert Hand(app, "Asha", tmp_path).enrol(Role.WORKER).get(path).status_code == 403


@pytest.mark.parametrize("name", ["2026-11", "2026-13", "x", "2026-11.csv"])
def test_a_month_that_cannot_be_seen_is_not_there(supervisor: Hand, name: str) -> None:
    assert supervisor.get(f"counts/{name}").status_code == 404


def test_what_was_counted_is_written_when_the_front_door_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "directory.db").write_bytes(loaded_directory())
    port = free_port()
    env = os.environ | {"LINDEN_VAR": str(tmp_path), "PORT": str(port), "RASA_URL": "http://127.0.0.1:9"}
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "gunicorn"], cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        assert until(lambda: answers(base))
        session = requests.post(f"{base}/chat/open", timeout=10).json()["session"]
        requests.post(f"{base}/chat/message", json={"text": "hello", "turn": 1}, headers={"X-Chat-Session": session}, timeout=10)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    with sqlite3.connect(tmp_path / "queue.db") as queue:
        assert ("conversation/all", 1) in queue.execute("SELECT fact, count FROM daily_count").fetchall()


def answers(base: str) -> bool:
    try:
        return requests.get(f"{base}/healthz", timeout=1).ok
    except requests.RequestException:
        return False
