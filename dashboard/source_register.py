"""Where a share of the grade register comes from: the institutions counted, each with its grade and the row that says so."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard import blocks, wording
from dashboard.visit import Visit
from indicators import grading
from indicators.definition import Definition
from indicators.grading import Standing
from indicators.wording import grade_name
from store.tracing import Stated, origins


def counted(visit: Visit, definition: Definition, code: str) -> list[Standing]:
    """The institutions in the denominator on the period's last day."""
    on = visit.view.period.last_day
    above = visit.registry.organisations.ancestors
    return [
        one
        for one in visit.answers.standings(on)
        if one.level in definition.register_levels and code in (one.institution, *above(one.institution, on))
    ]


def panels(visit: Visit, definition: Definition, code: str) -> list[Any]:
    """The share as a division, and the institutions behind it."""
    t = visit.texts
    result = visit.result(definition.code, code)
    if result is None:
        return [blocks.empty(t("这项指标不按这一级计算。"), t("请往上一级看。"))]
    found = counted(visit, definition, code)
    meets = grading.RULES[definition.register_rule]
    reached = sum(meets(one) for one in found)
    agrees = (reached, len(found)) == (result.numerator or 0, result.denominator or 0)
    said = t("下列 {count} 家机构中 {reached} 家达到，与数值一致。", count=len(found), reached=reached)
    check = html.P(
        said if agrees else t("下列各部分之和与数值不一致。请告知系统管理员，勿使用此数。"),
        className="quiet" if agrees else "says says--not",
    )
    equation = html.Div(
        [
            blocks.big_value(result, definition, visit),
            html.Span("="),
            html.Span(wording.counts(result)),
            blocks.chip(result, visit) if result.target else None,
        ],
        className="equation",
    )
    heads = (t("机构"), t("等级"), t("计入分子"), t("状态"), t("有效期至"), t("文件"), t("出自"))
    rows = [_row(visit, one, meets(one)) for one in sorted(found, key=meets, reverse=True)]
    return [
        blocks.panel(visit.name(code), equation, check, note=t(wording.BASES["register"])),
        blocks.panel(t("机构（{count}）", count=len(found)), blocks.plain_table(heads, rows)),
    ]


def _row(visit: Visit, one: Standing, is_counted: bool) -> html.Tr:
    t = visit.texts
    return html.Tr(
        [
            html.Th(visit.name(one.institution), scope="row"),
            html.Td(grade_name(one.grade_level, one.grade_class, visit.view.language)),
            html.Td(f"✓ {t('计入')}" if is_counted else t("不计入")),
            html.Td(t(wording.STATUSES[one.status])),
            html.Td(t.date(one.valid_to) if one.valid_to else wording.MISSING),
            html.Td(one.document or wording.MISSING),
            html.Td(_origin(visit, one)),
        ]
    )


def _origin(visit: Visit, one: Standing) -> Any:
    """The register row's file and cell, else the source of the reference data."""
    t = visit.texts
    if one.status == "unknown":
        return t("等级未登记")
    if one.source:
        return t("参考数据：{source}", source=t.pick(one.source_zh, one.source))
    account, organisations = visit.account, visit.registry.organisations
    if not (account.may("view_uploads") and account.reaches(one.institution, organisations)):
        return t("等级登记表")
    cell = _cell(visit, one)
    if cell is None:
        return t("等级登记表")
    link = dcc.Link(cell.sent.name, href=visit.view.link("/submissions", upload=str(cell.sent.upload_id)))
    return [
        link,
        html.Div(f"{cell.sheet} {cell.cell} · {t.moment(cell.sent.received_at)}", className="quiet"),
    ]


def _cell(visit: Visit, one: Standing) -> Stated | None:
    """The cell that states the grade in the newest register row known by the period's end."""
    last = visit.view.period.last
    found = origins(visit.workspace.store, one.institution, ["grade_level"], "register", last=last)
    standing = [cell for cell in found.stated if cell.sent.status == "current"]
    return standing[-1] if standing else None
