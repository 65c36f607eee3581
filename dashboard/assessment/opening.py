"""Opening a round: which schemes, who takes part, until when numbers count."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboard.auth.asking import account_of
from dashboard.workspace import Workspace
from indicators import grading
from reference.assessments import HOME, Known, Scheme, faults, load_schemes, read_draft
from reference.periods import Period
from reference.strict import DefinitionError, suggest
from store import reading
from store.accounts import find_account, has_accounts
from store.assessing import AssessmentError, NewRound, open_round
from store.times import to_milliseconds

CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Shelf:
    """The schemes of an installation, with their texts: shipped ones, and those laid over them in assessments/ of an overlay."""

    schemes: dict[str, Scheme]
    texts: dict[str, str]


def open_shelf(workspace: Workspace) -> Shelf:
    """Every scheme that may be used; raises DefinitionError for one that cannot be read."""
    folders = (HOME, *(folder / "assessments" for folder in workspace.settings.overlay_folders))
    texts = {
        path.stem: path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted(folder.glob("*.toml"))
    }
    return Shelf(load_schemes(folders), texts)


def known_to(workspace: Workspace) -> Known:
    """What a scheme may name."""
    indicators = {
        code: (one.polarity, one.method in ("proportion", "rate"))
        for code, one in workspace.catalogue.by_code.items()
    }
    return Known(indicators, workspace.registry.elements)


def check_file(workspace: Workspace, path: Path) -> tuple[Scheme | None, list[str]]:
    """A draft with everything wrong in it; without the scheme where its faults leave none."""
    scheme, found = read_draft(path)
    if scheme is None:
        return None, found
    written = sum(
        len(one.get("lines", ())) for one in tomllib.loads(path.read_text(encoding="utf-8"))["domains"]
    )
    return scheme, found + faults(scheme, known_to(workspace), whole=len(scheme.lines) == written)


def participants(workspace: Workspace, schemes: Sequence[Scheme], on: dt.date) -> list[tuple[str, str, str]]:
    """Who takes part: (organisation, area served, scheme). MCH institutions by the grade on record on the day; one without
    goes to the scheme that names level 0. Counties' governments are the counties themselves."""
    found: list[tuple[str, str, str]] = []
    organisations = workspace.registry.organisations
    of_level = {level: one.code for one in schemes if one.subject == "institution" for level in one.levels}
    if of_level:
        for standing in grading.standings(workspace.context, on):
            scheme = of_level.get(standing.grade_level or 0)
            if scheme:
                area = organisations.parent(standing.institution, on) or standing.institution
                found.append((standing.institution, area, scheme))
    for scheme_of_counties in (one for one in schemes if one.subject == "county"):
        counties = organisations.at_level("county", on=on)
        found += [(one.code, one.code, scheme_of_counties.code) for one in counties]
    return found


def evaluators(workspace: Workspace, names: Sequence[str]) -> list[tuple[str, str]]:
    """Evaluators by the names of their accounts, each with the organisation it works for.

    Raises AssessmentError for an account that does not exist, is closed or does not score. An installation without accounts
    takes the names as they are.
    """
    found = []
    for name in (one.strip() for one in names):
        record = find_account(workspace.store, name) if name else None
        if name and record is None and has_accounts(workspace.store):
            raise AssessmentError(f"没有账号 {name}。", f"There is no account '{name}'.")
        if record is not None and (
            record.disabled_at is not None or not account_of(record).may("assess_score")
        ):
            raise AssessmentError(f"账号 {name} 不能评分。", f"The account '{name}' may not score.")
        found.append((name, record.organisation if record else ""))
    return found


def open_new(
    workspace: Workspace,
    code: str,
    names: tuple[str, str],
    schemes: Sequence[str],
    period: Period,
    cut_off: dt.datetime,
    actor: str,
    only: Sequence[str] = (),
) -> int:
    """Open a round of all institutions, or of those named.

    Raises DefinitionError for a scheme that is not sound, AssessmentError for a code or cut-off that cannot be.
    """
    if not CODE.fullmatch(code):
        raise AssessmentError("代码只能用字母、数字、- 和 _，最多 40 个。", "A code has letters, digits, - and _ only, 40 at most.")  # fmt: skip
    if cut_off.date() < period.first_day:
        raise AssessmentError(f"数据截至日早于考核期的第一天 {period.first_day}，不会有任何数据。", f"The cut-off lies before the period's first day, {period.first_day}: no number could count.")  # fmt: skip
    shelf = open_shelf(workspace)
    chosen = []
    for one in schemes:
        if one not in shelf.schemes:
            raise DefinitionError(f"there is no scheme '{one}'{suggest(one, sorted(shelf.schemes))}")
        wrong = faults(shelf.schemes[one], known_to(workspace))
        if wrong:
            raise DefinitionError(f"scheme {one}: {'; '.join(wrong)}")
        chosen.append(shelf.schemes[one])
    who = [one for one in participants(workspace, chosen, period.last_day) if not only or one[0] in only]
    used = {scheme for *_, scheme in who}
    new = NewRound(
        code=code,
        zh=names[0],
        en=names[1],
        period=period.code,
        cut_off=to_milliseconds(cut_off),
        synthetic=reading.has_synthetic(workspace.store),
        schemes={one.code: shelf.texts[one.code] for one in chosen if one.code in used},
        participants=who,
    )
    return open_round(workspace.store, new, actor)
