"""Tokens for programs: shown once, kept as their SHA-256, never more than their account and the permissions named."""

from __future__ import annotations

from dataclasses import replace

from flask import Request

from dashboard.auth.account import Account
from dashboard.auth.asking import account_of
from dashboard.workspace import Workspace
from store.tokens import find_token

BEARER = "Bearer "


def token_of(asked: Request) -> str:
    """The token that a request shows; '' when none."""
    said = asked.headers.get("Authorization", "")
    return said.removeprefix(BEARER).strip() if said.startswith(BEARER) else ""


def account_of_token(workspace: Workspace, secret: str) -> Account | None:
    """Who asks with a token, narrowed to what the token is for; None when it is unknown, over, or its account is shut out."""
    found = find_token(workspace.store, secret)
    if found is None or found.account.must_change or found.account.demonstration:
        return None
    return replace(account_of(found.account), scopes=found.scopes)
