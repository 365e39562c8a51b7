"""Tables that people open in a spreadsheet (CSV)."""

import csv
import io
from collections.abc import Iterable
from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins like this would be computed where it is opened."""


def rows_of(rows: Iterable[Iterable[object]]) -> str:
    """Lines of CSV; no cell is a formula, whatever an applicant has put into a name."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_plain(str(cell)) for cell in row])
    return out.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
