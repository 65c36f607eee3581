"""County outlines as ready SVG paths: projected once, sent once, kept by the browser."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import reference

FOLDER = Path(reference.__file__).parent / "geo"
# The number under which these very outlines were reviewed; it is printed with every map (reference/geo/SOURCE.md).
REVIEW_NUMBER, REVIEW_NUMBER_EN = "GS（2024）0650号", "GS (2024) No. 0650"
WIDTH = 1000.0
Ring = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Outlines:
    """Paths by code, the sheet they are drawn on, and a digest that names this version."""

    body: bytes
    digest: str
    codes: frozenset[str]

    @property
    def address(self) -> str:
        """Where the browser fetches them."""
        return f"/outlines/{self.digest}.json"


@cache
def read_outlines(folder: Path = FOLDER) -> Outlines:
    """Read counties and prefectures and project them; empty when the files are not there."""
    layers = {name: _features(folder / f"{name}.geojson") for name in ("counties", "prefectures")}
    points = [
        point for feature in layers["counties"] for ring in _rings(feature["geometry"]) for point in ring
    ]
    if not points:
        return Outlines(b"{}", "none", frozenset())
    sheet = _Sheet(points)
    drawn = {
        name: {feature["properties"]["code"]: sheet.shape(feature) for feature in features}
        for name, features in layers.items()
    }
    text = json.dumps(
        {"width": WIDTH, "height": sheet.height, **drawn}, ensure_ascii=False, separators=(",", ":")
    )
    body = text.encode()
    return Outlines(body, hashlib.sha256(body).hexdigest()[:12], frozenset(drawn["counties"]))


def _features(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text(encoding="utf-8"))["features"]) if path.exists() else []


def _rings(geometry: dict[str, Any]) -> Iterable[Ring]:
    """All rings of all parts, holes included: an even-odd fill draws them right."""
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return (ring for part in parts for ring in part)


class _Sheet:
    """Longitude and latitude to a flat sheet, the middle latitude true to scale."""

    def __init__(self, points: Sequence[Sequence[float]]) -> None:
        self.west = min(point[0] for point in points)
        self.north = max(point[1] for point in points)
        east, south = max(point[0] for point in points), min(point[1] for point in points)
        self.squeeze = math.cos(math.radians((self.north + south) / 2))
        self.scale = WIDTH / ((east - self.west) * self.squeeze)
        self.height = round((self.north - south) * self.scale, 1)

    def place(self, point: Sequence[float]) -> tuple[float, float]:
        return (point[0] - self.west) * self.squeeze * self.scale, (self.north - point[1]) * self.scale

    def shape(self, feature: dict[str, Any]) -> dict[str, Any]:
        """The path, the box around it and the place of its label (the centre of its largest ring)."""
        rings = [[self.place(point) for point in ring] for ring in _rings(feature["geometry"])]
        path = "".join("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in ring[:-1]) + "Z" for ring in rings)
        across = [x for ring in rings for x, _ in ring]
        down = [y for ring in rings for _, y in ring]
        box = [round(edge, 1) for edge in (min(across), min(down), max(across), max(down))]
        properties = feature["properties"]
        name = properties.get("short_name") or properties.get("name", "")
        return {"d": path, "box": box, "at": _centre(max(rings, key=_area)), "name": name}


def _area(ring: Sequence[tuple[float, float]]) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def _centre(ring: Sequence[tuple[float, float]]) -> list[float]:
    """Centre of gravity of a closed ring."""
    twice, across, down = 0.0, 0.0, 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        twice, across, down = twice + cross, across + (x1 + x2) * cross, down + (y1 + y2) * cross
    return [round(across / (3 * twice), 1), round(down / (3 * twice), 1)] if twice else list(ring[0])
