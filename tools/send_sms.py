"""`make sms`: posts a text to the running front door, signed by Twilio's own library, and shows the reply as a phone would."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from xml.etree import ElementTree

import requests
from twilio.request_validator import RequestValidator

from webhook.app import twilio_token
from webhook.config import load_config
from webhook.sms.gsm7 import places, segments


def main() -> int:
    """Send FROM and TEXT of the environment; return 2 with a sentence when the front door is not there."""
    config = load_config(os.environ, Path.cwd())
    token = twilio_token(config)
    if token is None:
        print("No token to sign with: set TWILIO_AUTH_TOKEN.", file=sys.stderr)
        return 2
    form = {
        "MessageSid": os.environ.get("SID") or f"SM{secrets.token_hex(16)}",
        "From": os.environ.get("FROM", "07700900123"),
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
    show(answer.status_code, answer.text)
    return 0 if answer.ok else 1


def show(status: int, twiml: str) -> None:
    """Print the reply with its length; nothing when nothing is sent back."""
    if status != 200:
        print(f"HTTP {status}")
        return
    reply = "".join(ElementTree.fromstring(twiml).itertext())
    print(f"{reply}\n\n[{places(reply)} places, {segments(reply)} segment(s)]" if reply else "[no reply]")


if __name__ == "__main__":
    raise SystemExit(main())
