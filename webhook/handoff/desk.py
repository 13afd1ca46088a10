"""What happens to a request: sealed and queued, cancelled; and the rules of time and place that all work on it goes by."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webhook.handoff import Misdirected, NobodyToSealTo, NotNow
from webhook.handoff.envelope import Recipient, lock, seal, unlock
from webhook.handoff.issue import Issued, check_issued, expires_at, padded
from webhook.handoff.keyring import Keyring
from webhook.handoff.receipt import Receipts
from webhook.handoff.windows import LONDON, Window, callable_now, next_window
from webhook.keys import Keys
from webhook.store import audit, requests, workers
from webhook.store.audit import Deed
from webhook.store.counts import add_counts
from webhook.store.engine import transaction
from webhook.store.floods import mark_flood
from webhook.store.models import CallbackRequest
from webhook.store.switches import is_off

LONGEST_WAIT = timedelta(days=21)
USABLE_WINDOWS = 3
TRIED = "receipt tried"  # the daily count of cancellings, by right words or wrong

CURE = (
    "flask --app webhook helpline recovery-key --service {service} --out FILE",
    "flask --app webhook helpline add-worker NAME --service {service} --keyfile FILE",
    "flask --app webhook helpline approve NAME --service {service} --recovery-key FILE",
)


@dataclass(frozen=True)
class Wanted:
    """A request as a person made it: what is to be sealed, and what must stay in the clear to plan the work."""

    service: str
    windows: tuple[Window, ...]
    sealed: dict[str, Any]
    danger: bool
    under_18: bool
    booked: str | None
    flood: bool = False


@dataclass(frozen=True)
class Posted:
    """A request that a browser sealed: the inner envelope and its token, and what stays in the clear."""

    service: str
    windows: tuple[Window, ...]
    inner: dict[str, Any]
    token: str
    danger: bool
    under_18: bool
    booked: str | None
    flood: bool = False


@dataclass(frozen=True)
class Desk:
    """The queue of sealed requests, with the keys it needs and the clock it goes by."""

    queue: Engine
    keyring: Keyring
    receipts: Receipts
    keys: Keys
    now: Callable[[], datetime]

    def recipients(self, service: str) -> list[Recipient]:
        """Return whom a request to `service` is sealed to; raises NobodyToSealTo, naming the commands that cure it."""
        with Session(self.queue, future=True) as session:
            return recipients_in(session, service)

    def issue(self, service: str) -> Issued:
        """Return what a browser needs to seal one request to `service`; raises NobodyToSealTo."""
        with Session(self.queue, future=True) as session:
            return Issued(self._fresh_id(session), service, self.everyone_in(session, service), expires_at(self.now()))

    def submit(self, wanted: Wanted, idempotency_key: str) -> str:
        """Seal and queue a request in one transaction, and return its receipt; the same key again gives the same receipt.

        Raises NobodyToSealTo or TooLarge before anything is written."""
        key_tag = self.keys.tag("callback/key", idempotency_key)
        return self._once(key_tag, lambda session: self.submit_in(session, wanted, key_tag))

    def submit_in(self, session: Session, wanted: Wanted, key_tag: str) -> str:
        """Queue a request within a transaction the caller commits; see `submit`."""
        known = requests.find_by_key(session, key_tag)
        if known is not None:
            return self.receipts.of(known.id)
        inner = seal(wanted.sealed, self._fresh_id(session), wanted.service, self.everyone_in(session, wanted.service))
        return self._queue(session, wanted, inner, key_tag)

    def submit_sealed(self, posted: Posted, idempotency_key: str) -> str:
        """Queue what a browser sealed, and return its receipt; the same key again gives the same receipt.

        Raises NobodyToSealTo, UnknownFormat, or Misdirected when it is not sealed with what was issued."""
        key_tag = self.keys.tag("callback/key", idempotency_key)

        def put(session: Session) -> str:
            known = requests.find_by_key(session, key_tag)
            if known is not None:
                return self.receipts.of(known.id)
            check_issued(posted.inner, posted.token, self.everyone_in(session, posted.service), self.keys, self.now())
            if requests.is_used(session, posted.inner["id"], self._tag_of(posted.inner["id"])):
                raise Misdirected("that id was used before")
            return self._queue(session, posted, posted.inner, key_tag)

        return self._once(key_tag, put)

    def cancel(self, receipt: str) -> None:
        """End whatever has this receipt; the caller cannot tell whether there was anything."""
        with transaction(self.queue) as session:
            self.cancel_in(session, receipt)

    def cancel_in(self, session: Session, receipt: str) -> None:
        """Cancel within a transaction the caller commits; see `cancel`.

        Every try is counted, so that wrong words write to the disk as right ones do and take as long."""
        now = naive(self.now())
        add_counts(session, {(now.date(), TRIED): 1})
        requests.cancel_requests(session, self.receipts.tag(receipt), now)

    def waiting(self, service: str | None = None) -> list[CallbackRequest]:
        """Return the requests that have not ended; their clear columns only."""
        with Session(self.queue, future=True) as session:
            return requests.list_waiting(session, service)

    def note_down(self, session: Session, service: str, worker: str, what: str, action: str) -> None:
        """Add a row to a service's audit, after the change it tells of; `what` is the id of a request, a key or a person."""
        audit.add_entry(session, self.keys.derive("audit/mac"), Deed(service, worker, what, action, hour(self.now())))

    def inner_of(self, request: CallbackRequest) -> dict[str, Any]:
        """Return a request's inner envelope, still sealed to its workers; raises EpochKeyGone or an EnvelopeError."""
        return unlock(request.record, request.id, request.service, request.epoch, self.keyring.get(request.epoch))

    def _once(self, key_tag: str, put: Callable[[Session], str]) -> str:
        """Run `put` in a transaction; when another one with the same key was first, return its receipt."""
        try:
            with transaction(self.queue) as session:
                return put(session)
        except IntegrityError:
            with Session(self.queue, future=True) as session:
                known = requests.find_by_key(session, key_tag)
                if known is None:
                    raise
                return self.receipts.of(known.id)

    def _queue(self, session: Session, wanted: Wanted | Posted, inner: dict[str, Any], key_tag: str) -> str:
        """Lock an inner envelope under the day's key and add its row."""
        request_id, now = inner["id"], self.now()
        epoch = epoch_of(now)
        session.add(
            CallbackRequest(
                id=request_id,
                service=wanted.service,
                epoch=epoch,
                windows=" ".join(window.key for window in sorted(wanted.windows)),
                danger=wanted.danger,
                under_18=wanted.under_18,
                booked=wanted.booked,
                received=hour(now),
                expires=naive(expiry(wanted.windows, now)),
                state="waiting",
                attempts=0,
                receipt_tag=self._tag_of(request_id),
                key_tag=key_tag,
                record=lock(inner, epoch, self.keyring.make_or_get(epoch)),
            )
        )
        if wanted.flood:
            mark_flood(session, request_id)
        return self.receipts.of(request_id)

    def everyone(self, service: str) -> list[Recipient]:
        """Return whom something for `service` is sealed to, with the dummies that hide how many they are; raises NobodyToSealTo."""
        with Session(self.queue, future=True) as session:
            return self.everyone_in(session, service)

    def everyone_in(self, session: Session, service: str) -> list[Recipient]:
        """Return the same within a transaction, so that no second connection is opened inside it."""
        return padded(recipients_in(session, service), service, self.keys)

    def _fresh_id(self, session: Session) -> str:
        """An id whose two words no other request has, so that nobody's words cancel somebody else's call."""
        while True:
            request_id = secrets.token_hex(16)
            if not requests.is_used(session, request_id, self._tag_of(request_id)):
                return request_id

    def _tag_of(self, request_id: str) -> str:
        return self.receipts.tag(self.receipts.of(request_id))


def recipients_in(session: Session, service: str) -> list[Recipient]:
    """Return whom a request to `service` is sealed to, dummies apart; see `Desk.recipients`."""
    if is_off(session, service):
        raise NobodyToSealTo(f"{service} is switched to numbers only; flask --app webhook helpline on {service} ends that")
    keys = workers.approved_keys(session, service)
    if not any(key.recovery for key in keys) or all(key.recovery for key in keys):
        cure = "\n  ".join(command.format(service=service) for command in CURE)
        raise NobodyToSealTo(f"{service} has no approved worker key and recovery key. Make them with:\n  {cure}")
    return [Recipient(key.kid, key.public_key) for key in keys]


def epoch_of(now: datetime) -> str:
    """The epoch of a moment: its day in London."""
    return f"{now.astimezone(LONDON):%Y-%m-%d}"


def check_window(request: CallbackRequest, now: datetime) -> None:
    """Raise NotNow unless a call may start now; it names the next time one may."""
    windows = windows_of(request)
    if not callable_now(windows, now):
        following = next_window(windows, now)
        when = f"the next safe time is {following.label}" if following else "no safe time is left"
        raise NotNow(f"it is not a safe time to ring; {when}")


def windows_of(request: CallbackRequest) -> list[Window]:
    """Return the safe windows of a request."""
    return [Window.read(key) for key in request.windows.split()]


def expiry(windows: tuple[Window, ...], now: datetime) -> datetime:
    """When a request expires: after its third window, or 21 days, whichever is first (handoff.md, Deletion)."""
    usable = sorted(windows)[:USABLE_WINDOWS]
    return min(usable[-1].end, now + LONGEST_WAIT)


def naive(moment: datetime) -> datetime:
    """A moment as the database keeps it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def hour(moment: datetime) -> datetime:
    """A moment to the hour, as the database keeps it."""
    return naive(moment).replace(minute=0, second=0, microsecond=0)
