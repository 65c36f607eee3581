"""Personal identifiers in a workbook: national identity numbers and mobile numbers, wherever they stand.

Returns are counts, and case lists carry pseudonyms: such a number has no place in either. It is refused at its cell and
its digits are repeated nowhere, neither in an issue nor in a log; the file is then not kept.

Identity numbers: GB 11643-1999 (18 digits: area, date of birth, serial, check digit by ISO 7064 MOD 11-2) and its
forerunner of 15 digits. A number that Excel has kept as a number has lost its last digits: area and date must do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from loaders.issues import Issue
from loaders.workbook import Sheet
from loaders.xlsx_parts import Note

SHORTEST = 11  # digits of a mobile number
MOST_NAMED = 50  # cells named in one file
PREFIX = "person_"  # of the issues that forbid keeping the file: see Outcome.names_persons

# Area codes begin with the province: GB/T 2260.
_AREA = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}"
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_LONG = re.compile(rf"(?<!\d){_AREA}(?:18|19|20)\d\d{_DAY}\d{{3}}[\dX](?![\dA-Z])")
_SHORT = re.compile(rf"(?<!\d){_AREA}\d\d{_DAY}\d{{3}}(?!\d)")
_DAMAGED = re.compile(rf"{_AREA}(?:18|19|20)\d\d{_DAY}\d{{4}}")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"

# Full-width digits and letters, and what people put between the digits.
_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_BETWEEN = dict.fromkeys(map(ord, " \t\u00a0\u3000\u200b\u200c\u200d\ufeff-‐‑–—－._'’`"))


def find_persons(sheets: list[Sheet], name: str, notes: Sequence[Note] = ()) -> list[Issue]:
    """Issues for every cell, sheet name, note of a cell or file name that holds a person's number."""
    issues = [
        Issue(f"{PREFIX}{kind}", place) for place, text in _names(sheets, name) if (kind := kind_of(text))
    ]
    for note in notes:
        if kind := kind_of(note.text):
            issues.append(Issue(f"{PREFIX}{kind}_in_note", masked(note.sheet), note.cell))
            if len(issues) >= MOST_NAMED:
                return issues
    for sheet in sheets:
        for row, column, kind in _cells(sheet):
            issues.append(Issue(f"{PREFIX}{kind}", masked(sheet.name), sheet.address(row, column)))
            if len(issues) >= MOST_NAMED:
                return issues
    return issues


def _names(sheets: list[Sheet], name: str) -> Iterator[tuple[str, str]]:
    yield "", name
    for sheet in sheets:
        yield "", sheet.name


def _cells(sheet: Sheet) -> Iterator[tuple[int, int, str]]:
    for number, row in enumerate(sheet.rows):
        for column, raw in enumerate(row):
            # Nearly every cell is a short text or a small number: these are passed over without a look.
            own = raw.__class__
            if own is float or own is int:
                if raw >= 1e10 and (kind := _kind_of_number(raw)):
                    yield number, column, kind
            elif own is str and len(raw) >= SHORTEST and (kind := kind_of(raw)):
                yield number, column, kind


def kind_of(text: str) -> str:
    """`id`, `phone` or '' for a text."""
    if sum(map(str.isdigit, text)) < SHORTEST:
        return ""
    for plain in dict.fromkeys((_folded(text), _folded(text).translate(_BETWEEN))):
        if any(_checks(found.group()) for found in _LONG.finditer(plain)) or _SHORT.search(plain):
            return "id"
        if _MOBILE.search(plain):
            return "phone"
    return ""


def _folded(text: str) -> str:
    return text.translate(_FOLD).upper()


def _kind_of_number(raw: Any) -> str:
    if raw != raw or raw >= 1e18 or raw != int(raw):
        return ""
    digits = str(int(raw))
    if len(digits) == 18:
        return "id" if _DAMAGED.fullmatch(digits) else ""
    return kind_of(digits)


def _checks(number: str) -> bool:
    """Whether the last of 18 signs is the check digit of the others."""
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return _CHECK[total % 11] == number[17]


def masked(text: str) -> str:
    """A text with every digit covered when it holds a person's number; else as it is."""
    return re.sub(r"\d", "*", text) if kind_of(text) else text


def covered(issue: Issue) -> Issue:
    """An issue that repeats no person's number."""
    parameters = {
        key: masked(value) if isinstance(value, str) else value for key, value in issue.parameters.items()
    }
    return replace(issue, sheet=masked(issue.sheet), found=masked(issue.found), parameters=parameters)
