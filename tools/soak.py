"""Fuzzes the whole front door by chat, page and text, and reports every string that is not one of the approved words, and every answer without any.

What is sent: lines people write (data/nlu), cut, joined, misspelt and shouted; typed and pressed choices; numbers, places,
commands, markup, other alphabets, over-long messages. What comes back is taken apart and looked up in data/responses.
"""

from __future__ import annotations

import random
import secrets
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from flask import Flask
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from tools.approvals import Approvals
from tools.corpus import read_examples, read_held_out
from webhook.parts import NAME, Parts
from webhook.sms.text import number_tag
from webhook.store.optouts import has_opted_out

RESULT = Path("var/soak.txt")  # for docs/faults.md
TURNS = 20_000
NOTHING = {"id": "nothing", "text": ""}  # an answer without a reply: always a stray
SPICE = ("clear", "help", "stop it", "1", "2", "3", "y", "n", "next", "skip", "yes", "no", "ok", "again", "", " ", "?", "???", "👍", "SEND", "more", "dudley",
    "WS10", "DY1 1AA", "im in tipton", "london", "/restart", "/refuge{\"step\":\"plan_whole\"}", "<script>alert(1)</script>", "{area}", "{{7*7}}", "%s%n",
    "مساعدة", "помощь", "ਮਦਦ ਕਰੋ", "pomocy", "x" * 1_200, "he " * 500, "\x00\x07", "' OR 1=1 --", "07700 900123", "12 High Street")  # fmt: skip


@dataclass
class Report:
    """What came of it: how many turns, which replies were seen how often, and every string that is not approved."""

    turns: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    strays: list[str] = field(default_factory=list)


def soak(app: Flask, approvals: Approvals, lines: list[str], turns: int, seed: int) -> Report:
    """Run `turns` fuzzed turns through `app`, from `seed`; nothing is raised for a stray, it is reported."""
    rng, report, linden = random.Random(seed), Report(), app.extensions[NAME]
    while report.turns < turns:
        talk = rng.choices((_chat, _page, _text), (6, 1, 3))[0]
        for name, channel, text in talk(app, linden, rng, lines, rng.randint(3, 14)):
            report.turns += name == "turn"
            report.seen[name] += 1
            if name != "turn" and not (text.strip() and approvals.allows(name, channel, text)):
                report.strays.append(f"{channel} {name}: {text!r}")
    return report


def people_say(root: Path) -> list[str]:
    """What people write to us: every intent example, and the danger lines that are never trained on."""
    return [text for text, _ in read_examples(root)] + [line.text for line in read_held_out(root)]


def _chat(app: Flask, linden: Parts, rng: random.Random, lines: list[str], turns: int) -> Iterator[tuple[str, str, str]]:
    """One conversation of the chat API: typed or pressed."""
    client, near = app.test_client(), {"REMOTE_ADDR": _address(rng)}
    session = client.post("/chat/open", environ_base=near).get_json()["session"]
    offered: list[dict[str, str]] = []
    for turn in range(turns):
        body: dict[str, Any] = {"text": _message(rng, lines, [b["title"] for b in offered]), "turn": turn}
        if offered and rng.random() < 0.4:
            body = {"payload": rng.choice(offered)["payload"], "turn": turn}
        answer = client.post("/chat/message", json=body, headers={"X-Chat-Session": session}, environ_base=near).get_json()
        yield "turn", "web", ""
        offered = [button for reply in answer["replies"] for button in reply["buttons"]]
        yield from ((reply["id"], "web", reply["text"]) for reply in answer["replies"] or [NOTHING])
        yield from (("button", "web", button["title"]) for button in offered)


def _page(app: Flask, linden: Parts, rng: random.Random, lines: list[str], turns: int) -> Iterator[tuple[str, str, str]]:
    """One conversation of the plain page."""
    client, near, session = app.test_client(), {"REMOTE_ADDR": _address(rng)}, ""
    for turn in range(turns):
        form = {"session": session, "turn": str(turn), "text": _message(rng, lines, [])}
        response = client.post("/chat", data=form, environ_base=near)
        yield "turn", "web", ""
        page = Page()
        page.feed(response.get_data(as_text=True))
        session = page.session or session
        yield from (("page", "web", text) for text in page.texts or ([] if response.location else [""]))


def _text(app: Flask, linden: Parts, rng: random.Random, lines: list[str], turns: int) -> Iterator[tuple[str, str, str]]:
    """One conversation by text, signed as Twilio signs."""
    client, sender = app.test_client(), f"+447700900{rng.randint(0, 999):03}"
    for _ in range(turns):
        form = {"MessageSid": f"SM{secrets.token_hex(16)}", "From": sender, "Body": _message(rng, lines, [])}
        signature = RequestValidator(linden.twilio_token).compute_signature(f"{linden.config.own_url}/sms", form)
        response = client.post("/sms", data=form, headers={"X-Twilio-Signature": signature})
        yield "turn", "sms", ""
        said = "".join(ElementTree.fromstring(response.data).itertext())
        if said or not _wants_none(linden, sender):
            yield "text", "sms", said


def _wants_none(linden: Parts, sender: str) -> bool:
    """True for a number that asked for no more texts: saying nothing to it is right."""
    with Session(linden.queue, future=True) as session:
        return has_opted_out(session, number_tag(linden.keys, sender))


class Page(HTMLParser):
    """The words of a page as a person reads them, and the session it carries."""

    def __init__(self) -> None:
        """Start with nothing read."""
        super().__init__()
        self.texts: list[str] = []
        self.session = ""
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the session; what was typed into the box is the person's own."""
        found = dict(attrs)
        self._silent = tag in ("textarea", "style", "script")
        if found.get("name") == "session" and found.get("value"):
            self.session = str(found["value"])

    def handle_endtag(self, tag: str) -> None:
        """Listen again."""
        self._silent = False

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        if data.strip() and not self._silent:
            self.texts.append(" ".join(data.split()))


def _message(rng: random.Random, lines: list[str], titles: Iterable[str]) -> str:
    """One message: a line as it is, changed, joined to another, a choice typed, or something odd."""
    line = rng.choice(lines)
    kind = rng.random()
    if kind < 0.15:
        return rng.choice([*titles, *SPICE])
    if kind < 0.25:
        return line[: rng.randint(1, max(1, len(line)))]
    if kind < 0.35:
        return f"{line} {rng.choice(lines)}"
    if kind < 0.45:
        return "".join(rng.sample(line, len(line))) if rng.random() < 0.3 else line.upper()
    if kind < 0.6:
        at = rng.randrange(len(line))
        return line[:at] + rng.choice("aeiou .,!") + line[at + 1 :]
    return line


def _address(rng: random.Random) -> str:
    return f"10.{rng.randint(0, 255)}.{rng.randint(0, 255)}.1"


def main() -> int:
    """Soak a front door over the trained assistant; the first argument is how many turns, the second the seed."""
    from tools.agent import AgentAssistant, own_directory
    from tools.train import model_path
    from webhook.app import create_app

    root, turns = Path.cwd(), int(sys.argv[1]) if len(sys.argv) > 1 else TURNS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else secrets.randbelow(1_000_000)
    with tempfile.TemporaryDirectory() as var:
        own_directory(Path(var), root)
        app = create_app({"LINDEN_VAR": var}, root, assistant=AgentAssistant(model_path(root)))
        report = soak(app, Approvals.of(root), people_say(root), turns, seed)
    for stray in report.strays[:50]:
        print(stray)
    kinds = len([name for name in report.seen if name.startswith("utter_")])
    summary = f"seed {seed}: {report.turns} turns, {kinds} replies seen by name, {len(report.strays)} strings outside the approved words"
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(summary, "utf-8")
    print(summary)
    return 1 if report.strays else 0


if __name__ == "__main__":
    raise SystemExit(main())
