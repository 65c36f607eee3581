"""The wholes that submissions in force state, as plain tuples: for comparing many files quickly while they are saved."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select

from store.database import Store
from store.reading import IN_FORCE
from store.schema import data_value, submission
from store.values import among


class Whole(NamedTuple):
    """One element's value without breakdown, of one organisation and period."""

    form: str
    element: str
    organisation: str
    month: int
    span: int
    value: int


def wholes(
    store: Store, elements: Collection[str], organisations: Collection[str], first: int, last: int
) -> list[Whole]:
    """Values of the elements for the organisations, of periods that end in first..last; unknown codes have none."""
    columns, of = data_value.c, submission.c
    with store.reading() as connection:
        codes = store.codes(connection)
        wanted = [codes.elements[code] for code in elements if code in codes.elements]
        whose = [codes.organisations[code] for code in organisations if code in codes.organisations]
        if not wanted or not whose:
            return []
        query = (
            select(of.form, columns.element_id, of.organisation_id, of.month, of.span, columns.value)
            .join_from(submission, data_value)
            .where(
                IN_FORCE,
                of.month.between(first, last),
                among(of.organisation_id, whose),
                among(columns.element_id, wanted),
                columns.category == "",
                columns.value.is_not(None),
            )
        )
        return [
            Whole(form, codes.element_of[element], codes.organisation_of[organisation], month, span, value)
            for form, element, organisation, month, span, value in connection.execute(query)
        ]
