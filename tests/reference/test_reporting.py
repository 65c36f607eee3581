import datetime as dt

import pytest

from reference.reporting import Duty, duties_for, owing


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
