"""Counting: which months are in, what they sum to. Pure; sums come first, the division last, and absent is never zero."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reference.periods import Period, month_add

Block = tuple[int, int]  # (last month yyyymm, months covered)


@dataclass(frozen=True)
class Cell:
    """One running total: the sum and how many organisations stand behind it."""

    value: int
    reports: int


Series = Mapping[Block, Cell]


@dataclass(frozen=True)
class Counted:
    """Numerator and denominator of one organisation, with how many of the expected monthly reports are in them."""

    organisation: str
    numerator: int | None
    denominator: int | None
    received: int
    expected: int
    part: bool = (
        False  # people reached in less than a year, of all that are due in one: no yearly target fits
    )
    carried: int = 0  # members whose stocks are of an earlier month than the last that one was due in
    unknown: int = (
        0  # members of the denominator of whom no register says whether they belong to the numerator
    )
    oldest: int | None = None  # the earliest of these months (yyyymm)


def shared_blocks(series: Sequence[Series]) -> list[Block]:
    """The blocks that every one of the series has, in order."""
    if not series:
        return []
    return sorted(set(series[0]).intersection(*series[1:]))


def within(shared: Sequence[Block], period: Period) -> list[Block]:
    """Of blocks in order those that lie wholly in the period."""
    start = bisect_left(shared, (period.first, 0))
    stop = bisect_left(shared, (period.last + 1, 0))
    return [
        block
        for block in shared[start:stop]
        if block[1] == 1 or period.first <= month_add(block[0], 1 - block[1])
    ]


def tile(series: Sequence[Series], period: Period, shared: Sequence[Block] | None = None) -> list[Block]:
    """Choose blocks without overlap so that all series speak of the same months; `shared`: as shared_blocks gives, if known.

    Most reports × months win (a month told from cumulative returns may lack a sender that the cumulative figure has);
    among equals the finer cut. Where every block is a single month, that is simply all of them.
    """
    blocks = within(shared_blocks(series) if shared is None else shared, period)
    if all(span == 1 for _, span in blocks):
        return blocks
    best: dict[int, tuple[int, int, list[Block]]] = {month_add(period.first, -1): (0, 0, [])}
    by_end: dict[int, list[int]] = {}
    for month, span in blocks:
        by_end.setdefault(month, []).append(span)
    for month in period.months:
        choices = [best[month_add(month, -1)]]
        for span in by_end.get(month, ()):
            weight, pieces, chosen = best[month_add(month, -span)]
            reports = min(one[month, span].reports for one in series)
            choices.append((weight + reports * span, pieces + 1, [*chosen, (month, span)]))
        best[month] = max(choices, key=lambda choice: choice[:2])
    return best[period.last][2]


def tile_year(series: Sequence[Series], period: Period, shared: Sequence[Block] | None = None) -> list[Block]:
    """As tile, for people reached of all that are due in a year, where a hole would read as people not reached.

    Twelve months that end between two returns hold only part of the first: then the newest returns that end in the
    period and make up as many months are taken.
    """
    shared = shared_blocks(series) if shared is None else shared
    chosen = tile(series, period, shared)
    if period.span % 12 != 0:
        return chosen
    longest = max((span for one in series for _, span in one), default=1)
    for back in range(1, longest):
        if months_in(chosen) == period.span:
            break
        before = Period(month_add(period.first, -back), month_add(period.last, -back), "range")
        moved = tile(series, before, shared)
        if months_in(moved) == period.span:
            return moved
    return chosen


def months_in(blocks: Sequence[Block]) -> int:
    """How many months the blocks cover together."""
    return sum(span for _, span in blocks)


def total(series: Series, blocks: Sequence[Block]) -> int | None:
    """The sum over the blocks; None when there are none."""
    return sum(series[block].value for block in blocks) if blocks else None


def latest(series: Sequence[Series], period: Period) -> Block | None:
    """For stocks: the last block in the period that all the series have; of two that end together, the shorter."""
    found: Block | None = None
    for block in series[0] if series else ():
        month, span = block
        if (
            period.first <= month <= period.last
            and (found is None or (month, -span) > (found[0], -found[1]))
            and all(block in one for one in series[1:])
            and (span == 1 or period.first <= month_add(month, 1 - span))
        ):
            found = block
    return found


def add(values: Sequence[int | None]) -> int | None:
    """The sum of parts; None when any part is absent."""
    return None if not values or None in values else sum(value for value in values if value is not None)
