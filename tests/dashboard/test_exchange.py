"""Numbers for other systems keep to those systems' own schemas, and say what the store says."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from fhir.resources.R4B.bundle import Bundle
from lxml import etree

from dashboard.exchanging import System, exchange
from dashboard.exports.exchange import adx, dhis2, fhir
from dashboard.exports.exchange.totals import Total, period_of, totals_of
from dashboard.settings import Settings
from dashboard.workspace import open_workspace
from indicators.definition import load_catalogue
from indicators.result import Reason, Result
from reference.periods import parse
from reference.strict import DefinitionError
from store.records import SubmissionRecord, UploadRecord, ValueRecord
from store.saving import save

SCHEMAS = Path(__file__).parent / "schemas"
NOW = dt.datetime(2026, 11, 25, 8, 30, tzinfo=dt.UTC)
MONTH = parse("2026-10")
TOTALS = [
    Total("520303", "live_births", "", "residence", MONTH, Decimal(412)),
    Total("520303", "live_births", "registered", "residence", MONTH, Decimal(390)),
    Total("520303", "live_births", "", "occurrence", MONTH, Decimal(455)),
    Total("520303", "childcare_places", "", "residence", parse("2026Q3"), Decimal(1800)),
    Total("520300", "bed_cost", "", "register", parse("SY2026"), Decimal("12.50")),
]


def validate_dhis2(text: str) -> dict:
    document = json.loads(text)
    schema = json.loads((SCHEMAS / "dhis2_data_value_set.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    return document


def validate_adx(text: str) -> etree._Element:
    tree = etree.fromstring(text.encode())
    etree.XMLSchema(etree.parse(SCHEMAS / "adx.xsd")).assertValid(tree)
    return tree


@pytest.mark.parametrize(
    ("period", "dhis", "iso"),
    [
        ("2026-10", "202610", "2026-10-01/P1M"),
        ("2026Q3", "2026Q3", "2026-07-01/P3M"),
        ("2026H1", "2026S1", "2026-01-01/P6M"),
        ("2025", "2025", "2025-01-01/P1Y"),
        ("SY2026", "2025Oct", "2025-10-01/P1Y"),
        ("2020-04..2021-03", "2020April", "2020-04-01/P1Y"),
        ("2026-02..2026-05", None, "2026-02-01/P4M"),
    ],
)
def test_periods_in_the_words_of_others(period, dhis, iso):
    assert dhis2.period_code(parse(period)) == dhis
    assert adx.period_code(parse(period)) == iso


@pytest.mark.parametrize(
    ("last", "span", "code"),
    [(202610, 1, "2026-10"), (202609, 3, "2026Q3"), (202609, 12, "SY2026"), (202512, 12, "2025")],
)
def test_a_period_is_called_by_its_usual_name(last, span, code):
    assert period_of(last, span).code == code


def test_dhis2_keeps_bases_and_breakdowns_apart():
    text, left_out = dhis2.data_value_set(TOTALS, NOW)
    values = validate_dhis2(text)["dataValues"]
    assert left_out == []
    said = {
        (one["orgUnit"], one["dataElement"], one["attributeOptionCombo"], one["categoryOptionCombo"]): one
        for one in values
    }
    assert len(said) == 5
    assert said["520303", "live_births", "residence", "registered"]["value"] == "390"
    assert said["520303", "live_births", "occurrence", "default"]["value"] == "455"
    assert said["520300", "bed_cost", "register", "default"]["value"] == "12.50"
    assert said["520300", "bed_cost", "register", "default"]["period"] == "2025Oct"


def test_dhis2_leaves_out_what_it_has_no_period_for_and_says_so():
    odd = Total("520303", "live_births", "", "residence", parse("2026-02..2026-05"), Decimal(1))
    text, left_out = dhis2.data_value_set([odd], NOW)
    assert validate_dhis2(text)["dataValues"] == []
    assert left_out == [odd]


def test_adx_has_one_group_for_an_organisation_period_and_basis():
    tree = validate_adx(adx.message(TOTALS, NOW))
    groups = tree.findall(f"{{{adx.NAMESPACE}}}group")
    assert [(one.get("orgUnit"), one.get("basis"), len(one)) for one in groups] == [
        ("520300", "register", 1),
        ("520303", "residence", 1),
        ("520303", "occurrence", 1),
        ("520303", "residence", 2),
    ]
    assert groups[-1][1].attrib == {"dataElement": "live_births", "value": "390", "category": "registered"}


def test_adx_is_never_empty():
    with pytest.raises(ValueError, match="at least one"):
        adx.message([], NOW)


def test_made_up_numbers_are_marked_in_every_format(registry):
    text, _ = dhis2.data_value_set(TOTALS, NOW, synthetic=True)
    assert all("SYNTHETIC" in one["comment"] for one in validate_dhis2(text)["dataValues"])
    groups = validate_adx(adx.message(TOTALS, NOW, synthetic=True))
    assert all("SYNTHETIC" in one.get("comment") for one in groups)
    bundle = json.loads(_bundle(registry, [_result()], synthetic=True))
    assert bundle["entry"][0]["resource"]["meta"]["tag"][0]["code"] == "HTEST"


def test_rows_of_the_store_become_numbers(registry):
    elements = registry.elements
    decimal = next(one for one in elements.values() if one.decimals == 2)
    rows = [
        {"organisation": code, "element": element, "category": "", "basis": "residence", "month": 202610, "span": 1, "value": 1250}
        for code in ("520303", "520302", "IN-AP")
        for element in ("live_births", decimal.code)
    ]  # fmt: skip
    found = totals_of(rows, elements, {"520302": "guizhou", "520303": "guizhou"})
    assert [(one.organisation, one.element, one.value) for one in found] == sorted(
        (code, element, value)
        for code in ("520302", "520303")
        for element, value in (("live_births", Decimal(1250)), (decimal.code, Decimal("12.5")))
    )


def _result(**changes) -> Result:
    given = {
        "organisation": "520303", "level": "county", "period": "2026-10", "indicator": "prenatal_screening_coverage",
        "numerator": 8412, "denominator": 11798, "value": 71.3002, "lower": 70.4771, "upper": 72.1094,
        "method": "wilson", "basis": "residence", "received": 1, "expected": 1,
    }  # fmt: skip
    return Result(**(given | changes))


def _bundle(registry, results, synthetic=False) -> str:
    organisations = {one.organisation: registry.organisations.get(one.organisation) for one in results}
    catalogue = load_catalogue(registry)
    return fhir.bundle(results, catalogue, organisations, "https://mch.example/fhir", NOW, synthetic)


def test_fhir_reports_are_valid_and_carry_their_counts(registry):
    text = _bundle(registry, [_result(), _result(indicator="maternal_mortality_ratio", value=12.5)])
    bundle = Bundle.model_validate_json(text)
    report = bundle.entry[0].resource
    assert report.measure == "https://mch.example/fhir/Measure/prenatal_screening_coverage"
    assert (str(report.period.start), str(report.period.end)) == ("2026-10-01", "2026-10-31")
    assert {one.code.coding[0].code: one.count for one in report.group[0].population} == {
        "numerator": 8412,
        "denominator": 11798,
    }
    assert float(report.group[0].measureScore.value) == 71.3002
    assert report.improvementNotation.coding[0].code == "increase"
    assert bundle.entry[1].resource.improvementNotation.coding[0].code == "decrease"


def test_fhir_says_why_there_is_no_score(registry):
    missing = _result(numerator=None, denominator=None, value=None, reason=Reason.NO_DATA)
    partial = _result(reason=Reason.REPORTS_MISSING, organisation="520302")
    bundle = Bundle.model_validate_json(_bundle(registry, [missing, partial]))
    for entry in bundle.entry:
        score = entry.resource.group[0].measureScore
        assert score.value is None
        assert score.extension[0].valueCode == "unknown"


def test_an_empty_bundle_is_valid_too(registry):
    assert Bundle.model_validate_json(_bundle(registry, [])).entry is None


@pytest.fixture
def loaded(tmp_path):
    """A store with two counties' and one hospital's births of two months."""
    workspace = open_workspace(Settings(home=tmp_path, overlays=(), answers_seconds=0), prepare=True)
    content = b"births"
    records = tuple(
        SubmissionRecord(
            form, "test", basis, code, month, 1, None, None,
            (ValueRecord("live_births", "", births, "", "", "Sheet1", "C5"),),
        )
        for form, basis, code, month, births in (
            ("county_monthly", "residence", "520303", 202609, 30),
            ("county_monthly", "residence", "520303", 202610, 34),
            ("county_monthly", "residence", "520302", 202610, 50),
            ("delivery_institution_monthly", "occurrence", "MCH520303", 202610, 20),
        )
    )  # fmt: skip
    upload = UploadRecord(
        "a.xlsx", hashlib.sha256(content).hexdigest(), content, "test", NOW, False, records, ()
    )
    assert save(workspace.store, workspace.registry, [upload], "test")[0].outcome == "accepted"
    yield workspace
    workspace.close()


def test_the_store_goes_over_as_it_is(loaded):
    counties = [loaded.registry.organisations.get(code) for code in ("520302", "520303")]
    found = exchange(loaded, System.DHIS2, counties, parse("2026-09..2026-10"))
    said = {
        (one["orgUnit"], one["period"], one["attributeOptionCombo"]): one["value"]
        for one in validate_dhis2(found.text)["dataValues"]
    }
    assert said == {
        ("520303", "202609", "residence"): "30",
        ("520303", "202610", "residence"): "34",
        ("520303", "202610", "occurrence"): "20",
        ("520302", "202610", "residence"): "50",
    }
    assert (found.values, found.left_out) == (4, 0)
    tree = validate_adx(exchange(loaded, System.ADX, counties, parse("2026-10")).text)
    assert sum(int(one.get("value")) for one in tree.iter(f"{{{adx.NAMESPACE}}}dataValue")) == 34 + 20 + 50
    with pytest.raises(DefinitionError, match="no numbers"):
        exchange(loaded, System.DHIS2, counties, parse("2020-01"))


def test_results_go_over_as_measure_reports(loaded):
    county = loaded.registry.organisations.get("520303")
    found = exchange(loaded, System.FHIR, [county], parse("2026-10"), ["neonatal_mortality_rate"])
    report = Bundle.model_validate_json(found.text).entry[0].resource
    assert report.reporter.identifier.value == "520303"
