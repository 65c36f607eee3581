"""What a file may cost: time, memory and size. The figures come from config.toml; these are their defaults."""

from __future__ import annotations

from dataclasses import dataclass

MOST_COLUMNS = 16_384  # of one sheet: no spreadsheet program has more, but a text file may


@dataclass(frozen=True)
class Limits:
    """Bounds on reading one file. A file that passes one of them is refused with its own message; the service goes on."""

    seconds: int = (
        6  # of a reading process's time, by the clock and by the processor, and half a second more a megabyte
    )
    megabytes: int = 700  # of memory beyond what an idle reading process holds
    unpacked_megabytes: int = 300  # of all parts of a zip container together
    cells: int = 3_000_000  # of one sheet: the area between its outermost cells
    rows: int = 200_000  # of one sheet
    sheets: int = 200
    parts: int = 5_000  # of a zip container, or files of a .zip of workbooks

    def seconds_for(self, size: int) -> int:
        """Seconds that reading a file of this many bytes may take."""
        return self.seconds + size // (2 * 1024**2)

    def area_allowed(self, rows: int, columns: int) -> bool:
        """Whether a sheet of this height and width may be read."""
        return rows <= self.rows and columns <= MOST_COLUMNS and rows * columns <= self.cells


DEFAULT = Limits()
