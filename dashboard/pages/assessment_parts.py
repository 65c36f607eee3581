"""What the assessment pages share: buttons, fields, marks of placeholder weights and provisional scores, steps."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard import wording
from dashboard.assessment.standing import Standing
from dashboard.texts import mark
from dashboard.visit import Visit
from indicators.scoring.numbers import SHOWN_DIGITS, plain
from reference.assessments import Line

STEPS = {
    "self": mark("自评"),
    "scoring": mark("专家评分"),
    "review": mark("复核"),
    "signed": mark("已签发"),
    "published": mark("已公布"),
}
STATUS = {
    "scored": mark("已评"),
    "no_data": mark("无数据，不计"),
    "not_applicable": mark("不适用"),
    "pending": mark("待评"),
}
RULES = {
    "at_target": mark("达标得分"),
    "linear": mark("按比例"),
    "bands": mark("分档"),
    "rank": mark("同组排序"),
    "improvement": mark("较上年改善"),
    "interval": mark("按区间"),
    "yes_no": mark("是否"),
    "expert": mark("专家评分"),
    "veto": mark("一票否决"),
}


def button(words: str, do: str, *, quiet: bool = False) -> html.Button:
    """A button that acts."""
    return html.Button(
        words,
        id={"type": "assess-do", "do": do},
        n_clicks=0,
        className="button button--quiet" if quiet else "button",
    )


def field(name: str, label: str, value: str = "", *, wide: bool = False, example: str = "") -> html.Label:
    """A labelled field of one line."""
    return html.Label(
        [
            label,
            dcc.Input(
                id={"type": "assess-value", "line": name},
                value=value,
                type="text",
                placeholder=example,
                maxLength=400,
                className="field field--wide" if wide else "field",
            ),
        ],
        className="labelled",
    )


def words_field(name: str, example: str, value: str = "") -> dcc.Input:
    """Where a reason is written."""
    return dcc.Input(
        id={"type": "assess-words", "line": name},
        value=value,
        type="text",
        placeholder=example,
        maxLength=1000,
        className="field field--words",
    )


def number_field(name: str, value: str, label: str) -> html.Label:
    """A number within a table; `label` names it for those who cannot see the table."""
    given = dcc.Input(
        id={"type": "assess-value", "line": name},
        value=value,
        type="text",
        inputMode="decimal",
        maxLength=20,
        className="field field--number",
    )
    return html.Label([html.Span(label, className="unseen"), given])


def select(
    name: str, value: str | None, options: Sequence[tuple[str, str]], label: str, width: int = 90
) -> Any:
    """A short list within a table."""
    return dmc.Select(
        id={"type": "assess-value", "line": name},
        value=value,
        data=[{"value": code, "label": words} for code, words in options],
        size="xs",
        w=width,
        comboboxProps={"withinPortal": True},
        **{"aria-label": label},
    )


def yes_no(visit: Visit) -> list[tuple[str, str]]:
    """The two answers."""
    return [("1", visit.texts("是")), ("0", visit.texts("否"))]


def marks(visit: Visit, standing: Standing) -> html.Div | None:
    """What must be said beside every score."""
    t, found = visit.texts, []
    if not standing.seal:
        found.append(t("未签发：以下为过程结果，随自评、评分和裁定变化。"))
    if any(scheme.is_placeholder for scheme in standing.schemes.values()):
        found.append(t("权重、下限和分档为占位值，待省卫生健康委确定。"))
    return html.Div([html.Div(words) for words in found], className="notices", role="note") if found else None


def steps(visit: Visit, step: str) -> html.Ol:
    """Where a round stands."""
    place = list(STEPS).index(step)
    items = [
        html.Li(
            visit.texts(name),
            className="step step--now" if at == place else "step step--done" if at < place else "step",
        )
        for at, name in enumerate(STEPS.values())
    ]
    return html.Ol(items, className="steps")


def value_words(visit: Visit, line: Line, value: str | None) -> str:
    """A line's value as people read it: what was counted to two decimals, what was handed in as it was written."""
    if value is None or line.asked == "expert":
        return "—"
    if line.asked == "yes_no":
        return visit.texts("是") if float(value) else visit.texts("否")
    return plain(Fraction(value), SHOWN_DIGITS) if line.asked else wording.number(float(value), SHOWN_DIGITS)


def number(words: Any) -> html.Td:
    """A cell with a number."""
    return html.Td(words, className="number")
