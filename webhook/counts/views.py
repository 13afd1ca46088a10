"""The service owner's page: one month that is over, to read, to print, and as CSV. Counts only."""

from __future__ import annotations

from flask import Response, abort, render_template

from webhook.counts.board import board
from webhook.counts.chart import columns, rows
from webhook.counts.facts import CONVERSATION
from webhook.counts.hidden import week_bounds
from webhook.counts.month import Month, NotOver, write_csv
from webhook.helpline.guard import desk_blueprint
from webhook.helpline.roles import Role
from webhook.helpline.session import signed_in

bp = desk_blueprint("helpline_counts")


@bp.get("/counts")
@bp.get("/counts/<name>")
@signed_in(Role.SUPERVISOR)
def month(name: str | None = None) -> str:
    """Show a month, the last that is over if none is named."""
    here = board()
    shown = _read(name)
    before, after = here.beside(shown)
    days = shown.shown[CONVERSATION]
    return render_template(
        "helpline/counts.html",
        board=here,
        word=here.words.say,
        month=shown,
        before=before,
        after=after,
        days=columns(days.days),
        weeks=[(start + 1, end, count) for (start, end), count in zip(week_bounds(len(days.days)), days.weeks, strict=True)],
        topics=rows(here.named(here.kind("topic"), shown)),
        areas=rows(here.named(here.kind("area"), shown)),
    )


@bp.get("/counts/<name>.csv")
@signed_in(Role.SUPERVISOR)
def table(name: str) -> Response:
    """Give a month as CSV."""
    headers = {"Content-Disposition": f'attachment; filename="linden-{name}.csv"'}
    return Response(write_csv(_read(name)), mimetype="text/csv", headers=headers)


def _read(name: str | None) -> Month:
    try:
        return board().read(name)
    except NotOver:
        abort(404)
