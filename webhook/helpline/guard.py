"""What every blueprint of the desk shares: served at the desk's address alone, and refusing in the desk's own words."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from webhook.handoff import EpochKeyGone, HandoffError, Misdirected, NoSuchRecord, NotDecided, NotNow, NotYours, TooLate
from webhook.helpline import DeskError
from webhook.helpline.place import place
from webhook.helpline.session import PATH, SAFE, refuse_forged

REFUSALS: dict[type[HandoffError], tuple[str, int]] = {
    NotYours: ("error_not_yours", 409),
    NotNow: ("error_not_now", 409),
    NoSuchRecord: ("error_gone", 410),
    NotDecided: ("error_not_decided", 422),
    TooLate: ("error_too_late", 409),
    Misdirected: ("error_not_for_you", 409),
    EpochKeyGone: ("error_key_gone", 410),
}

logger = logging.getLogger(__name__)


def desk_blueprint(name: str) -> Blueprint:
    """Return a blueprint under `/helpline` that is guarded as the desk is; its views say who may use them with `signed_in`."""
    bp = Blueprint(name, name, url_prefix=PATH)
    bp.before_request(_at_the_desk)
    bp.register_error_handler(DeskError, lambda error: refuse(error.name, error.status))
    bp.register_error_handler(HandoffError, _refused_by_the_queue)
    bp.register_error_handler(SQLAlchemyError, _failed)
    bp.register_error_handler(HTTPException, lambda error: refuse("error_unreadable", error.code or 400))
    return bp


def _at_the_desk() -> AnyResponse | None:
    """Send a page of this machine on to the name passkeys accept; anywhere else the desk is not there."""
    origin = place().origin
    if not origin.serves(request.host):
        if origin.moves(request.host) and request.method in SAFE:
            return redirect(f"{origin.url}{request.full_path.rstrip('?')}")
        abort(404)
    refuse_forged(origin)
    return None


def refuse(name: str, status: int) -> tuple[Response | str, int]:
    """Answer a refusal: to the page's script as JSON, to a person as a page."""
    say = place().words.say(name)
    if request.method in SAFE and request.accept_mimetypes.accept_html and not request.accept_mimetypes.accept_json:
        return render_template("helpline/refused.html", why=say), status
    return jsonify({"error": name, "say": say}), status


def _refused_by_the_queue(error: HandoffError) -> tuple[Response | str, int]:
    name, status = next((told for kind, told in REFUSALS.items() if isinstance(error, kind)), ("error_unreadable", 409))
    return refuse(name, status)


def _failed(error: SQLAlchemyError) -> tuple[Response | str, int]:
    logger.error("the desk could not reach the queue: %s in %s", type(error).__name__, request.endpoint)
    return refuse("error_not_saved", 503)
