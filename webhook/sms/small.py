"""Texts answered without Rasa, and the small questions of one answer: each returns the reply, or None when it is not for it."""

from __future__ import annotations

import re

from safety.redact import redact
from webhook.sms.turn import Turn

ASKS_TO_CALL = re.compile(r"(?:(?:please|pls|hi|hello|can|could|will|would|you|someone|somebody|anyone) )*(?:ring|call|phone|text|message|contact)\b")
FOR_ANOTHER = re.compile(r" (?:her|him|them|my (?!phone|mobile|number|work)\w+)(?: (?:please|pls|now|today|instead|for me))*$")


def presence(turn: Turn) -> str | None:
    """Somebody is in the room: one line, nothing else, and no notice."""
    return turn.say("utter_quick_exit") if turn.phrase == "presence" else None


def clear(turn: Turn) -> str | None:
    """CLEAR forgets everything and answers blandly."""
    if turn.phrase != "clear":
        return None
    return _forgotten(turn, "utter_sms_cleared")


def receipt(turn: Turn) -> str | None:
    """Two receipt words cancel a call, from any phone; the answer is the same whether there was one."""
    if not turn.linden.receipts.looks_like_one(turn.text.body):
        return None
    if turn.linden.limits.allow("cancel", turn.text.number):
        turn.linden.desk.cancel_in(turn.session, turn.text.body)
    return turn.alone("utter_form_cancelled")


def stranger(turn: Turn) -> str | None:
    """Whoever asks what this is learns nothing; a call goes to nobody but the phone that asks."""
    if turn.phrase == "who":
        return turn.alone("utter_sms_who")
    asks = ASKS_TO_CALL.match(turn.normalised)
    other = asks and ("(number)" in redact(turn.text.body).text or FOR_ANOTHER.match(turn.normalised, asks.end()))
    return turn.alone("utter_sms_only_you") if other and turn.level == "none" else None


def answer_to(turn: Turn, asked: str) -> str | None:
    """The answer to the small question last asked: safe to text, leave what, are you safe."""
    if asked == "leave" and turn.means("leave_chat"):
        return _forgotten(turn, "utter_sms_left")
    if asked == "leave" and turn.means("leave_place"):
        return turn.alone("utter_safety_plan")
    if asked == "no_more" and turn.means("refuses"):
        return turn.danger_now()
    answers = {("no_more", "agrees"): "utter_sms_here", ("safe", "refuses"): "utter_quick_exit", ("safe", "agrees"): "utter_affirm"}
    return next((turn.alone(name) for (question, means), name in answers.items() if asked == question and turn.means(means)), None)


def question(turn: Turn) -> str | None:
    """Texts that could mean two things, or ask for everything at once: one question each, "no more" only once."""
    if turn.phrase == "leave":
        return turn.alone("utter_sms_leave", asks="leave")
    if turn.phrase == "help":
        return turn.alone("utter_sms_help")
    if turn.phrase != "no_more":
        return None
    if "no_more" in turn.conversation.notes:
        return turn.alone("utter_sms_here")
    turn.conversation.notes.add("no_more")
    return turn.alone("utter_sms_no_more", asks="no_more")


def greeting(turn: Turn) -> str | None:
    """A greeting starts anew: no sign that this number was here before."""
    if turn.phrase != "greeting":
        return None
    turn.begin_anew()
    return turn.greet()


def _forgotten(turn: Turn, name: str) -> str:
    """Return the words of a reply after which nothing of the chat is held."""
    said = turn.say(name)
    turn.forget()
    return said
