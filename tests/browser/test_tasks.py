"""A new user's five tasks, each from the overview in at most three clicks, counted; and what the address bar promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from dashboard import tables

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MOST = 3


@dataclass
class Walk:
    """Clicks counted from the overview."""

    window: Any
    clicks: int = 0

    def click(self, target: Any, shows: str) -> None:
        """One click, and the wait for what it shows."""
        target.click()
        self.clicks += 1
        self.window.page.get_by_text(shows).first.wait_for()
        self.window.settle()

    def menu(self, name: str, shows: str) -> None:
        """One click in the menu."""
        self.click(self.window.page.locator("#menu a", has_text=name), shows)


@pytest.fixture
def walk(window) -> Any:
    window.open("/?lang=zh")
    found = Walk(window)
    yield found
    assert found.clicks <= MOST
    assert window.complaints == []


def test_which_counties_are_behind_on_screening_and_by_how_many_women(walk) -> None:
    figure = walk.window.page.locator(".figure--behind").first.inner_text()
    listed = walk.window.page.locator(".flag--behind").all_inner_texts()
    assert "名孕产妇接受筛查" in figure
    yunyan = next(text for text in listed if "云岩区" in text)
    # 62 of 100 a month, twelve months, against 80: (80 − 62) × 12 = 216 women short.
    assert "还需 216 名孕产妇接受筛查" in yunyan
    assert walk.clicks == 0


def test_was_this_months_value_in_a_county_chance(walk) -> None:
    county = walk.window.page.locator(".flag--behind", has_text="云岩区").first
    walk.click(county.locator("a[href^='/area/520103']").first, "代码 520103")
    walk.click(walk.window.page.get_by_role("link", name="看走势").first, "走势")
    chart = walk.window.page.locator(
        ".panel", has=walk.window.page.locator("h2", has_text="是偶然，还是变化")
    )
    # 62 of 100 every month: the control chart, not the target, says whether a month is more than chance.
    assert "云岩区" in chart.inner_text()
    assert (
        chart.locator(".says").inner_text()
        == "2026年10月为 62.0%，与上月持平。放在各月中看：属平常波动，可能是偶然。"
    )


def test_which_institutions_grades_expire_this_year(walk) -> None:
    walk.menu("机构等级", "等级登记")
    row = walk.window.page.locator("#register tbody tr", has_text="一年内到期").first
    assert "云岩" in row.inner_text()


def test_why_was_my_upload_returned(walk) -> None:
    walk.menu("数据上报", "被退回的月报.xlsx")
    row = walk.window.page.locator("#history a", has_text="被退回的月报.xlsx").first
    walk.click(row, "怎样改")
    words = walk.window.page.inner_text(".outcome")
    assert "已退回" in words
    assert "C7" in words
    assert "很多" in words


def test_what_did_the_county_answer(walk) -> None:
    badge = walk.window.page.locator("a.follow-badge", has_text="督办 1 号").first
    walk.click(badge, "两家医院漏报，十一月起补查")
    assert "说明.txt" in walk.window.text()


def test_a_number_is_three_clicks_from_its_cell(window) -> None:
    """From the indicator: value → prefecture → county, whose cells stand there."""
    window.open("/indicator/prenatal_screening_coverage?lang=zh")
    walk = Walk(window)
    walk.click(window.page.locator(".own a.value-link").first, "各单位的数字（9）")
    walk.click(window.page.locator(".source a", has_text="贵阳市").first, "各单位的数字（10）")
    walk.click(window.page.locator(".source a", has_text="云岩区").first, "单元格（24）")
    assert "Sheet1 C7" in window.text()
    assert walk.clicks <= MOST
    window.page.go_back()
    window.page.get_by_text("各单位的数字（10）").wait_for()
    window.page.go_back()
    window.page.get_by_text("各单位的数字（9）").wait_for()
    assert window.complaints == []


def test_a_pasted_link_shows_the_same_thing(window) -> None:
    window.open("/follow-ups?lang=zh&status=answered&area=520100")
    window.page.get_by_role("link", name="1 号", exact=True).click()
    window.page.locator("h1", has_text="督办 1 号").wait_for()
    window.settle()
    pasted, words = window.page.url, window.page.inner_text("#page")
    window.page.goto("about:blank")
    window.page.goto(pasted)
    window.settle()
    assert window.page.inner_text("#page") == words


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/?area=nowhere&lang=zh", "没有代码为“nowhere”的地区"),
        ("/?period=someday&lang=zh", "看不懂时间“someday”"),
        ("/source?indicator=nonsense&lang=zh", "没有代码为“nonsense”的指标"),
        ("/source?unit=nobody&lang=zh", "没有代码为“nobody”的单位"),
        ("/follow-ups/99?lang=zh", "没有编号为“99”的督办"),
        ("/follow-ups?lang=xx", "没有“xx”这种语言"),
        ("/?colour=red&lang=zh", "网址中的“colour”不认识"),
        ("/area/nowhere?lang=zh", "没有代码为“nowhere”的地区"),
    ],
)
def test_junk_in_the_address_falls_back_and_says_so(window, path, says) -> None:
    window.open(path)
    assert says in window.text()
    assert window.page.locator("#menu a").count() > 5
    assert window.complaints == []


def test_charts_are_taken_away_with_title_period_source_and_mark(window, tmp_path) -> None:
    window.open("/indicator/prenatal_screening_coverage?lang=zh")
    window.page.wait_for_selector(".js-plotly-plot .main-svg")
    for chart in ("走势", "地图"):
        panel = window.page.locator(".panel", has=window.page.locator("h2", has_text=chart)).first
        with window.page.expect_download() as got:
            panel.locator(".take-away button[data-kind=svg]").click()
        svg = tmp_path / "chart.svg"
        got.value.save_as(svg)
        text = svg.read_text(encoding="utf-8")
        for words in (
            "产前筛查率",
            chart,
            "2025年11月至2026年10月",
            "数据截至 2026年10月",
            "来源：",
            "合成数据",
        ):
            assert words in text
        assert "var(--" not in text
        with window.page.expect_download() as got:
            panel.locator(".take-away button[data-kind=png]").click()
        picture = tmp_path / "chart.png"
        got.value.save_as(picture)
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stat().st_size > 20_000
    assert window.complaints == []
    assert window.outside == []


def test_a_page_goes_to_paper_without_menus_in_colours_that_survive(window, tmp_path) -> None:
    window.page.emulate_media(media="print")
    window.open("/area/520103?lang=zh")
    shown = window.page.evaluate(
        "() => Object.fromEntries(['.mantine-AppShell-navbar', '.mantine-AppShell-header', '.choosers', '.take-away', '.print-head']"
        ".map(name => [name, getComputedStyle(document.querySelector(name)).display]))"
    )
    assert shown.pop(".print-head") == "flex"
    assert set(shown.values()) == {"none"}
    assert "打印于" in window.page.inner_text(".print-head")
    assert (
        window.page.evaluate("getComputedStyle(document.querySelector('.chip')).printColorAdjust") == "exact"
    )
    pdf = window.page.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594.95996 841.91998]" in pdf or b"/MediaBox [0 0 595" in pdf


def test_a_table_that_scrolls_stands_whole_on_paper(window) -> None:
    """88 counties and the zone: on the screen they scroll, on paper all stand, the heads no longer held in place."""
    window.open("/indicator/prenatal_screening_coverage?lang=zh")
    league = window.page.locator("#league")
    assert league.locator("tbody tr").count() == 89
    assert league.evaluate("one => one.scrollHeight > one.clientHeight + 100")
    window.page.emulate_media(media="print")
    assert league.evaluate("one => one.scrollHeight <= one.clientHeight + 1")
    assert window.complaints == []


def test_a_table_sorts_by_its_heads(window) -> None:
    """Once up, once down, once as it came; what has no value is last either way, and the head says which way."""
    window.open("/indicator/prenatal_screening_coverage?lang=zh")
    league = window.page.locator("#league")

    def column(place: int) -> list[str]:
        return league.locator(f"tbody td:nth-child({place})").all_inner_texts()

    first, place = column(2), league.locator("thead th").all_inner_texts().index("值（%）") + 1
    head = league.locator("thead th").nth(place - 1)
    for way, backwards in (("ascending", False), ("descending", True)):
        head.get_by_role("button").click()
        assert head.get_attribute("aria-sort") == way
        values = [float(one) for one in column(place) if one != "—"]
        assert len(set(values)) > 20
        assert values == sorted(values, reverse=backwards)
        assert all(one == "—" for one in column(place)[len(values) :])
    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert column(2) == first
    assert window.complaints == []


def test_a_very_long_table_stands_whole_on_paper(window, monkeypatch) -> None:
    """The library draws only the rows in sight; all of them go to paper, and leave the screen again."""
    monkeypatch.setattr(tables, "FEW", 20)
    window.open("/indicator/prenatal_screening_coverage?period=2026-09&lang=zh")
    window.page.locator("#league [row-id]").first.wait_for()
    window.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    rows = window.page.locator(".paper-table tbody tr")
    assert rows.count() == 89
    assert "云岩区" in window.page.locator(".paper-table").text_content()
    assert not rows.first.is_visible()
    window.page.emulate_media(media="print")
    assert rows.first.is_visible()
    assert not window.page.locator("#league").is_visible()
    window.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert rows.count() == 0
    assert window.complaints == []


def test_a_point_of_the_funnel_leads_to_its_county(window) -> None:
    window.open("/indicator/prenatal_screening_coverage?lang=zh")
    points = window.page.locator("#funnel .scatterlayer .trace .points path")
    points.first.wait_for()
    points.first.scroll_into_view_if_needed()
    window.settle()
    box = points.first.bounding_box()
    window.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    window.page.locator("#funnel .hovertext").first.wait_for()
    window.page.mouse.down()
    window.page.mouse.up()
    window.page.wait_for_url("**/area/52*")
    window.page.locator("text=/代码 52\\d{4}/").first.wait_for()
    assert window.complaints == []
