"""Asks a short question with up to three suggestions when the classifier was not sure."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import written_replies

MOST = 3
TITLES = "utter_topics"  # the reply whose buttons hold the title of every intent that may be suggested
MENU = "help_menu"  # always offered last, for when none of them is it


class ActionSuggest(Action):  # type: ignore[misc]
    """Offers the likeliest intents as buttons; their titles come from the words, not from code."""

    def name(self) -> str:
        """Name the action for the rules."""
        return "action_suggest"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Name the question, with the buttons of the best intents that have a title; nothing is remembered."""
        titles = {button["payload"].removeprefix("/"): button for button in written_replies()[TITLES][0]["buttons"]}
        ranked = [item["name"] for item in tracker.latest_message.get("intent_ranking", [])]
        likely = [titles[name] for name in ranked if name in titles and name != MENU][:MOST]
        dispatcher.utter_message(response="utter_not_sure", buttons=[*likely, titles[MENU]])
        return []
