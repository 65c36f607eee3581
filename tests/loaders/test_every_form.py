"""What holds for every form: filled in, saved and read it gives the same values; one cell spoilt, one issue, there. Also after LibreOffice."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.forms import Form, load_forms
from loaders.intake import Desk, check_content
from loaders.outcome import Outcome
from loaders.template import TemplateRow, write_template
from loaders.template_plan import plan_for
from reference.registry import load_registry
from tests.loaders.sound import Values, period_of, sender_of, sound_cases, sound_values

Office = Callable[[Sequence[Path], str], list[Path]]
TODAY = dt.date(2026, 11, 20)
REGISTRY = load_registry()
FORMS = load_forms(REGISTRY)
DESK = Desk(REGISTRY, FORMS, TODAY)
CODES = sorted(FORMS.by_code)
RETURNS = [code for code in CODES if FORMS.get(code).editions[-1].layout != "cases"]
SPOILT = {"count": ("见备注", "not_a_number"), "amount": ("见备注", "not_a_number"), "code": ("甲乙丙丁", "not_in_list"), "date": ("某日", "not_a_date")}  # fmt: skip


def rows_of(form: Form, seed: int, most: int) -> list[TemplateRow]:
    sender = sender_of(form, REGISTRY)
    if form.editions[-1].layout == "cases":
        return sound_cases(REGISTRY, seed, sender)
    return [TemplateRow(sender, sound_values(form.editions[-1], REGISTRY, seed, most))]


def written(form: Form, rows: list[TemplateRow]) -> bytes:
    period, target = period_of(form), io.BytesIO()
    write_template(
        form, REGISTRY, target, on=period.last_day, organisation=sender_of(form, REGISTRY), period=period, rows=rows
    )  # fmt: skip
    return target.getvalue()


def told(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(one.code, one.cell, one.found) for one in outcome.issues]


def read(outcome: Outcome) -> dict[tuple[str, int, int], dict[tuple[str, str], tuple[int | None, str, str]]]:
    """What the file says, by organisation and period."""
    return {
        (one.organisation, one.first, one.last): {
            (reading.element, reading.category): (reading.value, reading.text, reading.note)
            for reading in one.readings
        }
        for one in outcome.returns
    }


def expected(form: Form, values: Values) -> dict[tuple[str, str], tuple[int | None, str]]:
    """As the values were given: numbers as numbers, codes, days and texts as texts."""
    return {key: (value, "") if isinstance(value, int) else (None, value) for key, value in values.items()}


@pytest.mark.parametrize("code", RETURNS)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), most=st.sampled_from([0, 3, 60, 900, 120_000]))
def test_what_is_filled_in_is_what_is_read(code: str, seed: int, most: int) -> None:
    form = FORMS.get(code)
    (row,) = rows_of(form, seed, most)
    outcome = check_content(written(form, [row]), f"{form.zh}.xlsx", DESK)
    assert told(outcome) == []
    ((place, found),) = read(outcome).items()
    period = period_of(form)
    assert place == (row.organisation, period.first, period.last)
    given_values = expected(form, dict(row.values))
    assert {key: found[key][:2] for key in given_values} == given_values


@pytest.mark.parametrize("code", CODES)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), choice=st.integers(0, 10**6))
def test_one_spoilt_cell_is_one_issue_there(code: str, seed: int, choice: int) -> None:
    form = FORMS.get(code)
    rows = rows_of(form, seed, 60)
    edition = form.editions[-1]
    elements = {one.element: REGISTRY.element(one.element) for one in edition.fields}
    plan = plan_for(edition, elements, len(rows))
    places = [
        (cell, SPOILT[elements[element].kind])
        for (row, element, category), cell in sorted(plan.slots.items())
        if elements[element].kind in SPOILT and (element, category) in rows[row].values
    ]
    cell, (text, issue) = places[choice % len(places)]
    book = openpyxl.load_workbook(io.BytesIO(written(form, rows)))
    book.worksheets[0][cell] = text
    target = io.BytesIO()
    book.save(target)
    outcome = check_content(target.getvalue(), f"{form.zh}.xlsx", DESK)
    assert told(outcome) == [(issue, cell, text)]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A workbook of each form, filled in and sound."""
    folder = tmp_path_factory.mktemp("filled")
    paths = {code: folder / f"{code}.xlsx" for code in CODES}
    for seed, (code, path) in enumerate(paths.items()):
        form = FORMS.get(code)
        path.write_bytes(written(form, rows_of(form, seed, 900)))
    return paths


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods", "csv"])
def test_the_same_after_another_program_has_saved_it(
    ending: str, filled: dict[str, Path], office_all: Office
) -> None:
    resaved = office_all(list(filled.values()), ending)
    for (code, path), other in zip(filled.items(), resaved, strict=True):
        before = check_content(path.read_bytes(), path.name, DESK)
        assert told(before) == [], code
        after = check_content(other.read_bytes(), other.name, DESK)
        assert told(after) == [], code
        assert read(after) == read(before), code


@pytest.mark.parametrize("code", CODES)
def test_a_blank_template_is_recognised_and_asks_for_figures(code: str) -> None:
    form, target = FORMS.get(code), io.BytesIO()
    write_template(form, REGISTRY, target, on=TODAY, organisation="", period=None)
    outcome = check_content(target.getvalue(), "空表.xlsx", DESK)
    assert [one.form for one in outcome.recognised] == [code]
    assert outcome.returns == ()
    assert outcome.issues


@pytest.mark.parametrize(("institutions", "asked"), [(3, [("required_missing", "childcare_staff")]), (0, [])])
def test_a_number_above_zero_asks_for_what_belongs_to_it(
    institutions: int, asked: list[tuple[str, str]]
) -> None:
    form = FORMS.get("childcare_quarterly")
    values: Values = {(one.element, ""): 0 for one in form.editions[-1].fields}
    values["childcare_institutions", ""] = institutions
    del values["childcare_staff", ""]
    outcome = check_content(written(form, [TemplateRow(sender_of(form, REGISTRY), values)]), "x.xlsx", DESK)
    assert [(one.code, one.parameters["element"]) for one in outcome.issues] == asked
