"""What the store takes in: plain records, made by the loaders and saved whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ValueRecord:
    """One data value as a cell gave it.

    `value` is a whole number of 10**-decimals of its data element, or None with `note` or `text` saying more.
    `category` is '' for the whole, else a declared breakdown ('registered', 'public' …).
    `derived` marks a value that no cell states (a total of its parts); `cell` then names its parts' cells.
    """

    element: str
    category: str
    value: int | None
    note: str
    text: str
    sheet: str
    cell: str
    derived: bool = False


@dataclass(frozen=True)
class SubmissionRecord:
    """What one form says for one organisation and one period.

    `month` is the last month covered (yyyymm) and `span` the number of months.
    `cumulative_from` is the first month (yyyymm) when the values run up from there, else None: single months
    are then told from the difference of neighbouring submissions.
    """

    form: str
    edition: str
    basis: str
    organisation: str
    month: int
    span: int
    cumulative_from: int | None
    due: dt.date | None
    values: tuple[ValueRecord, ...]


@dataclass(frozen=True)
class IssueRecord:
    """One fault of a file, addressed to its cell ('' where it concerns a sheet or the file)."""

    code: str
    severity: str
    sheet: str
    cell: str
    found: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    form: str = ""
    organisation: str = ""
    month: int | None = None


@dataclass(frozen=True)
class UploadRecord:
    """One file as received, with everything read from it.

    With an error among `issues`, nothing is saved of it but the receipt and its issues. `content` is None for a file
    that must not be kept (it names persons); such a file must have an error.
    """

    name: str
    sha256: str
    content: bytes | None
    sender: str
    received_at: dt.datetime  # aware, UTC
    synthetic: bool
    submissions: tuple[SubmissionRecord, ...]
    issues: tuple[IssueRecord, ...]

    @property
    def has_errors(self) -> bool:
        """Whether any issue forbids saving."""
        return any(issue.severity == "error" for issue in self.issues)


@dataclass(frozen=True)
class Receipt:
    """The promise given back: what became of the file.

    `outcome`: accepted, accepted_with_warnings, returned (errors: nothing saved), unchanged (the same bytes are already
    in force: `upload_id` is the earlier upload's), withdrawn.
    `superseded` counts the submissions that this one took the place of.
    """

    upload_id: int
    name: str
    sha256: str
    outcome: str
    submissions: int
    superseded: int
    values: int
    errors: int
    warnings: int
    added_issues: tuple[IssueRecord, ...] = ()  # found only against what the store already held
