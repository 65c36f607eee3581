import tomllib

import pytest

from reference.quality import QualityRules, quality_rules
from reference.registry import HOME
from reference.strict import DefinitionError, validate


def test_what_is_watched_is_known(registry):
    rules = quality_rules()
    for tree in registry.trees:
        assert rules.elements(tree)
        assert [code for code in rules.elements(tree) if code not in registry.elements] == []
    for one in rules.agreements:
        assert one.element in registry.elements
        assert one.level in {level.code for level in registry.trees[one.tree].levels}


def test_the_weights_are_said_to_be_unconfirmed():
    assert quality_rules().mark == "?"


def test_weights_that_make_no_whole_are_refused():
    data = tomllib.loads((HOME / "quality.toml").read_text(encoding="utf-8"))
    data["weights"]["external"] = 0.5
    with pytest.raises(DefinitionError, match=r"add up to 1\.25"):
        validate(data, QualityRules, "quality.toml")
