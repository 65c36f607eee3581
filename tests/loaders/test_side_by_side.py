"""Counties beside each other above rows of elements, tables side by side on one sheet, and labels in two columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from loaders.forms import load_forms
from loaders.intake import Desk, check_content
from loaders.outcome import Outcome
from reference.registry import Registry
from tests.workbooks.build import HEADERS, NANMING, TITLE, YUNYAN, book, bytes_of, sheet_of

COUNTY = ["2026年9月县区妇幼健康月报"]
SENDER = ["填报单位：南明区"]
NAMES = ("live_births", "parturient_women", "prenatal_screened_women")


@pytest.fixture(scope="module")
def desk(registry: Registry) -> Desk:
    return Desk(registry, load_forms(registry), today=dt.date(2026, 11, 20))


def checked(desk: Desk, rows: Sequence[Sequence[Any]], merges: Sequence[str] = ()) -> Outcome:
    made = book(*rows)
    for one in merges:
        sheet_of(made).merge_cells(one)
    return check_content(bytes_of(made), "表.xlsx", desk)


def told(outcome: Outcome) -> set[tuple[str, str]]:
    return {(one.code, one.cell) for one in outcome.issues if one.code != "fields_absent"}


def cells(outcome: Outcome, category: str = "") -> dict[str, dict[str, tuple[int | None, str]]]:
    """Organisation → element → (value, cell)."""
    found: dict[str, dict[str, tuple[int | None, str]]] = {}
    for each in outcome.returns:
        held = found.setdefault(each.organisation, {})
        held.update(
            {
                one.element: (one.value, one.cell)
                for one in each.readings
                if one.category == category and one.value is not None
            }
        )
    return found


ACROSS = [
    COUNTY,
    ["填报单位：贵阳市卫生健康局"],
    ["序号", "指标", "单位", "观山湖区", "南明区", "云岩区", "合计", "备注"],
    [1, "活产儿数", "人", 3, 2, 3, 8, ""],
    [2, "产妇总数", "人", 3, 2, 3, 8, "双胎2"],
    [3, "产前筛查人数", "人", 2, 2, 3, 7, ""],
]


def test_counties_across_are_each_read(desk: Desk) -> None:
    outcome = checked(desk, ACROSS)
    assert told(outcome) == set()
    assert cells(outcome) == {
        "520115": dict(zip(NAMES, ((3, "D4"), (3, "D5"), (2, "D6")), strict=True)),
        "520102": dict(zip(NAMES, ((2, "E4"), (2, "E5"), (2, "E6")), strict=True)),
        "520103": dict(zip(NAMES, ((3, "F4"), (3, "F5"), (3, "F6")), strict=True)),
    }
    assert {one.organisation_cell for one in outcome.returns} == {"D3", "E3", "F3"}


def test_their_total_is_compared(desk: Desk) -> None:
    rows = [list(row) for row in ACROSS]
    rows[4][6] = 7
    assert told(checked(desk, rows)) == {("total_differs", "G5")}


def test_a_prefecture_beside_its_counties_is_their_total(desk: Desk) -> None:
    rows = [[("贵阳市" if one == "合计" else one) for one in row] for row in ACROSS]
    assert told(checked(desk, rows)) == set()
    rows[4][6] = 7
    assert told(checked(desk, rows)) == {("total_differs", "G5")}


def test_a_prefecture_above_its_counties_is_their_total(desk: Desk) -> None:
    rows = [
        COUNTY,
        ["地区", "活产数", "产妇数"],
        ["贵阳市", 300, 298],
        ["南明区", 100, 99],
        ["云岩区", 200, 199],
    ]
    outcome = checked(desk, rows)
    assert told(outcome) == set()
    assert set(cells(outcome)) == {"520102", "520103"}
    rows[2][1] = 301
    assert told(checked(desk, rows)) == {("total_differs", "B3")}


@pytest.mark.parametrize("merged", [True, False])
def test_counties_across_with_their_breakdowns(desk: Desk, merged: bool) -> None:
    parts = ["合计", "户籍", "非户籍"]
    rows = [
        COUNTY,
        ["项目", "南明区", "", "", "云岩区", "", ""],
        ["", *parts, *parts],
        ["活产数", 30, 20, 10, 40, 25, 15],
        ["产妇数", 30, 20, 10, 39, 25, 14],
    ]
    outcome = checked(desk, rows, ["A2:A3", "B2:D2", "E2:G2"] if merged else [])
    assert told(outcome) == set()
    assert cells(outcome)["520103"] == {"live_births": (40, "E4"), "parturient_women": (39, "E5")}
    assert cells(outcome, "nonregistered")["520102"] == {
        "live_births": (10, "D4"),
        "parturient_women": (10, "D5"),
    }


def test_a_county_across_that_nobody_knows(desk: Desk) -> None:
    rows = [[("南明县" if one == "南明区" else one) for one in row] for row in ACROSS]
    assert told(checked(desk, rows)) == {("organisation_unknown", "E3")}


def test_running_totals_under_each_county_are_left_out(desk: Desk) -> None:
    rows = [
        COUNTY,
        ["项目", "南明区", "", "云岩区", ""],
        ["", "本月", "本年累计", "本月", "本年累计"],
        ["活产数", 30, 300, 40, 400],
        ["产妇数", 29, 290, 39, 390],
        ["产前筛查人数", 28, 280, 38, 380],
    ]
    outcome = checked(desk, rows, ["A2:A3", "B2:C2", "D2:E2"])
    assert told(outcome) == set()
    assert cells(outcome)["520103"] == dict(zip(NAMES, ((40, "D4"), (39, "D5"), (38, "D6")), strict=True))


def test_institutions_across_and_elements_below(desk: Desk) -> None:
    rows = [
        ["2026年10月助产机构月报"],
        ["项目", "", "南明区妇幼保健院", "云岩区妇幼保健院"],
        ["产妇数", "", 100, 200],
        ["活产数", "合计", 101, 201],
        ["", "男", 50, 100],
        ["", "女", 51, 101],
        ["孕产妇死亡数", "", 0, 0],
    ]
    outcome = checked(desk, rows, ["A4:A6", "A2:B2"])
    assert told(outcome) == set()
    assert cells(outcome)["MCH520103"] == {
        "parturient_women": (200, "D3"),
        "live_births": (201, "D4"),
        "live_births_male": (100, "D5"),
        "live_births_female": (101, "D6"),
        "maternal_deaths": (0, "D7"),
    }


@pytest.mark.parametrize("numbered", [True, False])
def test_one_return_in_two_tables_side_by_side(desk: Desk, numbered: bool) -> None:
    left = [("序号", "项目", "合计", "户籍", "非户籍"), (1, "活产数", 30, 20, 10), (2, "产妇数", 29, 20, 9)]
    right = [
        ("序号", "项目", "合计", "户籍", "非户籍"),
        (3, "产前筛查人数", 28, 20, 8),
        (4, "高危产妇人数", 7, 5, 2),
    ]
    cut = 0 if numbered else 1
    rows = [COUNTY, SENDER, *([*one[cut:], *other[cut:]] for one, other in zip(left, right, strict=True))]
    outcome = checked(desk, rows)
    assert told(outcome) == set()
    expected = {
        "live_births": 30,
        "parturient_women": 29,
        "prenatal_screened_women": 28,
        "high_risk_women": 7,
    }
    assert {key: value for key, (value, _) in cells(outcome)["520102"].items()} == expected
    assert {key: value for key, (value, _) in cells(outcome, "nonregistered")["520102"].items()} == {
        "live_births": 10, "parturient_women": 9, "prenatal_screened_women": 8, "high_risk_women": 2,
    }  # fmt: skip


def test_an_element_in_both_tables_is_a_fault(desk: Desk) -> None:
    header = ("项目", "合计", "户籍", "非户籍")
    rows = [
        COUNTY,
        SENDER,
        header * 2,
        ("活产数", 30, 20, 10, "产前筛查人数", 28, 20, 8),
        ("产妇数", 29, 20, 9, "产妇数", 30, 21, 9),
    ]
    assert told(checked(desk, rows)) == {("row_repeated", "E5")}


def test_two_lists_of_institutions_side_by_side(desk: Desk) -> None:
    rows = [TITLE, ("报告期：2026年10月",), (*HEADERS, *HEADERS), (*NANMING, *YUNYAN)]
    outcome = checked(desk, rows)
    assert told(outcome) == set()
    women = {who: held["parturient_women"] for who, held in cells(outcome).items()}
    assert women == {"MCH520102": (100, "C4"), "MCH520103": (200, "J4")}


def test_one_list_of_institutions_whose_columns_go_on_beside(desk: Desk) -> None:
    left, right = ("机构名称", "产妇数", "活产总数"), ("机构名称", "男性活产数", "女性活产数")
    rows = [
        TITLE,
        ("报告期：2026年10月",),
        (*left, *right),
        ("南明区妇幼保健院", 100, 101, "南明区妇幼保健院", 50, 51),
        ("云岩区妇幼保健院", 200, 201, "云岩区妇幼保健院", 100, 101),
    ]
    outcome = checked(desk, rows)
    assert told(outcome) == set()
    assert cells(outcome)["MCH520103"] == {
        "parturient_women": (200, "B5"),
        "live_births": (201, "C5"),
        "live_births_male": (100, "E5"),
        "live_births_female": (101, "F5"),
    }


def test_two_months_side_by_side_each_with_its_title(desk: Desk) -> None:
    rows = [
        ["2026年8月助产机构月报", "", "", "", "2026年9月助产机构月报"],
        ["机构名称", "产妇数", "活产总数", "", "机构名称", "产妇数", "活产总数"],
        ["南明区妇幼保健院", 100, 101, "", "南明区妇幼保健院", 110, 111],
    ]
    outcome = checked(desk, rows)
    assert told(outcome) == set()
    assert [(one.last, one.readings[0].value, one.readings[0].cell) for one in outcome.returns] == [
        (202608, 100, "B3"),
        (202609, 110, "F3"),
    ]


def test_two_counties_side_by_side_each_with_its_sender(desk: Desk) -> None:
    header = ["项目", "合计", "户籍", "非户籍"]
    rows = [
        COUNTY,
        ["填报单位：南明区", "", "", "", "", "填报单位：云岩区"],
        [*header, "", *header],
        ["活产数", 30, 20, 10, "", "活产数", 40, 25, 15],
        ["产妇数", 29, 20, 9, "", "产妇数", 39, 25, 14],
    ]
    outcome = checked(desk, rows)
    assert told(outcome) == set()
    assert cells(outcome) == {
        "520102": {"live_births": (30, "B4"), "parturient_women": (29, "B5")},
        "520103": {"live_births": (40, "G4"), "parturient_women": (39, "G5")},
    }
