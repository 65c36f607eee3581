"""A served installation to be loaded and broken, clients that send to it, and the proof that nothing was lost.

All traffic is over loopback. The ledger holds what the server acknowledged, kept outside of it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openpyxl
import psutil
from sqlalchemy import func, select

from dashboard.settings import Settings
from dashboard.workspace import Workspace, open_workspace
from loaders.template import write_template
from reference.periods import month_period
from store.database import Store
from store.originals import Originals
from store.schema import data_value, issue, organisation, submission, upload
from store.verify import verify

FORM, MONTHS = "county_monthly", range(202601, 202611)
BIRTHS = {"产妇数": 7777777, "活产数": 7777777, "产前筛查人数": 500}
PATIENCE = 120.0


@dataclasses.dataclass(frozen=True)
class Return:
    """One workbook, and what it says."""

    organisation: str
    month: int
    births: int
    content: bytes

    @property
    def sha256(self) -> str:
        """Of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


@dataclasses.dataclass(frozen=True)
class Acknowledged:
    """What the server said of one."""

    sent: Return
    upload: int
    outcome: str


class Books:
    """Makes county returns, no two alike: each is a filled template in which the number of births is another."""

    def __init__(self, workspace: Workspace, folder: Path, months: Sequence[int] = MONTHS) -> None:
        self._workspace, self._file, self._count, self._months = workspace, folder / "blank.xlsx", 0, months
        self._counties = [one.code for one in workspace.registry.organisations.at_level("county")]
        self._filled: dict[tuple[str, int], bytes] = {}

    def make(self, count: int) -> list[Return]:
        """So many."""
        return [self._one() for _ in range(count)]

    def _one(self) -> Return:
        self._count += 1
        number = self._count
        county = self._counties[number % len(self._counties)]
        month = self._months[number // len(self._counties) % len(self._months)]
        if (county, month) not in self._filled:
            self._filled[county, month] = self._fill(county, month)
        births = 1000 + number
        return Return(county, month, births, _with_births(self._filled[county, month], births))

    def _fill(self, county: str, month: int) -> bytes:
        period, form = month_period(month), self._workspace.forms.get(FORM)
        registry = self._workspace.registry
        write_template(form, registry, self._file, on=period.last_day, organisation=county, period=period)
        book = openpyxl.load_workbook(self._file)
        sheet = book.worksheets[0]
        column = next(cell.column for row in sheet.iter_rows() for cell in row if cell.value == "户籍")
        for row in sheet.iter_rows():
            words = [cell.value.strip() for cell in row if isinstance(cell.value, str)]
            if label := next((one for one in words if one in BIRTHS), ""):
                sheet.cell(row[0].row, column, BIRTHS[label])
                sheet.cell(row[0].row, column + 1, 0)
        to = io.BytesIO()
        book.save(to)
        return to.getvalue()


def _with_births(filled: bytes, births: int) -> bytes:
    """The same workbook with another number; its other parts byte for byte."""
    to = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(filled)) as source,
        zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets/"):
                content = content.replace(b"<v>7777777</v>", b"<v>%d</v>" % births)
            target.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return to.getvalue()


class Served:
    """`mch serve` on an installation of its own."""

    def __init__(self, home: Path, database_url: str, *, processes: int, data: Path | None = None) -> None:
        self.home, self._processes = home, processes
        home.mkdir(parents=True, exist_ok=True)
        (home / "config.toml").write_text("", encoding="utf-8")
        self.data = data or home / "data"
        self.settings = Settings(home=home, overlays=(), database_url=database_url, data_dir=self.data)
        self.workspace = open_workspace(self.settings, prepare=True)
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port = int(found.getsockname()[1])
        self._program: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin, and wait until it is ready."""
        environment = {
            "MCH_CONFIG": str(self.home / "config.toml"),
            "MCH_DATABASE_URL": self.settings.database_url,
            "MCH_DATA_DIR": str(self.data),
            "MCH_OVERLAYS": "[]",
            "MCH_PORT": str(self.port),
            "MCH_SERVE_WORKERS": str(self._processes),
            "MCH_LOG_FORMAT": "json",
            "MCH_SIGN_IN": "false",
            "MCH_LEAST_FREE_MEGABYTES": "0",
        }
        with (self.home / "log").open("ab") as log:
            self._program = subprocess.Popen(
                [sys.executable, "-c", "from dashboard.cli import main; main()", "serve"],
                env={**os.environ, **environment}, stdout=log, stderr=log,
            )  # fmt: skip
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self._program.poll() is not None:
                raise RuntimeError((self.home / "log").read_text(encoding="utf-8")[-2000:])
            if self.status("/readyz") == 200:
                return
            time.sleep(0.1)
        raise RuntimeError("the server did not become ready")

    def status(self, path: str) -> int:
        """How it answers; 0 when it does not."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            reply = connection.getresponse()
            reply.read()
            return reply.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    @property
    def answering(self) -> list[psutil.Process]:
        """The processes that answer."""
        assert self._program is not None
        if self._processes == 1:
            return [psutil.Process(self._program.pid)]
        return psutil.Process(self._program.pid).children()

    def kill_one(self) -> None:
        """SIGKILL to one process that answers."""
        for one in self.answering[:1]:
            one.send_signal(signal.SIGKILL)

    def kill(self) -> None:
        """SIGKILL to all of it."""
        if self._program is None:
            return
        for one in (
            psutil.Process(self._program.pid),
            *psutil.Process(self._program.pid).children(recursive=True),
        ):
            try:
                one.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        self._program.wait()
        self._program = None

    def close(self) -> None:
        """End it."""
        if self._program is not None and self._program.poll() is None:
            self._program.terminate()
            self._program.wait(60)
        self.workspace.close()


def send(port: int, sent: Return, *, timeout: float = 60.0) -> tuple[int, dict[str, object]]:
    """Hand one in; status 0 when there was no whole answer."""
    boundary = f"----{sent.sha256[:16]}"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{sent.organisation}.xlsx"\r\n\r\n'.encode()
        + sent.content
        + f"\r\n--{boundary}--\r\n".encode()
    )
    headers = {"X-MCH-Request": "1", "Content-Type": f"multipart/form-data; boundary={boundary}"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("POST", "/upload", body, headers)
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    except (OSError, http.client.HTTPException, ValueError):
        return 0, {}
    finally:
        connection.close()


class Ledger:
    """What was acknowledged, and how often an answer failed."""

    def __init__(self) -> None:
        self.held: list[Acknowledged] = []
        self.failed: dict[int, int] = {}
        self._lock = threading.Lock()

    def note(self, sent: Return, said: dict[str, object]) -> None:
        """Enter what was acknowledged."""
        number = said["upload"]
        assert isinstance(number, int)
        with self._lock:
            self.held.append(Acknowledged(sent, number, str(said["outcome"])))

    def hand_in(self, port: int, sent: Return) -> None:
        """Send until it is acknowledged, as a clerk would."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            status, said = send(port, sent)
            if status == 200:
                return self.note(sent, said)
            with self._lock:
                self.failed[status] = self.failed.get(status, 0) + 1
            time.sleep(0.2)
        raise RuntimeError(f"not acknowledged in {PATIENCE} seconds; failures so far {self.failed}")

    def hand_in_all(self, port: int, returns: Sequence[Return], at_once: int) -> None:
        """Many at once; each until it is acknowledged."""
        with ThreadPoolExecutor(at_once) as pool:
            for done in [pool.submit(self.hand_in, port, one) for one in returns]:
                done.result()


def losses(settings: Settings, workspace: Workspace, ledger: Ledger) -> list[str]:
    """Every promise that is not kept, as sentences: receipts, originals, values, totals, counted plainly."""
    store = Store(settings.store_url, settings.originals)
    try:
        return [*_broken(store, settings, ledger), *verify(store, workspace.registry)]
    finally:
        store.close()


def _broken(store: Store, settings: Settings, ledger: Ledger) -> Iterator[str]:
    originals = Originals(settings.originals)
    with store.reading() as connection:
        held = {row.id: row for row in connection.execute(select(upload))}
        stored = dict(
            connection.execute(
                select(submission.c.upload_id, func.count())
                .join_from(submission, data_value)
                .where(data_value.c.value.is_not(None))
                .group_by(submission.c.upload_id)
            ).all()
        )
        rows = connection.execute(
            select(
                submission.c.upload_id, organisation.c.code, submission.c.month, submission.c.status
            ).join_from(submission, organisation)
        ).all()
        reasons: dict[int, list[str]] = {}
        for number, code in connection.execute(select(issue.c.upload_id, issue.c.code)):
            reasons.setdefault(number, []).append(code)
    places = {row.upload_id: (row.code, row.month) for row in rows}
    for one in ledger.held:
        row = held.get(one.upload)
        if row is None:
            yield f"upload {one.upload} was acknowledged and is not there"
        elif row.sha256 != one.sent.sha256 or originals.read(row.sha256) != one.sent.content:
            yield f"upload {one.upload} holds other bytes than were sent"
        elif not row.outcome.startswith("accepted"):
            yield f"upload {one.upload}, a sound file, was answered '{row.outcome}' because of {reasons.get(one.upload, [])}"
        elif stored.get(one.upload, 0) != row.n_values or not row.n_values:
            yield f"upload {one.upload} says {row.n_values} values and has {stored.get(one.upload, 0)}"
        elif places.get(one.upload) != (one.sent.organisation, one.sent.month):
            yield f"upload {one.upload} is filed under {places.get(one.upload)}"
    hashes = [row.sha256 for row in held.values()]
    if len(hashes) != len(set(hashes)):
        yield "the same file is there twice"
    current = [places[row.upload_id] for row in rows if row.status == "current"]
    if len(current) != len(set(current)):
        yield "two returns of one month are in force"
