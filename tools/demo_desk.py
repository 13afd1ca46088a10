"""One-time links to the desk of an invented helpline, so that a newcomer can try it; never made in live mode."""

from __future__ import annotations

from datetime import UTC, datetime

from tools.demo_keys import PASSPHRASE
from webhook.config import Config
from webhook.helpline import NameTaken
from webhook.helpline.enrolment import Invited, make_invitation
from webhook.helpline.origin import Origin
from webhook.helpline.people import link
from webhook.helpline.roles import Role
from webhook.keys import Keys
from webhook.store.engine import open_queue

SERVICE = "demo-dudley"
PEOPLE = (Invited("Asha", SERVICE, Role.WORKER), Invited("Lena", SERVICE, Role.LEAD))
APPROVE = ".venv/bin/flask --app webhook helpline approve {name} --service {service} --recovery-key var/demo/{service}-recovery.json --passphrase {passphrase}"


def desk_lines(config: Config) -> str:
    """Return what is printed of the desk: where it is, and for each invented person who has not joined a link good for two days."""
    origin = Origin.of(config).url
    lines = [f"helpline desk:       {origin}/helpline/"]
    queue, keys = open_queue(config.queue_url), Keys.load(config.var / "master.key")
    for person in PEOPLE:
        try:
            token = make_invitation(queue, keys, datetime.now(UTC), person)
        except NameTaken:
            continue
        lines.append(f"join as {person.role.value + ':':<13}{link(origin, token)}")
    if len(lines) > 1:
        lines.append("approve the first:   " + APPROVE.format(name=PEOPLE[0].name, service=SERVICE, passphrase=PASSPHRASE))
        lines.append("                     the second is approved by the first, at the desk, under People")
    return "\n".join(lines)
