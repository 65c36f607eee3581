"""Proving receipts: which submission is in force, what each upload brought, its file, and the audit log over all of it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from store.audit import HASHED, TOLD, contents, digest, receipt_hash, verify_chain
from store.codes import Codes
from store.originals import OriginalError, Originals
from store.records import SubmissionRecord, ValueRecord
from store.schema import audit, data_value, submission, upload


def verify_receipts(connection: Connection, originals: Originals, codes: Codes) -> list[str]:
    """Every fault as a sentence that names the upload, submission or audit entry."""
    submissions = connection.execute(
        select(submission).order_by(submission.c.received_at, submission.c.id)
    ).all()
    uploads = connection.execute(select(upload).order_by(upload.c.id)).all()
    return [
        *_in_force(submissions),
        *_digests(connection, submissions, codes),
        *_counts(uploads, submissions),
        *_files(uploads, originals),
        *verify_chain(connection),
        *_audited(connection, uploads, submissions),
    ]


def receipts_behind(connection: Connection, numbers: Collection[int]) -> Iterator[str]:
    """Of the submissions numbered: when each came and until when it counted, its version, and what the audit log says of the
    upload that brought it."""
    everything = connection.execute(
        select(submission).order_by(submission.c.received_at, submission.c.id)
    ).all()
    mine = [one for one in everything if one.id in numbers]
    places, brought = {_place(one) for one in mine}, {one.upload_id for one in mine}
    yield from _in_force([one for one in everything if _place(one) in places])
    uploads = [one for one in connection.execute(select(upload)).all() if one.id in brought]
    yield from _counts(uploads, everything)
    yield from _audited(connection, uploads, everything)
    received = {one.id: one.received_at for one in uploads}
    for one in mine:
        if one.upload_id not in received:
            yield f"submission {one.id}: the upload {one.upload_id} that brought it is no longer in the store"
        elif received[one.upload_id] != one.received_at:
            yield f"submission {one.id}: was not received when its upload {one.upload_id} was"


def _place(one: Row[Any]) -> tuple[Any, ...]:
    return one.form, one.organisation_id, one.month, one.span


def _in_force(submissions: Sequence[Row[Any]]) -> Iterator[str]:
    """Of each form, organisation and period, the newest receipt that was not withdrawn is in force, and no other."""
    standing: dict[tuple[Any, ...], list[Row[Any]]] = defaultdict(list)
    last: Counter[tuple[Any, ...]] = Counter()
    for one in sorted(submissions, key=lambda one: one.id):
        last[_place(one)] += 1
        if one.version != last[_place(one)]:
            yield f"submission {one.id}: is version {one.version}, should be {last[_place(one)]}"
    for one in submissions:
        if one.status != "withdrawn":
            standing[_place(one)].append(one)
    for history in standing.values():
        for one, following in zip(history, [*history[1:], None], strict=True):
            expected = ("current", None) if following is None else ("superseded", following.received_at)
            if (one.status, one.ended_at) != expected:
                yield f"submission {one.id}: is {one.status} until {one.ended_at}, should be {expected}"


def _digests(connection: Connection, submissions: Sequence[Row[Any]], codes: Codes) -> Iterator[str]:
    rows = connection.execute(select(data_value)).mappings()
    for one, found in recomputed_digests(submissions, rows, codes):
        if found != one.digest:
            yield f"submission {one.id}: its values are not those that were saved"


def recomputed_digests(
    submissions: Sequence[Row[Any]], rows: Iterable[Mapping[Any, Any]], codes: Codes
) -> Iterator[tuple[Row[Any], str]]:
    """Each submission with the digest that its values, as the rows hold them, come to."""
    values: dict[int, list[ValueRecord]] = defaultdict(list)
    for row in rows:
        rest = {name: row[name] for name in row if name not in ("submission_id", "element_id")}
        values[row["submission_id"]].append(ValueRecord(element=codes.element_of[row["element_id"]], **rest))
    for one in submissions:
        record = SubmissionRecord(
            form=one.form,
            edition=one.edition,
            basis=one.basis,
            organisation=codes.organisation_of[one.organisation_id],
            month=one.month,
            span=one.span,
            cumulative_from=one.cumulative_from,
            due=None,
            values=tuple(values[one.id]),
        )
        yield one, digest(record, one.due_at)


def _counts(uploads: Sequence[Row[Any]], submissions: Sequence[Row[Any]]) -> Iterator[str]:
    brought: dict[int, int] = defaultdict(int)
    for one in submissions:
        brought[one.upload_id] += 1
    for one in uploads:
        if one.submissions != brought[one.id]:
            yield f"upload {one.id}: says {one.submissions} submissions, has {brought[one.id]}"
        if (one.outcome == "returned") != (one.errors > 0):
            yield f"upload {one.id}: is {one.outcome} with {one.errors} errors"


def _files(uploads: Sequence[Row[Any]], originals: Originals) -> Iterator[str]:
    checked: set[str] = set()
    for one in uploads:
        if one.kept and one.sha256 not in checked:
            checked.add(one.sha256)
            try:
                size = len(originals.read(one.sha256))
            except OriginalError as error:
                yield f"upload {one.id}: {error}"
                continue
            if size != one.size:
                yield f"upload {one.id}: says {one.size} bytes, its file has {size}"


def _audited(
    connection: Connection, uploads: Sequence[Row[Any]], submissions: Sequence[Row[Any]]
) -> Iterator[str]:
    """Each upload has its entry, and the entry says what the upload holds: this also shows a log cut off at its end."""
    entries: dict[tuple[str, str], Mapping[str, Any]] = {
        (row.action, row.subject): json.loads(row.detail) for row in connection.execute(select(audit))
    }
    digests: dict[int, list[str]] = defaultdict(list)
    for one in submissions:
        digests[one.upload_id].append(one.digest)
    for one in uploads:
        entry = entries.get(("upload", f"upload:{one.id}"))
        if entry is None:
            yield f"upload {one.id}: the audit log does not know it"
        elif (entry["sha256"], entry["contents"]) != (one.sha256, contents(digests[one.id])):
            yield f"upload {one.id}: holds something else than the audit log says"
        else:
            for name in TOLD:
                if name in entry and getattr(one, name) not in (entry[name], "withdrawn"):
                    yield f"upload {one.id}: its {name} is {getattr(one, name)}, the audit log says {entry[name]}"
            # Logs of earlier versions say nothing of these.
            held = receipt_hash({name: getattr(one, name) for name in HASHED})
            if entry.get("receipt", held) != held:
                yield f"upload {one.id}: its {', '.join(HASHED)} are not what the audit log says"
        withdrawn = ("withdraw", f"upload:{one.id}") in entries
        if withdrawn != (one.outcome == "withdrawn"):
            yield f"upload {one.id}: is {one.outcome}, which the audit log denies"
