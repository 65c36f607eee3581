"""Who is asking: known to the server alone, for as long as one request lasts."""

from __future__ import annotations

import hashlib

from flask import g, has_request_context, request

from dashboard.auth.account import THIS_MACHINE, Account
from store.accounts import AccountRecord
from store.sessions import SessionRecord

COOKIE = "mch_session"


class NobodyAsksError(RuntimeError):
    """A request came here without passing the guard; nothing may be answered."""


def current_account() -> Account:
    """Whoever sent the request that is being answered; this machine itself where there is no request (commands, tests).

    Raises NobodyAsksError when the guard let nobody in: there is no default to fall back upon.
    """
    if not has_request_context():
        return THIS_MACHINE
    found = g.get("account")
    if not isinstance(found, Account):
        raise NobodyAsksError(request.path)
    return found


def current_session() -> SessionRecord | None:
    """The session of the request; none where sign-in is off or a program asks with its token."""
    found = g.get("session") if has_request_context() else None
    return found if isinstance(found, SessionRecord) else None


def account_of(record: AccountRecord) -> Account:
    """An account of the store, as pages ask it."""
    return Account(
        record.name, record.shown, record.role, record.organisation, record.assigned, record.demonstration
    )


def token_for(secret: str) -> str:
    """What a changing request must show besides the cookie: bound to it, and worthless with any other."""
    return hashlib.sha256(f"csrf:{secret}".encode()).hexdigest()


def request_token() -> str:
    """The token that forms of this request carry; '' before the browser has a cookie."""
    secret = g.get("secret") or request.cookies.get(COOKIE, "") if has_request_context() else ""
    return token_for(secret) if secret else ""


def address() -> str:
    """Where the request comes from."""
    return request.remote_addr or "?"


def network() -> str:
    """The neighbourhood of the address: what an account is held for, so that a stranger elsewhere cannot lock its owner out."""
    here = address()
    if ":" in here:
        return ":".join(here.split(":")[:4])
    return ".".join(here.split(".")[:3])
