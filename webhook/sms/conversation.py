"""Answers one text: danger, then clearing and cancelling, then callback questions, then the path shared with the web."""

from __future__ import annotations

from sqlalchemy.orm import Session

from safety.danger import Level
from webhook.conversations import Conversation
from webhook.front_door import Said
from webhook.parts import Parts
from webhook.replies import Answer
from webhook.sms.claims import keep_reply
from webhook.sms.gsm7 import fit
from webhook.sms.questions import Questions
from webhook.sms.text import Text
from webhook.store.engine import transaction

FORGET_WORD = "clear"
ASKS_NOTHING = "utter_greet"
FIRST_160 = 160  # a danger reply must show 999 within this many characters (sms.md)


def answer_text(linden: Parts, text: Text) -> str:
    """Return the reply to a new text, kept in one transaction with anything it queued."""
    conversation_id = linden.keys.tag("conversation/sms", text.number)
    first = linden.conversations.find(conversation_id) is None
    conversation = linden.conversations.open(conversation_id, "sms")
    level = linden.front_door.detector(text.body).level
    with transaction(linden.queue) as session:
        reply = _by_itself(linden, session, conversation, text, level)
        if reply is None:
            reply = _by_path(linden, session, conversation, text, level, first=first)
        keep_reply(linden, session, text.sid, reply)
    return reply


def _by_itself(linden: Parts, session: Session, conversation: Conversation, text: Text, level: Level) -> str | None:
    """What the front door answers without Rasa: now-danger, the forget word, a receipt, the next callback question."""
    questions = Questions(linden, session, conversation, text.number)
    said = text.body.strip().lower()
    if level == "now":
        return fit([linden.words.say("utter_danger_now", "sms"), *_demo(linden)])
    if said == FORGET_WORD:
        questions.drop()
        linden.conversations.forget(conversation.id)
        linden.rasa.forget(conversation.id)
        return linden.words.say("utter_sms_cleared", "sms")
    if linden.receipts.looks_like_one(said):
        if linden.limits.allow("cancel", text.number):
            linden.desk.cancel_in(session, said)
        return linden.words.say("utter_form_cancelled", "sms")
    following = questions.take(text.body)
    return None if following is None else fit([*_danger(linden, level, following), following])


def _by_path(linden: Parts, session: Session, conversation: Conversation, text: Text, level: Level, *, first: bool) -> str:
    """The shared path, and what only a text needs around it."""
    allowed = linden.limits.allow("text", text.number)
    answer = linden.front_door.answer(conversation, Said(text.body, text.arrived, None, allowed, level))
    if any(reply.kind == "callback_form" and reply.id == "utter_request_callback" for reply in answer.replies):
        opening = Questions(linden, session, conversation, text.number).start()
        return fit([*_danger(linden, level, opening), opening])
    said = [reply.text for reply in answer.replies]
    if first and level == "none" and answer.replies[0].id == ASKS_NOTHING:
        said = [linden.words.say("utter_sms_first", "sms")]
    elif first and level == "none":
        said.append(linden.words.say("utter_sms_safe", "sms"))
    return fit(_first(linden, answer, said) if first else _prominent(answer, said))


def _first(linden: Parts, answer: Answer, said: list[str]) -> list[str]:
    """The first text says that this is a demonstration, before the answer; after it when there is danger."""
    said = _prominent(answer, said)
    return [*said, *_demo(linden)] if answer.danger != "none" else [*_demo(linden), *said]


def _prominent(answer: Answer, said: list[str]) -> list[str]:
    """Drop the short danger line when the reply after it says 999 soon enough by itself."""
    if answer.danger == "high" and len(said) > 1 and "999" in said[1][:FIRST_160]:
        return said[1:]
    return said


def _danger(linden: Parts, level: Level, following: str) -> list[str]:
    if level != "high" or "999" in following[:FIRST_160]:
        return []
    return [linden.words.say("utter_danger_high", "sms")]


def _demo(linden: Parts) -> list[str]:
    return [linden.words.say("utter_demo_notice", "sms")] if linden.config.demo else []
