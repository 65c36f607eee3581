"""What changed since last month: the flags of the period against those of as long a run that ended a month earlier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.view import month_earlier
from dashboard.visit import Visit
from indicators.result import Flag

# Reasons that come and go with the numbers; grades and reports have pages of their own.
COMPARED = ("behind_target", "worsening", "outlying", "will_miss")


@dataclass(frozen=True)
class Changes:
    """Flags that were not there a month earlier, and flags of then that are no longer; `gap`: people more (or fewer) to go."""

    new: tuple[Flag, ...]
    ended: tuple[Flag, ...]
    now: tuple[Flag, ...]
    before: tuple[Flag, ...]

    @property
    def gap(self) -> int:
        """By how many people the gap of all that are behind has grown."""
        return sum(flag.gap or 0 for flag in self.now) - sum(flag.gap or 0 for flag in self.before)

    def of(self, indicator: str) -> Changes:
        """What concerns being behind on one indicator."""
        parts = (self.new, self.ended, self.now, self.before)
        return Changes(*(tuple(filter(lambda flag: _behind(flag, indicator), part)) for part in parts))


def _behind(flag: Flag, indicator: str) -> bool:
    return flag.kind == "behind_target" and flag.indicator == indicator


def compare(now: Sequence[Flag], before: Sequence[Flag]) -> Changes:
    """Two months' flags held against each other: the same reason, area and indicator is the same flag."""
    now, before = (tuple(one for one in flags if one.kind in COMPARED) for flags in (now, before))
    known_now, known_before = ({_key(one) for one in flags} for flags in (now, before))
    return Changes(
        tuple(one for one in now if _key(one) not in known_before),
        tuple(one for one in before if _key(one) not in known_now),
        now,
        before,
    )


def _key(flag: Flag) -> tuple[str, str, str]:
    return flag.kind, flag.organisation, flag.indicator


def changes(visit: Visit) -> Changes | None:
    """The units' flags against a month earlier; None where that month's run reaches before the first data."""
    months, earlier = visit.answers.months(visit.view.tree.code), month_earlier(visit.view.period)
    if months is None or earlier.first < months[0] or visit.view.period.last > months[1]:
        return None
    wanted = set(visit.unit_codes)
    before = visit.answers.flags(visit.all_unit_codes, earlier)
    return compare(visit.flags, [flag for flag in before if flag.organisation in wanted])
