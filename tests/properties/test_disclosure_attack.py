"""An attacker with every printed number of a release, exact algebra and linear programming, against the hidden counts.

Nothing here knows how the release was made: the attacker has one unknown for each area without the areas in it, month and
count, the printed sums, that no count is below nought, and that some counts are part of others.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from indicators.atoms import Part, protect

WHOLE, PART, INNER, BESIDE = ((name, "residence") for name in ("whole", "part", "inner", "beside"))
MONTHS = 4
# A province of two prefectures; the first has three counties and hospitals of its own, the second two; a zone apart.
AREAS = {
    "province": (0, 1, 2, 3, 4, 5),
    "first": (0, 1, 2, 3),
    "second": (4, 5),
    "a": (0,), "b": (1,), "c": (2,), "d": (4,), "e": (5,), "zone": (6,),
}  # fmt: skip
UNITS = 7
# Whole, halves, months, and rolling windows that overlap all of them.
WINDOWS = [(0, 4), (0, 2), (2, 4), (0, 3), (1, 4), (1, 3), (0, 1), (1, 2), (2, 3), (3, 4)]


def cells(area: str, window: tuple[int, int]) -> np.ndarray:
    return np.array([unit * MONTHS + month for unit in AREAS[area] for month in range(*window)])


@st.composite
def provinces(draw):
    """Counts of which each is part of the one before, many of them small, some nought, some all of the whole."""
    size = draw(st.sampled_from([2, 6, 20, 60]))
    whole = draw(st.lists(st.integers(0, size), min_size=UNITS * MONTHS, max_size=UNITS * MONTHS))
    style = draw(st.sampled_from(["any", "all", "rare"]))

    def part_of(numbers):
        if style == "all":
            return [
                number - draw(st.sampled_from([0, 0, 0, 0, 0, 1]) if number else st.just(0))
                for number in numbers
            ]
        most = (lambda number: min(number, 2)) if style == "rare" else (lambda number: number)
        return [draw(st.integers(0, most(number))) for number in numbers]

    part = part_of(whole)
    inner = part_of(part)
    beside = [draw(st.integers(0, min(one, other))) for one, other in zip(whole, part, strict=True)]
    windows = draw(st.permutations(WINDOWS))[: draw(st.integers(1, len(WINDOWS)))]
    thresholds = draw(st.sampled_from([(5, 5), (3, 5), (5, 10), (2, 2)]))
    return {WHOLE: whole, PART: part, INNER: inner, BESIDE: beside}, windows, thresholds


PARTS = [Part(PART, (WHOLE,)), Part(INNER, (PART,)), Part(BESIDE, (WHOLE,)), Part(BESIDE, (PART,))]


def release(counts, windows, thresholds):
    below = {WHOLE: thresholds[0], PART: thresholds[1], INNER: thresholds[1], BESIDE: thresholds[1]}
    values = {name: np.array(numbers, dtype=np.int64) for name, numbers in counts.items()}
    asked = {name: [cells(area, window) for window in windows for area in AREAS] for name in values}
    atoms = protect(values, below, asked, PARTS)
    printed = {
        name: [
            (area, window) for window in windows for area in AREAS if atoms[name].holds(cells(area, window))
        ]
        for name in values
    }
    return printed, below


class Attacker:
    """What follows from the printed sums."""

    def __init__(self, counts, printed):
        self.names = list(counts)
        self.size = UNITS * MONTHS
        self.rows, self.sums = [], []
        for name in self.names:
            for area, window in printed[name]:
                row = self.row(name, area, window)
                self.rows.append(row)
                self.sums.append(float(row @ np.concatenate([counts[one] for one in self.names])))
        limits = []
        for one in PARTS:
            for cell in range(self.size):
                row = np.zeros(len(self.names) * self.size)
                row[self.names.index(one.part) * self.size + cell] = 1
                row[self.names.index(one.wholes[0]) * self.size + cell] = -1
                limits.append(row)
        self.limits = np.array(limits)
        # No printed sum mixes two counts, so each has its own equations.
        self.bases = [
            reduced(
                [[Fraction(int(number)) for number in line] for row in self.rows if (line := part(row)).any()]
            )
            for part in (self.slice_of(place) for place in range(len(self.names)))
        ]

    def slice_of(self, place):
        return lambda row: row[place * self.size : (place + 1) * self.size]

    def row(self, name, area, window):
        row = np.zeros(len(self.names) * self.size)
        row[self.names.index(name) * self.size + cells(area, window)] = 1
        return row

    def knows(self, row) -> bool:
        """Whether adding and subtracting printed numbers gives it, in exact arithmetic."""
        for place, basis in enumerate(self.bases):
            rest = [Fraction(int(number)) for number in self.slice_of(place)(row)]
            for pivot, line in basis:
                if rest[pivot]:
                    factor = rest[pivot]
                    rest = [one - factor * other for one, other in zip(rest, line, strict=True)]
            if any(rest):
                return False
        return True

    def range(self, row) -> float:
        """How far apart the least and the most lie that agree with all that is printed."""
        found = []
        for sign in (1, -1):
            done = linprog(
                sign * row, A_eq=np.array(self.rows) if self.rows else None, b_eq=self.sums or None,
                A_ub=self.limits, b_ub=np.zeros(len(self.limits)), bounds=(0, None), method="highs",
            )  # fmt: skip
            if done.status == 3:
                return float("inf")
            assert done.status == 0, done.message
            found.append(sign * done.fun)
        return found[1] - found[0]


def reduced(rows):
    """Gauss–Jordan: (pivot, row) pairs with a one at the pivot."""
    basis = []
    for row in rows:
        for pivot, line in basis:
            if row[pivot]:
                factor = row[pivot]
                row = [one - factor * other for one, other in zip(row, line, strict=True)]
        pivot = next((place for place, number in enumerate(row) if number), None)
        if pivot is not None:
            row = [number / row[pivot] for number in row]
            basis = [
                (
                    place,
                    [one - line[pivot] * other for one, other in zip(line, row, strict=True)]
                    if line[pivot]
                    else line,
                )
                for place, line in basis
            ]
            basis.append((pivot, row))
    return basis


def total(counts, name, area, window):
    return int(np.array(counts[name])[cells(area, window)].sum())


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(provinces(), st.randoms(use_true_random=False))
def test_no_hidden_count_can_be_worked_out(province, chance):
    counts, windows, thresholds = province
    printed, _ = release(counts, windows, thresholds)
    attacker = Attacker(counts, printed)
    hidden = [
        (name, area, window)
        for name in counts for window in windows for area in AREAS
        if (area, window) not in printed[name]
    ]  # fmt: skip
    for name, area, window in hidden:
        assert not attacker.knows(attacker.row(name, area, window)), (name, area, window)
    for name, area, window in chance.sample(hidden, min(6, len(hidden))):
        # Not even within a range narrower than the least threshold.
        assert attacker.range(attacker.row(name, area, window)) >= min(thresholds) - 1e-6, (
            name,
            area,
            window,
        )


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(provinces(), st.randoms(use_true_random=False))
def test_small_counts_and_small_remainders_are_never_known(province, chance):
    counts, windows, thresholds = province
    printed, below = release(counts, windows, thresholds)
    attacker = Attacker(counts, printed)
    rows = []
    for window in windows:
        for area in AREAS:
            for name in counts:
                if 0 < total(counts, name, area, window) < below[name]:
                    rows.append(attacker.row(name, area, window))
            for one in PARTS:
                counted = total(counts, one.part, area, window)
                left = total(counts, one.wholes[0], area, window) - counted
                if counted and 0 < left < below[one.part]:  # of a nought, what is left is the whole itself
                    rows.append(
                        attacker.row(one.wholes[0], area, window) - attacker.row(one.part, area, window)
                    )
    for row in rows:
        assert not attacker.knows(row)
    for row in chance.sample(rows, min(4, len(rows))):
        assert attacker.range(row) >= min(thresholds) - 1e-6
