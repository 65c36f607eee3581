"""Who may ask whom for action, who may answer, and who may see it. Every page, route and export asks here."""

from __future__ import annotations

from dashboard.auth.account import EVERYWHERE, Account
from reference.follow_ups import BY_WHO_ASKED, Action, State, possible
from reference.organisations import Organisations


def may_ask(account: Account, code: str, organisations: Organisations) -> bool:
    """An area asks those below itself, never itself."""
    return account.may("ask_action") and account.organisation != code and account.reaches(code, organisations)


def may_answer(account: Account, code: str) -> bool:
    """The organisation that was asked answers."""
    return account.may("answer_action") and account.organisation in (code, EVERYWHERE)


def may_see(account: Account, code: str, organisations: Organisations) -> bool:
    """Who was asked, and everybody above."""
    return account.may("view_results") and account.reaches(code, organisations)


def can_take(account: Account, action: Action, code: str, organisations: Organisations) -> bool:
    """Whether the account may take the step, whether or not it is possible now."""
    if action in BY_WHO_ASKED:
        return may_ask(account, code, organisations)
    return may_answer(account, code)


def steps_for(account: Account, state: State, code: str, organisations: Organisations) -> tuple[Action, ...]:
    """What the account can do with it now."""
    return tuple(one for one in possible(state) if can_take(account, one, code, organisations))
