"""Making all running totals and derived months anew from the submissions in force."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from reference.registry import Registry
from store.audit import Chain
from store.codes import Codes
from store.cumulative import FALLS, rederive
from store.ledger import CURRENT, Change, Held
from store.schema import area_report, area_total, derived_value, issue, submission
from store.totals import Totals
from store.values import Values, among

_AT_ONCE = 500


def rebuild(connection: Connection, registry: Registry, codes: Codes) -> None:
    """Empty the totals and fill them again; the same numbers come out unless what they rest on has changed."""
    for table in (area_total, area_report, derived_value):
        connection.execute(delete(table))
    connection.execute(delete(issue).where(issue.c.code == FALLS))
    totals, values = Totals(registry, codes), Values(connection, codes)
    query = select(submission.c.id).where(submission.c.status == CURRENT).order_by(submission.c.id)
    numbers = list(connection.scalars(query))
    for start in range(0, len(numbers), _AT_ONCE):
        wanted = among(submission.c.id, numbers[start : start + _AT_ONCE])
        held = [Held(**row) for row in connection.execute(select(submission).where(wanted)).mappings()]
        given = values.of(held)
        for one in held:
            totals.add_report(one, 1)
            totals.add_values(one, given[one.id], 1)
        rederive(connection, registry, codes, totals, [Change(None, one) for one in held])
        totals.write(connection)
    if numbers:  # what was calculated from the totals before is no longer right
        chain = Chain(connection)
        chain.add("system", "rebuild", "totals", {"submissions": len(numbers)})
        chain.write()
