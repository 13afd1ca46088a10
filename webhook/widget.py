"""The widget on a council's page: the loader, the framed page, and an invented council page to show it on."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template

from webhook.config import Config
from webhook.page import fresh_page
from webhook.parts import parts

bp = Blueprint("widget", __name__)

LOADER_WORDS = {
    "open": "utter_page_widget_open",
    "hide": "utter_page_widget_hide",
    "leave": "utter_page_leave",
    "hint": "utter_page_leave_hint",
    "title": "utter_page_widget_title",
}


@bp.get("/widget.js")
def loader() -> Response:
    """Return the loader, the only script of ours that runs in a council's page; it never sees the chat."""
    linden = parts()
    words = {name: linden.words.say(reply) for name, reply in LOADER_WORDS.items()}
    response = make_response(render_template("widget.js", words=words, exit=linden.config.exit_url))
    response.mimetype = "text/javascript"
    return response


@bp.get("/widget")
def framed() -> str:
    """Show the chat page for the frame of a council page."""
    return fresh_page(embedded=True)


@bp.get("/demo")
def council_page() -> str:
    """Show an invented council page with the widget on it; only in demonstration mode."""
    if not parts().config.demo:
        abort(404)
    return render_template("demo.html")


def may_frame(config: Config) -> tuple[str, ...]:
    """The sources that may frame the widget: the exact origins that were set, and our own demonstration page."""
    return (*(("'self'",) if config.demo else ()), *config.embed_origins)
