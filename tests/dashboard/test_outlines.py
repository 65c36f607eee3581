"""The map's outlines: every county once, drawn within the sheet, its label inside its own box."""

from __future__ import annotations

import json

from dashboard.outlines import read_outlines
from reference.registry import Registry


def test_every_county_has_an_outline_and_no_other_area_has(registry: Registry) -> None:
    counties = {one.code for one in registry.organisations.at_level("county")}
    assert len(counties) == 88
    assert read_outlines().codes == counties


def test_outlines_lie_on_the_sheet_and_labels_in_their_boxes() -> None:
    sheet = json.loads(read_outlines().body)
    assert len(sheet["prefectures"]) == 9
    # Guizhou reaches from 103°36′ to 109°35′ E and from 24°37′ to 29°13′ N; at 27° N that is 5.98° × cos 27° by 4.6°.
    assert 0.82 < sheet["height"] / sheet["width"] < 0.91
    for code, shape in sheet["counties"].items():
        left, top, right, bottom = shape["box"]
        assert -0.1 <= left < right <= sheet["width"] + 0.1, code
        assert -0.1 <= top < bottom <= sheet["height"] + 0.1, code
        across, down = shape["at"]
        assert left <= across <= right, code
        assert top <= down <= bottom, code
        assert shape["d"].startswith("M")
        assert shape["d"].endswith("Z")


def test_north_is_up_and_west_is_left() -> None:
    counties = json.loads(read_outlines().body)["counties"]
    weining, nanming, daozhen, ceheng = (
        counties[code]["at"] for code in ("520526", "520102", "520325", "522327")
    )
    assert weining[0] < nanming[0]  # 威宁 is the westernmost county
    assert daozhen[1] < nanming[1] < ceheng[1]  # 道真 lies in the north, 册亨 in the south


def test_a_missing_file_gives_an_empty_map(tmp_path) -> None:
    assert read_outlines(tmp_path).codes == frozenset()
