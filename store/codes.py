"""The numbers by which the tables name organisations and data elements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection, select

from store.schema import data_element, organisation


@dataclass(frozen=True)
class Codes:
    """Code → number, both ways. Numbers are given once (`Store.sync`) and never change."""

    organisations: dict[str, int]
    elements: dict[str, int]

    @cached_property
    def organisation_of(self) -> dict[int, str]:
        """Number → code of an organisation."""
        return {number: code for code, number in self.organisations.items()}

    @cached_property
    def element_of(self) -> dict[int, str]:
        """Number → code of a data element."""
        return {number: code for code, number in self.elements.items()}

    def has(self, organisations: Iterable[str], elements: Iterable[str]) -> bool:
        """Whether all of these have a number."""
        return self.organisations.keys() >= set(organisations) and self.elements.keys() >= set(elements)


def read_codes(connection: Connection) -> Codes:
    """Read all of them."""
    return Codes(
        organisations={row.code: row.id for row in connection.execute(select(organisation))},
        elements={row.code: row.id for row in connection.execute(select(data_element))},
    )
