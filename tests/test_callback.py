"""The call form: only the asker's number and a safe time are needed; sealed or refused, never lost, never in the clear."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.conftest import PASSPHRASE, Scripted, add_keys
from tests.test_page import Page
from webhook.handoff.desk import TRIED, Desk
from webhook.handoff.keyfile import open_keyfile
from webhook.helpline.opening import open_request
from webhook.parts import Parts
from webhook.store.floods import list_floods
from webhook.store.models import DailyCount


@pytest.fixture
def form(client: FlaskClient, keys: dict[str, Path]) -> dict[str, str]:
    """The fields of the Dudley form as the page gives them, with the first time chosen."""
    page = Page(client.post("/callback/form", data={"area": "Dudley"}).data)
    window = next(a["value"] for tag, a in page.tags if tag == "input" and a.get("name") == "window")
    return {"service": page.hidden("service"), "key": page.hidden("key"), "window": window, "number": "07700 900123"}


def receipt_of(html: bytes) -> str:
    found = re.search(r"Your two words are: (\w+ \w+)", html.decode())
    assert found is not None
    return found[1]


def test_a_number_and_a_time_are_enough(client: FlaskClient, linden: Parts, form: dict[str, str], keys: dict[str, Path]) -> None:
    answer = client.post("/callback", data=form)
    assert answer.status_code == 201
    receipt_of(answer.data)
    opened = open_request(linden.desk, linden.desk.waiting()[0].id, open_keyfile(keys["worker"], PASSPHRASE))
    assert opened["number"] == "+447700900123"
    assert (opened["voicemail"], opened["may_text"], opened["if_answered"]) == (False, False, "hang_up")


def test_all_that_was_filled_in_is_sealed_and_only_the_planned_work_is_clear(
    client: FlaskClient, linden: Parts, form: dict[str, str], keys: dict[str, Path]
) -> None:
    more = {
        "name": "Sam",
        "her_word": "bluebell",
        "our_word": "harbour",
        "stop_word": "pizza",
        "children": "yes",
        "danger_today": "yes",
        "interpreter": "Polish",
        "woman": "yes",
    }
    client.post("/callback", data=form | more)
    request = linden.desk.waiting()[0]
    assert (request.danger, request.under_18, request.booked) == (True, False, "interpreter: Polish; woman worker")
    opened = open_request(linden.desk, request.id, open_keyfile(keys["recovery"], PASSPHRASE))
    assert [opened[name] for name in ("name", "her_word", "our_word", "stop_word", "children")] == ["Sam", "bluebell", "harbour", "pizza", True]


def test_sending_twice_makes_one_request_with_one_receipt(client: FlaskClient, linden: Parts, form: dict[str, str]) -> None:
    assert receipt_of(client.post("/callback", data=form).data) == receipt_of(client.post("/callback", data=form).data)
    assert len(linden.desk.waiting()) == 1


def test_a_program_can_ask_for_the_receipt_as_json(client: FlaskClient, form: dict[str, str]) -> None:
    answer = client.post("/callback", data=form, headers={"Accept": "application/json"})
    assert re.fullmatch(r"[a-z]+-[a-z]+", answer.get_json()["receipt"])


@pytest.mark.parametrize(
    "change", [{"number": ""}, {"number": "0909 8790123"}, {"window": ""}, {"window": "20200101T0900Z-20200101T1200Z"}, {"name": "x" * 100}]
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client: FlaskClient, linden: Parts, form: dict[str, str], change: dict[str, str]) -> None:
    answer = client.post("/callback", data=form | {"her_word": "kept word"} | change)
    assert answer.status_code == 422
    assert b'role="alert"' in answer.data
    assert b"kept word" in answer.data
    assert linden.desk.waiting() == []


def test_a_time_that_was_never_offered_is_refused(client: FlaskClient, linden: Parts, form: dict[str, str]) -> None:
    assert client.post("/callback", data=form | {"window": "20261123T1201Z-20261123T1501Z"}).status_code == 422


def test_nothing_is_taken_where_nobody_could_open_it(client: FlaskClient) -> None:
    answer = client.post("/callback/form", data={"area": "Dudley"})
    assert answer.status_code == 503
    for line in (b"nothing has been sent", b"0808 2000 247", b"0808 801 0327", b"999"):
        assert line in answer.data


def test_a_place_without_a_service_gets_numbers_and_no_form(client: FlaskClient, keys: dict[str, Path]) -> None:
    answer = client.post("/callback/form", data={"area": "outside:Birmingham"})
    assert answer.status_code == 404
    assert b"<textarea" not in answer.data
    assert b"0808 2000 247" in answer.data


def test_the_area_is_asked_for_when_it_is_not_known(client: FlaskClient, keys: dict[str, Path]) -> None:
    html = client.post("/callback/form").data.decode()
    for area in ("Dudley", "Sandwell", "Walsall", "Wolverhampton"):
        assert f'value="{area}"' in html


def test_the_chats_own_area_is_used(client: FlaskClient, scripted: Scripted, keys: dict[str, Path]) -> None:
    session = client.post("/chat/open").get_json()["session"]
    client.post("/chat/message", json={"text": "im in dudley", "turn": 1}, headers={"X-Chat-Session": session})
    assert b"Dudley demonstration helpline" in client.post("/callback/form", data={"session": session}).data


def test_a_database_that_fails_is_said_not_hidden(client: FlaskClient, form: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> str:
        raise OperationalError("insert", {}, Exception("disk full"))

    monkeypatch.setattr(Desk, "submit", fails)
    answer = client.post("/callback", data=form)
    assert answer.status_code == 503
    assert b"could not save" in answer.data
    assert b"0808 2000 247" in answer.data


def test_cancelling_says_the_same_whether_or_not_there_was_a_call(client: FlaskClient, linden: Parts, form: dict[str, str]) -> None:
    receipt = receipt_of(client.post("/callback", data=form).data)
    wrong = client.post("/callback/cancel", data={"receipt": "apple pear"})
    right = client.post("/callback/cancel", data={"receipt": receipt})
    assert wrong.data == right.data
    assert linden.desk.waiting() == []
    with Session(linden.queue, future=True) as session:  # each wrote, so that neither takes longer
        assert [row.count for row in session.query(DailyCount).filter_by(fact=TRIED)] == [2]


def test_guessing_receipts_is_slowed_without_saying_so(client: FlaskClient, linden: Parts, form: dict[str, str]) -> None:
    receipt = receipt_of(client.post("/callback", data=form).data)
    for _ in range(12):
        client.post("/callback/cancel", data={"receipt": "apple pear"})
    assert client.post("/callback/cancel", data={"receipt": receipt}).status_code == 200
    assert len(linden.desk.waiting()) == 1


def test_a_flood_is_marked_and_not_dropped(client: FlaskClient, linden: Parts, form: dict[str, str]) -> None:
    for _ in range(6):
        linden.limits.allow("callback", "127.0.0.0/24")
    assert client.post("/callback", data=form).status_code == 201
    assert client.post("/callback", data=form | {"key": "another", "danger_today": "yes"}).status_code == 201
    with Session(linden.queue, future=True) as session:
        assert list_floods(session) == {request.id for request in linden.desk.waiting()}
        assert len(linden.desk.waiting()) == 2


def test_the_first_requests_of_a_network_are_not_marked(client: FlaskClient, linden: Parts, form: dict[str, str]) -> None:
    client.post("/callback", data=form)
    with Session(linden.queue, future=True) as session:
        assert list_floods(session) == set()


def test_under_18_is_never_queued_where_young_people_are_not_rung(client: FlaskClient, linden: Parts, tmp_path: Path) -> None:
    add_keys(tmp_path, linden, "demo-walsall")
    page = Page(client.post("/callback/form", data={"area": "Walsall"}).data)
    window = next(a["value"] for tag, a in page.tags if tag == "input" and a.get("name") == "window")
    filled = {"service": "demo-walsall", "window": window, "number": "07700 900123", "under_18": "yes"}
    answer = client.post("/callback", data=filled)
    assert answer.status_code == 422
    assert b"0800 1111" in answer.data
    assert linden.desk.waiting() == []


def test_under_18_is_flagged_where_they_are_rung(client: FlaskClient, linden: Parts, form: dict[str, str]) -> None:
    assert client.post("/callback", data=form | {"under_18": "yes"}).status_code == 201
    assert linden.desk.waiting()[0].under_18


def test_childrens_services_of_the_borough_are_named_before_sending(client: FlaskClient, keys: dict[str, Path]) -> None:
    html = client.post("/callback/form", data={"area": "Dudley"}).data.decode()
    assert html.index("0800 1111") < html.index("0300 555 0050") < html.index("Send my request")


def test_what_it_is_for_and_who_must_be_told_is_said_before_sending(client: FlaskClient, keys: dict[str, Path]) -> None:
    html = client.post("/callback/form", data={"area": "Dudley"}).data.decode()
    for words in ("not an emergency service", "They keep it private, but must tell others if a child", "This chat itself tells no one", "Childline"):
        assert words in html
    assert html.index("must tell others") < html.index("Send my request")


def test_each_helpline_has_its_own_keys(client: FlaskClient, linden: Parts, keys: dict[str, Path], tmp_path: Path) -> None:
    add_keys(tmp_path, linden, "demo-sandwell")
    dudley, sandwell = ({r.kid for r in linden.desk.recipients(service)} for service in ("demo-dudley", "demo-sandwell"))
    assert dudley.isdisjoint(sandwell)
