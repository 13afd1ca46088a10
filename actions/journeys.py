"""Says one step of a journey: the step, what goes before it, and the borough's own way where there is one.

Which step follows which is in the buttons of `data/responses/journeys.yml`; a step is named by the entity `step` of the
button's payload, never by anything typed. The one thing remembered is which parts of a safety plan were chosen.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import written_replies

SAYS_WHERE = frozenset({"safe_tonight", "safe_home"})  # steps after which the borough's own way is said
PLAN = "plan_"  # steps of the safety plan begin with it
PLAN_STARTS, PLAN_ENDS = "plan_start", "plan_whole"
PLAN_MAIN = frozenset({"plan_stay", "plan_leave", "plan_left"})  # choosing one takes the place of another
NEXT = {  # the journey that an answer offers by text; on the web a button does
    "clares_law_what": "clares_law",
    "clares_law_apply": "clares_law",
    "clares_law_third_party": "clares_law",
    "non_molestation_order": "order",
    "dvpo_what": "order",
    "is_it_abuse": "abuse",
    "refuge": "safe",
    "worried_about_someone": "friend",
    "child_at_home": "child",
    "professional_referral": "pro",
    "perpetrator_help": "own",
}


class ActionNextByText(Action):  # type: ignore[misc]
    """Offers the journey of a topic after its answer, by text alone."""

    def name(self) -> str:
        """Name the action for the rules."""
        return "action_next_by_text"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Name the line that says which word goes on; on the web, nothing."""
        journey = NEXT.get(tracker.get_intent_of_latest_message() or "")
        if journey and tracker.get_latest_input_channel() == "sms":
            dispatcher.utter_message(response=f"utter_next_{journey}")
        return []


class ActionJourney(Action):  # type: ignore[misc]
    """Names the replies of the step that was chosen; a step that is not known shows the menu."""

    def name(self) -> str:
        """Name the action for the rules."""
        return "action_journey"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Name what goes before the step, the step, and the borough's way; remember only the parts of a plan."""
        chosen = {entity["entity"]: str(entity["value"]) for entity in tracker.latest_message.get("entities") or ()}
        step, known = chosen.get("step", ""), written_replies()
        if f"utter_{chosen.get('after')}" in known:
            dispatcher.utter_message(response=f"utter_{chosen['after']}")
        if step.startswith(PLAN):
            return _plan(dispatcher, tracker.get_slot("plan") or [], step)
        dispatcher.utter_message(response=f"utter_step_{step}" if f"utter_step_{step}" in known else "utter_help_menu")
        local = f"utter_safe_in_{str(tracker.get_slot('area')).lower()}"
        if step in SAYS_WHERE and local in known:
            dispatcher.utter_message(response=local)
        return []


def _plan(dispatcher: CollectingDispatcher, parts: list[str], step: str) -> list[dict[str, Any]]:
    """Say a part of the plan, or the whole of it; what is kept is the names of the parts, until the chat is left."""
    if step == PLAN_STARTS or (step == PLAN_ENDS and not parts):
        dispatcher.utter_message(response="utter_step_plan_start")
        return [SlotSet("plan", [])]
    if step == PLAN_ENDS:
        for part in parts:
            dispatcher.utter_message(response=f"utter_{part}")
        dispatcher.utter_message(response="utter_step_plan_whole")
        return []
    dispatcher.utter_message(response=f"utter_{step}")
    dispatcher.utter_message(response="utter_plan_more")
    others = [part for part in parts if part != step and not (step in PLAN_MAIN and part in PLAN_MAIN)]
    return [SlotSet("plan", [step, *others] if step in PLAN_MAIN else [*others, step])]
