"""One process that answers requests: Waitress on a socket that others may share, ended without cutting anybody off."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask

from dashboard.api.refusing import is_asked, refusal
from dashboard.running.health import STOPPING
from dashboard.running.numbering import request_number
from dashboard.settings import Settings, SettingsError

FORWARDED = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises SettingsError when the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host}:{port} ({error.strerror}); another program may use it: try MCH_PORT={port + 1}"
        ) from None


class Refusal(ErrorTask):  # type: ignore[misc]
    """What Waitress itself refuses (far too large, no proper request): a program is told so in the interface's own shape."""

    def execute(self) -> None:
        """Write the answer and close."""
        if not is_asked(str(getattr(self.request, "path", ""))):
            super().execute()
            return
        code, number = int(self.request.error.code), request_number()
        body = json.dumps(refusal(code, number), ensure_ascii=False).encode()
        self.status = f"{code} {HTTPStatus(code).phrase}"
        self.response_headers.extend(
            [("Content-Type", "application/json"), ("X-Request-ID", number), ("Connection", "close")]
        )
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection whose errors are told by Refusal."""

    error_task_class = Refusal


class Server:
    """Answers until stop() is called; then takes no more, and ends when what is under way has been answered."""

    def __init__(self, application: Callable[..., Any], settings: Settings, listening: socket.socket) -> None:
        proxy: dict[str, Any] = {}
        if settings.trusted_proxy:
            proxy = {
                "trusted_proxy": settings.trusted_proxy,
                "trusted_proxy_count": 1,
                "trusted_proxy_headers": FORWARDED,
                "clear_untrusted_proxy_headers": True,
            }
        self._patience = settings.stop_seconds
        self._server: Any = create_server(
            application,
            sockets=[listening],
            threads=settings.threads,
            ident=None,
            connection_limit=1000,
            # What is sent is laid down on the disk before anybody looks at it: a stranger shall not fill it. Twice the
            # limit, so that whoever is a little over it is still told so in a sentence.
            max_request_body_size=2 * (settings.upload_max_megabytes + 1) * 1024 * 1024,
            asyncore_use_poll=True,
            **proxy,
        )
        self._server.channel_class = Channel
        self._stopping = False

    def stop(self) -> None:
        """Begin to end; may be called from a signal or another thread."""
        self._stopping = True
        STOPPING.set()
        self._server.pull_trigger()

    def run(self) -> None:
        """Answer until told to stop."""
        try:
            while not self._stopping:
                self._turn(1.0)
        except KeyboardInterrupt:
            STOPPING.set()
        self._finish()

    def _turn(self, seconds: float) -> None:
        self._server.asyncore.loop(timeout=seconds, map=self._server._map, use_poll=True, count=1)

    def _finish(self) -> None:
        # From here on new connections go to the other processes, or are refused.
        self._server.asyncore.dispatcher.close(self._server)
        until = time.monotonic() + self._patience
        while self._under_way() and time.monotonic() < until:
            self._turn(0.1)
        self._server.task_dispatcher.shutdown(timeout=max(1.0, until - time.monotonic()))
        # What the threads answered last is still to be sent.
        while self._under_way() and time.monotonic() < until:
            self._turn(0.1)
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        self._server.trigger.close()

    def _under_way(self) -> bool:
        """Whether anybody is being answered, or has begun to ask; connections that only wait are closed."""
        busy = False
        for channel in list(self._server.active_channels.values()):
            if channel.request is not None or channel.requests or channel.total_outbufs_len:
                busy = True
            else:
                channel.will_close = True
        return busy
