"""Nothing is lost or turned into another number in silence: small returns built as hospitals and counties build them."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from loaders.forms import load_forms
from loaders.intake import Desk, check_content
from loaders.load import load_paths
from loaders.outcome import Outcome
from reference.registry import Registry
from store.database import Store

HEADERS = ["机构代码", "机构名称", "产妇数", "活产总数", "男性活产数", "女性活产数", "孕产妇死亡数"]
NANMING = ["MCH520102", "南明区妇幼保健院", 100, 101, 50, 51, 0]
YUNYAN = ["MCH520103", "云岩区妇幼保健院", 200, 201, 100, 101, 0]
CSV = "助产机构月报\n报告期：2026年10月\n机构代码,机构名称,产妇数,活产总数\nMCH520102,南明区妇幼保健院,100,101\n"


@pytest.fixture(scope="module")
def desk(registry: Registry) -> Desk:
    return Desk(registry, load_forms(registry), today=dt.date(2026, 11, 20))


def book(*rows: list[object], period: str = "2026年10月") -> Workbook:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in (["助产机构月报"], [f"报告期：{period}"], HEADERS, *rows):
        sheet.append(row)
    return workbook


def saved(workbook: Workbook) -> bytes:
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def checked(desk: Desk, content: Workbook | bytes, name: str = "return.xlsx") -> Outcome:
    return check_content(content if isinstance(content, bytes) else saved(content), name, desk)


def told(outcome: Outcome) -> list[tuple[str, str]]:
    """(code, cell) of every issue but the columns that these short returns leave out."""
    return [(one.code, one.cell) for one in outcome.issues if one.code not in ("fields_absent",)]


def senders(outcome: Outcome) -> list[str]:
    return [one.organisation for one in outcome.returns]


def test_a_sound_return_has_no_issue(desk: Desk) -> None:
    outcome = checked(desk, book(NANMING, YUNYAN))
    assert told(outcome) == []
    assert senders(outcome) == ["MCH520102", "MCH520103"]


def test_a_code_that_contradicts_the_name_is_asked_about(desk: Desk) -> None:
    outcome = checked(desk, book(["MCH520102", "云岩区妇幼保健院", *NANMING[2:]]))
    assert outcome.errors, "Yunyan's figures would be saved for Nanming"


def test_rows_below_a_note_are_read_or_asked_about(desk: Desk) -> None:
    outcome = checked(desk, book(NANMING, ["注：以上已核对"], YUNYAN))
    assert "MCH520103" in senders(outcome) or outcome.errors


def test_group_totals_are_compared_with_their_group(desk: Desk) -> None:
    first, second = ["", "小计", *NANMING[2:]], ["", "小计", *YUNYAN[2:]]
    whole = ["", "合计", 300, 302, 150, 152, 0]
    assert told(checked(desk, book(NANMING, first, YUNYAN, second, whole))) == []


def test_a_sheet_of_instructions_that_names_the_form_does_not_stop_it(desk: Desk) -> None:
    workbook = book(NANMING)
    workbook.create_sheet("填表说明").append(["《助产机构月报》填表说明"])
    assert told(checked(desk, workbook)) == []


def test_a_month_that_the_spreadsheet_made_a_date_is_a_period(desk: Desk) -> None:
    """Excel turns a typed 2026年10月 into 2026-10-01, shown as 2026年10月."""
    workbook = book(NANMING)
    workbook.active["A2"] = "报告期"
    workbook.active["B2"] = dt.datetime(2026, 10, 1)
    workbook.active["B2"].number_format = 'yyyy"年"m"月"'
    outcome = checked(desk, workbook)
    assert [(one.first, one.last) for one in outcome.returns] == [(202610, 202610)]


@pytest.mark.parametrize(("cell", "code"), [("101①", "number_with_remark"), ("10 1", "not_a_number")])
def test_a_mark_or_a_gap_makes_no_other_number(desk: Desk, cell: str, code: str) -> None:
    assert (code, "D4") in told(checked(desk, book([*NANMING[:3], cell, "", "", 0])))


@pytest.mark.parametrize(
    "header", ["未系统管理人数", "产后未访视人数", "乙肝表面抗原阴性人数", "产前检查8次及以上人数"]
)
def test_a_header_that_says_the_opposite_is_not_a_misspelling(desk: Desk, header: str) -> None:
    workbook = openpyxl.Workbook()
    rows = [
        ["县区妇幼健康月报"],
        ["填报单位：南明区（520102）", "", "", "报告期：2026年10月"],
        ["项目", "户籍", "非户籍"],
        ["活产数", 100, 5],
        ["产妇数", 99, 5],
        [header, 7, 1],
    ]
    for row in rows:
        workbook.active.append(row)
    assert told(checked(desk, workbook)) == [("row_unknown", "A6")]


@pytest.mark.parametrize(
    ("pattern", "written"),
    [(rb'<c r="([A-Z]+\d+)" t="e"', rb'<c t="e" r="\1"'), (rb'<c r="[A-Z]+\d+"', rb"<c")],
    ids=["attributes in another order", "cells without addresses"],
)
def test_an_error_cell_is_found_however_the_file_is_written(
    desk: Desk, pattern: bytes, written: bytes
) -> None:
    workbook = book(NANMING)
    workbook.active["G4"] = "#REF!"
    workbook.active["G4"].data_type = "e"
    source, target = zipfile.ZipFile(io.BytesIO(saved(workbook))), io.BytesIO()
    with zipfile.ZipFile(target, "w") as changed:
        for name in source.namelist():
            part = source.read(name)
            changed.writestr(name, re.sub(pattern, written, part) if "sheet1" in name else part)
    assert told(checked(desk, target.getvalue())) == [("error_value", "G4")]


def test_a_quote_that_is_never_closed_swallows_no_row(desk: Desk) -> None:
    outcome = checked(desk, (CSV + '"MCH520103,云岩区妇幼保健院,1,2\n').encode(), "return.csv")
    assert outcome.errors or "MCH520103" in senders(outcome)


@pytest.mark.parametrize(
    "tail", ['"' + "x" * 200_000 + '",1\n', "MCH520103,云岩\x00区,1,2\n"], ids=["long cell", "NUL"]
)
def test_a_strange_csv_is_no_failure_of_ours(desk: Desk, tail: str) -> None:
    codes = [code for code, _ in told(checked(desk, (CSV + tail).encode(), "return.csv"))]
    assert "reader_failed" not in codes
    assert "wrong_type" not in codes


@pytest.mark.parametrize(
    "content", [b"MIME-Version: 1.0\r\n\r\n<html>", b"{\\rtf1\\ansi x}"], ids=["mhtml", "rtf"]
)
def test_a_document_saved_as_xls_is_told_as_such(desk: Desk, content: bytes) -> None:
    assert told(checked(desk, content, "return.xls"))[0][0] in ("markup_as_spreadsheet", "wrong_type")


def test_one_impossible_file_stops_no_other(desk: Desk, store: Store, tmp_path: Path) -> None:
    """A number that only its unit, or only its sum, makes too large for the store."""
    paths = [tmp_path / name for name in ("1.xlsx", "2.xlsx", "3.xlsx", "4.xlsx")]
    county = openpyxl.Workbook()
    for row in (
        ["县区妇幼健康月报"],
        ["填报单位：南明区（520102）", "", "", "报告期：2026年10月"],
        ["项目", "户籍", "非户籍"],
        ["活产数", 999_999_999_999_999, 5],
        ["产妇数", 99, 1],
    ):
        county.active.append(row)
    contents = [
        book(NANMING, period="2026年1月"),
        book([*NANMING[:3], "999999999999万", "", "", 0], period="2026年2月"),
        county,
        book(NANMING, period="2026年3月"),
    ]
    for path, workbook in zip(paths, contents, strict=True):
        path.write_bytes(saved(workbook))
    loaded = list(load_paths(paths, desk, store, sender="test"))
    assert [bool(one.outcome.errors) for one in loaded] == [False, True, True, False]
