"""Commands about performance assessments: mch assess check, list, open, assign, step, score, sign, verify, export; differences and appeals are told in `deciding`."""

from __future__ import annotations

import datetime as dt
import getpass
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from dashboard.assessment.exporting import KINDS, export_round
from dashboard.assessment.gather import cut_off_of
from dashboard.assessment.opening import check_file, evaluators, open_new, open_shelf
from dashboard.assessment.sealing import short_code, sign_round, verify_round
from dashboard.assessment.standing import Standing, stand
from dashboard.cli import deciding
from dashboard.cli.output import Format, emit, progress, say
from dashboard.workspace import open_workspace
from reference.periods import parse
from reference.strict import DefinitionError
from store.assessing import assign, take_step
from store.assessments import rounds

Table = Annotated[Format, typer.Option("--format", help="table for people, json or csv for programs.")]
RoundCode = Annotated[str, typer.Argument(help="Code of the round; mch assess list names them.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    group = typer.Typer(
        help="Performance assessment: schemes, rounds, scores, seals, exports.", no_args_is_help=True
    )
    for name, command in (
        ("check", check),
        ("list", list_rounds),
        ("open", open_one),
        ("assign", assign_evaluators),
        ("step", step),
        ("score", score),
        ("sign", sign),
        ("verify", verify),
        ("export", export),
    ):
        group.command(name)(command)
    deciding.register(group)
    app.add_typer(group, name="assess")


def check(
    file: Annotated[Path, typer.Argument(help="A scheme's TOML file.", exists=True, dir_okay=False)],
) -> None:
    """Check a draft scheme: weights sum to 100, indicators exist, every rule has what it needs."""
    workspace = open_workspace()
    scheme, wrong = check_file(workspace, file)
    workspace.close()
    for one in wrong:
        say(f"{file}: {one}", style="red")
    if wrong or scheme is None:
        say(f"{file}: {len(wrong)} to mend.")
        raise typer.Exit(1)
    note = "; its weights are placeholders, to be set by the commission" if scheme.is_placeholder else ""
    say(f"{scheme.code}: {len(scheme.lines)} lines in {len(scheme.domains)} domains, sound{note}.")


def list_rounds(format: Table = Format.TABLE) -> None:
    """List the rounds, newest first, and the schemes that may be used."""
    workspace = open_workspace(prepare=True)
    columns = ("code", "zh", "en", "period", "step", "synthetic", "organisations")
    rows = [dict(zip(columns, one, strict=True)) for one in rounds(workspace.store)]
    emit(format, "考核轮次 · Rounds", columns, rows, ("organisations",))
    if format is Format.TABLE:
        say(f"schemes: {', '.join(sorted(open_shelf(workspace).schemes))}")
    workspace.close()


def open_one(
    code: Annotated[str, typer.Argument(help="A short code for the round, e.g. mch-2026.")],
    scheme: Annotated[list[str], typer.Option("--scheme", "-s", help="Code of a scheme; may be repeated.")],
    period: Annotated[str, typer.Option("--period", "-p", help="SY2026, 2026 …")],
    name: Annotated[str, typer.Option(help="Its Chinese name.")] = "",
    name_en: Annotated[str, typer.Option("--name-en", help="Its English name.")] = "",
    cut_off: Annotated[
        str,
        typer.Option("--cut-off", help="The last day whose returns count, e.g. 2026-11-30. Default: now."),
    ] = "",
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Only these organisations; may be repeated.")
    ] = None,
) -> None:
    """Open a round for all institutions or counties that its schemes are for."""
    workspace = open_workspace(prepare=True)
    span = parse(period)
    names = (name or f"{span.label('zh')}绩效考核", name_en or f"Performance assessment, {span.label('en')}")
    try:
        until = cut_off_of(cut_off, dt.datetime.now(dt.UTC))
    except ValueError:
        raise DefinitionError(f"--cut-off '{cut_off}' is not a day; write it like 2026-11-30") from None
    chosen = [workspace.registry.organisations.resolve(one).code for one in only or ()]
    open_new(workspace, code, names, scheme, span, until, getpass.getuser(), chosen)
    standing = stand(workspace, code)
    workspace.close()
    say(f"Round {code} is open for self-assessment: {len(standing.participants)} take part.")


def assign_evaluators(
    code: RoundCode,
    first: Annotated[str, typer.Argument(help="Account of the first evaluator.")],
    second: Annotated[str, typer.Argument(help="Account of the second evaluator.")],
    organisation: Annotated[
        list[str] | None, typer.Option("--organisation", "-o", help="Code or name; default: all.")
    ] = None,
) -> None:
    """Assign two evaluators; one who works at an institution is never assigned to it."""
    workspace = open_workspace(prepare=True)
    standing = stand(workspace, code)
    wanted = [deciding.taking_part(workspace, standing, one) for one in organisation or ()]
    chosen = wanted or [one.organisation for one in standing.participants]
    pair = evaluators(workspace, (first, second))
    assign(workspace.store, code, chosen, pair, getpass.getuser())
    workspace.close()
    say(f"{first} and {second} score {len(chosen)} organisations.")


def step(
    code: RoundCode,
    to: Annotated[str, typer.Argument(help="scoring, review, published; or back: self, scoring.")],
    reason: Annotated[str, typer.Option(help="Why, when the round goes back a step.")] = "",
) -> None:
    """Move a round to its next step, or back before it is signed."""
    workspace = open_workspace(prepare=True)
    take_step(workspace.store, code, to, getpass.getuser(), reason)
    workspace.close()
    say(f"Round {code}: {to}.")


def score(
    code: RoundCode,
    organisation: Annotated[
        str, typer.Option("--organisation", "-o", help="One organisation, line by line.")
    ] = "",
    line: Annotated[
        str,
        typer.Option("--line", help="One line of everybody: the values that places among peers come from."),
    ] = "",
    format: Table = Format.TABLE,
) -> None:
    """Show the scores as they stand: everybody's, one organisation line by line, or one line of everybody."""
    workspace = open_workspace(prepare=True)
    standing = stand(workspace, code)
    organisations = workspace.registry.organisations
    if line:
        deciding.line_asked(standing, "", line)
    if organisation:
        found = organisations.get(deciding.taking_part(workspace, standing, organisation))
        columns: tuple[str, ...] = ("domain", "code", *COUNTS, *SCORED)
        rows = [row for row in _scored(standing, found.code) if not line or row["code"] == line]
        emit(format, f"{found.zh} {standing.score(found.code).total}", columns, rows, (*COUNTS, "points"))
    elif line:
        columns = ("organisation", "name", "scheme", "peer", *COUNTS, *SCORED)
        rows = [
            {"organisation": one.organisation, "name": organisations.get(one.organisation).zh, "scheme": one.scheme,
             "peer": one.peer, **row}
            for one in standing.scores
            for row in _scored(standing, one.organisation)
            if row["code"] == line
        ]  # fmt: skip
        rows.sort(
            key=lambda row: (row["scheme"], row["peer"], Fraction(row["rank"] or 0), row["organisation"])
        )
        emit(format, f"{standing.round.zh} · {line}", columns, rows, (*COUNTS, "points"))
    else:
        shown = ("organisation", "name", "scheme", "peer", "total", "place", "low", "high", "pending")
        rows = [
            {
                **one.told(),
                "name": organisations.get(one.organisation).zh,
                "low": rank.low,
                "high": rank.high,
            }
            for one, rank in zip(standing.scores, standing.rankings, strict=True)
        ]
        rows.sort(key=lambda row: (row["scheme"], row["peer"], row["place"]))
        emit(format, f"{standing.round.zh} · {standing.round.step}", shown, rows, ("total", "place"))
    workspace.close()


COUNTS = ("weight", "numerator", "multiplier", "denominator")
SCORED = ("status", "value", "target", "rank", "peers", "share", "points", "zh", "en")


def _scored(standing: Standing, organisation: str) -> list[dict[str, Any]]:
    """An organisation's lines with the counts behind them."""
    entries = standing.participant(organisation).entries
    return [
        {**asdict(one), **{name: getattr(entries[one.code], name) for name in COUNTS[1:]}}
        for one in standing.score(organisation).lines
    ]


def sign(code: RoundCode) -> None:
    """Freeze the round's results with everything they rest on, and seal them."""
    workspace = open_workspace(prepare=True)
    edition, seal = sign_round(workspace, code, getpass.getuser())
    workspace.close()
    say(f"Round {code} is signed, edition {edition}.\nseal {seal}\ncheck code {short_code(seal)}")


def verify(
    code: RoundCode,
    seal: Annotated[
        str, typer.Option("--seal", help="The seal or check code printed on a paper: is it this round's?")
    ] = "",
) -> None:
    """Recompute a signed round from what is kept, prove it the same to the last digit, and say what has changed since."""
    workspace = open_workspace(prepare=True)
    found = verify_round(workspace, code)
    workspace.close()
    for edition, own, equal in found.editions:
        print(f"edition {edition}: seal {own}; {equal} scores recomputed from the signed inputs are the same")
    asked = seal.replace("-", "").strip().lower()
    if asked and not any(own.startswith(asked) for _, own, _ in found.editions):
        say(f"{seal} is not the seal of any edition of {code}.", style="red")
        raise typer.Exit(1)
    for one in found.faults:
        print(f"DOES NOT MATCH  {one}")
    for one in found.differences:
        print(f"changed since  {one}")
    if not found.holds:
        raise typer.Exit(1)
    print("The round is as it was signed." + (" What was signed stands." if found.differences else ""))


def export(
    code: RoundCode,
    to: Annotated[Path, typer.Option("--to", help="Folder to write into.")],
    language: Annotated[str, typer.Option("--language", "-l", help="zh or en.")] = "zh",
    kind: Annotated[
        list[str] | None, typer.Option("--kind", "-k", help=f"{', '.join(KINDS)}; default: all.")
    ] = None,
    organisation: Annotated[
        list[str] | None, typer.Option("--organisation", "-o", help="Reports of these alone.")
    ] = None,
) -> None:
    """Write the workbook, a Word report and a PDF for each organisation, CSV and JSON."""
    unknown = [one for one in kind or () if one not in KINDS]
    if unknown or language not in ("zh", "en"):
        raise DefinitionError(f"choose kinds from {', '.join(KINDS)} and the language zh or en")
    workspace = open_workspace(prepare=True)
    standing = stand(workspace, code)
    only = [deciding.taking_part(workspace, standing, one) for one in organisation or ()]
    with progress() as bar:
        task = bar.add_task("导出 · Exporting", total=None)
        files = export_round(
            workspace,
            standing,
            to,
            language=language,
            kinds=kind or KINDS,
            only=only,
            told=lambda done, total: bar.update(task, completed=done, total=total),
        )
    workspace.close()
    say(f"{len(files):,} files written to {to}")
