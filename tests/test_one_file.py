"""A form and an indicator are each added with one TOML file, and nothing else is touched."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from indicators import definition, results
from loaders import forms as form_files
from loaders.intake import Desk
from loaders.load import load_content
from reference import periods
from reference.registry import Registry
from store.database import Store

FORM = """
code = "trial_quarterly"
zh = "试行季报"
en = "Childcare places, quarterly"
basis = "occurrence"
reported_by = ["county"]
frequency = "quarter"
source = "written for this test"
mark = "?"

[[editions]]
code = "2025"
valid_from = 2025-01-01
layout = "elements_in_rows"
titles = ["试行季报"]
header_rows = 1
label_header = ["项目"]
categories = [{ code = "", header = "数量" }]

[[editions.fields]]
element = "childcare_places"
header = ["托位数"]

[[editions.fields]]
element = "marriage_registrants"
header = ["结婚登记人数"]

[[editions.fields]]
element = "premarital_examined"
header = ["婚前检查人数"]

[[editions.checks]]
kind = "at_most"
element = "premarital_examined"
limit = ["marriage_registrants"]
zh = "婚前检查人数不应超过结婚登记人数"
en = "Examined people do not exceed registrants"
"""

INDICATOR = """
code = "premarital_share_for_test"
zh = "婚检率（测试）"
en = "Premarital share (test)"
topic = "premarital"
rationale_zh = "测试"
rationale_en = "Test"
numerator = ["premarital_examined"]
denominator = ["marriage_registrants"]
numerator_zh = "婚前检查人数"
numerator_en = "People examined"
denominator_zh = "结婚登记人数"
denominator_en = "Registrants"
multiplier = 100
unit_zh = "%"
unit_en = "%"
polarity = "higher"
method = "proportion"
basis = "occurrence"
disclosure = "people"
reported_zh = "测试"
reported_en = "test"
reviewed = 2026-11-01
source = "written for this test"
source_zh = "为测试而写"
mark = "?"

[[examples]]
numerator = 81
denominator = 263
value = 30.80
lower = 25.53
upper = 36.62
source = "Newcombe 1998, table I: Wilson score interval for 81/263"

[[examples]]
numerator = 0
denominator = 0
source = "nothing to divide by"
"""


def workbook(places: int, registrants: int, examined: int) -> bytes:
    import io

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["2026年第一季度试行季报"],
        ["填报单位：南明区"],
        ["项目", "数量"],
        ["托位数", places],
        ["结婚登记人数", registrants],
        ["婚前检查人数", examined],
    ):
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.fixture
def context(tmp_path: Path, registry: Registry, store: Store) -> tuple[Desk, results.Context]:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "trial_quarterly.toml").write_text(FORM, encoding="utf-8")
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "premarital_share_for_test.toml").write_text(INDICATOR, encoding="utf-8")
    forms = form_files.load_forms(registry, (form_files.HOME, tmp_path / "forms"))
    catalogue = definition.load_catalogue(registry, (definition.HOME, tmp_path / "definitions"))
    store.sync(registry)
    return Desk(registry, forms), results.Context(registry, catalogue, store, forms.duties)


def test_a_new_form_and_indicator_work_end_to_end(
    context: tuple[Desk, results.Context], store: Store
) -> None:
    desk, computing = context
    loaded = load_content(workbook(400, 263, 81), "托位数.xlsx", desk, store, sender="test")
    assert [issue.code for issue in loaded.outcome.issues if issue.severity == "error"] == []
    assert loaded.receipt.outcome.startswith("accepted")
    (result,) = results.calculate(
        computing, ["premarital_share_for_test"], ["520102"], periods.parse("2026Q1")
    )
    assert (result.numerator, result.denominator) == (81, 263)
    assert result.lower == pytest.approx(25.53, abs=0.005)
    assert result.upper == pytest.approx(36.62, abs=0.005)


def test_its_check_points_at_the_cell(context: tuple[Desk, results.Context], store: Store) -> None:
    desk, _ = context
    loaded = load_content(workbook(400, 80, 81), "托位数.xlsx", desk, store, sender="test")
    (fault,) = [issue for issue in loaded.outcome.issues if issue.severity == "error"]
    assert fault.cell == "B6"
    assert loaded.receipt.outcome == "returned"


def test_the_new_form_has_a_template(context: tuple[Desk, results.Context], tmp_path: Path) -> None:
    from loaders.intake import check_file
    from loaders.template import write_template

    desk, _ = context
    target = tmp_path / "blank.xlsx"
    form = desk.forms.get("trial_quarterly")
    write_template(
        form,
        desk.registry,
        target,
        on=dt.date(2026, 3, 31),
        organisation="520102",
        period=periods.parse("2026Q1"),
    )
    outcome = check_file(target, desk)
    assert [one.form for one in outcome.recognised] == ["trial_quarterly"]
