"""What the made-up province counts passes the forms' own logic checks (审核关系), for every sender, whatever the seed."""

from __future__ import annotations

from collections import Counter

import pytest

from loaders.checks import run_checks
from loaders.forms import Forms, load_forms
from loaders.issues import Issue
from loaders.outcome import Reading
from loaders.template import TemplateRow
from reference.periods import month_add
from reference.registry import Registry, load_registry
from synthetic.province import LAST, SEED, Press, Sender, _senders, row_of, write_hospitals
from synthetic.truth import Window, load_truth

TRUTH = load_truth()


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Press:
    folder = tmp_path_factory.mktemp("hospitals")
    write_hospitals(folder, load_registry())
    registry = load_registry((folder,))
    return Press(registry, load_forms(registry), TRUTH, tuple(_senders(registry)))


def _held(row: TemplateRow) -> dict[tuple[str, str], Reading]:
    """The row as it is read: the parts as typed, and their sum as the whole."""
    wholes: Counter[str] = Counter()
    for (element, _), value in row.values.items():
        wholes[element] += int(value)
    numbers = {**dict(row.values), **{(element, ""): value for element, value in wholes.items()}}
    return {key: Reading(*key, int(value), "", "", "", "") for key, value in numbers.items()}


def _failed(forms: Forms, registry: Registry, sender: Sender, row: TemplateRow) -> list[Issue]:
    edition = forms.get(sender.form).editions[0]
    return run_checks(edition, _held(row), registry, {}, sender.form, sender.organisation)


@pytest.mark.parametrize(("seed", "back"), [(SEED, 0), (SEED, 35), (1, 7), (2, 20)])
def test_every_sender_keeps_the_forms_rules(press: Press, seed: int, back: int) -> None:
    """Only the county with the planted impossibility fails a check, and as a warning, so that its file is accepted."""
    window = Window(seed, month_add(LAST, -35), LAST)
    failed = [
        (issue.severity, sender.organisation)
        for sender in press.senders
        for issue in _failed(
            press.forms, press.registry, sender, row_of(press, window, sender, month_add(LAST, -back))
        )
    ]
    assert len(press.senders) > 240
    assert set(failed) == {("warning", county) for county in TRUTH.counties("impossible")}


def test_a_broken_rule_is_noticed(press: Press) -> None:
    """Else the test above could not fail: one death more among mothers than its causes, one woman more examined than there are."""
    window = Window(SEED, LAST, LAST)
    sender = next(one for one in press.senders if one.organisation == "520102")
    good = row_of(press, window, sender, LAST)
    assert _failed(press.forms, press.registry, sender, good) == []
    for element, more in (("maternal_deaths", 1), ("antenatal_examined_women", 10_000)):
        key = (element, "registered")
        spoilt = TemplateRow(good.organisation, {**good.values, key: int(good.values[key]) + more})
        found = _failed(press.forms, press.registry, sender, spoilt)
        assert {issue.code for issue in found} == {"check_failed"}, element
        assert any(issue.severity == "error" for issue in found), element
