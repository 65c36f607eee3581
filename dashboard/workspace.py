"""The composition root: settings, reference data, forms, indicators and store, opened once and handed around."""

from __future__ import annotations

import os
from dataclasses import dataclass

from dashboard.settings import Settings, load_settings
from indicators.definition import Catalogue, load_catalogue
from indicators.results import Context
from loaders.files import Checker
from loaders.forms import Forms, load_forms
from loaders.intake import Desk
from loaders.load import Clerk, ReadingRoom, open_sandbox
from reference.registry import Registry, load_registry
from store.connecting import make_private
from store.database import Store


@dataclass(frozen=True)
class Workspace:
    """Everything a page or a command needs."""

    settings: Settings
    registry: Registry
    forms: Forms
    catalogue: Catalogue
    store: Store
    desk: Desk
    context: Context

    @property
    def workers(self) -> int:
        """Worker processes for reading workbooks."""
        return self.settings.workers or os.cpu_count() or 1

    def open_reading_room(self, sender: str) -> ReadingRoom:
        """Processes that read uploads one at a time, for as long as the server runs."""
        return open_sandbox(
            Clerk(Checker(self.desk), sender, False, self.settings.originals), min(2, self.workers)
        )

    def close(self) -> None:
        """Give the database back."""
        self.store.close()


def open_workspace(settings: Settings | None = None, *, prepare: bool = False) -> Workspace:
    """Open the installation; with `prepare`, bring the database to the newest version and the reference data into it.

    Raises DefinitionError or SettingsError when a definition file or a setting cannot be used.
    """
    settings = settings or load_settings()
    registry = load_registry(settings.overlay_folders)
    forms = load_forms(registry)
    catalogue = load_catalogue(registry)
    make_private(settings.data)
    store = Store(settings.store_url, settings.originals)
    if prepare:
        store.migrate()
        store.sync(registry)
    return Workspace(
        settings=settings,
        registry=registry,
        forms=forms,
        catalogue=catalogue,
        store=store,
        desk=Desk(registry, forms, limits=settings.limits),
        context=Context(registry, catalogue, store, forms.duties),
    )
