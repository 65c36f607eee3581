"""Checks against what the store holds: the sender's own past, the season, and another form of the same month."""

from __future__ import annotations

import datetime as dt
import io
import math

import openpyxl
import pytest

from loaders.annotate import annotate
from loaders.forms import load_forms
from loaders.intake import Desk
from loaders.issue_list import FIRST
from loaders.load import Loaded, load_content
from loaders.plausible import Usual, implausible
from loaders.template import TemplateRow, write_template
from reference import periods
from reference.periods import month_add
from reference.registry import Registry
from store.database import Store
from store.reading import upload_issues

TODAY = dt.date(2026, 11, 20)
STEADY = {month_add(202610, -back): 100 for back in range(1, 13)}


@pytest.mark.parametrize(
    ("value", "history", "expected"),
    [
        (100, STEADY, None),
        # Twelve months of 100: the median deviation is 0, so the yardstick is the root of 100 = 10, and six of them 60.
        (159, STEADY, None),
        (161, STEADY, Usual(12, 100.0, 10.0)),
        (40, STEADY, Usual(12, 100.0, 10.0)),
        (1000, dict(list(STEADY.items())[:5]), None),  # five months say nothing yet
        (0, dict.fromkeys(STEADY, 3), None),  # three events more or less are chance
    ],
)
def test_what_is_implausible(value: int, history: dict[int, int], expected: Usual | None) -> None:
    assert implausible(value, 202610, history, 6.0) == expected


def test_the_yardstick_is_the_larger_of_spread_and_chance() -> None:
    # 60, 80, 100, 120, 140, 100 and the same again: median 100, deviations 40 20 0 20 40 0, their median 20.
    months = list(STEADY)
    history = dict(zip(months, [60, 80, 100, 120, 140, 100] * 2, strict=True))
    assert implausible(277, 202610, history, 6.0) is None
    found = implausible(279, 202610, history, 6.0)
    assert found is not None
    assert math.isclose(found.spread, 1.4826 * 20)
    assert (found.low, found.high) == (40, 160)


def test_a_season_is_not_asked_about() -> None:
    """Every October has four times the births of other months: the October before says so."""
    history = STEADY | {202510: 400}
    assert implausible(390, 202610, history, 6.0) is None
    assert implausible(390, 202610, STEADY, 6.0) is not None


@pytest.fixture(scope="module")
def desk(registry: Registry) -> Desk:
    return Desk(registry, load_forms(registry), today=TODAY)


def sent(desk: Desk, form: str, month: int, **values: int) -> bytes:
    target = io.BytesIO()
    contents: dict[tuple[str, str], int | str] = {(code, ""): value for code, value in values.items()}
    period = periods.month_period(month)
    write_template(
        desk.forms.get(form), desk.registry, target, on=period.last_day, organisation="MCH520102", period=period,
        rows=[TemplateRow("MCH520102", contents)],
    )  # fmt: skip
    return target.getvalue()


def births(desk: Desk, month: int, boys: int, **more: int) -> bytes:
    return sent(
        desk, "delivery_institution_monthly", month, live_births=2 * boys, live_births_male=boys, live_births_female=boys,
        live_births_unknown_sex=0, parturient_women=2 * boys, **more,
    )  # fmt: skip


def load(desk: Desk, store: Store, content: bytes) -> Loaded:
    return load_content(content, "月报.xlsx", desk, store, sender="test")


def test_a_digit_too_many_is_asked_about_at_its_cell(desk: Desk, store: Store) -> None:
    for back in range(8, 0, -1):
        assert load(desk, store, births(desk, month_add(202610, -back), 50)).receipt.outcome == "accepted"
    loaded = load(desk, store, births(desk, 202610, 500))
    assert loaded.receipt.outcome == "accepted_with_warnings"
    found = [issue for issue in loaded.outcome.issues if issue.code == "change_implausible"]
    assert {issue.parameters["element"] for issue in found} == {"live_births", "parturient_women"}
    assert all(issue.cell for issue in found)
    assert "近8个月" in found[0].message()
    assert "中位数100" in found[0].message()
    kept = upload_issues(store, loaded.receipt.upload_id)
    assert set(kept["code"]) == {"change_implausible"}


def test_another_form_of_the_same_month_must_agree(desk: Desk, store: Store) -> None:
    load(desk, store, births(desk, 202609, 50, severe_maternal_cases=3, severe_maternal_rescued=3))
    causes = {"severe_haemorrhage_cases": 2, "severe_other_cases": 2}
    others = ("severe_hypertension_cases", "severe_sepsis_cases", "severe_embolism_cases", "severe_heart_cases", "severe_liver_cases")  # fmt: skip
    content = sent(
        desk, "severe_maternal_monthly", 202609, severe_cases_by_cause=4, **causes, **dict.fromkeys(others, 0)
    )
    loaded = load(desk, store, content)
    (issue,) = (one for one in loaded.outcome.issues if one.code == "forms_disagree")
    assert issue.severity == "warning"
    assert "《助产机构月报》" in issue.message()
    assert "是3" in issue.message()
    other_month = sent(
        desk, "severe_maternal_monthly", 202608, severe_cases_by_cause=4, **causes, **dict.fromkeys(others, 0)
    )
    assert [
        one.code for one in load(desk, store, other_month).outcome.issues if one.code == "forms_disagree"
    ] == []


def test_what_the_sender_explained_is_kept_with_the_question(desk: Desk, store: Store) -> None:
    for back in range(8, 0, -1):
        load(desk, store, births(desk, month_add(202610, -back), 50))
    content = births(desk, 202610, 200)
    first = load(desk, store, content)
    book = openpyxl.load_workbook(io.BytesIO(annotate(content, "月报.xlsx", first.outcome.issues).content))
    book["审核问题"].cell(FIRST, 7).value = "邻县医院停诊，产妇转来"
    target = io.BytesIO()
    book.save(target)
    again = load(desk, store, target.getvalue())
    said = [issue.message() for issue in again.outcome.issues if issue.parameters.get("justification")]
    assert len(said) == 1
    assert "已说明：邻县医院停诊" in said[0]
