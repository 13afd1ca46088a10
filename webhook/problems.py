"""Anything that goes wrong still tells a person 999 and the national helplines, in the form they asked in."""

from __future__ import annotations

import logging

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from safety.danger import Level
from webhook.parts import parts
from webhook.replies import Answer

logger = logging.getLogger(__name__)

WORDS_FOR = {413: "utter_too_long", 429: "utter_too_fast", 410: "utter_session_ended"}


class Problem(Exception):
    """A request that is refused: the reply that says why, its HTTP status, and how much danger its text showed."""

    def __init__(self, name: str, status: int, level: Level = "none") -> None:
        """Keep what the handler below turns into an answer."""
        super().__init__(name)
        self.name, self.status, self.level = name, status, level


def register(app: Flask) -> None:
    """Answer every failure of `app` through one path."""

    @app.errorhandler(Problem)
    def refused(problem: Problem) -> tuple[Response | str, int]:
        return _answer(parts().front_door.refuse(problem.level, "web", problem.name, problem.status))

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
        if error.code is None or error.code < 400:
            return error
        return _answer(parts().front_door.refuse("none", "web", WORDS_FOR.get(error.code, "utter_bad_request"), error.code))

    @app.errorhandler(Exception)
    def broke(error: Exception) -> tuple[Response | str, int]:
        logger.error("a request failed: %s in %s", type(error).__name__, request.endpoint)
        return _answer(Answer("none", parts().front_door.fallback.alone("web", None), 503))


def _answer(answer: Answer) -> tuple[Response | str, int]:
    """Write the answer as JSON for the chat API, as a page for everyone else."""
    if request.path.startswith("/chat/") or request.path.startswith("/callback/recipients"):
        return jsonify({"error": answer.status} | answer.as_json()), answer.status
    return render_template("problem.html", answer=answer), answer.status
