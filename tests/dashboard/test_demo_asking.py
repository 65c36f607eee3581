"""The demonstration's follow-ups: real requests on real flags, made once."""

from __future__ import annotations

from dashboard.demo_asking import ACTOR, COURSES, ask_examples
from reference.follow_ups import State
from store.following_up import follow_ups
from tests.dashboard.test_overview import BEHIND


def test_those_behind_are_asked_once_and_one_has_answered(loaded) -> None:
    assert ask_examples(loaded) == 1  # one county of the hand-made returns is behind
    (one,) = follow_ups(loaded.store)
    assert (one.asked.organisation, one.asked.kind, one.state) == (BEHIND, "behind_target", State.ANSWERED)
    assert {step.actor for step in one.steps} == {ACTOR}
    assert ask_examples(loaded) == 0


def test_every_course_can_be_walked_and_says_that_it_is_made_up() -> None:
    assert all("合成示例" in words for course in COURSES for _, words in course)
