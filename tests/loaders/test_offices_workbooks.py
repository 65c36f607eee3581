"""Every table of the county stations' collection is read as a person reads it, or returned with the right word."""

from __future__ import annotations

import datetime as dt

import pytest

from loaders.forms import load_forms
from loaders.intake import Desk, check_content
from reference.registry import Registry
from tests.workbooks.offices import OFFICES


@pytest.fixture(scope="module")
def desk(registry: Registry) -> Desk:
    return Desk(registry, load_forms(registry), today=dt.date(2026, 11, 20))


@pytest.mark.parametrize("name", OFFICES)
def test_a_stations_table(desk: Desk, name: str) -> None:
    make, said, told = OFFICES[name]
    outcome = check_content(make(), "报表.xlsx", desk)
    assert {(one.code, one.cell) for one in outcome.issues if one.code != "fields_absent"} == told
    assert bool(outcome.errors) is (said is None)
    found = {
        (one.organisation, one.last): {
            reading.element + (f"@{reading.category}" if reading.category else ""): (
                reading.note if reading.value is None else reading.value
            )
            for reading in one.readings
        }
        for one in outcome.returns
    }
    for place, values in (said or {}).items():
        assert {key: found[place].get(key) for key in values} == values
    # Nothing is read that the table does not say: every value stands in a cell, or is a sum of such.
    assert all(
        one.sheet and one.cell for each in outcome.returns for one in each.readings if one.value is not None
    )
