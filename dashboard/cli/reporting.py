"""Commands about who owes which report and by when: calendar, extend."""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from dashboard.calendar import end_extension, extend, read_calendar
from dashboard.cli.output import Format, emit, say
from dashboard.workspace import Workspace, open_workspace
from indicators.reporting import Entry, State, Tally, tally
from reference import periods
from reference.periods import Period, month_add, month_of
from reference.reporting import Duty
from reference.strict import DefinitionError

COLUMNS = (
    *("form", "month", "organisation", "name", "above", "due", "state", "received", "days_late"),
    *("zero", "extended", "upload"),
)


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(calendar)
    app.command(name="extend")(extend_deadline)


def calendar(
    period: Annotated[
        str, typer.Option("--period", "-p", help="2026-10, 2026Q3 … Default: the month just over.")
    ] = "",
    form: Annotated[
        list[str] | None, typer.Option("--form", "-f", help="Code of a form; may be repeated.")
    ] = None,
    organisation: Annotated[
        str, typer.Option("--organisation", "-o", help="Code or name: it and all below it.")
    ] = "",
    state: Annotated[
        list[State] | None, typer.Option("--state", "-s", help="Only reports in this state; may be repeated.")
    ] = None,
    format: Annotated[
        Format, typer.Option("--format", help="table for people, json or csv for programs.")
    ] = Format.TABLE,
) -> None:
    """Say who owes which report, when it is due, and whether it came in time, late or not at all."""
    workspace = open_workspace(prepare=True)
    span = periods.parse(period) if period else periods.month_period(month_add(month_of(dt.date.today()), -1))
    area = workspace.registry.organisations.resolve(organisation) if organisation else None
    tree = area.tree if area else "guizhou"
    found = read_calendar(workspace, _duties(workspace, form or (), tree), span, dt.datetime.now(dt.UTC))
    if area:
        found = [one for one in found if area.code in one.areas]
    wanted = [one for one in found if not state or one.state in state]
    emit(
        format,
        "报送日历 · Reporting calendar",
        COLUMNS,
        [_row(workspace, one) for one in wanted],
        ("days_late",),
    )
    if format is Format.TABLE:
        say(_summary(tally(found), span))
    workspace.close()


def extend_deadline(
    form: Annotated[str, typer.Argument(help="Code of the form.")],
    organisation: Annotated[
        str, typer.Argument(help="Code or name of the organisation that owes the report.")
    ],
    month: Annotated[str, typer.Argument(help="The last month that the report covers, e.g. 2026-10.")],
    until: Annotated[str, typer.Option(help="The last day in time, e.g. 2026-11-12.")] = "",
    reason: Annotated[str, typer.Option(help="Why; it is kept and shown.")] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="End the extension in force instead.")] = False,
) -> None:
    """Put off the deadline of one organisation's report, or take that back; both are kept with who, when and why."""
    workspace = open_workspace(prepare=True)
    span = periods.parse(month)
    if span.span != 1:
        raise DefinitionError(f"'{month}' is not one month; give the last month that the report covers")
    actor = getpass.getuser()
    if revoke:
        if until:
            raise DefinitionError(
                "give --until to put a deadline off, or --revoke to take that back, not both"
            )
        number = end_extension(workspace, form, organisation, span.last, reason, actor)
        say(f"Extension {number} is revoked.")
    else:
        number = extend(workspace, form, organisation, span.last, _day(until), reason, actor)
        say(f"Extension {number} is granted until {until}.")
    workspace.close()


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise DefinitionError(f"--until '{text}' is not a day; write it like 2026-11-12") from None


def _duties(workspace: Workspace, forms: Sequence[str], tree: str) -> list[Duty]:
    asked = [workspace.forms.get(code).duty for code in forms]
    return asked or [duty for duty in workspace.forms.duties if duty.tree == tree and duty.span]


def _row(workspace: Workspace, entry: Entry) -> dict[str, Any]:
    organisations = workspace.registry.organisations
    one = organisations.get(entry.organisation, Period(entry.month, entry.month, "month").last_day)
    receipt, extension = entry.receipt, entry.extension
    return {
        "form": entry.form,
        "month": periods.month_period(entry.month).code,
        "organisation": entry.organisation,
        "name": one.zh,
        "above": organisations.get(one.parent).zh if one.parent else "",
        "due": entry.due.isoformat() if entry.due else None,
        "state": str(entry.state),
        "received": receipt.received_at.isoformat(timespec="seconds") if receipt else None,
        "days_late": entry.days_late or None,
        "zero": "yes" if receipt and receipt.zero else None,
        "extended": f"{extension.until}: {extension.reason}" if extension else None,
        "upload": receipt.upload_id if receipt else None,
    }


def _summary(counted: Tally, span: Period) -> str:
    shares = (counted.completeness, counted.timeliness)
    complete, timely = ("—" if share is None else f"{share:.1%}" for share in shares)
    return (
        f"{span.label('en')}: {counted.expected:,} due, {counted.received:,} received ({complete}), "
        f"{counted.on_time:,} in time ({timely}), {counted.late:,} late, {counted.missing:,} missing, "
        f"{counted.running:,} not yet due, {counted.entered_later:,} due before this installation began, {counted.zero:,} of the received all zero; "
        f"{counted.not_expected:,} came that nobody owed"
    )
