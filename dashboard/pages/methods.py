"""Methods: every definition with method, source, targets and worked examples. They are data; nothing is written here twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import dash
from dash import dcc, html

from dashboard import blocks, wording
from dashboard.answers import Answers
from dashboard.visit import Visit
from indicators.definition import Definition, Example
from reference.disclosure import disclosure_rules
from reference.policies import Policy, Target

PATH = "/methods"
NEEDS = "view_results"
LASTING = True  # hangs on address, account, day and data alone: dashboard/kept_pages.py


def matches(path: str) -> bool:
    """Its one address."""
    return path == PATH


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("指标方法")


def register(app: dash.Dash, answers: Answers) -> None:
    """Nothing to register: the page is a function of its address."""


def layout(visit: Visit) -> html.Div:
    """How we count, then each indicator of each tree."""
    t = visit.texts
    head = blocks.heading(
        visit,
        title(visit),
        html.P(t("指标、目标和算例都来自指标定义文件，这里的算例逐条验算过。"), className="quiet"),
    )
    groups = [
        blocks.panel(
            t("{name} · {count} 项", name=t.pick(tree.zh, tree.en), count=len(found)), *_topics(visit, found)
        )
        for tree in visit.registry.trees.values()
        if (tree.code in (visit.registry.home, visit.view.tree.code) or visit.answers.months(tree.code))
        and (found := visit.workspace.catalogue.of_tree(tree.code))
    ]
    return html.Div([head, principles(visit), *groups])


def principles(visit: Visit) -> html.Section:
    """The rules that hold for every indicator."""
    t = visit.texts
    rules = (
        t("先把分子、分母沿机构树加总，再相除；率从不平均。"),
        t("没有报的不是零：缺报、空白、未开展、未统计分开保存，并在结果旁写明所含报表的份数。"),
        t(
            "时点数（如登记人数、应筛查人数、托位数）不逐月相加，取各单位期内最后一次上报的数，按期末的隶属关系加总。某单位期末未报的，用它期内更早的数，不算作已收到的报表，并在结果旁写明有几个单位、最早是哪个月。"
        ),
        t("比例用 Wilson 区间；率用 Byar 近似区间，少于 10 例用精确区间；都取 95%。"),
        t("只有整个区间都劣于目标，才说“确实落后”；区间跨过目标，就说“可能是偶然”。"),
        t("所含报表不足规定份额时不作评价；超过 100% 的比例照实显示，作为数据问题提示。"),
        t("目标按日期生效，取当日有效的文件；同一指标有后来的目标时，两者都留。"),
    )
    return blocks.panel(t("共同规则"), html.Ul([html.Li(rule) for rule in rules], className="rules"))


def _topics(visit: Visit, definitions: Iterable[Definition]) -> list[Any]:
    parts: list[Any] = []
    for topic, found in blocks.by_topic(definitions).items():
        parts += [html.H3(visit.texts(wording.TOPICS[topic]), className="topic-name"), _list(visit, found)]
    return parts


def _list(visit: Visit, definitions: Iterable[Definition]) -> html.Div:
    """One line an indicator, which opens to all of it; the browser's own search opens it too."""
    return html.Div(
        [
            html.Details(
                [html.Summary(_head(visit, one)), definition(visit, one)],
                className="method",
                open=one.code == visit.view.indicator,
                key=one.code,
            )
            for one in definitions
        ],
        className="methods",
    )


def _head(visit: Visit, one: Definition) -> html.Span:
    return html.Span(
        [
            html.Strong(one.name(visit.view.language)),
            html.Span(one.unit(visit.view.language), className="quiet"),
            blocks.certainty(one.mark, visit),
        ],
        className="method-head",
    )


def definition(visit: Visit, one: Definition) -> html.Div:
    """One indicator, whole."""
    t, pick = visit.texts, visit.texts.pick
    held = {level.code for tree in one.tree for level in visit.registry.trees[tree].levels}
    lines = [
        *blocks.term(t("指标意义"), pick(one.rationale_zh, one.rationale_en)),
        *blocks.term(t("分子"), pick(one.numerator_zh, one.numerator_en), _elements(visit, one.numerator)),
        *blocks.term(
            t("分母"), pick(one.denominator_zh, one.denominator_en), _elements(visit, one.denominator)
        ),
        *blocks.term(t("乘数"), wording.number(one.multiplier)),
        *blocks.term(t("单位"), one.unit(visit.view.language) or wording.MISSING),
        *blocks.term(t("方向"), t(wording.POLARITIES[one.polarity])),
        *blocks.term(t("口径"), t(wording.BASES[one.basis])),
        *blocks.term(t("区间方法"), t(wording.METHODS[one.method])),
        *blocks.term(t("层级"), t("、").join(_levels(visit, [code for code in one.levels if code in held]))),
        *blocks.term(t("谁报"), pick(one.reported_zh, one.reported_en)),
        *blocks.term(t("公开时的小数"), _hidden(visit, one)),
        *blocks.term(t("出处"), one.origin(visit.view.language), " ", one.clause),
        *blocks.term(t("是否确认"), blocks.certainty(one.mark, visit)),
        *blocks.term(t("复核日期"), t.date(one.reviewed)),
    ]
    caveats = pick(one.caveats_zh, one.caveats_en)
    if caveats:
        lines += blocks.term(t("注意"), caveats)
    link = dcc.Link(
        t("查看这项指标"),
        href=visit.view.link(f"/indicator/{one.code}", indicator=""),
        className="button button--quiet",
    )
    return html.Div(
        [html.Dl(lines, className="terms"), targets(visit, one), examples(visit, one), html.P(link)]
    )


def _hidden(visit: Visit, one: Definition) -> str:
    """What becomes of its small counts in a public release."""
    rule = disclosure_rules().get(one.disclosure)
    pick = visit.texts.pick
    return visit.texts("{what}（{why}）", what=pick(rule.zh, rule.en), why=pick(rule.note_zh, rule.note_en))


def _levels(visit: Visit, codes: Iterable[str]) -> list[str]:
    """Levels by name, each once."""
    names = {
        level.code: visit.texts.pick(level.zh, level.en)
        for tree in visit.registry.trees.values()
        for level in tree.levels
    }
    return [names.get(code, code) for code in codes]


def _elements(visit: Visit, codes: Iterable[str]) -> html.Div:
    """The data elements by name and code."""
    names = []
    for code in codes:
        element = visit.registry.elements.get(code.partition("@")[0])
        name = visit.texts.pick(element.zh, element.en) if element else ""
        names.append(html.Span([name, " ", html.Code(code)]))
    return html.Div(names, className="elements")


def targets(visit: Visit, one: Definition) -> Any:
    """Every dated target with document and clause."""
    t = visit.texts
    rows = [
        (target, policy)
        for policy in visit.registry.policies
        for target in policy.targets
        if target.indicator == one.code
    ]
    if not rows:
        return html.P(t("没有为这项指标规定目标。"), className="quiet")
    names = (t("目标"), t("期限"), t("层级"), t("依据文件"), t("条款"), t("是否确认"))
    body = [
        html.Tr(_target(visit, one, target, policy))
        for target, policy in sorted(rows, key=lambda row: row[0].by)
    ]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(name) for name in names])), html.Tbody(body)], className="plain"
    )
    return html.Div(
        [
            html.H4(f"{one.name(visit.view.language)} · {t('目标')}"),
            html.Div(table, className="scrolling", tabIndex="0"),
        ]
    )


def _target(visit: Visit, one: Definition, target: Target, policy: Policy) -> list[html.Td]:
    t = visit.texts
    path = [
        html.Div(t("{day}：{value}", day=t.date(point.on), value=f"{point.value:g}"), className="quiet")
        for point in target.path
    ]
    return [
        html.Td(wording.target_row(target, one, t), className="nowrap strong"),
        html.Td([t.date(target.by), *path], className="nowrap"),
        html.Td(t("、").join(_levels(visit, target.levels))),
        html.Td(t.pick(policy.zh, policy.en)),
        html.Td(target.clause),
        html.Td([blocks.certainty(target.mark, visit), html.Div(target.note, className="quiet") if target.note and not t.is_chinese else None]),
    ]  # fmt: skip


def examples(visit: Visit, one: Definition) -> html.Div:
    """The worked examples that the tests run."""
    t = visit.texts
    names = (t("分子"), t("分母"), t("值"), t("区间"), t("依据"))
    body = [html.Tr(_example(visit, example)) for example in one.examples]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(name) for name in names])), html.Tbody(body)], className="plain"
    )
    return html.Div(
        [
            html.H4(f"{one.name(visit.view.language)} · {t('算例')}"),
            html.Div(table, className="scrolling", tabIndex="0"),
        ]
    )


def _example(visit: Visit, example: Example) -> list[html.Td]:
    spread = wording.MISSING
    if example.lower is not None and example.upper is not None:
        spread = (
            f"{wording.number(example.lower, example.digits)}–{wording.number(example.upper, example.digits)}"
        )
    shown = (
        visit.texts("不可评价") if example.value is None else wording.number(example.value, example.digits)
    )
    return [
        html.Td(wording.number(example.numerator), className="number"),
        html.Td(wording.number(example.denominator), className="number"),
        html.Td(shown, className="number strong"),
        html.Td(spread, className="number nowrap"),
        html.Td([example.source, html.Div(example.note, className="quiet") if example.note else None]),
    ]
