import csv

from reference.registry import HOME


def test_names_of_the_guizhou_elements_are_unique_in_both_languages():
    with (HOME / "data_elements.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for column in ("code", "zh", "en"):
        names = [row[column] for row in rows]
        assert sorted(names) == sorted(set(names))


def test_stocks_take_the_last_value_and_events_add_up(registry):
    stocks = {"under7_children", "under3_children", "childcare_places", "resident_population", "women_15_49"}
    assert stocks <= registry.elements_that_last
    events = {"live_births", "maternal_deaths", "prenatal_screened_women", "severe_maternal_cases"}
    assert not events & registry.elements_that_last


def test_codes_of_a_code_element_carry_both_languages(registry):
    levels = registry.element("grade_level").code_list
    assert list(levels) == ["3", "2", "1", "0"]
    assert levels["3"] == ("三级", "Level three")
    assert registry.element("grade_class").code_list["none"] == ("未定等", "No class")
    assert registry.element("live_births").code_list == {}


def test_every_counted_element_has_a_unit_in_both_languages(registry):
    counted = [one for one in registry.elements.values() if one.kind in ("count", "amount")]
    assert [one.code for one in counted if not (one.unit_zh and one.unit_en)] == []
