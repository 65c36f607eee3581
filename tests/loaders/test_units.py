"""Units: read once and rightly, or refused where two of them contradict each other or the numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from loaders.forms import load_forms
from loaders.intake import Desk, check_content
from loaders.outcome import Outcome
from loaders.tidy import number_in
from loaders.units import Unit, unit_alone, unit_in, unit_of_line
from reference.registry import Registry
from tests.workbooks.build import HEADERS, TITLE, book, bytes_of

COUNTY = ["2026年9月县区妇幼健康月报"]
SENDER = ["填报单位：南明区"]


@pytest.fixture(scope="module")
def desk(registry: Registry) -> Desk:
    return Desk(registry, load_forms(registry), today=dt.date(2026, 11, 20))


def checked(desk: Desk, *rows: Sequence[Any]) -> Outcome:
    return check_content(bytes_of(book(*rows)), "表.xlsx", desk)


def told(outcome: Outcome) -> set[tuple[str, str]]:
    return {(one.code, one.cell) for one in outcome.issues if one.code != "fields_absent"}


def whole(outcome: Outcome, element: str) -> list[int | None]:
    return [
        one.value
        for each in outcome.returns
        for one in each.readings
        if (one.element, one.category) == (element, "")
    ]


@pytest.mark.parametrize(
    ("raw", "unit"),
    [
        ("人", Unit("人", "things", 1)),
        ("（万人）", Unit("万人", "things", 10_000)),
        ("(千人)", Unit("千人", "things", 1_000)),
        ("十万人", Unit("十万人", "things", 100_000)),
        ("%", Unit("%", "rate", 1)),
        ("/10万", Unit("/10万", "rate", 1)),
        ("万元", Unit("万元", "money", 1)),
        ("万山区", None),
        ("活产数", None),
        ("百人以上", None),
    ],
)
def test_what_a_unit_is(raw: str, unit: Unit | None) -> None:
    assert unit_alone(raw) == unit


def test_units_in_headers_and_lines() -> None:
    assert unit_in("7岁以下儿童数（万人）") == Unit("万人", "things", 10_000)
    assert unit_in("孕产妇（含流动人口）人数") is None
    assert unit_of_line("填报单位：万山区") is None
    assert unit_of_line("填报单位：万山区 单位：万人") == Unit("单位：万人", "things", 10_000)


def county(
    desk: Desk, header: Sequence[str], *rows: Sequence[Any], above: Sequence[Sequence[str]] = ()
) -> Outcome:
    return checked(desk, COUNTY, SENDER, *above, header, *rows)


def test_a_column_in_ten_thousands_is_read_so(desk: Desk) -> None:
    births, women = ["活产数", 0.0101, 0.009, 0.0011], ["产妇数", 0.01, 0.009, 0.001]
    header = ["项目", "合计（万人）", "户籍（万人）", "非户籍（万人）"]
    outcome = county(desk, header, births, women)
    assert told(outcome) == set()
    assert whole(outcome, "live_births") == [101]


def test_a_header_and_a_row_that_differ_are_a_fault_at_the_header(desk: Desk) -> None:
    rows = [["活产数（人）", 101, 90, 11], ["产妇数（人）", 100, 89, 11]]
    outcome = county(desk, ["项目", "合计（万人）", "户籍", "非户籍"], *rows)
    assert told(outcome) == {("units_differ", "B3")}
    (issue,) = (one for one in outcome.issues if one.code == "units_differ")
    assert "“万人”，A4写的却是“人”" in issue.message("zh")


def test_the_sheet_and_its_rows_differ(desk: Desk) -> None:
    rows = [["活产数", "人", 101, 90, 11], ["产妇数", "人", 100, 89, 11]]
    outcome = county(desk, ["项目", "单位", "合计", "户籍", "非户籍"], *rows, above=[["单位：万人"]])
    assert told(outcome) == {("units_differ", "A3")}


def test_whole_numbers_under_ten_thousands_are_doubted_at_the_unit(desk: Desk) -> None:
    rows = [["活产数", 101, 90, 11], ["产妇数", 100, 89, 11]]
    outcome = county(desk, ["项目", "合计", "户籍", "非户籍"], *rows, above=[["单位：万人"]])
    assert told(outcome) == {("unit_unlikely", "A3")}
    assert "101" in outcome.issues[-1].message("zh") or any(
        "101" in one.message("zh") for one in outcome.issues
    )


@pytest.mark.parametrize("unit", ["（%）", "（‰）", "（万元）"])
def test_a_rate_or_money_is_no_count(desk: Desk, unit: str) -> None:
    headers = (*HEADERS[:2], f"产妇数{unit}", *HEADERS[3:])
    row = ("MCH520102", "南明区妇幼保健院", 98, 101, 50, 51, 0)
    outcome = checked(desk, TITLE, ("报告期：2026年10月",), headers, row)
    assert told(outcome) == {("unit_unfit", "C3")}


def test_a_row_of_units_below_the_headers(desk: Desk) -> None:
    units = ("", "", "万人", "人", "人", "人", "例")
    row = ("MCH520102", "南明区妇幼保健院", 0.01, 101, 50, 51, 0)
    outcome = checked(desk, TITLE, ("报告期：2026年10月",), HEADERS, units, row)
    assert told(outcome) == set()
    assert whole(outcome, "parturient_women") == [100]
    assert whole(outcome, "live_births") == [101]


def test_thousands_of_the_whole_sheet(desk: Desk) -> None:
    row = ("MCH520102", "南明区妇幼保健院", 0.1, 0.101, 0.05, 0.051, 0)
    outcome = checked(desk, TITLE, ("报告期：2026年10月",), ("单位：千人",), HEADERS, row)
    assert told(outcome) == set()
    assert whole(outcome, "live_births") == [101]


@pytest.mark.parametrize(
    ("raw", "understood"),
    [
        ("276（含双胎4）", ("276", "(含双胎4)")),
        ("约120", ("120", "约")),
        ("1,200 左右", ("1200", "左右")),
        ("5例，其中外地2例", ("5", ",其中外地2例")),
        ("12?", ("12", "?")),
        ("100-120", None),
        ("12月", None),
        ("约1.2万", None),
        ("1O0", None),
        ("见备注", None),
        ("第3名", None),
    ],
)
def test_a_number_with_a_remark(raw: str, understood: tuple[str, str] | None) -> None:
    assert number_in(raw) == understood


def test_what_was_understood_of_a_cell_is_said(desk: Desk) -> None:
    row = ("MCH520102", "南明区妇幼保健院", "276（含双胎4）", "2８0人", "1,2０0", 51, 0)
    outcome = checked(desk, TITLE, ("报告期：2026年10月",), HEADERS, row)
    (issue,) = (one for one in outcome.issues if one.code == "number_with_remark")
    assert issue.cell == "C4"
    assert "看出的数字是276" in issue.message("zh")
    assert "只写276" in issue.mend("zh")
    assert "not_a_number" not in {one.code for one in outcome.issues}
