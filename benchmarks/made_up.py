"""A made-up province as the flags' engine sees it: the real tree and rules, made-up indicators, targets and numbers."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.definition import Catalogue, Definition, load_catalogue
from indicators.results import Context
from reference.periods import month_add, month_count, month_period
from reference.policies import Policy, Target
from reference.registry import Registry, load_registry
from reference.reporting import Duty
from store.panels import Monthly, Series
from synthetic.worlds import SHARES, World, world

Numbers = NDArray[np.float64]
Marks = NDArray[np.bool_]
FIRST = 202201
# Shares of counties that stop reporting, of series whose counts are exchanged, of series with a digit too many in one month.
SILENT, SWAPPED, SLIPPED = 0.02, 0.01, 0.02
HISTORY = 24


@cache
def base() -> Registry:
    """The shipped reference data."""
    return load_registry()


COUNTIES = tuple(one.code for one in base().organisations.at_level("county"))


def codes() -> tuple[str, ...]:
    """The indicators' codes."""
    return (*(f"share_{place}" for place in range(len(SHARES))), "rate")


@cache
def catalogue() -> Catalogue:
    """Made-up indicators in the form of two real ones, each of its own two elements."""
    real = load_catalogue(base())
    share, rate = real.get("prenatal_screening_coverage"), real.get("neonatal_mortality_rate")

    def named(code: str) -> Definition:
        model = rate if code == "rate" else share
        parts = {
            "code": code,
            "numerator": (f"{code}_part",),
            "denominator": (f"{code}_whole",),
            "basis": "residence",
        }
        return model.model_copy(update=parts)

    return Catalogue({code: named(code) for code in codes()})


@cache
def registry(due: int) -> Registry:
    """The real one with one made-up document of targets, due on the last day of a month (its place)."""
    day = month_period(month_add(FIRST, due)).last_day
    goals = []
    for code, one in catalogue().by_code.items():
        values = {"rate": 0.0050} | {f"share_{place}": share for place, share in enumerate(SHARES)}
        target = values[code] * one.multiplier
        more = ">=" if code != "rate" else "<="
        goals.append(
            Target(
                indicator=code,
                levels=("county",),
                operator=more,
                value=target,
                by=day,
                valid_from=dt.date(2021, 1, 1),
                clause="made up",
                mark="S",
            )
        )
    words = {"zh": "made up", "en": "made up", "issuer": "made up", "source": "made up", "mark": "S"}
    policy = Policy(code="made_up", published=dt.date(2021, 1, 1), targets=tuple(goals), **words)
    return replace(base(), policies=(policy,))


DUTY = Duty(
    form="made_up", tree="guizhou", basis="residence", frequency="month", reported_by=("county",), due_days=5,
    latest_hierarchy=False,
    elements=frozenset(f"{code}_{side}" for code in codes() for side in ("part", "whole")),
)  # fmt: skip


class WorldContext(Context):
    """Answers from arrays; everything else is the product's own."""

    made: Planted
    last: int

    def monthly(self, series: Sequence[Series], areas: Sequence[str], first: int, last: int) -> Monthly:
        """As the store would give them, with nothing after the last known month."""
        place = {one: number for number, one in enumerate(dict.fromkeys(series))}
        shape = (len(place), len(areas), month_count(first, last))
        values, reports = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        offset = month_count(FIRST, first) - 1
        known = min(month_count(FIRST, self.last), self.made.count.shape[2])
        inside = slice(max(offset, 0), min(offset + shape[2], known))
        there = slice(inside.start - offset, inside.stop - offset)
        rows = [COUNTIES.index(area) for area in areas]
        for (element, _, _), number in place.items():
            code, side = element.rsplit("_", 1)
            held = self.made.count if side == "part" else self.made.total
            numbers = held[codes().index(code)][rows, inside]
            values[number, :, there] = np.nan_to_num(numbers)
            reports[number, :, there] = np.isfinite(numbers)
        return Monthly(place, values, reports)

    def longer_spans(self) -> frozenset[str]:
        """All is monthly."""
        return frozenset()

    def months(self, tree: str) -> tuple[int, int]:
        """The first month and the last known."""
        return FIRST, self.last

    def owed(
        self, duty: Duty, month: int, *, today: bool = False, under: dt.date | None = None
    ) -> Counter[str]:
        """Every county owes one report a month."""
        return Counter(COUNTIES)

    def duties_of(self, tree: str, basis: str, element: str) -> tuple[Duty, ...]:
        """The one form."""
        return (DUTY,)


@dataclass(frozen=True)
class Planted:
    """A world with faults of reporting on top: `silent` and `swapped` months since they began, 0 without; `clean`: no fault in the window."""

    world: World
    count: Numbers
    total: Numbers
    silent: NDArray[np.int64]
    swapped: NDArray[np.int64]
    clean: Marks

    def against_target(self, at: NDArray[np.int64]) -> tuple[Numbers, Marks]:
        """Standard errors on the wrong side of the target, and whether the value is on it: twelve months, each alone."""
        k, n = (_moved(_sums(one, 12)[..., at]) for one in (self.count, self.total))
        target, side = self.world.target[None, :, None], self._sides()
        with np.errstate(divide="ignore", invalid="ignore"):
            value = k / n
            error = np.sqrt(np.where(side > 0, target * (1 - target), target) / n)
            return side * (target - value) / error, side * (target - value) > 0

    def against_history(self, at: NDArray[np.int64]) -> Numbers:
        """Standard errors of the last month below the two years before it, as a plain chart draws its limits."""
        k, n = (np.nan_to_num(one) for one in (self.count, self.total))
        before_k, before_n = (np.roll(_sums(one, HISTORY), 1, axis=-1) for one in (k, n))
        with np.errstate(divide="ignore", invalid="ignore"):
            level, value = before_k / before_n, k / n
            side = self._sides()[0][..., None]
            error = np.sqrt(np.where(side > 0, level * (1 - level), level) / n)
            return _moved((side * (level - value) / error)[..., at])

    def against_peers(self, at: NDArray[np.int64]) -> Numbers:
        """Standard errors on the worse side of all counties together: twelve months, no allowance for how counties differ."""
        k, n = (_moved(_sums(one, 12)[..., at]) for one in (self.count, self.total))
        centre = np.nansum(k, axis=2, keepdims=True) / np.nansum(n, axis=2, keepdims=True)
        side = self._sides()
        with np.errstate(divide="ignore", invalid="ignore"):
            error = np.sqrt(np.where(side > 0, centre * (1 - centre), centre) / n)
            return np.asarray(side * (centre - k / n) / error)

    def _sides(self) -> Numbers:
        """1 where more is better, −1 where less is."""
        return np.array([*[1.0] * len(SHARES), -1.0])[None, :, None]


def _moved(values: Numbers) -> Numbers:
    return np.moveaxis(values, -1, 0)


def _sums(values: Numbers, width: int) -> Numbers:
    """Over the last so many months up to each; months without a report left out."""
    total = np.cumsum(np.nan_to_num(values), axis=-1)
    total[..., width:] -= total[..., :-width].copy()
    return np.asarray(total)


def planted(seed: int) -> Planted:
    """One province with its faults of reporting, all within the last two years."""
    one = world(seed)
    random = np.random.default_rng([seed, 1])
    indicators, counties, months = one.count.shape
    count, total = one.count.copy(), one.total.copy()
    since = _since(np.less(random.random(counties), SILENT), random, months)
    silent = np.broadcast_to(since, one.count.shape).copy()
    count[silent > 0], total[silent > 0] = np.nan, np.nan
    swapped = _since(np.less(random.random((indicators, counties)), SWAPPED), random, months)
    swapped[-1] = 0  # a rate may exceed one event a head; only shares are looked at
    swapped[silent > 0] = 0
    swapped[np.isnan(count) | (count == total)] = 0
    count, total = np.where(swapped > 0, total, count), np.where(swapped > 0, count, total)
    clean = (silent == 0) & (np.maximum.accumulate(swapped, axis=-1) == 0)
    return Planted(one, count, total, silent, swapped, clean)


def with_slips(seed: int) -> tuple[Planted, Marks]:
    """One province in which some wholes of the last year have a digit too many in one month; and where."""
    made = planted(seed)
    random = np.random.default_rng([seed, 2])
    indicators, counties, months = made.count.shape
    marks = np.zeros(made.count.shape, bool)
    chosen = np.argwhere(random.random((indicators, counties)) < SLIPPED)
    marks[chosen[:, 0], chosen[:, 1], random.integers(months - 12, months, len(chosen))] = True
    marks &= np.isfinite(made.total)
    return replace(made, total=np.where(marks, made.total * 10, made.total)), marks


def _since(chosen: NDArray[np.bool_], random: np.random.Generator, months: int) -> NDArray[np.int64]:
    """Months since a random one of the last two years, for those chosen."""
    began = random.integers(months - 24, months, chosen.shape)[..., None]
    month = np.arange(months)
    return np.where(chosen[..., None] & (month >= began), month - began + 1, 0)


def context_of(made: Planted, month: int, due: int = -1) -> WorldContext:
    """What is known at the end of a month (its place), with targets due before everything or at a place."""
    version: Any = SimpleNamespace(data_version=lambda: 1)
    found = WorldContext(registry(due), catalogue(), version, (DUTY,))
    found.made, found.last = made, month_add(FIRST, month)
    return found
