"""Shortcuts of reading give what the long way gives: rows of whole numbers at once, formulas found by their letter."""

from __future__ import annotations

import math
from typing import Any

import pytest

from loaders.forms import Field
from loaders.harvest import Column, plain_columns
from loaders.units import ONE
from loaders.workbook import column_letters
from loaders.xlsx_parts import MOST_LETTERS, _broken

ROW = '<row r="1"><c r="A1"><v>1</v></c><c r="B1">{}</c></row>'


def columns(count: int) -> tuple[Column, ...]:
    fields = [Field(element=f"e{at}", header=(f"甲{at}",)) for at in range(count)]
    return tuple(
        Column(at, one.element, one.key, column_letters(at), True, one, ONE) for at, one in enumerate(fields)
    )


def test_a_row_of_whole_numbers_is_taken_at_once() -> None:
    read = plain_columns(columns(3)).read([1.0, 0.0, 20.0, "more"], "表", "7")
    assert read is not None
    held = dict(read)
    assert [(one.value, one.cell, one.sheet, one.note, one.derived) for one in held.values()] == [
        (1, "A7", "表", "", False),
        (0, "B7", "表", "", False),
        (20, "C7", "表", "", False),
    ]
    assert list(held) == [("e0", ""), ("e1", ""), ("e2", "")]
    assert all(one.value.__class__ is int for one in held.values())


@pytest.mark.parametrize(
    "odd", ["", None, "5", "—", True, 5, 0.5, -0.5, -1.0, -2.0, 1e15, 1e300, math.nan, math.inf, -math.inf]
)
def test_a_row_with_any_other_cell_is_looked_at_cell_by_cell(odd: Any) -> None:
    for cells in ([odd, 1.0, 2.0], [1.0, odd, 2.0], [1.0, 2.0, odd]):
        assert plain_columns(columns(3)).read(cells, "表", "7") is None


def test_a_short_row_and_a_single_column_are_looked_at_cell_by_cell() -> None:
    assert plain_columns(columns(3)).read([1.0, 2.0], "表", "7") is None
    assert plain_columns(columns(1)).read([1.0], "表", "7") is None


@pytest.mark.parametrize("words", ["", "f" * (MOST_LETTERS + 1)])
@pytest.mark.parametrize("formula", ["<f>A1</f>", '<f t="shared" si="0"/>', "<f/>"])
def test_formulas_without_a_value_are_found_in_sheets_of_few_and_many_words(words: str, formula: str) -> None:
    said = f"<is><t>{words}</t></is>"
    assert _broken((ROW.format(said) + ROW.format(formula)).encode()) == {(0, 1): "formula_without_value"}
    assert _broken((ROW.format(said) + ROW.format("<fx/><v>2</v>")).encode()) == {}
