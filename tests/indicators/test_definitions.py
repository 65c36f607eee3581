"""Every indicator's worked examples, run; and what every file must say of itself."""

from __future__ import annotations

import pytest

from dashboard import wording
from indicators.calculate import Counted
from indicators.definition import HOME, TOPICS, Definition, Example, load_catalogue
from indicators.judge import judge
from indicators.result import Reason, Result
from loaders.forms import load_forms
from reference.registry import Registry, load_registry
from reference.strict import DefinitionError

REGISTRY = load_registry()
CATALOGUE = load_catalogue(REGISTRY)
DEFINITIONS = list(CATALOGUE.by_code.values())
EXAMPLES = [
    pytest.param(definition, example, id=f"{definition.code}-{number}")
    for definition in DEFINITIONS
    for number, example in enumerate(definition.examples, start=1)
]


def work(definition: Definition, example: Example, registry: Registry) -> Result:
    """The example's counts, judged with every report in and no target."""
    counted = Counted("520000", example.numerator, example.denominator, 12, 12)
    rules = registry.flagging(definition_day())
    (result,) = judge(
        definition,
        [counted],
        "2025",
        definition.basis,
        lambda _: "province",
        lambda _: None,
        rules,
    )
    return result


def definition_day():
    return REGISTRY.flagging_rules[-1].valid_from


@pytest.mark.parametrize(("definition", "example"), EXAMPLES)
def test_worked_example(definition: Definition, example: Example):
    result = work(definition, example, REGISTRY)
    half = 0.5000001 * 10**-example.digits
    for name in ("value", "lower", "upper"):
        expected, got = getattr(example, name), getattr(result, name)
        if expected is None:
            assert got is None, f"{name}: nothing was expected, {got} came"
        else:
            assert got == pytest.approx(expected, abs=half), name


@pytest.mark.parametrize(("definition", "example"), EXAMPLES)
def test_an_example_without_a_value_is_not_assessable(definition: Definition, example: Example):
    reason = work(definition, example, REGISTRY).reason
    assert (reason in (Reason.NO_DATA, Reason.ZERO_DENOMINATOR)) == (example.value is None)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.code)
def test_what_a_definition_says_of_itself(definition: Definition):
    assert len(definition.examples) >= 2
    assert {example.value is None for example in definition.examples} == {True, False}
    assert all(example.source for example in definition.examples)
    texts = ["zh", "en", "topic", "rationale_zh", "rationale_en", "numerator_zh", "numerator_en"]
    texts += ["denominator_zh", "denominator_en", "people_zh", "people_en", "source", "mark"]
    if definition.method == "ratio":  # two counts against each other: nobody is missing from a target
        texts = [name for name in texts if not name.startswith("people")]
    assert [name for name in texts if not getattr(definition, name)] == []
    assert bool(definition.caveats_zh) == bool(definition.caveats_en)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.code)
def test_levels_and_trees_are_known(definition: Definition):
    levels = {level.code for tree in definition.tree for level in REGISTRY.trees[tree].levels}
    known = {level.code for tree in REGISTRY.trees.values() for level in tree.levels}
    assert set(definition.levels) <= known
    assert set(definition.levels) & levels


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.code)
def test_a_register_indicator_has_a_rule_and_no_elements_and_the_others_have_both(definition: Definition):
    register = definition.method == "register"
    assert bool(definition.register_rule) == register
    assert bool(definition.register_levels) == (definition.topic == "grading")
    assert bool(definition.numerator) != register
    assert bool(definition.denominator) != register


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.code)
def test_a_proportion_counts_a_part_of_its_denominator_in_a_round_base(definition: Definition):
    units = {1: "", 100: "%", 1000: "‰", 10_000: "/万", 100_000: "/10万"}
    assert definition.multiplier in units
    if definition.unit_zh in units.values() and definition.unit_zh:
        assert units[definition.multiplier] == definition.unit_zh


def test_the_targets_of_the_policies_fit_the_indicators():
    """A target's operator points the same way as the indicator's polarity."""
    for policy in REGISTRY.policies:
        for target in policy.targets:
            definition = CATALOGUE.by_code.get(target.indicator)
            if definition:
                way = "higher" if target.operator in (">=", ">") else "lower"
                assert definition.polarity == way, f"{policy.code}: {target.indicator}"


def test_every_target_has_an_indicator_that_measures_it():
    aims = {target.indicator for policy in REGISTRY.policies for target in policy.targets}
    assert sorted(aims - set(CATALOGUE.by_code)) == []


@pytest.mark.parametrize(
    ("line", "mistake", "said"),
    [
        ('polarity = "higher"', 'polarity = "higer"', r"key 'polarity'.*did you mean 'higher'"),
        ("multiplier = 100", "multiplier = 0", "key 'multiplier': Input should be greater than 0"),
        ("multiplier = 100", "multiplier = 100\ndecimals = -1", "key 'decimals'"),
        ("multiplier = 100", 'multiplier = 100\ntree = ["guizou"]', "key 'tree'.*did you mean 'guizhou'"),
        ('levels = ["province"', 'levels = ["provice"', "key 'levels'.*did you mean 'province'"),
        ('denominator = ["live_births"]', "denominator = []", "key 'denominator': it names no data element"),
        (
            'topic = "delivery"',
            'topic = "deliveries"',
            "key 'topic': unknown 'deliveries', did you mean 'delivery'",
        ),
        ('mark = "K"', 'mark = "k"', r"key 'mark': unknown 'k' \(known: S, K, \?\)"),
        (
            'denominator = ["live_births"]',
            'denominator = ["live_births@registred"]',
            "key 'denominator': unknown category 'registred', did you mean 'registered'",
        ),
        (
            'denominator = ["live_births"]',
            'denominator = ["live_births@"]',
            "key 'denominator': unknown category ''",
        ),
        (
            'denominator = ["live_births"]',
            'denominator = ["live_birth"]',
            "key 'denominator': unknown data element 'live_birth', did you mean 'live_births'",
        ),
        ("source_zh = ", "# source_zh = ", "missing key 'source_zh'"),
    ],
)
def test_a_mistake_in_a_definition_names_file_key_and_the_nearest_right_word(tmp_path, line, mistake, said):
    right = (HOME / "hospital_delivery_rate.toml").read_text("utf-8")
    assert line in right
    (tmp_path / "hospital_delivery_rate.toml").write_text(right.replace(line, mistake, 1), "utf-8")
    with pytest.raises(DefinitionError, match=rf"hospital_delivery_rate\.toml: {said}"):
        load_catalogue(REGISTRY, (tmp_path,))


def test_every_breakdown_of_a_form_may_be_named_by_an_indicator():
    forms = load_forms(REGISTRY)
    given = {
        category.code
        for form in forms.by_code.values()
        for edition in form.editions
        for category in edition.categories
    }
    assert given - {""} <= {one.code for one in REGISTRY.categories}


def test_every_topic_has_a_name_on_the_pages():
    assert set(TOPICS) == set(wording.TOPICS)
