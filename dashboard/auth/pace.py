"""How fast one account may ask: a bucket of drops for each account and kind of request, in this process's memory.

Attempts to sign in are counted in the store instead (dashboard/auth/signing_in.py), because they must survive a restart and
be one count for all processes. What is limited here only protects the machine; with several processes the limit is that many
times as high.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass

from dashboard.settings import Settings

MOST_KEPT = 20_000


@dataclass(frozen=True)
class Pace:
    """So many a minute of one kind; the bucket holds as many."""

    kind: str
    a_minute: int

    @classmethod
    def of(cls, path: str, method: str, settings: Settings) -> Pace:
        """What a request counts as."""
        if path == "/upload" or (path.startswith("/api/") and method == "POST"):
            return cls("upload", settings.uploads_per_minute)
        if path.startswith(("/download/", "/original/", "/marked/", "/template/", "/audit/", "/report/")):
            return cls("download", settings.downloads_per_minute)
        return cls("request", settings.requests_per_minute)


class Pacing:
    """The buckets."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}
        self._lock = threading.Lock()

    def wait(self, name: str, pace: Pace, moment: float | None = None) -> int:
        """0 when the account may go on; else the seconds until it may."""
        moment = time.monotonic() if moment is None else moment
        key, a_second = (name, pace.kind), pace.a_minute / 60
        with self._lock:
            left, since = self._buckets.get(key, (float(pace.a_minute), moment))
            left = min(pace.a_minute, left + (moment - since) * a_second)
            if left < 1:
                self._buckets[key] = (left, moment)
                return max(1, math.ceil((1 - left) / a_second))
            if len(self._buckets) > MOST_KEPT:
                self._buckets.clear()
            self._buckets[key] = (left - 1, moment)
            return 0
