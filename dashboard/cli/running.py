"""Commands that set up and run the installation: init, demo, serve, doctor."""

from __future__ import annotations

import os
import socket
import threading
import webbrowser
from typing import Annotated

import typer

from dashboard.auth.demonstration import ENTRANCE, FILE, make_demonstration, serves_demonstration
from dashboard.auth.first_start import entrance, refuse_open_doors
from dashboard.cli.output import Format, emit, progress, say
from dashboard.demo import DEMO_FOLDER, is_needed, load_demo, write_demo
from dashboard.doctor import examine
from dashboard.settings import Settings, load_settings
from dashboard.workspace import open_workspace
from store.accounts import find_account


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(init)
    app.command()(demo)
    app.command()(serve)
    app.command()(doctor)
    app.command(name="run-scheduled")(run_scheduled)


def init() -> None:
    """Prepare the database: newest version, reference data in it. Safe to repeat."""
    workspace = open_workspace(prepare=True)
    say(f"数据库已就绪 · Database ready: {workspace.store.url_shown}")
    workspace.close()


def demo(
    months: Annotated[
        int, typer.Option(min=0, max=240, help="Months to write and load; 0 = the setting demo_months.")
    ] = 0,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Do nothing when it is loaded already, or real data are there.")
    ] = False,
) -> None:
    """Write the synthetic province's workbooks and load them: a made-up Guizhou to look at and try things on."""
    settings = load_settings()
    if if_empty and not is_needed(settings):
        _make_demonstration(settings, only_missing=True)
        return say("合成数据已载入或已有数据，跳过 · Data are there already: nothing to do.")
    with progress() as bar:
        written = write_demo(settings, months or settings.demo_months, bar)
    say(
        f"{written.files:,} workbooks written to {settings.data / DEMO_FOLDER} in {written.seconds:.1f} s ({written.files / written.seconds:,.0f}/s)"
    )
    with progress() as bar:
        loaded = load_demo(settings, bar)
    say(
        f"{loaded.files:,} workbooks loaded in {loaded.seconds:.1f} s ({loaded.files / loaded.seconds:,.0f}/s): {loaded.counts}"
    )
    _make_demonstration(settings)


def _make_demonstration(settings: Settings, *, only_missing: bool = False) -> None:
    """Accounts to look around with, where there is nothing but synthetic data."""
    workspace = open_workspace(settings, prepare=True)
    if serves_demonstration(workspace) and not (only_missing and find_account(workspace.store, ENTRANCE)):
        made = make_demonstration(workspace)
        say(f"演示账号 · Demonstration accounts: {len(made)} ({settings.data / FILE})")
    workspace.close()


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; default: the setting.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on; default: the setting.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the dashboard in the browser.")] = False,
) -> None:
    """Run the dashboard until Ctrl+C or SIGTERM; requests under way are answered first."""
    # The web libraries take a second to import; the other commands do without them.
    from dashboard.running.server import listen
    from dashboard.running.supervisor import Supervisor
    from dashboard.running.worker import prepare_log
    from dashboard.running.worker import serve as answer_requests

    settings = load_settings()
    prepare_log(settings)
    host, port = host or settings.host, port or settings.port
    settings = settings.model_copy(update={"host": host, "port": port})
    refuse_open_doors(settings)
    workspace = open_workspace(settings, prepare=True)
    listening = listen(host, port)
    url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '') else host}:{port}/"  # noqa: S104 - compared, not bound
    say(f"妇幼健康指标系统 · Dashboard: {url}   (Ctrl+C: stop)", style="bold green")
    url = entrance(workspace, url, say)
    if open_browser:
        # A machine without a browser is no reason to stop: the address stands above.
        threading.Timer(0.5, webbrowser.open, [url]).start()
    if settings.processes == 1 or os.name != "posix":
        return answer_requests(workspace, settings, listening)
    workspace.close()
    Supervisor(listening, settings.processes, settings.stop_seconds).run()


def doctor(
    format: Annotated[Format, typer.Option("--format", help="table, json or csv")] = Format.TABLE,
) -> None:
    """Find what is wrong with the installation and say how to mend it."""
    findings = examine(load_settings())
    rows = [
        {"check": one.check, "state": "ok" if one.fine else "fault", "found": one.found, "mend": one.mend}
        for one in findings
    ]
    emit(format, f"体检 · Doctor ({socket.gethostname()})", ("check", "state", "found", "mend"), rows)
    if not all(one.fine for one in findings):
        raise typer.Exit(1)


def run_scheduled(
    format: Annotated[Format, typer.Option("--format", help="table, json or csv")] = Format.TABLE,
) -> None:
    """Do what is due: reminders, month-end notices, mail, backup, clean-up. Call it from cron or systemd as often as you like."""
    from dashboard.running.scheduled import AtWorkError
    from dashboard.running.scheduled import run_scheduled as do_what_is_due

    workspace = open_workspace(prepare=True)
    try:
        done = do_what_is_due(workspace)
    except AtWorkError:
        return say("另一个进程正在执行 · Another run is at it: nothing to do.")
    finally:
        workspace.close()
    rows = [{"work": one.name, "state": "ok" if one.fine else "fault", "said": one.said} for one in done]
    emit(format, "定时任务 · Scheduled work", ("work", "state", "said"), rows)
    if not all(one.fine for one in done):
        raise typer.Exit(1)
