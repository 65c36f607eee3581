"""How certain a rank is: scores drawn again and again within the chance of their counts, and ranked each time.

Counts that are part of a whole are drawn from the binomial's Jeffreys posterior, Beta(x + ½, n - x + ½); events over an exposure
from the Poisson's, Gamma(x + ½). (Brown LD, Cai TT, DasGupta A. Interval estimation for a binomial proportion. Stat Sci
2001;16:101-133; for ranks: Goldstein H, Spiegelhalter DJ. League tables and their limitations. J R Stat Soc A 1996;159:385-443.)
What people judged, plain ratios and lines judged by their interval have no chance of this kind and stay as they are.
The draws are seeded by the scheme, so that the same round gives the same intervals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from indicators.scoring.entries import Entry, Participant
from indicators.scoring.places import Ranking
from indicators.scoring.score import COUNTED, LineScore, Score
from reference.assessments import Line, Scheme

Numbers = NDArray[np.float64]


def rank_all(
    schemes: Mapping[str, Scheme], participants: Sequence[Participant], scores: Sequence[Score]
) -> list[Ranking]:
    """Everybody's ranking, in the order given."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, one in enumerate(participants):
        groups[one.scheme, one.peer].append(place)
    found: dict[int, Ranking] = {}
    for (code, peer), places in groups.items():
        members = [participants[place] for place in places]
        held = [scores[place] for place in places]
        totals = draw_totals(schemes[code], members, held, peer)
        found |= dict(zip(places, _ranked(schemes[code], held, totals), strict=True))
    return [found[place] for place in range(len(participants))]


def _ranked(scheme: Scheme, scores: Sequence[Score], totals: Numbers) -> list[Ranking]:
    tail = (1 - float(scheme.confidence)) / 2
    ranks = rankdata(-totals, method="min", axis=0)
    low = np.quantile(ranks, tail, axis=1, method="lower")
    high = np.quantile(ranks, 1 - tail, axis=1, method="higher")
    found = []
    for place, score in enumerate(scores):
        ahead = (totals[place] > totals).mean(axis=1) + (totals[place] == totals).mean(axis=1) / 2
        others = [other for other in range(len(scores)) if other != place]
        like = [scores[other].organisation for other in others if tail <= ahead[other] <= 1 - tail]
        better = sum(bool(ahead[other] < tail) for other in others)
        worse = sum(bool(ahead[other] > 1 - tail) for other in others)
        # Rounding of the signed totals may put a place a hair outside what was drawn. And whoever cannot be told apart from a
        # peer may stand on either side of it: among near equals what was drawn alone would be too narrow.
        found.append(
            Ranking(
                score.organisation,
                score.place,
                score.tied,
                score.peers,
                min(int(low[place]), score.place, 1 + better),
                max(int(high[place]), score.place, len(scores) - worse),
                tuple(like),
            )
        )
    return found


def draw_totals(
    scheme: Scheme, members: Sequence[Participant], scores: Sequence[Score], peer: str
) -> Numbers:
    """Totals of a peer group, (members, draws)."""
    random = np.random.default_rng([scheme.seed, *peer.encode()])
    shape = (len(members), scheme.draws)
    domains: dict[str, Numbers] = {}
    weights: dict[str, Numbers] = {}
    for domain in scheme.domains:
        points: NDArray[np.float64] = np.zeros(shape)
        applicable: NDArray[np.float64] = np.zeros((len(members), 1))
        for line in domain.lines:
            held = [score.line(line.code) for score in scores]
            counted = np.array([[one.status in COUNTED] for one in held], dtype=float)
            shares = _shares(line, members, held, scheme.draws, random)
            points += float(line.weight) * counted * shares
            applicable += float(line.weight) * counted
        weight = np.asarray(float(domain.weight) * (applicable > 0), dtype=np.float64)
        share = points / np.where(applicable > 0, applicable, 1.0)
        domains[domain.code] = np.asarray(float(domain.weight) * share, dtype=np.float64)
        weights[domain.code] = weight
    total = 100 * sum(domains.values()) / np.maximum(sum(weights.values()), 1e-9)
    cap = np.array([[float(scheme.veto_cap) if score.vetoes else np.inf] for score in scores])
    return np.asarray(np.round(np.minimum(total, cap), 6))


def _shares(
    line: Line,
    members: Sequence[Participant],
    held: Sequence[LineScore],
    draws: int,
    random: np.random.Generator,
) -> Numbers:
    fixed = np.array([[float(one.share or 0)] for one in held])
    entries = [one.entries.get(line.code, Entry()) for one in members]
    if not line.computed or line.rule == "interval":
        return np.broadcast_to(fixed, (len(members), draws))
    values = np.array(
        [_drawn(entry, one.value, draws, random) for entry, one in zip(entries, held, strict=True)]
    )
    higher = np.array([[(line.polarity or entry.polarity) == "higher"] for entry in entries])
    sign = np.where(higher, 1.0, -1.0)
    target = np.array([[float(one.target) if one.target else np.nan] for one in held])
    with np.errstate(invalid="ignore"):
        if line.rule == "at_target":
            found = (sign * values >= sign * target).astype(float)
        elif line.rule == "linear":
            floor = float(line.floor or 0)
            found = np.clip((values - floor) / (target - floor), 0, 1)
        elif line.rule == "bands":
            found = np.zeros_like(values)
            for band in reversed(line.bands):
                found = np.where(sign * values >= sign * float(band.limit), float(band.share), found)
        elif line.rule == "rank":
            present = [place for place, one in enumerate(held) if one.value is not None]
            found = np.zeros_like(values)
            if len(present) > 1:
                ranks = rankdata(-(sign * values)[present], method="average", axis=0)
                found[present] = (len(present) - ranks) / (len(present) - 1)
            else:
                found[present] = 1.0
        else:
            before = np.array(
                [[float(entry.previous) if entry.previous is not None else np.nan] for entry in entries]
            )
            found = np.clip(sign * (values - before) / float(line.step or 1), 0, 1)
            found = np.where(sign * values >= sign * target, 1.0, found)
    return np.where(np.isnan(found), fixed, found)


def _drawn(entry: Entry, value: str | None, draws: int, random: np.random.Generator) -> Numbers:
    """Values a count could as well have given; the value itself where there is no chance of this kind."""
    if value is None:
        return np.full(draws, np.nan)
    count, total = entry.numerator, entry.denominator
    if count is None or not total or entry.settled is not None:
        return np.full(draws, float(value))
    if entry.method == "proportion" and count <= total:
        return np.asarray(random.beta(count + 0.5, total - count + 0.5, draws) * entry.multiplier)
    if entry.method == "rate":
        return np.asarray(random.gamma(count + 0.5, 1.0, draws) / total * entry.multiplier)
    return np.full(draws, float(value))
