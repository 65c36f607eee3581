"""A number followed back to its cell: the file, version and sender, what it replaced, and months told from running totals."""

from __future__ import annotations

from store.saving import save
from store.tracing import origins
from store.withdrawing import withdraw


def test_cells_of_every_version_with_their_files(held, province, made):
    first = made.upload(
        made.submission("C1", 202501, {"births": 10, "deaths": None}), name="一月.xlsx", sender="甲"
    )
    second = made.upload(
        made.submission("C1", 202501, {"births": 12, "deaths": 1}), at=5, name="一月更正.xlsx", sender="乙"
    )
    other = made.upload(made.submission("C3", 202501, {"births": 99}), at=6)
    for upload in (first, second, other):
        save(held, province, [upload], "test")
    found = origins(held, "C1", ["births"], "occurrence").stated
    assert [(one.value, one.cell, one.sent.version, one.sent.status) for one in found] == [
        (10, "B2", 1, "superseded"),
        (12, "B2", 2, "current"),
    ]
    assert [(one.sent.name, one.sent.sender) for one in found] == [
        ("一月.xlsx", "甲"),
        ("一月更正.xlsx", "乙"),
    ]
    withdraw(held, province, found[1].sent.upload_id, "test")
    again = origins(held, "C1", ["births"], "occurrence").stated
    assert [one.sent.status for one in again] == ["current", "withdrawn"]


def test_blank_cells_other_bases_and_months_stay_apart(held, province, made):
    rows = (
        made.submission("C1", 202501, {"deaths": None}),
        made.submission("C1", 202502, {"deaths": 3}),
        made.submission("C1", 202502, {"deaths": 7}, form="other", basis="residence"),
    )
    save(held, province, [made.upload(*rows)], "test")
    january = origins(held, "C1", ["deaths"], "occurrence", 202501, 202501).stated
    assert [(one.value, one.note) for one in january] == [(None, "blank")]
    assert [one.value for one in origins(held, "C1", ["deaths"], "occurrence", 202502).stated] == [3]
    assert [one.value for one in origins(held, "C1", ["deaths"], "residence").stated] == [7]


def test_months_told_from_running_totals(held, province, made):
    rows = [made.cumulative("C1", month, {"births": value}) for month, value in ((202404, 5), (202405, 12))]
    save(held, province, [made.upload(*rows)], "test")
    found = origins(held, "C1", ["births"], "occurrence")
    assert [(one.sent.month, one.sent.span, one.value) for one in found.stated] == [
        (202404, 1, 5),
        (202405, 2, 12),
    ]
    assert [(one.month, one.value) for one in found.told] == [(202405, 7)]


def test_nobody_and_nothing_known(held):
    assert origins(held, "nobody", ["births"], "occurrence") == ((), ())
    assert origins(held, "C1", ["nothing"], "occurrence") == ((), ())
