"""axe-core finds no violation of WCAG 2.2 AA on any page: both languages, light and dark, desk and phone; and what zoom and keyboard need.

axe-core is vendored for these tests only (vendor/axe.min.js, see NOTICE.md) and put into pages past their own
Content-Security-Policy, which the pages themselves keep.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import PATIENCE, Window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = {
    "overview": "/",
    "prefecture": "/?area=520300",
    "indicator": "/indicator/prenatal_screening_coverage",
    "county": "/area/520303",
    "grading": "/grading",
    "submissions": "/submissions",
    "upload": "/submissions?upload=1",
    "calendar": "/calendar?area=520300",
    "quality": "/quality?area=520300&period=2026-10",
    "methods": "/methods",
    "source of a prefecture": "/source?indicator=prenatal_screening_coverage&area=520300",
    "source of a county": "/source?indicator=prenatal_screening_coverage&area=520303",
    "source of a share": "/source?indicator=county_level2a_share&area=520300",
    "follow-ups": "/follow-ups",
    "follow-up": "/follow-ups/1",
    "asking": "/follow-ups/ask?unit=520111&indicator=prenatal_screening_coverage&show=behind_target",
    "matrix": "/matrix?topic=prenatal",
    "severe": "/severe",
    "brief": "/area/520303/brief",
    "inbox": "/inbox",
    "assessment": "/assessment",
    "account": "/account",
    "missing": "/no/such/page",
}
# Pages of others, and the door: who looks at them, and where.
OF_OTHERS = {
    "accounts": ("administrator", "/accounts"),
    "audit": ("auditor", "/audit"),
    "a hospital's uploads": ("institution", "/submissions"),
    "sign-in": ("", "/sign-in"),
}
# Two ways hold every value of language, scheme and width.
WAYS = [("zh", "light", 1440), ("en", "dark", 390)]
# 200% zoom of a window 1280 wide is a layout of 640 (WCAG 1.4.4); 400% is one of 320 (1.4.10).
ZOOMED = {1440: 640, 390: 320}


def violations(page: Any) -> list[str]:
    """What axe-core complains of, one line a place."""
    found = page.evaluate(
        "async (rules) => (await axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})).violations",
        RULES,
    )
    return [
        # A row cut by the edge of a list that scrolls is small only until it is scrolled to.
        f"{one['id']}: {node['target']} {node['failureSummary'].splitlines()[1].strip()} {node['html'][:120]}"
        for one in found
        for node in one["nodes"][:6]
        if not (one["id"] == "target-size" and "partially obscured" in node["failureSummary"])
    ]


WIDER = """() => [...document.querySelectorAll('#page *')]
  .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1
    && !one.closest('.scrolling, .ag-root-wrapper, svg'))
  .map(one => one.tagName + '.' + one.className).slice(0, 5)"""


DRAWN = "() => new Promise(done => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 250))"


def lost(page: Any, width: int) -> list[str]:
    """What reaches over the edge once the reader has zoomed in to a layout so wide."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 450})
    page.evaluate(DRAWN)  # charts and tables follow the window a frame later
    found = page.evaluate(WIDER)
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append("the page itself")
    page.set_viewport_size(before)
    return [str(one) for one in found]


@pytest.fixture(params=WAYS, ids=["-".join(map(str, way)) for way in WAYS])
def way(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_no_violation_and_nothing_lost_by_zooming_on_any_page(browser, address, province, way) -> None:
    language, scheme, width = way
    context = browser.new_context(
        viewport={"width": width, "height": 900}, bypass_csp=True, color_scheme=scheme
    )
    context.set_default_timeout(PATIENCE)
    context.add_init_script(AXE.read_text(encoding="utf-8"))
    context.add_init_script(f"localStorage.setItem('mantine-color-scheme-value', '{scheme}')")
    page = context.new_page()
    window = Window(page, address, province.store)
    found: dict[str, list[str]] = {}
    looks = {name: ("province", path) for name, path in PAGES.items()} | OF_OTHERS
    role = "nobody yet"
    for name, (who, path) in looks.items():
        there = f"{path}{'&' if '?' in path else '?'}lang={language}"
        if who == role:
            window.follow(there)
        else:
            window.become(role := who)
            page.goto(f"{address}{there}")
        page.wait_for_selector("#page h1, #page .empty, body > main h1")
        window.traffic.rest()
        page.wait_for_selector(".busy--now, .map--waiting", state="detached")
        if who:
            assert page.get_attribute("html", "data-mantine-color-scheme") == scheme
        if bad := violations(page):
            found[name] = bad
        if who == "province" and (wide := lost(page, ZOOMED[width])):
            found[f"{name} zoomed"] = wide
    context.close()
    assert not found, "\n".join(f"{name}: {one}" for name, every in found.items() for one in every)


FOCUS = """() => { const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return {name: one.getAttribute('aria-label') || one.innerText || one.id || one.tagName, href: one.getAttribute('href') || '',
    seen: style.outlineStyle !== 'none' || style.boxShadow !== 'none' || !!one.closest('svg, .mantine-Select-root, .ag-root-wrapper'),
    shown: box.width > 0 && box.height > 0, body: one === document.body}; }"""


def test_a_county_is_reached_and_followed_to_its_cells_by_keyboard_alone(window) -> None:
    window.open("/area/520303?lang=zh")
    page = window.page
    stops = []
    for _ in range(400):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUS))
        if stops[-1]["href"].startswith("/source?") or stops[-1]["body"]:
            break
    assert stops[-1]["href"].startswith("/source?")
    assert all(stop["seen"] and stop["shown"] for stop in stops)
    page.keyboard.press("Enter")
    page.wait_for_url("**/source?**")
    page.locator("h1", has_text="数字来源").wait_for()
    window.settle()
    assert "单元格" in window.text()
    assert window.complaints == []


def test_the_menu_and_the_language_work_by_keyboard(window) -> None:
    window.open("/?lang=zh")
    page = window.page
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUS)["name"] == "English":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**lang=en**")
    page.locator("#menu a", has_text="Follow-ups").wait_for()


def test_a_chooser_opens_at_its_choice_and_is_chosen_from_by_keyboard(window) -> None:
    """Lists of closed choosers are not kept: what the keyboard goes from must still be what is chosen."""
    window.open("/indicator/prenatal_screening_coverage?lang=zh&kind=month")
    page = window.page
    field = page.locator(".choice--period input").first
    chosen = field.input_value()
    field.focus()  # one may type into it, so it opens by itself
    page.locator("[role=option][data-combobox-active]").wait_for()
    told = page.evaluate(
        """() => { const all = [...document.querySelectorAll('[role=option]')], one = document.querySelector('[role=option][data-combobox-active]');
          const around = one.closest('[role=listbox]').parentElement.getBoundingClientRect(), box = one.getBoundingClientRect();
          return {text: one.innerText, next: all[all.indexOf(one) + 1].innerText, inside: box.top >= around.top - 1 && box.bottom <= around.bottom + 1}; }"""
    )
    assert (told["text"], told["inside"]) == (chosen, True)
    page.keyboard.press("ArrowDown")
    page.locator("[role=option][data-combobox-selected]", has_text=told["next"]).wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**period=**")
    page.wait_for_function(
        "said => document.querySelector('.choice--period input').value === said", arg=told["next"]
    )
    window.settle()
    assert window.complaints == []
