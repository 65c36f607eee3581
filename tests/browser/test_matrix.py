"""The matrix by mouse and keyboard, and the brief on paper."""

from __future__ import annotations

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def first_rows(window, count: int = 3) -> list[str]:
    return [one.strip() for one in window.page.locator("#matrix tbody th").all_inner_texts()[:count]]


def test_the_matrix_sorts_by_a_press_and_the_address_keeps_the_order(window) -> None:
    window.open("/matrix?topic=prenatal&lang=zh&show=numbers")
    head = window.page.locator("#matrix thead button", has_text="产前筛查率").first
    head.click()
    window.page.locator("#matrix th[aria-sort='ascending']").wait_for()
    worst = window.page.locator("#matrix tbody tr").first.locator("td").first.inner_text()
    head.click()
    window.page.locator("#matrix th[aria-sort='descending']").wait_for()
    best = window.page.locator("#matrix tbody tr").first.locator("td").first.inner_text()
    # The province of conftest.py: from 55 to 98 of 100 women screened.
    assert (worst, best) == ("55.0%", "98.0%")
    assert "sort=-prenatal_screening_coverage" in window.page.url
    order = first_rows(window)
    window.page.goto(window.page.url)
    window.settle()
    assert first_rows(window) == order
    assert window.complaints == []


def test_the_matrix_tells_its_reason_on_hover_and_on_focus_and_goes_by_arrow_keys(window) -> None:
    window.open("/matrix?topic=prenatal&lang=zh")
    window.page.locator("#matrix td.cell--behind a").first.hover()
    assert "确实落后，非偶然" in window.page.inner_text(".matrix-tip")
    window.page.locator("#matrix thead button").first.focus()
    for key in ("ArrowDown", "ArrowRight"):
        window.page.keyboard.press(key)
    focused = window.page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert "确实落后，非偶然" in focused
    assert "还需" in focused
    assert "确实落后，非偶然" in window.page.inner_text(".matrix-tip")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/indicator/prenatal_screening_coverage?**unit=**")
    window.page.locator("h1", has_text="产前筛查率").wait_for()
    window.settle()
    assert window.complaints == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_brief_is_one_sheet_of_a4(window, language: str) -> None:
    window.open(f"/area/520303/brief?lang={language}")
    paper = window.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", paper)) == 1


def test_the_map_zooms_to_a_prefecture_and_back_and_keeps_the_view(window) -> None:
    window.open("/?lang=zh&indicator=systematic_management_rate&period=2026Q3")
    window.page.locator(".zooms a", has_text="遵义").click()
    window.page.wait_for_url("**area=520300**")
    window.page.locator("h1", has_text="遵义市").wait_for()
    window.settle()
    assert "indicator=systematic_management_rate" in window.page.url
    assert "period=2026Q3" in window.page.url
    assert window.page.locator("#map a").count() == 14
    window.page.locator(".zooms a", has_text="回到贵州省").click()
    window.page.locator("h1", has_text="贵州省").wait_for()
    window.settle()
    assert window.page.locator("#map a").count() == 88
