"""Commands about accounts and the audit log. Whoever runs them sits at the machine, and the log says so."""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import getpass
import json
from pathlib import Path
from typing import Annotated

import typer

from dashboard.auth.account import THIS_MACHINE, Account
from dashboard.auth.importing import read_rows, sheet_of_passwords, wishes_in
from dashboard.auth.managing import Fault, Given, Wish, make, reset
from dashboard.auth.people_words import FAULTS, password_rows
from dashboard.auth.roles import load_roles
from dashboard.auth.token_making import FOR_PROGRAMS, WRONG, TokenError, make_token
from dashboard.cli.output import Format, emit, say
from dashboard.exports.safety import safe
from dashboard.texts import Texts
from dashboard.workspace import Workspace, open_workspace
from reference.reporting import CHINA
from reference.strict import suggest
from store.accounts import AccountError, AccountRecord, accounts, disable, enable, find_account, set_subject
from store.audit import verify_chain
from store.audit_reading import Wanted, entries
from store.connecting import StoreError
from store.sessions import forget_failures
from store.tokens import end_token as take_back
from store.tokens import tokens

COLUMNS = ("name", "shown", "role", "organisation", "assigned", "state", "used")
TOKEN_COLUMNS = ("token", "account", "label", "scopes", "ends", "used")
ENTRY_COLUMNS = ("seq", "at", "actor", "action", "subject", "detail", "hash")
Name = Annotated[str, typer.Argument(help="The account's name.")]
FormatOption = Annotated[Format, typer.Option("--format", help="table, json or csv")]
SheetOption = Annotated[
    Path | None,
    typer.Option("--to", help="Write the initial passwords to this .xlsx instead of printing them."),
]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    account = typer.Typer(help="账号 · Accounts: add, list, disable, enable, reset, release, tie, import.")
    for command in (add, disable_account, enable_account, reset_account, release, tie, import_accounts):
        account.command(command.__name__.partition("_")[0])(command)
    account.command("list")(list_accounts)
    token = typer.Typer(help="程序令牌 · Tokens for programs: add, list, end.")
    token.command("add")(add_token)
    token.command("list")(list_tokens)
    token.command("end")(end_token)
    account.add_typer(token, name="token")
    app.add_typer(account, name="account")
    audit = typer.Typer(help="审计日志 · The audit log: verify, export.")
    audit.command()(verify)
    audit.command()(export)
    app.add_typer(audit, name="audit")


def _machine() -> Account:
    return Account(f"{getpass.getuser()}@local"[:80], "", "operator", THIS_MACHINE.organisation)


def _report(workspace: Workspace, found: list[Given] | list[Fault], to: Path | None = None) -> None:
    """The initial passwords, once; or what is wrong, and exit code 1."""
    faults = [one for one in found if isinstance(one, Fault)]
    t = Texts(workspace.settings.language)
    for fault in faults:
        say(
            f"{f'row {fault.row}: ' if fault.row else ''}{FAULTS[fault.code]} · {Texts('en')(FAULTS[fault.code])}: {fault.found}{_nearest(workspace, fault)}",
            style="red",
        )
    if faults:
        workspace.close()
        raise typer.Exit(1)
    columns, rows = password_rows(workspace, [one for one in found if isinstance(one, Given)], t)
    if to is not None:
        to.touch(mode=0o600)
        to.write_bytes(sheet_of_passwords(rows, columns, t))
        say(f"初始密码已写入，请打印后删除 · Initial passwords written; print and delete: {to}")
    else:
        for row in rows:
            say(f"{row[0]}  {row[-1]}   (初始密码，只显示这一次 · initial password, shown this once)")
    workspace.close()


def _nearest(workspace: Workspace, fault: Fault) -> str:
    """What a mistyped role or code may have been meant to be."""
    if fault.code == "role":
        return suggest(fault.found, [code for code in load_roles().roles if code != THIS_MACHINE.role_code])
    near = workspace.registry.organisations.near_codes(fault.found) if fault.code == "organisation" else ""
    return f", did you mean {near}?" if near else ""


def add(
    name: Name,
    role: Annotated[str, typer.Option(help="Its role, such as county.")],
    organisation: Annotated[str, typer.Option(help="The code of its area or institution.")],
    shown: Annotated[str, typer.Option(help="The person's name.")] = "",
    mail: Annotated[str, typer.Option(help="Where reminders go.")] = "",
    assigned: Annotated[
        list[str] | None, typer.Option(help="An organisation assigned besides; may be repeated.")
    ] = None,
) -> None:
    """Make an account; its initial password is printed once."""
    workspace = open_workspace(prepare=True)
    wish = Wish(name.casefold(), shown or name, role, organisation, mail, tuple(assigned or ()))
    _report(workspace, make(workspace, [wish], _machine()))


def list_accounts(format: FormatOption = Format.TABLE) -> None:
    """All accounts with their last use."""
    workspace = open_workspace(prepare=True)
    rows = [
        {
            "name": one.name,
            "shown": one.shown,
            "role": one.role,
            "organisation": one.organisation,
            "assigned": " ".join(sorted(one.assigned)),
            "state": "disabled" if one.disabled_at else "initial" if one.must_change else "active",
            "used": one.used_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if one.used_at else "",
        }
        for one in accounts(workspace.store)
    ]
    workspace.close()
    emit(format, "账号 · Accounts", COLUMNS, rows)


def _found(workspace: Workspace, name: str) -> AccountRecord:
    one = find_account(workspace.store, name)
    if one is None:
        near = difflib.get_close_matches(name, [known.name for known in accounts(workspace.store)], n=1)
        workspace.close()
        guess = f", did you mean '{near[0]}'?" if near else ""
        raise AccountError(f"there is no account '{name}'{guess} (mch account list shows all)")
    return one


def disable_account(name: Name) -> None:
    """Shut an account out at once; it is kept, because records name it."""
    workspace = open_workspace(prepare=True)
    disable(workspace.store, _found(workspace, name).name, _machine().name)
    workspace.close()
    say(f"已停用 · Disabled: {name}")


def enable_account(name: Name) -> None:
    """Let a disabled account in again."""
    workspace = open_workspace(prepare=True)
    enable(workspace.store, _found(workspace, name).name, _machine().name)
    workspace.close()
    say(f"已恢复 · Enabled: {name}")


def reset_account(name: Name) -> None:
    """A new initial password, printed once; one-time codes stay asked."""
    workspace = open_workspace(prepare=True)
    _report(workspace, [reset(workspace, _found(workspace, name), _machine())])


def tie(
    name: Name,
    subject: Annotated[str, typer.Argument(help="What the single sign-on calls it (sub); '' unties.")],
) -> None:
    """Tie an account to the single sign-on's name for its person."""
    workspace = open_workspace(prepare=True)
    set_subject(workspace.store, _found(workspace, name).name, subject, _machine().name)
    workspace.close()
    say(f"已关联 · Tied: {name}")


def release(name: Name) -> None:
    """Let an account that is held after failures try again at once."""
    workspace = open_workspace(prepare=True)
    forget_failures(workspace.store, _found(workspace, name).name, _machine().name)
    workspace.close()
    say(f"已解除 · Released: {name}")


def import_accounts(
    file: Annotated[Path, typer.Argument(help="A workbook with a row for each account.")],
    to: SheetOption = None,
) -> None:
    """Make the accounts of a list, all or none."""
    workspace = open_workspace(prepare=True)
    rows = read_rows(file.read_bytes(), file.name, workspace.settings.limits)
    wishes, faults = wishes_in(rows) if rows is not None else ([], [Fault("unreadable", str(file))])
    _report(workspace, faults or make(workspace, wishes, _machine()), to)


def add_token(
    name: Name,
    label: Annotated[str, typer.Option(help="Which program it is for.")],
    scope: Annotated[
        list[str],
        typer.Option(help=f"A permission of the account: {', '.join(FOR_PROGRAMS)}; may be repeated."),
    ],
    days: Annotated[int, typer.Option(help="For how many days it is good.")] = 365,
) -> None:
    """Make a token for a program; printed once, kept only as its hash."""
    for one in scope:
        if one not in FOR_PROGRAMS:
            say(f"没有这种权限 · unknown permission '{one}'{suggest(one, FOR_PROGRAMS)}", style="red")
            raise typer.Exit(1)
    workspace = open_workspace(prepare=True)
    try:
        secret = make_token(workspace, _found(workspace, name), label, scope, str(days), _machine().name)
    except TokenError as error:
        words = {"most": error.most} if error.most else {}
        say(
            f"{Texts('zh')(WRONG[error.code], **words)} · {Texts('en')(WRONG[error.code], **words)}",
            style="red",
        )
        raise typer.Exit(1) from None
    finally:
        workspace.close()
    say("令牌，只显示这一次 · Token, shown this once:")
    typer.echo(secret)


def list_tokens(
    name: Annotated[str, typer.Argument(help="The account; all when left out.")] = "",
    format: FormatOption = Format.TABLE,
) -> None:
    """Tokens that were not taken back, with their last use."""
    workspace = open_workspace(prepare=True)
    rows = [
        {
            "token": str(one.id),
            "account": whose,
            "label": one.label,
            "scopes": " ".join(sorted(one.scopes)),
            "ends": one.ends_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if one.ends_at else "",
            "used": one.used_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if one.used_at else "",
        }
        for whose, one in tokens(workspace.store, _found(workspace, name).name if name else "")
    ]
    workspace.close()
    emit(format, "程序令牌 · Tokens", TOKEN_COLUMNS, rows)


def end_token(number: Annotated[int, typer.Argument(help="The token's number, as listed.")]) -> None:
    """Take a token back at once."""
    workspace = open_workspace(prepare=True)
    try:
        take_back(workspace.store, number, _machine().name)
    except AccountError as error:
        raise AccountError(f"{error} (mch account token list shows all)") from None
    finally:
        workspace.close()
    say(f"已收回 · Ended: {number}")


def _as_it_is() -> Workspace:
    """The installation with nothing in it changed or made: who proves something must not touch it first."""
    workspace = open_workspace()
    if workspace.store.version() is None:
        workspace.close()
        raise StoreError(f"there is no database yet in {workspace.store.url_shown}: `mch init` makes one")
    return workspace


def verify() -> None:
    """Prove that no entry of the audit log was changed, removed or moved; exit code 1 names what was."""
    workspace = _as_it_is()
    with workspace.store.reading() as connection:
        faults = verify_chain(connection)
    newest = entries(workspace.store, Wanted(), 1)
    workspace.close()
    for fault in faults:
        say(fault, style="red")
    if faults:
        raise typer.Exit(1)
    end = f"{newest[0].seq:,} entries, last {newest[0].hash}" if newest else "no entries"
    say(f"审计日志完整 · The audit log is whole: {end}")
    say(
        "请把条数和末位校验值记在别处：被截去尾部的日志只有这样才看得出 · Note both elsewhere: only so is a log noticed whose end was cut off."
    )


def export(
    to: Annotated[Path, typer.Argument(help="Where to write the .csv.")],
    since: Annotated[str, typer.Option(help="From this day on, such as 2026-01-01.")] = "",
    until: Annotated[str, typer.Option(help="Up to and with this day.")] = "",
) -> None:
    """Write the audit log, oldest entry first, as a CSV that spreadsheets open without running anything in it."""
    workspace = _as_it_is()
    wanted = Wanted(since=_day(since, 0), until=_day(until, 1))
    found = entries(workspace.store, wanted, 10_000_000)
    workspace.close()
    with to.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(ENTRY_COLUMNS)
        for one in reversed(found):
            detail = json.dumps(one.detail, ensure_ascii=False, sort_keys=True)
            said = (one.seq, one.at.isoformat(), one.actor, one.action, one.subject, detail, one.hash)
            writer.writerow([safe(str(cell)) for cell in said])
    say(f"{len(found):,} entries: {to}")


def _day(text: str, later: int) -> dt.datetime | None:
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise AccountError(f"'{text}' is no day; write it as 2026-01-31") from None
    return dt.datetime.combine(day + dt.timedelta(days=later), dt.time(), CHINA)
