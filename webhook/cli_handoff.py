"""Administration of the handoff by command: deletion, the life of keys, and switching a borough to numbers only."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from webhook.cli import fingerprint, helpline, known, linden, passphrase_option, refusals
from webhook.handoff.canary import open_canary, unproved
from webhook.handoff.desk import naive
from webhook.handoff.keyfile import make_keyfile, open_keyfile
from webhook.handoff.recovery import recover
from webhook.handoff.retention import run_retention
from webhook.handoff.rotation import is_due
from webhook.store import switches, workers
from webhook.store.engine import transaction

retention = AppGroup("retention", help="Deletion by the clock.")
keys = AppGroup("keys", help="The life of the helplines' keys.")
service_option = click.option("--service", required=True)


def register(app: Flask) -> None:
    """Add the commands to the app."""
    app.cli.add_command(retention)
    app.cli.add_command(keys)


@retention.command("run")
def run() -> None:
    """Delete whatever has been kept as long as it may be, and destroy the keys of empty days."""
    swept = run_retention(linden().queue, linden().desk.keyring, linden().now())
    click.echo(f"{swept.ended} ended, {swept.deleted} deleted, {len(swept.keys_destroyed)} day keys destroyed")
    if not swept.clean:
        raise click.ClickException("deleted text may still stand in the database's log, because somebody is reading it; run this again")


@keys.command("list")
def list_keys() -> None:
    """List every key: how old, when it last opened a canary, and whether it is due to be made anew."""
    with transaction(linden().queue) as session:
        for key in workers.list_keys(session):
            life = workers.find_life(session, key.kid)
            proved = f"opened a canary {life.proved:%Y-%m-%d}" if life and life.proved else "never opened a canary"
            state = "retired" if life and life.retired else age(key.approved)
            click.echo(f"{fingerprint(key.kid)}  {key.service}  {key.name}  {state}  {proved}")


@keys.command("rotate")
@click.argument("name")
@service_option
@click.option("--keyfile", type=click.Path(path_type=Path), required=True, help="Where the new key is written.")
@passphrase_option
def rotate(name: str, service: str, keyfile: Path, passphrase: str) -> None:
    """Make a worker's next key; once approved nothing more is sealed to the old one, which still opens what it has."""
    known(service)
    with transaction(linden().queue) as session:
        if not workers.find_by_name(session, name, service):
            raise click.ClickException(f"{service} has no worker called {name}")
        with refusals():
            made = make_keyfile(keyfile, passphrase)
        workers.add_key(session, kid=made.kid, service=service, name=name, public_key=made.public_key, recovery=False, approved=None)
    click.echo(f"{name}: new fingerprint {fingerprint(made.kid)}; read it to whoever approves it, and keep the old key file for three weeks")


@keys.command("canary")
@service_option
@click.option("--keyfile", type=click.Path(path_type=Path, exists=True), required=True)
@passphrase_option
def canary(service: str, keyfile: Path, passphrase: str) -> None:
    """Open today's canary, which proves that a key still works."""
    known(service)
    with refusals():
        open_canary(linden().desk, service, open_keyfile(keyfile, passphrase))
    click.echo("today's canary is open: this key works")


@keys.command("check")
def check() -> None:
    """List the workers whose key has not opened today's canary; none is the good answer."""
    missing = [f"{service.id}: {name}" for service in linden().services for name in unproved(linden().desk, service.id)]
    click.echo("\n".join(missing) or "every key has opened today's canary")


@helpline.command("off")
@click.argument("area")
def off(area: str) -> None:
    """Switch a borough to numbers only, at once: no form, no questions by text."""
    for service in services_of(area):
        with transaction(linden().queue) as session:
            switches.switch_off(session, service, naive(linden().now()))
        click.echo(f"{service} takes no requests from now on; people get the numbers to ring")


@helpline.command("on")
@click.argument("area")
def on(area: str) -> None:
    """Let a borough take requests again."""
    for service in services_of(area):
        with transaction(linden().queue) as session:
            switches.switch_on(session, service)
        click.echo(f"{service} takes requests again")


@helpline.command("recover")
@service_option
@click.option("--recovery-key", "keyfile", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--rehearse", is_flag=True, help="Do all of it but the writing.")
@passphrase_option
def recover_requests(service: str, keyfile: Path, rehearse: bool, passphrase: str) -> None:
    """Seal what waits to the keys of today with the offline recovery key, after workers' keys were lost."""
    known(service)
    with refusals():
        found = recover(linden().desk, service, open_keyfile(keyfile, passphrase), rehearse=rehearse)
    what = "could be sealed anew" if rehearse else "are sealed to today's keys"
    click.echo(f"{len(found.done)} of {len(found.done) + len(found.failed)} requests {what}")
    if found.failed:
        raise click.ClickException("these could not be opened: " + ", ".join(found.failed))


def services_of(area: str) -> list[str]:
    """Return the ids of the services of a borough, or the one service so called."""
    found = [service.id for service in linden().services if area.lower() in (service.area.lower(), service.id)]
    if not found:
        raise click.ClickException(f"there is no service in {area}; there are: {', '.join(s.area for s in linden().services) or 'none'}")
    return found


def age(approved: datetime | None) -> str:
    """How old a key is, and whether it is due to be made anew."""
    if approved is None:
        return "waiting for approval"
    now = naive(linden().now())
    return f"{(now - approved).days} days old{', due for a new one' if is_due(approved, now) else ''}"
