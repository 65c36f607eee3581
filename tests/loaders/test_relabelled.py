"""Last month's workbook with its period changed: asked about at the period's cell, with the month that it repeats."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest

from loaders.annotate import annotate
from loaders.forms import load_forms
from loaders.intake import Desk
from loaders.issue_list import FIRST
from loaders.issues import Issue
from loaders.load import Loaded, load_content
from loaders.plausible import alike, enough
from reference.registry import Registry
from store.database import Store
from tests.workbooks.build import bytes_of, delivery

HEADERS = ("机构代码", "机构名称", "产妇数", "活产总数", "男性活产数", "女性活产数", "死胎死产数", "阴道分娩数", "剖宫产例数", "早产儿数", "低出生体重儿数", "孕产妇死亡数", "巨大儿数")  # fmt: skip
NANMING = ("MCH520102", "南明区妇幼保健院", 100, 101, 50, 51, 2, 60, 40, 7, 5, 0, 6)
YUNYAN = ("MCH520103", "云岩区妇幼保健院", 200, 203, 100, 103, 4, 120, 80, 11, 9, 0, 12)
OTHER = ("MCH520102", "南明区妇幼保健院", 93, 94, 46, 48, 1, 50, 43, 6, 4, 0, 3)
ALL = {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8, "i": 9, "j": 10}


@pytest.fixture(scope="module")
def desk(registry: Registry) -> Desk:
    return Desk(registry, load_forms(registry), today=dt.date(2026, 11, 20))


@pytest.mark.parametrize(
    ("numbers", "others", "expected"),
    [
        (ALL, ALL, (10, 10)),
        (ALL, ALL | {"a": 2}, (9, 10)),
        (ALL, ALL | {"a": 2, "b": 3}, None),  # eight of ten
        (ALL | {"k": 0}, ALL | {"k": 0}, (10, 10)),  # what both say did not happen is no likeness
        (ALL | {"k": 0, "l": 0}, ALL | {"k": 1, "l": 1}, None),  # ten of twelve
        (dict.fromkeys(ALL, 3), dict.fromkeys(ALL, 3), None),  # three births, in this month as in that
        (ALL, {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7}, None),  # seven to compare
    ],
)
def test_when_one_month_repeats_another(
    numbers: dict[str, int], others: dict[str, int], expected: tuple[int, int] | None
) -> None:
    assert alike(numbers, others) == expected


def test_a_few_births_say_too_little() -> None:
    assert enough(ALL)
    assert not enough(dict.fromkeys(ALL, 3))


def month(period: str, *rows: tuple[object, ...]) -> bytes:
    return bytes_of(delivery(*rows, period=(f"报告期：{period}",), headers=HEADERS))


def load(desk: Desk, store: Store, content: bytes) -> Loaded:
    return load_content(content, "月报.xlsx", desk, store, sender="test")


def asked(loaded: Loaded) -> list[Issue]:
    return [one for one in loaded.outcome.issues if one.code == "month_repeated"]


def test_last_months_numbers_under_this_month_are_asked_about(desk: Desk, store: Store) -> None:
    assert asked(load(desk, store, month("2026年9月", NANMING))) == []
    loaded = load(desk, store, month("2026年10月", (*NANMING[:-1], 5)))
    (issue,) = asked(loaded)
    assert (issue.cell, issue.organisation, issue.severity) == ("A2", "MCH520102", "warning")
    assert "南明区妇幼保健院2026年10月的数与2026年9月的几乎全部相同（10个数里9个一样）" in issue.message("zh")
    assert "2026年9月" in issue.mend("zh")
    assert loaded.receipt.outcome == "accepted_with_warnings"


def test_two_months_before_and_two_senders_make_one_question(desk: Desk, store: Store) -> None:
    load(desk, store, month("2026年8月", NANMING, YUNYAN))
    load(desk, store, month("2026年9月", OTHER))
    (issue,) = asked(load(desk, store, month("2026年10月", NANMING, YUNYAN)))
    assert "南明区妇幼保健院、云岩区妇幼保健院2026年10月的数与2026年8月的" in issue.message("zh")


def test_other_numbers_and_the_same_month_again_are_not_asked_about(desk: Desk, store: Store) -> None:
    load(desk, store, month("2026年9月", NANMING))
    assert asked(load(desk, store, month("2026年9月", NANMING))) == []
    assert asked(load(desk, store, month("2026年10月", OTHER))) == []


def test_both_months_in_one_file(desk: Desk, store: Store) -> None:
    made = delivery(NANMING, period=("报告期：2026年9月",), headers=HEADERS)
    second = made.copy_worksheet(made.worksheets[0])
    second["A2"] = "报告期：2026年10月"
    found = asked(load(desk, store, bytes_of(made)))
    assert [(one.sheet, one.cell) for one in found] == [("Sheet", "A2"), ("Sheet Copy", "A2")]


def test_what_the_sender_says_is_kept_with_the_question(desk: Desk, store: Store) -> None:
    load(desk, store, month("2026年9月", NANMING))
    content = month("2026年10月", NANMING)
    first = load(desk, store, content)
    book = openpyxl.load_workbook(io.BytesIO(annotate(content, "月报.xlsx", first.outcome.issues).content))
    sheet = book["审核问题"]
    row = next(
        row for row in range(FIRST, FIRST + 9) if "几乎全部相同" in str([one.value for one in sheet[row]])
    )
    sheet.cell(row, 7).value = "已逐项核对，两月确实相同"
    target = io.BytesIO()
    book.save(target)
    (issue,) = asked(load(desk, store, target.getvalue()))
    assert "已说明：已逐项核对" in issue.message("zh")
