"""Forecasts held against what came, on made-up provinces: `python -m benchmarks.forecasts [worlds]`.

Of each province four counties an indicator are forecast a year ahead from every half-year, with what was known then, and
compared with the last value and with the same month a year before. The chance of reaching the target a year later is held
against whether the counts then reached it.
"""

from __future__ import annotations

import sys
import time
from multiprocessing import Pool

import numpy as np

from indicators.statistics.forecast import Backtest, Kind, backtest, trajectory
from synthetic.worlds import SHARES, World, world

SEEDS, COUNTIES, HORIZON, PROCESSES = 200, 4, 12, 2
CONFIDENCES = (0.80, 0.95)


Found = dict[tuple[int, float], list[Backtest]]  # by indicator and confidence


def main(worlds: int = SEEDS) -> None:
    """Print the table."""
    began = time.perf_counter()
    with Pool(PROCESSES) as pool:
        made = pool.map(province, range(worlds), chunksize=1)
    found: Found = {}
    for one, _ in made:
        for key, several in one.items():
            found.setdefault(key, []).extend(several)
    chances = [chance for _, several in made for chance in several]
    print(f"{'indicator':<22}{'forecasts':>10}{'skill':>8}{'seasonal':>10}{'in 80%':>8}{'in 95%':>8}")
    for place in range(len(SHARES) + 1):
        name = f"share, target {SHARES[place]:.0%}" if place < len(SHARES) else "rare rate"
        low, high = (_together(found[place, confidence]) for confidence in CONFIDENCES)
        print(
            f"{name:<22}{high.forecasts:>10}{high.skill:>8.2f}{high.seasonal_skill:>10.2f}"
            f"{low.covered:>8.3f}{high.covered:>8.3f}"
        )
    _calibration(chances)
    print(f"{worlds} provinces, {time.perf_counter() - began:.0f} s")


def province(seed: int) -> tuple[Found, list[tuple[float, bool]]]:
    """The backtests of one province, and its chances of reaching the targets with what came of them."""
    one = world(seed)
    found: Found = {}
    chances: list[tuple[float, bool]] = []
    chosen = np.random.default_rng(seed).choice(one.count.shape[1], COUNTIES, replace=False)
    for place in range(len(one.target)):
        kind: Kind = "proportion" if place < len(SHARES) else "rate"
        for county in chosen:
            count, total = one.count[place, county], one.total[place, county]
            for confidence in CONFIDENCES:
                found.setdefault((place, confidence), []).append(
                    backtest(count, total, horizon=HORIZON, step=6, kind=kind, confidence=confidence)
                )
            chances.append(_chance(one, place, int(county), kind))
    return found, chances


def _chance(one: World, place: int, county: int, kind: Kind) -> tuple[float, bool]:
    """The chance given a year before the end, and whether the counted last twelve months then met the target."""
    count, total = one.count[place, county], one.total[place, county]
    operator = ">=" if kind == "proportion" else "<="
    ahead = trajectory(
        count[:-HORIZON],
        total[:-HORIZON],
        horizon=HORIZON,
        target=float(one.target[place]),
        operator=operator,
        kind=kind,
    )
    came = np.nansum(count[-HORIZON:]) / np.nansum(total[-HORIZON:])
    met = came >= one.target[place] if kind == "proportion" else came <= one.target[place]
    return float(ahead.probability or 0.0), bool(met)


def _together(parts: list[Backtest]) -> Backtest:
    weights = np.array([one.forecasts for one in parts], dtype=float)

    def mean(name: str) -> float:
        values = np.array([getattr(one, name) for one in parts])
        return float(np.average(values[weights > 0], weights=weights[weights > 0]))

    return Backtest(
        *(mean(name) for name in ("error", "naive_error", "seasonal_error", "covered")), int(weights.sum())
    )


def _calibration(chances: list[tuple[float, bool]]) -> None:
    given, met = (np.array(one, dtype=float) for one in zip(*chances, strict=True))
    base = met.mean()
    brier, reference = np.mean((given - met) ** 2), base * (1 - base)
    print(f"chance of reaching: Brier {brier:.3f}, of the base rate {reference:.3f} ({base:.0%} reach it)")
    for low, high in ((0, 0.05), (0.05, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.95), (0.95, 1.01)):
        inside = (given >= low) & (given < high)
        if inside.any():
            print(
                f"  given {given[inside].mean():5.1%} · reached {met[inside].mean():5.1%} · {int(inside.sum())} series"
            )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
