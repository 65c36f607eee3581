"""Drawing a plan as a workbook: styles, merged headers, validation, protection, printing, and the sheet of instructions."""

from __future__ import annotations

import io
import math
from collections import defaultdict
from collections.abc import Mapping
from copy import copy

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from loaders.forms import Edition, Form
from loaders.template_plan import HEADER_TOP, Block, Plan, address
from reference.data_elements import DataElement

FACE = "Microsoft YaHei"
COLUMNS_A_PAGE = 16  # more columns than this are printed on several pages, keys repeated
LONGEST_LIST = 255  # characters that a spreadsheet takes as a list of choices
_LINE = Side(style="thin", color="B7BDC6")
_GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_PART = Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)
_OPEN = Protection(locked=False)
_SHADE = PatternFill("solid", fgColor="E8EEF4")
_FONTS = {
    "header": Font(name=FACE, size=10, bold=True),
    "unit": Font(name=FACE, size=9, color="5B6472"),
    "mark": Font(name=FACE, size=9, color="5B6472"),
    "label": Font(name=FACE, size=10),
    "item": Font(name=FACE, size=10, color="5B6472"),
}
_HINT = Font(name=FACE, size=9, italic=True, color="8A93A0")
_INPUT = Font(name=FACE, size=10)


def build(form: Form, edition: Edition, plan: Plan, elements: Mapping[str, DataElement]) -> bytes:
    """The blank workbook of an edition."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = form.zh[:31]
    book.properties.creator, book.properties.title = "", form.zh
    _title_block(sheet, form, edition, plan)
    for block in plan.blocks:
        _print(sheet, block)
    _header_heights(sheet, plan)
    _inputs(sheet, plan, elements)
    _foot(sheet, plan)
    _page(sheet, plan)
    _instructions(book.create_sheet("填表说明"), edition, elements)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _title_block(sheet: Worksheet, form: Form, edition: Edition, plan: Plan) -> None:
    sheet[plan.title].font = Font(name=FACE, size=15, bold=True)
    sheet[plan.title].alignment = Alignment(vertical="center")
    sheet.row_dimensions[1].height = 28
    sheet["A2"] = f"表号：{form.code}/{edition.code}"
    sheet["A2"].font = _FONTS["item"]
    for cell in (sheet[plan.sender], sheet[plan.period]):
        cell.font, cell.protection = _INPUT, _OPEN


def _print(sheet: Worksheet, block: Block) -> None:
    """A printed text with its merge; every merged cell carries the border."""
    for row in range(block.row, block.last_row + 1):
        for column in range(block.column, block.last_column + 1):
            sheet.cell(row, column).border = _GRID
    cell = sheet.cell(block.row, block.column)
    cell.value = block.text or None
    cell.font = _FONTS[block.kind]
    cell.alignment = _CENTRE
    if block.kind == "label":
        cell.alignment = _PART if block.text.startswith("其中") else _LEFT
    if block.kind in ("header", "unit", "mark"):
        cell.fill = _SHADE
    if (block.last_row, block.last_column) != (block.row, block.column):
        sheet.merge_cells(
            start_row=block.row,
            start_column=block.column,
            end_row=block.last_row,
            end_column=block.last_column,
        )


def _header_heights(sheet: Worksheet, plan: Plan) -> None:
    """Rows high enough for the wrapped headers in them: a Chinese character is about two units wide."""
    for block in (one for one in plan.blocks if one.kind == "header"):
        width = sum(plan.widths.get(column, 11) for column in range(block.column, block.last_column + 1))
        lines = math.ceil(2.2 * len(block.text) / width)
        height = max(15.0, 15.0 * lines / (block.last_row - block.row + 1))
        for row in range(block.row, block.last_row + 1):
            sheet.row_dimensions[row].height = max(sheet.row_dimensions[row].height or 0, height)


def _inputs(sheet: Worksheet, plan: Plan, elements: Mapping[str, DataElement]) -> None:
    """Style and open the cells to fill in, and say what each takes."""
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    rules: dict[str, DataValidation | None] = {}
    for (_, code, _), place in plan.slots.items():
        element, cell = elements[code], sheet[place]
        cell.font, cell.border, cell.protection = _INPUT, _GRID, _OPEN
        cell.alignment = Alignment(horizontal="right" if element.kind in ("count", "amount") else "left")
        cell.number_format = {"date": "yyyy-mm-dd", "text": "@", "code": "@"}.get(element.kind, "General")
        kind = code if element.kind == "code" else element.kind
        rules.setdefault(kind, _rule(element))
        places[kind].append((cell.column, cell.row))
    for place in plan.hints.values():
        # Locked, and grey: to look at, not to fill in.
        sheet[place].font, sheet[place].border = _HINT, _GRID
        sheet[place].alignment = Alignment(horizontal="right")
    for pair in plan.keys.values():
        for place in filter(None, pair):
            header = sheet[place].row == HEADER_TOP
            sheet[place].font = _FONTS["header"] if header else _INPUT
            sheet[place].protection, sheet[place].number_format = _OPEN, "@"
            sheet[place].border, sheet[place].alignment = _GRID, _CENTRE if header else _LEFT
    for kind, rule in rules.items():
        if rule:
            rule.sqref = MultiCellRange(_runs(places[kind]))
            sheet.add_data_validation(rule)


def _runs(places: list[tuple[int, int]]) -> str:
    """Cells, as (column, row), as ranges of neighbours in a column: thousands of single cells make slow workbooks."""
    runs: list[list[int]] = []
    for column, row in sorted(places):
        if runs and runs[-1][0] == column and runs[-1][2] == row - 1:
            runs[-1][2] = row
        else:
            runs.append([column, row, row])
    return " ".join(f"{address(first, column)}:{address(last, column)}" for column, first, last in runs)


def _rule(element: DataElement) -> DataValidation | None:
    """What a cell of the element takes; notes such as — pass after a question, which a plain refusal would not let them."""
    if element.kind in ("count", "amount"):
        return DataValidation(
            type="whole" if element.kind == "count" else "decimal",
            operator="greaterThanOrEqual",
            formula1="-2",
            allow_blank=True,
            showErrorMessage=True,
            errorStyle="warning",
            errorTitle="请核对",
            error="应填不小于0的数；未开展填-2，无数据填—。仍要保留所填内容吗？",
        )
    if element.kind == "date":
        return DataValidation(
            type="date",
            operator="greaterThan",
            formula1="36526",
            allow_blank=True,
            showErrorMessage=True,
            errorTitle="请核对",
            error="请填日期，如2026-03-01。",
        )
    choices = ",".join(names[0] for names in element.code_list.values())
    if element.kind == "code" and len(choices) <= LONGEST_LIST:
        return DataValidation(
            type="list",
            formula1=f'"{choices}"',
            allow_blank=True,
            showErrorMessage=True,
            errorTitle="请核对",
            error="请从列表中选择。",
        )
    return None


def _foot(sheet: Worksheet, plan: Plan) -> None:
    """Who filled it in, in the first columns below the table."""
    for offset, text in enumerate(("填表人：", "审核人：", "单位负责人：", "填报日期：")):
        cell = sheet.cell(plan.bottom + 1 + offset, 1, text)
        cell.font, cell.protection = _INPUT, _OPEN


def _page(sheet: Worksheet, plan: Plan) -> None:
    """Frozen headers, column widths, protection without a password, A4 landscape with repeated headers."""
    for column in range(1, plan.width + 1):
        sheet.column_dimensions[get_column_letter(column)].width = plan.widths.get(column, 11)
    below, right = plan.header_bottom + 1, plan.key_columns + 1
    sheet.freeze_panes = address(below, right)
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth = math.ceil(plan.width / COLUMNS_A_PAGE)
    sheet.page_setup.fitToHeight = 0
    sheet.print_title_rows = f"{HEADER_TOP}:{plan.header_bottom}"
    if plan.width > COLUMNS_A_PAGE:
        sheet.print_title_cols = f"A:{get_column_letter(plan.key_columns)}"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"


def _instructions(sheet: Worksheet, edition: Edition, elements: Mapping[str, DataElement]) -> None:
    """How to fill the form in, what the terms mean, and which checks the sender can expect."""
    lines: list[tuple[str, str]] = [("填表说明", ""), *_GENERAL]
    hints = [(elements[one.element].zh, one.hint) for one in edition.fields if one.hint]
    if hints:
        lines += [("", ""), ("指标解释", ""), *hints]
    if edition.checks:
        lines += [("", ""), ("审核关系", "")]
        lines += [("须满足" if one.severity == "error" else "提示", one.zh) for one in edition.checks]
    for row, (left, right) in enumerate(lines, 1):
        heading = bool(left) and not right
        for column, text in enumerate((left, right), 1):
            cell = sheet.cell(row, column, text or None)
            cell.font = copy(_FONTS["header"] if heading else _INPUT)
            cell.alignment = Alignment(vertical="top", wrap_text=not heading)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 84
    sheet.protection.sheet = True
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0


_GENERAL = (
    ("零与空", "确实为零填0；没有数据不要填0。空着表示未填。"),
    ("未开展", "本机构或本地区未开展该项服务，填-2。"),
    ("无法统计", "无法统计的填—，并在报送时说明。"),
    ("数字", "只填数字，不带单位，不用“万”；每人每次按指标解释计数。"),
    ("表头", "请勿增删行列或改动表头；可调整行高列宽。"),
    ("更正", "发现差错，改正后重新报送同一机构同一报告期的表，以最后一次为准，以前的各次仍保留。"),
)
