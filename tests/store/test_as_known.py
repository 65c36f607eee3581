"""What the store knew at a moment, and what single months it holds, as arrays; on both databases."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from store import as_known, panels
from store.saving import save
from store.withdrawing import withdraw

START = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)


def at(minutes: float) -> dt.datetime:
    return START + dt.timedelta(minutes=minutes)


@pytest.fixture
def corrected(held, province, made):
    """H1 says 10, corrects to 12 after ten minutes, and takes the correction back a year later; H2 says 5."""
    first = made.upload(
        made.submission("H1", 202412, {"births": 10, "births/male": 6}),
        made.submission("H2", 202412, {"births": 5}),
    )
    second = made.upload(made.submission("H1", 202412, {"births": 12}), at=10)
    save(held, province, [first], "clerk")
    (receipt,) = save(held, province, [second], "clerk")
    withdraw(held, province, receipt.upload_id, "clerk", "wrong month")
    return held


def births(store, province, areas=("PV", "P1", "P2", "H1"), **where):
    frame = as_known.totals(store, province, ["births"], areas, **where)
    return {row.organisation: (row.value, row.reports) for row in frame.itertuples()}


def test_totals_as_they_were_known(corrected, province):
    assert births(corrected, province, known_at=at(-1)) == {}
    assert births(corrected, province, known_at=at(5)) == {"PV": (15, 2), "P1": (15, 2), "H1": (10, 1)}
    # The correction was in force then; that it was taken back is only known later.
    assert births(corrected, province, known_at=at(15)) == {"PV": (17, 2), "P1": (17, 2), "H1": (12, 1)}
    now = births(corrected, province)
    assert (
        now
        == births(corrected, province, known_at=dt.datetime.now(dt.UTC))
        == {"PV": (15, 2), "P1": (15, 2), "H1": (10, 1)}
    )


def test_under_the_tree_of_another_day(corrected, province):
    """C2, and H2 with it, belongs to P2 from 2025 on."""
    assert births(corrected, province, tree_on=dt.date(2026, 1, 1)) == {
        "PV": (15, 2),
        "P1": (10, 1),
        "P2": (5, 1),
        "H1": (10, 1),
    }


def test_breakdowns_and_months(corrected, province):
    frame = as_known.totals(corrected, province, ["births"], ["PV"], categories=["male"])
    assert frame[["category", "value", "month", "span", "basis"]].values.tolist() == [
        ["male", 6, 202412, 1, "occurrence"]
    ]
    assert as_known.totals(corrected, province, ["births"], ["PV"], first=202501).empty
    assert as_known.months(corrected, "guizhou", at(1)) == (202412, 202412)
    assert as_known.months(corrected, "guizhou", at(-1)) is None


def test_months_as_arrays(corrected, province, made):
    later = made.upload(
        made.submission("H1", 202502, {"births": 0}),
        made.submission("H2", 202502, {"births": None, "deaths": 1}),
        made.submission("H1", 202503, {"births": 9}, span=3, form="quarterly"),
        at=30,
    )
    save(corrected, province, [later], "clerk")
    wanted = [("births", "", "occurrence"), ("births", "male", "occurrence"), ("births", "", "residence")]
    found = panels.monthly(corrected, wanted, ["P2", "P1", "unknown"], 202411, 202502)
    assert found.values.shape == (3, 3, 4)
    assert found.values[0].tolist() == [[0, 0, 0, 0], [0, 15, 0, 0], [0, 0, 0, 0]]
    assert found.reports[0].tolist() == [[0, 0, 0, 0], [0, 2, 0, 1], [0, 0, 0, 0]]
    assert found.values[1, 1].tolist() == [0, 6, 0, 0]
    assert not np.any(found.reports[2])
    assert panels.longer_spans(corrected) == {"births"}
