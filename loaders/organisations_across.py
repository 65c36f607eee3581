"""Organisations beside each other above rows of elements: a matrix, or any form that an office lays out with its counties across."""

from __future__ import annotations

from dataclasses import dataclass, field

from loaders.forms import Category
from loaders.harvest import Harvest
from loaders.issues import Issue
from loaders.matching import category_of, is_total, words
from loaders.other_times import kind_of
from loaders.recognise import area_meant, named_at
from loaders.row_keys import HEADER_DEPTH, Keys, Value, has_numbers
from loaders.tidy import text_of
from loaders.workbook import Sheet
from reference.organisations import Organisation

FEWEST = 2  # organisations in a header row that make it a row of organisations
_NO_ORGANISATION = frozenset(("备注", "说明", "单位", "计量单位", "序号", "项目", "指标"))


@dataclass
class Across:
    """A header row of organisations: column → organisation, names nobody knows, and columns of totals."""

    row: int = 0
    named: dict[int, Organisation] = field(default_factory=dict)
    unknown: dict[int, str] = field(default_factory=dict)
    totals: dict[int, str] = field(default_factory=dict)


def across(harvest: Harvest, keys: Keys) -> Across:
    """The header row above a table that names most organisations; empty where none names any."""
    found, best = harvest.found, Across()
    for row in range(keys.first - 1, max(-1, keys.first - 1 - HEADER_DEPTH), -1):
        one = _row(harvest, keys, row)
        if len(one.named) > len(best.named):
            best = one
    for column in range(min(best.named, default=found.sheet.width) + 1, min(keys.end, found.sheet.width)):
        # Without merges (CSV, some .ods) a group's heading stands over its first sub-column only.
        if (
            column not in best.named
            and (left := best.named.get(column - 1))
            and _continues(found.sheet, keys, column, found.edition.categories)
        ):
            best.named[column] = left
    return best


def _row(harvest: Harvest, keys: Keys, row: int) -> Across:
    found, sheet, here = harvest.found, harvest.found.sheet, Across(row)
    known: dict[str, Organisation | None] = {}
    for column in range(max(keys.values_from, (keys.type or 0) + 1), min(keys.end, sheet.width)):
        text = text_of(sheet.spread(row, column))
        if not text or words(text) in _NO_ORGANISATION:
            continue
        if is_total(found.edition, text):
            here.totals[column] = words(text)
            continue
        if text not in known:
            known[text] = _named(text, harvest)
        if organisation := known[text]:
            here.named[column] = organisation
        else:
            here.unknown[column] = text
    return here


def _named(text: str, harvest: Harvest) -> Organisation | None:
    """Whom a header names; nobody is looked for at length, since nearly every header names none."""
    found, registry = harvest.found, harvest.registry
    if "(" in text:
        return named_at(text, found, "", registry)[0]
    candidates = registry.organisations.find(text, found.form.tree)
    return area_meant(candidates[0], found.form, registry) if len(candidates) == 1 else None


def columns_across(harvest: Harvest, keys: Keys, found: Across) -> list[Value]:
    """Value columns under a row of organisations, by the sub-columns beneath it where there are any."""
    sheet, edition = harvest.found.sheet, harvest.found.edition
    whole = next((one for one in edition.categories if one.code == ""), Category(code="", header=""))
    told: dict[str, Issue] = {}
    for column, text in found.unknown.items():
        if text in told or not has_numbers(sheet, keys, column):
            continue
        _, issue = named_at(text, harvest.found, sheet.address(found.row, column), harvest.registry)
        if issue is not None:
            told[text] = issue
            harvest.unplaced = True
    harvest.issues.extend(told.values())
    values: list[Value] = []
    rows = range(found.row + 1, keys.first)
    kinds = {at: kind_of(sheet, rows, keys.label, at, harvest.found.form.frequency) for at in found.named}
    own = [at for at, kind in kinds.items() if kind != "other"]
    # Without breakdowns, an organisation's only column of this period is its whole.
    single = edition.layout != "matrix" and len({found.named[at].code for at in own}) == len(own)
    for column, organisation in ((at, found.named[at]) for at in own):
        harvest.named.setdefault(organisation.code, sheet.address(*_anchor(sheet, found.row, column)))
        category = _sub_column(sheet, keys, column, edition.categories) if edition.categories else whole
        said = any(text_of(sheet.spread(row, column)) for row in rows)
        if category is None and single and (kinds[column] == "own" or not said):
            category = whole
        if category is not None:
            values.append(Value(column, organisation.code, category))
        elif text_of(sheet.spread(keys.first - 1, column)):
            harvest.issue(
                "column_unknown",
                sheet.address(keys.first - 1, column),
                sheet.spread(keys.first - 1, column),
                nearest=whole.header,
            )
    return values


def totals_across(harvest: Harvest, keys: Keys, found: Across) -> list[tuple[int, str]]:
    """Columns of printed totals over all organisations of the row, with their breakdown; a 小计 is of some of them only."""
    sheet, categories = harvest.found.sheet, harvest.found.edition.categories
    rows = range(found.row + 1, keys.first)
    columns = []
    for column, text in found.totals.items():
        below = [text_of(sheet.spread(row, column)) for row in rows]
        category = _sub_column(sheet, keys, column, categories) if any(below) else None
        if text != "小计" and (category or not any(below)):
            columns.append((column, category.code if category else ""))
    return columns


def _anchor(sheet: Sheet, row: int, column: int) -> tuple[int, int]:
    return sheet.anchors.get((row, column), (row, column))


def _sub_column(sheet: Sheet, keys: Keys, column: int, categories: tuple[Category, ...]) -> Category | None:
    for row in range(keys.first - 1, max(-1, keys.first - 1 - HEADER_DEPTH), -1):
        if category := category_of(categories, sheet.spread(row, column)):
            return category
    return None


def _continues(sheet: Sheet, keys: Keys, column: int, categories: tuple[Category, ...]) -> bool:
    """Whether a column is a further sub-column of the group on its left: no heading above, another breakdown than its neighbour's."""
    here, left = (_sub_column(sheet, keys, one, categories) for one in (column, column - 1))
    return here is not None and here.code != "" and left is not None and here.code != left.code
