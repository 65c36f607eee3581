"""Several returns in one sheet: below each other, months in a column, months across; each with the sender's own addresses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from loaders.forms import load_forms
from loaders.intake import Desk, check_content
from loaders.outcome import Outcome
from reference.registry import Registry
from tests.workbooks.build import (  # fmt: skip
    COUNTY_ROWS,
    HEADERS,
    NANMING,
    TITLE,
    TOTAL,
    YUNYAN,
    book,
    bytes_of,
    county,
    delivery,
    sheet_of,
)

MONTHS = ("月份", *HEADERS)


@pytest.fixture(scope="module")
def desk(registry: Registry) -> Desk:
    return Desk(registry, load_forms(registry), today=dt.date(2026, 11, 20))


def checked(desk: Desk, made: Any) -> Outcome:
    return check_content(bytes_of(made), "汇总.xlsx", desk)


def women(outcome: Outcome) -> list[tuple[str, int, int | None, str]]:
    """(organisation, month, women delivered, their cell) of every return."""
    return [
        (one.organisation, one.last, reading.value, reading.cell)
        for one in outcome.returns
        for reading in one.readings
        if (reading.element, reading.category) == ("parturient_women", "")
    ]


def told(outcome: Outcome) -> list[tuple[str, str]]:
    return [(one.code, one.cell) for one in outcome.issues if one.code != "fields_absent"]


@pytest.mark.parametrize(
    ("september", "october"), [("9月", "10月"), (9, 10), ("2026年9月", "2026.10"), (dt.date(2026, 9, 1), dt.date(2026, 10, 1))]
)  # fmt: skip
def test_a_column_of_months_divides_the_rows(desk: Desk, september: Any, october: Any) -> None:
    rows = [(september, *NANMING), (october, *NANMING), (september, *YUNYAN), (october, *YUNYAN)]
    outcome = checked(desk, book(TITLE, ("2026年",), MONTHS, *rows))
    assert told(outcome) == []
    assert sorted(women(outcome)) == [
        ("MCH520102", 202609, 100, "D4"),
        ("MCH520102", 202610, 100, "D5"),
        ("MCH520103", 202609, 200, "D6"),
        ("MCH520103", 202610, 200, "D7"),
    ]


def test_a_month_written_once_holds_for_the_rows_below(desk: Desk) -> None:
    rows = [("9月", *NANMING), ("", *YUNYAN), ("", *TOTAL), ("10月", *NANMING)]
    outcome = checked(desk, book(TITLE, ("2026年",), MONTHS, *rows, ("合计", "", "", 400, 403, 200, 203, 0)))
    assert told(outcome) == []
    assert [one[:2] for one in women(outcome)] == [
        ("MCH520102", 202609), ("MCH520103", 202609), ("MCH520102", 202610)
    ]  # fmt: skip


def test_a_total_of_one_month_is_compared_with_that_month(desk: Desk) -> None:
    rows = [("9月", *NANMING), ("9月", *YUNYAN), ("9月", *TOTAL[:2], 301, *TOTAL[3:]), ("10月", *NANMING)]
    assert told(checked(desk, book(TITLE, ("2026年",), MONTHS, *rows))) == [("total_differs", "D6")]


def test_an_institution_twice_in_one_month_is_still_a_fault(desk: Desk) -> None:
    rows = [("9月", *NANMING), ("9月", *NANMING), ("10月", *NANMING)]
    assert told(checked(desk, book(TITLE, ("2026年",), MONTHS, *rows))) == [("organisation_repeated", "C5")]


def test_what_is_wrong_with_the_table_is_said_once(desk: Desk) -> None:
    rows = [("9月", *NANMING, 5), ("10月", *NANMING, 6)]
    outcome = checked(desk, book(TITLE, ("2026年",), (*MONTHS, "食堂人数"), *rows))
    assert told(outcome) == [("column_unknown", "I3")]


def test_returns_below_each_other_under_their_titles(desk: Desk) -> None:
    stacked = [
        (TITLE, ("报告期：2026年9月",), HEADERS, NANMING, YUNYAN, TOTAL, ()),
        (TITLE, ("报告期：2026年10月",), HEADERS, NANMING, ("填表人：张三",)),
    ]
    outcome = checked(desk, book(*(row for block in stacked for row in block)))
    assert told(outcome) == []
    assert women(outcome) == [
        ("MCH520102", 202609, 100, "C4"),
        ("MCH520103", 202609, 200, "C5"),
        ("MCH520102", 202610, 100, "C11"),
    ]


def test_two_forms_below_each_other(desk: Desk) -> None:
    made = county()
    for row in ((), TITLE, ("报告期：2026年10月",), HEADERS, NANMING):
        sheet_of(made).append(list(row))
    outcome = checked(desk, made)
    assert told(outcome) == []
    below = len(COUNTY_ROWS) + 4 + 5
    assert women(outcome) == [("520102", 202610, 30, "C9"), ("MCH520102", 202610, 100, f"C{below}")]


@pytest.mark.parametrize("merged", [True, False])
def test_months_across_the_columns(desk: Desk, merged: bool) -> None:
    parts = ("合计", "户籍", "非户籍")
    rows = [(*row, *(3 * number for number in row[2:])) for row in COUNTY_ROWS]
    made = county(*rows, headers=("序号", "项目", *parts, *parts), period=("报告期：2026年",))
    sheet = sheet_of(made)
    sheet.insert_rows(4)
    sheet["C4"], sheet["F4"] = "9月", "10月"
    if merged:
        sheet.merge_cells("C4:E4")
        sheet.merge_cells("F4:H4")
    outcome = checked(desk, made)
    assert told(outcome) == []
    assert women(outcome) == [("520102", 202609, 30, "C10"), ("520102", 202610, 90, "F10")]


def test_a_title_repeated_in_the_notes_divides_nothing(desk: Desk) -> None:
    made = delivery(NANMING, foot=((), ("说明：",), TITLE, ("本表由助产机构填报。",)))
    outcome = checked(desk, made)
    assert told(outcome) == []
    assert women(outcome) == [("MCH520102", 202610, 100, "C4")]
