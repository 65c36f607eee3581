"""The log: one line of JSON for each event, with the request's number and without personal data.

No line holds an address, an account, a file's name, what was asked after the "?", or a value from a workbook. A fault is
told by its kind and the places it passed through; its message only with every number of a person covered.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import time
import traceback
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, has_request_context, request

from dashboard.running.numbering import request_number
from loaders.persons import masked

requests_log = logging.getLogger("mch.requests")


class Lines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told: dict[str, Any] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "says": masked(record.getMessage()),
            "process": record.process,
        }
        if has_request_context():
            told["request"] = request_number()
        told |= getattr(record, "told", {})
        if record.exc_info and record.exc_info[0] is not None:
            told["fault"] = _fault(*record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


def _fault(
    kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
) -> dict[str, Any]:
    places = [f"{one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(trace)]
    return {
        "kind": kind.__name__ if kind else "",
        # A database's message repeats the row that it refused; its first line does not.
        "says": masked(str(error).partition("\n")[0])[:300],
        "places": places[-12:],
    }


def write_lines(level: str = "INFO") -> None:
    """Let the whole program's log be lines of JSON on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # One line a request is ours; the server's own would name addresses.
    logging.getLogger("waitress").setLevel("WARNING")
    # It says at every look at the database's version which database it is.
    logging.getLogger("alembic").setLevel("WARNING")


def register(server: Flask) -> None:
    """Write one line for each answer: what kind of request, how it ended, how long it took."""

    @server.before_request
    def begin() -> None:
        g.begun_at = time.perf_counter()

    @server.after_request
    def end(response: Response) -> Response:
        told = {
            "method": request.method,
            "route": route(),
            "status": response.status_code,
            "milliseconds": round(1000 * (time.perf_counter() - g.get("begun_at", time.perf_counter())), 1),
        }
        requests_log.info("answered", extra={"told": told})
        return response


def route() -> str:
    """The rule that the request matched, never the address itself: that may hold names and codes."""
    return request.url_rule.rule if request.url_rule is not None else "none"
