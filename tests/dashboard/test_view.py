"""The address bar: what is understood, what falls back and says so, and what is written back."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qsl, urlsplit

import pytest

from dashboard.view import View, kind_of, period_choices, read_view, steps_before
from indicators.definition import Catalogue, load_catalogue
from reference.periods import parse
from reference.registry import Registry

MONTHS = {"guizhou": (202401, 202610), "india": (202004, 202103)}


@pytest.fixture(scope="module")
def indicators(registry: Registry) -> Catalogue:
    return load_catalogue(registry)


@pytest.fixture
def read(registry: Registry, indicators: Catalogue):
    def read_it(search: str, path: str = "/", months=MONTHS) -> View:
        return read_view(path, search, registry, indicators, months, "zh", dt.date(2026, 11, 23))

    return read_it


def test_an_empty_address_shows_the_province_over_the_last_twelve_months(read) -> None:
    view = read("")
    assert (view.area.code, view.language, view.notices) == ("520000", "zh", ())
    assert (view.period.first, view.period.last) == (202511, 202610)
    assert view.kind == "rolling"


def test_without_data_the_year_that_ended_last_month_is_shown(read) -> None:
    view = read("", months={"guizhou": None, "india": None})
    assert (view.period.first, view.period.last) == (202511, 202610)


@pytest.mark.parametrize(
    ("period", "first", "last", "kind"),
    [
        ("2026-03", 202603, 202603, "month"),
        ("2026Q1", 202601, 202603, "quarter"),
        ("2025", 202501, 202512, "year"),
        ("SY2026", 202510, 202609, "statistical_year"),
        ("2025-11..2026-10", 202511, 202610, "rolling"),
        ("2026-01..2026-05", 202601, 202605, ""),
    ],
)
def test_a_period_is_read_and_its_kind_known(read, period: str, first: int, last: int, kind: str) -> None:
    view = read(f"?period={period}")
    assert (view.period.first, view.period.last, view.kind) == (first, last, kind)
    assert view.period_given


def test_choosing_a_kind_gives_its_newest_period_with_whole_data(read) -> None:
    # The data end in October 2026: the newest quarter, calendar and statistical year that are over end before that.
    assert read("?kind=statistical_year").period.code == "SY2026"
    assert read("?kind=quarter").period.code == "2026Q3"
    assert read("?kind=month").period.code == "2026-10"
    assert read("?kind=year").period.code == "2025"


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ("?period=abc", "abc"),
        ("?area=999999", "999999"),
        ("?indicator=nonsense", "nonsense"),
        ("?lang=xx", "xx"),
        ("?kind=week", "week"),
        ("?unit=nobody", "nobody"),
        ("?color=red", "color"),
        ("?area=<script>alert(1)</script>", "<script>"),
    ],
)
def test_junk_falls_back_and_says_so(read, search: str, said: str) -> None:
    view = read(search)
    assert len(view.notices) == 1
    assert said in view.notices[0]
    assert view.area.code == "520000"


def test_a_time_without_data_is_said(read) -> None:
    assert read("?period=2020-01").notices == ("2020年1月没有数据；现有数据从 2024年1月 到 2026年10月。",)
    assert read("?period=2026-10").notices == ()


def test_a_hospital_is_no_area(read) -> None:
    view = read("?area=MCH520102")
    assert view.area.code == "520000"
    assert "MCH520102" in view.notices[0]


def test_links_carry_the_view_and_read_back_the_same(read) -> None:
    view = read("?area=520300&period=2026Q1&lang=en&indicator=prenatal_screening_coverage")
    link = urlsplit(view.link("/indicator"))
    again = read(f"?{link.query}", link.path)
    assert (again.area, again.period, again.language, again.indicator) == (
        view.area,
        view.period,
        "en",
        "prenatal_screening_coverage",
    )
    assert dict(parse_qsl(urlsplit(view.link("/", indicator="")).query)).get("indicator") is None


def test_another_trees_area_brings_its_own_periods(read) -> None:
    view = read("?area=IN-AP")
    assert view.tree.code == "india"
    assert (view.period.first, view.period.last) == (202004, 202103)
    # India's year runs April to March: the same twelve months are its statistical year.
    assert kind_of(parse("2020-04..2021-03"), view.tree) == "statistical_year"


def test_a_page_about_another_trees_area_brings_that_tree(read) -> None:
    assert read("", path="/area/IN-AP").tree.code == "india"
    assert read("?area=520300", path="/area/IN-AP").area.code == "IN-AP"
    assert read("?area=520300", path="/area/520303").area.code == "520300"


def test_choices_touch_the_data_newest_first_and_whole_ones_before_the_running_one(
    registry: Registry,
) -> None:
    tree = registry.trees["guizhou"]
    years = [period.code for period in period_choices("year", (202401, 202610), tree)]
    assert years == ["2025", "2024", "2026"]
    assert [one.code for one in period_choices("rolling", (202601, 202603), tree)] == ["2025-04..2026-03"]


def test_a_trend_has_no_period_that_begins_before_the_data() -> None:
    assert [one.code for one in steps_before("month", 202603, 202512)] == [
        "2025-12",
        "2026-01",
        "2026-02",
        "2026-03",
    ]
    assert [one.code for one in steps_before("quarter", 202603, 202511)] == ["2026Q1"]
    assert [one.code for one in steps_before("rolling", 202603, 202504)] == ["2025-04..2026-03"]
    assert len(steps_before("month", 202610, 201001)) == 36
