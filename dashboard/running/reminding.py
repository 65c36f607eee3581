"""Whom to remind of what, on a day: reports soon due, reports overdue, and counties that stand out at the month's end.

Each thing is said once for each step (five days before, one day before …), however often this is asked.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from dashboard.calendar import read_calendar
from dashboard.running.notices import DUE_SOON, FLAGS, OVERDUE, OVERDUE_BELOW
from dashboard.workspace import Workspace
from indicators.flags import find_flags
from indicators.reporting import RUNNING, Entry, State
from reference.periods import month_add, month_of, month_range, rolling_year
from reference.reporting import CHINA, late_from
from store import reading
from store.messages import Message
from store.receipts import first_arrival

LONGEST = 45  # days after its deadline that a report is still reminded of


def reminders(workspace: Workspace, now: dt.datetime) -> list[Message]:
    """Everything that is to be said of reports at a moment; what was said before is among it."""
    today = now.astimezone(CHINA).date()
    since = first_arrival(workspace.store)
    span = month_range(month_add(month_of(today), -14), month_of(today))
    found: list[Message] = []
    below: Counter[tuple[str, str, int, dt.date, int]] = Counter()
    duties = [duty for duty in workspace.forms.duties if duty.span]
    for entry in read_calendar(workspace, duties, span, now):
        if entry.due is None:
            continue
        if entry.state in RUNNING:
            found += _soon(workspace, entry, today)
        elif entry.state is State.MISSING and since is not None and late_from(entry.due) > since:
            step = _step_after(workspace, (today - entry.due).days)
            if step is not None:
                found.append(_said(OVERDUE, entry, step))
                for area in _areas_told(workspace, entry):
                    below[area, entry.form, entry.month, entry.due, step] += 1
    found += [
        Message(f"{OVERDUE_BELOW}/{step}/{form}/{area}/{month}", OVERDUE_BELOW,
                {"form": form, "month": month, "due": due.isoformat(), "count": count}, area)
        for (area, form, month, due, step), count in below.items()
    ]  # fmt: skip
    return found


def _soon(workspace: Workspace, entry: Entry, today: dt.date) -> Iterator[Message]:
    assert entry.due is not None
    left = (entry.due - today).days
    steps = [step for step in sorted(workspace.settings.remind_days_before) if step >= left]
    if left >= 0 and steps:
        yield _said(DUE_SOON, entry, steps[0])


def _step_after(workspace: Workspace, days: int) -> int | None:
    """The last step that has been reached; none before the first, or when it was too long ago."""
    steps = [step for step in workspace.settings.remind_days_after if step <= days]
    return max(steps) if steps and days <= LONGEST else None


def _said(kind: str, entry: Entry, step: int) -> Message:
    assert entry.due is not None
    key = f"{kind}/{step}/{entry.form}/{entry.organisation}/{entry.month}/{entry.due}"
    parameters = {"form": entry.form, "month": entry.month, "due": entry.due.isoformat()}
    return Message(key, kind, parameters, entry.organisation)


def _areas_told(workspace: Workspace, entry: Entry) -> list[str]:
    """The areas above that are told: not the root, whose calendar shows everything."""
    roots = {tree.root for tree in workspace.registry.trees.values()}
    return [area for area in entry.areas if area != entry.organisation and area not in roots]


def month_end(workspace: Workspace, now: dt.datetime) -> list[Message]:
    """What stands out in the months up to the last one that is over: one message a county, from the notice day on."""
    today = now.astimezone(CHINA).date()
    month = month_add(month_of(today), -1)
    if today.day < workspace.settings.flags_notice_day:
        return []
    found: list[Message] = []
    for tree in workspace.registry.trees.values():
        span = reading.months(workspace.store, tree.code)
        if span is None or not span[0] <= month <= span[1]:
            continue
        areas = [one.code for one in workspace.registry.organisations.descendants(tree.root) if one.is_area]
        flags = find_flags(workspace.context, areas, rolling_year(month))
        for code, count in Counter(flag.organisation for flag in flags).items():
            key = f"{FLAGS}/{code}/{month}"
            found.append(Message(key, FLAGS, {"month": month, "count": count}, code))
    return found
