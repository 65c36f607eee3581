"""The two layouts in which each row is an element: one organisation (value columns), or a matrix of organisations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loaders.forms import Category
from loaders.harvest import Harvest
from loaders.matching import (
    Labels,
    Match,
    category_of,
    is_foot,
    is_total,
    item_code,
    numbers_columns,
    says,
    title_of,
    words,
)
from loaders.other_times import LONGEST_HEADER, Kind, heading, kind_of
from loaders.recognise import Found, sender_of
from loaders.tidy import read_number, text_of
from loaders.units import Scale, Unit, unit_alone, unit_in
from loaders.workbook import Sheet, column_letters
from reference.organisations import Organisation
from reference.registry import Registry

KEY_COLUMNS = 8  # labels stand in one of the first columns
_UNIT_HEADERS = {"单位", "计量单位"}
HEADER_DEPTH = 6  # rows above the first item in which headers may stand


@dataclass(frozen=True)
class Keys:
    """Columns of the row keys; None where the sheet has none. `first` is the first row with an item."""

    label: int
    item: int | None
    section: int | None
    type: int | None
    first: int


@dataclass(frozen=True)
class Value:
    """What one value column holds."""

    column: int
    organisation: str
    category: Category


def read_rows(found: Found, registry: Registry, labels: Labels) -> Harvest:
    """Read a sheet of either layout."""
    harvest = Harvest(found, registry)
    keys = find_keys(found, labels)
    if keys is None:
        harvest.issue(
            "header_missing", labels="、".join(found.edition.label_header) or title_of(labels.fields[0])
        )
        return harvest
    columns = (
        _matrix_columns(harvest, keys) if found.edition.layout == "matrix" else _value_columns(harvest, keys)
    )
    if columns:
        _rows(harvest, keys, columns, labels)
        _drop_totals_column(harvest, columns)
    return harvest


def find_keys(found: Found, labels: Labels) -> Keys | None:
    """The label column is the one that shows most of the form's labels; the others are found beside it."""
    sheet, edition = found.sheet, found.edition
    hits: dict[int, list[int]] = {}
    for row, cells in enumerate(sheet.rows):
        for column, raw in enumerate(cells[:KEY_COLUMNS]):
            if isinstance(raw, str) and len(raw) > 1 and labels.find([words(raw)], fuzzy=False):
                hits.setdefault(column, []).append(row)
    if not hits:
        return None
    label = max(hits, key=lambda column: len(hits[column]))
    if edition.key_columns:
        section, item, _, kind = (
            position if position < edition.key_columns else None for position in range(4)
        )
    else:
        section = kind = None
        item = _item_column(sheet, labels, label, hits[label])
    return Keys(label, item, section, kind, hits[label][0])


def _item_column(sheet: Sheet, labels: Labels, label: int, rows: list[int]) -> int | None:
    """The column left of the labels whose cells are mostly the form's item numbers, and those of the labels beside them."""
    for column in range(label):
        if labels.items and sum(_agree(sheet, labels, row, column, label) for row in rows) > len(rows) / 2:
            return column
    return None


def _agree(sheet: Sheet, labels: Labels, row: int, item: int, label: int) -> bool:
    """Whether a row's number and label mean the same: a table's own numbering from 1 says nothing."""
    numbered = labels.items.get(item_code(sheet.at(row, item)))
    meant = labels.find([words(sheet.at(row, label))], fuzzy=False)
    return numbered is not None and (meant is None or meant.field is numbered)


def _value_columns(harvest: Harvest, keys: Keys) -> list[Value]:
    """Value columns of a single organisation, told by their headers; a form of one category takes the first column of numbers."""
    found, sheet = harvest.found, harvest.found.sheet
    code = harvest.sender(sender_of(found, harvest.registry)) or harvest.nobody(0)
    harvest.values.setdefault(code, {})
    categories = found.edition.categories or (Category(code="", header="数量"),)
    headers = _header_rows(keys)
    kinds = {
        column: kind_of(sheet, headers, keys.label, column, found.form.frequency)
        for column in range(keys.label + 1, sheet.width)
    }
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
    if not columns and len(categories) == 1:
        only = _only_numbers(harvest, keys, kinds, usable, code, categories[0])
        if only is None:
            return []
        columns = only
    for category in categories:
        if category.code not in columns and not (category.code == "" and category.total_of):
            harvest.issue("column_missing", "", category.header, name=category.header)
    _unread(harvest, keys, kinds, {one.column for one in columns.values()}, categories)
    return list(columns.values())


def _unread(
    harvest: Harvest, keys: Keys, kinds: Mapping[int, Kind], read: set[int], categories: Sequence[Category]
) -> None:
    """Columns of numbers whose header says neither that they are of another time nor what else they are: left out, and told."""
    sheet, headers = harvest.found.sheet, _header_rows(keys)
    for column, kind in kinds.items():
        title = heading(sheet, headers, keys.label, column)
        left_out = any(says(one.header, title) for one in harvest.found.edition.ignored if one.header)
        if column not in read and kind == "" and title and not left_out and _has_numbers(sheet, keys, column):
            harvest.issue(
                "column_unknown",
                sheet.address(keys.first - 1, column),
                title,
                nearest="、".join(one.header for one in categories),
            )


def _header_rows(keys: Keys) -> range:
    return range(max(0, keys.first - HEADER_DEPTH), keys.first)


def _rival(
    sheet: Sheet, keys: Keys, kinds: Mapping[int, Kind], taken: int, column: int, row: int, category: Category
) -> bool:
    """Whether a second column claims what the first was taken for: the same header in the same row, as good a claim, numbers."""
    alike = category_of((category,), sheet.spread(row, taken)) is not None
    return alike and kinds[taken] == kinds[column] and _has_numbers(sheet, keys, column)


def _only_numbers(
    harvest: Harvest,
    keys: Keys,
    kinds: Mapping[int, Kind],
    usable: Sequence[int],
    organisation: str,
    category: Category,
) -> dict[str, Value] | None:
    """The only column of numbers that may be the period's; an issue, and None, where there are several, or others only."""
    sheet, headers = harvest.found.sheet, _header_rows(keys)
    filled = [column for column in kinds if _has_numbers(sheet, keys, column)]
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


def _has_numbers(sheet: Sheet, keys: Keys, column: int) -> bool:
    return any(
        read_number(sheet.at(row, column)).value is not None for row in range(keys.first, len(sheet.rows))
    )


def _matrix_columns(harvest: Harvest, keys: Keys) -> list[Value]:
    """Value columns of a matrix: the row of organisations above, the row of sub-columns beneath it."""
    found, sheet = harvest.found, harvest.found.sheet
    organisations = _organisation_row(harvest, keys)
    if not organisations:
        harvest.issue("header_missing", labels=harvest.registry.trees[found.form.tree].zh)
        return []
    categories = found.edition.categories
    whole = next((one for one in categories if one.code == ""), Category(code="", header=""))
    values: list[Value] = []
    for column, organisation in organisations.items():
        category = _sub_column(sheet, keys, column, categories) if categories else whole
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


def _sub_column(sheet: Sheet, keys: Keys, column: int, categories: tuple[Category, ...]) -> Category | None:
    for row in range(keys.first - 1, max(-1, keys.first - 1 - HEADER_DEPTH), -1):
        if category := category_of(categories, sheet.spread(row, column)):
            return category
    return None


def _organisation_row(harvest: Harvest, keys: Keys) -> dict[int, Organisation]:
    """Column → organisation, from the header row that names most of them; an unknown name in that row is an issue."""
    found, sheet = harvest.found, harvest.found.sheet
    best: dict[int, Organisation] = {}
    unknown: list[tuple[int, int, str]] = []
    for row in range(keys.first - 1, max(-1, keys.first - 1 - HEADER_DEPTH), -1):
        named: dict[int, Organisation] = {}
        missed: list[tuple[int, int, str]] = []
        known: dict[str, Organisation | None] = {}
        for column in range(max(keys.label, keys.type or 0) + 1, sheet.width):
            text = text_of(sheet.spread(row, column))
            if not text or is_total(found.edition, text):
                continue
            if text not in known:
                candidates = harvest.registry.organisations.find(text, found.form.tree)
                known[text] = candidates[0] if len(candidates) == 1 else None
                if known[text] is None:
                    missed.append((row, column, text))
            if organisation := known[text]:
                named[column] = organisation
        if len(named) > len(best):
            best, unknown = named, missed
    for column in range(min(best, default=sheet.width) + 1, sheet.width):
        # Without merges (CSV, some .ods) a group's heading stands over its first sub-column only.
        if column not in best and (left := best.get(column - 1)) and _continues(sheet, keys, column, found):
            best[column] = left
    for row, column, text in unknown if best else ():
        harvest.issue("organisation_unknown", sheet.address(row, column), text, nearest="—")
        harvest.unplaced = True
    return best


def _continues(sheet: Sheet, keys: Keys, column: int, found: Found) -> bool:
    """Whether a column is a further sub-column of the group on its left: no heading above, another breakdown than its neighbour's."""
    categories = found.edition.categories
    here, left = (_sub_column(sheet, keys, one, categories) for one in (column, column - 1))
    return here is not None and here.code != "" and left is not None and here.code != left.code


def _rows(harvest: Harvest, keys: Keys, columns: list[Value], labels: Labels) -> None:
    found, sheet = harvest.found, harvest.found.sheet
    taken: dict[int, int] = {}
    headed = _column_units(found, keys, columns)
    places: dict[int | None, list[tuple[int, str, str]]] = {}
    for one in columns:
        at = one.column if one.column in headed else None
        places.setdefault(at, []).append((one.column, one.organisation, one.category.code))
    units = _unit_column(found, keys)
    for row in range(keys.first, len(sheet.rows)):
        label = sheet.at(row, keys.label)
        first = next((text for raw in sheet.rows[row] if (text := text_of(raw))), "")
        if not first or numbers_columns(sheet.rows[row], first) or _ignored(found, keys, row):
            continue
        if is_foot(first):
            continue
        match = _match(harvest, keys, row, labels)
        if match is None:
            if _has_number(sheet, row, columns) and not is_total(found.edition, label):
                harvest.issue(
                    "row_unknown", sheet.address(row, keys.label), label, nearest=labels.nearest(words(label))
                )
            continue
        if id(match.field) in taken:
            harvest.issue(
                "row_repeated",
                sheet.address(row, keys.label),
                label,
                other=sheet.address(taken[id(match.field)], keys.label),
            )
            continue
        taken[id(match.field)] = row
        if match.misspelt:
            harvest.issue(
                "header_misspelt", sheet.address(row, keys.label), label, taken_for=title_of(match.field)
            )
        unit = _row_unit(found, row, units, keys.label)
        for at, several in places.items():
            scale = _scale(harvest, match.field.element, unit, headed.get(at) if at is not None else None)
            harvest.take_across(match.field, row, several, scale)
    harvest.missing([one for one in found.edition.fields if id(one) not in taken], "row_missing")


def _unit_column(found: Found, keys: Keys) -> int | None:
    """The column that says what each row is counted in."""
    for row in _header_rows(keys):
        for column in range(found.sheet.width):
            if words(found.sheet.at(row, column)) in _UNIT_HEADERS:
                return column
    return None


def _row_unit(found: Found, row: int, units: int | None, label: int) -> tuple[Unit, str] | None:
    """The unit that a row's label says, else that of its own column, with its cell."""
    for column, read in ((label, unit_in), *(((units, unit_alone),) if units is not None else ())):
        if unit := read(found.sheet.spread(row, column)):
            return unit, found.sheet.address(row, column)
    return None


def _column_units(found: Found, keys: Keys, columns: list[Value]) -> dict[int, tuple[Unit, str]]:
    """The units that headers of value columns state, with their cells."""
    stated: dict[int, tuple[Unit, str]] = {}
    for row in _header_rows(keys):
        for one in columns:
            anchor = found.sheet.anchors.get((row, one.column), (row, one.column))
            raw = found.sheet.at(*anchor)
            if raw.__class__ is str and len(raw) <= LONGEST_HEADER and (unit := unit_in(raw)):
                stated[one.column] = (unit, found.sheet.address(*anchor))
    return stated


def _scale(
    harvest: Harvest, element: str, row: tuple[Unit, str] | None, column: tuple[Unit, str] | None
) -> Scale:
    """What a number is multiplied by: as its row says, else its column, else the whole sheet."""
    found = harvest.found
    nearer = [one for one in (column, row) if one]
    above = found.unit if found.unit and (not nearer or found.unit.times > 1) else None
    harvest.fits(element, [*([(above, found.unit_cell)] if above else []), *nearer])
    return Scale(nearer[-1][0].times, nearer[-1][1]) if nearer else found.scale


def _ignored(found: Found, keys: Keys, row: int) -> bool:
    """Whether the form leaves the row out, by all the patterns that one of its exceptions names."""
    sheet = found.sheet
    for one in found.edition.ignored:
        patterns = ((one.header, keys.label), (one.section, keys.section), (one.type, keys.type))
        given = [(pattern, column) for pattern, column in patterns if pattern and column is not None]
        if given and all(says(pattern, text_of(sheet.spread(row, column))) for pattern, column in given):
            return True
    return False


def _match(harvest: Harvest, keys: Keys, row: int, labels: Labels) -> Match | None:
    """By item number where the form has them, else by label."""
    sheet = harvest.found.sheet
    if keys.item is not None and (found := labels.items.get(item_code(sheet.at(row, keys.item)))):
        label = words(sheet.at(row, keys.label))
        by_label = labels.find([label], fuzzy=False)
        if by_label is None and label and not labels.may_mean(found, label):
            # Every table numbers its rows from 1: the number alone does not make a row ours.
            return labels.find([label])
        if by_label is None or by_label.field is found:
            return Match(found)
        # The number says one thing and the label another: the label is what the sender read.
        harvest.issue(
            "item_and_label_differ",
            sheet.address(row, keys.item),
            sheet.at(row, keys.item),
            taken_for=title_of(by_label.field),
        )
        return by_label
    return labels.find([words(sheet.at(row, keys.label))])


def _has_number(sheet: Sheet, row: int, columns: list[Value]) -> bool:
    return any(read_number(sheet.at(row, one.column)).value is not None for one in columns)


def _drop_totals_column(harvest: Harvest, columns: list[Value]) -> None:
    """A matrix may print a higher organisation as the total of the others: compared, never stored."""
    if not harvest.found.edition.total_organisation:
        return
    codes = {one.organisation for one in columns}
    for code in codes:
        below = frozenset(other for other in codes if code in harvest.registry.organisations.ancestors(other))
        if not below:
            continue
        for key, reading in harvest.values.pop(code, {}).items():
            if reading.value is not None:
                harvest.totals.append((key, reading.value, reading.cell, below))
