"""The one route that gives any table of any page as a file: the page is made again, and its table of that place written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, request

from dashboard import taking_away
from dashboard.answers import Answers
from dashboard.auth.declaring import Door, is_granted
from dashboard.downloads import WORKBOOK, attachment
from dashboard.exports.tables import as_csv, as_workbook
from dashboard.visit import Visit, open_visit

KINDS = {"xlsx": (as_workbook, WORKBOOK), "csv": (as_csv, "text/csv; charset=utf-8")}


def table_file(page: Any, visit: Visit, place: int, kind: str) -> tuple[bytes, str] | None:
    """The file and its name; None where the page has no such table."""
    title = page.title(visit)
    tables = [one for one in taking_away.find(page.layout(visit), title) if one.kind == "table"]
    if place >= len(tables):
        return None
    sheet = taking_away.sheet_of(tables[place], visit)
    parts = dict.fromkeys([title, sheet.title, visit.name(visit.place), visit.view.period.code])
    return KINDS[kind][0](sheet), f"{'_'.join(part for part in parts if part)}.{kind}"


def register(app: Door, answers: Answers, page_for: Callable[[str], Any]) -> None:
    """Put the route on the app's server."""
    server = app.server

    @server.get("/download/table/<int:place>.<kind>")
    def table(place: int, kind: str) -> Response:
        if kind not in KINDS:
            abort(404)
        asked = request.args.to_dict()
        path = asked.pop("at", "/")
        page = page_for(path)
        if not is_granted(page.NEEDS):
            abort(403)
        visit = open_visit(answers, path, urlencode(asked))
        made = table_file(page, visit, place, kind)
        if made is None:
            abort(404)
        return attachment(made[0], made[1], KINDS[kind][1])
