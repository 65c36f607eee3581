"""The command that writes numbers for other systems."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dashboard.cli.numbers import (
    IndicatorOption,
    LevelOption,
    OrganisationOption,
    PeriodOption,
    choose_indicators,
    choose_organisations,
    choose_period,
)
from dashboard.cli.output import say
from dashboard.exchanging import System
from dashboard.exchanging import exchange as write
from dashboard.workspace import open_workspace


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(exchange)


def exchange(
    to: Annotated[Path, typer.Argument(help="File to write.")],
    system: Annotated[
        System,
        typer.Option(
            "--as", help="dhis2 (dataValueSets JSON), adx (IHE ADX) or fhir (MeasureReport bundle)."
        ),
    ] = System.DHIS2,
    indicator: IndicatorOption = None,
    level: LevelOption = "county",
    organisation: OrganisationOption = None,
    period: PeriodOption = "",
) -> None:
    """Write data elements (DHIS2, ADX) or results (FHIR) as other systems take them in, everything by code."""
    workspace = open_workspace(prepare=True)
    chosen = choose_organisations(workspace, organisation or [], level)
    span = choose_period(workspace, period, chosen)
    codes = choose_indicators(workspace, indicator or [], chosen)
    found = write(workspace, system, chosen, span, codes)
    to.write_text(found.text, encoding="utf-8")
    rest = f", {found.left_out} left out: {system} has no period like theirs" if found.left_out else ""
    say(f"{to}: {found.values} values, {span.label('zh')}{rest}")
    workspace.close()
