"""Commands about differences and objections in a round: mch assess settle, appeal, decide, appeals."""

from __future__ import annotations

import getpass
from dataclasses import replace
from typing import Annotated

import typer

from dashboard.assessment import deciding
from dashboard.assessment.sealing import short_code
from dashboard.assessment.standing import Standing, stand
from dashboard.auth.account import THIS_MACHINE, Account
from dashboard.cli.output import Format, emit, say
from dashboard.workspace import Workspace, open_workspace
from indicators.scoring.score import PENDING
from reference.strict import nearest, suggest
from store.assessing import AssessmentError

RoundCode = Annotated[str, typer.Argument(help="Code of the round; mch assess list names them.")]
Where = Annotated[str, typer.Argument(help="The institution: code or name.")]
What = Annotated[
    str, typer.Argument(help="Code of the line; mch assess score ROUND -o INSTITUTION names them.")
]
Reason = Annotated[
    str, typer.Option("--reason", "-r", help="Why: kept for good and shown to everybody concerned.")
]


def register(group: typer.Typer) -> None:
    """Add these commands to `mch assess`."""
    for name, command in (("settle", settle), ("appeal", appeal), ("decide", decide), ("appeals", appeals)):
        group.command(name)(command)


def _who() -> Account:
    """Whoever sits at the machine, by name."""
    return replace(THIS_MACHINE, name=getpass.getuser())


def _found(code: str, organisation: str) -> tuple[Workspace, Standing, str]:
    workspace = open_workspace(prepare=True)
    standing = stand(workspace, code)
    return workspace, standing, taking_part(workspace, standing, organisation)


def taking_part(workspace: Workspace, standing: Standing, text: str) -> str:
    """The code of a participant by its code or name; raises AssessmentError for one that takes no part, with the nearest that does."""
    organisations = workspace.registry.organisations
    found = organisations.resolve(text)
    if standing.has(found.code):
        return found.code
    names = {organisations.get(one.organisation).zh: one.organisation for one in standing.participants}
    near = nearest(found.code, names.values()) if text.strip().isascii() else ""
    near = near or names.get(nearest(found.zh, names), "")
    name = organisations.get(near).zh if near else ""
    raise AssessmentError(
        f"{found.zh}不参加本轮考核。" + (f"您是不是要找 {name}（{near}）？" if near else ""),
        f"{found.code} takes no part in round '{standing.round.code}'"
        + (f", did you mean '{near}' ({name})?" if near else "."),
    )


def line_asked(standing: Standing, organisation: str, line: str) -> None:
    """Raises AssessmentError for a line that the scheme (of the organisation, or any of the round) does not have."""
    schemes = [standing.scheme(organisation)] if organisation else list(standing.schemes.values())
    known = sorted({one.code for scheme in schemes for one in scheme.lines})
    if line and line not in known:
        near = nearest(line, known)
        raise AssessmentError(
            f"没有代码为 {line} 的指标。"
            + (f"您是不是要找 {near}？" if near else f"现有：{'、'.join(known)}。"),
            f"there is no line '{line}'{suggest(line, known)}",
        )


def settle(
    code: RoundCode,
    organisation: Where = "",
    line: What = "",
    value: Annotated[
        str,
        typer.Option(
            "--value",
            "-v",
            help="Points, the number stated, yes or no; of a computed line: yes or no, it applies.",
        ),
    ] = "",
    reason: Reason = "",
    format: Annotated[
        Format, typer.Option("--format", help="table for people, json or csv for programs.")
    ] = Format.TABLE,
) -> None:
    """Settle what two evaluators see differently, while the round is under review; alone with the round: list what is open."""
    if not organisation:
        _list_open(code, format)
        return
    workspace, standing, found = _found(code, organisation)
    line_asked(standing, found, line)
    done = deciding.settle(workspace, _who(), standing, found, line, value, reason)
    workspace.close()
    say(f"{found}, {line}: {'settled' if done else 'that stands already; nothing was changed'}.")


def _list_open(code: str, format: Format) -> None:
    workspace = open_workspace(prepare=True)
    standing = stand(workspace, code)
    rows = [
        {
            "organisation": one.organisation,
            "name": workspace.registry.organisations.get(one.organisation).zh,
            "line": line.code,
            "line_name": standing.scheme(one.organisation).line(line.code).zh,
            "weight": line.weight,
            "marks": " / ".join(standing.participant(one.organisation).entries[line.code].marks) or "—",
        }
        for one in standing.scores
        for line in one.lines
        if line.status == PENDING
    ]
    emit(
        format,
        f"{standing.round.zh}：{len(rows)}",
        ("organisation", "name", "line", "line_name", "weight", "marks"),
        rows,
    )
    workspace.close()


def appeal(code: RoundCode, organisation: Where, line: What, reason: Reason = "") -> None:
    """Enter an institution's objection to a published line."""
    workspace, standing, found = _found(code, organisation)
    line_asked(standing, found, line)
    deciding.appeal(workspace, _who(), standing, found, line, reason)
    workspace.close()
    say(f"{found}, {line}: the appeal is entered.")


def decide(
    code: RoundCode,
    organisation: Where,
    line: What,
    uphold: Annotated[
        str,
        typer.Option(
            "--uphold", help="Uphold it: the value that the line is to have (points, number, yes or no)."
        ),
    ] = "",
    reject: Annotated[bool, typer.Option("--reject", help="Reject it.")] = False,
    reason: Reason = "",
) -> None:
    """Decide an appeal: upheld, a further edition is signed and the earlier one stays; rejected, the reason is kept."""
    if bool(uphold) == reject:
        raise typer.BadParameter("say either --uphold VALUE or --reject")
    workspace, standing, found = _found(code, organisation)
    line_asked(standing, found, line)
    made = deciding.decide(workspace, _who(), standing, found, line, uphold or None, reason)
    workspace.close()
    if made is None:
        say(f"{found}, {line}: rejected; the signed figures stand.")
    else:
        say(
            f"{found}, {line}: upheld. Edition {made[0]} is signed.\nseal {made[1]}\ncheck code {short_code(made[1])}"
        )


def appeals(
    code: RoundCode,
    format: Annotated[
        Format, typer.Option("--format", help="table for people, json or csv for programs.")
    ] = Format.TABLE,
) -> None:
    """List a round's appeals with their decisions, newest first."""
    workspace = open_workspace(prepare=True)
    standing = stand(workspace, code)
    columns = (
        "organisation",
        "line",
        "appealed_by",
        "appealed_at",
        "words",
        "decision",
        "decided_by",
        "reason",
    )
    rows = [
        {
            "organisation": one.organisation,
            "line": one.line,
            "appealed_by": one.actor,
            "appealed_at": one.at.isoformat(timespec="seconds"),
            "words": one.words,
            "decision": decided.value if decided else "open",
            "decided_by": decided.actor if decided else "",
            "reason": decided.words if decided else "",
        }
        for one, decided in standing.round.appeals()
    ]
    emit(format, f"{standing.round.zh}：{len(rows)}", columns, rows)
    workspace.close()
