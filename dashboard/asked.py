"""The request as our own code sees it: what people typed or pasted, without signs that no file or database can hold."""

from __future__ import annotations

from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict

from dashboard.exports.safety import cleaned


class CleanRequest(Request):
    """A request whose form holds clean text. Word processors put control signs into what is copied out of them."""

    def _load_form_data(self) -> None:
        super()._load_form_data()
        held: Any = self.__dict__.get("form")
        if held:
            pairs = [(key, cleaned(value)) for key, value in held.items(multi=True)]
            self.__dict__["form"] = ImmutableMultiDict(pairs)
