"""How the interface refuses: one shape for every answer below /api/ that is none, whoever refuses, each with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify

from dashboard.running.numbering import request_number

PREFIX = "/api/"
DESCRIPTION = "/api/v1/openapi.json"
# HTTP status → code, and what to do about it in both languages.
WORDS: Mapping[int, tuple[str, str, str]] = {
    400: (
        "bad_request",
        f"请求看不懂。请对照 {DESCRIPTION} 检查地址、参数和主机名。",
        f"The request cannot be understood. Compare its address, parameters and host name with {DESCRIPTION}.",
    ),
    401: (
        "no_token",
        "没有令牌，或令牌已失效。请在请求头写 Authorization: Bearer mch_…；令牌在“我的账号 › 程序令牌”建立。",
        "No token, or one that is not in force. Send the header Authorization: Bearer mch_…; tokens are made under My account › Tokens for programs.",
    ),
    403: (
        "not_permitted",
        "令牌或账号没有这项权限。请建立含所需权限的令牌，或请管理账号的人授权。",
        "The token or its account lacks the permission. Make a token that has it, or ask whoever manages the account.",
    ),
    404: (
        "unknown_address",
        f"没有这个地址。全部地址见 {DESCRIPTION}。",
        f"There is no such address. All of them are in {DESCRIPTION}.",
    ),
    405: (
        "wrong_method",
        f"这个地址不接受这种请求方法，可用的见答复头 Allow 和 {DESCRIPTION}。",
        f"The address does not take this method; the header Allow and {DESCRIPTION} say which it takes.",
    ),
    413: (
        "too_large",
        "送来的内容太大。请按月或按单位分成几个文件报送。",
        "What was sent is too large. Send it as several workbooks, by month or by organisation.",
    ),
    429: (
        "too_fast",
        "请求太频繁。请等到答复头 Retry-After 所说的秒数之后再试。",
        "Too many requests. Wait for the seconds that the header Retry-After says.",
    ),
    500: (
        "failed",
        "系统内部出错，数据没有受影响。请稍后再试；仍不行，请把编号告诉系统管理员。",
        "Something failed inside; no data were touched. Try again later; if it fails again, tell the administrator the number.",
    ),
    503: (
        "busy",
        "系统暂时不能服务。请等到答复头 Retry-After 所说的秒数之后原样重发，重发不会重复计数。",
        "The system cannot answer just now. Send the same again after the seconds that the header Retry-After says; nothing is counted twice.",
    ),
}


def document(code: str, zh: str, en: str, number: str = "") -> dict[str, Any]:
    """What every refusal says: its code, words that say how to mend it, and the request's number for the administrator."""
    return {
        "error": {"code": code, "message_zh": zh, "message_en": en, "request": number or request_number()}
    }


def refusal(status: int, number: str = "") -> dict[str, Any]:
    """The document for a status by itself."""
    return document(*WORDS[status if status in WORDS else 400 if status < 500 else 500], number)


def refuse(status: int, needs: str = "", *, like: int = 0) -> Response:
    """The answer to a request that never got to an address of ours.

    `needs`: the permission that is missing. `like`: the status whose words are said, where they are not its own.
    """
    said = refusal(like or status)
    if needs:
        said["error"]["message_zh"] += f"（需要 {needs}）"
        said["error"]["message_en"] += f" (It needs {needs}.)"
    answer = jsonify(said)
    answer.status_code = status
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def is_asked(path: str) -> bool:
    """Whether a request is one to the interface."""
    return path.startswith(PREFIX)
