"""Every kind of damage is found and named."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, update

from store.saving import save
from store.schema import area_report, area_total, data_value, derived_value, issue, submission, upload
from store.verify import verify


@pytest.fixture
def filled(held, province, made):
    save(
        held,
        province,
        [
            made.upload(made.submission("H1", 202505, {"births": 7})),
            made.upload(made.submission("H1", 202505, {"births": 8}), at=1),
            made.upload(made.cumulative("D1", 202405, {"births": 230, "deaths": 9})),
            made.upload(made.cumulative("D1", 202406, {"births": 300, "deaths": 8})),
        ],
        "clerk",
    )
    assert verify(held, province) == []
    return held


DAMAGE = {
    "a total that is one too high": (update(area_total).values(value=area_total.c.value + 1), "area_total"),
    "a total that counts a report too few": (
        update(area_total).values(reports=area_total.c.reports - 1),
        "area_total",
    ),
    "totals that are gone": (delete(area_total), "area_total"),
    "a report not counted": (update(area_report).values(received=0), "area_report"),
    "a derived month changed": (
        update(derived_value).where(derived_value.c.value == 70).values(value=71),
        "derived_value",
    ),
    "derived months gone": (delete(derived_value), "derived_value"),
    "a fall not told": (delete(issue), "falls"),
    "a value changed": (
        update(data_value).where(data_value.c.submission_id == 2).values(value=9),
        "submission 2: its values",
    ),
    "a value of a superseded file changed": (
        update(data_value).where(data_value.c.submission_id == 1).values(value=9),
        "submission 1: its values",
    ),
    "a value's cell changed": (
        update(data_value).where(data_value.c.submission_id == 2).values(cell="Z9"),
        "submission 2: its values",
    ),
    "a value gone": (delete(data_value).where(data_value.c.submission_id == 1), "submission 1: its values"),
    "nothing in force": (
        update(submission).where(submission.c.id == 2).values(status="superseded"),
        "submission 2: is superseded",
    ),
    "an upload that says too many": (update(upload).values(submissions=2), "says 2 submissions, has 1"),
    "an upload with another outcome": (update(upload).values(outcome="returned"), "is returned with 0"),
    "an upload that is not withdrawn": (update(upload).values(outcome="withdrawn"), "audit log denies"),
    "another file's hash": (
        update(upload).where(upload.c.id == 1).values(sha256="0" * 64),
        "upload 1: the original file",
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named(filled, province, name):
    statement, expected = DAMAGE[name]
    with filled.writing() as connection:
        connection.execute(statement)
    assert any(expected in found for found in verify(filled, province))


def test_a_total_too_many_is_named(filled, province):
    with filled.writing() as connection:
        row = {
            "element_id": 1,
            "area_id": 1,
            "month": 202501,
            "span": 1,
            "basis": "residence",
            "category": "",
        }
        connection.execute(insert(area_total), {**row, "value": 0, "reports": 0})
    (found,) = verify(filled, province)
    assert "holds (0, 0), should be nothing" in found


def test_a_missing_or_changed_original_is_named(filled, province, made):
    first = filled.originals.path(made.upload(made.submission("H1", 202505, {"births": 7})).sha256)
    second = filled.originals.path(made.upload(made.submission("H1", 202505, {"births": 8})).sha256)
    first.unlink()
    second.chmod(0o600)
    second.write_bytes(b"something else")
    found = verify(filled, province)
    assert len(found) == 2
    assert "upload 1" in found[0]
    assert "missing" in found[0]
    assert "upload 2" in found[1]
    assert "changed" in found[1]


def test_many_differences_are_cut_short(held, province, made):
    months = [year * 100 + month for year in (2023, 2024) for month in range(1, 13)]
    save(
        held,
        province,
        [made.upload(made.submission("H1", month, {"births": 7})) for month in months],
        "clerk",
    )
    with held.writing() as connection:
        connection.execute(delete(area_total))
    found = verify(held, province)
    # 24 months for each of 4 places: twenty are named.
    assert found[-1] == "area_total: 76 more differences"
    assert len(found) == 21
