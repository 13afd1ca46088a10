"""Whether the front door is alive, and which of its parts are ready; and its counts, for whoever runs it."""

from __future__ import annotations

import shutil

from flask import Blueprint, Flask, Response, g, jsonify, request
from sqlalchemy import select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from webhook.parts import Parts, parts
from webhook.store.models import CallbackRequest

LEAST_FREE = 64 * 1024**2  # bytes of disk under which no request can be trusted to be kept

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> Response:
    """Say that the front door answers; danger does not need more, so a balancer should ask this and not /readyz."""
    return jsonify({"status": "alive"})


@bp.get("/readyz")
def ready() -> tuple[Response, int]:
    """Say which parts are ready; danger is answered whatever this says."""
    linden = parts()
    state = {
        "danger": "rules and head" if linden.front_door.detector.head else "rules alone",
        "rasa": linden.rasa.ready(),
        "queue": writable(linden.queue),
        "directory": reachable(linden.front_door.fallback.directory),
        "disk": shutil.disk_usage(linden.config.var).free >= LEAST_FREE,
    }
    if linden.memory is not None:
        state["redis"] = linden.memory.ready()
    good = all(state.values())
    return jsonify({"ready": good, "parts": state}), 200 if good else 503


def count_requests(app: Flask, linden: Parts) -> None:
    """Count every request of `app` and the time it took."""

    @app.before_request
    def arrived() -> None:
        g.arrived = linden.front_door.clock()

    @app.after_request
    def answered(response: Response) -> Response:
        now = linden.front_door.clock()  # a request answered before it was counted took no time
        linden.metrics.note(request.endpoint, response.status_code, now - g.get("arrived", now))
        return response


def reachable(engine: Engine) -> bool:
    """True when the database answers."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return True
    except SQLAlchemyError:
        return False


def writable(engine: Engine) -> bool:
    """True when the queue's tables are there and nobody has kept them locked for a second."""
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.execute(select(CallbackRequest.id).limit(1))
        return True
    except SQLAlchemyError:
        return False
