"""One account for each role, in 遵义市 where the role has a place, and clients that are signed in as one of them.

The county is 汇川区 520303 and the institution its maternal and child health institution; 红花岗区 520302 is somebody else's.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import dash
from flask.testing import FlaskClient

from dashboard.auth.account import Account
from dashboard.auth.asking import COOKIE, account_of, token_for
from dashboard.auth.passwords import hashed
from dashboard.workspace import Workspace
from store.accounts import NewAccount, add_accounts, find_account
from store.database import Store
from store.sessions import begin_session

PASSWORD = "correct horse battery"
ROLES: dict[str, tuple[str, frozenset[str]]] = {
    "province": ("520000", frozenset()),
    "prefecture": ("520300", frozenset()),
    "county": ("520303", frozenset()),
    "institution": ("MCH520303", frozenset()),
    "evaluator": ("520300", frozenset({"MCH520303"})),
    "reviewer": ("520000", frozenset()),
    "administrator": ("520000", frozenset()),
    "auditor": ("520000", frozenset()),
}


class SignedIn(FlaskClient):
    """A client with a session; `csrf` are the headers of a changing request."""

    csrf: dict[str, str]
    secret: str


@cache
def _kept() -> str:
    return hashed(PASSWORD)


def wanted(role: str, **changes: Any) -> NewAccount:
    """The account of a role, named like it."""
    organisation, assigned = ROLES[role]
    said = {
        "name": role,
        "shown": f"某{role}",
        "role": role,
        "organisation": organisation,
        "password": _kept(),
    }
    return NewAccount(**{**said, "assigned": assigned, "must_change": False, **changes})


def accounts_of_roles() -> dict[str, Account]:
    """The accounts as pages ask them."""
    return {
        role: Account(role, f"某{role}", role, organisation, assigned)
        for role, (organisation, assigned) in ROLES.items()
    }


def add_roles(store: Store) -> None:
    """Put an account for each role into the store."""
    add_accounts(store, [wanted(role) for role in ROLES], "test")


def signed_in(app: dash.Dash, workspace: Workspace, name: str) -> SignedIn:
    """A client signed in as the account of that name."""
    record = find_account(workspace.store, name)
    assert record is not None
    assert account_of(record).role_code == record.role
    secret = begin_session(workspace.store, name, "full", "127.0.0.1", "test", (), "test")
    app.server.test_client_class = SignedIn
    client = app.server.test_client()
    client.set_cookie(COOKIE, secret, domain="localhost")
    client.secret, client.csrf = secret, {"X-CSRFToken": token_for(secret), "X-MCH-Request": "1"}
    return client
