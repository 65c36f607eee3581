"""Numbers for Prometheus: requests by route and outcome, how long they took, room on the disk, the data's version.

Safe with several processes: where PROMETHEUS_MULTIPROC_DIR is set (`mch serve` sets it), each writes its own files and
any of them answers for all. Only the machine itself, or who brings the token, may ask.
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Iterator
from ipaddress import ip_address

from flask import Flask, Request, Response, abort, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from dashboard.running.logs import route
from dashboard.running.trouble import free_bytes
from dashboard.workspace import Workspace

PATH = "/metrics"
SHARED = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


def register(server: Flask, workspace: Workspace) -> None:
    """Count every answer, and put the address on the server."""
    own = CollectorRegistry()
    answers = Counter("mch_requests", "Requests answered.", ("method", "route", "status"), registry=own)
    seconds = Histogram("mch_request_seconds", "Time to answer.", ("route",), buckets=SECONDS, registry=own)
    under_way = Gauge(
        "mch_requests_under_way", "Requests being answered.", registry=own, multiprocess_mode="livesum"
    )

    @server.before_request
    def begin() -> None:
        g.counted_from = time.perf_counter()
        under_way.inc()

    @server.after_request
    def end(response: Response) -> Response:
        answers.labels(request.method, route(), response.status_code).inc()
        seconds.labels(route()).observe(time.perf_counter() - g.get("counted_from", time.perf_counter()))
        return response

    @server.teardown_request
    def gone(_error: BaseException | None) -> None:
        if g.pop("counted_from", None) is not None:
            under_way.dec()

    @server.get(PATH)
    def metrics() -> Response:
        if not may_ask(request, workspace.settings.metrics_token):
            abort(403)
        return Response(_collected(own, workspace), mimetype=CONTENT_TYPE_LATEST)


def may_ask(asked: Request, token: str) -> bool:
    """The machine itself, asking directly, or anybody with the token."""
    given = asked.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    # Behind a proxy of this machine everybody comes from it: then the header that it adds tells them apart.
    if any(name in asked.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")):
        return False
    try:
        return ip_address(asked.remote_addr or "").is_loopback
    except ValueError:
        return False


def _collected(own: CollectorRegistry, workspace: Workspace) -> bytes:
    registry = own
    if folder := os.environ.get(SHARED):
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=folder)
    machine = CollectorRegistry()
    machine.register(_Installation(workspace))
    return generate_latest(registry) + generate_latest(machine)


class _Installation(Collector):
    """What is true of the whole installation, asked when it is asked for."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Room, reach of the database, version of the data."""
        yield GaugeMetricFamily(
            "mch_disk_free_bytes", "Room left for uploads.", free_bytes(self._workspace.settings)
        )
        try:
            version = self._workspace.store.data_version()
        except SQLAlchemyError:
            yield GaugeMetricFamily("mch_database_up", "Whether the database answers.", 0)
            return
        yield GaugeMetricFamily("mch_database_up", "Whether the database answers.", 1)
        yield GaugeMetricFamily("mch_data_version", "Entries of the audit log.", version)
