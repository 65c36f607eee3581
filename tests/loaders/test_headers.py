"""Headers as people really write them: numbered, spaced, footnoted, in traditional signs; and columns of another time."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest

from loaders.forms import load_forms
from loaders.intake import Desk, check_content
from loaders.outcome import Outcome
from reference.registry import Registry

Rows = Sequence[Sequence[Any]]
NUMERALS = "一二三四五六七八九十"
MCH = "MCH520102"  # 南明区妇幼保健院


@pytest.fixture(scope="module")
def desk(registry: Registry) -> Desk:
    return Desk(registry, load_forms(registry), today=dt.date(2026, 11, 20))


def checked(desk: Desk, rows: Rows) -> Outcome:
    book, target = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(target)
    return check_content(target.getvalue(), "表.xlsx", desk)


def told(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(one.code, one.cell, one.found) for one in outcome.issues]


def delivery(desk: Desk, write: Callable[[int, str], str]) -> tuple[Rows, dict[str, int]]:
    """A month's return whose headers are written in another way, and its elements with their value."""
    fields = desk.forms.get("delivery_institution_monthly").editions[-1].fields
    headers = [write(number, "".join(one.header)) for number, one in enumerate(fields)]
    title = [
        f"表号：delivery_institution_monthly/{desk.forms.get('delivery_institution_monthly').editions[-1].code}"
    ]
    rows = [title, ["报告期：2026年10月"], ["机构代码", "机构名称", *headers], [MCH, "", *[0] * len(fields)]]
    return rows, {one.element: 0 for one in fields}


@pytest.mark.parametrize(
    "write",
    [
        lambda number, text: f"{number + 1}.{text}",
        lambda number, text: f"{number + 1}、{text}",
        lambda number, text: f"（{NUMERALS[number % 10]}）{text}",
        lambda number, text: f"{NUMERALS[number % 10]}、{text}",
        lambda number, text: f"{'ⅠⅡⅢⅣ'[number % 4]}、{text}",
        lambda number, text: f"{'①②③④'[number % 4]}{text}",
        lambda _, text: " ".join(text),
        lambda _, text: "\n".join(text),
        lambda _, text: f"{text}（人）",
        lambda number, text: f"{text}{'①②③④'[number % 4]}",
        lambda _, text: f"{text}*",
        lambda _, text: f"{text}¹",
        lambda _, text: f"{text}注1",
        lambda _, text: f"{text}（注2）",
        lambda _, text: f"{text}[3]",
        lambda _, text: f"其中：其中：{text}",
        lambda _, text: f"（1）其中：1）{text}",
    ],
    ids=[
        "1.",
        "1、",
        "（一）",
        "一、",
        "Ⅰ、",
        "①before",
        "spaces",
        "lines",
        "（人）",
        "①after",
        "*",
        "¹",
        "注1",
        "（注2）",
        "[3]",
        "其中twice",
        "其中numbered",
    ],
)
def test_dress_does_not_hide_a_header(desk: Desk, write: Callable[[int, str], str]) -> None:
    rows, expected = delivery(desk, write)
    outcome = checked(desk, rows)
    assert told(outcome) == []
    (given,) = outcome.returns
    assert {one.element: one.value for one in given.readings} == expected


# Typed by hand: a small return of deaths as a Hong Kong or old Taiwanese system writes it.
TRADITIONAL = [
    ["孕產婦和兒童死亡報表  表號：deaths_monthly/{edition}"],
    ["填報單位：南明區"],
    ["報告期：2026年10月"],
    ["項目", "數量"],
    ["孕產婦死亡合計", 0],
    ["5歲以下兒童死亡合計", 0],
]
DEATHS = {"maternal_deaths_by_place": "B5", "child_deaths_by_cause": "B6"}


def traditional(desk: Desk) -> list[list[Any]]:
    edition = desk.forms.get("deaths_monthly").editions[-1].code
    return [[str(one).replace("{edition}", edition) for one in row] for row in TRADITIONAL]


@pytest.mark.parametrize("encoding", ["utf-8", "big5", "gb18030"])
def test_traditional_signs_are_read_in_every_encoding(desk: Desk, encoding: str) -> None:
    target = io.StringIO()
    csv.writer(target).writerows(traditional(desk))
    outcome = check_content(target.getvalue().encode(encoding), "報表.csv", desk)
    (given,) = outcome.returns
    assert given.organisation == "520102"
    found = {one.element: one.cell for one in given.readings if one.value == 0}
    assert found.items() >= DEATHS.items()
    assert {one.code for one in outcome.issues} <= {"row_missing", "fields_absent"}


def deaths(
    desk: Desk, header: Sequence[str], *columns: Callable[[int], int], above: Sequence[str] = ()
) -> Rows:
    """A month's deaths: the labels, and beside them the columns given."""
    edition = desk.forms.get("deaths_monthly").editions[-1]
    body = [[one.header[-1], *(column(row) for column in columns)] for row, one in enumerate(edition.fields)]
    head = [[f"表号：deaths_monthly/{edition.code}"], ["填报单位：南明区"], ["报告期：2026年10月"]]
    return [*head, *([list(above)] if above else []), list(header), *body]


def none(_: int) -> int:
    return 0


def many(_: int) -> int:
    return 7


def line(row: int) -> int:
    return row + 1


@pytest.mark.parametrize(
    ("header", "above", "columns", "taken"),
    [
        (["项目", "本月", "本年累计"], (), (none, many), "B"),
        (["项目", "本年累计", "本月"], (), (many, none), "C"),
        (["项目", "1-10月", "10月份"], (), (many, none), "C"),
        (["项目", "上年同期", "本月数"], (), (many, none), "C"),
        (["项目", "行次", "本月数"], (), (line, none), "C"),
        (["项目", "序号", "例"], (), (line, none), "C"),
        (["项目", "数量", "数量"], ["", "本年累计", "本月"], (many, none), "C"),
    ],
)
def test_the_column_of_the_month_is_taken_wherever_it_stands(
    desk: Desk,
    header: Sequence[str],
    above: Sequence[str],
    columns: Sequence[Callable[[int], int]],
    taken: str,
) -> None:
    outcome = checked(desk, deaths(desk, header, *columns, above=above))
    assert told(outcome) == []
    (given,) = outcome.returns
    assert {(one.value, one.cell[0]) for one in given.readings} == {(0, taken)}


@pytest.mark.parametrize(
    ("header", "columns", "issue"),
    [
        (["项目", "本年累计"], (many,), ("column_other_time", "B4", "本年累计")),
        (["项目", "甲", "乙"], (many, many), ("column_unclear", "B4", "甲、乙")),
        (["项目", "数量", "数量"], (many, many), ("column_repeated", "C4", "数量")),
    ],
)
def test_where_it_is_unclear_it_is_asked(
    desk: Desk, header: Sequence[str], columns: Sequence[Callable[[int], int]], issue: tuple[str, str, str]
) -> None:
    outcome = checked(desk, deaths(desk, header, *columns))
    assert issue in told(outcome)
    assert outcome.errors


@pytest.mark.parametrize("taken", [[36, 37], [1, 46]], ids=["beside", "far apart"])
def test_a_moved_column_takes_its_number_along(desk: Desk, taken: list[int]) -> None:
    """The row 甲 乙 1 2 3 is no return of an institution 乙, in whatever order its numbers stand."""
    rows, expected = delivery(desk, lambda _, text: text)
    one, other = (number + 1 for number in taken)  # two key columns stand before the first
    numbered = [*rows[:3], ["甲", "乙", *range(1, len(expected) + 1)], *rows[3:]]
    moved = [list(row) for row in numbered]
    for row in moved[2:]:
        row[one], row[other] = row[other], row[one]
    outcome = checked(desk, moved)
    assert told(outcome) == []
    (given,) = outcome.returns
    assert {one.element: one.value for one in given.readings} == expected
