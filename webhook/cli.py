"""Administration by command: `flask --app webhook helpline …`, `flask --app webhook directory …`, `flask --app webhook words …`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from webhook.directory_cli import directory
from webhook.due import words_commands
from webhook.handoff import HandoffError
from webhook.handoff.desk import naive, windows_of
from webhook.handoff.envelope import Recipient, point
from webhook.handoff.keyfile import make_keyfile, open_keyfile
from webhook.helpline.opening import open_request
from webhook.numbers import uk_number
from webhook.parts import NAME, Parts
from webhook.store import switches, workers
from webhook.store.engine import transaction

helpline = AppGroup("helpline", help="Keys of the helplines, and what is waiting for them.")
passphrase_option = click.option("--passphrase", envvar="LINDEN_PASSPHRASE", prompt=True, hide_input=True)


def register(app: Flask) -> None:
    """Add the commands to the app."""
    app.cli.add_command(helpline)
    app.cli.add_command(words_commands)
    app.cli.add_command(directory)


def linden() -> Parts:
    """The parts of the app the command runs in."""
    found: Parts = current_app.extensions[NAME]
    return found


@helpline.command("recovery-key")
@click.option("--service", required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@passphrase_option
def recovery_key(service: str, out: Path, passphrase: str) -> None:
    """Make the offline recovery key of a service; print the file, keep it in a safe, and delete it here."""
    known(service)
    with refusals():
        recipient = make_keyfile(out, passphrase)
    with transaction(linden().queue) as session:
        now = naive(linden().now())
        workers.add_key(session, kid=recipient.kid, service=service, name="recovery", public_key=recipient.public_key, recovery=True, approved=now)
    click.echo(f"recovery key {fingerprint(recipient.kid)} for {service} is in {out}")


@helpline.command("add-worker")
@click.argument("name")
@click.option("--service", required=True)
@click.option("--keyfile", type=click.Path(path_type=Path), required=True)
@passphrase_option
def add_worker(name: str, service: str, keyfile: Path, passphrase: str) -> None:
    """Make a worker's key; it receives nothing until it is approved."""
    known(service)
    with refusals():
        recipient = make_keyfile(keyfile, passphrase)
    with transaction(linden().queue) as session:
        workers.add_key(session, kid=recipient.kid, service=service, name=name, public_key=recipient.public_key, recovery=False, approved=None)
    click.echo(f"{name}: fingerprint {fingerprint(recipient.kid)}; read it to the recovery holder, who approves it")


@helpline.command("approve")
@click.argument("name")
@click.option("--service", required=True)
@click.option("--recovery-key", "--approver-key", "keyfile", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--fingerprint", "spoken", help="The fingerprint as it was read out; needed when the worker has several new keys.")
@passphrase_option
def approve(name: str, service: str, keyfile: Path, spoken: str | None, passphrase: str) -> None:
    """Approve a worker's new key with the recovery key of the service, or the key of a worker it has already."""
    with refusals():
        holder = Recipient.of(point(open_keyfile(keyfile, passphrase).public_key()))
    with transaction(linden().queue) as session:
        new = [key for key in workers.find_by_name(session, name, service) if key.approved is None]
        chosen = [key for key in new if spoken is None or key.kid == "".join(spoken.split()).lower()]
        if len(chosen) != 1:
            known = ", ".join(fingerprint(key.kid) for key in new)
            raise click.ClickException(f"name one new key of {name} with --fingerprint: {known}" if new else f"{service} has no new key of {name}")
        if holder.kid not in {key.kid for key in workers.approved_keys(session, service) if key.name != name}:
            raise click.ClickException(f"that is not the recovery key of {service}, nor the key of another approved worker")
        older = workers.approve_key(session, chosen[0], naive(linden().now()))
        click.echo(f"{name}: {fingerprint(chosen[0].kid)} is approved from now on")
        for key in older:
            click.echo(f"{name}: {fingerprint(key.kid)} is retired; it opens only what was sealed to it")


@helpline.command("list")
def list_everything() -> None:
    """List the keys, and the requests waiting with their clear columns only."""
    with transaction(linden().queue) as session:
        for service in linden().services:
            if switches.is_off(session, service.id):
                click.echo(f"{service.id} is switched to numbers only")
        for key in workers.list_keys(session):
            state = "recovery" if key.recovery else "approved" if key.approved else "waiting for approval"
            click.echo(f"key {fingerprint(key.kid)}  {key.service}  {key.name}  {state}")
    for request in linden().desk.waiting():
        safe = "; ".join(window.label for window in windows_of(request))
        flags = ", ".join(flag for flag, on in (("danger today", request.danger), ("under 18", request.under_18)) if on)
        click.echo(f"request {request.id}  {request.service}  {request.state}  {flags or '-'}  safe: {safe}")


@helpline.command("open")
@click.argument("request_id")
@click.option("--keyfile", type=click.Path(path_type=Path, exists=True), required=True)
@passphrase_option
def open_by_command(request_id: str, keyfile: Path, passphrase: str) -> None:
    """Claim and open a request with a worker's or the recovery key; only in a safe window."""
    with refusals():
        opened = open_request(linden().desk, request_id, open_keyfile(keyfile, passphrase))
    click.echo(json.dumps(opened, indent=1, ensure_ascii=False))
    if uk_number(str(opened.get("number"))) is None:
        click.echo("That is not an ordinary UK number: do not ring it.", err=True)


def fingerprint(kid: str) -> str:
    """A kid as it is read aloud: groups of four."""
    return " ".join(kid[i : i + 4] for i in range(0, len(kid), 4))


def known(service: str) -> None:
    """Stop the command unless there is such a service."""
    names = [each.id for each in linden().services]
    if service not in names:
        raise click.ClickException(f"there is no service {service}; there are: {', '.join(names) or 'none'}")


@contextmanager
def refusals() -> Iterator[None]:
    """Say what stops a command in one sentence."""
    try:
        yield
    except HandoffError as error:
        raise click.ClickException(str(error)) from error
