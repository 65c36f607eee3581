"""Where the header of a table stands whose rows are organisations: its key columns, its depth, and tables beside each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from loaders.matching import REMEMBERED, Labels, is_foot, numbers_columns, words
from loaders.recognise import Found
from loaders.row_keys import ENTIRE, KEY_COLUMNS, MOST_BESIDE
from loaders.tidy import read_number, text_of
from loaders.workbook import Sheet

MONTH_WORDS = {
    "月份",
    "年月",
    "统计年月",
    "统计月份",
    "报告月份",
    "报表月份",
    "填报年月",
    "月",
    "季度",
    "month",
    "period",
}
_NUMBERING = ("序号", "编号")
HEADER_SEARCH = 40  # rows in which the header must begin
DEEPEST_HEADER = 6
FEWEST_ALONE = 3  # columns that the form must know where no key column stands beside them
FEWEST_KNOWN = 2  # columns that the form must know beside a key column whose wording it does not
_WHO = re.compile(
    r".{0,6}(机构|单位|医院|中心|地区|区域|辖区|区划|区县|县区|县市区|市县区?|区市县|市州|州市|区|县|市|乡镇|乡镇街道|街道|乡|镇)(名称?)?"
)
IsKey = Callable[[str, set[str], int, Sequence[int]], bool]


@dataclass(frozen=True)
class Header:
    """Where the header stands: its first and last row, and the key columns (None when missing).

    Its table reaches from `left` to the column before `end`: another may stand beside it.
    """

    top: int
    bottom: int
    code: int | None
    name: int | None
    left: int = 0
    end: int = ENTIRE
    of_months: bool = False  # the key column holds months: all rows are one organisation's

    @property
    def key(self) -> int:
        """The column that says whose a row is; the first where none does."""
        return next((one for one in (self.name, self.code) if one is not None), 0)


def find_header(found: Found, labels: Labels) -> Header | None:
    """The header block: it begins where a key column's wording stands and ends above the first row with a key.

    A wording that the form does not know (救治中心名称, 区县) must say that it names organisations, and more of the form's
    columns must stand beside it.
    """
    key, known = ("header", found.form.code, found.edition.code), found.sheet.known
    if key not in known:
        known[key] = (
            _find_header(found, labels, _is_known_key)
            or _find_likely_header(found, labels)
            or _above_a_single_row(found, labels)
        )
    header: Header | None = known[key]
    return header


def _find_likely_header(found: Found, labels: Labels) -> Header | None:
    if header := _find_header(found, labels, _is_likely_key):
        return header
    top = found.sheet.rows[found.sheet.first : found.sheet.first + HEADER_SEARCH]
    if not any(
        raw.__class__ is str and words(raw) in MONTH_WORDS for row in top for raw in row[:KEY_COLUMNS]
    ):
        return None
    header = _find_header(found, labels, _is_month_key)
    return replace(header, of_months=True) if header else None


def _above_a_single_row(found: Found, labels: Labels) -> Header | None:
    """A header of the form's columns alone, over one row of numbers: it is the sender's, and needs no name."""
    sheet = found.sheet
    if found.edition.layout != "organisations_in_rows":
        return None
    for row in range(sheet.first, min(sheet.first + HEADER_SEARCH, len(sheet.rows))):
        texts = [words(raw) for raw in sheet.rows[row] if text_of(raw)]
        known = [labels.find([text], fuzzy=False) for text in texts]
        # A column that is not known might say whose the row is, or which month's.
        if len(texts) < FEWEST_ALONE or not all(known):
            continue
        below = [
            cells
            for cells in sheet.rows[row + 1 :]
            if any(read_number(raw).value is not None for raw in cells)
        ]
        filled = [next(text for raw in cells if (text := text_of(raw))) for cells in below]
        counted = [cells for cells, first in zip(below, filled, strict=True)
                   if not is_foot(first) and not numbers_columns(cells, first)]  # fmt: skip
        if len(counted) != 1 or any(
            text_of(raw) and not text_of(sheet.spread(row, column)) for column, raw in enumerate(counted[0])
        ):
            return None  # what stands under no header might say whose it is
        return Header(row, _bottom(sheet, row, 0), None, None)
    return None


def lies_across(found: Found, labels: Labels) -> bool:
    """Whether a form that prints its elements as rows lies here the other way: organisations as rows, elements as columns."""
    if found.edition.layout != "elements_in_rows":
        return False
    header = _find_likely_header(found, labels)
    return header is not None and not _says_elements(found, header)


def _says_elements(found: Found, header: Header) -> bool:
    names = {words(one) for one in found.edition.label_header}
    cells = found.sheet.rows[header.top]
    return any(isinstance(raw, str) and words(raw) in names for raw in cells)


def _find_header(found: Found, labels: Labels, is_key: IsKey) -> Header | None:
    sheet, edition = found.sheet, found.edition
    names, codes = {words(one) for one in edition.name_header}, {words(one) for one in edition.code_header}
    for row in range(sheet.first, min(sheet.first + HEADER_SEARCH, len(sheet.rows))):
        keys = [words(raw) if isinstance(raw, str) else "" for raw in sheet.rows[row]]
        code = next((column for column, key in enumerate(keys) if key and key in codes), None)
        # Nearly every row has no such word: it is passed over before more of it is looked at.
        if code is None and not any(map(_WORDED[is_key], keys)) and names.isdisjoint(keys):
            continue
        known = [column for column, key in enumerate(keys) if key and labels.find([key], fuzzy=False)]
        below = _known_below(sheet, row, labels)
        likely = [
            column for column, key in enumerate(keys) if key and is_key(key, names, column, [*known, *below])
        ]
        # 市州 before 县区: the nearest to the numbers says whose they are.
        name = (likely[0] if is_key is _is_known_key else likely[-1]) if likely else None
        # A title block may hold the same words (机构名称：…); a header row also has columns that the form knows.
        if (name is not None or code is not None) and (known or below):
            return Header(row, _bottom(sheet, row, name if name is not None else code), code, name)
    return None


def _is_known_key(key: str, names: set[str], column: int, known: Sequence[int]) -> bool:
    return key in names


def _is_likely_key(key: str, names: set[str], column: int, known: Sequence[int]) -> bool:
    return len(set(known)) >= FEWEST_KNOWN and column < min(known) and bool(_WHO.fullmatch(key))


def _is_month_key(key: str, names: set[str], column: int, known: Sequence[int]) -> bool:
    return len(set(known)) >= FEWEST_KNOWN and column < min(known) and key in MONTH_WORDS


def _nobody(key: str) -> bool:
    return False


_WORDED: Mapping[IsKey, Callable[[str], object]] = {
    _is_known_key: _nobody,
    _is_likely_key: lru_cache(maxsize=REMEMBERED)(_WHO.fullmatch),
    _is_month_key: MONTH_WORDS.__contains__,
}


def _known_below(sheet: Sheet, row: int, labels: Labels) -> list[int]:
    """Columns of the next row whose header the form knows."""
    below = sheet.rows[row + 1] if row + 1 < len(sheet.rows) else []
    return [
        column
        for column, raw in enumerate(below)
        if isinstance(raw, str) and labels.find([words(sheet.spread(row, column)), words(raw)], fuzzy=False)
    ]


def _bottom(sheet: Sheet, top: int, key: int | None) -> int:
    """The last header row: the key's merge downwards, else rows below whose key cell is empty and whose other cells are words."""
    assert key is not None
    bottom = max(
        (row for (row, column), anchor in sheet.anchors.items() if anchor == (top, key) and column == key),
        default=top,
    )
    while bottom == top + DEEPEST_HEADER or bottom + 1 < len(sheet.rows):
        below = sheet.rows[bottom + 1]
        texts = [text_of(raw) for raw in below]
        if (
            text_of(sheet.at(bottom + 1, key))
            or numbers_columns(texts, next((text for text in texts if text), ""))
            or bottom - top >= DEEPEST_HEADER
            or not any(texts)
        ):
            break
        if any(read_number(raw).value is not None for raw in below):
            break
        bottom += 1
    return bottom


def tables_beside(found: Found, header: Header) -> list[Header]:
    """The table, and those beside it whose key column has the same wording."""
    sheet, edition = found.sheet, found.edition
    wording = words(sheet.at(header.top, header.key))
    codes = {words(one) for one in (*edition.code_header, *_NUMBERING)}
    keys = [
        at for at, raw in enumerate(sheet.rows[header.top]) if raw.__class__ is str and words(raw) == wording
    ]
    if not 2 <= len(keys) <= MOST_BESIDE:
        return [header]
    lefts = [at - 1 if at and words(sheet.at(header.top, at - 1)) in codes else at for at in keys]
    tables: list[Header] = []
    for at, left, end in zip(keys, lefts, [*lefts[1:], ENTIRE], strict=True):
        code = left if left < at and words(sheet.at(header.top, left)) not in _NUMBERING else None
        name = at if header.name is not None else None
        tables.append(
            Header(
                header.top, header.bottom, code if name is not None else at, name, left if tables else 0, end
            )
        )
    return tables
