"""Builds the front door from its settings: every part is made here and passed in, nothing at import."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from directory.database import open_directory
from directory.places import Gazetteer
from safety.danger import DangerDetector
from webhook import callback, chat, cli, embed, headers, health, page, problems, widget
from webhook.choices import Choices
from webhook.cli_handoff import register as register_handoff_commands
from webhook.config import LOOPBACK, Config, load_config
from webhook.conversations import Conversations
from webhook.counts import desk as counts
from webhook.counts.facts import areas_of, facts_of_intents
from webhook.counts.tally import Tally
from webhook.due import alarm
from webhook.fallback import Fallback
from webhook.feed import views as feed
from webhook.front_door import FrontDoor
from webhook.handoff.desk import Desk
from webhook.handoff.keyring import Keyring
from webhook.handoff.receipt import Receipts
from webhook.handoff.services import load_services
from webhook.handoff.windows import LONDON
from webhook.helpline import desk as helpline
from webhook.helpline.watch import start_watch
from webhook.keys import Keys
from webhook.limits import Limits, SharedCounts
from webhook.live import refuse_unless_fit
from webhook.metrics import Metrics
from webhook.parts import NAME, Parts
from webhook.rasa_client import Assistant, RasaClient
from webhook.shared import SharedMemory
from webhook.shared_conversations import SharedConversations
from webhook.sms import demo, inbound
from webhook.sms.forget import TwilioMessages, start_forgetting
from webhook.sms.texting import Texting
from webhook.store.engine import open_queue
from webhook.sweeper import start_sweeper
from webhook.words import Words

LARGEST_BODY = 64 * 1024  # bytes (architecture.md)


def create_app(
    env: Mapping[str, str] | None = None, root: Path | None = None, *, assistant: Assistant | None = None, now: Callable[[], datetime] | None = None
) -> Flask:
    """Return the front door; raises ConfigInvalid when it must not start. `assistant` and `now` are for tests."""
    root = root or Path(__file__).resolve().parent.parent
    config = load_config(os.environ if env is None else env, root)
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=0)  # type: ignore[method-assign]
    linden = build(config, assistant=assistant, now=now or (lambda: datetime.now(UTC)))
    app.extensions[NAME] = linden
    for blueprint in (page.bp, widget.bp, chat.bp, callback.bp, inbound.bp, demo.bp, health.bp):
        app.register_blueprint(blueprint)
    app.register_blueprint(feed.bp)
    counts.register(app, linden)
    announcer = helpline.register(app, linden)  # before the headers: its policy is the stricter one
    health.count_requests(app, linden)
    problems.register(app)
    headers.register(app, page.leave_origin(config.exit_url), widget.may_frame(config))
    _words_in_templates(app, linden)
    cli.register(app)
    register_handoff_commands(app)
    embed.register(app)
    if now is None:  # by a clock that tests move, nothing happens but when they say so
        start_sweeper(linden)
        counts.start_writing(linden)
        start_watch(linden, announcer)
        start_forgetting(twilio_messages(config), linden.now)
    return app


def build(config: Config, *, assistant: Assistant | None, now: Callable[[], datetime]) -> Parts:
    """Make the parts of a front door from its settings."""
    words = Words.load(config.root)
    today = now().astimezone(LONDON).date()
    refuse_unless_fit(config, words, today)
    alarm(words, today)
    keys = Keys.load(config.var / "master.key")
    receipts = Receipts.load(config.root, keys)
    queue = open_queue(config.queue_url)
    metrics = Metrics.make()
    rasa = assistant or RasaClient(config.rasa_url, rasa_secret(config), metrics)
    directory = queue if config.database_url else open_directory(config.directory_url)  # one database, one pool of connections
    fallback = Fallback(words, directory, lambda: now().astimezone(LONDON).date(), not config.demo)
    tally = Tally(facts_of_intents(config.root), areas_of(config.root), fallback.today)
    detector = DangerDetector.load(config.root)
    memory = SharedMemory(config.redis_url) if config.redis_url else None
    return Parts(
        config=config,
        keys=keys,
        words=words,
        conversations=SharedConversations(memory) if memory else Conversations(),
        front_door=FrontDoor(detector, rasa, Gazetteer.load(config.root), fallback, config.budgets, Choices.load(config.root), tally),
        limits=Limits(keys, fallback.today, shared=SharedCounts.over(memory) if memory else None),
        rasa=rasa,
        queue=queue,
        services=load_services(config.root, config.mode),
        receipts=receipts,
        desk=Desk(queue, Keyring(config.var / "keyring"), receipts, keys, now),
        texting=Texting.load(config.root),
        twilio_token=twilio_token(config),
        now=now,
        memory=memory,
        metrics=metrics,
    )


def twilio_token(config: Config) -> str | None:
    """Return the token texts are signed with: the account's; or, on a loopback with no public address, this machine's own."""
    if config.twilio_auth_token:
        return config.twilio_auth_token
    if config.host not in LOOPBACK or config.public_base_url:
        return None
    return Keys.load(config.var / "twilio.key").tag("twilio", "local")


def twilio_messages(config: Config) -> TwilioMessages | None:
    """Return Twilio's message resources when both credentials are given; without them nothing is deleted there."""
    if config.twilio_account_sid is None or config.twilio_auth_token is None:
        return None
    return TwilioMessages(config.twilio_account_sid, config.twilio_auth_token)


def rasa_secret(config: Config) -> str:
    """Return the secret that Rasa's channels expect from the front door."""
    return os.environ.get("LINDEN_RASA_SECRET") or Keys.load(config.var / "master.key").tag("rasa", "channel")


def _words_in_templates(app: Flask, linden: Parts) -> None:
    """Give templates the words by name, so that none is spelled in a template."""

    def say(name: str, /, **values: object) -> str:
        return linden.words.say(f"utter_{name}", "web", **values)

    app.jinja_env.globals.update(say=say, demo=linden.config.demo, exit_url=linden.config.exit_url)
    nobody = linden.words.say("utter_privacy_nobody_yet")
    app.jinja_env.globals.update(controller=linden.config.data_controller or nobody, lead=linden.config.safeguarding_lead or nobody)
