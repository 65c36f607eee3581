"""What was sent, and whether whoever asks may see it: all that an upload speaks of must lie within the account's reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard.answers import Answers
from dashboard.auth.account import Account
from reference.registry import Registry


def may_see(answers: Answers, account: Account, upload_id: int) -> bool:
    """Whether an upload may be shown. One that speaks of nobody (a returned file) goes by who sent it."""
    if account.is_everywhere:
        return True
    organisations = answers.workspace.registry.organisations
    sender, spoken_of = answers.whose(upload_id)
    if not spoken_of:
        whole = account.role.scope == "area" and account.organisation in {
            tree.root for tree in answers.workspace.registry.trees.values()
        }
        return account.reaches(sender, organisations) if sender else whole
    return all(account.reaches(code, organisations) for code in spoken_of)


def upload_seen(answers: Answers, account: Account, upload_id: int) -> Mapping[str, Any] | None:
    """An upload within reach; None for one that is not there, and for one that is not to be seen."""
    row = answers.upload(upload_id)
    return row if row is not None and may_see(answers, account, upload_id) else None


def uploads_seen(answers: Answers, account: Account, limit: int) -> pd.DataFrame:
    """The newest uploads within reach."""
    trees = answers.workspace.registry.trees.values()
    if account.is_everywhere or (len(trees) == 1 and account.organisation == next(iter(trees)).root):
        return answers.uploads(limit)
    return answers.uploads_within(account.organisation, reached(answers, account), limit)


def reached(answers: Answers, account: Account) -> frozenset[str]:
    """Every organisation that an account reaches."""
    return frozenset(codes_reached(answers.workspace.registry, account))


def codes_reached(registry: Registry, account: Account) -> list[str]:
    """The same, in order."""
    organisations = registry.organisations
    if account.is_everywhere:
        return sorted({one.code for one in organisations.all})
    own = {account.organisation, *account.assigned} & {one.code for one in organisations.all}
    if account.role.scope == "area" and account.organisation in organisations:
        own |= {one.code for one in organisations.descendants(account.organisation)}
    return sorted(own)
