"""The calendar of an installation: from the command line, and the extensions that are refused."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import replace

import pytest

from dashboard.calendar import end_extension, extend, read_calendar
from indicators.reporting import State, tally
from reference.periods import month_period
from reference.strict import DefinitionError
from store.extending import ExtensionError

DECEMBER = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)


@pytest.fixture
def begun(loaded, counties):
    """The installation took in its first file long before those that the tests look at."""
    early = counties.an_upload([counties.a_return("520102", 202412, 70)], name="早.xlsx")
    counties.save(replace(early, received_at=dt.datetime(2025, 1, 2, tzinfo=dt.UTC)))
    return loaded


def states(workspace, counties, month, now=DECEMBER):
    duty = workspace.forms.get(counties.form).duty
    found = read_calendar(workspace, [duty], month_period(month), now)
    return {one.organisation: one for one in found}


def test_who_sent_late_and_who_not_at_all(begun, counties):
    # All that is loaded came on 3 November 2026: in time for October, late for everything before.
    october = states(begun, counties, 202610)
    assert october[counties.behind].state is State.ON_TIME
    assert october[counties.silent].state is State.MISSING
    counted = tally(october.values())
    owing = 89  # 88 counties and the new area
    assert (counted.expected, counted.received, counted.missing) == (owing, 3, owing - 3)
    september = states(begun, counties, 202609)[counties.behind]
    assert (september.state, september.due) == (State.LATE, dt.date(2026, 10, 8))
    # The first late moment is 8 October 16:00 UTC; 3 November 01:30 lies on the 26th day after it.
    assert september.days_late == 26


def test_an_extension_granted_afterwards_makes_a_late_report_one_in_time(begun, counties):
    extend(begun, counties.form, counties.behind, 202609, dt.date(2026, 11, 3), "洪水", "officer")
    assert states(begun, counties, 202609)[counties.behind].state is State.ON_TIME
    end_extension(begun, counties.form, counties.behind, 202609, "误批", "chief")
    assert states(begun, counties, 202609)[counties.behind].state is State.LATE


def test_what_was_due_before_the_first_file_of_all_is_neither_late_nor_in_time(loaded, counties):
    september = states(loaded, counties, 202609)
    assert september[counties.behind].state is State.ENTERED_LATER
    counted = tally(september.values())
    assert (counted.received, counted.late, counted.entered_later, counted.timed) == (3, 0, 3, 86)
    # Two of three were put off until after the first file came: of these it is known when they came.
    for code in (counties.behind, counties.near):
        extend(loaded, counties.form, code, 202609, dt.date(2026, 11, 3), "洪水", "officer")
    assert tally(states(loaded, counties, 202609).values()).timeliness == 2 / 88


def test_a_report_put_off_is_not_missing_until_then(loaded, counties):
    extend(loaded, counties.form, counties.silent, 202610, dt.date(2026, 12, 1), "洪水", "officer")
    assert states(loaded, counties, 202610)[counties.silent].state is State.EXTENDED
    midnight = dt.datetime(2026, 12, 1, 16, tzinfo=dt.UTC)
    assert states(loaded, counties, 202610, midnight)[counties.silent].state is State.MISSING


@pytest.mark.parametrize(
    ("organisation", "month", "until", "fault"),
    [
        ("520302", 202609, dt.date(2026, 10, 8), "due on 2026-10-08 as it is"),
        ("520000", 202609, dt.date(2026, 12, 1), "does not owe"),
        ("520114", 202609, dt.date(2026, 12, 1), "does not owe"),  # ended in 2012
    ],
)
def test_an_extension_that_would_do_nothing_is_refused(loaded, counties, organisation, month, until, fault):
    with pytest.raises(DefinitionError, match=fault):
        extend(loaded, counties.form, organisation, month, until, "因", "officer")


def test_revoking_nothing_says_so(loaded, counties):
    with pytest.raises(ExtensionError, match="no extension in force"):
        end_extension(loaded, counties.form, counties.behind, 202609, "因", "officer")


def test_the_command_lists_who_owes_what_in_every_format(mch):
    ran = mch(
        "calendar", "--period", "2025-09", "--form", "county_monthly", "-o", "520300", "--format", "json"
    )
    rows = json.loads(ran.out)
    assert len(rows) == 14  # 遵义市: 3 districts, 7 counties, 2 autonomous counties and 2 cities
    assert {(row["state"], row["due"]) for row in rows} == {("missing", "2025-10-09")}
    ran = mch("calendar", "-p", "2025-09", "-f", "county_monthly", "-o", "520302", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(ran.out))
    assert (row["organisation"], row["name"], row["above"]) == ("520302", "红花岗区", "遵义市")
    ran = mch("calendar", "-p", "2025-09", "-f", "county_monthly", "-o", "520302")
    assert "1 due, 0 received (0.0%)" in ran.err


def test_the_command_puts_off_and_takes_back(mch):
    report = ("county_monthly", "红花岗区", "2025-09")
    assert mch("extend", *report, "--until", "2999-01-01", "--reason", "洪水").code == 0
    asked = ("calendar", "-p", "2025-09", "-f", "county_monthly", "-o", "520302", "--format", "json")
    (row,) = json.loads(mch(*asked).out)
    assert (row["state"], row["due"], row["extended"]) == ("extended", "2999-01-01", "2999-01-01: 洪水")
    assert mch("extend", *report, "--revoke", "--reason", "误批").code == 0
    (row,) = json.loads(mch(*asked).out)
    assert (row["state"], row["extended"]) == ("missing", None)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("2025-09", "--until", "2999-01-01"), "a reason is needed"),
        (("2025-09", "--until", "soon", "--reason", "a"), "like 2026-11-12"),
        (("2025Q3", "--until", "2999-01-01", "--reason", "a"), "not one month"),
        (("2025-09", "--revoke", "--reason", "a"), "no extension in force"),
        (("2025-09", "--revoke", "--until", "2999-01-01", "--reason", "a"), "not both"),
    ],
)
def test_what_the_command_cannot_do_is_one_sentence(mch, arguments, fault):
    ran = mch("extend", "county_monthly", "520302", *arguments)
    assert ran.code == 2
    assert fault in ran.err
