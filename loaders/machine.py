"""Faults of the machine: a full disk, no memory, no processor to be had. They say nothing of the file that was read."""

from __future__ import annotations

import errno
import os

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# Those that the machine alone can bring about. Readers of workbooks raise OSError for bad bytes too, with no number.
NUMBERS = FULL | {
    errno.EAGAIN, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EROFS, errno.ESTALE, errno.ETIMEDOUT,
}  # fmt: skip


class MachineError(OSError):
    """A file was not read, and the machine is why: nothing may be said of the file, and it may be sent again."""

    def __init__(self, number: int = errno.EAGAIN, *_: object) -> None:
        super().__init__(
            number,
            f"not read to its end, and the machine is why ({os.strerror(number)}); nothing of it was kept: "
            "run or send it again when there is room, memory and time",
        )

    def __str__(self) -> str:
        return str(self.args[1])


def is_machines(error: BaseException) -> bool:
    """Whether a fault is the machine's."""
    return isinstance(error, OSError) and error.errno in NUMBERS
