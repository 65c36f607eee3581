"""Tiling by brute force: every set of blocks that do not overlap is tried, and none is better than the one chosen."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from indicators.calculate import Cell, latest, tile
from reference.periods import month_add, month_range

PERIOD = month_range(202511, 202604)
MONTHS = range(-1, 8)  # from the month before the period to the second one after it


def months_of(block: tuple[int, int]) -> list[int]:
    month, span = block
    return [month_add(month, -back) for back in range(span)]


def weight(chosen, series) -> int:
    return sum(min(one[block].reports for one in series) * block[1] for block in chosen)


def best_weight(series) -> int:
    """The most reports × months that any set of blocks without overlap has."""
    shared = [
        block
        for block in series[0]
        if all(block in one for one in series) and set(months_of(block)) <= set(PERIOD.months)
    ]
    best = 0
    for size in range(1, len(shared) + 1):
        for chosen in combinations(shared, size):
            covered = [month for block in chosen for month in months_of(block)]
            if len(covered) == len(set(covered)):
                best = max(best, weight(chosen, series))
    return best


blocks = st.tuples(
    st.sampled_from([month_add(202511, step) for step in MONTHS]), st.sampled_from([1, 2, 3, 6])
)
cells = st.builds(Cell, value=st.integers(0, 500), reports=st.integers(1, 4))
one_series = st.dictionaries(blocks, cells, max_size=9)


@given(st.lists(one_series, min_size=1, max_size=3))
def test_the_chosen_blocks_lie_in_the_period_do_not_overlap_and_hold_the_most(series):
    chosen = tile(series, PERIOD)
    covered = [month for block in chosen for month in months_of(block)]
    assert len(covered) == len(set(covered))
    assert set(covered) <= set(PERIOD.months)
    assert all(block in one for block in chosen for one in series)
    assert weight(chosen, series) == best_weight(series)


@given(one_series)
def test_a_stock_stands_at_the_last_month_there_is(series):
    inside = [block for block in series if set(months_of(block)) <= set(PERIOD.months)]
    chosen = latest([series], PERIOD)
    if chosen is None:
        assert inside == []
    else:
        assert chosen in inside
        assert chosen[0] == max(month for month, _ in inside)
