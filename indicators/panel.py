"""One indicator over many areas and months at once: arrays for charts, heat tables and flags.

The same counting and judging as indicators/results.py, worked on whole arrays; a test holds the two together. A panel looks
at each month's window: the month itself, or the run of months that ends with it (rolling twelve months).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indicators.definition import Definition
from indicators.judge_arrays import (
    Numbers,
    Whole,
    Yardsticks,
    compared,
    gaps,
    limits,
    reasons,
)
from indicators.one_panel import Panel as Panel
from indicators.results import Context, Monthly, basis_of, split
from indicators.stock_arrays import Carried, OwnStocks, StockSums, own_stocks, sets
from reference.periods import month_add, month_period, month_range
from reference.policies import TargetInForce
from reference.reporting import Duty, ends_in


def panel(
    context: Context,
    indicators: Sequence[str],
    organisations: Sequence[str],
    first: int,
    last: int,
    width: int = 1,
) -> dict[str, Panel]:
    """Panels of the indicators that can be told month by month, for windows of `width` months ending in `first`..`last`.

    Organisations are of one tree, today's; an indicator counted from the register, not defined for the tree, or of which
    some reports cover more than a month is left out: indicators/results.py has those.
    """
    return Span(context, indicators, organisations, month_add(first, 1 - width), last).panels(first, width)


class Span:
    """The months `first`..`last` of many indicators and organisations, read once, for panels of any width within them."""

    def __init__(
        self,
        context: Context,
        indicators: Sequence[str],
        organisations: Sequence[str],
        first: int,
        last: int,
    ) -> None:
        self.context, self.organisations, self.months = (
            context,
            tuple(organisations),
            month_range(first, last).months,
        )
        trees = {context.registry.organisations.get(code).tree for code in organisations}
        self.names: dict[str, tuple[str, tuple[str, ...]]] = {}
        if not trees:
            return
        (self.tree,) = trees
        self.names = {
            one.code: (basis_of(context, one, self.tree), _names(one))
            for one in map(context.catalogue.get, indicators)
            if _monthly(context, one, self.tree)
        }
        self.held = context.monthly(
            [(*split(name), basis) for basis, of in self.names.values() for name in of],
            organisations,
            first,
            last,
        )
        lasting = context.registry.elements_that_last
        stocks = [place for place in self.held.place if place[0] in lasting]
        self.own = own_stocks(context, self.held, stocks, self.organisations, self.months) if stocks else None

    def panels(self, first: int, width: int = 1, last: int | None = None) -> dict[str, Panel]:
        """Panels by indicator, for the windows ending in `first` and every month after it, up to `last`."""
        if not self.names:
            return {}
        start = self.months.index(month_add(first, 1 - width))
        stop = len(self.months) if last is None else self.months.index(last) + 1
        values, reports = (one[..., start:stop] for one in (self.held.values, self.held.reports))
        held = replace(self.held, values=values, reports=reports)
        own = self.own.between(start, stop) if self.own else None
        frame = _Frame(self.context, self.tree, self.organisations, self.months[start:stop], width, held, own)
        return {
            code: frame.panel(self.context.catalogue.get(code), *names) for code, names in self.names.items()
        }


def _names(definition: Definition) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*definition.numerator, *definition.denominator)))


def _monthly(context: Context, definition: Definition, tree: str) -> bool:
    """Whether the whole of an indicator is in single months."""
    if definition.method == "register" or tree not in definition.tree:
        return False
    longer = context.longer_spans()
    return not any(split(name)[0] in longer for name in _names(definition))


class _Frame:
    """What all panels of one question share: places, months, totals held, reports owed, levels."""

    def __init__(
        self,
        context: Context,
        tree: str,
        organisations: tuple[str, ...],
        months: tuple[int, ...],
        width: int,
        held: Monthly,
        own: OwnStocks | None,
    ) -> None:
        self.context, self.tree, self.organisations = context, tree, organisations
        self.all_months, self.months, self.width, self.held = months, months[width - 1 :], width, held
        end = context.months(tree)
        self.ended = np.array([end is None or month > end[1] for month in months])
        self._owed: dict[tuple[tuple[str, ...], dt.date | None], Whole] = {}
        self.stocks = StockSums(own, context, organisations, months, width, self.ended) if own else None

    def panel(self, definition: Definition, basis: str, names: tuple[str, ...]) -> Panel:
        """One indicator's panel."""
        place = {name: self.held.place[(*split(name), basis)] for name in names}
        lasting = [name for name in names if split(name)[0] in self.context.registry.elements_that_last]
        flows = [name for name in names if name not in lasting]
        values: dict[str, Numbers] = {}
        worst = _Worst((len(self.organisations), len(self.months)))
        self._flows(flows, place, basis, values, worst)
        carried = self._stocks(lasting, place, basis, values, worst)
        numerator = sum(values[name] for name in definition.numerator) + np.zeros(worst.received.shape)
        denominator = sum(values[name] for name in definition.denominator) + np.zeros(worst.received.shape)
        return self._judged(definition, basis, numerator, denominator, worst, carried)

    def _flows(
        self, names: list[str], place: dict[str, int], basis: str, values: dict[str, Numbers], worst: _Worst
    ) -> None:
        """Sums over the months of the window in which all the elements were reported."""
        if not names:
            return
        reports = {name: self.held.reports[place[name]] for name in names}
        shared = np.logical_and.reduce([one > 0 for one in reports.values()])
        some = self._sum(shared) > 0
        for name in names:
            values[name] = np.where(some, self._sum(self.held.values[place[name]] * shared), np.nan)
            owed = self._owed_for(name, basis)
            if owed is not None:
                expected = self._sum(owed)
                received = np.minimum(self._sum(np.minimum(reports[name], owed) * shared), expected)
                worst.consider(received, expected)

    def _stocks(
        self,
        names: list[str],
        place: dict[str, int],
        basis: str,
        values: dict[str, Numbers],
        worst: _Worst,
    ) -> Carried:
        """Each member's last figures in the window, summed; populations where no member reported any."""
        carried = Carried.none(worst.received.shape)
        if not names:
            return carried
        assert self.stocks is not None
        people = {name: self._people(split(name)[0]) for name in names}
        known = {name: self.stocks.known(place[name]) for name in names}
        free = {name: ~known[name] & np.isfinite(people[name]) for name in names}
        values |= people
        for asked, where in sets(free, worst.received.shape):
            sums = self.stocks.sums([place[name] for name in asked])
            for number, name in enumerate(asked):
                values[name] = np.where(where, sums.values[number], values[name])
                expected = self._owed_of_stocks(name, basis, sums.newest)
                if expected is not None:
                    received = np.minimum(sums.reports[number], expected)
                    worst.consider(np.where(where, received, 0), np.where(where, expected, 0))
            carried = carried.where(where, self.stocks.carried(sums, self._last_due(asked, basis)))
        return carried

    def _owed_of_stocks(self, name: str, basis: str, newest: Whole) -> Whole | None:
        """Reports owed in the newest month of the figures (where there are none: the last month of the window that anybody
        reported), by those who belong to the area at the window's end; None when no form brings the element."""
        duties = self.context.duties_of(self.tree, basis, split(name)[0])
        if not duties or self.stocks is None:
            return None
        when = np.where(newest >= 0, newest, np.minimum(self.stocks.ends, self.stocks.end))
        expected = np.zeros(when.shape, np.int64)
        for day, columns in self.stocks.days:
            owed = self._counted(duties, day)
            expected[:, columns] = np.take_along_axis(owed, when[:, columns], axis=1)
        return expected * ~self._all_ended()

    def _last_due(self, names: Sequence[str], basis: str) -> Whole:
        """Of each window the place of the last month in which a report of the elements ends; −1 where none does."""
        assert self.stocks is not None
        duties = {duty for name in names for duty in self.context.duties_of(self.tree, basis, split(name)[0])}
        due = np.array([any(ends_in(duty, month) for duty in duties) for month in self.all_months])
        return self.stocks.last_in_window(due & ~self.ended)

    def _all_ended(self) -> NDArray[np.bool_]:
        """Windows that begin after the last month that anybody reported: nothing is owed in them yet."""
        return np.asarray(self.ended[: len(self.months)])

    def _sum(self, monthly: NDArray[np.generic]) -> Whole:
        total = np.cumsum(monthly.astype(np.int64), axis=-1)
        total[..., self.width :] -= total[..., : -self.width].copy()
        return np.asarray(total[..., self.width - 1 :])

    def _people(self, element: str) -> Numbers:
        """The newest population on or before each month's last day; NaN where none is known."""
        found = np.full((len(self.organisations), len(self.months)), np.nan)
        rows = sorted(
            (one for one in self.context.registry.populations if one.element == element),
            key=lambda one: one.on,
        )
        place = {code: number for number, code in enumerate(self.organisations)}
        ends = np.array([month_period(month).last_day for month in self.months], dtype="datetime64[D]")
        for one in rows:
            if one.organisation in place:
                found[place[one.organisation], ends >= np.datetime64(one.on)] = one.value
        return found

    def _owed_for(self, name: str, basis: str) -> Whole | None:
        """Reports owed in each month by those who bring the element; None when no form brings it."""
        duties = self.context.duties_of(self.tree, basis, split(name)[0])
        return self._counted(duties, None) if duties else None

    def _counted(self, duties: Sequence[Duty], under: dt.date | None) -> Whole:
        """Reports owed in each month, under its own tree or that of a day."""
        key = (tuple(duty.form for duty in duties), under)
        if key not in self._owed:
            owed = np.zeros((len(self.organisations), len(self.all_months)), np.int64)
            for duty in duties:
                for place, month in enumerate(self.all_months):
                    if not self.ended[place]:
                        counted = self.context.owed(duty, month, under=under)
                        owed[:, place] += [counted[code] for code in self.organisations]
            self._owed[key] = owed
        return self._owed[key]

    def _yardsticks(self, definition: Definition) -> Yardsticks:
        each: dict[tuple[int, bool, int], tuple[int, TargetInForce]] = {}
        which = np.full(self._levels.shape, -1, np.int16)
        for place, (month, rows_of) in enumerate(zip(self.months, self._rows_of_level, strict=True)):
            on = month_period(month).last_day
            for level, rows in rows_of.items():
                one = self.context.registry.target(definition.code, level, on, self.tree)
                if one is not None:
                    same = (id(one.target), one.due, id(one.ahead[0]) if one.ahead else 0)
                    which[rows, place] = each.setdefault(same, (len(each), one))[0]
        return Yardsticks(tuple(one for _, one in each.values()), which)

    @cached_property
    def _levels(self) -> NDArray[np.object_]:
        """The level of each organisation at each month's end; looked up once where nothing in the tree changes."""
        organisations = self.context.registry.organisations
        ends = [month_period(month).last_day for month in self.months]
        epochs = [organisations.epoch(on) for on in ends]
        days = dict(zip(epochs, ends, strict=True))
        levels = {
            epoch: [organisations.get(code, on).level for code in self.organisations]
            for epoch, on in days.items()
        }
        return np.array([levels[epoch] for epoch in epochs], dtype=object).T

    @cached_property
    def _rows_of_level(self) -> list[dict[str, NDArray[np.intp]]]:
        """Of each month, where the organisations of each level stand."""
        return [
            {level: np.flatnonzero(column == level) for level in dict.fromkeys(column)}
            for column in self._levels.T
        ]

    @cached_property
    def _suited(self) -> NDArray[np.object_]:
        """The level of each organisation today, which says what it is asked for."""
        found = [self.context.registry.organisations.get(code).level for code in self.organisations]
        return np.array(found, dtype=object)

    def _judged(
        self,
        definition: Definition,
        basis: str,
        numerator: Numbers,
        denominator: Numbers,
        worst: _Worst,
        carried: Carried,
    ) -> Panel:
        received, expected = worst.received, worst.expected
        rules = self.context.registry.flagging(month_period(self.months[-1]).last_day)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(denominator > 0, numerator * definition.multiplier / denominator, np.nan)
        lower, upper = limits(definition, numerator, denominator, rules.confidence)
        reason = reasons(definition, rules, numerator, denominator, received, expected)
        targets = self._yardsticks(definition)
        reason[[level not in definition.levels for level in self._suited]] = 1
        return Panel(
            definition=definition,
            basis=basis,
            organisations=self.organisations,
            months=self.months,
            width=self.width,
            levels=self._levels,
            yardsticks=targets,
            numerator=numerator,
            denominator=denominator,
            received=received,
            expected=expected,
            value=value,
            lower=lower,
            upper=upper,
            target=targets.values(),
            due=targets.due(),
            reason=reason,
            comparison=compared(value, lower, upper, targets, reason),
            gap=gaps(definition, numerator, denominator, targets, reason),
            carried=carried.count,
            oldest=carried.oldest,
        )


class _Worst:
    """Of several elements, the one with the least of its reports in: received and expected."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.received, self.expected = np.zeros(shape, np.int64), np.zeros(shape, np.int64)

    def consider(self, received: Whole, expected: Whole) -> None:
        """Take an element's reports where they are the least so far."""
        less = (expected > 0) & ((self.expected == 0) | (received * self.expected < self.received * expected))
        self.received = np.where(less, received, self.received)
        self.expected = np.where(less, expected, self.expected)
