"""Puts the desk on the front door: its blueprints, headers and host."""

from __future__ import annotations

from flask import Flask, Response, abort, request

from webhook.handoff.casework import Casework
from webhook.helpline import commands, directory, holder, people, records, sign_in, work
from webhook.helpline.live import Streams
from webhook.helpline.notify import Announcer
from webhook.helpline.origin import Origin
from webhook.helpline.place import NAME, Place
from webhook.helpline.session import PATH
from webhook.helpline.words import DeskWords
from webhook.parts import Parts

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
PERMISSIONS = "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=(), payment=(), usb=()"


def register(app: Flask, linden: Parts) -> Announcer:
    """Add the desk to `app` and return who announces its work. Call it before the front door's headers are added: what is added first has the last word."""
    words = DeskWords.load(linden.config.root)
    origin = Origin.of(linden.config)
    announcer = Announcer.load(linden.config.var, words, origin.url)
    app.extensions[NAME] = Place(origin, words, Casework(linden.desk), Streams())
    app.jinja_env.globals["word"] = words.say
    app.after_request(_headers)
    app.before_request(lambda: _nothing_else(origin))
    for blueprint in (work.bp, sign_in.bp, people.bp, records.bp, holder.bp, directory.bp):
        app.register_blueprint(blueprint)
    commands.register(app)
    return announcer


def _headers(response: Response) -> Response:
    """Put the desk's stricter policy on its own answers."""
    if request.path.startswith(PATH):
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Permissions-Policy"] = PERMISSIONS
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _nothing_else(origin: Origin) -> None:
    """Where the desk has an address of its own, nothing of the chat is served there."""
    if origin.alone and origin.serves(request.host) and not request.path.startswith((PATH, "/static/", "/healthz")):
        abort(404)
