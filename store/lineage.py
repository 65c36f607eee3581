"""What the running totals rest on: whom each organisation's numbers add into, by date, and how each element adds up.

The database remembers both. When the reference data change under numbers already held, `Store.sync` sees it and has the
totals made anew; a program still running with the old reference data is refused instead of adding to the wrong areas.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from reference.data_elements import DataElement
from reference.organisations import Organisation
from reference.registry import Registry
from store.audit import canonical, sha256
from store.connecting import StoreError
from store.schema import data_element, organisation


def adding(element: DataElement) -> str:
    """How an element's values add up: over time (sum), not over time but over places (last), or never."""
    return element.adds if element.kind in ("count", "amount") else "never"


def lineages(registry: Registry, codes: Collection[str] | None = None) -> dict[str, str]:
    """Code → a short hash of all dated facts that decide which areas its numbers add into."""
    spells: dict[str, list[Organisation]] = defaultdict(list)
    for spell in registry.organisations.spells:
        spells[spell.code].append(spell)
    wanted = spells.keys() if codes is None else codes
    return {code: sha256(canonical(_facts(code, spells)))[:16] for code in wanted}


def _facts(code: str, spells: dict[str, list[Organisation]]) -> list[list[Any]]:
    facts: list[list[Any]] = []
    waiting, seen = [code], set()
    while waiting:
        one = waiting.pop(0)
        seen.add(one)
        for spell in spells[one]:
            facts.append([one, spell.parent, _day(spell.valid_from), _day(spell.valid_to), spell.in_totals])
            if spell.parent and spell.parent not in seen and spell.parent not in waiting:
                waiting.append(spell.parent)
    return facts


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def bring_up_to_date(connection: Connection, registry: Registry) -> bool:
    """Add and correct the rows of organisations and elements; whether totals rest on something that has changed."""
    organisations = registry.organisations
    lineage = lineages(registry)
    places = {
        one.code: {
            "tree": one.tree,
            "top": len(organisations.adds_into(one.code)) == 1,
            "lineage": lineage[one.code],
        }
        for one in organisations.all
    }
    elements = {code: {"adding": adding(element)} for code, element in registry.elements.items()}
    changed = _merge(connection, organisation, places), _merge(connection, data_element, elements)
    return any(changed)


def _merge(connection: Connection, table: Any, wanted: dict[str, dict[str, Any]]) -> bool:
    """Bring a table of codes to what is wanted; whether any row that was there had to be corrected."""
    held = {row["code"]: dict(row) for row in connection.execute(select(table)).mappings()}
    if fresh := [{"code": code, **row} for code, row in wanted.items() if code not in held]:
        connection.execute(insert(table), fresh)
    corrected = [
        {"row": held[code]["id"], **row}
        for code, row in wanted.items()
        if code in held and any(held[code][name] != value for name, value in row.items())
    ]
    if corrected:
        connection.execute(update(table).where(table.c.id == bindparam("row")), corrected)
    return bool(corrected)


def check_same(connection: Connection, registry: Registry, codes: Collection[str]) -> None:
    """Raise StoreError when the database knows other parents for these organisations, or adds elements up otherwise."""
    rows = connection.execute(
        select(organisation.c.code, organisation.c.lineage).where(organisation.c.code.in_(codes))
    )
    expected = lineages(registry, codes)
    differing = [row.code for row in rows if row.lineage != expected[row.code]]
    for row in connection.execute(select(data_element)):
        if row.code in registry.elements and row.adding != adding(registry.elements[row.code]):
            differing.append(row.code)
    if differing:
        raise StoreError(
            f"the reference data of the database differ from this program's ({', '.join(differing[:5])}); "
            "start the program again so that both are the same"
        )
