"""Commands about numbers: calculate, flags, export."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from dashboard.cli.output import Format, emit, say
from dashboard.documents import flag_row, result_row
from dashboard.exports.results import write_results
from dashboard.workspace import Workspace, open_workspace
from indicators.disclosure import in_plan, public_results
from indicators.flags import find_flags, find_watched
from indicators.result import Reason
from indicators.results import View
from indicators.results import calculate as calculate_results
from reference import periods
from reference.disclosure import disclosure_rules
from reference.organisations import Organisation
from reference.periods import Period
from reference.reporting import late_from
from reference.strict import DefinitionError, suggest
from store import reading

TABLE_COLUMNS = (
    *("organisation", "name", "period", "indicator", "numerator", "denominator"),
    *("value", "lower", "upper", "method", "target", "comparison"),
)
RESULT_COLUMNS = (
    *TABLE_COLUMNS,
    *("unit", "gap", "received", "expected", "reason", "basis", "target_by", "target_document", "name_en"),
)
FLAG_COLUMNS = (
    "severity",
    "kind",
    "organisation",
    "name",
    "indicator",
    "period",
    "gap",
    "gap_unit",
    "gap_before",
    "stood",
    "is_new",
    "sentence_zh",
    "sentence_en",
    "link",
)
FLAG_TABLE = ("severity", "kind", "organisation", "name", "indicator", "gap", "stood", "sentence_zh")


class Step(StrEnum):
    """How a longer period is cut."""

    WHOLE = "whole"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    ROLLING = "rolling"


IndicatorOption = Annotated[
    list[str] | None,
    typer.Option(
        "--indicator", "-i", help="Code of an indicator; may be repeated. Default: all of the tree."
    ),
]
LevelOption = Annotated[
    str,
    typer.Option(
        "--level",
        "-l",
        help="All organisations of a level (county, district …), below --organisation when given.",
    ),
]
OrganisationOption = Annotated[
    list[str] | None,
    typer.Option("--organisation", "-o", help="Code or name; may be repeated. Default: the province."),
]
PeriodOption = Annotated[
    str,
    typer.Option(
        "--period",
        "-p",
        help="2026-03, 2026Q1, 2025, SY2025, 2020-04..2021-03 … Default: the last 12 months with data.",
    ),
]
StepOption = Annotated[
    Step,
    typer.Option(
        help="Cut the period into months, quarters, half-years or years; rolling: for each of its months the twelve that end with it."
    ),
]
AsOfOption = Annotated[
    dt.datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        help="With what was known at the end of that day; corrections since are left out.",
    ),
]
TodayOption = Annotated[
    bool,
    typer.Option(
        "--today", help="Under today's organisation tree and targets, not those in force at the time."
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="table for people, json or csv for programs.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(calculate)
    app.command()(flags)
    app.command()(export)


def calculate(
    indicator: IndicatorOption = None,
    level: LevelOption = "",
    organisation: OrganisationOption = None,
    period: PeriodOption = "",
    by: StepOption = Step.WHOLE,
    as_of: AsOfOption = None,
    today: TodayOption = False,
    format: FormatOption = Format.TABLE,
) -> None:
    """Compute indicators with their numerator, denominator, interval, method and comparison with the target in force."""
    workspace = open_workspace(prepare=True)
    chosen = choose_organisations(workspace, organisation or [], level)
    codes = choose_indicators(workspace, indicator or [], chosen)
    spans = cut(choose_period(workspace, period, chosen), by)
    view = View(known_at=_end_of(as_of), today=today)
    results = [
        one
        for span in spans
        for one in calculate_results(workspace.context, codes, [found.code for found in chosen], span, view)
    ]
    rows = [result_row(workspace, one) for one in results]
    if format is Format.TABLE:
        emit(
            format,
            "结果 · Results",
            TABLE_COLUMNS,
            [_rounded(workspace, row) for row in rows],
            TABLE_COLUMNS[4:9],
        )
    else:
        emit(format, "", RESULT_COLUMNS, rows)
    workspace.close()


def _end_of(day: dt.datetime | None) -> dt.datetime | None:
    """The midnight in China that ends a day."""
    return None if day is None else late_from(day.date())


def flags(
    indicator: IndicatorOption = None,
    level: LevelOption = "county",
    organisation: OrganisationOption = None,
    period: PeriodOption = "",
    watched: Annotated[
        bool,
        typer.Option(
            "--watched", help="Those short of a target by what may be chance, and what would settle it."
        ),
    ] = False,
    format: FormatOption = Format.TABLE,
) -> None:
    """Say who falls behind and why, most severe first."""
    workspace = open_workspace(prepare=True)
    chosen = choose_organisations(workspace, organisation or [], level)
    span = choose_period(workspace, period, chosen)
    find = find_watched if watched else find_flags
    found = find(workspace.context, [one.code for one in chosen], span, indicator or None)
    rows = [flag_row(workspace, one) for one in found]
    columns = FLAG_TABLE if format is Format.TABLE else FLAG_COLUMNS
    emit(format, "预警 · Flags", columns, rows, ("gap", "stood"))
    if format is Format.TABLE:
        say(
            f"{len(found)} flags, {len({one.organisation for one in found})} organisations, {span.label('zh')}"
        )
    workspace.close()


def export(
    to: Annotated[Path, typer.Argument(help="File to write: .xlsx or .csv.")],
    indicator: IndicatorOption = None,
    level: LevelOption = "county",
    organisation: OrganisationOption = None,
    period: PeriodOption = "",
    by: StepOption = Step.WHOLE,
    public: Annotated[
        bool,
        typer.Option(
            "--public",
            help="For publication: small numbers hidden so that none follows from the others; no flags.",
        ),
    ] = False,
    language: Annotated[str, typer.Option(help="zh or en; default: the setting.")] = "",
) -> None:
    """Write results, flags and their sources to a workbook or a CSV that opens right in Excel and WPS."""
    workspace = open_workspace(prepare=True)
    if to.suffix.lower() not in (".xlsx", ".csv"):
        raise DefinitionError(f"{to}: write to a file ending in .xlsx or .csv")
    chosen = choose_organisations(workspace, organisation or [], level)
    codes = choose_indicators(workspace, indicator or [], chosen)
    span = (
        _released_period(workspace, period, chosen, by)
        if public
        else choose_period(workspace, period, chosen)
    )
    organisations = [one.code for one in chosen]
    spans = cut(span, by)
    if public:
        results = public_results(workspace.context, codes, organisations, spans)
    else:
        results = [
            one for part in spans for one in calculate_results(workspace.context, codes, organisations, part)
        ]
    found = [] if public else find_flags(workspace.context, organisations, span, codes)
    write_results(
        to,
        results,
        found,
        workspace.registry,
        workspace.catalogue,
        span,
        language or workspace.settings.language,
        reading.has_synthetic(workspace.store),
        public=public,
    )
    if public:
        hidden = sum(one.reason is Reason.SUPPRESSED for one in results)
        say(f"{to}: {len(results)} results, {hidden} with hidden numbers, {span.label('zh')}")
    else:
        say(f"{to}: {len(results)} results, {len(found)} flags, {span.label('zh')}")
    workspace.close()


def _released_period(workspace: Workspace, text: str, chosen: Iterable[Organisation], by: Step) -> Period:
    """The period asked for, if a public release holds it; else the last whole year of the releases."""
    organisations = list(chosen)
    plan = disclosure_rules().release
    end = choose_period(workspace, "", organisations).last
    if text:
        period = periods.parse(text)
    else:
        period = plan.year_of(end)
        period = period if period.last <= end else period.year_before()
    for part in cut(period, by):
        for one in organisations:
            if not in_plan(workspace.context, one.level, part):
                raise DefinitionError(
                    f"a public release does not hold {part.code} for the level '{one.level}'. It holds "
                    f"{plan.year.replace('_', ' ')}s and runs of {', '.join(map(str, plan.months))} months that begin "
                    f"with the year and have ended, for {', '.join(plan.levels)}. For use inside, leave out --public"
                )
    return period


def choose_organisations(workspace: Workspace, named: Iterable[str], level: str) -> list[Organisation]:
    """The organisations asked for; the tree's root when nothing is said."""
    organisations = workspace.registry.organisations
    tops = [organisations.resolve(name) for name in named]
    if not level:
        return tops or [organisations.get(workspace.registry.trees["guizhou"].root)]
    known = {one.code for tree in workspace.registry.trees.values() for one in tree.levels}
    if level not in known:
        raise DefinitionError(f"unknown level '{level}'{suggest(level, sorted(known))}")
    if tops:
        return [
            one
            for top in tops
            for one in ([top] if top.level == level else organisations.descendants(top.code, level=level))
        ]
    return [one for one in organisations.all if one.level == level and one.valid_to is None]


def choose_indicators(
    workspace: Workspace, codes: Iterable[str], chosen: Iterable[Organisation]
) -> list[str]:
    """The indicators asked for, each verified; else all that the organisations' trees define."""
    asked = [workspace.catalogue.get(code).code for code in codes]
    trees = {one.tree for one in chosen}
    return asked or [code for code, one in workspace.catalogue.by_code.items() if trees & set(one.tree)]


def choose_period(workspace: Workspace, text: str, chosen: Iterable[Organisation]) -> Period:
    """The period asked for; else the last twelve months that have data."""
    if text:
        return periods.parse(text)
    tree = next((one.tree for one in chosen), "guizhou")
    held = reading.months(workspace.store, tree)
    if held is None:
        raise DefinitionError(
            "there are no data yet; load workbooks with `mch load`, or the synthetic province with `mch demo`"
        )
    return periods.rolling_year(held[1])


def cut(period: Period, by: Step) -> list[Period]:
    """Cut a period into steps; a rest shorter than a step stands as it is. Rolling: for each month the twelve that end with it."""
    if by is Step.ROLLING:
        return [periods.rolling_year(month) for month in period.months]
    size = {Step.WHOLE: period.span, Step.MONTH: 1, Step.QUARTER: 3, Step.HALF: 6, Step.YEAR: 12}[by]
    if by is Step.WHOLE or size >= period.span:
        return [period]
    starts = [periods.month_add(period.first, offset) for offset in range(0, period.span, size)]
    return [
        periods.named_run(start, min(periods.month_add(start, size - 1), period.last)) for start in starts
    ]


def _rounded(workspace: Workspace, row: dict[str, Any]) -> dict[str, Any]:
    decimals = workspace.catalogue.get(row["indicator"]).decimals
    shown = {key: f"{row[key]:,.{decimals}f}" for key in ("value", "lower", "upper") if row[key] is not None}
    counts = {key: f"{row[key]:,}" for key in ("numerator", "denominator") if row[key] is not None}
    return {**row, **shown, **counts, "comparison": row["reason"] or row["comparison"]}
