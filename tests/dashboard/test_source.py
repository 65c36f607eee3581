"""From any number to its source: parts that add up to the value, who is missing, the cell, and what it replaced."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dashboard.answers import Answers
from dashboard.app import answer
from dashboard.auth.account import Account
from dashboard.pages import source
from dashboard.taking_away import text_of
from dashboard.tracing import Trace
from dashboard.visit import Visit, open_visit
from reference.periods import parse
from store.records import SubmissionRecord, ValueRecord

TODAY = dt.date(2026, 11, 24)


def visit_of(workspace: Any, search: str) -> Visit:
    return open_visit(Answers(workspace), "/source", search, TODAY)


def trace_of(visit: Visit, code: str, period: str = "2025-11..2026-10") -> Trace:
    definition = visit.workspace.catalogue.get("prenatal_screening_coverage")
    return Trace(visit, definition, code, parse(period))


def test_shares_of_the_counties_add_up_to_the_prefecture(loaded, counties) -> None:
    """Three counties of 1,200 women, 60, 79 and 90 of 100 screened; a fourth three months at 85, nine months missing."""
    trace = trace_of(visit_of(loaded, ""), "520300")
    given = {one.organisation: (one.numerator, one.denominator) for one in trace.shares if one.numerator}
    assert given == {
        counties.behind: (720, 1200),
        counties.near: (948, 1200),
        counties.ahead: (1080, 1200),
        counties.silent: (255, 300),
    }
    assert trace.agrees
    assert (trace.result.numerator, trace.result.denominator) == (720 + 948 + 1080 + 255, 3 * 1200 + 300)
    silent = next(one for one in trace.shares if one.organisation == counties.silent)
    assert (silent.received, silent.expected) == (3, 12)
    nothing = [one for one in trace.shares if one.numerator is None]
    assert all((one.received, one.expected) == (0, 12) for one in nothing)


def test_a_county_leads_to_its_cells_and_says_which_months_are_missing(loaded, counties) -> None:
    trace = trace_of(visit_of(loaded, ""), counties.silent)
    assert trace.below == () or trace.shares == []
    screened = [line for line in trace.lines if line.name == "prenatal_screened_women"]
    assert [(line.block, line.value, line.stated.cell) for line in screened] == [
        ((202511, 1), 85, "C7"),
        ((202512, 1), 85, "C7"),
        ((202601, 1), 85, "C7"),
    ]
    assert trace.silent == [202602, 202603, 202604, 202605, 202606, 202607, 202608, 202609, 202610]


def test_a_corrected_number_shows_the_one_it_replaced(loaded, counties) -> None:
    counties.save(counties.an_upload([counties.a_return(counties.behind, 202610, 77)], name="更正.xlsx"))
    visit = visit_of(loaded, f"area={counties.behind}&indicator=prenatal_screening_coverage")
    page = text_of(source.layout(visit))
    assert "更正.xlsx" in page
    assert "已被取代" in page
    trace = trace_of(visit, counties.behind)
    assert [(one.value, one.sent.status) for one in trace.replaced if one.element.startswith("prenatal")] == [
        (60, "superseded")
    ]
    assert trace.result.numerator == 11 * 60 + 77
    assert trace.agrees


def test_a_month_told_from_running_totals_shows_both_cells(workspace, counties) -> None:
    def running(month: int, span: int, screened: int, women: int) -> SubmissionRecord:
        numbers = {"prenatal_screened_women": screened, "parturient_women": women}
        values = tuple(
            ValueRecord(element, "", number, "", "", "累计", f"D{row}")
            for row, (element, number) in enumerate(numbers.items(), start=5)
        )
        return SubmissionRecord(
            counties.form, "test", "residence", counties.near, month, span, 202601, None, values
        )

    counties.save(counties.an_upload([running(202601, 1, 50, 70), running(202602, 2, 110, 150)]))
    trace = trace_of(visit_of(workspace, ""), counties.near, "2026-02")
    line = next(one for one in trace.lines if one.name == "prenatal_screened_women")
    assert (line.value, line.stated.value, line.before.value) == (60, 110, 50)
    assert (trace.result.numerator, trace.result.denominator) == (60, 80)
    assert trace.agrees
    visit = visit_of(workspace, f"area={counties.near}&indicator=prenatal_screening_coverage&period=2026-02")
    assert "累计 110 减上月累计 50" in text_of(source.layout(visit))


def test_a_stock_is_traced_to_the_last_figure_of_each_county(workspace, counties) -> None:
    """One county counted 200 children in October, another 300 in August and nothing since."""

    def stock(county: str, month: int, managed: int, children: int) -> SubmissionRecord:
        values = (
            ValueRecord("under7_managed", "", managed, "", "", "表一", "E7"),
            ValueRecord("under7_children", "", children, "", "", "表一", "F7"),
        )
        return SubmissionRecord(counties.form, "test", "residence", county, month, 1, None, None, values)

    counties.save(
        counties.an_upload([stock(counties.near, 202610, 180, 200), stock(counties.behind, 202608, 250, 300)])
    )
    search = "indicator=under7_management_rate&period=2025-11..2026-10&lang=zh&area="
    visit = visit_of(workspace, search + "520300")
    definition = workspace.catalogue.get("under7_management_rate")
    trace = Trace(visit, definition, "520300", parse("2025-11..2026-10"))
    assert trace.agrees
    assert (trace.result.numerator, trace.result.denominator) == (430, 500)
    given = {one.organisation: one for one in trace.shares if one.numerator}
    assert {code: (one.numerator, one.denominator) for code, one in given.items()} == {
        counties.near: (180, 200),
        counties.behind: (250, 300),
    }
    assert (given[counties.near].received, given[counties.near].expected) == (1, 1)
    assert (given[counties.behind].received, given[counties.behind].expected) == (0, 1)
    assert "1 个单位没有这个月的数" in text_of(source.layout(visit))
    assert "1 个单位期末未报" in text_of(source.layout(visit))
    own = Trace(visit_of(workspace, search + counties.behind), definition, counties.behind, trace.period)
    assert [(line.name, line.block, line.value, line.stated.cell) for line in own.lines] == [
        ("under7_managed", (202608, 1), 250, "E7"),
        ("under7_children", (202608, 1), 300, "F7"),
    ]


def test_files_are_shown_to_those_who_reach_them(loaded, counties) -> None:
    visit = visit_of(loaded, f"area={counties.near}&indicator=prenatal_screening_coverage&lang=zh")
    neighbour = Account("a", "甲", "county", counties.behind)
    own = Account("b", "乙", "county", counties.near)
    assert "月报.xlsx" not in text_of(source.layout(Visit(visit.answers, visit.view, TODAY, neighbour)))
    assert "月报.xlsx" in text_of(source.layout(Visit(visit.answers, visit.view, TODAY, own)))


def test_a_share_of_the_register_names_its_institutions(loaded) -> None:
    visit = visit_of(loaded, "indicator=county_level2a_share&lang=zh")
    words = text_of(source.layout(visit))
    assert "88 家机构中" in words
    assert "与数值一致" in words


def test_junk_falls_back_and_says_so(loaded) -> None:
    _, _, content, name = answer(Answers(loaded), "/source", "?indicator=nonsense&area=9&period=soon&lang=zh")
    words = " ".join(text_of(one) for one in content)
    assert "没有代码为“nonsense”的指标" in words
    assert "看不懂时间“soon”" in words
    assert name["title"].startswith("数字来源")
