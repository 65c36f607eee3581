"""Grading: the shares on their way to the targets, who could move them, what ends soon, and the register."""

from __future__ import annotations

from collections.abc import Sequence

import dash
from dash import html

from dashboard import blocks, grading_parts, tables, wording
from dashboard.answers import Answers
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.grade_progress import counted
from indicators.grading import Standing, share
from indicators.result import Reason, Result
from indicators.wording import grade_name
from reference.periods import month_of, month_period

PATH = "/grading"
NEEDS = "view_results"
LASTING = True  # hangs on address, account, day and data alone: dashboard/kept_pages.py
# Dates sort by their code and are read as people write them.
SHOWN_SINCE, SHOWN_UNTIL = ({"function": f"params.data.{name}_words"} for name in ("since", "until"))


def matches(path: str) -> bool:
    """Its one address."""
    return path == PATH


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("机构等级")


def register(app: dash.Dash, answers: Answers) -> None:
    """Nothing to register: the page is a function of its address."""


def layout(visit: Visit) -> html.Div:
    """Shares with their way, who could move them, what is close to ending, the register."""
    t = visit.texts
    everywhere = visit.answers.standings(visit.today)
    standings = within(visit, everywhere)
    head = blocks.heading(
        visit,
        title(visit),
        html.P(t("按 {day} 有效的等级登记", day=t.date(visit.today)), className="quiet"),
        choosers=[
            _level_chooser(visit, standings), _status_chooser(visit, standings), blocks.area_chooser(visit),
        ],
    )  # fmt: skip
    if not standings:
        return html.Div([head, blocks.empty(t("此处没有等级登记"), t("这里的机构不作等级登记。"))])
    results = share_results(visit)
    chosen = visit.view.unit if any(one.institution == visit.view.unit for one in everywhere) else ""
    return html.Div(
        [
            head,
            grading_parts.timeline(visit, chosen) if chosen else None,
            html.Div([_share(visit, one, result, standings) for one, result in results], className="cards cards--wide"),
            html.Div(
                [
                    html.Div([grading_parts.movers(visit, one, standings, result.gap) for one, result in results]),
                    grading_parts.ending_soon(visit, standings),
                ],
                className="halves",
            ),
            register_table(visit, kept(visit, standings), len(standings)),
        ]
    )  # fmt: skip


def within(visit: Visit, standings: Sequence[Standing]) -> list[Standing]:
    """The institutions that lie in the area in view."""
    area, tree = visit.view.area.code, visit.registry.organisations
    if area == visit.view.tree.root:
        return [one for one in standings if tree.get(one.institution).tree == visit.view.tree.code]
    return [one for one in standings if area in tree.ancestors(one.institution, visit.today)]


def share_definitions(visit: Visit) -> list[Definition]:
    """The indicators counted from the grade register."""
    return [one for one in visit.definitions if one.register_levels]


def share_results(visit: Visit) -> list[tuple[Definition, Result]]:
    """Each share with its result in the area as it is today; those that count nobody here are left out."""
    area, month = visit.view.area, month_period(month_of(visit.today))
    suited = [one for one in share_definitions(visit) if area.level in one.levels]
    found = visit.answers.once(
        ("shares", area.code, visit.today),
        lambda: [share(visit.workspace.context, one, [area.code], month, visit.today)[0] for one in suited],
    )
    return [(visit.workspace.catalogue.get(one.indicator), one) for one in found if one.denominator]


def _share(visit: Visit, definition: Definition, result: Result, standings: Sequence[Standing]) -> html.Div:
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
                    html.Span(t("{numerator} 家 / {denominator} 家", numerator=wording.number(result.numerator), denominator=wording.number(result.denominator)))
                    if result.numerator is not None
                    else None,
                    html.Span(spread, className="quiet") if spread else None,
                ],
                className="card-body",
            ),
            _track(result),
            html.Div(
                [
                    html.Span(f"{t('目标')} {wording.target(aim, definition, t)}"),
                    html.Span(wording.due(aim, t), className="quiet"),
                ],
                className="card-foot",
            )
            if aim
            else None,
            html.Div(
                [
                    blocks.chip(result, visit),
                    html.Strong(wording.gap(result.gap, definition, t), className="card-gap") if result.gap else None,
                ],
                className="card-foot",
            ),
            html.Div(_untold(visit, definition, result, standings), className="quiet") if missing > 0 else None,
            grading_parts.way(visit, definition, standings),
        ],
        className="card",
    )  # fmt: skip


def _untold(visit: Visit, definition: Definition, result: Result, standings: Sequence[Standing]) -> str:
    """How many have no grade on record, and between what the share may therefore lie."""
    t, missing = visit.texts, result.expected - result.received
    if result.numerator is None or not result.denominator:
        return t("{count} 家都没有等级记录，不等于未达标", count=missing)
    said = t("其中 {count} 家没有等级记录，不等于未达标", count=missing)
    if result.reason is not Reason.NOT_ON_RECORD:
        return said
    # Those whose source names the level and not the class may belong to it too.
    untold = sum(one.meets_target is None for one in counted(definition, standings))
    most = (result.numerator + untold) / result.denominator
    return said + t("：实际可能高达 {share}", share=wording.percent(most))


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
        tables.text_column(
            "name", t("机构"), 200, cellRenderer="Link", pinned="left", lockPinned=True, maxWidth=330
        ),
        tables.text_column(
            "area", t("所在地"), 92 if t.is_chinese else 125, cellRenderer="Link", maxWidth=160
        ),
        tables.text_column("level", t("机构层级"), 88 if t.is_chinese else 112, maxWidth=120),
        tables.text_column(
            "grade", t("等级"), 110 if t.is_chinese else 150, maxWidth=170, cellClass="strong"
        ),
        tables.text_column(
            "judgement", t("状态"), 120 if t.is_chinese else 170, cellRenderer="Judgement", maxWidth=190
        ),
        tables.text_column("since", t("自"), 116, maxWidth=140, valueFormatter=SHOWN_SINCE),
        tables.text_column("until", t("至"), 116, maxWidth=140, valueFormatter=SHOWN_UNTIL),
        tables.number_column("days", t("剩余天数"), 88, "days_words", maxWidth=110),
        tables.text_column("target", t("是否达到本级目标"), 112, maxWidth=150),
        tables.text_column("document", t("依据文件"), 132),
    ]
    height = None if len(rows) <= 12 else 560
    note = t("显示 {shown} 家，共 {total} 家", shown=len(rows), total=total)
    return blocks.panel(
        t("等级登记"), tables.grid("register", columns, rows, t, height, stacks=True), note=note
    )


def _row(visit: Visit, one: Standing) -> tables.Row:
    t = visit.texts
    area = visit.registry.organisations.parent(one.institution, visit.today)
    levels = {level.code: t.pick(level.zh, level.en) for level in visit.view.tree.levels}
    return {
        "name": visit.name(one.institution),
        "name_href": grading_parts.timeline_link(visit, one.institution),
        "area": visit.short_name(area) if area else "",
        "area_href": visit.view.link(f"/area/{area}") if area else "",
        "level": levels.get(one.level, one.level),
        "grade": grade_name(one.grade_level, one.grade_class, visit.view.language),
        "judgement": t(wording.STATUSES[one.status]),
        "kind": wording.STATUS_KINDS[one.status],
        "sign": "",
        "since": one.valid_from.isoformat() if one.valid_from else wording.MISSING,
        "since_words": t.date(one.valid_from) if one.valid_from else wording.MISSING,
        "until": one.valid_to.isoformat() if one.valid_to else wording.MISSING,
        "until_words": t.date(one.valid_to) if one.valid_to else wording.MISSING,
        "days": one.days_to_expiry,
        "days_words": wording.number(one.days_to_expiry) if one.days_to_expiry is not None else "",
        "target": t(wording.MEETS[one.meets_target]),
        "document": one.document,
    }
