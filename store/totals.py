"""Running totals: what a submission coming into force adds to its areas, and what one going out of force takes away.

Differences are gathered for a whole transaction and written in few statements. Values that are no quantities (codes,
dates) are not summed. A stock is kept like a flow: its total in a month is the sum over the organisations in that month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete

from reference.periods import first_day, month_add
from reference.registry import Registry
from store.bulk import add_many
from store.codes import Codes
from store.ledger import Held
from store.schema import area_report, area_total

Value = tuple[int, str, int | None]  # number of the element, category, value
_Total = tuple[int, int, int, int, str, str]  # as the key of area_total
_Report = tuple[int, str, int, int]  # as the key of area_report
_TOTAL_KEY = ("element_id", "area_id", "month", "span", "basis", "category")
_REPORT_KEY = ("area_id", "form", "month", "span")


def last_day(month: int) -> dt.date:
    """The last day of a month (yyyymm): the day whose parents a submission's values add into."""
    return first_day(month_add(month, 1)) - dt.timedelta(days=1)


class Totals:
    """Differences to the running totals, gathered and then written."""

    def __init__(self, registry: Registry, codes: Codes) -> None:
        self._registry = registry
        self._codes = codes
        self._areas: dict[tuple[int, int], tuple[int, ...]] = {}
        self._values: dict[_Total, list[int]] = {}
        self._reports: dict[_Report, list[int]] = {}
        self._not_summed = {
            codes.elements[code]
            for code, element in registry.elements.items()
            if element.kind not in ("count", "amount") and code in codes.elements
        }

    def areas(self, organisation_id: int, month: int) -> tuple[int, ...]:
        """Numbers of the organisation itself and of the areas it adds into at the end of the month."""
        found = self._areas.get((organisation_id, month))
        if found is None:
            code = self._codes.organisation_of[organisation_id]
            above = self._registry.organisations.adds_into(code, last_day(month))
            found = tuple(self._codes.organisations[area] for area in above)
            self._areas[organisation_id, month] = found
        return found

    def add_report(self, held: Held, sign: int) -> None:
        """Count a submission in (+1) or out (-1)."""
        for area in self.areas(held.organisation_id, held.month):
            counts = self._reports.setdefault((area, held.form, held.month, held.span), [0, 0])
            counts[0] += sign
            counts[1] += sign * held.on_time

    def add_values(self, held: Held, values: Iterable[Value], sign: int, *, span: int | None = None) -> None:
        """Add (+1) or take away (-1) a submission's numbers, over `span` months when it is not the submission's own."""
        areas = self.areas(held.organisation_id, held.month)
        month, basis, months = held.month, held.basis, span or held.span
        totals, not_summed = self._values, self._not_summed
        for element, category, value in values:
            if value is None or element in not_summed:
                continue
            for area in areas:
                key = (element, area, month, months, basis, category)
                total = totals.get(key)
                if total is None:
                    totals[key] = [sign * value, sign]
                else:
                    total[0] += sign * value
                    total[1] += sign

    def write(self, connection: Connection) -> None:
        """Bring the tables up to date; a row that nobody reports any more goes."""
        _apply(connection, area_total, _TOTAL_KEY, ("value", "reports"), self._values)
        _apply(connection, area_report, _REPORT_KEY, ("received", "on_time"), self._reports)
        self._values, self._reports = {}, {}


def _apply(
    connection: Connection,
    table: Table,
    key: tuple[str, ...],
    sums: tuple[str, str],
    differences: dict[Any, list[int]],
) -> None:
    """Add differences to a table's rows; `sums` are its two summed columns, `key` names its key."""
    rows = [
        {**dict(zip(key, place, strict=True)), **dict(zip(sums, both, strict=True))}
        for place, both in differences.items()
        if any(both)
    ]
    if not rows:
        return
    rows.sort(key=lambda row: tuple(row[name] for name in key))
    add_many(connection, table, rows, key, sums)
    count = "reports" if "reports" in sums else "received"
    emptied = [{f"k_{name}": row[name] for name in key} for row in rows if row[count] < 0]
    if emptied:
        place = and_(*(table.c[name] == bindparam(f"k_{name}") for name in key))
        connection.execute(delete(table).where(place, table.c[count] == 0), emptied)
