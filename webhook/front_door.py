"""The one path every message takes: danger first, then limits, then Rasa within the deadline, then the answer.

Danger is judged before and without Rasa; a `now` never waits for a lock, and whatever fails a person is still told
999 and the national helplines.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from directory.places import Gazetteer
from safety.danger import DangerDetector, Level, Verdict
from safety.encoder import Vectors, pack
from safety.pieces import questions, sentences
from safety.redact import redact
from safety.rules import LEVELS
from webhook.approved import approved
from webhook.cards import card_reply
from webhook.choices import Choices
from webhook.config import Budgets
from webhook.conversations import FOR_ANOTHER, NOT_CLEAR, TOPICLESS, Conversation
from webhook.counts.facts import WITHOUT_RASA
from webhook.counts.tally import Tally
from webhook.errors import RasaUnavailable
from webhook.fallback import Fallback
from webhook.rasa_client import Assistant, Understood
from webhook.replies import Answer, Button, Reply

LONGEST = 1_000  # characters; Rasa's time grows steeply beyond it (architecture.md)
FEW_WORDS = 3
MOST_TURNS = 60  # turns of one conversation; the 300th costs Rasa seconds (architecture.md)

UNCLEAR_ENOUGH = 2  # turns running that were not understood, after which a person is offered
MOST_ASKED = 2  # questions beside a danger that are answered too, the last ones: each costs some of the half second
HEARD_BESIDE = 0.4  # confidence; a question beside a danger that is heard less surely is left, so that nothing stray stands there
REPEAT = "repeat"  # the intent of "say it again", "put it simply"
MENU = "help_menu"  # the intent of "help", "what can I ask"

SAYS_IT_ALREADY = frozenset({"utter_danger_now", "utter_silent_999"})  # the block in other words: not said twice
JARRING = frozenset({"utter_out_of_scope", "utter_greet", "utter_affirm", "utter_deny", "utter_start_over"})  # as if no danger had been heard
OUT_OF_DATE, ALONE = "utter_out_of_date", "utter_front_door_alone"
RELATIVES = "utter_worried_about_someone"  # what friends and relatives can do, and that they may ring the helplines themselves
LEAVES = frozenset({"utter_quick_exit", "utter_delete_chat"})  # replies after which nothing of the chat is kept


@dataclass(frozen=True)
class Said:
    """What came in: the text, when (by the front door's clock), which turn (None: not told), whether limits allow it, and
    the verdict on it if it was judged already."""

    text: str
    arrived: float
    turn: int | None = None
    allowed: bool = True
    verdict: Verdict | None = None


@dataclass(frozen=True)
class FrontDoor:
    """Answers one message of one conversation; holds the parts and no state of its own."""

    detector: DangerDetector
    assistant: Assistant
    gazetteer: Gazetteer
    fallback: Fallback
    budgets: Budgets
    choices: Choices = field(default_factory=Choices)
    tally: Tally = field(default_factory=Tally)
    clock: Callable[[], float] = field(default=time.monotonic)

    def answer(self, conversation: Conversation, said: Said) -> Answer:
        """Return the answer to what a person typed; the same turn again gets the same answer and has no second effect."""
        verdict = said.verdict or self.detector(said.text)
        level = verdict.level
        if len(said.text) > LONGEST:
            return self.refuse(level, conversation.channel, "utter_too_long", 413)
        if not said.allowed and level == "none":
            return self.refuse(level, conversation.channel, "utter_too_fast", 429)
        if conversation.turns >= MOST_TURNS:
            return self.refuse(level, conversation.channel, "utter_too_many_turns", 429)
        hidden = redact(said.text)
        place = self.gazetteer.find(said.text, hidden.postcodes)
        plain = hidden.text.strip(" /\t\n")
        if not plain:
            return Answer(level, (self.fallback.say("utter_say_something", conversation.channel),))
        chosen = self.choices.read(plain, conversation.offered.values(), place) if self._may_answer(plain, level) else None
        if chosen:
            return self.press(conversation, chosen, said)
        if plain != said.text.strip():
            verdict = replace(verdict, vectors=())  # of other words than Rasa is told
        return self._take_turn(conversation, verdict, plain, said, place)

    def _may_answer(self, text: str, level: Level) -> bool:
        """True when a text may be the answer to what was just asked: no danger in it, or a few words that only the encoder thinks
        dangerous ("for me", "the kids"); what a rule names is never taken for an answer."""
        if level == "none":
            return True
        return len(text.split()) <= FEW_WORDS and self.detector.by_rules(text).level == "none"

    def press(self, conversation: Conversation, button: Button, said: Said) -> Answer:
        """Return the answer to a button this conversation was just offered; its title may name an area."""
        area = self.gazetteer.find(button.title)
        return self._take_turn(conversation, Verdict("none"), button.payload, said, area)

    def refuse(self, level: Level, channel: str, name: str, status: int) -> Answer:
        """Return the answer to a message that is not passed on: danger first, then why."""
        return Answer(level, (*self.fallback.danger(level, channel), self.fallback.say(name, channel)), status)

    def _take_turn(self, conversation: Conversation, verdict: Verdict, text: str, said: Said, area: str | None) -> Answer:
        """Answer in the conversation's turn; without it in time, or at once when the danger is now, answer alone."""
        level = verdict.level
        deadline = self._deadline(conversation.channel, level, said.arrived)
        with conversation.taken(self.patience(conversation.channel, level, said.arrived)) as mine:
            if not mine:
                return conversation.issue(self._alone(conversation, level))
            known = conversation.answers.get(said.turn)
            if known is not None and LEVELS.index(known.danger) >= LEVELS.index(level):
                return known
            conversation.turns += 1
            conversation.area = area or conversation.area
            answer = conversation.issue(self._ask(conversation, verdict, text, deadline))
            conversation.remember(said.turn, answer)
            return answer

    def _ask(self, conversation: Conversation, verdict: Verdict, text: str, deadline: float) -> Answer:
        """Ask Rasa within what is left of the budget; answer alone when it is late, down, or makes no sense."""
        level = verdict.level
        try:
            understood = self._send(conversation, text, deadline, verdict.vectors)
            self.tally.note(conversation, level, understood.topic)
            level = self._still(conversation, level, understood.topic)
            conversation.hear(understood.topic, understood.confidence)
            if understood.topic == REPEAT and (conversation.said or conversation.topic):
                if shorter := self.fallback.again(conversation.said):
                    return self._again(conversation, level, shorter)
                understood = self._send(conversation, f"/{conversation.topic or REPEAT}", deadline)
            replies = self._below_danger(conversation, level, understood.replies, deadline)
        except RasaUnavailable:
            self.tally.note(conversation, level, WITHOUT_RASA)
            if level != "none":
                conversation.tell(self.fallback.danger(level, conversation.channel))
            return self._alone(conversation, level)
        replies = (*replies, *self._also_asked(conversation, level, text, understood.topic, deadline))
        answer = self._compose(conversation, level, self._for_relative(conversation, understood.topic, replies))
        if level != "none" or understood.topic not in TOPICLESS | NOT_CLEAR:
            conversation.tell(answer.replies)
        if conversation.unclear < UNCLEAR_ENOUGH:
            return answer
        return Answer(level, (*answer.replies, self.fallback.say("utter_offer_person", conversation.channel)))

    def _still(self, conversation: Conversation, level: Level, topic: str) -> Level:
        """The danger an answer begins with: now, too, where a question leans on a topic that 999 was put before."""
        return "now" if conversation.told_999 and topic == conversation.topic else level

    def _again(self, conversation: Conversation, level: Level, shorter: tuple[Reply, ...]) -> Answer:
        """What was said last, in shorter words: still danger now where 999 was among it, and behind 999 where this message tells of danger."""
        first = self.fallback.danger(level, conversation.channel)
        told = {reply.id for reply in first}
        return Answer("now" if conversation.told_999 else level, (*first, *(reply for reply in shorter if reply.id not in told)))

    def _below_danger(self, conversation: Conversation, level: Level, replies: tuple[Reply, ...], deadline: float) -> tuple[Reply, ...]:
        """Return the replies that may stand below a danger reply: none that jars there; where the danger is high and nothing else is
        left, what can be asked. Raises RasaUnavailable."""
        if level == "none":
            return replies
        fitting = tuple(reply for reply in replies if reply.id not in JARRING)
        return fitting if fitting or level == "now" else self._send(conversation, f"/{MENU}", deadline).replies

    def _for_relative(self, conversation: Conversation, topic: str, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
        """Return the replies for whoever asks for somebody else: before numbers meant for that person, what a friend can do.

        It is not said twice running, nor by text, where it would leave no room for the numbers."""
        said_already = topic in FOR_ANOTHER or RELATIVES in conversation.said
        first_card = next((place for place, reply in enumerate(replies) if reply.contact), None)
        if not conversation.relative or said_already or first_card is None or conversation.channel == "sms":
            return replies
        return (*replies[:first_card], self.fallback.say(RELATIVES, conversation.channel), *replies[first_card:])

    def _also_asked(self, conversation: Conversation, level: Level, text: str, topic: str, deadline: float) -> tuple[Reply, ...]:
        """Return the replies to the questions that stand beside the danger in a message, so that both are answered."""
        if level == "none":
            return ()
        found: list[Reply] = []
        for question in self._questions(text):
            try:
                understood = self._send(conversation, question, deadline)
            except RasaUnavailable:
                break
            if understood.confidence >= HEARD_BESIDE and understood.topic not in {topic, *NOT_CLEAR, *TOPICLESS}:
                found += understood.replies
        return tuple(found)

    def _questions(self, text: str) -> list[str]:
        """The last questions that stand beside something else in a message."""
        plain = self.detector.normalise(text)
        found = [question for sentence in sentences(text) for question in questions(self.detector.normalise(sentence))]
        return [question for question in found if question != plain][-MOST_ASKED:]

    def _send(self, conversation: Conversation, text: str, deadline: float, vectors: tuple[Vectors, ...] = ()) -> Understood:
        """Ask Rasa, with what the encoder made of the text where it has read it; raises RasaUnavailable, also when it says nothing: an
        action failed."""
        context = {"turn": str(conversation.turns), **conversation.context}
        if vectors:
            context["vectors"] = pack(vectors)
        understood = self.assistant.send(conversation.id, conversation.channel, text, context, deadline - self.clock())
        if not understood.replies:
            raise RasaUnavailable("it said nothing")
        return understood

    def patience(self, channel: str, level: Level, arrived: float) -> float:
        """Return how many seconds a message may wait for its turn: what is left of its budget; danger now never waits."""
        return 0.0 if level == "now" else max(0.0, self._deadline(channel, level, arrived) - self.clock())

    def _deadline(self, channel: str, level: Level, arrived: float) -> float:
        """When a message that arrived then must have been answered."""
        if level == "now":
            return arrived + self.budgets.danger_now
        return arrived + (self.budgets.sms if channel == "sms" else self.budgets.web)

    def _compose(self, conversation: Conversation, level: Level, replies: tuple[Reply, ...]) -> Answer:
        """Put the danger reply first; word the cards; and forget at Rasa what the person asked to be forgotten."""
        if any(reply.id in LEAVES for reply in replies):
            self.assistant.forget(conversation.id)
        first = self.fallback.danger(level, conversation.channel)
        said: list[Reply] = []
        for reply in (self._worded(each, conversation.channel) for each in replies):
            said += [] if reply in said else [reply]
        return Answer(level, (*first, *(reply for reply in said if not (first and reply.id in SAYS_IT_ALREADY))))

    def _worded(self, reply: Reply, channel: str) -> Reply:
        """The reply in approved words that are still in date; a card is composed here from its facts."""
        words = self.fallback.words
        if reply.contact:
            return card_reply(words, channel, reply.contact)
        if words.is_out_of_date(reply.id, self.fallback.today()):
            return self.fallback.say(OUT_OF_DATE, channel)
        return approved(words, channel, reply) or self.fallback.say(ALONE, channel)

    def _alone(self, conversation: Conversation, level: Level) -> Answer:
        first = self.fallback.danger(level, conversation.channel)
        return Answer(level, first if level == "now" else (*first, *self.fallback.alone(conversation.channel, conversation.area)))
