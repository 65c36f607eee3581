"""Tables as county offices lay them out themselves: read as a person reads them, or refused with the headers in question."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest

from loaders.forms import load_forms
from loaders.intake import Desk, check_content
from loaders.outcome import Outcome
from reference.registry import Registry

TITLE = ["2026年9月县区妇幼健康月报"]
NANMING, YUNYAN = "520102", "520103"


@pytest.fixture(scope="module")
def desk(registry: Registry) -> Desk:
    return Desk(registry, load_forms(registry), today=dt.date(2026, 11, 20))


def checked(desk: Desk, rows: Sequence[Sequence[Any]], merges: Sequence[str] = ()) -> Outcome:
    book, target = openpyxl.Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    for one in merges:
        sheet.merge_cells(one)
    book.save(target)
    return check_content(target.getvalue(), "表.xlsx", desk)


def values(outcome: Outcome) -> dict[str, dict[str, int | None]]:
    return {
        one.organisation: {reading.element: reading.value for reading in one.readings if not reading.category}
        for one in outcome.returns
    }


def told(outcome: Outcome) -> set[tuple[str, str]]:
    return {(one.code, one.cell) for one in outcome.issues if one.code != "fields_absent"}


def test_counties_below_each_other_and_elements_across(desk: Desk) -> None:
    outcome = checked(
        desk,
        [
            TITLE,
            ["地区", "活产儿数", "产妇总数", "产前筛查", ""],
            ["", "", "", "筛查人数", "高风险人数"],
            ["合计", 300, 298, 250, 20],
            ["南明区", 100, 99, 90, 5],
            ["云岩区", 200, 199, 160, 15],
        ],
        ["A2:A3", "B2:B3", "C2:C3", "D2:E2"],
    )
    assert told(outcome) == set()
    names = ("live_births", "parturient_women", "prenatal_screened_women", "prenatal_screen_high_risk")
    assert values(outcome) == {
        NANMING: dict(zip(names, (100, 99, 90, 5), strict=True)),
        YUNYAN: dict(zip(names, (200, 199, 160, 15), strict=True)),
    }


def test_a_total_over_such_counties_is_compared(desk: Desk) -> None:
    rows = [
        TITLE,
        ["县（市、区）", "活产数", "产妇数"],
        ["南明区", 100, 99],
        ["云岩区", 200, 199],
        ["合计", 301, 298],
    ]
    assert told(checked(desk, rows)) == {("total_differs", "B5")}


def test_a_key_column_in_other_words(desk: Desk) -> None:
    """医疗保健机构 is no wording of the form; that institutions stand in it is plain."""
    rows = [
        ["2026年9月助产机构产科质量月报表"],
        ["医疗保健机构", "产妇总数", "分娩方式", "", "活产儿数", "", ""],
        ["", "", "阴道分娩", "剖宫产", "合计", "男", "女"],
        ["南明区妇幼保健院", 100, 60, 40, 101, 51, 50],
    ]
    outcome = checked(desk, rows, ["A2:A3", "B2:B3", "C2:D2", "E2:G2"])
    assert told(outcome) == set()
    assert values(outcome)["MCH520102"] == {
        "parturient_women": 100,
        "vaginal_deliveries": 60,
        "caesarean_deliveries": 40,
        "live_births": 101,
        "live_births_male": 51,
        "live_births_female": 50,
    }


def test_this_month_beside_the_year_so_far(desk: Desk) -> None:
    rows = [
        ["助产机构月报"],
        ["报告期：2026年9月"],
        ["机构名称", "产妇数", "", "活产数", ""],
        ["", "本月", "本年累计", "本月", "本年累计"],
        ["南明区妇幼保健院", 100, 900, 101, 905],
    ]
    outcome = checked(desk, rows, ["A3:A4", "B3:C3", "D3:E3"])
    assert told(outcome) == set()
    assert values(outcome) == {"MCH520102": {"parturient_women": 100, "live_births": 101}}


@pytest.mark.parametrize(
    ("where", "counted"),
    [
        (["单位：万人"], 32_000),
        (["（单位：万人）"], 32_000),
        (["填报单位：南明区   单位：万人"], 32_000),
        (["单位：人"], None),
        (["填报单位：万山区"], None),  # a district, and no unit
    ],
)
def test_the_unit_of_the_whole_sheet(desk: Desk, where: list[str], counted: int | None) -> None:
    sender = [] if where[0].startswith("填报单位") else [["填报单位：南明区"]]
    births = 0.0101 if counted else 101
    rows = [TITLE, where, *sender, ["项目", "合计", "户籍", "非户籍"], ["活产数", births, births, 0], ["产妇数", births, births, 0], ["7岁以下儿童数", 3.2 if counted else 3, 3 if counted else 2, 0.2 if counted else 1]]  # fmt: skip
    outcome = checked(desk, rows)
    assert told(outcome) == set()
    assert [one["under7_children"] for one in values(outcome).values()] == [counted or 3]


def test_each_rows_own_unit(desk: Desk) -> None:
    rows = [TITLE, ["填报单位：南明区"], ["项目", "单位", "合计", "户籍", "非户籍"], ["活产数", "人", 101, 90, 11], ["产妇数", "人", 100, 89, 11], ["7岁以下儿童数", "万人", 3.2, 3, 0.2]]  # fmt: skip
    outcome = checked(desk, rows)
    assert told(outcome) == set()
    assert values(outcome)[NANMING]["under7_children"] == 32_000
    assert values(outcome)[NANMING]["live_births"] == 101


def test_a_tables_own_numbering_makes_no_row_ours(desk: Desk) -> None:
    """Row 3 of the form is girls born; row 3 of this table is women booked early."""
    rows = [TITLE, ["填报单位：南明区卫生健康局"], ["序号", "指标", "合计", "本地户籍", "流动人口"], [1, "活产儿数", 101, 90, 11], [2, "产妇总数", 100, 89, 11], [3, "早孕建册人数", 95, 86, 9], [4, "孕产妇产前筛查人数", 80, 72, 8]]  # fmt: skip
    outcome = checked(desk, rows)
    assert told(outcome) == {("row_unknown", "B6")}
    assert values(outcome) == {
        NANMING: {"live_births": 101, "parturient_women": 100, "prenatal_screened_women": 80}
    }


def test_counties_beside_each_other_are_not_taken_for_the_sender(desk: Desk) -> None:
    rows = [TITLE, ["指标", "观山湖区", "南明区", "云岩区", "花溪区", "合计"], ["产妇总数", 1, 2, 3, 4, 10], ["活产儿数", 1, 2, 3, 4, 10], ["产前筛查人数", 1, 2, 3, 4, 10]]  # fmt: skip
    outcome = checked(desk, rows)
    assert told(outcome) == set()
    births = {who: held["live_births"] for who, held in values(outcome).items()}
    assert births == {"520115": 1, NANMING: 2, YUNYAN: 3, "520111": 4}


def test_columns_of_numbers_are_left_out_with_a_word(desk: Desk) -> None:
    rows = [["2026年三季度婚前医学检查情况统计表"], ["填报地区：南明区"], ["项目", "男", "女", "合计"], ["结婚登记人数", 300, 300, 600], ["婚前医学检查人数", 280, 281, 561]]  # fmt: skip
    outcome = checked(desk, rows)
    assert told(outcome) == {("column_unknown", "B3"), ("column_unknown", "C3")}


def test_a_table_like_a_form_is_told_what_it_is_like_and_what_is_not_known(desk: Desk) -> None:
    outcome = checked(
        desk,
        [
            ["贵阳市2026年9月孕产妇保健情况"],
            ["地区", "活产儿数", "产妇总数", "早孕建册人数"],
            ["南明区", 100, 99, 96],
        ],
    )
    assert told(outcome) == {("form_unknown", ""), ("column_unknown", "D2")}
    assert "最像“县区妇幼健康月报”：认得活产儿数、产妇总数2项" in outcome.issues[0].message("zh")
    assert "most like Monthly return of a county" in outcome.issues[0].message("en")
    assert "产妇建册（卡）人数" in outcome.issues[1].mend("zh")


def test_a_table_like_no_form_is_told_what_its_headers_could_be(desk: Desk) -> None:
    rows = [
        ["2026年9月儿童保健情况"],
        ["村", "0-6岁儿童", "儿童口腔检查数", "驱虫服药"],
        ["花果园", 10, 9, 8],
    ]
    outcome = checked(desk, rows)
    assert ("form_unknown", "") in told(outcome)
    assert any("儿童口腔检查人数" in one.mend("zh") for one in outcome.issues if one.cell == "C2")
    assert ("column_unknown", "D2") not in told(outcome)  # nothing is like it


@pytest.mark.parametrize("name", ["信.xlsx", "信.xls", "信.ods"])
def test_a_letter_under_a_spreadsheets_name_is_no_spreadsheet(desk: Desk, name: str) -> None:
    outcome = check_content("各位同事：\n本月报表见附件。\n".encode(), name, desk)
    assert [one.code for one in outcome.issues] == ["wrong_type"]
