"""The callback questions by text: a small state machine whose answers are sealed, and never reach Rasa.

Windows are offered as numbers, so that nothing is guessed. After three short questions the request can be sent with the
safe choices, or more can be asked. NO stops it at any point. Half-finished answers are kept two hours at most, under a
key derived from a server secret and the sender's number.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from webhook.conversations import Conversation
from webhook.handoff import Invalid, NobodyToSealTo, TooLarge
from webhook.handoff.form import Filled, read_form
from webhook.handoff.services import HelplineService, service_for
from webhook.handoff.windows import Window, offered
from webhook.parts import Parts
from webhook.store.models import Draft

KEPT = timedelta(hours=2)
OFFERED = 6  # windows in one text

# Each question is the field it fills; its words are utter_ask_<field>. The first must be answered before sending.
SHORT = ("window", "danger_today", "under_18", "children", "send")
MORE = ("if_answered", "voicemail", "may_text", "picks_up", "rings_back", "name", "interpreter", "woman", "confirm")
YES_NO = {"danger_today", "under_18", "children", "voicemail", "may_text", "picks_up", "woman"}
ONE_OR_TWO = {"if_answered": ("hang_up", "wrong_number"), "rings_back": ("them", "me")}

_YES, _NO = {"y", "yes", "yeah", "yep", "ya", "aye"}, {"n", "no", "nah", "nope", "none"}
_STOPS = {"no", "stop it", "forget it", "no thanks", "never mind"}


@dataclass
class State:
    """Where the questions are: the one just asked, what was answered, which windows were offered, and the service."""

    asked: str
    service: str
    offered: list[str]
    answers: dict[str, str]


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
        return self._ask(State("window", service.id, [window.key for window in windows], {}))

    def take(self, body: str) -> str | None:
        """Take the answer to the question last asked and return the next words; None when nothing was asked."""
        state = self._load()
        if state is None:
            return None
        said = body.strip()
        if said.lower() in _STOPS and (state.asked not in YES_NO or said.lower() != "no"):
            self.drop()
            return self._say("utter_ask_stopped")
        if state.asked in ("send", "confirm"):
            return self._send_or_more(state, said.lower())
        value = read_answer(state, said)
        if value is None:
            return f"{self._say('utter_ask_again')} {self._question(state)}"
        if state.asked == "under_18" and value and not self._service(state).takes_under_18s:
            self.drop()
            return self._say("utter_ask_too_young")
        state.answers[state.asked] = value
        return self._ask(State(following(state.asked), state.service, state.offered, state.answers))

    def drop(self) -> None:
        """Forget what was answered so far."""
        draft = self.session.get(Draft, self.conversation.id)
        if draft is not None:
            self.session.delete(draft)
            self.session.flush()

    def _send_or_more(self, state: State, said: str) -> str:
        if said == "more" and state.asked == "send":
            return self._ask(State(MORE[0], state.service, state.offered, state.answers))
        if said != "send":
            return f"{self._say('utter_ask_again')} {self._question(state)}"
        answers = {name: value.split() if name == "window" else [value] for name, value in state.answers.items()}
        try:
            wanted = read_form(Filled(answers | {"number": [self.number]}), self._service(state), self.linden.now(), "sms")
            receipt = self.linden.desk.submit_in(self.session, wanted, self.linden.keys.tag("callback/key", secrets.token_hex(16)))
        except Invalid:
            return self.start()
        except (NobodyToSealTo, TooLarge):
            return self._say("utter_callback_not_here")
        self.drop()
        first, last = min(wanted.windows), max(wanted.windows, key=lambda window: window.end)
        return self._say("utter_ask_sent", receipt=receipt.replace("-", " "), first=first.short.split("-")[0], last=_end(last))

    def _ask(self, state: State) -> str:
        self._save(state)
        return self._question(state)

    def _question(self, state: State) -> str:
        windows = [Window.read(key) for key in state.offered]
        options = ", ".join(f"{i} {window.short}" for i, window in enumerate(windows, 1))
        return self._say(f"utter_ask_{state.asked}", options=options, service=self._service(state).name)

    def _service(self, state: State) -> HelplineService:
        return next(service for service in self.linden.services if service.id == state.service)

    def _can_seal(self, service: HelplineService) -> bool:
        try:
            return bool(self.linden.desk.recipients(service.id))
        except NobodyToSealTo:
            return False

    def _say(self, name: str, **values: object) -> str:
        return self.linden.words.say(name, "sms", **values)

    def _save(self, state: State) -> None:
        nonce = secrets.token_bytes(12)
        sealed = nonce + AESGCM(self._key()).encrypt(nonce, json.dumps(vars(state)).encode(), None)
        expires = (self.linden.now() + KEPT).replace(tzinfo=None)
        self.session.merge(Draft(conversation=self.conversation.id, expires=expires, sealed=sealed))

    def _load(self) -> State | None:
        draft = self.session.get(Draft, self.conversation.id)
        if draft is None or draft.expires < self.linden.now().replace(tzinfo=None):
            return None
        try:
            body: dict[str, Any] = json.loads(AESGCM(self._key()).decrypt(draft.sealed[:12], draft.sealed[12:], None))
        except InvalidTag:
            return None
        return State(**body)

    def _key(self) -> bytes:
        return self.linden.keys.derive(f"sms/draft/{self.number}")


def read_answer(state: State, said: str) -> str | None:
    """Return the field's value for what was said to the question asked ("" is no), or None when it cannot be read."""
    word = said.lower().strip(" .!")
    if state.asked == "window":
        chosen = [int(number) for number in re.findall(r"\d+", said)]
        keys = [state.offered[number - 1] for number in chosen if 1 <= number <= len(state.offered)]
        return " ".join(keys) if keys and len(keys) == len(chosen) else None
    if state.asked in YES_NO:
        return "yes" if word in _YES else "" if word in _NO else None
    if state.asked in ONE_OR_TWO:
        return dict(zip("12", ONE_OR_TWO[state.asked], strict=True)).get(word)
    return "" if word in _NO else said


def following(asked: str) -> str:
    """Return the question after `asked`."""
    order = SHORT if asked in SHORT else MORE
    return order[order.index(asked) + 1]


def _end(window: Window) -> str:
    day, _, _ = window.short.partition(" ")
    return f"{day} {window.short.rsplit('-', 1)[1]}"
