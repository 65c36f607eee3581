import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import periods
from reference.periods import Period, PeriodError, find, parse

MONTHS = st.builds(lambda year, number: year * 100 + number, st.integers(1900, 2200), st.integers(1, 12))
YEARS = st.integers(1901, 2200)
PERIODS = st.one_of(
    MONTHS.map(periods.month_period),
    st.builds(periods.quarter, YEARS, st.integers(1, 4)),
    st.builds(periods.half, YEARS, st.integers(1, 2)),
    YEARS.map(periods.calendar_year),
    YEARS.map(periods.statistical_year),
    st.tuples(MONTHS, MONTHS).map(sorted).map(lambda pair: periods.month_range(*pair)),
)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026年3月", 202603, 202603),
        ("2026年3月份", 202603, 202603),
        ("2026 年 03 月", 202603, 202603),
        ("2026-03", 202603, 202603),
        ("2026.3", 202603, 202603),
        ("2026/3", 202603, 202603),
        ("202603", 202603, 202603),
        ("２０２６年３月", 202603, 202603),
        ("二〇二六年三月", 202603, 202603),
        ("二○二六年十月", 202610, 202610),
        ("二零二五年十一月", 202511, 202511),
        ("二〇二五年十二月", 202512, 202512),
        ("Mar-2026", 202603, 202603),
        ("March 2026", 202603, 202603),
        ("Sept. 2026", 202609, 202609),
        ("截至2026年9月30日", 202609, 202609),
        ("2026年第一季度", 202601, 202603),
        ("2026年四季度", 202610, 202612),
        ("2026年第2季度", 202604, 202606),
        ("2026Q3", 202607, 202609),
        ("Q3 2026", 202607, 202609),
        ("二〇二六年第二季度", 202604, 202606),
        ("2026年上半年", 202601, 202606),
        ("2026H2", 202607, 202612),
        ("2025年度", 202501, 202512),
        ("2025年", 202501, 202512),
        ("2025", 202501, 202512),
        ("二〇二五年度", 202501, 202512),
        ("2025统计年度", 202410, 202509),
        ("2025年统计年度", 202410, 202509),
        ("SY2025", 202410, 202509),
        ("2020-04..2021-03", 202004, 202103),
        ("Apr-2020 To Mar-2021", 202004, 202103),
        ("2026年1-3月", 202601, 202603),
        ("2026年1月至3月", 202601, 202603),
        ("2026年一至三月", 202601, 202603),
        ("2025年10月—2026年9月", 202510, 202609),
        ("2025年10月1日至2026年9月30日", 202510, 202609),
        ("2026.1.1-2026.6.30", 202601, 202606),
        ("2026年1月1日至3月31日", 202601, 202603),
    ],
)
def test_reads_what_people_write(text, first, last):
    found = parse(text)
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "三月",
        "2026年13月",
        "202613",
        "520102",  # the code of 南明区, not the second month of 5201
        "2026年3月15日",  # a day is no period
        "2026年1月2日至2026年3月31日",  # not whole months
        "2026年2月30日至2026年3月31日",
        "2026-05..2026-03",
        "2026年5-3月",
        "2026年第五季度",
        "Market 2026",
        "9999",
    ],
)
def test_refuses_what_is_no_period(text):
    with pytest.raises(PeriodError):
        parse(text)


@given(PERIODS)
def test_every_code_reads_back(period):
    assert parse(period.code) == period


@given(PERIODS)
def test_every_label_reads_back(period):
    assert parse(period.label("zh")) == period
    assert parse(period.label("en")) == period


@given(MONTHS, st.integers(-600, 600))
def test_moving_a_month_and_counting_agree(month, step):
    moved = periods.month_add(month, step)
    assert periods.month_add(moved, -step) == month
    first, last = sorted((month, moved))
    assert periods.month_count(first, last) == abs(step) + 1


def test_months_across_years():
    assert periods.month_add(202512, 1) == 202601
    assert periods.month_add(202601, -1) == 202512
    assert periods.month_add(202603, -15) == 202412
    assert periods.month_count(202004, 202103) == 12
    assert parse("2025-11..2026-02").months == (202511, 202512, 202601, 202602)


def test_days_before_and_the_year_before():
    year = periods.statistical_year(2026)
    assert (year.first_day, year.last_day) == (dt.date(2025, 10, 1), dt.date(2026, 9, 30))
    assert year.before() == periods.statistical_year(2025)
    assert parse("2024-02").last_day == dt.date(2024, 2, 29)
    assert parse("2026Q1").year_before() == parse("2025Q1")
    assert parse("2026Q1").before() == parse("2025Q4")
    assert periods.rolling_year(202610) == Period(202511, 202610, "range")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026年3月贵州省助产机构月报", "2026-03"),
        ("填报日期：2026年4月3日　报告期：2026年3月", "2026-03"),
        ("国卫办〔2020〕7号 2026年第三季度报表", "2026Q3"),
        ("Data ItemWise Report For Apr-2020 To Mar-2021", "2020-04..2021-03"),
        ("贵州省2025年度妇幼健康年报", "2025"),
        ("2025统计年度妇幼健康年报", "SY2025"),
        ("妇幼保健机构等级登记（截至2026年9月30日）", "2026-09"),
        ("2026年1-3月累计", "2026-01..2026-03"),
        ("开阳县202603月报.xlsx", "2026-03"),
        ("2026年9月5岁以下儿童死亡监测报表", "2026-09"),
        ("2026年9月0～6岁儿童保健报表", "2026-09"),
        ("2026年3季度托育服务情况", "2026Q3"),
    ],
)
def test_finds_the_period_of_a_title(text, code):
    assert str(find(text)) == code


@pytest.mark.parametrize(
    "text", ["填报日期：2026年4月3日", "12520000429248121L", "邮编 550001", "国卫办〔2020〕7号"]
)
def test_finds_none_where_there_is_none(text):
    assert find(text) is None


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (202603, 202603, "2026-03"),
        (202604, 202606, "2026Q2"),
        (202605, 202607, "2026-05..2026-07"),
        (202601, 202606, "2026H1"),
        (202607, 202612, "2026H2"),
        (202604, 202609, "2026-04..2026-09"),
        (202601, 202612, "2026"),
        (202510, 202609, "SY2026"),
        (202511, 202610, "2025-11..2026-10"),
    ],
)
def test_a_run_bears_the_name_that_people_have_for_it(first, last, code):
    found = periods.named_run(first, last)
    assert found.code == code
    assert periods.parse(code) == found
