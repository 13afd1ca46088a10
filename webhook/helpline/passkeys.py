"""Passkeys: challenges good once, and what an authenticator answers to them (WebAuthn level 3, by py_webauthn).

The person is always verified by the authenticator (a finger, a face or its PIN), and the passkey is one that can be
found without a user name, so that signing in is one button.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement, UserVerificationRequirement

from webhook.handoff.desk import naive
from webhook.helpline import PasskeyRefused
from webhook.helpline.origin import Origin
from webhook.parts import Parts
from webhook.store import staff
from webhook.store.staff_models import Challenge, Passkey

GOOD_FOR = timedelta(minutes=5)
SIGN_IN = "sign in"


@dataclass(frozen=True)
class Passkeys:
    """The two ceremonies, within a transaction that the caller commits."""

    linden: Parts
    origin: Origin
    session: Session

    def options_to_enrol(self, staff_id: str, name: str, service: str) -> dict[str, Any]:
        """Return what `navigator.credentials.create` is asked for a new person."""
        options = generate_registration_options(
            rp_id=self.origin.rp_id,
            rp_name="Linden",
            user_id=staff_id.encode(),
            user_name=f"{name} ({service})",
            user_display_name=name,
            challenge=self._challenge(staff_id),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
        )
        return dict(json.loads(options_to_json(options)))

    def enrol(self, staff_id: str, credential: dict[str, Any]) -> None:
        """Keep the public half of a passkey that answered the challenge given to this person; raises PasskeyRefused."""
        challenge = self._taken(credential, staff_id)
        try:
            made = verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.origin.rp_id,
                expected_origin=self.origin.url,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise PasskeyRefused from error
        held = bytes_to_base64url(made.credential_id)
        self.session.add(Passkey(credential_id=held, staff=staff_id, public_key=made.credential_public_key, sign_count=made.sign_count))

    def options_to_sign_in(self) -> dict[str, Any]:
        """Return what `navigator.credentials.get` is asked; it names nobody."""
        options = generate_authentication_options(
            rp_id=self.origin.rp_id, challenge=self._challenge(SIGN_IN), user_verification=UserVerificationRequirement.REQUIRED
        )
        return dict(json.loads(options_to_json(options)))

    def sign_in(self, credential: dict[str, Any]) -> str:
        """Return the id of whose passkey answered; raises PasskeyRefused, and never says what was wrong."""
        challenge = self._taken(credential, SIGN_IN)
        held = staff.find_passkey(self.session, str(credential.get("id", "")))
        if held is None or staff.find_staff(self.session, held.staff) is None:
            raise PasskeyRefused
        try:
            seen = verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.origin.rp_id,
                expected_origin=self.origin.url,
                credential_public_key=held.public_key,
                credential_current_sign_count=held.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise PasskeyRefused from error
        held.sign_count = seen.new_sign_count
        return str(held.staff)

    def _challenge(self, purpose: str) -> bytes:
        challenge = secrets.token_bytes(32)
        expires = naive(self.linden.now() + GOOD_FOR)
        self.session.add(Challenge(tag=self._tag(challenge), purpose=purpose, expires=expires))
        return challenge

    def _taken(self, credential: dict[str, Any], purpose: str) -> bytes:
        """Return the challenge a credential says it answers, used up; raises PasskeyRefused unless we gave it for this purpose."""
        try:
            said = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
            challenge = base64url_to_bytes(said["challenge"])
        except (ValueError, KeyError, TypeError) as error:
            raise PasskeyRefused from error
        if not staff.take_challenge(self.session, self._tag(challenge), purpose, naive(self.linden.now())):
            raise PasskeyRefused
        return challenge

    def _tag(self, challenge: bytes) -> str:
        return self.linden.keys.tag("staff/challenge", challenge.hex())
