"""Where the labels of a sheet stand whose rows are elements: one label column, a deeper one beside it, or tables side by side."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from loaders.forms import Category
from loaders.matching import Labels, item_code, words
from loaders.recognise import Found
from loaders.tidy import read_number, text_of
from loaders.units import unit_alone
from loaders.workbook import Sheet

KEY_COLUMNS = 8  # labels stand in one of the first columns
HEADER_DEPTH = 6  # rows above the first item in which headers may stand
MOST_BESIDE = 8  # tables beside each other that are read
FEWEST_BESIDE = 2  # labels that make a column further right the label column of a second table
ENTIRE = 16_384  # more columns than a sheet has


@dataclass(frozen=True)
class Keys:
    """Columns of the row keys; None where the sheet has none. `first` is the first row with an item.

    `label` holds the form's labels; `deeper` the parts of a label that stand under a merged one (活产数 | 男, 女);
    `group` what several labels have in common (听力 | 初筛人数, 复筛人数).
    The table reaches from `left` to the column before `end`: another may stand beside it.
    """

    label: int
    item: int | None
    section: int | None
    type: int | None
    first: int
    deeper: int | None = None
    group: int | None = None
    left: int = 0
    end: int = ENTIRE

    @property
    def values_from(self) -> int:
        """The first column that may hold values."""
        return max(self.label, self.deeper or 0) + 1


@dataclass(frozen=True)
class Value:
    """What one value column holds."""

    column: int
    organisation: str
    category: Category


def find_keys(found: Found, labels: Labels) -> Keys | None:
    """The keys of a sheet's first table; see find_tables."""
    tables = find_tables(found, labels)
    return tables[0] if tables else None


def find_tables(found: Found, labels: Labels) -> list[Keys]:
    """The keys of every table of a sheet, from the left.

    The label column is the one that shows most of the form's labels; the others are found beside it. A column further
    right with labels of its own, beyond a column of numbers, begins a second table.
    """
    sheet, edition = found.sheet, found.edition
    hits = _hits(sheet, labels)
    near = [column for column in hits if column < KEY_COLUMNS]
    if not near:
        return []
    label = max(near, key=lambda column: len(hits[column]))
    if edition.key_columns:
        section, item, _, kind = (
            position if position < edition.key_columns else None for position in range(4)
        )
        return [Keys(label, item, section, kind, hits[label][0])]
    starts = [label]
    further = [column for column in sorted(hits) if column > label and len(hits[column]) >= FEWEST_BESIDE]
    numeric = _numeric(sheet, hits[label]) if further else set()
    for column in further:
        counted = _counted(sheet, hits[column], column - 1)
        beyond = range(starts[-1] + 1, column - 1 if counted else column)
        if len(starts) < MOST_BESIDE and any(at in numeric for at in beyond):
            starts.append(column)
    return [_keys(sheet, labels, hits, starts, at) for at in range(len(starts))]


def _hits(sheet: Sheet, labels: Labels) -> dict[int, list[int]]:
    """Column → the rows in which it shows a label of the form."""
    hits: dict[int, list[int]] = {}
    for row, cells in enumerate(sheet.rows):
        for column, raw in enumerate(cells):
            if raw.__class__ is str and len(raw) > 1 and labels.find([words(raw)], fuzzy=False):
                hits.setdefault(column, []).append(row)
    return hits


def _numeric(sheet: Sheet, rows: list[int]) -> set[int]:
    """The columns in which some of the rows hold a number."""
    return {
        column
        for row in rows
        for column, raw in enumerate(sheet.rows[row])
        if raw != "" and raw is not None and read_number(raw).value is not None
    }


def _counted(sheet: Sheet, rows: list[int], column: int) -> bool:
    """Whether a column holds the running numbers of the rows, and no values."""
    found = [number for row in rows if (number := read_number(sheet.at(row, column)).value) is not None]
    return len(found) > 1 and all(after == before + 1 for before, after in itertools.pairwise(found))


def _keys(sheet: Sheet, labels: Labels, hits: dict[int, list[int]], starts: list[int], at: int) -> Keys:
    label, rows = starts[at], hits[starts[at]]
    left = 0 if at == 0 else _left_of(sheet, rows, label)
    end = _left_of(sheet, hits[starts[at + 1]], starts[at + 1]) if at + 1 < len(starts) else ENTIRE
    item = _item_column(sheet, labels, range(left, label), label, rows)
    deeper = label + 1 if _is_deeper(sheet, rows[0], label + 1) else None
    group = next(
        (at for at in reversed(range(left, label)) if at != item and _groups(sheet, rows[0], at)), None
    )
    first = rows[0]
    while group is not None and first and _joins(sheet, labels, first - 1, group, label):
        first -= 1
    return Keys(label, item, None, None, first, deeper, group, left, end)


def _joins(sheet: Sheet, labels: Labels, row: int, group: int, label: int) -> bool:
    """Whether a row's label means something of the form together with what groups it."""
    return labels.joined([words(sheet.spread(row, group)), words(sheet.at(row, label))]) is not None


def _groups(sheet: Sheet, first: int, column: int) -> bool:
    """Whether a column holds words, and not the running numbers of rows."""
    texts = [text for row in range(first, len(sheet.rows)) if (text := text_of(sheet.at(row, column)))]
    return bool(texts) and not any(sign.isdecimal() for text in texts for sign in text[:1])


def _left_of(sheet: Sheet, rows: list[int], label: int) -> int:
    """The first column of a table that stands right of another: that of its running numbers, where it has one."""
    return label - 1 if _counted(sheet, rows, label - 1) else label


def _item_column(sheet: Sheet, labels: Labels, columns: range, label: int, rows: list[int]) -> int | None:
    """The column left of the labels whose cells are mostly the form's item numbers, and those of the labels beside them."""
    for column in columns:
        if labels.items and sum(_agree(sheet, labels, row, column, label) for row in rows) > len(rows) / 2:
            return column
    return None


def _is_deeper(sheet: Sheet, first: int, column: int) -> bool:
    """Whether a column beside the labels holds words under them, that are neither units nor signs for absence."""
    texts = [text for row in range(first, len(sheet.rows)) if (text := text_of(sheet.at(row, column)))]
    said = [text for text in texts if unit_alone(text) is None and not _is_value(text)]
    return len(said) >= FEWEST_BESIDE and len(said) == len(
        [text for text in texts if unit_alone(text) is None]
    )


def _is_value(text: str) -> bool:
    return not read_number(text).fault or any(sign.isdecimal() for sign in text)


def _agree(sheet: Sheet, labels: Labels, row: int, item: int, label: int) -> bool:
    """Whether a row's number and label mean the same: a table's own numbering from 1 says nothing."""
    numbered = labels.items.get(item_code(sheet.at(row, item)))
    meant = labels.find([words(sheet.at(row, label))], fuzzy=False)
    return numbered is not None and (meant is None or meant.field is numbered)


def header_rows(keys: Keys) -> range:
    """The rows above a table in which its headers may stand."""
    return range(max(0, keys.first - HEADER_DEPTH), keys.first)


def has_numbers(sheet: Sheet, keys: Keys, column: int) -> bool:
    """Whether a column of the table holds a number."""
    return any(
        read_number(sheet.at(row, column)).value is not None for row in range(keys.first, len(sheet.rows))
    )
