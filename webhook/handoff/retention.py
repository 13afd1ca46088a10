"""Deletion by the clock: requests that ended, the keys of empty days, and everything else that is kept only for a time.

Run by `flask --app webhook retention run` and by the web process every half minute. A day's key is destroyed when the
day is over and none of its records is left: that makes every copy of them unreadable, in backups too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from webhook.handoff.desk import epoch_of, naive
from webhook.handoff.keyring import Keyring
from webhook.store import retention
from webhook.store.engine import transaction

DAY_IS_OVER = timedelta(hours=1)  # after midnight, so that nothing begun before it can still be written under the day's key
TRIES, PAUSE_SECONDS = 5, 0.2  # a checkpoint is busy while somebody reads


@dataclass(frozen=True)
class Swept:
    """What one run did; `clean` is False while deleted text may still stand in the database's log."""

    ended: int
    deleted: int
    keys_destroyed: list[str]
    clean: bool


def run_retention(queue: Engine, keyring: Keyring, now: datetime, sleep: Callable[[float], None] = time.sleep) -> Swept:
    """Delete whatever has been kept as long as it may be, at `now`; running it twice does no harm."""
    moment = naive(now)
    with transaction(queue) as session:
        ended = retention.expire_requests(session, moment)
        deleted = retention.delete_ended(session, moment)
        retention.delete_the_rest(session, moment)
    destroyed = destroy_empty_days(queue, keyring, now)
    clean = _empty_the_log(queue, sleep)
    with transaction(queue) as session:
        retention.note_run(session, moment, deleted, len(destroyed), clean=clean)
    return Swept(ended, deleted, destroyed, clean)


def destroy_empty_days(queue: Engine, keyring: Keyring, now: datetime) -> list[str]:
    """Destroy the key of every day that is over and has no record left; return the days."""
    today = epoch_of(now - DAY_IS_OVER)
    with Session(queue, future=True) as session:
        empty = [epoch for epoch in keyring.epochs() if epoch < today and retention.epoch_is_empty(session, epoch)]
    for epoch in empty:
        keyring.destroy(epoch)
    return empty


def _empty_the_log(queue: Engine, sleep: Callable[[float], None]) -> bool:
    for _ in range(TRIES):
        if retention.empty_the_log(queue):
            return True
        sleep(PAUSE_SECONDS)
    return False
