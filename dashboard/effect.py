"""What became of an indicator since action was asked: the months before beside as many months after, with chance allowed for."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard import wording
from dashboard.texts import Texts
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.result import Result
from indicators.statistics.difference import Estimate, difference
from reference.periods import Period, month_add, month_range

LONGEST = 12


@dataclass(frozen=True)
class Effect:
    """Before, after and their difference; `difference` None where either has no interval."""

    before: Result
    after: Result
    difference: Estimate | None

    def verdict(self, polarity: str) -> str:
        """better, worse, changed (no direction is better) or chance; unknown without an interval."""
        if self.difference is None:
            return "unknown"
        if self.difference.lower <= 0 <= self.difference.upper:
            return "chance"
        if polarity == "neutral":
            return "changed"
        return "better" if (self.difference.value > 0) == (polarity == "higher") else "worse"


def windows(asked: int, last: int) -> tuple[Period, Period] | None:
    """The months after the month of asking up to the last with data, and as many before it; None while there are none after."""
    first = month_add(asked, 1)
    if first > last:
        return None
    end = min(last, month_add(asked, LONGEST))
    after = month_range(first, end)
    return month_range(month_add(asked, -after.span), month_add(asked, -1)), after


def effect_of(visit: Visit, indicator: str, organisation: str, asked: int) -> Effect | None:
    """None while there are no numbers since, or none before."""
    months = visit.answers.months(visit.registry.organisations.get(organisation).tree)
    found = windows(asked, months[1]) if months else None
    if found is None:
        return None
    before, after = (
        next(iter(visit.answers.results([indicator], [organisation], period)), None) for period in found
    )
    if before is None or after is None or before.value is None or after.value is None:
        return None
    return Effect(before, after, compare(before, after))


def compare(before: Result, after: Result) -> Estimate | None:
    """After less before with its interval."""
    ends = [_estimate(one) for one in (after, before)]
    if ends[0] is None or ends[1] is None:
        return None
    return difference(ends[0], ends[1])


def _estimate(result: Result) -> Estimate | None:
    if result.value is None or result.lower is None or result.upper is None:
        return None
    return Estimate(result.value, result.lower, result.upper)


def sentence(effect: Effect, definition: Definition, texts: Texts) -> str:
    """What the numbers allow to be said, and no more."""
    t = texts
    if effect.difference is None:
        return t("这项指标没有区间，只能并列前后两个数，不能判断是否偶然。")
    gap = effect.difference
    values = {
        "size": wording.number(abs(gap.value), definition.decimals),
        "low": wording.number(gap.lower, definition.decimals),
        "high": wording.number(gap.upper, definition.decimals),
        "unit": definition.unit(t.language),
    }
    verdict = effect.verdict(definition.polarity)
    if verdict == "chance":
        return t("前后相差 {size}{unit}（95% 区间 {low} 至 {high}），区间含零：可能只是偶然。", **values)
    if verdict == "changed":
        return t("前后相差 {size}{unit}（95% 区间 {low} 至 {high}），不像偶然；这项指标不分高低。", **values)
    if verdict == "better":
        said = t("比督办前好 {size}{unit}（95% 区间 {low} 至 {high}），不像偶然。", **values)
    else:
        said = t("比督办前差 {size}{unit}（95% 区间 {low} 至 {high}），不像偶然。", **values)
    return said + ("" if t.is_chinese else " ") + t("前后比较不能证明是督办的作用。")
