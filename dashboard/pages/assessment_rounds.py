"""The list of rounds, checking a paper by its code, and opening a new round."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard import blocks
from dashboard.assessment.opening import open_shelf
from dashboard.assessment.permission import may_sign
from dashboard.auth.account import Account
from dashboard.pages import assessment_parts as parts
from dashboard.visit import Visit
from reference.periods import parse
from store.assessments import rounds


def body(visit: Visit, account: Account) -> list[Any]:
    """Rounds, newest first."""
    t = visit.texts
    held = rounds(visit.workspace.store)
    rows = [
        html.Tr(
            [
                html.Td(dcc.Link(t.pick(zh, en), href=visit.view.link(f"/assessment/{code}"))),
                html.Td(html.Code(code)),
                html.Td(parse(period).label(t.language)),
                parts.number(f"{number:,}"),
                html.Td(html.Span(t(parts.STEPS[step]), className=f"chip chip--step-{step}")),
                html.Td(t("合成数据") if synthetic else ""),
            ]
        )
        for code, zh, en, period, step, synthetic, number in held
    ]
    heads = [t("考核轮次"), t("代码"), t("考核期"), t("参加单位"), t("阶段"), ""]
    shown = blocks.stacked_table(heads, rows, "plain--rounds") if rows else _none_yet(visit, account)
    return [
        blocks.heading(visit, t("绩效考核")),
        blocks.panel(t("考核轮次"), shown),
        _check(visit),
        _open(visit) if may_sign(account) else None,
    ]


def _none_yet(visit: Visit, account: Account) -> html.Div:
    """Nothing, and what has to be done so that there is something."""
    t = visit.texts
    if may_sign(account):
        words = t(
            "在下面的“发起新一轮考核”里选考核方案、考核期和参加单位，就能开始；参加单位先自评，专家再评分。"
        )
    else:
        words = t("轮次由卫生健康委发起。发起以后，要您自评或评分的单位会出现在这里。")
    return blocks.empty(t("还没有考核轮次。"), words)


def _check(visit: Visit) -> html.Section:
    t = visit.texts
    line = html.Div(
        [
            parts.field("check", t("核验码或封印"), example="3F2A-91BC-07DE"),
            parts.button(t("核对"), "check", quiet=True),
        ],
        className="actions actions--form enters",
    )
    note = t("报告上印有核验码和二维码；核对会由留存的原始输入重算全部得分")
    return blocks.panel(t("核对一份报告"), line, note=note)


def _open(visit: Visit) -> html.Details:
    t, shelf = visit.texts, open_shelf(visit.workspace)
    options = [{"value": code, "label": scheme.name(t.language)} for code, scheme in shelf.schemes.items()]
    chosen = [code for code, scheme in shelf.schemes.items() if scheme.subject == "institution"]
    year = max((scheme.year for scheme in shelf.schemes.values()), default=visit.today.year)
    return html.Details(
        [
            html.Summary(t("发起新一轮考核")),
            html.P(t("方案文本在发起时存入本轮，以后修改方案文件不影响已发起的考核。"), className="quiet"),
            dmc.MultiSelect(
                id={"type": "assess-value", "line": "schemes"}, label=t("考核方案"), data=options, value=chosen, size="sm", maw=720
            ),
            html.Div(
                [
                    parts.field("code", t("代码"), f"mch-{year}"),
                    parts.field("period", t("考核期"), f"SY{year}"),
                    parts.field("cut_off", t("数据截至（空为现在）"), example="2026-11-30"),
                    parts.field("zh", t("中文名称"), f"{year}年度妇幼保健机构绩效考核", wide=True),
                    parts.field("en", t("英文名称"), f"Performance assessment of MCH institutions, {year}", wide=True),
                    parts.button(t("发起"), "open"),
                ],
                className="actions actions--form",
            ),
        ],
        className="panel",
    )  # fmt: skip
