"""What the store answers: pandas frames with organisations and elements as codes and times as aware UTC datetimes.

Area pages read `area_totals` and `area_reports`, whose rows are found by their keys alone; no institution row is touched.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, func, inspect, literal_column, select

from store.codes import Codes
from store.database import Store
from store.ledger import CURRENT
from store.schema import area_report, area_total, data_value, issue, organisation, submission
from store.schema import upload as upload_table
from store.schema_assessment import assessment_evidence
from store.schema_follow_ups import follow_up_file
from store.values import among

# Whose rows name files in the folder of originals. A backup holds these files, and no others.
FILE_TABLES = (upload_table, assessment_evidence, follow_up_file)
FIRST, LAST = 100001, 999912
# Written as it stands in the indexes' own condition, so that both databases see that they may use them.
IN_FORCE: ColumnElement[bool] = submission.c.status == literal_column(f"'{CURRENT}'")
_CODED = ("organisation", "element")
_TIMES = ("received_at", "ended_at", "due_at")
_TRUE_OR_FALSE = ("derived", "synthetic", "kept")
_PERIOD = ("month", "span", "value", "reports", "received")
_COUNTS = ("size", "submissions", "superseded", "values", "errors", "warnings", "version")
_NUMBERS = frozenset({*_PERIOD, *_COUNTS, "submission_id", "upload_id", "issue_id"})


def area_totals(
    store: Store,
    elements: Collection[str],
    areas: Collection[str] | None = None,
    first: int = FIRST,
    last: int = LAST,
    categories: Collection[str] | None = None,
) -> pd.DataFrame:
    """Totals of the elements for areas or institutions (all, when none are named) over periods that end in first..last.

    Without `categories` every breakdown comes; the whole is ''. Columns: organisation, element, category, basis, month, span, value, reports.
    """
    columns = area_total.c
    with store.reading() as connection:
        codes = _known(store, connection, areas or (), elements)
        query = select(
            columns.area_id,
            columns.element_id,
            columns.category,
            columns.basis,
            columns.month,
            columns.span,
            columns.value,
            columns.reports,
        ).where(
            among(columns.element_id, _numbers(elements, codes.elements)),
            within(columns.month, first, last),
        )
        if areas is not None:
            query = query.where(among(columns.area_id, _numbers(areas, codes.organisations)))
        if categories is not None:
            query = query.where(columns.category.in_(sorted(set(categories))))
        names = ["organisation", "element", "category", "basis", "month", "span", "value", "reports"]
        return _frame(connection, query, names, codes)


def area_reports(
    store: Store,
    forms: Collection[str] | None = None,
    areas: Collection[str] | None = None,
    first: int = FIRST,
    last: int = LAST,
) -> pd.DataFrame:
    """How many submissions are in force below each area.

    Columns: organisation, form, month, span, received.
    """
    columns = area_report.c
    with store.reading() as connection:
        codes = _known(store, connection, areas or ())
        query = select(area_report).where(within(columns.month, first, last))
        if forms is not None:
            query = query.where(columns.form.in_(forms))
        if areas is not None:
            query = query.where(among(columns.area_id, _numbers(areas, codes.organisations)))
        return _frame(connection, query, ["organisation", "form", "month", "span", "received"], codes)


def current_values(
    store: Store,
    elements: Collection[str] | None = None,
    organisations: Collection[str] | None = None,
    forms: Collection[str] | None = None,
    first: int | None = None,
    last: int | None = None,
) -> pd.DataFrame:
    """What the cells of the submissions in force state, with file, sheet and cell.

    Columns: organisation, element, category, month, span, value, note, text, sheet, cell, derived, form, submission_id,
    upload_id. `derived` marks a total of cells; months told from running-up values are not among these.
    """
    columns, of = data_value.c, submission.c
    with store.reading() as connection:
        codes = _known(store, connection, organisations or (), elements or ())
        query: Select[Any] = (
            select(
                of.organisation_id,
                columns.element_id,
                columns.category,
                of.month,
                of.span,
                columns.value,
                columns.note,
                columns.text,
                columns.sheet,
                columns.cell,
                columns.derived,
                of.form,
                of.id,
                of.upload_id,
            )
            .join_from(submission, data_value)
            .where(IN_FORCE, within(of.month, first or FIRST, last or LAST))
        )
        if elements is not None:
            query = query.where(among(columns.element_id, _numbers(elements, codes.elements)))
        query = _narrow(query, codes, organisations, forms)
        names = (
            "organisation element category month span value? note text sheet cell derived form "
            "submission_id upload_id"
        )
        return _frame(connection, query, names.split(), codes)


def submissions(
    store: Store,
    organisations: Collection[str] | None = None,
    forms: Collection[str] | None = None,
    first: int | None = None,
    last: int | None = None,
    status: str | None = "current",
) -> pd.DataFrame:
    """Submissions with their uploads, oldest receipt first; `status` None gives those of every status.

    Columns: submission_id, upload_id, organisation, form, edition, basis, month, span, cumulative_from, version, status,
    received_at, ended_at, due_at, digest, name, sha256, sender, outcome, synthetic, warnings.
    """
    of, sent = submission.c, upload_table.c
    with store.reading() as connection:
        codes = _known(store, connection, organisations or ())
        query: Select[Any] = (
            select(
                of.id,
                of.upload_id,
                of.organisation_id,
                of.form,
                of.edition,
                of.basis,
                of.month,
                of.span,
                of.cumulative_from,
                of.version,
                of.status,
                of.received_at,
                of.ended_at,
                of.due_at,
                of.digest,
                sent.name,
                sent.sha256,
                sent.sender,
                sent.outcome,
                sent.synthetic,
                sent.warnings,
            )
            .join_from(submission, upload_table)
            .where(within(of.month, first or FIRST, last or LAST))
            .order_by(of.received_at, of.id)
        )
        if status is not None:
            query = query.where(IN_FORCE if status == CURRENT else of.status == status)
        query = _narrow(query, codes, organisations, forms)
        names = (
            "submission_id upload_id organisation form edition basis month span cumulative_from? version status "
            "received_at ended_at due_at digest name sha256 sender outcome synthetic warnings"
        )
        return _frame(connection, query, names.split(), codes)


_UPLOAD = [
    {"id": "upload_id", "n_values": "values"}.get(column.name, column.name) for column in upload_table.c
]


def uploads(store: Store, limit: int = 100, offset: int = 0, outcome: str | None = None) -> pd.DataFrame:
    """Uploads, newest first.

    Columns: upload_id, name, sha256, size, sender, received_at, outcome, synthetic, kept, submissions, superseded, values,
    errors, warnings.
    """
    query = select(upload_table).order_by(upload_table.c.id.desc()).limit(int(limit)).offset(int(offset))
    if outcome is not None:
        query = query.where(upload_table.c.outcome == outcome)
    return uploads_of(store, query)


def uploads_of(store: Store, query: Select[Any]) -> pd.DataFrame:
    """The uploads that a query selects, with the columns of `uploads`."""
    with store.reading() as connection:
        return _frame(connection, query, _UPLOAD)


def upload(store: Store, upload_id: int) -> dict[str, Any] | None:
    """One upload, with the columns of `uploads`; None when there is none of that number."""
    with store.reading() as connection:
        found = _frame(connection, select(upload_table).where(upload_table.c.id == int(upload_id)), _UPLOAD)
    return {str(name): found[name][0] for name in found} if len(found) else None


def upload_issues(store: Store, upload_id: int) -> pd.DataFrame:
    """The issues of one upload in the order found; `parameters` are dictionaries.

    Columns: issue_id, upload_id, submission_id, code, severity, form, organisation, month, sheet, cell, found, parameters.
    """
    query = select(issue).where(issue.c.upload_id == int(upload_id)).order_by(issue.c.id)
    known_as = {"id": "issue_id", "submission_id": "submission_id?", "month": "month?"}
    names = [known_as.get(column.name, column.name) for column in issue.c]
    with store.reading() as connection:
        frame = _frame(connection, query, names)
    frame["parameters"] = pd.Series([json.loads(text) for text in frame["parameters"]], dtype=object)
    return frame


def original(store: Store, sha256: str) -> bytes:
    """The bytes of a file as they were sent; raises OriginalError when they are missing or have changed."""
    return store.originals.read(sha256)


def has_synthetic(store: Store) -> bool:
    """Whether any number in force was made up."""
    query = (
        select(upload_table.c.id)
        .join_from(upload_table, submission)
        .where(upload_table.c.synthetic, IN_FORCE)
        .limit(1)
    )
    with store.reading() as connection:
        return connection.scalar(query) is not None


def has_real(store: Store) -> bool:
    """Whether anything was sent that is not made up, whatever became of it."""
    query = select(upload_table.c.id).where(~upload_table.c.synthetic).limit(1)
    with store.reading() as connection:
        return connection.scalar(query) is not None


def months(store: Store, tree: str) -> tuple[int, int] | None:
    """The first and the last month (yyyymm) that any submission in force of a tree ends in; None when there is none."""
    query = (
        select(func.min(area_report.c.month), func.max(area_report.c.month))
        .join_from(organisation, area_report, area_report.c.area_id == organisation.c.id)
        .where(organisation.c.tree == tree, organisation.c.top)
    )
    with store.reading() as connection:
        first, last = connection.execute(query).one()
    return None if first is None else (first, last)


def within(month: ColumnElement[int], first: int, last: int) -> ColumnElement[bool]:
    """Whether a month lies in first..last (yyyymm)."""
    # Months out of a frame are not Python's own numbers, and SQLite would find nothing by them.
    return month.between(int(first), int(last))


def _narrow(
    query: Select[Any],
    codes: Codes,
    organisations: Collection[str] | None,
    forms: Collection[str] | None,
) -> Select[Any]:
    if organisations is not None:
        numbers = _numbers(organisations, codes.organisations)
        query = query.where(among(submission.c.organisation_id, numbers))
    if forms is not None:
        query = query.where(submission.c.form.in_(forms))
    return query


def _known(
    store: Store, connection: Connection, organisations: Iterable[str], elements: Iterable[str] = ()
) -> Codes:
    """The codes' numbers; read again when some are not known, for another program may have added them."""
    codes = store.codes(connection)
    return codes if codes.has(organisations, elements) else store.codes(connection, again=True)


def numbers_of(store: Store, connection: Connection, organisations: Collection[str]) -> list[int]:
    """The numbers of organisations by their codes; those that the database does not know are left out."""
    return _numbers(organisations, _known(store, connection, organisations).organisations)


def _numbers(codes: Iterable[str], known: dict[str, int]) -> list[int]:
    return [known[code] for code in codes if code in known]


def _frame(
    connection: Connection, query: Select[Any], names: Sequence[str], codes: Codes | None = None
) -> pd.DataFrame:
    """Run a query into a frame. A name ending in ? may be absent; `codes` give numbers of organisations and elements their
    codes."""
    rows = connection.execute(query).all()
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pd.DataFrame(
        {
            name.rstrip("?"): _column(name, list(cells), codes)
            for name, cells in zip(names, columns, strict=True)
        }
    )


def _column(name: str, cells: list[Any], codes: Codes | None) -> Any:
    """One column, of a type that does not hang on the rows found."""
    if codes and name in _CODED:
        known = codes.organisation_of if name == "organisation" else codes.element_of
        return pd.array([known[cell] for cell in cells], dtype="str")
    if name in _TIMES:
        moments = pd.array(cells, dtype="Int64")
        return pd.to_datetime(pd.Series(moments), unit="ms", utc=True).astype("datetime64[ms, UTC]")
    if name.endswith("?"):
        return pd.array(cells, dtype="Int64")
    if name in _TRUE_OR_FALSE:
        return pd.array(cells, dtype="bool")
    return pd.array(cells, dtype="int64" if name in _NUMBERS else "str")


def originals_kept(connection: Connection) -> list[str]:
    """The hashes of every file that is kept, in order: what was sent, evidence, what came with answers.

    Tables that a database of an older version does not have yet hold none.
    """
    known = set(inspect(connection).get_table_names())
    found: set[str] = set()
    for table in FILE_TABLES:
        if table.name in known:
            kept = [table.c.kept.is_(True)] if "kept" in table.c else []
            found.update(connection.scalars(select(table.c.sha256).where(*kept).distinct()))
    return sorted(found)
