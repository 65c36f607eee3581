"""Running totals: what a submission coming into force adds to its areas, and what one going out of force takes away.

Differences are gathered for a whole transaction and written in few statements. Values that are no quantities (codes,
dates) are not summed. A stock is kept like a flow: its total in a month is the sum over the organisations in that month.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete

from reference.periods import last_day
from reference.registry import Registry
from store.bulk import add_many
from store.codes import Codes
from store.ledger import Held
from store.schema import area_report, area_total

Value = tuple[int, str, int | None]  # number of the element, category, value
_Where = tuple[int, int, int, str]  # area, month, span, basis: what a submission's values have in common
_Report = tuple[int, str, int, int]  # as the key of area_report
_TOTAL_KEY = ("element_id", "area_id", "month", "span", "basis", "category")
_REPORT_KEY = ("area_id", "form", "month", "span")


class Totals:
    """Differences to the running totals, gathered and then written."""

    def __init__(self, registry: Registry, codes: Codes) -> None:
        self._registry = registry
        self._codes = codes
        self._areas: dict[tuple[int, int], tuple[int, ...]] = {}
        self._values: dict[_Where, dict[tuple[int, str], list[int]]] = {}
        self._reports: dict[_Report, int] = {}
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
            place = (area, held.form, held.month, held.span)
            self._reports[place] = self._reports.get(place, 0) + sign

    def add_values(self, held: Held, values: Iterable[Value], sign: int, *, span: int | None = None) -> None:
        """Add (+1) or take away (-1) a submission's numbers, over `span` months when it is not the submission's own."""
        months, not_summed = span or held.span, self._not_summed
        areas = [
            self._values.setdefault((area, held.month, months, held.basis), {})
            for area in self.areas(held.organisation_id, held.month)
        ]
        for element, category, value in values:
            if value is None or element in not_summed:
                continue
            for totals in areas:
                total = totals.get((element, category))
                if total is None:
                    totals[element, category] = [sign * value, sign]
                else:
                    total[0] += sign * value
                    total[1] += sign

    def write(self, connection: Connection) -> None:
        """Bring the tables up to date; a row that nobody reports any more goes."""
        totals = [
            (element, *where, category, *both)
            for where, values in self._values.items()
            for (element, category), both in values.items()
            if both[0] or both[1]
        ]
        _apply(connection, area_total, _TOTAL_KEY, ("value", "reports"), totals)
        reports = [(*place, count) for place, count in self._reports.items() if count]
        _apply(connection, area_report, _REPORT_KEY, ("received",), reports)
        self._values, self._reports = {}, {}


def _apply(
    connection: Connection,
    table: Table,
    key: tuple[str, ...],
    sums: tuple[str, ...],
    differences: list[tuple[Any, ...]],
) -> None:
    """Add differences to a table's rows, each the row's key and what its sums change by; a row that nobody reports any more goes."""
    rows = sorted(differences)
    add_many(connection, table, (*key, *sums), rows, sums)
    count = "reports" if "reports" in sums else "received"
    place_of_count = len(key) + sums.index(count)
    emptied = [
        {f"k_{name}": entry for name, entry in zip(key, row, strict=False)}
        for row in rows
        if row[place_of_count] < 0
    ]
    if emptied:
        place = and_(*(table.c[name] == bindparam(f"k_{name}") for name in key))
        connection.execute(delete(table).where(place, table.c[count] == 0), emptied)
