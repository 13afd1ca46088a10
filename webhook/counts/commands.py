"""The counts by command: `flask --app webhook counts export --month 2026-10`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from webhook.counts.board import board
from webhook.counts.month import NotOver, write_csv

counts = AppGroup("counts", help="How many conversations there were, and of what kind.")


@counts.command("export")
@click.option("--month", "name", required=True, help="such as 2026-10")
def export(name: str) -> None:
    """Write a month that is over as CSV, with what the page shows and no more."""
    try:
        click.echo(write_csv(board().read(name)), nl=False)
    except NotOver as error:
        raise click.ClickException(str(error)) from error
