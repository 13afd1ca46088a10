"""`make sms`: posts a text to the running front door, signed by Twilio's own library, and shows the reply as a phone would."""

from __future__ import annotations

import os
import secrets
import sys
import textwrap
from pathlib import Path
from xml.etree import ElementTree

import requests
from twilio.request_validator import RequestValidator

from webhook.app import twilio_token
from webhook.config import load_config
from webhook.sms.gsm7 import ONE_SEGMENT, SEGMENT, places, segments

WIDTH = 34  # characters in a line of a phone's bubble


def main() -> int:
    """Send FROM and TEXT of the environment; return 2 with a sentence when the front door is not there."""
    config = load_config(os.environ, Path.cwd())
    token = twilio_token(config)
    if token is None:
        print("No token to sign with: set TWILIO_AUTH_TOKEN.", file=sys.stderr)
        return 2
    form = {
        "MessageSid": os.environ.get("SID") or f"SM{secrets.token_hex(16)}",
        "From": os.environ.get("FROM") or "07700900123",
        "To": "+447700900000",
        "Body": os.environ.get("TEXT", ""),
        "NumMedia": "0",
    }
    signature = RequestValidator(token).compute_signature(f"{config.own_url}/sms", form)
    try:
        answer = requests.post(f"http://127.0.0.1:{config.port}/sms", data=form, headers={"X-Twilio-Signature": signature}, timeout=15)
    except requests.ConnectionError:
        print("The front door does not answer; start it with make run.", file=sys.stderr)
        return 2
    print(shown(form["Body"], answer.status_code, answer.text))
    return 0 if answer.ok else 1


def shown(said: str, status: int, twiml: str) -> str:
    """Return a text and its reply as a phone shows them: the text on the right, the reply in a bubble, its size below."""
    mine = bubble(said, indent=12)
    if status != 200:
        return f"{mine}\n\nHTTP {status}: refused, nothing is sent back"
    reply = "".join(ElementTree.fromstring(twiml).itertext())
    return f"{mine}\n{bubble(reply)}\n{size(reply)}" if reply else f"{mine}\n\n[nothing is sent back]"


def bubble(said: str, indent: int = 0) -> str:
    """Return `said` in a box, `indent` columns from the left."""
    lines = [line for paragraph in said.splitlines() or [""] for line in textwrap.wrap(paragraph, WIDTH) or [""]]
    width = max(len(line) for line in lines)
    box = [f"╭─{'─' * width}─╮", *(f"│ {line:<{width}} │" for line in lines), f"╰─{'─' * width}─╯"]
    return "\n".join(" " * indent + line for line in box)


def size(reply: str) -> str:
    """Return how many places and segments a reply takes, and how much room is left in the last one."""
    count = segments(reply)
    room = ONE_SEGMENT if count == 1 else count * SEGMENT
    return f"{places(reply)} of {room} places, {count} segment{'s' if count > 1 else ''}"


if __name__ == "__main__":
    raise SystemExit(main())
