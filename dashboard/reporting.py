"""Which reports were due from an area and which came, form by form and month by month."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.visit import Visit
from reference.organisations import Organisations
from reference.periods import month_range
from reference.reporting import Duty, owing


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


def expected(duty: Duty, organisations: Organisations, area: str, month: int) -> int:
    """How many organisations in the area owe the form's report that ends in the month."""
    if not duty.span or month % 100 % duty.span:
        return 0
    last = month_range(month, month).last_day
    return sum(area in organisations.adds_into(one.code, last) for one in owing(duty, organisations, month))


def calendar(visit: Visit, area: str, first: int, last: int) -> Calendar:
    """The reports of an area from one month to another."""
    months = month_range(first, last).months
    frame = visit.answers.reports([area], first, last)
    received = {
        (str(form), int(month)): int(count)
        for form, month, count in zip(frame["form"], frame["month"], frame["received"], strict=True)
    }
    lines = []
    for duty in visit.workspace.forms.duties:
        if duty.tree != visit.view.tree.code or not duty.span:
            continue
        due = [expected(duty, visit.registry.organisations, area, month) for month in months]
        if not any(due):
            continue
        form = visit.workspace.forms.get(duty.form)
        cells = tuple(
            (received.get((duty.form, month), 0), count) for month, count in zip(months, due, strict=True)
        )
        lines.append(Line(duty.form, visit.texts.pick(form.zh, form.en), cells))
    return Calendar(months, tuple(lines))
