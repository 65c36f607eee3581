"""The map of what nobody has a target for. Three counties report 1,200 women each: 720, 948 and 1,080 of them were screened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard import county_map, shades
from dashboard.answers import Answers
from dashboard.visit import Visit, open_visit
from dashboard.workspace import Workspace
from indicators.result import Comparison, Result
from tests.dashboard.test_overview import AHEAD, BEHIND, NEAR, SILENT, ZUNYI, words


@pytest.fixture
def visit(loaded: Workspace) -> Visit:
    return open_visit(Answers(loaded), "/", ZUNYI)


def without_targets(visit: Visit) -> list[Result]:
    """The counties' results as they would be if nobody had set a target."""
    found = visit.results(["prenatal_screening_coverage"], visit.unit_codes)
    judged = {Comparison.WORSE, Comparison.SIMILAR, Comparison.BETTER}
    return [
        replace(one, target=None, gap=None, comparison=Comparison.NO_TARGET)
        if one.comparison in judged
        else replace(one, target=None)
        for one in found
    ]


def valued(*values: float | None) -> list[Result]:
    of = Result("", "county", "2026", "x", None, None, None, None, None, "byar", "residence", 12, 12)
    return [replace(of, organisation=f"C{place}", value=value) for place, value in enumerate(values)]


def test_areas_are_shaded_by_fifths() -> None:
    found = shades.shades(valued(9, 1, 3, 5, 7, 10, 2, 4, 6, 8, None))
    assert [(one.number, one.low, one.high) for one in found] == [
        (1, 1, 2), (2, 3, 4), (3, 5, 6), (4, 7, 8), (5, 9, 10),
    ]  # fmt: skip
    assert found[0].areas == ("C1", "C6")


def test_equal_values_have_one_shade() -> None:
    """Seven counties of ten without a death: the middle one of them is the fourth of ten, in the second fifth; so are they all."""
    found = shades.shades(valued(0, 0, 0, 0, 0, 0, 0, 1.5, 2.5, 4))
    assert [(one.number, one.low, one.high, len(one.areas)) for one in found] == [
        (2, 0, 0, 7), (4, 1.5, 1.5, 1), (5, 2.5, 4, 2),
    ]  # fmt: skip
    assert shades.shades(valued(None, None)) == []
    assert [one.areas for one in shades.shades(valued(3))] == [("C0",)]


def test_the_map_is_shaded_by_value_where_nobody_has_a_target(visit: Visit) -> None:
    definition = visit.workspace.catalogue.get("prenatal_screening_coverage")
    areas = county_map.areas_of(visit, definition, without_targets(visit))
    assert [areas[code]["kind"] for code in (BEHIND, NEAR, AHEAD)] == ["shade1", "shade3", "shade5"]
    assert areas[AHEAD]["words"][1] == "90.0% (88.2–91.6)"
    assert (areas[SILENT]["kind"], areas[SILENT]["sign"]) == ("unknown", "?")  # three months of twelve
    said = words(shades.legend(visit, definition, without_targets(visit), False))
    assert "60.0 (1)" in said
    assert "无目标" in said


def test_a_target_of_any_area_brings_back_the_judgements(visit: Visit) -> None:
    results = visit.results(["prenatal_screening_coverage"], visit.unit_codes)
    assert not shades.is_aimless(results)
    definition = visit.workspace.catalogue.get("prenatal_screening_coverage")
    assert county_map.areas_of(visit, definition, results)[BEHIND]["kind"] == "behind"
