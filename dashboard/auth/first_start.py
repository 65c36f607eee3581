"""The first start: how people get into a new installation, said once on the terminal."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.auth.demonstration import ENTRANCE, FILE, read_list, serves_demonstration
from dashboard.auth.passwords import hashed, initial_password
from dashboard.settings import LOOPBACK, Settings, SettingsError
from dashboard.workspace import Workspace
from store.accounts import NewAccount, add_accounts, find_account, has_accounts
from store.sessions import keep_once

LINK_MINUTES = 60


def refuse_open_doors(settings: Settings) -> None:
    """Raise SettingsError for settings that would let strangers in, or passwords travel in the open."""
    if settings.host in LOOPBACK:
        return
    if not settings.sign_in:
        raise SettingsError(
            f"setting 'sign_in': may be off only while the server listens on this machine alone (host = '{settings.host}')"
        )
    if not settings.public_url:
        raise SettingsError(
            f"setting 'public_url': needed to listen on '{settings.host}': the address that people type, https://… behind a proxy that encrypts"
        )


def entrance(workspace: Workspace, url: str, say: Callable[[str], None]) -> str:
    """Say how to get in; gives the address to open."""
    if not workspace.settings.sign_in:
        say(
            "登录已关闭：能打开本页的人都可以做任何事 · Sign-in is off: whoever reaches the page may do everything"
        )
        return url
    held = find_account(workspace.store, ENTRANCE)
    if held is not None and serves_demonstration(workspace):
        return _demonstration(workspace, url, say)
    if not has_accounts(workspace.store):
        _administrator(workspace, say)
    return url


def _demonstration(workspace: Workspace, url: str, say: Callable[[str], None]) -> str:
    secret = keep_once(workspace.store, "link", LINK_MINUTES, {}, ENTRANCE)
    link = f"{url}sign-in/link/{secret}"
    say(
        f"演示登录（一次有效，{LINK_MINUTES} 分钟内）· Sign in once as the demonstration's province officer:\n  {link}"
    )
    people = read_list(workspace.settings)
    if people:
        say("其他演示账号（只在本机、只有合成数据时有效）· Other demonstration accounts:")
        for one in people:
            say(f"  {one['account']:<20} {one['password']}   {one['shown']}")
        say(f"  ({workspace.settings.data / FILE})")
    return link


def _administrator(workspace: Workspace, say: Callable[[str], None]) -> None:
    """The first account of an installation, with a password that is printed this once and must be changed."""
    root = next(iter(workspace.registry.trees.values())).root
    name, password = "admin", initial_password()
    if find_account(workspace.store, name) is not None:
        say("没有可用的账号，请用 mch account reset admin · No account can sign in: mch account reset admin")
        return
    new = NewAccount(name, "系统管理员", "administrator", root, hashed(password))
    add_accounts(workspace.store, [new], "mch serve")
    say(
        f"首次启动：管理员账号 {name}，一次性密码 {password}（只显示这一次，登录后须修改）\n"
        f"First start: account {name}, one-time password {password} (shown this once; you will be asked to change it)"
    )
