"""Signing a round: the parts that are frozen, the seal over them, and the decision that a further edition carries out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select

from store.assessing import (
    ACTOR,
    AssessmentError,
    NewEntry,
    add_step,
    closed,
    current_step,
    newest_entry,
    next_number,
    number_of,
    say_together,
)
from store.audit import Chain, canonical, sha256
from store.database import Store
from store.schema_assessment import assessment_entry, assessment_seal, assessment_sealed
from store.times import now


def sign(
    store: Store,
    code: str,
    parts: Mapping[str, str],
    actor: str,
    *,
    reason: str = "",
    seen: int,
    decision: NewEntry | None = None,
) -> tuple[int, str]:
    """Freeze and seal a round; gives edition and seal. A signed round gets a further edition, with its reason.

    `seen`: the newest entry that the parts rest on; raises AssessmentError when something was added since. `decision`: the
    upheld appeal that a further edition carries out, written in the same transaction.
    """
    with store.writing() as connection:
        number = number_of(connection, code)
        step = current_step(connection, number)
        again = step == "published"
        if step not in ("review", "published") or (again and not (reason.strip() and decision)):
            raise closed(step)
        _not_ones_own(connection, number, actor)
        if decision is not None:
            _was_appealed(connection, number, decision)
        if newest_entry(connection, number) != seen:
            raise AssessmentError("刚刚有人改动了本轮考核，请重新核对后再签发。", "Somebody has just added to this round: look again, then sign.")  # fmt: skip
        edition = 1 + (
            connection.scalar(
                select(func.max(assessment_seal.c.edition)).where(assessment_seal.c.round_id == number)
            )
            or 0
        )
        seal = _keep_parts(connection, number, edition, parts)
        row = {
            "round_id": number,
            "edition": edition,
            "seal": seal,
            "reason": reason.strip(),
            "actor": actor[:ACTOR],
            "at": now(),
        }
        connection.execute(insert(assessment_seal), row)
        chain = Chain(connection)
        chain.add(
            actor,
            "assess_sign",
            f"round:{code}",
            {"edition": edition, "seal": seal, "reason": reason.strip(), "by": row["actor"], "at": row["at"]},
        )
        if not again:
            add_step(connection, chain, number, "signed", "", actor)
        chain.write()
        if decision is not None:
            row = _entry_row(connection, number, decision, actor)
            connection.execute(insert(assessment_entry), row)
            say_together(connection, actor, "assess_decision", code, [row])
    return edition, seal


def _keep_parts(connection: Connection, number: int, edition: int, parts: Mapping[str, str]) -> str:
    """Write the parts; gives the seal over them."""
    hashes = {part: sha256(text) for part, text in parts.items()}
    rows = [
        {"round_id": number, "edition": edition, "part": part, "sha256": hashes[part], "text": text}
        for part, text in parts.items()
    ]
    connection.execute(insert(assessment_sealed), rows)
    return seal_of(hashes)


def _entry_row(connection: Connection, number: int, one: NewEntry, actor: str) -> dict[str, Any]:
    row = {
        "id": next_number(connection, assessment_entry),
        "round_id": number,
        "organisation": one.organisation,
    }
    row |= {
        "line": one.line,
        "kind": one.kind,
        "seat": one.seat,
        "value": one.value,
        "words": one.words.strip(),
    }
    return row | {"actor": actor[:ACTOR], "at": now()}


def seal_of(hashes: Mapping[str, str]) -> str:
    """The seal: the hash over the names and hashes of all parts, in order of their names."""
    return sha256(canonical(dict(sorted(hashes.items()))))


def _was_appealed(connection: Connection, number: int, decision: NewEntry) -> None:
    """A further edition carries out an appeal, and nothing that nobody asked for."""
    of = assessment_entry.c
    this = (of.round_id == number, of.organisation == decision.organisation, of.line == decision.line)
    newest = select(func.max(of.id)).where(*this)
    appealed = connection.scalar(newest.where(of.kind == "appeal")) or 0
    if appealed <= (connection.scalar(newest.where(of.kind == "decision")) or 0):
        raise AssessmentError("这一项没有待裁定的申诉。", "There is no open appeal about this line.")


def _not_ones_own(connection: Connection, number: int, actor: str) -> None:
    """Nobody signs scores of their own: who marked in a round does not sign it, nor decide its appeals."""
    of = assessment_entry.c
    mine = select(of.id).where(of.round_id == number, of.kind == "mark", of.actor == actor[:ACTOR]).limit(1)
    if connection.scalar(mine) is not None:
        raise AssessmentError(
            "您在本轮考核中评过分，不能签发；请由其他人签发。",
            "You have scored in this round and may not sign it: somebody else must.",
        )
