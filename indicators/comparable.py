"""Which of an area's months compare with its newest: none from before a stated break or a change of its land.

A control chart begins anew at such a day (`over_time.course`); what is said of an area's own past must not look beyond it
either, or a new definition would be told as a county's worsening.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reference.breaks import Break
from reference.periods import month_period
from reference.registry import Registry

Numbers = NDArray[np.float64]


class Comparable:
    """For areas and months (yyyymm, in order): the first month of each area that compares with its last."""

    def __init__(self, registry: Registry, areas: Sequence[str], months: Sequence[int]) -> None:
        self._starts = [month_period(month).first_day for month in months]
        self._stated = [one for one in registry.breaks if one.indicator]
        self._row = {area: row for row, area in enumerate(areas)}
        # What holds for every indicator is looked up once; of the others there are few.
        self._of_all = np.array([self._last(registry.breaks_of("", area)) for area in areas], np.int64)

    def since(self, indicator: str) -> NDArray[np.int64]:
        """(areas,): the place of the first comparable month; 0 where all of them are."""
        found = self._of_all.copy()
        for one in self._stated:
            if one.indicator != indicator:
                continue
            rows = slice(None) if not one.organisation else [self._row.get(one.organisation, -1)]
            if rows != [-1]:
                found[rows] = np.maximum(found[rows], self._last((one,)))
        return found

    def blanked(
        self, indicator: str, seen: Numbers, size: Numbers, rows: slice = slice(None)
    ) -> tuple[Numbers, Numbers]:
        """Both arrays (areas of the rows, months), with NaN in all months that do not compare with the last."""
        since = self.since(indicator)[rows]
        if not since.any():
            return seen, size
        before = np.arange(seen.shape[1]) < since[:, None]
        return np.where(before, np.nan, seen), np.where(before, np.nan, size)

    def _last(self, breaks: Sequence[Break]) -> int:
        """The place of the first month that begins on or after the last break within the months; 0 without one."""
        places = [bisect_left(self._starts, one.on) for one in breaks]
        return max((place for place in places if place < len(self._starts)), default=0)
