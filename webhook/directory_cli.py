"""`flask --app webhook directory …`: load, import, export, check and confirm what people are shown."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from directory import DirectoryError
from directory.areas import read_areas
from directory.check import GRAVE, check_directory
from directory.confirm import confirm
from directory.database import open_directory
from directory.feed import Page
from directory.imports import Report, import_records
from directory.intake import Rules
from directory.listing import OUR_OWN
from directory.load import load_seed
from directory.models import Service
from directory.never_use import NeverUse
from directory.queries import find_services
from directory.records import service_record
from directory.terms import Terms
from webhook.errors import FeedUnreadable
from webhook.feed.client import read_feed
from webhook.parts import NAME, Parts

directory = AppGroup("directory", help="The services people are shown, and where their facts come from.")


@directory.command("load")
def load() -> None:
    """Bring the database in line with the seed; what feeds brought and people confirmed stays."""
    linden = _linden()
    click.echo(f"{load_seed(linden.front_door.fallback.directory, linden.config.root)} services are shown")


@directory.command("import")
@click.argument("source")
@click.option("--origin", help="The name of the feed; its host or file name if not given.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and keep nothing.")
@click.option("--restore", is_flag=True, help="SOURCE is an export of ours: believe its provenance, and keep ids and confirmations.")
def import_feed(source: str, origin: str | None, dry_run: bool, restore: bool) -> None:
    """Take in an Open Referral UK feed from a file or an https address; the same feed again changes nothing."""
    name = origin or urlsplit(source).hostname or Path(source).stem
    if name == OUR_OWN:
        raise click.ClickException(f"{OUR_OWN} is the name of our own seed; give the feed another with --origin")
    rules = replace(_rules(), origin=name[:64], restore=restore)
    try:
        report = import_records(_directory(), read_feed(source), rules, dry_run=dry_run)
    except (FeedUnreadable, DirectoryError) as error:
        raise click.ClickException(str(error)) from error
    _print(report, dry_run=dry_run)


@directory.command("export")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file; the screen if not given.")
def export(out: Path | None) -> None:
    """Give every service back as Open Referral UK, with provenance and who confirmed it: a file to keep, not to publish."""
    with Session(_directory(), future=True) as session:
        records = [service_record(service, export=True) for service in session.scalars(select(Service).order_by(Service.id))]
    page = Page(records, len(records), 1, max(1, len(records)))
    text = json.dumps(page.as_json(lambda record: record), indent=1, ensure_ascii=False)
    if out is None:
        click.echo(text)
    else:
        out.write_text(text + "\n", "utf-8")
        click.echo(f"{len(records)} services are in {out}")


@directory.command("find")
@click.argument("postcodes", nargs=-1, required=True)
def find(postcodes: tuple[str, ...]) -> None:
    """Say where each of POSTCODES is and whom people there are shown for domestic abuse, as a row of a table."""
    gazetteer = _linden().front_door.gazetteer
    with Session(_directory(), future=True) as session:
        for postcode in postcodes:
            area = gazetteer.find("", (postcode,))
            cards = find_services(session, needs=("domestic_abuse",), area=area, today=_today(), live=not _linden().config.demo)
            click.echo(f"| {postcode} | {area or 'not known'} | {'; '.join(f'{card.name} {card.number or card.url}' for card in cards)} |")


@directory.command("check")
def check() -> None:
    """List what is due, stale, in conflict or never to be used; fails when something must not be shown as it is."""
    rules = _rules()
    with Session(_directory(), future=True) as session:
        findings = check_directory(session, rules.never_use, rules.areas, rules.today)
    for finding in findings:
        click.echo(f"{finding.problem:<12}{finding.service}: {finding.text}")
    click.echo(f"{len(findings)} findings")
    if any(finding.problem in GRAVE for finding in findings):
        raise click.exceptions.Exit(1)


@directory.command("confirm")
@click.argument("service_id", metavar="ID")
@click.option("--by", required=True, help="The name of the person who has checked it.")
def confirm_service(service_id: str, by: str) -> None:
    """Say that a named person has checked a service today; it is renewed, and who said so is kept."""
    try:
        with Session(_directory(), future=True) as session, session.begin():
            service = confirm(session, service_id, by=by, today=_today(), never_use=NeverUse.read(_linden().config.root))
            until = f"to be reviewed by {service.review_by}" if service.review_by else "it never expires"
            click.echo(f"{service.name}: confirmed by {service.assured_by} on {service.assured_date}, {until}")
    except DirectoryError as error:
        raise click.ClickException(str(error)) from error


def _linden() -> Parts:
    found: Parts = current_app.extensions[NAME]
    return found


def _directory() -> Engine:
    """Open the directory for a command: what serves people gives a statement a second, and a big feed takes longer."""
    return open_directory(_linden().config.directory_url)


def _today() -> date:
    return _linden().front_door.fallback.today()


def _rules() -> Rules:
    root = _linden().config.root
    return Rules(read_areas(root), Terms.read(root), NeverUse.read(root), "", _today())


def _print(report: Report, *, dry_run: bool) -> None:
    """Write the diff, what was refused and what is gone, and the counts."""
    signs = {"new": "+", "changed": "~"}
    for change in report.changes:
        if change.kind in signs:
            click.echo(f"{signs[change.kind]} {change.id} {change.name}")
        for line in change.lines:
            click.echo(f"    {line}")
    for key, name in report.gone:
        click.echo(f"- {key} {name}: not in this feed any more; it is left as it was, look at it")
    for label, reason in report.refused:
        click.echo(f"! {label}: {reason}; skipped")
    kept = "nothing was kept (dry run)" if dry_run else "kept"
    counts = ", ".join(f"{report.count(kind)} {kind}" for kind in ("new", "changed", "same"))
    click.echo(f"{counts}, {len(report.refused)} refused, {len(report.gone)} gone; {kept}")
