"""How a round stands: entries, scores and ranks together, as of the cut-off or as signed."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from weakref import WeakKeyDictionary

from dashboard.assessment.gather import gather, read_schemes
from dashboard.assessment.last_year import LastYear, changes, last_year
from dashboard.workspace import Workspace
from indicators.scoring.change import Change
from indicators.scoring.entries import Participant, read_participant
from indicators.scoring.places import Ranking
from indicators.scoring.ranks import rank_all
from indicators.scoring.score import Score, read_score, score_all
from reference.assessments import Scheme
from reference.periods import Period, parse
from store.assessments import Round, Seal, read_round, sealed_parts
from store.database import Store


@dataclass(frozen=True)
class Standing:
    """A round with everybody's score. `seal` is the newest signature; without one, scores are provisional."""

    round: Round
    schemes: Mapping[str, Scheme]
    participants: tuple[Participant, ...]
    scores: tuple[Score, ...]
    rankings: tuple[Ranking, ...]
    seal: Seal | None = None
    last: LastYear | None = None  # the round of the year before

    @cached_property
    def changes(self) -> dict[str, Change]:
        """Organisation → what its change of total on the year before came from."""
        return changes(self.last, self.scores)

    @property
    def period(self) -> Period:
        """The round's period."""
        return parse(self.round.period)

    @cached_property
    def _place(self) -> dict[str, int]:
        return {one.organisation: place for place, one in enumerate(self.participants)}

    def has(self, organisation: str) -> bool:
        """Whether an organisation takes part."""
        return organisation in self._place

    def place(self, organisation: str) -> int:
        """Where it stands among the participants."""
        return self._place[organisation]

    def participant(self, organisation: str) -> Participant:
        """One organisation's entries."""
        return self.participants[self._place[organisation]]

    def score(self, organisation: str) -> Score:
        """Its score."""
        return self.scores[self._place[organisation]]

    def ranking(self, organisation: str) -> Ranking:
        """Its rank."""
        return self.rankings[self._place[organisation]]

    def scheme(self, organisation: str) -> Scheme:
        """The scheme it is assessed under."""
        return self.schemes[self.participant(organisation).scheme]

    @property
    def pending(self) -> int:
        """Lines that wait for evaluators or for a difference to be settled."""
        return sum(one.pending for one in self.scores)


_KEPT: WeakKeyDictionary[Store, OrderedDict[Hashable, Standing]] = WeakKeyDictionary()
_TURN = threading.Lock()


def stand(workspace: Workspace, code: str, *, blind: bool = False) -> Standing:
    """A round as it stands: as signed once it is, else worked out from what is there. Kept until anything is added to it.

    `blind`: while evaluators score, without any mark, for those who must not learn them from points and totals.
    """
    held = read_round(workspace.store, code)
    # Until the cut-off, and until it is signed, further returns count.
    open_still = not held.seals and held.cut_off >= dt.datetime.now(dt.UTC)
    data = workspace.store.data_version() if open_still else 0
    blind = blind and held.step == "scoring"
    # Whose marks count depends on who is assigned.
    assigned = frozenset(
        (one, seat, who.name) for one, seats in held.evaluators.items() for seat, who in seats.items()
    )
    key = (held.number, held.newest, held.step, len(held.seals), held.cut_off, data, blind, assigned)
    with _TURN:  # a hundred scores and their ranks cost seconds: two who ask at once get one answer
        kept = _KEPT.setdefault(workspace.store, OrderedDict())
        if key not in kept:
            kept[key] = (
                signed(workspace, held, held.seals[-1])
                if held.seals
                else provisional(workspace, unmarked(held) if blind else held)
            )
            while len(kept) > 6:
                kept.popitem(last=False)
        found = kept[key]
    # Steps and where evaluators work may have changed without any score changing.
    return replace(found, round=held)


def unmarked(held: Round) -> Round:
    """A round without what evaluators said."""
    return replace(held, said=tuple(one for one in held.said if one.kind != "mark"), _newest={})


def provisional(workspace: Workspace, held: Round, *, now: bool = False) -> Standing:
    """Worked out: as known at the cut-off, or now."""
    gathered = gather(workspace, held, now=now)
    scores = score_all(gathered.schemes, gathered.participants)
    rankings = rank_all(gathered.schemes, gathered.participants, scores)
    before = last_year(workspace, held)
    return Standing(
        held, gathered.schemes, gathered.participants, tuple(scores), tuple(rankings), last=before
    )


def signed(workspace: Workspace, held: Round, seal: Seal) -> Standing:
    """As signed: read from the sealed parts, whatever returns, definitions or targets say today."""
    parts = {
        name: text for name, (_, text) in sealed_parts(workspace.store, held.number, seal.edition).items()
    }
    schemes = read_schemes(scheme_texts(parts))
    participants = tuple(read_participant(one) for one in json.loads(parts["inputs"]))
    scores = tuple(read_score(one) for one in json.loads(parts["scores"]))
    rankings = tuple(Ranking(**{**one, "like": tuple(one["like"])}) for one in json.loads(parts["ranking"]))
    before = last_year(workspace, held, parts.get("last_year"))
    return Standing(held, schemes, participants, scores, rankings, seal, before)


def scheme_texts(parts: Mapping[str, str]) -> dict[str, str]:
    """The schemes' texts among the parts."""
    return {name.removeprefix("scheme:"): text for name, text in parts.items() if name.startswith("scheme:")}
