"""Milliseconds a workbook: read and checked by us, read by bare python-calamine, read by pandas with openpyxl; in turns, in one process."""

from __future__ import annotations

import datetime as dt
import gc
import io
import random
import time
from collections.abc import Callable

import pandas as pd
import xlsxwriter
from python_calamine import CalamineWorkbook

from loaders.forms import Form, load_forms
from loaders.intake import Desk, check_content
from loaders.template import TemplateRow, write_template
from reference import periods
from reference.registry import Registry, load_registry

TODAY = dt.date(2026, 11, 20)
CASES, COLUMNS = 50_000, 40


def run(rounds: int = 40) -> None:
    """Print a line for each workbook."""
    registry = load_registry()
    desk = Desk(registry, load_forms(registry), TODAY)
    institutions = [one.code for one in registry.organisations.all if one.kind == "mch"]
    gc.collect()
    gc.freeze()  # as a reading process begins
    print(
        f"{'one workbook':<48}{'calamine':>10}{'ours':>10}{'pandas':>10}   ms of processor, best of the rounds"
    )
    _compare("a county's month, 69 rows of 3", _county(desk), desk, rounds)
    _compare("an institution's month, 46 columns", _delivery(desk, institutions[:1]), desk, rounds)
    _compare(
        f"{len(institutions)} institutions, 46 columns",
        _delivery(desk, institutions),
        desk,
        max(5, rounds // 4),
    )
    _compare("120 severe cases, 31 columns", _cases(desk, institutions, 120), desk, max(5, rounds // 4))
    _compare(f"{CASES:,} severe cases, {COLUMNS} columns", _long_list(registry, desk), desk, 3, pandas=False)


def _compare(name: str, content: bytes, desk: Desk, rounds: int, *, pandas: bool = True) -> None:
    outcome = check_content(content, "x.xlsx", desk)
    assert outcome.errors == 0, [issue.message("en") for issue in outcome.issues[:3]]
    readers: list[Callable[[], object]] = [
        lambda: _calamine(content),
        lambda: check_content(content, "x.xlsx", desk),
    ]
    if pandas:
        readers.append(lambda: pd.read_excel(io.BytesIO(content), engine="openpyxl"))
    best = [float("inf")] * len(readers)
    for _ in range(rounds):
        for at, read in enumerate(readers):
            # Processor time: other work on the machine does not count.
            began = time.process_time()
            read()
            best[at] = min(best[at], time.process_time() - began)
    shown = "".join(f"{1000 * one:>10.1f}" for one in best) + ("" if pandas else f"{'':>10}")
    print(f"{name:<48}{shown}   ours / calamine = {best[1] / best[0]:.1f}")


def _calamine(content: bytes) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def _written(desk: Desk, form: Form, sender: str, rows: list[TemplateRow]) -> bytes:
    target = io.BytesIO()
    period = periods.parse("2026-10")
    write_template(
        form, desk.registry, target, on=TODAY, organisation=sender, period=period, rows=rows
    )  # fmt: skip
    return target.getvalue()


def _county(desk: Desk) -> bytes:
    form = desk.forms.get("county_monthly")
    counts = {"": 0, "registered": 0, "nonregistered": 0}
    values = {
        (one.element, part): count for one in form.editions[-1].fields for part, count in counts.items()
    }
    return _written(desk, form, "520102", [TemplateRow("520102", values)])


def _delivery(desk: Desk, institutions: list[str]) -> bytes:
    form = desk.forms.get("delivery_institution_monthly")
    sums = {"live_births": 100, "live_births_male": 50, "live_births_female": 50, "live_births_unknown_sex": 0,
            "deliveries": 100, "vaginal_deliveries": 60, "caesarean_deliveries": 40, "parturient_women": 100}  # fmt: skip
    values = {(one.element, ""): sums.get(one.element, 1) for one in form.editions[-1].fields}
    sender = "520000" if len(institutions) > 1 else institutions[0]
    return _written(desk, form, sender, [TemplateRow(code, values) for code in institutions])


def _case(draw: random.Random, number: int) -> dict[str, str | int]:
    near = draw.choice(["0", "1"])
    return {
        "case_number": f"N{number:06d}", "case_discharge_month": "2026-10-01", "case_age_group": "25", "case_parity": 2,
        "case_gestational_weeks": draw.randint(28, 41), "case_fetuses": 1, "case_residence_county": "520102",
        "case_registered": "1", "case_antenatal_visits": draw.randint(1, 12), "case_risk_grade": "red",
        **{f"case_who_{one}": near for one in ("cardiovascular", "respiratory", "renal", "coagulation", "hepatic", "neurological", "uterine")},
        "case_near_miss": near, "case_cause": draw.choice(["haemorrhage", "heart"]), "case_outcome_of_pregnancy": "caesarean",
        "case_referred_in": "0", "case_referred_out": "0", "case_minutes_to_treatment": draw.randint(1, 90),
        "case_consultation": "1", "case_transfused_ml": draw.randint(0, 3000), "case_intensive_care": "0",
        "case_hysterectomy": "0", "case_days_in_hospital": draw.randint(3, 20), "case_outcome": "recovered",
    }  # fmt: skip


def _cases(desk: Desk, institutions: list[str], size: int) -> bytes:
    draw = random.Random(1)
    rows = [
        TemplateRow(
            draw.choice(institutions), {(code, ""): value for code, value in _case(draw, number).items()}
        )
        for number in range(size)
    ]
    return _written(desk, desk.forms.get("severe_maternal_cases"), "520000", rows)


def _long_list(registry: Registry, desk: Desk) -> bytes:
    """A year's list as a hospital system exports it: the form's columns and further ones that nobody asked for."""
    draw = random.Random(2)
    fields = desk.forms.get("severe_maternal_cases").editions[-1].fields
    names = {one.element: registry.element(one.element).code_list for one in fields}
    institutions = [one for one in registry.organisations.all if one.kind == "mch" and one.valid_to is None]
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("个案")
        sheet.write_row(0, 0, ["危重孕产妇个案登记表"])
        sheet.write_row(1, 0, ["报告期：2026年10月"])
        others = [f"系统字段{number}" for number in range(COLUMNS - 2 - len(fields))]
        sheet.write_row(2, 0, ["机构代码", "机构名称", *("·".join(one.header) for one in fields), *others])
        for number in range(CASES):
            case, who = _case(draw, number), draw.choice(institutions)
            cells = [
                names[one.element].get(str(case[one.element]), (case[one.element],))[0] for one in fields
            ]
            sheet.write_row(3 + number, 0, [who.code, who.zh, *cells, *(draw.randint(0, 9) for _ in others)])
    return target.getvalue()
