"""The directory editors' page: what of the directory needs a person, the gravest first, and a service confirmed with one press."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Response, jsonify, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from directory import DirectoryError
from directory.areas import read_areas
from directory.check import Finding, Problem, check_directory
from directory.confirm import confirm
from directory.models import Service
from directory.never_use import NeverUse
from webhook.helpline import DeskError, NotSignedIn
from webhook.helpline.guard import desk_blueprint, refuse
from webhook.helpline.place import place
from webhook.helpline.posted import text
from webhook.helpline.roles import Role
from webhook.helpline.session import SAFE, colleague, signed_in
from webhook.parts import Parts, parts

MOST = 200  # services on the page; the gravest come first, and the next are there once those are seen to
FORBID: tuple[Problem, ...] = ("never", "refuge")  # to be put right, and never only confirmed

bp = desk_blueprint("helpline_directory")


class NotConfirmed(DeskError):
    """The service is not one that can be confirmed as it is."""

    name, status = "error_not_confirmed", 409


@dataclass(frozen=True)
class Entry:
    """A service with what was found of it, and whether a press may confirm it."""

    service: Service
    findings: list[Finding]

    @property
    def confirmable(self) -> bool:
        """True unless its facts must be put right first."""
        return self.service.confidence != "not verified" and not any(finding.problem in FORBID for finding in self.findings)


@bp.get("/directory")
@signed_in(Role.EDITOR)
def page() -> str:
    """Show what needs a person, then what does not."""
    linden = parts()
    with _session(linden) as session:
        findings = _findings(linden, session)
        services = {service.id: service for service in session.scalars(select(Service).where(Service.status == "active"))}
        found: dict[str, list[Finding]] = {}
        for finding in findings:
            found.setdefault(finding.service, []).append(finding)
        entries = [Entry(services[key], these) for key, these in found.items() if key in services]
        return render_template(
            "helpline/directory.html",
            person=colleague(),
            entries=entries[:MOST],
            more=len(entries[MOST:]),
            areas=[finding for finding in findings if finding.service not in services],
            well=[Entry(service, []) for key, service in sorted(services.items()) if key not in found][:MOST],
        )


@bp.post("/directory/confirm")
@signed_in(Role.EDITOR)
def confirm_service() -> Response:
    """Renew a service in the name of whoever is signed in, and say what is still to be seen to."""
    linden, key = parts(), text("id")
    try:
        with _session(linden) as session, session.begin():
            service = confirm(session, key, by=colleague().name, today=_today(linden), never_use=NeverUse.read(linden.config.root))
            said = place().words.say("directory_checked", by=service.assured_by, on=service.assured_date)
    except DirectoryError as error:
        raise NotConfirmed from error
    with _session(linden) as session:
        left = [finding.problem for finding in _findings(linden, session) if finding.service == key]
    return jsonify({"say": said, "left": left})


@bp.errorhandler(NotSignedIn)
def sign_in_first(error: NotSignedIn) -> AnyResponse | tuple[Response | str, int]:
    """Send whoever opens the page to the desk, which signs them in."""
    return redirect(url_for("helpline.page")) if request.method in SAFE else refuse(error.name, error.status)


def _findings(linden: Parts, session: Session) -> list[Finding]:
    root = linden.config.root
    return check_directory(session, NeverUse.read(root), read_areas(root), _today(linden))


def _session(linden: Parts) -> Session:
    return Session(linden.front_door.fallback.directory, future=True)


def _today(linden: Parts) -> date:
    return linden.front_door.fallback.today()
