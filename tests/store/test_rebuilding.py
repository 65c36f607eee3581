"""When the tree changes under numbers already held, the totals follow; a program that has not noticed is refused."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from store import reading
from store.connecting import StoreError
from store.saving import save
from store.verify import verify
from store.withdrawing import withdraw


def values(store, element, month):
    frame = reading.area_totals(store, [element], ["P1", "P2", "PV", "S"], month, month)
    return {(row.organisation, row.span): row.value for row in frame.itertuples(index=False)}


@pytest.fixture
def filled(held, province, made):
    save(
        held,
        province,
        [
            made.upload(made.submission("H2", 202412, {"births": 5, "grade": 3})),
            made.upload(made.cumulative("D1", 202405, {"births": 230})),
            made.upload(made.cumulative("D1", 202406, {"births": 300, "deaths": 1})),
            made.upload(made.cumulative("D1", 202407, {"births": 290, "deaths": 1})),
        ],
        "clerk",
    )
    return held


def test_a_corrected_day_moves_the_totals(filled, province_where):
    assert values(filled, "births", 202412) == {("P1", 1): 5, ("PV", 1): 5}
    version = filled.data_version()
    corrected = province_where(dt.date(2024, 12, 1))
    assert len(verify(filled, corrected)) == 4  # a total and a report in each of P1 and P2
    filled.sync(corrected)
    assert values(filled, "births", 202412) == {("P2", 1): 5, ("PV", 1): 5}
    assert filled.data_version() > version
    assert verify(filled, corrected) == []


def test_derived_months_are_made_anew_with_the_totals(filled, province, province_where):
    before = values(filled, "births", 202406)
    assert before == {("S", 1): 70, ("S", 3): 300}
    filled.sync(province_where(dt.date(2024, 12, 1)))
    assert values(filled, "births", 202406) == before
    filled.sync(province)
    assert verify(filled, province) == []
    assert list(reading.upload_issues(filled, 4)["code"]) == ["cumulative_falls"]


def test_an_element_that_becomes_a_stock_changes_its_months(filled, province):
    elements = {
        **province.elements,
        "births": province.elements["births"].model_copy(update={"adds": "last"}),
    }
    changed = dataclasses.replace(province, elements=elements)
    filled.sync(changed)
    assert values(filled, "births", 202406) == {("S", 1): 300, ("S", 3): 300}
    assert verify(filled, changed) == []


def test_a_program_with_other_parents_is_refused(filled, province, province_where, made):
    filled.sync(province_where(dt.date(2024, 12, 1)))
    upload = made.upload(made.submission("H2", 202412, {"births": 6}), at=1)
    with pytest.raises(StoreError, match="H2"):
        save(filled, province, [upload], "clerk")
    with pytest.raises(StoreError, match="H2"):
        withdraw(filled, province, 1, "clerk")
    # Places whose parents are the same in both are nobody's quarrel.
    (receipt,) = save(filled, province, [made.upload(made.submission("H1", 202412, {"births": 6}))], "clerk")
    assert receipt.outcome == "accepted"


def test_a_program_that_adds_elements_up_otherwise_is_refused(filled, province, made):
    elements = {**province.elements, "grade": province.elements["grade"].model_copy(update={"kind": "count"})}
    changed = dataclasses.replace(province, elements=elements)
    with pytest.raises(StoreError, match="grade"):
        save(filled, changed, [made.upload(made.submission("H1", 202412, {"births": 6}))], "clerk")


def test_syncing_the_same_again_changes_nothing(filled, province):
    version, before = filled.data_version(), reading.area_totals(filled, ["births"])
    filled.sync(province)
    assert filled.data_version() == version
    assert reading.area_totals(filled, ["births"]).equals(before)
