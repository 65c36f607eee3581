"""Judging counted numbers: value, interval, comparison with the target in force, and the gap in people. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from indicators.calculate import Counted
from indicators.definition import Definition
from indicators.result import Comparison, Reason, Result, TargetView
from indicators.statistics import intervals
from reference.policies import TargetInForce
from reference.registry import Flagging

METHODS = {"proportion": "wilson", "rate": "byar", "ratio": "none", "register": "count"}
EXACT_BELOW = 10  # events; below this the rate's interval is the exact one


def judge(
    definition: Definition,
    counted: Sequence[Counted],
    period: str,
    basis: str,
    level: Callable[[str], str],
    target: Callable[[str], TargetInForce | None],
    rules: Flagging,
) -> list[Result]:
    """Results of one indicator and period for many organisations; `level` and `target` are asked by organisation code."""
    # One view for all who are measured by the same target; kept with it, so that no other target can come to bear its number.
    views: dict[int, tuple[TargetInForce, TargetView]] = {}
    results = []
    for one, limits in zip(counted, _limits(definition, counted, rules), strict=True):
        yardstick = target(one.organisation)
        if yardstick and id(yardstick) not in views:
            views[id(yardstick)] = yardstick, view(yardstick)
        seen = views[id(yardstick)][1] if yardstick else None
        results.append(
            _result(definition, one, limits, period, basis, level(one.organisation), yardstick, seen, rules)
        )
    return results


def _limits(
    definition: Definition, counted: Sequence[Counted], rules: Flagging
) -> list[tuple[float | None, float | None]]:
    """Interval limits in the indicator's unit, worked out for all organisations at once."""
    limits: list[tuple[float | None, float | None]] = [(None, None)] * len(counted)
    usable = [index for index, one in enumerate(counted) if _has_interval(definition, one)]
    if not usable:
        return limits
    numerators = np.array([counted[index].numerator for index in usable], dtype=float)
    denominators = np.array([counted[index].denominator for index in usable], dtype=float)
    work = intervals.proportion if definition.method == "proportion" else intervals.rate
    lower, upper = work(numerators, denominators, rules.confidence)
    for place, index in enumerate(usable):
        limits[index] = (
            float(lower[place]) * definition.multiplier,
            float(upper[place]) * definition.multiplier,
        )
    return limits


def _has_interval(definition: Definition, one: Counted) -> bool:
    if definition.method not in ("proportion", "rate") or one.numerator is None or not one.denominator:
        return False
    return definition.method == "rate" or one.numerator <= one.denominator


def _result(
    definition: Definition,
    one: Counted,
    limits: tuple[float | None, float | None],
    period: str,
    basis: str,
    level: str,
    target: TargetInForce | None,
    seen: TargetView | None,
    rules: Flagging,
) -> Result:
    value = None
    if one.numerator is not None and one.denominator:
        value = float(Fraction(one.numerator * definition.multiplier, one.denominator))
    reason = reason_for(definition, one, value, rules)
    if reason is Reason.NONE and target and not is_settled(definition, one, target):
        reason = Reason.NOT_ON_RECORD
    judged = reason is Reason.NONE
    return Result(
        organisation=one.organisation,
        level=level,
        period=period,
        indicator=definition.code,
        numerator=one.numerator,
        denominator=one.denominator,
        value=value,
        lower=limits[0],
        upper=limits[1],
        method=method_of(definition, one),
        basis=basis,
        received=one.received,
        expected=one.expected,
        reason=reason,
        target=seen,
        comparison=compare(value, limits, target, judged),
        gap=gap(definition, one, target) if judged else None,
        carried=one.carried,
        oldest=one.oldest,
    )


def method_of(definition: Definition, one: Counted) -> str:
    """The interval's method by name: a rate below ten events has the exact one."""
    if definition.method == "rate" and one.numerator is not None and one.numerator < EXACT_BELOW:
        return "exact_poisson"
    return METHODS[definition.method]


def reason_for(definition: Definition, one: Counted, value: float | None, rules: Flagging) -> Reason:
    """Why a result is not judged; Reason.NONE when it is."""
    if one.numerator is None and one.unknown:
        return Reason.NOT_ON_RECORD
    if one.numerator is None or one.denominator is None:
        return (
            Reason.REPORTS_MISSING
            if one.expected and one.received < rules.minimum_reporting * one.expected
            else Reason.NO_DATA
        )
    if one.denominator == 0:
        return Reason.ZERO_DENOMINATOR
    if (
        definition.method == "proportion"
        and value is not None
        and value * 100 / definition.multiplier > rules.implausible_above
    ):
        return Reason.IMPLAUSIBLE
    if definition.method != "register" and one.received < rules.minimum_reporting * one.expected:
        return Reason.REPORTS_MISSING
    return Reason.PART_OF_YEAR if one.part else Reason.NONE


def is_settled(definition: Definition, one: Counted, target: TargetInForce) -> bool:
    """Whether the members nobody knows of leave the answer as it is: none of them in the numerator, or all of them."""
    if not one.unknown or one.numerator is None or not one.denominator:
        return True
    least, most = (
        float(Fraction(count * definition.multiplier, one.denominator))
        for count in (one.numerator, one.numerator + one.unknown)
    )
    return target.target.met(least) == target.target.met(most)


def compare(
    value: float | None, limits: tuple[float | None, float | None], target: TargetInForce | None, judged: bool
) -> Comparison:
    """Better or worse only when the whole interval says so; without an interval the value itself is compared."""
    if not judged or value is None:
        return Comparison.NOT_ASSESSABLE
    if target is None:
        return Comparison.NO_TARGET
    lower, upper = (value if limit is None else limit for limit in limits)
    met = target.target.met
    if met(lower) and met(upper):
        return Comparison.BETTER
    if not met(lower) and not met(upper):
        return Comparison.WORSE
    return Comparison.SIMILAR


def gap(definition: Definition, one: Counted, target: TargetInForce | None) -> int | None:
    """The least whole number of people or events by which the target would just be met; 0 when it is."""
    if target is None or one.numerator is None or not one.denominator:
        return None
    bound = Fraction(str(target.target.value)) * one.denominator / definition.multiplier
    wanted = {
        ">=": math.ceil(bound) - one.numerator,
        ">": math.floor(bound) + 1 - one.numerator,
        "<=": one.numerator - math.floor(bound),
        "<": one.numerator - math.ceil(bound) + 1,
    }[target.target.operator]
    return max(0, wanted)


def view(target: TargetInForce) -> TargetView:
    """The yardstick as it travels with a result."""
    ahead = target.ahead
    return TargetView(
        value=target.target.value,
        operator=target.target.operator,
        by=target.target.by,
        due=target.due,
        policy=target.policy.code,
        policy_zh=target.policy.zh,
        policy_en=target.policy.en,
        clause=target.target.clause,
        mark=target.target.mark,
        ahead_value=ahead[0].value if ahead else None,
        ahead_by=ahead[0].by if ahead else None,
        ahead_policy_zh=ahead[1].zh if ahead else "",
        ahead_policy_en=ahead[1].en if ahead else "",
    )
