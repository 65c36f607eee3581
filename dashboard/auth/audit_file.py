"""The audit log to take away; and the entries that downloads leave in it."""

from __future__ import annotations

import dash
from flask import Flask, Response, g, request

from dashboard.answers import Answers
from dashboard.auth.account import Account
from dashboard.auth.declaring import Door
from dashboard.downloads import WORKBOOK, attachment
from dashboard.pages.audit import audit_file
from dashboard.visit import open_visit
from store.sessions import enter

# What is taken away from here is written down: numbers, originals, marked files, reports, the log itself. Blank forms are not.
NOTED = ("/download/", "/original/", "/marked/", "/report/", "/audit/entries", "/accounts/list")


def register(app: dash.Dash, answers: Answers) -> None:
    """Put the route and the noting on the app's server."""
    door = Door(app, "view_audit")

    @door.server.get("/audit/entries.xlsx")
    def audit_entries() -> Response:
        visit = open_visit(answers, "/audit", request.query_string.decode())
        return attachment(audit_file(visit), f"{visit.texts('审计日志')}_{visit.today}.xlsx", WORKBOOK)

    server: Flask = app.server

    @server.after_request
    def note_download(response: Response) -> Response:
        """Written before it is given: what cannot be noted is not given."""
        account = g.get("account")
        if (
            response.status_code != 200
            or not request.path.startswith(NOTED)
            or not isinstance(account, Account)
        ):
            return response
        said = {"query": request.query_string.decode(errors="replace")[:300]} if request.query_string else {}
        enter(answers.workspace.store, account.name, "download", request.path, said)
        return response
