import itertools
import json
import math

import pytest

from reference.registry import HOME


def read(name):
    features = json.loads((HOME / "geo" / name).read_text(encoding="utf-8"))["features"]
    return {feature["properties"]["code"]: polygons(feature["geometry"]) for feature in features}


def polygons(geometry):
    return geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]


def signed_area(ring):
    """Shoelace formula in degrees: negative for a clockwise ring."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring)) / 2


def square_kilometres(ring):
    """Area on a sphere of 6,371.0088 km (the mean radius of the earth), by an equal-area projection."""
    projected = [(math.radians(x), math.sin(math.radians(y))) for x, y in ring]
    return abs(signed_area(projected)) * 6371.0088**2


def holds(ring, x, y):
    """Whether the ring holds the point: a ray crosses it an odd number of times."""
    inside = False
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


@pytest.fixture(scope="module")
def counties():
    return read("counties.geojson")


def test_the_outlines_are_those_of_the_88_counties_and_nine_prefectures(registry, counties):
    tree = registry.organisations
    assert set(counties) == {one.code for one in tree.at_level("county")}
    assert set(read("prefectures.geojson")) == {one.code for one in tree.at_level("prefecture")}


@pytest.mark.parametrize("name", ["counties.geojson", "prefectures.geojson"])
def test_outer_rings_run_clockwise(name):
    wrong = [code for code, parts in read(name).items() for part in parts if signed_area(part[0]) >= 0]
    assert wrong == []


def test_every_label_point_lies_in_its_own_county(registry, counties):
    for one in registry.organisations.at_level("county"):
        assert any(holds(part[0], one.longitude, one.latitude) for part in counties[one.code]), one.zh


def test_the_whole_is_as_large_as_the_province(counties):
    # the province's published area is 176,167 km²
    total = sum(
        square_kilometres(part[0]) - sum(square_kilometres(hole) for hole in part[1:])
        for parts in counties.values()
        for part in parts
    )
    assert total == pytest.approx(176_167, rel=0.005)


def test_the_source_line_carries_the_map_review_number():
    text = (HOME / "geo" / "SOURCE.md").read_text(encoding="utf-8")
    assert "底图来源：天地图" in text
    assert "审图号 GS（2024）0650号" in text
