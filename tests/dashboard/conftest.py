"""An installation of its own for each test of the dashboard, empty or with a few counties worked out by hand.

Who asks in a test:
- `workspace`, `loaded`: sign-in is off. Calls of page functions and clients of `create_app(workspace)` act as this machine,
  which may do everything.
- `open_visit(answers, path, search, account=accounts["county"])` gives a page to one of the nine accounts of `ROLES` (see there).
- `sign_in_as("county")`: a client of an app with sign-in on, already signed in; `client.csrf` holds the headers that a
  changing request must carry. `guarded` is that app's workspace: the same database and settings, but sign-in is on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from dashboard.app import create_app
from dashboard.auth.account import Account
from dashboard.cli import main
from dashboard.settings import Settings
from dashboard.workspace import Workspace, open_workspace
from reference.periods import month_add
from store.records import Receipt, SubmissionRecord, UploadRecord, ValueRecord
from store.saving import save
from tests.accounts import SignedIn, accounts_of_roles, add_roles, signed_in


class Counties:
    """Four counties of 遵义市, each with 100 women giving birth a month; `screened` of them were screened."""

    last = 202610
    behind, near, ahead, silent = "520302", "520303", "520304", "520322"
    screened = {behind: 60, near: 79, ahead: 90}  # noqa: RUF012

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def load(self, synthetic: bool = False) -> None:
        """Twelve months from three counties, and three months from a fourth that then fell silent."""
        returns = [
            self.a_return(code, month_add(self.last, -back), screened)
            for code, screened in self.screened.items()
            for back in range(12)
        ]
        returns += [self.a_return(self.silent, month_add(self.last, -back), 85) for back in (9, 10, 11)]
        assert self.save(self.an_upload(returns, synthetic)).outcome == "accepted"

    def save(self, upload: UploadRecord) -> Receipt:
        """Into the store."""
        return save(self.workspace.store, self.workspace.registry, [upload], "test")[0]

    @property
    def form(self) -> str:
        """The monthly form that brings screened women by residence."""
        found = [
            duty.form
            for duty in self.workspace.forms.duties
            if duty.basis == "residence" and duty.span == 1 and "prenatal_screened_women" in duty.elements
        ]
        assert len(found) == 1
        return found[0]

    def a_return(self, organisation: str, month: int, screened: int) -> SubmissionRecord:
        """One county's month."""
        numbers = {"parturient_women": 100, "live_births": 100, "prenatal_screened_women": screened}
        values = tuple(
            ValueRecord(element, "", number, "", "", "Sheet1", f"C{row}")
            for row, (element, number) in enumerate(numbers.items(), start=5)
        )
        return SubmissionRecord(self.form, "test", "residence", organisation, month, 1, None, None, values)

    def an_upload(
        self, returns: Sequence[SubmissionRecord], synthetic: bool = False, name: str = "月报.xlsx"
    ) -> UploadRecord:
        """The file that the returns came in."""
        content = f"{name} {len(returns)} {synthetic}".encode()
        digest = hashlib.sha256(content).hexdigest()
        received = dt.datetime(2026, 11, 3, 1, 30, tzinfo=dt.UTC)
        return UploadRecord(name, digest, content, "test", received, synthetic, tuple(returns), ())


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An empty installation; sign-in is off, so that tests of pages need no account."""
    opened = open_workspace(
        Settings(home=tmp_path, overlays=(), answers_seconds=0, sign_in=False), prepare=True
    )
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def accounts() -> dict[str, Account]:
    """One account for each role, by role: see tests/accounts.py."""
    return accounts_of_roles()


@pytest.fixture
def guarded(workspace: Workspace) -> Workspace:
    """The same installation with sign-in on, and the accounts of all roles in it; their password is PASSWORD."""
    add_roles(workspace.store)
    return replace(workspace, settings=workspace.settings.model_copy(update={"sign_in": True}))


@pytest.fixture
def sign_in_as(guarded: Workspace) -> Callable[[str], SignedIn]:
    """Gives a client signed in as a role, on one app for all of them."""
    app = create_app(guarded)
    return lambda role: signed_in(app, guarded, role)


@pytest.fixture
def counties(workspace: Workspace) -> Counties:
    """The makers of hand-made returns; nothing is loaded yet."""
    return Counties(workspace)


@pytest.fixture
def loaded(workspace: Workspace, counties: Counties) -> Workspace:
    """The installation with the hand-made returns."""
    counties.load()
    return workspace


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def mch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Run `mch` in an empty installation of its own."""
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("MCH_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("MCH_WORKERS", "1")
    monkeypatch.delenv("MCH_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["mch", *arguments])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return Ran(code, printed.out, printed.err)

    return run
