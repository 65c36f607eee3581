"""Files that people take away: originals, blank forms, results, and the outlines of the map. Always as attachments."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import quote

from flask import Response, abort, request

from dashboard.answers import Answers
from dashboard.auth.asking import current_account
from dashboard.auth.declaring import SIGNED_IN, Door
from dashboard.auth.reach import upload_seen
from dashboard.exports.lists import list_workbook
from dashboard.exports.results import write_results
from dashboard.filled_template import filled_template
from dashboard.headers import LASTING
from dashboard.outlines import read_outlines
from dashboard.pages.quality import KINDS
from dashboard.quality import Review
from dashboard.reporting import open_desk, place, reminder
from dashboard.visit import Visit, open_visit
from reference.periods import PeriodError, parse
from reference.strict import DefinitionError
from store import reading

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(content: bytes, name: str, kind: str = "application/octet-stream") -> Response:
    """An answer that the browser saves and never opens, under a name in any script."""
    response = Response(content, mimetype=kind)
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._- ") else "_" for sign in name)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    return response


def results_file(visit: Visit, indicator: str, kind: str) -> bytes:
    """One indicator for the area in view and every unit in it, with the flags it raises."""
    areas = list(dict.fromkeys([visit.view.area.code, *visit.unit_codes]))
    results = visit.results([indicator], areas)
    flags = [flag for flag in visit.flags if flag.indicator == indicator]
    with tempfile.TemporaryDirectory() as folder:
        to = Path(folder) / f"results.{kind}"
        write_results(
            to,
            results,
            flags,
            visit.registry,
            visit.workspace.catalogue,
            visit.view.period,
            visit.view.language,
            visit.answers.has_synthetic(),
        )
        return to.read_bytes()


def results_name(visit: Visit, indicator: str, kind: str) -> str:
    """What the file is called: indicator, area, period."""
    name = visit.workspace.catalogue.get(indicator).name(visit.view.language)
    return f"{name}_{visit.name(visit.view.area.code)}_{visit.view.period.code}.{kind}"


def reminders_file(visit: Visit) -> bytes | None:
    """Who must be reminded of the form and area in view; None where nobody owes anything."""
    desk = open_desk(visit)
    if desk is None:
        return None
    t = visit.texts
    columns = [
        (t("单位代码"), 14),
        (t("单位"), 30),
        (t("未报月份"), 40),
        (t("份数"), 8),
        (t("最早截止"), 16),
        (t("催报用语"), 90),
    ]
    rows = [
        [
            owed[0].organisation,
            place(visit, owed[0]),
            t("、").join(t.month(one.month) for one in owed),
            len(owed),
            owed[0].due,
            reminder(visit, desk.form, owed),
        ]
        for owed in desk.to_remind
    ]  # fmt: skip
    notes = [
        t.pick(desk.form.zh, desk.form.en),
        f"{visit.name(visit.view.area.code)} · {t.date(visit.today)}",
    ]
    return list_workbook(t("催报名单"), notes, columns, rows)


def desk_review_file(visit: Visit) -> bytes:
    """Whom to ask what about the month and area in view."""
    t, review = visit.texts, Review(visit)
    columns = [
        (t("类别"), 14),
        (t("单位代码"), 14),
        (t("单位"), 30),
        (t("询问"), 90),
        (t("文件编号"), 10),
        (t("位置"), 22),
        (t("答复"), 40),
    ]
    rows = [
        [t(KINDS[one.kind]), one.organisation, one.place, one.sentence, one.upload_id, one.where, ""]
        for one in review.questions
    ]  # fmt: skip
    notes = [f"{visit.name(visit.view.area.code)} · {t.month(review.month)} · {t.date(visit.today)}"]
    return list_workbook(t("案头核查"), notes, columns, rows)


def register(app: Door, answers: Answers) -> None:
    """Put the routes on the app's server."""
    server = app.server
    workspace = answers.workspace

    @server.get("/outlines/<digest>.json", needs=SIGNED_IN)
    def outlines(digest: str) -> Response:
        found = read_outlines()
        if digest != found.digest:
            abort(404)
        return Response(found.body, mimetype="application/json", headers={"Cache-Control": LASTING})

    @server.get("/template/<code>.xlsx", needs="view_uploads")
    def template(code: str) -> Response:
        if code not in workspace.forms.by_code:
            abort(404)
        form = workspace.forms.get(code)
        try:
            period = parse(request.args["period"]) if request.args.get("period") else None
            asked = request.args.get("organisation", "")
            sender = workspace.registry.organisations.resolve(asked, form.tree).code if asked else ""
        except (PeriodError, DefinitionError):
            abort(404)
        if sender and not current_account().reaches(sender, workspace.registry.organisations):
            abort(404)  # its last numbers would stand beside the cells
        name = f"{form.zh}{'-' + period.code if period else ''}.xlsx"
        return attachment(filled_template(workspace, form, sender, period), name, WORKBOOK)

    @server.get("/download/results.<kind>")
    def results(kind: str) -> Response:
        if kind not in ("xlsx", "csv"):
            abort(404)
        visit = open_visit(answers, "/indicator", request.query_string.decode())
        definition = visit.indicator
        if definition is None:
            abort(404)
        return attachment(
            results_file(visit, definition.code, kind), results_name(visit, definition.code, kind)
        )

    @server.get("/download/reminders.xlsx")
    def reminders() -> Response:
        visit = open_visit(answers, "/calendar", request.query_string.decode())
        content = reminders_file(visit)
        if content is None:
            abort(404)
        name = f"{visit.texts('催报名单')}_{visit.name(visit.view.area.code)}_{visit.today}.xlsx"
        return attachment(content, name, WORKBOOK)

    @server.get("/download/desk-review.xlsx")
    def desk_review() -> Response:
        visit = open_visit(answers, "/quality", request.query_string.decode())
        name = f"{visit.texts('案头核查')}_{visit.name(visit.view.area.code)}_{Review(visit).month}.xlsx"
        return attachment(desk_review_file(visit), name, WORKBOOK)

    _register_original(app, answers)


def _register_original(app: Door, answers: Answers) -> None:
    @app.server.get("/original/<int:upload_id>", needs="view_originals")
    def original(upload_id: int) -> Response:
        row = upload_seen(answers, current_account(), upload_id)
        if row is None or not row["kept"]:
            abort(404)
        name = Path(str(row["name"])).name
        return attachment(reading.original(answers.workspace.store, str(row["sha256"])), name)
