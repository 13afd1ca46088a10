"""One text being answered: what is known of it, and how words are said back in the register and size of a text."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from safety.danger import Level, Verdict
from webhook.conversations import BLOCK, Conversation
from webhook.parts import Parts
from webhook.replies import Reply
from webhook.sms.gsm7 import LONGEST, fit, places
from webhook.sms.phrases import Phrase
from webhook.sms.questions import Questions
from webhook.sms.register import name_in
from webhook.sms.text import Text, number_tag

FIRST_160 = 160  # a danger reply must show 999 within this many characters (sms.md)


@dataclass(frozen=True)
class Turn:
    """A text with its normalised words, what it means as a whole, and how much danger is in it; within the chat with its number
    and the transaction that keeps the reply."""

    linden: Parts
    session: Session
    conversation: Conversation
    text: Text
    normalised: str
    phrase: Phrase | None
    verdict: Verdict

    @property
    def level(self) -> Level:
        """How much danger is in the text."""
        return self.verdict.level

    @property
    def questions(self) -> Questions:
        """The callback questions of this chat."""
        return Questions(self.linden, self.session, self.conversation, self.text.number)

    @property
    def number_tag(self) -> str:
        """The keyed hash this number is on the opt-out list by."""
        return number_tag(self.linden.keys, self.text.number)

    @property
    def plain(self) -> bool:
        """True once plain words were used."""
        return "plain" in self.conversation.notes

    def means(self, name: str) -> bool:
        """True when the whole text is in the list of phrases of that name."""
        return self.linden.texting.phrases.means(name, self.text.body, self.normalised)

    def say(self, name: str) -> str:
        """Return the words of a reply and nothing else."""
        return self.linden.words.say(name_in(self.linden.words, name, plain=self.plain), "sms")

    def alone(self, name: str, asks: str = "") -> str:
        """Return a reply of one wording; `asks` names the small question in it."""
        self.conversation.asked = asks
        return self.with_notice([self.say(name)])

    def danger_now(self) -> str:
        """Return the danger block."""
        self._note_danger()
        return self.with_notice([self.say(BLOCK)], after=True)

    def greet(self) -> str:
        """Return the first reply, which asks if it is safe to text."""
        return self.alone("utter_sms_first", asks="safe")

    def with_danger(self, said: str) -> str:
        """Put 999 before words that do not say it soon, in the longest form that leaves them whole."""
        if self.level == "none" or "999" in said[:FIRST_160]:
            return said
        longer, shorter = (f"{self.say(name)}\n{said}" for name in ("utter_danger_high", "utter_sms_danger_short"))
        return longer if places(longer) <= LONGEST else shorter

    def with_notice(self, said: list[str], *, after: bool = False, ending: str = "") -> str:
        """Fit what is said and its ending into a text; in demonstration mode the first text of a chat says so, after danger."""
        notes = self.conversation.notes
        notice = [self.say("utter_demo_notice")] if self.linden.config.demo and "answered" not in notes else []
        notes.add("answered")
        room = LONGEST - (places(ending) + 1 if ending else 0)
        if notice and places(notice[0]) + 1 + places(said[0]) > room:
            notice = []
        fitted = fit([*said, *notice] if after else [*notice, *said], room)
        return f"{fitted}\n{ending}" if ending else fitted

    def forget(self) -> None:
        """Forget the chat here and at Rasa, with half-finished answers."""
        self.questions.drop()
        self.linden.conversations.forget(self.conversation.id)
        self.linden.rasa.forget(self.conversation.id)

    def begin_anew(self) -> None:
        """Forget the same, and go on as with a number that was never here."""
        self.questions.drop()
        if self.conversation.turns:
            self.linden.rasa.forget(self.conversation.id)
        self.conversation.begin_anew()

    def _note_danger(self) -> None:
        """Count a danger for the service owner and keep what was answered, unless the chat is busy: danger waits for nothing."""
        with self.conversation.taken() as mine:
            if mine:
                self.linden.front_door.tally.note(self.conversation, self.level)
                self.conversation.tell((Reply(BLOCK, ""),))
