"""What the commands print: tables for people, JSON and CSV alone on standard output for programs, all else on standard error."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from dashboard.exports.safety import safe


class Format(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def say(message: str, style: str = "") -> None:
    """One line for the person at the keyboard, on standard error."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(message, style=style))


def progress() -> Progress:
    """A progress bar on standard error; nothing of it reaches a pipe."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def print_json(document: Any) -> None:
    """One JSON document on standard output, Chinese left readable."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1, default=str)
    sys.stdout.write("\n")


def print_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """A CSV with a header on standard output. It is read by programs and opened in spreadsheets: no text acts as a formula."""
    writer = csv.DictWriter(sys.stdout, fieldnames=list(columns), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: safe(value) for name, value in row.items()} for row in rows)


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], right: Sequence[str] = ()
) -> None:
    """A table for people on standard output; cell text is data, never markup."""
    table = Table(title=title, title_justify="left", show_lines=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if row.get(column) is None else str(row[column])) for column in columns))
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    console.print(table)


def emit(
    form: Format,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    right: Sequence[str] = (),
) -> None:
    """Print rows in the format asked for."""
    if form is Format.JSON:
        print_json([{column: row.get(column) for column in columns} for row in rows])
    elif form is Format.CSV:
        print_csv(columns, rows)
    else:
        print_table(title, columns, rows, right)
