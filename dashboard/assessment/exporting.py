"""A round as files: the workbook, a Word report and a PDF for each organisation, CSV and JSON; on all cores, with progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from dashboard.assessment.standing import Standing
from dashboard.exports.assessment import Report
from dashboard.exports.assessment_files import write_files
from dashboard.texts import Texts
from dashboard.workspace import Workspace

KINDS = ("xlsx", "docx", "pdf", "csv", "json")
Told = Callable[[int, int], None]


def report_of(workspace: Workspace, standing: Standing, language: str) -> Report:
    """A round with all names, ready to be written anywhere."""
    t, held, seal = Texts(language), standing.round, standing.seal
    organisations = workspace.registry.organisations
    codes = {code for one in standing.participants for code in (one.organisation, one.area)}
    on = standing.period.last_day
    names = {code: (found.zh, found.en) for code in codes for found in [organisations.get(code, on)]}
    units = {}
    for scheme in standing.schemes.values():
        for line in scheme.lines:
            if line.indicator and line.indicator in workspace.catalogue.by_code:
                found = workspace.catalogue.get(line.indicator)
                units[f"{scheme.code}.{line.code}"] = (found.unit_zh, found.unit_en)
            else:
                units[f"{scheme.code}.{line.code}"] = (line.unit_zh, line.unit_en)
    return Report(
        language=language, code=held.code, title=held.name(language), period=standing.period,
        cut_off=t.moment(held.cut_off), synthetic=held.synthetic,
        seal=seal.seal if seal else "", edition=seal.edition if seal else 0,
        signed_by=seal.actor if seal else "", signed_at=t.moment(seal.at) if seal else "",
        schemes=standing.schemes, participants=standing.participants, scores=standing.scores,
        rankings=standing.rankings, names=names, units=units, changes=standing.changes,
        line_names=standing.last.lines if standing.last else {},
    )  # fmt: skip


def export_round(
    workspace: Workspace,
    standing: Standing,
    to: Path,
    *,
    language: str = "zh",
    kinds: Sequence[str] = KINDS,
    only: Sequence[str] = (),
    workers: int | None = None,
    told: Told | None = None,
) -> list[Path]:
    """Write all that is asked for into a folder; gives the files in the order written."""
    report = report_of(workspace, standing, language)
    to.mkdir(parents=True, exist_ok=True)
    places = [place for place in report.ordered if not only or report.scores[place].organisation in only]
    papers = [kind for kind in ("docx", "pdf") if kind in kinds]
    total = len(places) * bool(papers) + sum(kind in kinds for kind in ("xlsx", "csv", "json"))
    done: list[Path] = []
    for made in write_files(report, to, kinds, papers, places, workers or workspace.workers):
        done += made
        if told:
            told(min(len(done), total) if not papers else _steps(done, papers), total)
    return done


def _steps(done: Sequence[Path], papers: Sequence[str]) -> int:
    books = sum(path.parent.name != "reports" for path in done)
    return books + (len(done) - books) // len(papers)
