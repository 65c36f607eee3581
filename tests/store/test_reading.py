"""What is read comes by the keys, as codes and aware times, in columns that do not change their type."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import event

from store import reading
from store.saving import save

PERIOD = {"first": 202501, "last": 202512}
READERS = {
    "area_totals": lambda store: reading.area_totals(store, ["births"], ["P1", "PV"], **PERIOD),
    "area_reports": lambda store: reading.area_reports(store, ["monthly"], ["P1", "PV"], **PERIOD),
    "current_values": lambda store: reading.current_values(store, ["births"], ["H1"], **PERIOD),
    "submissions": lambda store: reading.submissions(store, ["H1"], **PERIOD),
    "uploads": lambda store: reading.uploads(store),
    "upload_issues": lambda store: reading.upload_issues(store, 1),
}


@pytest.fixture
def filled(held, province, made):
    warning = made.issue("warning", form="monthly", organisation="H1", month=202501)
    due = dt.date(2025, 7, 5)
    uploads = [
        made.upload(
            made.submission("H1", 202500 + month, {"births": month, "deaths": None}, due=due),
            issues=[warning] if month == 1 else [],
            synthetic=month == 1,
        )
        for month in range(1, 7)
    ]
    save(held, province, uploads, "clerk")
    return held


def plans(store, read):
    """The plans of all statements that a reader sends."""
    sent = []

    def listen(connection, cursor, statement, parameters, context, many):
        sent.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", listen)
    read(store)
    event.remove(store.engine, "before_cursor_execute", listen)
    with store.reading() as connection:
        if connection.dialect.name == "postgresql":
            # So few rows are read faster without an index; whether one could be used is what is asked.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN " if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        return "\n".join(
            str(row[-1])
            for statement, parameters in sent
            if statement.startswith("SELECT")
            for row in connection.exec_driver_sql(explain + statement, parameters)
        )


def test_an_area_page_finds_its_rows_by_element_area_and_month(filled):
    reading.area_totals(filled, ["births"])  # the codes are read once, here
    found = plans(filled, READERS["area_totals"])
    if filled.engine.dialect.name == "sqlite":
        assert found == (
            "SEARCH area_total USING PRIMARY KEY (element_id=? AND area_id=? AND month>? AND month<?)"
        )
    else:
        assert "pk_area_total" in found
        assert "Seq Scan" not in found
    assert "data_value" not in found
    assert "submission" not in found


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("area_reports", r"pk_area_report|area_report USING PRIMARY KEY"),
        ("current_values", r"ix_submission_organisation|uq_submission_current"),
        ("submissions", r"ix_submission_organisation|uq_submission_current"),
        ("upload_issues", r"ix_issue_upload_id"),
    ],
)
def test_no_table_is_scanned(filled, name, index):
    READERS[name](filled)
    found = plans(filled, READERS[name])
    assert not re.search(r"^SCAN|Seq Scan", found, re.MULTILINE)
    assert re.search(index, found)


def test_an_area_page_never_reads_institution_rows(filled):
    """Deleting every institution's own rows changes nothing for areas."""
    before = READERS["area_totals"](filled)
    with filled.writing() as connection:
        connection.exec_driver_sql(
            "DELETE FROM area_total WHERE area_id IN (SELECT id FROM organisation WHERE code = 'H1')"
        )
        connection.exec_driver_sql("DELETE FROM data_value")
    pd.testing.assert_frame_equal(before, READERS["area_totals"](filled))
    assert len(before) == 12


@pytest.mark.parametrize("name", READERS)
def test_columns_keep_their_types_when_nothing_is_found(filled, new_store, name):
    full, empty = READERS[name](filled), READERS[name](new_store())
    assert len(full) > 0
    assert len(empty) == 0
    assert list(full.columns) == list(empty.columns)
    assert full.dtypes.to_dict() == empty.dtypes.to_dict()


def test_times_come_back_aware(filled):
    frame = reading.submissions(filled)
    assert frame["received_at"][0].to_pydatetime() == dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
    # Due on 5 July: late from that midnight in China, 16:00 UTC.
    assert frame["due_at"][0].to_pydatetime() == dt.datetime(2025, 7, 5, 16, tzinfo=dt.UTC)
    assert frame["ended_at"].isna().all()


def test_periods_are_cut_by_their_last_month(filled):
    found = reading.area_totals(filled, ["births"], ["PV"], first=202502, last=202503)
    assert list(found["value"]) == [2, 3]


def test_months_out_of_a_frame_are_understood(filled):
    found = reading.area_totals(filled, ["births"], ["PV"], np.int64(202502), np.int64(202503))
    assert list(found["value"]) == [2, 3]
    assert len(reading.upload_issues(filled, reading.uploads(filled)["upload_id"].min())) == 1


def test_absent_numbers_stay_absent(filled):
    values = reading.current_values(filled, ["deaths"])
    assert values["value"].isna().all()
    assert values["value"].dtype == "Int64"
    assert set(values["note"]) == {"blank"}


def test_unknown_codes_find_nothing(filled):
    assert len(reading.area_totals(filled, ["no_such_element"])) == 0
    assert len(reading.area_totals(filled, ["births"], ["no such place"])) == 0
    assert len(reading.submissions(filled, forms=["no_such_form"])) == 0


def test_organisations_added_by_another_program_are_seen(filled, open_store, province, made):
    other = open_store()
    reading.area_totals(other, ["births"])
    assert other.data_version() == filled.data_version() == 6
    save(filled, province, [made.upload(made.submission("C3", 202506, {"births": 9}))], "clerk")
    assert list(reading.area_totals(other, ["births"], ["C3"])["value"]) == [9]
    assert other.data_version() == 7


def test_uploads_are_paged_newest_first(filled):
    assert list(reading.uploads(filled, limit=2)["upload_id"]) == [6, 5]
    assert list(reading.uploads(filled, limit=2, offset=4)["upload_id"]) == [2, 1]
    assert list(reading.uploads(filled, outcome="accepted_with_warnings")["upload_id"]) == [1]


def test_one_upload_by_its_number(filled):
    found = reading.upload(filled, np.int64(1))
    assert (found["upload_id"], found["outcome"], found["values"]) == (1, "accepted_with_warnings", 1)
    assert list(found) == list(reading.uploads(filled).columns)
    assert reading.upload(filled, 99) is None


def test_synthetic_only_while_in_force(filled, province, made):
    assert reading.has_synthetic(filled)
    real = made.upload(made.submission("H1", 202501, {"births": 3}), at=9)
    save(filled, province, [real], "clerk")
    assert not reading.has_synthetic(filled)
