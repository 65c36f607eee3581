"""Managing accounts: who may manage whom, and what is asked of a new one. The page, the import and the command all go through here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.auth.account import Account
from dashboard.auth.passwords import hashed, initial_password
from dashboard.auth.roles import load_roles
from dashboard.workspace import Workspace
from reference.organisations import Organisations
from store.accounts import (
    AccountError,
    AccountRecord,
    NewAccount,
    add_accounts,
    find_account,
    hand_over,
    set_password,
)

NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{2,79}")
# Whoever manages accounts must not make himself his own auditor: these accounts are made at the machine alone.
AT_THE_MACHINE = frozenset({"auditor", "operator"})


@dataclass(frozen=True)
class Wish:
    """An account that is asked for."""

    name: str
    shown: str
    role: str
    organisation: str
    mail: str = ""
    assigned: tuple[str, ...] = ()
    row: int = 0  # of the list it stands in


@dataclass(frozen=True)
class Given:
    """An account with the password that is shown once."""

    name: str
    shown: str
    role: str
    organisation: str
    password: str


@dataclass(frozen=True)
class Fault:
    """Why an account cannot be made. `code` is one of the keys of FAULTS in people_words.py."""

    code: str
    found: str
    row: int = 0


def manages(manager: Account, one: AccountRecord, organisations: Organisations) -> bool:
    """Whether an account is this manager's to change: within reach, not his own, not one made at the machine."""
    if manager.is_everywhere:
        return True
    if not manager.may("manage_accounts") or one.name == manager.name or one.role in AT_THE_MACHINE:
        return False
    return manager.reaches(one.organisation, organisations)


def faults_of(wish: Wish, manager: Account, organisations: Organisations) -> list[Fault]:
    """Everything that speaks against an account that is asked for."""
    found = []
    if not NAME.fullmatch(wish.name):
        found.append(Fault("name", wish.name, wish.row))
    roles = load_roles().roles
    if wish.role not in roles or wish.role == "operator":
        found.append(Fault("role", wish.role, wish.row))
    elif wish.role in AT_THE_MACHINE and not manager.is_everywhere:
        found.append(Fault("machine", wish.role, wish.row))
    for code in (wish.organisation, *wish.assigned):
        if code not in organisations:
            found.append(Fault("organisation", code, wish.row))
        elif not manager.reaches(code, organisations):
            found.append(Fault("reach", code, wish.row))
    if wish.role in roles and wish.organisation in organisations:
        is_area = organisations.get(wish.organisation).is_area
        if is_area == (roles[wish.role].scope == "institution"):
            found.append(Fault("kind", f"{wish.role} {wish.organisation}", wish.row))
    return found


def make(workspace: Workspace, wishes: Sequence[Wish], manager: Account) -> list[Given] | list[Fault]:
    """Make accounts, all or none; gives their initial passwords, or what speaks against them."""
    organisations = workspace.registry.organisations
    found = [fault for wish in wishes for fault in faults_of(wish, manager, organisations)]
    names = [wish.name for wish in wishes]
    for wish in wishes:
        if names.count(wish.name) > 1 or find_account(workspace.store, wish.name):
            found.append(Fault("taken", wish.name, wish.row))
    if found:
        return found
    passwords = [initial_password() for _ in wishes]
    wanted = [
        NewAccount(
            wish.name, wish.shown[:120] or wish.name, wish.role, wish.organisation, hashed(password),
            frozenset(wish.assigned), wish.mail[:160],
        )
        for wish, password in zip(wishes, passwords, strict=True)
    ]  # fmt: skip
    try:
        add_accounts(workspace.store, wanted, manager.name)
    except AccountError as error:  # somebody else was quicker
        return [Fault("taken", str(error))]
    return [
        Given(one.name, one.shown, one.role, one.organisation, password)
        for one, password in zip(wanted, passwords, strict=True)
    ]


def reset(workspace: Workspace, one: AccountRecord, manager: Account, shown: str = "") -> Given:
    """A new initial password; with `shown`, for another person. One-time codes go with the person, and with a lost telephone."""
    password = initial_password()
    if shown:
        hand_over(workspace.store, one.name, shown[:120], hashed(password), manager.name)
    else:
        set_password(workspace.store, one.name, hashed(password), manager.name, must_change=True)
    return Given(one.name, shown or one.shown, one.role, one.organisation, password)
