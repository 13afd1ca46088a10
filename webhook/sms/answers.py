"""The order of the callback questions by text, and how an answer to each is read."""

from __future__ import annotations

import re

from webhook.handoff.windows import Window
from webhook.sms.draft import State
from webhook.sms.times import DAY_ENDS, written

# Each question is the field it fills; its words are utter_ask_<field>. The first two must be answered before sending.
SHORT = ("window", "window_ok", "danger_today", "under_18", "children", "send")
MORE = ("if_answered", "voicemail", "may_text", "picks_up", "rings_back", "name", "interpreter", "woman", "confirm")
YES_NO = {"window_ok", "danger_today", "under_18", "children", "voicemail", "may_text", "picks_up", "woman"}
ONE_OR_TWO = {"if_answered": ("hang_up", "wrong_number"), "rings_back": ("them", "me")}
OTHERS = {"danger_today", "children", "send"}  # worded otherwise for whoever asks because of somebody else
SENDS = {"send", "confirm"}  # what SEND answers
SAYS_HOW_TO_STOP = SENDS | {"window", "window_ok"}  # or how to go back; the others leave room for it when they are asked again
FREE = {"name", "interpreter"}  # any words answer these, so danger in them is still danger

YES = {"y", "yes", "yeah", "yep", "ya", "aye", "ok", "yes please", "yes pls"}
REFUSALS = {"no", "no thanks", "no thank you"}
NO = REFUSALS | {"n", "nah", "nope", "none"}
ANY = {"any", "any time", "anytime", "whenever", "all day"}
STOPS = {"stop it", "forget it", "never mind", "cancel", "end", "quit"}
OPTIONS = re.compile(r"^[\d\s,&.]*(?:(?:and|or)[\d\s,&.]+)*$")


def stops(asked: str, said: str) -> bool:
    """True when what was said to the question asked stops them all; a no does only where it is not an answer."""
    word = said.lower().strip(" .!")
    if word in NO:
        return asked in SENDS or (word in REFUSALS and asked not in YES_NO | FREE)
    return word in STOPS


def read_answer(asked: str, said: str) -> str | None:
    """Return the field's value for what was said to the question asked ("" is no), or None when it cannot be read."""
    word = said.lower().strip(" .!")
    if asked in YES_NO:
        return "yes" if word in YES else "" if word in NO else None
    if asked in ONE_OR_TWO:
        return dict(zip("12", ONE_OR_TWO[asked], strict=True)).get(word)
    return "" if word in NO else said


def options_chosen(said: str, keys: list[str]) -> list[Window] | None:
    """Return the offered windows chosen by number; None when the text is not just numbers of those offered."""
    numbers = [int(number) for number in re.findall(r"\d+", said)]
    if not numbers or not OPTIONS.match(said.lower()) or not all(1 <= number <= len(keys) for number in numbers):
        return None
    return [Window.read(keys[number - 1]) for number in numbers]


def completing(state: State, said: str) -> str:
    """Return what an answer puts in the place of what was unclear; nothing when it does not answer it."""
    word = said.strip(" .!")
    if state.asked == "window_half":
        late = {"am": 0, "a.m": 0, "morning": 0, "pm": 12 * 60, "p.m": 12 * 60, "night": 12 * 60, "evening": 12 * 60, "afternoon": 12 * 60}.get(word)
        return "" if late is None else written(state.minutes + late)
    if state.asked == "window_noon":
        return {"noon": "12 noon", "midday": "12 noon", "midnight": "12 midnight"}.get(word, "")
    if word not in ANY:
        return said
    if state.asked == "window_until":
        return written(DAY_ENDS if state.minutes < DAY_ENDS - 60 else 24 * 60)
    return "any time"


def after(asked: str) -> str:
    """Return the question after `asked`."""
    order = SHORT if asked in SHORT else MORE
    return order[order.index(asked) + 1]
