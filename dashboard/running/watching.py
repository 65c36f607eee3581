"""Puts on a server what watches it: numbers of requests, log, health, metrics, sentences for faults."""

from __future__ import annotations

from flask import Flask

from dashboard.running import faults, health, logs, metrics, numbering
from dashboard.workspace import Workspace

# Addresses that nobody has to sign in for: they tell nothing of the data, and /metrics looks for itself who asks.
OPEN_PATHS = (health.ALIVE, health.READY, metrics.PATH)


def register(server: Flask, workspace: Workspace) -> None:
    """All of it; before anything else is put on the server."""
    numbering.register(server, trusted=bool(workspace.settings.trusted_proxy))
    logs.register(server)
    metrics.register(server, workspace)
    health.register(server, workspace)
    faults.register(server, workspace.settings)
