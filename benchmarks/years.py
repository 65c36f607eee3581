"""Five years of every indicator at once: `python -m benchmarks.years [--store FOLDER] [--postgresql URL]`.

Of a synthetic province's last twelve months the running totals are set back by one, two, three and four years, so that the store
holds sixty months. Then, on SQLite and, where an empty database's URL is given, on PostgreSQL: all indicators of all
98 areas, and one indicator of all counties beside the bare SQL for the same rows; each with nothing remembered from before.
`--store`: a folder made by `mch demo` is taken instead of a new one, and left as it was.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import delete, func, insert, literal, select, text

from benchmarks import loading
from indicators.definition import load_catalogue
from indicators.panel import panel
from indicators.results import Context, series
from loaders.forms import load_forms
from reference.periods import month_add, month_period, month_range
from reference.registry import Registry, load_registry
from store import reading
from store.database import Store
from store.schema import area_report, area_total, data_element, organisation

YEARS, TIMES = 5, 5
INDICATOR = "prenatal_screening_coverage"
BARE = text(
    "SELECT t.area_id, t.element_id, t.month, t.value, t.reports FROM area_total t"
    " JOIN data_element e ON e.id = t.element_id JOIN organisation o ON o.id = t.area_id"
    " WHERE e.code IN ('prenatal_screened_women', 'parturient_women') AND t.category = '' AND t.span = 1"
    " AND t.basis = 'residence' AND t.month BETWEEN :first AND :last AND o.code IN (SELECT code FROM organisation"
    " WHERE code LIKE '52____' AND code NOT LIKE '52__00')"
)


def main() -> None:
    """Make the stores and time them."""
    given = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "--store" in given:
            source = Path(given["--store"])
            shutil.copytree(source / "reference", folder / "reference")
            shutil.copy(source / "mch.sqlite", folder / "mch.sqlite")
        else:
            loading.run(folder, 13)
        registry = load_registry((folder / "reference",))
        store = Store(f"sqlite:///{folder / 'mch.sqlite'}", folder / "originals")
        set_back(store)
        _measure("SQLite", registry, store)
        if "--postgresql" in given:
            copy = Store(given["--postgresql"], folder / "originals")
            copy.migrate()
            _copy(store, copy)
            _measure("PostgreSQL", registry, copy)
            copy.close()
        store.close()


def set_back(store: Store) -> None:
    """Keep the last twelve months and lay them four times before themselves."""
    with store.writing() as connection:
        last = connection.scalar(select(func.max(area_total.c.month)))
        assert last is not None
        for table in (area_total, area_report):
            connection.execute(delete(table).where(table.c.month < month_add(last, -11)))
            for years in range(1, YEARS):
                columns = [
                    column - literal(100 * years) if column.name == "month" else column for column in table.c
                ]
                rows = select(*columns).where(table.c.month >= month_add(last, -11))
                connection.execute(insert(table).from_select([column.name for column in table.c], rows))
    with store.writing() as connection:
        connection.execute(text("ANALYZE"))


def _copy(source: Store, to: Store) -> None:
    """What calculating reads, table by table."""
    with source.engine.connect() as reader, to.writing() as writer:
        for table in (organisation, data_element, area_total, area_report):
            writer.execute(delete(table))
            for rows in reader.execute(select(table)).mappings().partitions(20_000):
                writer.execute(insert(table), [dict(row) for row in rows])
    with to.writing() as connection:
        connection.execute(text("ANALYZE"))


def _measure(name: str, registry: Registry, store: Store) -> None:
    held = reading.months(store, "guizhou")
    assert held is not None
    first, last = month_add(held[1], 1 - 12 * YEARS), held[1]
    organisations = registry.organisations
    counties = [one.code for one in organisations.at_level("county")]
    areas = [
        *counties,
        *(one.code for level in ("prefecture", "province") for one in organisations.at_level(level)),
    ]
    forms = load_forms(registry)
    catalogue = load_catalogue(registry)

    def everything() -> int:
        context = Context(registry, catalogue, store, forms.duties)
        found = panel(context, list(catalogue.by_code), areas, first, last)
        rest = [
            code for code, one in catalogue.by_code.items() if code not in found and "guizhou" in one.tree
        ]
        months = [month_period(month) for month in month_range(first, last).months]
        others = [one for code in rest for one in series(context, code, areas, months)]
        return sum(one.value.size for one in found.values()) + len(others)

    def one() -> None:
        panel(Context(registry, catalogue, store, forms.duties), [INDICATOR], counties, first, last)

    def bare() -> int:
        with store.reading() as connection:
            return len(connection.execute(BARE, {"first": first, "last": last}).all())

    began, worked = time.perf_counter(), time.process_time()
    numbers = everything()
    print(
        f"{name}: all indicators × {len(areas)} areas × {12 * YEARS} months, cold: {time.perf_counter() - began:.2f} s "
        f"({time.process_time() - worked:.2f} s of one processor), {numbers:,} numbers"
    )
    rows = bare()
    ours, theirs = _best(one), _best(bare)
    print(
        f"{name}: one indicator × {len(counties)} counties × {12 * YEARS} months: {ours * 1000:.0f} ms; "
        f"bare SQL for its {rows:,} rows: {theirs * 1000:.0f} ms; {ours / theirs:.1f} times"
    )  # fmt: skip


def _best(work: Callable[[], object]) -> float:
    """Seconds of the quickest of a few runs."""
    found = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)


if __name__ == "__main__":
    main()
