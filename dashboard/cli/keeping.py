"""Commands that keep the data safe and move them: backup, restore, move."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from dashboard.cli.output import print_table, say
from dashboard.settings import load_settings
from store.copying import move as move_tables
from store.database import Store


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(backup)
    app.command()(restore)
    app.command()(move)


def backup(
    to: Annotated[Path, typer.Argument(help="Folder of backups; each gets a folder of its own in it.")],
    keep: Annotated[
        int, typer.Option(help="Afterwards keep only so many of the newest; 0 = all.", min=0)
    ] = 0,
) -> None:
    """Back up database, originals and reference data while the server runs. Sealed when MCH_BACKUP_PASSWORD is set."""
    from dashboard.running.backup import back_up
    from dashboard.running.shelf import PASSWORD, Shelf

    password = os.environ.get(PASSWORD, "")
    done = back_up(load_settings(), to, password, say)
    say(
        f"备份完成 · Backed up to {done.folder}: {done.rows:,} rows, {done.originals:,} originals "
        f"({done.fresh:,} of them new), {done.overlays} files of reference data; {'sealed' if password else 'not sealed'}",
        style="bold green",
    )
    for name in Shelf(to, password).prune(keep):
        say(f"已删除旧备份 · Removed the old backup {name}")


def restore(
    source: Annotated[Path, typer.Argument(help="A backup, or a folder of them: then the newest.")],
) -> None:
    """Bring a backup into an empty installation, prove it equal to what was backed up, and bring it up to date."""
    from dashboard.running.backup import restore as bring_back
    from dashboard.running.shelf import PASSWORD

    settings = load_settings()
    done = bring_back(settings, source, os.environ.get(PASSWORD, ""), say)
    say(
        f"恢复完成 · Restored {done.folder}: {done.rows:,} rows, {done.originals:,} originals, {done.overlays} files of "
        "reference data; every table equals the backup and the totals equal the sums",
        style="bold green",
    )


def move(
    to: Annotated[str, typer.Option("--to", help="URL of an empty database, SQLite or PostgreSQL.")],
) -> None:
    """Copy the database to another, prove every table equal, and keep nothing of it unless all is. Stop the server first."""
    settings = load_settings()
    source, target = Store(settings.store_url, settings.originals), Store(to, settings.originals)
    try:
        rows = [
            {"table": one.table, "rows": f"{one.rows:,}", "fingerprint": one.digest[:16]}
            for one in move_tables(source, target)
        ]
        print_table("已核对一致 · Moved and equal", ("table", "rows", "fingerprint"), rows, ("rows",))
        say(
            f"请把 MCH_DATABASE_URL 改为新库后再启动 · Now set MCH_DATABASE_URL to {target.url_shown} and start the server. "
            "The old database is left as it was."
        )
    finally:
        source.close()
        target.close()
