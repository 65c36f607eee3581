"""What a change of total on the year before came from: line by line, exact, adding up to the change itself.

A line's part of the total is its points, with the weight that it really has once lines that do not apply have given theirs away.
Its change is told in two halves by the midpoint, as a product's change is: the share of the points gained or lost, at the mean of
both weights; and the weight gained or lost, at the mean of both shares. What vetoes took and what rounding left over stand apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from indicators.scoring.score import COUNTED, LineScore, Score

NONE = Fraction(0)


@dataclass(frozen=True)
class LineChange:
    """One line: points of the total that came or went by its score and by its weight; `before` or `after` None: it was not there."""

    code: str
    before: LineScore | None
    after: LineScore | None
    by_score: Fraction
    by_weight: Fraction

    @property
    def moved(self) -> Fraction:
        """Both together."""
        return self.by_score + self.by_weight


@dataclass(frozen=True)
class Change:
    """A total now and a year before, with what the difference came from; the greatest first."""

    before: str
    after: str
    lines: tuple[LineChange, ...]
    veto: Fraction
    rounding: Fraction

    @property
    def moved(self) -> Fraction:
        """The difference, which all parts add up to."""
        return Fraction(self.after) - Fraction(self.before)


def change(before: Score, after: Score) -> Change:
    """The change from one score to the next."""
    old, new = _parts(before), _parts(after)
    codes = list(dict.fromkeys([*(line.code for line in after.lines), *(line.code for line in before.lines)]))
    lines = [_line(code, before, after, old.get(code), new.get(code)) for code in codes]
    veto = _veto(after) - _veto(before)
    moved = Fraction(after.total) - Fraction(before.total)
    rest = moved - veto - sum((one.moved for one in lines), NONE)
    lines.sort(key=lambda one: (-abs(one.moved), one.code))
    return Change(before.total, after.total, tuple(lines), veto, rest)


def _parts(score: Score) -> dict[str, tuple[Fraction, Fraction]]:
    """Line → its share of its points, and its weight within a total of 100; of lines that count."""
    domains = {one.code: one for one in score.domains}
    whole = sum((Fraction(one.weight) for one in score.domains if one.score is not None), NONE)
    found = {}
    for line in score.lines:
        weight = Fraction(line.weight)
        if line.status in COUNTED and weight and whole:
            held = domains[line.domain]
            real = weight * Fraction(held.weight) / Fraction(held.applicable) * 100 / whole
            found[line.code] = (Fraction(line.points) / weight, real)
    return found


def _line(
    code: str,
    before: Score,
    after: Score,
    old: tuple[Fraction, Fraction] | None,
    new: tuple[Fraction, Fraction] | None,
) -> LineChange:
    was = next((line for line in before.lines if line.code == code), None)
    now = next((line for line in after.lines if line.code == code), None)
    # One that did not count had no weight: all of its change is the weight's.
    share, weight = old or ((new or (NONE, NONE))[0], NONE)
    share_now, weight_now = new or (share, NONE)
    by_score = (share_now - share) * (weight + weight_now) / 2
    by_weight = (weight_now - weight) * (share + share_now) / 2
    return LineChange(code, was, now, by_score, by_weight)


def _veto(score: Score) -> Fraction:
    return Fraction(score.total) - Fraction(score.before_veto)
