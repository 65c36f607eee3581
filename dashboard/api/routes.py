"""The addresses of the REST interface. The guard has asked for the permission of each before it gets here."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Response, jsonify, request
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map

from dashboard import documents, outcomes
from dashboard.answers import Answers
from dashboard.api import asking
from dashboard.api.asking import ApiError
from dashboard.api.refusing import PREFIX
from dashboard.auth.asking import current_account
from dashboard.auth.declaring import SIGNED_IN, Door
from dashboard.auth.reach import upload_seen
from dashboard.exchanging import KINDS, System, exchange
from dashboard.running import trouble
from dashboard.running.numbering import request_number
from dashboard.texts import Texts
from dashboard.upload import plain_name, sending
from dashboard.workspace import Workspace
from indicators.disclosure import hide
from loaders.archives import is_archive
from loaders.load import load_content
from reference.strict import DefinitionError

log = logging.getLogger("mch.dashboard")
BASE = "/api/v1"
EVERY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE")
STATUS = {"accepted": 201, "accepted_with_warnings": 201, "unchanged": 200, "returned": 422}
TEMPLATE = re.compile(r"<(?:\w+:)?(\w+)>")
Answer = tuple[Response, int]


def register(app: Door, answers: Answers) -> None:
    """Put the addresses on the app's server."""
    server, workspace = app.server, answers.workspace

    def answered(work: Callable[[], Answer]) -> Answer:
        try:
            if request.method == "GET" and request.url_rule is not None:
                asking.only_known_keys(TEMPLATE.sub(r"{\1}", request.url_rule.rule).removeprefix(BASE))
            return work()
        except ApiError as error:
            answer = jsonify(error.document())
            if error.status == 503:
                answer.headers["Retry-After"] = str(trouble.RETRY_SECONDS)
            return answer, error.status

    @server.get(f"{BASE}/openapi.json", endpoint="api_description", needs=SIGNED_IN)
    def description() -> Response:
        text = Path(__file__).with_name("openapi.json").read_text(encoding="utf-8")
        return Response(text, mimetype="application/json")

    @server.get(f"{BASE}/organisations", endpoint="api_organisations")
    def organisations() -> Answer:
        return answered(lambda: _organisations(answers))

    @server.get(f"{BASE}/indicators", endpoint="api_indicators")
    def indicators() -> Answer:
        return answered(lambda: _indicators(workspace))

    @server.get(f"{BASE}/results", endpoint="api_results")
    def results() -> Answer:
        return answered(lambda: _results(answers))

    @server.get(f"{BASE}/flags", endpoint="api_flags")
    def flags() -> Answer:
        return answered(lambda: _flags(answers))

    @server.get(f"{BASE}/grades", endpoint="api_grades")
    def grades() -> Answer:
        return answered(lambda: _grades(answers))

    @server.get(f"{BASE}/exchange/<system>", endpoint="api_exchange", needs="export")
    def exchanged(system: str) -> Answer:
        return answered(lambda: _exchange(answers, system))

    @server.post(f"{BASE}/submissions", endpoint="api_submit", needs="submit")
    def submit() -> Answer:
        return answered(lambda: _submit(answers))

    @server.get(f"{BASE}/submissions/<int:upload>", endpoint="api_submission", needs="view_uploads")
    def submission(upload: int) -> Answer:
        return answered(lambda: _submission(answers, upload))

    _register_unknown(app)


def _register_unknown(app: Door) -> None:
    """All other addresses below the interface's: else Dash would answer with its page, which no program can read."""
    server = app.server
    known = Map([rule.empty() for rule in server.url_map.iter_rules() if rule.rule.startswith(PREFIX)])

    @server.route(PREFIX, endpoint="unknown_api", needs=SIGNED_IN, methods=EVERY_METHOD)
    @server.route(f"{PREFIX}<path:rest>", endpoint="unknown_api", needs=SIGNED_IN, methods=EVERY_METHOD)
    def unknown(rest: str = "") -> Answer:
        allowed = known.bind("").allowed_methods(f"{PREFIX}{rest}")
        if allowed:
            raise MethodNotAllowed(allowed)
        raise NotFound


def _indicators(workspace: Workspace) -> Answer:
    return jsonify({"indicators": [_indicator_row(one) for one in workspace.catalogue.by_code.values()]}), 200


def _indicator_row(one: Any) -> dict[str, Any]:
    names = ("code", "zh", "en", "topic", "numerator", "denominator", "multiplier", "unit_zh", "unit_en")
    row = {name: getattr(one, name) for name in (*names, "polarity", "method", "basis", "levels", "tree")}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in row.items()}


def _synthetic(answers: Answers) -> dict[str, bool]:
    return {"synthetic": answers.has_synthetic()}


def _organisations(answers: Answers) -> Answer:
    account, organisations = current_account(), answers.workspace.registry.organisations
    level, below = asking.level_asked(answers.workspace), request.args.get("below", "")
    if below:
        try:
            organisations.get(below)
        except asking.MENDABLE as error:
            raise asking.no_organisation([below], error) from None
    rows = [
        documents.organisation_row(one)
        for one in organisations.all
        if account.sees(one.code, organisations)
        and (not level or one.level == level)
        and (not below or below in organisations.ancestors(one.code))
    ]
    return jsonify({"organisations": rows}), 200


def _results(answers: Answers) -> Answer:
    workspace, account = answers.workspace, current_account()
    chosen = asking.organisations_asked(workspace, account)
    codes = asking.indicators_asked(workspace, chosen)
    period = asking.period_asked(workspace, chosen)
    asking.not_too_many(len(chosen) * len(codes))
    found = answers.results(codes, [one.code for one in chosen], period) if chosen else []
    if asking.is_switched_on("public"):
        found = hide(workspace.context, found)
    rows = [documents.result_row(workspace, one) for one in found]
    return jsonify({"period": period.code, "results": rows, **_synthetic(answers)}), 200


def _flags(answers: Answers) -> Answer:
    workspace, account = answers.workspace, current_account()
    chosen = asking.organisations_asked(workspace, account)
    period = asking.period_asked(workspace, chosen)
    found = answers.flags([one.code for one in chosen], period) if chosen else []
    wanted = set(request.args.getlist("indicator"))
    rows = [documents.flag_row(workspace, one) for one in found if not wanted or one.indicator in wanted]
    return jsonify({"period": period.code, "flags": rows, **_synthetic(answers)}), 200


def _grades(answers: Answers) -> Answer:
    workspace, account = answers.workspace, current_account()
    organisations = workspace.registry.organisations
    try:
        on = dt.date.fromisoformat(request.args.get("on", "") or dt.date.today().isoformat())
    except ValueError:
        raise asking.bad_request(
            "'on' is a day such as 2026-10-31", "on 应是一个日期，例如 2026-10-31。"
        ) from None
    rows = [
        documents.grade_row(workspace, one)
        for one in answers.standings(on)
        if account.sees(organisations.get(one.institution).parent, organisations)
    ]
    return jsonify({"on": on.isoformat(), "grades": rows, **_synthetic(answers)}), 200


def _exchange(answers: Answers, system: str) -> Answer:
    if system not in list(System):
        raise ApiError(
            404,
            "unknown_system",
            "没有这种格式，可用的是 dhis2、adx、fhir。",
            "There is no such format; there are dhis2, adx and fhir.",
        )
    workspace, account = answers.workspace, current_account()
    chosen = asking.organisations_asked(workspace, account, sent=system != System.FHIR)
    codes = asking.indicators_asked(workspace, chosen)
    period = asking.period_asked(workspace, chosen)
    asking.not_too_many(len(chosen) * len(codes))
    try:
        found = exchange(workspace, System(system), chosen, period, codes)
    except DefinitionError as error:
        raise ApiError(
            404,
            "nothing_there",
            "这些单位在该时期没有数字。请换一个 period，或先报送。",
            f"{error}. Ask for another period, or send the numbers first.",
        ) from None
    return Response(found.text, mimetype=KINDS[System(system)]), 200


def _submit(answers: Answers) -> Answer:
    """One workbook, as the body or as the part `file` of a form. The same bytes again change nothing."""
    workspace, texts = answers.workspace, Texts("en")
    if not trouble.has_room(workspace.settings):
        raise ApiError(503, "no_room", trouble.no_room(Texts("zh")), trouble.no_room(texts))
    file = request.files.get("file")
    content = file.read() if file else request.get_data()
    name = plain_name((file.filename if file else request.args.get("name")) or "submission.xlsx")
    if not content:
        raise asking.bad_request(
            "send the workbook as the body, or as the part 'file' of a form",
            "没有收到内容。请把工作簿作为请求正文发送，或作为表单的 file 部分发送。",
        )
    if is_archive(content):
        raise asking.bad_request(
            "one workbook at a time; archives are taken on the page",
            "一次只能送一个工作簿；压缩包请在“数据上报”页面上传。",
        )
    try:
        loaded = load_content(
            content, name, workspace.desk, workspace.store, **sending(answers), sandbox=answers.reading_room()
        )
    except Exception as error:
        number = request_number()
        log.exception("submission failed, reference %s", number)
        words = trouble.passing(error, texts)
        if words:
            raise ApiError(503, "busy", str(trouble.passing(error, Texts("zh"))), words) from None
        raise ApiError(
            500, "failed", f"系统内部出错，编号 {number}。", f"Something failed inside, reference {number}."
        ) from None
    answers.look_again()
    receipt = loaded.receipt
    assert receipt is not None
    found = outcomes.fresh_outcome(receipt, loaded.outcome.recognised, loaded.outcome.issues)
    return jsonify(_told(found, loaded.outcome.sha256)), STATUS.get(receipt.outcome, 200)


def _submission(answers: Answers, upload: int) -> Answer:
    row = upload_seen(answers, current_account(), upload)
    if row is None:
        raise ApiError(
            404,
            "unknown_upload",
            "没有这份报送，或不归您看。编号见报送时答复的 upload。",
            "There is no such submission, or it is not yours to see. Its number is 'upload' in the answer to sending.",
        )
    counts = (int(row["submissions"]), int(row["superseded"]), int(row["values"]))
    issues = outcomes.kept_issues(answers, upload)
    found = outcomes.Found(upload, str(row["name"]), str(row["outcome"]), *counts, issues)
    return jsonify(_told(found, str(row["sha256"]))), 200


def _told(found: outcomes.Found, sha256: str) -> dict[str, Any]:
    counts = (found.submissions, found.superseded, found.values)
    document = documents.outcome_document(found.upload_id, found.name, found.outcome, counts, found.issues)
    return {**document, "sha256": sha256}
