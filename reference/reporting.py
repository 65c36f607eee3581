"""Who owes which report and by when: the duties that expectations, completeness and timeliness are counted from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from reference.calendar import NO_EXCEPTIONS, CalendarRules
from reference.organisations import Organisation, Organisations
from reference.periods import last_day

CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Duty:
    """One form's duty: which organisations (by level or kind) owe it, how often, and which elements it brings on which basis."""

    form: str
    tree: str
    basis: str
    frequency: str  # month | quarter | year | change
    reported_by: tuple[str, ...]
    due_days: int
    latest_hierarchy: bool
    elements: frozenset[str]
    since: dt.date | None = (
        None  # collection begins on this day: reports that end before it are owed by nobody
    )
    zh: str = ""  # the form's name, as people call it
    en: str = ""

    @property
    def span(self) -> int:
        """Months that one report covers; 0 when it is sent on change only."""
        return {"month": 1, "quarter": 3, "year": 12}.get(self.frequency, 0)

    def owed_by(self, organisation: Organisation) -> bool:
        """Whether organisations of this level or kind owe the form."""
        return organisation.tree == self.tree and (
            organisation.level in self.reported_by or organisation.kind in self.reported_by
        )


def owing(
    duty: Duty, organisations: Organisations, month: int, rules: CalendarRules = NO_EXCEPTIONS
) -> tuple[Organisation, ...]:
    """The organisations that owe the duty's report for the month (yyyymm).

    Nobody before the form's collection begins; then those open on the month's last day, or today's where the form says
    so, less those released from the form.
    """
    on = last_day(month)
    if duty.since is not None and on < duty.since:
        return ()
    found = (organisations.get(one.code, None if duty.latest_hierarchy else on) for one in organisations.all)
    return tuple(
        one
        for one in found
        if duty.owed_by(one)
        and (one.valid_to is None if duty.latest_hierarchy else one.exists(on))
        and not rules.is_released(duty.form, one.code, month)
    )


def ends_in(duty: Duty, month: int) -> bool:
    """Whether a report of the duty ends with the month: every month, the third of a quarter, the year's last."""
    return duty.span > 0 and month % 100 % duty.span == 0


def due_day(duty: Duty, month: int, rules: CalendarRules = NO_EXCEPTIONS) -> dt.date:
    """The last day on which the report that ends with the month is in time, for everybody who has no extension."""
    moved = rules.moved_deadline(duty.form, month)
    if moved is not None:
        return moved.due
    due = last_day(month) + dt.timedelta(days=rules.days(duty.form, month, duty.due_days))
    holiday = rules.holiday(duty.tree, due)
    return holiday.due if holiday else due


def late_from(due: dt.date) -> dt.datetime:
    """The first moment that is late: the midnight in China that ends the due day."""
    return dt.datetime.combine(due + dt.timedelta(days=1), dt.time(), CHINA)


def duties_for(duties: Iterable[Duty], tree: str, basis: str, elements: Iterable[str]) -> tuple[Duty, ...]:
    """The duties of a tree and basis that bring any of the elements."""
    wanted = set(elements)
    return tuple(
        duty for duty in duties if duty.tree == tree and duty.basis == basis and duty.elements & wanted
    )
