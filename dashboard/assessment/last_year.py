"""The signed round of the year before, and what each organisation's change of total came from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.assessment.gather import read_schemes
from dashboard.workspace import Workspace
from indicators.scoring.change import Change, change
from indicators.scoring.score import Score, read_score
from reference.periods import parse
from store.assessing import AssessmentError
from store.assessments import Round, read_round, rounds, sealed_parts


@dataclass(frozen=True)
class LastYear:
    """A signature to compare with: its round, edition, seal, and the scores signed."""

    round: str
    names: tuple[str, str]
    edition: int
    seal: str
    scores: Mapping[str, Score] = field(repr=False)
    lines: Mapping[str, tuple[str, str]] = field(repr=False)  # code → its names then

    def told(self) -> dict[str, object]:
        """What the next signature keeps of it."""
        return {"round": self.round, "edition": self.edition, "seal": self.seal}


def last_year(workspace: Workspace, held: Round, kept: str | None = None) -> LastYear | None:
    """The signature of the published round a year before, or the one `kept` when this round was signed; None without one.

    Of several rounds of that period the one with most of the same organisations, the newest of these.
    """
    if kept is not None:
        told = json.loads(kept)
        return _read(workspace, str(told["round"]), int(told["edition"])) if told else None
    wanted, best = parse(held.period).year_before().code, None
    for code, *_, period, step, _, _ in rounds(workspace.store):
        if period == wanted and step == "published":
            other = read_round(workspace.store, code)
            same = len(held.participants.keys() & other.participants.keys())
            if same and (best is None or (same, other.number) > best[:2]):
                best = (same, other.number, code)
    return _read(workspace, best[2]) if best else None


def _read(workspace: Workspace, code: str, edition: int = 0) -> LastYear | None:
    try:
        other = read_round(workspace.store, code)
    except AssessmentError:  # taken away: verifying says so
        return None
    seal = next((one for one in reversed(other.seals) if edition in (0, one.edition)), None)
    if seal is None:
        return None
    parts = sealed_parts(workspace.store, other.number, seal.edition)
    scores = {one.organisation: one for one in map(read_score, json.loads(parts["scores"][1]))}
    texts = {name: text for name, (_, text) in parts.items() if name.startswith("scheme:")}
    lines = {
        line.code: (line.zh, line.en) for scheme in read_schemes(texts).values() for line in scheme.lines
    }
    return LastYear(code, (other.zh, other.en), seal.edition, seal.seal, scores, lines)


def changes(before: LastYear | None, scores: tuple[Score, ...]) -> dict[str, Change]:
    """Organisation → its change, of those that were assessed a year before."""
    if before is None:
        return {}
    return {
        one.organisation: change(before.scores[one.organisation], one)
        for one in scores
        if one.organisation in before.scores
    }
