"""Loading files into the store: read and checked in worker processes, saved here in batches, each batch in one transaction."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from loaders.archives import ENDING, ArchiveError, members, take_out
from loaders.intake import Desk, check_content, unreadable
from loaders.issues import Issue
from loaders.limits import Limits
from loaders.outcome import Outcome, Return
from loaders.sandbox import CHUNK, Sandbox
from loaders.warden import Died, Work
from loaders.workbook import ACCEPTED
from store.arrivals import Arrival, RecordError, arrive, received
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


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Every workbook and .zip at or below the paths, in order of name; files named outright are taken whatever their ending."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (
                one for one in path.rglob("*") if one.is_file() and one.suffix.lower() in (*ACCEPTED, ENDING)
            )
            # Spreadsheet programs leave ~$name and .~lock files beside an open workbook.
            found.extend(sorted(one for one in inside if not one.name.startswith(("~$", "."))))
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def find_jobs(paths: Sequence[Path], limits: Limits) -> list[Job]:
    """What is to be read: each file, and each workbook inside a .zip."""
    jobs: list[Job] = []
    for path in find_files(paths):
        if path.suffix.lower() == ENDING and path.is_file():
            jobs += jobs_in(path, path, limits)
        else:
            jobs.append(Job(path))
    return jobs


def jobs_in(source: Path | bytes, path: Path, limits: Limits) -> list[Job]:
    """The workbooks inside a .zip; the .zip itself, as a file that cannot be read, when it holds none."""
    try:
        names = members(source, ACCEPTED, limits)
    except ArchiveError as error:
        return [Job(path, fault=error.code)]
    if not names:
        return [Job(path, fault="archive_empty")]
    return [Job(path / name, source=source, member=name) for name in names]


def load_content(
    content: bytes,
    name: str,
    desk: Desk,
    store: Store,
    *,
    sender: str,
    synthetic: bool = False,
    sandbox: ReadingRoom | None = None,
) -> Loaded:
    """Read, check and save one file's bytes; in the sandbox when one is given, else in this process."""
    clerk, job = Clerk(Checker(desk), sender, synthetic, store.originals.folder), Job(Path(name), content)
    answer = sandbox.one(job) if sandbox else clerk.check(job)
    (loaded,) = _save([clerk.answered(job, answer)], desk, store, sender)
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
) -> Iterator[Loaded]:
    """Read, check and save; yields each file after its batch is saved.

    A batch is one transaction: stopped at any moment, every file is in the store whole or not at all, and running it
    again goes on from there, since the same bytes change nothing.
    """
    clerk = Clerk(Checker(desk), sender, synthetic, store.originals.folder)
    waiting: list[Checked] = []
    with open_sandbox(clerk, min(workers, 1 + len(jobs) // CHUNK)) as sandbox:
        for job, answer in sandbox.each(jobs):
            waiting.append(clerk.answered(job, answer))
            if len(waiting) >= batch:
                yield from _save(waiting, desk, store, sender)
                waiting = []
        if waiting:
            yield from _save(waiting, desk, store, sender)


@dataclass(frozen=True)
class Job:
    """One file to read: from the disk, as bytes with a name, or a member of a .zip, which is either."""

    path: Path
    content: bytes | None = None
    source: Path | bytes | None = None
    member: str = ""
    fault: str = ""  # an issue code: the file is known to be unreadable

    def size(self) -> int:
        """Bytes, as far as they can be told without reading."""
        if self.content is not None:
            return len(self.content)
        try:
            return self.path.stat().st_size
        except OSError:
            return 0


@dataclass(frozen=True)
class Checker:
    """What reading and checking a file takes, wherever it is done."""

    desk: Desk

    def fetch(self, job: Job) -> bytes | Issue:
        """The file's bytes, or why there are none."""
        try:
            if job.fault:
                return Issue(job.fault)
            if job.source is not None:
                return take_out(job.source, job.member, self.desk.limits)
            return job.path.read_bytes() if job.content is None else job.content
        except ArchiveError as error:
            return Issue(error.code)
        except OSError as error:
            return Issue("cannot_open", found=error.strerror or "")

    def check(self, job: Job, careful: bool = False) -> Outcome:
        """Read and check one file."""
        return self.check_fetched(job, self.fetch(job), careful)

    def check_fetched(self, job: Job, fetched: bytes | Issue, careful: bool) -> Outcome:
        """Check a file whose bytes are at hand, or say why they are not."""
        if isinstance(fetched, Issue):
            return unreadable(job.path.name, b"", fetched)
        return check_content(fetched, job.path.name, self.desk, careful=careful)

    def refused(self, job: Job, died: Died) -> Outcome:
        """What is said of a file that its reader did not survive."""
        content = self.fetch(job)
        issue = Issue(_DEATHS[died.reason])
        return unreadable(job.path.name, content if isinstance(content, bytes) else b"", issue)


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


@dataclass(frozen=True)
class Checked:
    """A file read, checked and put into records; `outcome` no longer holds the readings, which `arrival` has."""

    path: Path
    outcome: Outcome
    arrival: Arrival


def _save(waiting: list[Checked], desk: Desk, store: Store, sender: str) -> Iterator[Loaded]:
    # Files count as received in the order given, whichever worker was done first.
    arrivals = [received(one.arrival, dt.datetime.now(dt.UTC)) for one in waiting]
    receipts = save(store, desk.registry, arrivals, sender)
    for one, receipt in zip(waiting, receipts, strict=True):
        yield Loaded(one.path, one.outcome, receipt)


log = logging.getLogger(__name__)
ReadingRoom: TypeAlias = Sandbox[Job, Checked]

# What is said of a file that its reader did not survive.
_DEATHS = {"time": "reader_slow", "memory": "reader_memory", "crash": "reader_crashed"}


def open_sandbox(clerk: Clerk, workers: int = 1) -> ReadingRoom:
    """Processes that read files for the store; give them back with close()."""
    checker = clerk.checker
    work = Work(read=clerk.check, save=clerk.save, put=clerk.put, prepare=checker.desk.warm, size=Job.size)
    return Sandbox(work, checker.desk.limits, workers=workers)


def check_jobs(jobs: Sequence[Job], desk: Desk, workers: int = 1) -> Iterator[tuple[Path, Outcome]]:
    """Read and check files in a sandbox, and save nothing."""
    clerk = Checker(desk)
    work = Work(read=clerk.check, prepare=desk.warm, size=Job.size)
    with Sandbox(work, desk.limits, workers=min(workers, 1 + len(jobs) // CHUNK)) as sandbox:
        for job, answer in sandbox.each(jobs):
            yield job.path, answer if isinstance(answer, Outcome) else clerk.refused(job, answer)


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
