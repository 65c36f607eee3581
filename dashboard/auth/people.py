"""What whoever manages accounts does with those of others: make, import, reset, hand over, disable. Passwords are shown once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dash
from flask import Response, abort, redirect, request

from dashboard.auth.asking import current_account
from dashboard.auth.declaring import Door
from dashboard.auth.entrance import speaker
from dashboard.auth.importing import blank_list, read_rows, sheet_of_passwords, wishes_in
from dashboard.auth.managing import Fault, Given, Wish, faults_of, make, manages, reset
from dashboard.auth.markup import page, tag
from dashboard.auth.people_words import FAULTS, password_rows
from dashboard.downloads import WORKBOOK, attachment
from dashboard.texts import Texts
from dashboard.workspace import Workspace
from store.accounts import AccountRecord, disable, enable, find_account, set_scope
from store.sessions import forget_failures

MOST_SHOWN = 50


def register(app: dash.Dash, workspace: Workspace) -> None:
    """Put the routes on the app's server."""
    door = Door(app, "manage_accounts")
    _register_making(door, workspace)

    @door.server.post("/accounts/<name>/<what>")
    def change_account(name: str, what: str) -> Any:
        manager, one = current_account(), find_account(workspace.store, name)
        if one is None or what not in CHANGES or not manages(manager, one, workspace.registry.organisations):
            abort(404)
        return CHANGES[what](workspace, one, speaker(workspace))


def _register_making(door: Door, workspace: Workspace) -> None:
    @door.server.get("/accounts/list.xlsx")
    def blank() -> Response:
        t = speaker(workspace)
        return attachment(blank_list(workspace, current_account(), t), f"{t('账号名单')}.xlsx", WORKBOOK)

    @door.server.post("/accounts/add")
    def add_account() -> Response:
        given = request.form
        wish = Wish(
            name=given.get("name", "").strip().casefold(),
            shown=given.get("shown", "").strip(),
            role=given.get("role", ""),
            organisation=given.get("organisation", "").strip(),
            mail=given.get("mail", "").strip(),
            assigned=tuple(given.get("assigned", "").replace(",", " ").split()),
        )
        return _answer(workspace, make(workspace, [wish], current_account()))

    @door.server.post("/accounts/import")
    def import_accounts() -> Response:
        file = request.files.get("file")
        rows = (
            read_rows(file.read(), file.filename or "list.xlsx", workspace.settings.limits) if file else None
        )
        wishes, faults = wishes_in(rows) if rows is not None else ([], [Fault("unreadable", "")])
        return _answer(workspace, faults or make(workspace, wishes, current_account()))


def _reset(workspace: Workspace, one: AccountRecord, _t: Texts) -> Any:
    return _answer(workspace, [reset(workspace, one, current_account())])


def _hand_over(workspace: Workspace, one: AccountRecord, t: Texts) -> Any:
    shown = request.form.get("shown", "").strip()
    if not shown:
        return redirect(f"/accounts/{one.name}?show=shown&lang={t.language}", 303)
    return _answer(workspace, [reset(workspace, one, current_account(), shown)])


def _scope(workspace: Workspace, one: AccountRecord, t: Texts) -> Any:
    role, organisation = request.form.get("role", ""), request.form.get("organisation", "").strip()
    assigned = tuple(request.form.get("assigned", "").replace(",", " ").split())
    wish = Wish(one.name, one.shown, role, organisation, assigned=assigned)
    faults = [
        fault
        for fault in faults_of(wish, current_account(), workspace.registry.organisations)
        if fault.code != "name"
    ]
    if faults:
        return _answer(workspace, faults)
    set_scope(workspace.store, one.name, role, organisation, assigned, current_account().name)
    return redirect(f"/accounts/{one.name}?show=done&lang={t.language}", 303)


def _simply(work: Callable[[Any, str, str], None]) -> Callable[[Workspace, AccountRecord, Texts], Any]:
    def done(workspace: Workspace, one: AccountRecord, t: Texts) -> Any:
        work(workspace.store, one.name, current_account().name)
        return redirect(f"/accounts/{one.name}?show=done&lang={t.language}", 303)

    return done


CHANGES: dict[str, Callable[[Workspace, AccountRecord, Texts], Any]] = {
    "reset": _reset,
    "hand-over": _hand_over,
    "scope": _scope,
    "disable": _simply(disable),
    "enable": _simply(enable),
    "release": _simply(forget_failures),
}


def _answer(workspace: Workspace, found: Sequence[Given] | Sequence[Fault]) -> Response:
    """The sheet of initial passwords, on the screen or as a workbook; or what is wrong, row by row."""
    t = speaker(workspace)
    faults = [one for one in found if isinstance(one, Fault)]
    if faults:
        return _faults_page(t, faults)
    columns, rows = password_rows(workspace, [one for one in found if isinstance(one, Given)], t)
    if request.form.get("as") == "xlsx":
        return attachment(sheet_of_passwords(rows, columns, t), f"{t('初始密码')}.xlsx", WORKBOOK)
    table = tag(
        "table",
        tag("thead", tag("tr", *[tag("th", name) for name in columns])),
        tag("tbody", *[tag("tr", *_cells(row)) for row in rows]),
    )
    return page(
        t,
        t("初始密码"),
        tag("p", t("初始密码只显示这一次，首次登录后须修改。请分别交给本人，勿用微信、QQ 群发。")),
        table,
        tag("p", t("按 Ctrl+P 打印本页。"), class_="quiet no-print"),
        tag("a", t("返回账号管理"), href=f"/accounts?lang={t.language}", class_="button no-print"),
        wide=True,
    )


def _cells(row: Sequence[str]) -> list[Any]:
    return [*[tag("td", cell) for cell in row[:-1]], tag("td", row[-1], class_="secret")]


def _faults_page(t: Texts, faults: Sequence[Fault]) -> Response:
    lines = [
        tag("li", f"{t('第 {row} 行', row=one.row)}：" if one.row else "", t(FAULTS[one.code]), f"：{one.found}" if one.found else "")
        for one in faults[:MOST_SHOWN]
    ]  # fmt: skip
    more = len(faults) - MOST_SHOWN
    return page(
        t,
        t("没有建立任何账号"),
        tag("ul", *lines),
        tag("p", t("另有 {count} 处未列出。", count=more)) if more > 0 else None,
        tag("a", t("返回账号管理"), href=f"/accounts?lang={t.language}", class_="button"),
        wide=True,
        status=400,
    )
