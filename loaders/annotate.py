"""The sender's own workbook back: faults coloured and commented in their cells, and a list of them in front.

The container is changed part by part, so that layout, formulas, pictures, merges, print settings and other sheets stay as
they were. Marks of an earlier return are removed first. A format that cannot be changed so comes back as a new .xlsx with
the same values at the same addresses, and says so.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from loaders.issues import Issue
from loaders.limits import DEFAULT, Limits
from loaders.marked_book import mark
from loaders.marks import inert, letters, places
from loaders.package import PackageError
from loaders.workbook import WorkbookError, read_workbook

_SUFFIX = {"zh": "审核结果", "en": "checked"}


class AnnotateError(Exception):
    """There is nothing to mark: the file could not be read, or must not be kept."""


@dataclass(frozen=True)
class Annotated:
    """A workbook to give back. `how`: marked (the sender's own) or converted (its values in a new .xlsx)."""

    content: bytes
    name: str
    how: str


def annotate(
    content: bytes, name: str, issues: Sequence[Issue], language: str = "zh", limits: Limits = DEFAULT
) -> Annotated:
    """Mark a workbook's faults; raises AnnotateError for a file that no program of ours can read or may give back."""
    if any(issue.code.startswith("person_") for issue in issues):
        raise AnnotateError("the file names persons and is not given back")
    stem = PurePath(name.replace("\\", "/")).name.rsplit(".", 1)[0] or "workbook"
    macros = name.lower().endswith(".xlsm")
    try:
        marked = mark(content, issues, language, limits)
        return Annotated(marked, f"{stem}-{_SUFFIX[language]}.{'xlsm' if macros else 'xlsx'}", "marked")
    except PackageError:
        pass
    converted = convert(content, name, limits)
    kind = PurePath(name).suffix or "?"
    note = {
        "zh": f"原文件是{kind}格式，不能在原件上标注：这是转换件，数值和单元格位置与原件相同，格式没有保留。",
        "en": f"The file is {kind}, which cannot be marked itself: this is a conversion with the same values at the same cells, without its formats.",
    }[language]
    named = [issue if issue.sheet else replace(issue, sheet=_only_name(converted)) for issue in issues]
    marked = mark(converted, named, language, limits, (note,))
    return Annotated(marked, f"{stem}-{_SUFFIX[language]}.xlsx", "converted")


def convert(content: bytes, name: str, limits: Limits = DEFAULT) -> bytes:
    """The values of any workbook that we read, in a new .xlsx at the same addresses; raises AnnotateError."""
    try:
        sheets = read_workbook(content, name, limits).sheets
    except WorkbookError as error:
        raise AnnotateError(error.issue.message("en")) from None
    book = openpyxl.Workbook(write_only=True)
    for sheet in sheets:
        target = book.create_sheet(_sheet_name(sheet.name))
        target.sheet_state = "hidden" if sheet.hidden and len(sheets) > 1 else "visible"
        for row in sheet.rows:
            target.append([_plain(target, raw) for raw in row])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def _plain(sheet: Any, raw: Any) -> Any:
    """A value that stays a value: text that begins with = is no formula."""
    if not isinstance(raw, str):
        return raw
    text = ILLEGAL_CHARACTERS_RE.sub("", inert(raw))
    cell = openpyxl.cell.WriteOnlyCell(sheet, text[:32_767])
    cell.data_type = "s"
    return cell


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", "_", name)[:31] or "报表"


def _only_name(content: bytes) -> str:
    return str(openpyxl.load_workbook(io.BytesIO(content), read_only=True).sheetnames[0])


def errors_only(
    content: bytes, name: str, issues: Sequence[Issue], language: str = "zh", limits: Limits = DEFAULT
) -> Annotated:
    """A small workbook with the faulty rows alone, under the rows above the table, each with its number; raises AnnotateError."""
    if any(issue.code.startswith("person_") for issue in issues):
        raise AnnotateError("the file names persons and is not given back")
    try:
        sheets = {sheet.name: sheet for sheet in read_workbook(content, name, limits).sheets}
    except WorkbookError as error:
        raise AnnotateError(error.issue.message("en")) from None
    book = openpyxl.Workbook(write_only=True)
    moved: list[Issue] = []
    for title, sheet in sheets.items():
        here = [issue for issue in issues if issue.sheet == title and places(issue.cell)]
        if not here:
            continue
        wanted = sorted({row for issue in here for row, _ in places(issue.cell) if row <= len(sheet.rows)})
        head = [row for row in range(1, min([*wanted, 13])) if row not in wanted]
        kept = {row: at for at, row in enumerate([*head, *wanted], 1)}
        target = book.create_sheet(_sheet_name(title))
        for row in kept:
            target.append(
                [
                    f"{'行' if language == 'zh' else 'row '}{row}",
                    *(_plain(target, raw) for raw in sheet.rows[row - 1]),
                ]
            )
        moved += [replace(issue, sheet=_sheet_name(title), cell=_moved(issue.cell, kept)) for issue in here]
    others = [issue for issue in issues if not places(issue.cell)]
    if not book.worksheets:
        book.create_sheet("报表")
    saved = io.BytesIO()
    book.save(saved)
    stem = PurePath(name.replace("\\", "/")).name.rsplit(".", 1)[0] or "workbook"
    ending = {"zh": "问题行", "en": "faulty-rows"}[language]
    return Annotated(
        mark(saved.getvalue(), [*others, *moved], language, limits), f"{stem}-{ending}.xlsx", "converted"
    )


def _moved(cell: str, kept: dict[int, int]) -> str:
    """Addresses in the copy, where a column with the row's number stands in front."""
    return "+".join(f"{letters(column)}{kept[row]}" for row, column in places(cell) if row in kept)
