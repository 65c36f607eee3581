"""Marking files where they can do no harm: a sender's workbook is untrusted when it is changed as when it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from loaders.annotate import Annotated, AnnotateError, annotate, errors_only
from loaders.files import Checker, Job
from loaders.intake import Desk
from loaders.issues import Issue
from loaders.sandbox import CHUNK, Sandbox
from loaders.warden import Died, Work


@dataclass(frozen=True)
class MarkJob:
    """A file to mark with its issues; `faulty_rows` asks for the copy with those rows alone."""

    job: Job
    issues: tuple[Issue, ...]
    language: str = "zh"
    faulty_rows: bool = False

    def size(self) -> int:
        """Bytes of the file."""
        return self.job.size()


@dataclass(frozen=True)
class Marker:
    """What marking takes, wherever it is done."""

    checker: Checker

    def mark(self, wanted: MarkJob, _careful: bool = False) -> Annotated | None:
        """Mark one file; None when it cannot be read at all, or must not be given back."""
        content = self.checker.fetch(wanted.job)
        if isinstance(content, Issue):
            return None
        make = errors_only if wanted.faulty_rows else annotate
        try:
            return make(
                content, wanted.job.path.name, wanted.issues, wanted.language, self.checker.desk.limits
            )
        except AnnotateError:
            return None


MarkingRoom: TypeAlias = Sandbox[MarkJob, "Annotated | None"]


def open_marking_room(desk: Desk, workers: int = 1) -> MarkingRoom:
    """Processes that mark files; give them back with close()."""
    work: Work[MarkJob, Annotated | None] = Work(read=Marker(Checker(desk)).mark, size=MarkJob.size)
    return Sandbox(work, desk.limits, workers=workers)


def mark_files(
    wanted: Sequence[MarkJob], desk: Desk, workers: int = 1
) -> Iterator[tuple[MarkJob, Annotated | None]]:
    """Mark files, in the order given."""
    with open_marking_room(desk, min(workers, 1 + len(wanted) // CHUNK)) as room:
        for one, answer in room.each(wanted):
            yield one, None if isinstance(answer, Died) else answer
