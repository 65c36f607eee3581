"""Signing a round and proving it: the parts that are frozen, and what verifying says years later."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from dashboard.assessment.gather import definition_of
from dashboard.assessment.standing import Standing, provisional, scheme_texts, stand
from dashboard.workspace import Workspace
from indicators.scoring.entries import read_participant
from indicators.scoring.score import read_score, score_all
from reference.assessments import Scheme
from reference.periods import month_period
from store import reading
from store.assessing import AssessmentError, NewEntry, take_step
from store.assessments import Round, Said, read_round, sealed_parts
from store.audit import canonical, verify_chain
from store.database import Store
from store.signing import sign
from store.verify_assessments import verify_assessments, verify_returns

SHOWN = 12


@dataclass(frozen=True)
class Verification:
    """What verifying found. `faults`: something is not as it was signed. `differences`: the world went on; what was signed stands."""

    code: str
    editions: tuple[tuple[int, str, int], ...] = ()  # edition, seal, scores recomputed and equal
    faults: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether everything is as signed."""
        return not self.faults and bool(self.editions)


def short_code(seal: str) -> str:
    """The seal's beginning, as people read it out: 3F2A-91BC-07DE."""
    return "-".join(seal[start : start + 4].upper() for start in (0, 4, 8))


def parts_of(workspace: Workspace, standing: Standing) -> dict[str, str]:
    """Everything a signed round holds, each part in its canonical form."""
    held = standing.round
    definitions = _definitions(workspace, standing.schemes)
    found = {f"scheme:{code}": held.schemes[code] for code in standing.schemes}
    found["round"] = canonical(
        {
            "code": held.code,
            "names": [held.zh, held.en],
            "period": held.period,
            "cut_off": held.cut_off.isoformat(),
            "synthetic": held.synthetic,
            "participants": {one: list(two) for one, two in held.participants.items()},
        }
    )
    found["definitions"] = canonical(definitions)
    found["targets"] = canonical(_targets(standing))
    found["tree"] = canonical(_tree(workspace, standing))
    found["submissions"] = canonical(_submissions(workspace, standing))
    found["said"] = canonical(_said(held))
    found["inputs"] = canonical([one.told() for one in standing.participants])
    found["scores"] = canonical([one.told() for one in standing.scores])
    found["ranking"] = canonical([one.told() for one in standing.rankings])
    found["last_year"] = canonical(standing.last.told() if standing.last else {})
    found["program"] = canonical(_program(workspace))
    return found


def _program(workspace: Workspace) -> dict[str, str]:
    try:
        own = version("guizhou-mch")
    except PackageNotFoundError:
        own = "unknown"
    return {"program": own, "tables": str(workspace.store.version()), "numpy": version("numpy")}


def _definitions(workspace: Workspace, schemes: Mapping[str, Scheme]) -> dict[str, object]:
    found: dict[str, object] = {}
    for scheme in schemes.values():
        for line in scheme.lines:
            if line.computed:
                one = definition_of(scheme, line, workspace.catalogue)
                found[one.code] = one.model_dump(mode="json")
    return found


def _targets(standing: Standing) -> dict[str, object]:
    """Line → the targets in force that were used, with the document and clause; of every level once."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for one in standing.participants:
        for line in standing.schemes[one.scheme].lines:
            entry = one.entries[line.code]
            if line.target == "in_force" and entry.target is not None:
                found[f"{one.scheme}.{line.code}"].add((entry.target, entry.target_from))
    return {name: [list(one) for one in sorted(rows)] for name, rows in sorted(found.items())}


def _tree(workspace: Workspace, standing: Standing) -> dict[str, list[str]]:
    """Area served → what adds into it in the period's last month."""
    organisations, on = workspace.registry.organisations, standing.period.last_day
    areas = {area for area, _ in standing.round.participants.values()}
    below: dict[str, list[str]] = {area: [] for area in areas}
    for one in organisations.all:
        if not one.exists(on):
            continue
        for area in organisations.adds_into(one.code, on):
            if area in below and area != one.code:
                below[area].append(one.code)
    return {area: sorted(set(found)) for area, found in sorted(below.items())}


def _submissions(workspace: Workspace, standing: Standing) -> dict[str, object]:
    """Group of submissions → their numbers as in force at the cut-off; and every number's digest."""
    groups = sorted(
        {name for one in standing.participants for entry in one.entries.values() for name in entry.sources}
    )
    known = _in_force_at(workspace, standing.round.cut_off)
    found: dict[str, list[int]] = {}
    digests: dict[str, str] = {}
    by_place: dict[tuple[str, str], list[tuple[int, int, str]]] = defaultdict(list)
    organisations = workspace.registry.organisations
    for number, form, organisation, month, digest in known:
        for area in {organisation, *organisations.adds_into(organisation, month_period(month).last_day)}:
            by_place[form, area].append((month, number, digest))
    for name in groups:
        form, subject, first, last = name.split("|")
        rows = [row for row in by_place.get((form, subject), ()) if int(first) <= row[0] <= int(last)]
        found[name] = sorted(number for _, number, _ in rows)
        digests |= {str(number): digest for _, number, digest in rows}
    return {"groups": found, "digests": digests}


def _in_force_at(workspace: Workspace, moment: dt.datetime) -> list[tuple[int, str, str, int, str]]:
    frame = reading.submissions(workspace.store, status=None)
    newest: dict[tuple[str, str, int, int], tuple[int, str, str, int, str]] = {}
    columns = ("submission_id", "form", "organisation", "month", "span", "digest", "received_at", "ended_at")
    for number, form, organisation, month, span, digest, received, ended in zip(
        *(frame[name].tolist() for name in columns), strict=True
    ):
        if received <= moment and not (ended == ended and ended <= moment):
            newest[form, organisation, month, span] = (int(number), form, organisation, int(month), digest)
    return list(newest.values())


def _said(held: Round) -> dict[str, object]:
    def row(one: Said) -> list[object]:
        return [one.number, one.organisation, one.line, one.kind, one.seat, one.value, one.words, one.actor, one.at.isoformat()]  # fmt: skip

    return {
        "entries": [row(one) for one in held.said if one.kind not in ("appeal", "decision")],
        "evidence": [[one.number, one.organisation, one.line, one.name, one.sha256, one.size] for one in held.evidence],
        "evaluators": {
            organisation: {str(seat): [one.name, one.place] for seat, one in sorted(seats.items())}
            for organisation, seats in sorted(held.evaluators.items())
        },
    }  # fmt: skip


def sign_round(workspace: Workspace, code: str, actor: str) -> tuple[int, str]:
    """Freeze and seal; raises AssessmentError while any line is pending."""
    held = read_round(workspace.store, code)
    if held.step != "review":
        raise AssessmentError("只有处于复核阶段的考核才能签发。", "Only a round under review can be signed.")
    standing = provisional(workspace, held)
    if standing.pending:
        raise AssessmentError(
            f"还有 {standing.pending} 项没有评完或差异没有裁定，不能签发。",
            f"{standing.pending} lines still wait for evaluators or for a difference to be settled.",
        )
    bare = [
        one.organisation for one in standing.scores if all(domain.score is None for domain in one.domains)
    ]
    if bare:
        raise AssessmentError(
            f"{'、'.join(bare[:5])} 没有任何一项计分，总分无从谈起，不能签发。",
            f"{', '.join(bare[:5])}: no line counts, so that there is no total to sign.",
        )
    return sign(workspace.store, code, parts_of(workspace, standing), actor, seen=held.newest)


def uphold(
    workspace: Workspace, code: str, organisation: str, line: str, value: str, words: str, actor: str
) -> tuple[int, str]:
    """Carry out an upheld appeal: a further edition in which the line has the value decided; the first one stays."""
    held = read_round(workspace.store, code)
    signed = stand(workspace, code)
    decision = NewEntry(organisation, line, "decision", f"upheld:{value}", words)
    members = tuple(
        replace(one, entries={**one.entries, line: replace(one.entries[line], settled=value)})
        if one.organisation == organisation
        else one
        for one in signed.participants
    )
    from indicators.scoring.ranks import rank_all

    scores = score_all(signed.schemes, members)
    amended = Standing(
        held, signed.schemes, members, tuple(scores), tuple(rank_all(signed.schemes, members, scores))
    )
    previous = sealed_parts(workspace.store, held.number, held.seals[-1].edition)
    parts = {name: text for name, (_, text) in previous.items()}
    parts["inputs"] = canonical([one.told() for one in members])
    parts["scores"] = canonical([one.told() for one in scores])
    parts["ranking"] = canonical([one.told() for one in amended.rankings])
    parts["decision"] = canonical(asdict(decision))
    return sign(workspace.store, code, parts, actor, reason=words, seen=held.newest, decision=decision)


def publish(workspace: Workspace, code: str, actor: str) -> None:
    """Show a signed round to everybody."""
    take_step(workspace.store, code, "published", actor)


def verify_round(workspace: Workspace, code: str) -> Verification:
    """Recompute every signed edition from what is kept, prove it the same, and say what has changed around it since."""
    faults = list(_store_faults(workspace.store, code))
    try:
        held = read_round(workspace.store, code)
    except AssessmentError:
        if faults:
            return Verification(code, faults=tuple(faults))
        raise
    if not held.seals and not faults:
        raise AssessmentError(
            "本轮考核还没有签发，无可验证。", "The round is not signed yet: there is nothing to verify."
        )
    if not held.seals:
        return Verification(code, faults=tuple(faults))
    editions = []
    for seal in held.seals:
        parts = {
            name: text for name, (_, text) in sealed_parts(workspace.store, held.number, seal.edition).items()
        }
        equal, wrong = _recomputed(parts)
        faults += [f"edition {seal.edition}: {one}" for one in wrong]
        editions.append((seal.edition, seal.seal, equal))
    last = sealed_parts(workspace.store, held.number, held.seals[-1].edition)
    parts = {name: text for name, (_, text) in last.items()}
    faults += _returns_faults(workspace.store, parts)
    return Verification(code, tuple(editions), tuple(faults), tuple(_differences(workspace, held, parts)))


def _store_faults(store: Store, code: str) -> Iterator[str]:
    with store.reading() as connection:
        yield from verify_chain(connection)
        yield from verify_assessments(connection, store.originals, code)


def _returns_faults(store: Store, parts: Mapping[str, str]) -> list[str]:
    """The returns that the signature rests on, each with its values, against the digests signed."""
    try:
        digests = json.loads(parts["submissions"])["digests"]
        with store.reading() as connection:
            return list(verify_returns(connection, store.originals, digests))
    except (KeyError, ValueError, TypeError) as error:
        return [
            f"the signed list of submissions can no longer be read ({type(error).__name__}: {str(error)[:120]})"
        ]


def _recomputed(parts: Mapping[str, str]) -> tuple[int, list[str]]:
    """How many scores come out the same to the last digit, and what does not."""
    try:
        from dashboard.assessment.gather import read_schemes

        schemes = read_schemes(scheme_texts(parts))
        members = [read_participant(one) for one in json.loads(parts["inputs"])]
        again = [json.loads(canonical(one.told())) for one in score_all(schemes, members)]
        kept = json.loads(parts["scores"])
    except (KeyError, ValueError, TypeError, StopIteration) as error:
        return 0, [f"the signed inputs can no longer be read ({type(error).__name__}: {str(error)[:120]})"]
    faults, equal = [], 0
    for one, other in zip(again, kept, strict=False):
        if one == other:
            equal += 1
            continue
        faults += [
            f"{other['organisation']}: the total recomputed from the signed inputs is {one['total']}, signed was {other['total']}"
        ] + [
            f"{other['organisation']}, line {line['code']}: recomputed {line['points']}, signed {old['points']}"
            for line, old in zip(one["lines"], other["lines"], strict=False)
            if line != old
        ]
    if len(again) != len(kept):
        faults.append(f"{len(again)} scores recomputed, {len(kept)} signed")
    return equal, faults


def _differences(workspace: Workspace, held: Round, parts: Mapping[str, str]) -> Iterator[str]:
    """What the store says now against what was signed; a signed figure never follows by itself."""
    try:
        yield from _changed_submissions(workspace, json.loads(parts["submissions"]))
        now = provisional(workspace, held, now=True)
        yield from _changed(
            "definition", json.loads(parts["definitions"]), _definitions(workspace, now.schemes)
        )
        yield from _changed("target", json.loads(parts["targets"]), json.loads(canonical(_targets(now))))
        yield from _changed("tree below", json.loads(parts["tree"]), _tree(workspace, now))
        yield from _changed("program:", json.loads(parts["program"]), _program(workspace))
        yield from _changed_scores(json.loads(parts["scores"]), now)
    except (LookupError, ValueError, TypeError) as error:
        yield f"cannot be compared with the present: {type(error).__name__}: {str(error)[:120]}"


def _changed(what: str, signed: Mapping[str, object], now: Mapping[str, object]) -> Iterator[str]:
    wrong = [name for name in sorted({*signed, *now}) if signed.get(name) != now.get(name)]
    for name in wrong[:SHOWN]:
        yield f"{what} {name}: as signed {_brief(signed.get(name))}; now {_brief(now.get(name))}"
    if len(wrong) > SHOWN:
        yield f"{what}: {len(wrong) - SHOWN} more differ"


def _brief(value: object) -> str:
    text = canonical(value)
    return text if len(text) <= 90 else f"{text[:60]}… (SHA-256 {_digest(text)})"


def _digest(text: str) -> str:
    from store.audit import sha256

    return sha256(text)[:12]


def _changed_submissions(workspace: Workspace, signed: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    frame = reading.submissions(workspace.store, status=None)
    columns = ("submission_id", "status", "digest", "form", "organisation", "month")
    now = {
        str(number): (status, digest, f"{form} of {organisation} for {month}")
        for number, status, digest, form, organisation, month in zip(
            *(frame[name].tolist() for name in columns), strict=True
        )
    }
    ended = []
    for number, digest in signed["digests"].items():
        if number in now and now[number][1] == digest and now[number][0] != "current":  # others are faults
            ended.append(f"submission {number} ({now[number][2]}) has been {now[number][0]} since")
    yield from ended[:SHOWN]
    if len(ended) > SHOWN:
        yield f"{len(ended) - SHOWN} more submissions have been replaced since"


def _changed_scores(signed: Sequence[Mapping[str, Any]], now: Standing) -> Iterator[str]:
    wrong = []
    for told in signed:
        one = read_score(told)
        if not now.has(one.organisation):
            wrong.append(f"{one.organisation}: total {one.total} as signed; it takes no part now")
            continue
        other = now.score(one.organisation)
        values = {line.code: line.value for line in other.lines}
        moved = [line.code for line in one.lines if line.value != values.get(line.code)]
        if other.total != one.total or moved:
            lines = (
                f" (values that differ: {', '.join(moved[:6])}{' …' if len(moved) > 6 else ''})"
                if moved
                else ""
            )
            wrong.append(
                f"{one.organisation}: total {one.total} as signed; {other.total} as the store says now{lines}"
            )
    yield from wrong[:SHOWN]
    if len(wrong) > SHOWN:
        yield f"{len(wrong) - SHOWN} more organisations would differ"
