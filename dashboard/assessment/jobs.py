"""Exports that take a while: made beside the web server's threads, one at a time, with their progress."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path

from dashboard.assessment.exporting import export_round
from dashboard.assessment.standing import stand
from dashboard.workspace import Workspace

log = logging.getLogger("mch.dashboard")


@dataclass
class Job:
    """One export. `newest` tells whether it is still of the round as it stands."""

    key: tuple[str, str]
    newest: tuple[int, str]
    done: int = 0
    total: int = 0
    files: int = 0
    ready: Path | None = None
    failed: str = ""


class Exports:
    """The exports of one server; safe to share between its threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._jobs: dict[tuple[str, str], Job] = {}
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._folder = Path(tempfile.mkdtemp(prefix="mch-export-"))

    def of(self, code: str, language: str) -> Job | None:
        """The export of a round in a language, when one was asked for."""
        with self._lock:
            return self._jobs.get((code, language))

    def start(self, code: str, language: str) -> Job:
        """Begin one, unless it is under way or ready for the round as it stands."""
        standing = stand(self._workspace, code)
        newest = (standing.round.newest, standing.seal.seal if standing.seal else "")
        with self._lock:
            held = self._jobs.get((code, language))
            if held and held.newest == newest and not held.failed:
                return held
            job = self._jobs[code, language] = Job((code, language), newest)
        threading.Thread(target=self._run, args=(job,), daemon=True).start()
        return job

    def _run(self, job: Job) -> None:
        code, language = job.key
        with self._turn:
            to = self._folder / f"{code}-{language}"
            try:
                standing = stand(self._workspace, code)

                def told(done: int, total: int) -> None:
                    job.done, job.total = done, total

                files = export_round(self._workspace, standing, to, language=language, told=told)
                packed = self._folder / f"{code}-{language}.zip"
                with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
                    for file in files:
                        archive.write(file, file.relative_to(to))
                job.files, job.ready = len(files), packed
            except Exception as error:
                log.exception("export of %s failed", code)
                job.failed = str(error)[:200]
            finally:
                shutil.rmtree(to, ignore_errors=True)
