"""Loading files into the store: read and checked in worker processes, saved here in batches, each batch in one transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from loaders.intake import Desk, check_content
from loaders.issues import Issue
from loaders.outcome import Outcome, Return
from loaders.workbook import ACCEPTED
from store.database import Store
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
    waiting: list[tuple[Path, Outcome, bytes]] = []
    for checked in _checked(paths, desk, workers):
        waiting.append(checked)
        if len(waiting) >= batch:
            yield from _save(waiting, desk, store, sender, synthetic)
            waiting = []
    if waiting:
        yield from _save(waiting, desk, store, sender, synthetic)


def _save(
    waiting: list[tuple[Path, Outcome, bytes]], desk: Desk, store: Store, sender: str, synthetic: bool
) -> Iterator[Loaded]:
    uploads = [_upload(outcome, content, sender, synthetic) for _, outcome, content in waiting]
    receipts = save(store, desk.registry, uploads, sender)
    for (path, outcome, _), receipt in zip(waiting, receipts, strict=True):
        yield Loaded(path, outcome, receipt)


_desk: Desk | None = None


def _take_desk(desk: Desk) -> None:
    """Give a worker its desk, once."""
    global _desk
    _desk = desk


def _work(paths: Sequence[Path]) -> list[tuple[Path, Outcome, bytes]]:
    assert _desk is not None
    return [_check(path, _desk) for path in paths]


def _check(path: Path, desk: Desk) -> tuple[Path, Outcome, bytes]:
    try:
        content = path.read_bytes()
    except OSError as error:
        issue = Issue("cannot_open", found=error.strerror or "")
        return path, Outcome(path.name, hashlib.sha256(b"").hexdigest(), 0, (), (), (issue,)), b""
    return path, check_content(content, path.name, desk), content


def _pool(desk: Desk, workers: int) -> ProcessPoolExecutor:
    # A forked child would inherit open database connections and the locks of other threads.
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _take_desk, (desk,))


def _checked(paths: Sequence[Path], desk: Desk, workers: int) -> Iterator[tuple[Path, Outcome, bytes]]:
    """Check files in order with at most a few chunks ahead, so that memory stays small however many files there are."""
    if workers <= 1 or len(paths) < 2 * CHUNK:
        for path in paths:
            yield _check(path, desk)
        return
    chunks = deque([paths[start : start + CHUNK] for start in range(0, len(paths), CHUNK)])
    pool = _pool(desk, workers)
    under_way: deque[tuple[Sequence[Path], Future[list[tuple[Path, Outcome, bytes]]]]] = deque()
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
                    yield _alone(path, desk)
                pool = _pool(desk, workers)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _alone(path: Path, desk: Desk) -> tuple[Path, Outcome, bytes]:
    """Check one file in a process of its own; if that dies too, the file is refused."""
    with _pool(desk, 1) as pool:
        try:
            return pool.submit(_work, [path]).result()[0]
        except BrokenProcessPool:
            content = path.read_bytes()
            outcome = Outcome(
                path.name,
                hashlib.sha256(content).hexdigest(),
                len(content),
                (),
                (),
                (Issue("reader_crashed"),),
            )
            return path, outcome, content


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
