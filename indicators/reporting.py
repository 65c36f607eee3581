"""The reporting calendar: every report that is owed, what became of it, and the shares that follow.

Completeness is the reports received of those owed, timeliness those that came in time of those owed. Both are counted from
the same list of owed reports, so neither can exceed 100%: a report from an organisation that does not owe it (closed,
not yet open, released from the form) is listed by itself and never counted. Organisations are those of the month itself.
Reports of the years before an installation began are complete, and say nothing about timeliness.
WHO (2022), Data Quality Assurance, module 2 (desk review), dimension 1: completeness and timeliness of reporting.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd

from reference.calendar import CalendarRules
from reference.organisations import Organisations
from reference.periods import last_day
from reference.reporting import Duty, due_day, ends_in, late_from, owing

Report = tuple[str, str, int]  # form, organisation, month


class State(StrEnum):
    """What became of a report."""

    ON_TIME = "on_time"
    LATE = "late"  # came after its deadline
    ENTERED_LATER = (
        "entered_later"  # came, but its deadline had passed before this installation took in anything
    )
    MISSING = "missing"  # the deadline is past and nothing came
    NOT_YET_DUE = "not_yet_due"  # nothing came yet, the deadline is to come
    EXTENDED = "extended"  # nothing came yet, and an extension runs
    NOT_EXPECTED = "not_expected"  # came, and was not owed


RECEIVED = frozenset({State.ON_TIME, State.LATE, State.ENTERED_LATER})
RUNNING = frozenset({State.NOT_YET_DUE, State.EXTENDED})


@dataclass(frozen=True, slots=True)
class Receipt:
    """A report that stands: when it first came, and what is in force of it now."""

    received_at: dt.datetime
    submission_id: int
    upload_id: int
    zero: bool
    warnings: int


@dataclass(frozen=True, slots=True)
class Extension:
    """A deadline put off for one report."""

    until: dt.date
    reason: str
    granted_by: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One report of the calendar. `areas` are the organisation and those whose totals it adds into in that month."""

    form: str
    organisation: str
    month: int
    areas: tuple[str, ...]
    state: State
    due: dt.date | None  # with the extension; None for what is not owed
    extension: Extension | None
    receipt: Receipt | None

    @property
    def days_late(self) -> int:
        """Days begun between the deadline and the receipt, 0 when in time."""
        if self.due is None or self.receipt is None or self.state is not State.LATE:
            return 0
        return (self.receipt.received_at - late_from(self.due)) // dt.timedelta(days=1) + 1


@dataclass(frozen=True, slots=True)
class Tally:
    """Reports counted. Every number but `not_expected` counts owed reports only."""

    expected: int = 0
    received: int = 0
    on_time: int = 0
    late: int = 0
    entered_later: int = 0
    missing: int = 0
    running: int = 0  # neither received nor overdue
    zero: int = 0  # of those received
    not_expected: int = 0

    @property
    def completeness(self) -> float | None:
        """Received of owed, None when nothing is owed."""
        return self.received / self.expected if self.expected else None

    @property
    def is_early(self) -> bool:
        """Whether reports are owed, and nothing has come and nothing is overdue yet."""
        return self.expected > 0 and not self.received and not self.missing

    @property
    def timed(self) -> int:
        """Owed reports of which it can be known whether they came in time."""
        return self.expected - self.entered_later

    @property
    def timeliness(self) -> float | None:
        """In time of those owed whose time of arrival can be known, None when there are none."""
        return self.on_time / self.timed if self.timed else None


def entries(
    duties: Iterable[Duty],
    months: Sequence[int],
    organisations: Organisations,
    rules: CalendarRules,
    receipts: Mapping[Report, Receipt],
    extensions: Mapping[Report, Extension],
    now: dt.datetime,
    since: dt.datetime | None = None,
) -> list[Entry]:
    """The calendar of the duties for the months: what is owed, and what came without being owed.

    `since` is when the installation took in its first file: of reports due before then nobody knows when they came.
    """
    senders: dict[tuple[str, int], set[str]] = defaultdict(set)
    for form, code, month in receipts:
        senders[form, month].add(code)
    found: list[Entry] = []
    for duty in duties:
        for month in (one for one in months if ends_in(duty, one)):
            day = None if duty.latest_hierarchy else last_day(month)
            usual = due_day(duty, month, rules)
            owed = {one.code for one in owing(duty, organisations, month, rules)}
            for code in sorted(owed | senders[duty.form, month]):
                report = (duty.form, code, month)
                areas = organisations.adds_into(code, day)
                receipt, extension = receipts.get(report), extensions.get(report)
                if code not in owed:
                    found.append(Entry(*report, areas, State.NOT_EXPECTED, None, extension, receipt))
                    continue
                due = max(usual, extension.until) if extension else usual
                state = _state(receipt, due, extension, now, since)
                found.append(Entry(*report, areas, state, due, extension, receipt))
    return found


def _state(
    receipt: Receipt | None,
    due: dt.date,
    extension: Extension | None,
    now: dt.datetime,
    since: dt.datetime | None,
) -> State:
    if receipt is not None:
        if receipt.received_at < late_from(due):
            return State.ON_TIME
        return State.ENTERED_LATER if since is not None and late_from(due) <= since else State.LATE
    if now >= late_from(due):
        return State.MISSING
    return State.EXTENDED if extension else State.NOT_YET_DUE


def tally(found: Iterable[Entry]) -> Tally:
    """Count entries, each once."""
    kept = list(found)
    states = Counter(one.state for one in kept)
    received = sum(states[one] for one in RECEIVED)
    zero = sum(one.receipt is not None and one.receipt.zero and one.state in RECEIVED for one in kept)
    return Tally(
        expected=len(kept) - states[State.NOT_EXPECTED],
        received=received,
        on_time=states[State.ON_TIME],
        late=states[State.LATE],
        entered_later=states[State.ENTERED_LATER],
        missing=states[State.MISSING],
        running=sum(states[one] for one in RUNNING),
        zero=zero,
        not_expected=states[State.NOT_EXPECTED],
    )


def tally_by_area(found: Iterable[Entry]) -> dict[str, Tally]:
    """Organisation or area → the tally of its own reports and of all below it, as the month's tree had them."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for one in found:
        for area in one.areas:
            groups[area].append(one)
    return {area: tally(group) for area, group in groups.items()}


def as_receipts(frame: pd.DataFrame) -> dict[Report, Receipt]:
    """Rows of `store.receipts.receipts` by report; of several spans that end together, the first that came."""
    found: dict[Report, Receipt] = {}
    rows: list[Any] = list(frame.itertuples(index=False))
    for row in rows:
        report = (row.form, row.organisation, row.month)
        receipt = Receipt(row.received_at, row.submission_id, row.upload_id, row.zero, row.warnings)
        if report not in found or receipt.received_at < found[report].received_at:
            found[report] = receipt
    return found


def as_extensions(frame: pd.DataFrame) -> dict[Report, Extension]:
    """Rows of `store.extending.extensions` in force, by report."""
    rows: list[Any] = list(frame.itertuples(index=False))
    return {
        (row.form, row.organisation, row.month): Extension(row.until, row.reason, row.granted_by)
        for row in rows
    }
