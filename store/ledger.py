"""Which submission is in force: for each form, organisation and period, the one received last that was not withdrawn.

A ledger holds the histories that one transaction touches. It is changed in memory, upload by upload, and written once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

from sqlalchemy import Connection, bindparam, func, insert, select, tuple_, update

from store.schema import submission

CURRENT, SUPERSEDED, WITHDRAWN = "current", "superseded", "withdrawn"
Key = tuple[str, int, int, int]  # form, number of the organisation, last month, months covered
_KEYS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Held:
    """One row of the table `submission`."""

    id: int
    upload_id: int
    form: str
    edition: str
    basis: str
    organisation_id: int
    month: int
    span: int
    cumulative_from: int | None
    version: int
    status: str
    received_at: int
    ended_at: int | None
    due_at: int | None
    digest: str

    @property
    def key(self) -> Key:
        """What only one submission can be in force for."""
        return (self.form, self.organisation_id, self.month, self.span)


@dataclass(frozen=True, slots=True)
class Change:
    """What was in force for a key before the transaction and what is after it; the two differ."""

    before: Held | None
    after: Held | None


def settle(history: Iterable[Held]) -> list[Held]:
    """The history, in order of receipt, with each status and end as it must be."""
    standing = sorted(
        (one for one in history if one.status != WITHDRAWN), key=lambda one: (one.received_at, one.id)
    )
    settled = [
        replace(one, status=SUPERSEDED, ended_at=following.received_at)
        for one, following in pairwise(standing)
    ]
    return settled + [replace(one, status=CURRENT, ended_at=None) for one in standing[-1:]]


class Ledger:
    """The histories of some keys, as they were in the database and as they become."""

    def __init__(self, connection: Connection, keys: Iterable[Key]) -> None:
        self._connection = connection
        self._stored: dict[int, Held] = {}
        self._history: dict[Key, list[Held]] = {key: [] for key in keys}
        for one in read_histories(connection, list(self._history)):
            self._stored[one.id] = one
            self._history[one.key].append(one)
        self._before = {key: self.in_force(key) for key in self._history}
        self._next = (connection.scalar(select(func.max(submission.c.id))) or 0) + 1

    def in_force(self, key: Key) -> Held | None:
        """The submission in force for the key, as things stand now."""
        settled = settle(self._history[key])
        return settled[-1] if settled else None

    def add(self, fresh: Held) -> Held:
        """Enter a new submission; it gets its number and version and takes its place by its time of receipt."""
        history = self._history[fresh.key]
        version = max((one.version for one in history), default=0) + 1
        entered = replace(fresh, id=self._next, version=version)
        self._next += 1
        history.append(entered)
        return entered

    def withdraw(self, upload_id: int, at: int) -> int:
        """Withdraw what an upload brought; returns how many submissions that concerns."""
        count = 0
        for history in self._history.values():
            for place, one in enumerate(history):
                if one.upload_id == upload_id and one.status != WITHDRAWN:
                    history[place] = replace(one, status=WITHDRAWN, ended_at=one.ended_at or at)
                    count += 1
        return count

    def changes(self) -> list[Change]:
        """Every key whose submission in force has become another one."""
        found = (Change(before, self.in_force(key)) for key, before in self._before.items())
        return [one for one in found if (one.before and one.before.id) != (one.after and one.after.id)]

    def write(self) -> None:
        """Write new and changed rows: first what goes out of force, last what comes back, as the unique index demands."""
        final = [one for history in self._history.values() for one in self._final(history)]
        changed = [one for one in final if one.id in self._stored and self._stored[one.id] != one]
        self._update([one for one in changed if one.status != CURRENT])
        if fresh := [asdict(one) for one in final if one.id not in self._stored]:
            self._connection.execute(insert(submission), sorted(fresh, key=lambda row: row["id"]))
        self._update([one for one in changed if one.status == CURRENT])

    @staticmethod
    def _final(history: Sequence[Held]) -> list[Held]:
        return settle(history) + [one for one in history if one.status == WITHDRAWN]

    def _update(self, rows: Sequence[Held]) -> None:
        if rows:
            statement = (
                update(submission)
                .where(submission.c.id == bindparam("number"))
                .values(status=bindparam("new_status"), ended_at=bindparam("new_end"))
            )
            self._connection.execute(
                statement,
                [{"number": one.id, "new_status": one.status, "new_end": one.ended_at} for one in rows],
            )


def read_histories(connection: Connection, keys: Sequence[Key], *, only_current: bool = False) -> list[Held]:
    """All submissions of the keys, or only those in force."""
    wanted = tuple_(submission.c.form, submission.c.organisation_id, submission.c.month, submission.c.span)
    found: list[Held] = []
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        query = select(submission).where(wanted.in_(keys[start : start + _KEYS_AT_ONCE]))
        if only_current:
            query = query.where(submission.c.status == CURRENT)
        found += [Held(**row) for row in connection.execute(query).mappings()]
    return found
