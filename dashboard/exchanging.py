"""Numbers of this installation in the words of other systems: which totals or results go into a DHIS2, ADX or FHIR file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dashboard.exports.exchange import adx, dhis2, fhir
from dashboard.exports.exchange.totals import Total, totals_of
from dashboard.workspace import Workspace
from indicators.results import calculate
from reference.organisations import Organisation
from reference.periods import Period
from reference.strict import DefinitionError
from store import reading


class System(StrEnum):
    """Who the file is for."""

    DHIS2 = "dhis2"
    ADX = "adx"
    FHIR = "fhir"


KINDS = {
    System.DHIS2: "application/json",
    System.ADX: "application/xml",
    System.FHIR: "application/fhir+json",
}
ENDINGS = {System.DHIS2: "json", System.ADX: "xml", System.FHIR: "json"}


@dataclass(frozen=True)
class Exchange:
    """The text of the file, how many numbers are in it, and how many had to be left out."""

    text: str
    values: int
    left_out: int = 0


def exchange(
    workspace: Workspace,
    system: System,
    organisations: Sequence[Organisation],
    period: Period,
    indicators: Sequence[str] = (),
) -> Exchange:
    """Data elements (DHIS2, ADX) or results of indicators (FHIR) of the organisations in the period.

    Raises DefinitionError when there is nothing to write.
    """
    now = dt.datetime.now(dt.UTC)
    synthetic = reading.has_synthetic(workspace.store)
    codes = [one.code for one in organisations]
    if system is System.FHIR:
        results = calculate(workspace.context, list(indicators), codes, period)
        named = {one.code: one for one in organisations}
        base = workspace.settings.exchange_base
        return Exchange(fhir.bundle(results, workspace.catalogue, named, base, now, synthetic), len(results))
    totals = _totals(workspace, organisations, period)
    if not totals:
        raise DefinitionError(f"there are no numbers of these organisations in {period.code}")
    if system is System.ADX:
        return Exchange(adx.message(totals, now, synthetic), len(totals))
    text, left_out = dhis2.data_value_set(totals, now, synthetic)
    return Exchange(text, len(totals) - len(left_out), len(left_out))


def _totals(workspace: Workspace, organisations: Sequence[Organisation], period: Period) -> list[Total]:
    """Totals of whole months, quarters or years that lie within the period."""
    elements = workspace.registry.elements
    trees = {one.code: one.tree for one in organisations}
    frame = reading.area_totals(workspace.store, list(elements), list(trees), period.first, period.last)
    found = totals_of(frame.to_dict("records"), elements, trees)
    return [one for one in found if one.period.first >= period.first]
