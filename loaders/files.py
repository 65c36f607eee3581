"""Files to read: found in folders and archives, fetched, and checked in reading processes; nothing is saved here."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from loaders.archives import ENDING, ArchiveError, members, take_out
from loaders.intake import Desk, check_content, unreadable
from loaders.issues import Issue
from loaders.limits import Limits
from loaders.machine import is_machines
from loaders.outcome import Outcome
from loaders.sandbox import CHUNK, Sandbox
from loaders.warden import Died, Work
from loaders.workbook import ANSWERED

# What is said of a file that its reader did not survive.
_DEATHS = {"time": "reader_slow", "memory": "reader_memory", "crash": "reader_crashed"}


@dataclass(frozen=True)
class Job:
    """One file to read: from the disk, as bytes with a name, or a member of a .zip, which is either."""

    path: Path
    content: bytes | None = None
    source: Path | bytes | None = None
    member: str = ""
    fault: str = ""  # an issue code: the file is known to be unreadable
    found: str = ""  # and what was found of it

    def size(self) -> int:
        """Bytes, as far as they can be told without reading."""
        if self.content is not None:
            return len(self.content)
        try:
            return self.path.stat().st_size
        except OSError:
            return 0


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Every workbook and .zip at or below the paths, in order of name; files named outright are taken whatever their ending."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            # Named but not to be opened (a pipe, a link that leads nowhere) is said of the file, not passed over.
            inside = (
                one
                for one in path.rglob("*")
                if one.suffix.lower() in (*ANSWERED, ENDING) and not one.is_dir()
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
        names = members(source, ANSWERED, limits)
    except ArchiveError as error:
        return [Job(path, fault=error.code)]
    if not names:
        return [Job(path, fault="archive_empty")]
    return [Job(path / name, source=source, member=name) for name in names]


@dataclass(frozen=True)
class Checker:
    """What reading and checking a file takes, wherever it is done."""

    desk: Desk

    def fetch(self, job: Job) -> bytes | Issue:
        """The file's bytes, or why there are none."""
        try:
            if job.fault:
                return Issue(job.fault, found=job.found)
            if job.source is not None:
                return take_out(job.source, job.member, self.desk.limits)
            return _whole(job.path, self.desk.limits) if job.content is None else job.content
        except ArchiveError as error:
            return Issue(error.code)
        except OSError as error:
            if is_machines(error):
                raise
            return Issue("cannot_open", found=error.strerror or "")

    def with_content(self, job: Job) -> Job:
        """The job with its file's bytes, or with why there are none: to be read on another machine."""
        fetched = self.fetch(job)
        if isinstance(fetched, Issue):
            # A fault of the machine (no such file, no right to it) has words that only this machine knows.
            return Job(job.path, fault=fetched.code, found=fetched.found)
        return Job(job.path, content=fetched)

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
        issue = content if isinstance(content, Issue) else Issue(_DEATHS[died.reason])
        return unreadable(job.path.name, content if isinstance(content, bytes) else b"", issue)


def _whole(path: Path, limits: Limits) -> bytes | Issue:
    """The bytes of a file on the disk, if it is one, and of a size that is worth opening."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        return Issue("cannot_open", found=os.strerror(errno.EINVAL))
    if status.st_size > limits.unpacked_megabytes * 1024**2:
        return Issue("unpacks_too_large")
    return path.read_bytes()


def check_jobs(jobs: Sequence[Job], desk: Desk, workers: int = 1) -> Iterator[tuple[Path, Outcome]]:
    """Read and check files in a sandbox, and save nothing."""
    clerk = Checker(desk)
    work = Work(read=clerk.check, prepare=desk.warm, size=Job.size)
    with Sandbox(work, desk.limits, workers=min(workers, 1 + len(jobs) // CHUNK)) as sandbox:
        for job, answer in sandbox.each(jobs):
            yield job.path, answer if isinstance(answer, Outcome) else clerk.refused(job, answer)
