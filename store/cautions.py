"""Warnings that stand: what the checks found in the submissions in force and nobody has corrected since."""

from __future__ import annotations

import json
from collections.abc import Collection

import pandas as pd
from sqlalchemy import select

from store.database import Store
from store.reading import IN_FORCE, numbers_of
from store.schema import issue, submission
from store.values import among

_COLUMNS = ("organisation", "form", "month", "code", "sheet", "cell", "found", "parameters", "upload_id")


def cautions(
    store: Store, organisations: Collection[str] | None = None, first: int = 100001, last: int = 999912
) -> pd.DataFrame:
    """The warnings about submissions in force that end in first..last, in the order found; `parameters` are dictionaries.

    Columns: organisation, form, month, code, sheet, cell, found, parameters, upload_id.
    """
    one, said = submission.c, issue.c
    query = (
        select(
            one.organisation_id,
            one.form,
            one.month,
            said.code,
            said.sheet,
            said.cell,
            said.found,
            said.parameters,
            said.upload_id,
        )
        .join_from(submission, issue, said.submission_id == one.id)
        .where(IN_FORCE, said.severity == "warning", one.month.between(int(first), int(last)))
        .order_by(said.id)
    )
    with store.reading() as connection:
        if organisations is not None:
            query = query.where(among(one.organisation_id, numbers_of(store, connection, organisations)))
        rows = connection.execute(query).all()
        codes = store.codes(connection, again=bool(rows))
        found = [(codes.organisation_of[row[0]], *row[1:7], json.loads(row[7]), row[8]) for row in rows]
    return pd.DataFrame(found, columns=list(_COLUMNS), dtype=object)
