"""Answers one text, in the order of sms.md: danger now, opting out, somebody in the room, then everything else.

What is answered here or in `small.py` never reaches Rasa; the rest takes the path shared with the web.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from safety.danger import Verdict
from safety.redact import redact
from webhook.front_door import Said
from webhook.handoff.desk import hour
from webhook.parts import Parts
from webhook.replies import Answer
from webhook.sms import small
from webhook.sms.claims import keep_reply
from webhook.sms.phrases import Phrase
from webhook.sms.register import worded
from webhook.sms.text import Text, alone
from webhook.sms.turn import FIRST_160, Turn
from webhook.store import optouts

GREETING = "utter_greet"


def answer_text(linden: Parts, text: Text) -> str:
    """Return the reply to a new text, kept in one transaction with anything it queued; nothing is a reply, too.

    All of it is one turn of the conversation, so that the next text finds what was noted and kept, at whichever front door it comes."""
    normalised = linden.front_door.detector.normalise(text.body)
    phrase = linden.texting.phrases.of(normalised)
    verdict = _judge(linden, text.body, phrase)
    conversation = linden.conversations.open(linden.keys.tag("conversation/sms", text.number), "sms")
    wait = linden.front_door.patience("sms", verdict.level, text.arrived)
    with conversation.taken(wait) as mine, Session(linden.queue, future=True) as session:
        turn = Turn(linden, session, conversation, text, normalised, phrase, verdict)
        reply = _at_once(turn)
        if reply is None:
            reply = _in_turn(turn) if mine else _out_of_turn(turn)
        keep_reply(linden, session, text.sid, reply)
        session.commit()
    return reply


def _judge(linden: Parts, body: str, phrase: Phrase | None) -> Verdict:
    """How much danger is in a text. Two receipt words are judged by the rules alone: to the learned head they are like nothing
    it knows, and about one pair in a hundred would be answered as danger instead of cancelling the call."""
    if phrase:
        return Verdict("now" if phrase == "danger_now" else "none")
    detector = linden.front_door.detector
    return detector.by_rules(body) if linden.receipts.looks_like_one(body) else detector(body)


def _at_once(turn: Turn) -> str | None:
    """What is answered even while another text of the same number is being answered: danger now, and opting out."""
    return turn.danger_now() if turn.level == "now" else _opting(turn)


def _out_of_turn(turn: Turn) -> str:
    """The reply while another text of the same number is still being answered; whoever else holds the phone learns nothing even then."""
    return small.presence(turn) or small.stranger(turn) or alone(turn.linden.front_door, turn.level)


def _in_turn(turn: Turn) -> str:
    """The reply, by the first rule that has one."""
    conversation = turn.conversation
    asked, conversation.asked = conversation.asked, ""
    if turn.linden.texting.register.lifts(turn.normalised):
        conversation.notes.add("plain")
    for rule in (small.presence, small.clear, small.receipt, small.stranger):
        reply = rule(turn)
        if reply is not None:
            return reply
    reply = _area_told(turn, asked) or small.answer_to(turn, asked) or small.question(turn) or small.greeting(turn) or _questions(turn)
    return reply if reply is not None else _path(turn)


def _opting(turn: Turn) -> str | None:
    """Keep our own list; say nothing where Twilio has answered already, or to a number that asked for nothing more."""
    dealt_with = turn.text.dealt_with
    if turn.phrase == "stop" or dealt_with == "STOP":
        optouts.opt_out(turn.session, turn.number_tag, hour(turn.linden.now()))
        said = "" if dealt_with else turn.say("utter_sms_stopped")
        turn.forget()
        return said
    if turn.phrase == "start" or dealt_with == "START":
        optouts.opt_in(turn.session, turn.number_tag)
        return "" if dealt_with else turn.greet()
    if optouts.has_opted_out(turn.session, turn.number_tag):
        turn.linden.conversations.forget(turn.conversation.id)
        return ""
    return "" if dealt_with else None


def _area_told(turn: Turn, asked: str) -> str | None:
    """The area a call needs, told when it was asked for: the questions begin."""
    found = turn.linden.front_door.gazetteer.find(turn.text.body, redact(turn.text.body).postcodes) if asked == "area" else None
    if found is None or "|" in found:
        return None
    turn.conversation.area = found
    return _start_questions(turn)


def _questions(turn: Turn) -> str | None:
    """The callback questions, where they are being asked; a plain answer to one is no sign of danger."""
    taken = turn.questions.take(turn.text.body)
    if taken is None:
        return None
    return taken.said if taken.answered else turn.with_danger(taken.said)


def _start_questions(turn: Turn) -> str:
    """Begin the callback questions, or ask for the area first; the next text may then name it."""
    if turn.conversation.area is None:
        turn.conversation.asked = "area"
    return turn.with_notice([turn.with_danger(turn.questions.start())])


def _path(turn: Turn) -> str:
    """Answer as the web would, in the words and size of a text; no connection is held while Rasa thinks."""
    turn.session.rollback()
    conversation, text = turn.conversation, turn.text
    first = "answered" not in conversation.notes
    allowed = turn.linden.limits.allow("text", text.number)
    answer = turn.linden.front_door.answer(conversation, Said(text.body, text.arrived, None, allowed, turn.verdict))
    if any(reply.kind == "callback_form" and reply.id == "utter_request_callback" for reply in answer.replies):
        return _start_questions(turn)
    if turn.level == "none" and answer.replies[0].id == GREETING:
        return turn.greet()
    if not first or turn.level != "none":
        return turn.with_notice(_said(turn, answer), after=turn.level != "none")
    conversation.asked = "safe"
    return turn.with_notice(_said(turn, answer), ending=turn.say("utter_sms_safe"))


def _said(turn: Turn, answer: Answer) -> list[str]:
    """What is said, in this register; the short danger line goes when the reply after it says 999 soon enough by itself."""
    said = [part for reply in answer.replies if (part := worded(turn.linden.words, reply, plain=turn.plain))]
    if not said:  # a card that is nothing but a name
        return [alone(turn.linden.front_door, turn.level)]
    return said[1:] if answer.danger == "high" and len(said) > 1 and "999" in said[1][:FIRST_160] else said
