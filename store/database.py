"""The store: one database and one folder of original files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from reference.registry import Registry
from store import tables as tables
from store.codes import Codes, read_codes
from store.connecting import (
    WRITING,
    StoreBusyError,
    StoreError,
    database_file,
    is_busy,
    open_engine,
    queue_for_writing,
    reading_options,
    url_shown,
)
from store.lineage import bring_up_to_date
from store.originals import Originals
from store.rebuilding import rebuild
from store.schema import CHANGES_DATA, audit

MIGRATIONS = Path(__file__).parent / "migrations"


def _known_versions() -> set[str]:
    return {one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


class Store:
    """Numbers, receipts and originals of one installation. Cheap to make: connects when first asked something."""

    def __init__(self, url: str, originals: Path) -> None:
        self.url = url
        self.originals = Originals(originals)
        self.engine = open_engine(url)
        self._writer = self.engine.execution_options(**{WRITING: True})
        self._reader = self.engine.execution_options(**reading_options(self.engine))
        self._codes: Codes | None = None

    @property
    def url_shown(self) -> str:
        """The database's URL without its password."""
        return url_shown(self.url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that reads one unchanging state and cannot write."""
        with self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, *, patient: bool = False) -> Iterator[Connection]:
        """A connection that writes, one at a time; all of it is kept at the end, or nothing when anything is raised.

        Raises StoreBusyError when others wrote all the time that it waited.
        """
        with ExitStack() as stack:
            try:
                connection = stack.enter_context(self._writer.begin())
                queue_for_writing(connection, patient=patient)
            except OperationalError as error:
                if is_busy(error):
                    raise StoreBusyError(self.url_shown) from error
                raise
            yield connection

    def migrate(self, version: str = "head") -> None:
        """Bring the database's tables to the newest version, or to the one given; safe to call at every start.

        Raises StoreError when a newer program has written them.
        """
        with self.writing(patient=True) as connection:
            held = MigrationContext.configure(connection).get_current_revision()
            if held is not None and held not in _known_versions():
                raise StoreError(
                    f"the database was last written by a newer program (its tables are version {held}, this one knows up to "
                    f"{self.newest_version}): install that version again, or restore a backup from before it"
                )
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, version)

    @cached_property
    def newest_version(self) -> str:
        """The newest version that the program knows of the tables."""
        head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
        if head is None:
            raise StoreError(f"no migrations found in {MIGRATIONS}")
        return head

    def version(self) -> str | None:
        """The version of the database's tables; None when there are none. Raises SQLAlchemyError when out of reach."""
        file = database_file(self.url)
        if file is not None and not file.exists():
            return None
        with self.reading() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def is_ready(self) -> bool:
        """Whether the database can be reached and its tables are of the newest version."""
        try:
            return self.version() == self.newest_version
        except SQLAlchemyError:
            return False

    def sync(self, registry: Registry) -> None:
        """Give every organisation and data element of the reference data its number in the database.

        Where the tree has changed under numbers already held (a corrected parent, a new date), the totals are made anew.
        """
        with self.writing(patient=True) as connection:
            changed = bring_up_to_date(connection, registry)
            if changed:
                rebuild(connection, registry, self.codes(connection, again=True))
        self._codes = None

    def codes(self, connection: Connection, *, again: bool = False) -> Codes:
        """Numbers and codes of organisations and data elements, read once; `again` when a code is missing."""
        if self._codes is None or again:
            self._codes = read_codes(connection)
        return self._codes

    def data_version(self) -> int:
        """A number that rises with every change of the data: what results are cached by."""
        with self.reading() as connection:
            return connection.scalar(select(func.max(audit.c.seq)).where(CHANGES_DATA)) or 0

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
