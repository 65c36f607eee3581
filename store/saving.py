"""Saving uploads: files, submissions, values, issues, running totals and audit entries, all in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from reference.registry import Registry
from store.arrivals import Arrival, ArrivedSubmission, RecordError, arrive
from store.audit import TOLD, Chain, canonical, contents, receipt_hash
from store.bringing import bring_in_force
from store.codes import Codes
from store.cumulative import Fall, issue_of
from store.database import Store
from store.ledger import CURRENT, Held, Key, Ledger
from store.lineage import check_same
from store.records import IssueRecord, Receipt, UploadRecord
from store.repeats import Earlier, Repeats
from store.schema import issue, upload
from store.values import Values


def save(
    store: Store, registry: Registry, uploads: Sequence[UploadRecord | Arrival], actor: str
) -> list[Receipt]:
    """Save uploads, in the order given, whole or not at all; the receipts are promises, given after all is on disk.

    A later receipt for the same form, organisation and period supersedes the earlier one. The same bytes with the same
    content, still in force, change nothing. Raises RecordError for records that break the rules; an Arrival has been
    held to them already.
    """
    arrivals = [one if isinstance(one, Arrival) else arrive(one) for one in uploads]
    store.originals.keep(
        (one.record.sha256, one.record.content) for one in arrivals if one.record.content is not None
    )
    with store.writing() as connection:
        codes = _codes(store, connection, arrivals)
        submissions = [one.record for arrival in arrivals for one in arrival.submissions]
        check_same(connection, registry, {one.organisation for one in submissions})
        receipts = _Saving(connection, registry, codes, arrivals).run(actor)
    return receipts


def _codes(store: Store, connection: Connection, arrivals: Sequence[Arrival]) -> Codes:
    submissions = [one.record for arrival in arrivals for one in arrival.submissions]
    organisations = {one.organisation for one in submissions}
    elements = {value.element for one in submissions for value in one.values}
    codes = store.codes(connection)
    if not codes.has(organisations, elements):
        codes = store.codes(connection, again=True)
    if not codes.has(organisations, elements):
        unknown = sorted((organisations - codes.organisations.keys()) | (elements - codes.elements.keys()))
        raise RecordError(f"not in the reference data of this database: {', '.join(unknown[:5])}")
    return codes


@dataclass
class _Entered:
    """An upload being saved."""

    number: int
    arrival: Arrival
    held: list[Held]
    superseded: int
    added: tuple[IssueRecord, ...] = ()

    @property
    def outcome(self) -> str:
        if self.arrival.errors:
            return "returned"
        return "accepted_with_warnings" if self.warnings else "accepted"

    @property
    def warnings(self) -> int:
        return self.arrival.warnings + len(self.added)

    def receipt(self) -> Receipt:
        record = self.arrival.record
        return Receipt(
            upload_id=self.number,
            name=record.name,
            sha256=record.sha256,
            outcome=self.outcome,
            submissions=len(self.held),
            superseded=self.superseded,
            values=self.arrival.values,
            errors=self.arrival.errors,
            warnings=self.warnings,
            added_issues=self.added,
        )

    def row(self) -> dict[str, Any]:
        record, receipt = self.arrival.record, self.receipt()
        return {
            "id": self.number,
            "name": record.name,
            "sha256": record.sha256,
            "size": len(record.content or b""),
            "sender": record.sender,
            "received_at": self.arrival.received_at,
            "outcome": receipt.outcome,
            "synthetic": record.synthetic,
            "kept": record.content is not None,
            "submissions": receipt.submissions,
            "superseded": receipt.superseded,
            "n_values": receipt.values,
            "errors": receipt.errors,
            "warnings": receipt.warnings,
        }


class _Saving:
    """One transaction's work."""

    def __init__(
        self, connection: Connection, registry: Registry, codes: Codes, arrivals: Sequence[Arrival]
    ) -> None:
        self._connection, self._registry, self._codes = connection, registry, codes
        self._arrivals = arrivals
        keys = {self._key(one) for arrival in arrivals for one in arrival.submissions}
        self._ledger = Ledger(connection, keys)
        self._repeats = Repeats(connection, {one.record.sha256 for one in arrivals})
        self._values = Values(connection, codes)
        self._next = (connection.scalar(select(func.max(upload.c.id))) or 0) + 1

    def run(self, actor: str) -> list[Receipt]:
        """Save all; the receipts stand in the order of the uploads."""
        outcomes = [self._enter(one) for one in self._arrivals]
        entered = [one for one in outcomes if isinstance(one, _Entered)]
        if entered:
            self._write(entered)
            falls = bring_in_force(self._connection, self._registry, self._codes, self._ledger, self._values)
            self._reveal(entered, falls)
            self._write_audit(entered, actor)
        return [one.receipt() if isinstance(one, _Entered) else one for one in outcomes]

    def _key(self, submission: ArrivedSubmission) -> Key:
        record = submission.record
        return (record.form, self._codes.organisations[record.organisation], record.month, record.span)

    def _enter(self, arrival: Arrival) -> _Entered | Receipt:
        content = {(self._key(one), one.digest) for one in arrival.submissions}
        if earlier := self._repeats.find(arrival, content, self._ledger):
            return earlier.receipt(arrival)
        number = self._next
        self._next += 1
        superseded = 0
        held = []
        for one in arrival.submissions:
            before = self._ledger.in_force(self._key(one))
            fresh = self._ledger.add(self._held(number, arrival, one))
            after = self._ledger.in_force(fresh.key)
            superseded += before is not None and after is not None and after.id == fresh.id
            self._values.add(fresh, one.record.values)
            held.append(fresh)
        entered = _Entered(number, arrival, held, superseded)
        self._repeats.remember(Earlier.of(entered.row(), held))
        return entered

    def _held(self, upload_id: int, arrival: Arrival, one: ArrivedSubmission) -> Held:
        record = one.record
        return Held(
            id=0,
            upload_id=upload_id,
            form=record.form,
            edition=record.edition,
            basis=record.basis,
            organisation_id=self._codes.organisations[record.organisation],
            month=record.month,
            span=record.span,
            cumulative_from=record.cumulative_from,
            version=0,
            status=CURRENT,
            received_at=arrival.received_at,
            ended_at=None,
            due_at=one.due_at,
            digest=one.digest,
        )

    def _write(self, entered: Sequence[_Entered]) -> None:
        self._connection.execute(insert(upload), [one.row() for one in entered])
        self._ledger.write()
        self._values.write()
        if rows := [row for one in entered for row in self._issue_rows(one)]:
            self._connection.execute(insert(issue), rows)

    def _issue_rows(self, entered: _Entered) -> list[dict[str, Any]]:
        organisation = self._codes.organisation_of
        held = {(one.form, organisation[one.organisation_id], one.month): one.id for one in entered.held}
        return [
            {
                "upload_id": entered.number,
                "submission_id": held.get((one.form, one.organisation, one.month or 0)),
                "code": one.code,
                "severity": one.severity,
                "form": one.form,
                "organisation": one.organisation,
                "month": one.month,
                "sheet": one.sheet,
                "cell": one.cell,
                "found": one.found,
                "parameters": canonical(dict(one.parameters)),
            }
            for one in entered.arrival.record.issues
        ]

    def _reveal(self, entered: Sequence[_Entered], falls: Sequence[Fall]) -> None:
        """Tell each fall to the sender whose file showed it: the later of the two that came now."""
        by_number = {one.number: one for one in entered}
        for fall in falls:
            number = max(fall.earlier.upload_id, fall.later.upload_id)
            if one := by_number.get(number):
                one.added += (issue_of(fall, self._registry, self._codes),)
        for one in entered:
            if one.added:
                row = one.row()
                told = {name: row[name] for name in ("outcome", "warnings")}
                self._connection.execute(update(upload).where(upload.c.id == one.number).values(**told))

    def _write_audit(self, entered: Sequence[_Entered], actor: str) -> None:
        chain = Chain(self._connection)
        for one in entered:
            row = one.row()
            detail = {name: row[name] for name in TOLD} | {"receipt": receipt_hash(row)}
            detail["contents"] = contents(held.digest for held in one.held)
            chain.add(actor, "upload", f"upload:{one.number}", detail)
        chain.write()
