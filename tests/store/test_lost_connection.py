"""PostgreSQL behind a line that is cut: nothing half saved, nothing twice, and the next one is served."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import OperationalError

from store.database import Store
from store.saving import save
from store.schema import submission, upload
from store.verify import verify


class Line:
    """A line to a server that carries everything until it is told to be cut: at the word COMMIT, or after it arrived."""

    def __init__(self, url: str) -> None:
        there = make_url(url)
        host = str(there.query.get("host") or there.host or "")
        self._there: tuple[int, object] = (
            (socket.AF_UNIX, f"{host}/.s.PGSQL.{there.port or 5432}")
            if host.startswith("/")
            else (socket.AF_INET, (host, there.port or 5432))
        )
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = there.difference_update_query(["host"]).set(
            host="127.0.0.1", port=self._listening.getsockname()[1]
        )
        self.cut = ""  # "" | "before" | "after"
        self.times = 0
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(self._there[0])
                server.connect(self._there[1])  # type: ignore[arg-type]
                deaf = threading.Event()
                for pair in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._carry, args=(*pair, deaf), daemon=True).start()

    def _carry(
        self, source: socket.socket, target: socket.socket, asking: bool, deaf: threading.Event
    ) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if asking and self.cut and b"COMMIT" in data:
                    after, self.cut, self.times = self.cut == "after", "", self.times + 1
                    deaf.set()
                    if after:
                        target.sendall(data)  # it arrives, and its answer gets lost
                    else:
                        break
                elif deaf.is_set():
                    break  # the server has answered: it did what it was asked
                else:
                    target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def line(postgresql_url: str) -> Iterator[Line]:
    with closing(Line(postgresql_url)) as opened:
        yield opened


@pytest.fixture
def far(line: Line, province, tmp_path: Path) -> Iterator[Store]:
    """A store at the other end of the line."""
    store = Store(line.url.render_as_string(hide_password=False), tmp_path / "originals")
    store.migrate()
    store.sync(province)
    with closing(store):
        yield store


def counted(store: Store) -> tuple[int, int]:
    with store.reading() as connection:
        return tuple(  # type: ignore[return-value]
            connection.scalar(select(func.count()).select_from(table)) for table in (upload, submission)
        )


@pytest.mark.parametrize(("cut", "kept"), [("before", 0), ("after", 1)])
def test_a_line_cut_around_the_end_of_a_transaction(
    far: Store, line: Line, province, made, cut: str, kept: int
) -> None:
    sent = made.upload(made.submission("C1", 202506, {"births": 5}))
    line.cut = cut
    with pytest.raises(OperationalError):
        save(far, province, [sent], "x")
    assert line.times == 1
    assert counted(far) == (kept, kept), "whole or not at all, and nobody was promised anything"
    (again,) = save(far, province, [sent], "x")
    assert again.outcome == ("unchanged" if kept else "accepted")
    assert counted(far) == (1, 1)
    assert verify(far, province) == []


def test_who_was_thrown_out_in_the_middle_leaves_nothing_and_is_served_next(
    far: Store, province, made, postgresql_url: str
) -> None:
    """As when the server is restarted: connections that wait in the pool are dead, and nobody notices."""
    own = make_url(postgresql_url).set(drivername="postgresql").render_as_string(hide_password=False)
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(own, autocommit=True) as outside:

        def thrown_out() -> None:
            with far.writing() as connection:
                connection.execute(text("CREATE TABLE half (a int)"))
                outside.execute(ended)
                connection.execute(text("INSERT INTO half VALUES (1)"))

        with pytest.raises(OperationalError):
            thrown_out()
        assert outside.execute("SELECT to_regclass('half')").fetchone() == (None,)
        assert counted(far) == (0, 0)
        outside.execute(ended)
    (receipt,) = save(far, province, [made.upload(made.submission("C1", 202506, {"births": 5}))], "x")
    assert receipt.outcome == "accepted"


def test_no_statement_lock_or_idle_transaction_lasts_for_ever(far: Store) -> None:
    with far.reading() as connection:
        found = {
            name: connection.scalar(text(f"SHOW {name}"))
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        }
    assert found == {
        "statement_timeout": "15s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "15s",
    }
