"""What calculating gives: a value that never travels without its numerator, denominator, interval and method."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Comparison(StrEnum):
    """A value against its target, with its uncertainty."""

    BETTER = "better"  # the whole interval is on the right side
    SIMILAR = "similar"  # the interval holds the target
    WORSE = "worse"  # the whole interval is on the wrong side
    NOT_ASSESSABLE = "not_assessable"
    NO_TARGET = "no_target"


class Reason(StrEnum):
    """Why a result cannot be assessed."""

    NONE = ""
    NO_DATA = "no_data"
    ZERO_DENOMINATOR = "zero_denominator"
    REPORTS_MISSING = "reports_missing"
    IMPLAUSIBLE = "implausible"  # a share above the whole: shown as it is, judged by nobody
    PART_OF_YEAR = "part_of_year"  # people reached in less than a year, of all that are due in one
    NOT_ON_RECORD = "not_on_record"  # a register says too little of its members: what it does not know could turn the answer
    SUPPRESSED = "suppressed"  # hidden in a public release, because it or a neighbour is a small number


@dataclass(frozen=True)
class TargetView:
    """The yardstick of a result: value, date, document and clause."""

    value: float
    operator: str
    by: dt.date
    due: bool
    policy: str
    policy_zh: str
    policy_en: str
    clause: str
    mark: str
    ahead_value: float | None = None
    ahead_by: dt.date | None = None
    ahead_policy_zh: str = ""
    ahead_policy_en: str = ""


@dataclass(frozen=True)
class Result:
    """One indicator for one organisation and period. Values are times the multiplier (80.0 = 80%); counts are people or events.

    `gap` is how many more (or fewer, for a lower-is-better indicator) people would just meet the target; 0 when met, None when unknown.
    `received` of `expected` monthly reports are in it; for the register both are institutions. Of how many organisations the
    stocks in it are older than the last month they were due in, says `carried`, and `oldest` the earliest of these months.
    """

    organisation: str
    level: str
    period: str
    indicator: str
    numerator: int | None
    denominator: int | None
    value: float | None
    lower: float | None
    upper: float | None
    method: str
    basis: str
    received: int
    expected: int
    reason: Reason = Reason.NONE
    target: TargetView | None = None
    comparison: Comparison = Comparison.NO_TARGET
    gap: int | None = None
    carried: int = 0
    oldest: int | None = None

    @property
    def completeness(self) -> float | None:
        """Share of the expected reports that is in, 0–1."""
        return self.received / self.expected if self.expected else None


@dataclass(frozen=True)
class Flag:
    """A stated reason an organisation needs attention, with the numbers it rests on.

    `kind`: behind_target · worsening · outlying · will_miss · not_assessable · implausible · grade_expiring · grade_expired ·
    grade_lacking. `severity` 1 (most) – 3. `stood`: for how many months in a row, this one included, it would have been
    raised (13: for longer than twelve); None where that is not told. `gap`: people (or events) to the target, the former level
    or the peers, people counted beyond what can be, missing reports, or institutions that lack the grade (`gap_unit` says
    which); `gap_before`: the same a month earlier.
    """

    kind: str
    organisation: str
    indicator: str
    period: str
    severity: int
    gap: int | None
    sentence_zh: str
    sentence_en: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
    subject: str = ""  # the institution, for grade flags
    stood: int | None = None
    gap_before: int | None = None

    def sentence(self, language: str = "zh") -> str:
        """The reason in plain words."""
        return self.sentence_zh if language == "zh" else self.sentence_en

    @property
    def gap_unit(self) -> str:
        """What the gap counts: people, reports or institutions."""
        if self.kind.startswith("grade_"):
            return "institutions"
        return "reports" if self.kind == "not_assessable" else "people"

    @property
    def link(self) -> str:
        """Where on the dashboard its numbers are: the indicator's course, or all of the area."""
        if self.kind == "not_assessable" or self.kind.startswith("grade_"):
            return f"/area/{self.organisation}?period={self.period}"
        return f"/indicator/{self.indicator}?unit={self.organisation}&period={self.period}"

    @property
    def is_new(self) -> bool:
        """Whether it was not there a month earlier."""
        return self.stood == 1
