"""Puts the dashboard together: the frame, the pages, the routes beside them, the headers, and what happens when something fails."""

from __future__ import annotations

import logging
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, html
from werkzeug.routing import IntegerConverter, Map

from dashboard import (
    at_once,
    downloads,
    headers,
    kept_pages,
    marked,
    shell,
    take_step,
    take_table,
    taking_away,
    upload,
)
from dashboard.answers import Answers
from dashboard.api import routes as api_routes
from dashboard.asked import CleanRequest
from dashboard.auth import audit_file, entrance, guard, own_account, single, token_pages
from dashboard.auth import people as people_routes
from dashboard.auth.declaring import PUBLIC, SIGNED_IN, Door, is_granted
from dashboard.compressing import compress_answers
from dashboard.pages import (
    account,
    area,
    assessment,
    audit,
    brief,
    calendar,
    follow_ups,
    forbidden,
    grading,
    inbox,
    indicator,
    matrix,
    methods,
    missing,
    overview,
    people,
    quality,
    severe,
    source,
    submissions,
)
from dashboard.running import watching
from dashboard.running.numbering import request_number
from dashboard.texts import Texts
from dashboard.visit import Visit, open_visit
from dashboard.workspace import Workspace

log = logging.getLogger("mch.dashboard")
PAGES = (
    *(overview, indicator, area, brief, matrix, severe, grading, assessment, source, follow_ups),
    *(submissions, calendar, quality, methods, inbox, people, audit, account),
)
# What each module beside the pages needs, where its routes say nothing else.
ROUTES = (
    (upload, "submit"),
    (downloads, "export"),
    (marked, "view_uploads"),
    (take_step, "view_results"),
    (api_routes, "view_results"),
)
# Charts whose points are areas or hospitals, each with the address where it leads.
POINTS_LEAD = ("funnel", "hospitals")
CHOICE = {"type": "choose", "key": ALL, "drops": ALL, "shown": ALL}


class Number(IntegerConverter):
    """A row's number in an address; one too large for the database is the address of nothing."""

    def __init__(self, map: Map, *given: Any, **named: Any) -> None:
        super().__init__(map, *given, **{"max": 2**31 - 1, **named})


def create_app(workspace: Workspace) -> dash.Dash:
    """A new application on an open workspace; any number may live side by side."""
    app = dash.Dash(
        "dashboard",
        title="贵州省妇幼健康指标系统",
        update_title="",
        serve_locally=True,
        use_pages=False,
        suppress_callback_exceptions=True,
        include_pages_meta=False,
        enable_mcp=False,
        websocket_callbacks=False,
        index_string=shell.INDEX,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    app.server.request_class = CleanRequest
    app.server.json.ensure_ascii = False  # Chinese that people can read
    app.server.url_map.converters["int"] = Number
    answers = Answers(workspace)
    app.server.extensions["answers"] = answers
    watching.register(Door(app, PUBLIC).server, workspace)  # type: ignore[arg-type]
    app.server.config["MAX_CONTENT_LENGTH"] = (workspace.settings.upload_max_megabytes + 1) * 1024 * 1024
    app.layout = lambda: first_answer(answers)
    guard.install(app, workspace)
    entrance.register(app, workspace)
    single.register(app, workspace)
    own_account.register(app, workspace)
    people_routes.register(app, workspace)
    token_pages.register(app, workspace)
    audit_file.register(app, answers)
    _register_routing(Door(app, SIGNED_IN), answers)
    for page in PAGES:
        page.register(Door(app, page.NEEDS), answers)
    for module, needs in ROUTES:
        module.register(Door(app, needs), answers)
    take_table.register(Door(app, "export"), answers, page_for)
    kept_pages.keep_pages(app, answers, page_for)
    headers.secure(app)
    compress_answers(app.server)
    return app


def _register_routing(app: Door, answers: Answers) -> None:
    def route(pathname: str | None, search: str | None) -> tuple[Any, Any, Any, Any]:
        return sent(answers, pathname or "/", search or "")

    app.callback(
        Output("header", "children"),
        Output("menu", "children"),
        Output("page", "children"),
        Output("page-name", "data"),
        Input("url", "pathname"),
        Input("url", "search"),
        running=[(Output("busy", "className"), "busy busy--now", "busy")],
        prevent_initial_call=True,  # the first page comes with the frame; without one, the browser's address asks for it
    )(route)
    app.clientside_callback(
        ClientsideFunction("mch", "choose"),
        Output("url", "search"),
        Input(CHOICE, "value"),
        State(CHOICE, "id"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("mch", "menu"),
        Output("shell", "navbar"),
        Input("burger", "opened"),
        State("shell", "navbar"),
        prevent_initial_call=True,
    )
    for chart in POINTS_LEAD:
        app.clientside_callback(
            ClientsideFunction("mch", "lead"), Input(chart, "clickData"), prevent_initial_call=True
        )
    app.clientside_callback(
        ClientsideFunction("mch", "name"), Output("busy", "title"), Input("page-name", "data")
    )


def first_answer(answers: Answers) -> Any:
    """The frame with the page that was asked for already in it, so that the browser need not ask a second time."""
    there = kept_pages.first_address()
    if there is None:
        return shell.frame()
    header, menu, page, name = sent(answers, *there)
    return shell.frame(header, menu, page, name, pathname=there[0], search=there[1])


def sent(answers: Answers, pathname: str, search: str) -> tuple[Any, Any, Any, dict[str, str]]:
    """The answer as it travels: what is plain in it is gathered, to be drawn at once."""
    header, menu, page, name = answer(answers, pathname, search)
    return at_once.gather(header), at_once.gather(menu), at_once.gather(page), name


def answer(answers: Answers, pathname: str, search: str) -> tuple[Any, Any, Any, dict[str, str]]:
    """Header, menu, page and name for an address; a sentence with a number when even the frame cannot be made."""
    try:
        visit = open_visit(answers, pathname, search)
        page = page_for(visit.view.path)
        if not is_granted(page.NEEDS):
            page = forbidden
        name = page.title(visit)
        content = [
            shell.synthetic_band(visit),
            shell.notices(visit),
            html.Div([shell.print_head(visit, name), taking_away.dress(_content(page, visit), visit, name)]),
            shell.foot(visit),
        ]
        return (
            shell.header(visit, inbox.badge(visit)),
            shell.menu(visit),
            content,
            about(visit.texts, name),
        )
    except Exception:
        texts = Texts(answers.workspace.settings.language)
        name = texts("这一页没有做出来")
        return [], [], failure(texts, failed(f"page {pathname}")), about(texts, name)


def about(texts: Texts, name: str) -> dict[str, str]:
    """What the browser's tab says, and in which language the page is."""
    return {"title": f"{name} · {texts('贵州省妇幼健康指标系统')}", "language": texts.html_language}


def page_for(path: str) -> Any:
    """The page that answers to a path; the page for what is missing when none does."""
    return next((page for page in PAGES if page.matches(path)), missing)


def _content(page: Any, visit: Visit) -> Any:
    """The page's own part; when it fails, a sentence with a number that leads to the log."""
    try:
        return page.layout(visit)
    except Exception:
        return failure(visit.texts, failed(f"page {visit.view.path}"))


def failed(what: str) -> str:
    """Log the exception being handled and give the number that leads to it."""
    number = request_number()
    log.exception("%s failed, reference %s", what, number)
    return number


def failure(texts: Texts, number: str) -> html.Div:
    """What a reader sees when a page fails."""
    return html.Div(
        [
            html.H1(texts("这一页没有做出来")),
            html.P(
                texts("问题已记入日志，数据没有受影响。请稍后再试；仍不行，请把下面的编号告诉系统管理员。")
            ),
            html.P([texts("编号"), " ", html.Code(number)]),
        ],
        className="empty empty--failure",
        role="alert",
    )
