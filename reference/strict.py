"""Strict reading of definition files: a wrong key names the file, the key and the nearest right one."""

from __future__ import annotations

import csv
import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError


class DefinitionError(ValueError):
    """A definition file cannot be used; the message names the file, the place and the way to mend it.

    `faults`: each fault of its own where several are told together; `places`: where each is, as a path of keys.
    """

    def __init__(
        self, message: str, faults: Sequence[str] = (), places: Sequence[tuple[Any, ...]] = ()
    ) -> None:
        super().__init__(message)
        self.faults, self.places = tuple(faults), tuple(places)


class Strict(BaseModel):
    """Base of every model read from a definition file: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path, model: type[Model]) -> Model:
    """Read one TOML file into `model`; raises DefinitionError naming file and key."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path}: not a readable TOML file: {error}") from None
    return validate(data, model, str(path))


def read_csv(path: Path, model: type[Model]) -> list[Model]:
    """Read a UTF-8 CSV (a byte-order mark is fine), one model a row; empty cells count as absent."""
    return [validate(row, model, f"{path}, line {line}") for line, row in csv_rows(path)]


def csv_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line number, row without its empty cells); raises DefinitionError on a ragged row or a repeated column."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        for name, times in Counter(reader.fieldnames or ()).items():
            if times > 1:
                raise DefinitionError(f"{path}: the column '{name}' stands twice")
        for row in reader:
            if None in row or None in row.values():
                raise DefinitionError(
                    f"{path}, line {reader.line_num}: the row has more or fewer cells than the header"
                )
            yield reader.line_num, {key: value for key, value in row.items() if value.strip()}


def validate(data: Mapping[str, Any], model: type[Model], place: str) -> Model:
    """Validate `data`, turning every fault into one DefinitionError that lists them all."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors()
        faults = [_explain(fault, model) for fault in found]
        places = [tuple(fault["loc"]) for fault in found]
        raise DefinitionError(f"{place}: {'; '.join(faults)}", faults, places) from None


def _explain(fault: Any, model: type[BaseModel]) -> str:
    where = ".".join(str(part) for part in fault["loc"]) or "(file)"
    if fault["type"] == "extra_forbidden":
        key = str(fault["loc"][-1])
        return f"unknown key '{where}'{suggest(key, sorted(_keys_at(model, fault['loc'][:-1])))}"
    if fault["type"] == "missing":
        return f"missing key '{where}'"
    nearest = ""
    if fault["type"] == "literal_error" and isinstance(fault["input"], str):
        known = re.findall("'([^']*)'", fault["ctx"]["expected"])
        near = difflib.get_close_matches(fault["input"], known, n=1, cutoff=0.6)
        nearest = f", did you mean '{near[0]}'?" if near else ""
    return f"key '{where}': {fault['msg']}{nearest}"


def nearest(word: str, known: Iterable[str]) -> str:
    """The nearest known word, whatever its case; '' when none is near."""
    by_fold = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(word.strip().casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[near[0]] if near else ""


def suggest(word: str, known: Sequence[str]) -> str:
    """A short ', did you mean …' for the nearest known word, or the list of what is known."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f", did you mean '{near[0]}'?" if near else f" (known: {', '.join(known)})"


def _keys_at(model: type[BaseModel], location: Sequence[Any]) -> set[str]:
    """The keys allowed at a nested place: walks model fields, looking through lists, dicts and unions."""
    models: list[type[BaseModel]] = [model]
    for part in location:
        if isinstance(part, str):
            models = [
                inner
                for outer in models
                if part in outer.model_fields
                for inner in _inner(outer.model_fields[part].annotation)
            ] or models
    return {name for found in models for name in found.model_fields}


def _inner(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for argument in getattr(annotation, "__args__", ()) for found in _inner(argument)]
