"""The sender's own workbook back: faults coloured and commented in their cells, and a list of them in front.

The container is changed part by part, so that layout, formulas, pictures, merges, print settings and other sheets stay as
they were. Marks of an earlier return are removed first. A format that cannot be changed so comes back as a new .xlsx with
the same values at the same addresses, and says so.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import xlsxwriter

from loaders.issue_list import is_issue_list
from loaders.issues import Issue
from loaders.limits import DEFAULT, Limits
from loaders.machine import is_machines
from loaders.marked_book import mark
from loaders.marks import inert, letters, places
from loaders.package import PackageError
from loaders.workbook import Sheet, WorkbookError, read_workbook

log = logging.getLogger("mch.loaders")
HEAD = 12  # rows above the table that the copy of faulty rows repeats
NO_NAME = "报表"  # the sheet of a file whose format names none
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
    except Exception as error:
        if is_machines(error):
            raise
        # Parts that follow no rule can fail anywhere: the sender still gets the values marked, and we the reason.
        log.exception("marking in place failed")
    sheets = _read(content, name, limits)
    titles = _titles(sheets)
    kind = PurePath(name).suffix or "?"
    note = {
        "zh": f"原文件是{kind}格式，不能在原件上标注：这是转换件，数值和单元格位置与原件相同，格式没有保留。",
        "en": f"The file is {kind}, which cannot be marked itself: this is a conversion with the same values at the same cells, without its formats.",
    }[language]
    named = [replace(issue, sheet=titles.get(issue.sheet, issue.sheet)) for issue in issues]
    marked = mark(_whole(sheets, titles), named, language, limits, (note,))
    ending = {"zh": f"（由{kind.lstrip('.')}转换）", "en": f" (converted from {kind.lstrip('.')})"}[language]
    return Annotated(marked, f"{stem}-{_SUFFIX[language]}{ending}.xlsx", "converted")


def convert(content: bytes, name: str, limits: Limits = DEFAULT) -> bytes:
    """The values of any workbook that we read, in a new .xlsx at the same addresses; raises AnnotateError."""
    sheets = _read(content, name, limits)
    return _whole(sheets, _titles(sheets))


def _whole(sheets: Sequence[Sheet], titles: Mapping[str, str]) -> bytes:
    several = len(sheets) > 1
    return _written([(titles[sheet.name], sheet.hidden and several, sheet.rows) for sheet in sheets])


def errors_only(
    content: bytes, name: str, issues: Sequence[Issue], language: str = "zh", limits: Limits = DEFAULT
) -> Annotated:
    """A small workbook with the faulty rows alone, under the rows above the table, each with its number; raises AnnotateError."""
    _refuse_persons(issues)
    copied: list[tuple[str, bool, list[list[Any]]]] = []
    moved = [issue for issue in issues if not places(issue.cell)]
    sheets = _read(content, name, limits)
    titles = _titles(sheets)
    for sheet in sheets:
        here = [issue for issue in issues if issue.sheet == sheet.name and places(issue.cell)]
        if not here:
            continue
        wanted = {row for issue in here for row, _ in places(issue.cell)}
        kept = {row: at for at, row in enumerate(sorted(wanted | set(_head(sheet, min(wanted)))), 1)}
        said = {"zh": "第{row}行", "en": "row {row}"}[language]
        rows = [[said.format(row=row), *_row(sheet, row)] for row in kept]
        copied.append((titles[sheet.name], False, rows))
        moved += [replace(issue, sheet=titles[sheet.name], cell=_moved(issue.cell, kept)) for issue in here]
    ending = {"zh": "问题行", "en": "faulty-rows"}[language]
    marked = mark(_written(copied or [(NO_NAME, False, [])]), moved, language, limits)
    return Annotated(marked, f"{_stem(name)}-{ending}.xlsx", "converted")


def _row(sheet: Sheet, row: int) -> list[Any]:
    """A row's cells, counted from 1; a missing value may lie below the last row that is filled in."""
    return sheet.rows[row - 1] if row <= len(sheet.rows) else []


def _head(sheet: Sheet, first: int) -> list[int]:
    """The rows of title and headings: those near the top that stand before the first faulty row or hold no number."""
    top = range(1, min(HEAD, len(sheet.rows)) + 1)
    return [
        row for row in top if row < first or not any(isinstance(one, int | float) for one in _row(sheet, row))
    ]


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
    except MemoryError:
        raise
    except Exception as error:
        if is_machines(error):
            raise
        log.exception("reading failed")
        raise AnnotateError("the file cannot be read") from error
    return [sheet for sheet in sheets if not is_issue_list(sheet)]


def _written(sheets: Sequence[tuple[str, bool, list[list[Any]]]]) -> bytes:
    """A workbook of plain values, made in memory: (title, hidden, rows). Text stays text, whatever it begins with."""
    saved = io.BytesIO()
    with xlsxwriter.Workbook(saved, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, hidden, rows in sheets:
            target = book.add_worksheet(name)
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
    elif isinstance(raw, dt.date) and raw.year > 1900:  # a spreadsheet's days begin there
        sheet.write_datetime(row, column, raw, day)
    elif isinstance(raw, int | float) and math.isfinite(raw):
        sheet.write_number(row, column, raw)
    else:
        sheet.write_string(row, column, inert(str(raw))[:LONGEST_TEXT])


def _titles(sheets: Sequence[Sheet]) -> dict[str, str]:
    """Each sheet's name → a name that an .xlsx allows and no other sheet of it has."""
    titles: dict[str, str] = {}
    for sheet in sheets:
        plain = re.sub(r"[\[\]:*?/\\]", "_", inert(sheet.name)).strip("'")[:31] or NO_NAME
        taken, title, number = {one.casefold() for one in titles.values()}, plain, 2
        while title.casefold() in taken:
            title, number = f"{plain[:26]} ({number})", number + 1
        titles[sheet.name] = title
    return titles


def _stem(name: str) -> str:
    return PurePath(name.replace("\\", "/")).name.rsplit(".", 1)[0] or "workbook"
