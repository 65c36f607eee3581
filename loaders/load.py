"""Loading files into the store: read and checked in worker processes, saved here in batches, each batch in one transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path

from loaders.intake import Desk, check_content
from loaders.issues import Issue
from loaders.outcome import Outcome, Return
from loaders.workbook import ACCEPTED
from store.database import Store
from store.originals import Originals
from store.records import IssueRecord, Receipt, SubmissionRecord, UploadRecord, ValueRecord
from store.saving import save

CHUNK = 8  # files that a worker takes at a time


@dataclass(frozen=True)
class Loaded:
    """What became of one file."""

    path: Path
    outcome: Outcome
    receipt: Receipt


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Every workbook at or below the paths, in order of name; files named outright are taken whatever their ending."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (one for one in path.rglob("*") if one.is_file() and one.suffix.lower() in ACCEPTED)
            # Spreadsheet programs leave ~$name and .~lock files beside an open workbook.
            found.extend(sorted(one for one in inside if not one.name.startswith(("~$", "."))))
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def load_content(
    content: bytes, name: str, desk: Desk, store: Store, *, sender: str, synthetic: bool = False
) -> Loaded:
    """Read, check and save one file's bytes."""
    outcome = check_content(content, name, desk)
    (receipt,) = save(store, desk.registry, [_upload(outcome, content, sender, synthetic)], sender)
    return Loaded(Path(name), outcome, receipt)


def load_paths(
    paths: Sequence[Path],
    desk: Desk,
    store: Store,
    *,
    sender: str,
    synthetic: bool = False,
    workers: int = 1,
    batch: int = 50,
) -> Iterator[Loaded]:
    """Read, check and save files in the given order; yields each after its batch is saved.

    A batch is one transaction: stopped at any moment, every file is in the store whole or not at all, and running it
    again goes on from there, since the same bytes change nothing.
    """
    clerk = Clerk(desk, sender, synthetic, store.originals.folder)
    waiting: list[Checked] = []
    for checked in _checked(paths, clerk, workers):
        waiting.append(checked)
        if len(waiting) >= batch:
            yield from _save(waiting, desk, store, sender)
            waiting = []
    if waiting:
        yield from _save(waiting, desk, store, sender)


@dataclass(frozen=True)
class Clerk:
    """What reading a file for the store takes, wherever it is read."""

    desk: Desk
    sender: str
    synthetic: bool
    originals: Path


@dataclass(frozen=True)
class Checked:
    """A file read, checked and put into records; `outcome` no longer holds the readings, which `upload` has."""

    path: Path
    outcome: Outcome
    upload: UploadRecord


def _save(waiting: list[Checked], desk: Desk, store: Store, sender: str) -> Iterator[Loaded]:
    # Files count as received in the order given, whichever worker was done first.
    uploads = [replace(one.upload, received_at=dt.datetime.now(dt.UTC)) for one in waiting]
    receipts = save(store, desk.registry, uploads, sender)
    for one, receipt in zip(waiting, receipts, strict=True):
        yield Loaded(one.path, one.outcome, receipt)


_clerk: Clerk | None = None


def _take(clerk: Clerk) -> None:
    """Give a worker what it needs, once."""
    global _clerk
    _clerk = clerk


def _work(paths: Sequence[Path]) -> list[Checked]:
    """Read a chunk of files; their originals are on disk before anything is said of them."""
    assert _clerk is not None
    found = [_check(path, _clerk) for path in paths]
    Originals(_clerk.originals).keep(
        (one.upload.sha256, one.upload.content) for one in found if one.upload.content
    )
    return found


def _check(path: Path, clerk: Clerk) -> Checked:
    try:
        content = path.read_bytes()
    except OSError as error:
        return _refused(path, b"", Issue("cannot_open", found=error.strerror or ""), clerk)
    outcome = check_content(content, path.name, clerk.desk)
    return Checked(path, outcome.without_returns(), _upload(outcome, content, clerk.sender, clerk.synthetic))


def _refused(path: Path, content: bytes, issue: Issue, clerk: Clerk) -> Checked:
    outcome = Outcome(path.name, hashlib.sha256(content).hexdigest(), len(content), (), (), (issue,))
    return Checked(path, outcome, _upload(outcome, content, clerk.sender, clerk.synthetic))


def _pool(clerk: Clerk, workers: int) -> ProcessPoolExecutor:
    # A forked child would inherit open database connections and the locks of other threads.
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _take, (clerk,))


def _checked(paths: Sequence[Path], clerk: Clerk, workers: int) -> Iterator[Checked]:
    """Check files in order with at most a few chunks ahead, so that memory stays small however many files there are."""
    if workers <= 1 or len(paths) < 2 * CHUNK:
        for path in paths:
            yield _check(path, clerk)
        return
    chunks = deque([paths[start : start + CHUNK] for start in range(0, len(paths), CHUNK)])
    pool = _pool(clerk, workers)
    under_way: deque[tuple[Sequence[Path], Future[list[Checked]]]] = deque()
    try:
        while chunks or under_way:
            while chunks and len(under_way) < 2 * workers + 2:
                chunk = chunks.popleft()
                under_way.append((chunk, pool.submit(_work, chunk)))
            chunk, future = under_way.popleft()
            try:
                yield from future.result()
            except BrokenProcessPool:
                # One file killed its worker and with it the pool: the others are innocent and are read again.
                pool.shutdown(wait=False, cancel_futures=True)
                chunks.extendleft(pending for pending, _ in reversed(under_way))
                under_way.clear()
                for path in chunk:
                    yield _alone(path, clerk)
                pool = _pool(clerk, workers)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _alone(path: Path, clerk: Clerk) -> Checked:
    """Check one file in a process of its own; if that dies too, the file is refused."""
    with _pool(clerk, 1) as pool:
        try:
            return pool.submit(_work, [path]).result()[0]
        except BrokenProcessPool:
            return _refused(path, path.read_bytes(), Issue("reader_crashed"), clerk)


def _upload(outcome: Outcome, content: bytes, sender: str, synthetic: bool) -> UploadRecord:
    """The record of a file: with errors, nothing but its issues."""
    return UploadRecord(
        name=outcome.name[:200],
        sha256=outcome.sha256,
        content=content,
        sender=sender,
        received_at=dt.datetime.now(dt.UTC),
        synthetic=synthetic,
        submissions=() if outcome.errors else tuple(_submission(one) for one in outcome.returns),
        issues=tuple(_issue(one) for one in outcome.issues),
    )


def _submission(one: Return) -> SubmissionRecord:
    return SubmissionRecord(
        form=one.form,
        edition=one.edition,
        basis=one.basis,
        organisation=one.organisation,
        month=one.last,
        span=(one.last // 100 - one.first // 100) * 12 + one.last % 100 - one.first % 100 + 1,
        cumulative_from=one.cumulative_from,
        due=one.due,
        values=tuple(
            ValueRecord(
                element=reading.element,
                category=reading.category,
                value=reading.value,
                note=reading.note,
                text=reading.text,
                sheet=reading.sheet[:64],
                cell=reading.cell,
                derived=reading.derived,
            )
            for reading in one.readings
        ),
    )


def _issue(one: Issue) -> IssueRecord:
    return IssueRecord(
        code=one.code,
        severity=one.severity,
        sheet=one.sheet[:64],
        cell=one.cell[:40],
        found=one.found[:200],
        parameters=dict(one.parameters),
        form=one.form,
        organisation=one.organisation,
        month=one.month,
    )
