"""Answers are worked out once: for all who ask at the same time, and for as long as the settings allow."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from dashboard.answers import Answers


@pytest.fixture
def answers():
    """Answers over a store that is nothing but its version."""
    held = SimpleNamespace(version=1)
    store = SimpleNamespace(data_version=lambda: held.version)
    made = Answers(SimpleNamespace(store=store, settings=SimpleNamespace(answers_seconds=0)))
    return made, held


def test_who_asks_the_same_at_once_waits_for_one_answer(answers):
    made, _ = answers
    asked, go_on, begun = [], threading.Event(), threading.Event()

    def ask():
        asked.append(1)
        begun.set()
        assert go_on.wait(30)
        return "answer"

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(made.once, ("key",), ask) for _ in range(8)]
        assert begun.wait(30)
        assert made.once(("other",), lambda: "at once") == "at once", "another question does not wait"
        go_on.set()
        assert {one.result() for one in waiting} == {"answer"}
    assert asked == [1]


def test_an_answer_may_ask_for_another(answers):
    made, _ = answers
    assert made.once(("outer",), lambda: made.once(("inner",), lambda: 2) + 1) == 3


def test_one_who_fails_leaves_the_others_to_ask(answers):
    made, _ = answers
    turns = iter([ZeroDivisionError(), "answer"])

    def ask():
        found = next(turns)
        if isinstance(found, Exception):
            raise found
        return found

    with pytest.raises(ZeroDivisionError):
        made.once(("key",), ask)
    assert made.once(("key",), ask) == "answer"


def test_a_new_version_is_seen_at_once_by_default(answers):
    made, held = answers
    assert made.once(("key",), lambda: "old") == "old"
    held.version = 2
    assert made.once(("key",), lambda: "new") == "new"


def test_pages_may_be_some_seconds_behind_where_the_settings_say_so(answers, monkeypatch):
    made, held = answers
    made.workspace.settings.answers_seconds = 30
    clock = [100.0]
    monkeypatch.setattr("dashboard.answers.time", SimpleNamespace(monotonic=lambda: clock[0]))
    assert made.once(("key",), lambda: "old") == "old"
    held.version, clock[0] = 2, 129.0
    assert made.once(("key",), lambda: "new") == "old"
    clock[0] = 130.0
    assert made.once(("key",), lambda: "new") == "new"
    held.version = 3
    made.look_again()
    assert made.once(("key",), lambda: "own") == "own"


def test_many_who_send_at_once_do_not_make_every_answer_old(answers, monkeypatch):
    made, held = answers
    made.workspace.settings.answers_seconds = 30
    clock = [100.0]
    monkeypatch.setattr("dashboard.answers.time", SimpleNamespace(monotonic=lambda: clock[0]))
    asked = []
    for upload in range(2, 62):  # one upload a second for a minute
        held.version, clock[0] = upload, 100.0 + upload
        made.look_again()
        made.once(("key",), lambda upload=upload: asked.append(upload))
    assert asked == [2, 32], "worked out twice in a minute, not sixty times"


def test_what_was_sent_never_lags(answers):
    made, held = answers
    made.workspace.settings.answers_seconds = 600
    assert made.once(("upload", 2), lambda: None, record=True) is None
    held.version = 2  # taken by another process of the server
    assert made.once(("upload", 2), lambda: "there", record=True) == "there"


@contextmanager
def a_late_reader(answers):
    """One reader has read the old version and goes on only after the block, in which another's upload came."""
    made, held = answers
    made.workspace.settings.answers_seconds = 1000
    reading, go_on = threading.Event(), threading.Event()

    def slow():
        found = held.version
        reading.set()
        assert go_on.wait(30)
        return found

    made.workspace.store.data_version = slow
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(made.version)
        assert reading.wait(30)
        held.version = 2
        made.workspace.store.data_version = lambda: held.version
        yield made
        go_on.set()
        late.result()


def test_a_look_that_began_before_a_change_does_not_hide_it(answers):
    with a_late_reader(answers) as made:
        made.look_again()
    assert made.version() == 2


def test_of_two_looks_the_one_that_began_later_counts(answers):
    with a_late_reader(answers) as made:
        assert made.version() == 2
    assert made.version() == 2
