"""What an account may do, and which organisations it reaches."""

from __future__ import annotations

import pytest

from dashboard.auth.account import THIS_MACHINE, Account
from dashboard.auth.roles import Roles, load_roles
from reference.strict import DefinitionError, validate


def test_an_area_reaches_itself_and_what_lies_below(registry):
    zunyi = Account("zy", "遵义", "prefecture", "520300")
    organisations = registry.organisations
    assert zunyi.reaches("520300", organisations)
    assert zunyi.reaches("520303", organisations)
    assert zunyi.reaches("MCH520303", organisations)
    assert not zunyi.reaches("520000", organisations)
    assert not zunyi.reaches("520102", organisations)


def test_an_institution_reaches_only_itself(registry):
    clerk = Account("h", "汇川妇幼", "institution", "MCH520303")
    assert clerk.reaches("MCH520303", registry.organisations)
    assert not clerk.reaches("520303", registry.organisations)
    assert not clerk.reaches("MCH520302", registry.organisations)


def test_an_evaluator_reaches_what_is_assigned(registry):
    evaluator = Account("e", "专家", "evaluator", "520000", frozenset({"MCH520303"}))
    assert evaluator.reaches("MCH520303", registry.organisations)
    assert not evaluator.reaches("MCH520302", registry.organisations)


def test_the_machine_itself_may_do_everything_everywhere(registry):
    assert all(THIS_MACHINE.may(permission) for permission in load_roles().permissions)
    assert THIS_MACHINE.reaches("520303", registry.organisations)


def test_a_role_has_its_permissions_and_no_others():
    county = Account("c", "县", "county", "520303")
    assert county.may("answer_action")
    assert not county.may("ask_action")
    with pytest.raises(KeyError):
        county.may("fly")


def test_whoever_manages_accounts_neither_audits_nor_signs():
    administrator = load_roles().roles["administrator"].permissions
    assert not administrator & {"view_audit", "assess_sign", "assess_score"}


def test_an_unknown_permission_of_a_role_is_named():
    role = {"zh": "x", "en": "x", "scope": "area", "permissions": ["fly"]}
    with pytest.raises(DefinitionError, match="fly"):
        validate({"permissions": {}, "roles": {"pilot": role}}, Roles, "roles.toml")
