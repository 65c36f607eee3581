"""Load: `python -m benchmarks.load_test [--seconds 600] [--senders 200] [--officers 100] [--sqlite] [--processes 2]`.

So many institutions hand in workbooks while so many officers read pages, each pausing between; all over loopback, on an
installation of its own (PostgreSQL unless told otherwise). Then: errors, how long each kind took, whether everything that
was acknowledged is there whole, and whether the totals are the sums of the files, counted from the files themselves.
"""

from __future__ import annotations

import gzip
import http.client
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import select

from benchmarks.installation import MONTHS, Books, Ledger, Return, Served, losses, send
from benchmarks.private_postgresql import PrivatePostgreSQL
from store import reading
from store.database import Store
from store.schema import upload

PAGES = (
    "/",
    "/area/520302",
    "/calendar",
    "/submissions",
    "/indicator/prenatal_screening_coverage",
    "/quality",
)
PAUSE = (6.0, 14.0)  # seconds between two things that one person does


class Times:
    """How long each kind took, and what failed."""

    def __init__(self) -> None:
        self.held: dict[str, list[float]] = defaultdict(list)
        self.failed: Counter[str] = Counter()
        self._lock = threading.Lock()

    def note(self, kind: str, seconds: float, fine: bool, said: object = "") -> None:
        """One thing done."""
        with self._lock:
            self.held[kind].append(seconds)
            if not fine:
                self.failed[f"{kind}: {said}"] += 1

    def table(self) -> str:
        """A line for each kind."""
        lines = ["| what | times | median s | p95 s | longest s |", "|---|---|---|---|---|"]
        for kind, times in sorted(self.held.items()):
            p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
            lines.append(
                f"| {kind} | {len(times):,} | {statistics.median(times):.2f} | {p95:.2f} | {max(times):.2f} |"
            )
        return "\n".join(lines)


class Page:
    """Asks for a page as the browser does: through the callback that fills the frame."""

    def __init__(self, port: int) -> None:
        self._port = port
        found = json.loads(self._ask("GET", "/_dash-dependencies", None)[1])
        self._output = next(one["output"] for one in found if "page.children" in one["output"])

    def open(self, path: str) -> tuple[int, bytes]:
        """Status and body."""
        outputs = [
            {"id": one.rpartition(".")[0], "property": one.rpartition(".")[2]}
            for one in self._output.strip(".").split("...")
        ]
        inputs = [
            {"id": "url", "property": name, "value": value}
            for name, value in (("pathname", path), ("search", ""))
        ]
        asked = {
            "output": self._output,
            "outputs": outputs,
            "inputs": inputs,
            "changedPropIds": ["url.pathname"],
            "state": [],
        }
        return self._ask("POST", "/_dash-update-component", json.dumps(asked).encode())

    def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            # Every browser takes answers compressed, and only those are kept.
            headers = {"Content-Type": "application/json", "X-MCH-Request": "1", "Accept-Encoding": "gzip"}
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            content = reply.read()
            if reply.getheader("Content-Encoding") == "gzip":
                content = gzip.decompress(content)
            return reply.status, content
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()


class Crowd:
    """Everybody at once, until the time is up."""

    def __init__(self, served: Served, books: list[Return], seconds: float) -> None:
        self.times, self.ledger = Times(), Ledger()
        self.unanswered: list[Return] = []
        self._served, self._books, self._page = served, books, Page(served.port)
        self._until, self._next, self._lock = time.monotonic() + seconds, 0, threading.Lock()

    def run(self, senders: int, officers: int) -> None:
        """Begin all and wait for all."""
        crowd = [threading.Thread(target=self._live, args=(self._send, number)) for number in range(senders)]
        crowd += [
            threading.Thread(target=self._live, args=(self._read, number)) for number in range(officers)
        ]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()

    def _live(self, do: Callable[[random.Random], None], number: int) -> None:
        chance = random.Random(number)
        time.sleep(chance.uniform(0, PAUSE[1]))
        while time.monotonic() < self._until:
            do(chance)
            time.sleep(chance.uniform(*PAUSE))

    def _send(self, _chance: random.Random) -> None:
        with self._lock:
            number, self._next = self._next, self._next + 1
        if number >= len(self._books):
            return
        sent, begun = self._books[number], time.monotonic()
        status, said = send(self._served.port, sent, timeout=120)
        fine = status == 200 and str(said.get("outcome", "")).startswith("accepted")
        self.times.note(
            "upload", time.monotonic() - begun, fine, status if status != 200 else said.get("outcome")
        )
        if status == 200:
            self.ledger.note(sent, said)
        else:
            with self._lock:
                self.unanswered.append(sent)

    def _read(self, chance: random.Random) -> None:
        path, begun = chance.choice(PAGES), time.monotonic()
        status, body = self._page.open(path)
        fine = status == 200 and b"empty--failure" not in body
        self.times.note(f"page {path}", time.monotonic() - begun, fine, status)


def unequal_sums(served: Served, crowd: Crowd) -> list[str]:
    """Where the province's births of a month are not the sum of what the newest file of each county says.

    A file whose answer did not come in time may have been taken all the same: whether it was, the store says by its bytes.
    """
    store = Store(served.settings.store_url, served.settings.originals)
    with store.reading() as connection:
        taken: dict[str, int] = dict(connection.execute(select(upload.c.sha256, upload.c.id)).all())  # type: ignore[arg-type]
    found = [(one.upload, one.sent) for one in crowd.ledger.held]
    found += [(taken[one.sha256], one) for one in crowd.unanswered if one.sha256 in taken]
    newest: dict[tuple[str, int], tuple[int, int]] = {}
    for number, sent in found:
        place = (sent.organisation, sent.month)
        newest[place] = max(newest.get(place, (0, 0)), (number, sent.births))
    expected: Counter[int] = Counter()
    for (_, month), (_, births) in newest.items():
        expected[month] += births
    root = served.workspace.registry.trees["guizhou"].root
    totals = reading.area_totals(store, ["live_births"], [root], categories=["registered"])
    store.close()
    rows: list[Any] = list(totals[totals["span"] == 1].itertuples(index=False))
    held = {int(row.month): int(row.value) for row in rows}
    return [
        f"{month}: the files say {expected[month]}, the store {held.get(month)}"
        for month in sorted({*expected, *held})
        if expected[month] != held.get(month)
    ]


def main() -> None:
    """Make the installation, let the crowd in, count."""
    given = {
        name: value
        for name, value in zip(sys.argv[1:], [*sys.argv[2:], ""], strict=True)
        if name.startswith("--")
    }
    seconds, senders = float(given.get("--seconds", 600)), int(given.get("--senders", 200))
    officers, processes = int(given.get("--officers", 100)), int(given.get("--processes", 2))
    server = None if "--sqlite" in given else PrivatePostgreSQL()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        url = server.url if server else f"sqlite:///{home / 'mch.sqlite'}"
        served = Served(home / "served", url, processes=processes if server else 1)
        try:
            books = Books(served.workspace, home, MONTHS[:2]).make(
                int(senders * (seconds / statistics.mean(PAUSE) + 2))
            )
            served.start()
            crowd = Crowd(served, books, seconds)
            begun = time.monotonic()
            crowd.run(senders, officers)
            took = time.monotonic() - begun
            memory = sum(one.memory_info().rss for one in served.answering) / 1024**2
            lost = [
                *losses(served.settings, served.workspace, crowd.ledger),
                *unequal_sums(served, crowd),
            ]
            print(f"{senders} senders and {officers} officers for {took:.0f} s, {processes} processes, "
                  f"{'PostgreSQL' if server else 'SQLite'}, {psutil.cpu_count()} cores shared with the clients:\n")  # fmt: skip
            print(crowd.times.table())
            uploads = len(crowd.times.held["upload"])
            print(f"\nerrors: {dict(crowd.times.failed) or 'none'}; {uploads / took:.1f} uploads/s; memory {memory:.0f} MB; "
                  f"{len(crowd.ledger.held)} acknowledged, lost or unequal: {lost or 'nothing'}")  # fmt: skip
        finally:
            served.close()
            if server:
                server.close()
    sys.exit(1 if lost or crowd.times.failed else 0)


if __name__ == "__main__":
    main()
