"""All indicators for all counties over a year: cold, warm, and beside the bare SQL for the same rows."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import create_engine, text

from indicators.definition import load_catalogue
from indicators.flags import find_flags
from indicators.results import Context, calculate
from loaders.forms import load_forms
from reference.periods import rolling_year
from reference.registry import load_registry
from store import reading
from store.database import Store


def run(folder: Path, url: str) -> None:
    """Time results and flags over the store that `loading` filled."""
    registry = load_registry((folder / "reference",))
    catalogue = load_catalogue(registry)
    store = Store(url, folder / "originals")
    held = reading.months(store, "guizhou")
    assert held is not None
    period = rolling_year(held[1])
    counties = [one.code for one in registry.organisations.at_level("county")]
    duties = load_forms(registry).duties

    def seconds(work: object) -> float:
        assert callable(work)
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    context = Context(registry, catalogue, store, duties)
    print(
        f"{'all indicators × 88 counties × 12 months, cold':<58}{seconds(lambda: calculate(context, list(catalogue.by_code), counties, period)):>16.2f} s"
    )
    print(
        f"{'the same again, warm':<58}{seconds(lambda: calculate(context, list(catalogue.by_code), counties, period)):>16.4f} s"
    )
    fresh = Context(registry, catalogue, store, duties)
    print(
        f"{'all flags of 88 counties, cold':<58}{seconds(lambda: find_flags(fresh, counties, period)):>16.2f} s"
    )
    one = Context(registry, catalogue, store, duties)
    ours = seconds(lambda: calculate(one, ["prenatal_screening_coverage"], counties, period))
    bare = seconds(lambda: _bare(url, period.first, period.last))
    print(f"{'one indicator × 88 counties × 12 months':<58}{ours:>16.3f} s")
    print(f"{'bare SQL for the same rows':<58}{bare:>16.3f} s")
    store.close()


def _bare(url: str, first: int, last: int) -> None:
    engine = create_engine(url)
    query = text(
        "SELECT t.area_id, t.element_id, t.month, t.value FROM area_total t JOIN data_element e ON e.id = t.element_id"
        " WHERE e.code IN ('prenatal_screened_women', 'parturient_women') AND t.category = ''"
        " AND t.basis = 'residence' AND t.month BETWEEN :first AND :last"
    )
    with engine.connect() as connection:
        connection.execute(query, {"first": first, "last": last}).all()
    engine.dispose()
