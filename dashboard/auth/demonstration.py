"""Demonstration accounts: one for each role, made by `mch demo` alone, and of no use anywhere but on a demonstration.

They let people in only while the server listens on this machine alone and every number in the store is made up; the day that
real numbers arrive, or that the server listens to others, they stop working by themselves.
"""

from __future__ import annotations

import csv
from pathlib import Path

from dashboard.auth.passwords import hashed, initial_password
from dashboard.settings import LOOPBACK, Settings
from dashboard.workspace import Workspace
from reference.organisations import Organisations
from store.accounts import NewAccount, accounts, add_accounts, set_password
from store.reading import has_real, has_synthetic

FILE = Path("demo") / "accounts.csv"
ENTRANCE = "demo-province"  # whose one-time link is shown at the start


def serves_demonstration(workspace: Workspace) -> bool:
    """Whether demonstration accounts may come in."""
    if workspace.settings.host not in LOOPBACK:
        return False
    return has_synthetic(workspace.store) and not has_real(workspace.store)


def make_demonstration(workspace: Workspace) -> list[tuple[NewAccount, str]]:
    """Make the accounts, or give those that are there new passwords; writes them to a file that only its owner reads."""
    held = {one.name for one in accounts(workspace.store) if one.demonstration}
    wanted = []
    for name, shown, role, organisation, assigned in _wanted(workspace.registry.organisations):
        password = initial_password()
        new = NewAccount(
            name, shown, role, organisation, hashed(password), assigned, demonstration=True, must_change=False
        )
        wanted.append((new, password))
    add_accounts(workspace.store, [one for one, _ in wanted if one.name not in held], "mch demo")
    for one, _ in wanted:
        if one.name in held:
            set_password(workspace.store, one.name, one.password, "mch demo", must_change=False)
    write_list(workspace.settings.data / FILE, wanted)
    return wanted


def _wanted(organisations: Organisations) -> list[tuple[str, str, str, str, frozenset[str]]]:
    """One account a role, around the first prefecture that has all of what is wanted; two evaluators share its institutions."""
    root = organisations.get("520000") if "520000" in organisations else organisations.all[0]
    prefecture = next(one for one in organisations.children(root.code) if one.is_area)
    county = next(one for one in organisations.children(prefecture.code) if one.is_area)
    clinics = [one for one in organisations.descendants(prefecture.code) if not one.is_area]
    clinic = next(one for one in clinics if county.code in organisations.ancestors(one.code))
    shares = frozenset(one.code for one in clinics[::2]), frozenset(one.code for one in clinics[1::2])
    whole = (root.code, frozenset[str]())
    return [
        (ENTRANCE, "演示·省级", "province", *whole),
        ("demo-prefecture", f"演示·{prefecture.zh}", "prefecture", prefecture.code, frozenset()),
        ("demo-county", f"演示·{county.zh}", "county", county.code, frozenset()),
        ("demo-clerk", f"演示·{clinic.zh}"[:120], "institution", clinic.code, frozenset()),
        ("demo-evaluator-1", "演示·考核专家甲", "evaluator", prefecture.code, shares[0]),
        ("demo-evaluator-2", "演示·考核专家乙", "evaluator", prefecture.code, shares[1]),
        ("demo-reviewer", "演示·考核复核", "reviewer", *whole),
        ("demo-administrator", "演示·系统管理员", "administrator", *whole),
        ("demo-auditor", "演示·审计员", "auditor", *whole),
    ]


def write_list(path: Path, wanted: list[tuple[NewAccount, str]]) -> None:
    """Names and passwords as a table, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["account", "password", "role", "organisation", "shown"])
        writer.writerows(
            [one.name, password, one.role, one.organisation, one.shown] for one, password in wanted
        )


def read_list(settings: Settings) -> list[dict[str, str]]:
    """The table of names and passwords; empty when there is none."""
    path = settings.data / FILE
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
