"""What the results of many areas say together: how many are behind, by how many people, and whether it may be chance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from indicators.result import Comparison, Result


class Standing(StrEnum):
    """The answers to "which are behind, and is it real?"."""

    BEHIND = "behind"  # certainly behind a target whose date has come
    COMING = "coming"  # certainly short of a target whose date is still ahead
    BELOW = "below"  # behind, but it may be chance
    ABOVE = "above"  # at or beyond the target, but it may be chance
    REACHED = "reached"  # certainly at or beyond it
    UNKNOWN = "unknown"
    UNAIMED = "unaimed"  # no target


@dataclass(frozen=True)
class Tally:
    """How many areas give one answer, and the gap in people of all of them together."""

    standing: Standing
    areas: tuple[str, ...]
    gap: int


def meets_target(result: Result) -> bool | None:
    """Whether the value itself satisfies the target, uncertainty aside."""
    if result.value is None or result.target is None:
        return None
    aim = result.target.value
    return {
        ">=": result.value >= aim,
        ">": result.value > aim,
        "<=": result.value <= aim,
        "<": result.value < aim,
    }[result.target.operator]


def standing(result: Result) -> Standing:
    """Which of the answers a result gives."""
    match result.comparison:
        case Comparison.WORSE:
            return Standing.BEHIND if result.target is None or result.target.due else Standing.COMING
        case Comparison.BETTER:
            return Standing.REACHED
        case Comparison.SIMILAR:
            return Standing.ABOVE if meets_target(result) else Standing.BELOW
        case Comparison.NO_TARGET:
            return Standing.UNKNOWN if result.value is None else Standing.UNAIMED
    return Standing.UNKNOWN


def tally(results: Sequence[Result], told: Callable[[Result], Standing] = standing) -> list[Tally]:
    """Every answer that occurs, worst first; `told` says which answer a result gives."""
    found, answers = [], [(told(result), result) for result in results]
    for kind in Standing:
        of_kind = [result for answer, result in answers if answer is kind]
        if of_kind:
            areas = tuple(result.organisation for result in of_kind)
            found.append(Tally(kind, areas, sum(result.gap or 0 for result in of_kind)))
    return found


def scale(results: Iterable[Result]) -> tuple[float, float]:
    """Lowest and highest number that a common drawing must hold: intervals and targets of all, with a little air."""
    return _with_air([number for result in results for number in _numbers(result)])


def value_scale(peers: Iterable[Result], own: Result) -> tuple[float, float]:
    """The range of the peers' values, widened to hold the own value, its interval and its target."""
    values = [peer.value for peer in peers if peer.value is not None]
    return _with_air([*values, *_numbers(own)])


def _numbers(result: Result) -> list[float]:
    aim = result.target.value if result.target else None
    return [number for number in (result.value, result.lower, result.upper, aim) if number is not None]


def _with_air(numbers: Sequence[float]) -> tuple[float, float]:
    if not numbers:
        return 0.0, 1.0
    low, high = min(numbers), max(numbers)
    air = (high - low) * 0.04 or 1.0
    return max(low - air, 0.0), high + air


def reports_in(results: Sequence[Result]) -> tuple[int, int]:
    """Reports received and expected over all results."""
    return sum(result.received for result in results), sum(result.expected for result in results)
