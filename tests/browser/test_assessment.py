"""A full round of the province's 98 MCH institutions, walked in the browser by institution, two evaluators and a reviewer."""

from __future__ import annotations

import io
import logging
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page
from waitress import create_server

from dashboard.app import create_app
from dashboard.assessment.example import answer_example, mark_example, open_example, settle_example
from dashboard.assessment.standing import stand
from dashboard.auth.passwords import hashed
from dashboard.workspace import Workspace
from store.accounts import NewAccount, add_accounts
from store.assessing import assign
from tests.assessment.conftest import made_province
from tests.browser.conftest import PATIENCE, Window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CODE, OWN = "walk-2026", "MCH520302"
PEOPLE = {
    "hhg": ("institution", OWN),
    "expert-a": ("evaluator", "520000"),
    "expert-b": ("evaluator", "520000"),
    "expert-own": ("evaluator", OWN),
    "officer": ("province", "520000"),
}


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, str]]:
    """The server of an installation of 98 institutions, with an account for everybody who takes part."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    workspace = made_province(tmp_path_factory.mktemp("walk"))
    wanted = [
        NewAccount(name, name, role, organisation, hashed("a password of its own"), must_change=False)
        for name, (role, organisation) in PEOPLE.items()
    ]
    add_accounts(workspace.store, wanted, "test")
    server = create_server(create_app(workspace).server, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield workspace, f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)
    workspace.close()


@pytest.fixture
def desk(browser, at_work) -> Iterator[Window]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    found = Window(page, at_work[1], at_work[0].store)
    page.on("console", lambda said: found.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on("request", lambda asked: found.requests.append(asked.url))
    yield found
    context.close()


def press(window: Window, words: str, said: str) -> None:
    """Press a button and wait for what comes of it."""
    window.page.get_by_role("button", name=words, exact=True).click()
    answer = window.page.locator("#assess-says").get_by_text(said)
    try:
        answer.wait_for()
    except Exception as error:
        shown = window.page.locator("#assess-says").inner_text()
        raise AssertionError(f"after {words}: {shown!r}, complaints {window.complaints}") from error


def field(window: Window, label: str, text: str) -> None:
    window.page.get_by_label(label, exact=True).first.fill(text)


def choose(window: Window, label: str, option: str) -> None:
    window.page.locator(f"input[aria-label='{label}']").click()
    window.page.get_by_role("option", name=option, exact=True).click()


def sheet(window: Window) -> None:
    window.open(f"/assessment/{CODE}/{OWN}")
    window.page.locator(".plain--lines").first.wait_for()


def test_a_round_from_opening_to_appeal(desk: Window, at_work, tmp_path: Path) -> None:
    workspace, _ = at_work
    desk.become("officer")
    desk.open("/assessment")
    desk.page.locator("summary", has_text="发起新一轮考核").click()
    desk.page.get_by_label("代码", exact=True).fill(CODE)
    press(desk, "发起", "已发起")
    desk.open(f"/assessment/{CODE}")
    assert "98 家单位" in desk.text()
    desk.page.get_by_label("专家一账号").fill("expert-own")
    desk.page.get_by_label("专家二账号").fill("expert-b")
    press(desk, "分配专家", "须回避")
    desk.page.get_by_label("专家一账号").fill("expert-a")
    desk.page.get_by_label("专家二账号").fill("expert-b")
    press(desk, "分配专家", "已为 98 家单位分配专家")

    desk.become("hhg")
    sheet(desk)
    choose(desk, "人才培养规划与落实", "是")
    field(desk, "孕产妇急救演练", "3")
    with desk.page.expect_file_chooser() as chosen:
        desk.page.locator("tr", has_text="孕产妇急救演练").get_by_role("button", name="添加文件").click()
    paper = tmp_path / "演练记录.txt"
    paper.write_text("四次演练", encoding="utf-8")
    chosen.value.set_files(str(paper))
    desk.page.locator(".evidence-done", has_text="演练记录.txt").wait_for()
    press(desk, "保存自评", "已保存 2 项")
    desk.page.get_by_role("link", name="演练记录.txt").wait_for()
    desk.open(f"/assessment/{CODE}/MCH520303")
    assert "公布之前，只能看到本单位" in desk.text()
    _others_answer_and_go_on(workspace)

    desk.become("expert-own")
    desk.open(f"/assessment/{CODE}/{OWN}")
    assert desk.page.get_by_role("button", name="提交评分").count() == 0, "never its own institution"
    for name, points in (("expert-a", "4"), ("expert-b", "1")):
        desk.become(name)
        sheet(desk)
        assert "4 分" not in desk.page.locator("tr", has_text="医疗质量与安全管理").inner_text()
        field(desk, "医疗质量与安全管理", points)
        press(desk, "提交评分", "已保存 1 项")

    _scoring_ends(workspace)
    desk.become("officer")
    sheet(desk)
    assert "expert-a：4 分" in desk.text()
    assert "expert-b：1 分" in desk.text()
    field(desk, "医疗质量与安全管理", "3")
    press(desk, "保存裁定", "请写明理由")
    row = desk.page.locator("tr", has_text="医疗质量与安全管理")
    row.get_by_placeholder("裁定理由").fill("现场核对后取 3 分")
    press(desk, "保存裁定", "已保存 1 项")
    settle_example(workspace, CODE)
    desk.open(f"/assessment/{CODE}")
    desk.page.get_by_text("没有待裁定的差异").wait_for()
    press(desk, "签发并封印", "已签发第 1 版")
    press(desk, "公布", "已进入下一阶段")
    desk.page.get_by_role("button", name="验证：由原始输入重算").click()
    desk.page.get_by_text("与签发时逐位一致").wait_for()
    before = stand(workspace, CODE).score(OWN)
    assert before.line("quality").points == "3.00"

    with desk.page.expect_download() as got:
        desk.page.get_by_role("link", name="全部单位 Excel（公式可重算）").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(got.value.path()).read_bytes()), read_only=True)
    assert book.sheetnames == ["封面", "说明", "总分", "分项得分", "维度与图", "排序与区间", "考核方案"]
    desk.become("hhg")
    sheet(desk)
    with desk.page.expect_download() as got:
        desk.page.get_by_role("link", name="DOCX").click()
    with zipfile.ZipFile(got.value.path()) as report:
        assert "红花岗区妇幼保健院" in report.read("word/document.xml").decode()
    desk.page.get_by_text("申诉", exact=True).click()
    choose_line(desk, "医疗质量与安全管理")
    desk.page.get_by_placeholder("申诉理由").fill("现场材料漏看一份")
    press(desk, "提交申诉", "申诉已提交")
    _what_if(desk, before.total)
    assert stand(workspace, CODE).score(OWN) == before
    desk.become("officer")
    sheet(desk)
    desk.page.get_by_label("应采用的值（专家评分项填得分）").fill("4")
    desk.page.get_by_placeholder("裁定理由").fill("补看材料，成立")
    press(desk, "申诉成立，重新签发", "已签发第 2 版")
    after = stand(workspace, CODE)
    assert after.score(OWN).line("quality").points == "4.00"
    assert [seal.edition for seal in after.round.seals] == [1, 2]
    assert desk.complaints == []
    assert desk.outside == []


def _others_answer_and_go_on(workspace: Workspace) -> None:
    """Everybody else's part, through the same store; then self-assessment ends."""
    from store.assessing import take_step

    answer_example(workspace, CODE)
    take_step(workspace.store, CODE, "scoring", "province")


def _scoring_ends(workspace: Workspace) -> None:
    from store.assessing import take_step

    mark_example(workspace, CODE, leave=((OWN, "quality"),))
    take_step(workspace.store, CODE, "review", "province")


def _what_if(desk: Window, total: str) -> None:
    desk.open(f"/assessment/{CODE}/{OWN}/what-if")
    field(desk, "医疗质量与安全管理", "1")
    desk.page.keyboard.press("Enter")
    desk.page.get_by_text("推演结果（未保存）").wait_for()
    assert total in desk.page.locator("#assess-says").inner_text()


def choose_line(window: Window, name: str) -> None:
    window.page.get_by_role("textbox", name="指标").last.click()
    window.page.get_by_role("option", name=name, exact=True).click()


TOO_WIDE = """width => window.innerWidth !== width ? [`the window is ${window.innerWidth} wide`] : [...document.querySelectorAll('#page *')].filter(one => one.checkVisibility() &&
    one.getBoundingClientRect().right > window.innerWidth + 1 && !one.closest('.scrolling, svg')).map(one => one.className)
    .concat(document.documentElement.scrollWidth > window.innerWidth ? ['the page'] : []).slice(0, 3)"""
# Within tables: what scrolls sideways, and cells and what they hold that go beyond the table's edge.
CUT_OFF = """() => [...document.querySelectorAll('#page .scrolling')].flatMap(box => {
    const edge = box.getBoundingClientRect().right + 1;
    return (box.scrollWidth > box.clientWidth + 1 ? ['scrolls: ' + box.innerText.slice(0, 40)] : []).concat(
        [...box.querySelectorAll('tbody tr, tbody td, tbody td *')].filter(one => one.checkVisibility() &&
            (one.getBoundingClientRect().right > edge || one.scrollWidth > one.clientWidth + 1 && /^(TR|TD)$/.test(one.tagName)))
            .map(one => 'cut: ' + one.innerText.slice(0, 40)));
    }).slice(0, 3)"""


def _fits(page: Page, wrong: str, where: tuple[str, int]) -> None:
    """The layout follows a new size of the window in its own time: wait until nothing is wrong, at most as long as patience."""
    until = time.monotonic() + PATIENCE / 1000
    while found := page.evaluate(wrong, where[1]):
        assert time.monotonic() < until, (*where, found)
        page.wait_for_timeout(50)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_fit_and_complain_of_nothing(browser, at_work, language: str) -> None:
    """On a desk and, without another load, on a phone."""
    workspace, address = at_work
    if not [one for one in _codes(workspace) if one == "look"]:
        open_example(workspace, "look", ("MCH520302", "MCH520303"))
        assign(
            workspace.store, "look", ["MCH520302"], [("expert-a", "520000"), ("expert-b", "520000")], "test"
        )
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    window = Window(page, address, workspace.store)
    window.become("officer")
    page.on("console", lambda said: window.complaints.append(said.text) if said.type == "error" else None)
    for path in (
        "/assessment",
        "/assessment/look",
        "/assessment/look/MCH520302",
        "/assessment/look/MCH520302/what-if",
    ):
        window.open(f"{path}?lang={language}")
        page.locator("#assess-body > *").first.wait_for()
        assert ("绩效考核" if language == "zh" else "Performance assessment") in window.text()
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            _fits(page, TOO_WIDE, (path, width))
            if width == 390:
                _fits(page, CUT_OFF, (path, width))
    assert window.complaints == []
    context.close()


def _codes(workspace: Workspace) -> list[str]:
    from store.assessments import rounds

    return [one[0] for one in rounds(workspace.store)]
