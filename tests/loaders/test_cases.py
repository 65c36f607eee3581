"""Lists of cases: counted as a person would count them, refused at the cell, and no person in them."""

from __future__ import annotations

import datetime as dt
import io
import random
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.forms import load_forms
from loaders.intake import Desk, check_content
from loaders.outcome import Outcome
from loaders.template import TemplateRow, write_template
from reference import periods
from reference.registry import Registry
from reference.strict import DefinitionError

FORM = "severe_maternal_cases"
HERE, THERE = "MCH520102", "MCH520103"
TODAY = dt.date(2026, 11, 20)
SOUND: Mapping[str, int | str] = {
    "case_discharge_month": "2026-10-01",
    "case_age_group": "25",
    "case_gestational_weeks": 38,
    "case_risk_grade": "red",
    "case_near_miss": "0",
    "case_cause": "haemorrhage",
    "case_referred_in": "0",
    "case_outcome": "recovered",
}
# Columns: A code, B name, then the fields in the order of the form.
CELL = {"case_number": "C", "case_discharge_month": "D", "case_risk_grade": "L", "case_near_miss": "T"}
FIRST_ROW = 9


@pytest.fixture(scope="module")
def desk(registry: Registry) -> Desk:
    return Desk(registry, load_forms(registry), today=TODAY)


def listed(desk: Desk, *cases: Mapping[str, int | str], period: str = "2026-10", sender: str = HERE) -> bytes:
    """A workbook of the template with these cases; `organisation` in a case names its institution."""
    rows = []
    for number, case in enumerate(cases, 1):
        contents = {**SOUND, "case_number": f"第{number}例", **case}
        organisation = str(contents.pop("organisation", HERE))
        rows.append(TemplateRow(organisation, {(code, ""): value for code, value in contents.items()}))
    target = io.BytesIO()
    write_template(
        desk.forms.get(FORM),
        desk.registry,
        target,
        on=TODAY,
        organisation=sender,
        period=periods.parse(period) if period else None,
        rows=rows,
    )
    return target.getvalue()


def counts(outcome: Outcome) -> dict[tuple[str, int], dict[str, int | None]]:
    return {
        (one.organisation, one.last): {reading.element: reading.value for reading in one.readings}
        for one in outcome.returns
    }


def told(outcome: Outcome) -> list[tuple[str, str]]:
    return [(one.code, one.cell) for one in outcome.issues]


def test_cases_are_counted_by_institution_and_month(desk: Desk) -> None:
    content = listed(
        desk,
        {
            "case_near_miss": "1",
            "case_who_uterine": "1",
            "case_hysterectomy": "1",
            "case_transfused_ml": 1000,
        },
        {"case_outcome": "died", "case_cause": "sepsis"},
        {"case_referred_in": "1", "case_minutes_to_treatment": 31},
        {"organisation": THERE, "case_minutes_to_treatment": 30, "case_risk_grade": "none"},
        period="",
    )
    outcome = check_content(content, "x.xlsx", desk)
    assert told(outcome) == []
    here, there = counts(outcome)[HERE, 202610], counts(outcome)[THERE, 202610]
    assert here["listed_severe_cases"] == 3
    assert here["listed_near_misses"] == 1
    assert here["listed_maternal_deaths"] == 1
    assert here["listed_referred_in"] == 1
    assert (here["listed_timed"], here["listed_treated_in_30_minutes"]) == (1, 0)
    assert (there["listed_timed"], there["listed_treated_in_30_minutes"]) == (1, 1)
    assert (here["listed_risk_assessed"], there["listed_risk_assessed"]) == (3, 0)
    assert (here["listed_massive_transfusion"], here["listed_hysterectomy"]) == (1, 1)
    assert (here["listed_cause_haemorrhage"], here["listed_cause_sepsis"]) == (2, 1)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 60))
def test_counts_agree_with_counting_by_hand(desk: Desk, seed: int, size: int) -> None:
    draw = random.Random(seed)
    cases = [
        {
            "organisation": draw.choice([HERE, THERE]),
            "case_discharge_month": f"2026-{draw.randint(1, 10):02d}-01",
            "case_cause": draw.choice(["haemorrhage", "sepsis", "heart"]),
            "case_outcome": draw.choice(["recovered", "died"]),
            "case_near_miss": draw.choice(["0", "1"]),
            "case_who_renal": "1",
        }
        for _ in range(size)
    ]
    for case in cases:
        case["case_who_renal"] = case["case_near_miss"]
    outcome = check_content(listed(desk, *cases, period=""), "x.xlsx", desk)
    assert told(outcome) == []
    places = [
        (str(case["organisation"]), int(str(case["case_discharge_month"])[:7].replace("-", "")))
        for case in cases
    ]
    all_cases = Counter(places)
    deaths = Counter(
        place for place, case in zip(places, cases, strict=True) if case["case_outcome"] == "died"
    )
    near = Counter(
        place
        for place, case in zip(places, cases, strict=True)
        if case["case_near_miss"] == "1" and case["case_outcome"] != "died"
    )
    found = counts(outcome)
    assert {place: one["listed_severe_cases"] for place, one in found.items()} == dict(all_cases)
    assert {
        place: one["listed_maternal_deaths"] for place, one in found.items() if one["listed_maternal_deaths"]
    } == dict(deaths)
    assert {
        place: one["listed_near_misses"] for place, one in found.items() if one["listed_near_misses"]
    } == dict(near)


@pytest.mark.parametrize(
    ("case", "issue"),
    [
        ({"case_risk_grade": "黑"}, ("not_in_list", "L10")),
        ({"case_number": "第1例"}, ("case_repeated", "C10")),
        ({"case_number": ""}, ("case_without_number", "C10")),
        ({"case_discharge_month": "2026-09-01"}, ("case_outside_period", "D10")),
        ({"case_discharge_month": ""}, ("case_month_missing", "D10")),
        ({"case_discharge_month": "十月份"}, ("not_a_date", "D10")),
        ({"case_discharge_month": "2026-12-01"}, ("case_in_future", "D10")),
        ({"case_who_renal": "1"}, ("case_rule_broken", "T10")),
        ({"case_gestational_weeks": "三十八"}, ("not_a_number", "G10")),
        ({"case_cause": ""}, ("required_missing", "U10")),
        ({"case_outcome": "transferred"}, ("case_rule_broken", "X10")),
        ({"case_referred_in": "1"}, ("case_rule_doubtful", "Y10")),
        ({"organisation": "MCH999999"}, None),
    ],
    ids=str,
)
def test_one_fault_one_issue_at_its_cell(
    desk: Desk, case: Mapping[str, int | str], issue: tuple[str, str] | None
) -> None:
    if issue is None:
        content = openpyxl.load_workbook(io.BytesIO(listed(desk, {}, {})))
        content.worksheets[0]["A10"], content.worksheets[0]["B10"] = "MCH999999", "某某医院"
        target = io.BytesIO()
        content.save(target)
        assert told(check_content(target.getvalue(), "x.xlsx", desk)) == [("organisation_unknown", "B10")]
        return
    assert told(check_content(listed(desk, {}, case), "x.xlsx", desk)) == [issue]


@pytest.mark.parametrize(("header", "place"), [("备注", "备注栏（{}列）"), ("其他", "批注")])
def test_words_in_a_column_of_numbers_are_sent_to_the_remarks(desk: Desk, header: str, place: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(listed(desk, {}, {"case_gestational_weeks": "38（双胎）"})))
    sheet = book.worksheets[0]
    column = sheet.cell(5, sheet.max_column + 1, header).column_letter
    target = io.BytesIO()
    book.save(target)
    (issue,) = [
        one for one in check_content(target.getvalue(), "x.xlsx", desk).issues if one.severity == "error"
    ]
    assert (issue.code, issue.cell) == ("number_with_remark", "G10")
    assert "38" in issue.mend("zh")
    assert place.format(column) in issue.mend("zh")


def test_a_month_without_cases_must_be_said(desk: Desk) -> None:
    blank = openpyxl.load_workbook(io.BytesIO(listed(desk, {})))
    sheet = blank.worksheets[0]
    for cell in sheet[FIRST_ROW]:
        cell.value = None
    target = io.BytesIO()
    blank.save(target)
    assert [one.code for one in check_content(target.getvalue(), "x.xlsx", desk).issues] == ["no_values"]
    sheet.cell(FIRST_ROW, 3).value = "无"
    target = io.BytesIO()
    blank.save(target)
    outcome = check_content(target.getvalue(), "x.xlsx", desk)
    assert told(outcome) == []
    assert set(counts(outcome)[HERE, 202610].values()) == {0}


def test_columns_that_name_persons_are_refused(desk: Desk) -> None:
    book = openpyxl.load_workbook(io.BytesIO(listed(desk, {}, {})))
    sheet = book.worksheets[0]
    last = sheet.max_column + 1
    sheet.cell(5, last).value = "姓名"
    target = io.BytesIO()
    book.save(target)
    assert "person_column" not in {
        one.code for one in check_content(target.getvalue(), "x.xlsx", desk).issues
    }
    sheet.cell(FIRST_ROW, last).value = "王某某"
    target = io.BytesIO()
    book.save(target)
    outcome = check_content(target.getvalue(), "x.xlsx", desk)
    assert "person_column" in {one.code for one in outcome.issues}
    assert outcome.names_persons


def test_a_thousand_faults_alike_are_said_once(desk: Desk) -> None:
    outcome = check_content(listed(desk, *[{"case_risk_grade": "黑"}] * 150), "x.xlsx", desk)
    codes = Counter(one.code for one in outcome.issues)
    assert codes["not_in_list"] == 100
    (rest,) = (one for one in outcome.issues if one.code == "more_of_the_same")
    assert rest.parameters["count"] == 50
    assert rest.cell == f"L{FIRST_ROW + 100}"


def test_a_rule_must_name_columns_of_the_form(registry: Registry, tmp_path: Path) -> None:
    source = Path("loaders/forms").resolve() / f"{FORM}.toml"
    text = source.read_text(encoding="utf-8").replace(
        'given = ["case_minutes_to_treatment"]', 'given = ["case_minutes"]'
    )
    (tmp_path / f"{FORM}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match="'case_minutes' is no column of it, did you mean 'case_"):
        load_forms(registry, (tmp_path,))


def test_severe_outcomes_are_counted_by_cause_way_in_and_minutes(desk: Desk) -> None:
    content = listed(
        desk,
        {
            "case_near_miss": "1",
            "case_who_renal": "1",
            "case_cause": "sepsis",
            "case_minutes_to_treatment": 10,
        },
        {
            "case_outcome": "died",
            "case_cause": "sepsis",
            "case_referred_in": "1",
            "case_minutes_to_treatment": 61,
        },
        {"case_cause": "heart", "case_risk_grade": "purple", "case_minutes_to_treatment": 11},
        period="",
    )
    here = counts(check_content(content, "x.xlsx", desk))[HERE, 202610]
    assert (here["listed_near_miss_sepsis"], here["listed_died_sepsis"], here["listed_near_miss_heart"]) == (
        1,
        1,
        0,
    )
    assert [here[f"listed_minutes_{one}"] for one in ("10", "11_30", "31_60", "over_60")] == [1, 1, 0, 1]
    assert (here["listed_direct_cases"], here["listed_referred_in"]) == (2, 1)
    assert (
        here["listed_direct_near_misses"],
        here["listed_referred_near_misses"],
        here["listed_referred_died"],
    ) == (1, 0, 1)
    assert (here["listed_direct_in_30_minutes"], here["listed_referred_in_30_minutes"]) == (2, 0)
    assert (here["listed_who_renal"], here["listed_who_hepatic"], here["listed_risk_purple"]) == (1, 0, 1)
