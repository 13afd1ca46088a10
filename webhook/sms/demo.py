"""A phone-shaped page to try texting on, in demonstration mode only: the same path, a made-up number, nothing sent out.

The page keeps nothing anywhere: what was said travels in the form, as on the chat page without JavaScript.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from flask import Blueprint, abort, render_template, request
from sqlalchemy.exc import SQLAlchemyError

from webhook.numbers import FICTIONAL, uk_mobile
from webhook.parts import Parts, parts
from webhook.sms.conversation import answer_text
from webhook.sms.gsm7 import places, segments
from webhook.sms.text import Text, alone

MOST_SHOWN = 40  # bubbles
LONGEST = 1_600  # characters in one text, as Twilio takes

bp = Blueprint("sms_demo", __name__)


@bp.before_request
def only_in_demonstration() -> None:
    """Nowhere else: a page that speaks for a number must not exist beside real people."""
    if not parts().config.demo:
        abort(404)


@bp.get("/demo/sms")
def show() -> str:
    """Show the phone with nothing said yet."""
    return render_template("demo_sms.html", thread=[], number=new_number(), held="[]")


@bp.post("/demo/sms")
def send() -> tuple[str, int]:
    """Send what was typed as a text from the page's made-up number, and show the reply as a phone would."""
    linden, arrived = parts(), parts().front_door.clock()
    number = uk_mobile(request.form.get("number", "")) or ""
    if not FICTIONAL.match(number):
        return render_template("demo_sms.html", thread=[], number=new_number(), held="[]"), 422
    body = request.form.get("text", "")[:LONGEST]
    reply = _reply(linden, Text(f"SM{secrets.token_hex(16)}", number, body, arrived))
    thread = [*_thread(request.form.get("held", "")), bubble("you", body), bubble("us", reply)][-MOST_SHOWN:]
    return render_template("demo_sms.html", thread=thread, number=number, held=json.dumps(thread)), 200


def new_number() -> str:
    """Return a number that Ofcom keeps for drama, so that each page is a phone of its own."""
    return f"+447700900{secrets.randbelow(1000):03d}"


def bubble(who: str, said: str) -> dict[str, Any]:
    """Return one text as the page shows it: who sent it, its words, and how many segments and places it takes."""
    return {"who": who, "said": said, "segments": segments(said) if said else 0, "places": places(said)}


def _reply(linden: Parts, text: Text) -> str:
    try:
        return answer_text(linden, text)
    except SQLAlchemyError:
        return alone(linden.front_door, linden.front_door.detector(text.body).level)


def _thread(held: str) -> list[dict[str, Any]]:
    """What the form says was said before; shown, never used."""
    try:
        found = json.loads(held)
        return [bubble("you" if item["who"] == "you" else "us", str(item["said"])[:LONGEST]) for item in found][-MOST_SHOWN:]
    except (ValueError, TypeError, KeyError):
        return []
