import datetime as dt

import pytest

from reference.policies import Milestone, Policy, Target, in_force

DAY = dt.date


def make(value, by, *, published=DAY(2021, 1, 1), levels=("county",), **more):
    target = Target(
        indicator="x",
        levels=levels,
        operator=">=",
        value=value,
        by=by,
        valid_from=published,
        clause="1",
        mark="S",
        **more,
    )
    return Policy(
        code="p", zh="p", en="p", issuer="", published=published, source="", mark="S", targets=(target,)
    )


@pytest.mark.parametrize(
    ("level", "on", "value", "due", "ahead"),
    [
        # the Guizhou plan: 80% by 2025 at three levels; the national plan of 2023: 90% by 2027 for the province
        ("province", DAY(2022, 6, 30), 80, False, None),
        ("province", DAY(2024, 6, 30), 80, False, 90),
        ("province", DAY(2025, 12, 30), 80, False, 90),
        ("province", DAY(2025, 12, 31), 80, True, 90),
        ("province", DAY(2026, 10, 31), 80, True, 90),
        ("province", DAY(2027, 12, 31), 90, True, None),
        ("prefecture", DAY(2026, 10, 31), 80, True, None),
        ("county", DAY(2026, 10, 31), 80, True, None),
        ("county", DAY(2028, 10, 31), 80, True, None),
    ],
)
def test_prenatal_screening(registry, level, on, value, due, ahead):
    found = registry.target("prenatal_screening_coverage", level, on)
    assert (found.target.value, found.due) == (value, due)
    assert (found.ahead[0].value if found.ahead else None) == ahead


def test_no_target_before_its_document_nor_for_another_level_or_tree(registry):
    assert registry.target("prenatal_screening_coverage", "province", DAY(2021, 12, 18)) is None
    assert registry.target("prenatal_screening_coverage", "institution", DAY(2026, 10, 31)) is None
    assert registry.target("prenatal_screening_coverage", "province", DAY(2026, 10, 31), "india") is None


@pytest.mark.parametrize(
    ("indicator", "level", "operator", "value", "by"),
    [
        ("provincial_prefecture_level3_share", "province", ">=", 100, 2025),
        ("county_level2a_share", "province", ">=", 60, 2025),
        ("childcare_places_per_1000", "prefecture", ">=", 3, 2025),
        ("maternal_mortality_ratio", "province", "<=", 12, 2030),
        ("newborn_visit_rate", "county", ">=", 90, 2017),
        ("hiv_testing_rate", "county", ">=", 95, 2022),
        ("cervical_cancer_screening_rate", "province", ">=", 50, 2025),
    ],
)
def test_other_targets_at_the_end_of_october_2026(registry, indicator, level, operator, value, by):
    target = registry.target(indicator, level, DAY(2026, 10, 31)).target
    assert (target.operator, target.value, target.by.year) == (operator, value, by)


def test_the_later_document_speaks_where_two_name_the_same_year(registry):
    found = registry.target("maternal_mortality_ratio", "province", DAY(2026, 10, 31))
    assert found.policy.code == "women_outline_2021"
    assert (
        registry.target("maternal_mortality_ratio", "province", DAY(2020, 1, 1)).policy.code
        == "healthy_china_2030"
    )


def test_marks_are_carried(registry):
    marks = {
        (target.indicator, target.by.year): target.mark
        for policy in registry.policies
        for target in policy.targets
    }
    assert marks["prenatal_screening_coverage", 2025] == "S"
    assert marks["maternal_mortality_ratio", 2030] == "K"
    assert marks["under3_management_rate", 2030] == "?"
    assert set(marks.values()) == {"S", "K", "?"}
    assert all(target.clause for policy in registry.policies for target in policy.targets)


def test_an_ended_target_no_longer_counts():
    policies = [make(80, DAY(2025, 12, 31), valid_to=DAY(2026, 6, 30))]
    assert in_force(policies, "x", "county", DAY(2026, 6, 30)).target.value == 80
    assert in_force(policies, "x", "county", DAY(2026, 7, 1)) is None


def test_a_later_document_replaces_a_target_of_the_same_day_whatever_the_order():
    old, new = make(80, DAY(2025, 12, 31)), make(85, DAY(2025, 12, 31), published=DAY(2023, 1, 1))
    for policies in ([old, new], [new, old]):
        assert in_force(policies, "x", "county", DAY(2024, 1, 1)).target.value == 85
        assert in_force(policies, "x", "county", DAY(2026, 1, 1)).ahead is None
        assert in_force(policies, "x", "county", DAY(2022, 1, 1)).target.value == 80


def test_the_one_ahead_is_the_next_one():
    policies = [make(value, DAY(year, 12, 31)) for value, year in ((95, 2030), (80, 2025), (90, 2027))]
    values = {
        on: (found.target.value, found.ahead[0].value if found.ahead else None)
        for on in (DAY(2024, 1, 1), DAY(2026, 1, 1), DAY(2028, 1, 1), DAY(2031, 1, 1))
        if (found := in_force(policies, "x", "county", on))
    }
    assert list(values.values()) == [(80, 90), (80, 90), (90, 95), (95, None)]


def test_met_at_the_edge():
    at_least = make(80, DAY(2025, 12, 31)).targets[0]
    assert at_least.met(80)
    assert not at_least.met(79.999)
    below = at_least.model_copy(update={"operator": "<"})
    assert not below.met(80)
    assert below.met(79.999)


def test_the_path_is_linear_between_its_points():
    path = (
        Milestone(on=DAY(2021, 1, 1), value=60, source="s"),
        Milestone(on=DAY(2023, 1, 1), value=70, source="s"),
    )
    target = make(80, DAY(2025, 1, 1), path=path).targets[0]
    assert target.expected(DAY(2020, 12, 31)) is None
    assert target.expected(DAY(2021, 1, 1)) == 60
    assert target.expected(DAY(2022, 1, 1)) == 65  # 365 of 730 days
    assert target.expected(DAY(2023, 1, 1)) == 70
    # 2023-01-01 to 2025-01-01 is 731 days; 2024-01-01 is day 365
    assert target.expected(DAY(2024, 1, 1)) == pytest.approx(70 + 10 * 365 / 731)
    assert target.expected(DAY(2026, 1, 1)) == 80
    assert make(80, DAY(2025, 1, 1)).targets[0].expected(DAY(2024, 1, 1)) is None
