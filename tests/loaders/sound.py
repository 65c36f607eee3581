"""Values that a form accepts, made from the meaning of its checks and not by the checking code."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping

from loaders.forms import Edition, Form
from loaders.template import TemplateRow
from reference import periods
from reference.registry import Registry

Values = dict[tuple[str, str], int | str]
PERIODS = {"month": "2026-10", "quarter": "2026Q3", "year": "2025", "change": "2026-10"}
SENDERS = ("520102", "MCH520102", "IN-AP-GUNTUR")


def period_of(form: Form) -> periods.Period:
    """A period that the form may be sent for."""
    if form.cumulative_from_month:
        return periods.parse("2020-04..2021-03")
    return periods.parse(PERIODS[form.frequency])


def sender_of(form: Form, registry: Registry) -> str:
    """An organisation that owes the form."""
    return next(code for code in SENDERS if form.duty.owed_by(registry.organisations.get(code)))


def sound_numbers(edition: Edition, seed: int, most: int) -> dict[str, int]:
    """Random numbers bent until every check holds."""
    draw = random.Random(seed)
    numbers = {one.element: draw.randint(0, most) for one in edition.fields}
    for _ in range(60):
        before = dict(numbers)
        summed: set[str] = set()
        for check in edition.checks:
            if check.kind == "sums_to" and check.element in summed:
                _divide(numbers, check.parts, numbers[check.element])  # a second sum of the same whole
            elif check.kind == "sums_to":
                numbers[check.element] = sum(numbers[part] for part in check.parts)
                summed.add(check.element)
            elif check.kind == "at_most":
                _lower(edition, numbers, check.element, sum(numbers[one] for one in check.limit))
            elif check.kind == "ratio":
                numbers[check.element] = numbers[check.of]
        if numbers == before:
            return numbers
    raise AssertionError("the form's checks contradict each other")


def _lower(edition: Edition, numbers: dict[str, int], element: str, most: int) -> None:
    """Bring a number down, and the parts that sum to it with it."""
    if numbers[element] <= most:
        return
    numbers[element] = most
    for check in edition.checks:
        if check.kind == "sums_to" and check.element == element:
            _divide(numbers, check.parts, most)


def _divide(numbers: dict[str, int], parts: tuple[str, ...], whole: int) -> None:
    rest = whole
    for part in parts:
        numbers[part] = min(numbers[part], rest)
        rest -= numbers[part]
    numbers[parts[0]] += rest


def sound_values(edition: Edition, registry: Registry, seed: int, most: int) -> Values:
    """Values of every cell: breakdowns sound each by itself, wholes their sums; codes, days and texts as the elements say."""
    parts = edition.parts
    numbers: Values
    if parts:
        by_part = {part: sound_numbers(edition, seed + at, most) for at, part in enumerate(parts)}
        numbers = {(element, part): count for part, one in by_part.items() for element, count in one.items()}
        numbers |= {
            (one.element, ""): sum(by_part[part][one.element] for part in parts) for one in edition.fields
        }
    else:
        numbers = {(element, ""): count for element, count in sound_numbers(edition, seed, most).items()}
    draw = random.Random(seed)
    for one in edition.fields:
        if (other := _other(one.element, registry, draw)) is not None:
            numbers[one.element, ""] = other
    return numbers


def _other(code: str, registry: Registry, draw: random.Random) -> str | None:
    element = registry.element(code)
    if element.kind == "code":
        return draw.choice(list(element.code_list))
    if element.kind == "date":
        return (dt.date(2026, 1, 1) - dt.timedelta(days=draw.randint(0, 900))).isoformat()
    return f"文字{draw.randint(1, 99)}" if element.kind == "text" else None


def sound_cases(registry: Registry, seed: int, sender: str) -> list[TemplateRow]:
    """A few cases of the list of severe maternal cases, which its rules accept."""
    draw = random.Random(seed)
    rows = []
    for number in range(draw.randint(1, 8)):
        near = draw.choice(["0", "1"])
        values: Mapping[str, int | str] = {
            "case_number": f"第{number}例",
            "case_discharge_month": "2026-10-01",
            "case_age_group": draw.choice(["u18", "25", "40"]),
            "case_gestational_weeks": draw.randint(20, 42),
            "case_risk_grade": draw.choice(["green", "red", "none"]),
            "case_near_miss": near,
            "case_who_uterine": near,
            "case_cause": draw.choice(["haemorrhage", "heart"]),
            "case_referred_in": "0",
            "case_minutes_to_treatment": draw.randint(0, 90),
            "case_outcome": draw.choice(["recovered", "died"]),
        }
        rows.append(TemplateRow(sender, {(code, ""): value for code, value in values.items()}))
    return rows
