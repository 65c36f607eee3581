"""Small drawings of our own, drawn as SVG (the matrix as a table) in the browser by assets/drawings.js and matrix.js.

They keep the charting library off the pages that do not chart, work without WebGL, follow light and dark,
and every county on the map is a real link that the keyboard reaches.
"""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

# Dash imports a package of this name for each property of each component; ours exists, so that costs nothing.
NAMESPACE = "dashboard"


class Drawing(Component):  # type: ignore[misc]
    """A component without a package: its script is one of our assets."""

    _namespace = NAMESPACE
    _type = "Drawing"
    _prop_names: list[str] = ["id"]  # noqa: RUF012 - the base class reads a list
    _valid_wildcard_attributes: list[str] = []  # noqa: RUF012

    def __init__(self, **properties: Any) -> None:
        self.available_properties = list(self._prop_names)
        self.available_wildcard_properties: list[str] = []
        super().__init__(**{key: found for key, found in properties.items() if found is not None})


class CountyMap(Drawing):
    """Outlines of areas, each with a class, a sign, words and a link. `shown` are the codes to zoom to.

    `names`: whether areas large enough carry their names on the whole map too.
    """

    _type = "CountyMap"
    _prop_names = ["id", "source", "areas", "shown", "label", "quiet", "names"]  # noqa: RUF012


class Sparkline(Drawing):
    """A small line of values over time with gaps where nothing is known; `target` draws the yardstick.

    `low` and `high`: what the scale must hold besides, so that several stand on the same one.
    """

    _type = "Sparkline"
    _prop_names = ["id", "values", "target", "label", "width", "height", "low", "high"]  # noqa: RUF012


class SortedTable(Drawing):
    """A table that sorts by its heads. Columns (`columnDefs`) and lines (`rowData`) are told as to the library's large tables.

    `height` in pixels: beyond it the lines scroll; `label` names it to those who hear it, `empty` is said where it has none.
    `stacks`: on a phone each line becomes a card, every cell with its column's name; for lines that are read one by one.
    """

    _type = "SortedTable"
    _prop_names = ["id", "columnDefs", "rowData", "height", "label", "empty", "stacks"]  # noqa: RUF012


class IntervalBar(Drawing):
    """A dot with its interval on a common scale, the target as a dashed line, `peers` (the value of all together) as a grey one.

    `band`: the two values between which the middle half of the peers lies.
    """

    _type = "IntervalBar"
    _prop_names = ["id", "value", "lower", "upper", "target", "peers", "band", "low", "high", "kind", "label"]  # noqa: RUF012


class Matrix(Drawing):
    """A heat table that sorts in the browser: `columns` and `rows` with names and links, `kinds` with sign and words.

    Each row carries `k` (one letter a cell, a key of `kinds`), `v` (the value in words) and `s` (what it is sorted by);
    `reasons`: sentences by "row code|column code". `sort`: the column sorted by, with `-` before it for the other way round.
    """

    _type = "Matrix"
    _prop_names = ["id", "columns", "rows", "kinds", "reasons", "sort", "numbers", "label", "words"]  # noqa: RUF012
