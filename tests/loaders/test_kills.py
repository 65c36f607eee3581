"""`mch load` ended by SIGKILL at random moments: every file is in the store whole or not at all, and a further run completes it."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from loaders.forms import load_forms
from loaders.template import TemplateRow, write_template
from reference import periods
from reference.registry import Registry
from store.database import Store
from store.reading import area_totals
from store.schema import data_value, submission, upload
from store.verify import verify
from tests.loaders.quick_start import begin

# On each of the two databases. MCH_TEST_KILLS=50 repeats the fifty moments of the acceptance run, two minutes a database.
KILLS = int(os.environ.get("MCH_TEST_KILLS", "4"))
MONTHS = 4
SENDERS = 20
STRIDE = 20  # at most so many more files are saved before an end
LONGEST_PAUSE = 0.3  # seconds from there to the end: about what a batch takes
POLL = 0.05
PATIENCE = 300  # seconds in which even a very busy machine gets on
FORM = "delivery_institution_monthly"


@pytest.fixture(scope="module")
def expected(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """A folder of workbooks, and the live births written into each, by organisation and month."""
    folder = tmp_path_factory.mktemp("workbooks")
    form = load_forms(registry).get(FORM)
    institutions = [one.code for one in registry.organisations.all if one.kind == "mch"][:SENDERS]
    births: dict[str, int] = {}
    draw = random.Random(20211219)
    for month in range(1, MONTHS + 1):
        period = periods.parse(f"2026-{month:02d}")
        for code in institutions:
            boys, girls = draw.randint(1, 90), draw.randint(1, 90)
            births[f"{code} {2026 * 100 + month}"] = boys + girls
            values: dict[tuple[str, str], int | str] = {
                ("live_births", ""): boys + girls,
                ("live_births_male", ""): boys,
                ("live_births_female", ""): girls,
                ("live_births_unknown_sex", ""): 0,
                ("parturient_women", ""): boys + girls,
            }
            target = folder / f"{code}-{month:02d}.xlsx"
            write_template(
                form,
                registry,
                target,
                on=dt.date(2026, 11, 1),
                organisation=code,
                period=period,
                rows=[TemplateRow(code, values)],
            )
    return folder, births


def configured(home: Path, url: str) -> dict[str, str]:
    """An installation of its own, and the environment that names it."""
    home.mkdir(parents=True, exist_ok=True)
    config = home / "config.toml"
    config.write_text(f'database_url = "{url}"\noverlays = []\nbatch = 4\nworkers = 1\n', encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MCH_")}
    return {**inherited, "MCH_CONFIG": str(config)}


def command(folder: Path) -> list[str]:
    return ["load", str(folder), "--format", "csv"]


def as_a_user(folder: Path, environment: dict[str, str]) -> None:
    """`mch load` of the whole folder, to its end, as a user starts it."""
    program = [sys.executable, "-c", "from dashboard.cli import main; main()", *command(folder)]
    home = Path(__file__).parents[2]
    subprocess.run(program, env=environment, cwd=home, check=True, capture_output=True, timeout=PATIENCE)


def to_its_end(folder: Path, environment: dict[str, str]) -> None:
    process = begin(command(folder), environment)
    process.join(PATIENCE)
    assert process.exitcode == 0


def whole(store: Store, births: dict[str, int]) -> int:
    """Assert that what is there is whole; gives how many files there are."""
    with store.reading() as connection:
        rows = connection.execute(select(upload.c.id, upload.c.n_values, upload.c.submissions)).all()
        for number, values, submissions in rows:
            of_upload = select(submission.c.id).where(submission.c.upload_id == number)
            held = connection.execute(select(func.count()).select_from(of_upload.subquery())).scalar_one()
            entered = select(func.count()).where(
                data_value.c.submission_id.in_(of_upload), data_value.c.value.is_not(None)
            )
            assert (held, connection.execute(entered).scalar_one()) == (submissions, values)
        assert len(rows) <= len(births)
    return len(rows)


def complete(store: Store, registry: Registry, births: dict[str, int]) -> None:
    """Assert that everything is there once, and that totals equal the sums of what was written."""
    for month in range(202601, 202601 + MONTHS):
        frame = area_totals(store, ["live_births"], ["520000"], month, month, [""])
        written = sum(count for key, count in births.items() if key.endswith(str(month)))
        assert frame["value"].tolist() == [written]
    assert verify(store, registry) == []


def test_ended_at_random_moments(
    databases: Callable[[], str], registry: Registry, expected: tuple[Path, dict[str, int]], tmp_path: Path
) -> None:
    folder, births = expected
    draw = random.Random(KILLS)
    found: list[int] = []
    for number in itertools.count():
        url = databases()
        environment = configured(tmp_path / str(number), url)
        store = Store(url, tmp_path / str(number) / "data" / "originals")
        store.migrate()
        store.sync(registry)
        while len(found) < KILLS and held(store) < len(births):
            found.append(ended_once(folder, environment, store, births, draw))
        last = len(found) == KILLS
        if last:
            as_a_user(folder, environment)
        else:
            to_its_end(folder, environment)
        complete(store, registry, births)
        store.close()
        if last:
            break
    # The moments were well spread: many ends came with part of the files saved.
    assert sum(0 < count < len(births) for count in found) >= KILLS // 2, found


def ended_once(
    folder: Path, environment: dict[str, str], store: Store, births: dict[str, int], draw: random.Random
) -> int:
    """Begin it and end it at a random moment after so many more files were saved; gives how many are in the store.

    Progress and not the clock decides, so that a busy machine spreads the moments as well as an idle one does.
    """
    wanted, after = held(store) + draw.randint(0, STRIDE), draw.uniform(0, LONGEST_PAUSE)
    process = begin(command(folder), environment)
    late = time.monotonic() + PATIENCE
    while process.exitcode is None and held(store) < wanted:
        assert time.monotonic() < late, "it does not get on"
        process.join(POLL)
    process.join(after)
    assert process.exitcode in (None, 0)
    assert process.pid is not None
    with contextlib.suppress(ProcessLookupError):  # it has no group of its own yet, or is done
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()
    return whole(store, births)


def held(store: Store) -> int:
    """How many files are in the store."""
    with store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(upload)).scalar_one())
