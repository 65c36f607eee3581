"""Rehearsal: change a value or a weight and see score and place move. Nothing of it is ever kept."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from dash import dcc, html

from dashboard import blocks
from dashboard.assessment.permission import is_blind, may_see
from dashboard.assessment.rehearsal import Rehearsed
from dashboard.assessment.standing import Standing, stand
from dashboard.auth.account import Account
from dashboard.exports.assessment_words import signed
from dashboard.pages import assessment_parts as parts
from dashboard.visit import Visit
from store.assessing import AssessmentError


def body(visit: Visit, account: Account, code: str, organisation: str) -> list[Any]:
    """The fields; what follows appears above them."""
    standing, t = stand(visit.workspace, code, blind=is_blind(account)), visit.texts
    if not standing.has(organisation) or not may_see(account, standing.round, organisation, visit.registry.organisations):  # fmt: skip
        raise AssessmentError("该单位不参加本轮考核，或此账号看不到。", "This organisation takes no part in the round, or is not yours to see.")  # fmt: skip
    scheme, score = standing.scheme(organisation), standing.score(organisation)
    rows = []
    for line in scheme.lines:
        held = score.line(line.code)
        name = line.name(t.language)
        now = parts.value_words(visit, line, held.value)
        if line.asked == "expert" and held.value is not None:
            now = t("{points} 分", points=held.points)
        rows.append(
            html.Tr(
                [
                    html.Td(name),
                    html.Td(now, className="number"),
                    html.Td(parts.number_field(f"value:{line.code}", "", name)),
                    parts.number(held.weight),
                    html.Td(
                        parts.number_field(f"weight:{line.code}", "", name) if line.rule != "veto" else None
                    ),
                    parts.number(held.points),
                ]
            )
        )
    heads = [t("指标"), t("现值"), t("假设值"), t("权重"), t("假设权重"), t("得分")]
    back = dcc.Link(t("回到结果"), href=visit.view.link(f"/assessment/{code}/{organisation}"), className="button button--quiet")  # fmt: skip
    return [
        blocks.heading(visit, t("假设推演：{name}", name=visit.name(organisation)), html.P(standing.round.name(t.language), className="quiet"), choosers=[back]),
        html.Div(t("只在这一页上计算，不写入考核，也不保存。权重改动对同一方案的所有单位生效。"), className="notices", role="note"),
        html.Div(
            [
                blocks.panel(t("改一个值或一个权重，按回车或“计算”"), blocks.stacked_table(heads, rows, "plain--lines")),
                html.Div([parts.button(t("计算"), "rehearse")], className="actions actions--save"),
            ],
            className="enters",
        ),
    ]  # fmt: skip


def outcome(visit: Visit, standing: Standing, organisation: str, found: Rehearsed) -> html.Section:
    """Before and after."""
    t = visit.texts
    before, after = standing.score(organisation), found.score
    rows = [
        html.Tr(
            [html.Td(name), parts.number(one), html.Td(html.Strong(two), className="number"), parts.number(moved)]
        )
        for name, one, two, moved in (
            (t("总分"), before.total, after.total, signed(Fraction(after.total) - Fraction(before.total))),
            (t("同组名次"), before.place, after.place, f"{before.place - after.place:+d}".replace("-", "−") if before.place != after.place else "0"),
            (t("等次"), before.grade(t.language), after.grade(t.language), ""),
        )
    ]  # fmt: skip
    lines = [
        html.Li(f"{standing.scheme(organisation).line(new.code).name(t.language)}：{old.points} → {new.points}（{new.sentence(t.language)}）")
        for old, new in zip(before.lines, after.lines, strict=True)
        if (old.points, old.weight) != (new.points, new.weight)
    ]  # fmt: skip
    note = t("假设权重之和为 {sum}，不是 100：总分按比例折算", sum=found.weights) if found.weights != "100" else None  # fmt: skip
    return blocks.panel(
        t("推演结果（未保存）"),
        blocks.stacked_table(["", t("现在"), t("假设"), t("变化")], rows),
        html.Ul(lines, className="sentences"),
        html.P(note, className="quiet") if note else None,
    )
