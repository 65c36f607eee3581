"""Results as a FHIR R4 bundle of summary measure reports (HL7 FHIR R4, MeasureReport; IHE mADX uses the same resource).

Each report names its measure by a canonical address made of the installation's own base, carries numerator and denominator as
populations, and the value as its score. What cannot be assessed has no score, and says why.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from indicators.definition import Catalogue, Definition
from indicators.result import Reason, Result
from reference.organisations import Organisation
from reference.periods import parse

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
UCUM = {100: "%", 1000: "[ppth]", 10000: "10*-4", 100000: "10*-5"}
ABSENT_REASONS = {
    Reason.NO_DATA: "unknown",
    Reason.ZERO_DENOMINATOR: "not-a-number",
    Reason.REPORTS_MISSING: "unknown",
    Reason.IMPLAUSIBLE: "error",
    Reason.NOT_ON_RECORD: "unknown",
    Reason.PART_OF_YEAR: "temp-unknown",
}
NOTATIONS = {"higher": "increase", "lower": "decrease"}


def bundle(
    results: Sequence[Result],
    catalogue: Catalogue,
    organisations: Mapping[str, Organisation],
    base: str,
    exported: dt.datetime,
    synthetic: bool = False,
) -> str:
    """The JSON text of a collection bundle. `base`: the address under which the installation names its measures."""
    entries = []
    for one in results:
        report = _report(one, catalogue.get(one.indicator), organisations[one.organisation], base, exported)
        if synthetic:
            report["meta"] = {"tag": [_coding("v3-ActReason", "HTEST", "test health data")]}
        number = uuid.uuid5(uuid.NAMESPACE_URL, f"{base}/{one.organisation}/{one.indicator}/{one.period}")
        entries.append({"fullUrl": f"urn:uuid:{number}", "resource": {**report, "id": str(number)}})
    document: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": exported.isoformat(timespec="seconds"),
    }
    if entries:  # FHIR knows no empty lists
        document["entry"] = entries
    return json.dumps(document, ensure_ascii=False, indent=1)


def _report(
    result: Result, definition: Definition, organisation: Organisation, base: str, exported: dt.datetime
) -> dict[str, Any]:
    period = parse(result.period)
    who = {
        "identifier": {"system": f"{base}/organisation", "value": organisation.code},
        "display": organisation.zh,
    }
    report: dict[str, Any] = {
        "resourceType": "MeasureReport",
        "status": "complete",
        "type": "summary",
        "measure": f"{base}/Measure/{definition.code}",
        "date": exported.isoformat(timespec="seconds"),
        "reporter": who,
        "period": {"start": period.first_day.isoformat(), "end": period.last_day.isoformat()},
        "group": [_group(result, definition)],
    }
    if definition.polarity in NOTATIONS:
        notation = NOTATIONS[definition.polarity]
        report["improvementNotation"] = {"coding": [_coding("measure-improvement-notation", notation)]}
    return report


def _group(result: Result, definition: Definition) -> dict[str, Any]:
    counts = {"numerator": result.numerator, "denominator": result.denominator}
    group: dict[str, Any] = {
        "code": {"text": definition.zh, "coding": [{"code": definition.code, "display": definition.en}]},
        "population": [
            {"code": {"coding": [_coding("measure-population", name)]}, "count": count}
            for name, count in counts.items()
            if count is not None
        ],
    }
    if not group["population"]:
        del group["population"]
    if result.value is None or result.reason is not Reason.NONE:
        why = ABSENT_REASONS.get(result.reason, "unknown")
        group["measureScore"] = {"extension": [{"url": ABSENT, "valueCode": why}]}
    else:
        group["measureScore"] = {"value": result.value, "unit": definition.unit_en} | (
            {"system": "http://unitsofmeasure.org", "code": UCUM[definition.multiplier]}
            if definition.multiplier in UCUM
            else {}
        )
    return group


def _coding(system: str, code: str, display: str = "") -> dict[str, str]:
    found = {"system": f"{TERMINOLOGY}/{system}", "code": code}
    return found | ({"display": display} if display else {})
