import datetime as dt
import time

import pytest

from reference.registry import HOME, load_registry
from reference.strict import DefinitionError


def overlay(tmp_path, name, text):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return [tmp_path]


def test_everything_is_read_well_under_a_second():
    start = time.perf_counter()
    load_registry()
    assert time.perf_counter() - start < 0.5


def test_grades_on_record_are_few_and_say_how_sure_they_are(registry):
    on_record = {
        grade.institution: (grade.level, grade.grade_class, grade.verified) for grade in registry.grades
    }
    assert on_record == {
        "MCH520100": (3, "A", "partly"),
        "MCH520200": (3, "A", "partly"),
        "MCH520600": (3, "unknown", "partly"),
    }
    assert all(grade.source and grade.valid_from is None for grade in registry.grades)


def test_flagging_rules_are_dated(registry):
    assert registry.flagging(dt.date(2026, 10, 31)).minimum_reporting == 0.8
    assert registry.flagging(dt.date(2000, 1, 1)) == registry.flagging_rules[0]


def test_an_unknown_element_names_the_nearest(registry):
    with pytest.raises(DefinitionError, match="did you mean 'live_births'"):
        registry.element("live_birth")


ROW = "code,tree,level,kind,zh,en,parent,source,verified\n"


def test_an_overlay_adds_its_rows(tmp_path):
    text = f"{ROW}H1,guizhou,institution,hospital,某某医院,Some Hospital,520102,synthetic,no\n"
    registry = load_registry(overlay(tmp_path, "organisations.csv", text))
    assert registry.organisations.adds_into("H1") == ("H1", "520102", "520100", "520000")
    assert "MCH520102" in registry.organisations


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "organisations.csv",
            f"{ROW}H1,guizhou,hospitals,hospital,某院,H,520102,s,no\n",
            "unknown code 'hospitals'",
        ),
        (
            "organisations.csv",
            f"{ROW}H1,guizho,county,hospital,某院,H,520102,s,no\n",
            "did you mean 'guizhou'",
        ),
        (
            "organisations.csv",
            f"{ROW}H1,guizhou,county,hospital,某院,H,520199,s,no\n",
            "unknown parent '520199'",
        ),
        (
            "populations.csv",
            "organisation,element,on,value,source\n520102,resident_populations,2024-12-31,1,s\n",
            "did you mean 'resident_population'",
        ),
        (
            "institution_grades.csv",
            "institution,level,grade_class,source,verified\nMCH520199,3,A,s,no\n",
            "unknown code 'MCH520199'",
        ),
        (
            "data_elements.csv",
            "code,zh,en,topic\nlive_births,活产数,Live births,x\n",
            "'live_births' stands twice",
        ),
    ],
)
def test_a_row_that_speaks_of_what_is_not_there_is_refused(tmp_path, name, text, message):
    with pytest.raises(DefinitionError, match=message):
        load_registry(overlay(tmp_path, name, text))


def test_a_policy_file_is_named_by_its_code(tmp_path):
    text = (HOME / "policies" / "myopia_prevention_2018.toml").read_text(encoding="utf-8")
    with pytest.raises(DefinitionError, match="not the file's stem"):
        load_registry(overlay(tmp_path, "policies/other.toml", text))


def test_spells_of_one_code_must_not_overlap(tmp_path):
    text = f"{ROW}520102,guizhou,county,area,南明县,Nanming,520100,s,no\n"
    with pytest.raises(DefinitionError, match=r"520102.*overlap"):
        load_registry(overlay(tmp_path, "organisations.csv", text))
