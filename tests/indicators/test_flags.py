"""Flags over a few hand-made returns: who is named, who is not, and in which words."""

from __future__ import annotations

import pytest

from indicators.flags import find_flags
from indicators.wording import amount, grade_name, sentences
from reference.periods import month_add, month_range
from reference.strict import DefinitionError

LAST = 202610
YEAR = [month_add(LAST, -back) for back in range(11, -1, -1)]
SCREENING = "prenatal_screening_coverage"
HONGHUAGANG, HUICHUAN, BOZHOU, TONGZI = "520302", "520303", "520304", "520322"
PERIOD = month_range(YEAR[0], LAST)


@pytest.fixture
def context(sender):
    """A hundred women deliver each month: 60, 79 and 105 of them screened; a fourth county fell silent after three months."""
    for county, screened in ((HONGHUAGANG, 60), (HUICHUAN, 79), (BOZHOU, 105)):
        sender.returns(county, YEAR, parturient_women=100, prenatal_screened_women=screened)
    sender.returns(TONGZI, YEAR[:3], parturient_women=100, prenatal_screened_women=85)
    return sender.context


def flags(context, *counties):
    return find_flags(context, counties or (HONGHUAGANG, HUICHUAN, BOZHOU, TONGZI), PERIOD, [SCREENING])


def test_each_is_named_once_and_for_its_own_reason(context):
    found = {(one.organisation, one.kind) for one in flags(context)}
    assert found == {
        (HONGHUAGANG, "behind_target"),
        (BOZHOU, "implausible"),
        (TONGZI, "not_assessable"),
    }


def test_behind_says_all_its_numbers(context):
    """720 of 1,200 is 60%; 80% of 1,200 is 960, so 240 more.

    Wilson by hand: (720 + 1.9207)/1203.8415 = 0.59968; ± 1.959964/1203.8415 × √(288 + 0.9604) = 0.02768: 57.2–62.7%.
    """
    (flag,) = flags(context, HONGHUAGANG)
    assert (flag.gap, flag.severity) == (240, 1)
    assert (flag.numbers["numerator"], flag.numbers["denominator"]) == (720, 1200)
    for words in (
        "红花岗区",
        "产前筛查率",
        "60.0%",
        "720/1,200",
        "低于80.0%的目标",
        "95%区间57.2%～62.7%",
        "240名孕产妇",
    ):
        assert words in flag.sentence("zh")
    for words in (
        "Honghuagang",
        "60.0%",
        "720/1,200",
        "80.0%",
        "95% interval 57.2% to 62.7%",
        "240 more women",
    ):
        assert words in flag.sentence("en")


def test_below_target_by_chance_is_no_flag(context):
    """948 of 1,200 is 79.0%, but Wilson's upper limit is above 80% (81.2%)."""
    assert flags(context, HUICHUAN) == []


def test_implausible_names_both_counts(context):
    (flag,) = flags(context, BOZHOU)
    assert (flag.kind, flag.gap) == ("implausible", 60)
    for words in ("播州区", "105.0%", "1,260/1,200", "分子多出60", "产前筛查人数", "产妇数"):
        assert words in flag.sentence("zh")


def test_missing_reports_say_how_many_of_how_many_and_since_when(context):
    """Three of twelve months, the last of them January 2026 (the year began in November 2025)."""
    (flag,) = flags(context, TONGZI)
    assert flag.severity == 1
    assert (flag.numbers["received"], flag.numbers["expected"]) == (3, 12)
    assert (flag.gap, flag.gap_unit) == (9, "reports")
    for words in ("桐梓县", "12份次", "3份次", "还缺9份次", "25%", "2026年1月"):
        assert words in flag.sentence("zh")


def test_a_county_that_never_reported_is_named_too(context):
    (flag,) = flags(context, "520323")
    assert flag.numbers["received"] == 0
    assert sentences()["never"].zh in flag.sentence("zh")
    assert sentences()["never"].en in flag.sentence("en")


def test_one_silence_is_one_flag_however_many_indicators_suffer(sender):
    """No screening at all and three months of deaths: both indicators suffer, the worse count is told."""
    sender.returns(HONGHUAGANG, YEAR, live_births=100, maternal_deaths=0)
    sender.returns(TONGZI, YEAR[:3], live_births=100, maternal_deaths=0)
    found = find_flags(sender.context, [TONGZI], PERIOD, [SCREENING, "maternal_mortality_ratio"])
    silent = [one for one in found if one.kind == "not_assessable"]
    assert len(silent) == 1
    assert (silent[0].numbers["received"], silent[0].numbers["indicators"]) == (0, 2)


def test_the_most_severe_come_first_then_the_widest_gap(sender):
    sender.returns(HONGHUAGANG, YEAR, parturient_women=100, prenatal_screened_women=60)
    sender.returns(HUICHUAN, YEAR, parturient_women=100, prenatal_screened_women=40)
    # 74%: Wilson's upper limit 76.4% is 4.5% short of 80%.
    sender.returns(BOZHOU, YEAR, parturient_women=100, prenatal_screened_women=74)
    found = find_flags(sender.context, [HONGHUAGANG, HUICHUAN, BOZHOU], PERIOD, [SCREENING])
    assert [(one.organisation, one.severity, one.gap) for one in found] == [
        (HUICHUAN, 1, 480),
        (HONGHUAGANG, 1, 240),
        (BOZHOU, 3, 72),
    ]


def test_too_few_events_are_no_flag(sender):
    """One death in 1,200 births is 83 per 100,000 against 12, with exact limits from 2.1 up: chance explains it."""
    sender.returns(HONGHUAGANG, YEAR[:11], live_births=100, maternal_deaths=0)
    sender.returns(HONGHUAGANG, YEAR[11:], live_births=100, maternal_deaths=1)
    assert find_flags(sender.context, [HONGHUAGANG], PERIOD, ["maternal_mortality_ratio"]) == []


@pytest.mark.parametrize(("last", "kinds"), [(202511, []), (202512, ["behind_target"])])
def test_a_target_still_ahead_flags_nobody(sender, last, kinds):
    """The plan's 80% are due on 31 December 2025: 60% is behind from that day, and not the month before."""
    months = [month_add(last, -back) for back in range(11, -1, -1)]
    sender.returns(HONGHUAGANG, months, parturient_women=100, prenatal_screened_women=60)
    found = find_flags(sender.context, [HONGHUAGANG], month_range(months[0], last), [SCREENING])
    assert [one.kind for one in found] == kinds


def test_an_unknown_indicator_is_refused_by_name(context):
    with pytest.raises(DefinitionError, match=SCREENING):
        find_flags(context, [HONGHUAGANG], PERIOD, ["prenatal_screening_coverag"])


@pytest.mark.parametrize(
    ("row", "kind", "stood", "words"),
    [
        (
            {"level": "2", "class": "A", "valid_to": "2026-12-31"},
            "grade_expiring",
            10,
            ["二级甲等", "2026年12月31日", "61天", "已持续10个月"],
        ),
        ({"level": "2", "class": "A", "valid_to": "2026-06-30"}, "grade_expired", 4, ["2026年6月30日", "已持续4个月"]),
        ({"level": "2", "class": "B", "valid_to": "2029-06-30"}, "grade_lacking", 10, ["二级乙等", "二级甲等"]),
        ({"level": "2", "class": "A", "status": "withdrawn"}, "grade_lacking", 10, ["二级甲等", "撤销"]),
        ({"level": "0", "status": "not_graded"}, "grade_lacking", 10, ["未定级"]),
    ],
)  # fmt: skip
def test_grades_that_end_or_lack(sender, row, kind, stood, words):
    """On the register since January; the period ends in October. One that only ends soon lacks nothing yet."""
    sender.grades(202601, {"MCH520302": {"status": "graded"} | row})
    (flag,) = find_flags(sender.context, [HONGHUAGANG], PERIOD, ["county_level2a_share"])
    assert (flag.kind, flag.subject, flag.organisation) == (kind, "MCH520302", HONGHUAGANG)
    assert (flag.stood, flag.gap, flag.gap_unit) == (stood, int(kind != "grade_expiring"), "institutions")
    assert flag.gap_before == flag.gap
    assert [word for word in words if word not in flag.sentence("zh")] == []
    assert "None" not in flag.sentence("zh") + flag.sentence("en")


def test_a_grade_that_fell_this_month_says_what_it_was(sender):
    graded = {"status": "graded", "valid_to": "2029-06-30", "level": "2"}
    sender.grades(202601, {"MCH520302": {**graded, "class": "A"}})
    sender.grades(202610, {"MCH520302": {**graded, "class": "B"}})
    (flag,) = find_flags(sender.context, [HONGHUAGANG], PERIOD, ["county_level2a_share"])
    assert (flag.kind, flag.stood, flag.gap, flag.gap_before) == ("grade_lacking", 1, 1, 0)
    assert flag.sentence("zh").endswith("未达到二级甲等的目标。本月新出现。上月为二级甲等。")
    assert flag.sentence("en").endswith("New this month. A month ago it was level two class A.")


def test_a_grade_at_target_and_one_not_on_record_are_no_flags(sender):
    sender.grades(
        202601, {"MCH520302": {"level": "2", "class": "A", "status": "graded", "valid_to": "2029-06-30"}}
    )
    assert find_flags(sender.context, [HONGHUAGANG, HUICHUAN], PERIOD, ["county_level2a_share"]) == []


def test_every_sentence_has_the_same_words_to_fill_in_both_languages():
    from string import Formatter

    for kind, sentence in sentences().items():
        zh, en = (
            {name for _, name, _, _ in Formatter().parse(text) if name} for text in (sentence.zh, sentence.en)
        )
        assert zh == en, kind


def test_amounts_and_grades_in_words(context):
    ratio = context.catalogue.get("maternal_mortality_ratio")
    assert amount(ratio, 12.381, "zh") == "12.4/10万"
    assert amount(ratio, 12.381, "en") == "12.4 per 100,000"
    assert amount(ratio, None, "en") == "—"
    assert grade_name(2, "A", "zh") == "二级甲等"
    assert grade_name(3, "none", "en") == "level three no class"
    assert grade_name(None, "", "zh") == "等级未登记"
