"""What is known of senders' numbers while a file is compared with the past: wholes in force, and those about to be."""

from __future__ import annotations

from dataclasses import dataclass, field

Place = tuple[str, str, str]  # form, element, organisation


@dataclass
class Known:
    """Wholes that are in force or about to be: form, element and organisation → (month, span) → value."""

    values: dict[Place, dict[tuple[int, int], int]] = field(default_factory=dict)

    def put(self, place: Place, month: int, span: int, value: int) -> None:
        """Keep a value."""
        self.values.setdefault(place, {})[month, span] = value

    def at(self, place: Place, month: int, span: int) -> int | None:
        """The value of one period."""
        return self.values.get(place, {}).get((month, span))

    def history(self, place: Place, span: int) -> dict[int, int]:
        """All values of periods of this length, by month."""
        return {
            month: value for (month, length), value in self.values.get(place, {}).items() if length == span
        }
