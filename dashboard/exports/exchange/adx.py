"""Totals as an IHE ADX message (Aggregate Data Exchange, urn:ihe:qrph:adx:2015).

Source: IHE Quality, Research and Public Health, supplement ADX, revision 2.2: groups by organisation unit and period, the period as
start date and ISO 8601 duration; further attributes are the jurisdiction's own: here `basis` of a group and `category` of a value.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby

from lxml import etree

from dashboard.exports.exchange.dhis2 import SYNTHETIC
from dashboard.exports.exchange.totals import Total
from reference.periods import Period

NAMESPACE = "urn:ihe:qrph:adx:2015"


def period_code(period: Period) -> str:
    """First day and length: 2026-10-01/P1M, 2025-10-01/P1Y."""
    length = f"P{period.span // 12}Y" if period.span % 12 == 0 else f"P{period.span}M"
    return f"{period.first_day.isoformat()}/{length}"


def message(totals: Sequence[Total], exported: dt.datetime, synthetic: bool = False) -> str:
    """The XML text. Raises ValueError when there is no total: an ADX message has at least one group."""
    if not totals:
        raise ValueError("an ADX message needs at least one value")
    root = etree.Element(
        f"{{{NAMESPACE}}}adx", {"exported": exported.isoformat(timespec="seconds")}, {None: NAMESPACE}
    )
    ordered = sorted(totals, key=_group)
    for (organisation, period, basis), members in groupby(ordered, key=_group):
        group = etree.SubElement(root, f"{{{NAMESPACE}}}group")
        group.attrib.update({"orgUnit": organisation, "period": period_code(period), "basis": basis})
        if synthetic:
            group.set("comment", SYNTHETIC)
        for one in members:
            value = etree.SubElement(group, f"{{{NAMESPACE}}}dataValue")
            value.attrib.update({"dataElement": one.element, "value": f"{one.value:f}"})
            if one.category:
                value.set("category", one.category)
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return text.decode()


def _group(one: Total) -> tuple[str, Period, str]:
    return one.organisation, one.period, one.basis
