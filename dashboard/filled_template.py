"""A form's blank workbook for one sender: institution and period filled in, last period's values beside as a hint."""

from __future__ import annotations

import datetime as dt
import io

from dashboard.workspace import Workspace
from loaders.forms import Form
from loaders.template import TemplateRow, write_template
from reference.periods import Period, month_add
from store.reading import current_values


def filled_template(workspace: Workspace, form: Form, organisation: str, period: Period | None) -> bytes:
    """The workbook's bytes; without organisation or period these stay blank, and without earlier values there is no hint."""
    target = io.BytesIO()
    write_template(
        form,
        workspace.registry,
        target,
        on=period.last_day if period else dt.date.today(),
        organisation=organisation,
        period=period,
        before=_before(workspace, form, organisation, period) if organisation and period else (),
    )
    return target.getvalue()


def _before(workspace: Workspace, form: Form, organisation: str, period: Period) -> tuple[TemplateRow, ...]:
    """What the sender, or those below it, gave for the period before."""
    span = form.duty.span
    if not span:
        return ()
    month = month_add(period.last, -span)
    below = workspace.registry.organisations.descendants(organisation, period.last_day)
    whose = [organisation, *(one.code for one in below)]
    frame = current_values(workspace.store, None, whose, [form.code], month, month)
    values: dict[str, dict[tuple[str, str], int | str]] = {}
    for row in frame.to_dict("records"):
        said = row["text"] or (
            None if row["value"] is None or row["value"] != row["value"] else int(row["value"])
        )
        if said is not None and said == said:
            values.setdefault(str(row["organisation"]), {})[str(row["element"]), str(row["category"])] = said
    return tuple(TemplateRow(code, held) for code, held in values.items())
