"""Roles and permissions as data: what `roles.toml` says, read strictly."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from reference.strict import Strict, read_toml


class Name(Strict):
    """A name in both languages."""

    zh: str
    en: str


class Role(Name):
    """A kind of account: what it may do, and how far it reaches."""

    scope: Literal["area", "institution", "assigned"]
    results: Literal["all", "own"] = "all"
    permissions: frozenset[str]


class Roles(Strict):
    """All roles and all permissions."""

    permissions: dict[str, Name]
    roles: dict[str, Role]

    @model_validator(mode="after")
    def _known(self) -> Roles:
        for code, role in self.roles.items():
            unknown = role.permissions - set(self.permissions) - {"*"}
            if unknown:
                raise ValueError(f"role '{code}' has unknown permissions: {', '.join(sorted(unknown))}")
        return self


@cache
def load_roles() -> Roles:
    """The shipped roles; raises DefinitionError when the file is wrong."""
    return read_toml(Path(__file__).parent / "roles.toml", Roles)
