"""Finished pages, kept compressed for as long as the data stay the same: what fifty readers look at is made once.

Kept by address, who asks, day and version of the data; only pages that say they hang on nothing else (`LASTING = True`).
It stands in the place of Dash's own view, so whatever guards a request has already let it through.
"""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any
from urllib.parse import urlsplit

import dash
from flask import Flask, Response, has_request_context, make_response, request

from dashboard import following
from dashboard.answers import Answers
from dashboard.auth.asking import current_session
from dashboard.pages import inbox
from dashboard.visit import open_visit

FIRST = "/_dash-layout"  # the frame, which brings the first page along
ROUTING = ("header.children", "menu.children", "page.children", "page-name.data")
ENDPOINT = "_dash-update-component"
KEPT = 1000  # some ten to thirty kilobytes each


class Shelf:
    """Compressed answers; of several who ask for the same that is not there, one makes it and the others wait."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}

    def take(self, key: Hashable) -> bytes | None:
        """What is kept under the key."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, body: bytes) -> None:
        """Keep it; the oldest go."""
        with self._lock:
            self._kept[key] = body
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def making(self, key: Hashable) -> threading.Lock:
        """The lock under which the answer is made."""
        with self._lock:
            return self._making.setdefault(key, threading.Lock())

    def made(self, key: Hashable) -> None:
        """Nobody needs to wait any more."""
        with self._lock:
            self._making.pop(key, None)


def first_address() -> tuple[str, str] | None:
    """Path and search of the page that asks for its frame, as the browser names it; None where it does not say."""
    if not has_request_context():
        return None
    there = urlsplit(request.headers.get("Referer", ""))
    if there.netloc != request.host or not there.path:
        return None
    return there.path, f"?{there.query}" if there.query else ""


def keep_pages(app: dash.Dash, answers: Answers, page_for: Callable[[str], Any]) -> None:
    """Put the shelf before Dash's views; call it when all callbacks are registered."""
    server: Flask = app.server
    shelf = Shelf()
    for address, asked in ((ENDPOINT, _asked), (FIRST, first_address)):
        name = next(rule.endpoint for rule in server.url_map.iter_rules() if rule.rule.endswith(address))
        server.view_functions[name] = _kept(
            server.view_functions[name], shelf, _key_of(answers, page_for, asked)
        )


def _key_of(
    answers: Answers, page_for: Callable[[str], Any], asked: Callable[[], tuple[str, str] | None]
) -> Callable[[], Hashable | None]:
    return lambda: _key(answers, page_for, asked())


def _kept(make: Callable[..., Any], shelf: Shelf, key_of: Callable[[], Hashable | None]) -> Any:
    """A view that looks on the shelf before it makes its answer."""

    def answer(*arguments: Any, **named: Any) -> Any:
        key = key_of()
        if key is None:
            return make(*arguments, **named)
        key = (request.endpoint, key)
        body = shelf.take(key)
        if body is None:
            with shelf.making(key):
                body = shelf.take(key)
                if body is None:
                    made = make_response(make(*arguments, **named))
                    if made.status_code != 200 or b"empty--failure" in made.get_data():
                        shelf.made(key)
                        return made
                    body = gzip.compress(made.get_data(), 6, mtime=0)
                    shelf.put(key, body)
            shelf.made(key)
        headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(body, mimetype="application/json", headers=headers)

    return answer


def _asked() -> tuple[str, str] | None:
    """Path and search of the page that a callback asks for; None for other callbacks."""
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        return None
    output = str(asked.get("output", ""))
    if not all(part in output for part in ROUTING):
        return None
    given = {
        one.get("property"): one.get("value") or ""
        for one in asked.get("inputs", ())
        if isinstance(one, dict)
    }
    return str(given.get("pathname") or "/"), str(given.get("search", ""))


def _key(answers: Answers, page_for: Callable[[str], Any], asked: tuple[str, str] | None) -> Hashable | None:
    """What the answer hangs on; None for pages that do not last, and for who takes nothing compressed."""
    if asked is None or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return None
    path, search = asked
    if not getattr(page_for(path), "LASTING", False):
        return None
    visit = open_visit(answers, path, search)
    waiting = inbox.badge(visit).title  # the header says how many messages wait, which no data change
    # What was asked of whom is seen at once; what is worked out of the data may lag by `answers_seconds`.
    steps = tuple((one.id, len(one.steps)) for one in following.every(visit))
    version = answers.version()
    return (path, search, visit.account, current_session() is None, waiting, visit.today, steps, version)
