"""What a conversation by text costs: its segments measured, priced as docs/twilio.md says, and that page's table held to it.

`make sms-costs` prints the rows.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.conftest import ROOT, Scripted, add_keys
from tests.test_sms import NOW, text
from webhook.parts import NAME, Parts
from webhook.replies import Reply
from webhook.sms.gsm7 import segments

DOLLARS, POUNDS = (0.0075, 0.056), (0.005668, 0.042325)  # a segment in, a segment out: docs/twilio.md, "What a conversation costs"

# What is typed, and the reply the assistant gives to it where the text reaches the assistant.
ASKED = [("tues morning", ""), ("y", ""), ("n", ""), ("n", ""), ("n", ""), ("send", "")]
CONVERSATIONS = {
    "danger now, one text": [(NOW, "")],
    "wrong number": [("who is this", "")],
    "hello, and two questions": [
        ("hi", ""),
        ("y", ""),
        ("what is a dvpo", "utter_dvpo_what"),
        ("how do i get a non molestation order", "utter_non_molestation_order"),
    ],
    "a call asked for, with a time typed": [("can someone ring me", "utter_request_callback"), ("im in dudley", ""), *ASKED],
    "a mother: what to do, Clare's Law, a call to her": [
        ("im worried about my daughter and her boyfriend", "utter_worried_about_someone"),
        ("can i find out if he has a past", "utter_clares_law_third_party"),
        ("can someone ring me about it", "utter_request_callback"),
        ("dudley", ""),
        ("after 9 when hes at work", ""),
        ("am", ""),
        ("3pm", ""),
        *ASKED[1:],
    ],
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_page_on_twilio_gives_what_each_conversation_takes_and_costs(
    client: FlaskClient, linden: Parts, scripted: Scripted, tmp_path: Path, name: str
) -> None:
    add_keys(tmp_path, linden, "demo-dudley")
    client.application.extensions[NAME] = replace(linden, config=replace(linden.config, mode="live"))  # without the line of the demonstration
    said, answered = 0, 0
    for body, reply in CONVERSATIONS[name]:
        kind = "callback_form" if reply == "utter_request_callback" else "text"
        scripted.replies = (Reply(reply or "utter_help_menu", "", kind=kind),)
        scripted.topic = reply.removeprefix("utter_")
        answer = text(client, linden, body)
        said += segments(body)
        answered += segments(answer)
    dollars, pounds = (said * per_in + answered * per_out for per_in, per_out in (DOLLARS, POUNDS))
    row = f"| {name} | {len(CONVERSATIONS[name])} | {said} | {answered} | ${dollars:.2f} | {pounds * 100:.0f}p |"
    print(row)
    assert row in (ROOT / "docs/twilio.md").read_text("utf-8").splitlines()
