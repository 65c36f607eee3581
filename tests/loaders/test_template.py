"""Templates: what is written comes back unchanged through the reader, and what must not be typed over is locked."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook

from loaders.forms import Forms, load_forms
from loaders.intake import Desk, check_content
from loaders.template import TemplateRow, write_template
from reference import periods
from reference.registry import Registry
from tests.loaders.sound import sound_values

OCTOBER = periods.parse("2026年10月")
LAST_DAY = dt.date(2026, 10, 31)
TODAY = dt.date(2026, 11, 20)
SENDERS = {"delivery_institution_monthly": "MCH520102", "county_monthly": "520102"}
Values = Mapping[tuple[str, str], int | str]


@pytest.fixture(scope="module")
def forms(registry: Registry) -> Forms:
    return load_forms(registry)


@pytest.fixture(scope="module")
def desk(registry: Registry, forms: Forms) -> Desk:
    return Desk(registry, forms, today=TODAY)


def written(
    desk: Desk,
    code: str,
    rows: list[TemplateRow],
    period: periods.Period | None = OCTOBER,
    organisation: str = "",
) -> bytes:
    target = io.BytesIO()
    write_template(
        desk.forms.get(code),
        desk.registry,
        target,
        on=LAST_DAY,
        organisation=organisation,
        period=period,
        rows=rows,
    )
    return target.getvalue()


def opened(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.mark.parametrize("code", SENDERS)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), most=st.sampled_from([0, 3, 60, 900, 120_000]))
def test_sound_figures_come_back_unchanged_and_without_issues(
    desk: Desk, code: str, seed: int, most: int
) -> None:
    values = sound_values(desk.forms.get(code).edition(LAST_DAY), desk.registry, seed, most)
    outcome = check_content(written(desk, code, [TemplateRow(SENDERS[code], values)]), "月报.xlsx", desk)
    assert [(issue.code, issue.cell) for issue in outcome.issues] == []
    (returned,) = outcome.returns
    assert (returned.form, returned.organisation, returned.first, returned.last) == (
        code,
        SENDERS[code],
        202610,
        202610,
    )
    assert {(one.element, one.category): one.value for one in returned.readings} == values


def test_notes_on_missing_figures_come_back_as_notes(desk: Desk) -> None:
    values = dict(
        sound_values(desk.forms.get("delivery_institution_monthly").edition(LAST_DAY), desk.registry, 1, 60)
    )
    told: Values = values | {("labour_analgesia", ""): -2, ("birth_certificates_issued", ""): "—"}
    outcome = check_content(
        written(desk, "delivery_institution_monthly", [TemplateRow("MCH520102", told)]), "x.xlsx", desk
    )
    (returned,) = outcome.returns
    notes = {one.element: (one.value, one.note) for one in returned.readings if one.value is None}
    assert notes == {
        "labour_analgesia": (None, "not_offered"),
        "birth_certificates_issued": (None, "dash"),
    }


def test_several_institutions_share_a_workbook(desk: Desk) -> None:
    edition = desk.forms.get("delivery_institution_monthly").edition(LAST_DAY)
    rows = [
        TemplateRow(code, sound_values(edition, desk.registry, seed, 80))
        for seed, code in enumerate(("MCH520102", "MCH520103"))
    ]
    outcome = check_content(
        written(desk, "delivery_institution_monthly", rows, organisation="520100"), "x.xlsx", desk
    )
    births = {
        one.organisation: reading.value
        for one in outcome.returns
        for reading in one.readings
        if reading.element == "live_births"
    }
    assert births == {row.organisation: row.values["live_births", ""] for row in rows}


def test_a_grade_is_printed_in_words_and_read_as_its_code(desk: Desk) -> None:
    grade: Values = {
        ("grade_level", ""): 3,
        ("grade_class", ""): "A",
        ("grade_status", ""): "graded",
        ("grade_valid_from", ""): "2024-03-01",
        ("grade_valid_to", ""): "2028-02-29",
        ("grade_document", ""): "示例〔2024〕3号",
    }
    content = written(desk, "grade_register", [TemplateRow("MCH520102", grade)])
    sheet = opened(content).worksheets[0]
    printed = [cell.value for row in sheet.iter_rows(min_row=8) for cell in row if cell.value is not None]
    for expected in ("三级", "甲等", "已评定", dt.datetime(2024, 3, 1), dt.datetime(2028, 2, 29)):
        assert expected in printed
    outcome = check_content(content, "x.xlsx", desk)
    (returned,) = outcome.returns
    texts = {one.element: one.text for one in returned.readings if one.text}
    assert texts == {element: str(value) for (element, _), value in grade.items()}


def test_the_indian_matrix_gives_the_live_births_of_a_year(desk: Desk) -> None:
    # State totals of April 2020 to March 2021, public and private: 334,986 boys and 319,011 girls, together 653,997.
    values: Values = {
        ("live_births_male", ""): 334_986,
        ("live_births_male", "public"): 146_540,
        ("live_births_male", "private"): 188_446,
        ("live_births_female", ""): 319_011,
        ("live_births_female", "public"): 138_648,
        ("live_births_female", "private"): 180_363,
    }
    content = written(
        desk, "hmis_data_itemwise", [TemplateRow("IN-AP-GUNTUR", values)], periods.parse("2020-04..2021-03")
    )
    outcome = check_content(content, "x.xlsx", desk)
    (returned,) = outcome.returns
    births = {one.category: one.value for one in returned.readings if one.element == "live_births"}
    assert (returned.organisation, returned.first, returned.last) == ("IN-AP-GUNTUR", 202004, 202103)
    assert (births[""], births["public"], births["private"]) == (653_997, 285_188, 368_809)


@pytest.mark.parametrize(
    "code", ["delivery_institution_monthly", "county_monthly", "grade_register", "hmis_data_itemwise"]
)
def test_a_blank_template_is_recognised_and_asks_for_figures(desk: Desk, code: str) -> None:
    outcome = check_content(written(desk, code, [], None), "空表.xlsx", desk)
    assert [one.form for one in outcome.recognised] == [code]
    assert outcome.returns == ()
    assert outcome.issues


def test_the_same_figures_give_the_same_bytes(desk: Desk) -> None:
    row = TemplateRow("520102", {("live_births", "registered"): 12})
    other = TemplateRow("520102", {("live_births", "registered"): 13})
    first = written(desk, "county_monthly", [row])
    assert first == written(desk, "county_monthly", [row])
    assert first != written(desk, "county_monthly", [other])


def test_a_figure_the_form_does_not_ask_for_is_refused(desk: Desk) -> None:
    with pytest.raises(KeyError):
        written(desk, "county_monthly", [TemplateRow("520102", {("grade_level", ""): 3})])


def test_only_cells_to_fill_in_are_open(desk: Desk) -> None:
    sheet = opened(written(desk, "county_monthly", [], organisation="520102")).worksheets[0]
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    row = next(row for row in sheet.iter_rows(min_col=2, max_col=6) if row[0].value == "产妇数")
    assert [cell.protection.locked for cell in row] == [True, True, False, False, False]
    assert sheet["A2"].protection.locked
    assert not sheet["A3"].protection.locked


def test_headers_are_merged_both_ways_and_stay_in_sight(desk: Desk) -> None:
    sheet = opened(written(desk, "delivery_institution_monthly", [], organisation="MCH520102")).worksheets[0]
    merged = {sheet.cell(one.min_row, one.min_col).value: one.size for one in sheet.merged_cells.ranges}
    # 活产数 has ten columns below it; 阴道分娩 stands one row lower over three; 机构代码 goes through three rows and the units.
    assert merged["活产数"] == {"columns": 10, "rows": 1}
    assert merged["阴道分娩"] == {"columns": 3, "rows": 1}
    assert merged["机构代码"] == {"columns": 1, "rows": 4}
    assert sheet.freeze_panes == "C10"
    assert sheet.print_title_rows == "$5:$9"


def test_cells_say_what_they_take(desk: Desk) -> None:
    sheet = opened(written(desk, "grade_register", [], organisation="520100")).worksheets[0]
    lists = {rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert '"三级,二级,一级,未定级"' in lists
    counts = opened(written(desk, "county_monthly", [], organisation="520102")).worksheets[0].data_validations
    (rule,) = counts.dataValidation
    assert (rule.type, rule.operator, rule.formula1, rule.errorStyle) == (
        "whole",
        "greaterThanOrEqual",
        "-2",
        "warning",
    )


def test_a_prefecture_gets_the_institutions_below_it(desk: Desk) -> None:
    sheet = opened(written(desk, "grade_register", [], organisation="520100")).worksheets[0]
    names = {cell.value for cell in sheet["B"]}
    assert {"南明区妇幼保健院", "清镇市妇幼保健院"} <= names
    assert not any("遵义" in str(name) for name in names)


def test_instructions_state_terms_and_checks(desk: Desk) -> None:
    book = opened(written(desk, "county_monthly", [], organisation="520102"))
    sheet = book["填表说明"]
    lines = [(row[0].value, row[1].value) for row in sheet.iter_rows(max_col=2)]
    assert ("须满足", "孕产妇中重度贫血人数≤贫血人数") in lines
    assert ("孕早期产前检查人数", "孕13周前") in lines
    asked = next(text for left, text in lines if left == "提示" and "产前筛查人数" in text)
    assert asked.startswith("产前筛查人数多于产妇数")


def test_a_path_is_written_to(desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "月报.xlsx"
    write_template(
        desk.forms.get("county_monthly"), desk.registry, target, on=LAST_DAY, organisation="520102"
    )
    assert openpyxl.load_workbook(target).worksheets[0]["A3"].value == "填报单位：南明区（520102）"
