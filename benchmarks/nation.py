"""A national scale: `python -m benchmarks.nation [--institutions 30000] [--counties 2900] [--years 5] [--url URL]`.

Returns of every county and every institution for every month are made up and written straight into the store's tables,
submissions, values and running totals as the program would have written them, on PostgreSQL (a private server, unless an
empty database's URL is given). Then: size, rate, and how long pages' questions take with nothing remembered from before.
Audit entries and originals are left out: they cost disk and no time of a page.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from benchmarks.private_postgresql import PrivatePostgreSQL
from indicators import flags, results
from indicators.definition import load_catalogue
from indicators.results import Context
from loaders.forms import Forms, load_forms
from reference.organisations import Organisation, Organisations
from reference.periods import month_add, month_period, month_range, rolling_year
from reference.registry import Registry, load_registry
from reference.reporting import Duty
from store import reading
from store.copying import fill, tables_of
from store.database import Store
from store.records import SubmissionRecord, UploadRecord, ValueRecord
from store.saving import save

LAST, PROVINCES = 202610, 31
COUNTY_FORM, INSTITUTION_FORM = "county_monthly", "delivery_institution_monthly"
ELEMENTS = 12  # of each form; real forms bring 20 to 60, most of them zero


class Nation:
    """Its tree and its forms: one root, 31 provinces, counties, institutions."""

    def __init__(self, counties: int, institutions: int) -> None:
        shipped = load_registry()
        root = shipped.trees["guizhou"].root
        hospital = next(one for one in shipped.organisations.all if one.level == "institution")
        kinds = {one.level: one for one in shipped.organisations.all if one.tree == "guizhou" and one.is_area}
        made: list[Organisation] = [replace_code(kinds["province"], root, "", "全国")]
        self.provinces = [f"P{number:02d}" for number in range(1, PROVINCES + 1)]
        made += [replace_code(kinds["prefecture"], code, root, f"省{code}") for code in self.provinces]
        self.counties = [f"C{number:04d}" for number in range(counties)]
        self.above = {code: self.provinces[number % PROVINCES] for number, code in enumerate(self.counties)}
        made += [replace_code(kinds["county"], code, self.above[code], f"县{code}") for code in self.counties]
        self.institutions = [f"H{number:05d}" for number in range(institutions)]
        for number, code in enumerate(self.institutions):
            self.above[code] = self.counties[number % counties]
            made.append(replace_code(hospital, code, self.above[code], f"医院{code}"))
        self.root = root
        self.registry: Registry = replace(shipped, organisations=Organisations(made))
        self.forms: Forms = load_forms(self.registry)

    def duty(self, form: str) -> Duty:
        """What a form brings."""
        return self.forms.get(form).duty

    def areas(self, code: str) -> list[str]:
        """The organisation and all that its numbers add into."""
        found = [code]
        while found[-1] in self.above:
            found.append(self.above[found[-1]])
        return [*found, self.root]


def replace_code(like: Organisation, code: str, parent: str, name: str) -> Organisation:
    """An organisation like another one."""
    changed = {
        "code": code,
        "parent": parent,
        "zh": name,
        "en": name,
        "short": "",
        "valid_from": None,
        "valid_to": None,
    }
    return like.model_copy(update=changed) if hasattr(like, "model_copy") else replace(like, **changed)


class Writing:
    """Rows of the tables, made as they are written."""

    def __init__(self, nation: Nation, store: Store, connection: Connection, months: list[int]) -> None:
        self._nation, self._connection, self._months = nation, connection, months
        self._tables = {table.name: table for table in tables_of(connection)}
        codes = store.codes(connection, again=True)
        self._organisations, self._elements = codes.organisations, codes.elements
        self._chance, self._number, self.rows = random.Random(1), 0, 0

    def write(self, form: str, senders: list[str]) -> None:
        """All returns of a form: month by month, so that little is held."""
        duty = self._nation.duty(form)
        brought = sorted(duty.elements & self._elements.keys())
        wanted = [one for one in WANTED if one in brought]
        elements = [
            self._elements[one]
            for one in [*wanted, *(one for one in brought if one not in wanted)][:ELEMENTS]
        ]
        for month in self._months:
            self._month(form, duty.basis, senders, month, elements)

    def _month(self, form: str, basis: str, senders: list[str], month: int, elements: list[int]) -> None:
        first, chance = self._number + 1, self._chance
        sent = {
            code: [chance.randrange(60, 100) + (100 if place < 2 else 0) for place in range(len(elements))]
            for code in senders
        }
        sums: dict[int, list[int]] = {}
        counts: dict[int, int] = {}
        for code, values in sent.items():
            for area in self._nation.areas(code):
                number = self._organisations[area]
                held = sums.setdefault(number, [0] * len(values))
                for place, value in enumerate(values):
                    held[place] += value
                counts[number] = counts.get(number, 0) + 1
        self._fill("upload", ({
            "id": first + place, "name": "r.xlsx", "sha256": f"{first + place:064x}", "size": 9000, "sender": "made",
            "received_at": 0, "outcome": "accepted", "synthetic": True, "kept": False, "submissions": 1,
            "superseded": 0, "n_values": len(elements), "errors": 0, "warnings": 0,
        } for place in range(len(senders))))  # fmt: skip
        self._fill("submission", ({
            "id": first + place, "upload_id": first + place, "form": form, "edition": "made", "basis": basis,
            "organisation_id": self._organisations[code], "month": month, "span": 1, "cumulative_from": None,
            "version": 1, "status": "current", "received_at": 0, "ended_at": None, "due_at": None, "digest": "0" * 64,
        } for place, code in enumerate(senders)))  # fmt: skip
        self._fill("data_value", ({
            "submission_id": first + place, "element_id": element, "category": "", "value": value, "note": "",
            "text": "", "sheet": "Sheet1", "cell": "C5", "derived": False,
        } for place, values in enumerate(sent.values())
          for element, value in zip(elements, values, strict=True)))  # fmt: skip
        self._fill("area_total", ({
            "element_id": element, "area_id": area, "month": month, "span": 1, "basis": basis, "category": "",
            "value": value, "reports": counts[area],
        } for area, values in sums.items() for element, value in zip(elements, values, strict=True)))  # fmt: skip
        self._fill("area_report", ({
            "area_id": area, "form": form, "month": month, "span": 1, "received": count,
        } for area, count in counts.items()))  # fmt: skip
        self._number += len(senders)

    def _fill(self, table: str, rows: Iterator[dict[str, Any]]) -> None:
        def counted() -> Iterator[dict[str, Any]]:
            for row in rows:
                self.rows += 1
                yield row

        fill(self._connection, self._tables[table], counted())


WANTED = ("parturient_women", "live_births", "prenatal_screened_women", "systematically_managed_women",
          "neonatal_deaths", "caesarean_sections", "maternal_deaths", "preterm_births")  # fmt: skip


def timed(name: str, ask: Callable[[], Any]) -> str:
    """A line of the table."""
    begun = time.perf_counter()
    found = ask()
    count = f"{len(found):,}" if hasattr(found, "__len__") else ""
    return f"| {name} | {time.perf_counter() - begun:.2f} | {count} |"


def questions(nation: Nation, store: Store) -> list[str]:
    """What pages ask."""
    context = Context(nation.registry, load_catalogue(nation.registry), store, nation.forms.duties)
    year, month = rolling_year(LAST), month_period(LAST)
    one, everything = (
        ["prenatal_screening_coverage"],
        [item.code for item in context.catalogue.of_tree("guizhou")],
    )
    province = nation.provinces[0]
    below = [code for code in nation.counties if nation.above[code] == province]
    months = [month_period(one) for one in month_range(month_add(LAST, -59), LAST).months]
    return [
        timed(f"one indicator, all {len(nation.counties):,} counties, a year", lambda: results.calculate(context, one, nation.counties, year)),
        timed(f"all {len(everything)} indicators, one province's {len(below)} counties, a year", lambda: results.calculate(context, everything, below, year)),
        timed(f"all {len(everything)} indicators, the nation and {PROVINCES} provinces, a year", lambda: results.calculate(context, everything, [nation.root, *nation.provinces], year)),
        timed("flags of one province's counties, a month", lambda: flags.find_flags(context, below, month)),
        timed("sixty months of one indicator, the nation", lambda: results.series(context, one[0], [nation.root], months)),
        timed("the newest 100 uploads", lambda: reading.uploads(store, limit=100)),
    ]  # fmt: skip


def one_more(nation: Nation, store: Store) -> str:
    """How long it takes to save one institution's correction among all of it."""
    duty = nation.duty(INSTITUTION_FORM)
    values = tuple(
        ValueRecord(element, "", 77, "", "", "Sheet1", "C5") for element in sorted(duty.elements)[:ELEMENTS]
    )
    record = SubmissionRecord(
        INSTITUTION_FORM, "made", duty.basis, nation.institutions[7], LAST, 1, None, None, values
    )
    import datetime as dt
    import hashlib

    upload = UploadRecord(
        "one.xlsx",
        hashlib.sha256(b"one").hexdigest(),
        b"one",
        "made",
        dt.datetime.now(dt.UTC),
        True,
        (record,),
        (),
    )
    return timed(
        "saving one institution's correction", lambda: save(store, nation.registry, [upload], "made")
    )


def main() -> None:
    """Make it, measure it, throw it away."""
    given = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    counties, institutions = int(given.get("--counties", 2900)), int(given.get("--institutions", 30_000))
    months = list(month_range(month_add(LAST, 1 - 12 * int(given.get("--years", 5))), LAST).months)
    server = None if "--url" in given else PrivatePostgreSQL()
    with tempfile.TemporaryDirectory() as folder:
        nation = Nation(counties, institutions)
        store = Store(given.get("--url") or server.url, Path(folder))  # type: ignore[union-attr]
        try:
            store.migrate()
            begun = time.perf_counter()
            store.sync(nation.registry)
            print(
                f"{len(nation.registry.organisations.all):,} organisations entered in {time.perf_counter() - begun:.1f} s"
            )
            begun, rows = time.perf_counter(), 0
            with store.writing(patient=True) as connection:
                connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
                writing = Writing(nation, store, connection, months)
                writing.write(COUNTY_FORM, nation.counties)
                writing.write(INSTITUTION_FORM, nation.institutions)
                rows = writing.rows
            took = time.perf_counter() - begun
            with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("SET statement_timeout = 0"))
                connection.execute(text("VACUUM ANALYZE"))
                size = connection.scalar(text("SELECT pg_database_size(current_database())")) or 0
            print(f"{institutions:,} institutions, {counties:,} counties, {len(months)} months: {rows:,} rows in {took:.0f} s "
                  f"({rows / took:,.0f}/s), {size / 1024**3:.2f} GiB\n")  # fmt: skip
            print("| question, nothing remembered | s | rows |\n|---|---|---|")
            for line in (*questions(nation, store), one_more(nation, store)):
                print(line, flush=True)
        finally:
            store.close()
            if server:
                server.close()


if __name__ == "__main__":
    main()
