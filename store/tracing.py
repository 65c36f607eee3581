"""Where numbers come from: the cells that state them, the files these stand in, who sent them when, and what they replaced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, select

from store.codes import Codes
from store.database import Store
from store.reading import FIRST, LAST, numbers_of, within
from store.schema import data_value, derived_value, submission, upload
from store.times import to_moment
from store.values import among


class Sent(NamedTuple):
    """A submission of an organisation with the file that brought it."""

    submission_id: int
    form: str
    month: int
    span: int
    cumulative_from: int | None
    version: int
    status: str
    received_at: dt.datetime
    upload_id: int
    name: str
    sha256: str
    sender: str
    kept: bool


class Stated(NamedTuple):
    """What a cell states. `value` None with its note where it states no number; `derived`: a total of cells."""

    sent: Sent
    element: str
    category: str
    value: int | None
    note: str
    sheet: str
    cell: str
    derived: bool


class Told(NamedTuple):
    """A single month told from a running-up submission; `value` None where the running-up value falls."""

    submission_id: int
    element: str
    category: str
    month: int
    value: int | None


class Origins(NamedTuple):
    """All that one organisation's own submissions say of some elements, those out of force too."""

    stated: tuple[Stated, ...]
    told: tuple[Told, ...]


def origins(
    store: Store,
    organisation: str,
    elements: Collection[str],
    basis: str,
    first: int = FIRST,
    last: int = LAST,
) -> Origins:
    """Every cell of the organisation's submissions on the basis that end in first..last, oldest period and version first."""
    with store.reading() as connection:
        numbers = numbers_of(store, connection, [organisation])
        codes = store.codes(connection)
        wanted = {codes.elements[code] for code in elements if code in codes.elements}
        if not numbers or not wanted:
            return Origins((), ())
        where = (
            submission.c.organisation_id == numbers[0],
            submission.c.basis == basis,
            within(submission.c.month, first, last),
        )
        return Origins(_stated(connection, codes, where, wanted), _told(connection, codes, where, wanted))


def _stated(
    connection: Connection, codes: Codes, where: Sequence[ColumnElement[bool]], wanted: set[int]
) -> tuple[Stated, ...]:
    of, cell, file = submission.c, data_value.c, upload.c
    query = (
        select(
            of.id, of.form, of.month, of.span, of.cumulative_from, of.version, of.status, of.received_at, of.upload_id,
            file.name, file.sha256, file.sender, file.kept,
            cell.element_id, cell.category, cell.value, cell.note, cell.sheet, cell.cell, cell.derived,
        )
        .join_from(submission, data_value)
        .join(upload, file.id == of.upload_id)
        .where(*where, among(cell.element_id, wanted))
        .order_by(of.month, of.span, of.version, cell.element_id, cell.category)
    )  # fmt: skip
    found = []
    for row in connection.execute(query):
        sent = Sent(*row[:7], to_moment(row.received_at), *row[8:13])
        said = (row.category, row.value, row.note, row.sheet, row.cell, row.derived)
        found.append(Stated(sent, codes.element_of[row.element_id], *said))
    return tuple(found)


def _told(
    connection: Connection, codes: Codes, where: Sequence[ColumnElement[bool]], wanted: set[int]
) -> tuple[Told, ...]:
    month = derived_value.c
    query = (
        select(month.submission_id, month.element_id, month.category, month.month, month.value)
        .join_from(submission, derived_value)
        .where(*where, among(month.element_id, wanted))
        .order_by(month.month, month.element_id, month.category)
    )
    return tuple(
        Told(row.submission_id, codes.element_of[row.element_id], row.category, row.month, row.value)
        for row in connection.execute(query)
    )
