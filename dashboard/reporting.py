"""Which reports were due from an area and which came, form by form and month by month."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.visit import Visit
from reference.periods import month_range


@dataclass(frozen=True)
class Line:
    """One form: received and expected for each month."""

    form: str
    name: str
    cells: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Calendar:
    """The months shown and a line for each form that anybody here owes."""

    months: tuple[int, ...]
    lines: tuple[Line, ...]


def calendar(visit: Visit, area: str, first: int, last: int) -> Calendar:
    """The reports of an area from one month to another."""
    months = month_range(first, last).months
    frame = visit.answers.reports([area], first, last)
    received = {
        (str(form), int(month)): int(count)
        for form, month, count in zip(frame["form"], frame["month"], frame["received"], strict=True)
    }
    context = visit.workspace.context
    lines = []
    for duty in visit.workspace.forms.duties:
        if duty.tree != visit.view.tree.code or not duty.span:
            continue
        # A quarter's report is due for the month that the quarter ends with.
        due = [0 if month % 100 % duty.span else context.owed(duty, month)[area] for month in months]
        if not any(due):
            continue
        form = visit.workspace.forms.get(duty.form)
        cells = tuple(
            (received.get((duty.form, month), 0), count) for month, count in zip(months, due, strict=True)
        )
        lines.append(Line(duty.form, visit.texts.pick(form.zh, form.en), cells))
    return Calendar(months, tuple(lines))
