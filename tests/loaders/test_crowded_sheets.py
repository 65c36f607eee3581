"""Sheets crowded with titles, labels or senders: nobody's work, and answered for as quickly as any other."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from typing import Any

import pytest

from loaders.forms import load_forms
from loaders.intake import Desk, check_content
from reference.registry import Registry
from tests.workbooks.build import book, bytes_of

SECONDS = 4.0  # of the processor; each took more than ten before

CROWDED: dict[str, Sequence[Sequence[Any]]] = {
    "titles below each other": [["县区妇幼健康月报"], [1, 2, 3]] * 3000,
    "titles beside each other": [["县区妇幼健康月报", 1, 2] * 300] * 20,
    "labels everywhere": [
        ["县区妇幼健康月报"],
        *([["填报单位：南明区", "产妇数", "活产数", "9月", "10月"] * 40] * 400),
    ],
    "rows nobody knows": [
        ["县区妇幼健康月报"],
        ["项目", "数量"],
        *([f"孕产妇某某{row}项人数", 1] for row in range(5000)),
    ],
}


@pytest.mark.parametrize("name", CROWDED)
def test_a_crowded_sheet_is_answered_for(registry: Registry, name: str) -> None:
    desk = Desk(registry, load_forms(registry), today=dt.date(2026, 11, 20))
    content = bytes_of(book(*CROWDED[name]))
    begun = time.process_time()
    outcome = check_content(content, "表.xlsx", desk)
    assert time.process_time() - begun < SECONDS
    assert outcome.errors
    assert "reader_failed" not in {one.code for one in outcome.issues}


def test_a_text_of_a_million_columns_is_refused_as_too_large(registry: Registry) -> None:
    desk = Desk(registry, load_forms(registry), today=dt.date(2026, 11, 20))
    outcome = check_content(b"1," * 1_000_000, "表.csv", desk)
    assert [one.code for one in outcome.issues] == ["too_large"]
