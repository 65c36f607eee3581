"""`mch serve` as a program: several processes on one socket, one killed, all told to stop in the middle of an upload."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

import psutil
import pytest

BOUNDARY = "----mch"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def wait_for(ask, seconds=90.0):
    """The first true answer; the test fails when there is none in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = ask()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{ask} had no answer in {seconds} seconds")


def get(port: int, path: str) -> tuple[int, str]:
    """Status and body; (0, '') when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        return reply.status, reply.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


@contextmanager
def serving(home, database_url, processes):
    (home / "config.toml").write_text("", encoding="utf-8")
    port = free_port()
    settings = {
        "MCH_CONFIG": str(home / "config.toml"),
        "MCH_DATABASE_URL": database_url,
        "MCH_PORT": str(port),
        "MCH_SERVE_WORKERS": str(processes),
        "MCH_WORKERS": "1",
        "MCH_THREADS": "4",
        "MCH_LOG_FORMAT": "json",
        "MCH_SIGN_IN": "false",
        "MCH_LEAST_FREE_MEGABYTES": "0",
    }
    with (home / "log").open("wb") as log:
        program = subprocess.Popen(
            [sys.executable, "-c", "from dashboard.cli import main; main()", "serve"],
            env={**os.environ, **settings},
            stderr=log,
            stdout=log,
            cwd=home,
        )
    try:
        wait_for(lambda: get(port, "/readyz")[0] == 200 or program.poll() is not None)
        assert program.poll() is None, (home / "log").read_text()
        yield program, port
    finally:
        program.kill()
        program.wait()


def processes_of(program) -> set[int]:
    """The processes that answer."""
    found = psutil.Process(program.pid).children()
    with suppress(psutil.Error):  # one that has just ended is looked for again
        return {one.pid for one in found if "dashboard.running.worker" in " ".join(one.cmdline())}
    return set()


def begin_upload(port: int, content: bytes) -> tuple[socket.socket, bytes]:
    """Send the first half of an upload; gives the connection and the other half."""
    body = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'.encode()
        + content
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )
    head = (
        f"POST /upload HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-MCH-Request: 1\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nConnection: close\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sendall(head.encode() + body[: len(body) // 2])
    return connection, body[len(body) // 2 :]


def read_all(connection: socket.socket) -> bytes:
    found = b""
    while piece := connection.recv(65536):
        found += piece
    return found


@pytest.mark.parametrize("processes", [1, 2])
def test_serves_replaces_who_dies_and_finishes_what_it_began(database_url, tmp_path, processes):
    if (processes == 1) != database_url.startswith("sqlite"):
        return  # one process is SQLite's default, several are PostgreSQL's; the other pairs prove nothing more
    with serving(tmp_path, database_url, processes) as (program, port):
        if processes > 1:
            before = wait_for(lambda: len(found := processes_of(program)) == processes and found)
            victim = min(before)
            os.kill(victim, signal.SIGKILL)
            after = wait_for(
                lambda: len(found := processes_of(program)) == processes and victim not in found and found
            )
            assert len(after - before) == 1
            assert {get(port, "/healthz")[0] for _ in range(10)} == {200}
            wait_for(lambda: all(get(port, "/readyz")[0] == 200 for _ in range(5)))
            counted = re.findall(
                r'mch_requests_total\{[^}]*route="/healthz"[^}]*\} (\S+)', get(port, "/metrics")[1]
            )
            assert sum(map(float, counted)) == 10, "whichever process is asked, it answers for all"
        connection, rest = begin_upload(port, "菜单,价格\n酸汤鱼,58\n".encode() * 2000)
        wait_for(lambda: get(port, "/healthz")[0] == 200)
        program.send_signal(signal.SIGTERM)
        wait_for(lambda: get(port, "/healthz")[0] == 0)
        connection.sendall(rest)
        reply = read_all(connection)
        assert reply.startswith(b"HTTP/1.1 200"), reply[:300]
        assert b'"returned"' in reply
        assert program.wait(60) == 0
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    assert any(line.get("route") == "/upload" and line["status"] == 200 for line in lines)
    assert not [
        line for line in lines if line["level"] in ("error", "critical") and "replaced" not in line["says"]
    ]


def test_processes_end_when_their_supervisor_is_killed(tmp_path):
    with serving(tmp_path, f"sqlite:///{tmp_path / 'mch.sqlite'}", 2) as (program, port):
        alive = wait_for(lambda: len(found := processes_of(program)) == 2 and found)
        program.kill()
        program.wait()
        wait_for(lambda: not any(psutil.pid_exists(one) for one in alive))
        assert get(port, "/healthz")[0] == 0
