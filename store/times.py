"""Times: kept as UTC epoch milliseconds, turned into aware times at the edge. Due days end at midnight in China."""

from __future__ import annotations

import datetime as dt

from reference.reporting import CHINA
from reference.reporting import late_from as first_late_moment

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)


def now() -> int:
    """This moment."""
    return to_milliseconds(dt.datetime.now(dt.UTC))


def to_milliseconds(moment: dt.datetime) -> int:
    """An aware time as a number; raises ValueError for one without a time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"the time {moment.isoformat()} has no time zone")
    return (moment - _EPOCH) // _MILLISECOND


def to_moment(milliseconds: int) -> dt.datetime:
    """A number as an aware UTC time."""
    return _EPOCH + milliseconds * _MILLISECOND


def late_from(due: dt.date | None) -> int | None:
    """The first moment after a due day in China; None when nothing is due."""
    if due is None:
        return None
    return to_milliseconds(first_late_moment(due))


def last_day_in_time(late: int) -> dt.date:
    """The due day that a first late moment follows upon: `late_from` the other way round."""
    return to_moment(late - 1).astimezone(CHINA).date()
