"""The application around the pages: routes, headers, faults, and nothing shared between two of them."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest
from plotly.utils import PlotlyJSONEncoder

import dashboard
from dashboard import app as application
from dashboard.answers import Answers
from dashboard.app import PAGES, answer, create_app
from dashboard.workspace import Workspace

FOLDER = Path(dashboard.__file__).parent
ADDRESSES = (
    "/",
    "/indicator",
    "/area/520302",
    "/area/520300",
    "/grading",
    "/submissions",
    "/calendar",
    "/quality",
    "/methods",
    "/inbox",
    "/no/such/page",
)


def shown(answers: Answers, path: str, search: str = "") -> str:
    """Everything that is sent for an address, as text."""
    return json.dumps(answer(answers, path, search), cls=PlotlyJSONEncoder, ensure_ascii=False)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ADDRESSES)
def test_every_page_is_made_with_and_without_data(
    workspace: Workspace, counties, path: str, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    answers = Answers(workspace)
    for fill in (False, True):
        if fill:
            counties.load()
        text = shown(answers, path, f"?lang={language}")
        assert "empty--failure" not in text
        assert "Traceback" not in text
    assert not caplog.records, caplog.text


def test_an_unknown_page_says_so_and_leads_back(workspace: Workspace) -> None:
    text = shown(Answers(workspace), "/no/such/page")
    assert "没有这一页" in text
    assert "/no/such/page" in text
    assert "回到概览" in text


def test_a_failing_page_shows_a_number_that_the_log_knows_and_no_traceback(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_visit: object) -> None:
        raise RuntimeError("secret detail of the inside")

    monkeypatch.setattr(application.methods, "layout", fail)
    with caplog.at_level(logging.ERROR):
        text = shown(Answers(workspace), "/methods")
    number = re.search(r'"编号".*?"([0-9a-f]{8})"', text)
    assert number is not None
    assert number[1] in caplog.text
    assert "secret detail" not in text
    assert "secret detail" in caplog.text


def test_when_nothing_answers_the_reader_still_gets_a_sentence(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answers = Answers(workspace)
    monkeypatch.setattr(answers, "all_months", lambda: 1 / 0)
    text = shown(answers, "/")
    assert "这一页没有做出来" in text
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivisionError" not in text


def test_two_applications_live_side_by_side(workspace: Workspace) -> None:
    first, second = create_app(workspace), create_app(workspace)
    assert set(first.callback_map) == set(second.callback_map)
    assert len(first.callback_map) >= 4
    for app in (first, second):
        reply = app.server.test_client().get("/_dash-dependencies")
        assert len(reply.get_json()) == len(first.callback_map)


def test_every_page_has_its_own_address() -> None:
    claimed = {path: [page for page in PAGES if page.matches(path)] for path in ADDRESSES[:-1]}
    assert {path: len(found) for path, found in claimed.items()} == dict.fromkeys(ADDRESSES[:-1], 1)


@pytest.mark.parametrize(
    "path", ["/", "/_dash-layout", "/assets/style.css", "/nowhere", "/original/77", "/upload"]
)
def test_every_answer_carries_the_strict_headers(workspace: Workspace, path: str) -> None:
    headers = create_app(workspace).server.test_client().get(path).headers
    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert "unsafe" not in policy["script-src"]
    assert policy["frame-ancestors"] == "'none'"
    assert policy["object-src"] == "'none'"
    assert "http" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_front_page_names_no_other_server(workspace: Workspace) -> None:
    page = create_app(workspace).server.test_client().get("/").get_data(as_text=True)
    assert re.findall(r"""(?:src|href)=["'](?:https?:)?//[^"']+""", page) == []


def test_dangerous_doors_of_the_libraries_stay_shut() -> None:
    doors = re.compile(r"srcDoc|dangerously|markdown_options|allow_html|innerHTML|\beval\b|new Function")
    guilty = [
        path.name
        for path in FOLDER.rglob("*")
        if path.suffix in {".py", ".js"} and doors.search(path.read_text(encoding="utf-8"))
    ]
    assert guilty == []


def test_the_outlines_are_kept_by_the_browser_under_their_own_name(workspace: Workspace) -> None:
    from dashboard.outlines import read_outlines

    client = create_app(workspace).server.test_client()
    reply = client.get(f"/outlines/{read_outlines().digest}.json")
    assert reply.status_code == 200
    assert "immutable" in reply.headers["Cache-Control"]
    assert client.get("/outlines/0123456789ab.json").status_code == 404


def test_synthetic_data_are_marked_on_every_page_and_real_data_on_none(
    workspace: Workspace, counties
) -> None:
    answers = Answers(workspace)
    assert not any("合成数据" in shown(answers, path) for path in ADDRESSES)
    counties.load(synthetic=True)
    for path in ADDRESSES:
        assert "合成数据" in shown(answers, path), path
        assert "Synthetic data" in shown(answers, path, "?lang=en"), path


def test_junk_in_the_address_is_said_on_the_page(workspace: Workspace) -> None:
    text = shown(Answers(workspace), "/", "?period=gibberish")
    assert "看不懂时间“gibberish”" in text
