"""Where somebody ends up who asks for a page that the account may not see."""

from __future__ import annotations

from dash import dcc, html

from dashboard import blocks
from dashboard.visit import Visit

NEEDS = "signed in"


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("没有权限")


def layout(visit: Visit) -> html.Div:
    """That it is so, who could change it, and the way back."""
    t = visit.texts
    return blocks.empty(
        t("您的账号不能使用这一页"),
        t("如工作需要，请联系管理账号的人。"),
        dcc.Link(t("回到概览"), href=visit.view.link("/"), className="button"),
    )
