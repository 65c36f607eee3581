"""The one route that takes in a file: a plain multipart form, sent by assets/upload.js from our own page."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from dash.development.base_component import Component
from flask import Response, jsonify, request
from plotly.utils import PlotlyJSONEncoder
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard import outcomes
from dashboard.answers import Answers
from dashboard.at_once import gather
from dashboard.auth.asking import current_account
from dashboard.auth.declaring import Door
from dashboard.running import trouble
from dashboard.running.numbering import request_number
from dashboard.texts import LANGUAGES, Texts
from dashboard.visit import open_visit
from loaders.archives import is_archive
from loaders.files import jobs_in
from loaders.load import load_content, load_jobs

log = logging.getLogger("mch.dashboard")
NAME_LENGTH = 200


def register(app: Door, answers: Answers) -> None:
    """Put POST /upload on the app's server."""

    server = app.server

    @server.post("/upload")
    def upload() -> tuple[Response, int]:
        language = request.args.get("lang", "")
        texts = Texts(language if language in LANGUAGES else answers.workspace.settings.language)
        if not trouble.has_room(answers.workspace.settings):
            return _refuse(trouble.no_room(texts), 503)
        try:
            file = request.files.get("file")
            content = file.read() if file else b""
        except RequestEntityTooLarge:
            limit = answers.workspace.settings.upload_max_megabytes
            return _refuse(texts("文件超过 {limit} MB，没有上传。", limit=limit), 413)
        except OSError as error:  # what is being sent is laid down in the machine's temporary folder
            return _failed(error, texts)
        if file is None or not file.filename:
            return _refuse(texts("没有收到文件。"), 400)
        return _receive(answers, content, plain_name(file.filename), texts)


def plain_name(name: str) -> str:
    """The sender's own file name without any folder, as data to show and never as a path."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in base if sign.isprintable())[-NAME_LENGTH:] or "?"


def _receive(answers: Answers, content: bytes, name: str, texts: Texts) -> tuple[Response, int]:
    workspace = answers.workspace
    if len(content) > workspace.settings.upload_max_megabytes * 1024 * 1024:
        limit = workspace.settings.upload_max_megabytes
        return _refuse(texts("文件超过 {limit} MB，没有上传。", limit=limit), 413)
    archive = is_archive(content)
    try:
        if archive:
            return _receive_archive(answers, content, name, texts)
        room = answers.reading_room()
        loaded = load_content(
            content, name, workspace.desk, workspace.store, **sending(answers), sandbox=room
        )
        receipt = loaded.receipt
        if receipt is None:
            raise RuntimeError("the loader gave no receipt")
    except Exception as error:
        return _failed(error, texts, archive=archive)
    said = {"outcome": receipt.outcome, "upload": receipt.upload_id}
    try:
        answers.look_again()
        visit = open_visit(answers, "/submissions", f"lang={texts.language}")
        found = outcomes.fresh_outcome(receipt, loaded.outcome.recognised, loaded.outcome.issues)
        return _answer({**said, "panel": _at_once(outcomes.draw(visit, found))}, 200)
    except Exception:
        # The file is in: whatever goes wrong with the picture of it, nobody may be told that it is not.
        log.exception("drawing an outcome failed, reference %s", request_number())
        words = texts(
            "文件已收到，编号 {upload}，但结果暂时显示不出来；请刷新页面，在上报记录里查看。",
            upload=receipt.upload_id,
        )
        return _answer({**said, "says": words}, 200)


def _failed(error: Exception, texts: Texts, *, archive: bool = False) -> tuple[Response, int]:
    """What is said when a file was not taken; of an archive some files may have been."""
    number = request_number()
    log.error("upload failed, reference %s", number, exc_info=error)
    if words := trouble.passing(error, texts):
        return _refuse(texts(trouble.PARTLY) if archive else words, 503)
    if archive:
        return _refuse(texts("系统内部出错，压缩包可能没有处理完。编号 {number}。", number=number), 500)
    return _refuse(texts("系统内部出错，文件没有入库。编号 {number}。", number=number), 500)


def sending(answers: Answers) -> dict[str, Any]:
    """Who sends, for whom they may, and whether it is a demonstration's."""
    account = current_account()
    organisations = answers.workspace.registry.organisations
    reach = None if account.is_everywhere else lambda code: account.reaches(code, organisations)
    return {"sender": account.name, "synthetic": account.demonstration, "reach": reach}


def _receive_archive(answers: Answers, content: bytes, name: str, texts: Texts) -> tuple[Response, int]:
    """Every workbook of a .zip, each a file of its own; the answer is one table of what became of them."""
    workspace = answers.workspace
    visit = open_visit(answers, "/submissions", f"lang={texts.language}")
    jobs = jobs_in(content, Path(name), workspace.desk.limits)
    loaded = load_jobs(
        jobs,
        workspace.desk,
        workspace.store,
        **sending(answers),
        workers=workspace.workers,
        batch=workspace.settings.batch,
    )
    found = [
        outcomes.fresh_outcome(one.receipt, one.outcome.recognised, one.outcome.issues) for one in loaded
    ]
    answers.look_again()
    panel = _at_once(outcomes.draw_many(visit, name, found))
    return _answer({"outcome": "archive", "files": len(found), "panel": panel}, 200)


def _at_once(panel: Component) -> dict[str, Any]:
    """A panel as the browser takes it: a thousand issues are drawn as one component."""
    panel.children = gather(panel.children)
    drawn: dict[str, Any] = panel.to_plotly_json()
    return drawn


def _answer(body: dict[str, Any], status: int) -> tuple[Response, int]:
    """JSON in which components may stand at any depth."""
    return Response(json.dumps(body, cls=PlotlyJSONEncoder), mimetype="application/json"), status


def _refuse(words: str, status: int) -> tuple[Response, int]:
    response = jsonify({"outcome": "refused", "says": words, "request": request_number()})
    if status == 503:
        response.headers["Retry-After"] = str(trouble.RETRY_SECONDS)
    return response, status
