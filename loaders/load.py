"""Loading files into the store: read and checked in worker processes, saved here in batches, each batch in one transaction."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from loaders.against import compare
from loaders.cluster import Cluster
from loaders.files import Checker, Job, find_jobs
from loaders.intake import Desk, unreadable
from loaders.issues import Issue
from loaders.outcome import Outcome, Return
from loaders.sandbox import CHUNK, Sandbox
from loaders.senders import Reach, refused_for
from loaders.warden import Died, Work
from store.arrivals import Arrival, RecordError, arrive, received, with_warnings
from store.database import Store
from store.originals import Originals
from store.records import IssueRecord, Receipt, SubmissionRecord, UploadRecord, ValueRecord
from store.saving import save


@dataclass(frozen=True)
class Loaded:
    """What became of one file."""

    path: Path
    outcome: Outcome
    receipt: Receipt


def load_content(
    content: bytes,
    name: str,
    desk: Desk,
    store: Store,
    *,
    sender: str,
    synthetic: bool = False,
    sandbox: ReadingRoom | None = None,
    reach: Reach | None = None,
) -> Loaded:
    """Read, check and save one file's bytes; in the sandbox when one is given, else in this process.

    `reach`: for which organisations the sender may send; all where it is not given.
    """
    clerk, job = Clerk(Checker(desk), sender, synthetic, store.originals.folder), Job(Path(name), content)
    answer = sandbox.one(job) if sandbox else clerk.check(job)
    (loaded,) = _save([clerk.sent(clerk.answered(job, answer), reach)], desk, store, sender)
    return loaded


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
    """Read, check and save files, folders of them and .zip archives in the given order: see load_jobs."""
    jobs = find_jobs(paths, desk.limits)
    yield from load_jobs(jobs, desk, store, sender=sender, synthetic=synthetic, workers=workers, batch=batch)


def load_jobs(
    jobs: Sequence[Job],
    desk: Desk,
    store: Store,
    *,
    sender: str,
    synthetic: bool = False,
    workers: int = 1,
    batch: int = 50,
    reach: Reach | None = None,
    scheduler: str = "",
) -> Iterator[Loaded]:
    """Read, check and save; yields each file after its batch is saved. `reach`: see load_content.

    A batch is one transaction: stopped at any moment, every file is in the store whole or not at all, and running it
    again goes on from there, since the same bytes change nothing. `scheduler`: the address of a Dask scheduler, whose
    machines then read in the place of this one.
    """
    clerk = Clerk(Checker(desk), sender, synthetic, store.originals.folder)
    waiting: list[Checked] = []
    few = min(workers, 1 + len(jobs) // CHUNK)
    with open_cluster(clerk, scheduler) if scheduler else open_sandbox(clerk, few) as sandbox:
        for job, answer in sandbox.each(jobs):
            waiting.append(clerk.sent(clerk.answered(job, answer), reach))
            if len(waiting) >= batch:
                yield from _save(waiting, desk, store, sender)
                waiting = []
        if waiting:
            yield from _save(waiting, desk, store, sender)


@dataclass(frozen=True)
class Clerk:
    """What reading a file for the store takes besides."""

    checker: Checker
    sender: str
    synthetic: bool
    originals: Path

    def check(self, job: Job, careful: bool = False) -> Checked:
        """Read and check one file, and put it into records."""
        fetched = self.checker.fetch(job)
        outcome = self.checker.check_fetched(job, fetched, careful)
        return self.checked(job, outcome, fetched if isinstance(fetched, bytes) else b"")

    @staticmethod
    def save(checked: Checked) -> tuple[str, bytes] | None:
        """The original to be kept; none of a file that names persons."""
        record = checked.arrival.record
        return (record.sha256, record.content) if record.content else None

    def put(self, original: tuple[str, bytes]) -> None:
        """Put an original on disk, before anything is said of it."""
        Originals(self.originals).keep([original])

    def checked(self, job: Job, outcome: Outcome, content: bytes) -> Checked:
        """A file's outcome in records."""
        try:
            arrival = arrive(_upload(outcome, content, self.sender, self.synthetic))
        except RecordError as error:
            # What the reader gives is not what the store takes: a fault of ours, which must not stop the other files.
            log.exception("records refused")
            outcome = unreadable(job.path.name, content, Issue("reader_failed", found=str(error)))
            arrival = arrive(_upload(outcome, content, self.sender, self.synthetic))
        return Checked(job.path, outcome.without_returns(), arrival)

    def answered(self, job: Job, answer: Checked | Died) -> Checked:
        """The answer; for a file whose reader died, its refusal."""
        if isinstance(answer, Checked):
            return answer
        content = self.checker.fetch(job)
        outcome = self.checker.refused(job, answer)
        return self.checked(job, outcome, content if isinstance(content, bytes) else b"")

    def sent(self, checked: Checked, reach: Reach | None) -> Checked:
        """As this sender's, and refused where it speaks for organisations that the sender may not send for."""
        record = replace(checked.arrival.record, sender=self.sender, synthetic=self.synthetic)
        issues = refused_for(record.submissions, reach, checked.outcome.stated)
        if not issues:
            return replace(checked, arrival=replace(checked.arrival, record=record))
        kept = [
            one
            for one in checked.outcome.issues
            if not one.organisation or (reach and reach(one.organisation))
        ]
        outcome = replace(checked.outcome, issues=(*kept, *issues))
        record = replace(record, submissions=(), issues=tuple(_issue(one) for one in outcome.issues))
        return replace(checked, outcome=outcome, arrival=arrive(record))


@dataclass(frozen=True)
class Checked:
    """A file read, checked and put into records; `outcome` no longer holds the readings, which `arrival` has."""

    path: Path
    outcome: Outcome
    arrival: Arrival


def _save(waiting: list[Checked], desk: Desk, store: Store, sender: str) -> Iterator[Loaded]:
    # Files count as received in the order given, whichever worker was done first.
    arrivals = [received(one.arrival, dt.datetime.now(dt.UTC)) for one in waiting]
    added = compare(store, desk, arrivals, [one.outcome for one in waiting])
    arrivals = [
        with_warnings(arrival, [_issue(issue) for issue in issues]) if issues else arrival
        for arrival, issues in zip(arrivals, added, strict=True)
    ]
    receipts = save(store, desk.registry, arrivals, sender)
    for one, issues, receipt in zip(waiting, added, receipts, strict=True):
        outcome = replace(one.outcome, issues=(*one.outcome.issues, *issues)) if issues else one.outcome
        yield Loaded(one.path, outcome, receipt)


log = logging.getLogger(__name__)
ReadingRoom: TypeAlias = Sandbox[Job, Checked]
ReadingHall: TypeAlias = Cluster[Job, Checked]


def open_sandbox(clerk: Clerk, workers: int = 1) -> ReadingRoom:
    """Processes that read files for the store; give them back with close()."""
    return Sandbox(_work(clerk), clerk.checker.desk.limits, workers=workers)


def open_cluster(clerk: Clerk, scheduler: str) -> ReadingHall:
    """The machines behind a Dask scheduler that read files for the store; leave them with close()."""
    return Cluster(_work(clerk), clerk.checker.desk.limits, scheduler, clerk.checker.with_content)


def _work(clerk: Clerk) -> Work[Job, Checked]:
    warm = clerk.checker.desk.warm
    return Work(read=clerk.check, save=clerk.save, put=clerk.put, prepare=warm, size=Job.size)


def _upload(outcome: Outcome, content: bytes, sender: str, synthetic: bool) -> UploadRecord:
    """The record of a file: with errors, nothing but its issues."""
    return UploadRecord(
        name=outcome.name[:200],
        sha256=outcome.sha256,
        content=None if outcome.names_persons else content,
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
