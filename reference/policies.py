"""Policy documents with their dated, sourced targets, and the target in force on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from reference.strict import Strict


class Milestone(Strict):
    """A dated value on the way to a target; between two milestones the path is linear."""

    on: dt.date
    value: float
    source: str


class Target(Strict):
    """One dated row: what an indicator shall reach, where, by when, and which clause says so."""

    indicator: str
    tree: str = "guizhou"
    levels: tuple[str, ...]
    operator: Literal[">=", ">", "<=", "<"]
    value: float
    by: dt.date  # the day by which it shall be reached; stays the yardstick afterwards until replaced
    valid_from: dt.date
    valid_to: dt.date | None = None
    clause: str
    mark: str
    note: str = ""
    path: tuple[Milestone, ...] = ()

    def met(self, value: float) -> bool:
        """Whether `value` satisfies the target."""
        return {
            ">=": value >= self.value,
            ">": value > self.value,
            "<=": value <= self.value,
            "<": value < self.value,
        }[self.operator]

    def expected(self, on: dt.date) -> float | None:
        """Where the path stands on the day: linear between its dated points and the target; None before the first point or without one."""
        points = sorted([*((point.on, point.value) for point in self.path), (self.by, self.value)])
        if not self.path or on < points[0][0]:
            return None
        for (start, low), (end, high) in pairwise(points):
            if start <= on < end:
                return low + (high - low) * (on - start).days / (end - start).days
        return self.value


class Policy(Strict):
    """One document, one file; its targets are its rows."""

    code: str
    zh: str
    en: str
    issuer: str
    number: str = ""
    published: dt.date
    source: str
    mark: str
    note: str = ""
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class TargetInForce:
    """The yardstick on a day (`due` says whether its date has come) and, if any, the next one ahead."""

    target: Target
    policy: Policy
    due: bool
    ahead: tuple[Target, Policy] | None = None


def in_force(
    policies: Iterable[Policy], indicator: str, level: str, on: dt.date, tree: str = "guizhou"
) -> TargetInForce | None:
    """The target to measure against on day `on`.

    Among rows valid on that day: the latest one whose date has come; otherwise the earliest one still ahead.
    The one after it is given along. A later document's row with the same date replaces the earlier one. None when no row applies.
    """
    rows = [
        (target, policy)
        for policy in policies
        for target in policy.targets
        if target.indicator == indicator
        and target.tree == tree
        and level in target.levels
        and target.valid_from <= on
        and (target.valid_to is None or on <= target.valid_to)
    ]
    rows.sort(key=lambda row: (row[0].by, row[1].published))
    steps = list({target.by: (target, policy) for target, policy in rows}.values())
    if not steps:
        return None
    come = sum(target.by <= on for target, _ in steps)
    chosen = max(come - 1, 0)
    ahead = steps[chosen + 1] if chosen + 1 < len(steps) else None
    return TargetInForce(*steps[chosen], due=come > 0, ahead=ahead)
