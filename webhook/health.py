"""Whether the front door is alive, and which of its parts are ready."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from webhook.parts import parts

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> Response:
    """Say that the front door answers."""
    return jsonify({"status": "alive"})


@bp.get("/readyz")
def ready() -> tuple[Response, int]:
    """Say which parts are ready; danger is answered whatever this says."""
    linden = parts()
    state = {
        "danger": "rules and head" if linden.front_door.detector.head else "rules alone",
        "rasa": linden.rasa.ready(),
        "queue": reachable(linden.queue),
        "directory": reachable(linden.front_door.fallback.directory),
    }
    good = all(state.values())
    return jsonify({"ready": good, "parts": state}), 200 if good else 503


def reachable(engine: Engine) -> bool:
    """True when the database answers."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return True
    except SQLAlchemyError:
        return False
