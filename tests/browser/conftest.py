"""A real server on a small province, and a real Chromium that looks at it.

`window` is signed in as the province's officer. `window.become("county")` signs it in as another of the roles of
tests/accounts.py instead, `window.become("")` as nobody; every role's password is PASSWORD there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from waitress import create_server

from dashboard.app import create_app
from dashboard.auth.asking import COOKIE
from dashboard.settings import Settings
from dashboard.workspace import Workspace, open_workspace
from reference.follow_ups import Action
from reference.periods import month_add
from store.database import Store
from store.following_up import Asked, ask, take_step
from store.records import IssueRecord, SubmissionRecord, UploadRecord, ValueRecord
from store.saving import save
from store.sessions import begin_session
from tests.accounts import add_roles

SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
LAST, MONTHS = 202610, 13
# Milliseconds for which something is waited for: a machine busy with other tests is slow, which is no fault of a page.
PATIENCE = 90_000
# Milliseconds without a fetch after which a page stands still, and between two looks.
STILL, LOOK = 200, 40
FOLLOW = """there => { window.history.pushState({}, '', there); window.scrollTo(0, 0);
  window.dispatchEvent(new CustomEvent('_dashprivate_pushstate')); }"""
IDLE = "() => new Promise(done => requestIdleCallback(done, {timeout: 5000}))"


def chromium() -> str:
    """Where Chromium is; without it these tests are skipped, or fail where everything is required.

    The same browser without its own windows comes first: a page of it costs a third of the processor's time.
    """
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    reason = "Chromium is not installed: no page was looked at in a browser"
    if os.environ.get("MCH_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def submissions(workspace: Workspace) -> Iterator[SubmissionRecord]:
    """Every county, thirteen months, from 55 to 98 of 100 women screened; every ninth county stopped after three months."""
    form = next(
        duty.form
        for duty in workspace.forms.duties
        if duty.basis == "residence" and duty.span == 1 and "prenatal_screened_women" in duty.elements
    )
    for place, county in enumerate(workspace.registry.organisations.at_level("county")):
        screened = 55 + (place * 7) % 44
        silent = place % 9 == 0
        for back in range(MONTHS - 3 if silent else 0, MONTHS):
            numbers = {
                "parturient_women": 100,
                "live_births": 100,
                "prenatal_screened_women": screened,
                "systematically_managed_women": min(99, screened + 6),
                "neonatal_deaths": int(back % 6 == 0),
            }
            values = tuple(
                ValueRecord(element, "", number, "", "", "Sheet1", f"C{row}")
                for row, (element, number) in enumerate(numbers.items(), start=5)
            )
            yield SubmissionRecord(
                form, "test", "residence", county.code, month_add(LAST, -back), 1, None, None, values
            )


def severe_cases() -> Iterator[SubmissionRecord]:
    """One hospital's month: 1,000 births, 8 near-misses, 2 deaths, 10 severe cases of which 6 bled."""
    for form, numbers in (
        (
            "delivery_institution_monthly",
            {
                "live_births": 1000,
                "maternal_near_misses": 8,
                "maternal_deaths": 2,
                "severe_maternal_cases": 10,
            },
        ),
        (
            "severe_maternal_monthly",
            {"severe_cases_by_cause": 10, "severe_haemorrhage_cases": 6, "severe_hypertension_cases": 4},
        ),
    ):
        values = tuple(
            ValueRecord(name, "", number, "", "", "Sheet1", "C5") for name, number in numbers.items()
        )
        yield SubmissionRecord(form, "test", "occurrence", "MCH520302", LAST, 1, None, None, values)


def returned() -> UploadRecord:
    """A file that was given back for one cell."""
    content = b"a file with a word for a number"
    issue = IssueRecord(code="not_a_number", severity="error", sheet="Sheet1", cell="C7", found="很多")
    received = dt.datetime(2026, 11, 4, 2, 0, tzinfo=dt.UTC)
    digest = hashlib.sha256(content).hexdigest()
    return UploadRecord("被退回的月报.xlsx", digest, content, "province", received, True, (), (issue,))


def graded() -> SubmissionRecord:
    """One institution of the register whose grade ends within the year."""
    ends = (dt.date.today() + dt.timedelta(days=200)).isoformat()
    said = {"grade_level": "2", "grade_class": "A", "grade_status": "graded", "grade_valid_to": ends}
    values = tuple(
        ValueRecord(element, "", None, "", text, "Sheet1", f"D{row}")
        for row, (element, text) in enumerate(said.items(), start=5)
    )
    return SubmissionRecord("grade_register", "test", "register", "MCH520103", LAST, 1, None, None, values)


def follow_up(workspace: Workspace) -> None:
    """What 云岩区, with 62 of 100 women screened, was asked and what it answered."""
    flag = Asked(
        "520103", "behind_target", "prenatal_screening_coverage", "2025-11..2026-10", "云岩区落后", "Behind"
    )
    number = ask(workspace.store, flag, "请说明产前筛查偏低的原因", "妇幼科", dt.date(2099, 1, 31), "test")
    answered = "两家医院漏报，十一月起补查"
    take_step(workspace.store, number, Action.ANSWER, answered, "county", files=[("说明.txt", b"words")])


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The small province in a database of its own."""
    home = tmp_path_factory.mktemp("browser")
    # The tests turn pages faster than any person.
    settings = Settings(home=home, overlays=(), answers_seconds=0, requests_per_minute=1_000_000)
    workspace = open_workspace(settings, prepare=True)
    add_roles(workspace.store)
    content = b"the whole province"
    received = dt.datetime(2026, 11, 3, 1, 30, tzinfo=dt.UTC)
    upload = UploadRecord(
        "全省月报.xlsx",
        hashlib.sha256(content).hexdigest(),
        content,
        "test",
        received,
        True,
        (*submissions(workspace), *severe_cases(), graded()),
        (),
    )
    assert save(workspace.store, workspace.registry, [upload], "test")[0].outcome == "accepted"
    assert save(workspace.store, workspace.registry, [returned()], "test")[0].outcome == "returned"
    follow_up(workspace)
    yield workspace
    workspace.close()


@pytest.fixture(scope="session")
def address(province: Workspace) -> Iterator[str]:
    """The address of the running server."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(create_app(province).server, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all."""
    executable = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def contexts(browser: Any) -> Iterator[dict[int, Any]]:
    """One profile a width for all tests, so that not every one fetches and compiles the same libraries; cookies are a test's own."""
    found: dict[int, Any] = {}
    yield found
    for context in found.values():
        context.close()


class Traffic:
    """What a page is fetching. Playwright's own "networkidle" waits half a second each time, and cannot say what it waits for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.open: set[Any] = set()
        page.on("request", self._begun)
        page.on("requestfinished", lambda request: self.open.discard(request))
        page.on("requestfailed", lambda request: self.open.discard(request))

    def _begun(self, request: Any) -> None:
        if request.is_navigation_request():  # what the page before still asked for is nobody's any more
            self.open.clear()
        self.open.add(request)

    def rest(self) -> None:
        """Wait until nothing has been fetched for a moment."""
        end = time.monotonic() + PATIENCE / 1000
        still = 0
        while still < STILL:
            self.page.wait_for_timeout(LOOK)  # which lets the events above come in
            still = 0 if self.open else still + LOOK
            if still >= STILL:  # a busy machine may only be about to ask
                self.page.evaluate(IDLE)
                still = 0 if self.open else still
            assert time.monotonic() < end, f"still being fetched: {[self._said(one) for one in self.open]}"

    @staticmethod
    def _said(request: Any) -> str:
        return f"{request.method} {request.url} {(request.post_data_buffer or b'')[:200]!r}"


@dataclass
class Window:
    """A page with everything it complained of and everything it asked for."""

    page: Any
    address: str
    store: Store
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.traffic = Traffic(self.page)

    def open(self, path: str) -> None:
        """Go there and wait until the page stands still."""
        self.page.goto(self.address + path)
        self.settle()

    def follow(self, path: str) -> None:
        """Go there as a link within the page does, without loading the application anew."""
        with self.page.expect_response(lambda answer: "/_dash-update-component" in answer.url):
            self.page.evaluate(FOLLOW, path)
        self.settle()

    def become(self, role: str) -> None:
        """Sign in as a role, or as nobody (''); what the page open now still asks for is not asked as the other."""
        self.page.goto("about:blank")
        self.page.context.clear_cookies()
        if role:
            secret = begin_session(self.store, role, "full", "127.0.0.1", "test", (), "test")
            self.page.context.add_cookies([{"name": COOKIE, "value": secret, "url": self.address}])

    def settle(self) -> None:
        """Wait until nothing is being fetched and the page has its content."""
        self.page.wait_for_selector("#page > *")
        self.traffic.rest()
        # Not wait_for_function: it evaluates text, which our own Content-Security-Policy forbids.
        self.page.wait_for_selector(".busy--now, .map--waiting, .later", state="detached")

    @property
    def outside(self) -> list[str]:
        """Requests to anybody but our own server."""
        own = (f"{self.address}/", "data:", f"blob:{self.address}/")
        return [url for url in self.requests if not url.startswith(own)]

    def text(self) -> str:
        """What a reader reads."""
        return str(self.page.inner_text("body"))

    def keep(self, name: str) -> None:
        """A screenshot of the whole page."""
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def opened(browser: Any, contexts: dict[int, Any], width: int, address: str, store: Store) -> Window:
    """A window of a width, signed in as the province's officer, that notes what it complains of and asks for."""
    if width not in contexts:
        contexts[width] = browser.new_context(
            viewport={"width": width, "height": 900 if width > 500 else 844}
        )
    page = contexts[width].new_page()
    page.set_default_timeout(PATIENCE)
    found = Window(page, address, store)
    found.become("province")
    page.on(
        "console",
        lambda message: (
            found.complaints.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on("request", lambda asked: found.requests.append(asked.url))
    return found


@pytest.fixture
def window(
    browser: Any,
    contexts: dict[int, Any],
    address: str,
    province: Workspace,
    request: pytest.FixtureRequest,
) -> Iterator[Window]:
    """A fresh window of the width asked for (`width` parameter, else 1440)."""
    found = opened(browser, contexts, getattr(request, "param", 1440), address, province.store)
    yield found
    found.page.close()
