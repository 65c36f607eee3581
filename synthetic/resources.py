"""The made-up yearly return of MCH institutions' resources: one workbook for all of them, with December's returns."""

from __future__ import annotations

from collections.abc import Iterator

from loaders.template import TemplateRow
from reference.periods import calendar_year
from reference.registry import Registry
from synthetic.truth import Truth, Window, expected_births

FORM = "institution_resources_yearly"
SHARES = {
    "county": 0.85,
    "prefecture": 0.12,
    "province": 0.03,
}  # of the births below that an institution serves


def resource_rows(
    truth: Truth, registry: Registry, window: Window, month: int, children: dict[str, int]
) -> list[TemplateRow]:
    """The rows of the year that ends with the month; none in other months."""
    if month % 100 != 12:
        return []
    return list(_rows(truth, registry, window, month, children))


def _rows(
    truth: Truth, registry: Registry, window: Window, month: int, children: dict[str, int]
) -> Iterator[TemplateRow]:
    organisations, on = registry.organisations, calendar_year(month // 100).last_day
    for one in organisations.at_level("institution", on=on):
        if one.kind != "mch":
            continue
        area = organisations.get(one.parent, on)
        below = [area.code, *(unit.code for unit in organisations.descendants(area.code, on, level="county"))]
        births = 12 * expected_births(truth, 1, month) * sum(children.get(code, 0) for code in below)
        yield TemplateRow(one.code, _counts(window, one.code, month, births * SHARES[area.level]))


def _counts(window: Window, institution: str, month: int, births: float) -> dict[tuple[str, str], int]:
    """Resources in keeping with the births served; every part is drawn from its whole, so that the form's checks hold."""
    lasting = window.random("resources", institution)
    random = window.random("resources", institution, month)
    staff = max(24, int(births / 9 * lasting.uniform(0.7, 1.5)))
    technicians = int(staff * lasting.uniform(0.68, 0.88))
    physicians = max(4, int(technicians * lasting.uniform(0.3, 0.42)))
    nurses = int(technicians * lasting.uniform(0.38, 0.5))
    beds = max(10, int(nurses * lasting.uniform(1.4, 2.6)))
    income = int(staff * lasting.uniform(15, 30) * 100)  # in hundredths of 10,000 yuan
    fiscal = int(income * lasting.uniform(0.12, 0.55))
    found = {
        "staff_total": staff,
        "health_technicians": technicians,
        "physicians": physicians,
        "obstetricians": max(1, int(physicians * 0.4)),
        "paediatricians": max(1, int(physicians * 0.25)),
        "registered_nurses": nurses,
        "midwives": max(1, int((technicians - physicians - nurses) * 0.5)),
        "beds_total": beds,
        "obstetric_beds": max(2, int(beds * 0.45)),
        "neonatal_beds": int(beds * 0.15),
        "icu_beds": int(beds * 0.03),
        "ambulances": 1 + staff // 200,
        "building_area": staff * int(lasting.integers(40, 80)),
        "outpatient_visits": int(physicians * random.uniform(1200, 3600)),
        "inpatients": int(beds * random.uniform(25, 45)),
        "training_days": int(staff * random.uniform(2, 13)),
        "income_total": income,
        "income_fiscal": fiscal,
        "income_medical": int((income - fiscal) * 0.95),
        "expenditure_total": int(income * random.uniform(0.88, 1.09)),
    }
    return {(element, ""): value for element, value in found.items()}
