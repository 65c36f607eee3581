"""Made-up self-assessments and evaluators' marks for an example round: seeded, so that it is the same every time."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from reference.assessments import Line
from synthetic.truth import Window

WINDOW = Window(20200101, 202510, 202610)
EVALUATORS = ("synthetic-expert-1", "synthetic-expert-2", "synthetic-expert-3")
DIFFER = 0.03  # of opinions, in which two evaluators stand further apart than is allowed


@dataclass(frozen=True)
class Answered:
    """What the institution answers and what the two evaluators find, as the round keeps it."""

    answer: str
    marks: tuple[str, str]
    files: int


def answered(institution: str, line: Line) -> Answered:
    """One line of one institution."""
    random = WINDOW.random("answers", institution, line.code)
    good = float(WINDOW.random("answers", institution).beta(7, 2))
    if line.rule == "veto":
        return Answered("0", ("0", "0"), 0)
    if line.asked == "yes_no":
        said = "1" if random.random() < 0.5 + good / 2 else "0"
        return Answered(said, (said, said), int(said))
    if line.asked == "value":
        number = str(_value(line, random, good))
        return Answered(number, (number, number), 1)
    return _opinions(line, random, good)


def _value(line: Line, random: np.random.Generator, good: float) -> int:
    """A stated number between a little below the floor and a little above the target."""
    top = line.target if line.target not in (None, "in_force") else line.bands[0].limit
    floor, target = float(line.floor or 0), float(str(top))
    at = good + float(random.normal(0, 0.18))
    return max(0, round(floor + (target - floor) * min(max(at, -0.1), 1.1)))


def _opinions(line: Line, random: np.random.Generator, good: float) -> Answered:
    """Two evaluators' points in halves, as shares of the line's weight."""
    weight = Fraction(line.weight)
    steps = int(2 * weight)
    first = min(steps, max(0, round(steps * (good + float(random.normal(0, 0.08))))))
    apart = int(random.integers(2, 4)) if random.random() < DIFFER * 5 else int(random.random() < 0.4)
    second = first - apart if first >= apart else first + apart
    shares = [str(Fraction(min(points, steps), 2) / weight) for points in (first, second)]
    return Answered("", (shares[0], shares[1]), 0)
