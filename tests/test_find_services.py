"""The action that finds services: the borough's own line with its caution and both national lines, and the words of each card."""

from collections.abc import Callable
from datetime import datetime

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.services import ActionFindServices
from directory.database import open_directory
from directory.hours import LONDON
from directory.load import load_seed
from tests.conftest import ROOT
from webhook.cards import card_reply
from webhook.replies import Reply
from webhook.words import Words

WORDS = Words.load(ROOT)
NOON, NIGHT = datetime(2026, 11, 23, 12, 0, tzinfo=LONDON), datetime(2026, 11, 23, 23, 0, tzinfo=LONDON)
Ask = Callable[..., list[Reply]]


@pytest.fixture(scope="module")
def ask() -> Ask:
    """Ask for services as Rasa does, and word the cards as the front door does."""
    engine = open_directory("sqlite://")
    load_seed(engine, ROOT)

    def run(intent: str, area: str | None, now: datetime = NOON, channel: str = "web") -> list[Reply]:
        latest = {"intent": {"name": intent}, "intent_ranking": [{"name": intent}], "entities": []}
        tracker = Tracker("s", {"area": area}, latest, [{"event": "user", "input_channel": channel}], False, None, {}, "action_listen")
        dispatcher = CollectingDispatcher()
        ActionFindServices(lambda: engine, lambda: now).run(dispatcher, tracker, {})
        said = [message["custom"].get("contact") for message in dispatcher.messages if message.get("custom")]
        return [card_reply(WORDS, channel, contact) for contact in said]

    return run


def numbers(replies: list[Reply]) -> list[str]:
    return [reply.contact["number"] for reply in replies if reply.contact]


def test_dudley_gets_its_own_line_not_yet_checked_and_both_national_lines(ask: Ask) -> None:
    cards = ask("inform_area", "Dudley")
    assert numbers(cards)[0] == "01384 455411"
    assert "Not yet checked by us" in cards[0].text
    assert numbers(cards)[-2:] == ["0808 2000 247", "0808 801 0327"]


def test_at_night_a_line_anyone_can_ring_is_added(ask: Ask) -> None:
    cards = ask("inform_area", "Dudley", NIGHT)
    assert numbers(cards)[0] == "01384 455411"
    assert numbers(cards)[-1] == "116 123"
    assert "Closed now." in next(card.text for card in cards if card.contact and card.contact["id"] == "mal")


def test_a_card_says_what_is_known_and_warns_of_the_bill_once(ask: Ask) -> None:
    cards = ask("refuge", "Wolverhampton")
    warned = [card for card in cards if "may show in call history" in card.text]
    assert warned == cards[:1]
    national = next(card for card in cards if card.contact and card.contact["id"] == "ndah")
    assert "Free to call or use." in national.text
    assert "Languages: British Sign Language on the website." in national.text
    assert not [card for card in ask("local_contacts", "Walsall") if "may show in call history" in card.text]


def test_a_line_with_doubtful_sources_says_so(ask: Ask) -> None:
    cards = {card.contact["id"]: card.text for card in ask("abuse_economic", None) if card.contact}
    assert "We are less sure of this one" in cards["sea"]
    assert "We are less sure" not in cards["ndah"]


def test_a_text_carries_the_needful_alone(ask: Ask) -> None:
    cards = ask("inform_area", "Dudley", channel="sms")
    assert all("\n" not in card.text and len(card.text) <= 160 for card in cards)
    assert not [card for card in cards if "Open now" in card.text or "call history" in card.text]


def test_a_man_is_not_given_a_line_for_women(ask: Ask) -> None:
    assert "0808 2000 247" not in numbers(ask("male_victim", "Wolverhampton"))
