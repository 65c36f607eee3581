"""Putting many results into words: who is behind, by how many, and whether it may be chance."""

from __future__ import annotations

import datetime as dt

import pytest

from dashboard import wording
from dashboard.findings import Standing, reports_in, scale, standing, tally, value_scale
from dashboard.texts import Texts
from indicators.definition import Definition, Example
from indicators.result import Comparison, Reason, Result, TargetView

ZH, EN = Texts("zh"), Texts("en")
AIM = TargetView(80.0, ">=", dt.date(2025, 12, 31), True, "plan", "方案", "Plan", "§3", "S")
SHARE = Definition(
    code="share",
    zh="产前筛查率",
    en="Screening",
    topic="t",
    rationale_zh="r",
    rationale_en="r",
    numerator=("a",),
    denominator=("b",),
    numerator_zh="a",
    numerator_en="a",
    denominator_zh="b",
    denominator_en="b",
    multiplier=100,
    unit_zh="%",
    unit_en="%",
    decimals=1,
    polarity="higher",
    method="proportion",
    basis="residence",
    disclosure="people",
    reported_zh="甲",
    reported_en="a",
    reviewed=dt.date(2026, 11, 25),
    people_zh="名孕妇",
    people_en="women",
    source="s",
    mark="S",
    examples=(Example(source="by hand"),),
)


def result(value: float | None, comparison: Comparison, **more: object) -> Result:
    given: dict[str, object] = {
        "organisation": "520302",
        "level": "county",
        "period": "2026",
        "indicator": "share",
        "numerator": 60,
        "denominator": 100,
        "value": value,
        "lower": None if value is None else value - 5,
        "upper": None if value is None else value + 5,
        "method": "wilson",
        "basis": "residence",
        "received": 12,
        "expected": 12,
        "target": AIM,
        "comparison": comparison,
    }
    return Result(**{**given, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "expected", "zh", "en"),
    [
        (result(60.0, Comparison.WORSE), Standing.BEHIND, "确实落后，非偶然", "Behind, not chance"),
        (
            result(78.0, Comparison.SIMILAR),
            Standing.BELOW,
            "未达目标，可能是偶然",
            "Short of target, may be chance",
        ),
        (
            result(80.0, Comparison.SIMILAR),
            Standing.ABOVE,
            "已达目标，可能是偶然",
            "At target, may be chance",
        ),
        (result(92.0, Comparison.BETTER), Standing.REACHED, "确已达标，非偶然", "Met, not chance"),
        (
            result(70.0, Comparison.NOT_ASSESSABLE, reason=Reason.REPORTS_MISSING),
            Standing.UNKNOWN,
            "报表缺失",
            "reports missing",
        ),
        (result(None, Comparison.NO_TARGET, target=None), Standing.UNKNOWN, "不可评价", "Not assessable"),
        (result(60.0, Comparison.NO_TARGET, target=None), Standing.UNAIMED, "", ""),
    ],
)
def test_each_comparison_says_whether_it_may_be_chance(
    found: Result, expected: Standing, zh: str, en: str
) -> None:
    assert standing(found) is expected
    assert wording.chance(found, ZH) == zh
    assert wording.chance(found, EN) == en


def test_a_target_whose_date_is_ahead_is_not_yet_missed() -> None:
    ahead = TargetView(80.0, ">=", dt.date(2030, 12, 31), False, "plan", "方案", "Plan", "§3", "S")
    short = result(60.0, Comparison.WORSE, target=ahead)
    assert standing(short) is Standing.COMING
    assert wording.chance(short, EN) == "Not there yet, date still ahead"
    assert wording.due(ahead, EN) == "by end of 2030"


def test_where_lower_is_better_the_target_itself_is_met() -> None:
    at_most = TargetView(12.0, "<=", dt.date(2030, 12, 31), False, "plan", "方案", "Plan", "§3", "S")
    assert standing(result(12.0, Comparison.SIMILAR, target=at_most)) is Standing.ABOVE
    below = TargetView(3.0, "<", dt.date(2030, 12, 31), False, "plan", "方案", "Plan", "§3", "S")
    assert standing(result(3.0, Comparison.SIMILAR, target=below)) is Standing.BELOW


def test_the_register_has_no_interval_and_no_talk_of_chance() -> None:
    short = result(50.0, Comparison.WORSE, lower=None, upper=None)
    assert wording.chance(short, ZH) == "未达目标"


def test_tally_adds_areas_and_gaps_worst_first() -> None:
    found = tally(
        [
            result(92.0, Comparison.BETTER, gap=0),
            result(60.0, Comparison.WORSE, gap=20),
            result(61.0, Comparison.WORSE, gap=19, organisation="520303"),
            result(None, Comparison.NOT_ASSESSABLE),
        ]
    )
    assert [(one.standing, len(one.areas), one.gap) for one in found] == [
        (Standing.BEHIND, 2, 39),
        (Standing.REACHED, 1, 0),
        (Standing.UNKNOWN, 1, 0),
    ]


def test_the_scale_holds_intervals_and_targets() -> None:
    low, high = scale([result(60.0, Comparison.WORSE), result(70.0, Comparison.WORSE)])
    assert low <= 55.0
    assert high >= 80.0
    assert scale([result(None, Comparison.NOT_ASSESSABLE, target=None)]) == (0.0, 1.0)


def test_the_own_interval_is_on_the_peers_scale_theirs_are_not() -> None:
    peers = [result(50.0, Comparison.WORSE, organisation="520303", lower=0.0, upper=100.0)]
    low, high = value_scale(peers, result(60.0, Comparison.WORSE))
    assert 45.0 < low <= 50.0
    assert 80.0 <= high < 85.0


def test_reports_add_up() -> None:
    assert reports_in([result(60.0, Comparison.WORSE), result(60.0, Comparison.WORSE, received=3)]) == (
        15,
        24,
    )


def test_numbers_have_units_separators_and_decimals() -> None:
    assert wording.value(result(77.04, Comparison.WORSE), SHARE, ZH) == "77.0%"
    assert wording.number(12345) == "12,345"
    assert wording.number(None) == "—"
    assert wording.with_unit("12", "/10万") == "12/10万"
    assert wording.with_unit("12", "per 1,000") == "12 per 1,000"
    assert wording.with_unit("—", "%") == "—"
    assert wording.interval(result(60.0, Comparison.WORSE), SHARE) == "55.0–65.0"


def test_the_gap_is_said_in_people() -> None:
    assert wording.gap(37, SHARE, ZH) == "还需 37 名孕妇"
    assert wording.gap(37, SHARE, EN) == "short by 37 women"
    fewer = SHARE.model_copy(update={"polarity": "lower", "people_zh": "名新生儿", "people_en": "newborns"})
    assert wording.gap(3, fewer, ZH) == "多出 3 名新生儿"
    assert wording.gap(0, SHARE, ZH) == ""
    assert wording.gap(None, SHARE, ZH) == ""


def test_a_target_says_what_and_by_when() -> None:
    assert wording.target(AIM, SHARE, ZH) == "≥ 80%"
    assert wording.target(None, SHARE, ZH) == "未设目标"
    assert wording.due(AIM, EN) == "due since 2025"


def test_almost_all_reports_are_never_called_all() -> None:
    assert wording.completeness(9999, 10000, ZH) == "9,999/10,000（99.9%）"
    assert wording.completeness(12, 12, EN) == "12/12 (100%)"
    assert wording.completeness(0, 0, ZH) == "无应报"
