"""A request for a call from the widget on a council's page: sealed in the frame, opened by the helpline, legible nowhere between."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.steps import DUDLEY, press
from tools.demo_keys import PASSPHRASE
from webhook.handoff.keyfile import open_keyfile
from webhook.helpline.opening import open_request

NUMBER, SENTENCE = "07700 900765", "the heron stood by the blue gate"
SECRETS = (b"07700 900765", b"7700900765", b"heron")

pytestmark = pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)


def ask_for_a_call(visit: Visit, presses: int = 1) -> None:
    visit.open_widget()
    visit.say(DUDLEY, 1)
    press(visit, ".utter_request_callback button", frame=True)
    press(visit, "#number", frame=True)
    visit.engine.type(NUMBER)
    press(visit, ".slot", frame=True)
    press(visit, ".more summary", frame=True)
    press(visit, "#her_word", frame=True)
    visit.engine.type(SENTENCE)
    button = visit.engine.do("place", selector="form.callback > button", frame=True, reveal=True)
    for _ in range(presses):
        visit.engine.click(button)
    visit.engine.wait("document.querySelector('.receipt')", frame=True)


def test_the_number_leaves_the_widget_sealed_and_the_helpline_opens_it(visit: Visit) -> None:
    ask_for_a_call(visit)
    desk, var = visit.parts.desk, visit.parts.config.var
    request = desk.waiting()[-1]
    opened = open_request(desk, request.id, open_keyfile(var / "demo/demo-dudley-worker.json", PASSPHRASE))
    assert (opened["number"], opened["her_word"], opened["area"]) == ("+447700900765", SENTENCE, "Dudley")
    words = visit.parts.receipts.of(request.id).replace("-", " ")
    assert words in visit.engine.ask("document.querySelector('.receipt').textContent", frame=True)
    posted = [hit.body for hit in visit.linden.hits if hit.what.startswith("POST /callback")]
    assert len(posted) == 2, "the form was asked for, and the request sent"
    held = [*posted, *(path.read_bytes() for path in var.rglob("*.db*"))]
    assert [secret for secret in SECRETS for each in held if secret in each] == []


def test_pressing_send_twice_asks_for_one_call(visit: Visit) -> None:
    before = len(visit.parts.desk.waiting())
    ask_for_a_call(visit, presses=2)
    assert len(visit.parts.desk.waiting()) == before + 1
