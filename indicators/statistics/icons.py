"""What a control chart says in the words of the NHS icons: variation of each point, and assurance against a target."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from indicators.statistics import given
from indicators.statistics.control_chart import Chart

Variation = Literal["common cause", "improvement", "concern", "special cause"]
Assurance = Literal["consistently passing", "inconsistent", "consistently failing"]


def variation(chart: Chart, wants_more: bool | None) -> NDArray[np.str_]:
    """Of each point: "common cause", or with a special cause "improvement" on the better side of the line, else "concern".

    `wants_more`: whether higher is better; None where neither side is, and then it is "special cause". The side of the line
    decides for trends too, as in NHSRplotthedots. The icon of a series is that of its last point.
    NHS England. Making data count: getting started. 2019; NHS-R community, NHSRplotthedots (`ptd_calculate_point_type`).
    """
    better = chart.side == (1 if wants_more else -1)
    told = np.where(better, "improvement", "concern") if wants_more is not None else "special cause"
    return np.asarray(np.where(chart.special, told, "common cause"))


def assurance(chart: Chart, target: float, wants_more: bool) -> NDArray[np.str_]:
    """Of each series: whether limits as the last ones lie wholly beyond the target, on its better or its worse side.

    "consistently passing", "consistently failing", or "inconsistent" while the target lies within the limits.
    NHS England. Making data count: getting started. 2019; NHSRplotthedots (`ptd_calculate_assurance_type`).
    """
    target = given.number(target, "the target")
    above, below = target > chart.upper[..., -1], target < chart.lower[..., -1]
    passing, failing = (below, above) if wants_more else (above, below)
    told = np.where(failing, "consistently failing", "inconsistent")
    return np.asarray(np.where(passing, "consistently passing", told))
