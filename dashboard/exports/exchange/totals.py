"""What goes over to other systems: one total of one data element for one organisation and period, as a plain number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reference.data_elements import DataElement
from reference.periods import Period, calendar_year, half, month_add, month_range, quarter, statistical_year


@dataclass(frozen=True)
class Total:
    """`category` '' is the whole; `basis` residence, occurrence or register: totals of two bases never add up."""

    organisation: str
    element: str
    category: str
    basis: str
    period: Period
    value: Decimal


def period_of(last: int, span: int) -> Period:
    """The period of `span` months that ends with `last` (yyyymm), called by its usual name where it has one."""
    year, month = divmod(last, 100)
    found = month_range(month_add(last, 1 - span), last)
    named = [quarter(year, (month + 2) // 3), half(year, (month + 5) // 6), calendar_year(year)]
    named.append(statistical_year(year))
    return next((one for one in named if (one.first, one.last) == (found.first, found.last)), found)


def totals_of(
    rows: Iterable[Mapping[Any, Any]], elements: Mapping[str, DataElement], trees: Mapping[str, str]
) -> list[Total]:
    """Rows of `store.reading.area_totals` as totals, in a fixed order; whole numbers of 10**-decimals become numbers.

    `trees` gives each organisation's code its tree; rows of organisations that it does not name are left out.
    """
    found = [
        Total(
            str(row["organisation"]),
            str(row["element"]),
            str(row["category"]),
            str(row["basis"]),
            period_of(int(row["month"]), int(row["span"])),
            Decimal(int(row["value"])).scaleb(-elements[str(row["element"])].decimals),
        )
        for row in rows
        if str(row["organisation"]) in trees
    ]
    return sorted(found, key=lambda one: (one.organisation, one.period, one.basis, one.element, one.category))
