"""Made-up provinces as plain arrays, with what is true of them: to measure what flags and forecasts find, and what they make up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
COUNTIES, MONTHS = 88, 60
SHARES = (0.80, 0.90, 0.95, 0.90, 0.85)  # targets of the shares, by the last month
SEASONS = (0.15, 0.0, 0.10, 0.05, 0.0)  # amplitude of the yearly wave, in log odds
EXTRA = (0.05, 0.10, 0.15, 0.05, 0.10)  # how much months vary beyond chance, in log odds
RATE, RATE_TARGET = 0.0040, 0.0050  # a rare event, per birth


@dataclass(frozen=True)
class World:
    """`count`, `total`: (indicators, counties, months); the last indicator is a rare rate for which less is better.

    `target`: (indicators,). The truth, per county and month: `level` the true share or rate, without season and noise;
    `behind` its mean over the last twelve months is on the wrong side of the target; `worsened` months since its
    level fell in a step, 0 when it did not (indicators, counties, months); `outlying` (indicators, counties): planted far
    below the others; `usual` (indicators, counties, months): drawn from the common spread, nothing planted (yet). Months without a
    report are NaN.
    """

    count: Numbers
    total: Numbers
    target: Numbers
    level: Numbers
    behind: NDArray[np.bool_]
    worsened: NDArray[np.int64]
    outlying: NDArray[np.bool_]
    usual: NDArray[np.bool_]


def world(seed: int, *, months: int = MONTHS, counties: int = COUNTIES) -> World:
    """One province. Of the counties a tenth is behind, a tenth worsens, one in thirty is far below, some reports are missing."""
    random = np.random.default_rng(seed)
    indicators = len(SHARES) + 1
    births = np.clip(random.lognormal(np.log(3300), 0.75, counties), 300, 20_000) / 12
    season = 1 + 0.1 * np.sin(2 * np.pi * (np.arange(months) / 12 + random.uniform()))
    total = random.poisson(births[:, None] * season, (indicators, counties, months)).astype(np.float64)
    total = np.maximum(total, 1.0)
    level = np.empty((indicators, counties, months))
    worsened = np.zeros((indicators, counties, months), np.int64)
    outlying = np.zeros((indicators, counties), bool)
    usual = np.ones((indicators, counties, months), bool)
    count = np.empty_like(total)
    for place in range(indicators):
        share = place < len(SHARES)
        middle = _logit(SHARES[place]) + 0.45 if share else np.log(RATE)
        slope = random.normal(0, 0.03, counties)
        base = (middle + random.normal(0, 0.12, counties))[:, None] + slope[:, None] * _years(months)
        low = random.random(counties) < 0.10
        base[low] -= (random.uniform(0.6, 1.2, counties) * (1 if share else -0.8))[low, None]
        far = random.random(counties) < 1 / 30
        base[far] -= 1.5 if share else -1.2
        outlying[place] = far
        falls = random.random(counties) < 0.10
        when = random.integers(months - 24, months, counties)
        size = random.uniform(0.3, 1.0, counties) * (1 if share else -1.0)
        after = (np.arange(months)[None] >= when[:, None]) & falls[:, None]
        base = base - after * size[:, None]
        usual[place] = ~(low | far)[:, None] & ~after
        worsened[place] = np.where(after, np.arange(months)[None] - when[:, None] + 1, 0)
        level[place] = _share(base) if share else np.exp(base)
        wave = SEASONS[place] * np.sin(2 * np.pi * np.arange(months) / 12) if share else 0.0
        noise = random.normal(0, EXTRA[place] if share else 0.1, (counties, months))
        if share:
            count[place] = random.binomial(total[place].astype(int), _share(base + wave + noise))
        else:
            count[place] = random.poisson(total[place] * np.exp(base + noise))
    absent = random.random((counties, months)) < 0.01
    count[:, absent], total[:, absent] = np.nan, np.nan
    target = np.array([*SHARES, RATE_TARGET])
    behind = np.zeros(level.shape, bool)
    year = np.cumsum(level, axis=2)
    mean = (year[..., 11:] - np.concatenate([np.zeros((*year.shape[:2], 1)), year[..., :-12]], axis=2)) / 12
    behind[:-1, :, 11:] = mean[:-1] < target[:-1, None, None]
    behind[-1, :, 11:] = mean[-1] > target[-1]
    return World(count, total, target, level, behind, worsened, outlying, usual)


def _years(months: int) -> Numbers:
    return (np.arange(months) - (months - 1)) / 12


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def _share(odds: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-odds)))
