"""Events over time, worked by hand: which chart fits, what lies between events, and months nobody reported."""

from __future__ import annotations

import pytest

from indicators.rare_events import over_time, stretches
from reference.periods import month_add

RULES = {"multiplier": 1000, "rare_below": 1.386, "fewest_between": 4}


def months(count: int) -> list[int]:
    return [month_add(202501, step) for step in range(count)]


def test_events_are_evenly_spread_within_their_month():
    """One event 50 births in; two in the third month, 230 and 290 births in; 30 births after the last of 320."""
    between, ends, rest = stretches([1, 0, 2], [100, 100, 120])
    assert between == [180, 60]
    assert ends == [2, 2]
    assert rest == 30


def test_without_an_event_the_whole_time_is_free_of_them():
    assert stretches([0, 0], [31, 28]) == ([], [], 59)


def test_common_events_have_a_rate_chart_of_the_months():
    """40 events in 4,000 births: 10 per 1,000 each month; limits 10 ± 3 √(10/1) per 1,000 births."""
    found = over_time(months(4), [10, 8, 12, 10], [1000] * 4, **RULES)
    assert found.kind == "u"
    assert (found.events, found.expected, found.months) == (40, 10.0, tuple(months(4)))
    assert found.chart is not None
    assert found.chart.centre[0] == pytest.approx(10)
    assert found.chart.upper[0] == pytest.approx(10 + 3 * 10**0.5)


def test_rare_events_have_a_chart_of_births_between_them():
    """One event every third month among 100 births a month: 300 births between any two, five times."""
    events = [1, 0, 0] * 6
    found = over_time(months(18), events, [100] * 18, **RULES)
    assert found.kind == "g"
    assert found.expected == pytest.approx(6 / 18)
    assert found.chart is not None
    assert found.chart.values.tolist() == [300] * 5
    assert found.months == tuple(month_add(202501, step) for step in (3, 6, 9, 12, 15))
    assert found.since_last == 250  # half of the last event's month, and two months more


def test_without_births_the_days_between_are_charted():
    """Events in the middle of January, March, May, July, September 2025: January to March
    15.5 + 28 + 15.5 = 59, July to September 15.5 + 31 + 15 = 61.5."""
    events = [1, 0, 1, 0, 1, 0, 1, 0, 1]
    found = over_time(months(9), events, [None] * 9, **RULES)
    assert found.kind == "t"
    assert found.chart is not None
    assert found.chart.values.tolist() == [59, 61, 61, 61.5]


def test_too_few_events_are_counted_and_not_charted():
    found = over_time(months(12), [1] + [0] * 11, [50] * 12, **RULES)
    assert (found.kind, found.chart, found.events, found.since_last) == ("none", None, 1, 575)


def test_months_without_a_number_are_stepped_over_and_said():
    """The unreported month has no births to count: 50 + 50, not 50 + 100 + 50."""
    found = over_time(months(11), [1, None, 1, 1, 1, 1, 0, 0, 0, 0, 0], [100] * 11, **RULES)
    assert found.unreported == (202502,)
    assert found.chart is not None
    assert found.chart.values[0] == 100


def test_nothing_reported_is_no_event_and_no_chart():
    found = over_time(months(2), [None, None], [None, None], **RULES)
    assert (found.kind, found.events, found.expected) == ("none", 0, None)


@pytest.mark.parametrize(("each", "kind"), [(2, "u"), (1, "g")])
def test_the_expected_count_chooses_the_chart(each, kind):
    """Two a month are more than 1.386, one is fewer."""
    assert over_time(months(8), [each] * 8, [500] * 8, **RULES).kind == kind
