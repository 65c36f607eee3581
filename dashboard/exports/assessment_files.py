"""Writing all files of an export, on all cores. Workers import no more than they need: that is most of what they cost."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from dashboard.exports.assessment import Report


def write_files(
    report: Report, to: Path, kinds: Sequence[str], papers: Sequence[str], places: Sequence[int], workers: int
) -> Iterator[list[Path]]:
    """Write what is asked for; gives the files as they are done."""
    from dashboard.exports.assessment_fonts import prepare_fonts
    from dashboard.exports.assessment_paper import used_signs

    stem = f"{report.code}-{report.language}"
    jobs: list[tuple[str, Any]] = [("book", to / f"{stem}.xlsx")] if "xlsx" in kinds else []
    if papers:
        (to / "reports").mkdir(exist_ok=True)
        size = max(1, min(8, -(-len(places) // max(workers, 1))))
        jobs += [("papers", places[start : start + size]) for start in range(0, len(places), size)]
    fonts = prepare_fonts(used_signs(report), to / ".fonts") if "pdf" in papers else None
    setup = (report, to, tuple(papers), fonts)
    if workers <= 1 or len(jobs) <= 1:
        _prepare(*setup)
        yield from map(_job, jobs)
    else:
        with ProcessPoolExecutor(
            min(workers, os.cpu_count() or 1), multiprocessing.get_context("spawn"), _prepare, setup
        ) as pool:
            yield from pool.map(_job, jobs)
    if fonts:
        fonts.remove()
    from dashboard.exports.assessment_data import write_csv, write_json

    if "csv" in kinds:
        yield [write_csv(report, to / f"{stem}.csv")]
    if "json" in kinds:
        yield [write_json(report, to / f"{stem}.json")]


_setup: tuple[Report, Path, tuple[str, ...], Any] | None = None


def _prepare(report: Report, to: Path, papers: tuple[str, ...], fonts: Any) -> None:
    """What every worker knows, sent once."""
    global _setup
    _setup = (report, to, papers, fonts)


def _job(job: tuple[str, Any]) -> list[Path]:
    from dashboard.exports.assessment_book import write_book
    from dashboard.exports.assessment_chart import chart
    from dashboard.exports.assessment_paper import write_pdf
    from dashboard.exports.assessment_word import write_word

    assert _setup is not None
    report, to, papers, fonts = _setup
    kind, what = job
    if kind == "book":
        write_book(report, what)
        return [what]
    made = []
    for place in what:
        score = report.scores[place]
        stem = to / "reports" / f"{score.organisation}-{report.name(score.organisation).replace('/', '-')}"
        picture = chart(report, place)
        if "docx" in papers:
            write_word(report, place, Path(f"{stem}.docx"), picture)
            made.append(Path(f"{stem}.docx"))
        if "pdf" in papers and fonts is not None:
            write_pdf(report, place, Path(f"{stem}.pdf"), fonts, picture)
            made.append(Path(f"{stem}.pdf"))
    return made
