"""Proving the store against itself: what follows from the values is counted again, plainly, and compared.

This is deliberately a second way of counting, with loops and dictionaries, that shares nothing with the way in which
totals and derived months are kept up to date.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from reference.periods import first_day, month_add
from reference.registry import Registry
from store.codes import Codes, read_codes
from store.database import Store
from store.schema import area_report, area_total, data_value, derived_value, issue, submission
from store.verify_assessments import verify_assessments
from store.verify_extensions import verify_extensions
from store.verify_follow_ups import verify_follow_ups
from store.verify_receipts import verify_receipts

_SHOWN = 20
Place = tuple[int, str]  # number of the element, category


@dataclass
class Recount:
    """What the tables should hold."""

    totals: dict[tuple[Any, ...], tuple[int, int]] = field(default_factory=dict)
    reports: dict[tuple[Any, ...], int] = field(default_factory=dict)
    derived: dict[tuple[Any, ...], tuple[Any, ...]] = field(default_factory=dict)
    falls: Counter[tuple[Any, ...]] = field(default_factory=Counter)


def verify(store: Store, registry: Registry) -> list[str]:
    """Every difference between what the store holds and what it should hold, as sentences; empty when all is well.

    Compares totals, reports, derived months and falls with the values; which submission is in force with the receipts;
    counts and hashes of uploads with their content, their files and the audit log.
    """
    with store.reading() as connection:
        codes = read_codes(connection)
        expected = _recount(connection, registry, codes)
        found = [
            *_compare("area_total", _held_totals(connection), expected.totals),
            *_compare("area_report", _held_reports(connection), expected.reports),
            *_compare("derived_value", _held_derived(connection), expected.derived),
            *_compare("falls", dict(_held_falls(connection)), dict(expected.falls)),
        ]
        found += verify_receipts(connection, store.originals, codes)
        found += verify_assessments(connection, store.originals)
        found += verify_extensions(connection)
        return found + list(verify_follow_ups(connection, store.originals))


def _compare(what: str, held: Mapping[Any, Any], expected: Mapping[Any, Any]) -> Iterator[str]:
    wrong = [key for key in {**held, **expected} if held.get(key) != expected.get(key)]
    for key in wrong[:_SHOWN]:
        yield f"{what} {key}: holds {held.get(key, 'nothing')}, should be {expected.get(key, 'nothing')}"
    if len(wrong) > _SHOWN:
        yield f"{what}: {len(wrong) - _SHOWN} more differences"


def _held_totals(connection: Connection) -> dict[Any, Any]:
    return {
        (row.area_id, row.element_id, row.category, row.basis, row.month, row.span): (row.value, row.reports)
        for row in connection.execute(select(area_total))
    }


def _held_reports(connection: Connection) -> dict[Any, Any]:
    return {
        (row.area_id, row.form, row.month, row.span): row.received
        for row in connection.execute(select(area_report))
    }


def _held_derived(connection: Connection) -> dict[Any, Any]:
    return {
        (row.submission_id, row.element_id, row.category): (row.month, row.value, row.note)
        for row in connection.execute(select(derived_value))
    }


def _held_falls(connection: Connection) -> Counter[Any]:
    rows = connection.execute(select(issue).where(issue.c.code == "cumulative_falls"))
    return Counter((row.submission_id, row.upload_id, row.sheet, row.cell) for row in rows)


def _recount(connection: Connection, registry: Registry, codes: Codes) -> Recount:
    recount = Recount()
    cells: dict[int, dict[Place, Row[Any]]] = defaultdict(dict)
    in_force = connection.execute(select(submission).where(submission.c.status == "current")).all()
    numbers = {one.id for one in in_force}
    for row in connection.execute(select(data_value)):
        if row.submission_id in numbers:
            cells[row.submission_id][row.element_id, row.category] = row
    by_period = {(one.form, one.organisation_id, one.month, one.span): one for one in in_force}
    for one in in_force:
        areas = _areas(registry, codes, one.organisation_id, one.month)
        for area in areas:
            place = (area, one.form, one.month, one.span)
            recount.reports[place] = recount.reports.get(place, 0) + 1
        numeric = {place: row.value for place, row in cells[one.id].items() if row.value is not None}
        _add(recount, registry, codes, areas, one, one.span, numeric)
        if one.cumulative_from is not None and one.span > 1:
            earlier = by_period.get((one.form, one.organisation_id, month_add(one.month, -1), one.span - 1))
            if earlier is not None and earlier.cumulative_from != one.cumulative_from:
                earlier = None
            before = cells[earlier.id] if earlier is not None else {}
            months = _months(recount, registry, codes, one, cells[one.id], before)
            _add(recount, registry, codes, areas, one, 1, months)
    return recount


def _areas(registry: Registry, codes: Codes, organisation_id: int, month: int) -> list[int]:
    on = first_day(month_add(month, 1)) - dt.timedelta(days=1)
    code = codes.organisation_of[organisation_id]
    return [codes.organisations[area] for area in registry.organisations.adds_into(code, on)]


def _add(
    recount: Recount,
    registry: Registry,
    codes: Codes,
    areas: list[int],
    one: Row[Any],
    span: int,
    numbers: Mapping[Place, int],
) -> None:
    for (element, category), value in numbers.items():
        definition = registry.elements.get(codes.element_of[element])
        if definition is not None and definition.kind not in ("count", "amount"):
            continue
        for area in areas:
            key = (area, element, category, one.basis, one.month, span)
            total, reports = recount.totals.get(key, (0, 0))
            recount.totals[key] = (total + value, reports + 1)


def _months(
    recount: Recount,
    registry: Registry,
    codes: Codes,
    one: Row[Any],
    cells: Mapping[Place, Row[Any]],
    before: Mapping[Place, Row[Any]],
) -> dict[Place, int]:
    months: dict[Place, int] = {}
    for place, row in cells.items():
        definition = registry.elements.get(codes.element_of[place[0]])
        stock = definition is not None and definition.adds == "last"
        earlier = 0 if stock else before[place].value if place in before else None
        if row.value is None or earlier is None:
            continue
        if not stock and row.value < earlier:
            recount.derived[one.id, *place] = (one.month, None, "inconsistent")
            recount.falls[one.id, one.upload_id, row.sheet, row.cell] += 1
        else:
            months[place] = row.value - earlier
            recount.derived[one.id, *place] = (one.month, months[place], "")
    return months
