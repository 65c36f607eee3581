"""What an upload must be before it may be saved: checked and put in order before the database is asked for anything."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from store.audit import digest
from store.connecting import StoreError
from store.records import IssueRecord, SubmissionRecord, UploadRecord, ValueRecord
from store.times import late_from, to_milliseconds

LARGEST = 10**15  # a number this large is a fault of the file; sums of smaller ones stay exact
_ROOM = {"name": 200, "sender": 80, "text": 200, "sheet": 64, "cell": 120, "found": 200, "organisation": 32}


class RecordError(StoreError):
    """A record breaks the rules between loaders and store; the message names the file and the place."""


@dataclass(frozen=True, slots=True)
class ArrivedSubmission:
    """A submission with what is derived from it alone."""

    record: SubmissionRecord
    due_at: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """An upload ready to be saved. With errors it has no submissions."""

    record: UploadRecord
    received_at: int
    submissions: tuple[ArrivedSubmission, ...]
    errors: int
    warnings: int

    @property
    def values(self) -> int:
        """How many values have a number or a text."""
        return sum(
            value.value is not None or bool(value.text)
            for one in self.submissions
            for value in one.record.values
        )


def arrive(upload: UploadRecord) -> Arrival:
    """Check an upload against the rules and fit its texts to the tables; raises RecordError."""
    if upload.content is None:
        if not upload.has_errors:
            raise RecordError(f"{upload.name}: a file that is not kept cannot be accepted")
    elif hashlib.sha256(upload.content).hexdigest() != upload.sha256:
        raise RecordError(f"{upload.name}: the SHA-256 given is not that of the bytes")
    try:
        received_at = to_milliseconds(upload.received_at)
    except ValueError as error:
        raise RecordError(f"{upload.name}: {error}") from None
    submissions = (
        () if upload.has_errors else tuple(_submission(upload.name, one) for one in upload.submissions)
    )
    _refuse_repeats(
        upload.name,
        [
            (one.record.form, one.record.organisation, one.record.month, one.record.span)
            for one in submissions
        ],
    )
    errors = sum(one.severity == "error" for one in upload.issues)
    fitted = replace(
        upload,
        name=_fit("name", upload.name),
        sender=_fit("sender", upload.sender),
        issues=tuple(_issue(one) for one in upload.issues),
    )
    return Arrival(fitted, received_at, submissions, errors, len(upload.issues) - errors)


def received(arrival: Arrival, at: dt.datetime) -> Arrival:
    """The same, received at another moment; raises ValueError for a moment without its time zone."""
    return replace(arrival, record=replace(arrival.record, received_at=at), received_at=to_milliseconds(at))


def with_warnings(arrival: Arrival, issues: Sequence[IssueRecord]) -> Arrival:
    """The same with further issues, none of which forbids saving."""
    record = replace(arrival.record, issues=(*arrival.record.issues, *map(_issue, issues)))
    return replace(arrival, record=record, warnings=arrival.warnings + len(issues))


def _submission(name: str, record: SubmissionRecord) -> ArrivedSubmission:
    place = f"{name}: {record.form} of {record.organisation} for {record.month}"
    if not (1 <= record.month % 100 <= 12 and record.span >= 1):
        raise RecordError(f"{place}: no such period (span {record.span})")
    _refuse_repeats(place, [(one.element, one.category) for one in record.values])
    for one in record.values:
        if one.value is None:
            continue
        if not isinstance(one.value, int):
            raise RecordError(f"{place}: {one.value!r} in {one.sheet}!{one.cell} is not a plain whole number")
        if abs(one.value) >= LARGEST:
            raise RecordError(f"{place}: the number in {one.sheet}!{one.cell} is too large to be one")
    fitted = replace(record, values=tuple(_value(one) for one in record.values))
    due_at = late_from(record.due)
    return ArrivedSubmission(fitted, due_at, digest(fitted, due_at))


def _value(record: ValueRecord) -> ValueRecord:
    text, sheet, cell = (_fit(name, getattr(record, name)) for name in ("text", "sheet", "cell"))
    if (text, sheet, cell) == (record.text, record.sheet, record.cell):
        return record
    return replace(record, text=text, sheet=sheet, cell=cell)


def _issue(record: IssueRecord) -> IssueRecord:
    return replace(
        record,
        sheet=_fit("sheet", record.sheet),
        cell=_fit("cell", record.cell),
        found=_fit("found", record.found),
        organisation=_fit("organisation", record.organisation),
    )


@lru_cache(maxsize=20_000)
def _fit(name: str, text: str) -> str:
    """The text without what a database refuses, and cut, visibly, to the room there is."""
    room = _ROOM[name]
    if text.isascii() and len(text) <= room and "\0" not in text:
        return text
    plain = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return plain if len(plain) <= room else plain[: room - 1] + "…"


def _refuse_repeats(place: str, things: Sequence[Any]) -> None:
    repeated = [thing for thing, count in Counter(things).items() if count > 1]
    if repeated:
        raise RecordError(f"{place}: {repeated[0]} stands {Counter(things)[repeated[0]]} times")
