"""The sender's own workbook back: every fault in its own cell, and nothing else changed."""

from __future__ import annotations

import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import Cell
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from python_calamine import CalamineWorkbook

from loaders.annotate import Annotated, AnnotateError, annotate, convert, errors_only
from loaders.forms import load_forms
from loaders.intake import Desk, check_content
from loaders.issue_list import FIRST, NAMES
from loaders.issues import Issue
from loaders.marks import COLOURS, OPENING, places
from loaders.template import TemplateRow, write_template
from reference import periods
from reference.registry import Registry
from tests.workbooks.containers import with_parts

Office = Callable[[Path, str], Path]
WORDS = {"name_zh": "活产数", "name_en": "Live births"}


def fault(sheet: str, cell: str, code: str = "not_a_number", found: str = "约30") -> Issue:
    return Issue(code, sheet, cell, found, WORDS)


def rich() -> Workbook:
    """A workbook with everything that rewriting tends to lose."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "月报"
    for row in (
        ["项目", "本月", "累计"],
        ["活产数", 12, "=B2*2"],
        ["产妇数", "约30", 40],
        ["备注", None, None],
    ):
        sheet.append(row)
    sheet["B2"].fill = PatternFill("solid", fgColor="FF00FF00")
    sheet["B2"].font, sheet["B2"].number_format = Font(bold=True, color="FF0000FF"), "#,##0"
    sheet["C3"].comment = Comment("院办核对过", "张")
    sheet.merge_cells("A6:C7")
    sheet["A6"] = "注：本表含双胎"
    sheet.column_dimensions["B"].width, sheet.row_dimensions[2].height = 33.5, 41
    sheet.print_area, sheet.print_title_rows, sheet.freeze_panes = "A1:C9", "1:1", "B2"
    sheet.page_setup.orientation, sheet.oddFooter.center.text = "landscape", "第 &P 页"
    sheet.conditional_formatting.add(
        "B2:B3", CellIsRule(operator="lessThan", formula=["0"], font=Font(bold=True))
    )
    rule = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0")
    rule.add("B2:B9")
    sheet.add_data_validation(rule)
    sheet.auto_filter.ref = "A1:C3"
    other = book.create_sheet("第二张")
    other["A1"], other["B1"] = "=月报!B2", 7
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    other.add_chart(chart, "D4")
    hidden = book.create_sheet("隐藏")
    hidden["A1"], hidden.sheet_state = "x", "hidden"
    book.defined_names["总数"] = DefinedName("总数", attr_text="月报!$B$2")
    return book


def saved(book: Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def opened(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def substance(book: Workbook, leave_out: Sequence[str] = ()) -> dict[str, object]:
    """Everything of the sender's that must not change, by sheet."""
    found: dict[str, object] = {}
    for sheet in book.worksheets:
        if sheet.title in leave_out:
            continue
        found[sheet.title] = {
            "cells": {
                cell.coordinate: (
                    cell.value,
                    cell.number_format,
                    cell.font.b,
                    cell.font.color and cell.font.color.rgb,
                )
                for row in sheet.iter_rows()
                for cell in row
                if isinstance(cell, Cell) and cell.value is not None
            },
            "merges": sorted(map(str, sheet.merged_cells.ranges)),
            "widths": {key: one.width for key, one in sheet.column_dimensions.items()},
            "heights": {key: one.height for key, one in sheet.row_dimensions.items() if one.height},
            "print": (
                sheet.print_area,
                sheet.print_title_rows,
                sheet.page_setup.orientation,
                sheet.oddFooter.center.text,
            ),
            "frozen": sheet.freeze_panes,
            "rules": [
                (str(one.sqref), one.type, one.formula1) for one in sheet.data_validations.dataValidation
            ],
            "formats": [str(one.sqref) for one in sheet.conditional_formatting],
            "filter": sheet.auto_filter.ref,
            "charts": len(sheet._charts),
            "state": sheet.sheet_state,
        }
    return found


def marked_cells(book: Workbook, sheet: str) -> dict[str, str]:
    """Cell → colour, for cells in one of our colours."""
    return {
        cell.coordinate: cell.fill.fgColor.rgb
        for row in book[sheet].iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb in COLOURS.values()
    }


def notes(book: Workbook, sheet: str) -> dict[str, str]:
    return {
        cell.coordinate: cell.comment.text for row in book[sheet].iter_rows() for cell in row if cell.comment
    }


ISSUES = [
    fault("月报", "B3"),
    fault("月报", "B2", "parts_differ", "12"),
    fault("月报", "C3", "header_misspelt", "40"),
    fault("月报", "E12", "required_missing", ""),
    fault("月报", "B7"),
    Issue("period_missing", "月报", "", "", {"label": "报告期"}),
]


def test_faults_are_marked_and_everything_else_is_as_it_was() -> None:
    before = opened(saved(rich()))
    given = annotate(saved(rich()), "月报.xlsx", ISSUES)
    assert (given.how, given.name) == ("marked", "月报-审核结果.xlsx")
    after = opened(given.content)
    assert after.sheetnames == ["审核问题", "月报", "第二张", "隐藏"]
    assert substance(after, ["审核问题"]) == substance(before)
    red, amber = COLOURS["error"], COLOURS["warning"]
    # B7 lies under the merge A6:C7, whose upper left cell is what is seen.
    assert marked_cells(after, "月报") == {"B3": red, "B2": red, "C3": amber, "E12": red, "A6": red}
    said = notes(after, "月报")
    assert set(said) == {"B3", "B2", "C3", "E12", "A6"}
    assert said["C3"].startswith("院办核对过\n" + OPENING)
    assert all(OPENING in text for text in said.values())
    assert after["月报"]["B2"].font.b
    assert after.defined_names["总数"].attr_text == "月报!$B$2"
    assert after.active.title == "审核问题"


def test_the_list_leads_to_each_cell() -> None:
    book = opened(annotate(saved(rich()), "月报.xlsx", ISSUES).content)
    sheet = book["审核问题"]
    rows = [[cell.value for cell in row[:7]] for row in sheet.iter_rows(min_row=FIRST)]
    assert [row[2] for row in rows] == [None, "B3", "B2", "E12", "B7", "C3"]
    assert rows[1][:4] == ["须改", "月报", "B3", "约30"]
    assert [sheet.cell(FIRST + at, 3).hyperlink.location for at in range(1, 4)] == [
        "'月报'!B3",
        "'月报'!B2",
        "'月报'!E12",
    ]
    assert sheet.freeze_panes == f"A{FIRST}"
    assert sheet.auto_filter.ref == f"A{FIRST - 1}:G{FIRST + len(ISSUES) - 1}"


def test_marks_of_an_earlier_return_are_taken_out() -> None:
    once = annotate(saved(rich()), "月报.xlsx", ISSUES).content
    again = opened(annotate(once, "月报.xlsx", [fault("月报", "B3")]).content)
    assert again.sheetnames == ["审核问题", "月报", "第二张", "隐藏"]
    assert marked_cells(again, "月报") == {"B3": COLOURS["error"]}
    assert again["月报"]["B2"].fill.fgColor.rgb == "FF00FF00"
    assert notes(again, "月报").keys() == {"B3", "C3"}
    assert notes(again, "月报")["C3"] == "院办核对过"
    assert substance(again, ["审核问题"]) == substance(opened(saved(rich())))


def test_marking_twice_is_marking_once() -> None:
    once = annotate(saved(rich()), "月报.xlsx", ISSUES).content
    twice = annotate(once, "月报.xlsx", ISSUES).content
    first, second = opened(once), opened(twice)
    assert marked_cells(first, "月报") == marked_cells(second, "月报")
    assert notes(first, "月报") == notes(second, "月报")
    assert substance(first) == substance(second)


def test_marks_survive_another_program_and_are_still_known(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "标注.xlsx"
    path.write_bytes(annotate(saved(rich()), "月报.xlsx", ISSUES).content)
    resaved = office(path, "xlsx").read_bytes()
    assert marked_cells(opened(resaved), "月报").keys() >= {"B3", "B2", "C3", "E12"}
    again = opened(annotate(resaved, "月报.xlsx", [fault("月报", "B3")]).content)
    assert again.sheetnames.count("审核问题") == 1
    assert marked_cells(again, "月报") == {"B3": COLOURS["error"]}
    assert OPENING not in notes(again, "月报")["C3"]


def prefixed(name: str, part: bytes) -> bytes:
    """A sheet whose elements carry a prefix, as some programs write it."""
    if not name.startswith("xl/worksheets/sheet1.xml"):
        return part
    part = re.sub(rb"<(/?)(?!\?)([A-Za-z])", rb"<\1x:\2", part)
    return part.replace(b"xmlns=", b"xmlns:x=", 1)


def test_prefixed_elements() -> None:
    given = annotate(with_parts(saved(rich()), prefixed), "月报.xlsx", ISSUES)
    assert given.how == "marked"
    assert marked_cells(opened(given.content), "月报").keys() == {"B3", "B2", "C3", "E12", "A6"}


def without_places(name: str, part: bytes) -> bytes:
    """Rows and cells that leave out where they stand."""
    return re.sub(rb'<(row|c) r="[^"]+"', rb"<\1", part) if name == "xl/worksheets/sheet1.xml" else part


def test_cells_that_do_not_say_where_they_stand() -> None:
    given = annotate(with_parts(saved(rich()), without_places), "月报.xlsx", [fault("月报", "B3")])
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(given.content)).get_sheet_by_name("月报")
    assert sheet.to_python()[2][1] == "约30"


def test_macros_are_passed_on_untouched() -> None:
    macro = b"\xd0\xcf\x11\xe0 not really a macro"
    target = io.BytesIO(saved(rich()))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/vbaProject.bin", macro)
    given = annotate(target.getvalue(), "月报.xlsm", ISSUES)
    assert given.name.endswith(".xlsm")
    assert zipfile.ZipFile(io.BytesIO(given.content)).read("xl/vbaProject.bin") == macro


@pytest.mark.parametrize("ending", ["xls", "ods", "csv"])
def test_other_formats_come_back_converted_and_say_so(ending: str, office: Office, tmp_path: Path) -> None:
    path = tmp_path / "月报.xlsx"
    path.write_bytes(saved(rich()))
    content = office(path, ending).read_bytes()
    sheet = "" if ending == "csv" else "月报"
    given = annotate(content, f"月报.{ending}", [fault(sheet, "B3")])
    assert given.how == "converted"
    book = opened(given.content)
    shown = "报表" if ending == "csv" else "月报"
    assert book[shown]["B3"].value == "约30"
    assert str(book[shown]["B2"].value) == "12"
    assert marked_cells(book, shown) == {"B3": COLOURS["error"]}
    assert f".{ending}" in str(book["审核问题"]["A2"].value)


def test_text_stays_text() -> None:
    evil = ["=1+1", "+1", "@SUM(A1)", "-1", '=HYPERLINK("http://x","y")', "</t><script>"]
    content = ("报表\n" + "\n".join(evil)).encode()
    issues = [fault("", f"A{row}", found=text) for row, text in enumerate(evil, 2)]
    for back in (annotate(content, "x.csv", issues), errors_only(content, "x.csv", issues)):
        for sheet in opened(back.content).worksheets:
            for row in sheet.iter_rows():
                assert all(cell.data_type != "f" for cell in row)


def test_faulty_rows_alone() -> None:
    book = rich()
    for row in range(20, 60):
        book["月报"].cell(row, 1, f"第{row}项")
    given = errors_only(saved(book), "月报.xlsx", [fault("月报", "B45"), fault("月报", "B50")])
    sheet = opened(given.content)["月报"]
    shown = [[cell.value for cell in row[:2]] for row in sheet.iter_rows(min_row=13)]
    assert shown == [["第45行", "第45项"], ["第50行", "第50项"]]
    assert marked_cells(opened(given.content), "月报").keys() == {"C13", "C14"}


@pytest.mark.parametrize("make", [annotate, errors_only])
def test_nothing_is_given_back_of_files_that_name_persons_or_cannot_be_read(
    make: Callable[[bytes, str, Sequence[Issue]], Annotated],
) -> None:
    with pytest.raises(AnnotateError):
        make(saved(rich()), "x.xlsx", [Issue("person_id", "月报", "B3")])
    with pytest.raises(AnnotateError):
        make(b"PK\x03\x04 broken", "x.xlsx", [Issue("damaged")])


def test_what_an_issue_names() -> None:
    assert places("C7") == [(7, 3)]
    assert places("C7+AD9") == [(7, 3), (9, 30)]
    assert places("C7…F7") == [(7, 3), (7, 6)]
    assert places("A9:A11") == [(9, 1), (10, 1), (11, 1)]
    assert places("A1:XFD1048576") == [(1, 1), (1048576, 16384)]
    assert places("") == []


cells = st.tuples(st.integers(1, 40), st.integers(1, 12))


@settings(max_examples=40, deadline=None)
@given(
    filled=st.dictionaries(
        cells, st.one_of(st.integers(-5, 10**6), st.text("数据abc=<&\"'", max_size=9)), max_size=40
    ),
    wrong=st.lists(cells, max_size=12, unique=True),
    commented=st.lists(cells, max_size=5, unique=True),
    seed=st.integers(0, 999),
)
def test_exactly_the_named_cells_change(
    filled: dict[tuple[int, int], object],
    wrong: list[tuple[int, int]],
    commented: list[tuple[int, int]],
    seed: int,
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表"
    for (row, column), value in filled.items():
        cell = sheet.cell(row, column)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
    for row, column in commented:
        sheet.cell(row, column).comment = Comment("本院意见", "x")
    content = saved(book)
    draw = random.Random(seed)
    issues = [
        fault("表", sheet.cell(*place).coordinate, draw.choice(["not_a_number", "header_misspelt"]))
        for place in wrong
    ]
    once = annotate(content, "x.xlsx", issues).content
    before, after = opened(content), opened(once)
    assert substance(after, [NAMES["zh"]]) == substance(before)
    assert marked_cells(after, "表").keys() == {issue.cell for issue in issues}
    said = notes(after, "表")
    assert {cell for cell, text in said.items() if OPENING in text} == {issue.cell for issue in issues}
    assert {cell for cell, text in said.items() if "本院意见" in text} == {
        sheet.cell(*place).coordinate for place in commented
    }
    assert notes(opened(annotate(once, "x.xlsx", []).content), "表") == dict.fromkeys(
        (sheet.cell(*place).coordinate for place in commented), "本院意见"
    )


@pytest.fixture(scope="module")
def desk(registry: Registry) -> Desk:
    return Desk(registry, load_forms(registry), today=dt.date(2026, 11, 20))


def return_with(desk: Desk, **values: int | str) -> bytes:
    form, target = desk.forms.get("delivery_institution_monthly"), io.BytesIO()
    sound = {"live_births": 10, "live_births_male": 5, "live_births_female": 5, "live_births_unknown_sex": 0}
    contents: dict[tuple[str, str], int | str] = {
        (code, ""): value for code, value in {**sound, "parturient_women": 10, **values}.items()
    }
    write_template(
        form, desk.registry, target, on=dt.date(2026, 10, 31), organisation="MCH520102",
        period=periods.parse("2026-10"), rows=[TemplateRow("MCH520102", contents)],
    )  # fmt: skip
    return target.getvalue()


def test_a_marked_return_that_was_mended_is_accepted(desk: Desk) -> None:
    outcome = check_content(return_with(desk, live_births=11), "月报.xlsx", desk)
    (issue,) = (one for one in outcome.issues if one.code == "check_failed")
    book = opened(annotate(return_with(desk, live_births=11), "月报.xlsx", outcome.issues).content)
    book["助产机构月报"][issue.cell] = 10
    again = check_content(saved(book), "月报.xlsx", desk)
    assert again.issues == ()
    assert len(again.returns) == 1


def test_an_explained_check_is_accepted_where_its_rule_allows_it(desk: Desk) -> None:
    content = return_with(desk, severe_maternal_cases=1, severe_maternal_rescued=2)
    outcome = check_content(content, "月报.xlsx", desk)
    assert [(one.code, one.severity) for one in outcome.issues] == [("check_failed", "error")]
    book = opened(annotate(content, "月报.xlsx", outcome.issues).content)
    book["审核问题"].cell(FIRST, 7).value = "一例上月收治，本月出院"
    again = check_content(saved(book), "月报.xlsx", desk)
    assert [(one.code, one.severity) for one in again.issues] == [("check_explained", "warning")]
    assert "一例上月收治" in again.issues[0].message()
    # What was written stays in the list when the file is marked once more.
    kept = opened(annotate(saved(book), "月报.xlsx", again.issues).content)
    assert kept["审核问题"].cell(FIRST, 7).value == "一例上月收治，本月出院"


def test_an_explanation_helps_no_rule_that_allows_none(desk: Desk) -> None:
    content = return_with(desk, live_births=11)
    outcome = check_content(content, "月报.xlsx", desk)
    book = opened(annotate(content, "月报.xlsx", outcome.issues).content)
    book["审核问题"].cell(FIRST, 7).value = "就是这样"
    assert [one.severity for one in check_content(saved(book), "月报.xlsx", desk).issues] == ["error"]


def test_conversion_keeps_addresses() -> None:
    sheet = opened(convert(b"a,,3\n,=5,\n", "x.csv"))["报表"]
    assert (sheet["A1"].value, sheet["C1"].value, sheet["B2"].value) == ("a", "3", "=5")
