"""Numbers of requests, log, health, metrics and sentences for faults: what an operator and a user in need see."""

from __future__ import annotations

import errno
import http.client
import io
import json
import logging
import re
import shutil
import threading
from collections import namedtuple
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from dashboard.app import create_app
from dashboard.running import health, trouble
from dashboard.running.logs import Lines
from dashboard.running.metrics import may_ask
from dashboard.running.server import Server, listen
from dashboard.settings import Settings, SettingsError
from dashboard.texts import Texts
from dashboard.workspace import open_workspace
from loaders.machine import MachineError
from store.connecting import StoreBusyError


@pytest.fixture(scope="module", autouse=True)
def no_sign_in():
    """What is watched here is watched whoever asks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MCH_SIGN_IN", "false")
        yield


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """One empty installation for all."""
    home = tmp_path_factory.mktemp("watched")
    opened = open_workspace(Settings(home=home, overlays=(), answers_seconds=0), prepare=True)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def application(installation):
    return create_app(installation)


@pytest.fixture
def client(application):
    return application.server.test_client()


class Kept(logging.Handler):
    """Every line of the log as it would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(Lines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log():
    kept, root, requests = Kept(), logging.getLogger(), logging.getLogger("mch.requests")
    root.addHandler(kept)
    requests.setLevel("INFO")
    yield kept
    root.removeHandler(kept)
    requests.setLevel("NOTSET")


def test_ready_only_after_migrating(database_url, tmp_path):
    opened = open_workspace(
        Settings(home=tmp_path, overlays=(), answers_seconds=0, database_url=database_url)
    )
    client = create_app(opened).server.test_client()
    reply = client.get("/readyz")
    assert reply.status_code == 503
    assert not reply.get_json()["migrations"]
    opened.store.migrate()
    reply = client.get("/readyz")
    ready = {"ready": True, "serving": True, "database": True, "migrations": True, "disk": True}
    assert (reply.status_code, reply.get_json()) == (200, ready)
    assert client.get("/healthz").get_json() == {"alive": True}
    opened.close()


def test_not_ready_when_the_database_is_gone_but_alive(tmp_path):
    url = "postgresql+psycopg://nobody:secret@127.0.0.1:1/none"
    opened = open_workspace(Settings(home=tmp_path, overlays=(), answers_seconds=0, database_url=url))
    client = create_app(opened).server.test_client()
    reply = client.get("/readyz")
    assert (reply.status_code, reply.get_json()["database"]) == (503, False)
    assert "secret" not in reply.text
    assert client.get("/healthz").status_code == 200
    opened.close()


def test_a_full_disk_is_seen_before_an_upload_is_read(client, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**12, 10**12, 10**9))
    assert client.get("/readyz").get_json()["disk"] is False
    reply = client.post(
        "/upload",
        data={"file": (io.BytesIO(b"PK"), "a.xlsx")},
        headers={"X-MCH-Request": "1"},
        content_type="multipart/form-data",
    )
    assert reply.status_code == 503
    assert "磁盘" in reply.get_json()["says"]
    assert int(reply.headers["Retry-After"]) > 0


def test_not_ready_once_it_begins_to_stop(client):
    health.STOPPING.set()
    try:
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
    finally:
        health.STOPPING.clear()


def test_every_answer_has_a_number_and_the_log_knows_it(client, log):
    reply = client.get("/original/77")
    number = reply.headers["X-Request-ID"]
    assert reply.status_code == 404
    assert number in reply.text, "the user can quote it from the page"
    (line,) = [json.loads(one) for one in log.lines if "answered" in one]
    assert (line["request"], line["status"], line["method"]) == (number, 404, "GET")
    assert "77" not in line["route"]
    other = client.get("/original/77").headers["X-Request-ID"]
    assert other != number


def test_a_number_from_outside_counts_only_behind_a_trusted_proxy(installation, client):
    given = {"X-Request-ID": "0123abcd"}
    assert client.get("/healthz", headers=given).headers["X-Request-ID"] != "0123abcd"
    settings = installation.settings.model_copy(update={"trusted_proxy": "127.0.0.1"})
    behind = create_app(type(installation)(**{**vars(installation), "settings": settings}))
    trusting = behind.server.test_client()
    assert trusting.get("/healthz", headers=given).headers["X-Request-ID"] == "0123abcd"
    bad = trusting.get("/healthz", headers={"X-Request-ID": "x" * 200}).headers["X-Request-ID"]
    assert len(bad) == 8


def test_the_log_names_no_person_file_address_or_question(client, log):
    person, name = "110101199003070011", "张三的报表.xlsx"
    client.get(f"/?name={person}", environ_base={"REMOTE_ADDR": "10.9.8.7"})
    client.post(
        "/upload",
        data={"file": (io.BytesIO(b"not a workbook"), name)},
        headers={"X-MCH-Request": "1"},
        content_type="multipart/form-data",
        environ_base={"REMOTE_ADDR": "10.9.8.7"},
    )
    try:
        raise ValueError(f"value {person} of the cell")
    except ValueError:
        logging.getLogger("mch.dashboard").exception("upload of %s failed", person)
    written = "\n".join(log.lines)
    assert len(log.lines) >= 3
    for secret in (person, "张三", "10.9.8.7", "name="):
        assert secret not in written
    fault = json.loads(log.lines[-1])["fault"]
    assert fault["kind"] == "ValueError"
    assert "test_watching.py" in fault["places"][-1]


def test_a_fault_of_ours_gives_a_sentence_a_number_and_no_inside(installation, log):
    app = create_app(installation)
    app.server.view_functions["healthz"] = lambda: 1 / 0
    reply = app.server.test_client().get("/healthz?lang=en")
    number = reply.headers["X-Request-ID"]
    assert reply.status_code == 500
    assert "Something went wrong inside" in reply.text
    assert number in reply.text
    assert "ZeroDivision" not in reply.text
    assert any(number in line and "ZeroDivisionError" in line for line in log.lines)
    asked = app.server.test_client().get("/healthz", headers={"Accept": "application/json"})
    assert asked.get_json()["request"] == asked.headers["X-Request-ID"]


def test_metrics_count_what_was_answered(client):
    client.get("/original/77")
    before = float(
        re.search(r'original/<int:upload_id>",status="404"\} (\S+)', client.get("/metrics").text)[1]
    )
    for _ in range(3):
        client.get("/original/77")
    text = client.get("/metrics").text
    counted = re.search(
        r'mch_requests_total\{method="GET",route="/original/<int:upload_id>",status="404"\} (\S+)', text
    )
    assert float(counted[1]) - before == 3
    assert "mch_database_up 1.0" in text
    assert "mch_disk_free_bytes" in text
    assert "mch_requests_under_way 1.0" in text, "this one; the others have ended"


ASKING = [
    ("127.0.0.1", {}, "", True),
    ("::1", {}, "", True),
    ("10.1.2.3", {}, "", False),
    ("127.0.0.1", {"X-Forwarded-For": "10.1.2.3"}, "", False),
    ("127.0.0.1", {"Forwarded": "for=10.1.2.3"}, "", False),
    ("10.1.2.3", {"Authorization": "Bearer tell me"}, "tell me", True),
    ("10.1.2.3", {"Authorization": "Bearer tell"}, "tell me", False),
    ("10.1.2.3", {"Authorization": "Bearer "}, "", False),
    ("10.1.2.3", {"X-Forwarded-For": "127.0.0.1"}, "", False),
]


@pytest.mark.parametrize(("address", "headers", "token", "allowed"), ASKING)
def test_who_may_read_the_metrics(client, address, headers, token, allowed):
    where = {"REMOTE_ADDR": address}
    with client.application.test_request_context(headers=headers, environ_base=where) as asked:
        assert may_ask(asked.request, token) is allowed
    if not token:
        reply = client.get("/metrics", headers=headers, environ_base=where)
        assert (reply.status_code == 200) is allowed


def test_faults_that_pass_are_told_from_those_that_do_not():
    texts = Texts("zh")
    full = OperationalError("INSERT", {}, Exception("database or disk is full"))
    away = OperationalError("SELECT", {}, psycopg.OperationalError("server closed the connection"))
    assert trouble.passing(StoreBusyError("x"), texts) == texts(trouble.BUSY)
    assert trouble.passing(OSError(errno.ENOSPC, "No space left on device"), texts) == texts(trouble.FULL)
    assert trouble.passing(full, texts) == texts(trouble.FULL)
    assert trouble.passing(away, texts) == texts(trouble.AWAY)
    for burden in (
        MachineError(errno.ETIMEDOUT),
        OSError(errno.EMFILE, "Too many open files"),
        MemoryError(),
    ):
        assert trouble.passing(burden, texts) == texts(trouble.HINDERED)
    assert trouble.passing(MachineError(errno.ENOSPC), texts) == texts(trouble.FULL)
    assert trouble.passing(OSError(errno.EACCES, "Permission denied"), texts) is None
    assert trouble.passing(KeyError("x"), texts) is None


def test_a_busy_database_refuses_with_a_sentence(client, monkeypatch):
    def busy(*_given, **_named):
        raise StoreBusyError("sqlite")

    monkeypatch.setattr("dashboard.upload.load_content", busy)
    reply = client.post(
        "/upload",
        data={"file": (io.BytesIO(Path(__file__).read_bytes()), "a.csv")},
        headers={"X-MCH-Request": "1"},
        content_type="multipart/form-data",
    )
    assert reply.status_code == 503
    assert reply.get_json()["says"] == Texts("zh")(trouble.BUSY)


@pytest.mark.parametrize(
    ("trusted", "header", "seen"),
    [
        ("", "10.1.2.3", "127.0.0.1"),
        ("127.0.0.1", "10.1.2.3", "10.1.2.3"),
        (
            "127.0.0.1",
            "127.0.0.1, 10.1.2.3",
            "10.1.2.3",
        ),  # what the sender wrote himself stands before what the proxy saw
        ("10.9.9.9", "10.1.2.3", "127.0.0.1"),
    ],
)
def test_forwarded_addresses_count_only_from_the_trusted_proxy(tmp_path, trusted, header, seen):
    def application(asked, begin):
        begin("200 OK", [("Content-Type", "text/plain")])
        return [asked["REMOTE_ADDR"].encode()]

    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    server = Server(application, Settings(home=tmp_path, trusted_proxy=trusted, stop_seconds=5), listening)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/", headers={"X-Forwarded-For": header})
        assert connection.getresponse().read().decode() == seen
        connection.close()
    finally:
        server.stop()
        thread.join(30)
        health.STOPPING.clear()
    assert not thread.is_alive()


def test_an_address_that_is_taken_is_said():
    taken = listen("127.0.0.1", 0)
    with pytest.raises(SettingsError, match="MCH_PORT"):
        listen("127.0.0.1", taken.getsockname()[1])
    taken.close()
