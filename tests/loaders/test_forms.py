"""The shipped forms: what they bring, that no two of their wordings are mistaken for each other, that their checks can run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from loaders.forms import HOME, Check, Edition, Form, Forms, load_forms
from loaders.matching import Labels, words
from reference.registry import Registry
from reference.strict import DefinitionError

CODES = [
    "childcare_quarterly",
    "county_monthly",
    "deaths_monthly",
    "delivery_institution_monthly",
    "grade_register",
    "hmis_data_itemwise",
    "institution_resources_yearly",
    "newborn_screening_quarterly",
    "premarital_preconception_quarterly",
    "severe_maternal_cases",
    "severe_maternal_monthly",
    "severe_newborn_monthly",
    "women_screening_quarterly",
]

# What the two monthly returns are known to ask for, from the list of returns that the forms were made by.
DELIVERY = """parturient_women deliveries live_births live_births_male live_births_female live_births_unknown_sex
hospital_live_births vaginal_deliveries caesarean_live_births episiotomies labour_analgesia preterm_births
low_birth_weight_births macrosomic_births stillbirths asphyxiated_newborns postpartum_haemorrhages
severe_postpartum_haemorrhages severe_maternal_cases severe_maternal_rescued maternal_near_misses maternal_deaths
severe_newborns severe_newborns_rescued early_neonatal_deaths neonatal_deaths metabolic_screened_newborns
hearing_screened_newborns heart_screened_newborns heart_screen_positive heart_confirmed hiv_tested_women
syphilis_tested_women hbsag_tested_women prenatal_screened_women prenatal_screen_high_risk prenatal_diagnosed_women
prenatal_diagnosis_confirmed birth_defect_perinatal birth_certificates_issued"""
COUNTY = """live_births parturient_women parturient_registered antenatal_examined_women early_antenatal_examined_women
antenatal_five_visits_women haemoglobin_tested_women anaemic_women moderate_severe_anaemic_women hiv_tested_women
hiv_infected_women hiv_treated_women syphilis_tested_women syphilis_infected_women syphilis_treated_women
hbsag_tested_women hbsag_positive_women hbv_treated_women prenatal_screened_women prenatal_screen_high_risk
prenatal_diagnosed_women prenatal_diagnosis_confirmed high_risk_women high_risk_managed_women
high_risk_hospital_delivered systematically_managed_women postpartum_visited_women maternal_deaths
maternal_deaths_haemorrhage maternal_deaths_hypertension maternal_deaths_amniotic_embolism maternal_deaths_infection
maternal_deaths_heart_disease maternal_deaths_liver_disease maternal_deaths_other visited_newborns under7_children
under7_managed under3_children under3_managed eye_examined_children under5_weighed under5_measured
underweight_children stunted_children anaemic_children overweight_children obese_children under5_deaths infant_deaths
neonatal_deaths early_neonatal_deaths infants_breastfeeding_surveyed exclusively_breastfed"""


@pytest.fixture(scope="module")
def forms(registry: Registry) -> Forms:
    return load_forms(registry)


def edition_of(forms: Forms, code: str) -> Edition:
    return forms.get(code).editions[-1]


def test_the_shipped_forms_are_these(forms: Forms) -> None:
    assert sorted(forms.by_code) == CODES


@pytest.mark.parametrize(
    ("code", "asked"), [("delivery_institution_monthly", DELIVERY), ("county_monthly", COUNTY)]
)
def test_a_monthly_return_asks_for_everything_known_of_it(forms: Forms, code: str, asked: str) -> None:
    assert set(asked.split()) - set(edition_of(forms, code).elements) == set()


@pytest.mark.parametrize("code", CODES)
def test_each_cell_means_one_element(forms: Forms, code: str) -> None:
    fields = edition_of(forms, code).fields
    assert len({(one.element, one.category) for one in fields}) == len(fields)
    items = [one.item for one in fields if one.item]
    assert len(set(items)) == len(items)


@pytest.mark.parametrize("code", CODES)
def test_every_wording_is_understood_as_its_own_field(forms: Forms, code: str) -> None:
    edition = edition_of(forms, code)
    labels = Labels.of(edition)
    for one in edition.fields:
        head = [words(part) for part in one.header[:-1]]
        for path in ([*head, words(one.header[-1])], *([[words(text)] for text in one.synonyms])):
            match = labels.find(path, fuzzy=False)
            assert match is not None, f"{one.element}: {path} is not understood"
            assert match.field is one, f"{path} of {one.element} is taken for {match.field.element}"
        for text in one.synonyms:
            below = labels.find([*head, words(text)], fuzzy=False)
            assert below is not None
            assert below.field is one


@pytest.mark.parametrize("code", CODES)
def test_column_wordings_of_the_breakdowns_differ(forms: Forms, code: str) -> None:
    categories = edition_of(forms, code).categories
    wordings = [words(text) for one in categories for text in (one.header, *one.synonyms)]
    assert len(set(wordings)) == len(wordings)
    known = {one.code for one in categories}
    assert all(set(one.total_of) <= known for one in categories)


def named(check: Check) -> set[str]:
    compared = (
        [check.of] if check.of and check.kind != "agrees" else []
    )  # the other form brings what it agrees with
    return {check.element, *check.limit, *check.parts, *compared}


@pytest.mark.parametrize("code", CODES)
def test_checks_name_elements_of_their_own_form(forms: Forms, code: str) -> None:
    edition = edition_of(forms, code)
    for check in edition.checks:
        assert named(check) <= set(edition.elements), check.zh


@pytest.mark.parametrize("code", CODES)
def test_checks_say_what_they_need_and_say_it_once(forms: Forms, code: str) -> None:
    checks = edition_of(forms, code).checks
    needs = {
        "at_most": "limit",
        "sums_to": "parts",
        "implies": "parts",
        "ratio": "of",
        "change": "element",
        "agrees": "of",
    }
    assert all(getattr(check, needs[check.kind]) for check in checks)
    assert len({check.zh for check in checks}) == len({check.en for check in checks}) == len(checks)


@pytest.mark.parametrize("code", ["delivery_institution_monthly", "county_monthly"])
def test_screening_before_delivery_is_asked_about_and_not_refused(forms: Forms, code: str) -> None:
    (check,) = [
        one
        for one in edition_of(forms, code).checks
        if one.element == "prenatal_screened_women" and one.limit == ("parturient_women",)
    ]
    assert check.severity == "warning"


@pytest.mark.parametrize("code", ["delivery_institution_monthly", "county_monthly"])
def test_sexes_that_do_not_sum_are_refused(forms: Forms, code: str) -> None:
    (check,) = [
        one
        for one in edition_of(forms, code).checks
        if one.element == "live_births" and one.kind == "sums_to"
    ]
    assert (check.kind, check.severity) == ("sums_to", "error")
    assert set(check.parts) == {"live_births_male", "live_births_female", "live_births_unknown_sex"}


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("delivery_institution_monthly", "贵州省2026年10月助产机构工作月报"),
        ("county_monthly", "南明区妇幼健康工作月报表"),
        ("grade_register", "贵阳市妇幼保健机构等级登记表"),
        ("hmis_data_itemwise", "Data ItemWise Report for Andhra Pradesh"),
        ("severe_maternal_monthly", "危重孕产妇管理月报"),
        ("severe_maternal_cases", "危重孕产妇个案登记表"),
        ("severe_newborn_monthly", "2026年10月危重新生儿救治情况月报"),
        ("deaths_monthly", "孕产妇和5岁以下儿童死亡监测月报"),
        ("women_screening_quarterly", "南明区妇女常见病筛查和两癌检查季报表"),
        ("premarital_preconception_quarterly", "婚前医学检查和孕前保健情况统计表"),
        ("newborn_screening_quarterly", "新生儿疾病筛查季报"),
        ("institution_resources_yearly", "妇幼保健机构基本情况年报"),
        ("childcare_quarterly", "3岁以下婴幼儿托育服务情况统计表"),
    ],
)
def test_titles_tell_the_forms_apart(forms: Forms, code: str, title: str) -> None:
    def fits(form: Form) -> bool:
        return any(
            re.search(one, title, re.IGNORECASE) for edition in form.editions for one in edition.titles
        )

    assert [form.code for form in forms.by_code.values() if fits(form)] == [code]


def test_duties_follow_from_the_forms(forms: Forms, registry: Registry) -> None:
    nanming, institution = registry.organisations.get("520102"), registry.organisations.get("MCH520102")
    zone, district = registry.organisations.get("52GA00"), registry.organisations.get("IN-AP-GUNTUR")
    owed = {
        one.code: [form.code for form in forms.by_code.values() if form.duty.owed_by(one)]
        for one in (nanming, institution, zone, district)
    }
    county = [
        "childcare_quarterly",
        "county_monthly",
        "deaths_monthly",
        "newborn_screening_quarterly",
        "premarital_preconception_quarterly",
        "women_screening_quarterly",
    ]
    assert owed == {
        "520102": county,
        "MCH520102": [
            "delivery_institution_monthly",
            "grade_register",
            "institution_resources_yearly",
            "severe_maternal_cases",
            "severe_maternal_monthly",
            "severe_newborn_monthly",
        ],
        "52GA00": county,
        "IN-AP-GUNTUR": ["hmis_data_itemwise"],
    }


def is_ignored(edition: Edition, section: str, label: str, kind: str) -> bool:
    given = {"section": section, "header": label, "type": kind}
    return any(
        all(re.search(getattr(one, key), text) for key, text in given.items() if getattr(one, key))
        for one in edition.ignored
    )


@pytest.mark.parametrize(
    ("section", "label", "kind", "ignored"),
    [
        ("M14 [Patient Services]", "Outpatient - Diabetes", "TOTAL", True),
        ("M14 [Patient Services]", "Outborn – Male", "TOTAL", False),
        ("M14 [Patient Services]", "Number of deaths occurring at Emergency Department", "TOTAL", True),
        ("M14 [Patient Services]", "Number of deaths occurring at SNCU", "TOTAL", False),
        ("M16 [Details of deaths]", "Number of Deaths due to Dengue", "TOTAL", True),
        ("M16 [Details of deaths]", "Number of Adolscent / Adult deaths due to Suicide", "TOTAL", True),
        ("M16 [Details of deaths]", "Number of Maternal Deaths due to Bleeding", "TOTAL", False),
        ("M17 [Vaccines]", "BCG", "2. Stocks Received", True),
        ("M1 [Ante Natal Care (ANC)]", "Number of PW tested positive for GDM", "TOTAL", False),
        ("M10 [Childhood Diseases]", "Childhood Diseases - Pneumonia", "TOTAL", True),
        (
            "M24 [Maternal Death Reviews (MDR) Done]",
            "Total Maternal Deaths Reviewed (MDR) by CMO",
            "TOTAL",
            False,
        ),
    ],
)
def test_the_indian_form_leaves_out_what_it_says(
    forms: Forms, section: str, label: str, kind: str, ignored: bool
) -> None:
    assert is_ignored(edition_of(forms, "hmis_data_itemwise"), section, label, kind) is ignored


def test_no_field_of_a_form_is_among_its_exceptions(forms: Forms) -> None:
    edition = edition_of(forms, "hmis_data_itemwise")
    lost = [one.item for one in edition.fields if is_ignored(edition, one.section, one.header[-1], one.type)]
    assert lost == []


def test_every_exception_gives_its_reason(forms: Forms) -> None:
    for form in forms.by_code.values():
        assert all(len(one.why) > 10 for edition in form.editions for one in edition.ignored)


def test_andhra_pradesh_has_its_districts_of_2022(registry: Registry) -> None:
    # Thirteen districts until 3 April 2022, twenty-six from 4 April 2022.
    districts = [one for one in registry.organisations.all if one.tree == "india" and one.level == "district"]
    new = [one for one in districts if one.valid_from is not None]
    assert (len(districts), len(new)) == (26, 13)
    assert {str(one.valid_from) for one in new} == {"2022-04-04"}
    assert {one.parent for one in districts} == {"IN-AP"}


def test_an_element_is_brought_by_one_form_only(registry: Registry, tmp_path: Path) -> None:
    """Totals are sums over forms: the same element from two of them would be counted twice."""
    source = (HOME / "childcare_quarterly.toml").read_text(encoding="utf-8")
    (tmp_path / "childcare_again.toml").write_text(
        source.replace('code = "childcare_quarterly"', 'code = "childcare_again"'), encoding="utf-8"
    )
    with pytest.raises(
        DefinitionError, match=r"childcare_again\.toml.* both bring 'childcare_.*counted twice"
    ):
        load_forms(registry, (HOME, tmp_path))
