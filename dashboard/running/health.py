"""Is it alive, is it ready: two addresses for proxies and watchmen, open to all, telling nothing of the inside."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from dashboard.running.trouble import has_room
from dashboard.workspace import Workspace

ALIVE, READY = "/healthz", "/readyz"
STOPPING = threading.Event()  # set when the process has begun to stop: a proxy shall send no more


def register(server: Flask, workspace: Workspace) -> None:
    """Put both addresses on the server."""

    @server.get(ALIVE)
    def healthz() -> tuple[Response, int]:
        return jsonify({"alive": True}), 200

    @server.get(READY)
    def readyz() -> tuple[Response, int]:
        checks = readiness(workspace)
        return jsonify({"ready": all(checks.values()), **checks}), 200 if all(checks.values()) else 503


def readiness(workspace: Workspace) -> dict[str, bool]:
    """Each thing that must be true before requests are sent here."""
    database, migrated = _database(workspace)
    return {
        "serving": not STOPPING.is_set(),
        "database": database,
        "migrations": migrated,
        "disk": _tried(lambda: has_room(workspace.settings)),
    }


def _database(workspace: Workspace) -> tuple[bool, bool]:
    try:
        version = workspace.store.version()
    except SQLAlchemyError:
        return False, False
    return version is not None, version == workspace.store.newest_version


def _tried(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    except OSError:
        return False
