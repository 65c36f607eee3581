"""Writing marked workbooks beside, and never over, what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from loaders.annotating import MarkJob, mark_files
from loaders.files import Job
from loaders.intake import Desk
from loaders.outcome import Outcome


def give_back(
    checked: Sequence[tuple[Job, Outcome]],
    desk: Desk,
    target: Path,
    language: str,
    faulty_rows: bool,
    workers: int,
) -> Iterator[tuple[Path, Path | None]]:
    """Mark the files that have issues; yields (file, what was written: None where nothing can be given back).

    `target` is a folder, or one file's own name. Raises FileExistsError when the file named would be the sender's own.
    """
    wanted = [
        MarkJob(job, outcome.issues, language, faulty_rows) for job, outcome in checked if outcome.issues
    ]
    single = len(checked) == 1 and target.suffix.lower() in (".xlsx", ".xlsm")
    if not single:
        target.mkdir(parents=True, exist_ok=True)
    for one, marked in mark_files(wanted, desk, workers):
        if marked is None:
            yield one.job.path, None
            continue
        # A program refuses a workbook with macros that is called .xlsx, and one without that is called .xlsm.
        written = target.with_suffix(Path(marked.name).suffix) if single else _free(target / marked.name)
        if written.exists() and written.samefile(one.job.path):
            raise FileExistsError(f"{written} is the file itself; name another for the marked copy")
        written.write_bytes(marked.content)
        yield one.job.path, written


def _free(path: Path) -> Path:
    """The path, or one with a number, so that files of the same name from several folders do not meet."""
    number, free = 2, path
    while free.exists():
        free, number = path.with_stem(f"{path.stem} ({number})"), number + 1
    return free
