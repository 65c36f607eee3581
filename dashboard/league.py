"""The league of one indicator: every area with its interval and the ranks that chance leaves open."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import tables, wording
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.peer_views import Drawn, drawn_in
from indicators.result import Result


def league_table(
    visit: Visit, definition: Definition, results: Sequence[Result], shrunken: bool
) -> tuple[list[tables.Row], list[tables.Column]]:
    """Rows and columns; with `shrunken`, value and interval are those drawn towards the mean of all."""
    drawn = drawn_of(visit, definition, results)
    rows = tables.league_rows(visit, definition, results)
    columns = tables.league_columns(visit, definition, results)
    if not drawn:
        return rows, columns
    place = len(drawn)  # the rows begin with the worst
    for row in rows:
        row["rank"] = None
        if (one := drawn.get(row["code"])) is not None:
            first, last = ranks(definition, one, len(drawn))
            row |= {
                "rank": place,
                "ranks": first,
                "ranks_words": f"{first}–{last}" if first < last else f"{first}",
            }
            place -= 1
            if shrunken:
                row |= _shrunken(definition, one)
        else:
            row |= {"ranks": None, "ranks_words": ""}
    column = tables.number_column("ranks", visit.texts("位次区间"), 72, "ranks_words", maxWidth=110)
    at = next(at for at, one in enumerate(columns) if one["field"] == "interval_words")
    return rows, [*columns[: at + 1], column, *columns[at + 1 :]]


def ranks(definition: Definition, one: Drawn, units: int) -> tuple[int, int]:
    """The ranks that chance leaves open, 1 the best (the highest, where neither side is better)."""
    if definition.polarity == "lower":
        return one.rank_lower, one.rank_upper
    return units + 1 - one.rank_upper, units + 1 - one.rank_lower


def drawn_of(visit: Visit, definition: Definition, results: Sequence[Result]) -> dict[str, Drawn]:
    """Estimates and ranks of the areas shown, kept for each version of the data."""
    areas = tuple(one.organisation for one in results)
    key = ("drawn", definition.code, areas, visit.view.period, visit.seen)
    return visit.answers.once(key, lambda: drawn_in(definition, results))


def _shrunken(definition: Definition, one: Drawn) -> tables.Row:
    low, high = (wording.number(limit, definition.decimals) for limit in (one.lower, one.upper))
    return {
        "value": one.estimate,
        "value_words": wording.number(one.estimate, definition.decimals),
        "lower": one.lower,
        "upper_limit": one.upper,
        "interval_words": f"{low}–{high}",
    }
