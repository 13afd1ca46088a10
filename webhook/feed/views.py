"""Serves the feed: `GET /services`, `/service_at_locations`, `/taxonomies`, `/taxonomy_terms`, and what describes them at `/`."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from directory import feed, records
from directory.ids import is_uuid
from directory.models import Taxonomy, TaxonomyTerm
from webhook.feed.asked import PAGING, PLACE, SERVICE, BadQuestion, Question
from webhook.limits import network
from webhook.parts import parts

Found = TypeVar("Found")
Record = dict[str, Any]
bp = Blueprint("feed", __name__)
VERSION = "HSDS-UK-3.0"
PROFILE = "https://docs.openreferraluk.org"
JSON = "application/json"


@bp.before_app_request
def describe() -> Response | None:
    """Answer `GET /` for a program that asks for JSON and not for a page; people get the chat page there."""
    if request.method != "GET" or request.path != "/" or request.accept_mimetypes.best_match(["text/html", JSON], "text/html") != JSON:
        return None
    address = f"{parts().config.own_url}/openapi.json"
    return _json({"version": VERSION, "profile": PROFILE, "openapi_url": address})


@bp.get("/openapi.json")
def openapi() -> Response:
    """Describe the feed as OpenAPI, with the address it is asked at."""
    return _json({**_description(), "servers": [{"url": parts().config.own_url}]})


@bp.get("/services")
def services() -> Response:
    """List services with their one-to-one fields."""
    return _listed(SERVICE, feed.list_services, records.service_summary)


@bp.get("/services/<uuid>")
def service(uuid: str) -> Response:
    """Give everything about one service."""
    return _one(uuid, lambda session: feed.find_service(session, uuid, **_shown()), records.service_record)


@bp.get("/service_at_locations")
def places() -> Response:
    """List the places services are given at."""
    return _listed(PLACE, feed.list_places, lambda row: records.place_record(row, whole=False))


@bp.get("/service_at_locations/<uuid>")
def place(uuid: str) -> Response:
    """Give everything about one service at one place."""
    return _one(uuid, lambda session: feed.find_place(session, uuid, **_shown()), lambda row: records.place_record(row, whole=True))


@bp.get("/taxonomies")
def taxonomies() -> Response:
    """List the taxonomies."""
    return _paged(lambda session, number, size: feed.list_taxonomies(session, number=number, size=size), records.taxonomy_record)


@bp.get("/taxonomies/<uuid>")
def taxonomy(uuid: str) -> Response:
    """Give one taxonomy."""
    return _one(uuid, lambda session: session.get(Taxonomy, uuid.lower()), records.taxonomy_record)


@bp.get("/taxonomy_terms")
def terms() -> Response:
    """List the terms of every taxonomy."""
    return _paged(lambda session, number, size: feed.list_terms(session, number=number, size=size), records.term_record)


@bp.get("/taxonomy_terms/<uuid>")
def term(uuid: str) -> Response:
    """Give one term."""
    return _one(uuid, lambda session: session.get(TaxonomyTerm, uuid.lower()), records.term_record)


@bp.errorhandler(BadQuestion)
def refuse(problem: BadQuestion) -> Response:
    """Say what of the query cannot be answered."""
    return _json({"error": str(problem)}, 400)


@bp.errorhandler(SQLAlchemyError)
def unavailable(problem: SQLAlchemyError) -> Response:
    """Say that the directory cannot be read just now."""
    return _json({"error": "the directory cannot be read just now"}, 503)


@bp.before_request
def limit() -> Response | None:
    """Refuse a network that asks faster than a reader of a feed needs to."""
    if parts().limits.allow("feed", network(request.remote_addr)):
        return None
    return _json({"error": "too many requests; wait a minute"}, 429)


def _listed(known: frozenset[str], find: Callable[..., feed.Page[Found]], write: Callable[[Found], Record]) -> Response:
    """Answer a question about services with a page of what `find` finds."""
    question = Question(request.args, known)
    number, size = question.page
    wanted = question.wanted(parts().front_door.gazetteer)
    with _session() as session:
        return _json(find(session, wanted, number=number, size=size, **_shown()).as_json(write))


def _paged(find: Callable[[Session, int, int], feed.Page[Found]], write: Callable[[Found], Record]) -> Response:
    """Answer with a page of what `find` finds."""
    number, size = Question(request.args, PAGING).page
    with _session() as session:
        return _json(find(session, number, size).as_json(write))


def _one(uuid: str, find: Callable[[Session], Found | None], write: Callable[[Found], Record]) -> Response:
    """Answer with one row, or 404."""
    with _session() as session:
        found = find(session) if is_uuid(uuid) else None
        return _json({"error": "there is nothing with this id"}, 404) if found is None else _json(write(found))


def _shown() -> dict[str, Any]:
    """On what day, and whether only what is current and vetted."""
    return {"today": parts().front_door.fallback.today(), "live": parts().front_door.fallback.live}


def _session() -> Session:
    return Session(parts().front_door.fallback.directory, future=True)


def _json(body: Record, status: int = 200) -> Response:
    """Write JSON that any site may read: there is nothing in it that is not public."""
    response = Response(json.dumps(body, ensure_ascii=False), status, mimetype=JSON)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Vary"] = "Accept"
    return response


@lru_cache(maxsize=1)
def _description() -> Record:
    described: Record = yaml.safe_load((Path(__file__).parent / "openapi.yml").read_text("utf-8"))
    return described
