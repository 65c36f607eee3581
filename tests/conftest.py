"""What tests of several packages share: the reference data, and an empty store on each of the two databases."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from reference.registry import Registry, load_registry
from store.database import Store


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests run in one process, where what they share is made once; groups that files name themselves stay."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.location[0]))


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The shipped reference data."""
    return load_registry()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server: the one given by MCH_TEST_POSTGRESQL_URL, else a private one that ends with the tests."""
    if given := os.environ.get("MCH_TEST_POSTGRESQL_URL"):
        yield given
        return
    programs = _programs()
    if programs is None:
        reason = "PostgreSQL is not installed: everything was tested on SQLite only"
        if os.environ.get("MCH_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    # Not under pytest's own folder: that is closed to other users, and the path of a socket must be short.
    home = Path(tempfile.mkdtemp(prefix="mch-pg-"))
    try:
        yield from _run_server(programs, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _programs() -> Path | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = shutil.which("pg_ctl")
    return installed[-1] if installed else Path(found).parent if found else None


def _run_server(programs: Path, home: Path) -> Iterator[str]:
    user: dict[str, str] = {}
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(home, "postgres", "postgres")
        user = {"user": "postgres", "group": "postgres"}
    data = home / "data"

    def run(*command: str | Path) -> None:
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=home, extra_groups=[] if user else None, **user
        )
        assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"

    run(programs / "initdb", "-D", data, "-U", "mch", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
    # Nothing listens on the network; the tests' data need not outlive a power cut.
    options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off -c max_connections=200"
    options += " -c autovacuum=off -c synchronous_commit=off -c full_page_writes=off"
    run(programs / "pg_ctl", "-D", data, "-w", "-l", home / "log", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://mch@/postgres?host={home}"
    finally:
        run(programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


@pytest.fixture(scope="session")
def office_all(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[Path], str], list[Path]]:
    """Converts files with LibreOffice, as other people's programs would write them, all in one start of it; a profile of its own, so that tests may run side by side."""
    program = shutil.which("soffice")
    if program is None:
        reason = "LibreOffice is not installed: no file of another program's making was tried"
        if os.environ.get("MCH_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    home = tmp_path_factory.mktemp("office")

    def convert(paths: Sequence[Path], ending: str) -> list[Path]:
        filters = {"csv": "Text - txt - csv (StarCalc):44,34,76,1"}  # commas, quotes, UTF-8
        to = home / uuid.uuid4().hex
        command = [program, "--headless", f"-env:UserInstallation={(home / 'profile').as_uri()}"]
        command += ["--convert-to", f"{ending}:{filters[ending]}" if ending in filters else ending]
        command += ["--outdir", str(to), *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        results = [to / f"{path.stem}.{ending}" for path in paths]
        assert all(one.exists() for one in results), f"{done.stdout}{done.stderr}"
        return results

    return convert


@pytest.fixture(scope="session")
def office(office_all: Callable[[Sequence[Path], str], list[Path]]) -> Callable[[Path, str], Path]:
    """Converts one file with LibreOffice."""
    return lambda path, ending: office_all([path], ending)[0]


def _administer(server: str, command: str, *names: str) -> None:
    url = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))


def _new_name() -> str:
    return f"mch_{uuid.uuid4().hex[:12]}"


def _url_of(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _with_tables(url: str) -> None:
    store = Store(url, Path(tempfile.gettempdir()))  # nothing is put among its originals
    store.migrate()
    store.close()


@pytest.fixture(scope="session")
def postgresql_tables(postgresql_server: str) -> Iterator[str]:
    """The name of a PostgreSQL database with the tables and nothing in them, from which others are copied."""
    name = _new_name()
    _administer(postgresql_server, "CREATE DATABASE {}", name)
    _with_tables(_url_of(postgresql_server, name))
    yield name
    _administer(postgresql_server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables and nothing in them, from which others are copied."""
    path = tmp_path_factory.mktemp("tables") / "tables.sqlite"
    _with_tables(f"sqlite:///{path}")
    return path


@pytest.fixture
def postgresql_databases(
    postgresql_server: str, request: pytest.FixtureRequest
) -> Iterator[Callable[..., str]]:
    """Makes fresh PostgreSQL databases, empty or with the tables, and gives their URLs; they go with the test."""
    names: list[str] = []

    def make(*, tables: bool = False) -> str:
        names.append(_new_name())
        if tables:
            of = request.getfixturevalue("postgresql_tables")
            _administer(postgresql_server, "CREATE DATABASE {} TEMPLATE {}", names[-1], of)
        else:
            _administer(postgresql_server, "CREATE DATABASE {}", names[-1])
        return _url_of(postgresql_server, names[-1])

    yield make
    for name in names:
        _administer(postgresql_server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def postgresql_url(postgresql_databases: Callable[..., str]) -> str:
    """The URL of a fresh, empty PostgreSQL database."""
    return postgresql_databases()


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., str]:
    """Makes fresh databases, empty or with the tables, and gives their URLs; a test that uses it runs once on each kind."""
    if request.param == "postgresql":
        made: Callable[..., str] = request.getfixturevalue("postgresql_databases")
        return made

    def make(*, tables: bool = False) -> str:
        path = tmp_path / f"{uuid.uuid4().hex}.sqlite"
        if tables:
            shutil.copyfile(request.getfixturevalue("sqlite_tables"), path)
        return f"sqlite:///{path}"

    return make


@pytest.fixture
def database_url(databases: Callable[..., str], request: pytest.FixtureRequest) -> str:
    """The URL of one fresh database, once on each kind: empty, or for `empty_store` and what rests on it with the tables."""
    return databases(tables="empty_store" in request.fixturenames)


@pytest.fixture
def open_store(database_url: str, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens the same fresh database again and again, each time as another program would."""
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(Store(database_url, tmp_path / "originals"))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def empty_store(open_store: Callable[[], Store]) -> Store:
    """A store with its tables and nothing in them, not even reference data."""
    store = open_store()
    assert store.is_ready()
    return store


@pytest.fixture
def store(empty_store: Store, registry: Registry) -> Store:
    """A store ready for use with the shipped reference data, on each of the two databases."""
    empty_store.sync(registry)
    return empty_store
