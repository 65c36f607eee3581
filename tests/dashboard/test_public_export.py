"""Exports for publication and for use inside: what they hold, what they hide, what they say of themselves."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib

import pytest
from openpyxl import load_workbook

from dashboard.exports.results import write_results
from indicators.definition import load_catalogue
from indicators.disclosure import public_results
from indicators.result import Flag
from indicators.results import Context, calculate
from reference.periods import statistical_year
from store.records import SubmissionRecord, UploadRecord, ValueRecord
from store.saving import save

YEAR = statistical_year(2026)
COUNTY, OTHER, ZUNYI = "520302", "520303", "520300"
MORTALITY = "maternal_mortality_ratio"


@pytest.fixture
def context(store, registry):
    """Two counties of Zunyi with 3 and 12 deaths of mothers in the statistical year."""
    numbers = [(COUNTY, 500, [1, 1, 1] + [0] * 9), (OTHER, 900, [1] * 12)]
    submissions = tuple(
        SubmissionRecord(
            "county_monthly", "2024", "residence", county, month, 1, None, None,
            (
                ValueRecord("live_births", "", births, "", "", "S", "A1"),
                ValueRecord("maternal_deaths", "", died, "", "", "S", "A2"),
            ),
        )
        for county, births, deaths in numbers
        for month, died in zip(YEAR.months, deaths, strict=True)
    )  # fmt: skip
    content = b"deaths"
    digest = hashlib.sha256(content).hexdigest()
    moment = dt.datetime(2026, 10, 3, tzinfo=dt.UTC)
    save(
        store,
        registry,
        [UploadRecord("a.xlsx", digest, content, "test", moment, False, submissions, ())],
        "test",
    )
    return Context(registry, load_catalogue(registry), store, ())


def export(context, to, results, *, public, flags=(), synthetic=False, language="zh"):
    write_results(
        to, results, flags, context.registry, context.catalogue, YEAR, language, synthetic, public=public
    )
    return to


def test_a_public_file_hides_small_numbers_and_says_so(context, tmp_path):
    results = public_results(context, [MORTALITY], [ZUNYI, COUNTY, OTHER], [YEAR])
    book = load_workbook(export(context, tmp_path / "x.xlsx", results, public=True, synthetic=True))
    assert book.sheetnames == ["封面", "结果"], "no flags: they rest on numbers of other months"
    cover = "\n".join(str(row[0].value) for row in book["封面"].iter_rows())
    assert "公开版" in cover
    assert "小于10隐去" in cover
    assert "合成数据" in cover
    rows = [[cell.value for cell in row] for row in book["结果"].iter_rows(min_row=2)]
    numerators = {row[0]: row[4] for row in rows}
    assert numerators == {ZUNYI: 15, COUNTY: None, OTHER: None}
    assert {row[3] for row in rows} == {"2026统计年度"}
    assert [row[-1] for row in rows if row[0] == COUNTY] == ["小数隐去"]


def test_a_file_for_use_inside_has_every_number_and_says_what_it_is(context, tmp_path):
    results = calculate(context, [MORTALITY], [ZUNYI, COUNTY, OTHER], YEAR)
    book = load_workbook(export(context, tmp_path / "x.xlsx", results, public=False, language="en"))
    assert book.sheetnames == ["Cover", "Results", "Flags"]
    cover = "\n".join(str(row[0].value) for row in book["Cover"].iter_rows())
    assert "not for publication" in cover
    assert [row[4].value for row in book["Results"].iter_rows(min_row=2)] == [15, 3, 12]


def test_flags_are_never_public(context, tmp_path):
    flag = Flag("behind_target", COUNTY, MORTALITY, YEAR.code, 1, 3, "落后", "behind")
    with pytest.raises(ValueError, match="not for the public"):
        export(context, tmp_path / "x.xlsx", [], public=True, flags=[flag])


def test_a_public_csv_carries_the_synthetic_mark_and_no_hidden_number(context, tmp_path):
    results = public_results(context, [MORTALITY], [COUNTY], [YEAR])
    path = export(context, tmp_path / "x.csv", results, public=True, synthetic=True)
    with path.open(encoding="utf-8-sig", newline="") as handle:
        (row,) = csv.DictReader(handle)
    assert (row["分子"], row["值"], row["区间下限"], row["差距（人）"]) == ("", "", "", "")
    assert (row["分母"], row["数据性质"], row["未评价原因"]) == ("6000", "合成数据", "小数隐去")
