"""Somebody who asks: what the account may do, and which organisations it reaches."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.auth.roles import Role, load_roles
from reference.organisations import Organisation, Organisations

EVERYWHERE = ""  # reaches every tree: only who sits at the machine itself


@dataclass(frozen=True)
class Account:
    """One account.

    `name`: what it signs in with, and what the audit log and every record call it. `organisation`: the code of the area or
    institution it acts for; EVERYWHERE for the machine itself. `assigned`: organisations given to it besides.
    `scopes`: the permissions of the token that a program asks with; None where a person asks.
    """

    name: str
    shown: str
    role_code: str
    organisation: str
    assigned: frozenset[str] = frozenset()
    demonstration: bool = False
    scopes: frozenset[str] | None = None

    @property
    def role(self) -> Role:
        """What kind of account it is."""
        return load_roles().roles[self.role_code]

    def may(self, permission: str) -> bool:
        """Whether its role, and its token, have the permission; KeyError for a permission that does not exist."""
        roles = load_roles()
        if permission not in roles.permissions:
            raise KeyError(permission)
        if self.scopes is not None and permission not in self.scopes:
            return False
        return bool({permission, "*"} & self.role.permissions)

    @property
    def is_everywhere(self) -> bool:
        """Whether it is bound to no place."""
        return self.organisation == EVERYWHERE

    def reaches(self, code: str, organisations: Organisations) -> bool:
        """Whether an organisation is its own, lies below its own today, or is assigned to it."""
        if self.is_everywhere or code in (self.organisation, *self.assigned):
            return True
        if self.role.scope != "area" or code not in organisations:
            return False
        return self.organisation in organisations.ancestors(code)

    def sees(self, code: str, organisations: Organisations) -> bool:
        """Whether the results of an area may be shown to it: see `results` in roles.toml."""
        if self.reaches(code, organisations):
            return True
        if code not in organisations or not organisations.get(code).is_area:
            return False
        if self.role.results == "all":
            own = organisations.get(self.organisation) if self.organisation in organisations else None
            return own is not None and organisations.get(code).tree == own.tree
        home = self.home(organisations)
        return home is not None and code == home.code

    def home(self, organisations: Organisations) -> Organisation | None:
        """The area that the site opens on: its own, an institution's county; None where it has none."""
        if self.is_everywhere or self.organisation not in organisations:
            return None
        found = organisations.get(self.organisation)
        if found.is_area:
            return found
        areas = (organisations.get(code) for code in organisations.ancestors(found.code))
        return next((one for one in areas if one.is_area), None)


THIS_MACHINE = Account("local", "本机", "operator", EVERYWHERE)
