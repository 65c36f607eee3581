"""Commands about workbooks: template, check, load."""

from __future__ import annotations

import datetime as dt
import getpass
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from dashboard.cli.output import Format, emit, print_csv, print_json, print_table, progress, say
from dashboard.documents import issue_row
from dashboard.settings import load_settings
from loaders.files import Job, check_jobs, find_jobs
from loaders.forms import load_forms
from loaders.intake import Desk
from loaders.issues import Issue
from loaders.outcome import Outcome
from reference import periods
from reference.registry import load_registry
from store.records import Receipt

Paths = Annotated[list[Path], typer.Argument(help="Workbooks, or folders of them.")]
FormatOption = Annotated[Format, typer.Option("--format", help="table for people, json or csv for programs.")]

ISSUE_COLUMNS = (
    "file",
    "severity",
    "code",
    "sheet",
    "cell",
    "found",
    "message_zh",
    "mend_zh",
    "message_en",
    "mend_en",
)


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(template)
    app.command()(check)
    app.command()(load)


def template(
    form: Annotated[str, typer.Argument(help="Code of the form; `mch template list` shows them all.")],
    to: Annotated[
        Path | None, typer.Option(help="File to write; default: the form's name in this folder.")
    ] = None,
    organisation: Annotated[str, typer.Option(help="Code or name to fill in.")] = "",
    period: Annotated[str, typer.Option(help="Period to fill in, e.g. 2026-10.")] = "",
    format: FormatOption = Format.TABLE,
) -> None:
    """Write a form's blank workbook, ready to be filled in and sent."""
    from loaders.template import write_template  # with a library that checking does not need

    registry = load_registry(load_settings().overlay_folders)
    forms = load_forms(registry)
    if form == "list":
        rows = [
            {"form": one.code, "name_zh": one.zh, "name_en": one.en, "tree": one.tree}
            for one in sorted(forms.by_code.values(), key=lambda one: one.tree != registry.home)
        ]
        return emit(format, "表单 · Forms", ("form", "name_zh", "name_en", "tree"), rows)
    chosen = forms.get(form)
    wanted = periods.parse(period) if period else None
    target = to or Path(f"{chosen.zh}{'-' + wanted.code if wanted else ''}.xlsx")
    code = registry.organisations.resolve(organisation, chosen.tree).code if organisation else ""
    if code and wanted:
        # With a sender and a period there may be earlier values to print beside the cells.
        from dashboard.filled_template import filled_template
        from dashboard.workspace import open_workspace

        workspace = open_workspace(prepare=True)
        target.write_bytes(filled_template(workspace, chosen, code, wanted))
        workspace.close()
    else:
        on = wanted.last_day if wanted else dt.date.today()
        write_template(chosen, registry, target, on=on, organisation=code, period=wanted)
    say(f"{target}: {chosen.zh} · {chosen.en}")


def check(
    files: Paths,
    format: FormatOption = Format.TABLE,
    annotated: Annotated[
        Path | None,
        typer.Option(
            help="Give files with issues back with every fault marked in its cell: a folder, or the file to write."
        ),
    ] = None,
    errors_only: Annotated[
        Path | None, typer.Option(help="Give the faulty rows alone back: a folder, or the file to write.")
    ] = None,
    workers: Annotated[
        int, typer.Option(help="Reading processes; 0 = as many as the machine has cores.")
    ] = 0,
) -> None:
    """Read and check workbooks without saving anything: every fault at once, each with its cell and how to mend it."""
    settings = load_settings()
    registry = load_registry(settings.overlay_folders)
    desk = Desk(registry, load_forms(registry), limits=settings.limits)
    jobs, cores = _jobs(files, desk), workers or settings.workers or os.cpu_count() or 1
    checked: list[Row] = []
    with progress() as bar:
        task = bar.add_task("读取并核对 · Checking", total=len(jobs))
        for path, outcome in check_jobs(jobs, desk, cores):
            checked.append((path, outcome, None))
            bar.advance(task)
    given_back: dict[Path, list[str]] = {}
    for target, faulty_rows in ((annotated, False), (errors_only, True)):
        if target is not None:
            from dashboard.cli.giving_back import give_back  # with libraries that checking does not need

            pairs = list(zip(jobs, (outcome for _, outcome, _ in checked), strict=True))
            for path, written in give_back(pairs, desk, target, settings.language, faulty_rows, cores):
                if written is not None:
                    given_back.setdefault(path, []).append(str(written))
                elif format is Format.TABLE:
                    say(
                        f"没有可退回的标注件（不能读取，或含个人信息）· Nothing to give back (unreadable, or names persons): {path}"
                    )
    _report(checked, format, given_back)


def load(
    files: Paths,
    format: FormatOption = Format.TABLE,
    sender: Annotated[
        str, typer.Option(help="Who sends them; default: the name you are signed in with.")
    ] = "",
    workers: Annotated[int, typer.Option(help="Worker processes; 0 = as many as the machine has cores.")] = 0,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="Mark what is loaded as synthetic data.")
    ] = False,
    scheduler: Annotated[
        str,
        typer.Option(
            help="Address of a Dask scheduler whose machines read the files, e.g. tcp://10.0.0.5:8786."
        ),
    ] = "",
) -> None:
    """Check workbooks and save those without errors. Loading the same file again changes nothing."""
    # These bring the statistics with them, which checking alone needs not.
    from dashboard.workspace import open_workspace
    from loaders.load import load_jobs

    workspace = open_workspace(prepare=True)
    jobs = _jobs(files, workspace.desk)
    loaded: list[Row] = []
    with progress() as bar:
        task = bar.add_task("读取并保存 · Loading", total=len(jobs))
        for one in load_jobs(
            jobs,
            workspace.desk,
            workspace.store,
            sender=sender or getpass.getuser(),
            synthetic=synthetic,
            workers=workers or workspace.workers,
            batch=workspace.settings.batch,
            scheduler=scheduler,
        ):
            loaded.append((one.path, one.outcome, one.receipt))
            bar.advance(task)
    workspace.close()
    _report(loaded, format)


def _jobs(paths: Iterable[Path], desk: Desk) -> list[Job]:
    # A link that leads nowhere is a file that cannot be opened, and no reason to leave the others unread.
    missing = [path for path in paths if not os.path.lexists(path)]
    if missing:
        raise FileNotFoundError(f"no such file or folder: {', '.join(map(str, missing))}")
    found = find_jobs(list(paths), desk.limits)
    if not found:
        raise FileNotFoundError(
            "no workbook found there; accepted are .xlsx .xlsm .xls .xlsb .ods .et .csv .tsv and .zip of them"
        )
    return found


Row = tuple[Path, Outcome, Receipt | None]


def _report(rows: list[Row], form: Format, given_back: Mapping[Path, list[str]] | None = None) -> None:
    """Print what became of the files; exit code 1 when any has errors."""
    if form is Format.JSON:
        given = given_back or {}
        documents = [{**_document(*row), "annotated": given.get(row[0], [])} for row in rows]
        print_json({"files": documents, "summary": _summary(rows)})
    elif form is Format.CSV:
        print_csv(
            ISSUE_COLUMNS,
            [
                _issue_row(path, issue)
                for path, outcome, receipt in rows
                for issue in _issues(outcome, receipt)
            ],
        )
    else:
        _print_tables(rows)
        for written in (given_back or {}).values():
            say(f"已标注 · Marked: {', '.join(written)}")
    if any(outcome.errors for _, outcome, _ in rows):
        raise typer.Exit(1)


def _verdict(outcome: Outcome, receipt: Receipt | None) -> str:
    if receipt:
        return receipt.outcome
    return "errors" if outcome.errors else "warnings" if outcome.warnings else "ok"


def _issues(outcome: Outcome, receipt: Receipt | None) -> list[Issue]:
    """The file's own issues and those found only against what the store held."""
    added = receipt.added_issues if receipt else ()
    return [
        *outcome.issues,
        *(Issue(one.code, one.sheet, one.cell, one.found, one.parameters, one.severity) for one in added),
    ]


def _issue_row(path: Path, issue: Issue) -> dict[str, Any]:
    return {"file": str(path), **issue_row(issue)}


def _document(path: Path, outcome: Outcome, receipt: Receipt | None) -> dict[str, Any]:
    return {
        "file": str(path),
        "sha256": outcome.sha256,
        "outcome": _verdict(outcome, receipt),
        "recognised": [
            {
                "sheet": one.sheet,
                "form": one.form,
                "edition": one.edition,
                "how": one.how,
                "period": one.period,
                "organisations": one.organisations,
            }
            for one in outcome.recognised
        ],
        "values": outcome.values,
        "errors": outcome.errors,
        "warnings": outcome.warnings,
        "saved": None
        if receipt is None
        else {
            "upload": receipt.upload_id,
            "submissions": receipt.submissions,
            "superseded": receipt.superseded,
            "values": receipt.values,
        },
        "issues": [issue_row(issue) for issue in _issues(outcome, receipt)],
    }


def _summary(rows: list[Row]) -> dict[str, int]:
    verdicts = [_verdict(outcome, receipt) for _, outcome, receipt in rows]
    counts = {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))}
    return {"files": len(rows), **counts, "values": sum(outcome.values for _, outcome, _ in rows)}


def _print_tables(rows: list[Row]) -> None:
    listed = [
        {
            "file": path.name,
            "form": ", ".join(sorted({one.form for one in outcome.recognised})) or "?",
            "period": ", ".join(sorted({one.period for one in outcome.recognised})),
            "values": f"{outcome.values:,}",
            "errors": outcome.errors,
            "warnings": outcome.warnings,
            "outcome": _verdict(outcome, receipt),
        }
        for path, outcome, receipt in rows
        if len(rows) <= 50 or outcome.errors or outcome.warnings
    ]
    shown = listed[:200]
    if shown:
        print_table("文件 · Files", tuple(shown[0]), shown, ("values", "errors", "warnings"))
    issues = [
        _issue_row(path, issue) for path, outcome, receipt in rows for issue in _issues(outcome, receipt)
    ]
    if issues:
        brief = [
            {**row, "file": Path(row["file"]).name, "message": f"{row['message_zh']}\n{row['mend_zh']}"}
            for row in issues[:200]
        ]
        print_table("问题 · Issues", ("file", "severity", "sheet", "cell", "found", "message"), brief)
    if len(issues) > 200 or len(listed) > 200:
        say("Only the first 200 rows are shown; --format csv gives them all.")
    say("  ".join(f"{name}: {count:,}" for name, count in _summary(rows).items()))
