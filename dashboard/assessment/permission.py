"""Who may do what in an assessment: every page, route and command asks here, and the store holds the last line."""

from __future__ import annotations

from dashboard.auth.account import Account
from reference.organisations import Organisations
from store.assessments import Round


def may_answer(account: Account, organisation: str, organisations: Organisations) -> bool:
    """Whether the account fills in an organisation's self-assessment: its own alone, never that of one below it."""
    own = account.is_everywhere or works_at(account, organisation)
    return account.may("assess_self") and own and account.reaches(organisation, organisations)


def seat_of(account: Account, held: Round, organisation: str) -> int:
    """From which seat the account scores an organisation; 0 when it is not assigned, or works there.

    Whoever sits at the machine itself is no evaluator: marks bear a name.
    """
    if not account.may("assess_score") or works_at(account, organisation):
        return 0
    seats = held.evaluators.get(organisation, {})
    found = (
        seat for seat, one in sorted(seats.items()) if one.name == account.name and one.place != organisation
    )
    return next(found, 0)


def works_at(account: Account, organisation: str) -> bool:
    """Whether an organisation is the account's own."""
    return account.organisation == organisation


def may_review(account: Account, organisation: str, organisations: Organisations) -> bool:
    """Whether the account settles differences of an organisation: above it, never itself."""
    return (
        account.may("assess_review")
        and not works_at(account, organisation)
        and account.reaches(organisation, organisations)
    )


def may_sign(account: Account) -> bool:
    """Whether the account opens, signs and publishes rounds."""
    return account.may("assess_sign")


def may_decide(account: Account, organisation: str) -> bool:
    """Whether the account decides an organisation's appeals: who signs, never of the own organisation."""
    return may_sign(account) and not works_at(account, organisation)


def may_appeal(account: Account, organisation: str, organisations: Organisations) -> bool:
    """Whether the account may appeal for an organisation."""
    return may_answer(account, organisation, organisations)


def is_blind(account: Account) -> bool:
    """Whether the account must not learn, while evaluators score, what they gave: all but reviewers and who signs."""
    return not (account.may("assess_review") or account.may("assess_sign"))


def may_see(account: Account, held: Round, organisation: str, organisations: Organisations) -> bool:
    """Whether the account sees an organisation's lines: its own, those it reaches or scores, and all once published."""
    if not account.may("view_results"):
        return False
    if held.step == "published" or seat_of(account, held, organisation):
        return True
    return account.reaches(organisation, organisations)


def may_see_evidence(account: Account, held: Round, organisation: str, organisations: Organisations) -> bool:
    """Whether the account opens an organisation's evidence: who scores it, and who may see files or review within reach.

    Publishing shows points, not files.
    """
    if seat_of(account, held, organisation):
        return True
    may = account.may("view_originals") or account.may("assess_review")
    return may and account.reaches(organisation, organisations)
