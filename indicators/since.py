"""For how long something has stood where no panel tells it month by month: quarters, years and other longer counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from indicators.result import Reason, Result
from indicators.results import Context, calculate
from indicators.wording import PAST as PAST
from reference.periods import Period, month_add, month_range

About = tuple[str, str]  # organisation and indicator


def earlier(period: Period, months: int) -> Period:
    """As long a run of months, ending so many months earlier."""
    return month_range(month_add(period.first, -months), month_add(period.last, -months))


def about(result: Result) -> About:
    """What a result is of."""
    return result.organisation, result.indicator


def stood(
    context: Context, period: Period, results: Sequence[Result], holds: Callable[[Result], bool]
) -> Mapping[About, tuple[int, Result]]:
    """For how many months in a row, this one included, each has held (PAST + 1: for longer); and how it was a month before."""
    found: dict[About, tuple[int, Result]] = {}
    open_ones = {about(one) for one in results}
    for back in range(1, PAST + 1):
        if not open_ones:
            break
        areas, indicators = (sorted({one[place] for one in open_ones}) for place in (0, 1))
        then = {about(one): one for one in calculate(context, indicators, areas, earlier(period, back))}
        for one in sorted(open_ones):
            held = one in then and holds(then[one])
            if back == 1 and one in then:
                found[one] = (1, then[one])
            if held:
                found[one] = (back + 1, found[one][1])
            else:
                open_ones.discard(one)
    return found


def lacking(result: Result, implausible_above: float) -> int | None:
    """Of a result that cannot be judged, what is amiss: people counted beyond the whole, or reports that are missing."""
    if result.reason is Reason.IMPLAUSIBLE and result.numerator is not None and result.denominator:
        return result.numerator - int(result.denominator * implausible_above // 100)
    if result.reason is Reason.REPORTS_MISSING:
        return result.expected - result.received
    return None
