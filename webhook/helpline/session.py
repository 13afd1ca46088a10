"""Who is signed in: a cookie for the desk alone, forgotten on idle, with a token on every change.

Other blueprints of the desk use `signed_in(role, …)` above a view, and `colleague()` inside it. The cookie is sent to
addresses under `/helpline` only, so such a blueprint must live there.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import Response, g, request

from webhook.handoff.desk import naive
from webhook.helpline import Forged, NotAllowed, NotSignedIn
from webhook.helpline.origin import Origin
from webhook.helpline.roles import Role
from webhook.parts import Parts, parts
from webhook.store import requests, staff
from webhook.store.engine import transaction
from webhook.store.staff_models import StaffSession

COOKIE = "helpline"
PATH = "/helpline"
TOKEN_HEADER = "X-Helpline-Token"
IDLE = timedelta(minutes=15)
IDLE_ON_A_CALL = timedelta(minutes=60)  # her hands are off the keyboard while she talks
SHIFT = timedelta(hours=12)
TOUCHED_EVERY = timedelta(seconds=30)
SAFE = ("GET", "HEAD", "OPTIONS")

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Colleague:
    """Somebody signed in; `kid` is the key sealed to now, None when they have none or it is not approved, `kids` all that open."""

    id: str
    name: str
    service: str
    role: Role
    kid: str | None
    kids: frozenset[str]
    session_tag: str
    token: str  # every change must carry it


def signed_in(*roles: Role, touch: bool = True) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Guard a view: somebody of one of `roles` (none: anybody) is signed in, and a change came from a page of the desk.

    Raises NotSignedIn, NotAllowed or Forged. `touch` False is for what a page does by itself: it does not put off the
    end of the session."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            person = find_colleague(parts(), request.cookies.get(COOKIE, ""), touch=touch)
            if request.method not in SAFE and not hmac.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), person.token.encode()):
                raise Forged
            if roles and person.role not in roles:
                raise NotAllowed
            g.colleague = person
            return view(*args, **kwargs)

        return guarded

    return guard


def colleague() -> Colleague:
    """Return who is signed in, inside a view that `signed_in` guards."""
    return cast(Colleague, g.colleague)


def refuse_forged(origin: Origin) -> None:
    """Raise Forged when a change was sent by a page of another origin."""
    if request.method not in SAFE and request.headers.get("Origin") != origin.url:
        raise Forged


def find_colleague(linden: Parts, cookie: str, *, touch: bool) -> Colleague:
    """Return whoever the cookie belongs to, and note that they did something; raises NotSignedIn and ends what is over."""
    tag, now = linden.keys.tag("staff/session", cookie), naive(linden.now())
    with transaction(linden.queue) as session:
        held = staff.find_session(session, tag)
        person = staff.find_staff(session, held.staff) if held else None
        if held is None or person is None:
            raise NotSignedIn
        idle = IDLE_ON_A_CALL if requests.holds_any(session, person.service, person.name) else IDLE
        over = now >= held.ends or now - held.seen >= idle
        if over:
            staff.end_session(session, tag)
        elif touch and now - held.seen >= TOUCHED_EVERY:
            staff.touch_session(session, tag, now)
        approved = [key.kid for key in staff.keys_of(session, person.id) if key.approved is not None]
        found = Colleague(
            id=person.id,
            name=person.name,
            service=person.service,
            role=Role(person.role),
            kid=next(iter(approved), None),
            kids=frozenset(approved),
            session_tag=tag,
            token=linden.keys.tag("staff/token", cookie),
        )
    if over:
        raise NotSignedIn
    return found


def begin(linden: Parts, origin: Origin, staff_id: str, response: Response) -> None:
    """Sign somebody in with a new cookie on `response`."""
    cookie, now = secrets.token_urlsafe(32), naive(linden.now())
    with transaction(linden.queue) as session:
        session.add(StaffSession(tag=linden.keys.tag("staff/session", cookie), staff=staff_id, seen=now, ends=now + SHIFT))
    response.set_cookie(COOKIE, cookie, path=PATH, httponly=True, samesite="Strict", secure=origin.secure)


def end(linden: Parts, person: Colleague, response: Response) -> None:
    """Sign somebody out."""
    with transaction(linden.queue) as session:
        staff.end_session(session, person.session_tag)
    response.delete_cookie(COOKIE, path=PATH)
