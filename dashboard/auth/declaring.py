"""How routes and callbacks are declared: with the permission they need, so that none can be forgotten.

Modules are handed a `Door` in place of the app. Whatever they register through it carries the permission of the module, or
the one named beside it (`needs=`). The guard refuses whatever was registered in another way.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from typing import Any

import dash
from flask import Flask, abort

from dashboard.auth.asking import current_account
from dashboard.auth.roles import load_roles
from dashboard.exports.safety import cleaned

LONGEST = 20_000  # signs of one text that a page sends
PUBLIC = "public"  # asked by nobody in particular: the sign-in page and what it is made of
SIGNED_IN = "signed in"  # any account
HALF = "half signed in"  # accounts that still owe a one-time code or a new password, and all others
PROGRAM = "program"  # asked with a token; the route itself asks the account for its permission
NOT_PERMISSIONS = frozenset({PUBLIC, SIGNED_IN, HALF, PROGRAM})


class Declared:
    """What every route and callback of an app needs."""

    def __init__(self) -> None:
        self.routes: dict[str, str] = {}  # endpoint → permission
        self.callbacks: dict[str, str] = {}  # output → permission


def declared(server: Flask) -> Declared:
    """The declarations of an app."""
    found = server.extensions.setdefault("mch_declared", Declared())
    assert isinstance(found, Declared)
    return found


def known(needs: str) -> str:
    """The permission itself; KeyError when there is none of the name."""
    if needs not in NOT_PERMISSIONS and needs not in load_roles().permissions:
        raise KeyError(needs)
    return needs


def is_granted(needs: str) -> bool:
    """Whether whoever asks has what is needed."""
    return needs in NOT_PERMISSIONS or current_account().may(needs)


class Door:
    """The app, as a module that registers with it sees it."""

    def __init__(self, app: dash.Dash, needs: str) -> None:
        self._app, self._needs = app, known(needs)
        self.server = Routes(app.server, needs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)

    def callback(self, *what: Any, needs: str = "", **how: Any) -> Callable[[Any], Any]:
        """`app.callback`, answered only to accounts with the permission."""
        permission = known(needs or self._needs)

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            kinds = _kinds(function)

            @functools.wraps(function)
            def asked(*given: Any, **named: Any) -> Any:
                if not is_granted(permission):
                    abort(403)
                if not all(_fits(value, kind) for value, kind in zip(given, kinds, strict=False)):
                    abort(400)
                clean = (cleaned(value) if isinstance(value, str) else value for value in given)
                return function(*clean, **named)

            before = set(self._app.callback_map)
            self._app.callback(*what, **how)(asked)
            self._note(before, permission)
            return function

        return register

    def clientside_callback(self, *what: Any, **how: Any) -> None:
        """`app.clientside_callback`: runs in the browser and asks the server for nothing."""
        before = set(self._app.callback_map)
        self._app.clientside_callback(*what, **how)
        self._note(before, SIGNED_IN)

    def _note(self, before: set[str], permission: str) -> None:
        for output in set(self._app.callback_map) - before:
            declared(self._app.server).callbacks[output] = permission


def _kinds(function: Callable[..., Any]) -> list[str]:
    """What a callback says its arguments are."""
    return [str(one.annotation) for one in inspect.signature(function).parameters.values()]


def _fits(value: Any, kind: str) -> bool:
    """Whether what a browser sent is of the kind that the callback takes; a page may always send nothing."""
    if (
        value is None
        or not {"str", "int"} & set(re.findall(r"\w+", kind))
        or "list" in kind
        or "dict" in kind
    ):
        return True
    allowed = ((str,) if "str" in kind else ()) + ((int, float) if "int" in kind else ())
    return isinstance(value, allowed) and (not isinstance(value, str) or len(value) <= LONGEST)


class Routes:
    """The app's server, as a module that adds routes sees it."""

    def __init__(self, server: Flask, needs: str) -> None:
        self._server, self._needs = server, needs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)

    def route(self, rule: str, *, needs: str = "", **how: Any) -> Callable[[Any], Any]:
        """`server.route`, answered only to accounts with the permission."""
        permission = known(needs or self._needs)

        def register(function: Any) -> Any:
            endpoint = how.get("endpoint") or function.__name__
            declared(self._server).routes[endpoint] = permission
            return self._server.route(rule, **how)(function)

        return register

    def get(self, rule: str, *, needs: str = "", **how: Any) -> Callable[[Any], Any]:
        """`server.get`."""
        return self.route(rule, needs=needs, methods=["GET"], **how)

    def post(self, rule: str, *, needs: str = "", **how: Any) -> Callable[[Any], Any]:
        """`server.post`."""
        return self.route(rule, needs=needs, methods=["POST"], **how)
