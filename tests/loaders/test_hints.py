"""Last period's values stand beside the cells to fill in, locked, and are never taken for this period's."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest

from loaders.forms import load_forms
from loaders.intake import Desk, check_content
from loaders.template import TemplateRow, write_template
from reference.registry import load_registry
from tests.loaders.sound import period_of, sender_of, sound_values

REGISTRY = load_registry()
FORMS = load_forms(REGISTRY)
DESK = Desk(REGISTRY, FORMS, dt.date(2026, 11, 20))
CODES = [
    code for code, form in sorted(FORMS.by_code.items())
    if form.editions[-1].layout in ("organisations_in_rows", "elements_in_rows")
]  # fmt: skip


def workbook(code: str, now: TemplateRow | None, before: TemplateRow) -> bytes:
    form, target = FORMS.get(code), io.BytesIO()
    period = period_of(form)
    write_template(
        form, REGISTRY, target, on=period.last_day, organisation=sender_of(form, REGISTRY), period=period,
        rows=[now] if now else [], before=[before],
    )  # fmt: skip
    return target.getvalue()


@pytest.mark.parametrize("code", CODES)
def test_hints_are_seen_and_not_read(code: str) -> None:
    form = FORMS.get(code)
    edition, sender = form.editions[-1], sender_of(form, REGISTRY)
    now = TemplateRow(sender, sound_values(edition, REGISTRY, 1, 60))
    before = TemplateRow(sender, sound_values(edition, REGISTRY, 2, 60))
    outcome = check_content(workbook(code, now, before), "x.xlsx", DESK)
    assert [(one.code, one.cell, one.found) for one in outcome.issues] == []
    (returned,) = outcome.returns
    found = {
        (one.element, one.category): one.value if one.value is not None else one.text
        for one in returned.readings
    }
    assert {key: found[key] for key in now.values} == dict(now.values)


@pytest.mark.parametrize("code", CODES)
def test_a_form_with_hints_alone_is_a_blank_form(code: str) -> None:
    form = FORMS.get(code)
    before = TemplateRow(sender_of(form, REGISTRY), sound_values(form.editions[-1], REGISTRY, 2, 60))
    outcome = check_content(workbook(code, None, before), "x.xlsx", DESK)
    assert outcome.returns == ()
    assert outcome.issues


def test_hints_are_locked_and_say_what_they_are() -> None:
    sender = "520102"
    before = TemplateRow(sender, {("live_births", ""): 321, ("live_births", "registered"): 300})
    sheet = openpyxl.load_workbook(io.BytesIO(workbook("county_monthly", None, before))).worksheets[0]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert cells[321].protection.locked
    assert cells[321].row == next(cell.row for cell in sheet["B"] if cell.value == "活产数")
    assert sheet.cell(5, cells[321].column).value == "上期（参考）"
