"""Parts of the area page that look at one side of it: its severe cases, the quality of its data, its past flags' course."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard import blocks, wording
from dashboard.pages.quality import PARTS
from dashboard.quality import Review
from dashboard.visit import Visit
from indicators.result import Result
from indicators.severe import severe_picture
from reference.quality import quality_rules

SEVERE = 4  # the WHO framework's indicators come first


def severe(visit: Visit, code: str) -> html.Section | None:
    """The four figures of the WHO framework, with the way to the whole page."""
    picture = severe_picture(visit.workspace.context, code, visit.view.period)
    found = [one for one in picture.maternal[:SEVERE] if one.value is not None]
    if not found:
        return None
    t = visit.texts
    more = dcc.Link(t("病因、转诊与医院"), href=visit.view.link("/severe", area=code))
    return blocks.panel(
        t("危急重症"), html.Div([_figure(visit, one) for one in found], className="small-figures"), note=more
    )


def _figure(visit: Visit, result: Result) -> html.Div:
    definition = visit.workspace.catalogue.get(result.indicator)
    spread = wording.interval(result, definition)
    return html.Div(
        [
            html.Span(definition.name(visit.view.language), className="quiet"),
            html.Strong(wording.value(result, definition, visit.texts)),
            html.Span(f"{wording.counts(result)}{' · ' + spread if spread else ''}", className="quiet"),
        ],
        className="small-figure",
    )


def quality(visit: Visit, code: str) -> html.Section | None:
    """The data-quality score of the newest month with its parts."""
    review = Review(visit)
    if not any(code in one.areas for one in review.whole.entries):
        return None
    t, score = visit.texts, review.score_of(code)
    parts = [(t("得分"), wording.number(score.total(quality_rules())))]
    parts += [(t(name), wording.percent(getattr(score, part))) for part, name in PARTS.items()]
    figures = [
        html.Div([html.Span(name, className="quiet"), html.Strong(words)], className="small-figure")
        for name, words in parts
    ]
    more: Any = dcc.Link(t("逐项核查"), href=visit.view.link("/quality", area=code))
    return blocks.panel(
        t("数据质量 · {month}", month=t.month(review.month)), html.Div(figures, className="small-figures"), note=more
    )  # fmt: skip
