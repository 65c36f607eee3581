"""Stated breaks of series: read, sorted, joined with changes of land, and refused where they name nobody's indicator."""

from __future__ import annotations

import datetime as dt

import pytest

from indicators.definition import load_catalogue
from reference.registry import load_registry
from reference.strict import DefinitionError

HEAD = "on,indicator,organisation,reason_zh,reason_en,source\n"


def registry_with(tmp_path, *rows):
    (tmp_path / "breaks.csv").write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
    return load_registry((tmp_path,))


def test_of_an_indicator_of_an_area_and_of_all(tmp_path):
    registry = registry_with(
        tmp_path,
        "2026-01-01,live_births,,新定义,new definition,made",
        "2025-01-01,,520121,新医院,new hospital,made",
        "2024-01-01,,,新表,new form,made",
    )
    assert [one.on.year for one in registry.breaks_of("live_births", "520121")] == [2024, 2025, 2026]
    assert [one.on.year for one in registry.breaks_of("deaths", "520121")] == [2024, 2025]
    assert [one.on.year for one in registry.breaks_of("deaths", "520122")] == [2024]


def test_land_that_moved_is_a_break_without_being_said_twice(registry):
    """Huaxi gained land in 2000 and 2012; the product ships no other break."""
    assert registry.breaks == ()
    found = registry.breaks_of("any", "520111")
    assert [one.on.year for one in found] == [2000, 2012]
    assert all(one.reason_zh.startswith("区划变更") and one.source for one in found)
    assert registry.breaks_of("any", "520581") == ()


def test_an_indicator_that_nobody_has_is_refused(tmp_path):
    registry = registry_with(tmp_path, "2026-01-01,hospital_delivery_rat,,新定义,new definition,made")
    with pytest.raises(DefinitionError, match=r"breaks.csv.*did you mean 'hospital_delivery_rate'"):
        load_catalogue(registry)


def test_a_reason_and_a_source_must_be_given(tmp_path):
    with pytest.raises(DefinitionError, match="missing key 'source'"):
        registry_with(tmp_path, "2026-01-01,,,新定义,new definition,")


def test_a_day_is_a_day(tmp_path):
    with pytest.raises(DefinitionError, match="key 'on'"):
        registry_with(tmp_path, "2026-13-01,,,新定义,new definition,made")
    assert registry_with(tmp_path, "2026-12-01,,,a,b,c").breaks[0].on == dt.date(2026, 12, 1)
