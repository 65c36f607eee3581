"""What a user sees of a request that failed outside of any page: a sentence and the number to quote, no inside."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response, jsonify, request
from markupsafe import escape
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from dashboard.api.refusing import is_asked, refuse
from dashboard.running import trouble
from dashboard.running.numbering import request_number
from dashboard.settings import Settings
from dashboard.texts import LANGUAGES, Texts, mark

log = logging.getLogger("mch.dashboard")
SENTENCES = {
    400: mark("这个请求看不懂。"),
    401: mark("请先登录。"),
    403: mark("没有权限。"),
    404: mark("没有找到。"),
    405: mark("这个地址不接受这种请求。"),
    413: mark("文件太大。"),
    429: mark("请求太频繁，请稍后再试。"),
    503: mark("系统暂时不能服务，请稍后再试。"),
}
OTHER = mark("系统内部出错，数据没有受影响。请稍后再试；仍不行，请把下面的编号告诉系统管理员。")


def register(server: Flask, settings: Settings) -> None:
    """Give every failed request its sentence."""

    @server.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        if error.response is not None:
            return error.get_response()  # type: ignore[return-value]
        answer = _say(settings, error.code or 500)
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return answer

    @server.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        if request.path.startswith("/_dash-component-suites/"):
            return _say(settings, 404)  # Dash stumbles over a file that the libraries do not have
        log.exception("request failed, reference %s", request_number())
        if trouble.passing(error, Texts(settings.language)) is None:
            return _say(settings, 500)
        answer = _say(settings, 503)
        answer.headers["Retry-After"] = str(trouble.RETRY_SECONDS)
        return answer


def _say(settings: Settings, status: int) -> Response:
    if is_asked(request.path):
        return refuse(status)
    language = request.args.get("lang", "")
    texts = Texts(language if language in LANGUAGES else settings.language)
    sentence = texts(SENTENCES.get(status, OTHER))
    asked = request.accept_mimetypes.best_match(["text/html", "application/json"])
    if asked == "application/json":
        response: Response = jsonify({"outcome": "refused", "says": sentence, "request": request_number()})
    else:
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
        response = Response(
            f'<!DOCTYPE html><html lang="{texts.html_language}"><meta charset="utf-8">'
            f"<title>{status} {phrase}</title><h1>{escape(sentence)}</h1>"
            f"<p>{escape(texts('编号'))} <code>{request_number()}</code></p></html>",
            mimetype="text/html",
        )
    response.status_code = status
    return response
