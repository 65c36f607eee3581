"""Judging by hand: comparison with the target, the gap in people, and what is not judged."""

from __future__ import annotations

import datetime as dt

import pytest

from indicators.calculate import Counted
from indicators.definition import Definition
from indicators.judge import judge
from indicators.result import Comparison, Reason, Result
from reference.policies import Policy, Target, TargetInForce
from reference.registry import Flagging

RULES = Flagging(
    valid_from=dt.date(2021, 12, 19),
    confidence=0.95,
    minimum_reporting=0.8,
    expiry_warning_days=365,
    implausible_above=100,
)
BY = dt.date(2025, 12, 31)
MULTIPLIERS = {"proportion": 100, "rate": 100_000, "ratio": 1, "register": 100}


def definition(method: str = "proportion", multiplier: int | None = None) -> Definition:
    words = ("code", "zh", "en", "topic", "rationale_zh", "rationale_en", "numerator_zh", "numerator_en")
    words += ("denominator_zh", "denominator_en", "unit_zh", "unit_en", "source", "mark")
    return Definition(
        numerator=("a",),
        denominator=("b",),
        multiplier=multiplier or MULTIPLIERS[method],
        method=method,
        polarity="neutral",
        basis="residence",
        disclosure="people",
        reported_zh="甲",
        reported_en="a",
        reviewed=dt.date(2026, 11, 25),
        examples=(),
        **dict.fromkeys(words, "made"),
    )


def aim(operator: str, value: float) -> TargetInForce:
    row = Target(
        indicator="made",
        levels=("county",),
        operator=operator,
        value=value,
        by=BY,
        valid_from=dt.date(2021, 12, 19),
        clause="§1",
        mark="S",
    )
    document = Policy(
        code="plan", zh="方案", en="Plan", issuer="-", published=BY, source="-", mark="S", targets=(row,)
    )
    return TargetInForce(row, document, due=True)


def judged(
    numerator: int | None,
    denominator: int | None,
    target: TargetInForce | None = None,
    *,
    method: str = "proportion",
    multiplier: int | None = None,
    received: int = 12,
    expected: int = 12,
) -> Result:
    (result,) = judge(
        definition(method, multiplier),
        [Counted("520302", numerator, denominator, received, expected)],
        "2026",
        "residence",
        lambda _: "county",
        lambda _: target,
        RULES,
    )
    return result


# Wilson 95% limits of 81/263 are 25.53–36.62% (Newcombe 1998, table I).
@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        (">=", 36.7, Comparison.WORSE),
        (">=", 36.6, Comparison.SIMILAR),
        (">=", 25.6, Comparison.SIMILAR),
        (">=", 25.5, Comparison.BETTER),
        ("<=", 36.7, Comparison.BETTER),
        ("<=", 36.6, Comparison.SIMILAR),
        ("<=", 25.6, Comparison.SIMILAR),
        ("<=", 25.5, Comparison.WORSE),
    ],
)
def test_only_the_whole_interval_on_one_side_decides(operator, value, expected):
    assert judged(81, 263, aim(operator, value)).comparison is expected


# Nine deaths have the exact limits 4.115–17.085: per 100,000 of 50,000 births 8.23–34.17.
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (8.2, Comparison.WORSE),
        (8.3, Comparison.SIMILAR),
        (34.1, Comparison.SIMILAR),
        (34.2, Comparison.BETTER),
    ],
)
def test_a_rate_of_few_events_is_compared_by_its_exact_limits(value, expected):
    result = judged(9, 50_000, aim("<=", value), method="rate")
    assert (result.method, result.comparison) == ("exact_poisson", expected)


def test_ten_events_have_byars_interval():
    """10 × 2 per 100,000 of 50,000; Byar's limits of 10 events are 4.787 and 18.391 (worked in the oracles)."""
    result = judged(10, 50_000, method="rate")
    assert result.method == "byar"
    assert (result.value, result.lower, result.upper) == pytest.approx((20, 9.574, 36.782), abs=0.002)


@pytest.mark.parametrize(
    ("method", "numerator", "denominator", "operator", "value", "expected"),
    [
        # 80% of 11,798 is 9,438.4: 9,439 women are needed, 8,412 were screened.
        ("proportion", 8412, 11798, ">=", 80, 1027),
        # 80% of 10 is 8 exactly: one more than 7 meets it, and 8 does already.
        ("proportion", 7, 10, ">=", 80, 1),
        ("proportion", 8, 10, ">=", 80, 0),
        # "above 80%" is not met by 8 of 10.
        ("proportion", 8, 10, ">", 80, 1),
        # 12 per 100,000 of 420,000 births allow 50.4: 50 deaths, so 52 are two too many.
        ("rate", 52, 420_000, "<=", 12, 2),
        ("rate", 50, 420_000, "<=", 12, 0),
        # 12 per 100,000 of 100,000 allow 12; "below 12" allows 11.
        ("rate", 12, 100_000, "<=", 12, 0),
        ("rate", 12, 100_000, "<", 12, 1),
        # 66.7% of 1,000 is 667 exactly, although 66.7 is no exact binary number.
        ("proportion", 667, 1000, ">=", 66.7, 0),
        ("proportion", 666, 1000, ">=", 66.7, 1),
    ],
)
def test_the_gap_is_the_least_number_that_just_meets_the_target(
    method, numerator, denominator, operator, value, expected
):
    assert judged(numerator, denominator, aim(operator, value), method=method).gap == expected


def test_without_a_target_there_is_no_gap_and_no_comparison():
    result = judged(81, 263)
    assert (result.comparison, result.gap, result.target) == (Comparison.NO_TARGET, None, None)


def test_more_than_the_whole_is_shown_as_it_is_and_judged_by_nobody():
    result = judged(105, 100, aim(">=", 80))
    assert (result.value, result.lower, result.upper) == (105.0, None, None)
    assert (result.reason, result.comparison, result.gap) == (
        Reason.IMPLAUSIBLE,
        Comparison.NOT_ASSESSABLE,
        None,
    )


def test_exactly_the_whole_is_plausible():
    result = judged(100, 100, aim(">=", 80))
    assert (result.value, result.upper, result.reason) == (100.0, 100.0, Reason.NONE)


def test_a_rate_above_its_base_is_no_data_problem():
    """A near-miss to death ratio, or cases per 1,000, may well be above one."""
    assert judged(2538, 486, method="ratio").reason is Reason.NONE
    assert judged(1500, 1000, method="rate", multiplier=1000).reason is Reason.NONE


def test_nothing_to_divide_by():
    result = judged(0, 0, aim(">=", 80))
    assert (result.value, result.reason) == (None, Reason.ZERO_DENOMINATOR)


@pytest.mark.parametrize(("numerator", "denominator"), [(None, 100), (5, None), (None, None)])
def test_absent_is_not_zero(numerator, denominator):
    result = judged(numerator, denominator, aim("<=", 5))
    assert (result.value, result.reason) == (None, Reason.NO_DATA)
    assert result.comparison is Comparison.NOT_ASSESSABLE


def test_nothing_at_all_where_reports_are_owed_is_reports_missing():
    assert judged(None, None, received=0, expected=12).reason is Reason.REPORTS_MISSING


# 80% of 12 reports is 9.6; of 10 it is 8.
@pytest.mark.parametrize(
    ("received", "expected", "reason"),
    [
        (9, 12, Reason.REPORTS_MISSING),
        (10, 12, Reason.NONE),
        (8, 10, Reason.NONE),
        (7, 10, Reason.REPORTS_MISSING),
        (0, 0, Reason.NONE),
    ],
)
def test_too_few_reports_show_the_value_and_judge_nothing(received, expected, reason):
    result = judged(60, 100, aim(">=", 80), received=received, expected=expected)
    assert result.reason is reason
    assert result.value == 60.0
    assert (result.comparison is Comparison.NOT_ASSESSABLE) == (reason is not Reason.NONE)


def test_a_full_count_is_compared_by_its_value_and_never_lacks_reports():
    """52 of 88 is 59.09%: below 60% whatever the chance; 53 would do (52.8 needed)."""
    result = judged(52, 88, aim(">=", 60), method="register", received=3, expected=88)
    assert (result.lower, result.upper, result.reason) == (None, None, Reason.NONE)
    assert (result.comparison, result.gap) == (Comparison.WORSE, 1)


def test_the_target_travels_with_its_document_and_the_one_ahead():
    later = aim(">=", 90)
    now = aim(">=", 80)
    result = judged(70, 100, TargetInForce(now.target, now.policy, True, (later.target, later.policy)))
    assert result.target is not None
    assert (result.target.value, result.target.operator, result.target.by) == (80, ">=", BY)
    assert (result.target.clause, result.target.policy_zh) == ("§1", "方案")
    assert (result.target.ahead_value, result.target.ahead_policy_en) == (90, "Plan")


def test_completeness_is_unknown_where_nothing_is_expected():
    assert judged(5, 10, received=0, expected=0).completeness is None
    assert judged(5, 10, received=9, expected=12).completeness == 0.75
