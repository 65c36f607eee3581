"""A sender reports for those whom the account reaches, and for nobody else."""

from __future__ import annotations

import datetime as dt

from dashboard.auth.account import Account
from loaders.forms import load_forms
from loaders.intake import Desk
from loaders.load import Loaded, load_content
from reference.registry import Registry
from store.database import Store
from tests.workbooks.build import NANMING, YUNYAN, bytes_of, delivery


def sent(account: Account, registry: Registry, store: Store) -> Loaded:
    """A return of two counties' institutions, sent by somebody."""
    desk = Desk(registry, load_forms(registry), dt.date(2026, 11, 20))
    content = bytes_of(delivery(NANMING, YUNYAN))
    return load_content(
        content, "月报.xlsx", desk, store, sender=account.name,
        reach=lambda code: account.reaches(code, registry.organisations),
    )  # fmt: skip


def told(loaded: Loaded) -> list[tuple[str, str]]:
    return [(one.code, one.organisation) for one in loaded.outcome.issues if one.severity == "error"]


def test_a_hospital_does_not_report_for_its_neighbour(registry: Registry, store: Store) -> None:
    loaded = sent(Account("nm", "南明", "institution", "MCH520102"), registry, store)
    assert told(loaded) == [("not_yours", "MCH520103")]
    assert loaded.receipt.outcome == "returned"
    assert (loaded.receipt.submissions, loaded.receipt.values) == (0, 0)
    (issue,) = [one for one in loaded.outcome.issues if one.severity == "error"]
    assert "MCH520103" in issue.message("zh")
    assert issue.cell == "B5"
    assert "MCH520102" not in issue.message("zh") + issue.mend("zh")


def test_what_is_assigned_may_be_reported(registry: Registry, store: Store) -> None:
    account = Account("nm", "南明", "institution", "MCH520102", frozenset({"MCH520103"}))
    assert told(sent(account, registry, store)) == []


def test_a_prefecture_reports_for_those_below_it(registry: Registry, store: Store) -> None:
    loaded = sent(Account("gy", "贵阳", "prefecture", "520100"), registry, store)
    assert told(loaded) == []
    assert loaded.receipt.submissions == 2
