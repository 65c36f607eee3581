"""Pages' answers worked out before anybody asks: at the start, each day, and when new data have stood for a moment.

What all pages need of a new version of the data costs a processor some seconds. Without this the first officer who comes pays
for them; with it a thread of low priority does. It waits until the data have stood still, for on a reporting day answers would
be old before they were done.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from dashboard.answers import Answers
from dashboard.running.health import STOPPING
from dashboard.visit import open_visit
from reference.reporting import CHINA

log = logging.getLogger("mch.dashboard")
# The pages whose questions are about everybody; what others ask besides is little.
PATHS = ("/", "/matrix", "/area", "/indicator", "/severe", "/grading", "/quality", "/calendar")
LOOK = 5.0  # seconds from one look at the version to the next
STOOD = 20.0  # seconds that a new version must have stood
NICE = 10  # so much does this thread stand back on Linux, where threads have a priority of their own


class Patience:
    """Says when it is time: at once the first time, later when what there is to work out has changed and then stood still."""

    def __init__(self, stood: float = STOOD) -> None:
        self._stood = stood
        self._done: object = None
        self._seen: object = None
        self._since = 0.0

    def is_time(self, state: object, now: float) -> bool:
        """Whether to work it out: `state` is what it would be worked out of, `now` in seconds of any clock that only goes on."""
        if state == self._done:
            return False
        if state != self._seen:
            self._seen, self._since = state, now
        if self._done is not None and now - self._since < self._stood:
            return False
        self._done = state
        return True


def warm(answers: Answers, page_for: Callable[[str], Any]) -> None:
    """Make every page once for nobody: what it asked stays answered. A page that fails is logged, and the others are made."""
    for path in PATHS:
        if STOPPING.is_set():
            return
        try:
            page_for(path).layout(open_visit(answers, path, ""))
        except Exception:
            if not STOPPING.is_set():
                log.exception("working out %s ahead failed", path)


def keep_warm(answers: Answers, page_for: Callable[[str], Any]) -> threading.Thread:
    """Start the thread that does it for as long as the process runs."""
    thread = threading.Thread(target=_run, args=(answers, page_for), name="warming", daemon=True)
    thread.start()
    return thread


def _run(answers: Answers, page_for: Callable[[str], Any]) -> None:
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
    patience = Patience()
    while not STOPPING.is_set():
        try:
            state = (answers.version(), dt.datetime.now(CHINA).date())
            if patience.is_time(state, time.monotonic()):
                warm(answers, page_for)
        except Exception:  # the database is away for a moment: officers are told so by their own pages
            log.warning("no look at the version of the data", exc_info=True)
        STOPPING.wait(LOOK)
