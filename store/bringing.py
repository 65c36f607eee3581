"""What follows when other submissions come into force: totals and derived months, for saving and withdrawing alike."""

from __future__ import annotations

from sqlalchemy import Connection

from reference.registry import Registry
from store.codes import Codes
from store.cumulative import Fall, rederive
from store.ledger import Ledger
from store.totals import Totals
from store.values import Values


def bring_in_force(
    connection: Connection, registry: Registry, codes: Codes, ledger: Ledger, values: Values
) -> list[Fall]:
    """Bring totals and derived months up to date with a ledger already written; returns falls not known before."""
    changes = ledger.changes()
    totals = Totals(registry, codes)
    numbers = values.of([one for change in changes for one in (change.before, change.after) if one])
    for change in changes:
        for one, sign in ((change.before, -1), (change.after, 1)):
            if one:
                totals.add_report(one, sign)
                totals.add_values(one, numbers[one.id], sign)
    falls = rederive(connection, registry, codes, totals, changes)
    totals.write(connection)
    return falls
