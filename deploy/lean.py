"""Names what an installation carries for development only, one package a line: `pip uninstall -y $(python deploy/lean.py)`.

The lock holds the tools of tests and checks too. Whatever the product does not need by its own metadata, directly or
through others, has no business on a server: less to keep up with, less for whoever breaks in.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distributions, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PRODUCT = "guizhou-mch"
KEPT = {"pip", "setuptools"}  # the installation's own means


def needed(product: str = PRODUCT) -> set[str]:
    """The product and all that it needs to run here, by canonical name."""
    found: set[str] = set()
    waiting = [Requirement(product)]
    while waiting:
        for one in _asked_by(waiting.pop(), found):
            waiting.append(one)
    return {name for name in found if "[" not in name}


def _asked_by(wanted: Requirement, found: set[str]) -> Iterator[Requirement]:
    """What a package asks for, with the extras wanted of it, unless it was looked at before."""
    name = canonicalize_name(wanted.name)
    for extra in ("", *sorted(wanted.extras)):
        key = f"{name}[{extra}]" if extra else name
        if key in found:
            continue
        found.add(key)
        try:
            asked = requires(name) or []
        except PackageNotFoundError:
            continue  # asked for on other systems only
        for text in asked:
            one = Requirement(text)
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                yield one


def superfluous() -> list[str]:
    """What is installed here and not needed."""
    here = {canonicalize_name(one.metadata["Name"]) for one in distributions()}
    return sorted(here - needed() - KEPT)


if __name__ == "__main__":
    print("\n".join(superfluous()))
