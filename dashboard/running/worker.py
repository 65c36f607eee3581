"""One of several processes that `mch serve` starts: `python -m dashboard.running.worker SOCKET`."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading

from dashboard.running.logs import write_lines
from dashboard.running.server import Server
from dashboard.settings import Settings, load_settings
from dashboard.workspace import Workspace, open_workspace


def serve(workspace: Workspace, settings: Settings, listening: socket.socket, *, child: bool = False) -> None:
    """Answer on the socket until SIGTERM or SIGINT; `child`: also until the program that started this one is gone."""
    from dashboard.app import create_app, page_for
    from dashboard.warming import keep_warm

    application = create_app(workspace).server
    server = Server(application, settings, listening)
    keep_warm(application.extensions["answers"], page_for)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    if child:
        threading.Thread(target=_until_alone, args=(server,), daemon=True).start()
    try:
        server.run()
    finally:
        workspace.close()


def _until_alone(server: Server) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    server.stop()


def main() -> None:
    """Entry point: the number of the socket is the only argument."""
    settings = load_settings()
    prepare_log(settings)
    listening = socket.socket(fileno=int(sys.argv[1]))
    serve(open_workspace(settings), settings, listening, child=True)


def prepare_log(settings: Settings) -> None:
    """As the settings say."""
    if settings.log_format == "json":
        write_lines(os.environ.get("MCH_LOG_LEVEL", "INFO"))


if __name__ == "__main__":
    main()
