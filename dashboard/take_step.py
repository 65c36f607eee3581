"""The routes that take a step in a follow-up, and give back its files: plain multipart forms from our own pages."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

import dash
from flask import Flask, Response, abort, jsonify, request

from dashboard import attached, following, one_follow_up
from dashboard import follow_up_rules as rules
from dashboard.answers import Answers
from dashboard.downloads import attachment
from dashboard.headers import from_ourselves
from dashboard.texts import Texts, mark
from dashboard.upload import plain_name
from dashboard.visit import Visit, open_visit
from loaders.persons import kind_of
from reference.follow_ups import Action
from store import following_up
from store.following_up import FollowUpError

REFUSALS = {
    "no_text": mark("请写明内容。"),
    "text_too_long": mark("内容太长，最多 4000 字。"),
    "due_passed": mark("期限不能早于今天。"),
    "no_due": mark("请填写新期限。"),
    "no_organisation": mark("系统里没有这个单位。"),
    "already_asked": mark("同一事由已有未办结的督办，请在那一项里继续。"),
    "not_there": mark("没有这项督办。"),
    "not_now": mark("这项督办已不在这个状态，请刷新页面。"),
    "not_allowed": mark("您的账号不能做这一步。"),
    "no_flag": mark("这条提示已不成立，没有发起督办。"),
    "bad_date": mark("请把日期写成 2026-11-12 这样。"),
    "person": mark("文字里像有身份证号或手机号。请删去后再提交；这里不存个人信息。"),
    "foreign": mark("只接受从本系统页面提交的内容。"),
    "kind": mark("附件“{name}”的类型不收；请用 PDF、Word（docx）、Excel（xlsx）、图片或文本。"),
    "empty": mark("附件“{name}”是空的。"),
    "large": mark("附件“{name}”超过 10 MB。"),
    "not_what_it_says": mark("附件“{name}”的内容与扩展名不符。"),
    "acts": mark("附件“{name}”含有宏、脚本或嵌入的程序，没有收下；请另存为不含宏的文件。"),
    "many": mark("附件最多 5 个。"),
}


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """A step that is not taken, with the sentence that says why."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def register(app: dash.Dash, answers: Answers) -> None:
    """Put the routes on the app's server."""
    server: Flask = app.server

    @server.post("/follow-ups/ask")
    def ask() -> tuple[Response, int]:
        return _answered(answers, lambda visit: _ask(visit))

    @server.post("/follow-ups/<int:number>/step")
    def step(number: int) -> tuple[Response, int]:
        return _answered(answers, lambda visit: _step(visit, number))

    @server.get("/follow-ups/<int:number>/file/<int:step>/<int:place>")
    def file(number: int, step: int, place: int) -> Response:
        visit = open_visit(answers, "/follow-ups", "")
        if not any(one.id == number for one in following.every(visit)):
            abort(404)
        found = following_up.file_content(answers.workspace.store, number, step, place)
        if found is None:
            abort(404)
        return attachment(found[1], found[0].name)


def _answered(answers: Answers, work: Any) -> tuple[Response, int]:
    visit = open_visit(answers, "/follow-ups/ask", request.query_string.decode() + _fields())
    try:
        if not from_ourselves(request):
            raise Refused("foreign")
        number = work(visit)
        following.tell_of_step(visit, number)
    except Refused as refused:
        return _says(visit.texts, refused.code, refused.values)
    except FollowUpError as error:
        return _says(visit.texts, error.code, {})
    return jsonify({"done": True, "go": visit.view.link(f"/follow-ups/{number}")}), 200


def _fields() -> str:
    """What the form says of its flag, as an address would say it."""
    named = {"unit": "unit", "indicator": "indicator", "kind": "show", "period": "period"}
    given = {key: request.form.get(name, "") for name, key in named.items()}
    return "&" + urlencode({key: value for key, value in given.items() if value})


def _says(texts: Texts, code: str, values: dict[str, str]) -> tuple[Response, int]:
    words = texts(REFUSALS[code], **values) if values else texts(REFUSALS[code])
    return jsonify({"done": False, "says": words}), 403 if code in ("not_allowed", "foreign") else 422


def _due() -> dt.date | None:
    text = request.form.get("due", "").strip()
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Refused("bad_date") from None


def _text() -> str:
    text = request.form.get("text", "")
    if kind_of(text + request.form.get("owner", "")):
        raise Refused("person")
    return text


def _ask(visit: Visit) -> int:
    flag = one_follow_up.flag_in_view(visit)
    if flag is None:
        raise Refused("no_flag")
    if not rules.may_ask(visit.account, flag.organisation, visit.registry.organisations):
        raise Refused("not_allowed")
    due = _due()
    if due is None:
        raise Refused("bad_date")
    asked = following.asking(flag, visit.account.organisation)
    owner = request.form.get("owner", "")
    return following_up.ask(visit.workspace.store, asked, _text(), owner, due, visit.account.name)


def _step(visit: Visit, number: int) -> int:
    found = next((one for one in following.every(visit) if one.id == number), None)
    if found is None:
        raise Refused("not_there")
    try:
        action = Action(request.form.get("action", ""))
    except ValueError:
        raise Refused("not_now") from None
    organisations = visit.registry.organisations
    if not rules.can_take(visit.account, action, found.asked.organisation, organisations):
        raise Refused("not_allowed")
    files = _files() if action is Action.ANSWER else []
    due = _due() if action is Action.POSTPONE else None
    store, actor = visit.workspace.store, visit.account.name
    following_up.take_step(store, number, action, _text(), actor, due=due, files=files)
    return number


def _files() -> list[tuple[str, bytes]]:
    given = [one for one in request.files.getlist("file") if one.filename]
    if len(given) > attached.MOST:
        raise Refused("many")
    found = []
    for one in given:
        name, content = plain_name(one.filename or ""), one.read()
        if kind_of(name):
            raise Refused("person")
        if why := attached.refuse(name, content):
            raise Refused(why, **({"name": name} if "{name}" in REFUSALS[why] else {}))
        found.append((name, content))
    return found
