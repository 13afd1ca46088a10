"""Keys for the invented demonstration helplines, so that a newcomer can try the whole path; never made in live mode."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from webhook.config import Config
from webhook.handoff.desk import naive
from webhook.handoff.keyfile import make_keyfile
from webhook.handoff.services import load_services
from webhook.store import workers
from webhook.store.engine import open_queue, transaction

PASSPHRASE = "demonstration"
OPENING = (
    "see what waits:      .venv/bin/flask --app webhook helpline list\n"
    "open a request:      .venv/bin/flask --app webhook helpline open ID --keyfile var/demo/demo-dudley-worker.json "
    f"--passphrase {PASSPHRASE}"
)


def make_demo_keys(config: Config) -> None:
    """Make and approve a worker key and a recovery key for each demo service that has none."""
    folder = config.var / "demo"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_queue(config.queue_url)
    now = naive(datetime.now(UTC))
    for service in load_services(config.root, "demo"):
        with Session(engine, future=True) as session:
            if workers.approved_keys(session, service.id):
                continue
        for name in ("worker", "recovery"):
            path = folder / f"{service.id}-{name}.json"
            path.unlink(missing_ok=True)
            made = make_keyfile(path, PASSPHRASE)
            with transaction(engine) as session:
                workers.add_key(
                    session, kid=made.kid, service=service.id, name=name, public_key=made.public_key, recovery=name == "recovery", approved=now
                )
