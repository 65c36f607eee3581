"""The `mch` program: puts the commands together and turns mendable faults into one sentence instead of a traceback."""

from __future__ import annotations

import io
import itertools
import logging
import os
import sys
from importlib import import_module, metadata
from typing import Annotated

import typer
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from dashboard.cli.output import print_json, say
from dashboard.running import BackupError
from dashboard.running.disk import of_the_disk
from dashboard.settings import SettingsError
from loaders.cluster import ClusterError
from loaders.machine import MachineError
from reference.organisations import AmbiguousOrganisationError, UnknownOrganisationError
from reference.periods import PeriodError
from reference.strict import DefinitionError
from store.connecting import StoreError
from store.originals import OriginalError

log = logging.getLogger("mch")
DISTRIBUTION = "guizhou-mch"

# What a user or operator can mend: shown as a sentence. Anything else is our fault and says so.
MENDABLE = (
    SettingsError,
    DefinitionError,
    StoreError,
    OriginalError,
    BackupError,
    ClusterError,
    MachineError,
    PeriodError,
    UnknownOrganisationError,
    AmbiguousOrganisationError,
)


MODULES = (
    "running",
    "keeping",
    "files",
    "reporting",
    "numbers",
    "methods",
    "exchanging",
    "people",
    "assessing",
)
# Checking one file must not wait for statistics: when one of these is asked for, only its own module is loaded.
_QUICK = {"check": ("files",), "load": ("files",), "template": ("files",)}


def program(command: str = "") -> typer.Typer:
    """The Typer application with every command; given the name of a quick one, with its module's alone."""
    app = typer.Typer(
        name="mch",
        help="贵州省妇幼健康指标系统 · Maternal and child health indicator system of Guizhou Province",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_about)
    for module in _QUICK.get(command, MODULES):
        import_module(f"dashboard.cli.{module}").register(app)
    return app


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"mch {metadata.version(DISTRIBUTION)}")
        raise typer.Exit


def _about(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_say_version, help="Say which version this is, and end."
        ),
    ] = False,
) -> None:
    """What stands before every command."""


def main() -> None:
    """Entry point of `mch`."""
    _speak_unicode()
    logging.basicConfig(level=os.environ.get("MCH_LOG_LEVEL", "WARNING"), stream=sys.stderr)
    try:
        program(sys.argv[1] if len(sys.argv) > 1 else "")()
    except MENDABLE as error:
        _stop(str(error))
    except ArgumentError as error:
        _stop(
            f"{error}: write a database as sqlite:////folder/mch.sqlite or postgresql+psycopg://name:password@host/database"
        )
    except SQLAlchemyError as error:
        log.debug("database", exc_info=True)
        _stop(
            f"The database did not do it: {str(error.__cause__ or error).strip().splitlines()[0]} (try: mch doctor)"
        )
    except KeyboardInterrupt:
        _stop("Stopped. What was saved is whole; run the same command again to go on.", 130)
    except BrokenPipeError:
        # The reader of our output went away (mch … | head): not a fault.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _stop(of_the_disk(error))
    except Exception as error:
        if log.isEnabledFor(logging.DEBUG):
            raise
        _stop(
            f"Something went wrong in the program ({type(error).__name__}: {error}). MCH_LOG_LEVEL=DEBUG shows where."
        )


def _asked_for_json(arguments: list[str]) -> bool:
    """Whether a command that reads files was to answer in JSON."""
    asked = {"--format=json", "--format json"} & {
        *arguments,
        *map(" ".join, itertools.pairwise(arguments)),
    }
    return bool(asked) and arguments[1] in ("check", "load")


def _speak_unicode() -> None:
    """Print UTF-8 whatever the terminal's language; a file name that is none is escaped, as JSON escapes it too."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _stop(message: str, code: int = 2) -> None:
    say(f"mch: {message}", style="red")
    if _asked_for_json(sys.argv):
        # Whoever reads JSON from us reads JSON, whatever happens.
        print_json({"files": [], "summary": {"files": 0}, "error": message})
    sys.exit(code)
