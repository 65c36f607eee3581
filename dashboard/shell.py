"""What surrounds every page: the header with title and language, the menu, the mark of synthetic data, the foot."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.auth.asking import current_session
from dashboard.outlines import read_outlines
from dashboard.texts import LANGUAGES, mark
from dashboard.visit import Visit

FONTS = '"Noto Sans CJK SC","Noto Sans SC","Microsoft YaHei","PingFang SC","Hiragino Sans GB",sans-serif'
# One accent colour, light to dark.
ACCENT = [
    "#eef6f9", "#d9eaf0", "#b3d6e2", "#89c0d3", "#64acc6",
    "#4698b5", "#2b7f9d", "#1b6783", "#125168", "#0b3c4e",
]  # fmt: skip
THEME = {
    "fontFamily": FONTS,
    "headings": {"fontFamily": FONTS, "fontWeight": "600"},
    "primaryColor": "accent",
    "primaryShade": {"light": 7, "dark": 5},
    "colors": {"accent": ACCENT},
    "defaultRadius": "sm",
    # The lists of closed choosers are not made: a page has up to nine, some of them of hundreds of lines.
    "components": {"Combobox": {"defaultProps": {"keepMounted": False}}},
}
# The page before anything has been drawn; Dash fills the marks. What its scripts ask for first is on its way before they run.
INDEX = f"""<!DOCTYPE html>
<html lang="zh-CN">
  <head>
    {{%metas%}}<title>{{%title%}}</title>{{%favicon%}}
    <link rel="preload" href="/_dash-layout" as="fetch" crossorigin="anonymous">
    <link rel="preload" href="/_dash-dependencies" as="fetch" crossorigin="anonymous">
    <meta name="outlines" content="{read_outlines().address}">
    {{%css%}}
  </head>
  <body>
    {{%app_entry%}}
    <noscript>本系统需要浏览器启用 JavaScript。This system needs JavaScript.</noscript>
    <footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
  </body>
</html>
"""
MENU = (
    (
        mark("监测"),
        (
            ("/", mark("概览")),
            ("/indicator", mark("指标")),
            ("/area", mark("地区")),
            ("/matrix", mark("矩阵")),
            ("/severe", mark("危急重症")),
            ("/grading", mark("机构等级")),
            ("/assessment", mark("绩效考核")),
            ("/follow-ups", mark("督办")),
        ),
    ),
    (
        mark("数据"),
        (("/submissions", mark("数据上报")), ("/calendar", mark("报送日历")), ("/quality", mark("数据质量"))),
    ),
    (mark("说明"), (("/methods", mark("指标方法")),)),
    (mark("管理"), (("/accounts", mark("账号管理")), ("/audit", mark("审计日志")))),
)

# Pages that not every account may open; what a page needs is said by the page itself, and a test holds the two together.
MENU_NEEDS = {
    "/": "view_results",
    "/indicator": "view_results",
    "/area": "view_results",
    "/grading": "view_results",
    "/assessment": "view_results",
    "/methods": "view_results",
    "/submissions": "view_uploads",
    "/calendar": "view_uploads",
    "/quality": "view_uploads",
    "/accounts": "manage_accounts",
    "/audit": "view_audit",
}


def frame(
    header: Any = None, menu: Any = None, page: Any = None, name: Any = None, **address: str
) -> dmc.MantineProvider:
    """The house with its first page, where its address is known; empty otherwise, and filled when the browser says where it is."""
    return dmc.MantineProvider(
        id="theme",
        theme=THEME,
        children=[
            dcc.Location(id="url", refresh="callback-nav", **address),
            dcc.Store(id="page-name", data=name),
            html.Div(id="busy", className="busy"),
            dmc.AppShell(
                id="shell",
                header={"height": 54},
                navbar={"width": 176, "breakpoint": "sm", "collapsed": {"mobile": True}},
                padding="md",
                children=[
                    dmc.AppShellHeader(html.Div(header, id="header", className="header")),
                    dmc.AppShellNavbar(html.Div(menu, id="menu", className="menu")),
                    dmc.AppShellMain(html.Div(page, id="page", className="page")),
                ],
            ),
        ],
    )


def header(visit: Visit, *more: Any) -> list[Any]:
    """Menu button, title, what waits for the reader, language, who is signed in, light or dark."""
    t, home = visit.texts, visit.account.home(visit.registry.organisations)
    return [
        dmc.Burger(id="burger", opened=False, size="sm", hiddenFrom="sm", **{"aria-label": t("菜单")}),
        dcc.Link(
            [
                html.Span("", className="seal"),
                html.Span(t("贵州省妇幼健康指标系统"), className="title"),
                html.Span(t("妇幼指标"), className="title title--short"),
            ],
            href=visit.view.link("/", area=home.code if home else visit.view.tree.root),
            className="home",
        ),
        *more,
        html.Div(_languages(visit), className="languages", **{"aria-label": t("语言")}),
        _account(visit),
        dmc.ColorSchemeToggle(
            id="scheme",
            variant="subtle",
            size="md",
            color="gray",
            lightIcon=html.Span("☀"),
            darkIcon=html.Span("☾"),
            **{"aria-label": t("明暗")},
        ),
    ]


def _account(visit: Visit) -> html.Details | None:
    """Who is signed in, as what, and the way out; nothing while sign-in is off."""
    if current_session() is None:
        return None
    t, account = visit.texts, visit.account
    role = t.pick(account.role.zh, account.role.en)
    home = account.home(visit.registry.organisations)
    where = visit.name(account.organisation) if account.organisation in visit.registry.organisations else ""
    return html.Details(
        [
            html.Summary(account.shown, title=role),
            html.Div(
                [
                    html.Div([html.Strong(account.shown), html.Div(f"{role} · {where}", className="quiet")]),
                    dcc.Link(t("我的账号"), href=visit.view.link("/account"), className="menu-item"),
                    html.Form(
                        html.Button(t("退出登录"), type="submit", className="button button--quiet"),
                        action="/sign-out",
                        method="POST",
                    ),
                ],
                className="drawer drawer--account",
            ),
        ],
        className="areas account",
        key=f"{account.name} {home.code if home else ''} {visit.view.path}",
    )


def _languages(visit: Visit) -> list[Any]:
    kept = dict(visit.view.extra.items()) | _pinned(visit)
    return [
        html.Span(name, className="language language--current", **{"aria-current": "true"})
        if code == visit.view.language
        else dcc.Link(name, href=visit.view.link(None, lang=code, **kept), className="language")
        for code, name in LANGUAGES.items()
    ]


def _pinned(visit: Visit) -> dict[str, str]:
    return {"unit": visit.view.unit, "step": visit.view.step if visit.view.step != "month" else ""}


def menu(visit: Visit) -> list[Any]:
    """The pages, grouped; the current one marked."""
    t = visit.texts
    found: list[Any] = []
    for group, pages in MENU:
        allowed = [(path, title) for path, title in pages if _may_open(visit, path)]
        if allowed:
            found.append(html.Div(t(group), className="menu-group"))
        for path, title in allowed:
            current = visit.view.path == path or (path != "/" and visit.view.path.startswith(path))
            found.append(
                dcc.Link(
                    t(title),
                    href=visit.view.link(path),
                    className="menu-item menu-item--current" if current else "menu-item",
                )
            )
    return found


def _may_open(visit: Visit, path: str) -> bool:
    needs = MENU_NEEDS.get(path)
    return needs is None or visit.account.may(needs)


def print_head(visit: Visit, name: str) -> html.Div:
    """What stands above a page on paper: which system, which page, which place and period, printed when."""
    t, view = visit.texts, visit.view
    return html.Div(
        [
            html.Strong(t("贵州省妇幼健康指标系统")),
            html.Span(name),
            html.Span(f"{visit.name(visit.place)} · {view.period.label(view.language)}"),
            html.Span(t("打印于 {date}", date=t.date(visit.today))),
        ],
        className="print-head",
    )


def synthetic_band(visit: Visit) -> html.Div | None:
    """The clear mark on every page as long as any number is made up."""
    if not visit.answers.has_synthetic():
        return None
    t = visit.texts
    return html.Div(
        [
            html.Strong(t("合成数据")),
            html.Span(t("本系统装有程序生成的演示数据，不反映任何地区的真实情况。")),
        ],
        className="synthetic",
        role="note",
    )


def notices(visit: Visit) -> html.Div | None:
    """What in the address could not be understood."""
    if not visit.view.notices:
        return None
    return html.Div([html.Div(text) for text in visit.view.notices], className="notices", role="status")


def foot(visit: Visit) -> html.Footer:
    """Until when there are data, and what the words mean."""
    t = visit.texts
    months = visit.answers.months(visit.view.tree.code)
    until = t("数据截至 {month}", month=t.month(months[1])) if months else t("尚无数据")
    return html.Footer(
        [
            html.Span(until),
            html.Span(t("先加总，再相除；缺报不作零；区间为 95% 置信区间。")),
            dcc.Link(t("指标方法"), href=visit.view.link("/methods")),
        ],
        className="foot",
    )
