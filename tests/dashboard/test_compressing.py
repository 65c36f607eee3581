"""Compressed answers say the same as plain ones."""

from __future__ import annotations

import gzip

import pytest

from dashboard.app import create_app
from dashboard.outlines import read_outlines
from dashboard.workspace import Workspace

ASKED = {"Accept-Encoding": "gzip, deflate"}


@pytest.fixture
def client(workspace: Workspace):
    return create_app(workspace).server.test_client()


@pytest.mark.parametrize(
    "path",
    ["/_dash-layout", "/_dash-dependencies", "/assets/style.css", f"/outlines/{read_outlines().digest}.json"],
)
def test_text_comes_compressed_when_asked_for_and_is_the_same(client, path: str) -> None:
    plain = client.get(path)
    assert "Content-Encoding" not in plain.headers
    for _ in range(2):  # the second one may come from the shelf
        small = client.get(path, headers=ASKED)
        assert small.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in small.headers["Vary"]
        assert int(small.headers["Content-Length"]) == len(small.data) < len(plain.data)
        assert gzip.decompress(small.data) == plain.data


def test_different_addresses_are_never_mixed_up(client) -> None:
    digest = read_outlines().digest
    first = gzip.decompress(client.get(f"/outlines/{digest}.json", headers=ASKED).data)
    layout = gzip.decompress(client.get("/_dash-layout", headers=ASKED).data)
    assert b'"counties"' in first
    assert b'"counties"' not in layout


def test_the_front_page_with_its_token_stays_plain(client) -> None:
    assert "Content-Encoding" not in client.get("/", headers=ASKED).headers


def test_what_is_taken_away_is_not_touched(client) -> None:
    reply = client.get("/template/county_monthly.xlsx", headers=ASKED)
    assert reply.status_code == 200
    assert "Content-Encoding" not in reply.headers
