"""Appeals, their decisions, and settling two evaluators' differences: one place for page and command, permission first."""

from __future__ import annotations

from dashboard.assessment.permission import may_appeal, may_decide, may_review
from dashboard.assessment.rehearsal import kept_value
from dashboard.assessment.sealing import uphold
from dashboard.assessment.standing import Standing
from dashboard.auth.account import Account
from dashboard.workspace import Workspace
from indicators.scoring.score import PENDING
from reference.assessments import Line
from store.assessing import AssessmentError, NewEntry, add_entries
from store.assessments import Said


def refused() -> AssessmentError:
    """The account may not."""
    return AssessmentError("此账号不能这样做。", "This account may not do that.")


def line_of(standing: Standing, organisation: str, line: str) -> Line:
    """A line of an organisation's scheme; raises AssessmentError for one that takes no part or has no such line."""
    if standing.has(organisation):
        for one in standing.scheme(organisation).lines:
            if one.code == line:
                return one
    raise AssessmentError("请先选择指标。", "Choose the line first.")


def appeal(
    workspace: Workspace, account: Account, standing: Standing, organisation: str, line: str, words: str
) -> None:
    """Appeal against a published line, for the institution. Raises AssessmentError for who may not, and without words."""
    line_of(standing, organisation, line)
    if not may_appeal(account, organisation, workspace.registry.organisations):
        raise refused()
    entry = NewEntry(organisation, line, "appeal", "", words)
    add_entries(workspace.store, standing.round.code, [entry], account.name)


def decide(
    workspace: Workspace,
    account: Account,
    standing: Standing,
    organisation: str,
    line: str,
    text: str | None,
    words: str,
) -> tuple[int, str] | None:
    """Decide the open appeal about a line: `text` is the value it is to have, None rejects it.

    Gives edition and seal of the further signature, None when rejected. Raises AssessmentError for who may not, where nothing
    is open, for a value that cannot be and without words.
    """
    one = line_of(standing, organisation, line)
    if not may_decide(account, organisation):
        raise refused()
    if not any(
        decided is None and (held.organisation, held.line) == (organisation, line)
        for held, decided in standing.round.appeals()
    ):
        raise AssessmentError("这一项没有待裁定的申诉。", "There is no open appeal about this line.")
    if text is None:
        entry = NewEntry(organisation, line, "decision", "rejected", words)
        add_entries(workspace.store, standing.round.code, [entry], account.name)
        return None
    value = kept_value(one, text, "settlement")
    return uphold(workspace, standing.round.code, organisation, line, value, words, account.name)


def settlement(standing: Standing, organisation: str, line: Line, text: str, words: str) -> NewEntry | None:
    """The settlement of a difference, or None when it says what stands already.

    Raises AssessmentError where the evaluators agree: there is nothing to settle.
    """
    held = standing.round.latest(organisation, line.code, "settlement")
    if held is None and standing.score(organisation).line(line.code).status != PENDING:
        raise AssessmentError(f"“{line.zh}”的两名专家意见一致，无须裁定。", f"{line.en}: the evaluators agree, there is nothing to settle.")  # fmt: skip
    value = kept_value(line, text, "settlement")
    if says_the_same(held, value, words):
        return None
    return NewEntry(organisation, line.code, "settlement", value, words)


def applies(standing: Standing, organisation: str, line: Line, text: str, words: str) -> NewEntry | None:
    """Whether a computed line applies, as a reviewer finds; None when that stands already."""
    held = standing.round.latest(organisation, line.code, "applies")
    if text == (held.value if held else "yes") and (held is None or words == held.words):
        return None
    return NewEntry(organisation, line.code, "applies", "no" if text == "no" else "yes", words)


def settle(
    workspace: Workspace,
    account: Account,
    standing: Standing,
    organisation: str,
    line: str,
    text: str,
    words: str,
) -> bool:
    """Settle a difference, or of a computed line whether it applies (yes or no); False when that stands already."""
    one = line_of(standing, organisation, line)
    if not may_review(account, organisation, workspace.registry.organisations):
        raise refused()
    if one.computed and text not in ("yes", "no"):
        raise AssessmentError(f"“{one.zh}”由报表计算，只能写 yes（适用）或 no（不适用）。", f"{one.en} is computed from returns: say yes (it applies) or no.")  # fmt: skip
    entry = (applies if one.computed else settlement)(standing, organisation, one, text, words)
    if entry is not None:
        add_entries(workspace.store, standing.round.code, [entry], account.name)
    return entry is not None


def says_the_same(held: Said | None, value: str, words: str) -> bool:
    """Whether what is to be said stands already."""
    return held is not None and (held.value, held.words) == (value, words)
