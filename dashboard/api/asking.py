"""What a program asks for: organisations, indicators and period out of the address, and nothing beyond its account's reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from dashboard.auth.account import Account
from dashboard.cli.numbers import choose_indicators, choose_organisations, choose_period
from dashboard.workspace import Workspace
from reference.organisations import AmbiguousOrganisationError, Organisation, UnknownOrganisationError
from reference.periods import Period, PeriodError
from reference.strict import DefinitionError

MENDABLE = (PeriodError, DefinitionError, UnknownOrganisationError, AmbiguousOrganisationError)
MOST_NUMBERS = 20_000  # results of one answer


class ApiError(Exception):
    """A request that is refused: HTTP status, code, and words that say how to mend it."""

    def __init__(self, status: int, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.status, self.code, self.zh, self.en = status, code, zh, en

    def document(self) -> Mapping[str, Any]:
        """As the answer says it."""
        return {"error": {"code": self.code, "message_zh": self.zh, "message_en": self.en}}


def organisations_asked(workspace: Workspace, account: Account, *, sent: bool = False) -> list[Organisation]:
    """Those named by `organisation`, or all of a `level` (below those named); else the account's own area.

    `sent`: what organisations sent is asked for, which is told within reach only; else results, which more may see.
    Raises ApiError for one that the account may not see; of a level, those that it may not see are left out.
    """
    named, level = request.args.getlist("organisation"), request.args.get("level", "")
    organisations = workspace.registry.organisations
    home = account.home(organisations)
    try:
        asked = choose_organisations(workspace, named or ([home.code] if home and not level else []), level)
    except MENDABLE as error:
        raise bad_request(str(error)) from None
    may_see = account.reaches if sent else account.sees
    seen = [one for one in asked if may_see(one.code, organisations)]
    if len(seen) < len(asked) and not level:
        raise ApiError(
            403, "out_of_reach", "您的账号看不到这个单位。", "Your account does not see this organisation."
        )
    return seen


def indicators_asked(workspace: Workspace, chosen: list[Organisation]) -> list[str]:
    """Those named by `indicator`, else all of the organisations' trees."""
    try:
        return choose_indicators(workspace, request.args.getlist("indicator"), chosen)
    except (*MENDABLE, LookupError) as error:
        raise bad_request(str(error)) from None


def period_asked(workspace: Workspace, chosen: list[Organisation]) -> Period:
    """The `period`, else the last twelve months with data."""
    try:
        return choose_period(workspace, request.args.get("period", ""), chosen)
    except MENDABLE as error:
        raise bad_request(str(error)) from None


def not_too_many(numbers: int) -> None:
    """Raise ApiError when an answer would be larger than one request may have."""
    if numbers > MOST_NUMBERS:
        raise ApiError(
            413,
            "too_many",
            f"一次最多 {MOST_NUMBERS} 个结果，请减少指标或单位。",
            f"At most {MOST_NUMBERS} results at once: ask for fewer indicators or organisations.",
        )


def is_switched_on(name: str) -> bool:
    """Whether a yes-or-no key of the address says yes."""
    return request.args.get(name, "").casefold() in ("1", "true", "yes")


def bad_request(words: str) -> ApiError:
    """What was asked cannot be understood."""
    return ApiError(400, "bad_request", f"请求有误：{words}", words)
