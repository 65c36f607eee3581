"""The sender's own workbook back: faults coloured and commented in their cells, and a list of them in front.

The container is changed part by part, so that layout, formulas, pictures, merges, print settings and other sheets stay as
they were. Marks of an earlier return are removed first. A format that cannot be changed so comes back as a new .xlsx with
the same values at the same addresses, and says so.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import xlsxwriter

from loaders.issue_list import is_issue_list
from loaders.issues import Issue
from loaders.limits import DEFAULT, Limits
from loaders.marked_book import mark
from loaders.marks import inert, letters, places
from loaders.package import PackageError
from loaders.workbook import Sheet, WorkbookError, read_workbook

HEAD = 12  # rows above the table that the copy of faulty rows repeats
LONGEST_TEXT = 32_767  # characters of a cell
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
    _refuse_persons(issues)
    stem = _stem(name)
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
    named = [replace(issue, sheet=_sheet_name(issue.sheet)) if issue.cell else issue for issue in issues]
    marked = mark(converted, named, language, limits, (note,))
    return Annotated(marked, f"{stem}-{_SUFFIX[language]}.xlsx", "converted")


def convert(content: bytes, name: str, limits: Limits = DEFAULT) -> bytes:
    """The values of any workbook that we read, in a new .xlsx at the same addresses; raises AnnotateError."""
    sheets = _read(content, name, limits)
    several = len(sheets) > 1
    return _written([(sheet.name, sheet.hidden and several, sheet.rows) for sheet in sheets])


def errors_only(
    content: bytes, name: str, issues: Sequence[Issue], language: str = "zh", limits: Limits = DEFAULT
) -> Annotated:
    """A small workbook with the faulty rows alone, under the rows above the table, each with its number; raises AnnotateError."""
    _refuse_persons(issues)
    copied: list[tuple[str, bool, list[list[Any]]]] = []
    moved = [issue for issue in issues if not places(issue.cell)]
    for sheet in _read(content, name, limits):
        here = [issue for issue in issues if issue.sheet == sheet.name and places(issue.cell)]
        if not here:
            continue
        wanted = sorted({row for issue in here for row, _ in places(issue.cell) if row <= len(sheet.rows)})
        head = [row for row in range(1, min([*wanted, HEAD + 1])) if row not in wanted]
        kept = {row: at for at, row in enumerate([*head, *wanted], 1)}
        said = {"zh": "第{row}行", "en": "row {row}"}[language]
        copied.append((sheet.name, False, [[said.format(row=row), *sheet.rows[row - 1]] for row in kept]))
        title = _sheet_name(sheet.name)
        moved += [replace(issue, sheet=title, cell=_moved(issue.cell, kept)) for issue in here]
    ending = {"zh": "问题行", "en": "faulty-rows"}[language]
    marked = mark(_written(copied or [("", False, [])]), moved, language, limits)
    return Annotated(marked, f"{_stem(name)}-{ending}.xlsx", "converted")


def _moved(cell: str, kept: dict[int, int]) -> str:
    """Addresses in the copy, where a column with the row's number stands in front."""
    return "+".join(f"{letters(column + 1)}{kept[row]}" for row, column in places(cell) if row in kept)


def _refuse_persons(issues: Sequence[Issue]) -> None:
    if any(issue.code.startswith("person_") for issue in issues):
        raise AnnotateError("the file names persons and is not given back")


def _read(content: bytes, name: str, limits: Limits) -> list[Sheet]:
    try:
        sheets = read_workbook(content, name, limits).sheets
    except WorkbookError as error:
        raise AnnotateError(error.issue.message("en")) from None
    return [sheet for sheet in sheets if not is_issue_list(sheet)]


def _written(sheets: Sequence[tuple[str, bool, list[list[Any]]]]) -> bytes:
    """A workbook of plain values, made in memory: (name, hidden, rows). Text stays text, whatever it begins with."""
    saved = io.BytesIO()
    with xlsxwriter.Workbook(saved, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, hidden, rows in sheets:
            target = book.add_worksheet(_sheet_name(name))
            if hidden:
                target.hide()
            for row, cells in enumerate(rows):
                for column, raw in enumerate(cells):
                    _write(target, row, column, raw, day)
    return saved.getvalue()


def _write(sheet: Any, row: int, column: int, raw: Any, day: Any) -> None:
    if raw is None or raw == "":
        return
    if isinstance(raw, bool):
        sheet.write_boolean(row, column, raw)
    elif isinstance(raw, dt.date):
        sheet.write_datetime(row, column, raw, day)
    elif isinstance(raw, int | float):
        sheet.write_number(row, column, raw)
    else:
        sheet.write_string(row, column, inert(str(raw))[:LONGEST_TEXT])


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", "_", name).strip("'")[:31] or "报表"


def _stem(name: str) -> str:
    return PurePath(name.replace("\\", "/")).name.rsplit(".", 1)[0] or "workbook"
