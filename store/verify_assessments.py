"""Proving assessments: what was said, handed in and signed is what the audit log says, and every file of evidence is whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from store.assessing import opening, said
from store.audit import sha256
from store.codes import read_codes
from store.originals import OriginalError, Originals
from store.schema import audit, data_value, submission, upload
from store.schema_assessment import (
    assessment_entry,
    assessment_evaluator,
    assessment_evidence,
    assessment_round,
    assessment_seal,
    assessment_sealed,
    assessment_step,
)
from store.signing import seal_of
from store.verify_receipts import receipts_behind, recomputed_digests

_AT_ONCE = 400  # submissions
_TABLES: dict[str, Table] = {"assess_assign": assessment_evaluator, "assess_evidence": assessment_evidence}


def verify_assessments(connection: Connection, originals: Originals, code: str = "") -> Iterator[str]:
    """Every fault as a sentence that names the round; of one round, or of all."""
    logged: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    steps: dict[int, dict[str, Any]] = {}
    for row in connection.execute(select(audit).where(audit.c.action.like("assess%")).order_by(audit.c.seq)):
        try:
            detail = json.loads(row.detail)
        except ValueError:
            yield f"audit: entry {row.seq} can no longer be read"
            continue
        if row.action == "assess_step":
            steps[int(row.subject.removeprefix("step:"))] = detail
        else:
            logged.setdefault(row.subject, []).append((row.action, detail))
    query = select(assessment_round)
    if code:
        query = query.where(assessment_round.c.code == code)
    rounds = connection.execute(query).all()
    known = {f"round:{one.code}" for one in rounds}
    for subject in sorted(logged):
        if subject not in known and code in ("", subject.removeprefix("round:")):
            yield f"{subject.replace(':', ' ')}: the audit log knows it, the store does not"
    for one in rounds:
        entries = logged.get(f"round:{one.code}", [])
        for fault in (
            *_opening(connection, one.id, entries),
            *_added(connection, one.id, entries),
            *_steps(connection, one.id, steps),
            *_seals(connection, one.id, entries),
            *_files(connection, one.id, originals),
        ):
            yield f"round {one.code}: {fault}"


def _opening(connection: Connection, number: int, entries: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    opened = next((detail for action, detail in entries if action == "assess_open"), None)
    held = opening(connection, number)
    if opened is None:
        yield "the audit log does not know that it was opened"
        return
    for name in held:
        # Logs of earlier versions did not say who opened a round.
        if (name in opened or name not in ("synthetic", "opened")) and opened.get(name) != held[name]:
            yield f"its {name} is not what the audit log says of its opening"


def _added(connection: Connection, number: int, entries: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    """Rows added together hash to what the log says, and no row is there that the log does not know."""
    known: dict[str, set[int]] = {}
    for action, detail in entries:
        if "said" not in detail:
            continue
        table = _TABLES.get(action, assessment_entry)
        wanted = select(table).where(table.c.id.between(detail["first"], detail["last"])).order_by(table.c.id)
        rows = [dict(row) for row in connection.execute(wanted).mappings()]
        known.setdefault(table.name, set()).update(range(detail["first"], detail["last"] + 1))
        if said(rows) != detail["said"]:
            yield f"{table.name} {detail['first']}–{detail['last']} is not what the audit log says"
    for table in (assessment_entry, assessment_evaluator, assessment_evidence):
        held = set(connection.scalars(select(table.c.id).where(table.c.round_id == number)))
        for stray in sorted(held - known.get(table.name, set())):
            yield f"{table.name} {stray}: the audit log does not know it"


def _told(detail: Mapping[str, Any], row: Row[Any], *names: str) -> bool:
    """Whether a row says something else than its entry; who and when stand in the entries of later versions alone."""
    wanted = {name: detail.get(name) for name in names}
    wanted |= {column: detail[name] for column, name in (("actor", "by"), ("at", "at")) if name in detail}
    return any(getattr(row, name) != value for name, value in wanted.items())


def _steps(connection: Connection, number: int, steps: dict[int, dict[str, Any]]) -> Iterator[str]:
    of = assessment_step.c
    held = {row.id: row for row in connection.execute(select(assessment_step).where(of.round_id == number))}
    for key in sorted({*held, *(key for key, one in steps.items() if one["round"] == number)}):
        row, detail = held.get(key), steps.get(key)
        if row is None or detail is None or _told(detail, row, "step", "words"):
            yield f"step {key} is not what the audit log says"


def _seals(connection: Connection, number: int, entries: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    of, part_of = assessment_seal.c, assessment_sealed.c
    logged = {detail["edition"]: detail for action, detail in entries if action == "assess_sign"}
    held = {
        row.edition: row for row in connection.execute(select(assessment_seal).where(of.round_id == number))
    }
    for edition in sorted({*logged, *held}):
        row, detail = held.get(edition), logged.get(edition)
        if row is None or detail is None or _told(detail, row, "seal", "reason"):
            yield f"edition {edition}: its seal is not the one in the audit log"
            continue
        query = select(assessment_sealed).where(part_of.round_id == number, part_of.edition == edition)
        hashes = {}
        for part in connection.execute(query):
            hashes[part.part] = sha256(part.text)
            if hashes[part.part] != part.sha256:
                yield f"edition {edition}: the signed part '{part.part}' has been changed"
        if seal_of(hashes) != row.seal:
            yield f"edition {edition}: the signed parts no longer give the seal {row.seal[:12]}…"


def verify_returns(connection: Connection, originals: Originals, digests: Mapping[str, str]) -> Iterator[str]:
    """Every submission that a signature names is still there with the values and the file it was signed with."""
    codes, numbers = read_codes(connection), sorted(int(number) for number in digests)
    files: dict[str, str] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        held = connection.execute(select(submission).where(submission.c.id.in_(some))).all()
        for missing in sorted({*some} - {one.id for one in held}):
            yield f"submission {missing} is no longer in the store"
        rows = connection.execute(select(data_value).where(data_value.c.submission_id.in_(some))).mappings()
        for one, found in recomputed_digests(held, rows, codes):
            where = f"submission {one.id} ({one.form} of {codes.organisation_of[one.organisation_id]} for {one.month})"
            if one.digest != digests[str(one.id)]:
                yield f"{where}: its digest is not the one signed"
            if found != digests[str(one.id)]:
                yield f"{where}: its values are not those that were signed"
        brought = {one.upload_id for one in held}
        query = select(upload.c.id, upload.c.sha256).where(upload.c.id.in_(brought), upload.c.kept)
        files |= {row.sha256: f"upload {row.id}" for row in connection.execute(query)}
    yield from receipts_behind(connection, set(numbers))
    for digest, name in sorted(files.items(), key=lambda one: one[1]):
        try:
            originals.read(digest)
        except OriginalError as error:
            yield f"{name}: {error}"


def _files(connection: Connection, number: int, originals: Originals) -> Iterator[str]:
    of = assessment_evidence.c
    for row in connection.execute(select(assessment_evidence).where(of.round_id == number)):
        try:
            originals.read(row.sha256)
        except OriginalError as error:
            yield f"evidence {row.id} of {row.organisation}, line {row.line}: {error}"
