"""Totals as a DHIS2 data value set (JSON), everything by code.

Source: DHIS2 developer guide, "Data values" (dataValueSets) and "Date and period format". The basis of counting is the attribute option,
the breakdown the category option; a system that takes the file in gives its options the same codes, `default` for the whole.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from dashboard.exports.exchange.totals import Total
from reference.periods import Period

SYNTHETIC = "合成数据 SYNTHETIC: made up, of no real place"
# DHIS2 names a financial year by the calendar year in which it begins and its first month.
FINANCIAL = {4: "April", 7: "July", 9: "Sep", 10: "Oct", 11: "Nov"}


def period_code(period: Period) -> str | None:
    """The period as DHIS2 writes it: 202610, 2026Q3, 2026S1, 2026, 2025Oct; None where it knows no such period."""
    year, month = divmod(period.first, 100)
    if period.span == 1:
        return f"{period.first}"
    if period.span == 3 and month % 3 == 1:
        return f"{year}Q{(month + 2) // 3}"
    if period.span == 6 and month in (1, 7):
        return f"{year}S{1 if month == 1 else 2}"
    if period.span == 12:
        return f"{year}" if month == 1 else f"{year}{FINANCIAL[month]}" if month in FINANCIAL else None
    return None


def data_value_set(
    totals: Sequence[Total], exported: dt.datetime, synthetic: bool = False
) -> tuple[str, list[Total]]:
    """The JSON text, and the totals left out because DHIS2 has no period like theirs."""
    values, left_out = [], []
    for one in totals:
        period = period_code(one.period)
        if period is None:
            left_out.append(one)
            continue
        value = {
            "dataElement": one.element,
            "period": period,
            "orgUnit": one.organisation,
            "categoryOptionCombo": one.category or "default",
            "attributeOptionCombo": one.basis,
            "value": f"{one.value:f}",
            "created": exported.isoformat(timespec="seconds"),
        }
        values.append(value | ({"comment": SYNTHETIC} if synthetic else {}))
    schemes = ("dataElementIdScheme", "orgUnitIdScheme", "categoryOptionComboIdScheme", "idScheme")
    document = {**dict.fromkeys(schemes, "CODE"), "dataValues": values}
    return json.dumps(document, ensure_ascii=False, indent=1), left_out
