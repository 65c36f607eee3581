"""Proving follow-ups: every step says what the audit log remembers, and every file of a step is there as it came."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, select

from store.following_up import SUBJECT, Kept, step_digest
from store.originals import OriginalError, Originals
from store.schema import audit
from store.schema_follow_ups import follow_up_file, follow_up_step


def verify_follow_ups(connection: Connection, originals: Originals) -> Iterator[str]:
    """Every fault as a sentence that names the follow-up and the step."""
    known = {}
    for row in connection.execute(select(audit).where(audit.c.subject.like(f"{SUBJECT}:%"))):
        detail = json.loads(row.detail)
        known[int(row.subject.partition(":")[2]), detail["step"]] = detail["digest"]
    files = defaultdict(list)
    order = (follow_up_file.c.follow_up_id, follow_up_file.c.step, follow_up_file.c.place)
    for row in connection.execute(select(follow_up_file).order_by(*order)):
        files[row.follow_up_id, row.step].append(Kept(row.name, row.sha256, row.size))
        try:
            originals.read(row.sha256)
        except OriginalError as error:
            yield f"follow-up {row.follow_up_id}, step {row.step}: {error}"
    for step in connection.execute(select(follow_up_step)).mappings():
        place = (step["follow_up_id"], step["step"])
        digest = known.pop(place, None)
        if digest is None:
            yield f"follow-up {place[0]}, step {place[1]}: the audit log does not know it"
        elif digest != step_digest(step, files[place]):
            yield f"follow-up {place[0]}, step {place[1]}: says something else than the audit log remembers"
    for number, place_of_step in sorted(known):
        yield f"follow-up {number}, step {place_of_step}: is in the audit log and nowhere else"
