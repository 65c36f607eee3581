"""The quality of a month's data: what stands out from a sender's own past, what two forms say of the same, and a score.

The dimensions are those of WHO's data quality review: completeness and timeliness, internal consistency (checks of the
form and the sender's own past), external consistency (another source of the same events). See indicators.statistics.outliers
for the statistics and reference/quality.toml for limits and weights.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indicators.reporting import Tally
from indicators.statistics.outliers import count_difference_z, modified_z, season_ratio
from reference.periods import month_add
from reference.quality import QualityRules


@dataclass(frozen=True, slots=True)
class Unusual:
    """A value that stands out: from the months before it, from the same month of former years, or from both."""

    organisation: str
    element: str
    month: int
    value: int
    months: int  # how many months make the usual level
    median: float | None
    z: float | None  # modified z; None when the value does not stand out by it
    season_mean: float | None
    ratio: float | None  # against the season; None when the value does not stand out by it


@dataclass(frozen=True, slots=True)
class Look:
    """What became of holding one number against its past: whether there was enough to judge by, and what was found."""

    judged: bool
    found: Unusual | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What two kinds of senders count of the same events in one area."""

    area: str
    element: str
    one: int
    other: int

    @property
    def ratio(self) -> float | None:
        """The one over the other; None when the other counts nothing."""
        return self.one / self.other if self.other else None

    def agrees(self, rules: QualityRules) -> bool:
        """Whether the ratio is near enough to 1."""
        return self.other > 0 and abs(self.one - self.other) <= rules.agreement * self.other


@dataclass(frozen=True, slots=True)
class Score:
    """The parts of an area's score, each a share of 0 to 1 or None where nothing could be judged."""

    completeness: float | None
    timeliness: float | None
    internal: float | None
    external: float | None

    def total(self, rules: QualityRules) -> float | None:
        """0 to 100: the weighted mean of the parts that could be judged; None when none could."""
        weights = rules.weights.model_dump()
        parts = {name: getattr(self, name) for name in weights if getattr(self, name) is not None}
        whole = sum(weights[name] for name in parts)
        return 100 * sum(weights[name] * part for name, part in parts.items()) / whole if whole else None


def look(organisation: str, element: str, month: int, series: Mapping[int, int], rules: QualityRules) -> Look:
    """Hold the month's value of a series (month → value) against the months before it and the same month of former years."""
    if month not in series:
        return Look(False, None)
    value = series[month]
    before = [series[one] for one in _months_before(month, rules.history) if one in series]
    same = [
        series[one]
        for one in (month_add(month, -12 * year) for year in range(1, rules.season_years + 1))
        if one in series
    ]
    usual = _middle(before)
    judged = len(before) >= rules.least_history and max(value, usual or 0) >= rules.smallest
    z = float(modified_z(value, before)) if judged else None
    z = z if z is not None and abs(z) > rules.outlier else None
    mean = sum(same) / len(same) if same else None
    ratio = _against_season(value, same, mean, rules)
    if z is None and ratio is None:
        return Look(judged, None)
    return Look(True, Unusual(organisation, element, month, value, len(before), usual, z, mean, ratio))


def _months_before(month: int, count: int) -> list[int]:
    return [month_add(month, -back) for back in range(1, count + 1)]


def _middle(values: Sequence[int]) -> float | None:
    if not values:
        return None
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _against_season(value: int, same: Sequence[int], mean: float | None, rules: QualityRules) -> float | None:
    """The ratio, when it is far from 1 and the counts differ by more than chance."""
    ratio = season_ratio(value, same)
    if mean is None or math.isnan(ratio) or max(value, mean) < rules.smallest:
        return None
    beyond = abs(count_difference_z(value, mean)) > rules.season_chance
    return ratio if beyond and abs(ratio - 1) > rules.season else None


def score(
    counted: Tally,
    reports_without_warning: int,
    looks: Sequence[Look],
    comparisons: Sequence[Compared],
    rules: QualityRules,
) -> Score:
    """An area's score for a month. Internal is the mean of the reports without a failed check and the numbers in line."""
    judged = [one for one in looks if one.judged]
    shares = []
    if counted.received:
        shares.append(reports_without_warning / counted.received)
    if judged:
        shares.append(sum(one.found is None for one in judged) / len(judged))
    comparable = [one for one in comparisons if one.ratio is not None]
    return Score(
        completeness=counted.completeness,
        timeliness=counted.timeliness,
        internal=sum(shares) / len(shares) if shares else None,
        external=sum(one.agrees(rules) for one in comparable) / len(comparable) if comparable else None,
    )
