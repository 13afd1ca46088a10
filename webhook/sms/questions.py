"""The callback questions by text: a small state machine whose answers are sealed, and never reach Rasa.

Times are offered as numbers or typed freely, and always read back before anything is sent. After a few short questions
the request can be sent with the safe choices, or more can be asked. FORGET IT stops it at any point, and NO wherever it is no
answer. Half-finished answers are kept two hours at most, sealed under a key derived from a server secret and the sender's number (`draft.py`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from webhook.conversations import Conversation
from webhook.handoff import Invalid, NobodyToSealTo, TooLarge
from webhook.handoff.desk import Wanted
from webhook.handoff.form import Filled, read_form
from webhook.handoff.services import MIDNIGHT, HelplineService, service_for
from webhook.handoff.windows import LONDON, Window, clock, joined, offered
from webhook.parts import Parts
from webhook.sms.answers import FREE, MORE, OTHERS, SAYS_HOW_TO_STOP, SENDS, after, completing, options_chosen, read_answer, stops
from webhook.sms.draft import Drafts, State
from webhook.sms.lexicon import as_time
from webhook.sms.register import name_in
from webhook.sms.text import number_tag
from webhook.sms.times import MARK, Unclear, read_times
from webhook.sms.windows import LONGEST_READ_BACK, read_back, still_possible
from webhook.store import optouts

OFFERED = 5  # windows in one text
STALE = timedelta(minutes=15)  # after this, only a text that answers the question goes on with it: the phone may have changed hands


@dataclass(frozen=True)
class Taken:
    """What is said next, and whether the text was plainly an answer to the question."""

    said: str
    answered: bool


@dataclass(frozen=True)
class Questions:
    """The questions of one conversation, within the transaction that will keep the reply."""

    linden: Parts
    session: Session
    conversation: Conversation
    number: str

    def start(self) -> str:
        """Return the first question; or why no call can be asked for where the person is."""
        service = service_for(self.linden.services, self.conversation.area)
        if service is None:
            known = self.conversation.area is not None
            return self._say("utter_callback_not_here" if known else "utter_callback_which_area")
        windows = offered(service, self.linden.now())[:OFFERED]
        if not windows or not self._can_seal(service):
            return self._say("utter_callback_not_here")
        return self._ask(State("window", service.id, [window.key for window in windows], relative=self.conversation.relative))

    def take(self, body: str) -> Taken | None:
        """Take the answer to the question last asked and return the next words; None when nothing is being asked."""
        found = self._drafts.load()
        if found is None:
            return None
        state, age = found
        said = body.strip()
        if stops(state.asked, said):
            self.drop()
            return Taken(self._say("utter_ask_stopped"), answered=True)
        following = self._following(state, said)
        if following is not None:
            return Taken(following, answered=state.asked not in FREE)
        again = "utter_ask_again" if state.asked in SAYS_HOW_TO_STOP else "utter_ask_again_or_stop"
        return None if age > STALE else Taken(f"{self._say(again)} {self._question(state)}", answered=False)

    def drop(self) -> None:
        """Forget what was answered so far."""
        self._drafts.drop()

    def _following(self, state: State, said: str) -> str | None:
        """What comes after this answer; None when it cannot be read."""
        if state.asked in SENDS:
            return self._send_or_more(state, said.lower())
        if state.asked.startswith("window") and state.asked != "window_ok":
            return self._take_times(state, said)
        value = read_answer(state.asked, said)
        if value is None:
            return None
        if state.asked == "window_ok":
            return self._ask(replace(state, asked=after("window_ok") if value else "window", typed=""))
        if state.asked == "under_18" and value and not self._service(state).takes_under_18s:
            self.drop()
            return self._say("utter_ask_too_young")
        return self._ask(replace(state, asked=after(state.asked), answers=state.answers | {state.asked: value}))

    def _take_times(self, state: State, said: str) -> str | None:
        """Times by number or in words: read and read back, or what is unclear asked."""
        chosen = options_chosen(said, state.offered) if state.asked == "window" else None
        if chosen:
            return self._read_back(state, tuple(joined(chosen)))
        read = self._read(state, self.linden.front_door.detector.normalise(said))
        if isinstance(read, Unclear) and read.question == "none":
            return self._ask(replace(state, asked="window", typed=""), before="utter_ask_window_none")
        if isinstance(read, Unclear):
            return self._ask(replace(state, asked=f"window_{read.question}", typed=read.template, minutes=read.minutes))
        return self._read_back(state, read) if read else None

    def _read(self, state: State, said: str) -> tuple[Window, ...] | Unclear | None:
        """Read what was typed as the answer to what was unclear; or, if it is not one, as times of its own."""
        now = self.linden.now()
        possible = offered(self._service(state), now)
        answer = completing(state, said)
        texts = [state.typed.replace(MARK, answer)] if state.typed and answer else []
        found = (read_times(self.linden.texting.lexicon, text, now, possible) for text in (*texts, said))
        return next((read for read in found if read is not None), None)

    def _read_back(self, state: State, windows: tuple[Window, ...]) -> str:
        if len(read_back(windows)) > LONGEST_READ_BACK:
            return self._ask(replace(state, asked="window", typed=""), before="utter_ask_window_fewer")
        return self._ask(replace(state, asked="window_ok", typed="", windows=[window.key for window in windows]))

    def _send_or_more(self, state: State, said: str) -> str | None:
        if said == "more" and state.asked == "send":
            return self._ask(replace(state, asked=MORE[0]))
        if said != "send":
            return None
        try:
            wanted = self._wanted(state)
            receipt = self.linden.desk.submit_in(self.session, wanted, self.linden.keys.tag("callback/key", secrets.token_hex(16)))
        except Invalid:
            return self.start()
        except (NobodyToSealTo, TooLarge):
            return self._say("utter_callback_not_here")
        self.drop()
        first, last = min(wanted.windows), max(wanted.windows, key=lambda window: window.end)
        return self._say("utter_ask_sent", receipt=receipt.replace("-", " "), first=first.short.split("-")[0], last=_end(last))

    def _wanted(self, state: State) -> Wanted:
        """The request, with exactly the windows that were read back, and what only a text can know; raises Invalid."""
        service, now = self._service(state), self.linden.now()
        possible = offered(service, now)
        windows = still_possible([Window.read(key) for key in state.windows], possible)
        covering = [window.key for window in possible if still_possible([window], list(windows))]
        answers = {name: [value] for name, value in state.answers.items()} | {"window": covering, "number": [self.number]}
        blocked = optouts.is_blocked(self.session, number_tag(self.linden.keys, self.number))
        if blocked:
            answers.pop("may_text", None)
        wanted = read_form(Filled(answers), service, now, "sms")
        known = {"windows": [window.label for window in windows], "cannot_text": blocked, "about": "someone else" if state.relative else "self"}
        return replace(wanted, windows=windows, sealed=wanted.sealed | known)

    def _ask(self, state: State, before: str = "") -> str:
        self._drafts.save(state)
        question = self._question(state)
        return f"{self._say(before)} {question}" if before else question

    def _question(self, state: State) -> str:
        """The words of the question a state asks."""
        options = ", ".join(f"{i} {Window.read(key).short}" for i, key in enumerate(state.offered, 1))
        name = f"utter_ask_relative_{state.asked}" if state.relative and state.asked in OTHERS else f"utter_ask_{state.asked}"
        tomorrow = (self.linden.now() + timedelta(days=1)).astimezone(LONDON)
        return self._say(
            name,
            options=options,
            service=self._service(state).name,
            windows=read_back(Window.read(key) for key in state.windows),
            hour=clock(as_time(state.minutes)).removesuffix("am"),
            time=clock(as_time(state.minutes)),
            example=f"{tomorrow:%a} {tomorrow.day} {tomorrow:%b}",
        )

    def _service(self, state: State) -> HelplineService:
        return next(service for service in self.linden.services if service.id == state.service)

    def _can_seal(self, service: HelplineService) -> bool:
        try:
            return bool(self.linden.desk.recipients(service.id))
        except NobodyToSealTo:
            return False

    def _say(self, name: str, **values: object) -> str:
        plain = "plain" in self.conversation.notes
        return self.linden.words.say(name_in(self.linden.words, name, plain=plain), "sms", **values)

    @property
    def _drafts(self) -> Drafts:
        return Drafts(self.linden, self.session, self.conversation.id, self.number)


def _end(window: Window) -> str:
    end = window.end.astimezone(LONDON)
    return f"{window.start.astimezone(LONDON) if end.time() == MIDNIGHT else end:%a} {clock(end.time())}"
