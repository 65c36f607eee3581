"""Writing a form's workbook: blank for filling in, or filled with figures, always as the reader expects it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from loaders.forms import Edition, Form
from loaders.template_fill import Blank, Content
from loaders.template_plan import Plan, plan_for
from loaders.template_sheet import build
from reference.data_elements import DataElement
from reference.organisations import Organisations
from reference.periods import Period
from reference.registry import Registry

BLANK_ROWS = 10  # rows for organisations when nobody says whose template it is


@dataclass(frozen=True)
class TemplateRow:
    """What one organisation fills in, by (element, category): whole numbers in units of 10**-decimals, codes, dates, or notes such as '—'."""

    organisation: str = ""
    values: Mapping[tuple[str, str], int | str] = field(default_factory=dict)


def write_template(
    form: Form,
    registry: Registry,
    target: Path | BinaryIO,
    *,
    on: dt.date,
    organisation: str = "",
    period: Period | None = None,
    rows: Sequence[TemplateRow] = (),
    before: Sequence[TemplateRow] = (),
) -> None:
    """Write the workbook of the form's edition in force; `organisation` is the sender's code, `rows` are what to fill in.

    `before` are the values of the period before, printed beside the cells as a hint that the reader passes over.

    Without `rows`, the organisations that report through the sender are printed, ready to be filled in.
    The same arguments give the same bytes.
    """
    edition = form.edition(period.last_day if period else on)
    filled = list(rows) or _expected(form, edition, registry.organisations, organisation, on)
    elements = tuple(registry.element(one.element) for one in edition.fields)
    plan, blank = _blank(form, edition, elements, len(filled), bool(before))
    kinds = {one.code: one for one in elements}
    cells = _head(form, plan, registry, organisation or _only(filled), period, on)
    for index, row in enumerate(filled):
        cells |= _keys(plan, index, row.organisation, registry.organisations, on)
        for (element, category), value in row.values.items():
            cells[plan.slots[index, element, category]] = _content(kinds[element], value)
        known = next((one.values for one in before if one.organisation == row.organisation), {})
        for (element, category), value in known.items():
            if place := plan.hints.get((index, element, category)):
                cells[place] = _content(kinds[element], value)
    content = blank.fill(cells)
    if isinstance(target, Path):
        target.write_bytes(content)
    else:
        target.write(content)


@lru_cache(maxsize=64)
def _blank(
    form: Form, edition: Edition, elements: tuple[DataElement, ...], rows: int, hints: bool
) -> tuple[Plan, Blank]:
    """The plan and the empty workbook; a province sends the same one thousands of times."""
    by_code = {one.code: one for one in elements}
    plan = plan_for(edition, by_code, rows, hints)
    return plan, Blank.of(build(form, edition, plan, by_code), plan.inputs)


def _expected(
    form: Form, edition: Edition, organisations: Organisations, sender: str, on: dt.date
) -> list[TemplateRow]:
    """The rows of a blank template: the sender, or those below it that owe the form."""
    if edition.layout == "elements_in_rows":
        return [TemplateRow(sender)]
    if sender and form.duty.owed_by(organisations.get(sender, on)):
        return [TemplateRow(sender)]
    day = None if form.latest_hierarchy else on
    if sender:
        below = organisations.descendants(sender, day)
    elif edition.layout == "matrix":
        below = tuple(one for one in organisations.all if one.tree == form.tree)
    else:
        return [TemplateRow()] * BLANK_ROWS
    return [TemplateRow(one.code) for one in below if form.duty.owed_by(one)] or [TemplateRow()] * BLANK_ROWS


def _only(rows: Sequence[TemplateRow]) -> str:
    """The organisation of a workbook that holds one only."""
    return rows[0].organisation if len(rows) == 1 else ""


def _head(
    form: Form, plan: Plan, registry: Registry, sender: str, period: Period | None, on: dt.date
) -> dict[str, Content]:
    """The title block: what it is, who sends it, for when."""
    when = period.label("zh") if period else ""
    who = f"{registry.organisations.get(sender, on).zh}（{sender}）" if sender else ""
    return {
        plan.title: f"{form.zh}（{when}）" if when else form.zh,
        plan.sender: f"{plan.sender_label}：{who}",
        plan.period: f"{plan.period_label}：{when}",
    }


def _keys(
    plan: Plan, index: int, organisation: str, organisations: Organisations, on: dt.date
) -> dict[str, Content]:
    """Code and name of a row's (or a column group's) organisation."""
    if not organisation or index not in plan.keys:
        return {}
    code, name = plan.keys[index]
    cells: dict[str, Content] = {name: organisations.get(organisation, on).zh} if name else {}
    return cells | ({code: organisation} if code else {})


def _content(element: DataElement, value: int | str) -> Content:
    """A value as its cell shows it: codes by their Chinese names, dates as days, numbers with their decimals."""
    if element.kind == "code":
        return element.code_list.get(str(value), (str(value), ""))[0]
    if element.kind == "date" and isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, int) and element.decimals and value >= 0:
        return Decimal(value).scaleb(-element.decimals)
    return value
