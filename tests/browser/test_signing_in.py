"""Signing in and out in a real browser, the pages about accounts, and other sites that would act for somebody."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from store import reading
from store.accounts import find_account
from store.sessions import sessions_of
from tests.accounts import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
WIDTHS = [1440, 390]


@pytest.mark.parametrize("window", WIDTHS, indirect=True, ids=["desk", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_signing_in_and_out(window, language: str) -> None:
    window.become("")
    page = window.page
    page.goto(f"{window.address}/sign-in?lang={language}")
    window.keep(f"sign-in-{page.viewport_size['width']}-{language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.fill("input[name=name]", "county")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")
    window.settle()
    assert ("汇川区" if language == "zh" else "Huichuan") in window.text()
    page.click(".account summary")
    window.keep(f"signed-in-{page.viewport_size['width']}-{language}")
    page.click(".drawer--account button")
    page.wait_for_selector("main input[name=password]")
    page.goto(f"{window.address}/")
    assert "/sign-in" in page.url
    assert [one for one in window.complaints if "401" not in one] == []


# The others stand in test_every_page.py.
PAGES = {
    "one account": ("administrator", "/accounts/county", ["办理", "移交给他人"], ["Hand over to another"]),
    "forbidden": ("county", "/accounts", ["您的账号不能使用这一页"], ["may not use this page"]),
}
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1
    && !one.closest('.scrolling, .ag-root-wrapper, .mantine-AppShell-navbar, svg'))
  .map(one => one.tagName + '.' + one.className).slice(0, 5)"""


@pytest.mark.parametrize("window", WIDTHS, indirect=True, ids=["desk", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_page(window, name: str, language: str) -> None:
    role, path, chinese, english = PAGES[name]
    window.become(role)
    window.open(f"{path}?lang={language}")
    window.keep(f"{name}-{window.page.viewport_size['width']}-{language}")
    text = window.text()
    for words in chinese if language == "zh" else english:
        assert words in text
    assert window.complaints == []
    assert window.outside == []
    assert window.page.evaluate(TOO_WIDE) == []


def test_an_administrator_makes_an_account_and_its_owner_enters(window, province) -> None:
    window.become("administrator")
    window.open("/accounts?lang=zh")
    page = window.page
    page.fill("input[name=name]", "zy.zhang")
    page.fill("input[name=shown]", "张某")
    page.select_option("select[name=role]", "prefecture")
    page.fill("input[name=organisation]", "520300")
    page.get_by_role("button", name="建立账号").click()
    password = page.locator("td.secret").inner_text()
    window.keep("initial-password")
    window.become("")
    page.goto(f"{window.address}/sign-in?lang=zh")
    page.fill("input[name=name]", "zy.zhang")
    page.fill("input[name=password]", password)
    page.click("main button")
    page.fill("input[name=now]", password)
    for field in ("wanted", "again"):
        page.fill(f"input[name={field}]", "seven lamps 苗岭")
    page.get_by_role("button", name="保存并进入").click()
    window.settle()
    assert "遵义市" in page.inner_text("h1")
    record = find_account(province.store, "zy.zhang")
    assert record is not None
    assert not record.must_change


def test_a_session_that_has_ended_leads_to_the_sign_in_page(window, province) -> None:
    from store.accounts import sign_out_everywhere

    window.become("reviewer")
    window.open("/?lang=zh")
    sign_out_everywhere(province.store, "reviewer", "test")
    window.page.get_by_role("link", name="指标方法").first.click()
    window.page.wait_for_url("**/sign-in?next=*")


ATTACKS = {
    "form": """<form id=f method=post action="{there}/upload" enctype=multipart/form-data><input name=file value=x></form><script>f.submit()</script>""",
    "text": """<form id=f method=post action="{there}/_dash-update-component" enctype=text/plain><input name='{{"output":"' value='"}}'></form><script>f.submit()</script>""",
    "out": """<form id=f method=post action="{there}/sign-out"></form><script>f.submit()</script>""",
    "everywhere": """<form id=f method=post action="{there}/account/everywhere"><input name=csrf value=0></form><script>f.submit()</script>""",
    "fetch": """<script>const d=new FormData();d.append("file",new Blob(["a,b"]),"x.csv");fetch("{there}/upload",{{method:"POST",body:d,credentials:"include",mode:"no-cors"}}).finally(()=>document.title="done")</script>""",
}


@pytest.fixture
def elsewhere(address: str) -> Iterator[str]:
    """Another site, whose pages act on ours."""

    class Evil(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = ATTACKS.get(self.path.strip("/"), "").format(there=address).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!DOCTYPE html><body>" + body)

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize("attack", ATTACKS)
def test_another_site_cannot_act_for_somebody_signed_in(
    window, province, elsewhere: str, attack: str
) -> None:
    window.become("prefecture")
    window.open("/account?lang=zh")
    before = len(reading.uploads(province.store)), len(sessions_of(province.store, "prefecture"))
    other = window.page.context.new_page()  # same browser, same cookies
    with other.expect_response(lambda answer: answer.url.startswith(window.address)) as seen:
        other.goto(f"{elsewhere}/{attack}", wait_until="commit")
    assert seen.value.status in (302, 400, 401, 403, 415)
    after = len(reading.uploads(province.store)), len(sessions_of(province.store, "prefecture"))
    assert after == before
    window.open("/account?lang=zh")
    assert "/sign-in" not in window.page.url
