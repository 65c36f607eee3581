"""What is wrong with an installation, and how to mend it."""

from __future__ import annotations

import datetime as dt
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dashboard.auth.code_secrets import is_sealed_now, open_code
from dashboard.running.trouble import free_bytes, has_room
from dashboard.settings import Settings
from dashboard.workspace import Workspace, open_workspace
from reference.strict import DefinitionError
from store import jobs, reading
from store.accounts import accounts
from store.audit import verify_chain
from store.connecting import make_private
from store.database import Store
from store.verify import verify

EARLIEST = 2026  # no clock of a running installation shows an earlier year
STALE_JOB = dt.timedelta(hours=1)
NOT_RUN = dt.timedelta(days=2)
UNFINISHED_HOURS = 1
FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "C:/Windows/Fonts",
)
FONT_FILES = ("cjk", "sourcehan", "wqy", "simsun", "simhei", "msyh")


@dataclass(frozen=True)
class Finding:
    """One check: fine or not, what was found, how to mend it."""

    check: str
    fine: bool
    found: str
    mend: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Run every check; a check that fails does not keep the others from running, save those that need an open installation."""
    outside = (
        _data_folder,
        _permissions,
        _disk,
        _clock,
        _time_zone,
        _fonts,
        _unfinished,
        _backups,
        _database,
    )
    findings = [check(settings) for check in outside]
    if not findings[-1].fine:
        return findings
    try:
        workspace = open_workspace(settings)
    except DefinitionError as error:
        return [*findings, Finding("definitions", False, str(error), "mend the file named")]
    try:
        findings.extend(_inside(workspace))
    finally:
        workspace.close()
    return findings


def _data_folder(settings: Settings) -> Finding:
    mend = "let this account write there, or set MCH_DATA_DIR"
    try:
        make_private(settings.data)
        with tempfile.TemporaryFile(dir=settings.data):
            pass
    except OSError as error:
        return Finding("data folder", False, f"{settings.data}: {error.strerror}", mend)
    return Finding("data folder", True, str(settings.data))


def _permissions(settings: Settings) -> Finding:
    """Who else may change or read what is kept here."""
    if os.name != "posix" or not settings.data.exists():
        return Finding("permissions", True, "not looked at here")
    watched = [settings.data, settings.originals, *settings.data.glob("*.sqlite*")]
    if settings.backup_folder is not None:
        watched.append(settings.backup_folder)
    open_to_all = [one for one in watched if one.exists() and one.stat().st_mode & stat.S_IWOTH]
    strange = [one for one in watched if one.exists() and not os.access(one, os.R_OK | os.W_OK)]
    if open_to_all:
        names = ", ".join(map(str, open_to_all))
        return Finding(
            "permissions", False, f"everybody may write to {names}", f"chmod -R o-w {settings.data}"
        )
    if settings.data.stat().st_mode & stat.S_IROTH:
        return Finding(
            "permissions",
            False,
            f"everybody on this machine may read {settings.data}",
            f"chmod 700 {settings.data}",
        )
    if strange:
        mend = "give them to the account that runs the server: chown -R"
        return Finding("permissions", False, f"not ours to write: {', '.join(map(str, strange))}", mend)
    return Finding("permissions", True, f"{oct(settings.data.stat().st_mode & 0o777)} on {settings.data}")


def _disk(settings: Settings) -> Finding:
    found = (
        f"{free_bytes(settings) / 1024**3:.1f} GiB free, {settings.least_free_megabytes / 1024:.1f} needed"
    )
    return Finding("disk", has_room(settings), found, "free space: no upload is taken until there is more")


def _clock(_settings: Settings) -> Finding:
    now = dt.datetime.now(dt.UTC)
    mend = "set the machine's clock (timedatectl set-ntp true): due dates depend on it"
    return Finding("clock", now.year >= EARLIEST, now.isoformat(timespec="seconds"), mend)


def _time_zone(_settings: Settings) -> Finding:
    """Due dates are Chinese midnights whatever the machine says; times on pages are the machine's own."""
    offset = dt.datetime.now().astimezone().utcoffset()
    found = f"{time.tzname[0]}, {offset} from UTC"
    mend = "timedatectl set-timezone Asia/Shanghai, or times on pages are not China's (due dates are right all the same)"
    return Finding("time zone", offset == dt.timedelta(hours=8) or offset == dt.timedelta(0), found, mend)


def _fonts(_settings: Settings) -> Finding:
    """Reports as PDF and pictures need a Chinese font on the server; pages use the reader's own."""
    mend = "install one (Debian: fonts-noto-cjk), or Chinese in PDF reports is empty boxes"
    for folder in (Path(one).expanduser() for one in FONT_FOLDERS):
        for file in folder.rglob("*") if folder.is_dir() else ():
            if any(part in file.name.casefold().replace("-", "") for part in FONT_FILES):
                return Finding("fonts", True, file.name)
    return Finding("fonts", False, "no Chinese font found", mend)


def _unfinished(settings: Settings) -> Finding:
    """Files begun and not finished: what killed programs leave."""
    limit = time.time() - UNFINISHED_HOURS * 3600
    stale = [one for one in settings.originals.glob("*/.unfinished-*") if one.stat().st_mtime < limit]
    found = f"{len(stale)} unfinished files in {settings.originals}"
    return Finding(
        "unfinished files",
        not stale,
        found,
        "mch run-scheduled removes them; they hold nothing that was acknowledged",
    )


def _backups(settings: Settings) -> Finding:
    folder = settings.backup_folder
    if folder is None:
        return Finding(
            "backups", True, "no backup_dir is set: back up by `mch backup FOLDER` from cron, or set it"
        )
    from dashboard.running.shelf import NAME, moment_of

    mend = "mch run-scheduled, and look whether it is called every day (systemctl list-timers)"
    names = (
        sorted(one.name for one in folder.iterdir() if NAME.fullmatch(one.name)) if folder.is_dir() else []
    )
    if not names:
        return Finding("backups", False, f"none in {folder}", mend)
    age = dt.datetime.now(dt.UTC) - moment_of(names[-1])
    found = f"{len(names)} in {folder}, the newest {age.total_seconds() / 3600:.0f} hours old"
    return Finding("backups", age < NOT_RUN, found, mend)


def _database(settings: Settings) -> Finding:
    store = Store(settings.store_url, settings.originals)
    try:
        ready = store.is_ready()
        version = store.version()
        state = (
            f": version {version}, the program's is {store.newest_version}"
            if not ready
            else f", version {version}"
        )
        return Finding("database", ready, store.url_shown + state, "mch init")
    except Exception as error:
        cause = str(error).strip().splitlines()[0]
        mend = "start the database, or set MCH_DATABASE_URL"
        return Finding("database", False, f"{store.url_shown}: {cause}", mend)
    finally:
        store.close()


def _inside(workspace: Workspace) -> Iterator[Finding]:
    checks: tuple[Callable[[Workspace], Finding], ...] = (
        _definitions,
        _numbers,
        _audit,
        _receipts,
        _jobs,
        _readers,
        _mail,
        _codes,
    )
    for check in checks:
        yield check(workspace)


def _definitions(workspace: Workspace) -> Finding:
    counts = {
        "organisations": len(workspace.registry.organisations.all),
        "data elements": len(workspace.registry.elements),
        "forms": len(workspace.forms.by_code),
        "indicators": len(workspace.catalogue.by_code),
        "policies": len(workspace.registry.policies),
    }
    return Finding("definitions", True, ", ".join(f"{count} {name}" for name, count in counts.items()))


def _numbers(workspace: Workspace) -> Finding:
    differences = verify(workspace.store, workspace.registry)
    found = "totals equal the sums, originals whole" if not differences else "; ".join(differences[:5])
    mend = "restore the latest backup, or load the originals into a new database"
    return Finding("numbers", not differences, found, mend)


def _audit(workspace: Workspace) -> Finding:
    with workspace.store.reading() as connection:
        faults = verify_chain(connection)
    found = "every entry follows from the one before" if not faults else "; ".join(faults[:5])
    mend = "somebody has changed the database by hand: keep it as it is, compare it with the last backup, and ask who"
    return Finding("audit log", not faults, found, mend)


def _receipts(workspace: Workspace) -> Finding:
    latest = reading.uploads(workspace.store, limit=1)
    if latest.empty:
        return Finding("uploads", True, "none yet: mch load FILES, or mch demo")
    received = latest.iloc[0]["received_at"]
    ahead = received > dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)
    found = f"latest {received:%Y-%m-%d %H:%M} UTC, {os.fspath(latest.iloc[0]['name'])}"
    mend = "an upload lies in the future: the clock was wrong then or is wrong now"
    return Finding("uploads", not ahead, found, mend)


def _jobs(workspace: Workspace) -> Finding:
    held = jobs.jobs(workspace.store)
    if not held:
        return Finding(
            "scheduled work", True, "never run: call `mch run-scheduled` every hour from cron or systemd"
        )
    now = dt.datetime.now(dt.UTC)
    stale = [
        one.name for one in held if one.holder and now - one.begun_at > STALE_JOB and one.held_until < now
    ]
    failed = [
        f"{one.name}: {one.said}" for one in held if one.outcome == "failed" and one.name != "run-scheduled"
    ]
    last = max(one.begun_at for one in held)
    if stale:
        return Finding(
            "scheduled work", False, f"was cut off: {', '.join(stale)}", "mch run-scheduled takes it up again"
        )
    if failed:
        return Finding(
            "scheduled work", False, "; ".join(failed), "mend what is said, then mch run-scheduled"
        )
    mend = "it is not called any more: look at cron, or systemctl list-timers"
    return Finding("scheduled work", now - last < NOT_RUN, f"last run {last:%Y-%m-%d %H:%M} UTC", mend)


def _readers(workspace: Workspace) -> Finding:
    """Whether the processes that read uploads can be begun, and answer."""
    mend = "uploads cannot be read: look at the limits on processes and memory (ulimit -a; systemd: LimitNPROC, MemoryMax)"
    from loaders.files import Job, check_jobs

    trial = [Job(Path("doctor.csv"), b"1,2\n")]
    try:
        ((_, outcome),) = check_jobs(trial, workspace.desk)
    except Exception as error:
        return Finding("readers", False, f"{type(error).__name__}: {error}", mend)
    died = [one.code for one in outcome.issues if one.code.startswith("reader_")]
    return Finding("readers", not died, ", ".join(died) or "begin, read and answer", mend)


def _mail(workspace: Workspace) -> Finding:
    settings = workspace.settings
    if not settings.smtp_host:
        return Finding("mail", True, "no mail server is set: reminders stand in the inbox")
    from dashboard.running.mailing import addresses

    count = sum(map(len, addresses(settings).values()))
    found = f"{settings.smtp_host}:{settings.smtp_port}, {count} addresses"
    return Finding(
        "mail", count > 0, found, "put organisation,address lines into mail.csv of an overlay folder"
    )


def _codes(workspace: Workspace) -> Finding:
    """Whether whoever has the database also has the second factor of its accounts."""
    settings = workspace.settings
    held = [one for one in accounts(workspace.store) if one.code_secret]
    locked = [one.name for one in held if open_code(settings, one.name, one.code_secret) is None]
    if locked:
        mend = "set MCH_SECRET_KEY to the key that sealed them (old keys may stand behind the new one), or nobody of them gets in"
        return Finding(
            "one-time codes", False, f"cannot be read for {len(locked)} of {len(held)} accounts", mend
        )
    if not settings.secret_key:
        mend = "set MCH_SECRET_KEY (openssl rand -base64 32) in the server's secrets; each is sealed at its next use"
        return Finding(
            "one-time codes",
            not held,
            f"{len(held)} accounts, secrets lie open in the database: no MCH_SECRET_KEY is set",
            mend,
        )
    open_ones = sum(not is_sealed_now(settings, one.name, one.code_secret) for one in held)
    found = f"{len(held)} accounts, {open_ones} of them sealed anew at their next sign-in"
    return Finding("one-time codes", True, found)
