"""Grading: the shares against their targets, and every institution's grade as the register has it."""

from __future__ import annotations

from collections.abc import Sequence

import dash
from dash import html

from dashboard import blocks, tables, wording
from dashboard.answers import Answers
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.grading import Standing
from indicators.result import Result
from indicators.wording import grade_name

PATH = "/grading"
NEEDS = "view_results"
LASTING = True  # hangs on address, account, day and data alone: dashboard/kept_pages.py


def matches(path: str) -> bool:
    """Its one address."""
    return path == PATH


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("机构等级")


def register(app: dash.Dash, answers: Answers) -> None:
    """Nothing to register: the page is a function of its address."""


def layout(visit: Visit) -> html.Div:
    """Shares, what is close to ending, the register."""
    t = visit.texts
    standings = visit.answers.standings(visit.today)
    head = blocks.heading(
        visit,
        title(visit),
        html.P(t("按 {day} 有效的等级登记", day=t.date(visit.today)), className="quiet"),
        choosers=[_level_chooser(visit, standings), _status_chooser(visit, standings)],
    )
    if not standings:
        return html.Div([head, blocks.empty(t("此处没有等级登记"), t("这里的机构不作等级登记。"))])
    return html.Div([head, shares(visit), register_table(visit, kept(visit, standings), len(standings))])


def share_definitions(visit: Visit) -> list[Definition]:
    """The indicators counted from the grade register."""
    return [one for one in visit.definitions if one.register_levels]


def shares(visit: Visit) -> html.Div:
    """One card a share: how many of how many, against the target."""
    definitions = share_definitions(visit)
    results = {
        one.indicator: one for one in visit.results([one.code for one in definitions], [visit.view.tree.root])
    }
    found = [_share(visit, one, results[one.code]) for one in definitions if one.code in results]
    return html.Div(found, className="cards cards--wide")


def _share(visit: Visit, definition: Definition, result: Result) -> html.Div:
    t = visit.texts
    aim = result.target
    spread = wording.interval(result, definition)
    missing = result.expected - result.received
    return html.Div(
        [
            html.Span(definition.name(visit.view.language), className="card-name"),
            html.Div(
                [
                    blocks.big_value(result, definition, visit),
                    html.Span(t("{numerator} 家 / {denominator} 家", numerator=wording.number(result.numerator), denominator=wording.number(result.denominator))),
                    html.Span(spread, className="quiet") if spread else None,
                ],
                className="card-body",
            ),
            _track(result),
            html.Div(
                [
                    html.Span(f"{t('目标')} {wording.target(aim, definition, t)}"),
                    html.Span(wording.due(aim, t), className="quiet") if aim else None,
                ],
                className="card-foot",
            ),
            html.Div(
                [
                    blocks.chip(result, visit),
                    html.Strong(wording.gap(result.gap, definition, t), className="card-gap") if result.gap else None,
                ],
                className="card-foot",
            ),
            html.Div(t("其中 {count} 家没有等级记录，不等于未达标", count=missing), className="quiet") if missing > 0 else None,
        ],
        className="card",
    )  # fmt: skip


def _track(result: Result) -> html.Div | None:
    """How far along, with the target as a notch."""
    if result.value is None:
        return None
    notch = (
        html.Div(className="track-target", style={"left": f"{result.target.value:.2f}%"})
        if result.target
        else None
    )
    return html.Div(
        [html.Div(className="track-done", style={"width": f"{min(result.value, 100):.2f}%"}), notch],
        className="track",
    )


def kept(visit: Visit, standings: Sequence[Standing]) -> list[Standing]:
    """Those of the area, level and status asked for."""
    level, status = visit.view.extra.get("level", ""), visit.view.extra.get("status", "")
    return [
        one for one in standings if (not level or one.level == level) and (not status or one.status == status)
    ]


def _level_chooser(visit: Visit, standings: Sequence[Standing]) -> object:
    t = visit.texts
    names = {level.code: t.pick(level.zh, level.en) for level in visit.view.tree.levels}
    present = [code for code in names if any(one.level == code for one in standings)]
    options = [
        {"value": "", "label": t("全部层级")},
        *({"value": code, "label": names[code]} for code in present),
    ]
    return blocks.choice(
        "level", visit.view.extra.get("level", ""), options, t("机构层级"), width=150, empty=True
    )


def _status_chooser(visit: Visit, standings: Sequence[Standing]) -> object:
    t = visit.texts
    present = [status for status in wording.STATUSES if any(one.status == status for one in standings)]
    options = [
        {"value": "", "label": t("全部状态")},
        *({"value": status, "label": t(wording.STATUSES[status])} for status in present),
    ]
    return blocks.choice(
        "status", visit.view.extra.get("status", ""), options, t("状态"), width=170, empty=True
    )


def register_table(visit: Visit, standings: Sequence[Standing], total: int) -> html.Section:
    """Every institution with level, class, dates, days to expiry and status."""
    t = visit.texts
    rows = [_row(visit, one) for one in standings]
    columns = [
        tables.text_column("name", t("机构"), 210, pinned="left", lockPinned=True, maxWidth=330),
        tables.text_column("area", t("所在地"), 125, cellRenderer="Link", maxWidth=160),
        tables.text_column("level", t("机构层级"), 100, maxWidth=120),
        tables.text_column(
            "grade", t("等级"), 110 if t.is_chinese else 150, maxWidth=170, cellClass="strong"
        ),
        tables.text_column(
            "judgement", t("状态"), 120 if t.is_chinese else 170, cellRenderer="Judgement", maxWidth=190
        ),
        tables.text_column("since", t("自"), 100, maxWidth=140),
        tables.text_column("until", t("至"), 100, maxWidth=140),
        tables.number_column("days", t("剩余天数"), 96, "days_words", maxWidth=120),
        tables.text_column("target", t("是否达到本级目标"), 132, maxWidth=170),
        tables.text_column("document", t("依据文件"), 120),
    ]
    height = None if len(rows) <= 12 else 560
    note = t("显示 {shown} 家，共 {total} 家", shown=len(rows), total=total)
    return blocks.panel(t("等级登记"), tables.grid("register", columns, rows, t, height), note=note)


def _row(visit: Visit, one: Standing) -> tables.Row:
    t = visit.texts
    area = visit.registry.organisations.parent(one.institution, visit.today)
    levels = {level.code: t.pick(level.zh, level.en) for level in visit.view.tree.levels}
    return {
        "name": visit.name(one.institution),
        "area": visit.short_name(area) if area else "",
        "area_href": visit.view.link(f"/area/{area}") if area else "",
        "level": levels.get(one.level, one.level),
        "grade": grade_name(one.grade_level, one.grade_class, visit.view.language),
        "judgement": t(wording.STATUSES[one.status]),
        "kind": wording.STATUS_KINDS[one.status],
        "sign": "",
        "since": one.valid_from.isoformat() if one.valid_from else wording.MISSING,
        "until": one.valid_to.isoformat() if one.valid_to else wording.MISSING,
        "days": one.days_to_expiry,
        "days_words": wording.number(one.days_to_expiry) if one.days_to_expiry is not None else "",
        "target": t(wording.MEETS[one.meets_target]),
        "document": one.document,
    }
