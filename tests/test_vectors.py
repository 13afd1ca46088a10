"""A message is encoded once: the front door's vectors are the ones Rasa would make, travel with it, and are kept nowhere."""

import asyncio

import numpy as np
import pytest
from flask.testing import FlaskClient

from bot.channels import run_turn
from safety.danger import DangerDetector
from safety.encoder import Encoder, pack, unpack
from safety.normalise import Normaliser, plain
from safety.pieces import pieces
from tests.conftest import Scripted
from tests.test_faults import send_text
from tools.agent import AgentAssistant
from webhook.parts import Parts

SHORT = "how do i get a nonmol, hes still ringing me"
LONG = " and then ".join(["he takes my wages every month", "my mom says i should go", "i dont know if it counts", "is there a refuge in dudley"] * 3)


@pytest.mark.parametrize("text", [SHORT, LONG])
def test_what_the_front_door_read_is_what_rasa_would_read(detector: DangerDetector, encoder: Encoder, normalise: Normaliser, text: str) -> None:
    read = unpack(pack(detector(text).vectors), len(pieces(text)))
    assert np.array_equal(read, encoder([plain(piece, normalise) for piece in pieces(text)]))


def test_rasa_understands_the_same_with_them_and_keeps_none(assistant: AgentAssistant, detector: DangerDetector) -> None:
    vectors = pack(detector(LONG).vectors)
    with_them, without = (
        asyncio.run_coroutine_threadsafe(run_turn(assistant.agent, "web", f"v{more!r:.8}", LONG, more), assistant.loop).result()
        for more in ({"vectors": vectors}, {})
    )
    assert with_them["ranking"] == without["ranking"]
    assert vectors[:60] not in str(assistant.agent.tracker_store.held)


def test_the_featurizer_takes_what_it_is_given(assistant: AgentAssistant, encoder: Encoder) -> None:
    other = pack(encoder(["what is clares law"]))
    heard = asyncio.run_coroutine_threadsafe(run_turn(assistant.agent, "web", "given", "zzz", {"vectors": other}), assistant.loop).result()
    alone = asyncio.run_coroutine_threadsafe(run_turn(assistant.agent, "web", "alone", "zzz", {}), assistant.loop).result()
    assert heard["ranking"] != alone["ranking"]


def test_words_that_were_changed_on_the_way_go_without(client: FlaskClient, scripted: Scripted) -> None:
    session = client.post("/chat/open").get_json()["session"]
    for turn, text in enumerate((SHORT, f"{SHORT} on 07700 900123"), start=1):
        client.post("/chat/message", json={"text": text, "turn": turn}, headers={"X-Chat-Session": session})
    assert ["vectors" in metadata for _, _, _, metadata in scripted.sent] == [True, False]


def test_a_text_is_read_once_too(client: FlaskClient, linden: Parts, scripted: Scripted) -> None:
    send_text(client, linden, SHORT)
    assert [pack(linden.front_door.detector(SHORT).vectors)] == [metadata.get("vectors") for _, _, _, metadata in scripted.sent]
