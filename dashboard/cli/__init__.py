"""The `mch` command. Exit codes: 0 fine, 1 the data have errors, 2 the command could not be carried out."""

from dashboard.cli.program import main

__all__ = ["main"]
