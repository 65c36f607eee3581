"""The layouts in which each row is an element: one organisation with its breakdowns, or organisations beside each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias

from loaders.forms import Field
from loaders.harvest import Harvest
from loaders.matching import (
    Labels,
    Match,
    is_foot,
    is_total,
    item_code,
    numbers_columns,
    other_than,
    says,
    title_of,
    words,
)
from loaders.organisations_across import FEWEST, across, columns_across, totals_across
from loaders.other_times import LONGEST_HEADER
from loaders.recognise import Found, sender_of
from loaders.row_keys import Keys, Value, find_tables, header_rows
from loaders.tidy import read_number, text_of
from loaders.units import ONE, Scale, Unit, unit_alone, unit_in
from loaders.value_columns import value_columns
from loaders.workbook import Sheet
from reference.registry import Registry

_UNIT_HEADERS = {"单位", "计量单位"}
Totals: TypeAlias = list[tuple[int, str]]  # columns of totals over organisations, with their breakdown


def read_rows(found: Found, registry: Registry, labels: Labels) -> Harvest:
    """Read a sheet whose rows are elements, with all tables that stand on it side by side."""
    harvest = Harvest(found, registry)
    tables = find_tables(found, labels)
    if not tables:
        harvest.issue(
            "header_missing", labels="、".join(found.edition.label_header) or title_of(labels.fields[0])
        )
        return harvest
    taken: dict[int, tuple[int, int]] = {}
    read, sender = False, ""
    for keys in tables:
        beside = across(harvest, keys)
        if found.edition.layout == "matrix" and not beside.named:
            harvest.issue("header_missing", labels=registry.trees[found.form.tree].zh)
            return harvest
        totals: Totals = []
        if found.edition.layout == "matrix" or len({one.code for one in beside.named.values()}) >= FEWEST:
            columns = columns_across(harvest, keys, beside)
            totals = totals_across(harvest, keys, beside) if found.edition.layout != "matrix" else []
        else:
            if not sender:
                sender = harvest.sender(sender_of(found, registry)) or harvest.nobody(0)
                harvest.values.setdefault(sender, {})
            columns = value_columns(harvest, keys, sender)
        if columns:
            _rows(harvest, keys, columns, labels, taken, totals)
            read = True
    if read:
        harvest.missing([one for one in found.edition.fields if id(one) not in taken], "row_missing")
    return harvest


def _rows(
    harvest: Harvest,
    keys: Keys,
    columns: list[Value],
    labels: Labels,
    taken: dict[int, tuple[int, int]],
    totals: Totals,
) -> None:
    """Take one table's rows. `taken`: field → the place of its label, in this table and those before it."""
    found, sheet = harvest.found, harvest.found.sheet
    headed = _column_units(found, keys, columns)
    places: dict[int | None, list[tuple[int, str, str]]] = {}
    for one in columns:
        at = one.column if one.column in headed else None
        places.setdefault(at, []).append((one.column, one.organisation, one.category.code))
    units = _unit_column(found, keys)
    exceptions = _exceptions(found, keys)
    main = ""  # the label that rows such as 其中：男 stand under
    for row in range(keys.first, len(sheet.rows)):
        label = sheet.at(row, keys.label)
        cells = sheet.rows[row][keys.left : keys.end]
        first = ""
        for raw in cells:
            if first := text_of(raw):
                break
        if not first or numbers_columns(cells, first) or _ignored(sheet, exceptions, row) or is_foot(first):
            continue
        match = _match(harvest, keys, row, labels, main)
        if match is None:
            if _has_number(sheet, row, columns) and not is_total(found.edition, label):
                harvest.issue(
                    "row_unknown", *_label_of(sheet, keys, row), nearest=labels.nearest(words(label))
                )
            continue
        if not match.part:
            main = words(label)
        if id(match.field) in taken:
            harvest.issue(
                "row_repeated",
                sheet.address(row, keys.label),
                label,
                other=sheet.address(*taken[id(match.field)]),
            )
            continue
        taken[id(match.field)] = (row, keys.label)
        if match.misspelt:
            harvest.issue(
                "header_misspelt", sheet.address(row, keys.label), label, taken_for=title_of(match.field)
            )
        unit = _row_unit(found, row, units, keys.label)
        for at, several in places.items():
            beside = headed[at] if at is not None else None
            stated = unit or beside or found.unit
            scale = _scale(harvest, match.field.element, unit, beside) if stated else ONE
            harvest.take_across(match.field, row, several, scale)
        if totals:
            _row_totals(harvest, match.field, row, totals)


def _row_totals(harvest: Harvest, wanted: Field, row: int, totals: Totals) -> None:
    """Keep the printed totals over organisations that stand beside each other."""
    element = harvest.registry.element(wanted.element)
    for column, category in totals if element.kind in ("count", "amount") else ():
        number = read_number(harvest.found.sheet.at(row, column), element.decimals)
        if number.value is not None and not harvest.found.unit:
            cell = harvest.found.sheet.address(row, column)
            harvest.totals.append(((wanted.element, category), number.value, cell, frozenset()))


def _unit_column(found: Found, keys: Keys) -> int | None:
    """The column that says what each row is counted in."""
    for row in header_rows(keys):
        for column in range(keys.left, min(keys.end, found.sheet.width)):
            if words(found.sheet.at(row, column)) in _UNIT_HEADERS:
                return column
    return None


def _row_unit(found: Found, row: int, units: int | None, label: int) -> tuple[Unit, str] | None:
    """The unit that a row's label says, else that of its own column, with its cell."""
    sheet = found.sheet
    if unit := unit_in(sheet.spread(row, label)):
        return unit, sheet.address(row, label)
    if units is not None and (unit := unit_alone(sheet.spread(row, units))):
        return unit, sheet.address(row, units)
    return None


def _column_units(found: Found, keys: Keys, columns: list[Value]) -> dict[int, tuple[Unit, str]]:
    """The units that headers of value columns state, with their cells."""
    stated: dict[int, tuple[Unit, str]] = {}
    for row in header_rows(keys):
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
    if found.unit is None and len(nearer) == 1 and nearer[0][0].kind not in ("rate", "money"):
        return Scale(nearer[0][0].times, nearer[0][1])  # nothing to contradict it
    above = found.unit if found.unit and (not nearer or found.unit.times > 1) else None
    harvest.fits(element, [*([(above, found.unit_cell)] if above else []), *nearer])
    return Scale(nearer[-1][0].times, nearer[-1][1]) if nearer else found.scale


def _exceptions(found: Found, keys: Keys) -> list[list[tuple[str, int]]]:
    """The patterns of each exception that the form makes, with the columns in which they are looked for."""
    exceptions = []
    for one in found.edition.ignored:
        patterns = ((one.header, keys.label), (one.section, keys.section), (one.type, keys.type))
        exceptions.append(
            [(pattern, column) for pattern, column in patterns if pattern and column is not None]
        )
    return [given for given in exceptions if given]


def _ignored(sheet: Sheet, exceptions: list[list[tuple[str, int]]], row: int) -> bool:
    """Whether the form leaves the row out, by all the patterns that one of its exceptions names."""
    for given in exceptions:
        for pattern, column in given:
            if not says(pattern, text_of(sheet.spread(row, column))):
                break
        else:
            return True
    return False


def _match(harvest: Harvest, keys: Keys, row: int, labels: Labels, main: str) -> Match | None:
    """By item number where the form has them, else by label, with what groups it or with the label it stands under."""
    sheet = harvest.found.sheet
    if keys.deeper is not None and text_of(sheet.at(row, keys.deeper)):
        return _deeper_match(sheet, keys, row, labels)
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
    own = words(sheet.at(row, keys.label))
    group = words(_above(sheet, keys, row, keys.group)) if keys.group is not None else ""
    if match := labels.joined([group, own]):
        return match
    if group and (match := labels.find([own])) and other_than(match.field, group):
        return None
    if match := labels.find([own], fuzzy=False):
        return match
    if not is_total(harvest.found.edition, own) and (match := labels.joined([main, own])):
        return replace(match, part=True)
    return labels.find([own])


def _deeper_match(sheet: Sheet, keys: Keys, row: int, labels: Labels) -> Match | None:
    """A row whose label stands in two columns, the first of which may be that of rows above: 活产数 | 其中：男."""
    assert keys.deeper is not None
    own, above = words(sheet.at(row, keys.label)), words(_above(sheet, keys, row, keys.label))
    below = words(sheet.at(row, keys.deeper))
    if match := labels.joined([above, below]):
        return match
    # Beside a label of its own, what the second column says is a remark unless it is a label too.
    return labels.find([below], fuzzy=False) if not own else labels.find([own], fuzzy=False)


def _above(sheet: Sheet, keys: Keys, row: int, column: int) -> Any:
    """The text of a column that a row stands under: its own, that of its merge, or the nearest one above."""
    for at in range(row, keys.first - 1, -1):
        if text_of(raw := sheet.spread(at, column)):
            return raw
    return ""


def _has_number(sheet: Sheet, row: int, columns: list[Value]) -> bool:
    return any(read_number(sheet.at(row, one.column)).value is not None for one in columns)


def _label_of(sheet: Sheet, keys: Keys, row: int) -> tuple[str, str]:
    """The cell and the text by which a message names a row."""
    label, deeper = text_of(sheet.at(row, keys.label)), text_of(sheet.at(row, keys.deeper or keys.label))
    if keys.deeper is None or not deeper:
        return sheet.address(row, keys.label), label
    return sheet.address(
        row, keys.label if label else keys.deeper
    ), f"{label or text_of(_above(sheet, keys, row, keys.label))}/{deeper}"
