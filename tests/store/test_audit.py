"""The audit log: what it says, and that no one changes it unseen."""

from __future__ import annotations

import hashlib
import json

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from store.audit import verify_chain
from store.saving import save
from store.schema import audit
from store.verify import verify
from store.withdrawing import withdraw, withdrawal


@pytest.fixture
def logged(held, province, made):
    """A store with four entries: three uploads and one withdrawal."""
    for month in (202504, 202505, 202506):
        save(held, province, [made.upload(made.submission("H1", month, {"births": 7}))], "clerk")
    withdraw(held, province, 2, "officer")
    assert verify(held, province) == []
    return held


def test_a_withdrawal_names_who_and_when(logged):
    found = withdrawal(logged, 2)
    with logged.reading() as connection:
        at = connection.scalar(select(audit.c.at).where(audit.c.action == "withdraw"))
    assert found is not None
    assert found.actor == "officer"
    assert round(found.at.timestamp() * 1000) == at
    assert withdrawal(logged, 1) is None


def tamper(store, *statements):
    """Do what only someone with the whole database in hand can do: the log's own guards are taken away first."""
    with store.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_append_only"))
        else:
            for event in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_no_{event}"))
        for statement in statements:
            connection.execute(statement)


def faults(store):
    with store.reading() as connection:
        return verify_chain(connection)


def test_says_who_did_what_and_no_values(logged):
    with logged.reading() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.seq)).all()
    assert [(row.seq, row.actor, row.action, row.subject) for row in rows] == [
        (1, "clerk", "upload", "upload:1"),
        (2, "clerk", "upload", "upload:2"),
        (3, "clerk", "upload", "upload:3"),
        (4, "officer", "withdraw", "upload:2"),
    ]
    assert json.loads(rows[0].detail).keys() == {
        "sha256", "outcome", "submissions", "superseded", "n_values", "errors", "warnings", "contents", "receipt"
    }  # fmt: skip
    assert logged.data_version() == 4


def test_each_hash_is_over_the_one_before_and_the_entry(logged):
    """Worked out here from the description alone: SHA-256 of the previous hash and the entry's canonical JSON."""
    with logged.reading() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.seq)).mappings().all()
    previous = "0" * 64
    for row in rows:
        said = {name: row[name] for name in ("action", "actor", "at", "detail", "seq", "subject")}
        written = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        previous = hashlib.sha256((previous + written).encode()).hexdigest()
        assert row["hash"] == previous


@pytest.mark.parametrize("statement", [update(audit).values(actor="nobody"), delete(audit)])
def test_the_database_refuses_to_change_the_log(logged, statement):
    with pytest.raises(DBAPIError, match="append only"), logged.writing() as connection:
        connection.execute(statement)
    assert faults(logged) == []


def test_an_edit_is_found(logged):
    tamper(logged, update(audit).where(audit.c.seq == 2).values(actor="somebody else"))
    assert faults(logged) == ["audit: entry 2 has been changed"]


def test_a_removed_entry_is_found(logged):
    tamper(logged, delete(audit).where(audit.c.seq == 2))
    assert faults(logged) == [
        "audit: entry 2 is missing before entry 3",
        "audit: entry 3 does not follow from the entry before it",
    ]


def test_two_swapped_entries_are_found(logged):
    rows = audit.c.seq
    tamper(
        logged,
        update(audit).where(rows == 1).values(seq=99),
        update(audit).where(rows == 2).values(seq=1),
        update(audit).where(rows == 99).values(seq=2),
    )
    found = faults(logged)
    assert "audit: entry 1 has been changed" in found
    assert "audit: entry 2 has been changed" in found


def test_an_inserted_entry_is_found(logged):
    forged = {"at": 0, "actor": "x", "action": "x", "subject": "x", "detail": "{}", "hash": "1" * 64}
    with logged.writing() as connection:
        last = connection.scalar(select(audit.c.hash).where(audit.c.seq == 4))
        connection.execute(insert(audit), {**forged, "seq": 5, "previous": last})
    assert faults(logged) == ["audit: entry 5 has been changed"]


def test_a_log_cut_off_at_its_end_is_found_against_the_uploads(logged, province):
    tamper(logged, delete(audit).where(audit.c.seq >= 3))
    assert faults(logged) == []
    assert verify(logged, province) == [
        "upload 2: is withdrawn, which the audit log denies",
        "upload 3: the audit log does not know it",
    ]
