"""Where everything of a form's template stands, by layout; nothing here knows about styles or files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby

from openpyxl.utils import column_index_from_string, get_column_letter

from loaders.forms import Category, Edition, Field
from reference.data_elements import DataElement

HEADER_TOP = 5  # title, form code, sender and period stand above
MARKS = "甲乙丙丁"  # key columns are marked by these, value columns by 1 2 3
LAST_TIME = "上期（参考）"  # heads what was given last; the reader passes over it
_PLACE = re.compile(r"([A-Z]+)(\d+)")
PLAIN = (Category(code="", header="数量"),)


@dataclass(frozen=True)
class Block:
    """A printed text over one or more merged cells. Rows and columns count from 1."""

    text: str
    row: int
    column: int
    last_row: int
    last_column: int
    kind: str = "header"  # header | unit | mark | label | item


@dataclass
class Plan:
    """Addresses of what is filled in, and the printed texts around it."""

    sender_label: str
    period_label: str
    key_columns: int = 0
    width: int = 0
    header_bottom: int = 0
    bottom: int = 0
    blocks: list[Block] = field(default_factory=list)
    slots: dict[tuple[int, str, str], str] = field(default_factory=dict)  # (row, element, category) → address
    hints: dict[tuple[int, str, str], str] = field(
        default_factory=dict
    )  # the same, of last period's values beside them
    keys: dict[int, tuple[str, str]] = field(default_factory=dict)  # row → addresses of code and name
    widths: dict[int, float] = field(default_factory=dict)

    title, sender, period = "A1", "A3", "A4"

    @property
    def inputs(self) -> frozenset[str]:
        """Every address that is filled in."""
        keys = {address for pair in self.keys.values() for address in pair if address}
        return frozenset(
            {self.title, self.sender, self.period, *keys, *self.slots.values(), *self.hints.values()}
        )


def plan_for(edition: Edition, elements: Mapping[str, DataElement], rows: int, hints: bool = False) -> Plan:
    """Place the edition's texts and input cells for that many organisations; with `hints`, last period's values beside them."""
    plan = Plan(edition.organisation_label[0], edition.period_label[0])
    place = {
        "organisations_in_rows": _organisations_in_rows,
        "elements_in_rows": _elements_in_rows,
        "matrix": _matrix,
        "cases": _organisations_in_rows,
    }
    place[edition.layout](plan, edition, elements, rows)
    if hints and edition.layout == "organisations_in_rows":
        _hint_rows(plan, edition)
    elif hints and edition.layout == "elements_in_rows":
        _hint_columns(plan, edition)
    return plan


def _hint_rows(plan: Plan, edition: Edition) -> None:
    """Below each organisation's row one with what it gave last; the rows move apart for them."""

    def below(place: str, index: int) -> str:
        column, row = _PLACE.fullmatch(place).groups()  # type: ignore[union-attr]
        return f"{column}{int(row) + index}"

    slots, plan.slots, keys = plan.slots, {}, plan.keys
    for (index, element, category), place in slots.items():
        plan.slots[index, element, category] = below(place, index)
        plan.hints[index, element, category] = below(place, index + 1)
    plan.keys = {
        index: tuple(below(place, index) if place else "" for place in pair)  # type: ignore[misc]
        for index, pair in keys.items()
    }
    for pair in plan.keys.values():
        label = below(pair[1] or pair[0], 1)
        column, row = _PLACE.fullmatch(label).groups()  # type: ignore[union-attr]
        at = column_index_from_string(column)
        plan.blocks.append(Block(LAST_TIME, int(row), at, int(row), at, "item"))
        plan.bottom = max(plan.bottom, int(row))


def _hint_columns(plan: Plan, edition: Edition) -> None:
    """To the right of the values one column for each breakdown with what was given last."""
    width = plan.width
    for one in edition.categories or PLAIN:
        plan.width += 1
        text = f"{LAST_TIME}{one.header}" if one.code else LAST_TIME
        plan.blocks.append(Block(text, HEADER_TOP, plan.width, plan.header_bottom, plan.width))
        plan.widths[plan.width] = 12
    for (index, element, category), place in plan.slots.items():
        column, row = _PLACE.fullmatch(place).groups()  # type: ignore[union-attr]
        at = column_index_from_string(column) + width - plan.key_columns
        plan.hints[index, element, category] = address(int(row), at)


def address(row: int, column: int) -> str:
    """A1 for row 1, column 1."""
    return f"{get_column_letter(column)}{row}"


def _organisations_in_rows(
    plan: Plan, edition: Edition, elements: Mapping[str, DataElement], rows: int
) -> None:
    keys = [
        (header[0], width)
        for header, width in ((edition.code_header, 14), (edition.name_header, 30))
        if header
    ]
    depth = max(edition.header_rows, *(len(one.header) for one in edition.fields))
    with_units = any(elements[one.element].unit_zh for one in edition.fields)
    units = HEADER_TOP + depth - (0 if with_units else 1)
    plan.key_columns, plan.width = len(keys), len(keys) + len(edition.fields)
    for column, (text, width) in enumerate(keys, 1):
        plan.blocks.append(Block(text, HEADER_TOP, column, units, column))
        plan.widths[column] = width
    _headers(plan, edition.fields, 0, plan.key_columns + 1, depth)
    for column, one in enumerate(edition.fields, plan.key_columns + 1):
        if with_units:
            plan.blocks.append(Block(_unit(elements[one.element]), units, column, units, column, "unit"))
        plan.widths[column] = 18 if elements[one.element].kind == "text" else 10.5
    _marks(plan, units + 1)
    for index in range(rows):
        row = plan.header_bottom + 1 + index
        code, name = bool(edition.code_header), bool(edition.name_header)
        plan.keys[index] = (address(row, 1) if code else "", address(row, 1 + code) if name else "")
        for column, one in enumerate(edition.fields, plan.key_columns + 1):
            plan.slots[index, one.element, one.category] = address(row, column)
    plan.bottom = plan.header_bottom + rows


def _headers(plan: Plan, fields: tuple[Field, ...], level: int, column: int, depth: int) -> None:
    """Place one level of the column headers: neighbours with the same text share a merged cell, a last part reaches to the bottom."""
    row = HEADER_TOP + level
    for (text, last), group in groupby(fields, lambda one: (one.header[level], len(one.header) == level + 1)):
        members = tuple(group)
        if last:
            for one in members:
                plan.blocks.append(Block(one.header[level], row, column, HEADER_TOP + depth - 1, column))
                column += 1
        else:
            plan.blocks.append(Block(text, row, column, row, column + len(members) - 1))
            _headers(plan, members, level + 1, column, depth)
            column += len(members)


def _elements_in_rows(plan: Plan, edition: Edition, elements: Mapping[str, DataElement], rows: int) -> None:
    """One organisation; `rows` is 1."""
    categories = edition.categories or PLAIN
    keys = [("项目" if not edition.label_header else edition.label_header[0], 40.0), ("单位", 8.0)]
    numbered = any(one.item for one in edition.fields)
    if numbered:
        keys.insert(0, (edition.item_header[0] if edition.item_header else "序号", 7.0))
    plan.key_columns, plan.width = len(keys), len(keys) + len(categories)
    for column, (text, width) in enumerate(keys, 1):
        plan.blocks.append(Block(text, HEADER_TOP, column, HEADER_TOP, column))
        plan.widths[column] = width
    for column, category in enumerate(categories, plan.key_columns + 1):
        plan.blocks.append(Block(category.header, HEADER_TOP, column, HEADER_TOP, column))
        plan.widths[column] = 14
    _marks(plan, HEADER_TOP + 1)
    for row, one in enumerate(edition.fields, plan.header_bottom + 1):
        texts = [*([(one.item, "item")] if numbered else []), ("·".join(one.header), "label")]
        texts.append((_unit(elements[one.element]).strip("（）"), "item"))
        plan.blocks += [Block(text, row, at, row, at, kind) for at, (text, kind) in enumerate(texts, 1)]
        for column, category in enumerate(categories, plan.key_columns + 1):
            plan.slots[0, one.element, category.code] = address(row, column)
    plan.bottom = plan.header_bottom + len(edition.fields)


def _matrix(plan: Plan, edition: Edition, elements: Mapping[str, DataElement], rows: int) -> None:
    """Keys on the left as the form names them, or section, item, label and type when it does not."""
    categories = edition.categories or PLAIN
    headers = (edition.section_header, edition.item_header, edition.label_header, edition.type_header)
    shown = [
        at for at in range(4) if (at < edition.key_columns if edition.key_columns else headers[at] or at == 2)
    ]
    plan.key_columns, plan.width = len(shown), len(shown) + rows * len(categories)
    sub = HEADER_TOP + (1 if edition.categories else 0)
    for column, at in enumerate(shown, 1):
        plan.blocks.append(Block(headers[at][0] if headers[at] else "", HEADER_TOP, column, sub, column))
        plan.widths[column] = (18, 9, 60, 9)[at]
    for index in range(rows):
        first = plan.key_columns + 1 + index * len(categories)
        plan.blocks.append(Block("", HEADER_TOP, first, HEADER_TOP, first + len(categories) - 1))
        plan.keys[index] = ("", address(HEADER_TOP, first))
        for column, category in enumerate(edition.categories, first):
            plan.blocks.append(Block(category.header, sub, column, sub, column))
    plan.header_bottom = sub
    for row, one in enumerate(edition.fields, sub + 1):
        texts = (one.section, one.item, "·".join(one.header), one.type)
        for column, at in enumerate(shown, 1):
            plan.blocks.append(
                Block(texts[at], row, column, row, column, "label" if at in (0, 2) else "item")
            )
        for index in range(rows):
            for offset, category in enumerate(categories):
                column = plan.key_columns + 1 + index * len(categories) + offset
                plan.slots[index, one.element, category.code] = address(row, column)
    plan.bottom = sub + len(edition.fields)


def _marks(plan: Plan, row: int) -> None:
    """The row that numbers the columns: 甲 乙 1 2 3."""
    for column in range(1, plan.width + 1):
        text = MARKS[column - 1] if column <= plan.key_columns else str(column - plan.key_columns)
        plan.blocks.append(Block(text, row, column, row, column, "mark"))
    plan.header_bottom = row


def _unit(element: DataElement) -> str:
    """The unit in brackets, which the reader knows from a heading; empty for codes, dates and texts."""
    return f"（{element.unit_zh}）" if element.unit_zh else ""
