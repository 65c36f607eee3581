"""What becomes of an upload: accepted, returned, unchanged, superseding, superseded, withdrawn."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from store import reading
from store.arrivals import RecordError
from store.connecting import StoreError
from store.saving import save
from store.schema import metadata, submission
from store.verify import verify
from store.withdrawing import withdraw


def totals(store, *elements, areas=None):
    frame = reading.area_totals(store, elements or ("births", "deaths"), areas)
    rows = frame.itertuples(index=False)
    return {
        (row.organisation, row.element, row.category, row.month, row.span): (row.value, row.reports)
        for row in rows
    }


def sizes(store):
    with store.reading() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table))
            for name, table in metadata.tables.items()
        }


def test_an_accepted_file_is_in_values_totals_and_reports(held, province, made):
    upload = made.upload(
        made.submission("H1", 202506, {"births": 10, "births/registered": 4, "deaths": 0, "weight": None}),
        at=5,
        synthetic=True,
    )
    (receipt,) = save(held, province, [upload], "clerk")

    assert (receipt.outcome, receipt.submissions, receipt.superseded) == ("accepted", 1, 0)
    assert receipt.values == 3
    # Zero is a number that was reported; a blank cell is none.
    assert totals(held, "births", "deaths", "weight") == {
        (area, element, category, 202506, 1): (value, 1)
        for area in ("H1", "C1", "P1", "PV")
        for element, category, value in (("births", "", 10), ("births", "registered", 4), ("deaths", "", 0))
    }
    reports = reading.area_reports(held).to_dict("records")
    assert {(row["organisation"], row["form"], row["month"], row["received"]) for row in reports} == {
        (area, "monthly", 202506, 1) for area in ("H1", "C1", "P1", "PV")
    }
    values = reading.current_values(held).set_index(["element", "category"])
    assert values.loc[("weight", ""), "note"] == "blank"
    assert values.loc[("births", "registered"), "cell"] == "B3"
    assert reading.months(held, "guizhou") == (202506, 202506)
    assert reading.months(held, "india") is None
    assert reading.has_synthetic(held)
    assert verify(held, province) == []


def test_sums_go_up_the_tree(held, province, made):
    save(
        held,
        province,
        [
            made.upload(made.submission("H1", 202506, {"births": 10})),
            made.upload(made.submission("H2", 202506, {"births": 5})),
            made.upload(made.submission("C3", 202506, {"births": 3})),
        ],
        "clerk",
    )
    # In June 2025 C2 lies in P2: P1 = H1, P2 = H2 + C3.
    found = {key[0]: value for key, value in totals(held).items()}
    assert found == {
        "H1": (10, 1),
        "C1": (10, 1),
        "P1": (10, 1),
        "H2": (5, 1),
        "C2": (5, 1),
        "C3": (3, 1),
        "P2": (8, 2),
        "PV": (18, 3),
    }


def test_parents_are_those_of_the_periods_last_day(held, province, made):
    save(
        held,
        province,
        [
            made.upload(made.submission("H2", 202412, {"births": 5})),
            made.upload(made.submission("H2", 202501, {"births": 7})),
            # October 2024 to January 2025 ends after the move.
            made.upload(made.submission("H2", 202501, {"births": 20}, form="quarterly", span=4)),
        ],
        "clerk",
    )
    found = totals(held, areas=["P1", "P2", "PV"])
    assert found == {
        ("P1", "births", "", 202412, 1): (5, 1),
        ("PV", "births", "", 202412, 1): (5, 1),
        ("P2", "births", "", 202501, 1): (7, 1),
        ("PV", "births", "", 202501, 1): (7, 1),
        ("P2", "births", "", 202501, 4): (20, 1),
        ("PV", "births", "", 202501, 4): (20, 1),
    }


def test_a_zone_stands_on_its_own(held, province, made):
    save(held, province, [made.upload(made.submission("Z", 202506, {"births": 9}))], "clerk")
    assert totals(held) == {("Z", "births", "", 202506, 1): (9, 1)}
    assert reading.months(held, "guizhou") == (202506, 202506)


def test_a_countys_return_never_adds_to_its_hospitals(held, province, made):
    save(
        held,
        province,
        [
            made.upload(made.submission("H1", 202506, {"births": 10}, basis="occurrence")),
            made.upload(made.submission("C1", 202506, {"births": 8}, form="county", basis="residence")),
        ],
        "clerk",
    )
    frame = reading.area_totals(held, ["births"], ["C1", "PV"])
    assert sorted(zip(frame["organisation"], frame["basis"], frame["value"], strict=True)) == [
        ("C1", "occurrence", 10),
        ("C1", "residence", 8),
        ("PV", "occurrence", 10),
        ("PV", "residence", 8),
    ]


def test_codes_are_kept_but_not_summed(held, province, made):
    save(held, province, [made.upload(made.submission("H1", 202506, {"grade": 3}))], "clerk")
    assert totals(held, "grade") == {}
    assert list(reading.current_values(held, ["grade"])["value"]) == [3]


def test_a_file_with_errors_saves_nothing_but_its_receipt(held, province, made):
    upload = made.upload(
        made.submission("H1", 202506, {"births": 10}),
        issues=[made.issue(parameters={"limit": 3}, form="monthly", organisation="H1", month=202506)],
    )
    (receipt,) = save(held, province, [upload], "clerk")

    assert (receipt.outcome, receipt.errors, receipt.submissions, receipt.values) == ("returned", 1, 0, 0)
    known = ("organisation", "data_element")
    kept = {name: count for name, count in sizes(held).items() if count and name not in known}
    assert kept == {"upload": 1, "issue": 1, "audit": 1}
    (issue,) = reading.upload_issues(held, receipt.upload_id).to_dict("records")
    assert (issue["code"], issue["cell"], issue["parameters"]) == ("not_a_number", "B2", {"limit": 3})
    assert (issue["form"], issue["organisation"], issue["month"]) == ("monthly", "H1", 202506)
    assert reading.original(held, upload.sha256) == upload.content


def test_a_file_that_names_persons_is_not_kept(held, province, made):
    upload = dataclasses.replace(made.upload(issues=[made.issue(code="personal_identifier")]), content=None)
    (receipt,) = save(held, province, [upload], "clerk")
    assert receipt.outcome == "returned"
    assert not held.originals.path(upload.sha256).exists()
    assert list(reading.uploads(held)["kept"]) == [False]
    assert verify(held, province) == []


def test_warnings_are_saved_with_the_submission(held, province, made):
    warning = made.issue("warning", form="monthly", organisation="H1", month=202506)
    upload = made.upload(made.submission("H1", 202506, {"births": 10}), issues=[warning])
    (receipt,) = save(held, province, [upload], "clerk")
    assert (receipt.outcome, receipt.warnings) == ("accepted_with_warnings", 1)
    assert reading.upload_issues(held, receipt.upload_id)["submission_id"].notna().all()


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one after the other"])
def test_the_same_file_again_changes_nothing(held, province, made, together):
    upload = made.upload(made.submission("H1", 202506, {"births": 10}), at=0)
    again = dataclasses.replace(
        upload, received_at=upload.received_at + dt.timedelta(days=1), name="copy.xlsx"
    )
    if together:
        first, second = save(held, province, [upload, again], "clerk")
    else:
        (first,) = save(held, province, [upload], "clerk")
        before = sizes(held), held.data_version()
        (second,) = save(held, province, [again], "clerk")
        assert (sizes(held), held.data_version()) == before
    assert (first.outcome, second.outcome) == ("accepted", "unchanged")
    assert second.upload_id == first.upload_id
    assert (second.submissions, second.values, second.superseded) == (1, 1, 0)
    assert sizes(held)["upload"] == 1


def test_the_same_returned_file_again_changes_nothing(held, province, made):
    upload = made.upload(issues=[made.issue()])
    first, second = save(held, province, [upload, upload], "clerk")
    assert (first.upload_id, first.outcome) == (second.upload_id, second.outcome) == (1, "returned")
    other = dataclasses.replace(upload, sender="another")
    (third,) = save(held, province, [other], "clerk")
    assert third.upload_id == 2


def test_the_same_bytes_read_otherwise_are_a_new_submission(held, province, made):
    """A mended form definition may read more from the same file."""
    first = made.upload(made.submission("H1", 202506, {"births": 10}), content=b"bytes")
    second = made.upload(made.submission("H1", 202506, {"births": 10, "deaths": 1}), content=b"bytes", at=1)
    save(held, province, [first], "clerk")
    (receipt,) = save(held, province, [second], "clerk")
    assert (receipt.outcome, receipt.superseded) == ("accepted", 1)
    assert totals(held, areas=["PV"])["PV", "deaths", "", 202506, 1] == (1, 1)


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one after the other"])
def test_a_newer_file_supersedes_and_the_older_stays(held, province, made, together):
    old = made.upload(made.submission("H1", 202506, {"births": 10, "deaths": 1}), at=0)
    new = made.upload(made.submission("H1", 202506, {"births": 12}), at=1)
    for batch in [[old, new]] if together else [[old], [new]]:
        receipts = save(held, province, batch, "clerk")
    assert (receipts[-1].outcome, receipts[-1].superseded) == ("accepted", 1)
    # Nobody gives a number of deaths any more: its rows go, they do not become zero.
    assert totals(held) == {(area, "births", "", 202506, 1): (12, 1) for area in ("H1", "C1", "P1", "PV")}
    frame = reading.submissions(held, status=None)
    assert list(frame["status"]) == ["superseded", "current"]
    assert list(frame["version"]) == [1, 2]
    assert frame["ended_at"][0] == new.received_at
    assert reading.original(held, old.sha256) == old.content
    assert verify(held, province) == []


def test_the_newest_receipt_wins_whatever_is_saved_last(held, province, made):
    early = made.upload(made.submission("H1", 202506, {"births": 1}), at=0)
    middle = made.upload(made.submission("H1", 202506, {"births": 2}), at=5)
    late = made.upload(made.submission("H1", 202506, {"births": 3}), at=9)
    for upload in (late, early, middle):
        (receipt,) = save(held, province, [upload], "clerk")
    assert receipt.superseded == 0
    assert totals(held, areas=["PV"]) == {("PV", "births", "", 202506, 1): (3, 1)}
    frame = reading.submissions(held, status=None)
    assert list(frame["status"]) == ["superseded", "superseded", "current"]
    assert list(frame["ended_at"][:2]) == [middle.received_at, late.received_at]


def test_of_two_received_at_the_same_moment_the_later_saved_wins(held, province, made):
    for births in (1, 2):
        save(held, province, [made.upload(made.submission("H1", 202506, {"births": births}))], "clerk")
    assert totals(held, areas=["PV"]) == {("PV", "births", "", 202506, 1): (2, 1)}


def test_bytes_sent_again_after_being_superseded_count_anew(held, province, made):
    first = made.upload(made.submission("H1", 202506, {"births": 10}), at=0)
    second = made.upload(made.submission("H1", 202506, {"births": 12}), at=1)
    save(held, province, [first, second], "clerk")
    again = dataclasses.replace(first, received_at=first.received_at + dt.timedelta(hours=1))
    (receipt,) = save(held, province, [again], "clerk")
    assert (receipt.outcome, receipt.superseded) == ("accepted", 1)
    assert totals(held, areas=["PV"]) == {("PV", "births", "", 202506, 1): (10, 1)}


def test_a_file_of_many_organisations_is_partly_superseded(held, province, made):
    both = made.upload(
        made.submission("D1", 202506, {"births": 10}), made.submission("D2", 202506, {"births": 20}), at=0
    )
    one = made.upload(made.submission("D1", 202506, {"births": 11}), at=1)
    save(held, province, [both, one], "clerk")
    assert totals(held, areas=["S"]) == {("S", "births", "", 202506, 1): (31, 2)}
    again = dataclasses.replace(both, received_at=both.received_at + dt.timedelta(hours=1))
    (receipt,) = save(held, province, [again], "clerk")
    assert (receipt.outcome, receipt.superseded) == ("accepted", 2)
    assert totals(held, areas=["S"]) == {("S", "births", "", 202506, 1): (30, 2)}
    assert reading.months(held, "india") == (202506, 202506)


def test_withdrawing_brings_the_earlier_file_back(held, province, made):
    old = made.upload(made.submission("H1", 202506, {"births": 10, "deaths": 1}), at=0)
    new = made.upload(made.submission("H1", 202506, {"births": 12}), at=1)
    save(held, province, [old], "clerk")
    before = totals(held)
    _, second = *save(held, province, [old], "clerk"), *save(held, province, [new], "clerk")
    receipt = withdraw(held, province, second.upload_id, "officer")
    assert (receipt.outcome, receipt.submissions) == ("withdrawn", 1)
    assert totals(held) == before
    assert list(reading.submissions(held)["upload_id"]) == [1]
    assert list(reading.submissions(held, status="withdrawn")["upload_id"]) == [2]
    assert verify(held, province) == []
    with pytest.raises(StoreError, match="nothing to withdraw"):
        withdraw(held, province, second.upload_id, "officer")
    # The withdrawn file sent once more is a new submission.
    (receipt,) = save(held, province, [dataclasses.replace(new, received_at=new.received_at)], "clerk")
    assert (receipt.outcome, receipt.superseded) == ("accepted", 1)


def test_a_superseded_file_once_withdrawn_never_comes_back(held, province, made):
    for minute in range(3):
        upload = made.upload(made.submission("H1", 202506, {"births": 10 + minute}), at=minute)
        save(held, province, [upload], "clerk")
    withdraw(held, province, 2, "officer")
    assert totals(held, areas=["PV"]) == {("PV", "births", "", 202506, 1): (12, 1)}
    withdraw(held, province, 3, "officer")
    assert totals(held, areas=["PV"]) == {("PV", "births", "", 202506, 1): (10, 1)}
    assert list(reading.submissions(held, status=None)["status"]) == ["current", "withdrawn", "withdrawn"]
    assert verify(held, province) == []


def test_withdrawing_the_only_file_leaves_nothing_in_totals(held, province, made):
    save(held, province, [made.upload(made.submission("H1", 202506, {"births": 10}))], "clerk")
    withdraw(held, province, 1, "officer")
    assert totals(held) == {}
    assert len(reading.area_reports(held)) == 0
    assert not reading.has_synthetic(held)


def test_withdrawing_what_is_not_there(held, province, made):
    with pytest.raises(StoreError, match="no upload 7"):
        withdraw(held, province, 7, "officer")
    save(held, province, [made.upload(issues=[made.issue()])], "clerk")
    with pytest.raises(StoreError, match="returned"):
        withdraw(held, province, 1, "officer")


def test_the_database_itself_refuses_a_second_submission_in_force(held, province, made):
    save(held, province, [made.upload(made.submission("H1", 202506, {"births": 1}))], "clerk")
    with held.reading() as connection:
        row = dict(connection.execute(select(submission)).mappings().one())
    with pytest.raises(IntegrityError), held.writing() as connection:
        connection.execute(insert(submission), {**row, "id": 99, "version": 2})
    with held.writing() as connection:
        connection.execute(insert(submission), {**row, "id": 99, "version": 2, "status": "superseded"})


def test_texts_are_fitted_to_the_tables(held, province, made):
    record = made.submission("H1", 202506, {"births": 1})
    value = dataclasses.replace(record.values[0], value=None, text="长" * 500, sheet="a\0b")
    upload = made.upload(dataclasses.replace(record, values=(value,)), name="x" * 300 + "\udcff.xlsx")
    save(held, province, [upload], "clerk")
    (found,) = reading.current_values(held).to_dict("records")
    assert found["text"] == "长" * 199 + "…"
    assert found["sheet"] == "ab"
    assert len(reading.uploads(held)["name"][0]) == 200
    assert verify(held, province) == []


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda made, one: made.upload(one, one), "stands 2 times"),
        (lambda made, one: dataclasses.replace(made.upload(one), sha256="0" * 64), "SHA-256"),
        (lambda made, one: dataclasses.replace(made.upload(one), content=None), "cannot be accepted"),
        (
            lambda made, one: dataclasses.replace(made.upload(one), received_at=dt.datetime(2025, 6, 1)),
            "no time zone",
        ),
        (lambda made, one: made.upload(dataclasses.replace(one, month=202513)), "no such period"),
        (lambda made, one: made.upload(made.submission("H1", 202506, {"births": 10**15})), "too large"),
        (lambda made, one: made.upload(made.submission("H1", 202506, {"births": 1.5})), "not a plain whole"),
        (
            lambda made, one: made.upload(made.submission("H1", 202506, {"births": np.int64(1)})),
            "not a plain",
        ),
        (
            lambda made, one: made.upload(dataclasses.replace(one, values=one.values * 2)),
            "stands 2 times",
        ),
        (lambda made, one: made.upload(made.submission("H9", 202506, {"births": 1})), "H9"),
        (lambda made, one: made.upload(made.submission("H1", 202506, {"birth": 1})), "birth"),
    ],
)
def test_records_that_break_the_rules_are_refused_with_the_whole_batch(held, province, made, spoil, message):
    good = made.submission("H1", 202506, {"births": 1})
    before = sizes(held)
    with pytest.raises(RecordError, match=message):
        save(held, province, [made.upload(good, name="good.xlsx"), spoil(made, good)], "clerk")
    assert sizes(held) == before


def test_nothing_can_be_written_by_a_reader(held, province, made):
    with pytest.raises(Exception, match=r"read.?only"), held.reading() as connection:
        connection.execute(insert(metadata.tables["data_element"]), {"code": "x", "adding": "sum"})
    save(held, province, [made.upload(made.submission("H1", 202506, {"births": 1}))], "clerk")
    assert totals(held, areas=["PV"]) == {("PV", "births", "", 202506, 1): (1, 1)}
