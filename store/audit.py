"""The audit log: one entry for each thing done, each holding the hash of the one before, so that no entry can be
changed, removed or moved unseen. It holds no cell values and no personal data.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from store.records import SubmissionRecord
from store.schema import audit
from store.times import now

BEGINNING = "0" * 64


# What the audit log says of an upload, by its columns; what may name somebody, or is no number, goes into one hash.
TOLD = ("sha256", "outcome", "submissions", "superseded", "n_values", "errors", "warnings")
HASHED = ("name", "size", "sender", "received_at", "synthetic", "kept")


def receipt_hash(row: Mapping[str, Any]) -> str:
    """The hash over the rest of an upload's row."""
    return sha256(
        canonical([int(row[name]) if isinstance(row[name], bool) else row[name] for name in HASHED])
    )


def canonical(value: Any) -> str:
    """The one way to write a value as JSON: keys sorted, no spaces, characters as they are."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def sha256(text: str) -> str:
    """The hash of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest(record: SubmissionRecord, due_at: int | None) -> str:
    """The hash of all that was read into a submission: two are the same when these are."""
    values = sorted(
        (one.element, one.category, one.value, one.note, one.text, one.sheet, one.cell, one.derived)
        for one in record.values
    )
    period = (record.month, record.span, record.cumulative_from, due_at)
    return sha256(canonical((record.form, record.edition, record.basis, record.organisation, period, values)))


def contents(digests: Iterable[str]) -> str:
    """The hash of all that an upload brought, from the digests of its submissions."""
    return sha256("".join(sorted(digests)))


def _hash(previous: str, entry: Mapping[Any, Any]) -> str:
    said = {key: entry[key] for key in ("seq", "at", "actor", "action", "subject", "detail")}
    return sha256(previous + canonical(said))


class Chain:
    """The end of the audit log, to which entries are added; only under the store's writing lock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        last = connection.execute(
            select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
        ).first()
        self._seq: int = last.seq if last else 0
        self._hash: str = last.hash if last else BEGINNING
        self._rows: list[dict[str, Any]] = []

    def add(self, actor: str, action: str, subject: str, detail: Mapping[str, Any]) -> None:
        """Say who did what to what."""
        self._seq += 1
        row: dict[str, Any] = {
            "seq": self._seq,
            "at": now(),
            "actor": actor,
            "action": action,
            "subject": subject,
            "detail": canonical(detail),
            "previous": self._hash,
        }
        self._hash = row["hash"] = _hash(self._hash, row)
        self._rows.append(row)

    def write(self) -> None:
        """Write the entries added."""
        if self._rows:
            self._connection.execute(insert(audit), self._rows)
            self._rows = []


def verify_chain(connection: Connection) -> list[str]:
    """Every place where the log is not what was written, in order. A log cut off at its end looks whole by itself."""
    faults: list[str] = []
    seq, previous = 0, BEGINNING
    rows = connection.execution_options(stream_results=True).execute(select(audit).order_by(audit.c.seq))
    for row in rows.mappings():
        seq += 1
        if row["seq"] != seq:
            faults.append(f"audit: entry {seq} is missing before entry {row['seq']}")
            seq = row["seq"]
        if row["previous"] != previous:
            faults.append(f"audit: entry {seq} does not follow from the entry before it")
        if row["hash"] != _hash(row["previous"], row):
            faults.append(f"audit: entry {seq} has been changed")
        previous = row["hash"]
    return faults
