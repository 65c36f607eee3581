"""Inbox: what the system has to tell whoever asks, newest first."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html, no_update

from dashboard import blocks
from dashboard.answers import Answers
from dashboard.auth.account import EVERYWHERE, Account
from dashboard.running.notices import notice
from dashboard.visit import Visit, open_visit
from store.messages import Told, inbox, mark_read, unread

PATH = "/inbox"
NEEDS = "signed in"
SHOWN = 100
MANY = 100


def matches(path: str) -> bool:
    """Its one address."""
    return path == PATH


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("收件箱")


def addressees(account: Account) -> Collection[str] | None:
    """The organisations whose messages are an account's own; None for the machine itself, which sees all."""
    if account.organisation == EVERYWHERE:
        return None
    return {account.organisation, *account.assigned}


def badge(visit: Visit) -> dcc.Link:
    """The way to the inbox, for the header: with how many messages wait."""
    t, count = visit.texts, unread(visit.workspace.store, visit.account.name, addressees(visit.account), MANY)
    said = f"{MANY - 1}+" if count >= MANY else str(count)
    label = t("收件箱，{count} 条未读", count=said) if count else t("收件箱")
    return dcc.Link(
        [html.Span("✉", className="inbox-sign"), html.Span(said, className="inbox-count") if count else None],
        href=visit.view.link(PATH),
        className="inbox-link",
        title=label,
    )


def register(app: dash.Dash, answers: Answers) -> None:
    """Marking all that is shown as read."""

    def read(_pressed: int, newest: int, pathname: str, search: str) -> tuple[Any, Any]:
        visit = open_visit(answers, pathname or PATH, search or "")
        if not newest:
            return no_update, no_update
        mark_read(visit.workspace.store, visit.account.name, addressees(visit.account), int(newest))
        return body(visit), no_update

    app.callback(
        Output("inbox-body", "children"),
        Output("inbox-newest", "data"),
        Input("inbox-read", "n_clicks"),
        State("inbox-newest", "data"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )(read)


def layout(visit: Visit) -> html.Div:
    """Title, the button, the messages."""
    t, held = visit.texts, messages(visit)
    fresh = any(not one.read for one in held)
    button = dmc.Button(
        t("全部标为已读"), id="inbox-read", variant="light", size="compact-sm", disabled=not fresh
    )
    return html.Div(
        [
            dcc.Store(id="inbox-newest", data=max((one.number for one in held), default=0)),
            blocks.heading(visit, title(visit), choosers=[button]),
            html.Div(body(visit, held), id="inbox-body"),
        ]
    )


def messages(visit: Visit) -> list[Told]:
    """The newest ones for whoever asks."""
    return inbox(visit.workspace.store, visit.account.name, addressees(visit.account), SHOWN)


def body(visit: Visit, held: list[Told] | None = None) -> Any:
    """A line for each message; a word where there are none."""
    t, held = visit.texts, messages(visit) if held is None else held
    if not held:
        return blocks.empty(t("没有消息。"), t("截止日期前后、月末预警时，会在这里收到提醒。"))
    return html.Ul([_line(visit, one) for one in held], className="inbox")


def _line(visit: Visit, told: Told) -> html.Li:
    words = notice(told, visit.texts, visit.workspace.forms, visit.registry.organisations)
    path, _, asked = words.link.partition("?")
    changes = dict(part.split("=", 1) for part in asked.split("&") if part)
    return html.Li(
        [
            dcc.Link(words.title, href=visit.view.link(path, **changes), className="inbox-title"),
            html.Div(words.body, className="inbox-words"),
            html.Div(visit.texts.moment(told.at), className="quiet"),
        ],
        className="inbox-line" if told.read else "inbox-line inbox-line--fresh",
    )
