"""The shipped schemes are sound, and the checker names what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from indicators.definition import load_catalogue
from reference.assessments import HOME, Known, faults, load_schemes, read_draft, read_scheme
from reference.strict import DefinitionError

TEXT = (HOME / "county_government_2026.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def known(registry) -> Known:
    catalogue = load_catalogue(registry)
    indicators = {
        code: (one.polarity, one.method in ("proportion", "rate")) for code, one in catalogue.by_code.items()
    }
    return Known(indicators, registry.elements)


def test_shipped_schemes_are_sound_and_say_that_weights_are_placeholders(known: Known) -> None:
    schemes = load_schemes()
    assert set(schemes) == {"mch_level3_2026", "mch_level2_2026", "county_government_2026"}
    for scheme in schemes.values():
        assert faults(scheme, known) == []
        assert scheme.is_placeholder
        assert "占位" in scheme.note_zh
        assert any(line.monitored for line in scheme.lines)
    dimensions = ["辖区管理", "服务提供", "运行效率", "持续发展", "满意度评价"]
    assert [domain.zh for domain in schemes["mch_level3_2026"].domains] == dimensions


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weight = 30", "weight = 29", "the weights sum to 99, not to 100"),
        ('"prenatal_screening_coverage"', '"prenatal_screening_coverag"', "did you mean 'prenatal_screening_coverage'"),
        ('rule = "linear"\nindicator = "childcare_places_per_1000"', 'rule = "bands"\nindicator = "childcare_places_per_1000"', "the rule 'bands' needs 'bands'"),
        ("target = 3\nfloor = 1", "target = 3\nfloor = 4", "the floor 4 must be worse than the target 3"),
        ('rule = "yes_no"\nasked = "yes_no"', 'rule = "yes_no"\nasked = "value"', "needs asked = \"yes_no\""),
        ("step = 5", "step = -5", "the step of an improvement is above 0"),
        ('code = "funds"', 'code = "coordination"', "the line 'coordination' stands twice"),
        ("weight = 0\n", "weight = 1\n", "a veto has weight 0"),
        ('element = "live_births"', 'element = "live_birth"', "peers: unknown data element 'live_birth'"),
    ],
)  # fmt: skip
def test_checker_names_the_fault(tmp_path: Path, known: Known, old: str, new: str, said: str) -> None:
    assert old in TEXT
    file = tmp_path / "county_government_2026.toml"
    file.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    assert any(said in fault for fault in faults(read_scheme(file), known))


def test_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    file = tmp_path / "county_government_2026.toml"
    file.write_text(TEXT.replace("veto_cap", "veto_cup", 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match="did you mean 'veto_cap'"):
        read_scheme(file)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("step = 5", "step = 5\nstepp = 5", "': unknown key 'stepp', did you mean 'step'?"),
        (
            'rule = "improvement"',
            'rule = "improvment"',
            "': key 'rule': Input should be 'at_target', 'linear'",
        ),
        ("step = 5", 'step = "five"', "': key 'step': "),
    ],
)
def test_wrong_values_name_file_line_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    file = tmp_path / "county_government_2026.toml"
    file.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    place = TEXT.index(old)
    code = TEXT[:place].rpartition('code = "')[2].partition('"')[0]
    with pytest.raises(DefinitionError) as error:
        read_scheme(file)
    assert f"{file}: line '{code}{said}" in str(error.value)


def test_a_draft_has_all_its_faults_told_at_once(tmp_path: Path, known: Known) -> None:
    """A renamed copy with an unknown key, a wrong value, a wrong indicator and a step below nought: each is named."""
    file = tmp_path / "renamed.toml"
    text = TEXT
    for old, new in (
        ("veto_cap", "veto_cup = 1\nveto_cap"),
        ("step = 5", "step = -5\nstepp = 5"),
        ("target = 3\nfloor = 1", 'target = "three"\nfloor = 1'),
        ('"prenatal_screening_coverage"', '"prenatal_screening_coverag"'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")
    scheme, shape = read_draft(file)
    assert scheme is not None
    found = shape + faults(scheme, known, whole=False)
    for said in ("is not the file's name: call the file county_government_2026.toml", "unknown key 'veto_cup', did you mean 'veto_cap'?",
                 "unknown key 'stepp', did you mean 'step'?", "key 'target", "did you mean 'prenatal_screening_coverage'",
                 "the step of an improvement is above 0"):  # fmt: skip
        assert len([one for one in found if said in one]) >= 1, (said, found)
    assert not [one for one in found if "sum to" in one], "a line was left out: its weight is not missed"


def test_a_draft_that_is_no_scheme_says_what_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "county_government_2026.toml"
    file.write_text(
        TEXT.replace('family = "', 'familie = "', 1).replace("[peers]", "[peer]", 1), encoding="utf-8"
    )
    scheme, found = read_draft(file)
    assert scheme is None
    assert {"missing key 'family'", "missing key 'peers'"} <= set(found)
    file.write_text("a = ", encoding="utf-8")
    with pytest.raises(DefinitionError, match="not a readable TOML"):
        read_draft(file)
