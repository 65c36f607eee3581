"""Stocks of many areas over many windows at once, as indicators/stocks.py sums them one by one; a test holds the two together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.results import Context, Monthly
from reference.periods import last_day

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class OwnStocks:
    """What each organisation itself reported of stocks month by month: arrays (series, units, months).

    `place`: where the series stands here, by its place among all series asked for (−1: no stock). The first units are the
    organisations asked for, the others those below them that reported any stock.
    """

    units: tuple[str, ...]
    place: Whole
    values: Whole
    reports: Whole

    def between(self, start: int, stop: int) -> OwnStocks:
        """Those of some of the months."""
        return replace(self, values=self.values[..., start:stop], reports=self.reports[..., start:stop])


def own_stocks(
    context: Context,
    held: Monthly,
    stocks: Sequence[tuple[str, str, str]],
    organisations: Sequence[str],
    months: Sequence[int],
) -> OwnStocks:
    """Read the totals of all below the organisations, and take from each total those of the organisations right below it."""
    tree, days = context.registry.organisations, [last_day(month) for month in months]
    further = sorted(context.below(organisations, days) - set(organisations))
    at = [held.place[one] for one in stocks]
    units, values, reports = tuple(organisations), held.values[at], held.reports[at]
    if further:
        more = context.monthly(stocks, further, months[0], months[-1])
        some = np.flatnonzero(more.reports.any(axis=(0, 2)))
        units += tuple(further[place] for place in some)
        values = np.concatenate([values, more.values[:, some]], axis=1)
        reports = np.concatenate([reports, more.reports[:, some]], axis=1)
    number = {code: place for place, code in enumerate(units)}
    own_values, own_reports = values.copy(), reports.copy()
    for day, columns in _epochs(context, days):
        above = [number.get(next(iter(tree.adds_into(code, day)[1:]), ""), -1) for code in units]
        child = np.flatnonzero(np.array(above) >= 0)
        parent = np.array(above)[child]
        for own, whole in ((own_values, values), (own_reports, reports)):
            part = own[..., columns]
            for series, total in zip(part, whole[..., columns], strict=True):
                np.subtract.at(series, parent, total[child])
    place = np.full(len(held.place), -1, np.int64)
    place[at] = np.arange(len(at))
    return OwnStocks(units, place, own_values, own_reports)


def _epochs(context: Context, days: Sequence[dt.date]) -> list[tuple[dt.date, slice]]:
    """The days cut into runs within which nothing in the tree changes: the first day of each, and where it is."""
    epochs = [context.registry.organisations.epoch(day) for day in days]
    starts = [place for place, one in enumerate(epochs) if not place or one != epochs[place - 1]]
    return [
        (days[start], slice(start, stop))
        for start, stop in zip(starts, [*starts[1:], len(days)], strict=True)
    ]


@dataclass(frozen=True)
class Carried:
    """How many members' figures are of an earlier month than the last due, and the earliest month (yyyymm; 0: none)."""

    count: Whole
    oldest: Whole

    @classmethod
    def none(cls, shape: tuple[int, ...]) -> Carried:
        """Nothing carried anywhere."""
        return cls(np.zeros(shape, np.int64), np.zeros(shape, np.int64))

    def where(self, marks: Marks, other: Carried) -> Carried:
        """The other's where marked."""
        return Carried(np.where(marks, other.count, self.count), np.where(marks, other.oldest, self.oldest))


@dataclass(frozen=True)
class Sums:
    """Of some elements together: `last` (units, windows) the place of each unit's last month with all of them, −1 without;
    `newest` (organisations, windows) the last of any member; of each element `values` (NaN where no member has them all)
    and `reports` of the newest month."""

    last: Whole
    newest: Whole
    values: list[Numbers]
    reports: list[Whole]


class StockSums:
    """Sums of stocks for the organisations and the windows of `width` months that end in each month after the first ones."""

    def __init__(
        self,
        own: OwnStocks,
        context: Context,
        organisations: Sequence[str],
        months: Sequence[int],
        width: int,
        ended: Marks,
    ) -> None:
        self._own, self._months, self._organisations = own, np.array(months, np.int64), len(organisations)
        self._starts = np.arange(len(months) - width + 1)
        self.ends = self._starts + width - 1  # places of the windows' last months
        self.end = max(int((~ended).sum()) - 1, 0)  # place of the last month that anybody reported
        days = [last_day(months[min(end, self.end)]) for end in self.ends.tolist()]
        self.days = _epochs(context, days)  # under whose tree which windows are summed up
        self._pairs = [self._members(context, organisations, day) for day, _ in self.days]

    def _members(
        self, context: Context, organisations: Sequence[str], day: dt.date
    ) -> tuple[NDArray[np.intp], ...]:
        """Units and the organisations whose stocks they are part of, sorted by these; and where each of these begins."""
        tree, place = context.registry.organisations, {code: at for at, code in enumerate(organisations)}
        pairs = sorted(
            (place[area], unit)
            for unit, code in enumerate(self._own.units)
            for area in tree.part_of(code, day)
            if area in place
        )
        areas, units = np.array(pairs, np.intp).T
        return units, areas, np.searchsorted(areas, np.arange(self._organisations))

    def last_in_window(self, marks: Marks) -> Whole:
        """Along the last axis, the place of each window's last marked month; −1 without one."""
        last = np.maximum.accumulate(np.where(marks, np.arange(marks.shape[-1]), -1), axis=-1)[..., self.ends]
        return np.where(last >= self._starts, last, -1)

    def known(self, series: int) -> Marks:
        """Whether any member reported a series in the window: (organisations, windows)."""
        given = self.last_in_window(self._own.reports[self._own.place[series]] > 0)
        return np.asarray(self._over_members(np.maximum, given) >= 0)

    def sums(self, series: Sequence[int]) -> Sums:
        """The series together, by their places among all asked for."""
        at = self._own.place[list(series)]
        values, reports = self._own.values[at], self._own.reports[at]
        last = self.last_in_window(np.all(reports > 0, axis=0))
        newest = self._over_members(np.maximum, last)
        there, months = last >= 0, np.maximum(last, 0)
        summed, counted = [], []
        for value, report in zip(values, reports, strict=True):
            found = np.where(there, np.take_along_axis(value, months, axis=1), 0)
            summed.append(np.where(newest >= 0, self._over_members(np.add, found), np.nan))
            sent = np.where(there, np.take_along_axis(report, months, axis=1), 0)
            counted.append(self._held_against(np.equal, last, newest, sent))
        return Sums(last, newest, summed, counted)

    def carried(self, sums: Sums, due: Whole) -> Carried:
        """Members whose figures are of a month before the last one due in the window (or, with none due, the newest)."""
        bound = np.where(due >= 0, due, sums.newest)
        there = (sums.last >= 0).astype(np.int64)
        count = self._held_against(np.less, sums.last, bound, there)
        never = len(self._months)
        oldest = self._over_members(np.minimum, np.where(sums.last >= 0, sums.last, never))
        months = np.append(self._months, 0)[np.where(count > 0, oldest, never)]
        return Carried(count, months)

    def _over_members(self, work: np.ufunc, of_units: Whole) -> Whole:
        found = np.empty((self._organisations, of_units.shape[1]), np.int64)
        for (_, columns), (units, _, starts) in zip(self.days, self._pairs, strict=True):
            found[:, columns] = work.reduceat(of_units[units, columns], starts, axis=0)
        return found

    def _held_against(self, compare: Any, last: Whole, bound: Whole, weight: Whole) -> Whole:
        """Sum the weights of the members whose last month compares so with the organisation's bound."""
        found = np.empty(bound.shape, np.int64)
        for (_, columns), (units, areas, starts) in zip(self.days, self._pairs, strict=True):
            holds = compare(last[units, columns], bound[areas, columns])
            found[:, columns] = np.add.reduceat(holds * weight[units, columns], starts, axis=0)
        return found


def sets(free: Mapping[str, Marks], shape: tuple[int, ...]) -> Iterator[tuple[list[str], Marks]]:
    """The elements that are taken from reports, and where: an element is left out where it is `free`."""
    some = [name for name, marks in free.items() if marks.any()]
    for left_out in product([False, True], repeat=len(some)):
        where = np.ones(shape, bool)
        for name, out in zip(some, left_out, strict=True):
            where &= free[name] == out
        out_of = {name for name, out in zip(some, left_out, strict=True) if out}
        asked = [name for name in free if name not in out_of]
        if asked and where.any():
            yield asked, where
