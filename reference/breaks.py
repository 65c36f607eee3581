"""Stated breaks: days from which an indicator's numbers no longer compare with its earlier ones."""

from __future__ import annotations

import datetime as dt

from reference.organisations import OrganisationChange
from reference.strict import Strict


class Break(Strict):
    """One row of breaks.csv: a new definition, form or service, from a day on; control charts begin anew there.

    Without an indicator it holds for all of them, without an organisation for all of these. Changes of land are not repeated
    here: they stand in organisation_changes.csv.
    """

    on: dt.date
    indicator: str = ""
    organisation: str = ""
    reason_zh: str
    reason_en: str
    source: str


def of_change(change: OrganisationChange, organisation: str) -> Break:
    """A change of land as a break of an area's series."""
    return Break(
        on=change.on,
        organisation=organisation,
        reason_zh=f"区划变更：{change.kind}",
        reason_en="change of divisions",
        source=change.document or change.source,
    )
