"""Times are kept as UTC and due days end at midnight in China, wherever the machine stands."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from store.times import late_from, to_milliseconds, to_moment


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Shanghai"])
def test_a_due_day_ends_at_midnight_in_china(zone, monkeypatch):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        # China keeps UTC+8 all year: midnight after 28 February 2024 is 16:00 UTC of that day.
        assert late_from(dt.date(2024, 2, 28)) == to_milliseconds(dt.datetime(2024, 2, 28, 16, tzinfo=dt.UTC))
        assert late_from(dt.date(2024, 12, 31)) == to_milliseconds(
            dt.datetime(2024, 12, 31, 16, tzinfo=dt.UTC)
        )
    finally:
        monkeypatch.undo()
        time.tzset()


def test_nothing_due_is_never_late():
    assert late_from(None) is None


def test_there_and_back():
    moment = dt.datetime(2026, 11, 23, 23, 59, 59, 999000, tzinfo=dt.UTC)
    assert to_moment(to_milliseconds(moment)) == moment
    assert (
        to_milliseconds(dt.datetime(1970, 1, 1, 8, 0, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))) == 1000
    )


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        to_milliseconds(dt.datetime(2026, 1, 1))
