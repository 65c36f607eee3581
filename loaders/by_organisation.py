"""The layout in which each row is an organisation and each column, under merged headers, an element."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loaders.forms import Field
from loaders.harvest import Column, Harvest
from loaders.matching import (
    Labels,
    is_foot,
    is_hint,
    is_total,
    label_of,
    numbers_columns,
    says,
    title_of,
    words,
)
from loaders.other_times import kind_of_text
from loaders.recognise import Found, organisation_at, sender_of
from loaders.row_keys import ENTIRE
from loaders.tidy import read_number, text_of
from loaders.units import Scale, Unit, unit_alone, unit_in
from loaders.workbook import Sheet
from reference.registry import Registry

_NUMBERING = ("序号", "编号")
HEADER_SEARCH = 40  # rows in which the header must begin
DEEPEST_HEADER = 6
FEWEST_KNOWN = 2  # columns that the form must know beside a key column whose wording it does not
_WHO = re.compile(
    r".{0,6}(机构|单位|医院|中心|地区|区域|辖区|区划|区县|县区|县市区|市县区?|区市县|市州|州市|区|县|市|乡镇|乡镇街道|街道|乡|镇)(名称?)?"
)
IsKey = Callable[[str, set[str], int, Sequence[int]], bool]
_BRACKETED = re.compile(r"\([^()]{1,5}\)")  # a header cell that holds nothing but (分钟) states a unit


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

    @property
    def key(self) -> int:
        """The column that says whose a row is."""
        key = self.name if self.name is not None else self.code
        assert key is not None
        return key


def read_rows(found: Found, registry: Registry, labels: Labels) -> Harvest:
    """Read a sheet of this layout."""
    harvest = Harvest(found, registry)
    header = find_header(found, labels)
    if header is None:
        harvest.issue(
            "header_missing", labels="、".join(found.edition.name_header or found.edition.code_header)
        )
        return harvest
    tables = _tables(found, header)
    shown: set[str] = set()
    for one in tables:
        fields = find_columns(harvest, one, labels)
        shown.update(wanted.element for wanted, _ in fields.values())
        _table(harvest, one, harvest.columns(fields))
    harvest.missing([one for one in found.edition.fields if one.element not in shown], "column_missing")
    return harvest


def _table(harvest: Harvest, header: Header, columns: Sequence[Column]) -> None:
    """Take the rows of one table."""
    met: set[str] = set()
    for row in range(header.bottom + 1, len(harvest.found.sheet.rows)):
        cells = harvest.found.sheet.rows[row]
        if header.left or header.end < ENTIRE:
            cells = cells[header.left : header.end]
        first = next((text for raw in cells if (text := text_of(raw))), "")
        if not first or numbers_columns(cells, first) or is_foot(first) or is_hint(first):
            continue
        _row(harvest, header, columns, row, met)


def _tables(found: Found, header: Header) -> list[Header]:
    """The table, and those beside it whose key column has the same wording."""
    sheet, edition = found.sheet, found.edition
    wording = words(sheet.at(header.top, header.key))
    codes = {words(one) for one in (*edition.code_header, *_NUMBERING)}
    keys = [
        at for at, raw in enumerate(sheet.rows[header.top]) if raw.__class__ is str and words(raw) == wording
    ]
    if len(keys) < 2:
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


def find_header(found: Found, labels: Labels) -> Header | None:
    """The header block: it begins where a key column's wording stands and ends above the first row with a key.

    A wording that the form does not know (救治中心名称, 区县) must say that it names organisations, and more of the form's
    columns must stand beside it.
    """
    return _find_header(found, labels, _is_known_key) or _find_header(found, labels, _is_likely_key)


def lies_across(found: Found, labels: Labels) -> bool:
    """Whether a form that prints its elements as rows lies here the other way: organisations as rows, elements as columns."""
    if found.edition.layout != "elements_in_rows":
        return False
    header = _find_header(found, labels, _is_likely_key)
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
        known = [column for column, key in enumerate(keys) if key and labels.find([key], fuzzy=False)]
        below = _known_below(sheet, row, labels)
        name = next(
            (
                column
                for column, key in enumerate(keys)
                if key and is_key(key, names, column, [*known, *below])
            ),
            None,
        )
        # A title block may hold the same words (机构名称：…); a header row also has columns that the form knows.
        if (name is not None or code is not None) and (known or below):
            return Header(row, _bottom(sheet, row, name if name is not None else code), code, name)
    return None


def _is_known_key(key: str, names: set[str], column: int, known: Sequence[int]) -> bool:
    return key in names


def _is_likely_key(key: str, names: set[str], column: int, known: Sequence[int]) -> bool:
    return len(set(known)) >= FEWEST_KNOWN and column < min(known) and bool(_WHO.fullmatch(key))


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


def find_columns(harvest: Harvest, header: Header, labels: Labels) -> dict[int, tuple[Field, Scale]]:
    """Column → (field, scale of its unit); notes unknown, misspelt and repeated columns."""
    sheet, edition = harvest.found.sheet, harvest.found.edition
    columns: dict[int, tuple[Field, Scale]] = {}
    taken: dict[str, int] = {}
    for column, texts in enumerate(_paths(sheet, header)):
        if column in (header.code, header.name) or not header.left <= column < header.end:
            continue
        path = [words(text) for text in texts]
        if not any(path) or any(says(one.header, "/".join(texts)) for one in edition.ignored if one.header):
            continue
        cell = sheet.address(header.bottom, column)
        match = labels.find(path)
        if match is None and (kind := kind_of_text(texts[-1], harvest.found.form.frequency)):
            # 产妇数 above 本月 and 本年累计: the period's own is read, the others are known and left out.
            match = labels.find(path[:-1])
            if match is not None and kind != "own":
                continue
        if match is None:
            if _has_content(sheet, header, column):
                harvest.issue("column_unknown", cell, "/".join(texts), nearest=labels.nearest("".join(path)))
            continue
        if match.field.element in taken:
            harvest.issue(
                "column_repeated",
                cell,
                "/".join(texts),
                other=sheet.address(header.bottom, taken[match.field.element]),
            )
            continue
        if match.misspelt:
            harvest.issue("header_misspelt", cell, "/".join(texts), taken_for=title_of(match.field))
        taken[match.field.element] = column
        columns[column] = (match.field, _scale(harvest, header, column, match.field))
    return columns


def _scale(harvest: Harvest, header: Header, column: int, wanted: Field) -> Scale:
    """The scale of a column's numbers: by its own headers' unit, else by the whole sheet's."""
    found = harvest.found
    stated: list[tuple[Unit, str]] = []
    for row in range(header.top, header.bottom + 1):
        anchor = found.sheet.anchors.get((row, column), (row, column))
        if (unit := unit_in(found.sheet.at(*anchor))) and (cell := found.sheet.address(*anchor)) not in {
            one for _, one in stated
        }:
            stated.append((unit, cell))
    above = found.unit if found.unit and (not stated or found.unit.times > 1) else None
    harvest.fits(wanted.element, [*([(above, found.unit_cell)] if above else []), *stated])
    return Scale(stated[-1][0].times, stated[-1][1]) if stated else found.scale


def _paths(sheet: Sheet, header: Header) -> list[list[str]]:
    """Each column's header texts from top to bottom, each merge counted once."""
    rows = range(header.top, header.bottom + 1)
    if any((row, column) in sheet.anchors for row in rows for column in range(sheet.width)):
        return [_path(sheet, header, column) for column in range(sheet.width)]
    return _paths_without_merges(sheet, header)


def _path(sheet: Sheet, header: Header, column: int) -> list[str]:
    texts: list[str] = []
    seen: set[tuple[int, int]] = set()
    for row in range(header.top, header.bottom + 1):
        anchor = sheet.anchors.get((row, column), (row, column))
        text = label_of(sheet.at(*anchor))
        if text and anchor not in seen and not _is_unit(text):
            texts.append(text)
        seen.add(anchor)
    return texts


def _paths_without_merges(sheet: Sheet, header: Header) -> list[list[str]]:
    """A CSV keeps a group's heading over its first column only: a column with deeper text takes it from the left."""
    own = [
        [
            "" if _is_unit(text) else text
            for text in (label_of(sheet.at(row, column)) for column in range(sheet.width))
        ]
        for row in range(header.top, header.bottom + 1)
    ]
    filled: list[list[str]] = [[] for _ in range(sheet.width)]
    for depth, texts in enumerate(own):
        heading, above = "", None
        for column, text in enumerate(texts):
            if text:
                heading, above = text, filled[column][:depth]
            deeper = any(row[column] for row in own[depth + 1 :])
            inherits = not text and deeper and filled[column][:depth] == above
            filled[column].append(text or (heading if inherits else ""))
    return [[text for text in path if text] for path in filled]


def _is_unit(text: str) -> bool:
    return unit_alone(text) is not None or bool(_BRACKETED.fullmatch(text))


def _has_content(sheet: Sheet, header: Header, column: int) -> bool:
    return any(text_of(sheet.at(row, column)) for row in range(header.bottom + 1, len(sheet.rows)))


def _row(harvest: Harvest, header: Header, columns: Sequence[Column], row: int, met: set[str]) -> None:
    """Take one row; `met`: organisations of the rows above it."""
    found, sheet, key = harvest.found, harvest.found.sheet, header.key
    code = text_of(sheet.at(row, header.code)) if header.code is not None else ""
    name = text_of(sheet.at(row, header.name)) if header.name is not None else ""
    if is_total(found.edition, name or code) or (not name and is_total(found.edition, code)):
        return None if _is_subtotal(name or code) else _total(harvest, columns, row)
    if is_foot(name or code):
        return None
    if not code and not name:
        filled = _filled(sheet, columns, row)
        if filled and harvest.values:
            harvest.issue(
                "row_without_organisation", sheet.address(row, key), "", first=sheet.address(row, filled[0])
            )
        elif filled:
            return _sender_row(harvest, columns, row, key)
        return None
    organisation, issue = organisation_at(code, name, found, sheet.address(row, key), harvest.registry)
    if organisation is None:
        assert issue is not None
        if _filled(sheet, columns, row):
            harvest.issues.append(issue)
            _take(harvest, columns, row, harvest.nobody(row))
        return None
    if organisation.code in met:
        harvest.issue("organisation_repeated", sheet.address(row, key), name or code)
        return None
    met.add(organisation.code)
    harvest.named.setdefault(organisation.code, sheet.address(row, key))
    _take(harvest, columns, row, organisation.code)
    return None


def _filled(sheet: Sheet, columns: Sequence[Column], row: int) -> list[int]:
    """The columns in which the row holds anything."""
    return [one.column for one in columns if text_of(sheet.at(row, one.column))]


def _sender_row(harvest: Harvest, columns: Sequence[Column], row: int, key: int) -> None:
    """A single row without a name belongs to the organisation of the title block."""
    sender = sender_of(harvest.found, harvest.registry)
    if sender.organisation is None:
        harvest.issue(
            "row_without_organisation",
            harvest.found.sheet.address(row, key),
            "",
            first=harvest.found.sheet.address(row, min(columns)[0]),
        )
        harvest.unplaced = True
    else:
        _take(harvest, columns, row, harvest.sender(sender))


def _take(harvest: Harvest, columns: Sequence[Column], row: int, organisation: str) -> None:
    for one in harvest.take_whole_numbers(organisation, columns, row):
        harvest.take(organisation, one.field, one.key[1], row, one.column, one.scale)


def _is_subtotal(text: str) -> bool:
    """A 小计 belongs to a group of rows that no rule of the form marks off: known, and not compared."""
    return words(text) == "小计"


def _total(harvest: Harvest, columns: Sequence[Column], row: int) -> None:
    """Keep a printed total for comparing with the sum of the rows."""
    for column, one, scale in ((each.column, each.field, each.scale) for each in columns):
        element = harvest.registry.element(one.element)
        if element.kind in ("count", "amount"):
            number = read_number(harvest.found.sheet.at(row, column), element.decimals, scale.factor)
            if number.value is not None:
                harvest.totals.append(
                    (
                        (one.element, one.category),
                        number.value,
                        harvest.found.sheet.address(row, column),
                        frozenset(),
                    )
                )
