"""The directory editors' page: what is due, who may see it, and a service confirmed with one press that people then see."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from directory.models import Confirmation, Phone, Service
from tests.conftest import Clock, Scripted
from tests.desk_hand import Hand
from webhook.helpline.roles import Role
from webhook.parts import Parts

SPOC = {"id": "dud-spoc"}


@pytest.fixture
def editor(app: Flask, tmp_path: Path) -> Hand:
    return Hand(app, "Edith Sentinel", tmp_path).enrol(Role.EDITOR)


def shown(hand: Hand) -> str:
    answer = hand.get("directory", Accept="text/html")
    assert answer.status_code == 200, answer.text
    return answer.text


def directory(linden: Parts) -> Session:
    return Session(linden.front_door.fallback.directory, future=True)


def said_in_the_chat(app: Flask) -> str:
    client = app.test_client()
    session = client.post("/chat/open").get_json()["session"]
    message = {"text": "who can help me in Dudley", "turn": 1}
    return client.post("/chat/message", json=message, headers={"X-Chat-Session": session}).text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.EDITOR])
def test_only_an_editor_sees_or_confirms(app: Flask, tmp_path: Path, linden: Parts, role: Role) -> None:
    hand = Hand(app, "robin", tmp_path).enrol(role)
    assert hand.get("directory").status_code == 403
    assert hand.post("directory/confirm", SPOC).status_code == 403
    with directory(linden) as session:
        assert session.query(Confirmation).count() == 0


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_changes_nothing(editor: Hand) -> None:
    editor.post("sign-out")
    assert editor.get("directory", Accept="text/html").headers["Location"] == "/helpline/"
    assert editor.post("directory/confirm", SPOC).status_code == 401


@pytest.mark.parametrize(
    "headers", [{"X-Helpline-Token": ""}, {"X-Helpline-Token": "made up"}, {"Origin": "https://elsewhere.example"}, {"Origin": ""}]
)
def test_a_confirmation_from_another_page_is_refused(editor: Hand, linden: Parts, headers: dict[str, str]) -> None:
    assert editor.post("directory/confirm", SPOC, **headers).status_code == 403
    with directory(linden) as session:
        assert session.get(Service, "dud-spoc").assured_by is None


def test_one_press_renews_keeps_who_and_when_and_shows_people_the_date(editor: Hand, app: Flask, scripted: Scripted, linden: Parts) -> None:
    scripted.error = True  # the front door answers by itself, from the directory
    assert "Not yet checked by us" in said_in_the_chat(app)
    answer = editor.post("directory/confirm", SPOC)
    assert answer.get_json() == {"say": "Confirmed by Edith Sentinel on 2026-11-23.", "left": []}
    with directory(linden) as session:
        kept = session.query(Confirmation).one()
        assert (kept.service_id, kept.confirmed_by, kept.confirmed_on) == ("dud-spoc", "Edith Sentinel", date(2026, 11, 23))
        assert (kept.dials, kept.review_by) == ("01384455411", date(2026, 11, 23) + timedelta(days=90))
    assert "Confirmed by Edith Sentinel on 2026-11-23." in shown(editor)
    said = said_in_the_chat(app)
    assert "23 November 2026" in said
    assert "Edith" not in said


def test_what_is_past_comes_first_and_is_gone_once_it_is_confirmed(editor: Hand, clock: Clock) -> None:
    clock.forward(days=120)
    editor.sign_in()
    page = shown(editor)
    assert page.index('data-problem="past"') < page.index('data-problem="unconfirmed"')
    past = page.count('data-problem="past"')
    assert editor.post("directory/confirm", SPOC).get_json()["left"] == []
    assert shown(editor).count('data-problem="past"') == past - 1


def test_a_number_ruled_out_is_shown_first_and_cannot_be_confirmed(editor: Hand, linden: Parts) -> None:
    with directory(linden) as session, session.begin():
        number = "11111111-1111-4111-8111-111111111111"
        session.add(Phone(service_id="haven", id=number, position=1, number="0845 111 2922", dial="08451112922", extra={}))
    page = shown(editor)
    assert page.index('data-problem="never"') == page.index("data-problem=")
    assert 'data-confirms="haven"' not in page
    assert editor.post("directory/confirm", {"id": "haven"}).get_json()["error"] == "error_not_confirmed"


@pytest.mark.parametrize("posted", [{}, {"id": 1}, {"id": "nowhere"}, {"id": "sarc-adult"}])
def test_what_cannot_be_confirmed_is_refused_and_leaves_no_record(editor: Hand, linden: Parts, posted: dict[str, object]) -> None:
    assert editor.post("directory/confirm", posted).status_code in (400, 409)
    with directory(linden) as session:
        assert session.query(Confirmation).count() == 0


def test_every_service_is_on_the_page_once_and_areas_without_a_line_at_night(editor: Hand, linden: Parts) -> None:
    page = shown(editor)
    with directory(linden) as session:
        active = [key for (key,) in session.query(Service.id).filter(Service.status == "active")]
    assert all(page.count(f'<span class="soft">{key}</span>') == 1 for key in active)
    assert "<strong>Walsall</strong> has no line of its own" in page
