"""The reporting calendar of an installation: what the store holds, counted against what is owed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from dashboard.workspace import Workspace
from indicators.reporting import Entry, as_extensions, as_receipts, entries
from reference.organisations import Organisation
from reference.periods import Period, last_day, month_period
from reference.reporting import Duty, due_day, ends_in, owing
from reference.strict import DefinitionError
from store.extending import extensions, grant, revoke
from store.reading import months
from store.receipts import first_arrival, receipts


def read_calendar(
    workspace: Workspace, duties: Sequence[Duty], period: Period, now: dt.datetime
) -> list[Entry]:
    """The calendar of the duties over the months of a period, for every organisation that owes them.

    Months before the first that a tree has any number of lie before the installation's beginning: nobody is asked for them.
    """
    forms = [duty.form for duty in duties]
    span = (forms, None, period.first, period.last)
    came, put_off = (
        as_receipts(receipts(workspace.store, *span)),
        as_extensions(extensions(workspace.store, *span)),
    )
    since, found = first_arrival(workspace.store), []
    for tree in dict.fromkeys(duty.tree for duty in duties):
        held = months(workspace.store, tree)
        found += entries(
            [duty for duty in duties if duty.tree == tree],
            [month for month in period.months if held is None or month >= held[0]],
            workspace.registry.organisations,
            workspace.registry.calendar,
            came,
            put_off,
            now,
            since,
        )
    return found


def extend(
    workspace: Workspace, form: str, organisation: str, month: int, until: dt.date, reason: str, actor: str
) -> int:
    """Grant an extension for a report that is owed; raises DefinitionError when it is not, or would put nothing off."""
    duty, found = _owed(workspace, form, organisation, month)
    due = due_day(duty, month, workspace.registry.calendar)
    if until <= due:
        raise DefinitionError(
            f"the report is due on {due} as it is; an extension must end later than that, not on {until}"
        )
    return grant(workspace.store, form, found.code, month, until, reason, actor)


def end_extension(
    workspace: Workspace, form: str, organisation: str, month: int, reason: str, actor: str
) -> int:
    """Revoke the extension of a report."""
    code = workspace.registry.organisations.resolve(organisation, workspace.forms.get(form).tree).code
    return revoke(workspace.store, form, code, month, reason, actor)


def _owed(workspace: Workspace, form: str, organisation: str, month: int) -> tuple[Duty, Organisation]:
    duty = workspace.forms.get(form).duty
    organisations = workspace.registry.organisations
    one = organisations.resolve(organisation, duty.tree)
    period = month_period(month).label("en")
    if not ends_in(duty, month):
        raise DefinitionError(f"no report of {form} ends with {period}")
    if one.code not in {
        found.code for found in owing(duty, organisations, month, workspace.registry.calendar)
    }:
        raise DefinitionError(
            f"{one.zh} ({one.code}) does not owe {form} for {period}: it is not of the kind that reports it, "
            f"was not open on {last_day(month)}, or is released from it"
        )
    return duty, one
