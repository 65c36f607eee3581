"""A backfill read by two machines (two processes over loopback) gives the same store as one read here."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select

from dashboard.settings import Settings
from dashboard.workspace import open_workspace
from loaders.cluster import Cluster, ClusterError
from loaders.files import Job, find_jobs
from loaders.load import load_jobs
from store.schema import metadata
from store.verify import verify
from synthetic.province import write_province

SCHEDULER = "from distributed.cli.dask_scheduler import main; main()"
WORKER = "from distributed.cli.dask_worker import main; main()"
QUIET = {"DASK_DISTRIBUTED__DASHBOARD__LINK": "", "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "0.98"}


def run(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    """One of Dask's own programs, on this machine alone."""
    command = [sys.executable, "-c", code, *arguments, "--no-dashboard"]
    return subprocess.Popen(
        command, env={**os.environ, **QUIET}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """A scheduler with two workers, one of them under a nanny."""
    from distributed import Client

    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    address, home = f"tcp://127.0.0.1:{port}", str(tmp_path_factory.mktemp("dask"))
    shared = ("--host", "127.0.0.1", "--nthreads", "1", "--local-directory", home)
    programs = [
        run(SCHEDULER, "--host", "127.0.0.1", "--port", str(port)),
        run(WORKER, address, *shared, "--no-nanny"),
        run(WORKER, address, *shared, "--nanny"),
    ]
    try:
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=90)
        yield address
    finally:
        # Not gently: a worker that is told to end waits for a scheduler that has ended too.
        for program in programs:
            for one in (*psutil.Process(program.pid).children(recursive=True), psutil.Process(program.pid)):
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            program.wait(30)


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory) -> list[Job]:
    """Twenty-four of the synthetic province's workbooks, one that is none, one that is not there, and one member of a .zip."""
    import zipfile

    folder = tmp_path_factory.mktemp("returns")
    write_province(folder, months=1, workers=1)
    files = sorted((folder / "workbooks").rglob("*.xlsx"))[:24]
    bad = folder / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04 no workbook")
    packed = folder / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(files.pop(), "inside.xlsx")
    return [*find_jobs([*files, packed, bad], Settings(home=folder).limits), Job(folder / "gone.xlsx")]


def everything(store):
    moving = {"received_at", "ended_at", "at", "previous", "hash", "detail"}
    with store.reading() as connection:
        return {
            name: sorted(
                repr([value for key, value in row.items() if key not in moving])
                for row in connection.execute(select(table)).mappings()
            )
            for name, table in metadata.tables.items()
        }


def load(home: Path, jobs, url: str, scheduler: str = ""):
    overlay = jobs[0].path.parents[1] / "reference"
    while not overlay.exists():
        overlay = overlay.parents[1] / "reference"
    home.mkdir()
    opened = open_workspace(Settings(home=home, overlays=(overlay,), database_url=url), prepare=True)
    loaded = list(load_jobs(jobs, opened.desk, opened.store, sender="test", scheduler=scheduler, batch=20))
    assert [one.path for one in loaded] == [job.path for job in jobs], "in the order given"
    assert verify(opened.store, opened.registry) == []
    found = (
        everything(opened.store),
        {one.name: one.read_bytes() for one in opened.settings.originals.glob("*/*")},
    )
    opened.close()
    return found


@pytest.fixture(scope="module")
def here(tmp_path_factory, workbooks):
    """What one machine makes of them."""
    home = tmp_path_factory.mktemp("here")
    return load(home / "home", workbooks, f"sqlite:///{home / 'mch.sqlite'}")


def test_two_machines_give_what_one_gives(database_url, tmp_path, workbooks, scheduler, here):
    assert load(tmp_path / "there", workbooks, database_url, scheduler) == here
    outcomes = [row for row in here[0]["upload"] if "accepted" in row]
    assert len(outcomes) >= 18
    assert len(here[1]) >= 22


def test_no_scheduler_is_said(monkeypatch):
    monkeypatch.setattr("loaders.cluster.CONNECT_SECONDS", 1)
    with pytest.raises(ClusterError, match="no scheduler answers"):
        Cluster(None, None, "tcp://127.0.0.1:1", None)
