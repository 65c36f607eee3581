"""Files sent again: the same bytes, read the same, with nothing changed since, are not saved twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from store.arrivals import Arrival
from store.ledger import Held, Key, Ledger
from store.records import Receipt
from store.schema import submission, upload
from store.values import among


@dataclass(frozen=True, slots=True)
class Earlier:
    """An upload received before."""

    number: int
    sha256: str
    sender: str
    outcome: str
    errors: int
    warnings: int
    submissions: Mapping[tuple[Key, str], int]  # key and digest → number

    @staticmethod
    def of(row: Mapping[str, Any], held: Sequence[Held]) -> Earlier:
        """From its row and its submissions."""
        return Earlier(
            number=row["id"],
            sha256=row["sha256"],
            sender=row["sender"],
            outcome=row["outcome"],
            errors=row["errors"],
            warnings=row["warnings"],
            submissions={(one.key, one.digest): one.id for one in held},
        )

    def receipt(self, arrival: Arrival) -> Receipt:
        """The receipt for the file sent again: the earlier one's number, and that nothing has changed."""
        return Receipt(
            upload_id=self.number,
            name=arrival.record.name,
            sha256=self.sha256,
            outcome="returned" if arrival.errors else "unchanged",
            submissions=len(arrival.submissions),
            superseded=0,
            values=arrival.values,
            errors=arrival.errors,
            warnings=arrival.warnings,
        )


class Repeats:
    """Earlier uploads of the same bytes."""

    def __init__(self, connection: Connection, hashes: Collection[str]) -> None:
        self._known: dict[str, list[Earlier]] = defaultdict(list)
        rows = connection.execute(select(upload).where(upload.c.sha256.in_(hashes)).order_by(upload.c.id))
        uploads = [dict(row) for row in rows.mappings()]
        held: dict[int, list[Held]] = defaultdict(list)
        if uploads:
            query = select(submission).where(among(submission.c.upload_id, {row["id"] for row in uploads}))
            for row in connection.execute(query).mappings():
                held[row["upload_id"]].append(Held(**row))
        for found in uploads:
            self.remember(Earlier.of(found, held[found["id"]]))

    def remember(self, earlier: Earlier) -> None:
        """Add one that has just been entered."""
        self._known[earlier.sha256].append(earlier)

    def find(self, arrival: Arrival, content: set[tuple[Key, str]], ledger: Ledger) -> Earlier | None:
        """The earlier upload that makes this one superfluous, if there is one."""
        for earlier in reversed(self._known[arrival.record.sha256]):
            if arrival.errors:
                same = earlier.outcome == "returned" and _told(earlier) == _told_to(arrival)
            else:
                same = earlier.outcome in ("accepted", "accepted_with_warnings") and _stands(
                    earlier, content, ledger
                )
            if same:
                return earlier
        return None


def _told(earlier: Earlier) -> tuple[str, int, int]:
    return (earlier.sender, earlier.errors, earlier.warnings)


def _told_to(arrival: Arrival) -> tuple[str, int, int]:
    return (arrival.record.sender, arrival.errors, arrival.warnings)


def _stands(earlier: Earlier, content: set[tuple[Key, str]], ledger: Ledger) -> bool:
    """Whether the earlier upload brought the same and all of it is still in force."""
    if earlier.submissions.keys() != content:
        return False
    in_force = {key: ledger.in_force(key) for key, _ in content}
    return all(
        (one := in_force[key]) is not None and one.id == number
        for (key, _), number in earlier.submissions.items()
    )
