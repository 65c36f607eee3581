"""Several processes on one socket: the supervisor starts them, restarts one that ends, and ends all of them together.

It holds the socket open, so no connection is refused while a process is replaced; it knows nothing of the application, so
there is little in it that could fail.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from types import FrameType

from dashboard.running.metrics import SHARED

log = logging.getLogger("mch.serve")
QUICKLY = 5.0  # a process that ends sooner than this after its start is restarted more and more slowly
SLOWEST = 30.0


@dataclass
class _Place:
    """One process's place: who fills it, and when it may be filled again."""

    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0
    delay: float = 0.0
    not_before: float = 0.0


@dataclass
class Supervisor:
    """Keeps `count` processes answering on the socket."""

    listening: socket.socket
    count: int
    patience: int
    _ending: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until SIGTERM or SIGINT; every process has ended when this returns."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        shared = tempfile.mkdtemp(prefix="mch-metrics-")
        places = [_Place() for _ in range(self.count)]
        try:
            while not self._ending.wait(0.2):
                for place in places:
                    self._look_after(place, shared)
        finally:
            self._end(places)
            shutil.rmtree(shared, ignore_errors=True)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._ending.set()

    def _look_after(self, place: _Place, shared: str) -> None:
        now = time.monotonic()
        if place.process is not None:
            code = place.process.poll()
            if code is None:
                return
            log.error("process %s ended with %s and is replaced", place.process.pid, code)
            self._forget(place.process, shared)
            place.process = None
            place.delay = min(SLOWEST, 2 * place.delay or 0.5) if now - place.begun < QUICKLY else 0.0
            place.not_before = now + place.delay
        if now >= place.not_before:
            place.process, place.begun = self._start(shared), now

    def _start(self, shared: str) -> subprocess.Popen[bytes]:
        number = self.listening.fileno()
        return subprocess.Popen(  # noqa: S603 - our own program, no word of anybody else
            [sys.executable, "-m", "dashboard.running.worker", str(number)],
            stdin=subprocess.PIPE,  # closed when the supervisor is gone, however it went: then they end too
            pass_fds=[number],
            env={**os.environ, SHARED: shared},
            start_new_session=True,  # Ctrl+C is for the supervisor
        )

    @staticmethod
    def _forget(process: subprocess.Popen[bytes], shared: str) -> None:
        """Its gauges count no longer; its counters stay."""
        if process.stdin is not None:
            process.stdin.close()
        for name in os.listdir(shared):
            if name.startswith("gauge_live") and name.endswith(f"_{process.pid}.db"):
                os.unlink(os.path.join(shared, name))

    def _end(self, places: list[_Place]) -> None:
        self.listening.close()
        alive = [place.process for place in places if place.process is not None]
        for process in alive:
            process.terminate()
        until = time.monotonic() + self.patience + 5
        for process in alive:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.error("process %s did not end in time", process.pid)
                process.kill()
                process.wait()
