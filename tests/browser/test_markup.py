"""Markup in whatever others may write (file, sheet, cell, account, request, answer, address) is shown as words and runs nowhere."""

from __future__ import annotations

import datetime as dt
import io
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from waitress.server import create_server

from dashboard.app import create_app
from dashboard.settings import Settings
from dashboard.workspace import Workspace, open_workspace
from reference.follow_ups import Action
from store import following_up
from tests.browser.conftest import Traffic

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RUNS = '"><img src=x onerror=window.__ran=1><script>window.__ran=1</script>'
NAME = "<img src=x onerror=window.__ran=1>"
LINK = "[a](javascript:window.__ran=1)"
COUNTY = "520302"
OURS = {"X-MCH-Request": "1"}


def a_return() -> bytes:
    """A return with faults, whose texts come back as what was found."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "<img onerror=1>"
    for row in (
        ["县区妇幼健康月报"],
        [f"填报单位：红花岗区（{COUNTY}）", "", "", "报告期：2026年10月"],
        ["项目", "户籍", "非户籍"],
        ["活产数", RUNS, LINK],
        [RUNS, 1, 2],
    ):
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """An installation in which everybody wrote markup wherever he could."""
    settings = Settings(home=tmp_path_factory.mktemp("markup"), overlays=(), sign_in=False, answers_seconds=0)
    workspace = open_workspace(settings, prepare=True)
    client = create_app(workspace).server.test_client()
    sent = client.post("/upload", data={"file": (io.BytesIO(a_return()), f"{NAME}.xlsx")}, headers=OURS)
    assert sent.get_json()["outcome"] == "returned"
    assert "window.__ran" in str(sent.get_json()["panel"]), "what was found is shown"
    said = {"name": "mallory", "shown": RUNS, "role": "county", "organisation": COUNTY, "mail": ""}
    assert client.post("/accounts/add", data=said, headers=OURS).status_code == 200
    asked = following_up.Asked(
        COUNTY, "behind_target", "prenatal_screening_coverage", "2026-10", RUNS, RUNS, COUNTY
    )
    number = following_up.ask(workspace.store, asked, RUNS, LINK, dt.date(2027, 1, 31), "mallory")
    files = [(f"{NAME}.txt", b"words")]
    following_up.take_step(workspace.store, number, Action.ANSWER, RUNS + LINK, "mallory", files=files)
    yield workspace
    workspace.close()


@pytest.fixture
def page(browser: Any, hostile: Workspace) -> Iterator[Any]:
    server = create_server(create_app(hostile).server, host="127.0.0.1", port=0, threads=4)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    context = browser.new_context(base_url=f"http://127.0.0.1:{server.effective_port}")
    yield context.new_page()
    context.close()
    server.close()
    running.join(5)


PLACES = ("/submissions?lang=zh", "/submissions?lang=zh&upload=1", "/follow-ups?lang=zh", "/follow-ups/1?lang=zh",
          "/accounts?lang=zh", "/accounts/mallory?lang=zh", "/audit?lang=zh", f"/{quote(RUNS)}?lang=zh",
          f"/?lang=zh&area={quote(RUNS)}&period={quote(RUNS)}&indicator={quote(RUNS)}")  # fmt: skip
SHOWN_ON = 6  # so many of them, at least, show the words


def test_markup_in_names_cells_and_answers_runs_nowhere(page: Any) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    traffic, shown = Traffic(page), 0
    for place in PLACES:
        page.goto(place)
        page.wait_for_selector("#page > *, main")
        traffic.rest()
        page.wait_for_selector(".busy--now", state="detached")
        assert page.evaluate("window.__ran") is None, place
        assert page.locator("img[src=x], [onerror], script:text('__ran')").count() == 0, place
        assert page.locator("a[href^='javascript:']").count() == 0, place
        shown += "window.__ran" in page.inner_text("body")
    assert complaints == []
    assert shown >= SHOWN_ON


def test_the_page_would_tell_if_it_ran(page: Any) -> None:
    """The same look at a page of which the markup is part."""
    page.set_content(f"<p>{RUNS}</p>")
    page.wait_for_load_state("networkidle")
    assert page.locator("img[src=x], [onerror]").count() == 1
    assert page.evaluate("window.__ran") == 1
