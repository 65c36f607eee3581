"""Somebody who asks: what the account may do, and which organisations it reaches."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.auth.roles import Role, load_roles
from reference.organisations import Organisations

EVERYWHERE = ""  # reaches every tree: only who sits at the machine itself


@dataclass(frozen=True)
class Account:
    """One account.

    `name`: what it signs in with, and what the audit log and every record call it. `organisation`: the code of the area or
    institution it acts for; EVERYWHERE for the machine itself. `assigned`: organisations given to it besides.
    """

    name: str
    shown: str
    role_code: str
    organisation: str
    assigned: frozenset[str] = frozenset()

    @property
    def role(self) -> Role:
        """What kind of account it is."""
        return load_roles().roles[self.role_code]

    def may(self, permission: str) -> bool:
        """Whether its role has the permission; KeyError for a permission that does not exist."""
        roles = load_roles()
        if permission not in roles.permissions:
            raise KeyError(permission)
        return bool({permission, "*"} & self.role.permissions)

    def reaches(self, code: str, organisations: Organisations) -> bool:
        """Whether an organisation is its own, lies below its own today, or is assigned to it."""
        if self.organisation == EVERYWHERE or code in (self.organisation, *self.assigned):
            return True
        if self.role.scope != "area":
            return False
        return self.organisation in organisations.ancestors(code)


THIS_MACHINE = Account("local", "本机", "operator", EVERYWHERE)
