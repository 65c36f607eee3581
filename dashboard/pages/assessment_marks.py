"""What evaluators gave and what was settled of a line, as everybody may read it once it is no longer secret."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from dash import html

from dashboard.assessment.standing import Standing
from dashboard.visit import Visit
from reference.assessments import Line


def spoken(visit: Visit, line: Line, value: str) -> str:
    """A mark or answer as people say it."""
    if line.asked == "yes_no":
        return visit.texts("是") if value not in ("0", "") else visit.texts("否")
    if line.asked == "expert" and value:
        return visit.texts("{points} 分", points=f"{float(Fraction(value) * Fraction(line.weight)):g}")
    return value


def marks_given(visit: Visit, standing: Standing, organisation: str, line: Line) -> Any:
    """Both evaluators' marks, once both are to be seen: each scores without knowing the other's; and what was settled."""
    t, held = visit.texts, standing.round
    if held.step in ("self", "scoring"):
        return "—"
    found = []
    for seat in (1, 2):
        said = held.latest(organisation, line.code, "mark", seat)
        if said:
            found.append(
                _said(t("{who}：{what}", who=said.actor, what=spoken(visit, line, said.value)), said.words)
            )
    settled = held.latest(organisation, line.code, "settlement")
    if settled and held.step != "review":  # under review it stands in its own field
        found.append(_said(t("裁定：{what}", what=spoken(visit, line, settled.value)), settled.words))
    decided = held.latest(organisation, line.code, "decision")
    if decided and decided.value.startswith("upheld:"):
        value = spoken(visit, line, decided.value.removeprefix("upheld:"))
        found.append(_said(t("申诉成立：{what}", what=value), decided.words))
    applies = held.latest(organisation, line.code, "applies")
    if applies and applies.value == "no":
        found.append(_said(t("不适用"), applies.words))
    return found or "—"


def _said(words: str, why: str) -> html.Div:
    return html.Div([words, html.Span(f" {why}", className="quiet")])
