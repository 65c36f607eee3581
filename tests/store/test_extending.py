"""Extensions are granted with a reason, replaced, revoked and never lost; receipts keep the first time of arrival."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from store.extending import ExtensionError, extensions, grant, revoke
from store.receipts import receipts
from store.saving import save
from store.schema import audit, extension
from store.verify import verify
from store.withdrawing import withdraw

UNTIL = dt.date(2025, 6, 20)


def shown(store, **where):
    frame = extensions(store, **where)
    return [
        (row.organisation, row.month, row.until, row.reason, row.ended_by, row.end_reason)
        for row in frame.itertuples(index=False)
    ]


def test_an_extension_is_kept_with_who_why_and_until_when(held, province):
    version = held.data_version()
    assert grant(held, "monthly", "H1", 202505, UNTIL, " 停电 ", "officer") == 1
    assert shown(held) == [("H1", 202505, UNTIL, "停电", "", "")]
    (row,) = extensions(held).itertuples(index=False)
    assert row.granted_by == "officer"
    assert dt.timedelta(0) <= dt.datetime.now(dt.UTC) - row.granted_at < dt.timedelta(minutes=1)
    assert held.data_version() > version
    assert verify(held, province) == []


def test_another_one_replaces_it_and_the_first_is_still_listed(held, province):
    grant(held, "monthly", "H1", 202505, UNTIL, "停电", "officer")
    grant(held, "monthly", "H1", 202505, dt.date(2025, 6, 25), "洪水", "chief")
    assert shown(held) == [("H1", 202505, dt.date(2025, 6, 25), "洪水", "", "")]
    first, _ = shown(held, ended=True)
    assert first == ("H1", 202505, UNTIL, "停电", "chief", "replaced: 洪水")
    assert verify(held, province) == []


def test_revoking_ends_it_and_does_not_remove_it(held, province):
    grant(held, "monthly", "H1", 202505, UNTIL, "停电", "officer")
    assert revoke(held, "monthly", "H1", 202505, "电已恢复", "chief") == 1
    assert shown(held) == []
    assert shown(held, ended=True) == [("H1", 202505, UNTIL, "停电", "chief", "电已恢复")]
    with held.reading() as connection:
        actions = connection.scalars(select(audit.c.action).order_by(audit.c.seq)).all()
    assert actions[-2:] == ["extend", "revoke"]
    assert grant(held, "monthly", "H1", 202505, UNTIL, "又停电", "officer") == 2
    assert verify(held, province) == []


def test_extensions_are_found_by_form_organisation_and_month(held):
    grant(held, "monthly", "H1", 202505, UNTIL, "a", "officer")
    grant(held, "monthly", "H2", 202506, UNTIL, "b", "officer")
    grant(held, "yearly", "H1", 202506, UNTIL, "c", "officer")
    assert [one[3] for one in shown(held, forms=["monthly"])] == ["a", "b"]
    assert [one[3] for one in shown(held, organisations=["H1"])] == ["a", "c"]
    assert [one[3] for one in shown(held, first=202506)] == ["b", "c"]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("monthly", "H1", 202505, UNTIL, "  ", "officer"), "reason is needed"),
        (("monthly", "H1", 202505, UNTIL, "x" * 201, "officer"), "longer than 200"),
        (("monthly", "H9", 202505, UNTIL, "why", "officer"), "no organisation H9"),
    ],
)
def test_what_cannot_be_granted_is_refused_and_leaves_nothing(held, arguments, fault):
    version = held.data_version()
    with pytest.raises(ExtensionError, match=fault):
        grant(held, *arguments)
    assert (shown(held), held.data_version()) == ([], version)


def test_the_same_again_and_ending_nothing_are_refused(held):
    grant(held, "monthly", "H1", 202505, UNTIL, "停电", "officer")
    with pytest.raises(ExtensionError, match="already put off to 2025-06-20"):
        grant(held, "monthly", "H1", 202505, UNTIL, "停电", "officer")
    with pytest.raises(ExtensionError, match="no extension in force"):
        revoke(held, "monthly", "H2", 202505, "why", "officer")


def test_the_database_itself_refuses_two_in_force(held):
    grant(held, "monthly", "H1", 202505, UNTIL, "停电", "officer")
    with held.reading() as connection:
        row = dict(connection.execute(select(extension)).mappings().one())
    with pytest.raises(IntegrityError), held.writing() as connection:
        connection.execute(insert(extension), {**row, "id": 2})


DAMAGE = {
    "put off further": (update(extension).values(due_at=extension.c.due_at + 1), "something else"),
    "another reason": (update(extension).values(reason="x"), "something else"),
    "ended in silence": (update(extension).values(ended_at=1), "its end"),
    "gone": (delete(extension), "nowhere else"),
    "made up": (update(extension).values(id=7), "does not know it"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_to_an_extension_is_named(held, province, name):
    grant(held, "monthly", "H1", 202505, UNTIL, "停电", "officer")
    statement, expected = DAMAGE[name]
    with held.writing() as connection:
        connection.execute(statement)
    assert any(expected in fault for fault in verify(held, province))


def test_a_correction_keeps_the_first_time_of_receipt(held, province, made):
    first = made.upload(made.submission("H1", 202505, {"births": 7}), at=1)
    second = made.upload(made.submission("H1", 202505, {"births": 8}), at=90)
    one, two = save(held, province, [first, second], "clerk")
    (row,) = receipts(held).itertuples(index=False)
    assert (row.received_at, row.version, row.upload_id) == (first.received_at, 2, two.upload_id)
    withdraw(held, province, one.upload_id, "officer")
    (row,) = receipts(held).itertuples(index=False)
    assert row.received_at == second.received_at
    withdraw(held, province, two.upload_id, "officer")
    assert len(receipts(held)) == 0


def test_a_zero_report_is_told_from_one_with_numbers_and_one_without_any(held, province, made):
    contents = {
        "H1": {"births": 0, "deaths": 0},
        "H2": {"births": 0, "deaths": 1},
        "C3": {"births": None, "deaths": None},
        "Z": {"births": 0, "deaths": None},
    }
    save(
        held,
        province,
        [made.upload(made.submission(code, 202505, values)) for code, values in contents.items()],
        "clerk",
    )
    frame = receipts(held)
    zero = dict(zip(frame["organisation"], frame["zero"], strict=True))
    assert zero == {"H1": True, "H2": False, "C3": False, "Z": True}


def test_receipts_are_found_by_form_organisation_and_month(held, province, made):
    save(
        held,
        province,
        [
            made.upload(made.submission("H1", 202505, {"births": 1})),
            made.upload(made.submission("H2", 202506, {"births": 1})),
            made.upload(made.submission("H1", 202506, {"births": 1}, form="yearly", span=12)),
        ],
        "clerk",
    )
    assert receipts(held, forms=["yearly"])["span"].tolist() == [12]
    assert receipts(held, organisations=["H1"])["form"].tolist() == ["monthly", "yearly"]
    assert receipts(held, last=202505)["organisation"].tolist() == ["H1"]
