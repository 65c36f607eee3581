"""Targets that will be missed at the present pace: forecasts of a board's areas, made only where they can matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from indicators.board import Board
from indicators.calculate import Counted
from indicators.family import Finding, judged
from indicators.judge import gap
from indicators.panel import Panel
from indicators.result import Comparison, Reason, Result
from indicators.since import PAST
from indicators.statistics.forecast import Kind, Trajectory, trajectory
from reference.periods import month_count, month_of
from reference.policies import Policy, Target, TargetInForce

REMEMBERED = 4000  # forecasts kept; the same counts give the same one
STEEPER = 1.5  # a met target is only forecast where it would be lost at one and a half times the present pace
SHORTEST = 6  # months; a nearer day is judged when it comes


@dataclass(frozen=True)
class Aim:
    """A target to be reached by a day, or to be kept until then."""

    target: Target
    policy: Policy
    by: dt.date


def will_miss(board: Board, back: int = PAST) -> list[Finding]:
    """Areas that will meet a target by its day with less than the stated chance, were the present trend to go on.

    The target ahead, where there is one; otherwise the one whose day has come, at the end of the next year, for areas that
    meet it now and are getting worse. Areas already behind it beyond chance are told as such, not forecast. For how long the
    same has been so is looked for `back` months back.
    """
    found = []
    for result, panel, row in _candidates(board):
        aim = _aim(board, result)
        horizon = month_count(panel.months[-1], month_of(aim.by)) - 1
        if horizon < SHORTEST or not _in_doubt(board, result, panel, row, aim, horizon):
            continue
        seen, size = (one[0] for one in _months_of(board, panel, row))
        path = look(panel, seen, size, aim.target, horizon)
        if _is_missed(path, board):
            stood = 1
            while stood <= back and _is_missed(
                look(panel, seen[:-stood], size[:-stood], aim.target, horizon + stood), board
            ):
                stood += 1
            found.append(_finding(board, result, aim, path, stood))
    return found


def _is_missed(path: Trajectory, board: Board) -> bool:
    chance = path.probability if path.assessable else None
    return chance is not None and chance < board.rules.miss_probability


def look(panel: Panel, seen: np.ndarray, size: np.ndarray, target: Target, horizon: int) -> Trajectory:
    """The forecast of one area's months toward a target, kept for as long as its counts are the same."""
    share = target.value / panel.definition.multiplier
    return forecast_of(panel, seen, size, share, target.operator, horizon)


def forecast_of(
    panel: Panel, seen: np.ndarray, size: np.ndarray, share: float | None, operator: str, horizon: int
) -> Trajectory:
    """The same, toward a share or rate per unit of exposure, or toward nothing (None)."""
    kind: Kind = "proportion" if panel.definition.method == "proportion" else "rate"
    usable = np.isfinite(seen) & (size > 0)
    counts = (np.where(usable, one, np.nan) for one in (seen, size))
    return _forecast(*(one.tobytes() for one in counts), horizon, share, operator, kind)


@lru_cache(maxsize=REMEMBERED)
def _forecast(
    seen: bytes, size: bytes, horizon: int, target: float | None, operator: str, kind: Kind
) -> Trajectory:
    count, total = (np.frombuffer(one, dtype=np.float64) for one in (seen, size))
    return trajectory(count, total, horizon=horizon, target=target, operator=operator, kind=kind)


def _candidates(board: Board) -> Iterator[tuple[Result, Panel, int]]:
    for one in board.results:
        panel = board.monthly.get(one.indicator)
        if panel is None or one.target is None or one.reason is not Reason.NONE:
            continue
        if board.catalogue.get(one.indicator).method not in ("proportion", "rate"):
            continue
        if not (one.target.due and one.comparison is Comparison.WORSE):
            yield one, panel, board.row[one.organisation]


def _aim(board: Board, result: Result) -> Aim:
    on = board.period.last_day
    registry = board.context.registry
    in_force = registry.target(result.indicator, result.level, on, board.asked.tree)
    assert isinstance(in_force, TargetInForce)
    return aim_of(in_force, on)


def aim_of(in_force: TargetInForce, on: dt.date) -> Aim:
    """What is to be reached or kept, and by when, as seen from a day."""
    if in_force.ahead is not None:
        return Aim(*in_force.ahead, in_force.ahead[0].by)
    if not in_force.due:
        return Aim(in_force.target, in_force.policy, in_force.target.by)
    return Aim(in_force.target, in_force.policy, dt.date(on.year + 1, 12, 31))


def _months_of(board: Board, panel: Panel, row: int) -> tuple[np.ndarray, np.ndarray]:
    """Numerators and denominators (1, months) of an area that can be judged and compare with its last ones; NaN for the rest."""
    rows = slice(row, row + 1)
    return board.comparable.blanked(panel.definition.code, *judged(panel, rows), rows)


def _in_doubt(board: Board, result: Result, panel: Panel, row: int, aim: Aim, horizon: int) -> bool:
    """Whether a forecast can say anything: short of the target, or on the way to losing it."""
    assert result.value is not None
    if not aim.target.met(result.value):
        return True
    seen, size = _months_of(board, panel, row)
    lately, before = (
        np.nansum(seen[0, part]) / total if (total := np.nansum(size[0, part])) else np.nan
        for part in (slice(-12, None), slice(-24, -12))
    )
    pace = (lately - before) * panel.definition.multiplier * horizon / 12 * STEEPER
    return bool(np.isfinite(pace)) and not aim.target.met(result.value + pace)


def _finding(board: Board, result: Result, aim: Aim, path: Trajectory, stood: int) -> Finding:
    unit = board.catalogue.get(result.indicator).multiplier
    yardstick = TargetInForce(aim.target, aim.policy, due=False)
    counted = Counted(
        result.organisation, result.numerator, result.denominator, result.received, result.expected
    )
    numbers = {
        "probability": path.probability,
        "target": aim.target.value,
        "operator": aim.target.operator,
        "by": aim.by,
        "policy": aim.policy.code,
        "forecast": float(path.rolling[-1]) * unit,
        "forecast_lower": float(path.rolling_lower[-1]) * unit,
        "forecast_upper": float(path.rolling_upper[-1]) * unit,
    }
    definition = board.catalogue.get(result.indicator)
    return Finding(
        "will_miss",
        result,
        numbers,
        gap(definition, counted, yardstick),
        stood,
        _gap_before(board, result, yardstick),
    )


def _gap_before(board: Board, result: Result, yardstick: TargetInForce) -> int | None:
    """The gap to the same target a month before; None where it could not be judged then."""
    wide = board.wide.get(result.indicator)
    row = board.row[result.organisation]
    if wide is None or not wide.is_judged[row, -2]:
        return None
    one = wide.result(row, len(wide.months) - 2)
    counted = Counted(one.organisation, one.numerator, one.denominator, one.received, one.expected)
    return gap(wide.definition, counted, yardstick)
