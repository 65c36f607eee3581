"""The made-up grade register: one workbook for all institutions in the window's first month and every January."""

from __future__ import annotations

import datetime as dt

from loaders.template import TemplateRow
from reference.organisations import Organisation
from reference.periods import month_period
from reference.registry import Registry
from synthetic.truth import Truth, Window

LASTS_UNTIL = dt.date(2028, 6, 30)
YEARS = 4  # a review is valid for four years


def register_rows(truth: Truth, registry: Registry, window: Window, month: int) -> list[TemplateRow]:
    """The rows of the month's register; none in months without one."""
    if month != window.first and month % 100 != 1:
        return []
    institutions = [one for one in registry.organisations.at_level("institution") if one.kind == "mch"]
    on = month_period(month).last_day
    return [_row(truth, one, on) for one in institutions if one.code not in truth.grades.not_on_record]


def _row(truth: Truth, institution: Organisation, on: dt.date) -> TemplateRow:
    grades = truth.grades
    code = institution.code
    level, grade_class = (
        ("3", "A") if code in grades.level3 else ("2", "B") if code in grades.below else ("2", "A")
    )
    if institution.parent[2:] == "0000" or institution.parent[4:] == "00":
        # A prefecture's institution below its target is level two class A: good, and not enough.
        level, grade_class = ("3", "A") if code in grades.level3 else ("2", "A")
    until = grades.expiring.get(code) or grades.expired.get(code) or LASTS_UNTIL
    since = until.replace(year=until.year - YEARS) + dt.timedelta(days=1)
    while since > on:
        # Before the present grade began an earlier one of the same kind was in force.
        until, since = since - dt.timedelta(days=1), since.replace(year=since.year - YEARS)
    values = {
        "grade_level": level,
        "grade_class": grade_class,
        "grade_status": "graded",
        "grade_valid_from": since.isoformat(),
        "grade_valid_to": until.isoformat(),
        "grade_document": f"合成〔{since.year}〕{int(code[3:]) % 1000}号",
    }
    return TemplateRow(code, {(element, ""): value for element, value in values.items()})
