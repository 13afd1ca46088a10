"""The two ways in from the front door: `web` and `sms`; the name chooses the wording, the path is otherwise one.

Only the front door may call: both check a shared secret, bind to the loopback, and answer JSON in one go:
`{"replies": [{"id", "text", "buttons", "kind", "contact"}], "ranking": [["intent", 0.93], …]}`.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json

from bot.featurizer import read_already
from bot.followups import PLACE, Context, Followups, nothing_heard, put_first
from bot.unclear import Unclear
from safety.encoder import unpack
from safety.normalise import Normaliser
from safety.pieces import pieces

RELATIVE = "relative"  # the asker, when it is somebody else she asks for
NOW = "now"  # the danger, when the last answer began with 999
SMALL_TALK = frozenset({"greet", "thanks", "goodbye", "affirm", "deny", "out_of_scope", "nlu_fallback"})
RANKED = 10  # how many intents are handed back for suggestions and measurement


class WebInput(InputChannel):  # type: ignore[misc]
    """The web chat's way in."""

    @classmethod
    def name(cls) -> str:
        """Name the channel; responses marked `channel: web` are chosen by it."""
        return "web"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes: `GET /` for readiness, `POST /message` for a turn, `POST /forget` to leave."""
        channel = self.name()
        routes = Blueprint(f"linden_{channel}")

        async def message(request: Request) -> HTTPResponse:
            return await _answer(request, channel)

        routes.add_route(_health, "/", methods=["GET"])
        routes.add_route(message, "/message", methods=["POST"])
        routes.add_route(_forget, "/forget", methods=["POST"])
        return routes


class SmsInput(WebInput):
    """The text messages' way in: the same, with its own wording."""

    @classmethod
    def name(cls) -> str:
        """Name the channel; responses marked `channel: sms` are chosen by it."""
        return "sms"


class Replies(OutputChannel):  # type: ignore[misc]
    """Collects a turn's replies whole, with the name of each, which Rasa's own collector drops."""

    def __init__(self, channel: str) -> None:
        """Collect for `channel`."""
        self.channel = channel
        self.replies: list[dict[str, Any]] = []

    def name(self) -> str:  # type: ignore[override]
        """Name the channel the wording is chosen for."""
        return self.channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one reply; the only method Rasa calls to send."""
        extra = message.get("custom") or {}
        self.replies.append(
            {
                "id": message.get("utter_action") or "unnamed",
                "text": message.get("text") or "",
                "buttons": message.get("buttons") or [],
                "kind": extra.get("kind", "text"),
                "contact": extra.get("contact"),
            }
        )


def ranking(parsed: dict[str, Any]) -> list[tuple[str, float]]:
    """The intents considered, best first, at most RANKED; the fallback keeps its place at the top."""
    ranked = parsed.get("intent_ranking") or [parsed["intent"]]
    return [(item["name"], float(item["confidence"])) for item in ranked[:RANKED]]


async def _answer(request: Request, channel: str) -> HTTPResponse:
    if not _allowed(request):
        return json({"error": "forbidden"}, 403)
    body = request.json
    return json(await run_turn(request.app.ctx.agent, channel, body["sender"], body["text"], body.get("metadata") or {}))


async def run_turn(agent: Agent, channel: str, sender: str, text: str, metadata: dict[str, str]) -> dict[str, Any]:
    """Run one turn of a conversation and return its replies and the intents considered.

    A long message is heard piece by piece, and a short question or a place, typed or pressed, in the light of the last topic. The area the front door
    resolved is added as an entity, so that Rasa's own slot mapping remembers it. `vectors` of the metadata are what the
    encoder made of the pieces already (safety/encoder.py: pack); they go no further than the featurizer."""
    output = Replies(channel)
    kept = {name: value for name, value in metadata.items() if name != "vectors"}
    turn = UserMessage(text, output, sender, input_channel=channel, metadata=kept)
    parsed = await _parse(agent, turn, metadata.get("vectors"))
    if not text.startswith("/") or text == f"/{PLACE}":
        _lean(parsed, normaliser()(text), metadata)
    if metadata.get("area"):
        parsed["entities"] = [*parsed.get("entities", ()), {"entity": "area", "value": metadata["area"], "start": 0, "end": 0}]
    turn.parse_data = parsed
    await agent.handle_message(turn)
    return {"replies": output.replies, "ranking": ranking(parsed)}


async def _parse(agent: Agent, turn: UserMessage, packed: str | None) -> dict[str, Any]:
    """Understand the message, or the piece of a long one whose meaning is surest and is more than a greeting."""
    parts = [turn.text] if turn.text.startswith("/") else pieces(turn.text)
    with read_already(dict(zip(parts, unpack(packed, len(parts)), strict=True)) if packed else {}):
        heard = [await agent.processor.parse_message(UserMessage(part, turn.output_channel, turn.sender_id)) for part in parts]
    surest = max(heard, key=lambda parsed: (parsed["intent"]["name"] not in SMALL_TALK, parsed["intent"]["confidence"]))
    return {**surest, "text": turn.text}


def _lean(parsed: dict[str, Any], plain: str, metadata: dict[str, str]) -> None:
    """Change what was heard to what is meant: nothing where nothing was said, and what the last topic makes of a short question."""
    if unclear()(plain, parsed["intent"]):
        parsed.update(nothing_heard())
    context = Context(metadata.get("topic"), metadata.get("asker") == RELATIVE, metadata.get("danger") == NOW)
    put_first(parsed, followups()(plain, parsed["intent"]["name"], context))


@cache
def unclear() -> Unclear:
    """Read the words that say nothing and those that are known, once."""
    return Unclear.load(Path.cwd())


@cache
def followups() -> Followups:
    """Read the follow-up questions, once."""
    return Followups.load(Path.cwd())


@cache
def normaliser() -> Normaliser:
    """Read the spellings, once."""
    return Normaliser.load(Path.cwd())


async def _health(_: Request) -> HTTPResponse:
    return json({"status": "ok"})


async def _forget(request: Request) -> HTTPResponse:
    if not _allowed(request):
        return json({"error": "forbidden"}, 403)
    await request.app.ctx.agent.tracker_store.delete(request.json["sender"])
    return json({"status": "forgotten"})


def _allowed(request: Request) -> bool:
    """True when the caller knows the secret that `make run` gives to the front door and to Rasa alone."""
    expected = os.environ.get("LINDEN_RASA_SECRET", "")
    return bool(expected) and hmac.compare_digest(request.headers.get("X-Linden-Secret", ""), expected)
