"""The chat page for people with and without JavaScript: one document, ordinary forms, and a way out that works."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from webhook.chat import find_conversation, forget, new_session, take_turn
from webhook.front_door import LONGEST, Said
from webhook.limits import network
from webhook.parts import Parts, parts
from webhook.problems import Problem

bp = Blueprint("page", __name__)


@bp.get("/")
def chat_page() -> str:
    """Show the page before anything was said."""
    return fresh_page(embedded=False)


@bp.post("/chat")
def say() -> tuple[str, int] | Response:
    """Answer a message posted by the plain form: 200 with the next page, never a redirect to a page of the chat."""
    linden, arrived = parts(), parts().front_door.clock()
    text = request.form.get("text", "")
    token = request.form.get("session") or _first_session(linden, text)
    conversation = find_conversation(linden, token, text)
    turn = request.form.get("turn", type=int)
    allowed = linden.limits.allow("message", network(request.remote_addr))
    answer = take_turn(linden, conversation, Said(text, arrived, turn, allowed), request.form.get("payload", ""))
    if answer.danger == "none" and any(reply.id == "utter_quick_exit" for reply in answer.replies):
        return _out(token)
    kept = text if answer.status != 200 else ""
    page = render_template("chat.html", answer=answer, session=token, turn=(turn or 0) + 1, text=kept, longest=LONGEST)
    return page, answer.status


@bp.post("/leave")
def leave() -> str | Response:
    """Forget the chat, then go to the neutral page, or stay for a fresh start or with nothing to see, as was asked."""
    token, then = request.form.get("session", ""), request.form.get("then")
    if then not in ("start", "close"):
        return _out(token)
    forget(parts(), token)
    return fresh_page(embedded=False) if then == "start" else render_template("closed.html")


@bp.get("/leave")
def leave_by_link() -> Response:
    """Go to the neutral page; a plain link carries no token, so the chat is forgotten by its time limit."""
    return _out("")


@bp.get("/privacy")
def privacy() -> str:
    """Say who runs this, what is kept, for how long, and who sees it."""
    return render_template("privacy.html")


def fresh_page(*, embedded: bool) -> str:
    """The page before anything was said; `embedded` in the frame of a council page."""
    return render_template("chat.html", answer=None, session="", turn=1, text="", page=secrets.token_urlsafe(32), longest=LONGEST, embedded=embedded)


def _first_session(linden: Parts, text: str) -> str:
    """Return the token of the chat that a page's first words open.

    The same page and words sent again, as Back may do, are that chat; when it was forgotten they open no other."""
    if not linden.limits.allow("open", network(request.remote_addr)):
        raise Problem("utter_too_fast", 429, linden.front_door.detector(text).level)
    first = f"{request.form.get('page') or secrets.token_urlsafe(32)}/{text}"
    token = linden.keys.tag("session/web", first)
    return new_session(linden, token=token) if linden.limits.allow("first", first) else token


def _out(token: str) -> Response:
    forget(parts(), token)
    response = redirect(parts().config.exit_url, 303)
    response.data = ""  # the words the library puts there are not ours
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def leave_origin(exit_url: str) -> str:
    """The origin a form may be sent on to when somebody leaves; for the content security policy."""
    address = urlsplit(exit_url)
    return f"{address.scheme}://{address.netloc}"
