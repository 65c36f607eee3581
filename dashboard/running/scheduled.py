"""`mch run-scheduled`: everything that is due now, in order; asked as often as one likes, it does each thing once.

Only one works at a time, on however many machines. What fails does not keep the rest from being done, and is tried again.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from dashboard.running.backup import back_up
from dashboard.running.disk import of_the_disk
from dashboard.running.mailing import send
from dashboard.running.reminding import month_end, reminders
from dashboard.running.shelf import PASSWORD, Shelf, moment_of
from dashboard.workspace import Workspace
from store import jobs, messages

log = logging.getLogger("mch.scheduled")
WHOLE = "run-scheduled"
MESSAGES_KEPT = dt.timedelta(days=400)
BACKUP_EVERY = dt.timedelta(hours=20)  # once a night, also when a night's run begins somewhat earlier


class AtWorkError(Exception):
    """Another run is at it."""


@dataclass(frozen=True)
class Done:
    """What one piece of work did."""

    name: str
    fine: bool
    said: str


def run_scheduled(workspace: Workspace, now: dt.datetime | None = None) -> list[Done]:
    """Do what is due; raises AtWorkError when another run is at it."""
    moment = now or dt.datetime.now(dt.UTC)
    holder = f"{socket.gethostname()}:{os.getpid()}"
    store = workspace.store
    if not jobs.begin(store, WHOLE, holder):
        raise AtWorkError
    done: list[Done] = []
    try:
        for name, work in WORKS.items():
            jobs.renew(store, WHOLE, holder)
            jobs.begin(store, name, holder)
            done.append(_tried(name, work, workspace, moment))
            jobs.end(store, name, holder, "done" if done[-1].fine else "failed", done[-1].said)
    finally:
        fine = len(done) == len(WORKS) and all(one.fine for one in done)
        jobs.end(
            store,
            WHOLE,
            holder,
            "done" if fine else "failed",
            "; ".join(f"{one.name}: {one.said}" for one in done),
        )
    return done


def _tried(
    name: str, work: Callable[[Workspace, dt.datetime], str], workspace: Workspace, now: dt.datetime
) -> Done:
    try:
        return Done(name, True, work(workspace, now))
    except Exception as error:
        log.exception("%s failed", name)
        said = (
            of_the_disk(error)
            if isinstance(error, OSError) and error.filename
            else f"{type(error).__name__}: {error}"
        )
        return Done(name, False, said)


def _remind(workspace: Workspace, now: dt.datetime) -> str:
    return f"{messages.tell(workspace.store, reminders(workspace, now))} new reminders"


def _flags(workspace: Workspace, now: dt.datetime) -> str:
    return f"{messages.tell(workspace.store, month_end(workspace, now))} new notices"


def _mail(workspace: Workspace, now: dt.datetime) -> str:
    if not workspace.settings.smtp_host:
        return "no mail server is set up"
    return f"{send(workspace, now)} messages mailed"


def _back_up(workspace: Workspace, now: dt.datetime) -> str:
    folder = workspace.settings.backup_folder
    if folder is None:
        return "no backup_dir is set"
    password = os.environ.get(PASSWORD, "")
    names = Shelf(folder, password).names()
    if names and now - moment_of(names[-1]) < BACKUP_EVERY:
        return f"the newest is {names[-1]}"
    made = back_up(workspace.settings, folder, password)
    gone = Shelf(folder, password).prune(workspace.settings.backup_keep)
    return f"{made.folder.name} made, {len(gone)} old ones removed"


def _clean_up(workspace: Workspace, now: dt.datetime) -> str:
    swept = workspace.store.originals.sweep()
    folder = workspace.settings.backup_folder
    if folder is not None and folder.is_dir():
        swept += Shelf(folder, os.environ.get(PASSWORD, "")).sweep()
    forgotten = messages.forget(workspace.store, now - MESSAGES_KEPT)
    return f"{swept} unfinished files and {forgotten} old messages removed"


WORKS: dict[str, Callable[[Workspace, dt.datetime], str]] = {
    "reminders": _remind,
    "month-end flags": _flags,
    "mail": _mail,
    "backup": _back_up,
    "clean-up": _clean_up,
}
