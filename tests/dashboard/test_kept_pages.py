"""A finished page is kept for the same address, account, day and data, and for nothing else."""

from __future__ import annotations

import gzip
import json
import threading
from typing import Any

import pytest

from dashboard import app as app_module
from dashboard.app import create_app
from dashboard.kept_pages import ROUTING, Shelf


def client_of(app: Any) -> Any:
    """A reader who has opened the front page, as every browser does first."""
    client = app.server.test_client()
    assert client.get("/").status_code == 200
    return client


def ask(client: Any, path: str, search: str = "?lang=zh", **headers: str) -> Any:
    question = {
        "output": f"..{'...'.join(ROUTING)}..",
        "outputs": [dict(zip(("id", "property"), one.split("."), strict=True)) for one in ROUTING],
        "inputs": [
            {"id": "url", "property": "pathname", "value": path},
            {"id": "url", "property": "search", "value": search},
        ],
        "changedPropIds": ["url.pathname"],
    }
    sent = {"Accept-Encoding": "gzip", "X-MCH-Request": "1", **headers}
    answered = client.post("/_dash-update-component", json=question, headers=sent)
    assert answered.status_code == 200, answered.data
    return answered


def body(answer: Any) -> Any:
    content = answer.data
    return json.loads(
        gzip.decompress(content) if answer.headers.get("Content-Encoding") == "gzip" else content
    )


@pytest.fixture
def made(monkeypatch) -> list[str]:
    """The addresses whose pages were made, in order."""
    found: list[str] = []
    plain = app_module.answer

    def counted(answers: Any, path: str, search: str) -> Any:
        found.append(path + search)
        return plain(answers, path, search)

    monkeypatch.setattr(app_module, "answer", counted)
    return found


def test_made_once_until_the_data_change(loaded, counties, made) -> None:
    client = client_of(create_app(loaded))
    first, second = ask(client, "/area/520302"), ask(client, "/area/520302")
    assert made == ["/area/520302?lang=zh"]
    assert body(first) == body(second)
    assert "红花岗区" in json.dumps(body(first), ensure_ascii=False)
    ask(client, "/area/520302", "?lang=en")
    assert len(made) == 2
    counties.save(counties.an_upload([counties.a_return(counties.behind, 202610, 99)], name="更正.xlsx"))
    assert "699 / 1,200" not in json.dumps(body(first), ensure_ascii=False)
    # 11 months of 60 and one of 99.
    assert "759 / 1,200" in json.dumps(body(ask(client, "/area/520302")), ensure_ascii=False)
    assert len(made) == 3


def test_pages_that_do_not_last_and_plain_readers_are_answered_as_ever(loaded, made) -> None:
    client = client_of(create_app(loaded))
    for _ in range(2):
        assert body(ask(client, "/submissions"))["response"]["page"]
    assert len(made) == 2
    plain = ask(client, "/grading", **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert json.loads(plain.data)["response"]["page"]


def test_a_page_that_failed_is_not_kept(loaded, monkeypatch) -> None:
    from dashboard.pages import grading

    client = client_of(create_app(loaded))
    good = grading.layout

    def broken(visit: Any) -> Any:
        raise ValueError("broken")

    monkeypatch.setattr(grading, "layout", broken)
    assert "empty--failure" in json.dumps(body(ask(client, "/grading")))
    monkeypatch.setattr(grading, "layout", good)
    assert "empty--failure" not in json.dumps(body(ask(client, "/grading")))


def frame_of(client: Any, referer: str) -> str:
    """What the browser is given for its frame when it names the page that it is on."""
    headers = {"Accept-Encoding": "gzip"} | ({"Referer": referer} if referer else {})
    return json.dumps(body(client.get("/_dash-layout", headers=headers)), ensure_ascii=False)


def test_the_first_page_comes_with_the_frame_and_is_kept(loaded, made) -> None:
    client = client_of(create_app(loaded))
    here = "http://localhost/area/520302?lang=zh"
    first = frame_of(client, here)
    assert "红花岗区" in first
    assert '"pathname": "/area/520302"' in first
    assert '"search": "?lang=zh"' in first
    assert frame_of(client, here) == first
    assert made == ["/area/520302?lang=zh"]


@pytest.mark.parametrize("referer", ["", "http://elsewhere/area/520302", "nonsense", "//localhost:99/"])
def test_a_frame_without_its_page_is_empty_and_fills_itself(loaded, made, referer) -> None:
    found = frame_of(client_of(create_app(loaded)), referer)
    assert '"pathname"' not in found
    assert "红花岗区" not in found
    assert made == []


def test_the_frame_brings_nothing_that_the_account_may_not_see(sign_in_as) -> None:
    for role, allowed in (("county", False), ("administrator", True)):
        found = frame_of(sign_in_as(role), "http://localhost/accounts?lang=zh")
        assert ("您的账号不能使用这一页" in found) is not allowed
        assert ("某auditor" in found) is allowed


def test_many_who_ask_at_once_are_answered_by_one_making(loaded, made) -> None:
    app = create_app(loaded)
    client_of(app)
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda: found.append(ask(app.server.test_client(), "/grading")))
        for _ in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(made) == 1
    assert len({one.data for one in found}) == 1


def test_the_shelf_lets_the_oldest_go() -> None:
    shelf = Shelf()
    for number in range(1001):
        shelf.put(number, b"x")
    assert shelf.take(0) is None
    assert shelf.take(1000) == b"x"
