"""Senders that are slow on purpose take nobody's turn, and whatever fails inside, no answer tells of the inside."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from dashboard.app import create_app
from dashboard.auth.asking import COOKIE
from dashboard.auth.guard import Guard
from dashboard.running.server import Server, listen
from tests.accounts import signed_in
from tests.dashboard.test_auth_matrix import call, filled, rules

SLOW = 40


@pytest.fixture
def port(workspace, monkeypatch) -> Iterator[int]:
    """A real server with two threads."""
    monkeypatch.setattr("dashboard.running.health.STOPPING", threading.Event())
    monkeypatch.setattr("dashboard.running.server.STOPPING", threading.Event())
    settings = workspace.settings.model_copy(update={"threads": 2, "stop_seconds": 1})
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    server = Server(create_app(workspace).server, settings, listening)
    running = threading.Thread(target=server.run)
    running.start()
    yield port
    server.stop()
    running.join(30)
    assert not running.is_alive()


def test_forty_slow_senders_leave_both_threads_to_the_others(port: int) -> None:
    """Each has sent a part of its headers, or its headers and a part of its file, and then nothing more."""
    head = b"POST /upload HTTP/1.1\r\nHost: 127.0.0.1\r\nX-MCH-Request: 1\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 900000\r\n"
    parts = (
        head,
        head + b'\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\nPK',
    )
    with ExitStack() as open_ones:
        for number in range(SLOW):
            slow = open_ones.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            slow.sendall(parts[number % 2])
        for path in ("/healthz", "/sign-in", "/assets/style.css", "/healthz"):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", path)
            assert connection.getresponse().status in (200, 302), path
            connection.close()


@pytest.mark.parametrize("way", ["declared", "in pieces"])
def test_what_is_far_too_large_is_refused_before_it_is_laid_down(port: int, way: str) -> None:
    """By what it says of itself before a byte of it, and where it says nothing, long before a gigabyte."""
    head = b"POST /upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as sender:
        if way == "declared":
            sender.sendall(head + b"Content-Length: 100000000\r\n\r\n")
            assert sender.recv(12) == b"HTTP/1.1 413"
            return
        sender.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        piece, sent = b"100000\r\n" + bytes(1024 * 1024) + b"\r\n", 0
        with suppress(ConnectionError):
            while sent < 60:
                sender.sendall(piece)
                sent += 1
        assert sent < 60, "all of it was taken in"


@pytest.mark.parametrize(
    ("request_line", "header", "status", "code"),
    [
        ("POST /api/v1/submissions HTTP/1.1", "Content-Length: 100000000", 413, "too_large"),
        ("POST /api/v1/submissions HTTP/1.1", "Content-Length: many", 400, "bad_request"),
        ("POST /upload HTTP/1.1", "Content-Length: 100000000", 413, ""),
    ],
)
def test_what_the_server_itself_refuses_is_told_to_programs_in_their_own_shape(
    port: int, request_line: str, header: str, status: int, code: str
) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as sender:
        sender.sendall(f"{request_line}\r\nHost: 127.0.0.1\r\n{header}\r\n\r\n".encode())
        answer = http.client.HTTPResponse(sender)
        answer.begin()
        body = answer.read().decode()
    assert answer.status == status
    assert "Traceback" not in body
    if not code:
        assert answer.headers.get_content_type() == "text/plain"
        return
    assert json.loads(body)["error"]["code"] == code
    assert json.loads(body)["error"]["request"] == answer.headers["X-Request-ID"]


INSIDE = "SELECT password FROM /srv/mch/data 7654321"


@pytest.mark.parametrize("broken", ["the store", "what is worked out"])
def test_no_answer_tells_of_the_inside_whatever_fails(
    guarded, counties, monkeypatch, caplog, broken: str
) -> None:
    """Every route and every callback, while nothing can be read any more."""
    counties.load()
    client = signed_in(create_app(guarded), guarded, "administrator")
    callbacks = [
        one for one in client.get("/_dash-dependencies").get_json() if not one["clientside_function"]
    ]

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError(INSIDE)

    known = Guard._session  # who asks is still known: what fails is behind that
    with client.application.test_request_context(
        "/", headers={"Cookie": f"{COOKIE}={client.get_cookie(COOKIE).value}"}
    ):
        session = known(client.application.before_request_funcs[None][0])
    assert session is not None
    monkeypatch.setattr(Guard, "_session", lambda _: session)
    places = {
        "the store": ["store.database.Store.reading", "store.database.Store.writing"],
        "what is worked out": ["dashboard.answers.Answers.once", "store.reading.uploads"],
    }[broken]
    for place in places:
        monkeypatch.setattr(place, fails)
    failed = 0
    for rule in rules(client):
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            answer = client.open(
                filled(rule, 1), method=method, headers=client.csrf, data={} if method == "POST" else None
            )
            text = answer.get_data().decode(errors="replace")
            assert "7654321" not in text, rule
            assert not re.search(r"Traceback|RuntimeError|/srv/|\.py\b", text) or answer.status_code == 200, (
                rule
            )
            if answer.status_code >= 500:
                failed += 1
                assert answer.headers["X-Request-ID"] in text, rule
    for one in callbacks:
        body = call(one["output"], one, {"url.pathname": "/", "url.search": ""})
        text = client.post("/_dash-update-component", json=body, headers=client.csrf).get_data(as_text=True)
        assert "7654321" not in text, one["output"]
    assert failed >= (20 if broken == "the store" else 5)
    assert INSIDE in caplog.text, "it is in the log, for us"
