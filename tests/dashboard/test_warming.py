"""What pages need is worked out once before anybody asks, and not again and again while data keep coming."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from dashboard import answers as answers_module
from dashboard import warming
from dashboard.answers import Answers
from dashboard.app import page_for
from dashboard.visit import open_visit
from dashboard.warming import Patience, warm


@pytest.fixture(autouse=True)
def running(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has not begun to stop, whatever tests before this one did."""
    monkeypatch.setattr(warming, "STOPPING", threading.Event())


def test_at_once_first_and_later_only_when_new_data_have_stood() -> None:
    patience = Patience(stood=20)
    assert patience.is_time(("a", 1), now=0)
    assert not patience.is_time(("a", 1), now=1000)
    assert not patience.is_time(("b", 1), now=1005)
    assert not patience.is_time(("c", 1), now=1020)  # an upload every 15 seconds: nothing would last
    assert not patience.is_time(("c", 1), now=1039)
    assert patience.is_time(("c", 1), now=1040)
    assert not patience.is_time(("c", 1), now=1100)
    assert not patience.is_time(("c", 2), now=2000)  # another day
    assert patience.is_time(("c", 2), now=2020)


def test_after_it_pages_work_out_nothing_themselves(
    loaded, counties, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counted(module: Any, name: str) -> None:
        plain = getattr(module, name)

        def ask(*arguments: Any, **named: Any) -> Any:
            asked.append(name)
            return plain(*arguments, **named)

        monkeypatch.setattr(module, name, ask)

    counted(answers_module.results, "calculate")
    counted(answers_module.flags, "find_flags")
    answers = Answers(loaded)
    warm(answers, page_for)
    assert "find_flags" in asked
    asked.clear()
    for path in ("/", "/matrix"):
        page_for(path).layout(open_visit(answers, path, ""))
    assert not asked
    counties.save(counties.an_upload([counties.a_return(counties.behind, 202610, 99)], name="更正.xlsx"))
    page_for("/").layout(open_visit(answers, "/", ""))
    assert "find_flags" in asked  # of the new data


def test_a_page_that_fails_is_told_to_the_log_and_the_others_are_made(
    loaded, caplog: pytest.LogCaptureFixture
) -> None:
    made: list[str] = []

    class Page:
        def __init__(self, path: str) -> None:
            self.path = path

        def layout(self, _visit: object) -> None:
            made.append(self.path)
            if self.path == "/":
                raise RuntimeError("broken")

    warm(Answers(loaded), Page)
    assert made[0] == "/"
    assert len(made) > 3
    assert "working out / ahead failed" in caplog.text
