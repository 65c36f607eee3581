import datetime as dt
import tomllib

import pytest

from reference.calendar import CalendarRules
from reference.reporting import Duty, due_day, duties_for, ends_in, late_from, owing
from reference.strict import DefinitionError, validate


def duty(*reported_by, tree="guizhou", frequency="month", **more):
    fields = {
        "basis": "residence",
        "due_days": 5,
        "latest_hierarchy": False,
        "elements": frozenset({"live_births"}),
    }
    return Duty(form="f", tree=tree, frequency=frequency, reported_by=reported_by, **(fields | more))


@pytest.fixture(scope="module")
def tree(registry):
    return registry.organisations


def test_every_county_owes_its_month_and_the_new_area_does_not(tree):
    owed = {one.code for one in owing(duty("county"), tree, 202610)}
    assert len(owed) == 88
    assert "52GA00" not in owed


def test_a_county_owes_only_while_it_exists(tree):
    before = {one.code for one in owing(duty("county"), tree, 201210)}
    after = {one.code for one in owing(duty("county"), tree, 201211)}
    assert before - after == {"520114"}  # 小河区
    assert after - before == {"520115"}  # 观山湖区


def test_a_renamed_county_owed_under_its_former_name(tree):
    owed = {one.code: one.zh for one in owing(duty("county"), tree, 201906)}
    assert owed["520204"] == "水城县"


def test_todays_hierarchy_is_held_to_old_months_where_the_form_prints_it(tree):
    owed = {one.code for one in owing(duty("county", latest_hierarchy=True), tree, 201001)}
    assert "520115" in owed
    assert "520114" not in owed


def test_duties_are_chosen_by_tree_basis_and_element():
    ours, births = duty("county"), duty("mch", basis="occurrence")
    assert duties_for([ours, births], "guizhou", "occurrence", ["live_births"]) == (births,)
    assert duties_for([ours, births], "guizhou", "residence", ["maternal_deaths"]) == ()
    assert duties_for([ours], "india", "residence", ["live_births"]) == ()
    assert [duty("county", frequency=name).span for name in ("month", "quarter", "year", "change")] == [
        1,
        3,
        12,
        0,
    ]


def test_kinds_owe_as_levels_do(tree):
    on = dt.date(2026, 10, 31)
    mch = [one for one in tree.at_level("institution", on=on) if one.kind == "mch"]
    assert len(owing(duty("mch"), tree, 202610)) == len(mch) == 98


def rules(text):
    return validate(tomllib.loads(text), CalendarRules, "calendar.toml")


WHY = 'reason_zh = "因"\nreason_en = "why"\nsource = "letter"\n'


@pytest.mark.parametrize(
    ("month", "due"),
    [
        (202510, dt.date(2025, 11, 5)),  # the ordinary fifth
        (202512, dt.date(2026, 1, 5)),  # over the year's end
        (202509, dt.date(2025, 10, 9)),  # 1 to 8 October 2025 were holidays
        (202609, dt.date(2026, 10, 8)),  # 1 to 7 October 2026
        (202404, dt.date(2024, 5, 6)),  # 1 to 5 May 2024
        (202503, dt.date(2025, 4, 7)),  # 4 to 6 April 2025
    ],
)
def test_the_month_is_due_on_the_fifth_or_after_the_holiday(registry, month, due):
    assert due_day(duty("county"), month, registry.calendar) == due


def test_a_holiday_moves_only_deadlines_that_fall_on_it(registry):
    assert due_day(duty("county", due_days=15), 202509, registry.calendar) == dt.date(2025, 10, 15)
    assert due_day(duty("county", tree="india"), 202509, registry.calendar) == dt.date(2025, 10, 5)


def test_another_due_day_holds_from_its_month_to_its_end():
    eight = rules('[[due_days]]\nform = "f"\nfrom = 202603\nto = 202604\ndays = 8\nsource = "letter"\n')
    dues = [due_day(duty("county"), month, eight).day for month in (202602, 202603, 202604, 202605)]
    assert dues == [5, 8, 8, 5]
    assert due_day(duty("county"), 202603, rules("")).day == 5


def test_a_moved_deadline_is_the_form_s_own():
    moved = rules(f'[[moved]]\nform = "f"\nmonth = 202601\ndue = 2026-02-20\n{WHY}')
    assert due_day(duty("county"), 202601, moved) == dt.date(2026, 2, 20)
    assert due_day(duty("county"), 202602, moved) == dt.date(2026, 3, 5)


def test_who_is_released_owes_nothing_meanwhile(tree):
    released = rules(f'[[released]]\nform = "f"\norganisation = "520102"\nfrom = 202602\nto = 202603\n{WHY}')
    counts = [len(owing(duty("county"), tree, month, released)) for month in (202601, 202602, 202603, 202604)]
    assert counts == [88, 87, 87, 88]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f'[[moved]]\nform = "f"\nmonth = 202613\ndue = 2027-02-01\n{WHY}', "not a month"),
        (f'[[moved]]\nform = "f"\nmonth = 202601\ndue = 2026-01-31\n{WHY}', "before its month is over"),
        (
            f'[[released]]\nform = "f"\norganisation = "X"\nfrom = 202602\nto = 202601\n{WHY}',
            "before it begins",
        ),
        (
            f'[[holidays]]\ntree = "t"\nfirst = 2026-05-01\nlast = 2026-05-05\ndue = 2026-05-05\n{WHY}',
            "order",
        ),
        ('[[due_days]]\nform = "f"\nfrm = 202601\ndays = 8\nsource = "s"\n', "missing key 'due_days.0.from'"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(text, fault):
    with pytest.raises(DefinitionError, match=fault):
        rules(text)


def test_reports_end_with_the_last_month_of_their_period():
    ends = {
        name: [m for m in range(202601, 202613) if ends_in(duty("county", frequency=name), m)]
        for name in ("month", "quarter", "year", "change")
    }
    assert ends["month"] == list(range(202601, 202613))
    assert ends["quarter"] == [202603, 202606, 202609, 202612]
    assert ends["year"] == [202612]
    assert ends["change"] == []


def test_late_begins_at_midnight_in_china():
    assert late_from(dt.date(2026, 11, 5)).astimezone(dt.UTC) == dt.datetime(2026, 11, 5, 16, tzinfo=dt.UTC)
