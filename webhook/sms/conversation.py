"""Answers one text, in the order of sms.md: danger now, opting out, somebody in the room, then everything else.

What is answered here never reaches Rasa; the rest takes the path shared with the web.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from safety.danger import Level
from safety.redact import redact
from webhook.conversations import Conversation
from webhook.front_door import Said
from webhook.handoff.desk import hour
from webhook.parts import Parts
from webhook.replies import Answer
from webhook.sms.claims import keep_reply
from webhook.sms.gsm7 import LONGEST, fit, places
from webhook.sms.phrases import Phrase
from webhook.sms.questions import Questions
from webhook.sms.register import name_in, worded
from webhook.sms.text import Text
from webhook.store import optouts

FIRST_160 = 160  # a danger reply must show 999 within this many characters (sms.md)
GREETING = "utter_greet"
ABOUT_SOMEBODY_ELSE = frozenset({"utter_worried_about_someone", "utter_clares_law_third_party"})
ASKS_TO_CALL = re.compile(r"(?:(?:please|pls|hi|hello|can|could|will|would|you|someone|somebody|anyone) )*(?:ring|call|phone|text|message|contact)\b")


def answer_text(linden: Parts, text: Text) -> str:
    """Return the reply to a new text, kept in one transaction with anything it queued; nothing is a reply, too."""
    normalised = linden.front_door.detector.normalise(text.body)
    phrase = linden.texting.phrases.of(normalised)
    level: Level = "now" if phrase == "danger_now" else "none" if phrase == "presence" else linden.front_door.detector(text.body).level
    with Session(linden.queue, future=True) as session:
        reply = _Turn(linden, session, text, normalised, phrase, level).reply()
        keep_reply(linden, session, text.sid, reply)
        session.commit()
    return reply


@dataclass(frozen=True)
class _Turn:
    """One text being answered, within the transaction that keeps the reply."""

    linden: Parts
    session: Session
    text: Text
    normalised: str
    phrase: Phrase | None
    level: Level

    def reply(self) -> str:
        """The reply, by the first rule that has one."""
        if self.level == "now":
            return self._with_notice([self.linden.words.say("utter_danger_now", "sms")], after=True)
        if self._opting() or self._opted_out():
            return self._opting_reply()
        conversation = self._conversation
        asked, conversation.asked = conversation.asked, ""
        if self.linden.texting.register.lifts(self.normalised):
            conversation.notes.add("plain")
        rules: tuple[Callable[[], str | None], ...] = (
            self._presence,
            self._clear,
            self._receipt,
            self._stranger,
            lambda: self._small_answer(asked),
            self._small_question,
            self._greeting,
            self._questions,
        )
        for rule in rules:
            reply = rule()
            if reply is not None:
                return reply
        return self._path(first="answered" not in conversation.notes)

    # ---- opting out --------------------------------------------------------------------------------------------------

    def _opting(self) -> bool:
        return self.phrase in ("stop", "start") or bool(self.text.dealt_with)

    def _opted_out(self) -> bool:
        return optouts.has_opted_out(self.session, self._number_tag)

    def _opting_reply(self) -> str:
        """Keep our own list; say nothing where Twilio has answered already, or to a number that asked for nothing more."""
        if self.phrase == "stop" or self.text.dealt_with == "STOP":
            optouts.opt_out(self.session, self._number_tag, hour(self.linden.now()))
            self._forget()
            return "" if self.text.dealt_with else self.linden.words.say("utter_sms_stopped", "sms")
        if self.phrase == "start" or self.text.dealt_with == "START":
            optouts.opt_in(self.session, self._number_tag)
            return "" if self.text.dealt_with else self._greet()
        return ""

    # ---- what is answered without Rasa, in this order ----------------------------------------------------------------

    def _presence(self) -> str | None:
        return self.linden.words.say("utter_quick_exit", "sms") if self.phrase == "presence" else None

    def _clear(self) -> str | None:
        if self.phrase != "clear":
            return None
        self._forget()
        return self.linden.words.say("utter_sms_cleared", "sms")

    def _receipt(self) -> str | None:
        if not self.linden.receipts.looks_like_one(self.text.body):
            return None
        if self.linden.limits.allow("cancel", self.text.number):
            self.linden.desk.cancel_in(self.session, self.text.body)
        return self._alone("utter_form_cancelled")

    def _stranger(self) -> str | None:
        """Whoever asks what this is learns nothing; a call goes to nobody but the phone that asks."""
        if self.phrase == "who":
            return self._alone("utter_sms_who")
        other = ASKS_TO_CALL.match(self.normalised) and "(number)" in redact(self.text.body).text
        return self._alone("utter_sms_only_you") if other and self.level == "none" else None

    def _small_answer(self, asked: str) -> str | None:
        """The answer to a small question: safe to text, leave what, are you safe."""

        def means(name: str) -> bool:
            return self.linden.texting.phrases.means(name, self.text.body, self.normalised)

        if asked == "leave" and means("leave_chat"):
            self._forget()
            return self.linden.words.say("utter_sms_left", "sms")
        if asked == "leave" and means("leave_place"):
            return self._alone("utter_safety_plan")
        if asked == "safe" and means("refuses"):
            return self._alone("utter_quick_exit")
        if asked == "safe" and means("agrees"):
            return self._alone("utter_affirm")
        if asked == "no_more" and means("refuses"):
            return self._with_notice([self.linden.words.say("utter_danger_now", "sms")], after=True)
        return self._alone("utter_sms_here") if asked == "no_more" and means("agrees") else None

    def _small_question(self) -> str | None:
        """Texts that could mean two things, or ask for everything at once: one question each."""
        if self.phrase == "leave":
            return self._alone("utter_sms_leave", asks="leave")
        if self.phrase == "help":
            return self._alone("utter_sms_help")
        if self.phrase != "no_more":
            return None
        if "no_more" in self._conversation.notes:
            return self._alone("utter_sms_here")
        self._conversation.notes.add("no_more")
        return self._alone("utter_sms_no_more", asks="no_more")

    def _greeting(self) -> str | None:
        """A greeting starts anew: no sign that this number was here before."""
        if self.phrase != "greeting":
            return None
        self._forget(at_rasa=self._conversation.turns > 0)
        return self._greet()

    def _questions(self) -> str | None:
        taken = self._asking.take(self.text.body)
        if taken is None:
            return None
        return taken.said if taken.answered or self.level == "none" else self._with_danger(taken.said)

    # ---- the path shared with the web --------------------------------------------------------------------------------

    def _path(self, *, first: bool) -> str:
        """Answer as the web would, in the words and size of a text; no connection is held while Rasa thinks."""
        self.session.rollback()
        conversation = self._conversation
        allowed = self.linden.limits.allow("text", self.text.number)
        answer = self.linden.front_door.answer(conversation, Said(self.text.body, self.text.arrived, None, allowed, self.level))
        if any(reply.id in ABOUT_SOMEBODY_ELSE for reply in answer.replies):
            conversation.notes.add("relative")
        if any(reply.kind == "callback_form" and reply.id == "utter_request_callback" for reply in answer.replies):
            opening = self._asking.start()
            return self._with_notice([opening if self.level == "none" else self._with_danger(opening)])
        if self.level == "none" and answer.replies[0].id == GREETING:
            return self._greet()
        said = self._said(answer)
        if not first or self.level != "none":
            return self._with_notice(said, after=self.level != "none")
        conversation.asked = "safe"
        return self._with_notice(said, ending=self.linden.words.say("utter_sms_safe", "sms"))

    def _said(self, answer: Answer) -> list[str]:
        """What is said, in this register; the short danger line goes when the reply after it says 999 soon enough by itself."""
        said = [worded(self.linden.words, reply, plain="plain" in self._conversation.notes) for reply in answer.replies]
        said = [part for part in said if part]
        return said[1:] if answer.danger == "high" and len(said) > 1 and "999" in said[1][:FIRST_160] else said

    # ---- parts -------------------------------------------------------------------------------------------------------

    def _with_danger(self, said: str) -> str:
        """Put 999 before words that do not say it soon, in the longest form that leaves them whole."""
        if "999" in said[:FIRST_160]:
            return said
        for name in ("utter_danger_high", "utter_sms_danger_short"):
            both = f"{self.linden.words.say(name, 'sms')}\n{said}"
            if places(both) <= LONGEST:
                break
        return both

    def _with_notice(self, said: list[str], *, after: bool = False, ending: str = "") -> str:
        """Fit what is said and its ending into a text; in demonstration mode the first text of a chat says so, after danger."""
        notes = self._conversation.notes
        notice = [self.linden.words.say("utter_demo_notice", "sms")] if self.linden.config.demo and "answered" not in notes else []
        notes.add("answered")
        room = LONGEST - (places(ending) + 1 if ending else 0)
        if notice and places(notice[0]) + 1 + places(said[0]) > room:
            notice = []
        fitted = fit([*said, *notice] if after else [*notice, *said], room)
        return f"{fitted}\n{ending}" if ending else fitted

    def _alone(self, name: str, asks: str = "") -> str:
        self._conversation.asked = asks
        plain = "plain" in self._conversation.notes
        return self._with_notice([self.linden.words.say(name_in(self.linden.words, name, plain=plain), "sms")])

    def _greet(self) -> str:
        return self._alone("utter_sms_first", asks="safe")

    def _forget(self, *, at_rasa: bool = True) -> None:
        """Forget the chat here and at Rasa, with half-finished answers."""
        self._asking.drop()
        self.linden.conversations.forget(self._conversation_id)
        if at_rasa:
            self.linden.rasa.forget(self._conversation_id)

    @property
    def _asking(self) -> Questions:
        return Questions(self.linden, self.session, self._conversation, self.text.number)

    @property
    def _conversation(self) -> Conversation:
        return self.linden.conversations.open(self._conversation_id, "sms")

    @property
    def _conversation_id(self) -> str:
        return self.linden.keys.tag("conversation/sms", self.text.number)

    @property
    def _number_tag(self) -> str:
        return self.linden.keys.tag("sms/opt-out", self.text.number)
