"""What the methods take: numbers as numpy arrays, confidences, positions. Anything else is a ValueError, whatever it is."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def numbers(values: Any, what: str) -> Numbers:
    """Values as floats of their own shape; None and masked entries become NaN. Text, dates and ragged lists are refused."""
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan)
    try:
        found = np.asarray(values)
        if found.dtype.kind == "O" and any(isinstance(one, (str, bytes, complex)) for one in found.flat):
            raise TypeError
        if found.dtype.kind not in "biufO":
            raise TypeError
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{what} must be numbers, in arrays or lists of one length") from None


def finite(values: Any, what: str) -> Numbers:
    """As numbers, none of them missing or infinite."""
    found = numbers(values, what)
    if not np.all(np.isfinite(found)):
        raise ValueError(f"{what} must be finite numbers")
    return found


def gappy(values: Any, what: str) -> Numbers:
    """As numbers, none of them infinite; NaN where there is none."""
    found = numbers(values, what)
    if np.any(np.isinf(found)):
        raise ValueError(f"{what} must be finite numbers; NaN where there is none")
    return found


def number(value: Any, what: str) -> float:
    """One finite number."""
    found = finite(value, what)
    if found.ndim:
        raise ValueError(f"{what} must be one number")
    return float(found)


def whole(value: Any, what: str) -> int:
    """One whole number."""
    try:
        return operator.index(value)
    except TypeError:
        found = number(value, what)
        if found != int(found):
            raise ValueError(f"{what} must be a whole number") from None
        return int(found)


def confidence(value: Any) -> Numbers:
    """Confidences between 0 and 1, both left out: one, or as many as there are numbers."""
    found = numbers(value, "the confidence")
    if not np.all((found > 0) & (found < 1)):
        raise ValueError("the confidence must lie between 0 and 1")
    return found


def one_confidence(value: Any) -> float:
    """One confidence between 0 and 1, both left out."""
    return number(confidence(value), "the confidence")


def together(*arrays: Numbers) -> tuple[Numbers, ...]:
    """Arrays of one shape; raises ValueError where the shapes do not go together."""
    shape = np.broadcast_shapes(*(one.shape for one in arrays))
    return tuple(np.broadcast_to(one, shape) for one in arrays)
