"""The layout in which each row is an organisation and each column, under merged headers, an element."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from loaders.forms import Field
from loaders.harvest import Column, Harvest
from loaders.matching import (
    REMEMBERED,
    Labels,
    Match,
    category_of,
    is_foot,
    is_hint,
    is_total,
    label_of,
    numbers_columns,
    other_than,
    says,
    title_of,
    words,
)
from loaders.organisation_headers import Header, find_header, tables_beside
from loaders.other_times import LONGEST_HEADER, kind_of_text, of_another_period
from loaders.recognise import Found, organisation_meant, sender_of
from loaders.row_keys import ENTIRE
from loaders.tidy import read_number, text_of
from loaders.units import ONE, Scale, Unit, unit_alone, unit_in
from loaders.workbook import Sheet
from reference.periods import Period
from reference.registry import Registry

_SPAN = re.compile(r"\d+\s*[-~—至到]\s*\d+\s*月|累[计积]$|^累[计积]|去年|上年|同期")
_BRACKETED = re.compile(r"\([^()]{1,5}\)")  # a header cell that holds nothing but (分钟) states a unit


def read_rows(found: Found, registry: Registry, labels: Labels) -> Harvest:
    """Read a sheet of this layout."""
    harvest = Harvest(found, registry)
    header = find_header(found, labels)
    if header is None:
        harvest.issue(
            "header_missing", labels="、".join(found.edition.name_header or found.edition.code_header)
        )
        return harvest
    tables = tables_beside(found, header)
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


def find_columns(harvest: Harvest, header: Header, labels: Labels) -> dict[int, tuple[Field, Scale]]:
    """Column → (field, scale of its unit); notes unknown, misspelt and repeated columns."""
    sheet = harvest.found.sheet
    columns: dict[int, tuple[Field, Scale]] = {}
    taken: dict[tuple[str, str], int] = {}
    for column, texts in enumerate(_paths(sheet, header)):
        if column in (header.code, header.name) or not header.left <= column < header.end:
            continue
        is_read, match = _meaning(texts, harvest.found, labels)
        if not is_read:
            continue
        cell = sheet.address(header.bottom, column)
        if match is None:
            if _has_content(sheet, header, column) and not _names_only(sheet, header, column):
                nearest = labels.nearest("".join(map(words, texts)))
                harvest.issue("column_unknown", cell, "/".join(texts), nearest=nearest)
            continue
        if match.field.key in taken:
            harvest.issue(
                "column_repeated",
                cell,
                "/".join(texts),
                other=sheet.address(header.bottom, taken[match.field.key]),
            )
            continue
        if match.misspelt:
            harvest.issue("header_misspelt", cell, "/".join(texts), taken_for=title_of(match.field))
        taken[match.field.key] = column
        columns[column] = (match.field, _scale(harvest, header, column, match.field))
    return columns


def _meaning(texts: Sequence[str], found: Found, labels: Labels) -> tuple[bool, Match | None]:
    """Whether a column under these headers is to be read, and as what: it depends on them and the period alone."""
    asked = (*texts, "", found.period.code if found.period else "")
    if asked not in labels.columns:
        if len(labels.columns) >= REMEMBERED:
            labels.columns.clear()
        labels.columns[asked] = _meaning_of(texts, found, labels)
    return labels.columns[asked]


def _meaning_of(texts: Sequence[str], found: Found, labels: Labels) -> tuple[bool, Match | None]:
    edition, frequency = found.edition, found.form.frequency
    path = [words(text) for text in texts]
    if not any(path) or any(says(one.header, "/".join(texts)) for one in edition.ignored if one.header):
        return False, None
    if any(_of_other_time(text, frequency, found.period) for text in texts):
        return False, None
    match = labels.find(path)
    if match is None and (kind := kind_of_text(texts[-1], frequency)):
        # 产妇数 above 本月 and 本年累计: the period's own is read, the others are known and left out.
        match = labels.find(path[:-1])
        if match is not None and kind != "own":
            return False, None
    categories = [category_of(edition.categories, text) for text in texts] if edition.categories else []
    category = next((one for one in categories if one and one.code), None)
    if match is not None and category is not None:
        return True, Match(_part(match.field, category.code), match.misspelt)
    if match is not None and any(other_than(match.field, text) for text in texts[:-1]):
        return True, None
    return True, match


def _part(whole: Field, category: str) -> Field:
    """The field's breakdown, as a column under 户籍 holds it."""
    return Field.model_validate(whole.model_dump() | {"category": category})


def _of_other_time(text: str, frequency: str, period: Period | None) -> bool:
    """Whether a header says that its columns are of another month, or of a longer time (1-10月 above 活产数)."""
    if len(text) > LONGEST_HEADER or kind_of_text(text, frequency) == "own":
        return False
    return bool(_SPAN.search(text)) or of_another_period(text, period)


def _scale(harvest: Harvest, header: Header, column: int, wanted: Field) -> Scale:
    """The scale of a column's numbers: by its own headers' unit, else by the whole sheet's."""
    found = harvest.found
    stated: list[tuple[Unit, str]] = []
    for row in range(header.top, header.bottom + 1):
        if not (unit := unit_in(found.sheet.spread(row, column))):
            continue
        cell = found.sheet.address(*found.sheet.anchors.get((row, column), (row, column)))
        if cell not in {one for _, one in stated}:
            stated.append((unit, cell))
    if not stated and found.unit is None:
        return ONE
    if found.unit is None and len(stated) == 1 and stated[0][0].kind not in ("rate", "money"):
        return Scale(stated[0][0].times, stated[0][1])  # nothing to contradict it
    above = found.unit if found.unit and (not stated or found.unit.times > 1) else None
    harvest.fits(wanted.element, [*([(above, found.unit_cell)] if above else []), *stated])
    return Scale(stated[-1][0].times, stated[-1][1]) if stated else found.scale


def _paths(sheet: Sheet, header: Header) -> list[list[str]]:
    """Each column's header texts from top to bottom, each merge counted once."""
    rows = range(header.top, header.bottom + 1)
    if sheet.anchors and any((row, column) in sheet.anchors for row in rows for column in range(sheet.width)):
        return [_path(sheet, header, column) for column in range(sheet.width)]
    return _paths_without_merges(sheet, header)


def _path(sheet: Sheet, header: Header, column: int) -> list[str]:
    texts: list[str] = []
    seen: list[tuple[int, int]] = []
    for row in range(header.top, header.bottom + 1):
        anchor = sheet.anchors.get((row, column), (row, column))
        if anchor in seen:
            continue
        seen.append(anchor)
        text = label_of(sheet.at(*anchor))
        if text and not _is_unit(text):
            texts.append(text)
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


@lru_cache(maxsize=REMEMBERED)
def _is_unit(text: str) -> bool:
    return unit_alone(text) is not None or bool(_BRACKETED.fullmatch(text))


def _has_content(sheet: Sheet, header: Header, column: int) -> bool:
    return any(text_of(sheet.at(row, column)) for row in range(header.bottom + 1, len(sheet.rows)))


def _names_only(sheet: Sheet, header: Header, column: int) -> bool:
    """Whether a column left of the key says nothing but what the rows belong to (市州 left of 县区)."""
    return column < header.key and not any(
        read_number(sheet.at(row, column)).value is not None
        for row in range(header.bottom + 1, len(sheet.rows))
    )


def _row(harvest: Harvest, header: Header, columns: Sequence[Column], row: int, met: set[str]) -> None:
    """Take one row; `met`: organisations of the rows above it."""
    found, sheet, key = harvest.found, harvest.found.sheet, header.key
    code = text_of(sheet.at(row, header.code)) if header.code is not None else ""
    name = text_of(sheet.at(row, header.name)) if header.name is not None else ""
    if is_total(found.edition, name or code) or (not name and is_total(found.edition, code)):
        return None if _is_subtotal(name or code) else _total(harvest, columns, row)
    if is_foot(name or code):
        return None
    if not code and not name and (total := _total_word(harvest, columns, row)):
        return None if _is_subtotal(total) else _total(harvest, columns, row)
    if not code and not name:
        filled = _filled(sheet, columns, row)
        if filled and harvest.values:
            harvest.issue(
                "row_without_organisation", sheet.address(row, key), "", first=sheet.address(row, filled[0])
            )
        elif filled:
            return _sender_row(harvest, columns, row, key)
        return None
    organisation, issue = organisation_meant(code, name, found, sheet.address(row, key), harvest.registry)
    if organisation is None:
        assert issue is not None
        if _filled(sheet, columns, row):
            harvest.issues.append(issue)
            _take(harvest, columns, row, harvest.nobody(row))
        return None
    if issue is not None:
        harvest.issues.append(issue)
    if organisation.code in met:
        harvest.issue("organisation_repeated", sheet.address(row, key), name or code)
        return None
    met.add(organisation.code)
    harvest.named.setdefault(organisation.code, sheet.address(row, key))
    _take(harvest, columns, row, organisation.code)
    return None


def _total_word(harvest: Harvest, columns: Sequence[Column], row: int) -> str:
    """What names a row a total where its key cell is blank: 合计 under 市州 left of 县区."""
    left = harvest.found.sheet.rows[row][: min((one.column for one in columns), default=0)]
    return next((text_of(raw) for raw in left if is_total(harvest.found.edition, raw)), "")


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
