"""The helpline's desk: who works there, how they sign in, and the page they work from.

DeskError                the request is refused; `name` is the word that says why, `status` its HTTP status
├── NotSignedIn          no session, or it ended
├── NotAllowed           the role may not do this
├── Forged               the request did not come from a page of the desk
├── LinkUsed             the enrolment link was used, or is too old
├── NameTaken            somebody of the service has, or had, that name
├── PasskeyRefused       the passkey, its signature or its challenge is not good
├── KeyRefused           a key file or fingerprint is not what it says it is
└── Unreadable           what was posted is not in the agreed form
"""

from __future__ import annotations


class DeskError(Exception):
    """The desk refuses a request."""

    name = "error_unreadable"
    status = 400


class NotSignedIn(DeskError):
    """No session, or it ended."""

    name, status = "error_signed_out", 401


class NotAllowed(DeskError):
    """The role may not do this."""

    name, status = "error_not_allowed", 403


class Forged(DeskError):
    """The request did not come from a page of the desk."""

    name, status = "error_forged", 403


class LinkUsed(DeskError):
    """The enrolment link was used, or is too old."""

    name, status = "error_link_used", 410


class NameTaken(DeskError):
    """Somebody of the service has, or had, that name."""

    name, status = "error_name_taken", 409


class PasskeyRefused(DeskError):
    """The passkey, its signature or its challenge is not good."""

    name, status = "error_passkey", 403


class KeyRefused(DeskError):
    """A key file or fingerprint is not what it says it is."""

    name, status = "error_key", 422


class Unreadable(DeskError):
    """What was posted is not in the agreed form."""
