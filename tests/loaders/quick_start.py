"""`mch load` in a process that has imported everything already: so a test may begin, and end, fifty of them."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from typing import Any

# What is imported here no fork has to import again.
import dashboard.cli.files
import dashboard.cli.program
import dashboard.workspace
import loaders.sandbox
from indicators.definition import load_catalogue
from loaders.forms import load_forms
from reference.registry import load_registry

# Half of what a short run would do is reading definitions: they are read once, for all forks.
_REGISTRY = load_registry(())
_FORMS, _CATALOGUE = load_forms(_REGISTRY), load_catalogue(_REGISTRY)


def begin(command: list[str], environment: dict[str, str]) -> BaseProcess:
    """The program as the leader of a group that its wardens belong to, so that all can be ended at once."""
    context = _forkserver()
    process = context.Process(target=_run, args=(command, environment))
    process.start()
    return process


def _forkserver() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def _run(command: list[str], environment: dict[str, str]) -> None:
    os.setpgid(0, 0)
    os.environ.clear()
    os.environ.update(environment)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    # Only where a warden and the definitions come from differs from the program's own way.
    sandbox: Any = loaders.sandbox
    sandbox.multiprocessing = _Forking
    workspace: Any = dashboard.workspace
    workspace.load_registry = lambda _: _REGISTRY
    workspace.load_forms = lambda _: _FORMS
    workspace.load_catalogue = lambda _: _CATALOGUE
    sys.argv = ["mch", *command]
    dashboard.cli.program.main()


class _Forking:
    """What the sandbox asks of `multiprocessing`, answered by the process that everything is forked from."""

    Pipe = staticmethod(multiprocessing.Pipe)

    @classmethod
    def get_context(cls, _: str) -> type[_Forking]:
        """Itself, whatever way of starting is asked for."""
        return cls

    @staticmethod
    def Process(target: Callable[..., None], args: tuple[Any, ...], daemon: bool) -> BaseProcess:  # noqa: N802
        """A process that begins with everything imported, in the group of its program."""
        return _forkserver().Process(target=_join, args=(os.getpgrp(), target, args), daemon=daemon)


def _join(group: int, target: Callable[..., None], args: tuple[Any, ...]) -> None:
    os.setpgid(0, group)
    target(*args)
