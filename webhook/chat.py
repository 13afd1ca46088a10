"""The chat API: open, say something, leave. The session token travels in a header or a body, never in an address."""

from __future__ import annotations

import json
import secrets
from typing import Any

from flask import Blueprint, Response, jsonify, request

from webhook.conversations import Conversation
from webhook.front_door import Said
from webhook.limits import network
from webhook.parts import Parts, parts
from webhook.problems import Problem
from webhook.replies import Answer

LONGEST_AREA = 40  # characters; the longest borough has 13

bp = Blueprint("chat", __name__, url_prefix="/chat")


@bp.post("/open")
def open_chat() -> tuple[Response, int]:
    """Open a chat and return its session token; the page it is on may say which borough it serves."""
    if not parts().limits.allow("open", network(request.remote_addr)):
        raise Problem("utter_too_fast", 429)
    return jsonify({"session": new_session(parts(), str(read_body().get("area", "")))}), 201


@bp.post("/message")
def message() -> tuple[Response, int]:
    """Answer one message or one pressed button."""
    linden, arrived = parts(), parts().front_door.clock()
    body = read_body()
    text = body.get("text", "")
    if not isinstance(text, str) or not isinstance(body.get("turn"), int | None):
        raise Problem("utter_bad_request", 400)
    conversation = find_conversation(linden, request.headers.get("X-Chat-Session") or str(body.get("session", "")), text)
    allowed = linden.limits.allow("message", network(request.remote_addr))
    answer = take_turn(linden, conversation, Said(text, arrived, body.get("turn"), allowed), str(body.get("payload", "")))
    return jsonify(answer.as_json()), answer.status


@bp.post("/leave")
def leave() -> tuple[str, int]:
    """Forget the chat everywhere; a beacon may send its token as plain text."""
    token = request.headers.get("X-Chat-Session") or _token_in(request.get_data(as_text=True))
    forget(parts(), token)
    return "", 204


def new_session(linden: Parts, area: str = "", token: str = "") -> str:
    """Open a conversation, in a borough if `area` names one, and return the token that is the only way back to it; `token` if given."""
    token = token or secrets.token_urlsafe(32)
    conversation = linden.conversations.open(conversation_id(linden, token), "web")
    with conversation.taken():
        conversation.area = linden.front_door.gazetteer.find(area[:LONGEST_AREA])
    return token


def conversation_id(linden: Parts, token: str) -> str:
    """The id a token stands for: a keyed hash, so that no store holds a token."""
    return linden.keys.tag("conversation/web", token)


def find_conversation(linden: Parts, token: str, text: str) -> Conversation:
    """Return the conversation of a token; raises a Problem that still answers danger when it has ended."""
    conversation = linden.conversations.find(conversation_id(linden, token)) if token else None
    if conversation is None:
        raise Problem("utter_session_ended", 410, linden.front_door.detector(text).level)
    return conversation


def take_turn(linden: Parts, conversation: Conversation, said: Said, payload: str) -> Answer:
    """Answer a pressed button if this conversation was just offered it, else what was typed."""
    button = conversation.offered.get(payload)
    if button is not None and not said.text:
        return linden.front_door.press(conversation, button, said)
    return linden.front_door.answer(conversation, said)


def forget(linden: Parts, token: str) -> None:
    """Forget the conversation of a token here and at Rasa; forgetting twice, or nothing, is no error."""
    if token:
        linden.conversations.forget(conversation_id(linden, token))
        linden.rasa.forget(conversation_id(linden, token))


def read_body() -> dict[str, Any]:
    """Return the JSON object that was posted; raises a Problem when it is none."""
    try:
        body = json.loads(request.get_data(as_text=True) or "{}")
    except (ValueError, RecursionError) as error:
        raise Problem("utter_bad_request", 400) from error
    if not isinstance(body, dict):
        raise Problem("utter_bad_request", 400)
    return body


def _token_in(body: str) -> str:
    """The token in a beacon's body: JSON with `session`, or the bare token."""
    if not body.startswith("{"):
        return body.strip()
    try:
        return str(json.loads(body).get("session", ""))
    except (ValueError, RecursionError):
        return ""
