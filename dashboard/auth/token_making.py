"""Making tokens for programs: what may be asked for, by the pages and by the command alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from dashboard.auth.account import Account
from dashboard.auth.asking import account_of
from dashboard.texts import mark
from dashboard.workspace import Workspace
from reference.reporting import CHINA
from store.accounts import AccountRecord
from store.tokens import add_token, tokens

# What the addresses under /api/ ask for; a token for anything else would open nothing.
FOR_PROGRAMS = ("view_results", "view_uploads", "submit", "export")
LONGEST_DAYS, MOST = 731, 20
WRONG = {
    "label": mark("请写明令牌给哪个程序用。"),
    "scopes": mark("请至少选一项权限，只能选该账号已有的。"),
    "days": mark("有效天数须在 1 到 {most} 之间。"),
    "many": mark("一个账号最多 {most} 个有效令牌，请先收回不用的。"),
    "account": mark("演示账号、已停用或还没有改初始密码的账号不能有令牌。"),
}


class TokenError(ValueError):
    """A token cannot be made; `code` is one of the keys of WRONG."""

    def __init__(self, code: str, most: int = 0) -> None:
        super().__init__(code)
        self.code, self.most = code, most


def scopes_of(account: Account) -> list[str]:
    """The permissions that a token of the account may have."""
    return [one for one in FOR_PROGRAMS if account.may(one)]


def make_token(
    workspace: Workspace, owner: AccountRecord, label: str, scopes: Collection[str], days: str, actor: str
) -> str:
    """The secret of a new token, to be shown once; TokenError says what is wrong with what was asked."""
    if owner.demonstration or owner.disabled_at or owner.must_change:
        raise TokenError("account")
    if not label.strip():
        raise TokenError("label")
    if not scopes or not set(scopes) <= set(scopes_of(account_of(owner))):
        raise TokenError("scopes")
    if not (days.isascii() and days.isdecimal() and len(days) < 5 and 1 <= int(days) <= LONGEST_DAYS):
        raise TokenError("days", LONGEST_DAYS)
    if len(tokens(workspace.store, owner.name)) >= MOST:
        raise TokenError("many", MOST)
    last = dt.datetime.now(CHINA).date() + dt.timedelta(days=int(days) + 1)
    ends = dt.datetime.combine(last, dt.time(), CHINA)
    return add_token(workspace.store, owner.name, label.strip(), set(scopes), ends, actor)
