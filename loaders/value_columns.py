"""Which columns hold the values of one organisation, where rows are elements: told by their headers, else asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loaders.forms import Category
from loaders.harvest import Harvest
from loaders.matching import category_of, says
from loaders.other_times import Kind, heading, kind_of, of_another_period
from loaders.row_keys import Keys, Value, has_numbers, header_rows
from loaders.workbook import Sheet, column_letters


def value_columns(harvest: Harvest, keys: Keys, code: str) -> list[Value]:
    """Value columns of the organisation of that code, told by their headers; a form of one category takes the only column of numbers."""
    found, sheet = harvest.found, harvest.found.sheet
    categories = found.edition.categories or (Category(code="", header="数量"),)
    headers = header_rows(keys)
    kinds = {
        column: kind_of(sheet, headers, keys.label, column, found.form.frequency)
        for column in range(keys.values_from, min(keys.end, sheet.width))
    }
    for column in kinds:
        if kinds[column] in ("own", "") and of_another_period(
            heading(sheet, headers, keys.label, column), found.period
        ):
            kinds[column] = "other"
    # A column of the period's own goes before one that does not say; of another time, none is taken.
    usable = sorted(
        (at for at, kind in kinds.items() if kind in ("own", "")), key=lambda at: kinds[at] != "own"
    )
    columns: dict[str, Value] = {}
    for row in reversed(headers):
        for column in usable:
            category = category_of(categories, sheet.spread(row, column))
            if category is None or column in {
                one.column for one in columns.values() if one.category != category
            }:
                continue
            taken = columns.setdefault(category.code, Value(column, code, category))
            if taken.column != column and _rival(sheet, keys, kinds, taken.column, column, row, category):
                harvest.issue("column_repeated", sheet.address(row, column), sheet.spread(row, column),
                              other=sheet.address(row, taken.column))  # fmt: skip
    whole = next((one for one in categories if one.code == ""), None)
    if not columns and whole is not None:
        only = _only_numbers(harvest, keys, kinds, usable, code, whole)
        if only is None:
            return []
        columns = only
    _missing(harvest, categories, columns)
    _unread(harvest, keys, kinds, {one.column for one in columns.values()}, categories)
    return list(columns.values())


def _missing(harvest: Harvest, categories: Sequence[Category], columns: Mapping[str, Value]) -> None:
    """Breakdowns without a column: a remark beside a whole, which says all there is; else a fault."""
    absent = [one for one in categories if one.code not in columns and not (one.code == "" and one.total_of)]
    if "" in columns and absent:
        harvest.issue_once("breakdown_absent", "", "", listed="、".join(one.header for one in absent))
        return
    for category in absent:
        harvest.issue_once("column_missing", "", category.header, name=category.header)


def _unread(
    harvest: Harvest, keys: Keys, kinds: Mapping[int, Kind], read: set[int], categories: Sequence[Category]
) -> None:
    """Columns of numbers whose header says neither that they are of another time nor what else they are: left out, and told."""
    sheet, headers = harvest.found.sheet, header_rows(keys)
    for column, kind in kinds.items():
        title = heading(sheet, headers, keys.label, column)
        left_out = any(says(one.header, title) for one in harvest.found.edition.ignored if one.header)
        if column not in read and kind == "" and title and not left_out and has_numbers(sheet, keys, column):
            harvest.issue(
                "column_unknown",
                sheet.address(keys.first - 1, column),
                title,
                nearest="、".join(one.header for one in categories),
            )


def _rival(
    sheet: Sheet, keys: Keys, kinds: Mapping[int, Kind], taken: int, column: int, row: int, category: Category
) -> bool:
    """Whether a second column claims what the first was taken for: the same header in the same row, as good a claim, numbers."""
    alike = category_of((category,), sheet.spread(row, taken)) is not None
    return alike and kinds[taken] == kinds[column] and has_numbers(sheet, keys, column)


def _only_numbers(
    harvest: Harvest,
    keys: Keys,
    kinds: Mapping[int, Kind],
    usable: Sequence[int],
    organisation: str,
    category: Category,
) -> dict[str, Value] | None:
    """The only column of numbers that may be the period's; an issue, and None, where there are several, or others only."""
    sheet, headers = harvest.found.sheet, header_rows(keys)
    filled = [column for column in kinds if has_numbers(sheet, keys, column)]
    own = [column for column in usable if column in filled and kinds[column] == "own"]
    possible = own or [column for column in usable if column in filled]
    if len(possible) == 1:
        return {category.code: Value(possible[0], organisation, category)}
    others = possible or [column for column in filled if kinds[column] == "other"]
    if others:
        names = "、".join(heading(sheet, headers, keys.label, at) or column_letters(at) for at in others)
        issue = "column_unclear" if possible else "column_other_time"
        harvest.issue(issue, sheet.address(keys.first - 1, others[0]), names, name=category.header)
        return None
    return {}
