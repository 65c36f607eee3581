"""A workbook's container with some of its parts changed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable


def with_parts(content: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The container with each part as `change` gives it; None leaves it out."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if (part := change(name, old.read(name))) is not None:
                new.writestr(name, part)
    return target.getvalue()
