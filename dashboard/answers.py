"""Questions that pages ask of the indicators and the store, answered once for each version of the data.

The version of the data is the cache key: a new submission makes new keys, nothing has to be forgotten by hand.
"""

from __future__ import annotations

import atexit
import datetime as dt
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar, cast

import pandas as pd

from dashboard.calendar import read_calendar
from dashboard.view import Months
from dashboard.workspace import Workspace
from indicators import flags, grading, results
from indicators.grading import Standing
from indicators.reporting import Entry
from indicators.result import Flag, Result
from indicators.results import AS_IT_WAS
from indicators.results import View as Seen
from loaders.load import ReadingRoom
from reference.periods import Period, month_range
from reference.reporting import CHINA, Duty
from store import reading
from store.cautions import cautions
from store.extending import extensions
from store.whose import uploads_within, whose

Answer = TypeVar("Answer")
KEPT = 400


class Answers:
    """Answers for one workspace; safe to share between the web server's threads."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._room: ReadingRoom | None = None
        self._kept: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, threading.Event] = {}
        self._version, self._looked_at, self._hurried_at = 0, float("-inf"), float("-inf")
        self._hurries = 0

    def reading_room(self) -> ReadingRoom:
        """The processes that read uploads: begun with the first upload, ended with the program."""
        with self._lock:
            if self._room is None:
                self._room = self.workspace.open_reading_room("web")
                atexit.register(self._room.close)
            return self._room

    def once(self, key: tuple[Hashable, ...], ask: Callable[[], Answer], *, record: bool = False) -> Answer:
        """The answer kept under the key for this version of the data, else asked for now.

        Whoever wants the same at the same time waits for the one who asks, instead of asking too. `record`: what was sent
        and done, which costs little and never lags; what is worked out of it may, by `answers_seconds`.
        """
        versioned = (self.workspace.store.data_version() if record else self.version(), *key)
        while True:
            with self._lock:
                if versioned in self._kept:
                    self._kept.move_to_end(versioned)
                    return cast("Answer", self._kept[versioned])
                waiting = self._under_way.get(versioned)
                if waiting is None:
                    own = self._under_way[versioned] = threading.Event()
                    break
            waiting.wait()
        try:
            answer = ask()
            with self._lock:
                self._kept[versioned] = answer
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return answer
        finally:
            # One who failed leaves no answer: the next of those who wait asks himself.
            with self._lock:
                del self._under_way[versioned]
            own.set()

    def version(self) -> int:
        """The version of the data that answers are of: looked up each time, or at most every `answers_seconds`."""
        now, patience = time.monotonic(), self.workspace.settings.answers_seconds
        if not patience:
            return self.workspace.store.data_version()
        with self._lock:
            if now - self._looked_at < patience:
                return self._version
            hurries = self._hurries
        version = self.workspace.store.data_version()
        with self._lock:
            # A look that began before a change, or before another look, says nothing of what came after it.
            if hurries == self._hurries and now >= self._looked_at:
                self._version, self._looked_at = version, now
        return version

    def look_again(self) -> None:
        """Something was changed here: whoever did it sees it at once.

        Not when others did the same a moment ago: on a reporting day no answer would live longer than from one upload to
        the next, and pages would be made anew for each.
        """
        now = time.monotonic()
        with self._lock:
            if now - self._hurried_at >= self.workspace.settings.answers_seconds:
                self._looked_at, self._hurried_at = float("-inf"), now
                self._hurries += 1

    def months(self, tree: str) -> Months | None:
        """First and last month with data of a tree."""
        return self.once(("months", tree), lambda: reading.months(self.workspace.store, tree))

    def all_months(self) -> dict[str, Months | None]:
        """The same for every tree."""
        return {tree: self.months(tree) for tree in self.workspace.registry.trees}

    def has_synthetic(self) -> bool:
        """Whether any number comes from the synthetic province."""
        return self.once(("synthetic",), lambda: reading.has_synthetic(self.workspace.store))

    def results(
        self,
        indicators: Sequence[str],
        organisations: Sequence[str],
        period: Period,
        seen: Seen = AS_IT_WAS,
    ) -> list[Result]:
        """Results of indicators for organisations in one period."""
        key = ("results", tuple(indicators), tuple(organisations), period, seen)
        context = self.workspace.context
        return self.once(
            key, lambda: results.calculate(context, list(indicators), list(organisations), period, seen)
        )

    def series(
        self,
        indicator: str,
        organisations: Sequence[str],
        periods: Sequence[Period],
        seen: Seen = AS_IT_WAS,
    ) -> list[Result]:
        """Results of one indicator over several periods."""
        key = ("series", indicator, tuple(organisations), tuple(periods), seen)
        context = self.workspace.context
        return self.once(
            key, lambda: results.series(context, indicator, list(organisations), list(periods), seen)
        )

    def flags(self, organisations: Sequence[str], period: Period) -> list[Flag]:
        """Everything that stands out, worst first."""
        key = ("flags", tuple(organisations), period)
        return self.once(key, lambda: flags.find_flags(self.workspace.context, list(organisations), period))

    def watched(self, organisations: Sequence[str], period: Period) -> list[Flag]:
        """What is short of a target and may be chance, the widest gap first."""
        key = ("watched", tuple(organisations), period)
        return self.once(key, lambda: flags.find_watched(self.workspace.context, list(organisations), period))

    def standings(self, on: dt.date) -> list[Standing]:
        """Every institution of the register with its grade on a day."""
        return self.once(("standings", on), lambda: grading.standings(self.workspace.context, on))

    def calendar(self, duty: Duty, first: int, last: int, today: dt.date) -> list[Entry]:
        """Every report of a form that is owed in a run of months, and what became of it; deadlines are midnights."""
        noon = dt.datetime.combine(today, dt.time(12), CHINA)
        key = ("calendar", duty.form, first, last, today)
        return self.once(key, lambda: read_calendar(self.workspace, [duty], month_range(first, last), noon))

    def extensions(self, form: str) -> pd.DataFrame:
        """Every deadline of a form that was ever put off."""
        return self.once(
            ("extensions", form), lambda: extensions(self.workspace.store, [form], ended=True), record=True
        )

    def cautions(self, month: int) -> pd.DataFrame:
        """The warnings that stand about a month's reports."""
        return self.once(("cautions", month), lambda: cautions(self.workspace.store, first=month, last=month))

    def uploads(self, limit: int = 100) -> pd.DataFrame:
        """The newest uploads."""
        return self.once(
            ("uploads", limit), lambda: reading.uploads(self.workspace.store, limit=limit), record=True
        )

    def uploads_within(
        self, organisation: str, organisations: frozenset[str], limit: int = 100
    ) -> pd.DataFrame:
        """The newest uploads within an account's reach."""
        return self.once(
            ("uploads", organisation, organisations, limit),
            lambda: uploads_within(self.workspace.store, organisations, limit),
            record=True,
        )

    def whose(self, upload_id: int) -> tuple[str, frozenset[str]]:
        """The organisation of an upload's sender, and those that the upload speaks of."""
        return self.once(("whose", upload_id), lambda: whose(self.workspace.store, upload_id), record=True)

    def upload(self, upload_id: int) -> Mapping[str, Any] | None:
        """One upload; none when there is no such number."""
        return self.once(
            ("upload", upload_id), lambda: reading.upload(self.workspace.store, upload_id), record=True
        )

    def upload_issues(self, upload_id: int) -> pd.DataFrame:
        """What was found in one upload."""
        return self.once(
            ("issues", upload_id), lambda: reading.upload_issues(self.workspace.store, upload_id), record=True
        )
