"""Writing all files of an export, on all cores. Workers import no more than they need: that is most of what they cost."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from dashboard.exports.assessment import Report
from dashboard.exports.safety import safe


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


CSV_COLUMNS = (
    *(
        "round",
        "edition",
        "seal",
        "synthetic",
        "organisation",
        "name",
        "scheme",
        "peer",
        "total",
        "place",
        "peers",
    ),
    *("domain", "line", "line_name", "rule", "weight", "status", "numerator", "denominator", "multiplier"),
    *("value", "target", "share", "points", "how"),
)


def write_csv(report: Report, to: Path) -> Path:
    """One row an organisation and line, with a byte-order mark for Chinese Excel and WPS."""
    with to.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(CSV_COLUMNS)
        for place in report.ordered:
            one, score = report.participants[place], report.scores[place]
            scheme = report.schemes[one.scheme]
            head = [report.code, report.edition, report.seal, int(report.synthetic), one.organisation,
                    report.name(one.organisation), one.scheme, one.peer, score.total, score.place, score.peers]  # fmt: skip
            for line in score.lines:
                entry = one.entries[line.code]
                row = [line.domain, line.code, scheme.line(line.code).name(report.language), line.rule, line.weight,
                       line.status, entry.numerator, entry.denominator, entry.multiplier, line.value, line.target,
                       line.share, line.points, line.sentence(report.language)]  # fmt: skip
                writer.writerow([safe(value) for value in head + row])
    return to


def _change(report: Report, organisation: str) -> dict[str, Any] | None:
    """What the change on the year before came from; None when there was no round."""
    held = report.changes.get(organisation)
    if held is None:
        return None
    parts = [
        {"line": one.code, "by_score": float(one.by_score), "by_weight": float(one.by_weight)}
        for one in held.lines
        if one.moved
    ]
    rest = {"veto": float(held.veto), "rounding": float(held.rounding)}
    return {"before": held.before, "after": held.after, "lines": parts, **rest}


def write_json(report: Report, to: Path) -> Path:
    """Everything: scores with their lines, entries, ranks, schemes."""
    document = {
        "round": report.code, "title": report.title, "period": report.period.code, "cut_off": report.cut_off,
        "synthetic": report.synthetic, "edition": report.edition, "seal": report.seal, "check": report.short,
        "marks": report.marks,
        "schemes": {code: scheme.model_dump(mode="json") for code, scheme in report.schemes.items()},
        "organisations": [
            {
                "name": report.name(report.scores[place].organisation),
                **report.scores[place].told(),
                "rank": report.rankings[place].told(),
                "entries": report.participants[place].told()["entries"],
                "change": _change(report, report.scores[place].organisation),
            }
            for place in report.ordered
        ],
    }  # fmt: skip
    to.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    return to
