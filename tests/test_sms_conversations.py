"""Journeys by text with the trained assistant itself: what a worried mother types, word for word."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import Clock, add_keys, make_app
from tests.test_sms import text
from tools.agent import AgentAssistant
from webhook.parts import Parts
from webhook.sms.gsm7 import segments


@pytest.fixture
def app(tmp_path: Path, assistant: AgentAssistant, clock: Clock) -> Flask:
    return make_app(tmp_path, assistant, clock)


def test_clares_law_for_a_daughters_boyfriend_and_a_call_to_her_mother(client: FlaskClient, linden: Parts, tmp_path: Path) -> None:
    add_keys(tmp_path, linden, "demo-dudley")

    def ask(body: str) -> str:
        said = text(client, linden, body)
        assert segments(said) <= 2
        return said

    assert "999" in ask("im worried about my daughter, her boyfriend scares her")
    assert "someone else's partner" in ask("can i find out if my daughters boyfriend has a past")
    assert "Which town" in ask("can someone ring me about it")
    assert "Safe times to ring you" in ask("dudley")
    assert "Is that 9am or 9pm?" in ask("after 9 when hes at work")
    assert "until when?" in ask("am")
    assert "only then" in ask("3pm")
    assert "the person you worry about" in ask("y")
    for body in ("n", "n", "n"):
        ask(body)
    receipt = ask("send").rsplit("text: ", 1)[1].splitlines()[0]
    assert len(linden.desk.waiting()) == 1
    assert "cancelled" in ask(receipt)
    assert linden.desk.waiting() == []
