"""What a file changed against the one before, cell by cell, and what was said of it."""

from __future__ import annotations

import pytest

from store.remarks import RemarkError, add_remark, remarks
from store.saving import save
from store.verify import verify
from store.versions import changes, versions
from store.withdrawing import withdraw


def send(held, province, made, at, **births):
    (receipt,) = save(held, province, [made.upload(made.submission("H1", 202506, births), at=at)], "clerk")
    return receipt.upload_id


def test_a_correction_names_every_cell_that_says_something_else(held, province, made):
    first = send(held, province, made, 1, births=10, deaths=1)
    second = send(held, province, made, 2, births=12, deaths=1)
    (change,) = changes(held, second)
    assert (change.organisation, change.month, change.element) == ("H1", 202506, "births")
    assert (change.before, change.after) == ("10", "12")
    assert change.cell
    assert changes(held, first) == []


def test_what_was_left_out_and_what_was_added_are_changes(held, province, made):
    send(held, province, made, 1, births=10, deaths=1)
    second = send(held, province, made, 2, births=10)
    third = send(held, province, made, 3, births=10, deaths=0)
    assert [(one.element, one.before, one.after) for one in changes(held, second)] == [("deaths", "1", None)]
    assert [(one.element, one.before, one.after) for one in changes(held, third)] == [("deaths", None, "0")]


def test_each_submission_knows_the_uploads_before_and_after_it(held, province, made):
    first = send(held, province, made, 1, births=10)
    second = send(held, province, made, 2, births=12)
    (older,), (newer,) = versions(held, first), versions(held, second)
    assert (older.status, older.previous, older.next) == ("superseded", None, second)
    assert (newer.status, newer.previous, newer.next) == ("current", first, None)
    assert older.ended_at is not None


def test_a_withdrawal_keeps_its_reason_and_brings_the_earlier_back(held, province, made):
    first = send(held, province, made, 1, births=10)
    second = send(held, province, made, 2, births=12)
    withdraw(held, province, second, "clerk", "误传了上月的表")
    assert [(one.kind, one.text, one.actor) for one in remarks(held, second)] == [
        ("withdrawal", "误传了上月的表", "clerk")
    ]
    assert versions(held, first)[0].status == "current"
    assert verify(held, province) == []


def test_remarks_are_added_in_order_and_never_empty(held, province, made):
    number = send(held, province, made, 1, births=10)
    add_remark(held, number, "correction", "漏报一例", "clerk")
    add_remark(held, number, "correction", "已补病历", "officer")
    assert [one.text for one in remarks(held, number)] == ["漏报一例", "已补病历"]
    for text in ("", "  \n", "长" * 401):
        with pytest.raises(RemarkError):
            add_remark(held, number, "correction", text, "clerk")
    with pytest.raises(RemarkError, match="no upload 999"):
        add_remark(held, 999, "correction", "x", "clerk")
    assert verify(held, province) == []
