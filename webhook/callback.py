"""The call form: shown where a helpline is staffed, sealed at once, and cancelled by its two words."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from flask import Blueprint, Response, jsonify, render_template, request
from sqlalchemy.exc import SQLAlchemyError

from webhook.chat import conversation_id
from webhook.handoff import EnvelopeError, Invalid, NobodyToSealTo, TooLarge
from webhook.handoff.form import Filled, read_form, read_sealed
from webhook.handoff.services import HelplineService, service_for
from webhook.handoff.windows import LONDON, Window, clock, offered
from webhook.limits import network
from webhook.numbers import ORDINARY_PATTERN
from webhook.parts import Parts, parts
from webhook.problems import Problem

bp = Blueprint("callback", __name__, url_prefix="/callback")
logger = logging.getLogger(__name__)


@bp.post("/form")
def show() -> str:
    """Show the form of the helpline of the chat's area; where there is none, the numbers to ring."""
    linden = parts()
    conversation = linden.conversations.find(conversation_id(linden, request.form.get("session", "")))
    area = request.form.get("area") or (conversation.area if conversation else None)
    service = service_for(linden.services, area)
    if service is not None:
        return _page(linden, service, wrong=None)
    if area is None and linden.services:
        return render_template("areas.html", areas=[each.area for each in linden.services])
    raise Problem("utter_callback_not_here", 404)


@bp.get("/recipients")
def recipients() -> Response:
    """Give a browser what it seals a request with: an id, the keys, the times that can be kept, and a token (handoff.md)."""
    linden = parts()
    service = _service(linden, request.args.get("service"))
    with refusals():
        issued = linden.desk.issue(service.id)
    windows = [{"key": window.key, "label": window.label} for window in offered(service, linden.now())]
    return jsonify(issued.as_json(linden.keys) | {"area": service.area, "windows": windows})


@bp.post("")
def send() -> tuple[str | Response, int]:
    """Queue a request and say its two words: sealed by the browser already, or here at once."""
    linden = parts()
    body = request.get_json(silent=True) if request.is_json else None
    fields = Filled.of_json(body) if isinstance(body, dict) else Filled(request.form.to_dict(flat=False))
    service = _service(linden, fields.one("service"))
    flood = not linden.limits.allow("callback", network(request.remote_addr))
    key = fields.one("key") or secrets.token_hex(16)
    try:
        with refusals():
            if isinstance(body, dict):
                posted = read_sealed(body, service, linden.now(), flood=flood)
                return _sent(posted.windows, linden.desk.submit_sealed(posted, key))
            wanted = replace(read_form(fields, service, linden.now(), "web"), flood=flood)
            return _sent(wanted.windows, linden.desk.submit(wanted, key))
    except Invalid as wrong:
        if isinstance(body, dict) or wrong.final:
            raise Problem(wrong.name, 422) from wrong
        return _page(linden, service, wrong=wrong.name), 422


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what stops a request being queued into words that say so and give the numbers to ring."""
    try:
        yield
    except TooLarge as error:
        raise Invalid("utter_form_too_much") from error
    except EnvelopeError as error:
        logger.error("a sealed request was refused: %s", error)
        raise Problem("utter_form_not_saved", 409) from error
    except NobodyToSealTo as error:
        logger.error("a request could not be sealed: %s", error)
        raise Problem("utter_callback_not_here", 503) from error
    except (SQLAlchemyError, OSError) as error:
        logger.error("a request could not be saved: %s", type(error).__name__)
        raise Problem("utter_form_not_saved", 503) from error


def _service(linden: Parts, service_id: str | None) -> HelplineService:
    found = next((each for each in linden.services if each.id == service_id), None)
    if found is None:
        raise Problem("utter_callback_not_here", 404)
    return found


def _sent(windows: tuple[Window, ...], receipt: str) -> tuple[str | Response, int]:
    """The receipt, as a page or as JSON for a program."""
    if request.accept_mimetypes.best == "application/json":
        return jsonify({"receipt": receipt}), 201
    first, last = reach(windows)
    return render_template("receipt.html", receipt=receipt.replace("-", " "), first=first, last=last), 201


@bp.post("/cancel")
def cancel() -> str:
    """Cancel whatever has these two words; the answer is the same whether or not anything had them."""
    linden = parts()
    if linden.limits.allow("cancel", network(request.remote_addr)):
        linden.desk.cancel(request.form.get("receipt", ""))
    return render_template("cancelled.html")


def _page(linden: Parts, service: HelplineService, wrong: str | None) -> str:
    """The form with what was typed still in it, or the numbers where nobody could be asked to ring."""
    windows = offered(service, linden.now())
    if not windows or not can_seal(linden, service):
        raise Problem("utter_callback_not_here", 503)
    first, last = reach(tuple(windows))
    key = request.form.get("key") or secrets.token_hex(16)
    return render_template(
        "callback.html",
        service=service,
        windows=by_day(windows),
        wrong=wrong,
        first=first,
        last=last,
        key=key,
        filled=request.form,
        number_pattern=ORDINARY_PATTERN,
    )


def can_seal(linden: Parts, service: HelplineService) -> bool:
    """True when a request to the service could be sealed now; says why not in the log."""
    try:
        return bool(linden.desk.recipients(service.id))
    except (NobodyToSealTo, SQLAlchemyError) as error:
        logger.error("no request can be taken for %s: %s", service.id, error)
        return False


def reach(windows: tuple[Window, ...]) -> tuple[str, str]:
    """The first and the last moment a call can come, in plain words."""
    return _moment(min(window.start for window in windows)), _moment(max(window.end for window in windows))


def by_day(windows: list[Window]) -> dict[str, list[Window]]:
    """The windows under the names of their days, in order."""
    days: dict[str, list[Window]] = {}
    for window in windows:
        start = window.start.astimezone(LONDON)
        days.setdefault(f"{start:%A} {start.day} {start:%B}", []).append(window)
    return days


def _moment(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{clock(local.time())} on {local:%A} {local.day} {local:%B}"
