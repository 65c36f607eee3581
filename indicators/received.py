"""How much of the reporting that is owed is in a number, and how much of its stocks is older than it might be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from indicators.calculate import Block
from indicators.choosing import Choice, Held, last_due
from reference.periods import Period, month_add
from reference.reporting import Duty

if TYPE_CHECKING:
    from indicators.results import Context


class Reporting(NamedTuple):
    """Reports × months in of those owed; members whose stocks are of an earlier month than the last due, and the earliest."""

    received: int
    expected: int
    carried: int = 0
    oldest: int | None = None


def reporting(
    context: Context, code: str, basis: str, period: Period, choice: Choice, held: Held
) -> Reporting:
    """Of the element that has the least of its reports in.

    Months after the last one that anybody in the tree has reported are not owed yet. What is received in a block is
    capped at what is owed in it, so a month with more senders than expected cannot hide another's gap. Of stocks the newest
    month that any member's figures are of is owed, by those who belong to the area when they are summed up; figures
    carried over from earlier months are in the sum and not among the reports received.
    """
    tree = context.registry.organisations.get(code).tree
    worst: tuple[int, int] | None = None
    for name in (*choice.blocks, *choice.stocks):
        duties, owed = held.owed(name, basis, tree, period)
        if not duties:
            continue
        if name in choice.stocks:
            month = choice.standing.newest if choice.standing else held.last_month(tree, period)
            under = held.day(tree, period)
            expected = context.owed_over(duties, month, month, under=under)[code]
            received = choice.standing.reports[name] if choice.standing else 0
        else:
            expected = owed[code]
            received = _of_blocks(context, code, duties, choice, name, held.today) if expected else 0
        received = min(received, expected)
        if expected and (worst is None or received * worst[1] < worst[0] * expected):
            worst = (received, expected)
    older = (
        _older(context, basis, tree, choice, period.first, held.last_month(tree, period))
        if choice.standing
        else ()
    )
    return Reporting(*(worst or (0, 0)), len(older), older[0] if older else None)


def _of_blocks(
    context: Context, code: str, duties: tuple[Duty, ...], choice: Choice, name: str, today: bool
) -> int:
    def owed(block: Block) -> int:
        month, span = block
        return context.owed_over(duties, month_add(month, 1 - span), month, today=today)[code]

    return sum(
        min(choice.found[name][block].reports * block[1], owed(block)) for block in choice.blocks[name]
    )


def _older(context: Context, basis: str, tree: str, choice: Choice, first: int, last: int) -> list[int]:
    assert choice.standing is not None
    due = last_due(context, choice.stocks, basis, tree, first, last) or choice.standing.newest
    return choice.standing.older_than(due)
