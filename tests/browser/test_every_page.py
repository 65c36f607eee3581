"""Every page in both languages on a desk and on a phone: its content, no complaint, nothing from outside, nothing too wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from dashboard.app import page_for
from dashboard.auth.declaring import NOT_PERMISSIONS
from tests.accounts import accounts_of_roles
from tests.browser.conftest import Window, opened

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser pages")]

PAGES = {
    "overview": (
        "/",
        ["贵州省", "确实落后，非偶然", "需要关注（", "审图号"],
        ["Guizhou", "Behind, not chance", "map review"],
    ),
    "prefecture": ("/?area=520300", ["遵义市", "确实落后，非偶然"], ["Zunyi", "Behind, not chance"]),
    "indicator": (
        "/indicator/prenatal_screening_coverage",
        ["走势", "定义", "县区（89）", "是偶然，还是变化", "与同级相比", "各市州的走势", "位次区间"],
        ["Trend", "Definition", "County (89)", "Chance or change", "Beside the others", "Rank interval"],
    ),
    "indicator by prefecture": (
        "/indicator/prenatal_screening_coverage?level=prefecture&as=today&estimate=shrunken&unit=520302&step=rolling",
        ["市州（9）", "收缩值", "红花岗区"],
        ["Prefecture (9)", "Shrunken", "Honghuagang"],
    ),
    "matrix": (
        "/matrix?topic=prenatal",
        ["各地各项指标", "89 个地区", "确实落后，非偶然", "产前筛查率"],
        ["all areas, all indicators", "Behind, not chance", "Prenatal screening coverage"],
    ),
    "severe": (
        "/severe?area=520302",
        ["世界卫生组织危急重症框架", "8 / 1,000", "产科出血", "没有任何个人信息"],
        ["WHO near-miss framework", "8 / 1,000", "Obstetric haemorrhage", "nothing about any person"],
    ),
    "brief": (
        "/area/520303/brief",
        ["汇川区妇幼健康简报", "与目标相比", "打印或存为 PDF"],
        ["Huichuan", "Against the targets", "Print or save as PDF"],
    ),
    "one institution": (
        "/grading?unit=MCH520100",
        ["等级沿革", "怎样提高", "天内到期"],
        ["Grades over time", "Who could raise it", "Ending within"],
    ),
    "county": (
        "/area/520303",
        ["全部指标", "机构", "报表", "代码 520303"],
        ["All indicators", "Institutions", "code 520303"],
    ),
    "grading": ("/grading", ["等级登记", "没有等级记录"], ["Grade register", "no grade on record"]),
    "submissions": (
        "/submissions",
        ["把报表文件拖到这里", "空白表样", "全省月报.xlsx"],
        ["Drop workbooks here", "Blank forms"],
    ),
    "calendar": (
        "/calendar",
        ["报送日历", "完整率", "需要催报", "批准延期"],
        ["Reporting calendar", "Completeness", "To be reminded", "Grant an extension"],
    ),
    "prefecture calendar": (
        "/calendar?area=520300",
        ["遵义市", "红花岗区", "未报"],
        ["Zunyi", "Honghuagang", "Missing"],
    ),
    "quality": (
        "/quality?area=520300&period=2026-10",
        ["数据质量", "各地得分", "案头核查", "权重待核实"],
        ["Data quality", "Scores by area", "Desk review", "Weights to be confirmed"],
    ),
    "source": (
        "/source?indicator=prenatal_screening_coverage&area=520300",
        ["数字来源", "下列各部分之和与数值一致", "红花岗区", "合计"],
        ["Source of the number", "The parts below add up", "Honghuagang", "Total"],
    ),
    "source of a county": (
        "/source?indicator=prenatal_screening_coverage&area=520303",
        ["单元格（24）", "Sheet1 C7", "全省月报.xlsx", "下载"],
        ["Cells (24)", "Sheet1 C7", "Download"],
    ),
    "follow-ups": (
        "/follow-ups",
        ["督办（1）", "云岩区", "已答复，待审"],
        ["Follow-ups (1)", "Yunyan", "answered"],
    ),
    "follow-up": (
        "/follow-ups/1",
        ["督办 1 号", "两家医院漏报", "说明.txt", "认可并办结"],
        ["Follow-up 1", "What was asked", "Accept and close"],
    ),
    "asking": (
        "/follow-ups/ask?unit=520111&indicator=prenatal_screening_coverage&show=behind_target",
        ["发起督办", "花溪区", "答复期限"],
        ["Ask for action", "Huaxi", "Answer due"],
    ),
    "inbox": ("/inbox", ["收件箱", "没有消息"], ["Inbox", "No messages"]),
    "upload": ("/submissions?upload=2", ["已退回", "C7", "怎样改"], ["Returned", "C7", "How to fix it"]),
    "assessment": (
        "/assessment",
        ["绩效考核", "还没有考核轮次", "发起新一轮考核", "就能开始"],
        ["Performance assessment", "no round yet", "Open a new round", "To begin"],
    ),
    "account": (
        "/account",
        ["我的账号", "修改密码", "省级", "登录的地方"],
        ["My account", "Change password", "Where you are signed in"],
    ),
    "methods": ("/methods", ["共同规则", "Wilson"], ["Rules for all", "Wilson"]),
    "missing": ("/no/such/page", ["没有这一页", "回到概览"], ["No such page", "Back to the overview"]),
}
WIDTHS = [1440, 390]
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1
    && !one.closest('.scrolling, .ag-root-wrapper, .mantine-AppShell-navbar, svg'))
  .map(one => one.tagName + '.' + one.className).slice(0, 5)"""


def whole(window, language: str) -> None:
    """What holds of every page: its mark, no complaint, nothing from outside, nothing too wide, the right language."""
    assert ("合成数据" if language == "zh" else "Synthetic data") in window.text()
    assert window.complaints == []
    assert window.outside == []
    assert window.page.evaluate("document.documentElement.scrollWidth") <= window.page.viewport_size["width"]
    assert window.page.evaluate(TOO_WIDE) == []
    assert window.page.evaluate("document.documentElement.lang") == ("zh-CN" if language == "zh" else "en")


# Each page in both languages and on both widths, by turns: Chinese at the desk and English on the phone, or the other way round.
# The other roles below see them in the ways that are left.
SEEN = [
    (width, name, language)
    for place, name in enumerate(PAGES)
    for language, width in zip(("zh", "en"), WIDTHS if place % 2 == 0 else WIDTHS[::-1], strict=True)
]


@pytest.fixture(scope="module")
def reader(browser, address, province) -> Iterator[Callable[[int], Window]]:
    """The window of somebody who goes from page to page by links; one that failed is not gone on with."""
    contexts, open_now = {}, {}

    def given(width: int) -> Window:
        found = open_now.get(width)
        if found is None or found.complaints or found.outside:
            if found is not None:
                found.page.close()
            found = open_now[width] = opened(browser, contexts, width, address, province.store)
            found.open("/account")
        return found

    yield given
    for context in contexts.values():
        context.close()


@pytest.mark.parametrize(
    ("width", "name", "language"),
    SEEN,
    ids=[f"{name}-{language}-{width}" for width, name, language in SEEN],
)
def test_page(reader, width: int, name: str, language: str) -> None:
    window = reader(width)
    path, chinese, english = PAGES[name]
    window.follow(f"{path}{'&' if '?' in path else '?'}lang={language}")
    window.keep(f"{name}-{window.page.viewport_size['width']}-{language}")
    text = window.text()
    for words in chinese if language == "zh" else english:
        assert words in text
    whole(window, language)


# What the three others meet on the same pages: everything the province's officer sees, but for these.
OWN = {
    "county": {
        "overview": ("汇川区", "Huichuan"),
        "asking": ("您的账号不能向这个单位发起督办", "may not ask this organisation"),
    },
    "institution": {"overview": ("汇川区", "Huichuan")},
    "evaluator": {"assessment": ("绩效考核", "Performance assessment")},
}
REFUSED = ("您的账号不能使用这一页", "Your account may not use this page")


@pytest.mark.parametrize("window", WIDTHS, indirect=True, ids=["desk", "phone"])
@pytest.mark.parametrize("role", OWN)
def test_every_page_as_another_role(window, role: str) -> None:
    """Each page once a role, in another of the four ways for each role: page by page they are seen in turns, role by role in all."""
    width = window.page.viewport_size["width"]
    window.become(role)
    window.open("/account")
    account = accounts_of_roles()[role]
    for place, (name, (path, _, _)) in enumerate(PAGES.items(), start=list(OWN).index(role)):
        language = "zh" if place % 2 == 0 else "en"
        if (width == 390) is not (place % 4 > 1):
            continue
        window.follow(f"{path}{'&' if '?' in path else '?'}lang={language}")
        window.keep(f"{role}-{name}-{width}-{language}")
        needs = page_for(path.partition("?")[0]).NEEDS
        is_refused = needs not in NOT_PERMISSIONS and not account.may(needs)
        text = window.text()
        assert any(words in text for words in REFUSED) is is_refused, (role, name)
        if not is_refused and name in OWN[role]:
            assert any(words in text for words in OWN[role][name]), (role, name)
        assert window.page.locator("#page h1, #page .empty").count() >= 1, (role, name)
        whole(window, language)


@pytest.mark.parametrize("window", WIDTHS, indirect=True, ids=["desk", "phone"])
@pytest.mark.parametrize(
    ("role", "path", "words"),
    [
        ("administrator", "/accounts", (("账号管理", "新账号", "角色与权限"), ("Accounts", "New account"))),
        ("auditor", "/audit", (("审计日志", "何人", "登录"), ("Audit log", "Sign in"))),
    ],
)
def test_administration(window, role: str, path: str, words: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    window.become(role)
    for language, said in zip(("zh", "en"), words, strict=True):
        window.open(f"{path}?lang={language}")
        window.keep(f"{path[1:]}-{window.page.viewport_size['width']}-{language}")
        assert said[0] in window.page.inner_text("#page h1")
        text = window.text()
        assert all(one in text for one in said)
        whole(window, language)


@pytest.mark.parametrize("window", WIDTHS, indirect=True, ids=["desk", "phone"])
def test_the_door(window) -> None:
    """The sign-in page, which is no part of the application behind it."""
    window.become("")
    for language, said in (("zh", "登录"), ("en", "Sign in")):
        window.page.goto(f"{window.address}/sign-in?lang={language}")
        window.keep(f"sign-in-{window.page.viewport_size['width']}-{language}")
        assert said in window.text()
        assert window.complaints == []
        assert window.outside == []
        assert window.page.evaluate(TOO_WIDE) == []


def test_a_county_on_the_map_is_a_link_for_mouse_and_keyboard(window) -> None:
    window.open("/?area=520300&lang=zh")
    county = window.page.locator("#map a[href^='/area/520303']")
    county.hover(force=True)
    assert "汇川区" in window.page.inner_text(".tip")
    county.focus()
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/area/520303?**")
    # The address changes before the answer is asked for: wait for the page itself.
    window.page.get_by_text("代码 520303").wait_for()
    window.settle()
    assert window.complaints == []
    window.page.go_back()
    window.settle()
    assert window.page.locator("#map").count() == 1


def test_choosing_writes_the_address_and_the_address_chooses(window) -> None:
    window.open("/?lang=zh")
    window.page.get_by_label("时间类型").first.click()
    window.page.get_by_role("option", name="统计年度").click()
    window.page.wait_for_url("**kind=statistical_year**")
    window.page.locator("#page h1 + *", has_text="2026统计年度").wait_for()
    window.settle()
    window.page.get_by_label("地区").first.click()
    window.page.get_by_role("option", name="遵义市").click()
    window.page.wait_for_url("**area=520300**")
    window.page.locator("h1", has_text="遵义市").wait_for()
    window.settle()
    assert "2026统计年度" in window.page.inner_text("#page h1 + *")
    pasted = window.page.url
    window.page.goto(pasted)
    window.settle()
    assert window.page.inner_text("h1") == "遵义市"
    assert window.complaints == []


def test_a_link_opens_beside_with_ctrl_and_back_leads_back(window) -> None:
    window.open("/methods?lang=zh")
    there = window.page.url
    window.page.locator(".method summary").first.click()
    link = window.page.locator(".method a.button").first
    with window.page.context.expect_page() as beside:
        link.click(modifiers=["ControlOrMeta"])
    beside.value.wait_for_url("**/indicator/**")
    beside.value.close()
    assert window.page.url == there
    link.click()
    window.page.wait_for_url("**/indicator/**")
    window.page.locator("h2", has_text="定义").wait_for()
    window.page.go_back()
    window.page.locator("h1", has_text="指标方法").wait_for()
    assert window.page.url == there
    assert window.complaints == []


def test_switching_language_keeps_the_view(window) -> None:
    window.open("/area/520303?period=2026-05&lang=zh")
    window.page.get_by_role("link", name="English").click()
    window.page.wait_for_url("**lang=en**")
    window.page.get_by_text("code 520303").wait_for()
    assert "period=2026-05" in window.page.url


@pytest.mark.parametrize("window", [390], indirect=True)
def test_the_menu_opens_on_a_phone(window) -> None:
    window.open("/?lang=zh")
    link = window.page.locator("#menu a", has_text="指标方法")
    assert not link.is_visible() or link.bounding_box()["x"] < 0
    window.page.locator("#burger").click()
    window.page.wait_for_timeout(400)
    link.click()
    window.page.wait_for_url("**/methods**")
    window.page.locator("h1", has_text="指标方法").wait_for()


def test_a_dropped_file_gives_its_outcome_at_once(window, tmp_path) -> None:
    menu = tmp_path / "菜单.csv"
    menu.write_text("菜单,价格\n酸汤鱼,58\n", encoding="utf-8")
    window.open("/submissions?lang=zh")
    with window.page.expect_file_chooser() as chooser:
        window.page.locator("#drop").click()
    chooser.value.set_files(menu)
    window.page.wait_for_selector(".outcome")
    window.settle()
    outcome = window.page.inner_text(".outcome")
    assert "已退回" in outcome
    assert "没有任何数字入库" in outcome
    assert "怎样改" in outcome
    # Whoever handed it in need not look for it: it has the focus and stands in the upper half of the window.
    assert window.page.evaluate("document.activeElement.id") == "outcomes"
    assert 0 <= window.page.locator(".outcome").bounding_box()["y"] < 450
    window.page.locator("#history", has_text="菜单.csv").wait_for()
    assert window.complaints == []
    assert window.outside == []


def test_dark_is_as_legible(window) -> None:
    window.page.emulate_media(color_scheme="dark")
    window.open("/indicator?lang=zh")
    window.page.evaluate("document.documentElement.setAttribute('data-mantine-color-scheme', 'dark')")
    window.page.wait_for_timeout(300)
    window.keep("indicator-1440-dark")
    ground = window.page.evaluate("getComputedStyle(document.querySelector('.panel')).backgroundColor")
    assert ground == "rgb(27, 32, 39)"
