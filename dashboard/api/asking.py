"""What a program asks for: organisations, indicators and period out of the address, and nothing beyond its account's reach."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from flask import request

from dashboard.api.refusing import document
from dashboard.auth.account import Account
from dashboard.cli.numbers import choose_indicators, choose_organisations, choose_period
from dashboard.workspace import Workspace
from reference.organisations import AmbiguousOrganisationError, Organisation, UnknownOrganisationError
from reference.periods import Period, PeriodError
from reference.strict import DefinitionError, suggest

MENDABLE = (PeriodError, DefinitionError, UnknownOrganisationError, AmbiguousOrganisationError)
MOST_NUMBERS = 20_000  # results of one answer


class ApiError(Exception):
    """A request that is refused: HTTP status, code, and words that say how to mend it."""

    def __init__(self, status: int, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.status, self.code, self.zh, self.en = status, code, zh, en

    def document(self) -> Mapping[str, Any]:
        """As the answer says it."""
        return document(self.code, self.zh, self.en)


def organisations_asked(workspace: Workspace, account: Account, *, sent: bool = False) -> list[Organisation]:
    """Those named by `organisation`, or all of a `level` (below those named); else the account's own area.

    `sent`: what organisations sent is asked for, which is told within reach only; else results, which more may see.
    Raises ApiError for one that the account may not see; of a level, those that it may not see are left out.
    """
    named, level = request.args.getlist("organisation"), request.args.get("level", "")
    organisations = workspace.registry.organisations
    home = account.home(organisations)
    level_asked(workspace)
    try:
        asked = choose_organisations(workspace, named or ([home.code] if home and not level else []), level)
    except MENDABLE as error:
        raise no_organisation(named, error) from None
    may_see = account.reaches if sent else account.sees
    seen = [one for one in asked if may_see(one.code, organisations)]
    if len(seen) < len(asked) and not level:
        raise ApiError(
            403,
            "out_of_reach",
            "您的账号看不到所要的单位的这些内容。请只要自己辖区内的单位，或不写 organisation。",
            "Your account does not see this of the organisation. Ask for one of your own area, or leave out 'organisation'.",
        )
    return seen


def indicators_asked(workspace: Workspace, chosen: list[Organisation]) -> list[str]:
    """Those named by `indicator`, else all of the organisations' trees."""
    try:
        return choose_indicators(workspace, request.args.getlist("indicator"), chosen)
    except (*MENDABLE, LookupError) as error:
        named = "、".join(request.args.getlist("indicator"))
        zh = f"没有这样的指标，或所要的单位不报这个指标：{named}。指标代码见 /api/v1/indicators。"
        raise bad_request(str(error), zh) from None


def period_asked(workspace: Workspace, chosen: list[Organisation]) -> Period:
    """The `period`, else the last twelve months with data."""
    try:
        return choose_period(workspace, request.args.get("period", ""), chosen)
    except PeriodError as error:
        given = request.args.get("period", "")
        zh = f"“{given}”不是时期。可以写 2026-03、2026年3月、2026Q1、2026、SY2026 或 2026-01..2026-06。"
        raise bad_request(str(error), zh) from None
    except DefinitionError as error:
        raise bad_request(str(error), "系统里还没有数据。请先报送，或写明 period。") from None


def not_too_many(numbers: int) -> None:
    """Raise ApiError when an answer would be larger than one request may have."""
    if numbers > MOST_NUMBERS:
        raise ApiError(
            413,
            "too_many",
            f"一次最多 {MOST_NUMBERS} 个结果，请减少指标或单位。",
            f"At most {MOST_NUMBERS} results at once: ask for fewer indicators or organisations.",
        )


@cache
def _described() -> Mapping[str, tuple[str, ...]]:
    """The keys that each address may have, as openapi.json says."""
    text = Path(__file__).with_name("openapi.json").read_text(encoding="utf-8")
    return {
        path: tuple(one["name"] for one in ways["get"].get("parameters", ()) if one["in"] == "query")
        for path, ways in json.loads(text)["paths"].items()
        if "get" in ways
    }


def only_known_keys(path: str) -> None:
    """Raise ApiError for a key that the address does not have: a mistyped one would else be answered with something else."""
    known = _described()[path]
    for key in request.args:
        if key not in known:
            may_be = f"这里可用的参数是 {'、'.join(known)}" if known else "这里不接受任何参数"
            raise bad_request(
                f"unknown key '{key}'{suggest(key, known)}" if known else f"unknown key '{key}'",
                f"没有参数“{key}”，{may_be}。",
            )


def level_asked(workspace: Workspace) -> str:
    """The `level`, '' for all; raises ApiError for one that no tree has."""
    level = request.args.get("level", "")
    known = sorted({one.code for tree in workspace.registry.trees.values() for one in tree.levels})
    if level and level not in known:
        raise bad_request(
            f"unknown level '{level}'{suggest(level, known)}",
            f"没有层级“{level}”，可用的是 {'、'.join(known)}。",
        )
    return level


def is_switched_on(name: str) -> bool:
    """Whether a yes-or-no key of the address says yes."""
    return request.args.get(name, "").casefold() in ("1", "true", "yes")


def no_organisation(named: Sequence[str], error: Exception) -> ApiError:
    """An organisation that is not known, or whose name several bear."""
    words = "、".join(named)
    if isinstance(error, AmbiguousOrganisationError):
        return bad_request(str(error), f"名称不止一个单位使用：{words}。请写代码，见 /api/v1/organisations。")
    return bad_request(str(error), f"没有这个单位：{words}。单位的代码和名称见 /api/v1/organisations。")


def bad_request(en: str, zh: str) -> ApiError:
    """What was asked cannot be understood; each language says how to ask."""
    return ApiError(400, "bad_request", zh, en)
