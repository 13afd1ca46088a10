"""Asks a short question with three suggestions when the classifier was not sure, or heard nothing at all."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import written_replies

MOST = 3
TITLES = "utter_topics"  # the reply whose buttons hold the title of every intent that may be suggested
OPENING = "utter_greet"  # the reply whose buttons are the choices everybody is offered first
LIKELY = 0.15  # confidence; below it a suggestion would be a guess
MENU = "help_menu"  # always offered last, for when none of them is it


class ActionSuggest(Action):  # type: ignore[misc]
    """Offers the likeliest intents as buttons, then the main choices; their titles come from the words, not from code."""

    def name(self) -> str:
        """Name the action for the rules."""
        return "action_suggest"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Name the question, with the buttons of the best intents that have a title; nothing is remembered."""
        titles = {_intent_of(button): button for button in written_replies()[TITLES][0]["buttons"]}
        likely = [item["name"] for item in tracker.latest_message.get("intent_ranking", []) if item["confidence"] >= LIKELY]
        usual = [_intent_of(button) for button in written_replies()[OPENING][0]["buttons"]]
        offered = [name for name in dict.fromkeys([*likely, *usual]) if name in titles and name != MENU][:MOST]
        dispatcher.utter_message(response="utter_not_sure", buttons=[titles[name] for name in (*offered, MENU)])
        return []


def _intent_of(button: dict[str, str]) -> str:
    return button["payload"].removeprefix("/")
