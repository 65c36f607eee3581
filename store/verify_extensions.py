"""Proving extensions: each was granted, and ended, as the audit log says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from store.schema import audit, extension


def verify_extensions(connection: Connection) -> Iterator[str]:
    """Every fault as a sentence that names the extension."""
    entries: dict[tuple[str, str], Mapping[str, Any]] = {
        (row.action, row.subject): json.loads(row.detail)
        for row in connection.execute(select(audit).where(audit.c.subject.like("extension:%")))
    }
    known = set()
    for row in connection.execute(select(extension)).mappings():
        subject = f"extension:{row['id']}"
        known.add(subject)
        entry, end = entries.get(("extend", subject)), entries.get(("revoke", subject))
        if entry is None:
            yield f"extension {row['id']}: the audit log does not know it"
        elif any(row[name] != value for name, value in entry.items()):
            yield f"extension {row['id']}: holds something else than the audit log says"
        if (row["ended_at"] is None) != (end is None) or (end and end["reason"] != row["end_reason"]):
            yield f"extension {row['id']}: its end is not what the audit log says"
    for subject in sorted({subject for _, subject in entries} - known):
        yield f"{subject.replace(':', ' ')}: is in the audit log and nowhere else"
