import pytest

# 贵州省第七次全国人口普查公报（第二号）, the nine prefectures: printed apart from the book that the rows come from
BULLETIN = {
    "520100": 5_987_018,
    "520200": 3_031_602,
    "520300": 6_606_675,
    "520400": 2_470_630,
    "520500": 6_899_636,
    "520600": 3_298_468,
    "522300": 3_015_112,
    "522600": 3_758_622,
    "522700": 3_494_385,
}
CENSUS = ("resident_population", "population_male", "population_female", "women_15_49", "population_age_0")


@pytest.fixture(scope="module")
def counts(registry):
    return {(row.organisation, row.element): row.value for row in registry.populations if row.on.year == 2020}


def test_the_province_has_its_published_totals(counts):
    assert counts["520000", "resident_population"] == 38_562_148
    assert counts["520000", "women_15_49"] == 8_870_131
    assert counts["520000", "population_age_0"] == 525_380


def test_the_prefectures_agree_with_the_bulletin(counts):
    assert {code: counts[code, "resident_population"] for code in BULLETIN} == BULLETIN


@pytest.mark.parametrize("element", [*CENSUS, "population_age_1_4", "population_age_0_14"])
def test_counties_sum_to_prefectures_and_those_to_the_province(registry, counts, element):
    tree = registry.organisations
    for area in (*tree.at_level("province"), *tree.at_level("prefecture")):
        below = [one.code for one in tree.children(area.code) if one.kind == "area"]
        assert sum(counts[code, element] for code in below) == counts[area.code, element]


def test_men_and_women_are_all(registry, counts):
    for area in registry.organisations.at_level("county"):
        both = counts[area.code, "population_male"] + counts[area.code, "population_female"]
        assert both == counts[area.code, "resident_population"]


def test_every_row_is_sourced_and_dated_on_the_census_day(registry):
    rows = [row for row in registry.populations if row.organisation.startswith("52")]
    assert len(rows) == 98 * 7
    assert {(row.on.month, row.on.day) for row in rows} == {(11, 1)}
    assert all("978-7-5037-9772-9" in row.source for row in rows)
