"""The number of a request: in the header of its answer, on error pages and in every line of the log, for a user to quote."""

from __future__ import annotations

import re
import secrets

from flask import Flask, Response, g, has_request_context, request

HEADER = "X-Request-ID"
_OURS = re.compile(r"[0-9a-f]{8}(?:[0-9a-f]{24})?")


def request_number() -> str:
    """The number of the request being answered; a fresh one outside of any."""
    if not has_request_context():
        return secrets.token_hex(4)
    if "request_number" not in g:
        g.request_number = secrets.token_hex(4)
    return str(g.request_number)


def register(server: Flask, *, trusted: bool) -> None:
    """Number every request. `trusted`: a proxy of ours stands in front, whose number is taken over."""

    @server.before_request
    def begin() -> None:
        given = request.headers.get(HEADER, "")
        if trusted and _OURS.fullmatch(given):
            g.request_number = given

    @server.after_request
    def tell(response: Response) -> Response:
        response.headers[HEADER] = request_number()
        return response
