"""The desk's people by command: `flask --app webhook helpline invite`, `staff` and `leave`."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from webhook.cli import helpline, known, linden
from webhook.helpline import NameTaken, Unreadable, enrolment
from webhook.helpline.departure import BY_COMMAND, depart
from webhook.helpline.people import LONGEST_NAME, link
from webhook.helpline.place import NAME, Place
from webhook.helpline.roles import Role
from webhook.store import staff


def register(app: Flask) -> None:
    """Add the commands to the group the front door has made."""
    for command in (invite, list_staff, leave):
        helpline.add_command(command)


@click.command("invite")
@click.argument("name")
@click.option("--service", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.WORKER.value)
@with_appcontext
def invite(name: str, service: str, role: str) -> None:
    """Make a one-time enrolment link for somebody who is to work at the desk; it is good for two days."""
    known(service)
    if not 0 < len(name) <= LONGEST_NAME:
        raise click.ClickException(f"a name has at most {LONGEST_NAME} letters")
    try:
        token = enrolment.invite(linden(), name, service, Role(role))
    except NameTaken as error:
        raise click.ClickException(f"{service} has, or had, somebody called {name}; the audit needs another name") from error
    place: Place = current_app.extensions[NAME]
    click.echo(f"for {name} ({role}, {service}), once, within two days:\n  {link(place.origin.url, token)}")


@click.command("staff")
@with_appcontext
def list_staff() -> None:
    """List the people of the desk, and whether their keys are approved."""
    with Session(linden().queue, future=True) as session:
        for person in staff.list_staff(session):
            key = next(iter(staff.keys_of(session, person.id)), None)
            state = "no key" if key is None else "key approved" if key.approved else "key waits for approval"
            click.echo(f"{person.service}  {person.name}  {person.role}  {state}")


@click.command("leave")
@click.argument("name")
@click.option("--service", required=True)
@with_appcontext
def leave(name: str, service: str) -> None:
    """Let a worker go: no key, passkey or session of theirs works from now on, and nothing more is sealed to them."""
    try:
        gone = depart(linden(), service, name, by=BY_COMMAND)
    except Unreadable as error:
        raise click.ClickException(f"{service} has no worker called {name}") from error
    click.echo(f"{name} has left; {gone} keys end; what they held is with others, and the lead is told")
