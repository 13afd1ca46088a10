"""Text messages as Twilio posts them: signature first, one claim for each message, one path, one reply.

The sender's number goes no further than this module: everything after it sees a keyed hash (sms.md).
"""

from __future__ import annotations

import logging
from xml.sax.saxutils import escape

from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError
from twilio.request_validator import RequestValidator

from webhook.handoff.desk import hour
from webhook.numbers import uk_mobile
from webhook.parts import Parts, parts
from webhook.sms.claims import Claim, claim_message, wait_for_reply
from webhook.sms.conversation import answer_text
from webhook.sms.text import Text, alone, number_tag
from webhook.store import optouts
from webhook.store.engine import transaction

BLOCKED = "21610"  # Twilio's error for a number that opted out with the carrier or Twilio: nothing can be sent to it

bp = Blueprint("sms", __name__)
logger = logging.getLogger(__name__)


@bp.post("/sms")
def receive() -> tuple[Response, int]:
    """Answer one text with TwiML; a forged request gets 403 before anything in it is used."""
    linden, arrived = parts(), parts().front_door.clock()
    if not signed(linden):
        return Response("", mimetype="text/plain"), 403
    number = uk_mobile(request.form.get("From", ""))
    sid = request.form.get("MessageSid", "")
    if number is None or not sid:
        return twiml(""), 200
    text = Text(sid, number, request.form.get("Body", ""), arrived, request.form.get("OptOutType", ""))
    try:
        claim = claim_message(linden, sid)
        if claim is not Claim.NEW:
            return twiml(wait_for_reply(linden, text, claim)), 200
        return twiml(answer_text(linden, text)), 200
    except Exception as error:  # whatever it is, whoever texts is told 999 and the lines: a page saying so would reach nobody
        logger.error("a text could not be answered: %s", type(error).__name__)
        return twiml(alone(linden.front_door, linden.front_door.detector(text.body).level)), 200


@bp.post("/sms/status")
def note_status() -> tuple[str, int]:
    """Take Twilio's report on a text we sent: a number the carrier refuses (21610) is noted, as "cannot text" for the worker."""
    linden = parts()
    if not signed(linden):
        return "", 403
    number = uk_mobile(request.form.get("To", ""))
    if number is not None and request.form.get("ErrorCode") == BLOCKED:
        try:
            with transaction(linden.queue) as session:
                optouts.note_blocked(session, number_tag(linden.keys, number), hour(linden.now()))
        except SQLAlchemyError as error:
            logger.error("a refused text could not be noted: %s", type(error).__name__)
    return "", 204


def signed(linden: Parts) -> bool:
    """True when Twilio signed this request for our configured address; never for what its headers say (sms.md)."""
    if linden.twilio_token is None:
        return False
    address = f"{linden.config.own_url}{request.path}"
    given = request.headers.get("X-Twilio-Signature", "")
    return bool(RequestValidator(linden.twilio_token).validate(address, request.form, given))


def twiml(text: str) -> Response:
    """Return TwiML that replies `text`, or does nothing when there is none."""
    body = f"<Message>{escape(text)}</Message>" if text else ""
    return Response(f'<?xml version="1.0" encoding="UTF-8"?><Response>{body}</Response>', mimetype="text/xml")
