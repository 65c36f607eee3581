"""The page for addresses that lead nowhere."""

from __future__ import annotations

from dash import dcc, html

from dashboard.visit import Visit

NEEDS = "signed in"


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("没有这一页")


def layout(visit: Visit) -> html.Div:
    """What was asked for, and the way back."""
    t = visit.texts
    return html.Div(
        [
            html.H1(t("没有这一页")),
            html.P(
                [
                    t("这里没有"),
                    " ",
                    html.Code(visit.view.path[:120]),
                    t("。可能是网址抄错了，或这一页已经改名。"),
                ]
            ),
            dcc.Link(t("回到概览"), href=visit.view.link("/"), className="button"),
        ],
        className="empty",
    )
